/* The service's parts that need no broker: the note beside an offset, topic names, dead letters, the quarantine. */
#include "base/arena.h"
#include "base/clock.h"
#include "config/config.h"
#include "service/internal.h"
#include "service/metadata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_note_is_read_as_it_was_written(void **state)
{
        struct note note = {.beat = UINT64_MAX, .has_digest = true}, back;
        char text[NOTE_TEXT_SIZE];

        (void)state;
        note_make_instance(note.instance);
        strcpy(note.epoch, "0123456789abcdef0123456789abcdef");
        note.digest.records = (struct hash128){.low = 1, .high = UINT64_MAX};
        note.digest.derived = (struct hash128){.low = 0xfedcba9876543210, .high = 0};
        note_write(&note, text);
        assert_true(strlen(text) < sizeof(((struct kafka_position *)NULL)->metadata));
        assert_true(note_parse(text, &back));
        assert_string_equal(back.instance, note.instance);
        assert_string_equal(back.epoch, note.epoch);
        assert_true(back.beat == note.beat);
        assert_true(back.has_digest);
        assert_true(hash128_equal(back.digest.records, note.digest.records));
        assert_true(hash128_equal(back.digest.derived, note.digest.derived));
}

static void a_note_before_the_state_is_known_has_no_digest(void **state)
{
        struct note note = {.instance = "a", .epoch = "b", .beat = 7}, back;
        char text[NOTE_TEXT_SIZE];

        (void)state;
        note_write(&note, text);
        assert_string_equal(text, "v1 a b 7 - -");
        assert_true(note_parse(text, &back));
        assert_false(back.has_digest);
}

static void what_others_write_beside_an_offset_is_no_note(void **state)
{
        const char *foreign[] = {"",
                                 "v1",
                                 "v2 a b 7 - -",
                                 "v1 a b x - -",
                                 "v1 a b -1 - -",
                                 "v1 a b 7 -",
                                 "v1 a b 7 - - more",
                                 "v1  b 7 - -",
                                 "v1 a b 7 0123 4567",
                                 "v1 a b 7 - 0123456789abcdef0123456789abcdef",
                                 "v1 a b 7 0123456789ABCDEF0123456789abcdef 0123456789abcdef0123456789abcdef",
                                 "some consumer's own remark that is much longer than any of our fields could ever be"};
        struct note note;

        (void)state;
        for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
                assert_false(note_parse(foreign[i], &note));
}

static void two_processes_never_have_the_same_instance_id(void **state)
{
        char a[NOTE_ID_SIZE], b[NOTE_ID_SIZE];

        (void)state;
        note_make_instance(a);
        note_make_instance(b);
        assert_int_equal(strlen(a), 32);
        assert_string_not_equal(a, b);
}

struct fixture {
        struct config *config;
        struct service_options options;
        struct service service;
        struct error error;
};

static const struct source_config test_source = {.name = TEXT_INIT("erp"), .dialect = DIALECT_DEBEZIUM};

static int setup(void **state)
{
        struct fixture *f = calloc(1, sizeof(*f));

        f->config = calloc(1, sizeof(*f->config));
        config_init_builtin(f->config);
        f->config->sources = &test_source;
        f->config->source_count = 1;
        f->options.config = f->config;
        f->service.options = &f->options;
        f->service.config = f->config;
        assert_int_equal(topics_init(&f->service.topics, f->config, &f->error), 0);
        *state = f;
        return 0;
}

static int teardown(void **state)
{
        struct fixture *f = *state;

        topics_free(&f->service.topics);
        arena_free(&f->service.outputs.arena);
        quarantine_free(&f->service.quarantine);
        config_free(f->config);
        free(f->config);
        free(f);
        return 0;
}

static const struct kafka_topic *topic_of(const struct fixture *f, uint32_t index)
{
        return &f->service.topics.items[index];
}

