/* Schemas, hostile payloads, and the meaning that goes along with a value. */
#include "avro/avro.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct avro_schema *compile(const char *text)
{
        struct text schema = text_from(text);
        struct avro_schema *made;
        struct error error = {0};

        if (avro_compile(&schema, 1, &made, &error) < 0)
                fail_msg("%s: %s", text, error.text);
        return made;
}

static const char *json_text(struct arena *arena, const struct json_node *node)
{
        struct buffer out BUFFER_CLEANUP = {0};
        struct json_writer writer;

        json_writer_init(&writer, &out);
        json_write_node(&writer, node);
        return arena_text(arena, buffer_view(&out)).data;
}

static void check_refused_schema(const char *text, const char *why)
{
        struct text schema = text_from(text);
        struct avro_schema *made;
        struct error error = {0};

        assert_int_equal(avro_compile(&schema, 1, &made, &error), ERR_REJECT);
        if (!strstr(error.text, why))
                fail_msg("%s: \"%s\", expected \"%s\"", text, error.text, why);
}

static void a_schema_that_is_none_is_refused_with_the_place(void **state)
{
        (void)state;
        check_refused_schema("", "");
        check_refused_schema("{", "");
        check_refused_schema("7", "\"type\"");
        check_refused_schema("{}", "\"type\"");
        check_refused_schema("[]", "without branches");
        check_refused_schema("[\"null\", [\"int\"]]", "inside a union");
        check_refused_schema("\"missing\"", "\"missing\" is not defined");
        check_refused_schema("{\"type\": \"record\", \"name\": \"R\"}", "without fields");
        check_refused_schema("{\"type\": \"record\", \"fields\": []}", "without name");
        check_refused_schema("{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\"}]}", "a: a field");
        check_refused_schema("{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": "
                             "{\"type\": \"array\"}}]}",
                             "a: an array without items");
        check_refused_schema("{\"type\": \"fixed\", \"name\": \"F\", \"size\": -1}", "size");
        check_refused_schema("{\"type\": \"enum\", \"name\": \"E\"}", "without symbols");
        check_refused_schema("[{\"type\": \"fixed\", \"name\": \"F\", \"size\": 1}, {\"type\": \"fixed\", \"name\": "
                             "\"F\", \"size\": 1}]",
                             "defined twice");
}

static void a_schema_nested_without_end_is_refused(void **state)
{
        struct buffer text BUFFER_CLEANUP = {0};
        struct avro_schema *made;
        struct error error = {0};
        struct text view;

        (void)state;
        for (int i = 0; i < 100000; i++)
                buffer_string(&text, "{\"type\":\"array\",\"items\":");
        view = buffer_view(&text);
        assert_int_equal(avro_compile(&view, 1, &made, &error), ERR_REJECT);
}

/* Names: the namespace around, a name with dots, another namespace inside, and a reference from another document. */
static void names_are_found_by_namespace(void **state)
{
        struct arena ARENA_CLEANUP arena = {0};
        const struct text texts[] = {
                TEXT_INIT("{\"type\":\"enum\",\"name\":\"Op\",\"namespace\":\"a.b\",\"symbols\":[\"c\",\"u\"]}"),
                TEXT_INIT("{\"type\":\"record\",\"name\":\"a.b.Row\",\"fields\":[{\"name\":\"op\",\"type\":\"Op\"},"
                          "{\"name\":\"other\",\"type\":{\"type\":\"fixed\",\"name\":\"x.F\",\"size\":1}},"
                          "{\"name\":\"again\",\"type\":[\"null\",\"x.F\"]},{\"name\":\"op2\",\"type\":\"a.b.Op\"}]}"),
        };
        struct avro_schema *schema;
        const struct json_node *value;
        struct error error = {0};

        (void)state;
        if (avro_compile(texts, 2, &schema, &error) < 0)
                fail_msg("%s", error.text);
        assert_true(text_equal(avro_name(schema), TEXT("a.b.Row")));
        assert_int_equal(avro_decode(schema,
                                     TEXT("\x02"
                                          "Z"
                                          "\x02"
                                          "A"
                                          "\x00"),
                                     0, &arena, &value, &error),
                         0);
        assert_string_equal(json_text(&arena, value),
                            "{\"op\":\"u\",\"other\":\"Wg==\",\"again\":\"QQ==\",\"op2\":\"c\"}");
        avro_release(schema);
        assert_int_equal(avro_compile(texts + 1, 1, &schema, &error), ERR_REJECT);
        assert_non_null(strstr(error.text, "op: type \"Op\" is not defined"));
}

