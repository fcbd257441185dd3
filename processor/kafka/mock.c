/* The embedded broker is owned by a client of its own that is never used otherwise. */
#include "kafka/mock.h"

#include "kafka/internal.h"

#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

struct kafka_mock {
        rd_kafka_t *client;
        rd_kafka_mock_cluster_t *cluster;
};

int kafka_mock_open(struct kafka_mock **out, struct error *error)
{
        struct kafka_mock *mock = calloc(1, sizeof(*mock));
        rd_kafka_conf_t *conf = rd_kafka_conf_new();
        char why[512] = "";

        if (!mock)
                abort();
        settings_set_log(conf);
        mock->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
        if (mock->client)
                mock->cluster = rd_kafka_mock_cluster_new(mock->client, 1);
        if (!mock->cluster) {
                kafka_mock_close(mock);
                return error_set(error, ERR_FATAL, "kafka: the embedded broker does not start: %s", why);
        }
        *out = mock;
        return 0;
}

void kafka_mock_close(struct kafka_mock *mock)
{
        if (!mock)
                return;
        if (mock->cluster)
                rd_kafka_mock_cluster_destroy(mock->cluster);
        if (mock->client)
                rd_kafka_destroy(mock->client);
        free(mock);
}

const char *kafka_mock_address(const struct kafka_mock *mock)
{
        return rd_kafka_mock_cluster_bootstraps(mock->cluster);
}

int kafka_mock_add_topic(struct kafka_mock *mock, const char *name, int32_t partitions, struct error *error)
{
        rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(mock->cluster, name, partitions, 1);

        return code ? failure_set(error, code, "kafka: embedded broker: making a topic") : 0;
}

#define PRODUCE_REQUEST 0 /* https://kafka.apache.org/protocol#protocol_api_keys */
#define REFUSALS_MAX 16

void kafka_mock_refuse_produce(struct kafka_mock *mock, unsigned count)
{
        rd_kafka_resp_err_t errors[REFUSALS_MAX];

        if (count > REFUSALS_MAX)
                count = REFUSALS_MAX;
        for (unsigned i = 0; i < count; i++)
                errors[i] = RD_KAFKA_RESP_ERR_INVALID_RECORD;
        rd_kafka_mock_push_request_errors_array(mock->cluster, PRODUCE_REQUEST, count, errors);
}
