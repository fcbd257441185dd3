/* The silent phase: `records` is applied to the state up to its committed end.
 *
 * What ends it is the end that was asked for after the fence, never an end-of-partition event: one from before the
 * fence counts for nothing. Records are overwritten in log order and versions are not compared: starting too early is
 * harmless then, because every later state of a record comes later in the log.
 *
 * Until the last flush R comes from different moments, so D means nothing to anybody and is shown to nobody.
 * Checkpoints on the way are marked, and without them a process that is killed every few seconds would never get
 * through.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLUSH_MESSAGES 5000
#define FLUSH_PART 16 /* of `service.memory`: messages are librdkafka's until the flush */
#define POLL_WAIT_MS 200
#define STALLED_MS 60000 /* no message and no end for so long: the brokers are not well */
#define REPORT_MS 5000

int restore_load_positions(struct service *service, struct error *error)
{
        int32_t partitions = service->topics.items[service->topics.records].partitions;
        struct text list;

        free(service->log_positions);
        free(service->log_ended);
        service->log_positions = calloc((size_t)partitions, sizeof(*service->log_positions));
        service->log_ended = calloc((size_t)partitions, sizeof(*service->log_ended));
        if (!service->log_positions || !service->log_ended)
                abort();
        service->started_empty = !engine_get_meta(service->engine, "service.records_positions", &list);
        if (service->started_empty)
                return 0;
        for (int32_t p = 0; p < partitions; p++) {
                int64_t comma = text_find_byte(list, ',', 0);
                struct text item = comma < 0 ? list : text_slice(list, 0, (uint32_t)comma);

                if (!text_to_i64(item, &service->log_positions[p]) || service->log_positions[p] < 0)
                        return error_set(error, SERVICE_REFUSE, "the state's positions in `records` are damaged");
                list = comma < 0 ? TEXT_NONE : text_slice(list, (uint32_t)comma + 1, list.length);
        }
        return 0;
}

static bool reached(const struct service *service, const int64_t *ends, int32_t partitions)
{
        for (int32_t p = 0; p < partitions; p++) {
                if (service->log_positions[p] < ends[p])
                        return false;
        }
        return true;
}

/* Reads `records` and nothing else, from where the state stands. A new assignment: a position that was reported before
 * would not be reported again. */
static int assign(struct service *service, int32_t partitions, struct error *error)
{
        struct kafka_position *positions = calloc((size_t)partitions, sizeof(*positions));
        int r;

        if (!positions)
                abort();
        for (int32_t p = 0; p < partitions; p++) {
                snprintf(positions[p].topic, sizeof(positions[p].topic), "%s",
                         service->topics.items[service->topics.records].name);
                positions[p].partition = p;
                positions[p].offset = service->log_positions[p];
                service->log_ended[p] = false;
        }
        r = kafka_assign(service->consumer, positions, (uint32_t)partitions, error);
        free(positions);
        return r;
}

int restore_flush(struct service *service, struct restore *restore, struct error *error)
{
        int r = engine_restore_flush(service->engine, error);

        kafka_release(service->consumer);
        metrics_add(&service->monitor.metrics, METRIC_RESTORED, (double)restore->unflushed);
        restore->unflushed = restore->unflushed_bytes = 0;
        restore->flushed_ms = clock_monotonic_ms();
        if (r == 0 && checkpoint_is_due(service))
                r = checkpoint_run(service, CHECKPOINT_RESTORING, error);
        return r;
}

static int take(struct service *service, struct restore *restore, const struct kafka_event *event, struct error *error)
{
        const struct message *message = &event->message;
        int r = 0;

        if (event->kind == KAFKA_LOST)
                return error_prefix(error, SERVICE_REFUSE,
                                    "the log of the state lost messages that were not read yet; its cleanup.policy "
                                    "must "
                                    "be \"compact\" alone. To build the state from what is left, remove the directory "
                                    "%.*s",
                                    TEXT_ARG(service->config->state_dir));
        if (event->kind == KAFKA_MESSAGE) {
                struct text value = TEXT_NONE;

                if (message->has_value)
                        r = wire_read(service, message->value, &value, error);
                r = r ? r : engine_restore(service->engine, message->key, value, !message->has_value, error);
                service->dirty = true;
                restore->applied++;
                restore->unflushed++;
                restore->unflushed_bytes += message->key.length + message->value.length;
                fault_point("in_restore");
        }
        /* Message offsets alone never reach the end behind control records; the end event carries the position there.
         */
        if (event->kind == KAFKA_MESSAGE || event->kind == KAFKA_END)
                service->log_ended[event->index] = event->kind == KAFKA_END;
        if ((event->kind == KAFKA_MESSAGE || event->kind == KAFKA_END) &&
            service->log_positions[event->index] < event->position)
                service->log_positions[event->index] = event->position;
        return r;
}

