/* What an error of librdkafka means for the caller.
 *
 * Transactional calls return an rd_kafka_error_t with three flags, and those decide, in this order: fatal, abort,
 * retriable (librdkafka, rdkafka.h, "Transactional producer API"). What has none of them is treated as fatal, as its
 * manual advises. All other calls return a bare code: the table below sorts the codes that a restart or a wait cures
 * from those that only a person can.
 *
 * A fenced producer is an outcome of its own. The broker says the same to a producer whose transaction timed out as to
 * one that was really replaced, so nobody may conclude from it that another instance runs.
 */
#include "kafka/internal.h"

#include "base/log.h"

static const struct {
        rd_kafka_resp_err_t code;
        int class;
} classes[] = {
        {RD_KAFKA_RESP_ERR__TIMED_OUT, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__TRANSPORT, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__RESOLVE, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__WAIT_COORD, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__WAIT_CACHE, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__RETRY, ERR_RETRY},
        {RD_KAFKA_RESP_ERR__IN_PROGRESS, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_NOT_CONTROLLER, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, ERR_RETRY},
        {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ERR_RETRY}, /* while brokers restart, metadata may lag behind */
        {RD_KAFKA_RESP_ERR__AUTHENTICATION, ERR_USAGE},
        {RD_KAFKA_RESP_ERR__SSL, ERR_USAGE},
        {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ERR_USAGE},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERR_USAGE},
        {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ERR_USAGE},
        {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERR_USAGE},
        {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ERR_USAGE},
        {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ERR_USAGE},
        {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, ERR_USAGE},
        {RD_KAFKA_RESP_ERR__FENCED, KAFKA_FENCED},
        {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, KAFKA_FENCED},
        {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, KAFKA_FENCED},
};

int failure_class(rd_kafka_resp_err_t code)
{
        for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
                if (classes[i].code == code)
                        return classes[i].class;
        }
        return ERR_FATAL;
}

int failure_set(struct error *error, rd_kafka_resp_err_t code, const char *what)
{
        return error_set(error, failure_class(code), "%s: %s", what, rd_kafka_err2str(code));
}

/* librdkafka logs each lost connection itself and mends it; that none is left is worth a word. */
void failure_log(const char *client, rd_kafka_resp_err_t code, const char *reason)
{
        bool passing = failure_class(code) == ERR_RETRY && code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;

        if (!passing || log_enabled(LOG_DEBUG))
                log_write(passing ? LOG_DEBUG : LOG_WARN, "kafka", "%s: %s: %s", client, rd_kafka_err2name(code),
                          reason);
}

/* The code behind a fatal error: the one that raised it, not the general "_FATAL" that later calls return. */
static rd_kafka_resp_err_t origin(rd_kafka_t *client, rd_kafka_resp_err_t code, char *text, size_t size)
{
        char why[512];
        rd_kafka_resp_err_t first = rd_kafka_fatal_error(client, why, sizeof(why));

        if (first == RD_KAFKA_RESP_ERR_NO_ERROR)
                return code;
        snprintf(text, size, " (%s)", why);
        return first;
}

int failure_of_transaction(rd_kafka_t *client, rd_kafka_error_t *failure, const char *what, struct error *error)
{
        rd_kafka_resp_err_t code;
        char why[600] = "";
        int r;

        if (!failure)
                return 0;
        code = rd_kafka_error_code(failure);
        if (rd_kafka_error_is_fatal(failure) || code == RD_KAFKA_RESP_ERR__FATAL) {
                code = origin(client, code, why, sizeof(why));
                r = failure_class(code) == KAFKA_FENCED ? KAFKA_FENCED : ERR_FATAL;
        } else if (failure_class(code) == KAFKA_FENCED) {
                r = KAFKA_FENCED;
        } else if (rd_kafka_error_txn_requires_abort(failure)) {
                r = KAFKA_ABORT;
        } else if (rd_kafka_error_is_retriable(failure)) {
                r = ERR_RETRY;
        } else {
                r = failure_class(code) == ERR_USAGE ? ERR_USAGE : ERR_FATAL;
        }
        error_set(error, r, "%s: %s: %s%s", what, rd_kafka_error_name(failure), rd_kafka_error_string(failure), why);
        rd_kafka_error_destroy(failure);
        return r;
}
