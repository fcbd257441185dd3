/* A conflict is named by what it is about, and shown the same way whoever asks. */
#include "conflict/conflict.h"

#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static void the_id_follows_from_kind_and_subjects_in_any_order(void **state)
{
        struct text a = TEXT("p-aaaa"), b = TEXT("p-bbbb");
        struct hash128 id = conflict_id(CONFLICT_POSSIBLE_DUPLICATE, a, b);
        char text[CONFLICT_ID_SIZE];

        (void)state;
        assert_true(hash128_equal(id, conflict_id(CONFLICT_POSSIBLE_DUPLICATE, b, a)));
        assert_false(hash128_equal(id, conflict_id(CONFLICT_CONTRADICTING_IDENTIFIERS, a, b)));
        assert_false(hash128_equal(id, conflict_id(CONFLICT_POSSIBLE_DUPLICATE, a, TEXT_NONE)));
        assert_false(hash128_equal(conflict_id(CONFLICT_OVER_MERGE, TEXT("ab"), TEXT("c")),
                                   conflict_id(CONFLICT_OVER_MERGE, TEXT("a"), TEXT("bc"))));
        conflict_id_text(id, text);
        assert_int_equal(CONFLICT_ID_SIZE - 1, strlen(text));
        assert_memory_equal("c-", text, 2);
}

static void probability_grows_with_the_posterior_and_is_symmetric(void **state)
{
        uint32_t before = 0;

        (void)state;
        for (int32_t mbit = -40000; mbit <= 40000; mbit += 50) {
                uint32_t probability = conflict_probability_milli(mbit);

                assert_true(probability >= before && probability <= 1000);
                assert_int_equal(1000, probability + conflict_probability_milli(-mbit));
                before = probability;
        }
        /* The table against the formula: right at quarter bits, of which the nearest serves what is between. */
        for (int32_t mbit = -10000; mbit <= 10000; mbit += 50) {
                double off = fabs(1000 / (1 + exp2(-mbit / 1000.0)) - conflict_probability_milli(mbit));

                assert_true(off < (mbit % 250 == 0 ? 1 : 23));
        }
        assert_int_equal(500, conflict_probability_milli(0));
        assert_int_equal(800, conflict_probability_milli(2000));
        assert_int_equal(1000 - conflict_probability_milli(INT32_MAX), conflict_probability_milli(INT32_MIN));
}

static void a_steward_sees_canonical_values_and_the_evidence(void **state)
{
        static struct config config;
        struct slot slots[] = {
                {.attribute = ATTRIBUTE_EMAIL, .flags = SLOT_SET, .raw = TEXT("M@ACME.FR"), .value = TEXT("m@acme.fr")},
                {.attribute = ATTRIBUTE_PHONE, .flags = 0},
                {.attribute = ATTRIBUTE_PHONE, .flags = SLOT_SET, .label = TEXT("mobile"), .value = TEXT("+336")},
        };
        struct record record = {.key = {TEXT("crm"), TEXT("Contact"), TEXT("1")}, .slots = slots, .slot_count = 3};
        const struct record *records[] = {&record};
        struct conflict_evidence evidence = {TEXT("email"),     TEXT("exact"), TEXT("m@acme.fr"),
                                             TEXT("m@acme.fr"), -1250,         true};
        struct conflict conflict = {
                .kind = CONFLICT_POSSIBLE_DUPLICATE,
                .entities = {TEXT("p-a"), TEXT("p-b")},
                .records = records,
                .record_count = 1,
                .record_total = 3,
                .evidence = &evidence,
                .evidence_count = 1,
                .posterior_mbit = 500,
                .scored = true,
        };
        ARENA_CLEANUP struct arena arena = {0};
        BUFFER_CLEANUP struct buffer json = {0};
        const struct json_node *root;

        (void)state;
        config_init_builtin(&config);
        conflict_write_json(&arena, &config, &conflict, &json);
        assert_int_equal(0, json_parse(&arena, buffer_view(&json), &root, NULL));
        assert_true(text_equal(json_scalar_text(json_get(root, "kind")), TEXT("possible_duplicate")));
        assert_true(text_equal(json_scalar_text(json_get(root, "posterior_bits")), TEXT("0.5")));
        assert_true(text_equal(json_scalar_text(json_get(root, "record_count")), TEXT("3")));
        assert_true(text_equal(json_scalar_text(json_get(json_get(root, "evidence")->child, "weight_bits")),
                               TEXT("-1.25")));
        root = json_get(json_get(root, "records")->child, "values");
        assert_int_equal(2, root->count);
        assert_true(text_equal(json_scalar_text(json_get(root, "email")), TEXT("m@acme.fr")));
        assert_true(text_equal(json_scalar_text(json_get(root, "phone/mobile")), TEXT("+336")));
        config_free(&config);
}

