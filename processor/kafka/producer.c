/* The producer: transactions whose failures are sorted by what comes next.
 *
 * A transaction is begin, produce, offsets, commit. librdkafka reports an abortable failure only at the commit, except
 * that produce() itself refuses some messages, and then a commit would succeed without them: so any refusal but a full
 * queue fails the batch. A commit that timed out may still happen, so it is called again until the broker says what
 * became of it.
 *
 * A delivery report without an error does not prove a delivery. Requests are pipelined; when the first one to a
 * partition fails in passing (a topic just made, too few replicas in sync) and the next one succeeds, the client takes
 * the first for written, because a broker should have refused the later sequence number. But a broker that knows
 * nothing yet of this producer in this partition accepts any number, and the first request's messages are gone
 * (librdkafka, rd_kafka_dr_implicit_ack(); about one fresh topic in two hundred on a busy machine). Such a report has
 * no offset. So before a commit all reports are waited for, and one without an offset fails the transaction.
 *
 * Delivery reports give the end offsets of what we wrote; the state stores them for the topic `records`. They are
 * served inside kafka_produce(), kafka_commit() and kafka_flush(), all on the caller's thread.
 */
#include "kafka/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FLUSH_BEFORE_ABORT_MS 5000
#define PRODUCE_WAIT_MS 120000 /* a queue that stays full so long: the brokers are gone, the transaction with them */
#define CONFIRM_WAIT_MS 30000  /* without one more confirmation */
#define CONFIRM_SLICE_MS 250
#define OFFSETS_WAIT_MS 5000 /* a broker that restarts takes longer: then the transaction is sent again */
#define RETRY_PAUSE_MS 100
#define RETRY_LOG_MS 10000

/* Framing of a record and its batch at most: 61 bytes a batch, varints and attributes a record, varints a header
 * (https://kafka.apache.org/documentation/#messageformat). */
#define FRAME_BYTES 128
#define HEADER_FRAME_BYTES 10

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
        struct kafka_producer *producer = opaque;
        uintptr_t topic = (uintptr_t)message->_private;

        (void)client;
        if (message->err || message->offset < 0)
                producer->unconfirmed++;
        if (message->err && !producer->failure)
                producer->failure = message->err;
        if (message->err || message->offset < 0 || topic >= producer->topic_count)
                return;
        if (message->partition < 0 || message->partition >= producer->partitions[topic])
                return;
        if (producer->ends[topic][message->partition] < message->offset + 1)
                producer->ends[topic][message->partition] = message->offset + 1;
}

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
        (void)client;
        (void)opaque;
        failure_log("producer", (rd_kafka_resp_err_t)code, reason);
}

/* Drops the client and what was made with it. */
static void disconnect(struct kafka_producer *producer)
{
        if (!producer->client)
                return;
        rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        for (uint32_t i = 0; i < producer->topic_count; i++) {
                rd_kafka_topic_destroy(producer->topics[i]);
                free(producer->ends[i]);
        }
        client_destroy(producer->client);
        free(producer->topics);
        free(producer->ends);
        free(producer->partitions);
        producer->client = NULL;
        producer->topics = NULL;
        producer->ends = NULL;
        producer->partitions = NULL;
        producer->topic_count = 0;
}

int producer_connect(struct kafka_producer *producer, int64_t batch_bytes, struct error *error)
{
        rd_kafka_conf_t *conf;
        char why[512], text[32];
        int r;

        disconnect(producer);
        conf = settings_make(producer->config, producer->transactional ? ROLE_TRANSACTIONAL : ROLE_PRODUCER, &r, error);
        if (!conf)
                return r;
        snprintf(text, sizeof(text), "%lld", (long long)batch_bytes);
        if (batch_bytes > 0)
                rd_kafka_conf_set(conf, "batch.size", text, NULL, 0);
        rd_kafka_conf_set_opaque(conf, producer);
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
        rd_kafka_conf_set_error_cb(conf, on_error);
        producer->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
        if (!producer->client) {
                rd_kafka_conf_destroy(conf);
                return error_set(error, ERR_USAGE, "kafka: no producer with this configuration: %s", why);
        }
        settings_serve_logins(producer->client);
        return 0;
}

int kafka_producer_open(const struct config *config, bool transactional, struct kafka_producer **out,
                        struct error *error)
{
        struct kafka_producer *producer = calloc(1, sizeof(*producer));
        int r;

        if (!producer)
                abort();
        producer->config = config;
        producer->transactional = transactional;
        r = producer_connect(producer, 0, error);
        if (r != 0) {
                free(producer);
                return r;
        }
        *out = producer;
        return 0;
}

