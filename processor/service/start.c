/* The start: the one path after a stop, a crash, an abort, a takeover and a lost disk.
 *
 *   standby               where asked for: follows `records` until the active instance falls silent (standby.c)
 *   contracts             agreed with the registry; before the fence, so that who cannot write stops nobody
 *   clients, topics       new ones each time; what Kafka refuses shows here
 *   fence                 init_transactions: no older producer of our name can commit from here on
 *   identity              the state belongs to this cluster, instance, configuration and these partition counts
 *   C                     the group's committed positions, with the note of who committed them
 *   takeover              a transaction with the same positions and our own note, so that the other one sees who we are
 *   E                     the committed end of `records`, asked for after the fence
 *   restore               silently to E; the digests must then be those of the note
 *   inputs                assigned anew, from C
 *
 * Two digests that differ mean that the state is not what the outputs say. The state is set aside and built once from
 * the log; if that differs as well, nobody here can know what is right, and the service refuses.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FENCE_WAIT_MS 30000
#define OFFSETS_WAIT_MS 10000
#define HANGING_WAIT_MS 60000
#define HANGING_PAUSE_MS 500
#define RETRY_PAUSE_MS 50

static int connect_clients(struct service *service, struct error *error)
{
        bool administer = !service->options->embedded;
        int r = kafka_producer_open(service->config, true, &service->producer, error);

        if (r == 0)
                r = kafka_consumer_open(service->config, KAFKA_READ_COMMITTED, &service->consumer, error);
        if (r == 0)
                r = kafka_topics_open(service->producer, service->topics.items, service->topics.count,
                                      (int16_t)service->config->replication, administer, error);
        if (r == 0)
                service->retention_ms = service->topics.items[service->topics.records].found_retention_ms;
        return r;
}

static int fence(struct service *service, struct error *error)
{
        int r;

        while ((r = kafka_fence(service->producer, FENCE_WAIT_MS, error)) == ERR_RETRY) {
                log_warn("service", "still fencing: %s", error->text);
                if (service_stopping(service))
                        return SERVICE_STOP;
        }
        return r;
}

/* A value that the state remembers; the first start writes it. */
static int check_identity(struct service *service, const char *meta, struct text now, const char *what,
                          const char *remedy, struct error *error)
{
        struct text then;

        if (!engine_get_meta(service->engine, meta, &then) || text_equal(then, now))
                return 0;
        return error_set(error, SERVICE_REFUSE, "the state in %.*s belongs to %s \"%.*s\", not \"%.*s\": %s",
                         TEXT_ARG(service->config->state_dir), what, TEXT_ARG(then), TEXT_ARG(now), remedy);
}

/* A different number of partitions would send keys elsewhere, and the last value of a key would be in two places. */
static int check_partitions(struct service *service, struct error *error)
{
        struct text list;

        if (!engine_get_meta(service->engine, "service.partitions", &list))
                return 0;
        while (list.length > 0) {
                int64_t end = text_find_byte(list, '\n', 0), equals = text_find_byte(list, '=', 0), then;

                if (end < 0 || equals < 0 || equals > end)
                        return error_set(error, SERVICE_REFUSE, "the state's list of topics is damaged");
                for (uint32_t i = 0; i < service->topics.count; i++) {
                        const struct kafka_topic *topic = &service->topics.items[i];

                        if (!text_equal(text_slice(list, 0, (uint32_t)equals), text_from(topic->name)))
                                continue;
                        if (text_to_i64(text_slice(list, (uint32_t)equals + 1, (uint32_t)(end - equals - 1)), &then) &&
                            then != topic->partitions)
                                return error_set(error, SERVICE_REFUSE,
                                                 "topic %s has %d partitions, it had %lld: the keys of older messages "
                                                 "are in other partitions now. Make the topic anew with %lld, or start "
                                                 "a new instance with another topic_prefix",
                                                 topic->name, (int)topic->partitions, (long long)then, (long long)then);
                }
                list = text_slice(list, (uint32_t)end + 1, list.length);
        }
        return 0;
}

