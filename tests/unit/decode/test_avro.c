/* Avro through the dialects: a message in Avro becomes the changes that the same message in JSON becomes, when
 * JsonConverter wrote it with its schema. */
#include "avro/avro.h"
#include "base/base64.h"
#include "decode/decode.h"
#include "decode/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char yaml[] =
        "sources:\n"
        "  erp:\n"
        "    dialect: debezium\n"
        "    topics: [erp.public.customer]\n"
        "    tables:\n"
        "      customer: {type: organization, key: id, fields: {name: name, revenue: annual_revenue, "
        "since: last_invoice_at}}\n"
        "  numbers: {dialect: row, topics: [numbers], encoding: json}\n"
        "  strict: {dialect: row, topics: [strict], encoding: avro}\n"
        "  sfdc: {dialect: salesforce-cdc, mapping: salesforce-standard, topics: [sfdc]}\n";

static const char envelope[] =
        "{\"type\":\"record\",\"name\":\"Envelope\",\"namespace\":\"erp.public.customer\",\"fields\":["
        "{\"name\":\"before\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"Value\",\"fields\":["
        "{\"name\":\"id\",\"type\":\"int\"},{\"name\":\"name\",\"type\":[\"null\",\"string\"],\"default\":null},"
        "{\"name\":\"revenue\",\"type\":[\"null\",{\"type\":\"bytes\",\"scale\":2,\"precision\":12,\"connect.version\":"
        "1,"
        "\"connect.parameters\":{\"scale\":\"2\"},\"connect.name\":\"org.apache.kafka.connect.data.Decimal\","
        "\"logicalType\":\"decimal\"}]},"
        "{\"name\":\"since\",\"type\":[\"null\",{\"type\":\"long\",\"connect.version\":1,"
        "\"connect.name\":\"io.debezium.time.MicroTimestamp\"}]}],\"connect.name\":\"erp.public.customer.Value\"}]},"
        "{\"name\":\"after\",\"type\":[\"null\",\"Value\"]},"
        "{\"name\":\"source\",\"type\":{\"type\":\"record\",\"name\":\"Source\",\"fields\":["
        "{\"name\":\"ts_ms\",\"type\":\"long\"},{\"name\":\"table\",\"type\":\"string\"},"
        "{\"name\":\"lsn\",\"type\":[\"null\",\"long\"]}]}},"
        "{\"name\":\"op\",\"type\":\"string\"},{\"name\":\"ts_ms\",\"type\":[\"null\",\"long\"]}],"
        "\"connect.name\":\"erp.public.customer.Envelope\"}";

/* The same as JsonConverter says it. */
static const char envelope_connect[] =
        "{\"type\":\"struct\",\"name\":\"erp.public.customer.Envelope\",\"fields\":[{\"field\":\"after\",\"type\":"
        "\"struct\",\"fields\":[{\"field\":\"id\",\"type\":\"int32\"},{\"field\":\"name\",\"type\":\"string\"},"
        "{\"field\":\"revenue\",\"type\":\"bytes\",\"name\":\"org.apache.kafka.connect.data.Decimal\",\"parameters\":"
        "{\"scale\":\"2\"}},{\"field\":\"since\",\"type\":\"int64\",\"name\":\"io.debezium.time.MicroTimestamp\"}]}]}";

static const char payload[] = "{\"before\":null,\"after\":{\"id\":7,\"name\":\"Imprimerie Lumi\xc3\xa8re\",\"revenue\":"
                              "\"ATG0\",\"since\":1736143320123456},\"source\":{\"ts_ms\":1736143320000,\"table\":"
                              "\"customer\",\"lsn\":33},\"op\":\"c\",\"ts_ms\":1736143320001}";

static const char contact[] =
        "{\"type\":\"record\",\"name\":\"ContactChangeEvent\",\"namespace\":\"com.sforce.eventbus\",\"fields\":["
        "{\"name\":\"ChangeEventHeader\",\"type\":{\"type\":\"record\",\"name\":\"ChangeEventHeader\",\"fields\":["
        "{\"name\":\"entityName\",\"type\":\"string\"},{\"name\":\"recordIds\",\"type\":{\"type\":\"array\",\"items\":"
        "\"string\"}},{\"name\":\"changeType\",\"type\":{\"type\":\"enum\",\"name\":\"ChangeType\",\"symbols\":"
        "[\"CREATE\",\"UPDATE\"]}},{\"name\":\"commitTimestamp\",\"type\":\"long\"},{\"name\":\"commitNumber\","
        "\"type\":"
        "\"long\"},{\"name\":\"nulledFields\",\"type\":{\"type\":\"array\",\"items\":\"string\"}}]}},"
        "{\"name\":\"Name\",\"type\":[\"null\",\"string\",{\"type\":\"record\",\"name\":\"Switchable_PersonName\","
        "\"fields\":[{\"name\":\"FirstName\",\"type\":[\"null\",\"string\"]},{\"name\":\"LastName\",\"type\":"
        "[\"null\",\"string\"]}]}]},{\"name\":\"Email\",\"type\":[\"null\",\"string\"]}]}";

