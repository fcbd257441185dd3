/* Live: batches from Kafka to Kafka.
 *
 * A batch is what arrives in a few tens of milliseconds, at most some thousand messages. It is decoded and applied
 * first; only then the transaction begins, so that a slow batch never holds one open. Positions are taken over when all
 * is applied.
 *
 * Without traffic there is a transaction with positions alone every heartbeat: an idle producer that was replaced
 * notices nothing until it commits, and others see by it that we live.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

/* Parts of `service.memory`: the messages of a batch, and what is decoded of them. The rest is librdkafka's
 * (kafka/settings.c) and the outputs', which are about as large as what they are made of. */
#define MESSAGES_PART 16
#define DECODED_PART 4
#define REFRESH_INCOMPLETE_MS 2000
#define REPORT_MS 60000
#define STALL_PAUSE_MS 200
#define STALL_REPORT_MS 10000
#define POLL_SLICE_MS 100 /* a request to stop is seen so soon */

struct batch {
        struct changes changes;
        struct service *service;
        struct error *error;
        int failure; /* of an output, which the engine reports as its own */
        uint64_t messages;
        uint64_t bytes;
        uint64_t rejected;
        bool moved;   /* a position changed */
        bool changed; /* the partitions may have */
        bool stalled; /* a message could not be decoded now: it is read again */
};

/* A line when the wait begins, and now and then. */
static void report_stall(struct service *service, const struct message *message, const char *why)
{
        int64_t now_ms = clock_monotonic_ms();

        if (service->stalled_ms && now_ms - service->stalled_ms < STALL_REPORT_MS)
                return;
        service->stalled_ms = now_ms;
        log_warn("service", "%.*s[%d]: offset %lld waits for its schema: %s", TEXT_ARG(message->topic),
                 (int)message->partition, (long long)message->offset, why);
}

/* 0: a change, a dead letter or nothing to do. ERR_RETRY: the registry cannot be asked for the message's schema now. */
static int decode(struct batch *batch, const struct source_config *source, const struct message *arrived)
{
        struct service *service = batch->service;
        const char *quarantined = quarantine_find(&service->quarantine, arrived);
        struct message *message = arena_alloc(&service->batch, sizeof(*message)); /* changes point at it */
        struct error error = {""};
        int r;

        *message = *arrived;
        message->schemas = registry_lookup(service->wire.registry);
        if (quarantined) {
                deadletter_add(service, message, source, quarantined);
                batch->rejected++;
                return 0;
        }
        r = decode_message(service->config, source, message, TYPE_COUNT, TEXT_NONE, &service->batch, &batch->changes,
                           &error);
        if (r == ERR_RETRY) {
                report_stall(service, message, error.text);
                return r;
        }
        service->stalled_ms = 0;
        if (r < 0 || (r == DECODE_UNMAPPED && !source->ignores_unmapped)) {
                deadletter_add(service, message, source, error.text);
                batch->rejected++;
        }
        return 0;
}

static int take(struct batch *batch, const struct kafka_event *event)
{
        struct service *service = batch->service;
        struct kafka_position *position;

        switch (event->kind) {
        case KAFKA_NOTHING:
                return 0;
        case KAFKA_CHANGED:
                batch->changed = true;
                return 0;
        case KAFKA_LOST:
                position = &service->inputs.items[event->index];
                return error_prefix(batch->error, SERVICE_REFUSE,
                                    "messages were deleted before they were read, at position %lld",
                                    (long long)position->offset);
        case KAFKA_MESSAGE:
                if (decode(batch, service->inputs.sources[event->index], &event->message) == ERR_RETRY) {
                        batch->stalled = true;
                        return 0;
                }
                batch->messages++;
                batch->bytes += event->message.key.length + event->message.value.length;
                break;
        case KAFKA_END:
                break;
        }
        position = &service->inputs.items[event->index];
        if (event->position > position->offset) {
                position->offset = event->position;
                batch->moved = true;
        }
        return 0;
}

/* When to commit at the latest though nothing came. */
static int64_t heartbeat_due_ms(const struct service *service)
{
        return service->committed_ms + service->config->heartbeat_ms;
}

static bool has_room(const struct batch *batch)
{
        uint64_t memory = (uint64_t)batch->service->config->memory_bytes;

        return batch->bytes < memory / MESSAGES_PART && batch->service->batch.used_bytes < memory / DECODED_PART;
}

