/* kafka.h: Kafka as the service needs it, and nothing else of it.
 *
 * Three things: a transactional producer, a consumer that is assigned its partitions, and the topics that we own. Only
 * this folder includes rdkafka.h; what librdkafka reports comes out as the few outcomes on which a caller acts.
 *
 * Properties that a configuration lists under `kafka` pass through to librdkafka, except those that carry the protocol
 * (docs/operations.md, "Exactly once"): a different transactional.id or isolation level would break it silently.
 *
 * Not thread-safe: one thread uses a producer or consumer at a time.
 */
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "record/message.h"

/* Outcomes, besides 0 and the negative codes of error.h (ERR_RETRY: broker or network, try again; ERR_USAGE: a person
 * must change the configuration or an ACL; ERR_FATAL: this client is of no use any more, make a new one). */
enum {
        KAFKA_ABORT = 1,    /* the transaction failed: kafka_abort(), then the same bytes again */
        KAFKA_FENCED = 2,   /* another producer took our transactional id, or our transaction timed out: the broker does
                             * not say which, only the owner in the offsets' metadata does */
        KAFKA_DOUBTFUL = 3, /* of kafka_check_properties() */
};

#define KAFKA_OFFSET_NONE (-1)
#define KAFKA_TOPIC_NAME_MAX 249 /* Kafka's own limit */

/* Refuses (ERR_USAGE) properties that librdkafka does not know or that are ours to set. KAFKA_DOUBTFUL: usable, but
 * @error has a warning. @line (or NULL) is where the property stands in the file, 1 if that cannot be said. Connects to
 * nothing. */
int kafka_check_properties(const struct config *config, int32_t *line, struct error *error);

/* Of librdkafka as it is loaded: 0x02060100 and above is 2.6.1. */
int kafka_library_version(void);

/* --- topics that we write */

struct kafka_topic {
        char name[KAFKA_TOPIC_NAME_MAX + 1];
        bool compacted;                 /* cleanup.policy compact, otherwise delete */
        int64_t tombstone_retention_ms; /* delete.retention.ms when we make it; 0: the broker's default */
        int64_t message_bytes_max;      /* max.message.bytes when we make it; afterwards what broker and client take */
        int32_t partitions;             /* when we make it; afterwards what the broker has */
        int64_t found_retention_ms;     /* afterwards: delete.retention.ms of the broker */
};

/* A message to produce. Slices need to live only until kafka_produce() returns. */
struct kafka_header {
        const char *name;
        struct text value;
};

struct kafka_record {
        uint32_t topic; /* index in the array given to kafka_topics_open() */
        bool has_key;
        bool has_value; /* false: a tombstone */
        struct text key;
        struct text value;
        const struct kafka_header *headers;
        uint32_t header_count;
        bool has_partition; /* else the partitioner chooses by the key */
        int32_t partition;
        int64_t timestamp_ms; /* 0: now */
};

/* What a message costs at most against message_bytes_max: key, value, headers and framing. */
uint64_t kafka_record_bytes(const struct kafka_record *record);

/* --- producer */

struct kafka_producer;

/* Creates a client; @config must outlive it. A transactional one has the id "durand.INSTANCE" and must fence before it
 * produces; the other kind is for tools that feed topics (kafka_produce(), then kafka_flush()). */
int kafka_producer_open(const struct config *config, bool transactional, struct kafka_producer **producer,
                        struct error *error);

/* Drops whatever is not yet delivered. NULL is allowed. */
void kafka_producer_close(struct kafka_producer *producer);

/* The cluster's own id, into @id (at least 1 byte; cut to fit). ERR_RETRY when no broker answers. */
int kafka_cluster_id(struct kafka_producer *producer, char *id, size_t size, struct error *error);

/* Makes the topics known to the producer: creates the missing ones, and fills in what those that exist have
 * (partitions, limits). Warns where a policy differs in a way that only costs, refuses (ERR_USAGE) where it would lose
 * data, such as a `records` topic that is not compacted only. Also warms the client's metadata up, which cuts a second
 * from the first transaction. With @administer false nothing is created or looked up but the partitions (embedded test
 * broker). */
int kafka_topics_open(struct kafka_producer *producer, struct kafka_topic *topics, uint32_t count, int16_t replication,
                      bool administer, struct error *error);

/* init_transactions: waits for open transactions of the same id to be aborted, and locks older producers out.
 * ERR_RETRY: call again. */
int kafka_fence(struct kafka_producer *producer, int timeout_ms, struct error *error);

int kafka_begin(struct kafka_producer *producer, struct error *error);

/* Queues one message of the open transaction (it is copied). Anything but a full queue, which is waited for, means
 * KAFKA_ABORT, because a commit would succeed without the message. */
int kafka_produce(struct kafka_producer *producer, const struct kafka_record *record, struct error *error);