static void state_is_compacted_and_stories_expire(void **state)
{
        struct fixture *f = *state;
        const struct topic_set *topics = &f->service.topics;

        assert_string_equal(topic_of(f, topics->golden[TYPE_PERSON])->name, "durand.golden.person");
        assert_string_equal(topic_of(f, topics->golden[TYPE_ORGANIZATION])->name, "durand.golden.organization");
        assert_string_equal(topic_of(f, topics->sync)->name, "durand.sync.erp");
        assert_true(topic_of(f, topics->golden[TYPE_PERSON])->compacted);
        assert_true(topic_of(f, topics->conflicts)->compacted);
        assert_true(topic_of(f, topics->records)->compacted);
        assert_true(topic_of(f, topics->sync)->compacted);
        assert_false(topic_of(f, topics->changes)->compacted);
        assert_false(topic_of(f, topics->deadletter)->compacted);
        assert_true(topic_of(f, topics->records)->tombstone_retention_ms == 7LL * 24 * 3600 * 1000);
}

static void a_prefix_that_makes_names_too_long_is_refused(void **state)
{
        struct fixture *f = *state;
        struct topic_set topics;
        char prefix[250];

        memset(prefix, 'p', sizeof(prefix));
        f->config->topic_prefix = (struct text){.data = prefix, .length = 240};
        assert_int_equal(topics_init(&topics, f->config, &f->error), ERR_USAGE);
        assert_non_null(strstr(f->error.text, "topic_prefix"));
        topics_free(&topics);
}

static struct text header(const struct kafka_record *record, const char *name)
{
        for (uint32_t i = 0; i < record->header_count; i++) {
                if (strcmp(record->headers[i].name, name) == 0)
                        return record->headers[i].value;
        }
        return TEXT_NONE;
}

static void a_dead_letter_has_the_original_bytes_and_says_where_and_why(void **state)
{
        struct fixture *f = *state;
        struct message_header original = {TEXT("trace"), TEXT("abc")};
        struct message message = {
                .topic = TEXT("erp.customer"),
                .partition = 3,
                .offset = 1842,
                .timestamp_ms = 1736143260350,
                .has_key = true,
                .has_value = true,
                .key = {.data = "k\0y", .length = 3},
                .value = {.data = "{\xff\0", .length = 3},
                .headers = &original,
                .header_count = 1,
        };

        deadletter_add(&f->service, &message, &test_source, "field \"siret\": 13 digits, expected 14");
        assert_int_equal(f->service.outputs.count, 1);
        const struct kafka_record *record = &f->service.outputs.items[0];
        assert_int_equal(record->topic, f->service.topics.deadletter);
        assert_true(text_equal(record->key, message.key));
        assert_true(text_equal(record->value, message.value));
        assert_true(text_equal(header(record, "durand.source.topic"), TEXT("erp.customer")));
        assert_true(text_equal(header(record, "durand.source.partition"), TEXT("3")));
        assert_true(text_equal(header(record, "durand.source.offset"), TEXT("1842")));
        assert_true(text_equal(header(record, "durand.source.timestamp"), TEXT("1736143260350")));
        assert_true(text_equal(header(record, "durand.reason"), TEXT("field \"siret\": 13 digits, expected 14")));
        assert_true(text_equal(header(record, "durand.field"), TEXT("siret")));
        assert_true(text_equal(header(record, "durand.source"), TEXT("erp")));
        assert_true(text_equal(header(record, "durand.dialect"), TEXT("debezium")));
        assert_true(text_equal(header(record, "trace"), TEXT("abc")));
}

static void a_dead_letter_too_large_is_cut_and_says_what_it_was(void **state)
{
        struct fixture *f = *state;
        uint32_t length = 20 << 20;
        char *large = malloc(length);
        char hex[HASH128_HEX_SIZE];
        struct message message = {
                .topic = TEXT("t"),
                .timestamp_ms = TIME_UNKNOWN_MS,
                .has_key = true,
                .has_value = true,
                .key = {.data = large, .length = length},
                .value = {.data = large, .length = length},
        };

        memset(large, 'x', length);
        deadletter_add(&f->service, &message, &test_source, "too deep");
        const struct kafka_record *record = &f->service.outputs.items[0];
        assert_true(kafka_record_bytes(record) <=
                    (uint64_t)topic_of(f, f->service.topics.deadletter)->message_bytes_max);
        assert_true(record->value.length > 1 << 20);
        assert_true(text_equal(header(record, "durand.value.length"), TEXT("20971520")));
        hash128_to_hex(hash128(large, length, 0), hex);
        assert_true(text_equal(header(record, "durand.value.xxh128"), text_from(hex)));
        free(large);
}

