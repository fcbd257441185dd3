/* internal.h: what the files of this module share. The only header of the project that includes rdkafka.h. */
#pragma once

#include "kafka/kafka.h"

#include <librdkafka/rdkafka.h>

/* --- settings.c */

enum kafka_role {
        ROLE_PRODUCER = 1,
        ROLE_TRANSACTIONAL = 2,
        ROLE_CONSUMER = 4
};

/* A configuration of librdkafka for @role: our settings, then the person's properties. NULL with ERR_USAGE in @code. */
rd_kafka_conf_t *settings_make(const struct config *config, enum kafka_role role, int *code, struct error *error);

/* For a client that was just made: what a login asks for in between (a new token) is served by a thread of
 * librdkafka's, whatever we are doing. */
void settings_serve_logins(rd_kafka_t *client);

/* librdkafka's messages go to our log. */
void settings_set_log(rd_kafka_conf_t *conf);

/* --- failure.c: what an error of librdkafka means for the caller */

int failure_class(rd_kafka_resp_err_t code);

/* Writes "@what: the error's text" and returns the class of @code. */
int failure_set(struct error *error, rd_kafka_resp_err_t code, const char *what);

/* Logs what an error callback reports. */
void failure_log(const char *client, rd_kafka_resp_err_t code, const char *reason);

/* The outcome of a transactional call; takes @failure over. @retriable (or NULL) is set when the same call may be made
 * again; then the return value is ERR_RETRY. */
int failure_of_transaction(rd_kafka_t *client, rd_kafka_error_t *failure, const char *what, struct error *error);

/* --- destroy.c */

/* Destroys @client, and leaves it behind where librdkafka does not come to an end. */
void client_destroy(rd_kafka_t *client);

/* --- clients */

struct kafka_producer {
        rd_kafka_t *client;
        const struct config *config;
        bool transactional;
        rd_kafka_topic_t **topics; /* parallel to the array of kafka_topics_open() */
        int64_t **ends;            /* by topic and partition: one past the last delivered offset */
        int32_t *partitions;
        uint32_t topic_count;
        uint64_t unconfirmed;        /* messages of the open transaction that failed, or whose report has no offset */
        rd_kafka_resp_err_t failure; /* the first of them */
};

struct kafka_consumer {
        rd_kafka_t *client;
        enum kafka_isolation isolation;
        struct kafka_position *positions; /* as assigned; their offsets are what is expected next */
        uint32_t *order;                  /* numbers of positions, sorted by topic and partition */
        uint32_t count;
        uint32_t last;                 /* where the last message belonged: the next one mostly does, too */
        rd_kafka_message_t **messages; /* handed out, not yet released */
        size_t message_count;
        size_t message_capacity;
        struct arena arena; /* headers of those messages */
        bool changed;       /* an error callback reported an unknown topic */
};

/* --- producer.c */

/* Makes the client of @producer, anew if it has one. Batches of several messages have at most @batch_bytes (0: what the
 * configuration says, or librdkafka). Not after the fence. */
int producer_connect(struct kafka_producer *producer, int64_t batch_bytes, struct error *error);

/* --- topics.c */

/* Partitions of @topic after a metadata request, 0 when it does not exist. */
int topic_metadata(rd_kafka_t *client, rd_kafka_topic_t *topic, int timeout_ms, int32_t *partitions,
                   struct error *error);

/* --- admin.c */

/* Creates the topics whose `partitions` in @found is 0. */
int admin_create(rd_kafka_t *client, const struct kafka_topic *topics, const int32_t *found, uint32_t count,
                 int16_t replication, struct error *error);

/* Reads cleanup.policy, max.message.bytes and delete.retention.ms of each topic and checks them against what we need.
 */
int admin_check(rd_kafka_t *client, struct kafka_topic *topics, uint32_t count, struct error *error);
