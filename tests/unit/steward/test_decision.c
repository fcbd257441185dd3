/* What a steward may say, and how two decisions are told apart. */
#include "steward/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define A "{\"source\":\"erp\",\"entity\":\"customer\",\"record_id\":\"7\"}"
#define B "{\"source\":\"sfdc\",\"entity\":\"Contact\",\"record_id\":\"003\"}"
#define SIGNED "\"by\":\"ines\",\"reason\":\"called him\",\"at\":\"2024-02-29T12:00:00.000Z\"}"

static const char *const messages[] = {
        "{\"decision\":\"same\",\"records\":[" A "," B "]," SIGNED,
        "{\"decision\":\"different\",\"records\":[" A "," B "]," SIGNED,
        "{\"decision\":\"pin\",\"records\":[" A "],\"attribute\":\"email\",\"value\":\"m@durand.example\"," SIGNED,
        "{\"decision\":\"release\",\"records\":[" A "],\"attribute\":\"email\"," SIGNED,
        "{\"decision\":\"dismiss\",\"conflict\":\"c1\"," SIGNED,
        "{\"decision\":\"assign\",\"conflict\":\"c1\",\"value\":\"omar\"," SIGNED,
        "{\"decision\":\"comment\",\"conflict\":\"c1\",\"value\":\"asked \\\"twice\\\"\"," SIGNED,
        "{\"decision\":\"erase\",\"records\":[" A "]," SIGNED,
};

#define MESSAGE_COUNT (sizeof(messages) / sizeof(messages[0]))

static struct decision parse(struct arena *arena, const char *message)
{
        struct decision decision;
        struct error error = {0};

        if (decision_parse(arena, text_from(message), &decision, &error) < 0)
                fail_msg("%s: %s", message, error.text);
        return decision;
}

static void assert_bytes(const struct buffer *buffer, const char *expected)
{
        assert_int_equal(buffer->length, strlen(expected));
        assert_memory_equal(buffer->data, expected, strlen(expected));
}

static void each_kind_is_read_and_written_as_it_was(void **state)
{
        struct arena arena ARENA_CLEANUP = {0};
        (void)state;

        for (size_t i = 0; i < MESSAGE_COUNT; i++) {
                struct decision decision = parse(&arena, messages[i]);
                struct buffer out BUFFER_CLEANUP = {0};

                assert_int_equal(decision.kind, i);
                decision_write(&decision, &out);
                assert_bytes(&out, messages[i]);
        }
}

/* The last of two decisions with one key counts, so the key says exactly what may replace what. */
static void only_decisions_about_one_subject_share_a_key(void **state)
{
        static const unsigned subject_of[MESSAGE_COUNT] = {0, 0, 1, 1, 2, 3, 4, 5};
        struct arena arena ARENA_CLEANUP = {0};
        (void)state;

        for (size_t i = 0; i < MESSAGE_COUNT; i++) {
                for (size_t j = 0; j < MESSAGE_COUNT; j++) {
                        struct decision a = parse(&arena, messages[i]), b = parse(&arena, messages[j]);
                        struct buffer left BUFFER_CLEANUP = {0}, right BUFFER_CLEANUP = {0};
                        bool equal;

                        decision_write_subject(&a, &left);
                        decision_write_subject(&b, &right);
                        equal = left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
                        assert_int_equal(equal, subject_of[i] == subject_of[j]);
                }
        }
}

static void a_pair_has_no_sides(void **state)
{
        struct arena arena ARENA_CLEANUP = {0};
        struct decision one = parse(&arena, messages[0]);
        struct decision other = parse(&arena, "{\"decision\":\"same\",\"records\":[" B "," A "]," SIGNED);
        struct buffer out BUFFER_CLEANUP = {0};
        (void)state;

        assert_int_equal(decision_compare(&one, &other), 0);
        decision_write_subject(&other, &out);
        assert_bytes(&out, "{\"subject\":\"pair\",\"records\":[" A "," B "]}");
}

/* Two stewards in one millisecond: the content decides, and never the order of calls. */
static void of_two_decisions_one_is_always_the_last(void **state)
{
        struct arena arena ARENA_CLEANUP = {0};
        struct decision same = parse(&arena, messages[0]), different = parse(&arena, messages[1]);
        (void)state;

        assert_true(decision_compare(&same, &different) * decision_compare(&different, &same) < 0);
        same.at_ms++;
        assert_true(decision_compare(&same, &different) > 0);
        different.at_ms += 2;
        assert_true(decision_compare(&same, &different) < 0);
}