/* What a value means goes along as Kafka Connect's schema, whichever way the writer said it. */
static void logical_types_get_connects_names(void **state)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct avro_schema *schema = compile(
                "{\"type\":\"record\",\"name\":\"Value\",\"namespace\":\"erp.customer\",\"fields\":["
                "{\"name\":\"id\",\"type\":\"long\"},"
                "{\"name\":\"a\",\"type\":[\"null\",{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"scale\":2,"
                "\"precision\":9}]},"
                "{\"name\":\"b\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}},"
                "{\"name\":\"c\",\"type\":{\"type\":\"long\",\"connect.version\":1,\"connect.name\":"
                "\"io.debezium.time.MicroTimestamp\"}},"
                "{\"name\":\"d\",\"type\":\"long\",\"logicalType\":\"timestamp-millis\"},"
                "{\"name\":\"e\",\"type\":{\"type\":\"bytes\",\"connect.parameters\":{\"scale\":\"3\"},"
                "\"connect.name\":\"org.apache.kafka.connect.data.Decimal\"}},"
                "{\"name\":\"f\",\"type\":{\"type\":\"string\",\"logicalType\":\"uuid\"}},"
                "{\"name\":\"g\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"int\",\"logicalType\":\"date\"}}},"
                "{\"name\":\"h\",\"type\":{\"type\":\"long\",\"logicalType\":\"decimal\"}}],"
                "\"connect.name\":\"erp.customer.Value\"}");

        (void)state;
        assert_string_equal(
                json_text(&arena, avro_connect(schema)),
                "{\"name\":\"erp.customer.Value\",\"fields\":[{\"field\":\"id\"},"
                "{\"field\":\"a\",\"name\":\"org.apache.kafka.connect.data.Decimal\",\"parameters\":{\"scale\":\"2\"}},"
                "{\"field\":\"b\",\"name\":\"org.apache.kafka.connect.data.Date\"},"
                "{\"field\":\"c\",\"name\":\"io.debezium.time.MicroTimestamp\"},"
                "{\"field\":\"d\",\"name\":\"org.apache.kafka.connect.data.Timestamp\"},"
                "{\"field\":\"e\",\"name\":\"org.apache.kafka.connect.data.Decimal\",\"parameters\":{\"scale\":\"3\"}},"
                "{\"field\":\"f\"},{\"field\":\"g\",\"items\":{\"name\":\"org.apache.kafka.connect.data.Date\"}},"
                "{\"field\":\"h\"}]}");
        avro_release(schema);
}

/* --- payloads that lie */

static void check_refused(const char *schema_text, const char *bytes, uint32_t length, const char *why)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct avro_schema *schema = compile(schema_text);
        const struct json_node *value;
        struct error error = {0};

        assert_int_equal(avro_decode(schema, (struct text){.data = bytes, .length = length}, 0, &arena, &value, &error),
                         ERR_REJECT);
        if (!strstr(error.text, why))
                fail_msg("%s: \"%s\", expected \"%s\"", schema_text, error.text, why);
        assert_true(arena.used_bytes < 1 << 22);
        avro_release(schema);
}

#define CHECK_REFUSED(schema, bytes, why) check_refused((schema), (bytes), sizeof(bytes) - 1, (why))