static const char contact_event[] =
        "{\"ChangeEventHeader\":{\"entityName\":\"Contact\",\"recordIds\":[\"0035g00000AbCdEAAV\"],\"changeType\":"
        "\"UPDATE\",\"commitTimestamp\":1736143320000,\"commitNumber\":12,\"nulledFields\":[]},\"Name\":{\"FirstName\":"
        "\"Marc\",\"LastName\":\"Durand\"},\"Email\":null}";

enum {
        ID_ENVELOPE = 7,
        ID_CONTACT = 8,
        ID_KEY = 9,
        ID_UNKNOWN = 404,
};

struct fixture {
        struct config config;
        struct arena arena;
        struct avro_schema *schemas[10];
        struct avro_lookup lookup;
};

static int find(void *context, uint32_t id, const struct avro_schema **schema, struct error *error)
{
        struct fixture *fixture = context;

        if (id == ID_UNKNOWN)
                return error_set(error, ERR_REJECT, "the registry knows no schema %u", id);
        if (id >= 10 || !fixture->schemas[id])
                return error_set(error, ERR_RETRY, "nobody answers");
        *schema = fixture->schemas[id];
        return 0;
}

static void compile(struct fixture *fixture, uint32_t id, const char *text)
{
        struct text schema = text_from(text);
        struct error error = {0};

        if (avro_compile(&schema, 1, &fixture->schemas[id], &error) < 0)
                fail_msg("%s", error.text);
}

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        struct config_problems problems = {0};

        assert_int_equal(config_load_text(text_from(yaml), "test.yaml", &fixture->config, &problems), 0);
        config_problems_free(&problems);
        fixture->lookup = (struct avro_lookup){find, fixture};
        compile(fixture, ID_ENVELOPE, envelope);
        compile(fixture, ID_CONTACT, contact);
        compile(fixture, ID_KEY,
                "{\"type\":\"record\",\"name\":\"Key\",\"namespace\":\"erp.public.customer\",\"fields\":[{\"name\":"
                "\"id\",\"type\":\"int\"}]}");
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *fixture = *state;

        for (int i = 0; i < 10; i++)
                avro_release(fixture->schemas[i]);
        arena_free(&fixture->arena);
        config_free(&fixture->config);
        free(fixture);
        return 0;
}

static struct text in_avro(struct fixture *fixture, uint32_t id, const char *json)
{
        struct buffer out BUFFER_CLEANUP = {0};
        const struct json_node *node;
        struct error error = {0};

        assert_int_equal(json_parse(&fixture->arena, text_from(json), &node, &error), 0);
        avro_wire_head(&out, id);
        if (avro_encode(fixture->schemas[id], node, &out, &error) < 0)
                fail_msg("%s", error.text);
        return arena_text(&fixture->arena, buffer_view(&out));
}

static int decode(struct fixture *fixture, const char *source, const struct message *message, struct text *changes,
                  struct error *error)
{
        struct buffer out BUFFER_CLEANUP = {0};
        struct changes found = {0};
        struct message *copy = arena_alloc(&fixture->arena, sizeof(*copy));
        int r;

        *copy = *message;
        copy->timestamp_ms = 1736143321000;
        *error = (struct error){0};
        r = decode_message(&fixture->config, config_find_source(&fixture->config, text_from(source)), copy, TYPE_COUNT,
                           TEXT_NONE, &fixture->arena, &found, error);
        for (size_t i = 0; i < found.count; i++)
                decode_print_change(&out, &fixture->config, &found.items[i], 1, error->text);
        *changes = arena_text(&fixture->arena, buffer_view(&out));
        return r;
}

static void check_same(struct fixture *fixture, const char *source, struct message avro, struct message json)
{
        struct text from_avro, from_json;
        struct error error;

        avro.schemas = &fixture->lookup;
        if (decode(fixture, source, &json, &from_json, &error) != 0 || from_json.length == 0)
                fail_msg("JSON: %s", error.text);
        if (decode(fixture, source, &avro, &from_avro, &error) != 0)
                fail_msg("Avro: %s", error.text);
        assert_string_equal(from_avro.data, from_json.data);
}

static void an_envelope_of_debezium_is_what_json_converter_says(void **state)
{
        struct fixture *fixture = *state;
        struct message avro = {.topic = TEXT("erp.public.customer"),
                               .has_value = true,
                               .value = in_avro(fixture, ID_ENVELOPE, payload),
                               .has_key = true,
                               .key = in_avro(fixture, ID_KEY, "{\"id\":7}")};
        struct message json = {.topic = TEXT("erp.public.customer"),
                               .has_value = true,
                               .has_key = true,
                               .key = TEXT("{\"id\":7}")};
        struct text changes;
        struct error error;

        json.value = arena_printf(&fixture->arena, "{\"schema\":%s,\"payload\":%s}", envelope_connect, payload);
        check_same(fixture, "erp", avro, json);
        avro.schemas = &fixture->lookup;
        assert_int_equal(decode(fixture, "erp", &avro, &changes, &error), 0);
        assert_non_null(strstr(changes.data, "782.60"));                      /* 0x0131b4 with two decimals */
        assert_non_null(strstr(changes.data, "2025-01-06T06:02:00.123456Z")); /* microseconds */
}