/* A tombstone has nothing but its key. */
static void a_key_names_the_subject_of_what_it_withdraws(void **state)
{
        struct arena arena ARENA_CLEANUP = {0};
        (void)state;

        for (size_t i = 0; i < MESSAGE_COUNT; i++) {
                struct decision decision = parse(&arena, messages[i]), subject;
                struct buffer key BUFFER_CLEANUP = {0}, again BUFFER_CLEANUP = {0};
                const struct json_node *root;
                struct error error = {0};

                decision_write_subject(&decision, &key);
                assert_int_equal(json_parse(&arena, buffer_view(&key), &root, &error), 0);
                assert_int_equal(decision_read_subject(root, &subject, &error), 0);
                decision_write_subject(&subject, &again);
                assert_true(text_equal(buffer_view(&key), buffer_view(&again)));
                assert_true(hash128_equal(decision_subject_hash(&decision), decision_subject_hash(&subject)));
        }
}

static void a_key_of_something_else_is_refused(void **state)
{
        static const char *const keys[] = {"{}", "7", "{\"subject\":\"house\"}",
                                           "{\"subject\":\"pair\",\"records\":[" A "]}", "{\"subject\":\"dismissal\"}"};
        struct arena arena ARENA_CLEANUP = {0};
        (void)state;

        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
                const struct json_node *root;
                struct decision subject;
                struct error error = {0};

                assert_int_equal(json_parse(&arena, text_from(keys[i]), &root, &error), 0);
                assert_int_equal(decision_read_subject(root, &subject, &error), ERR_REJECT);
        }
}

static void what_is_wrong_is_named_without_its_value(void **state)
{
        static const struct {
                const char *message, *field;
        } cases[] = {
                {"{\"decision\":\"marry\",\"records\":[" A "," B "]," SIGNED, "\"decision\""},
                {"{\"decision\":\"same\",\"records\":[" A "]," SIGNED, "\"records\""},
                {"{\"decision\":\"same\",\"records\":[" A "," A "]," SIGNED, "two different records"},
                {"{\"decision\":\"erase\",\"records\":[{\"source\":\"secret\"}]," SIGNED, "\"records\""},
                {"{\"decision\":\"same\",\"records\":[" A "," B "],\"value\":\"secret\"," SIGNED, "\"value\""},
                {"{\"decision\":\"dismiss\",\"conflict\":\"c1\",\"records\":[" A "]," SIGNED, "\"records\""},
                {"{\"decision\":\"pin\",\"records\":[" A "],\"attribute\":\"email\",\"value\":\"\"," SIGNED,
                 "\"value\""},
                {"{\"decision\":\"pin\",\"records\":[" A "],\"value\":\"secret\"," SIGNED, "\"attribute\""},
                {"{\"decision\":\"dismiss\",\"conflict\":7," SIGNED, "\"conflict\""},
                {"{\"decision\":\"dismiss\",\"conflict\":\"c1\",\"secret\":1," SIGNED, "no decision has"},
                {"{\"decision\":\"dismiss\",\"conflict\":\"c1\",\"by\":\"ines\",\"at\":\"2024-02-29\"}", "\"reason\""},
                {"{\"decision\":\"dismiss\",\"conflict\":\"c1\",\"reason\":\"secret\",\"at\":\"2024-02-29\"}",
                 "\"by\""},
                {"{\"decision\":\"dismiss\",\"conflict\":\"c1\",\"by\":\"i\",\"reason\":\"r\",\"at\":\"secret\"}",
                 "\"at\""},
                {"[]", "JSON object"},
                {"{\"decision\":", "byte"},
        };
        struct arena arena ARENA_CLEANUP = {0};
        (void)state;

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct decision decision;
                struct error error = {0};

                assert_int_equal(decision_parse(&arena, text_from(cases[i].message), &decision, &error), ERR_REJECT);
                if (!strstr(error.text, cases[i].field) || strstr(error.text, "secret"))
                        fail_msg("%s: %s", cases[i].message, error.text);
        }
}

static void a_reason_has_a_bound(void **state)
{
        struct arena arena ARENA_CLEANUP = {0};
        (void)state;

        for (int extra = 0; extra < 2; extra++) {
                char *reason = arena_calloc(&arena, DECISION_TEXT_MAX + 2, 1);
                struct decision decision;
                struct error error = {0};
                struct text message;

                memset(reason, 'x', DECISION_TEXT_MAX + (size_t)extra);
                message = arena_printf(&arena,
                                       "{\"decision\":\"dismiss\",\"conflict\":\"c\",\"by\":\"i\",\"reason\":\"%s\","
                                       "\"at\":\"2024-02-29\"}",
                                       reason);
                assert_int_equal(decision_parse(&arena, message, &decision, &error), extra ? ERR_REJECT : 0);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_kind_is_read_and_written_as_it_was),
                cmocka_unit_test(only_decisions_about_one_subject_share_a_key),
                cmocka_unit_test(a_pair_has_no_sides),
                cmocka_unit_test(of_two_decisions_one_is_always_the_last),
                cmocka_unit_test(a_key_names_the_subject_of_what_it_withdraws),
                cmocka_unit_test(a_key_of_something_else_is_refused),
                cmocka_unit_test(what_is_wrong_is_named_without_its_value),
                cmocka_unit_test(a_reason_has_a_bound),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