/* An impossible value has a reason in place of a weight, and no second value; of many records a few are shown. */
static void a_conflict_about_one_record_names_reason_and_value(void **state)
{
        static struct config config;
        struct record record = {.key = {TEXT("crm"), TEXT("Account"), TEXT("1")}};
        const struct record *records[CONFLICT_RECORDS_MAX + 1];
        struct conflict_evidence evidence = {.attribute = TEXT("siret"),
                                             .level = TEXT("its check digit is wrong"),
                                             .value_a = TEXT("12345678901234")};
        struct conflict conflict = {
                .kind = CONFLICT_INVALID_IDENTIFYING_DATA,
                .id = conflict_id(CONFLICT_INVALID_IDENTIFYING_DATA, TEXT("o-a"), TEXT_NONE),
                .type = TYPE_ORGANIZATION,
                .entities = {TEXT("o-a")},
                .records = records,
                .record_count = CONFLICT_RECORDS_MAX + 1,
                .record_total = 5000,
                .evidence = &evidence,
                .evidence_count = 1,
                .contradiction = TEXT("siren 732829320 and 552100554"),
        };
        ARENA_CLEANUP struct arena arena = {0};
        BUFFER_CLEANUP struct buffer json = {0};
        const struct json_node *root, *shown;
        char id[CONFLICT_ID_SIZE];

        (void)state;
        for (int i = 0; i <= CONFLICT_RECORDS_MAX; i++)
                records[i] = &record;
        config_init_builtin(&config);
        conflict_write_json(&arena, &config, &conflict, &json);
        assert_int_equal(0, json_parse(&arena, buffer_view(&json), &root, NULL));
        conflict_id_text(conflict.id, id);
        assert_true(text_equal(json_scalar_text(json_get(root, "conflict_id")), text_from(id)));
        assert_true(text_equal(json_scalar_text(json_get(root, "severity")), TEXT("low")));
        assert_true(text_equal(json_scalar_text(json_get(root, "entity_type")), TEXT("organization")));
        assert_true(text_equal(json_scalar_text(json_get(root, "contradiction")), conflict.contradiction));
        assert_int_equal(1, json_get(root, "entities")->count);
        assert_int_equal(CONFLICT_RECORDS_MAX, json_get(root, "records")->count);
        assert_true(text_equal(json_scalar_text(json_get(root, "record_count")), TEXT("5000")));
        assert_null(json_get(root, "posterior_bits"));
        assert_null(json_get(root, "probability"));
        shown = json_get(root, "evidence")->child;
        assert_true(text_equal(json_scalar_text(json_get(shown, "reason")), evidence.level));
        assert_int_equal(1, json_get(shown, "values")->count);
        assert_null(json_get(shown, "level"));
        assert_null(json_get(shown, "weight_bits"));
        config_free(&config);
}

/* Ids are kept by consumers and in states: the same on every machine, and in every version. */
static void ids_stay_what_they_are(void **state)
{
        char text[CONFLICT_ID_SIZE];

        (void)state;
        conflict_id_text(conflict_id(CONFLICT_POSSIBLE_DUPLICATE, TEXT("p-aaaa"), TEXT("p-bbbb")), text);
        assert_string_equal("c-5s04p7f2td1m1d423pkk", text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_id_follows_from_kind_and_subjects_in_any_order),
                cmocka_unit_test(probability_grows_with_the_posterior_and_is_symmetric),
                cmocka_unit_test(a_steward_sees_canonical_values_and_the_evidence),
                cmocka_unit_test(a_conflict_about_one_record_names_reason_and_value),
                cmocka_unit_test(ids_stay_what_they_are),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