void kafka_producer_close(struct kafka_producer *producer)
{
        if (!producer)
                return;
        disconnect(producer);
        free(producer);
}

int kafka_cluster_id(struct kafka_producer *producer, char *id, size_t size, struct error *error)
{
        char *found = rd_kafka_clusterid(producer->client, 10000);

        if (!found)
                return error_set(error, ERR_RETRY, "kafka: no broker answers (bootstrap.servers)");
        snprintf(id, size, "%s", found);
        rd_kafka_mem_free(producer->client, found);
        return 0;
}

int kafka_fence(struct kafka_producer *producer, int timeout_ms, struct error *error)
{
        return failure_of_transaction(producer->client, rd_kafka_init_transactions(producer->client, timeout_ms),
                                      "kafka: init_transactions", error);
}

int kafka_begin(struct kafka_producer *producer, struct error *error)
{
        producer->unconfirmed = 0;
        producer->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
        return failure_of_transaction(producer->client, rd_kafka_begin_transaction(producer->client),
                                      "kafka: begin_transaction", error);
}

uint64_t kafka_record_bytes(const struct kafka_record *record)
{
        uint64_t bytes = FRAME_BYTES + (uint64_t)record->key.length + record->value.length;

        for (uint32_t i = 0; i < record->header_count; i++)
                bytes += HEADER_FRAME_BYTES + strlen(record->headers[i].name) + record->headers[i].value.length;
        return bytes;
}

static rd_kafka_headers_t *make_headers(const struct kafka_record *record)
{
        rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);

        for (uint32_t i = 0; i < record->header_count; i++) {
                const struct kafka_header *header = &record->headers[i];

                /* A header's value may be null, as a message's: the pointer tells it from an empty one. */
                rd_kafka_header_add(headers, header->name, -1, header->value.data, header->value.length);
        }
        return headers;
}

/* librdkafka's macros want it without const, and only read it. */
static void *bytes_of(struct text t)
{
        return (void *)(uintptr_t)(t.data ? t.data : "");
}

int kafka_produce(struct kafka_producer *producer, const struct kafka_record *record, struct error *error)
{
        int64_t deadline_ms = 0;
        rd_kafka_headers_t *headers = make_headers(record);
        /* An empty value is not a tombstone: librdkafka tells them apart by the pointer. */
        void *value = record->has_value ? bytes_of(record->value) : NULL;
        void *key = record->has_key ? bytes_of(record->key) : NULL;

        for (;;) {
                rd_kafka_resp_err_t code =
                        rd_kafka_producev(producer->client, RD_KAFKA_V_RKT(producer->topics[record->topic]),
                                          RD_KAFKA_V_KEY(key, record->key.length),
                                          RD_KAFKA_V_VALUE(value, value ? record->value.length : 0),
                                          RD_KAFKA_V_PARTITION(record->has_partition ? record->partition
                                                                                     : RD_KAFKA_PARTITION_UA),
                                          RD_KAFKA_V_TIMESTAMP(record->timestamp_ms),
                                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
                                          RD_KAFKA_V_OPAQUE((void *)(uintptr_t)record->topic), RD_KAFKA_V_END);

                if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
                        return 0; /* the headers are librdkafka's now */
                if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
                        if (deadline_ms == 0)
                                deadline_ms = clock_monotonic_ms() + PRODUCE_WAIT_MS;
                        if (clock_monotonic_ms() < deadline_ms) {
                                rd_kafka_poll(producer->client, 10);
                                continue;
                        }
                }
                rd_kafka_headers_destroy(headers);
                if (failure_class(code) == KAFKA_FENCED || code == RD_KAFKA_RESP_ERR__FATAL)
                        return failure_of_transaction(producer->client,
                                                      rd_kafka_error_new(RD_KAFKA_RESP_ERR__FATAL, "fatal error"),
                                                      "kafka: produce", error);
                return error_set(error, KAFKA_ABORT, "kafka: a message of %u bytes to %s is refused: %s",
                                 record->key.length + record->value.length,
                                 rd_kafka_topic_name(producer->topics[record->topic]), rd_kafka_err2str(code));
        }
}

