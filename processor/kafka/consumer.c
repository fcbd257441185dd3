/* The consumer: partitions assigned by hand, messages that stay until the batch ends, and questions about offsets.
 *
 * There is no rebalancing: the transactional id already sees to it that one instance works, and a consumer that never
 * joins its group cannot be moved away in the middle of a batch. max.poll.interval.ms is not enforced then, so a long
 * checkpoint does no harm.
 *
 * Messages are librdkafka's until kafka_release(); only their headers are copied.
 *
 * Offsets of a partition only grow. A message below the one expected was handed out before and is left out, an end
 * below it is an old one. A gap is no error by itself: compaction, aborted messages and control records leave them, and
 * of messages that were deleted unread the broker tells (KAFKA_LOST).
 */
#include "kafka/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define METADATA_WAIT_MS 10000

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
        struct kafka_consumer *consumer = opaque;

        (void)client;
        /* Deleted topics are reported here only. */
        if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
            code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
                consumer->changed = true;
        failure_log("consumer", (rd_kafka_resp_err_t)code, reason);
}

int kafka_consumer_open(const struct config *config, enum kafka_isolation isolation, struct kafka_consumer **out,
                        struct error *error)
{
        struct kafka_consumer *consumer;
        rd_kafka_conf_t *conf;
        char why[512];
        int r;

        conf = settings_make(config, ROLE_CONSUMER, &r, error);
        if (!conf)
                return r;
        if (isolation == KAFKA_READ_UNCOMMITTED)
                rd_kafka_conf_set(conf, "isolation.level", "read_uncommitted", NULL, 0);
        consumer = calloc(1, sizeof(*consumer));
        if (!consumer)
                abort();
        consumer->isolation = isolation;
        rd_kafka_conf_set_opaque(conf, consumer);
        rd_kafka_conf_set_error_cb(conf, on_error);
        consumer->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
        if (!consumer->client) {
                rd_kafka_conf_destroy(conf);
                free(consumer);
                return error_set(error, ERR_USAGE, "kafka: no consumer with this configuration: %s", why);
        }
        settings_serve_logins(consumer->client);
        rd_kafka_poll_set_consumer(consumer->client);
        *out = consumer;
        return 0;
}

void kafka_consumer_close(struct kafka_consumer *consumer)
{
        if (!consumer)
                return;
        kafka_release(consumer);
        rd_kafka_consumer_close(consumer->client);
        client_destroy(consumer->client);
        arena_free(&consumer->arena);
        free(consumer->messages);
        free(consumer->positions);
        free(consumer->order);
        free(consumer);
}

int kafka_count_partitions(struct kafka_consumer *consumer, const char *topic, int32_t *count, struct error *error)
{
        rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer->client, topic, NULL);
        int r;

        if (!handle)
                return error_set(error, ERR_USAGE, "kafka: \"%s\" is no topic name", topic);
        r = topic_metadata(consumer->client, handle, METADATA_WAIT_MS, count, error);
        rd_kafka_topic_destroy(handle);
        return r;
}

int kafka_list_topics(struct kafka_consumer *consumer, int (*topic)(void *context, const char *name), void *context,
                      struct error *error)
{
        const struct rd_kafka_metadata *metadata;
        rd_kafka_resp_err_t code = rd_kafka_metadata(consumer->client, 1, NULL, &metadata, METADATA_WAIT_MS);
        int r = 0;

        if (code)
                return failure_set(error, code, "kafka: the list of topics");
        for (int i = 0; i < metadata->topic_cnt && r == 0; i++)
                r = topic(context, metadata->topics[i].topic);
        rd_kafka_metadata_destroy(metadata);
        return r;
}

static rd_kafka_topic_partition_list_t *make_list(const struct kafka_position *positions, uint32_t count)
{
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);

        for (uint32_t i = 0; i < count; i++) {
                rd_kafka_topic_partition_t *entry =
                        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition);

                entry->offset = positions[i].offset;
        }
        return list;
}

int kafka_committed(struct kafka_consumer *consumer, struct kafka_position *positions, uint32_t count, int timeout_ms,
                    struct error *error)
{
        rd_kafka_topic_partition_list_t *list = make_list(positions, count);
        rd_kafka_resp_err_t code = rd_kafka_committed(consumer->client, list, timeout_ms);

