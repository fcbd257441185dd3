/* Telephone numbers, and the fast path against libphonenumber's own parser. */
#include "helper.h"
#include "standard/phone_shim.h"

static const struct phone_case {
        const char *raw;
        const char *country;
        const char *value;
        uint8_t flags;
} cases[] = {
        {"+33 6 12 34 56 78", "", "+33612345678", 0},
        {"0033612345678", "", "+33612345678", 0},
        {"06 12 34 56 78", "FR", "+33612345678", 0},
        {"06.12.34.56.78", "FR", "+33612345678", 0},
        {"+33 (0)6 12 34 56 78", "", "+33612345678", 0},
        {"(650) 253-0000", "US", "+16502530000", 0},
        {"1-650-253-0000", "US", "+16502530000", 0},
        {"650-253-0000 x123", "US", "+16502530000", 0},
        {"030 123456", "DE", "+4930123456", 0},
        {"+39 02 1234 5678", "", "+390212345678", 0},
        {"020 7946 0018", "GB", "+442079460018", 0},
        {"１８００", "", "１８００", SLOT_INVALID},
        {"18188922818", "", "+18188922818", 0},
        {"818-892-2818", "", "~8188922818", 0},
        {"221-2412", "", "~2212412", 0},
        {"221-2412", "US", "~2212412", 0}, /* without area code no E.164 */
        {"0352 6553537", "", "~3526553537", 0},
        {"~2212412", "", "~2212412", 0},
        {"0000000", "", "0000000", SLOT_FAKE},
        {"1234567", "", "1234567", SLOT_FAKE},
        {"0123456789", "FR", "0123456789", SLOT_FAKE},
        {"+33 0 00 00 00 00", "", "+33 0 00 00 00 00", SLOT_FAKE},
        {"555-555-5555", "US", "555-555-5555", SLOT_FAKE},
        {"12", "", "12", SLOT_INVALID},
        {"call me", "", "call me", SLOT_INVALID},
        {"n/a", "", "n/a", SLOT_FAKE},
};

static void a_number_is_one_however_it_is_written(void **state)
{
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                for (int round = 0; round < 2; round++) { /* the second from the cache */
                        struct canonical phone =
                                phone_standardise(begin(fixture, cases[i].country), text_from(cases[i].raw));

                        assert_text(phone.value, cases[i].value);
                        assert_int_equal(phone.flags, cases[i].flags);
                }
}

static void the_fast_path_says_what_the_library_says(void **state)
{
        static const char *const regions[] = {"US", "CA", "FR", "DE", "GB", "ES", "BE", "NL", "CH", "AT", "PL",
                                              "PT", "DK", "NO", "IE", "IT", "AU", "LU", "SE", "FI", "JP", "CN",
                                              "IN", "BR", "RU", "MX", "AR", "ZA", "NZ", "CZ", "HU", "RO", "BG",
                                              "GR", "TR", "IL", "AE", "SG", "HK", "KR", "UA", "SK"};
        struct fixture *fixture = *state;
        int compared = 0;

        for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
                for (int type = 0; type <= 10; type++)
                        for (int international = 0; international < 2; international++) {
                                char raw[64], expected[PHONE_E164_SIZE];
                                struct canonical phone;

                                if (!phone_shim_example(regions[i], type, international, raw, sizeof(raw)) ||
                                    phone_shim_parse(raw, strlen(raw), regions[i], expected) != PHONE_VALID)
                                        continue;
                                phone = phone_standardise(begin(fixture, regions[i]), text_from(raw));
                                if (phone.flags == SLOT_FAKE) /* 0123 456789 is an example in some plans */
                                        continue;
                                if (!text_equal(phone.value, text_from(expected)))
                                        print_error("%s %s\n", regions[i], raw);
                                assert_text(phone.value, expected);
                                /* a canonical number stands for itself, wherever it is read */
                                phone = phone_standardise(begin(fixture, "FR"), text_from(expected));
                                assert_text(phone.value, expected);
                                compared++;
                        }
        assert_in_range(compared, 400, 100000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_number_is_one_however_it_is_written),
                cmocka_unit_test(the_fast_path_says_what_the_library_says),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