static int64_t count_left(const struct service *service, const int64_t *ends, int32_t partitions)
{
        int64_t left = 0;

        for (int32_t p = 0; p < partitions; p++)
                left += ends[p] > service->log_positions[p] ? ends[p] - service->log_positions[p] : 0;
        return left;
}

static void measure(struct service *service, const int64_t *ends, int32_t partitions, int64_t started_ms)
{
        struct metrics *metrics = &service->monitor.metrics;

        metrics_set(metrics, METRIC_RESTORE_LEFT, (double)count_left(service, ends, partitions));
        metrics_set(metrics, METRIC_RESTORE_SECONDS, (double)(clock_monotonic_ms() - started_ms) / 1000);
        monitor_update(service, false);
}

int64_t restore_estimate_seconds(int64_t done, int64_t left, int64_t elapsed_ms)
{
        double seconds;

        if (left <= 0)
                return 0;
        if (done <= 0 || elapsed_ms <= 0)
                return -1;
        seconds = (double)left * (double)elapsed_ms / (double)done / 1000;
        return (int64_t)seconds + ((double)(int64_t)seconds < seconds);
}

/* @total offsets were to be read at the start. */
static void report(int64_t left, int64_t total, int64_t elapsed_ms, uint64_t applied)
{
        int64_t seconds = restore_estimate_seconds(total - left, left, elapsed_ms);
        char estimate[64] = "";

        if (seconds >= 0)
                snprintf(estimate, sizeof(estimate), ", about %lld s", (long long)seconds);
        log_info("service", "restoring: %llu records applied, %lld %% done, at most %lld offsets to go%s",
                 (unsigned long long)applied, (long long)(total > 0 ? 100 * (total - left) / total : 100),
                 (long long)left, estimate);
}

int restore_begin(struct service *service, struct restore *restore, struct error *error)
{
        int64_t now_ms = clock_monotonic_ms();

        *restore = (struct restore){.flushed_ms = now_ms, .seen_ms = now_ms};
        return assign(service, service->topics.items[service->topics.records].partitions, error);
}

int restore_step(struct service *service, struct restore *restore, int wait_ms, struct error *error)
{
        struct kafka_event event;
        int r = kafka_poll(service->consumer, wait_ms, &event, error);

        r = r ? r : take(service, restore, &event, error);
        if (r == 0 && event.kind != KAFKA_NOTHING)
                restore->seen_ms = clock_monotonic_ms();
        if (r == 0 && (restore->unflushed >= FLUSH_MESSAGES ||
                       restore->unflushed_bytes >= (uint64_t)service->config->memory_bytes / FLUSH_PART))
                r = restore_flush(service, restore, error);
        return r;
}

int restore_run(struct service *service, const int64_t *ends, struct error *error)
{
        int32_t partitions = service->topics.items[service->topics.records].partitions;
        int64_t started_ms = clock_monotonic_ms(), reported_ms = started_ms;
        int64_t total = count_left(service, ends, partitions);
        struct restore restore = {0};
        int r = 0;

        monitor_phase(&service->monitor, PHASE_RESTORING);
        if (!reached(service, ends, partitions))
                r = restore_begin(service, &restore, error);
        while (r == 0 && !reached(service, ends, partitions)) {
                if (service_stopping(service)) {
                        r = restore_flush(service, &restore, error);
                        r = r ? r : checkpoint_run(service, CHECKPOINT_RESTORING, error);
                        return r ? r : SERVICE_STOP;
                }
                monitor_alive(&service->monitor);
                r = restore_step(service, &restore, POLL_WAIT_MS, error);
                if (r == 0 && restore.unflushed == 0)
                        measure(service, ends, partitions, started_ms);
                if (r == 0 && clock_monotonic_ms() - restore.seen_ms > STALLED_MS)
                        r = error_set(error, ERR_RETRY, "restoring: `records` cannot be read to its end");
                if (clock_monotonic_ms() - reported_ms >= REPORT_MS) {
                        reported_ms = clock_monotonic_ms();
                        report(count_left(service, ends, partitions), total, reported_ms - started_ms, restore.applied);
                }
        }
        r = r ? r : restore_flush(service, &restore, error);
        measure(service, ends, partitions, started_ms);
        if (r == 0 && restore.applied)
                log_info("service", "restored: %llu records applied in %lld ms", (unsigned long long)restore.applied,
                         (long long)(clock_monotonic_ms() - started_ms));
        return r;
}
