/* The partitions that we read, and our positions in them.
 *
 * The group's committed offsets are the only truth about how far the inputs are processed: they were committed together
 * with the outputs. Beside each stands a note of ours (metadata.h). An offset without one was written by somebody else,
 * a reset or a foreign consumer of the same group, and nothing in Kafka would have prevented that; so we look.
 *
 * A partition without an offset is new and starts at its beginning. Every transaction commits all positions: offsets of
 * a group without members expire for each partition on its own, and neither commits for others nor a living consumer
 * would prevent it.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFSETS_WAIT_MS 10000

void inputs_free(struct inputs *inputs)
{
        free(inputs->items);
        free(inputs->sources);
        free(inputs->targets);
        *inputs = (struct inputs){0};
}

static void add(struct inputs *inputs, const char *topic, int32_t partition, const struct source_config *source)
{
        uint32_t n = inputs->count + 1;

        inputs->items = realloc(inputs->items, n * sizeof(*inputs->items));
        inputs->sources = realloc(inputs->sources, n * sizeof(*inputs->sources));
        inputs->targets = realloc(inputs->targets, n * sizeof(*inputs->targets));
        if (!inputs->items || !inputs->sources || !inputs->targets)
                abort();
        memset(&inputs->items[inputs->count], 0, sizeof(*inputs->items));
        snprintf(inputs->items[inputs->count].topic, sizeof(inputs->items->topic), "%s", topic);
        inputs->items[inputs->count].partition = partition;
        inputs->items[inputs->count].offset = KAFKA_OFFSET_NONE;
        inputs->sources[inputs->count] = source;
        inputs->targets[inputs->count] = 0;
        inputs->count = n;
}

static const struct kafka_position *find(const struct inputs *inputs, const char *topic, int32_t partition)
{
        for (uint32_t i = 0; i < inputs->count; i++) {
                if (inputs->items[i].partition == partition && strcmp(inputs->items[i].topic, topic) == 0)
                        return &inputs->items[i];
        }
        return NULL;
}

/* Every partition that there is now, positions unknown. A topic that a pattern has just found may have no leader yet:
 * it is looked at again soon. */
static int list_partitions(struct service *service, bool live, struct inputs *inputs, struct error *error)
{
        struct discovery discovery;
        int r = discovery_run(service, live, &discovery, error);

        *inputs = (struct inputs){.complete = true, .refreshed_ms = clock_monotonic_ms()};
        for (size_t i = 0; i < discovery.count && r == 0; i++) {
                const struct discovered *found = &discovery.items[i];
                int32_t count = 0;

                r = kafka_count_partitions(service->consumer, found->topic, &count, error);
                if (r == ERR_RETRY && !find(&service->inputs, found->topic, 0)) {
                        log_info("service", "%s: not ready yet: %s", found->topic, error->text);
                        r = 0;
                        count = 0;
                }
                inputs->complete &= count > 0;
                for (int32_t p = 0; p < count && r == 0; p++)
                        add(inputs, found->topic, p, found->source);
        }
        discovery_free(&discovery);
        return r;
}

/* Positions that nobody committed: the first message that there is. And a committed position must still exist. */
static int settle_position(struct service *service, struct kafka_position *position, struct error *error)
{
        int64_t low, high;
        int r = kafka_watermarks(service->consumer, position->topic, position->partition, OFFSETS_WAIT_MS, &low, &high,
                                 error);

        if (r < 0)
                return r;
        if (position->offset == KAFKA_OFFSET_NONE) {
                if (low > 0)
                        log_warn("service",
                                 "%s[%d]: no position is committed, and what came before offset %lld is deleted: "
                                 "reading from there",
                                 position->topic, (int)position->partition, (long long)low);
                else
                        log_info("service", "%s[%d]: no position is committed, reading from the beginning",
                                 position->topic, (int)position->partition);
                position->offset = low;
                return 0;
        }
        if (position->offset >= low && position->offset <= high)
                return 0;
        return error_set(
                error, SERVICE_REFUSE,
                "%s[%d]: the committed position %lld is outside of what the topic holds (%lld to %lld): messages "
                "were deleted before they were read, or the topic was made anew. To go on with what is there, "
                "delete the position: kafka-consumer-groups --delete-offsets --group durand.%.*s --topic %s:%d",
                position->topic, (int)position->partition, (long long)position->offset, (long long)low, (long long)high,
                TEXT_ARG(service->config->instance), position->topic, (int)position->partition);
}

