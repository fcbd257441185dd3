/* Checkpoints: the state's transaction is committed at a barrier, when everything applied is also committed in Kafka.
 *
 * With it go the positions in `records` that the state has reached: what the restore read, or one past what our own
 * transactions wrote, as the delivery reports say. A query for the topic's end would be wrong: with a position that is
 * too high a restart skips what it must apply, one that is too low does no harm.
 *
 * A checkpoint inside a restore is marked: R and D are then of different moments.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

#include <string.h>

#define IDLE_CHECKPOINT_MS 3600000LL /* keeps the time of the last checkpoint young on an idle instance */

static const char *const kind_names[] = {
        [CHECKPOINT_LIVE] = "live",
        [CHECKPOINT_CLEAN] = "clean",
        [CHECKPOINT_RESTORING] = "restoring",
};

static void put_positions(struct service *service)
{
        BUFFER_CLEANUP struct buffer text = {0};
        int32_t partitions = service->topics.items[service->topics.records].partitions;

        for (int32_t p = 0; p < partitions; p++) {
                int64_t written = kafka_end_offset(service->producer, service->topics.records, p);

                if (service->log_positions[p] < written)
                        service->log_positions[p] = written;
                buffer_printf(&text, "%s%lld", p ? "," : "", (long long)service->log_positions[p]);
        }
        engine_put_meta(service->engine, "service.records_positions", buffer_view(&text));
}

static void put_identity(struct service *service)
{
        BUFFER_CLEANUP struct buffer text = {0};

        engine_put_meta(service->engine, "service.instance", service->config->instance);
        engine_put_meta(service->engine, "service.epoch", text_from(service->note.epoch));
        for (uint32_t i = 0; i < service->topics.count; i++)
                buffer_printf(&text, "%s=%d\n", service->topics.items[i].name,
                              (int)service->topics.items[i].partitions);
        engine_put_meta(service->engine, "service.partitions", buffer_view(&text));
        buffer_clear(&text);
        buffer_printf(&text, "%lld", (long long)clock_wall_ms());
        engine_put_meta(service->engine, "service.checkpoint_time_ms", buffer_view(&text));
}

int checkpoint_run(struct service *service, enum checkpoint_kind kind, struct error *error)
{
        int64_t started_ms = clock_monotonic_ms();
        int r;

        put_positions(service);
        put_identity(service);
        engine_put_meta(service->engine, "service.kind", text_from(kind_names[kind]));
        fault_point("before_lmdb_commit");
        r = engine_checkpoint(service->engine, error);
        if (r != 0)
                return r;
        fault_point("after_lmdb_commit");
        service->dirty = false;
        service->checkpoint_ms = clock_monotonic_ms();
        metrics_observe(&service->monitor.metrics, METRIC_CHECKPOINT_SECONDS,
                        (double)(service->checkpoint_ms - started_ms) / 1000);
        metrics_set(&service->monitor.metrics, METRIC_CHECKPOINT_TIME, (double)clock_wall_ms() / 1000);
        log_debug("service", "checkpoint (%s) in %lld ms", kind_names[kind],
                  (long long)(service->checkpoint_ms - started_ms));
        return 0;
}

bool checkpoint_is_due(const struct service *service)
{
        int64_t age_ms = clock_monotonic_ms() - service->checkpoint_ms;

        if (age_ms >= IDLE_CHECKPOINT_MS || engine_checkpoint_due(service->engine))
                return true;
        return service->dirty && age_ms >= service->config->checkpoint_ms;
}
