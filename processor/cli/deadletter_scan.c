/* Reading the dead letters of an instance from Kafka.
 *
 * The whole topic is read, from its beginning to the end that it had when the command began: it holds what its
 * retention leaves, and letters are looked for by words of their reason, which no index knows. Places alone narrow it
 * to the partitions and offsets that they name. Nothing is committed, and no group is joined: a running service does
 * not notice.
 */
#include "cli/deadletter_scan.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANSWER_WAIT_MS 10000
#define SILENCE_MAX_MS 30000
#define POLL_MS 100

bool letter_place_parse(const char *text, struct letter_place *place)
{
        const char *colon = strchr(text, ':');
        int64_t partition;

        if (!colon || !text_to_i64((struct text){.data = text, .length = (uint32_t)(colon - text)}, &partition) ||
            !text_to_i64(text_from(colon + 1), &place->offset))
                return false;
        place->partition = (int32_t)partition;
        return partition >= 0 && partition <= INT32_MAX && place->offset >= 0;
}

int letter_place_compare(const void *a, const void *b)
{
        const struct letter_place *x = a, *y = b;

        if (x->partition != y->partition)
                return x->partition < y->partition ? -1 : 1;
        return (x->offset > y->offset) - (x->offset < y->offset);
}

bool letter_filter_is_empty(const struct letter_filter *filter)
{
        return filter->place_count == 0 && !filter->reason && !filter->topic && !filter->source &&
               filter->since_ms == TIME_UNKNOWN_MS && filter->until_ms == TIME_UNKNOWN_MS;
}

static bool contains(struct text haystack, const char *needle)
{
        size_t length = strlen(needle);

        for (size_t i = 0; i + length <= haystack.length; i++) {
                if (strncasecmp(haystack.data + i, needle, length) == 0)
                        return true;
        }
        return false;
}

static bool matches(const struct letter_filter *filter, const struct letter *letter)
{
        const struct message *message = letter->message;
        struct letter_place place = {message->partition, message->offset};

        if (filter->place_count &&
            !bsearch(&place, filter->places, filter->place_count, sizeof(place), letter_place_compare))
                return false;
        if (filter->reason && !contains(letter->headers[LETTER_REASON], filter->reason))
                return false;
        if (filter->topic && !text_equal(letter->headers[LETTER_TOPIC], text_from(filter->topic)))
                return false;
        if (filter->source && !text_equal(letter->headers[LETTER_SOURCE], text_from(filter->source)))
                return false;
        if (filter->since_ms != TIME_UNKNOWN_MS && message->timestamp_ms < filter->since_ms)
                return false;
        return filter->until_ms == TIME_UNKNOWN_MS || message->timestamp_ms < filter->until_ms;
}

int letter_reader_open(const struct config *config, struct letter_reader *reader, struct error *error)
{
        int length = snprintf(reader->topic, sizeof(reader->topic), "%.*sdeadletter", TEXT_ARG(config->topic_prefix));
        int r;

        reader->config = config;
        if (length < 0 || (size_t)length >= sizeof(reader->topic))
                return error_set(error, ERR_USAGE, "the name of the topic is longer than Kafka allows");
        r = kafka_consumer_open(config, KAFKA_READ_COMMITTED, &reader->consumer, error);
        r = r ? r : kafka_count_partitions(reader->consumer, reader->topic, &reader->partitions, error);
        if (r != 0)
                return r;
        if (reader->partitions == 0)
                return error_set(error, ERR_USAGE,
                                 "there is no topic %s: has the service of this configuration (topics.prefix) run "
                                 "here?",
                                 reader->topic);
        reader->begins = calloc((size_t)reader->partitions, sizeof(*reader->begins));
        reader->ends = calloc((size_t)reader->partitions, sizeof(*reader->ends));
        if (!reader->begins || !reader->ends)
                abort();
        for (int32_t p = 0; p < reader->partitions && r == 0; p++) {
                memcpy(reader->begins[p].topic, reader->topic, sizeof(reader->topic));
                reader->begins[p].partition = p;
                r = kafka_watermarks(reader->consumer, reader->topic, p, ANSWER_WAIT_MS, &reader->begins[p].offset,
                                     &reader->ends[p], error);
        }
        return r;
}

void letter_reader_close(struct letter_reader *reader)
{
        kafka_consumer_close(reader->consumer);
        free(reader->begins);
        free(reader->ends);
        *reader = (struct letter_reader){0};
}

/* One step of a walk from @positions up to @ends, both @count long. */
struct walk {
        struct kafka_position *positions;
        int64_t *ends;
        uint32_t count;
        uint32_t open; /* those that have not reached their end */
        int64_t heard_ms;
};

