/* The service's life: START, LIVE, and what follows a failure.
 *
 * Nothing is repaired in place. Whatever fails beyond one transaction throws away the clients and everything that the
 * state has not checkpointed, and takes the start path again, which trusts only what Kafka has committed.
 *
 * A fenced producer asks who fenced it: the note beside the committed offsets names the process that committed last.
 * Another one means that we were taken over, and we go quietly, with an exit code of our own, so that a supervisor does
 * not start a fight; with --standby we stand by from then on. Our own means that a transaction timed out.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MS 1000
#define PAUSE_MAX_MS 15000
#define FAILURES_MAX 5 /* fatal failures in a row, without a committed transaction between */
#define OWNER_WAIT_MS 3000
#define OWNER_PAUSE_MS 100

bool service_stopping(const struct service *service)
{
        return service->options->stop && atomic_load(service->options->stop) != 0;
}

int service_pause(struct service *service, int64_t wait_ms)
{
        int64_t deadline_ms = clock_monotonic_ms() + wait_ms, left_ms;

        while ((left_ms = deadline_ms - clock_monotonic_ms()) > 0) {
                if (service_stopping(service))
                        return SERVICE_STOP;
                monitor_alive(&service->monitor);
                clock_sleep_ms(left_ms < 50 ? left_ms : 50);
        }
        return service_stopping(service) ? SERVICE_STOP : 0;
}

int service_open_state(struct service *service, struct error *error)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct store_options store = {
                .path = arena_text(&arena, service->config->state_dir).data,
                .map_bytes = (uint64_t)service->config->map_bytes,
        };
        struct engine_options engine = {
                .config = service->config,
                .model = service->options->model,
                .threads = (unsigned)service->config->threads,
        };
        int r = 0;

        if (!service->store)
                r = store_open(&store, &service->store, error);
        engine.store = service->store;
        monitor_new_engine(&service->monitor);
        return r ? r : engine_open(&engine, &service->engine, error);
}

void service_close_state(struct service *service)
{
        if (service->engine)
                engine_close(service->engine);
        store_close(service->store);
        service->engine = NULL;
        service->store = NULL;
}

/* Everything that is not committed: clients, the batch, and the state's transaction. The store stays open, and with it
 * the lock on its directory. */
static void drop(struct service *service)
{
        kafka_producer_close(service->producer);
        kafka_consumer_close(service->consumer);
        service->producer = NULL;
        service->consumer = NULL;
        outputs_clear(&service->outputs);
        arena_reset(&service->batch);
        service->dirty = false;
        if (service->engine)
                engine_close(service->engine);
        service->engine = NULL;
}

/* True if another process committed last. Read without waiting for open transactions: an older answer does no harm, it
 * is asked for again. The other one may have fenced us and not yet committed its takeover. */
static bool is_taken_over(struct service *service)
{
        struct kafka_consumer *consumer = NULL;
        struct error error;
        int64_t deadline_ms = clock_monotonic_ms() + OWNER_WAIT_MS;
        bool taken = false;

        if (service->note.beat == 0) /* we have not seen who was there before: nobody can be told from them */
                return false;
        if (kafka_consumer_open(service->config, KAFKA_READ_UNCOMMITTED, &consumer, &error) != 0)
                return false;
        while (!taken && service->inputs.count && clock_monotonic_ms() < deadline_ms) {
                int r = kafka_committed(consumer, service->inputs.items, service->inputs.count, OWNER_WAIT_MS, &error);

                for (uint32_t i = 0; i < service->inputs.count && r == 0; i++) {
                        struct note note;

                        /* Notes of a process before us are older than our first beat. */
                        if (note_parse(service->inputs.items[i].metadata, &note) &&
                            strcmp(note.instance, service->note.instance) != 0 && note.beat >= service->note.beat) {
                                log_error("service", "taken over by another instance of \"%.*s\" (%s)",
                                          TEXT_ARG(service->config->instance), note.instance);
                                taken = true;
                                break;
                        }
                }
                if (!taken)
                        clock_sleep_ms(OWNER_PAUSE_MS);
        }
        kafka_consumer_close(consumer);
        return taken;
}

/* One life, from the fence to a failure or a stop. */
static int run_once(struct service *service, struct error *error)
{
        int r;

        metrics_add(&service->monitor.metrics, METRIC_STARTS, 1);
        monitor_phase(&service->monitor, PHASE_STARTING);
        r = service_open_state(service, error);
        r = r ? r : start_run(service, error);
        if (r == 0)
                monitor_phase(&service->monitor, PHASE_LIVE);
        return r ? r : live_run(service, error);
}

/* After a failure: the exit code, or -1 to start again. */
static int recover(struct service *service, int r, int *failures, const struct error *error)
{
        if (service->progress)
                *failures = 0;
        service->progress = false;
        (*failures)++;
        switch (r) {
        case SERVICE_STOP:
                return SERVICE_EXIT_CLEAN;
        case SERVICE_REFUSE:
                log_error("service", "refused: %s", error->text);
                return SERVICE_EXIT_FAILED;
        case ERR_USAGE:
                log_error("service", "%s", error->text);
                return SERVICE_EXIT_USAGE;
        case KAFKA_FENCED:
                log_warn("service", "fenced: %s", error->text);
                if (!is_taken_over(service))
                        break;
                if (!service->options->standby)
                        return SERVICE_EXIT_TAKEN;
                standby_lose(service);
                break;
        case ERR_RETRY:
                log_warn("service", "starting again: %s", error->text);
                break;
        default:
                log_error("service", "starting again: %s", error->text);
                if (*failures >= FAILURES_MAX) {
                        log_error("service", "failed %d times without a committed transaction between", *failures);
                        return SERVICE_EXIT_FAILED;
                }
        }
        return -1;
}

int service_run(const struct service_options *options)
{
        struct service service = {.options = options, .config = options->config};
        struct error error = {""};
        int exit_code, failures = 0, r;

        snprintf(service.note.epoch, sizeof(service.note.epoch), "%s",
                 options->config->epoch[0] ? options->config->epoch : "0");
        note_make_instance(service.note.instance);
        r = monitor_open(&service.monitor, options->config, &error);
        r = r ? r : topics_init(&service.topics, options->config, &error);
        r = r ? r : registry_open(options->config, &service.wire.registry, &error);
        if (r == 0 && options->config->source_count == 0)
                r = error_set(&error, ERR_USAGE, "the configuration names no sources: there is nothing to read");
        for (;;) {
                r = r ? r : run_once(&service, &error);
                exit_code = recover(&service, r, &failures, &error);
                if (exit_code >= 0)
                        break;
                monitor_phase(&service.monitor, PHASE_WAITING);
                drop(&service);
                r = service_pause(&service, failures > 1 ? (PAUSE_MS * failures < PAUSE_MAX_MS ? PAUSE_MS * failures
                                                                                               : PAUSE_MAX_MS)
                                                         : OWNER_PAUSE_MS);
        }
        monitor_phase(&service.monitor, PHASE_STOPPING);
        drop(&service);
        service_close_state(&service);
        monitor_close(&service.monitor);
        wire_free(&service);
        topics_free(&service.topics);
        inputs_free(&service.inputs);
        quarantine_free(&service.quarantine);
        arena_free(&service.outputs.arena);
        arena_free(&service.batch);
        free(service.log_positions);
        free(service.log_ended);
        if (exit_code == SERVICE_EXIT_CLEAN)
                log_info("service", "stopped");
        return exit_code;
}