/* An output that no topic takes must not stop the service; a record of the log must not be left out of it. */
static void an_output_too_large_becomes_a_dead_letter_and_a_record_sets_its_cause_aside(void **state)
{
        struct fixture *f = *state;
        uint32_t length = 9 << 20;
        char *large = malloc(length);
        struct message cause = {.topic = TEXT("in"), .partition = 1, .offset = 5};
        struct output output = {.topic = OUTPUT_GOLDEN,
                                .key = TEXT("p-1"),
                                .value = {.data = large, .length = length},
                                .cause = &cause};

        memset(large, 'x', length);
        assert_int_equal(outputs_add(&f->service, &output, &f->error), 0);
        assert_int_equal(f->service.outputs.count, 1);
        assert_int_equal(f->service.outputs.items[0].topic, f->service.topics.deadletter);

        output.topic = OUTPUT_RECORDS;
        assert_int_equal(outputs_add(&f->service, &output, &f->error), ERR_RETRY);
        assert_non_null(quarantine_find(&f->service.quarantine, &cause));
        /* The same cause again would be for ever. */
        assert_int_equal(outputs_add(&f->service, &output, &f->error), SERVICE_REFUSE);
        cause.offset = 6;
        assert_null(quarantine_find(&f->service.quarantine, &cause));
        free(large);
}

static void an_output_is_a_cloud_event(void **state)
{
        struct fixture *f = *state;
        struct output output = {.topic = OUTPUT_GOLDEN, .type = TYPE_PERSON, .key = TEXT("p-1"), .tombstone = true};

        strcpy(f->service.note.instance, "feed");
        assert_int_equal(outputs_add(&f->service, &output, &f->error), 0);
        assert_int_equal(outputs_add(&f->service, &output, &f->error), 0);
        const struct kafka_record *first = &f->service.outputs.items[0], *second = &f->service.outputs.items[1];
        assert_false(first->has_value);
        assert_true(text_equal(header(first, "ce_specversion"), TEXT("1.0")));
        assert_true(text_equal(header(first, "ce_type"), TEXT("durand.golden.person")));
        assert_true(text_equal(header(first, "ce_source"), TEXT("/durand/durand")));
        assert_true(text_equal(header(first, "content-type"), TEXT("application/json")));
        assert_false(text_equal(header(first, "ce_id"), header(second, "ce_id")));
}

static void a_restore_says_how_long_the_rest_takes(void **state)
{
        (void)state;
        assert_int_equal(restore_estimate_seconds(250, 750, 5000), 15);
        assert_int_equal(restore_estimate_seconds(999, 1, 5000), 1); /* never 0 while something is left */
        assert_int_equal(restore_estimate_seconds(1000, 0, 5000), 0);
        assert_int_equal(restore_estimate_seconds(0, 1000, 5000), -1); /* no pace yet */
        assert_int_equal(restore_estimate_seconds(1, 4000000000LL, 1), 4000000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_note_is_read_as_it_was_written),
                cmocka_unit_test(a_note_before_the_state_is_known_has_no_digest),
                cmocka_unit_test(what_others_write_beside_an_offset_is_no_note),
                cmocka_unit_test(two_processes_never_have_the_same_instance_id),
                cmocka_unit_test(a_restore_says_how_long_the_rest_takes),
                cmocka_unit_test_setup_teardown(state_is_compacted_and_stories_expire, setup, teardown),
                cmocka_unit_test_setup_teardown(a_prefix_that_makes_names_too_long_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(a_dead_letter_has_the_original_bytes_and_says_where_and_why, setup,
                                                teardown),
                cmocka_unit_test_setup_teardown(a_dead_letter_too_large_is_cut_and_says_what_it_was, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        an_output_too_large_becomes_a_dead_letter_and_a_record_sets_its_cause_aside, setup, teardown),
                cmocka_unit_test_setup_teardown(an_output_is_a_cloud_event, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
