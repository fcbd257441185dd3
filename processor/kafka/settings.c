/* librdkafka's settings: ours, then the person's.
 *
 * The first table is the protocol (docs/architecture.md, "Exactly once"): each value is there because another one was
 * measured to lose data, to stop, or to be five times slower. What is `fixed` cannot be changed by a configuration; the
 * rest are better defaults than librdkafka's. Ids derive from one name, so that two differently named things never
 * share a group and one name never has two transactional ids.
 */
#include "kafka/internal.h"

#include "base/log.h"

#include <string.h>

static const struct setting {
        const char *name;
        const char *value; /* NULL: "durand." and the instance's name */
        unsigned roles;
        bool fixed;
        /* Of `service.memory` (its 2nd, 4th, ... part), in units of so many bytes; then there is no value. The parts of
         * the consumer and of the producer leave half of it to the batch (service/live.c). */
        unsigned part;
        int64_t unit;
} settings[] = {
        {"client.id", NULL, ROLE_PRODUCER | ROLE_TRANSACTIONAL | ROLE_CONSUMER, false},
        {"transactional.id", NULL, ROLE_TRANSACTIONAL, true},
        /* With 10 s a broker that restarts ends the producer; 60 s is what a takeover by a different id would wait for.
         */
        {"transaction.timeout.ms", "60000", ROLE_TRANSACTIONAL, false},
        /* Commits are retried while the coordinator still writes the last one's markers: 18 ms a transaction, 104 with
         * the default of 100. */
        {"retry.backoff.ms", "5", ROLE_PRODUCER | ROLE_TRANSACTIONAL | ROLE_CONSUMER, false},
        /* A retry must not overtake what was sent behind it. */
        {"max.in.flight.requests.per.connection", "1", ROLE_PRODUCER, false},
        {"linger.ms", "5", ROLE_PRODUCER | ROLE_TRANSACTIONAL, false},
        /* The Java clients' partitioner, so that a key is where other tools look for it. */
        {"partitioner", "murmur2_random", ROLE_PRODUCER | ROLE_TRANSACTIONAL, true},
        {"enable.idempotence", "true", ROLE_TRANSACTIONAL, true},
        {"acks", "all", ROLE_PRODUCER | ROLE_TRANSACTIONAL, true},
        {"compression.type", "lz4", ROLE_PRODUCER | ROLE_TRANSACTIONAL, false},
        /* The largest record that the bounds of record.h allow, as JSON, passes. */
        {"message.max.bytes", "16777216", ROLE_PRODUCER | ROLE_TRANSACTIONAL, false},
        {"group.id", NULL, ROLE_CONSUMER, true},
        {"isolation.level", "read_committed", ROLE_CONSUMER, true},
        {"enable.auto.commit", "false", ROLE_CONSUMER, true},
        {"enable.auto.offset.store", "false", ROLE_CONSUMER, true},
        /* Only the end event carries a position over control records at the end of a partition. */
        {"enable.partition.eof", "true", ROLE_CONSUMER, true},
        /* Never jump silently over what was deleted before it was read. */
        {"auto.offset.reset", "error", ROLE_CONSUMER, true},
        /* Messages that wait to be taken, of all partitions; when they are so many, nothing more is fetched. */
        {"queued.max.messages.kbytes", "", ROLE_CONSUMER, false, 8, 1024},
        /* One answer comes on top of that, and one message in the batch keeps all of its answer. */
        {"fetch.max.bytes", "", ROLE_CONSUMER, false, 16, 1},
        {"queue.buffering.max.kbytes", "", ROLE_PRODUCER | ROLE_TRANSACTIONAL, false, 8, 1024},
        {"fetch.wait.max.ms", "50", ROLE_CONSUMER, false},
        {"allow.auto.create.topics", "false", ROLE_CONSUMER, true},
        {"reconnect.backoff.max.ms", "2000", ROLE_PRODUCER | ROLE_TRANSACTIONAL | ROLE_CONSUMER, false},
};

#define SETTING_COUNT (sizeof(settings) / sizeof(settings[0]))

static bool is_fixed(struct text name)
{
        for (size_t i = 0; i < SETTING_COUNT; i++) {
                if (settings[i].fixed && text_equal(name, text_from(settings[i].name)))
                        return true;
        }
        return false;
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value, bool secret, struct error *error)
{
        char why[512];

        if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
                return 0;
        /* librdkafka's own sentence may quote the value. */
        if (secret)
                return error_set(error, ERR_USAGE, "kafka: property \"%s\": not accepted by librdkafka", name);
        return error_set(error, ERR_USAGE, "kafka: property \"%s\": %s", name, why);
}

