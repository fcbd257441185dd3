/* The outputs of one batch: a list of finished messages, the unit of retry.
 *
 * They are kept until their transaction is committed. An aborted transaction sends the very same bytes again: the state
 * holds the batch's effect already, and computing it a second time would be a second batch.
 */
#include "service/internal.h"

#include "base/log.h"

#include <string.h>

struct kafka_record *outputs_new(struct outputs *outputs, uint32_t topic)
{
        struct kafka_record *record = ARENA_PUSH(&outputs->arena, outputs->items, outputs->count, outputs->capacity);

        *record = (struct kafka_record){.topic = topic};
        return record;
}

void outputs_clear(struct outputs *outputs)
{
        arena_reset(&outputs->arena);
        outputs->items = NULL;
        outputs->count = 0;
        outputs->capacity = 0;
}

/* A message that neither client nor topic would take. produce() would refuse it and the commit succeed without it, or
 * the broker reject it and the next transaction fail as well; so it never gets that far. An output goes the dead-letter
 * way. A record of `records` cannot: without it the log would not be the state. So the change that made it so large is
 * set aside, and the batch is made again without that change. */
static int refuse_large(struct service *service, const struct output *output, uint64_t bytes, int64_t limit,
                        const char *topic, struct error *error)
{
        struct message message = {
                .topic = text_from(topic),
                .offset = output->cause ? output->cause->offset : 0,
                .partition = output->cause ? output->cause->partition : 0,
                .timestamp_ms = TIME_UNKNOWN_MS,
                .has_key = true,
                .has_value = true,
                .key = output->key,
                .value = output->value,
        };

        error_set(error, ERR_FATAL, "%s: key %.*s: a message of %llu bytes, the topic takes %lld (max.message.bytes)",
                  topic, TEXT_ARG(output->key), (unsigned long long)bytes, (long long)limit);
        if (output->topic == OUTPUT_RECORDS) {
                if (output->cause && quarantine_add(&service->quarantine, output->cause, error->text))
                        return ERR_RETRY;
                return SERVICE_REFUSE;
        }
        log_error("service", "%s", error->text);
        deadletter_add(service, &message, NULL, error->text);
        return 0;
}

int outputs_add(struct service *service, const struct output *output, struct error *error)
{
        struct outputs *outputs = &service->outputs;
        int64_t topic = topics_find(&service->topics, service->config, output);
        const struct kafka_topic *settings;
        struct kafka_record *record;
        int r;

        if (topic < 0)
                return error_set(error, ERR_FATAL, "no topic for an output to \"%.*s\"", TEXT_ARG(output->target));
        record = outputs_new(outputs, (uint32_t)topic);
        r = wire_write(service, (uint32_t)topic, output, record, error);
        if (r != 0)
                return r;
        settings = &service->topics.items[topic];
        if (kafka_record_bytes(record) <= (uint64_t)settings->message_bytes_max)
                return 0;
        outputs->count--;
        return refuse_large(service, output, kafka_record_bytes(record), settings->message_bytes_max, settings->name,
                            error);
}
