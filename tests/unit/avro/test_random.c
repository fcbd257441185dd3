/* Random schemas and values: what is written is read back the same, and Avro C reads and writes the same bytes.
 *
 * The seed is printed when something fails. */
#include "avro/avro.h"

#include <avro.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 3000
#define DEPTH_MAX 5

struct dice {
        uint64_t seed;
        uint32_t names;
};

static uint64_t roll(struct dice *dice, uint64_t sides)
{
        dice->seed ^= dice->seed << 13;
        dice->seed ^= dice->seed >> 7;
        dice->seed ^= dice->seed << 17;
        return dice->seed % sides;
}

static const char *const scalars[] = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"};

/* A schema and a value that fits it, side by side. A union's branches differ in kind, so that the first that fits is
 * the one that was meant. */
static void make(struct dice *dice, int depth, struct buffer *schema, struct buffer *value);

static void make_scalar(struct dice *dice, struct buffer *schema, struct buffer *value)
{
        uint64_t kind = 1 + roll(dice, 7); /* Avro C has no arrays of null; null stands in unions */
        int64_t number = (int64_t)(roll(dice, UINT64_MAX) >> roll(dice, 64));

        buffer_printf(schema, "\"%s\"", scalars[kind]);
        switch (kind) {
        case 1:
                buffer_string(value, roll(dice, 2) ? "true" : "false");
                break;
        case 2:
                buffer_printf(value, "%d", (int)number);
                break;
        case 3:
                buffer_printf(value, "%lld", (long long)number);
                break;
        case 4:
                buffer_printf(value, "%.6g", (double)((float)(number % 100000) / 8));
                break;
        case 5:
                buffer_printf(value, "%.15g", (double)(number % 1000000000) / 64);
                break;
        case 6:
                buffer_string(value, roll(dice, 2) ? "\"AP/+fw==\"" : "\"\"");
                break;
        default:
                buffer_printf(value, "\"%.*s\"", (int)roll(dice, 20), "qu'est-ce que c'est ?");
                break;
        }
}

static void make_record(struct dice *dice, int depth, struct buffer *schema, struct buffer *value)
{
        uint64_t count = 1 + roll(dice, 3);

        buffer_printf(schema, "{\"type\":\"record\",\"name\":\"R%u\",\"fields\":[", dice->names++);
        buffer_byte(value, '{');
        for (uint64_t i = 0; i < count; i++) {
                buffer_printf(schema, "%s{\"name\":\"f%d\",\"type\":", i ? "," : "", (int)i);
                buffer_printf(value, "%s\"f%d\":", i ? "," : "", (int)i);
                make(dice, depth + 1, schema, value);
                buffer_byte(schema, '}');
        }
        buffer_string(schema, "]}");
        buffer_byte(value, '}');
}

static void make_items(struct dice *dice, int depth, struct buffer *schema, struct buffer *value)
{
        struct buffer item BUFFER_CLEANUP = {0};
        uint64_t count = roll(dice, 4);
        bool array = roll(dice, 2);

        buffer_printf(schema, "{\"type\":\"%s\",\"%s\":", array ? "array" : "map", array ? "items" : "values");
        make(dice, depth + 1, schema, &item);
        buffer_byte(schema, '}');
        buffer_byte(value, array ? '[' : '{');
        for (uint64_t i = 0; i < count; i++) {
                buffer_string(value, i ? "," : "");
                if (!array)
                        buffer_printf(value, "\"k%d\":", (int)i);
                buffer_text(value, buffer_view(&item));
        }
        buffer_byte(value, array ? ']' : '}');
}

static void make_union(struct dice *dice, int depth, struct buffer *schema, struct buffer *value)
{
        struct buffer other BUFFER_CLEANUP = {0};

        buffer_string(schema, "[\"null\",\"boolean\",\"long\",");
        make_record(dice, depth + 1, schema, &other);
        buffer_string(schema, "]");
        switch (roll(dice, 4)) {
        case 0:
                buffer_string(value, "null");
                break;
        case 1:
                buffer_string(value, "true");
                break;
        case 2:
                buffer_string(value, "-77");
                break;
        default:
                buffer_text(value, buffer_view(&other));
                break;
        }
}