static int set_ours(rd_kafka_conf_t *conf, const struct config *config, enum kafka_role role, struct error *error)
{
        char id[300], bytes[32];

        snprintf(id, sizeof(id), "durand.%.*s", TEXT_ARG(config->instance));
        for (size_t i = 0; i < SETTING_COUNT; i++) {
                const struct setting *setting = &settings[i];
                int r;

                if (!(setting->roles & role))
                        continue;
                if (setting->part)
                        snprintf(bytes, sizeof(bytes), "%lld",
                                 (long long)(config->memory_bytes / setting->part / setting->unit));
                r = set(conf, setting->name,
                        setting->part    ? bytes
                        : setting->value ? setting->value
                                         : id,
                        false, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* @line, if given, is where the property that is refused stands. */
static int set_theirs(rd_kafka_conf_t *conf, const struct config *config, int32_t *line, struct error *error)
{
        ARENA_CLEANUP struct arena arena = {0};

        for (uint32_t i = 0; i < config->kafka_count; i++) {
                const struct kafka_property *property = &config->kafka[i];
                int r = 0;

                if (is_fixed(property->name))
                        r = error_set(error, ERR_USAGE,
                                      "kafka: property \"%.*s\" carries the exactly-once protocol and cannot be set; "
                                      "remove it (ids derive from `instance`)",
                                      TEXT_ARG(property->name));
                r = r ? r
                      : set(conf, arena_text(&arena, property->name).data, arena_text(&arena, property->value).data,
                            property->secret, error);
                if (r < 0 && line)
                        *line = property->line;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* librdkafka speaks in syslog levels. Some of its warnings are of our own making and no news: that one list of
 * properties serves producer and consumer, that a fence waits for the end of an open transaction, that the embedded
 * broker is old. */
static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
        static const char *const quiet[] = {"CONFWARN", "GETPID", "AUTOCREATE"};
        enum log_level ours = level <= 2 ? LOG_ERROR : level <= 4 ? LOG_WARN : level <= 6 ? LOG_INFO : LOG_DEBUG;

        (void)client;
        for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
                if (strcmp(facility, quiet[i]) == 0)
                        ours = LOG_DEBUG;
        }
        if (log_enabled(ours))
                log_write(ours, "kafka", "%s: %s", facility, text);
}

void settings_set_log(rd_kafka_conf_t *conf)
{
        rd_kafka_conf_set_log_cb(conf, on_log);
}

static rd_kafka_conf_t *make(const struct config *config, enum kafka_role role, int *code, int32_t *line,
                             struct error *error)
{
        rd_kafka_conf_t *conf = rd_kafka_conf_new();

        *code = set_ours(conf, config, role, error);
        if (*code == 0)
                *code = set_theirs(conf, config, line, error);
        if (*code < 0) {
                rd_kafka_conf_destroy(conf);
                return NULL;
        }
        settings_set_log(conf);
        rd_kafka_conf_enable_sasl_queue(conf, 1);
        return conf;
}

rd_kafka_conf_t *settings_make(const struct config *config, enum kafka_role role, int *code, struct error *error)
{
        return make(config, role, code, NULL, error);
}

void settings_serve_logins(rd_kafka_t *client)
{
        /* Tokens (OAUTHBEARER) are fetched in a callback, which by default runs in poll(): a start that waits for
         * init_transactions would wait for ever. Other mechanisms have no callbacks, and say so. */
        rd_kafka_error_t *failure = rd_kafka_sasl_background_callbacks_enable(client);

        if (failure)
                rd_kafka_error_destroy(failure);
}

int kafka_library_version(void)
{
        return rd_kafka_version();
}

#define SCRAM_WORKS_VERSION 0x02060100

/* Up to 2.6.0 librdkafka repeats its own nonce in the last message of SCRAM. Kafka compares the nonces since 3.7.2, up
 * to 3.9 leniently so that such clients still pass, and strictly from 4.0 on
 * (https://github.com/confluentinc/librdkafka/pull/4895). */
static int check_scram(const struct kafka_property *property, struct error *error)
{
        bool is_mechanism = text_equal(property->name, TEXT("sasl.mechanism")) ||
                            text_equal(property->name, TEXT("sasl.mechanisms"));

        if (!is_mechanism || !text_starts_with(property->value, TEXT("SCRAM")) ||
            kafka_library_version() >= SCRAM_WORKS_VERSION)
                return 0;
        return error_set(error, KAFKA_DOUBTFUL,
                         "kafka: %.*s %.*s: the library on this machine, librdkafka %s, can log in so up to Kafka 3.9; "
                         "brokers of Kafka 4 refuse it (\"invalid credentials\") and want librdkafka 2.6.1",
                         TEXT_ARG(property->name), TEXT_ARG(property->value), rd_kafka_version_str());
}

int kafka_check_properties(const struct config *config, int32_t *line, struct error *error)
{
        static const enum kafka_role roles[] = {ROLE_TRANSACTIONAL, ROLE_CONSUMER};
        int32_t ignored;
        int r = 0;

        line = line ? line : &ignored;
        *line = 1;
        for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
                rd_kafka_conf_t *conf = make(config, roles[i], &r, line, error);

                if (!conf)
                        return r;
                rd_kafka_conf_destroy(conf);
        }
        for (uint32_t i = 0; i < config->kafka_count && r == 0; i++) {
                r = check_scram(&config->kafka[i], error);
                *line = config->kafka[i].line;
        }
        return r;
}
