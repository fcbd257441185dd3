/* Closed lists, numbers and placeholders. */
#include "helper.h"

static void closed_lists_have_one_word_for_each_meaning(void **state)
{
        static const struct {
                uint16_t attribute;
                const char *raw;
                const char *value;
        } values[] = {
                {ATTRIBUTE_GENDER, "Male", "m"},
                {ATTRIBUTE_GENDER, "weiblich", "f"},
                {ATTRIBUTE_GENDER, "U", "unknown"},
                {ATTRIBUTE_GENDER, "divers", "x"},
                {ATTRIBUTE_CONSENT_EMAIL, "Yes", "granted"},
                {ATTRIBUTE_CONSENT_EMAIL, "opt-out", "denied"},
                {ATTRIBUTE_CONSENT_EMAIL, "granted", "granted"},
                {ATTRIBUTE_CONSENT_EMAIL, "нет", "denied"},
                {ATTRIBUTE_CONSENT_EMAIL, "perhaps", "unknown"},
                {ATTRIBUTE_PERSON_ACCOUNT, "TRUE", "true"},
                {ATTRIBUTE_PERSON_ACCOUNT, "0", "false"},
                {ATTRIBUTE_ANNUAL_REVENUE, "1 234,50", "1234.50"},
                {ATTRIBUTE_ANNUAL_REVENUE, "1,234.50", "1234.50"},
                {ATTRIBUTE_ANNUAL_REVENUE, "1.234.567", "1234567"},
                {ATTRIBUTE_ANNUAL_REVENUE, "1,234", "1234"},
                {ATTRIBUTE_ANNUAL_REVENUE, "0.125", "0.125"},
                {ATTRIBUTE_ANNUAL_REVENUE, "-12", "-12"},
                {ATTRIBUTE_INDUSTRY_CODE, " 62.01Z ", "62.01Z"},
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
                uint8_t flags = 0;
                struct text value = standard_value(fixture->standard, &fixture->arena, values[i].attribute,
                                                   text_from(values[i].raw), NULL, &flags);

                assert_text(value, values[i].value);
                assert_int_equal(flags, 0);
        }
}

static void a_placeholder_is_known_in_any_case(void **state)
{
        static const char *const placeholders[] = {"N/A",  "unknown", "UNBEKANNT", "-",
                                                   "null", "xxx",     "Inconnu",   "test"};
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
                assert_true(misc_is_placeholder(begin(fixture, NULL), text_from(placeholders[i])));
        assert_false(misc_is_placeholder(begin(fixture, NULL), TEXT("Nathan")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(closed_lists_have_one_word_for_each_meaning),
                cmocka_unit_test(a_placeholder_is_known_in_any_case),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
