/* One transaction: outputs and positions, all or nothing.
 *
 * What fails abortably is aborted and sent again, the same bytes, at most ATTEMPTS_MAX times; then the service starts
 * anew from what is committed. The state already holds the batch, and nothing in it is rolled back for an abort: the
 * next attempt commits what it belongs to, and without one the state's transaction is thrown away as a whole.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

#include <string.h>

#define ATTEMPTS_MAX 5
#define ATTEMPT_PAUSE_MS 200LL

static int attempt(struct service *service, struct error *error)
{
        struct inputs *inputs = &service->inputs;
        struct outputs *outputs = &service->outputs;
        int r = kafka_begin(service->producer, error);

        for (size_t i = 0; i < outputs->count && r == 0; i++)
                r = kafka_produce(service->producer, &outputs->items[i], error);
        if (r != 0)
                return r;
        fault_point("after_produce");
        fault_point("before_send_offsets");
        r = kafka_send_offsets(service->producer, service->consumer, inputs->items, inputs->count, error);
        if (r != 0)
                return r;
        fault_point("after_send_offsets");
        fault_point("before_kafka_commit");
        r = kafka_commit(service->producer, error);
        if (r != 0)
                return r;
        fault_point("after_kafka_commit");
        return 0;
}

static void count(struct metrics *metrics, const struct outputs *outputs, int64_t started_us)
{
        uint64_t bytes = 0;

        for (size_t i = 0; i < outputs->count; i++) {
                bytes += kafka_record_bytes(&outputs->items[i]);
                metrics_add_output(metrics, outputs->items[i].topic, 1);
        }
        metrics_add(metrics, METRIC_OUTPUT_BYTES, (double)bytes);
        metrics_add(metrics, METRIC_TRANSACTIONS, 1);
        metrics_observe(metrics, METRIC_TRANSACTION_SECONDS, (double)(clock_monotonic_us() - started_us) / 1e6);
        metrics_set(metrics, METRIC_COMMIT_TIME, (double)clock_wall_ms() / 1000);
}

static void committed(struct service *service, int64_t started_us)
{
        count(&service->monitor.metrics, &service->outputs, started_us);
        service->transactions++;
        service->produced += service->outputs.count;
        service->committed_ms = clock_monotonic_ms();
        outputs_clear(&service->outputs);
}

int transaction_run(struct service *service, struct error *error)
{
        char text[NOTE_TEXT_SIZE];
        int64_t started_us;
        int r = 0;

        service->note.beat++;
        note_write(&service->note, text);
        for (int n = 1; n <= ATTEMPTS_MAX; n++) {
                for (uint32_t i = 0; i < service->inputs.count; i++)
                        memcpy(service->inputs.items[i].metadata, text, sizeof(text));
                started_us = clock_monotonic_us();
                r = attempt(service, error);
                if (r == 0) {
                        committed(service, started_us);
                        return 0;
                }
                if (r != KAFKA_ABORT)
                        return r;
                metrics_add(&service->monitor.metrics, METRIC_ABORTED, 1);
                log_warn("service", "transaction aborted, attempt %d of %d: %s", n, ATTEMPTS_MAX, error->text);
                r = kafka_abort(service->producer, error);
                if (r != 0)
                        return r;
                clock_sleep_ms(ATTEMPT_PAUSE_MS * n);
                /* A deleted input fails every transaction that names it. */
                r = inputs_refresh(service, error);
                if (r != 0)
                        return r;
        }
        return error_prefix(error, ERR_FATAL, "a transaction failed %d times", ATTEMPTS_MAX);
}