/* Positions of what is left to read, with the places alone where only some are wanted. */
static void plan(const struct letter_reader *reader, const struct letter_filter *filter, struct walk *walk)
{
        walk->positions = calloc((size_t)reader->partitions, sizeof(*walk->positions));
        walk->ends = calloc((size_t)reader->partitions, sizeof(*walk->ends));
        if (!walk->positions || !walk->ends)
                abort();
        for (int32_t p = 0; p < reader->partitions; p++) {
                struct kafka_position position = reader->begins[p];
                int64_t end = reader->ends[p], last = -1;

                for (size_t i = 0; i < filter->place_count; i++) {
                        if (filter->places[i].partition != p)
                                continue;
                        if (last < 0 && filter->places[i].offset > position.offset)
                                position.offset = filter->places[i].offset;
                        last = filter->places[i].offset;
                }
                if (filter->place_count && last + 1 < end)
                        end = last + 1;
                if (position.offset >= end)
                        continue;
                walk->positions[walk->count] = position;
                walk->ends[walk->count++] = end;
        }
        walk->open = walk->count;
}

static int step(struct letter_reader *reader, struct walk *walk, const struct letter_filter *filter,
                int (*take)(void *context, const struct letter *letter), void *context, struct error *error)
{
        struct kafka_event event;
        struct letter letter;
        int r = kafka_poll(reader->consumer, POLL_MS, &event, error);

        if (r != 0)
                return r;
        if (event.kind == KAFKA_LOST)
                return error_prefix(error, ERR_RETRY, "letters expired while they were read; try again");
        if (event.kind != KAFKA_MESSAGE && event.kind != KAFKA_END) {
                if (clock_monotonic_ms() - walk->heard_ms > SILENCE_MAX_MS)
                        return error_set(error, ERR_RETRY, "%s: no answer for %d s", reader->topic,
                                         SILENCE_MAX_MS / 1000);
                return 0;
        }
        walk->heard_ms = clock_monotonic_ms();
        if (event.kind == KAFKA_MESSAGE && event.message.offset < walk->ends[event.index] &&
            letter_parse(&event.message, &letter) && matches(filter, &letter))
                r = take(context, &letter);
        kafka_release(reader->consumer);
        if (walk->positions[event.index].offset < walk->ends[event.index] && event.position >= walk->ends[event.index])
                walk->open--;
        walk->positions[event.index].offset = event.position;
        return r;
}

int letter_walk(struct letter_reader *reader, const struct letter_filter *filter,
                int (*take)(void *context, const struct letter *letter), void *context, struct error *error)
{
        struct walk walk = {.heard_ms = clock_monotonic_ms()};
        int r = 0;

        plan(reader, filter, &walk);
        if (walk.count)
                r = kafka_assign(reader->consumer, walk.positions, walk.count, error);
        while (r == 0 && walk.open)
                r = step(reader, &walk, filter, take, context, error);
        free(walk.positions);
        free(walk.ends);
        return r;
}

/* --- originals */

static void copy_message(struct arena *arena, const struct message *from, struct message *to)
{
        struct message_header *headers = arena_calloc(arena, from->header_count, sizeof(*headers));

        *to = *from;
        to->topic = arena_text(arena, from->topic);
        to->key = arena_text(arena, from->key);
        to->value = arena_text(arena, from->value);
        for (uint32_t i = 0; i < from->header_count; i++) {
                headers[i].name = arena_text(arena, from->headers[i].name);
                if (from->headers[i].value.data)
                        headers[i].value = arena_text(arena, from->headers[i].value);
        }
        to->headers = headers;
}

int letter_find_original(struct kafka_consumer *consumer, const struct letter *letter, struct arena *arena,
                         struct message *original, struct error *error)
{
        struct kafka_position position = {.partition = letter->partition, .offset = letter->offset};
        int64_t low, high, deadline_ms = clock_monotonic_ms() + SILENCE_MAX_MS;
        struct kafka_event event = {.kind = KAFKA_NOTHING};
        int32_t partitions;
        int r;

        if (letter->headers[LETTER_TOPIC].length > KAFKA_TOPIC_NAME_MAX)
                return LETTER_GONE;
        snprintf(position.topic, sizeof(position.topic), "%.*s", TEXT_ARG(letter->headers[LETTER_TOPIC]));
        r = kafka_count_partitions(consumer, position.topic, &partitions, error);
        if (r == 0 && letter->partition >= partitions)
                return LETTER_GONE;
        r = r ? r : kafka_watermarks(consumer, position.topic, position.partition, ANSWER_WAIT_MS, &low, &high, error);
        if (r == 0 && (position.offset < low || position.offset >= high))
                return LETTER_GONE;
        r = r ? r : kafka_assign(consumer, &position, 1, error);
        while (r == 0 && (event.kind == KAFKA_NOTHING || event.kind == KAFKA_CHANGED)) {
                r = kafka_poll(consumer, POLL_MS, &event, error);
                if (r == 0 && event.kind == KAFKA_NOTHING && clock_monotonic_ms() >= deadline_ms)
                        r = error_set(error, ERR_RETRY, "%s: no answer for %d s", position.topic,
                                      SILENCE_MAX_MS / 1000);
        }
        if (r != 0)
                return r;
        r = event.kind == KAFKA_MESSAGE && event.message.offset == letter->offset &&
                            letter_is_of(letter, &event.message)
                    ? 0
                    : LETTER_GONE;
        if (r == 0)
                copy_message(arena, &event.message, original);
        kafka_release(consumer);
        return r;
}
