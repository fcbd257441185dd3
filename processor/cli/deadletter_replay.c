/* durand deadletter replay: messages that could not be used go to their topics once more.
 *
 * Two walks over the letters. The first decodes each message under the configuration as it is now and says what would
 * become of it; only what would be accepted is sent, so a replay before the cause is gone does no more than make a
 * list. The second walk, after a person said yes, sends them, in the order of the letters, so those of one key in
 * theirs.
 *
 * A message goes to the partition in which it arrived, whatever partitioner its writer uses, and bears its own time:
 * where rows are ordered by the time of their message, an old one must not become the newest by being repaired. Every
 * few hundred messages the broker's confirmations are waited for. Whatever fails, the letters are still there, and
 * sending the same message twice does no harm.
 */
#include "base/clock.h"
#include "cli/deadletter_actions.h"
#include "cli/load.h"
#include "decode/decode.h"
#include "registry/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIRM_MESSAGES 500
#define CONFIRM_BYTES (16U << 20)

struct replay {
        const struct deadletter_arguments *arguments;
        struct letter_reader *reader;
        struct registry *registry;
        struct kafka_consumer *second; /* for originals and partitions */
        struct kafka_producer *producer;
        struct buffer value; /* of --value */

        struct kafka_topic *topics; /* to which something is sent */
        size_t topic_count;
        struct letter_place *places; /* of what is sent, in the order of the walk */
        size_t place_count;
        size_t place_capacity;
        uint64_t refused;

        struct arena lasting; /* the places */
        struct arena batch;   /* the message at hand */
        struct error error;
        uint64_t sent; /* confirmed */
        uint64_t unconfirmed;
        uint64_t unconfirmed_bytes;
};

/* The message as it is to be sent again. LETTER_GONE: it was cut, and its original is no longer in its topic. */
static int restore_message(struct replay *replay, const struct letter *letter, struct message *message)
{
        const struct deadletter_arguments *arguments = replay->arguments;
        uint32_t first = letter->first_original_header;
        int r = letter->cut ? letter_find_original(replay->second, letter, &replay->batch, message, &replay->error)
                            : LETTER_GONE;

        if (r < 0 || (r == LETTER_GONE && letter->cut && !arguments->value))
                return r;
        if (r == LETTER_GONE) {
                *message = *letter->message;
                message->headers += first;
                message->header_count -= first;
        }
        message->topic = letter->headers[LETTER_TOPIC];
        message->partition = letter->partition;
        message->offset = letter->offset;
        message->timestamp_ms = letter->timestamp_ms;
        if (arguments->value) {
                message->has_value = true;
                message->value = buffer_view(&replay->value);
        }
        if (arguments->key) {
                message->has_key = true;
                message->key = text_from(arguments->key);
        }
        return 0;
}

static int32_t find_topic(const struct replay *replay, struct text name)
{
        for (size_t i = 0; i < replay->topic_count; i++) {
                if (text_equal(name, text_from(replay->topics[i].name)))
                        return (int32_t)i;
        }
        return -1;
}

/* Remembers @name with its partitions. 1: there is no such topic (any more). */
static int add_topic(struct replay *replay, struct text name)
{
        struct kafka_topic topic = {.message_bytes_max = INT64_MAX};
        int r;

        if (find_topic(replay, name) >= 0)
                return 0;
        snprintf(topic.name, sizeof(topic.name), "%.*s", TEXT_ARG(name));
        r = kafka_count_partitions(replay->second, topic.name, &topic.partitions, &replay->error);
        if (r != 0 || topic.partitions == 0)
                return r < 0 ? r : 1;
        replay->topics = realloc(replay->topics, (replay->topic_count + 1) * sizeof(topic));
        if (!replay->topics)
                abort();
        replay->topics[replay->topic_count++] = topic;
        return 0;
}

/* What the configuration makes of @message. 0: it is to be sent; 1: not; negative: nobody can say now. @outcome says
 * why in any case. */
