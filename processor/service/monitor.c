/* What others see of the service: the HTTP port, and the supervisor (systemd) that started it.
 *
 * The service's thread writes numbers down as it goes (metrics.h) and says when it enters another phase. The port's
 * thread only reads them, so neither a scrape nor a client that hangs can hold up a batch.
 *
 * /health and /ready differ: the first says that the process answers, and a supervisor restarts it when it does not;
 * the second that it keeps the outputs up to date. A restore is healthy and not ready. While the brokers are away a
 * service is healthy, too: a restart would not bring them back.
 *
 * systemd hears READY when the service is first live, or stands by. A start takes as long as the restore does, so until
 * then the time-out is pushed ahead of us. The watchdog is fed by the service's own thread and nobody else: if that
 * hangs, so does its food.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "http/http.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define UPDATE_MS 1000
#define STALE_MIN_MS 30000 /* no commit for so long: not ready */
#define STALE_HEARTBEATS 10
#define START_EXTENSION_US 120000000ULL
#define START_EXTEND_MS 20000

/* --- the pages */

static void answer_metrics(void *context, struct http_answer *answer)
{
        struct monitor *monitor = context;

        answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
        metrics_write(&monitor->metrics, &answer->body);
}

/* How long ago the last transaction was committed; -1: none was. */
static double commit_age_seconds(struct monitor *monitor)
{
        double committed = metrics_get(&monitor->metrics, METRIC_COMMIT_TIME);

        return committed > 0 ? (double)clock_wall_ms() / 1000 - committed : -1;
}

static void write_status(struct monitor *monitor, const char *status, struct buffer *out)
{
        struct json_writer writer;
        double age = commit_age_seconds(monitor);

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_name(&writer, "status");
        json_write_string(&writer, status);
        json_write_name(&writer, "phase");
        json_write_string(&writer, phase_name(metrics_get_phase(&monitor->metrics)));
        json_write_name(&writer, "instance");
        json_write_string(&writer, monitor->metrics.instance);
        json_write_name(&writer, "version");
        json_write_string(&writer, DURAND_VERSION);
        json_write_name(&writer, "lag");
        json_write_i64(&writer, metrics_total_lag(&monitor->metrics));
        json_write_name(&writer, "restore_remaining");
        json_write_i64(&writer, (int64_t)metrics_get(&monitor->metrics, METRIC_RESTORE_LEFT));
        if (age >= 0) {
                json_write_name(&writer, "seconds_since_commit");
                json_write_i64(&writer, (int64_t)age);
        }
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}

static void answer_health(void *context, struct http_answer *answer)
{
        answer->content_type = "application/json";
        write_status(context, "ok", &answer->body);
}

static void answer_ready(void *context, struct http_answer *answer)
{
        struct monitor *monitor = context;
        double age = commit_age_seconds(monitor);
        enum phase phase = metrics_get_phase(&monitor->metrics);
        bool live = phase == PHASE_LIVE;
        bool fresh = age >= 0 && age * 1000 <= (double)monitor->stale_ms;

        answer->content_type = "application/json";
        answer->status = live && fresh ? 200 : 503;
        write_status(monitor,
                     live && fresh            ? "ready"
                     : live                   ? "no commit for too long"
                     : phase == PHASE_STANDBY ? "standby"
                                              : "not live",
                     &answer->body);
}

static const struct http_route routes[] = {
        {"/metrics", answer_metrics, "what Prometheus reads (docs/metrics.md)"},
        {"/health", answer_health, "200: the process answers"},
        {"/ready", answer_ready, "200: live, and a transaction was committed lately; else 503"},
};

/* --- the service's side */

int monitor_open(struct monitor *monitor, const struct config *config, struct error *error)
{
        struct http_address address;
        int64_t stale_ms = config->heartbeat_ms * STALE_HEARTBEATS;
        int r;

        metrics_init(&monitor->metrics, config->instance, config->epoch);
        monitor->stale_ms = stale_ms > STALE_MIN_MS ? stale_ms : STALE_MIN_MS;
        if (sd_watchdog_enabled(0, &monitor->watchdog_us) <= 0)
                monitor->watchdog_us = 0;
        if (config->http_listen.length == 0)
                return 0;
        r = http_parse_address(config->http_listen, &address, error);
        if (r == 0)
                r = http_start(&address, routes, sizeof(routes) / sizeof(routes[0]), monitor, &monitor->server, error);
        if (r < 0)
                return r;
        log_info("http", "listening on %s port %u", address.host, (unsigned)http_port(monitor->server));
        return 0;
}

