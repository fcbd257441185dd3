/* The contracts in schemas/: Avro C accepts each, and each example fits its contract.
 *
 * Messages are plain JSON, not Avro's JSON encoding: a union's value is written without the name of its branch, and a
 * field whose type allows null may be absent. So the check walks schema and value side by side.
 */
#include "base/json.h"

#include <avro.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CONTRACTS TEST_DATA "/../schemas"
#define FILE_BYTES_MAX (1 << 20)

static struct text read_file(struct arena *arena, const char *path)
{
        char *data = arena_alloc(arena, FILE_BYTES_MAX);
        FILE *file = fopen(path, "re");
        size_t length;

        if (!file)
                fail_msg("%s cannot be read", path);
        length = fread(data, 1, FILE_BYTES_MAX, file);
        fclose(file);
        assert_true(length < FILE_BYTES_MAX);
        return (struct text){.data = data, .length = (uint32_t)length};
}

static avro_schema_t read_contract(struct arena *arena, const char *path)
{
        struct text content = read_file(arena, path);
        avro_schema_t schema = NULL;

        if (avro_schema_from_json_length(content.data, content.length, &schema) != 0)
                fail_msg("%s: %s", path, avro_strerror());
        return schema;
}

/* True if @value fits @schema; if not, @where says which part does not. */
static bool fits(avro_schema_t schema, const struct json_node *value, struct error *where);

static bool allows_null(avro_schema_t schema)
{
        if (is_avro_union(schema)) {
                for (size_t i = 0; i < avro_schema_union_size(schema); i++) {
                        if (is_avro_null(avro_schema_union_branch(schema, (int)i)))
                                return true;
                }
        }
        return is_avro_null(schema);
}

static bool record_fits(avro_schema_t schema, const struct json_node *value, struct error *where)
{
        size_t known = 0;

        if (!json_is(value, JSON_OBJECT))
                return error_set(where, 0, "no object") != 0;
        for (size_t i = 0; i < avro_schema_record_size(schema); i++) {
                const char *name = avro_schema_record_field_name(schema, (int)i);
                avro_schema_t type = avro_schema_record_field_get_by_index(schema, (int)i);
                const struct json_node *member = json_get(value, name);
                struct error inner = {0};

                known += member != NULL;
                if (!member && !allows_null(type))
                        return error_set(where, 0, "%s is missing", name) != 0;
                if (member && !fits(type, member, &inner))
                        return error_set(where, 0, "%s: %.900s", name, inner.text) != 0;
        }
        if (known != value->count)
                return error_set(where, 0, "a field that the contract does not have") != 0;
        return true;
}

static bool members_fit(avro_schema_t schema, const struct json_node *value, struct error *where)
{
        for (const struct json_node *member = value->child; member; member = member->next) {
                if (!fits(schema, member, where))
                        return false;
        }
        return true;
}

static bool union_fits(avro_schema_t schema, const struct json_node *value, struct error *where)
{
        for (size_t i = 0; i < avro_schema_union_size(schema); i++) {
                if (fits(avro_schema_union_branch(schema, (int)i), value, where))
                        return true;
        }
        return false;
}

static bool fits(avro_schema_t schema, const struct json_node *value, struct error *where)
{
        int64_t number;
        char name[64];

        error_set(where, 0, "the value is of another type");
        switch (avro_typeof(schema)) {
        case AVRO_STRING:
        case AVRO_BYTES:
                return json_is(value, JSON_STRING);
        case AVRO_BOOLEAN:
                return json_is(value, JSON_TRUE) || json_is(value, JSON_FALSE);
        case AVRO_NULL:
                return json_is(value, JSON_NULL);
        case AVRO_INT64:
                return json_is(value, JSON_NUMBER) && json_to_i64(value, &number);
        case AVRO_DOUBLE:
                return json_is(value, JSON_NUMBER);
        case AVRO_ENUM:
                snprintf(name, sizeof(name), "%.*s", TEXT_ARG(json_scalar_text(value)));
                return json_is(value, JSON_STRING) && avro_schema_enum_get_by_name(schema, name) >= 0;
        case AVRO_ARRAY:
                return json_is(value, JSON_ARRAY) && members_fit(avro_schema_array_items(schema), value, where);
        case AVRO_MAP:
                return json_is(value, JSON_OBJECT) && members_fit(avro_schema_map_values(schema), value, where);
        case AVRO_UNION:
                return union_fits(schema, value, where);
        case AVRO_RECORD:
                return record_fits(schema, value, where);
        case AVRO_LINK:
                return fits(avro_schema_link_target(schema), value, where);
        default:
                return error_set(where, 0, "a type that no contract uses") != 0;
        }
}

/* A consumer compiles any of the contracts, and the example shows what it will read. */
static void every_contract_is_avro_and_describes_its_example(void **state)
{
        struct arena ARENA_CLEANUP arena = {0};
        DIR *directory = opendir(CONTRACTS);
        int count = 0;

        (void)state;
        assert_non_null(directory);
        for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
                size_t length = strlen(entry->d_name);
                const struct json_node *example;
                struct error error = {0};
                char path[1024];
                avro_schema_t schema;

                if (length < 6 || strcmp(entry->d_name + length - 5, ".avsc") != 0)
                        continue;
                snprintf(path, sizeof(path), "%s/%s", CONTRACTS, entry->d_name);
                schema = read_contract(&arena, path);
                snprintf(path, sizeof(path), "%s/examples/%.*s.json", CONTRACTS, (int)length - 5, entry->d_name);
                if (json_parse(&arena, text_trim(read_file(&arena, path)), &example, &error) < 0 ||
                    !fits(schema, example, &error))
                        fail_msg("%s: %s", path, error.text);
                avro_schema_decref(schema);
                count++;
        }
        closedir(directory);
        assert_in_range(count, 9, 100);
}

static void check_misfit(const char *contract, const char *value)
{
        struct arena ARENA_CLEANUP arena = {0};
        const struct json_node *node;
        struct error error = {0};
        char path[1024];
        avro_schema_t schema;

        snprintf(path, sizeof(path), "%s/%s", CONTRACTS, contract);
        schema = read_contract(&arena, path);
        assert_int_equal(json_parse(&arena, text_from(value), &node, &error), 0);
        assert_false(fits(schema, node, &error));
        assert_true(error.text[0] != '\0');
        avro_schema_decref(schema);
}

/* The check itself notices a missing field, a field too many, and a value of another type. */
static void a_value_that_breaks_its_contract_is_noticed(void **state)
{
        (void)state;
        check_misfit("records-key.avsc", "{\"source\": \"erp\", \"entity\": \"customer\"}");
        check_misfit("records-key.avsc",
                     "{\"source\": \"erp\", \"entity\": \"customer\", \"record_id\": \"1\", \"x\": 1}");
        check_misfit("records-key.avsc", "{\"source\": \"erp\", \"entity\": \"customer\", \"record_id\": 1}");
        check_misfit("conflicts-key.avsc", "null");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_contract_is_avro_and_describes_its_example),
                cmocka_unit_test(a_value_that_breaks_its_contract_is_noticed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
