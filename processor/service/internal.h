/* internal.h: the service's parts and what they share. */
#pragma once

#include "base/buffer.h"
#include "engine/engine.h"
#include "kafka/kafka.h"
#include "registry/registry.h"
#include "service/metadata.h"
#include "service/metrics.h"
#include "service/service.h"
#include "state/store.h"

/* Outcomes of the parts, besides those of kafka.h and error.h. */
enum {
        SERVICE_STOP = 100,   /* asked to end, and ended cleanly */
        SERVICE_REFUSE = 101, /* going on could lose data, and a restart would not help: a person must look */
};

/* --- topics.c: what we write */

struct topic_set {
        struct kafka_topic *items;
        uint32_t count;
        uint32_t golden[TYPE_COUNT];
        uint32_t changes;
        uint32_t conflicts;
        uint32_t records;
        uint32_t deadletter;
        uint32_t sync;    /* the first of config->source_count, in the order of the sources */
        uint32_t preview; /* the same for previews, in the order of the configuration */
        uint32_t feed;    /* the first of config->feed_count */
};

int topics_init(struct topic_set *topics, const struct config *config, struct error *error);
void topics_free(struct topic_set *topics);

/* The topic of @output, or -1. */
int64_t topics_find(const struct topic_set *topics, const struct config *config, const struct output *output);

/* --- discovery.c: which topics we read */

struct service;

struct discovered {
        const char *topic;
        const struct source_config *source;
};

struct discovery {
        struct service *service;
        struct error *error;
        bool live; /* not the start */
        struct arena arena;
        struct discovered *items; /* named ones first, in the order of the file, then the others by name */
        size_t count;
        size_t capacity;
};

/* Asks the cluster. ERR_USAGE: a topic matches patterns of two sources (only where not @live). Must be freed. */
int discovery_run(struct service *service, bool live, struct discovery *discovery, struct error *error);
void discovery_free(struct discovery *discovery);

/* --- inputs.c: what we read, and how far */

struct inputs {
        struct kafka_position *items;
        const struct source_config **sources; /* parallel */
        int64_t *targets;                     /* parallel: with until_end, where each partition ended at the start */
        uint32_t count;
        bool complete;        /* every configured topic exists */
        int64_t refreshed_ms; /* monotonic time of the last look at the partitions */
};

void inputs_free(struct inputs *inputs);

/* --- outputs.c: the messages of one batch, kept until their transaction is committed */

struct outputs {
        struct arena arena;
        struct kafka_record *items;
        size_t count;
        size_t capacity;
};

/* --- wire.c: what keys and values look like */

struct wire_contract {
        struct text text; /* empty: the topic has none */
        struct avro_schema *schema;
        uint32_t id; /* under which the registry keeps it; 0: not agreed yet */
};

struct wire {
        struct registry *registry;       /* NULL: none is configured */
        struct wire_contract *contracts; /* key and value of each topic, in the order of topic_set */
        struct arena lasting;            /* the contracts' texts */
        struct arena scratch;
        struct buffer buffer;
};

/* --- quarantine.c: messages that cannot be processed although they could be decoded */

#define QUARANTINE_MAX 1000

struct quarantine {
        struct quarantined {
                char topic[KAFKA_TOPIC_NAME_MAX + 1];
                int32_t partition;
                int64_t offset;
                char reason[ERROR_TEXT_MAX];
        } * items;
        uint32_t count;
};

/* True if the message was added: a restart will leave it out. */
bool quarantine_add(struct quarantine *quarantine, const struct message *message, const char *reason);
const char *quarantine_find(const struct quarantine *quarantine,
                            const struct message *message); /* the reason, or NULL */
void quarantine_free(struct quarantine *quarantine);

/* --- monitor.c: what others see of us, i.e. the HTTP port and the supervisor */

struct http_server;

struct monitor {
        struct metrics metrics;
        struct http_server *server; /* NULL: none is configured */
        int64_t stale_ms;           /* without a commit for so long we are not ready */
        uint64_t watchdog_us;       /* systemd wants to hear from us so often; 0: never */
        int64_t fed_ms;             /* monotonic times of the last signs of life */
        int64_t extended_ms;
        int64_t updated_ms;
        bool was_live;
        uint64_t seen_changes; /* counters of this engine that the metrics have already */
        uint64_t seen_pairs;
};

/* --- the whole */

struct service {
        const struct service_options *options;
        const struct config *config;
        struct store *store;
        struct engine *engine;
        struct kafka_producer *producer;
        struct kafka_consumer *consumer;
        struct topic_set topics;
        struct inputs inputs;
        struct outputs outputs;
        struct arena batch; /* what decoding makes */
        struct quarantine quarantine;
        struct monitor monitor;
        struct wire wire;

        struct note note;       /* what we write beside each offset: who we are, and the digests */
        uint64_t output_number; /* for CloudEvents ids */
        int64_t *log_positions; /* by partition of `records`: restored up to here */
        bool *log_ended;        /* parallel: nothing was behind that when it was last fetched */
        int64_t retention_ms;   /* of tombstones in `records` */
        int64_t patience_ms;    /* a standby waits so long for a beat; grows where it was displaced while it worked */
        bool started_empty;     /* the state held no position of `records` when this start began */
        bool dirty;             /* something was applied since the last checkpoint */
        bool progress;          /* a batch was committed since the last failure */

