/* Standing by: the state follows `records` while another instance works, so that a takeover has almost nothing to read.
 *
 * Nothing here decides who may write: the fence does (start.c), and a standby that errs takes the work over from one
 * that was well, without loss. So noticing may be a guess, and what matters is how good it is. We look at the group's
 * committed offsets, whose note has the owner's beat (metadata.h), and take a beat that does not grow for
 * `service.takeover` for the owner's end. A membership in a consumer group would say less: brokers by default allow no
 * session below six seconds, and its heartbeats come from a thread of librdkafka's that goes on when the engine hangs;
 * the beat is a commit, the very thing that a standby would do instead. And the exactly-once protocol stays as it is:
 * nobody joins a group, nothing is rebalanced.
 *
 * What is not silence: brokers that do not answer or are slow to (the owner cannot commit then, either, and needs its
 * time when they are back), and a moment in which we ourselves have not read `records` to its end, for then somebody
 * else may be quicker. Two standbys under a load whose
 * batches last longer than their patience would take the work from each other for ever; who is displaced while it
 * worked therefore doubles its patience.
 *
 * D is computed as the log comes, but R is of different moments until the restore behind the fence has reached the end
 * asked for there: nobody is served from here, and checkpoints are marked as those of a restore.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define POLL_WAIT_MS 50
#define LOOK_MS 200
#define LOOK_WAIT_MS 2000
#define LOOK_SLOW_MS 1000     /* brokers that take so long are not well */
#define OUTAGE_GRACE_MS 10000 /* what the owner may need for its next commit after that */
#define FLUSH_MS 200          /* what came is settled so soon: a takeover waits for the rest only */
#define REPORT_MS 60000
#define REFRESH_INCOMPLETE_MS 2000
#define HEARTBEATS 2
#define PATIENCE_MAX_MS 60000

struct watch {
        struct service *service;
        struct kafka_consumer *unstable; /* reads offsets without waiting for open transactions: too old does no harm */
        struct restore restore;
        struct note owner; /* beat 0: none is known */
        int64_t heard_ms;  /* monotonic times: of the owner's last sign of life, as far as we could hear */
        int64_t looked_ms;
        int64_t reported_ms;
        bool caught_up; /* at the end of `records`, when it was last asked for */
};

static int64_t patience_ms(const struct service *service)
{
        int64_t least_ms = HEARTBEATS * service->config->heartbeat_ms, wanted_ms = service->config->takeover_ms;

        if (wanted_ms < service->patience_ms)
                wanted_ms = service->patience_ms;
        return wanted_ms < least_ms ? least_ms : wanted_ms;
}

void standby_lose(struct service *service)
{
        int64_t longer_ms = 2 * patience_ms(service);

        if (metrics_get_phase(&service->monitor.metrics) == PHASE_LIVE)
                service->patience_ms = longer_ms < PATIENCE_MAX_MS ? longer_ms : PATIENCE_MAX_MS;
        log_warn("service", "standing by from now on; taking over after %lld ms of silence",
                 (long long)patience_ms(service));
}

/* The newest note of the group. */
static void find_owner(const struct inputs *inputs, struct note *owner)
{
        *owner = (struct note){0};
        for (uint32_t i = 0; i < inputs->count; i++) {
                struct note note;

                if (note_parse(inputs->items[i].metadata, &note) && note.beat >= owner->beat)
                        *owner = note;
        }
}

static int refresh_inputs(struct service *service, struct error *error)
{
        int64_t age_ms = clock_monotonic_ms() - service->inputs.refreshed_ms;
        int64_t due_ms = service->inputs.complete ? service->config->discovery_ms : REFRESH_INCOMPLETE_MS;

        return service->inputs.count && age_ms < due_ms ? 0 : inputs_list(service, error);
}