int kafka_send_offsets(struct kafka_producer *producer, struct kafka_consumer *consumer,
                       const struct kafka_position *positions, uint32_t count, struct error *error)
{
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
        rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(consumer->client);
        int64_t deadline_ms = clock_monotonic_ms() + OFFSETS_WAIT_MS;
        int r = ERR_RETRY;

        for (uint32_t i = 0; i < count; i++) {
                rd_kafka_topic_partition_t *entry =
                        rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].partition);

                entry->offset = positions[i].offset;
                entry->metadata_size = strlen(positions[i].metadata);
                /* Freed by librdkafka, with free(). */
                entry->metadata = entry->metadata_size ? strdup(positions[i].metadata) : NULL;
        }
        /* For a partition whose topic was deleted the broker says "unknown", which librdkafka repeats until the call's
         * time is over: as long as the transaction may last, if we let it. An abort lets the caller look at its
         * partitions instead. */
        while (r == ERR_RETRY && clock_monotonic_ms() < deadline_ms)
                r = failure_of_transaction(producer->client,
                                           rd_kafka_send_offsets_to_transaction(producer->client, list, group,
                                                                                OFFSETS_WAIT_MS),
                                           "kafka: send_offsets_to_transaction", error);
        rd_kafka_topic_partition_list_destroy(list);
        rd_kafka_consumer_group_metadata_destroy(group);
        return r == ERR_RETRY ? KAFKA_ABORT : r;
}

/* Calls @call until it says anything but "again". */
static int insist(struct kafka_producer *producer, rd_kafka_error_t *(*call)(rd_kafka_t *, int), const char *what,
                  struct error *error)
{
        int64_t logged_ms = clock_monotonic_ms();
        int r;

        for (;;) {
                r = failure_of_transaction(producer->client, call(producer->client, -1), what, error);
                if (r != ERR_RETRY)
                        return r;
                if (clock_monotonic_ms() - logged_ms >= RETRY_LOG_MS) {
                        log_warn("kafka", "still waiting: %s", error->text);
                        logged_ms = clock_monotonic_ms();
                }
                clock_sleep_ms(RETRY_PAUSE_MS);
        }
}

/* Waits until the broker has told the offset of every message of the transaction. */
static int confirm(struct kafka_producer *producer, struct error *error)
{
        int64_t deadline_ms = clock_monotonic_ms() + CONFIRM_WAIT_MS;
        int left = rd_kafka_outq_len(producer->client);

        while (left > 0 && producer->unconfirmed == 0) {
                int before = left;

                rd_kafka_flush(producer->client, CONFIRM_SLICE_MS);
                left = rd_kafka_outq_len(producer->client);
                if (left < before)
                        deadline_ms = clock_monotonic_ms() + CONFIRM_WAIT_MS;
                else if (rd_kafka_fatal_error(producer->client, NULL, 0))
                        return 0; /* the commit says which */
                else if (clock_monotonic_ms() >= deadline_ms)
                        return error_set(error, KAFKA_ABORT, "kafka: %d messages are not delivered after %d s", left,
                                         CONFIRM_WAIT_MS / 1000);
        }
        if (producer->unconfirmed)
                return error_set(error, KAFKA_ABORT,
                                 "kafka: the broker did not confirm %" PRIu64 " of the transaction's messages%s%s",
                                 producer->unconfirmed, producer->failure ? ": " : "",
                                 producer->failure ? rd_kafka_err2str(producer->failure) : "");
        return 0;
}

int kafka_confirm(struct kafka_producer *producer, struct error *error)
{
        int r = confirm(producer, error);

        producer->unconfirmed = 0;
        producer->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
        return r ? ERR_RETRY : 0;
}

int kafka_commit(struct kafka_producer *producer, struct error *error)
{
        int r = confirm(producer, error);

        r = r ? r : insist(producer, rd_kafka_commit_transaction, "kafka: commit_transaction", error);
        rd_kafka_poll(producer->client, 0);
        return r;
}

int kafka_abort(struct kafka_producer *producer, struct error *error)
{
        int r;

        /* Without the flush an abort right behind a produce can end in INVALID_TXN_STATE, which is fatal. */
        rd_kafka_flush(producer->client, FLUSH_BEFORE_ABORT_MS);
        r = insist(producer, rd_kafka_abort_transaction, "kafka: abort_transaction", error);
        return r == KAFKA_ABORT ? ERR_FATAL : r; /* an abort that asks for an abort: only a new producer helps */
}

int kafka_flush(struct kafka_producer *producer, int timeout_ms, struct error *error)
{
        rd_kafka_resp_err_t code = rd_kafka_flush(producer->client, timeout_ms);

        return code ? failure_set(error, code, "kafka: flush") : 0;
}

int64_t kafka_end_offset(const struct kafka_producer *producer, uint32_t topic, int32_t partition)
{
        if (topic >= producer->topic_count || partition < 0 || partition >= producer->partitions[topic])
                return 0;
        return producer->ends[topic][partition];
}