int inputs_list(struct service *service, struct error *error)
{
        inputs_free(&service->inputs);
        return list_partitions(service, false, &service->inputs, error);
}

int inputs_find(struct service *service, struct error *error)
{
        int r = inputs_list(service, error);

        if (r < 0)
                return r;
        if (!service->inputs.complete)
                log_warn("service", "not all input topics exist yet; they are read as soon as they do");
        /* Read with read_committed: the answer waits until no transaction holds offsets of the group. */
        return kafka_committed(service->consumer, service->inputs.items, service->inputs.count, OFFSETS_WAIT_MS, error);
}

int inputs_check_notes(struct service *service, struct note *newest, struct error *error)
{
        struct inputs *inputs = &service->inputs;
        int r = 0;

        *newest = (struct note){0};
        for (uint32_t i = 0; i < inputs->count && r == 0; i++) {
                struct kafka_position *position = &inputs->items[i];
                struct note note;

                if (position->offset != KAFKA_OFFSET_NONE) {
                        if (!note_parse(position->metadata, &note))
                                return error_set(error, SERVICE_REFUSE,
                                                 "%s[%d]: position %lld of group durand.%.*s was not committed by "
                                                 "Durand: somebody "
                                                 "reset the group, or another consumer uses its name. If it is meant "
                                                 "to be read "
                                                 "again from its beginning, delete the position: kafka-consumer-groups "
                                                 "--delete-offsets --group durand.%.*s --topic %s:%d",
                                                 position->topic, (int)position->partition, (long long)position->offset,
                                                 TEXT_ARG(service->config->instance),
                                                 TEXT_ARG(service->config->instance), position->topic,
                                                 (int)position->partition);
                        if (note.beat >= newest->beat)
                                *newest = note;
                }
                r = settle_position(service, position, error);
        }
        return r;
}

/* Positions of partitions that we did not read before. One that was away for a while has a committed position. */
static int settle_new(struct service *service, struct inputs *now, struct error *error)
{
        int r = 0;

        for (uint32_t i = 0; i < now->count && r == 0; i++) {
                const struct kafka_position *known =
                        find(&service->inputs, now->items[i].topic, now->items[i].partition);

                if (known) {
                        now->items[i] = *known;
                        continue;
                }
                r = kafka_committed(service->consumer, &now->items[i], 1, OFFSETS_WAIT_MS, error);
                if (r == 0)
                        r = settle_position(service, &now->items[i], error);
        }
        return r;
}

int inputs_refresh(struct service *service, struct error *error)
{
        struct inputs now;
        bool changed;
        int r = list_partitions(service, true, &now, error);

        if (r == 0)
                r = settle_new(service, &now, error);
        if (r != 0) {
                inputs_free(&now);
                return r;
        }
        changed = now.count != service->inputs.count;
        for (uint32_t i = 0; i < now.count && !changed; i++)
                changed = !find(&service->inputs, now.items[i].topic, now.items[i].partition);
        if (!changed) {
                service->inputs.refreshed_ms = now.refreshed_ms;
                service->inputs.complete = now.complete;
                inputs_free(&now);
                return 0;
        }
        /* Partitions of a deleted topic leave the list: an offset for one would fail every transaction. */
        log_info("service", "inputs changed: %u partitions, %u before", now.count, service->inputs.count);
        inputs_free(&service->inputs);
        service->inputs = now;
        return kafka_assign(service->consumer, service->inputs.items, service->inputs.count, error);
}

int inputs_set_targets(struct service *service, struct error *error)
{
        struct inputs *inputs = &service->inputs;
        int r = 0;

        for (uint32_t i = 0; i < inputs->count && r == 0; i++) {
                int64_t low;

                r = kafka_watermarks(service->consumer, inputs->items[i].topic, inputs->items[i].partition,
                                     OFFSETS_WAIT_MS, &low, &inputs->targets[i], error);
        }
        return r;
}

bool inputs_reached_targets(const struct inputs *inputs)
{
        for (uint32_t i = 0; i < inputs->count; i++) {
                if (inputs->items[i].offset < inputs->targets[i])
                        return false;
        }
        return true;
}