/* Who owns the work, and whether it lives. */
static int look(struct watch *watch, struct error *error)
{
        struct service *service = watch->service;
        struct note owner;
        int64_t asked_ms = clock_monotonic_ms();
        int r = refresh_inputs(service, error);

        if (r == 0 && service->inputs.count)
                r = kafka_committed(watch->unstable, service->inputs.items, service->inputs.count, LOOK_WAIT_MS, error);
        watch->looked_ms = clock_monotonic_ms();
        if (r != 0 && r != ERR_RETRY)
                return r;
        if (r == ERR_RETRY || watch->looked_ms - asked_ms >= LOOK_SLOW_MS) {
                watch->heard_ms = watch->looked_ms + OUTAGE_GRACE_MS;
                return 0;
        }
        find_owner(&service->inputs, &owner);
        if (owner.beat && strcmp(owner.epoch, service->note.epoch) != 0)
                return error_set(error, SERVICE_REFUSE,
                                 "the active instance works under configuration %s, this standby has %s: give both the "
                                 "same configuration and model",
                                 owner.epoch, service->note.epoch);
        if (service->inputs.count == 0 || owner.beat != watch->owner.beat ||
            strcmp(owner.instance, watch->owner.instance) != 0)
                watch->heard_ms = watch->looked_ms; /* without inputs nobody can beat */
        if (owner.beat && strcmp(owner.instance, watch->owner.instance) != 0)
                log_info("service", "standing by for instance %s", owner.instance);
        watch->owner = owner;
        return 0;
}

/* Whether we are at the end of `records`, as the fetches say. Asking the broker would wait behind a fetch in each
 * partition, and in an outage for as long as that lasts; and the known end may be behind a transaction that the owner
 * left open, which we shall never read past. */
static int measure(struct watch *watch, struct error *error)
{
        struct service *service = watch->service;
        const struct kafka_topic *records = &service->topics.items[service->topics.records];
        int64_t left = 0;

        watch->caught_up = true;
        for (int32_t p = 0; p < records->partitions; p++) {
                int64_t end = kafka_known_end(service->consumer, records->name, p);

                watch->caught_up &= service->log_ended[p];
                left += end > service->log_positions[p] ? end - service->log_positions[p] : 0;
        }
        metrics_set(&service->monitor.metrics, METRIC_RESTORE_LEFT, (double)left);
        /* An idle log must not let the state's last checkpoint grow old: up to here it is up to date. */
        return watch->caught_up ? restore_flush(service, &watch->restore, error) : 0;
}

static bool must_take_over(const struct watch *watch)
{
        const struct service *service = watch->service;
        int64_t silent_ms = clock_monotonic_ms() - watch->heard_ms;

        if (watch->owner.beat && strcmp(watch->owner.instance, service->note.instance) == 0) {
                log_info("service", "no other instance worked since: going on");
                return true;
        }
        if (!watch->caught_up || silent_ms < patience_ms(service))
                return false;
        log_warn("service", "instance %s is silent for %lld ms: taking over",
                 watch->owner.beat ? watch->owner.instance : "(none)", (long long)silent_ms);
        return true;
}

static void report(struct watch *watch)
{
        struct service *service = watch->service;

        monitor_update(service, false);
        if (clock_monotonic_ms() - watch->reported_ms < REPORT_MS)
                return;
        watch->reported_ms = clock_monotonic_ms();
        log_info("service", "standby: %llu records applied, %llu in the state",
                 (unsigned long long)watch->restore.applied,
                 (unsigned long long)engine_counts(service->engine).records);
}

static int follow(struct watch *watch, struct error *error)
{
        struct service *service = watch->service;
        struct restore *restore = &watch->restore;
        int r = 0;

        while (r == 0 && !must_take_over(watch)) {
                if (service_stopping(service)) {
                        r = restore_flush(service, restore, error);
                        r = r ? r : checkpoint_run(service, CHECKPOINT_RESTORING, error);
                        return r ? r : SERVICE_STOP;
                }
                r = restore_step(service, restore, POLL_WAIT_MS, error);
                if (r == 0 && restore->unflushed && clock_monotonic_ms() - restore->flushed_ms >= FLUSH_MS)
                        r = restore_flush(service, restore, error);
                if (r == 0 && clock_monotonic_ms() - watch->looked_ms >= LOOK_MS) {
                        r = look(watch, error);
                        r = r ? r : measure(watch, error);
                }
                report(watch);
        }
        r = r ? r : restore_flush(service, restore, error);
        /* Questions about offsets would wait behind fetches. */
        return r ? r : kafka_assign(service->consumer, NULL, 0, error);
}

int standby_run(struct service *service, struct error *error)
{
        struct watch watch = {
                .service = service,
                .heard_ms = clock_monotonic_ms(),
                .reported_ms = clock_monotonic_ms(),
        };
        int r = restore_begin(service, &watch.restore, error);

        r = r ? r : kafka_consumer_open(service->config, KAFKA_READ_UNCOMMITTED, &watch.unstable, error);
        inputs_free(&service->inputs);
        if (r == 0) {
                monitor_phase(&service->monitor, PHASE_STANDBY);
                r = follow(&watch, error);
        }
        kafka_consumer_close(watch.unstable);
        return r;
}
