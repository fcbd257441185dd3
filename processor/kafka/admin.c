/* Administration requests: making topics and looking at their configuration.
 *
 * A cleanup policy is not a detail: `records` is the log that every start reads, and with "delete" in its policy the
 * state would vanish with the retention. So that is refused, and what only costs space or time is a warning. A cluster
 * that does not let us look (no DescribeConfigs permission) is taken at its word, with a warning.
 */
#include "kafka/internal.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define ADMIN_WAIT_MS 30000

static void free_event(rd_kafka_event_t **event)
{
        if (*event)
                rd_kafka_event_destroy(*event);
}

static void free_queue(rd_kafka_queue_t **queue)
{
        rd_kafka_queue_destroy(*queue);
}

static rd_kafka_NewTopic_t *make_topic(const struct kafka_topic *topic, int16_t replication)
{
        char why[256], number[32];
        rd_kafka_NewTopic_t *made =
                rd_kafka_NewTopic_new(topic->name, topic->partitions, replication, why, sizeof(why));

        if (!made)
                return NULL;
        rd_kafka_NewTopic_set_config(made, "cleanup.policy", topic->compacted ? "compact" : "delete");
        if (topic->tombstone_retention_ms > 0) {
                snprintf(number, sizeof(number), "%lld", (long long)topic->tombstone_retention_ms);
                rd_kafka_NewTopic_set_config(made, "delete.retention.ms", number);
        }
        if (topic->message_bytes_max > 0) {
                snprintf(number, sizeof(number), "%lld", (long long)topic->message_bytes_max);
                rd_kafka_NewTopic_set_config(made, "max.message.bytes", number);
        }
        return made;
}

static int created(rd_kafka_event_t *event, struct error *error)
{
        const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
        const rd_kafka_topic_result_t **topics;
        size_t count = 0;

        if (rd_kafka_event_error(event))
                return failure_set(error, rd_kafka_event_error(event), "kafka: making topics");
        topics = rd_kafka_CreateTopics_result_topics(result, &count);
        for (size_t i = 0; i < count; i++) {
                rd_kafka_resp_err_t code = rd_kafka_topic_result_error(topics[i]);
                const char *why = rd_kafka_topic_result_error_string(topics[i]);

                if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) /* somebody else was faster */
                        return error_set(error, failure_class(code), "kafka: topic %s could not be made: %s",
                                         rd_kafka_topic_result_name(topics[i]), why ? why : rd_kafka_err2str(code));
                log_info("kafka", "topic %s made", rd_kafka_topic_result_name(topics[i]));
        }
        return 0;
}

int admin_create(rd_kafka_t *client, const struct kafka_topic *topics, const int32_t *found, uint32_t count,
                 int16_t replication, struct error *error)
{
        rd_kafka_queue_t *queue __attribute__((cleanup(free_queue))) = rd_kafka_queue_new(client);
        rd_kafka_event_t *event __attribute__((cleanup(free_event))) = NULL;
        rd_kafka_NewTopic_t **missing = calloc(count, sizeof(*missing));
        size_t missing_count = 0;
        int r = 0;

        if (!missing)
                abort();
        for (uint32_t i = 0; i < count && r == 0; i++) {
                if (found[i] > 0)
                        continue;
                missing[missing_count] = make_topic(&topics[i], replication);
                if (missing[missing_count])
                        missing_count++;
                else
                        r = error_set(error, ERR_USAGE, "kafka: topic %s: impossible partitions or replication",
                                      topics[i].name);
        }
        if (r == 0) {
                rd_kafka_CreateTopics(client, missing, missing_count, NULL, queue);
                event = rd_kafka_queue_poll(queue, ADMIN_WAIT_MS);
                r = event ? created(event, error)
                          : error_set(error, ERR_RETRY, "kafka: no answer to the request to make topics");
        }
        rd_kafka_NewTopic_destroy_array(missing, missing_count);
        free(missing);
        return r;
}

