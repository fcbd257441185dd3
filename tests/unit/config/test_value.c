/* Numbers with units, and the nearest word. */
#include "config/problem.h"
#include "config/value.h"
#include "helper.h"

static const struct {
        enum value_type type;
        const char *text;
        bool good;
        int64_t value;
        const char *canonical;
} cases[] = {
        {VALUE_DURATION, "250ms", true, 250, "250ms"},
        {VALUE_DURATION, "5s", true, 5000, "5s"},
        {VALUE_DURATION, "1.5s", true, 1500, "1500ms"},
        {VALUE_DURATION, "1h30m", true, 5400000, "90m"},
        {VALUE_DURATION, "7 d", true, 604800000, "1w"},
        {VALUE_DURATION, "0", true, 0, "0ms"},
        {VALUE_DURATION, "5", false, 0, NULL},
        {VALUE_DURATION, "-5s", false, 0, NULL},
        {VALUE_DURATION, "0.5ms", false, 0, NULL},
        {VALUE_DURATION, "5 parsecs", false, 0, NULL},
        {VALUE_DURATION, "s", false, 0, NULL},
        {VALUE_DURATION, "", false, 0, NULL},
        {VALUE_DURATION, "99999999999999999999d", false, 0, NULL},
        {VALUE_BYTES, "1TiB", true, 1LL << 40, "1TiB"},
        {VALUE_BYTES, "1.5 MiB", true, 1536 << 10, "1536KiB"},
        {VALUE_BYTES, "500MB", true, 500000000, "500MB"},
        {VALUE_BYTES, "1 GiB 1", false, 0, NULL},
        {VALUE_BYTES, "1024", false, 0, NULL},
        {VALUE_BITS, "1.5 bits", true, 1500, "1.5 bits"},
        {VALUE_BITS, "-0.25", true, -250, "-0.25 bits"},
        {VALUE_BITS, "+3", true, 3000, "3 bits"},
        {VALUE_BITS, "1.2345", false, 0, NULL},
        {VALUE_BITS, "1.", false, 0, NULL},
        {VALUE_BITS, "--1", false, 0, NULL},
        {VALUE_BOOL, "Yes", true, 1, "true"},
        {VALUE_BOOL, "off", true, 0, "false"},
        {VALUE_BOOL, "1", false, 0, NULL},
        {VALUE_INTEGER, "-12", true, -12, "-12"},
        {VALUE_INTEGER, "12x", false, 0, NULL},
};

static void values_are_read_exactly_and_written_canonically(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                int64_t value = 0;
                char out[VALUE_TEXT_SIZE];
                if (value_parse(cases[i].type, text_from(cases[i].text), &value) != cases[i].good)
                        fail_msg("\"%s\" is judged wrongly", cases[i].text);
                if (!cases[i].good)
                        continue;
                assert_int_equal(value, cases[i].value);
                value_format(cases[i].type, value, out);
                assert_string_equal(out, cases[i].canonical);
        }
}

static void typing_mistakes_are_one_edit_each(void **state)
{
        (void)state;
        assert_int_equal(nearest_distance(TEXT("emial"), TEXT("email")), 1);
        assert_int_equal(nearest_distance(TEXT("E-Mail"), TEXT("email")), 0);
        assert_int_equal(nearest_distance(TEXT("topcs"), TEXT("topics")), 1);
        assert_int_equal(nearest_distance(TEXT("kitten"), TEXT("sitting")), 3);
        assert_int_equal(nearest_distance(TEXT(""), TEXT("abc")), 3);
}

static void a_word_that_is_far_from_all_gets_no_guess(void **state)
{
        (void)state;
        struct nearest nearest;
        nearest_init(&nearest, TEXT("colour"));
        nearest_offer(&nearest, TEXT("topics"));
        nearest_offer(&nearest, TEXT("trust"));
        assert_false(nearest_found(&nearest));
        nearest_init(&nearest, TEXT("ab"));
        nearest_offer(&nearest, TEXT("cd"));
        assert_false(nearest_found(&nearest));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_read_exactly_and_written_canonically),
                cmocka_unit_test(typing_mistakes_are_one_edit_each),
                cmocka_unit_test(a_word_that_is_far_from_all_gets_no_guess),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
