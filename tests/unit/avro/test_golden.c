/* Bytes that Apache's Python library made (golden.py): each is read to what it means, and written back to the same
 * bytes. What is cut off or damaged is refused or read as something else, and never read beyond its end: bytes are
 * copied to the end of a block of their own, where the sanitizer sees a step too far. */
#include "avro/avro.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILE_BYTES_MAX (1 << 20)
#define FLIPS 400

struct golden {
        struct text name;
        struct avro_schema *schema;
        struct text bytes;
        const struct json_node *value;
};

typedef void (*golden_check)(struct arena *arena, const struct golden *golden);

static struct text read_file(struct arena *arena, const char *path)
{
        char *data = arena_alloc(arena, FILE_BYTES_MAX);
        FILE *file = fopen(path, "re");
        size_t length;

        assert_non_null(file);
        length = fread(data, 1, FILE_BYTES_MAX, file);
        fclose(file);
        assert_true(length < FILE_BYTES_MAX);
        return (struct text){.data = data, .length = (uint32_t)length};
}

static struct text unhex(struct arena *arena, struct text hex)
{
        char *out = arena_alloc(arena, hex.length / 2 + 1);

        for (uint32_t i = 0; i < hex.length / 2; i++) {
                char digits[3] = {hex.data[2 * i], hex.data[2 * i + 1], '\0'};

                out[i] = (char)strtoul(digits, NULL, 16);
        }
        return (struct text){.data = out, .length = hex.length / 2};
}

static struct text json_text(struct arena *arena, const struct json_node *node)
{
        struct buffer out BUFFER_CLEANUP = {0};
        struct json_writer writer;

        json_writer_init(&writer, &out);
        json_write_node(&writer, node);
        return arena_text(arena, buffer_view(&out));
}

static void for_each_golden(golden_check check)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct text left = read_file(&arena, TEST_DATA "/unit/avro/golden.ndjson");
        int count = 0;

        while (left.length > 0) {
                uint32_t end = (uint32_t)text_find_byte(left, '\n', 0);
                struct error error = {0};
                const struct json_node *line;
                struct golden golden;
                struct text schema;

                if (json_parse(&arena, text_slice(left, 0, end), &line, &error) < 0)
                        fail_msg("%s", error.text);
                left = text_slice(left, end + 1, left.length);
                golden.name = json_get(line, "name")->text;
                golden.bytes = unhex(&arena, json_get(line, "bytes")->text);
                golden.value = json_get(line, "value");
                schema = json_text(&arena, json_get(line, "schema"));
                if (avro_compile(&schema, 1, &golden.schema, &error) < 0)
                        fail_msg("%.*s: %s", TEXT_ARG(golden.name), error.text);
                check(&arena, &golden);
                avro_release(golden.schema);
                count++;
        }
        assert_true(count >= 45);
}

static void check_read(struct arena *arena, const struct golden *golden)
{
        const struct json_node *value;
        struct error error = {0};
        struct text found, expected = json_text(arena, golden->value);

        if (avro_decode(golden->schema, golden->bytes, 0, arena, &value, &error) < 0)
                fail_msg("%.*s: %s", TEXT_ARG(golden->name), error.text);
        found = json_text(arena, value);
        if (!text_equal(found, expected))
                fail_msg("%.*s: %.*s, expected %.*s", TEXT_ARG(golden->name), TEXT_ARG(found), TEXT_ARG(expected));
}

static void bytes_of_another_implementation_are_read(void **state)
{
        (void)state;
        for_each_golden(check_read);
}

static void check_write(struct arena *arena, const struct golden *golden)
{
        struct buffer out BUFFER_CLEANUP = {0};
        struct error error = {0};

        (void)arena;
        if (avro_encode(golden->schema, golden->value, &out, &error) < 0)
                fail_msg("%.*s: %s", TEXT_ARG(golden->name), error.text);
        if (!text_equal(buffer_view(&out), golden->bytes))
                fail_msg("%.*s: written as other bytes", TEXT_ARG(golden->name));
}

static void values_are_written_as_another_implementation_writes_them(void **state)
{
        (void)state;
        for_each_golden(check_write);
}

/* A copy whose end is the end of its block. */
static char *exact_copy(struct text bytes)
{
        char *copy = malloc(bytes.length ? bytes.length : 1);

        assert_non_null(copy);
        if (bytes.length > 0)
                memcpy(copy, bytes.data, bytes.length);
        return copy;
}

static void check_cut(struct arena *arena, const struct golden *golden)
{
        for (uint32_t length = 0; length < golden->bytes.length; length++) {
                struct text cut = text_slice(golden->bytes, 0, length);
                char *copy = exact_copy(cut);
                const struct json_node *value;
                struct error error = {0};

                cut.data = copy;
                assert_int_equal(avro_decode(golden->schema, cut, 0, arena, &value, &error), ERR_REJECT);
                assert_true(error.text[0] != '\0');
                free(copy);
        }
}

static void a_payload_that_ends_too_early_is_refused(void **state)
{
        (void)state;
        for_each_golden(check_cut);
}

static void check_longer(struct arena *arena, const struct golden *golden)
{
        char *data = arena_calloc(arena, 1, golden->bytes.length + 1);
        struct text longer = {.data = data, .length = golden->bytes.length + 1};
        const struct json_node *value;
        struct error error = {0};

        memcpy(data, golden->bytes.data, golden->bytes.length);
        assert_int_equal(avro_decode(golden->schema, longer, 0, arena, &value, &error), ERR_REJECT);
        assert_non_null(strstr(error.text, "left over"));
}

static void a_payload_that_goes_on_behind_its_value_is_refused(void **state)
{
        (void)state;
        for_each_golden(check_longer);
}

static uint64_t next_random(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static void check_damaged(struct arena *arena, const struct golden *golden)
{
        uint64_t seed = 0x5eed0002;

        for (int i = 0; i < FLIPS && golden->bytes.length > 0; i++) {
                struct text bytes = golden->bytes;
                char *copy = exact_copy(bytes);
                const struct json_node *value;
                struct error error = {0};

                for (uint64_t n = 1 + next_random(&seed) % 3; n > 0; n--)
                        copy[next_random(&seed) % bytes.length] = (char)next_random(&seed);
                bytes.data = copy;
                if (avro_decode(golden->schema, bytes, 0, arena, &value, &error) == 0)
                        json_text(arena, value); /* all of it is really there */
                else
                        assert_true(error.text[0] != '\0');
                free(copy);
        }
}

static void damaged_payloads_stay_inside_their_bytes(void **state)
{
        (void)state;
        for_each_golden(check_damaged);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(bytes_of_another_implementation_are_read),
                cmocka_unit_test(values_are_written_as_another_implementation_writes_them),
                cmocka_unit_test(a_payload_that_ends_too_early_is_refused),
                cmocka_unit_test(a_payload_that_goes_on_behind_its_value_is_refused),
                cmocka_unit_test(damaged_payloads_stay_inside_their_bytes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