        /* On a timeout the list says "no offset" without an error of its own: only the return value tells. */
        for (uint32_t i = 0; i < count && !code; i++) {
                const rd_kafka_topic_partition_t *entry = &list->elems[i];

                code = entry->err;
                positions[i].offset = entry->offset >= 0 ? entry->offset : KAFKA_OFFSET_NONE;
                snprintf(positions[i].metadata, sizeof(positions[i].metadata), "%.*s", (int)entry->metadata_size,
                         entry->metadata ? (const char *)entry->metadata : "");
        }
        rd_kafka_topic_partition_list_destroy(list);
        return code ? failure_set(error, code, "kafka: reading the group's offsets") : 0;
}

int kafka_watermarks(struct kafka_consumer *consumer, const char *topic, int32_t partition, int timeout_ms,
                     int64_t *low, int64_t *high, struct error *error)
{
        rd_kafka_resp_err_t code =
                rd_kafka_query_watermark_offsets(consumer->client, topic, partition, low, high, timeout_ms);

        if (code) {
                int r = failure_set(error, code, "reading its offsets");

                return error_prefix(error, r, "kafka: %s[%d]", topic, (int)partition);
        }
        return 0;
}

int64_t kafka_known_end(struct kafka_consumer *consumer, const char *topic, int32_t partition)
{
        int64_t low, high;

        if (rd_kafka_get_watermark_offsets(consumer->client, topic, partition, &low, &high) || high < 0)
                return KAFKA_OFFSET_NONE;
        return high;
}

static int compare_place(const char *topic, int32_t partition, const struct kafka_position *position)
{
        int c = strcmp(topic, position->topic);

        return c != 0 ? c : (partition > position->partition) - (partition < position->partition);
}

static int compare_order(const void *a, const void *b, void *context)
{
        const struct kafka_position *positions = context;
        const struct kafka_position *first = &positions[*(const uint32_t *)a];

        return compare_place(first->topic, first->partition, &positions[*(const uint32_t *)b]);
}

int kafka_assign(struct kafka_consumer *consumer, const struct kafka_position *positions, uint32_t count,
                 struct error *error)
{
        rd_kafka_topic_partition_list_t *list = make_list(positions, count);
        rd_kafka_resp_err_t code = rd_kafka_assign(consumer->client, list);

        rd_kafka_topic_partition_list_destroy(list);
        if (code)
                return failure_set(error, code, "kafka: assign");
        free(consumer->positions);
        free(consumer->order);
        consumer->positions = calloc(count + 1, sizeof(*positions));
        consumer->order = calloc(count + 1, sizeof(*consumer->order));
        if (!consumer->positions || !consumer->order)
                abort();
        if (count)
                memcpy(consumer->positions, positions, count * sizeof(*positions));
        for (uint32_t i = 0; i < count; i++)
                consumer->order[i] = i;
        qsort_r(consumer->order, count, sizeof(*consumer->order), compare_order, consumer->positions);
        consumer->count = count;
        consumer->last = 0;
        return 0;
}

/* Number of the assigned position, or -1: librdkafka filters messages of an older assignment, so this is for safety. */
static int64_t find_position(struct kafka_consumer *consumer, const char *topic, int32_t partition)
{
        uint32_t from = 0, to = consumer->count;

        if (consumer->last < to && compare_place(topic, partition, &consumer->positions[consumer->last]) == 0)
                return consumer->last;
        while (from < to) {
                uint32_t middle = from + (to - from) / 2;
                int c = compare_place(topic, partition, &consumer->positions[consumer->order[middle]]);

                if (c == 0) {
                        consumer->last = consumer->order[middle];
                        return consumer->last;
                }
                if (c < 0)
                        to = middle;
                else
                        from = middle + 1;
        }
        return -1;
}

static void keep(struct kafka_consumer *consumer, rd_kafka_message_t *message)
{
        if (consumer->message_count == consumer->message_capacity) {
                size_t capacity = consumer->message_capacity ? consumer->message_capacity * 2 : 1024;
                rd_kafka_message_t **grown = realloc(consumer->messages, capacity * sizeof(*grown));

                if (!grown)
                        abort();
                consumer->messages = grown;
                consumer->message_capacity = capacity;
        }
        consumer->messages[consumer->message_count++] = message;
}

static void fill_headers(struct kafka_consumer *consumer, const rd_kafka_message_t *from, struct message *to)
{
        rd_kafka_headers_t *headers;
        struct message_header *list;
        size_t count;

        if (rd_kafka_message_headers(from, &headers))
                return;
        count = rd_kafka_header_cnt(headers);
        list = arena_calloc(&consumer->arena, count, sizeof(*list));
        for (size_t i = 0; i < count; i++) {
                const char *name;
                const void *value;
                size_t length;

                if (rd_kafka_header_get_all(headers, i, &name, &value, &length))
                        break;
                list[i].name = text_from(name);
                list[i].value = (struct text){.data = value, .length = (uint32_t)length};
        }
        to->headers = list;
        to->header_count = (uint32_t)count;
}