static void lengths_and_indexes_beyond_their_bounds_are_refused(void **state)
{
        (void)state;
        CHECK_REFUSED("\"string\"",
                      "\x10"
                      "abc",
                      "8 bytes where 3");
        CHECK_REFUSED("\"string\"",
                      "\x01"
                      "abc",
                      "length of -1");
        CHECK_REFUSED("\"bytes\"", "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", "length");
        CHECK_REFUSED("\"long\"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "64 bits");
        CHECK_REFUSED("\"long\"", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "64 bits");
        CHECK_REFUSED("\"int\"", "\x80\x80\x80\x80\x20", "an int of");
        CHECK_REFUSED("\"boolean\"", "\x02", "boolean of 2");
        CHECK_REFUSED("[\"null\", \"int\"]", "\x04", "branch 2 of an union");
        CHECK_REFUSED("[\"null\", \"int\"]", "\x01", "branch -1");
        CHECK_REFUSED("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\"]}", "\x02", "symbol 1");
        CHECK_REFUSED("\"string\"", "\x04\xc3\x28", "UTF-8");
        CHECK_REFUSED("\"string\"",
                      "\x04"
                      "a\0",
                      "NUL");
}

/* Null takes no bytes: five bytes could claim two thousand million of them. */
static void a_block_may_not_claim_more_values_than_its_bytes_can_mean(void **state)
{
        (void)state;
        CHECK_REFUSED("{\"type\":\"array\",\"items\":\"null\"}", "\xfe\xff\xff\xff\x0f\x00", "a block of");
        CHECK_REFUSED("{\"type\":\"array\",\"items\":\"long\"}", "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                      "a block of");
        CHECK_REFUSED("{\"type\":\"array\",\"items\":\"long\"}", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00",
                      "a block of");
        CHECK_REFUSED("{\"type\":\"array\",\"items\":\"long\"}", "\x01\xd0\x0f\x02\x00", "a block of 1000 bytes");
        CHECK_REFUSED("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"array\","
                      "\"items\":\"null\"}},{\"name\":\"b\",\"type\":{\"type\":\"array\",\"items\":\"null\"}}]}",
                      "\x80\x28\x00\xc0\x20\x00", "b: a block of");
}

static void a_value_nested_without_end_is_refused(void **state)
{
        struct buffer bytes BUFFER_CLEANUP = {0};

        (void)state;
        for (int i = 0; i < 100000; i++)
                buffer_byte(&bytes, 2); /* one item, and inside of it one item */
        check_refused("{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"n\",\"type\":{\"type\":\"array\","
                      "\"items\":\"N\"}}]}",
                      bytes.data, (uint32_t)bytes.length, "nested deeper");
        check_refused("{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"n\",\"type\":\"N\"}]}", "", 0,
                      "nested deeper");
}

/* Records that hold two of the next kind each: 2^40 empty values out of no bytes. */
static void an_explosion_of_empty_records_is_refused(void **state)
{
        struct buffer text BUFFER_CLEANUP = {0};

        (void)state;
        buffer_string(&text, "[");
        for (int i = 0; i < 40; i++)
                buffer_printf(&text, "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[%s%.*d%s%.*d%s]},", i,
                              i ? "{\"name\":\"a\",\"type\":\"R" : "", i ? 1 : 0, i ? i - 1 : 0,
                              i ? "\"},{\"name\":\"b\",\"type\":\"R" : "", i ? 1 : 0, i ? i - 1 : 0, i ? "\"}" : "");
        buffer_string(&text, "\"null\"]");
        buffer_byte(&text, 0);
        CHECK_REFUSED(text.data, "\x4e", "more values");
}

/* --- writing */

static void check_misfit(const char *schema_text, const char *json, const char *why)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct buffer out BUFFER_CLEANUP = {0};
        struct avro_schema *schema = compile(schema_text);
        const struct json_node *value;
        struct error error = {0};

        assert_int_equal(json_parse(&arena, text_from(json), &value, &error), 0);
        buffer_byte(&out, 7);
        assert_int_equal(avro_encode(schema, value, &out, &error), ERR_REJECT);
        if (!strstr(error.text, why))
                fail_msg("%s: \"%s\", expected \"%s\"", json, error.text, why);
        assert_int_equal(out.length, 1);
        avro_release(schema);
}

static void a_value_that_does_not_fit_is_refused_with_the_place(void **state)
{
        static const char row[] = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
                                  "{\"name\":\"b\",\"type\":[\"null\",{\"type\":\"array\",\"items\":\"string\"}]}]}";

        (void)state;
        check_misfit("\"int\"", "2147483648", "a number where the schema has int");
        check_misfit("\"int\"", "1.5", "a number where the schema has int");
        check_misfit("\"string\"", "null", "null where the schema has string");
        check_misfit("\"double\"", "1e400", "a number");
        check_misfit(row, "{\"b\":null}", "a (missing): null where the schema has int");
        check_misfit(row, "{\"a\":1,\"b\":[\"x\",1]}", "b: [1]: a number where the schema has string");
        check_misfit(row, "{\"a\":1,\"c\":1}", "2 members, of which R has 1");
        check_misfit("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\"]}", "\"b\"", "\"b\" is no symbol of E");
        check_misfit("{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "\"AAAA\"", "3 bytes");
        check_misfit("[\"null\",\"int\"]", "\"x\"", "a text where the schema has union");
}

/* In a contract, a field whose default is null may be absent; one without default is there, null or not. */
static void nulls_by_default_are_left_out_on_request(void **state)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct avro_schema *schema = compile("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                                             "{\"name\":\"a\",\"type\":[\"null\",\"int\"],\"default\":null},"
                                             "{\"name\":\"b\",\"type\":[\"null\",\"int\"]},"
                                             "{\"name\":\"c\",\"type\":[\"null\",\"int\"],\"default\":null},"
                                             "{\"name\":\"d\",\"type\":[\"null\",\"int\"],\"default\":null}]}");
        const struct json_node *value;
        struct error error = {0};

        (void)state;
        assert_int_equal(avro_decode(schema, TEXT("\x00\x00\x02\x0e\x00"), AVRO_DROP_NULLS, &arena, &value, &error), 0);
        assert_string_equal(json_text(&arena, value), "{\"b\":null,\"c\":7}");
        assert_int_equal(avro_decode(schema, TEXT("\x00\x00\x00\x00"), AVRO_DROP_NULLS, &arena, &value, &error), 0);
        assert_string_equal(json_text(&arena, value), "{\"b\":null}");
        avro_release(schema);
}

/* --- messages */

struct shelf {
        const struct avro_schema *schema;
        int result;
};

static int find(void *context, uint32_t id, const struct avro_schema **schema, struct error *error)
{
        const struct shelf *shelf = context;

        if (shelf->result < 0)
                return error_set(error, shelf->result, "schema %u is not here", id);
        *schema = shelf->schema;
        return 0;
}

static void a_message_brings_its_schema_along(void **state)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct avro_schema *schema = compile("{\"type\":\"record\",\"name\":\"n.K\",\"fields\":[{\"name\":\"id\","
                                             "\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}}]}");
        struct avro_schema *plain = compile("\"string\"");
        struct shelf shelf = {.schema = schema};
        const struct avro_lookup lookup = {find, &shelf};
        const struct json_node *value;
        struct error error = {0};

        (void)state;
        assert_int_equal(avro_decode_message(&lookup, TEXT("\x00\x00\x00\x01\x02\x10"), &arena, &value, &error), 0);
        assert_string_equal(json_text(&arena, value),
                            "{\"schema\":{\"name\":\"n.K\",\"fields\":[{\"field\":\"id\",\"name\":"
                            "\"org.apache.kafka.connect.data.Date\"}]},\"payload\":{\"id\":8}}");
        shelf.schema = plain;
        assert_int_equal(avro_decode_message(&lookup, TEXT("\x00\x00\x00\x01\x02\x02x"), &arena, &value, &error), 0);
        assert_string_equal(json_text(&arena, value), "\"x\"");
        assert_int_equal(avro_decode_message(&lookup, TEXT("\x00\x00\x00\x01\x02\x04x"), &arena, &value, &error),
                         ERR_REJECT);
        assert_non_null(strstr(error.text, "schema 258"));
        shelf.result = ERR_RETRY;
        assert_int_equal(avro_decode_message(&lookup, TEXT("\x00\x00\x00\x01\x02\x02x"), &arena, &value, &error),
                         ERR_RETRY);
        avro_release(schema);
        avro_release(plain);
}