void monitor_close(struct monitor *monitor)
{
        http_stop(monitor->server);
        metrics_free(&monitor->metrics);
}

static void tell_supervisor(struct monitor *monitor, enum phase phase)
{
        if ((phase == PHASE_LIVE || phase == PHASE_STANDBY) && !monitor->was_live) {
                monitor->was_live = true;
                sd_notify(0, "READY=1");
        }
        if (phase == PHASE_STOPPING)
                sd_notify(0, "STOPPING=1");
        sd_notifyf(0, "STATUS=%s", phase_name(phase));
}

void monitor_phase(struct monitor *monitor, enum phase phase)
{
        metrics_set_phase(&monitor->metrics, phase);
        tell_supervisor(monitor, phase);
        monitor_alive(monitor);
}

void monitor_alive(struct monitor *monitor)
{
        int64_t now_ms = clock_monotonic_ms();

        if (monitor->watchdog_us && (uint64_t)(now_ms - monitor->fed_ms) * 1000 >= monitor->watchdog_us / 4) {
                sd_notify(0, "WATCHDOG=1");
                monitor->fed_ms = now_ms;
        }
        if (!monitor->was_live && now_ms - monitor->extended_ms >= START_EXTEND_MS) {
                sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%llu", START_EXTENSION_US);
                monitor->extended_ms = now_ms;
        }
}

/* Counters of the engine begin anew with each engine; ours do not. */
static void count_since(struct monitor *monitor, enum metric metric, uint64_t now, uint64_t *seen)
{
        if (now > *seen)
                metrics_add(&monitor->metrics, metric, (double)(now - *seen));
        *seen = now;
}

static void update_inputs(struct service *service)
{
        struct monitor *monitor = &service->monitor;
        struct metrics_input *list = calloc(service->inputs.count + 1, sizeof(*list));

        if (!list)
                abort();
        for (uint32_t i = 0; i < service->inputs.count; i++) {
                const struct kafka_position *position = &service->inputs.items[i];

                memcpy(list[i].topic, position->topic, sizeof(list[i].topic));
                list[i].partition = position->partition;
                list[i].position = position->offset;
                list[i].end = kafka_known_end(service->consumer, position->topic, position->partition);
        }
        metrics_set_inputs(&monitor->metrics, list, service->inputs.count);
        free(list);
}

static void update_state(struct service *service)
{
        struct monitor *monitor = &service->monitor;
        struct engine_counts counts = engine_counts(service->engine);
        double state_bytes = (double)store_size_bytes(service->store);

        count_since(monitor, METRIC_CHANGES, counts.changes, &monitor->seen_changes);
        count_since(monitor, METRIC_PAIRS, counts.pairs, &monitor->seen_pairs);
        metrics_set(&monitor->metrics, METRIC_RECORDS, (double)counts.records);
        metrics_set(&monitor->metrics, METRIC_CONFLICTS, (double)counts.conflicts);
        for (int type = 0; type < TYPE_COUNT; type++)
                metrics_set_entities(&monitor->metrics, (enum record_type)type, (double)counts.entities[type]);
        metrics_set(&monitor->metrics, METRIC_STATE_BYTES, state_bytes);
        metrics_set(&monitor->metrics, METRIC_MAP_BYTES, (double)service->config->map_bytes);
        metrics_set(&monitor->metrics, METRIC_MAP_USED, state_bytes / (double)service->config->map_bytes);
        metrics_set(&monitor->metrics, METRIC_DIRTY_BYTES, (double)engine_dirty_bytes(service->engine));
        metrics_set(&monitor->metrics, METRIC_QUARANTINED, service->quarantine.count);
}

void monitor_update(struct service *service, bool now)
{
        struct monitor *monitor = &service->monitor;
        int64_t now_ms = clock_monotonic_ms();

        monitor_alive(monitor);
        if (!now && now_ms - monitor->updated_ms < UPDATE_MS)
                return;
        monitor->updated_ms = now_ms;
        if (service->engine)
                update_state(service);
        if (service->consumer)
                update_inputs(service);
}

void monitor_new_engine(struct monitor *monitor)
{
        monitor->seen_changes = 0;
        monitor->seen_pairs = 0;
}