/* Refuses or warns, after one value of one topic. */
static int check_entry(struct kafka_topic *topic, const char *name, const char *value, struct error *error)
{
        if (strcmp(name, "cleanup.policy") == 0) {
                bool compact = strstr(value, "compact") != NULL, deletes = strstr(value, "delete") != NULL;

                if (topic->compacted && deletes && topic->tombstone_retention_ms > 0)
                        return error_set(error, ERR_USAGE,
                                         "topic %s has cleanup.policy=%s: it would lose the state. Set it to "
                                         "\"compact\" "
                                         "(kafka-configs --alter --topic %s --add-config cleanup.policy=compact)",
                                         topic->name, value, topic->name);
                if (topic->compacted != compact || (topic->compacted && deletes))
                        log_warn("kafka", "topic %s has cleanup.policy=%s, expected %s", topic->name, value,
                                 topic->compacted ? "compact" : "delete");
        } else if (strcmp(name, "max.message.bytes") == 0) {
                topic->message_bytes_max = strtoll(value, NULL, 10);
        } else if (strcmp(name, "delete.retention.ms") == 0) {
                topic->found_retention_ms = strtoll(value, NULL, 10);
                if (topic->tombstone_retention_ms > 0 && topic->found_retention_ms < topic->tombstone_retention_ms)
                        log_warn("kafka", "topic %s has delete.retention.ms=%s, expected at least %lld", topic->name,
                                 value, (long long)topic->tombstone_retention_ms);
        }
        return 0;
}

static int check_resource(const rd_kafka_ConfigResource_t *resource, struct kafka_topic *topics, uint32_t count,
                          struct error *error)
{
        const char *name = rd_kafka_ConfigResource_name(resource);
        const rd_kafka_ConfigEntry_t **entries;
        struct kafka_topic *topic = NULL;
        size_t entry_count;
        int r = 0;

        for (uint32_t i = 0; i < count && !topic; i++) {
                if (strcmp(topics[i].name, name) == 0)
                        topic = &topics[i];
        }
        if (!topic)
                return 0;
        if (rd_kafka_ConfigResource_error(resource)) {
                log_warn("kafka", "topic %s: its configuration cannot be read: %s", name,
                         rd_kafka_err2str(rd_kafka_ConfigResource_error(resource)));
                return 0;
        }
        entries = rd_kafka_ConfigResource_configs(resource, &entry_count);
        for (size_t i = 0; i < entry_count && r == 0; i++) {
                const char *value = rd_kafka_ConfigEntry_value(entries[i]);

                if (value)
                        r = check_entry(topic, rd_kafka_ConfigEntry_name(entries[i]), value, error);
        }
        return r;
}

int admin_check(rd_kafka_t *client, struct kafka_topic *topics, uint32_t count, struct error *error)
{
        rd_kafka_queue_t *queue __attribute__((cleanup(free_queue))) = rd_kafka_queue_new(client);
        rd_kafka_event_t *event __attribute__((cleanup(free_event))) = NULL;
        rd_kafka_ConfigResource_t **wanted = calloc(count, sizeof(*wanted));
        const rd_kafka_ConfigResource_t **found;
        size_t found_count;
        int r = 0;

        if (!wanted)
                abort();
        for (uint32_t i = 0; i < count; i++)
                wanted[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[i].name);
        rd_kafka_DescribeConfigs(client, wanted, count, NULL, queue);
        rd_kafka_ConfigResource_destroy_array(wanted, count);
        free(wanted);
        event = rd_kafka_queue_poll(queue, ADMIN_WAIT_MS);
        if (!event)
                return error_set(error, ERR_RETRY, "kafka: no answer to the request for the topics' configuration");
        if (rd_kafka_event_error(event)) {
                log_warn("kafka", "the topics' configuration cannot be read: %s", rd_kafka_event_error_string(event));
                return 0;
        }
        found = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &found_count);
        for (size_t i = 0; i < found_count && r == 0; i++)
                r = check_resource(found[i], topics, count, error);
        return r;
}