/* An integer key of eight bytes begins with zeros as well; no registry gives the id 0. */
static void an_integer_is_no_message(void **state)
{
        struct text payload;
        uint32_t id;

        (void)state;
        assert_false(avro_wire_split(TEXT("\x00\x00\x00\x00\x00\x00\x00\x07"), &id, &payload));
        assert_false(avro_wire_split(TEXT("\x00\x00\x00\x07"), &id, &payload));
        assert_false(avro_wire_split(TEXT("{\"a\":1}"), &id, &payload));
        assert_true(avro_wire_split(TEXT("\x00\x00\x00\x00\x07"), &id, &payload));
        assert_int_equal(id, 7);
        assert_int_equal(payload.length, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_schema_that_is_none_is_refused_with_the_place),
                cmocka_unit_test(a_schema_nested_without_end_is_refused),
                cmocka_unit_test(names_are_found_by_namespace),
                cmocka_unit_test(logical_types_get_connects_names),
                cmocka_unit_test(lengths_and_indexes_beyond_their_bounds_are_refused),
                cmocka_unit_test(a_block_may_not_claim_more_values_than_its_bytes_can_mean),
                cmocka_unit_test(a_value_nested_without_end_is_refused),
                cmocka_unit_test(an_explosion_of_empty_records_is_refused),
                cmocka_unit_test(a_value_that_does_not_fit_is_refused_with_the_place),
                cmocka_unit_test(nulls_by_default_are_left_out_on_request),
                cmocka_unit_test(a_message_brings_its_schema_along),
                cmocka_unit_test(an_integer_is_no_message),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
