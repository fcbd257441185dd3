/* The reader against Jansson: on documents made at random, and on their mutations. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define ROUNDS 20000

/* Jansson's own header names JSON_OBJECT and its likes as base/json.h does: under other names here. */
#define JSON_OBJECT jansson_object
#define JSON_ARRAY jansson_array
#define JSON_STRING jansson_string
#define JSON_TRUE jansson_true
#define JSON_FALSE jansson_false
#define JSON_NULL jansson_null
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

static uint64_t roll(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static json_t *jansson_read(struct text text)
{
        return json_loadb(text.data, text.length, JSON_DECODE_ANY, NULL);
}

static void random_value(struct buffer *out, uint64_t *seed, int depth)
{
        static const char *const scalars[] = {
                "null",
                "true",
                "false",
                "0",
                "-1",
                "12345678901234567",
                "1.5",
                "-0.25e-3",
                "1E+2",
                "\"\"",
                "\"a\"",
                "\"\\u00e9\\n\\\"\\\\\\/\\b\"",
                "\"\\ud835\\udd18\"",
                "\"\xc3\xa9\xe2\x82\xac\"",
                "[]",
                "{}",
                " 7 ",
        };
        uint64_t kind = roll(seed) % 4, count = roll(seed) % 4;

        if (depth > 5 || kind < 2) {
                buffer_string(out, scalars[roll(seed) % (sizeof(scalars) / sizeof(scalars[0]))]);
                return;
        }
        buffer_byte(out, kind == 2 ? '[' : '{');
        for (uint64_t i = 0; i < count; i++) {
                if (i > 0)
                        buffer_byte(out, ',');
                if (kind == 3)
                        buffer_printf(out, "\"k%llu\" :", (unsigned long long)(roll(seed) % 3));
                random_value(out, seed, depth + 1);
        }
        buffer_byte(out, kind == 2 ? ']' : '}');
}

/* Reads a copy of the exact size, so that the sanitizer sees a read beyond its end. */
static bool agree(struct arena *arena, struct text text)
{
        char *copy = malloc(text.length ? text.length : 1);
        struct buffer written = {0};
        const struct json_node *root;
        json_t *theirs = jansson_read(text);
        bool accepted, same = true;

        assert_non_null(copy);
        memcpy(copy, text.data, text.length);
        accepted = json_parse(arena, (struct text){.data = copy, .length = text.length}, &root, NULL) == 0;
        if (accepted && theirs) {
                struct json_writer writer;
                json_t *again;

                json_writer_init(&writer, &written);
                json_write_node(&writer, root);
                again = jansson_read(buffer_view(&written));
                same = again && json_equal(theirs, again);
                json_decref(again);
        }
        buffer_free(&written);
        free(copy);
        json_decref(theirs);
        return same && accepted == (theirs != NULL);
}

static void documents_read_as_jansson_reads_them(void **state)
{
        ARENA_CLEANUP struct arena arena = {0};
        uint64_t seed = 0x2545f4914f6cdd1dULL;

        (void)state;
        for (int i = 0; i < ROUNDS; i++) {
                struct buffer text = {0};

                random_value(&text, &seed, 0);
                if (!agree(&arena, buffer_view(&text)))
                        fail_msg("%.*s", TEXT_ARG(buffer_view(&text)));
                buffer_free(&text);
                arena_reset(&arena);
        }
}

/* Jansson refuses numbers beyond a double, which are text for us; all else must be refused by both or read alike. */
static bool may_differ(struct text text)
{
        json_error_t error;
        json_t *value = json_loadb(text.data, text.length, JSON_DECODE_ANY, &error);
        bool numeric = !value && json_error_code(&error) == json_error_numeric_overflow;

        json_decref(value);
        return numeric;
}

static void mutations_are_refused_exactly_where_jansson_refuses_them(void **state)
{
        static const char bytes[] = "{}[]\",:\\u0eE.+-19tfn \x01\x7f\x80\xc3\xed\xff";
        ARENA_CLEANUP struct arena arena = {0};
        uint64_t seed = 99;

        (void)state;
        for (int i = 0; i < ROUNDS; i++) {
                struct buffer text = {0};

                random_value(&text, &seed, 0);
                for (uint64_t j = 1 + roll(&seed) % 3; j > 0 && text.length > 0; j--) {
                        if (roll(&seed) % 4 == 0)
                                text.length = roll(&seed) % text.length;
                        else
                                text.data[roll(&seed) % text.length] = bytes[roll(&seed) % (sizeof(bytes) - 1)];
                }
                if (!may_differ(buffer_view(&text)) && !agree(&arena, buffer_view(&text)))
                        fail_msg("%.*s", TEXT_ARG(buffer_view(&text)));
                buffer_free(&text);
                arena_reset(&arena);
        }
}

static void numbers_keep_their_text(void **state)
{
        ARENA_CLEANUP struct arena arena = {0};
        const struct json_node *root;
        int64_t value;

        (void)state;
        assert_int_equal(0, json_parse(&arena, TEXT("{\"a\":1.50,\"b\":\"42\",\"c\":9223372036854775808,\"a\":0.10}"),
                                       &root, NULL));
        assert_true(text_equal(json_get(root, "a")->text, TEXT("0.10"))); /* the last of two counts */
        assert_true(json_to_i64(json_get(root, "b"), &value));
        assert_int_equal(42, value);
        assert_false(json_to_i64(json_get(root, "c"), &value));
        assert_null(json_get(root, "d"));
        assert_null(json_path(root, "a/b"));
}

static void depth_has_a_bound(void **state)
{
        ARENA_CLEANUP struct arena arena = {0};
        const struct json_node *root;
        struct error error = {0};
        char deep[2 * (JSON_DEPTH_MAX + 10)];

        (void)state;
        for (uint32_t depth = JSON_DEPTH_MAX - 4; depth < JSON_DEPTH_MAX + 10; depth++) {
                memset(deep, '[', depth);
                memset(deep + depth, ']', depth);
                if (json_parse(&arena, (struct text){.data = deep, .length = 2 * depth}, &root, &error) == 0)
                        assert_true(depth <= JSON_DEPTH_MAX + 1);
                else
                        assert_true(depth >= JSON_DEPTH_MAX);
        }
        assert_int_equal(ERR_REJECT, json_parse(&arena, TEXT("\"a\\u0000b\""), &root, &error));
        assert_non_null(strstr(error.text, "byte"));
}

static void what_is_written_is_json_whatever_it_holds(void **state)
{
        ARENA_CLEANUP struct arena arena = {0};
        uint64_t seed = 3;

        (void)state;
        for (int i = 0; i < ROUNDS; i++) {
                char bytes[12];
                struct text t = {.data = bytes, .length = (uint32_t)(roll(&seed) % sizeof(bytes))};
                struct buffer out = {0};
                struct json_writer writer;
                json_t *theirs;

                for (uint32_t j = 0; j < t.length; j++)
                        bytes[j] = (char)(1 + roll(&seed) % 255);
                json_writer_init(&writer, &out);
                json_write_array(&writer);
                json_write_text(&writer, t);
                json_write_milli(&writer, -500);
                json_write_milli(&writer, 12345);
                json_write_i64(&writer, INT64_MIN);
                json_write_array_end(&writer);
                theirs = jansson_read(buffer_view(&out));
                assert_non_null(theirs);
                if (text_is_utf8(t)) {
                        assert_int_equal(t.length, json_string_length(json_array_get(theirs, 0)));
                        assert_memory_equal(bytes, json_string_value(json_array_get(theirs, 0)), t.length);
                }
                assert_true(json_real_value(json_array_get(theirs, 1)) == -0.5);
                assert_true(json_real_value(json_array_get(theirs, 2)) == 12.345);
                assert_true(json_integer_value(json_array_get(theirs, 3)) == INT64_MIN);
                json_decref(theirs);
                buffer_free(&out);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(documents_read_as_jansson_reads_them),
                cmocka_unit_test(mutations_are_refused_exactly_where_jansson_refuses_them),
                cmocka_unit_test(numbers_keep_their_text),
                cmocka_unit_test(depth_has_a_bound),
                cmocka_unit_test(what_is_written_is_json_whatever_it_holds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
