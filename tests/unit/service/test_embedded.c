/* The whole service against the embedded broker: what `durand demo` does. That broker does not isolate transactions and
 * forgets offsets, so exactly-once is shown elsewhere (tests/kafka); here the parts only have to fit together. */
#include "base/arena.h"
#include "config/config.h"
#include "kafka/kafka.h"
#include "kafka/mock.h"
#include "model/model.h"
#include "service/service.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char yaml[] = "instance: unit\n"
                           "state: %s/state\n"
                           "topics: {partitions: 1}\n"
                           "kafka: {bootstrap.servers: \"%s\"}\n"
                           "log: {level: error}\n"
                           "sources:\n"
                           "  crm: {dialect: row, topics: [crm.person], mapping: identity}\n"
                           "  erp: {dialect: row, topics: [erp.person], mapping: identity}\n";

struct fixture {
        struct kafka_mock *mock;
        struct config *config;
        char directory[64];
        struct error error;
};

static int setup(void **state)
{
        struct fixture *f = calloc(1, sizeof(*f));
        struct config_problems problems = {0};
        char text[1024];

        strcpy(f->directory, "/tmp/durand-unit-XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        assert_int_equal(kafka_mock_open(&f->mock, &f->error), 0);
        f->config = calloc(1, sizeof(*f->config));
        snprintf(text, sizeof(text), yaml, f->directory, kafka_mock_address(f->mock));
        assert_int_equal(config_load_text(text_from(text), "durand.yaml", f->config, &problems), 0);
        config_problems_free(&problems);
        *state = f;
        return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
        (void)status;
        (void)type;
        (void)place;
        return remove(path);
}

static int teardown(void **state)
{
        struct fixture *f = *state;

        kafka_mock_close(f->mock);
        config_free(f->config);
        free(f->config);
        assert_int_equal(nftw(f->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
        free(f);
        return 0;
}

static int add_topic(void *context, const char *name, int32_t partitions)
{
        struct fixture *f = context;

        return kafka_mock_add_topic(f->mock, name, partitions, &f->error);
}

static void send(struct fixture *f, const char *topic, const char *key, const char *value)
{
        struct kafka_topic topics[1] = {{.message_bytes_max = 1 << 20, .partitions = 1}};
        struct kafka_record record = {.has_key = true, .has_value = true};
        struct kafka_producer *producer;

        snprintf(topics[0].name, sizeof(topics[0].name), "%s", topic);
        record.key = text_from(key);
        record.value = text_from(value);
        assert_int_equal(kafka_producer_open(f->config, false, &producer, &f->error), 0);
        assert_int_equal(kafka_topics_open(producer, topics, 1, 1, false, &f->error), 0);
        assert_int_equal(kafka_produce(producer, &record, &f->error), 0);
        assert_int_equal(kafka_flush(producer, 10000, &f->error), 0);
        kafka_producer_close(producer);
}

/* Messages in @topic; the last value into @value. */
static int count(struct fixture *f, const char *topic, char *value, size_t size)
{
        struct kafka_position position = {0};
        struct kafka_consumer *consumer;
        struct kafka_event event;
        int messages = 0;

        snprintf(position.topic, sizeof(position.topic), "%s", topic);
        assert_int_equal(kafka_consumer_open(f->config, KAFKA_READ_COMMITTED, &consumer, &f->error), 0);
        assert_int_equal(kafka_assign(consumer, &position, 1, &f->error), 0);
        do {
                assert_int_equal(kafka_poll(consumer, 10000, &event, &f->error), 0);
                assert_int_not_equal(event.kind, KAFKA_NOTHING);
                if (event.kind == KAFKA_MESSAGE) {
                        messages++;
                        snprintf(value, size, "%.*s", TEXT_ARG(event.message.value));
                }
        } while (event.kind != KAFKA_END);
        kafka_consumer_close(consumer);
        return messages;
}

static void two_systems_know_one_person(void **state)
{
        struct fixture *f = *state;
        static const char row[] =
                "{\"given_name\":\"Marc\",\"family_name\":\"Durand\",\"email\":\"marc.durand@imprimerie.fr\","
                "\"birth_date\":\"1961-04-07\"}";
        struct model *model = model_new_builtin();
        atomic_int stop = 0;
        struct service_options options = {.config = f->config,
                                          .model = model,
                                          .stop = &stop,
                                          .until_end = true,
                                          .embedded = true};
        char value[8192];

        config_compute_epoch(f->config, text_from(model_hash(model)));
        assert_int_equal(service_list_topics(f->config, add_topic, f), 0);
        assert_int_equal(add_topic(f, "crm.person", 1), 0);
        assert_int_equal(add_topic(f, "erp.person", 1), 0);
        send(f, "crm.person", "1", row);
        send(f, "erp.person", "a", row);
        send(f, "erp.person", "b", "not a row");
        assert_int_equal(service_run(&options), SERVICE_EXIT_CLEAN);
        assert_int_equal(count(f, "durand.records", value, sizeof(value)), 2);
        assert_int_equal(count(f, "durand.deadletter", value, sizeof(value)), 1);
        assert_string_equal(value, "not a row");
        assert_true(count(f, "durand.golden.person", value, sizeof(value)) >= 1);
        assert_non_null(strstr(value, "\"crm\""));
        assert_non_null(strstr(value, "\"erp\""));
        model_free(model);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(two_systems_know_one_person, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
