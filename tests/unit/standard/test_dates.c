/* Dates: every way of writing one day. */
#include "helper.h"

static const struct date_case {
        const char *raw;
        const char *country;
        const char *expected;
        uint8_t flags;
        bool swappable;
} cases[] = {
        {"1961-03-13", "", "1961-03-13", 0, false},
        {"1961/3/13", "", "1961-03-13", 0, false},
        {"19610313", "", "1961-03-13", 0, false},
        {"13031961", "", "1961-03-13", 0, false},
        {"1961-03-13T00:00:00Z", "", "1961-03-13", 0, false},
        {"1961-03-13T00:00:00.000+0000", "", "1961-03-13", 0, false},
        {"1961-03-13 12:30:00", "", "1961-03-13", 0, false},
        {"13/3/1961 10:30", "", "1961-03-13", 0, false},
        {"13.03.1961", "DE", "1961-03-13", 0, false},
        {"3.4.1961", "US", "1961-04-03", 0, false},
        {"13/3/1961", "US", "1961-03-13", 0, false},
        {"3/13/1961", "FR", "1961-03-13", 0, false},
        {"3/4/1961", "US", "1961-03-04", 0, true},
        {"3/4/1961", "FR", "1961-04-03", 0, true},
        {"3/4/1961", "", "1961-04-03", 0, true},
        {"4/4/1961", "US", "1961-04-04", 0, false},
        {"6/21/82", "", "1982-06-21", 0, false},
        {"6/25/08", "", "2008-06-25", 0, false},
        {"15-Mar-92", "", "1992-03-15", 0, false},
        {"March 15, 1992", "", "1992-03-15", 0, false},
        {"15 mars 1992", "", "1992-03-15", 0, false},
        {"1er janvier 1951", "", "1951-01-01", 0, false},
        {"15. März 1992", "", "1992-03-15", 0, false},
        {"15 de marzo de 1992", "", "1992-03-15", 0, false},
        {"15 agosto 1992", "", "1992-08-15", 0, false},
        {"2nd May 1847", "", "1847-05-02", 0, false},
        {"1961", "", "1961", 0, false},
        {"1961-03", "", "1961-03", 0, false},
        {"03/1961", "", "1961-03", 0, false},
        {"mars 1961", "", "1961-03", 0, false},
        {"1668-02-29", "", "1668-02-29", 0, false},
        {"1900-02-29", "", "1900-02-29", SLOT_INVALID, false},
        {"31/02/1961", "", "31/02/1961", SLOT_INVALID, false},
        {"1961-13-01", "", "1961-13-01", SLOT_INVALID, false},
        {"hello", "", "hello", SLOT_INVALID, false},
        {"1900-01-01", "", "1900-01-01", SLOT_FAKE, false},
        {"01/01/1970", "", "1970-01-01", SLOT_FAKE, false},
        {"0001-01-01", "", "0001-01-01", SLOT_FAKE, false},
        {"9999-12-31", "", "9999-12-31", SLOT_FAKE, false},
        {"unknown", "", "unknown", SLOT_FAKE, false},
        {"99999999999999999999", "", "99999999999999999999", SLOT_INVALID, false},
};

static void each_writing_of_a_day_is_one_date(void **state)
{
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                bool swappable;
                struct canonical date =
                        date_standardise(begin(fixture, cases[i].country), text_from(cases[i].raw), &swappable);

                if (date.flags != cases[i].flags)
                        print_error("%s\n", cases[i].raw);
                assert_text(date.value, cases[i].expected);
                assert_int_equal(date.flags & (SLOT_FAKE | SLOT_INVALID), cases[i].flags);
                assert_int_equal(swappable, cases[i].swappable);
        }
}

static void a_point_in_time_is_utc(void **state)
{
        struct fixture *fixture = *state;

        assert_text(time_standardise(begin(fixture, NULL), TEXT("2024-02-29T12:34:56+02:00")).value,
                    "2024-02-29T10:34:56.000Z");
        assert_text(time_standardise(begin(fixture, NULL), TEXT("29.02.2024")).value, "2024-02-29");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_writing_of_a_day_is_one_date),
                cmocka_unit_test(a_point_in_time_is_utc),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
