/* Taking dead letters apart: which headers are ours, which the sender's, and whether a message is the one that a letter
 * was made of. */
#include "base/clock.h"
#include "deadletter/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER(name, value)                                                                                            \
        {                                                                                                              \
                TEXT(name), TEXT(value)                                                                                \
        }

static void the_senders_headers_begin_where_ours_end(void **state)
{
        /* A letter that somebody mirrored into an input, and that was rejected there again. */
        const struct message_header headers[] = {
                HEADER("durand.source.topic", "crm.person"),
                HEADER("durand.source.partition", "3"),
                HEADER("durand.source.offset", "1842"),
                HEADER("durand.reason", "the row has no key"),
                HEADER("durand.source", "crm"),
                HEADER("durand.dialect", "row"),
                HEADER("durand.source.topic", "old"),
                HEADER("durand.field", "siret"),
                HEADER("trace", "x"),
        };
        struct message message = {.headers = headers, .header_count = 9};
        struct letter letter;

        (void)state;
        assert_true(letter_parse(&message, &letter));
        assert_int_equal(letter.partition, 3);
        assert_int_equal(letter.offset, 1842);
        assert_true(letter.timestamp_ms == TIME_UNKNOWN_MS);
        assert_true(text_equal(letter.headers[LETTER_TOPIC], TEXT("crm.person")));
        assert_int_equal(letter.headers[LETTER_FIELD].length, 0);
        assert_int_equal(letter.first_original_header, 6);
        assert_false(letter.cut);
}

static void what_says_no_place_or_reason_is_no_letter(void **state)
{
        struct message_header headers[] = {
                HEADER("durand.source.topic", "crm.person"),
                HEADER("durand.source.partition", "3"),
                HEADER("durand.source.offset", "1842"),
                HEADER("durand.reason", "the row has no key"),
        };
        struct message message = {.headers = headers, .header_count = 4};
        struct letter letter;

        (void)state;
        assert_true(letter_parse(&message, &letter));
        message.header_count = 3;
        assert_false(letter_parse(&message, &letter));
        message.header_count = 0;
        assert_false(letter_parse(&message, &letter));
        message.header_count = 4;
        headers[1].value = TEXT("-1");
        assert_false(letter_parse(&message, &letter));
        headers[1].value = TEXT("99999999999");
        assert_false(letter_parse(&message, &letter));
        headers[1].value = TEXT("3 ");
        assert_false(letter_parse(&message, &letter));
}

static void the_original_is_known_by_its_bytes(void **state)
{
        char hex[HASH128_HEX_SIZE];
        struct message_header headers[] = {
                HEADER("durand.source.topic", "t"),  HEADER("durand.source.partition", "0"),
                HEADER("durand.source.offset", "1"), HEADER("durand.reason", "too large"),
                HEADER("durand.value.length", "10"), HEADER("durand.value.xxh128", ""),
        };
        struct message message = {.headers = headers, .header_count = 6, .value = TEXT("01234")};
        struct message original = {.value = TEXT("0123456789")};
        struct letter letter;

        (void)state;
        hash128_to_hex(hash128("0123456789", 10, 0), hex);
        headers[5].value = text_from(hex);
        assert_true(letter_parse(&message, &letter));
        assert_true(letter.cut);
        assert_true(letter_is_of(&letter, &original));
        original.value = TEXT("0123456788");
        assert_false(letter_is_of(&letter, &original));
        original.value = TEXT("01234");
        assert_false(letter_is_of(&letter, &original));
}

static void every_reason_has_a_remedy(void **state)
{
        (void)state;
        assert_non_null(strstr(letter_remedy(TEXT("erp: the registry knows no schema 7")), "register the schema"));
        assert_non_null(strstr(letter_remedy(TEXT("crm: the value is no JSON: JSON, byte 3: UTF-8")), "character set"));
        assert_non_null(strstr(letter_remedy(TEXT("")), "show"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_senders_headers_begin_where_ours_end),
                cmocka_unit_test(what_says_no_place_or_reason_is_no_letter),
                cmocka_unit_test(the_original_is_known_by_its_bytes),
                cmocka_unit_test(every_reason_has_a_remedy),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
