/* The topics that we write: made when missing, known before the first message.
 *
 * Each topic's metadata is asked for once before anything is produced: librdkafka would otherwise look a topic up on
 * its first message, and the first transaction took a second longer (988 against 11 ms). A topic that was just made can
 * be unknown to the broker that we ask for some moments.
 */
#include "kafka/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define METADATA_WAIT_MS 10000
#define CREATED_WAIT_MS 30000
#define CREATED_PAUSE_MS 50
#define BATCH_SLACK_BYTES 1024 /* framing of a batch, well rounded up */

int topic_metadata(rd_kafka_t *client, rd_kafka_topic_t *topic, int timeout_ms, int32_t *partitions,
                   struct error *error)
{
        const struct rd_kafka_metadata *metadata;
        rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, topic, &metadata, timeout_ms);
        char what[KAFKA_TOPIC_NAME_MAX + 32];

        snprintf(what, sizeof(what), "kafka: topic %s", rd_kafka_topic_name(topic));
        *partitions = 0;
        if (code)
                return failure_set(error, code, what);
        if (metadata->topic_cnt == 1) {
                code = metadata->topics[0].err;
                *partitions = metadata->topics[0].partition_cnt;
                for (int32_t i = 0; i < *partitions && !code; i++) {
                        if (metadata->topics[0].partitions[i].leader < 0)
                                code = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
                }
        }
        rd_kafka_metadata_destroy(metadata);
        if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
                *partitions = 0;
                return 0;
        }
        return code ? failure_set(error, code, what) : 0;
}

/* Waits until @topic has partitions with leaders. */
static int await_topic(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t *partitions, struct error *error)
{
        int64_t deadline_ms = clock_monotonic_ms() + CREATED_WAIT_MS;
        int r;

        for (;;) {
                r = topic_metadata(client, topic, METADATA_WAIT_MS, partitions, error);
                if (r == 0 && *partitions > 0)
                        return 0;
                if (r < 0 && r != ERR_RETRY)
                        return r;
                if (clock_monotonic_ms() >= deadline_ms)
                        break;
                clock_sleep_ms(CREATED_PAUSE_MS);
        }
        if (r == 0)
                error_set(error, ERR_RETRY, "kafka: topic %s was made and is still unknown",
                          rd_kafka_topic_name(topic));
        return ERR_RETRY;
}

/* Handles for all topics, once in a producer's life. */
static int open_handles(struct kafka_producer *producer, const struct kafka_topic *topics, uint32_t count,
                        struct error *error)
{
        producer->topics = calloc(count, sizeof(*producer->topics));
        producer->ends = calloc(count, sizeof(*producer->ends));
        producer->partitions = calloc(count, sizeof(*producer->partitions));
        if (!producer->topics || !producer->ends || !producer->partitions)
                abort();
        for (uint32_t i = 0; i < count; i++) {
                producer->topics[i] = rd_kafka_topic_new(producer->client, topics[i].name, NULL);
                if (!producer->topics[i])
                        return error_set(error, ERR_USAGE, "kafka: \"%s\" is no topic name (topic_prefix)",
                                         topics[i].name);
                producer->topic_count = i + 1;
        }
        return 0;
}

/* A number among the client's settings. */
static int64_t client_setting(rd_kafka_t *client, const char *name)
{
        char value[32] = "";
        size_t size = sizeof(value);

        if (rd_kafka_conf_get(rd_kafka_conf(client), name, value, &size) != RD_KAFKA_CONF_OK)
                return INT64_MAX;
        return strtoll(value, NULL, 10);
}

/* What a topic takes at most holds for a whole batch: one that takes less than the client puts into a batch would
 * refuse small messages for the company that they are in. The client has one size of batches for all topics, so a new
 * client is made that keeps to the narrowest. */
static int fit_batches(struct kafka_producer *producer, const struct kafka_topic *topics, uint32_t count, bool *anew,
                       struct error *error)
{
        int64_t narrowest = INT64_MAX;

        for (uint32_t i = 0; i < count; i++) {
                if (topics[i].message_bytes_max > 0 && topics[i].message_bytes_max < narrowest)
                        narrowest = topics[i].message_bytes_max;
        }
        *anew = narrowest - BATCH_SLACK_BYTES < client_setting(producer->client, "batch.size");
        if (!*anew)
                return 0;
        log_info("kafka", "batches have at most %lld bytes, because one of the topics takes no more",
                 (long long)narrowest);
        return producer_connect(producer,
                                narrowest > 2 * BATCH_SLACK_BYTES ? narrowest - BATCH_SLACK_BYTES : narrowest / 2,
                                error);
}

/* The partitions of each topic, after a metadata request each. */
static int find_topics(struct kafka_producer *producer, const struct kafka_topic *topics, uint32_t count, bool *missing,
                       struct error *error)
{
        int r = open_handles(producer, topics, count, error);

        *missing = false;
        for (uint32_t i = 0; i < count && r == 0; i++) {
                r = topic_metadata(producer->client, producer->topics[i], METADATA_WAIT_MS, &producer->partitions[i],
                                   error);
                *missing |= producer->partitions[i] == 0;
        }
        return r;
}

int kafka_topics_open(struct kafka_producer *producer, struct kafka_topic *topics, uint32_t count, int16_t replication,
                      bool administer, struct error *error)
{
        bool missing = false, anew = false;
        int r = find_topics(producer, topics, count, &missing, error);

        if (r == 0 && missing && administer)
                r = admin_create(producer->client, topics, producer->partitions, count, replication, error);
        for (uint32_t i = 0; i < count && r == 0; i++) {
                if (producer->partitions[i] == 0)
                        r = await_topic(producer->client, producer->topics[i], &producer->partitions[i], error);
                topics[i].partitions = producer->partitions[i];
                topics[i].found_retention_ms = topics[i].tombstone_retention_ms;
        }
        if (r == 0 && administer)
                r = admin_check(producer->client, topics, count, error);
        if (r == 0 && administer)
                r = fit_batches(producer, topics, count, &anew, error);
        if (r == 0 && anew)
                r = find_topics(producer, topics, count, &missing, error);
        if (r == 0 && anew && missing)
                r = error_set(error, ERR_RETRY, "kafka: a topic is unknown that was there a moment ago");
        for (uint32_t i = 0; i < count && r == 0; i++) {
                int64_t client_max = client_setting(producer->client, "message.max.bytes");

                if (topics[i].message_bytes_max > client_max)
                        topics[i].message_bytes_max = client_max;
                producer->ends[i] = calloc((size_t)producer->partitions[i], sizeof(**producer->ends));
                if (!producer->ends[i])
                        abort();
        }
        return r;
}