static void a_deletion_is_known_by_its_key(void **state)
{
        struct fixture *fixture = *state;
        struct message avro = {.topic = TEXT("erp.public.customer"),
                               .has_key = true,
                               .key = in_avro(fixture, ID_KEY, "{\"id\":7}")};
        struct message json = {.topic = TEXT("erp.public.customer"), .has_key = true, .key = TEXT("{\"id\":7}")};

        check_same(fixture, "erp", avro, json);
}

static void an_event_of_salesforce_is_what_json_says(void **state)
{
        struct fixture *fixture = *state;
        struct message avro = {.topic = TEXT("sfdc"),
                               .has_value = true,
                               .value = in_avro(fixture, ID_CONTACT, contact_event)};
        struct message json = {.topic = TEXT("sfdc"), .has_value = true, .value = text_from(contact_event)};

        check_same(fixture, "sfdc", avro, json);
}

/* Debezium's CloudEvents converter with data.serializer.type avro: base64 in `data` itself; others use data_base64. */
static void data_of_a_cloud_event_may_be_avro(void **state)
{
        static const char form[] =
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/x\",\"type\":\"t\",\"%s\":\"%s\","
                "\"datacontenttype\":\"application/avro\"}";
        struct fixture *fixture = *state;
        struct text data = base64_encode(&fixture->arena, in_avro(fixture, ID_CONTACT, contact_event));
        struct message json = {.topic = TEXT("sfdc"), .has_value = true, .value = text_from(contact_event)};
        struct message avro = {.topic = TEXT("sfdc"), .has_value = true};

        avro.value = arena_printf(&fixture->arena, form, "data", data.data);
        check_same(fixture, "sfdc", avro, json);
        avro.value = arena_printf(&fixture->arena, form, "data_base64", data.data);
        check_same(fixture, "sfdc", avro, json);
}

static void check_outcome(struct fixture *fixture, const char *source, struct text value, bool registry, int expected,
                          const char *why)
{
        struct message message = {.topic = text_from(source), .has_value = true, .value = value};
        struct text changes;
        struct error error;

        message.schemas = registry ? &fixture->lookup : NULL;
        assert_int_equal(decode(fixture, source, &message, &changes, &error), expected);
        assert_int_equal(changes.length, 0);
        if (!strstr(error.text, why))
                fail_msg("\"%s\", expected \"%s\"", error.text, why);
}

static void what_cannot_be_read_says_why(void **state)
{
        struct fixture *fixture = *state;
        struct text value = in_avro(fixture, ID_CONTACT, contact_event);

        check_outcome(fixture, "sfdc", TEXT("\x00\x00\x00\x01\x94x"), true, ERR_REJECT, "knows no schema 404");
        check_outcome(fixture, "sfdc", TEXT("\x00\x00\x00\x00\x05x"), true, ERR_RETRY, "nobody answers");
        check_outcome(fixture, "sfdc", text_slice(value, 0, value.length - 4), true, ERR_REJECT, "schema 8: Name: ");
        check_outcome(fixture, "sfdc", value, false, ERR_REJECT, "set registry.url");
        check_outcome(fixture, "strict", TEXT("{\"id\":1}"), true, ERR_REJECT, "no schema id in front");
}

/* An integer serializer's keys look like Avro from 2^24 on; `encoding: json` says that they are not. */
static void integer_keys_stay_what_they_are(void **state)
{
        struct fixture *fixture = *state;
        struct message message = {.topic = TEXT("numbers"),
                                  .has_value = true,
                                  .value = TEXT("{\"name\":\"Marc Durand\"}"),
                                  .has_key = true,
                                  .key = TEXT("\x00\x00\x00\x00\x05\x01\x02\x03"),
                                  .schemas = &fixture->lookup};
        struct text changes;
        struct error error;

        assert_int_equal(decode(fixture, "numbers", &message, &changes, &error), 0);
        assert_non_null(strstr(changes.data, "0x0000000005010203"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(an_envelope_of_debezium_is_what_json_converter_says, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_deletion_is_known_by_its_key, set_up, tear_down),
                cmocka_unit_test_setup_teardown(an_event_of_salesforce_is_what_json_says, set_up, tear_down),
                cmocka_unit_test_setup_teardown(data_of_a_cloud_event_may_be_avro, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_cannot_be_read_says_why, set_up, tear_down),
                cmocka_unit_test_setup_teardown(integer_keys_stay_what_they_are, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