static int check_state(struct service *service, struct error *error)
{
        char cluster[256];
        struct text instance;
        int r = kafka_cluster_id(service->producer, cluster, sizeof(cluster), error);

        if (r == 0 && !engine_get_meta(service->engine, "service.instance", &instance) &&
            engine_counts(service->engine).records > 0)
                return error_set(error, SERVICE_REFUSE,
                                 "the state in %.*s was not made by a service (perhaps by durand replay): use an empty "
                                 "directory, it is filled from the topic `records`",
                                 TEXT_ARG(service->config->state_dir));
        /* Every embedded cluster has another id, and no two of them live long enough to be confused. */
        if (r == 0 && !service->options->embedded)
                r = check_identity(service, "service.cluster", text_from(cluster), "Kafka cluster",
                                   "use another state_dir, or correct bootstrap.servers", error);
        if (r == 0)
                r = check_identity(service, "service.instance", service->config->instance, "instance",
                                   "use another state_dir, or correct `instance`", error);
        if (r == 0)
                r = check_identity(service, "service.epoch", text_from(service->note.epoch), "configuration",
                                   "sources, mappings, trust or the model were changed since; go back to the old "
                                   "configuration, or start a new instance with another topic_prefix and state_dir",
                                   error);
        if (r == 0)
                r = check_identity(service, "service.key_encoding", service->config->output.key_encoding_name,
                                   "topics.key_encoding",
                                   "older messages have other keys, which compaction would keep for ever; go back, or "
                                   "start a new instance with another topic_prefix and state_dir",
                                   error);
        if (r == 0)
                r = check_partitions(service, error);
        if (r == 0) {
                engine_put_meta(service->engine, "service.cluster", text_from(cluster));
                engine_put_meta(service->engine, "service.key_encoding", service->config->output.key_encoding_name);
        }
        return r;
}

/* The takeover transaction: the same positions, our note. The digests are those of the older note: the state has not
 * been brought there yet. */
static int take_over(struct service *service, struct note *older, struct error *error)
{
        int r = inputs_find(service, error);

        if (r == 0)
                r = inputs_check_notes(service, older, error);
        if (r != 0)
                return r;
        if (older->beat && strcmp(older->epoch, service->note.epoch) != 0)
                return error_set(error, SERVICE_REFUSE,
                                 "the outputs were made under configuration %s, this one is %s: sources, mappings, "
                                 "trust "
                                 "or the model were changed since. Go back to the old configuration, or start a new "
                                 "instance with another topic_prefix and state_dir",
                                 older->epoch, service->note.epoch);
        service->note.beat = older->beat;
        service->note.has_digest = older->has_digest;
        service->note.digest = older->digest;
        outputs_clear(&service->outputs);
        return transaction_run(service, error);
}

/* The committed end of one partition of `records`. Below the high watermark stands an open transaction that is not ours
 * (ours ended with the fence): behind it our own commits would be invisible, and a state built without them wrong. */
static int find_end(struct service *service, struct kafka_consumer *unstable, int32_t partition, int64_t *end,
                    struct error *error)
{
        const char *topic = service->topics.items[service->topics.records].name;
        int64_t deadline_ms = clock_monotonic_ms() + HANGING_WAIT_MS, low, high;

        for (;;) {
                int r = kafka_watermarks(service->consumer, topic, partition, OFFSETS_WAIT_MS, &low, end, error);

                if (r == 0)
                        r = kafka_watermarks(unstable, topic, partition, OFFSETS_WAIT_MS, &low, &high, error);
                if (r == ERR_RETRY && clock_monotonic_ms() < deadline_ms) { /* a topic just made has no leader yet */
                        r = service_pause(service, RETRY_PAUSE_MS);
                        if (r == 0)
                                continue;
                }
                if (r != 0)
                        return r;
                if (*end >= high)
                        break;
                if (clock_monotonic_ms() >= deadline_ms)
                        return error_set(error, SERVICE_REFUSE,
                                         "%s[%d]: somebody else's transaction is open since offset %lld. Only this "
                                         "service may write the topic; find and end it with kafka-transactions "
                                         "--find-hanging and --abort",
                                         topic, (int)partition, (long long)*end);
                log_info("service", "%s[%d]: waiting for a transaction that is open since offset %lld", topic,
                         (int)partition, (long long)*end);
                r = service_pause(service, HANGING_PAUSE_MS);
                if (r != 0)
                        return r;
        }
        if (service->log_positions[partition] > *end)
                return error_set(error, SERVICE_REFUSE,
                                 "%s[%d] ends at %lld, the state has read up to %lld: the topic lost data. The state "
                                 "in "
                                 "%.*s may be the better copy; keep it",
                                 topic, (int)partition, (long long)*end, (long long)service->log_positions[partition],
                                 TEXT_ARG(service->config->state_dir));
        return 0;
}

static int find_ends(struct service *service, int64_t *ends, struct error *error)
{
        struct kafka_consumer *unstable = NULL;
        int r = kafka_consumer_open(service->config, KAFKA_READ_UNCOMMITTED, &unstable, error);

        for (int32_t p = 0; p < service->topics.items[service->topics.records].partitions && r == 0; p++)
                r = find_end(service, unstable, p, &ends[p], error);
        kafka_consumer_close(unstable);
        return r;
}