static int judge(struct replay *replay, const struct message *message, struct text *outcome)
{
        const struct source_config *source = config_find_topic(replay->reader->config, message->topic);
        struct message decoded = *message;
        struct changes changes = {0};
        int r;

        if (!source) {
                *outcome = TEXT("no source lists the topic (any more)");
                return 1;
        }
        decoded.schemas = registry_lookup(replay->registry);
        r = decode_message(replay->reader->config, source, &decoded, TYPE_COUNT, TEXT_NONE, &replay->batch, &changes,
                           &replay->error);
        if (r == ERR_RETRY)
                return r;
        if (r < 0 || changes.count == 0) {
                *outcome = arena_printf(&replay->batch, "would be %s again: %s", r < 0 ? "rejected" : "passed over",
                                        replay->error.text);
                return 1;
        }
        *outcome = arena_printf(&replay->batch, "%s of %.*s %.*s%s", change_op_name(changes.items[0].op),
                                TEXT_ARG(changes.items[0].entity), TEXT_ARG(changes.items[0].record_id),
                                changes.items[0].tombstone ? ", whatever it is now: a tombstone has no time" : "");
        if (changes.count > 1)
                *outcome = arena_printf(&replay->batch, "%.*s and %zu more", TEXT_ARG(*outcome), changes.count - 1);
        r = add_topic(replay, message->topic);
        if (r == 1)
                *outcome = TEXT("there is no such topic (any more)");
        return r;
}

/* First walk: one letter. */
static int plan(void *context, const struct letter *letter)
{
        struct replay *replay = context;
        struct text outcome = TEXT_NONE;
        struct message message;
        int r;

        replay->error.text[0] = '\0';
        if (text_equal(letter->headers[LETTER_DIALECT], TEXT(LETTER_DIALECT_OWN))) {
                outcome = TEXT("an output of Durand's own; it is written again when its entity changes");
                r = 1;
        } else {
                r = restore_message(replay, letter, &message);
                if (r == LETTER_GONE)
                        outcome = TEXT("it was cut, and the original is gone from its topic: say --value FILE");
                r = r ? r : judge(replay, &message, &outcome);
        }
        if (r < 0)
                return r;
        printf("%s  %d:%lld  %.*s[%d]@%lld  %.*s\n", r == 0 ? "send" : "keep", (int)letter->message->partition,
               (long long)letter->message->offset, TEXT_ARG(letter->headers[LETTER_TOPIC]), (int)letter->partition,
               (long long)letter->offset, TEXT_ARG(outcome));
        if (r == 0)
                *ARENA_PUSH(&replay->lasting, replay->places, replay->place_count, replay->place_capacity) =
                        (struct letter_place){letter->message->partition, letter->message->offset};
        else
                replay->refused++;
        arena_reset(&replay->batch);
        return 0;
}

static int confirm(struct replay *replay)
{
        int r = kafka_confirm(replay->producer, &replay->error);

        if (r != 0)
                return error_prefix(&replay->error, r,
                                    "of the last %llu messages nobody knows which arrived: replay "
                                    "them again, which does no harm",
                                    (unsigned long long)replay->unconfirmed);
        replay->sent += replay->unconfirmed;
        replay->unconfirmed = replay->unconfirmed_bytes = 0;
        return 0;
}

/* Second walk: one letter of those that were planned. */
static int send_again(void *context, const struct letter *letter)
{
        struct replay *replay = context;
        struct kafka_record record = {0};
        struct kafka_header *headers;
        struct message message;
        int32_t topic = find_topic(replay, letter->headers[LETTER_TOPIC]);
        int r = restore_message(replay, letter, &message);

        if (r == LETTER_GONE || topic < 0)
                return error_set(&replay->error, ERR_RETRY, "%d:%lld: its original went away in the meantime",
                                 (int)letter->message->partition, (long long)letter->message->offset);
        if (r < 0)
                return r;
        headers = arena_calloc(&replay->batch, message.header_count + 1, sizeof(*headers));
        for (uint32_t i = 0; i < message.header_count; i++) {
                if (!text_equal(message.headers[i].name, TEXT(LETTER_REPLAYED)))
                        headers[record.header_count++] =
                                (struct kafka_header){arena_text(&replay->batch, message.headers[i].name).data,
                                                      message.headers[i].value};
        }
        headers[record.header_count++] =
                (struct kafka_header){LETTER_REPLAYED,
                                      arena_printf(&replay->batch, "%d:%lld", (int)letter->message->partition,
                                                   (long long)letter->message->offset)};
        record.topic = (uint32_t)topic;
        record.has_key = message.has_key;
        record.key = message.key;
        record.has_value = message.has_value;
        record.value = message.value;
        record.headers = headers;
        record.has_partition = !replay->arguments->key && message.partition < replay->topics[topic].partitions;
        record.partition = message.partition;
        record.timestamp_ms = message.timestamp_ms == TIME_UNKNOWN_MS ? 0 : message.timestamp_ms;
        r = kafka_produce(replay->producer, &record, &replay->error);
        replay->unconfirmed++;
        replay->unconfirmed_bytes += kafka_record_bytes(&record);
        if (r == 0 && (replay->unconfirmed >= CONFIRM_MESSAGES || replay->unconfirmed_bytes >= CONFIRM_BYTES))
                r = confirm(replay);
        arena_reset(&replay->batch);
        return r > 0 ? ERR_RETRY : r;
}

