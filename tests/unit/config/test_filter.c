/* Filters: what people write, what it means, and what is said where it means nothing. */
#include "config/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static const char golden[] =
        "{\"entity_id\":\"p-1\",\"attributes\":{\"email\":\"info@acme.example\",\"job_title\":\"Head of Sales\","
        "\"address.country\":\"FR\",\"annual_revenue\":\"1250000.50\",\"last_invoice_at\":\"2025-03-01T00:00:00.000Z\"}"
        ","
        "\"members\":[{\"source\":\"erp\"},{\"source\":\"crm\"}],\"consent\":{\"email\":{\"value\":\"denied\"}},"
        "\"quality\":{\"completeness\":0.625,\"records\":3,\"sources\":2}}";

static bool holds(const char *text)
{
        struct vocabulary vocabulary;
        struct arena arena ARENA_CLEANUP = {0};
        struct filter_view view = {.vocabulary = &vocabulary, .role_account = true};
        const struct filter *filter;
        struct error error;

        vocabulary_init(&vocabulary);
        assert_int_equal(0, json_parse(&arena, TEXT(golden), &view.golden, &error));
        filter = filter_compile(&arena, &vocabulary, text_from(text), &error);
        if (!filter)
                fail_msg("%s: %s", text, error.text);
        return filter_matches(filter, &view);
}

static void conditions_hold_for_what_the_golden_record_says(void **state)
{
        (void)state;
        assert_true(holds("address.country = fr"));
        assert_true(holds("address.country in (BE, FR)"));
        assert_false(holds("address.country not in (BE, FR)"));
        assert_true(holds("job_title = 'Head of Sales'"));
        assert_true(holds("annual_revenue >= 1250000.5 and annual_revenue < 2000000"));
        assert_true(holds("last_invoice_at > 2025-02-01"));
        assert_true(holds("completeness < 0.7 and records = 3 and sources = 2"));
        assert_true(holds("source = erp and source in (crm, web)"));
        assert_false(holds("source = web"));
        assert_true(holds("consent.email = denied"));
        assert_true(holds("role_account"));
        assert_true(holds("entity_id = p-1"));
}

static void nothing_equals_a_value_that_is_not_there(void **state)
{
        (void)state;
        assert_false(holds("phone = 1"));
        assert_true(holds("phone != 1"));
        assert_false(holds("phone < 1"));
        assert_false(holds("phone >= 1"));
        assert_false(holds("has phone"));
        assert_true(holds("has email"));
        assert_true(holds("phone not in (1, 2)"));
        assert_false(holds("consent.phone = granted"));
}

static void not_binds_closest_and_or_least(void **state)
{
        (void)state;
        assert_true(holds("has phone and has email or has job_title"));
        assert_false(holds("has phone and (has email or has job_title)"));
        assert_true(holds("not has phone and has email"));
        assert_false(holds("not (has phone or has email)"));
        assert_true(holds("NOT NOT has email"));
}

static void a_mistake_is_named_with_its_place(void **state)
{
        static const struct {
                const char *text, *message;
        } mistakes[] = {
                {"", "an attribute is expected at the end"},
                {"emial = x", "an attribute of golden records, or entity_id, source, records, sources, completeness, "
                              "role_account is expected at \"emial\" (character 1)"},
                {"email =", "a value is expected at the end"},
                {"email = a b", "\"and\" or \"or\" is expected at \"b\" (character 11)"},
                {"(has email", "\")\" is expected at the end"},
                {"email in a", "\"(\" is expected at \"a\" (character 10)"},
                {"email not = a", "\"in\" is expected at \"=\" (character 11)"},
                {"email = 'a", "a closing quote is expected"},
                {"same_as = a", "an attribute of golden records"},
        };
        struct vocabulary vocabulary;

        (void)state;
        vocabulary_init(&vocabulary);
        for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
                struct arena arena ARENA_CLEANUP = {0};
                struct error error = {{0}};

                assert_null(filter_compile(&arena, &vocabulary, text_from(mistakes[i].text), &error));
                if (!strstr(error.text, mistakes[i].message))
                        fail_msg("%s: %s", mistakes[i].text, error.text);
        }
}

static void deep_and_long_filters_are_refused(void **state)
{
        struct vocabulary vocabulary;
        struct arena arena ARENA_CLEANUP = {0};
        struct buffer deep BUFFER_CLEANUP = {0}, wide BUFFER_CLEANUP = {0};
        struct error error;

        (void)state;
        vocabulary_init(&vocabulary);
        for (int i = 0; i < 100000; i++)
                buffer_string(&deep, i % 2 ? "(" : "not ");
        assert_null(filter_compile(&arena, &vocabulary, buffer_view(&deep), &error));
        for (int i = 0; i < 1000; i++)
                buffer_string(&wide, i ? " or has email" : "has email");
        assert_null(filter_compile(&arena, &vocabulary, buffer_view(&wide), &error));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(conditions_hold_for_what_the_golden_record_says),
                cmocka_unit_test(nothing_equals_a_value_that_is_not_there),
                cmocka_unit_test(not_binds_closest_and_or_least),
                cmocka_unit_test(a_mistake_is_named_with_its_place),
                cmocka_unit_test(deep_and_long_filters_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