/* Adds the offsets to the transaction, each with its metadata. They become the group's with the commit. */
struct kafka_position;
struct kafka_consumer;
int kafka_send_offsets(struct kafka_producer *producer, struct kafka_consumer *consumer,
                       const struct kafka_position *positions, uint32_t count, struct error *error);

/* Waits until the broker has confirmed each message with its offset (KAFKA_ABORT where it does not), then commits,
 * again and again while the broker may still do it: a commit that timed out is never aborted. 0, KAFKA_ABORT,
 * KAFKA_FENCED or ERR_FATAL. */
int kafka_commit(struct kafka_producer *producer, struct error *error);

/* Flushes (an abort right behind a produce can be fatal) and aborts. 0, KAFKA_FENCED or ERR_FATAL. */
int kafka_abort(struct kafka_producer *producer, struct error *error);

/* For a producer without transactions: waits until the broker has confirmed each message since the last call with its
 * offset. ERR_RETRY where it does not; then nobody knows which of them arrived. */
int kafka_confirm(struct kafka_producer *producer, struct error *error);

/* Waits until everything is delivered, for a producer without transactions. ERR_RETRY when time runs out. */
int kafka_flush(struct kafka_producer *producer, int timeout_ms, struct error *error);

/* One past the last delivered offset of @topic's @partition in this producer's life, from delivery reports; 0 if none.
 * Reports with an error or without an offset are ignored, those of an aborted transaction may count. */
int64_t kafka_end_offset(const struct kafka_producer *producer, uint32_t topic, int32_t partition);

/* --- consumer */

enum kafka_isolation {
        KAFKA_READ_COMMITTED,
        KAFKA_READ_UNCOMMITTED
};

struct kafka_position {
        char topic[KAFKA_TOPIC_NAME_MAX + 1];
        int32_t partition;
        int64_t offset;     /* the next to read; KAFKA_OFFSET_NONE: none is committed */
        char metadata[256]; /* of a committed offset; "" when it has none. Longer metadata is cut: it is not ours */
};

/* A consumer of the group "durand.INSTANCE" that never joins it: partitions are assigned by hand, offsets go through
 * the producer's transactions. */
int kafka_consumer_open(const struct config *config, enum kafka_isolation isolation, struct kafka_consumer **consumer,
                        struct error *error);
void kafka_consumer_close(struct kafka_consumer *consumer); /* NULL is allowed */

/* Partitions of @topic; 0 when there is no such topic. */
int kafka_count_partitions(struct kafka_consumer *consumer, const char *topic, int32_t *count, struct error *error);

/* Calls @topic for the name of each topic that the cluster lets us see, in no particular order; a value other than 0
 * ends the walk and is returned. Names live until it returns. */
int kafka_list_topics(struct kafka_consumer *consumer, int (*topic)(void *context, const char *name), void *context,
                      struct error *error);

/* Fills in the group's committed offset and metadata of each position. With KAFKA_READ_COMMITTED the answer waits for
 * transactions that hold offsets. ERR_RETRY on a timeout, when the offsets mean nothing. */
int kafka_committed(struct kafka_consumer *consumer, struct kafka_position *positions, uint32_t count, int timeout_ms,
                    struct error *error);

/* First offset and end of a partition: for KAFKA_READ_COMMITTED the end is the last stable offset, otherwise the high
 * watermark. */
int kafka_watermarks(struct kafka_consumer *consumer, const char *topic, int32_t partition, int timeout_ms,
                     int64_t *low, int64_t *high, struct error *error);

/* The end of a partition as far as the client has heard with the messages that it fetched, without asking anybody;
 * KAFKA_OFFSET_NONE: nothing yet. */
int64_t kafka_known_end(struct kafka_consumer *consumer, const char *topic, int32_t partition);

/* Reads these partitions from these offsets from now on, and nothing else. */
int kafka_assign(struct kafka_consumer *consumer, const struct kafka_position *positions, uint32_t count,
                 struct error *error);

enum kafka_event_kind {
        KAFKA_NOTHING, /* nothing came in time */
        KAFKA_MESSAGE,
        KAFKA_END,     /* the end of a partition: its position may be behind control records that no message shows */
        KAFKA_LOST,    /* the position is outside of the partition: messages were deleted before they were read */
        KAFKA_CHANGED, /* a topic that we read is unknown now: look at the partitions again */
};

struct kafka_event {
        enum kafka_event_kind kind;
        uint32_t index;         /* of the position given to kafka_assign() */
        int64_t position;       /* MESSAGE: its offset + 1; END: where the end is */
        struct message message; /* its slices live until kafka_release() */
};

/* The next event. Errors that librdkafka mends itself are logged and are no event. */
int kafka_poll(struct kafka_consumer *consumer, int timeout_ms, struct kafka_event *event, struct error *error);

/* Gives back all messages that kafka_poll() has returned. */
void kafka_release(struct kafka_consumer *consumer);
