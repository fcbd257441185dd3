/* A conflict is named by what it is about, and shown the same way whoever asks. */
#include "conflict/conflict.h"

#include "base/json.h"

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
        conflict_write_json(&config, &conflict, &json);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_id_follows_from_kind_and_subjects_in_any_order),
                cmocka_unit_test(probability_grows_with_the_posterior_and_is_symmetric),
                cmocka_unit_test(a_steward_sees_canonical_values_and_the_evidence),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