static int collect(struct batch *batch)
{
        struct service *service = batch->service;
        int64_t deadline_ms = heartbeat_due_ms(service);
        int r = 0;

        while (r == 0 && batch->messages < (uint64_t)service->config->batch_messages && has_room(batch) &&
               !batch->changed && !batch->stalled && !service_stopping(service)) {
                int64_t left_ms = deadline_ms - clock_monotonic_ms();
                struct kafka_event event;

                if (left_ms <= 0)
                        break;
                r = kafka_poll(service->consumer, (int)(left_ms < POLL_SLICE_MS ? left_ms : POLL_SLICE_MS), &event,
                               batch->error);
                if (r == 0)
                        r = take(batch, &event);
                if (batch->messages == 1 && event.kind == KAFKA_MESSAGE)
                        deadline_ms = clock_monotonic_ms() + service->config->batch_wait_ms;
                if (service->options->until_end && inputs_reached_targets(&service->inputs))
                        break;
        }
        return r;
}

static int emit(void *context, const struct output *output)
{
        struct batch *batch = context;

        batch->failure = outputs_add(batch->service, output, batch->error);
        return batch->failure ? ERR_FATAL : 0;
}

static int apply(struct batch *batch)
{
        struct service *service = batch->service;
        struct error first;
        int64_t started_us;
        int r;

        if (batch->changes.count == 0)
                return 0;
        started_us = clock_monotonic_us();
        r = engine_apply(service->engine, &batch->changes, emit, batch, &first);
        metrics_observe(&service->monitor.metrics, METRIC_APPLY_SECONDS,
                        (double)(clock_monotonic_us() - started_us) / 1e6);
        if (batch->failure)
                return batch->failure;
        if (r != 0) {
                *batch->error = first;
                return r;
        }
        service->dirty = true;
        service->note.digest = engine_digest(service->engine);
        return 0;
}

static void report(struct service *service)
{
        int64_t now_ms = clock_monotonic_ms();

        if (now_ms - service->reported_ms < REPORT_MS)
                return;
        log_info("service", "%llu messages, %llu rejected, %llu outputs in %llu transactions; %llu records",
                 (unsigned long long)service->messages, (unsigned long long)service->rejected,
                 (unsigned long long)service->produced, (unsigned long long)service->transactions,
                 (unsigned long long)engine_counts(service->engine).records);
        service->reported_ms = now_ms;
        service->messages = service->rejected = service->produced = service->transactions = 0;
}

static void count_batch(struct metrics *metrics, const struct batch *batch)
{
        if (batch->messages == 0)
                return;
        metrics_add(metrics, METRIC_INPUT_MESSAGES, (double)batch->messages);
        metrics_add(metrics, METRIC_INPUT_BYTES, (double)batch->bytes);
        metrics_add(metrics, METRIC_REJECTED, (double)batch->rejected);
        metrics_observe(metrics, METRIC_BATCH_MESSAGES, (double)batch->messages);
}

/* Behind a message that waits for the registry: from the committed positions once more, in a while. Heartbeats go on.
 */
static int read_again(struct service *service, struct error *error)
{
        if (service_pause(service, STALL_PAUSE_MS) == SERVICE_STOP)
                return 0;
        return kafka_assign(service->consumer, service->inputs.items, service->inputs.count, error);
}

/* How long until the partitions are looked at again. */
static int64_t refresh_ms(const struct service *service)
{
        if (service->inputs.complete || service->config->discovery_ms < REFRESH_INCOMPLETE_MS)
                return service->config->discovery_ms;
        return REFRESH_INCOMPLETE_MS;
}

/* One batch, from the first message to its checkpoint if one is due. */
static int run_batch(struct service *service, struct error *error)
{
        struct batch batch = {.service = service, .error = error};
        int r = collect(&batch);

        r = r ? r : apply(&batch);
        if (r == 0 && (batch.messages || clock_monotonic_ms() >= heartbeat_due_ms(service) ||
                       (batch.moved && service_stopping(service))))
                r = transaction_run(service, error);
        service->progress |= r == 0;
        service->messages += batch.messages;
        service->rejected += batch.rejected;
        count_batch(&service->monitor.metrics, &batch);
        kafka_release(service->consumer);
        arena_reset(&service->batch);
        registry_trim(service->wire.registry);
        if (r == 0 && batch.stalled)
                r = read_again(service, error);
        if (r == 0 && checkpoint_is_due(service))
                r = checkpoint_run(service, CHECKPOINT_LIVE, error);
        if (r == 0 && (batch.changed || clock_monotonic_ms() - service->inputs.refreshed_ms >= refresh_ms(service)))
                r = inputs_refresh(service, error);
        monitor_update(service, false);
        report(service);
        return r;
}

int live_run(struct service *service, struct error *error)
{
        int r = 0;

        service->committed_ms = service->reported_ms = clock_monotonic_ms();
        while (r == 0) {
                bool last = service_stopping(service) ||
                            (service->options->until_end && inputs_reached_targets(&service->inputs));

                if (last) {
                        /* The end of what was read may lie behind control records: the last positions go along. */
                        r = transaction_run(service, error);
                        r = r ? r : checkpoint_run(service, CHECKPOINT_CLEAN, error);
                        return r ? r : SERVICE_STOP;
                }
                r = run_batch(service, error);
        }
        return r;
}