        int64_t committed_ms;  /* monotonic time of the last commit */
        int64_t checkpoint_ms; /* monotonic time of the last checkpoint */
        int64_t reported_ms;   /* monotonic time of the last line about traffic */
        int64_t stalled_ms; /* monotonic time of the last line about a message that waits for the registry; 0: none */
        uint64_t messages;  /* since then */
        uint64_t transactions;
        uint64_t rejected;
        uint64_t produced;
};

bool service_stopping(const struct service *service);

/* Sleeps, but not past a request to stop. SERVICE_STOP or 0. */
int service_pause(struct service *service, int64_t wait_ms);

/* Opens the state where it is closed; takes its write transaction. */
int service_open_state(struct service *service, struct error *error);
void service_close_state(struct service *service);

/* start.c: from a fresh pair of clients to LIVE. */
int start_run(struct service *service, struct error *error);

/* restore.c: applies `records` to @ends, by partition. */
int restore_run(struct service *service, const int64_t *ends, struct error *error);

/* Its parts, for who follows the log without an end. */
struct restore {
        uint64_t applied;
        uint64_t unflushed; /* messages since the last flush: D does not know them yet */
        uint64_t unflushed_bytes;
        int64_t flushed_ms; /* monotonic time of the last flush */
        int64_t seen_ms;    /* monotonic time of the last event */
};

/* Seconds that the rest takes at the pace so far, rounded up; -1 while there is no pace yet. @done and @left in
 * offsets: compaction leaves gaps, so both are upper bounds. */
int64_t restore_estimate_seconds(int64_t done, int64_t left, int64_t elapsed_ms);

int restore_begin(struct service *service, struct restore *restore, struct error *error);
/* One event of the log, if it comes within @wait_ms; flushes when enough has come together. */
int restore_step(struct service *service, struct restore *restore, int wait_ms, struct error *error);
/* Brings D up to R, and commits when it is time. */
int restore_flush(struct service *service, struct restore *restore, struct error *error);

/* standby.c: follows `records` until the active instance has been silent for too long: 0, go on with the fence.
 * SERVICE_REFUSE where it works under another configuration. */
int standby_run(struct service *service, struct error *error);
/* After another instance took over. Who was displaced while it worked waits for a longer silence the next time. */
void standby_lose(struct service *service);

/* positions of `records` in the state */
int restore_load_positions(struct service *service, struct error *error);

/* live.c: batches until a stop or a failure. */
int live_run(struct service *service, struct error *error);

/* transaction.c: outputs and positions, all or nothing. Empties the outputs when committed. */
int transaction_run(struct service *service, struct error *error);

/* checkpoint.c */
enum checkpoint_kind {
        CHECKPOINT_LIVE,
        CHECKPOINT_CLEAN,
        CHECKPOINT_RESTORING
};

int checkpoint_run(struct service *service, enum checkpoint_kind kind, struct error *error);
bool checkpoint_is_due(const struct service *service);

/* inputs.c */
int inputs_find(struct service *service, struct error *error); /* all partitions, with committed positions */
int inputs_list(struct service *service, struct error *error); /* all partitions, positions unknown */
int inputs_check_notes(struct service *service, struct note *newest, struct error *error);
int inputs_refresh(struct service *service, struct error *error);     /* new and vanished partitions, while live */
int inputs_set_targets(struct service *service, struct error *error); /* for until_end */
bool inputs_reached_targets(const struct inputs *inputs);

/* outputs.c */
int outputs_add(struct service *service, const struct output *output, struct error *error);
void outputs_clear(struct outputs *outputs);
struct kafka_record *outputs_new(struct outputs *outputs, uint32_t topic);

/* monitor.c: opens the port if one is configured (ERR_USAGE when it cannot be had); must be closed even then */
int monitor_open(struct monitor *monitor, const struct config *config, struct error *error);
void monitor_close(struct monitor *monitor);
void monitor_phase(struct monitor *monitor, enum phase phase);
void monitor_alive(struct monitor *monitor);            /* often, from the service's thread; cheap */
void monitor_update(struct service *service, bool now); /* takes the numbers over, at most once a second unless @now */
void monitor_new_engine(struct monitor *monitor);       /* its counters begin at 0 */

/* wire.c */
/* Agrees with the registry about the contracts of what is written in Avro. ERR_RETRY, ERR_USAGE. */
int wire_prepare(struct service *service, struct error *error);
void wire_free(struct service *service);
/* Fills in key, value and headers; they live with the outputs. SERVICE_REFUSE: not a value of the topic's contract. */
int wire_write(struct service *service, uint32_t topic, const struct output *output, struct kafka_record *record,
               struct error *error);
/* A value of `records` as JSON, which lives until the next call. ERR_RETRY, SERVICE_REFUSE. */
int wire_read(struct service *service, struct text bytes, struct text *json, struct error *error);

/* deadletter.c: the original bytes, with where they came from and why. @source is NULL for an output of ours. */
void deadletter_add(struct service *service, const struct message *message, const struct source_config *source,
                    const char *reason);
