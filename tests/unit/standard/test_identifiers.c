/* Official numbers. The valid ones are published examples or belong to well-known companies. */
#include "helper.h"

static const struct identifier_case {
        uint16_t attribute;
        const char *country;
        const char *raw;
        const char *value;
        uint8_t flags;
        bool validated;
        const char *alias;
} cases[] = {
        {ATTRIBUTE_SIREN, "", "732 829 320", "732829320", 0, true, ""},
        {ATTRIBUTE_SIREN, "", "732829321", "732829321", SLOT_INVALID, false, ""},
        {ATTRIBUTE_SIREN, "", "000 000 000", "000000000", SLOT_FAKE, false, ""},
        {ATTRIBUTE_SIREN, "", "123456789", "123456789", SLOT_FAKE, false, ""},
        {ATTRIBUTE_SIREN, "", "5580501", "5580501", SLOT_INVALID, false, ""},
        {ATTRIBUTE_SIREN, "", "05580501", "005580501", 0, true, ""}, /* a spreadsheet took the zero */
        {ATTRIBUTE_SIREN, "", "73282932000074", "732829320", 0, true, ""},
        {ATTRIBUTE_SIRET, "", "732 829 320 00074", "73282932000074", 0, true, "732829320"},
        {ATTRIBUTE_SIRET, "", "73282932000075", "73282932000075", SLOT_INVALID, false, ""},
        {ATTRIBUTE_SIRET, "", "356 000 000 00048", "35600000000048", 0, true, "356000000"}, /* La Poste, by Luhn */
        {ATTRIBUTE_SIRET, "", "35600000049837", "35600000049837", 0, true, "356000000"},    /* La Poste, by the sum */
        {ATTRIBUTE_VAT_ID, "", "FR 83 404833048", "FR83404833048", 0, true, "404833048"},
        {ATTRIBUTE_VAT_ID, "", "FR84404833048", "FR84404833048", SLOT_INVALID, false, ""},
        {ATTRIBUTE_VAT_ID, "", "DE136695976", "DE136695976", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "DE123456789", "DE123456789", SLOT_FAKE, false, ""},
        {ATTRIBUTE_VAT_ID, "", "GB 980 7806 84", "GB980780684", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "IT00743110157", "IT00743110157", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "ESB58378431", "ESB58378431", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "BE 428759497", "BE0428759497", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "NL004495445B01", "NL004495445B01", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "PL8567346215", "PL8567346215", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "ATU13585627", "ATU13585627", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "DK13585628", "DK13585628", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "FI20774740", "FI20774740", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "LU15027442", "LU15027442", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "PT501964843", "PT501964843", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "CHE-100.155.212 MWST", "CHE100155212MWST", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "DE", "136695976", "DE136695976", 0, true, ""},
        {ATTRIBUTE_VAT_ID, "", "FR1234", "FR1234", SLOT_INVALID, false, ""},
        {ATTRIBUTE_LEI, "", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15", 0, true, ""},
        {ATTRIBUTE_LEI, "", "213800KUD8LAJWSQ9D16", "213800KUD8LAJWSQ9D16", SLOT_INVALID, false, ""},
        {ATTRIBUTE_DUNS, "", "15-048-3782", "150483782", 0, false, ""},
        {ATTRIBUTE_DUNS, "", "1504837", "1504837", SLOT_INVALID, false, ""},
        {ATTRIBUTE_NATIONAL_ID, "", "078-05-1120", "078051120", SLOT_FAKE, false, ""},
        {ATTRIBUTE_NATIONAL_ID, "US", "666-12-3456", "666123456", SLOT_INVALID, false, ""},
        {ATTRIBUTE_NATIONAL_ID, "", "111111111", "111111111", SLOT_FAKE, false, ""},
        {ATTRIBUTE_PASSPORT, "", "c01x00t47", "C01X00T47", 0, false, ""},
        {ATTRIBUTE_PASSPORT, "", "none", "NONE", SLOT_FAKE, false, ""},
        {ATTRIBUTE_TAX_ID, "", "32AABCU9603R1ZM", "32AABCU9603R1ZM", 0, false, ""},
};

static void a_number_is_validated_or_says_why_not(void **state)
{
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct work *work = begin(fixture, cases[i].country);
                bool validated = false;
                struct canonical number =
                        identifier_standardise(work, cases[i].attribute, text_from(cases[i].raw), &validated);

                if (number.flags != cases[i].flags || validated != cases[i].validated)
                        print_error("%s\n", cases[i].raw);
                assert_text(number.value, cases[i].value);
                assert_int_equal(number.flags, cases[i].flags);
                assert_int_equal(validated, cases[i].validated);
                if (number.flags == 0) {
                        identifier_add(work, cases[i].attribute, number.value, validated);
                        assert_int_equal(fixture->list.count, 1);
                        assert_text(fixture->list.items[0].alias, cases[i].alias);
                        assert_int_equal(fixture->list.items[0].flags, validated ? FEATURE_VALIDATED : 0);
                }
        }
}

static void a_vat_number_in_the_field_for_tax_numbers_is_one(void **state)
{
        struct fixture *fixture = *state;

        identifier_add(begin(fixture, NULL), ATTRIBUTE_TAX_ID, TEXT("FR83404833048"), false);
        assert_string_equal(features_text(fixture), "vat_id=FR83404833048; tax_id=FR83404833048");
        identifier_add(begin(fixture, NULL), ATTRIBUTE_TAX_ID, TEXT("FR84404833048"), false);
        assert_string_equal(features_text(fixture), "tax_id=FR84404833048");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_number_is_validated_or_says_why_not),
                cmocka_unit_test(a_vat_number_in_the_field_for_tax_numbers_is_one),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
