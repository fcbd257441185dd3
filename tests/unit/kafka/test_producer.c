/* Producer and consumer against librdkafka's embedded broker. It does not isolate transactions, so these tests are
 * about outcomes and bookkeeping; tests/kafka has a real broker. */
#include "base/arena.h"
#include "config/config.h"
#include "kafka/kafka.h"
#include "kafka/mock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
        struct kafka_mock *mock;
        struct config *config;
        struct kafka_property properties[1];
        struct kafka_topic topics[2];
        struct error error;
};

static int setup(void **state)
{
        struct fixture *f = calloc(1, sizeof(*f));

        assert_int_equal(kafka_mock_open(&f->mock, &f->error), 0);
        f->config = calloc(1, sizeof(*f->config));
        config_init_builtin(f->config);
        f->config->instance = TEXT("unit");
        f->properties[0].name = TEXT("bootstrap.servers");
        f->properties[0].value = text_from(kafka_mock_address(f->mock));
        f->config->kafka = f->properties;
        f->config->kafka_count = 1;
        for (int i = 0; i < 2; i++) {
                snprintf(f->topics[i].name, sizeof(f->topics[i].name), "topic-%d", i);
                f->topics[i].message_bytes_max = 1 << 20;
                f->topics[i].partitions = 2;
                assert_int_equal(kafka_mock_add_topic(f->mock, f->topics[i].name, 2, &f->error), 0);
        }
        *state = f;
        return 0;
}

static int teardown(void **state)
{
        struct fixture *f = *state;

        kafka_mock_close(f->mock);
        config_free(f->config);
        free(f->config);
        free(f);
        return 0;
}

static struct kafka_producer *open_producer(struct fixture *f)
{
        struct kafka_producer *producer;

        assert_int_equal(kafka_producer_open(f->config, true, &producer, &f->error), 0);
        assert_int_equal(kafka_topics_open(producer, f->topics, 2, 1, false, &f->error), 0);
        assert_int_equal(kafka_fence(producer, 10000, &f->error), 0);
        return producer;
}

static void produce(struct fixture *f, struct kafka_producer *producer, const char *key, const char *value)
{
        struct kafka_header header = {"ce_type", TEXT("test")};
        struct kafka_record record = {
                .topic = 1,
                .has_key = true,
                .has_value = value != NULL,
                .key = text_from(key),
                .value = text_from(value),
                .headers = &header,
                .header_count = 1,
        };

        assert_int_equal(kafka_produce(producer, &record, &f->error), 0);
}

static int64_t end_offsets(const struct kafka_producer *producer)
{
        return kafka_end_offset(producer, 1, 0) + kafka_end_offset(producer, 1, 1);
}

static void a_committed_transaction_moves_the_end_offsets(void **state)
{
        struct fixture *f = *state;
        struct kafka_producer *producer = open_producer(f);

        assert_int_equal(end_offsets(producer), 0);
        assert_int_equal(kafka_begin(producer, &f->error), 0);
        produce(f, producer, "a", "1");
        produce(f, producer, "b", "2");
        produce(f, producer, "c", NULL);
        assert_int_equal(kafka_commit(producer, &f->error), 0);
        assert_int_equal(end_offsets(producer), 3);
        assert_int_equal(kafka_end_offset(producer, 0, 0), 0);
        assert_int_equal(kafka_end_offset(producer, 1, 99), 0);
        kafka_producer_close(producer);
}

/* The unit of retry: abort, then the same bytes again. After a refusal by the broker the next transaction may fail as
 * well, which is one reason why the service tries more than once. */
static void a_refused_message_asks_for_an_abort_and_a_later_attempt_succeeds(void **state)
{
        struct fixture *f = *state;
        struct kafka_producer *producer = open_producer(f);
        int attempts = 0, r;

        kafka_mock_refuse_produce(f->mock, 1);
        do {
                assert_int_equal(kafka_begin(producer, &f->error), 0);
                produce(f, producer, "a", "1");
                r = kafka_commit(producer, &f->error);
                if (attempts++ == 0)
                        assert_int_equal(r, KAFKA_ABORT);
                if (r == KAFKA_ABORT) {
                        assert_true(strlen(f->error.text) > 0);
                        assert_int_equal(kafka_abort(producer, &f->error), 0);
                }
        } while (r == KAFKA_ABORT && attempts < 5);
        assert_int_equal(r, 0);
        assert_int_equal(end_offsets(producer), 1);
        kafka_producer_close(producer);
}

/* produce() itself refuses it, and without an abort the commit would succeed without the message. */
static void a_message_beyond_the_clients_limit_fails_the_batch(void **state)
{
        struct fixture *f = *state;
        struct kafka_producer *producer = open_producer(f);
        char *large = malloc((20 << 20) + 1);

        memset(large, 'x', 20 << 20);
        large[20 << 20] = '\0';
        struct kafka_record record = {.topic = 1, .has_value = true, .value = text_from(large)};
        assert_int_equal(kafka_begin(producer, &f->error), 0);
        assert_int_equal(kafka_produce(producer, &record, &f->error), KAFKA_ABORT);
        assert_true(kafka_record_bytes(&record) > 20 << 20);
        assert_int_equal(kafka_abort(producer, &f->error), 0);
        free(large);
        kafka_producer_close(producer);
}