static void make(struct dice *dice, int depth, struct buffer *schema, struct buffer *value)
{
        switch (depth < DEPTH_MAX ? roll(dice, 7) : 0) {
        case 1:
        case 2:
                make_record(dice, depth, schema, value);
                break;
        case 3:
        case 4:
                make_items(dice, depth, schema, value);
                break;
        case 5:
                make_union(dice, depth, schema, value);
                break;
        case 6:
                buffer_printf(schema, "{\"type\":\"enum\",\"name\":\"E%u\",\"symbols\":[\"a\",\"b\",\"c\"]}",
                              dice->names++);
                buffer_printf(value, "\"%c\"", (int)('a' + roll(dice, 3)));
                break;
        default:
                make_scalar(dice, schema, value);
                break;
        }
}

/* Avro C reads the bytes as a value of the same schema, and writes them again. */
static void check_oracle(struct text schema_text, struct text bytes)
{
        char *copy = malloc(bytes.length + 1);
        avro_schema_t schema = NULL;
        avro_value_iface_t *kind;
        avro_reader_t reader = avro_reader_memory(bytes.data ? bytes.data : "", bytes.length);
        avro_writer_t writer = avro_writer_memory(copy, bytes.length + 1);
        avro_value_t value;

        if (avro_schema_from_json_length(schema_text.data, schema_text.length, &schema) != 0)
                fail_msg("Avro C: %s", avro_strerror());
        kind = avro_generic_class_from_schema(schema);
        assert_int_equal(avro_generic_value_new(kind, &value), 0);
        if (avro_value_read(reader, &value) != 0)
                fail_msg("Avro C: %s", avro_strerror());
        assert_int_equal(avro_value_write(writer, &value), 0);
        assert_int_equal(avro_writer_tell(writer), bytes.length);
        assert_memory_equal(copy, bytes.data ? bytes.data : "", bytes.length);
        avro_value_decref(&value);
        avro_value_iface_decref(kind);
        avro_schema_decref(schema);
        avro_reader_free(reader);
        avro_writer_free(writer);
        free(copy);
}

static void check_round(uint64_t seed)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct buffer schema_text BUFFER_CLEANUP = {0}, value_text BUFFER_CLEANUP = {0}, bytes BUFFER_CLEANUP = {0},
                                  again BUFFER_CLEANUP = {0};
        struct dice dice = {.seed = seed * 0x9e3779b97f4a7c15ULL + 1};
        const struct json_node *value = NULL, *found = NULL;
        struct avro_schema *schema = NULL;
        struct json_writer writer;
        struct error error = {0};
        struct text text;

        make_record(&dice, 0, &schema_text, &value_text);
        text = buffer_view(&schema_text);
        if (avro_compile(&text, 1, &schema, &error) < 0 ||
            json_parse(&arena, buffer_view(&value_text), &value, &error) < 0 ||
            avro_encode(schema, value, &bytes, &error) < 0 ||
            avro_decode(schema, buffer_view(&bytes), 0, &arena, &found, &error) < 0)
                fail_msg("seed %llu: %s\n%.*s\n%.*s", (unsigned long long)seed, error.text, TEXT_ARG(text),
                         TEXT_ARG(buffer_view(&value_text)));
        json_writer_init(&writer, &again);
        json_write_node(&writer, found);
        if (!text_equal(buffer_view(&again), buffer_view(&value_text)))
                fail_msg("seed %llu: %.*s\nread back as %.*s", (unsigned long long)seed,
                         TEXT_ARG(buffer_view(&value_text)), TEXT_ARG(buffer_view(&again)));
        check_oracle(text, buffer_view(&bytes));
        avro_release(schema);
}

static void what_is_written_is_read_and_avro_c_agrees(void **state)
{
        (void)state;
        for (uint64_t seed = 1; seed <= ROUNDS; seed++)
                check_round(seed);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_written_is_read_and_avro_c_agrees),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
