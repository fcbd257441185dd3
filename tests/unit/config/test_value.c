/* Numbers with units, and the nearest word. */
#include "config/problem.h"
#include "config/value.h"
#include "helper.h"

static const struct {
        enum value_type type;
        bool good;
        const char *text;
        int64_t value;
        const char *canonical;
} cases[] = {
        {VALUE_DURATION, true, "250ms", 250, "250ms"},
        {VALUE_DURATION, true, "5s", 5000, "5s"},
        {VALUE_DURATION, true, "1.5s", 1500, "1500ms"},
        {VALUE_DURATION, true, "1h30m", 5400000, "90m"},
        {VALUE_DURATION, true, "7 d", 604800000, "1w"},
        {VALUE_DURATION, true, "0", 0, "0ms"},
        {VALUE_DURATION, false, "5", 0, NULL},
        {VALUE_DURATION, false, "-5s", 0, NULL},
        {VALUE_DURATION, false, "0.5ms", 0, NULL},
        {VALUE_DURATION, false, "5 parsecs", 0, NULL},
        {VALUE_DURATION, false, "s", 0, NULL},
        {VALUE_DURATION, false, "", 0, NULL},
        {VALUE_DURATION, false, "99999999999999999999d", 0, NULL},
        {VALUE_BYTES, true, "1TiB", 1LL << 40, "1TiB"},
        {VALUE_BYTES, true, "1.5 MiB", 1536 << 10, "1536KiB"},
        {VALUE_BYTES, true, "500MB", 500000000, "500MB"},
        {VALUE_BYTES, false, "1 GiB 1", 0, NULL},
        {VALUE_BYTES, false, "1024", 0, NULL},
        {VALUE_BITS, true, "1.5 bits", 1500, "1.5 bits"},
        {VALUE_BITS, true, "-0.25", -250, "-0.25 bits"},
        {VALUE_BITS, true, "+3", 3000, "3 bits"},
        {VALUE_BITS, false, "1.2345", 0, NULL},
        {VALUE_BITS, false, "1.", 0, NULL},
        {VALUE_BITS, false, "--1", 0, NULL},
        {VALUE_BOOL, true, "Yes", 1, "true"},
        {VALUE_BOOL, true, "off", 0, "false"},
        {VALUE_BOOL, false, "1", 0, NULL},
        {VALUE_INTEGER, true, "-12", -12, "-12"},
        {VALUE_INTEGER, false, "12x", 0, NULL},
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