static void a_consumer_gives_messages_until_the_end_of_each_partition(void **state)
{
        struct fixture *f = *state;
        struct kafka_producer *producer = open_producer(f);
        struct kafka_consumer *consumer;
        struct kafka_position positions[2] = {{.topic = "topic-1", .partition = 1},
                                              {.topic = "topic-1", .partition = 0}};
        uint32_t messages = 0, ends = 0, tombstones = 0;
        int32_t partitions;

        assert_int_equal(kafka_begin(producer, &f->error), 0);
        produce(f, producer, "a", "1");
        produce(f, producer, "b", "");
        produce(f, producer, "c", NULL);
        assert_int_equal(kafka_commit(producer, &f->error), 0);
        assert_int_equal(kafka_consumer_open(f->config, KAFKA_READ_COMMITTED, &consumer, &f->error), 0);
        assert_int_equal(kafka_count_partitions(consumer, "topic-1", &partitions, &f->error), 0);
        assert_int_equal(partitions, 2);
        assert_int_equal(kafka_assign(consumer, positions, 2, &f->error), 0);
        while (ends < 2) {
                struct kafka_event event;

                assert_int_equal(kafka_poll(consumer, 5000, &event, &f->error), 0);
                assert_int_not_equal(event.kind, KAFKA_NOTHING);
                if (event.kind == KAFKA_END) {
                        ends++;
                        continue;
                }
                assert_int_equal(event.kind, KAFKA_MESSAGE);
                assert_int_equal(event.message.partition, positions[event.index].partition);
                assert_int_equal(event.position, event.message.offset + 1);
                assert_true(event.message.has_key);
                assert_int_equal(event.message.header_count, 1);
                assert_true(text_equal(event.message.headers[0].name, TEXT("ce_type")));
                messages++;
                tombstones += !event.message.has_value;
        }
        assert_int_equal(messages, 3);
        assert_int_equal(tombstones, 1);
        kafka_release(consumer);
        kafka_consumer_close(consumer);
        kafka_producer_close(producer);
}

/* A different transactional.id, isolation level or offset policy would break the protocol without a word. */
static void a_property_that_carries_the_protocol_is_refused(void **state)
{
        struct fixture *f = *state;
        const char *names[] = {"transactional.id",  "group.id",    "isolation.level",    "enable.auto.commit",
                               "auto.offset.reset", "partitioner", "enable.idempotence", "acks"};

        f->properties[0].value = TEXT("x");
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                f->properties[0].name = text_from(names[i]);
                assert_int_equal(kafka_check_properties(f->config, NULL, &f->error), ERR_USAGE);
                assert_non_null(strstr(f->error.text, names[i]));
        }
        f->properties[0].name = TEXT("no.such.property");
        assert_int_equal(kafka_check_properties(f->config, NULL, &f->error), ERR_USAGE);
}

static void a_secret_is_not_in_the_message_about_its_property(void **state)
{
        struct fixture *f = *state;

        f->properties[0] =
                (struct kafka_property){.name = TEXT("security.protocol"), .value = TEXT("geheim"), .secret = true};
        assert_int_equal(kafka_check_properties(f->config, NULL, &f->error), ERR_USAGE);
        assert_null(strstr(f->error.text, "geheim"));
}

/* Which side of it this machine is on depends on its librdkafka; either way the sentence and the outcome agree. */
static void scram_with_a_library_that_kafka_4_refuses_is_warned_about(void **state)
{
        struct fixture *f = *state;
        bool old = kafka_library_version() < 0x02060100;

        f->properties[0] = (struct kafka_property){.name = TEXT("sasl.mechanism"), .value = TEXT("SCRAM-SHA-512")};
        assert_int_equal(kafka_check_properties(f->config, NULL, &f->error), old ? KAFKA_DOUBTFUL : 0);
        if (old)
                assert_non_null(strstr(f->error.text, "librdkafka 2.6.1"));
        f->properties[0].value = TEXT("PLAIN");
        assert_int_equal(kafka_check_properties(f->config, NULL, &f->error), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_committed_transaction_moves_the_end_offsets, setup, teardown),
                cmocka_unit_test_setup_teardown(a_refused_message_asks_for_an_abort_and_a_later_attempt_succeeds, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(a_message_beyond_the_clients_limit_fails_the_batch, setup, teardown),
                cmocka_unit_test_setup_teardown(a_consumer_gives_messages_until_the_end_of_each_partition, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(a_property_that_carries_the_protocol_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(a_secret_is_not_in_the_message_about_its_property, setup, teardown),
                cmocka_unit_test_setup_teardown(scram_with_a_library_that_kafka_4_refuses_is_warned_about, setup,
                                                teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