static bool ask(const struct replay *replay)
{
        char answer[16] = "";

        if (replay->arguments->yes)
                return true;
        printf("Send %zu messages again? [y/N] ", replay->place_count);
        fflush(stdout);
        return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int send_all(struct replay *replay)
{
        struct letter_filter chosen = {
                .places = replay->places,
                .place_count = replay->place_count,
                .since_ms = TIME_UNKNOWN_MS,
                .until_ms = TIME_UNKNOWN_MS,
        };
        int r;

        qsort(replay->places, replay->place_count, sizeof(*replay->places), letter_place_compare);
        r = kafka_producer_open(replay->reader->config, false, &replay->producer, &replay->error);
        r = r ? r
              : kafka_topics_open(replay->producer, replay->topics, (uint32_t)replay->topic_count, 1, false,
                                  &replay->error);
        r = r ? r : letter_walk(replay->reader, &chosen, send_again, replay, &replay->error);
        r = r ? r : confirm(replay);
        kafka_producer_close(replay->producer);
        printf("%llu messages sent\n", (unsigned long long)replay->sent);
        return r;
}

static int read_value(struct replay *replay)
{
        const char *path = replay->arguments->value;
        FILE *file = path ? fopen(path, "rb") : NULL;
        size_t got = 1;

        if (!path)
                return 0;
        while (file && got > 0 && replay->value.length <= JSON_BYTES_MAX) {
                got = fread(buffer_reserve(&replay->value, 65536), 1, 65536, file);
                replay->value.length += got;
        }
        if (!file || ferror(file) || fclose(file) != 0)
                return error_set(&replay->error, ERR_USAGE, "%s: cannot read: %s", path, strerror(errno));
        return replay->value.length <= JSON_BYTES_MAX
                       ? 0
                       : error_set(&replay->error, ERR_USAGE, "%s: more than %u bytes", path, JSON_BYTES_MAX);
}

static int run(struct replay *replay)
{
        const struct deadletter_arguments *arguments = replay->arguments;
        int exit_code, r = read_value(replay);

        r = r ? r : registry_open(replay->reader->config, &replay->registry, &replay->error);
        r = r ? r : kafka_consumer_open(replay->reader->config, KAFKA_READ_COMMITTED, &replay->second, &replay->error);
        r = r ? r : letter_walk(replay->reader, &arguments->filter, plan, replay, &replay->error);
        if (r != 0)
                return deadletter_fail(r, &replay->error);
        printf("%zu to send, %llu to keep%s\n", replay->place_count, (unsigned long long)replay->refused,
               arguments->dry_run ? "; nothing is sent (--dry-run)" : "");
        if (arguments->filter.place_count > replay->place_count + replay->refused) {
                fprintf(stderr, "durand deadletter: some of the places hold no dead letter (any more)\n");
                return EXIT_USAGE;
        }
        exit_code = replay->refused ? EXIT_FAILED : EXIT_CLEAN;
        if (arguments->dry_run || replay->place_count == 0)
                return exit_code;
        if (!ask(replay)) {
                fprintf(stderr, "durand deadletter: nothing was sent: say y, or --yes\n");
                return EXIT_USAGE;
        }
        r = send_all(replay);
        return r ? deadletter_fail(r, &replay->error) : exit_code;
}

int deadletter_replay(const struct deadletter_arguments *arguments, struct letter_reader *reader)
{
        struct replay replay = {.arguments = arguments, .reader = reader};
        int exit_code = run(&replay);

        registry_close(replay.registry);
        kafka_consumer_close(replay.second);
        buffer_free(&replay.value);
        arena_free(&replay.batch);
        arena_free(&replay.lasting);
        free(replay.topics);
        return exit_code;
}