/* Removes the files of the state directory, or gives the whole another name. The engine and the store are closed and
 * open again afterwards. */
static int begin_empty(struct service *service, bool keep, struct error *error)
{
        ARENA_CLEANUP struct arena arena = {0};
        const char *path = arena_text(&arena, service->config->state_dir).data;
        int r = 0;

        service_close_state(service);
        if (keep) {
                const char *aside =
                        arena_printf(&arena, "%s.aside-%lld", path, (long long)(clock_wall_ms() / 1000)).data;

                if (rename(path, aside) < 0)
                        return error_set(error, SERVICE_REFUSE, "%s cannot be renamed to %s: %m", path, aside);
                log_warn("service", "the old state is kept in %s; remove it when nobody needs it", aside);
        } else {
                DIR *directory = opendir(path);
                struct dirent *entry;

                while (directory && (entry = readdir(directory)))
                        if (entry->d_type == DT_REG && unlinkat(dirfd(directory), entry->d_name, 0) < 0)
                                r = error_set(error, SERVICE_REFUSE, "%s/%s cannot be removed: %m", path,
                                              entry->d_name);
                if (directory)
                        closedir(directory);
        }
        r = r ? r : service_open_state(service, error);
        r = r ? r : check_state(service, error);
        return r ? r : restore_load_positions(service, error);
}

/* A tombstone that the log has dropped would never reach a state that did not see it, and what was erased would live
 * on. */
static int drop_outdated(struct service *service, struct error *error)
{
        struct text text;
        int64_t then_ms;

        if (!engine_get_meta(service->engine, "service.checkpoint_time_ms", &text) || !text_to_i64(text, &then_ms) ||
            service->retention_ms <= 0 || clock_wall_ms() - then_ms < service->retention_ms)
                return 0;
        log_warn("service",
                 "the state's last checkpoint is older than the tombstones of `records` are kept: building it anew");
        return begin_empty(service, false, error);
}

static int restore(struct service *service, const struct note *expected, struct error *error)
{
        int32_t partitions = service->topics.items[service->topics.records].partitions;
        int64_t *ends = calloc((size_t)partitions, sizeof(*ends));
        struct engine_digest found;
        int r;

        if (!ends)
                abort();
        r = find_ends(service, ends, error);
        r = r ? r : drop_outdated(service, error);
        for (;;) {
                r = r ? r : restore_run(service, ends, error);
                if (r != 0)
                        break;
                found = engine_digest(service->engine);
                if (!expected->has_digest || (hash128_equal(found.records, expected->digest.records) &&
                                              hash128_equal(found.derived, expected->digest.derived)))
                        break;
                if (service->started_empty) {
                        r = error_set(error, SERVICE_REFUSE,
                                      "the state built from `records` is not the one that the outputs were made from "
                                      "(%s differ): is the topic written by somebody else, or was the group's position "
                                      "changed?",
                                      hash128_equal(found.records, expected->digest.records) ? "entities" : "records");
                        break;
                }
                log_error("service",
                          "the state differs from the one that the outputs were made from: building it anew");
                r = begin_empty(service, true, error);
        }
        free(ends);
        return r;
}

int start_run(struct service *service, struct error *error)
{
        int64_t started_ms = clock_monotonic_ms();
        struct note older;
        int r = wire_prepare(service, error);

        r = r ? r : connect_clients(service, error);
        if (r == 0 && service->options->standby) {
                r = check_state(service, error);
                r = r ? r : restore_load_positions(service, error);
                r = r ? r : drop_outdated(service, error);
                r = r ? r : standby_run(service, error);
                started_ms = clock_monotonic_ms();
                r = r ? r : fence(service, error);
        } else {
                r = r ? r : fence(service, error);
                r = r ? r : check_state(service, error);
                r = r ? r : restore_load_positions(service, error);
        }
        r = r ? r : take_over(service, &older, error);
        r = r ? r : restore(service, &older, error);
        r = r ? r : kafka_assign(service->consumer, service->inputs.items, service->inputs.count, error);
        if (r == 0 && service->options->until_end)
                r = inputs_set_targets(service, error);
        if (r != 0)
                return r;
        metrics_set_outputs(&service->monitor.metrics, service->topics.items, service->topics.count);
        monitor_update(service, true);
        service->note.has_digest = true;
        service->note.digest = engine_digest(service->engine);
        service->checkpoint_ms = clock_monotonic_ms();
        log_info("service", "live after %lld ms: %u input partitions, %llu records",
                 (long long)(clock_monotonic_ms() - started_ms), service->inputs.count,
                 (unsigned long long)engine_counts(service->engine).records);
        return 0;
}