static void fill_message(struct kafka_consumer *consumer, const rd_kafka_message_t *from, struct message *to)
{
        rd_kafka_timestamp_type_t type;
        int64_t timestamp_ms = rd_kafka_message_timestamp(from, &type);

        *to = (struct message){
                .topic = text_from(rd_kafka_topic_name(from->rkt)),
                .partition = from->partition,
                .offset = from->offset,
                .timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? TIME_UNKNOWN_MS : timestamp_ms,
                .has_key = from->key != NULL,
                .has_value = from->payload != NULL,
                .key = {.data = from->key, .length = (uint32_t)from->key_len},
                .value = {.data = from->payload, .length = (uint32_t)from->len},
        };
        fill_headers(consumer, from, to);
}

/* False for what was there before; otherwise the position moves on to @next. */
static bool advance(struct kafka_consumer *consumer, int64_t index, int64_t offset, int64_t next)
{
        struct kafka_position *position = &consumer->positions[index];

        if (offset < position->offset) {
                log_warn("kafka", "%s[%d]: offset %lld came again, %lld is next", position->topic,
                         (int)position->partition, (long long)offset, (long long)position->offset);
                return false;
        }
        if (offset > position->offset && log_enabled(LOG_DEBUG))
                log_debug("kafka", "%s[%d]: nothing from %lld to %lld", position->topic, (int)position->partition,
                          (long long)position->offset, (long long)offset);
        position->offset = next;
        return true;
}

/* An error that came in place of a message. */
static int take_error(struct kafka_consumer *consumer, const rd_kafka_message_t *message, struct kafka_event *event,
                      struct error *error)
{
        const char *topic = message->rkt ? rd_kafka_topic_name(message->rkt) : "";
        int64_t index = find_position(consumer, topic, message->partition);

        switch (message->err) {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
                if (index < 0 || !advance(consumer, index, message->offset, message->offset))
                        return 0;
                event->kind = KAFKA_END;
                event->index = (uint32_t)index;
                event->position = message->offset;
                return 0;
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
                if (index < 0)
                        return 0;
                event->kind = KAFKA_LOST;
                event->index = (uint32_t)index;
                error_set(error, 0, "%s[%d]: %s", topic, (int)message->partition, rd_kafka_message_errstr(message));
                return 0;
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
                event->kind = KAFKA_CHANGED;
                return 0;
        case RD_KAFKA_RESP_ERR__FATAL:
                return error_set(error, ERR_FATAL, "kafka: consumer: %s", rd_kafka_message_errstr(message));
        default:
                if (failure_class(message->err) == ERR_USAGE)
                        return error_set(error, ERR_USAGE, "kafka: %s: %s", topic, rd_kafka_message_errstr(message));
                log_warn("kafka", "%s[%d]: %s", topic, (int)message->partition, rd_kafka_message_errstr(message));
                return 0;
        }
}

int kafka_poll(struct kafka_consumer *consumer, int timeout_ms, struct kafka_event *event, struct error *error)
{
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->client, timeout_ms);
        int64_t index;
        int r = 0;

        *event = (struct kafka_event){.kind = KAFKA_NOTHING};
        if (consumer->changed) {
                consumer->changed = false;
                if (!message) {
                        event->kind = KAFKA_CHANGED;
                        return 0;
                }
                consumer->changed = message->err == RD_KAFKA_RESP_ERR_NO_ERROR; /* report it after the messages */
        }
        if (!message)
                return 0;
        if (message->err) {
                r = take_error(consumer, message, event, error);
                rd_kafka_message_destroy(message);
                return r;
        }
        index = find_position(consumer, rd_kafka_topic_name(message->rkt), message->partition);
        if (index < 0 || !advance(consumer, index, message->offset, message->offset + 1)) {
                rd_kafka_message_destroy(message);
                return 0;
        }
        keep(consumer, message);
        event->kind = KAFKA_MESSAGE;
        event->index = (uint32_t)index;
        event->position = message->offset + 1;
        fill_message(consumer, message, &event->message);
        return 0;
}

void kafka_release(struct kafka_consumer *consumer)
{
        for (size_t i = 0; i < consumer->message_count; i++)
                rd_kafka_message_destroy(consumer->messages[i]);
        consumer->message_count = 0;
        arena_reset(&consumer->arena);
}
