/* Which value survives, and that every answer names the record that gave it. */
#include "golden/golden.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static const char yaml[] = "sources:\n"
                           "  crm: {dialect: row, topics: [crm], trust: {default: 50, email: 90}}\n"
                           "  erp: {dialect: row, topics: [erp], trust: {default: 70, email: 40}}\n"
                           "  web: {dialect: row, topics: [web], trust: {default: 50}}\n";

struct bench {
        struct config config;
        struct arena arena;
        struct record records[3];
        struct slot slots[3][16];
};

static int make_bench(void **state)
{
        static struct bench bench;
        static const char *const sources[] = {"crm", "erp", "web"};
        struct config_problems problems = {0};

        memset(&bench, 0, sizeof(bench));
        if (config_load_text(text_from(yaml), "golden.yaml", &bench.config, &problems) < 0)
                fail_msg("%.*s", TEXT_ARG(problems.items[0].message));
        config_problems_free(&problems);
        for (int i = 0; i < 3; i++)
                bench.records[i] = (struct record){.key = {text_from(sources[i]), TEXT("person"), TEXT("1")},
                                                   .alive = true,
                                                   .slots = bench.slots[i]};
        *state = &bench;
        return 0;
}

static int free_bench(void **state)
{
        struct bench *bench = *state;

        arena_free(&bench->arena);
        config_free(&bench->config);
        return 0;
}

/* Slots are given in the order of their attributes. */
static void give(struct bench *bench, int record, uint16_t attribute, const char *value, int64_t time_ms)
{
        struct record *r = &bench->records[record];

        bench->slots[record][r->slot_count++] = (struct slot){.attribute = attribute,
                                                              .flags = SLOT_SET,
                                                              .raw = text_from(value),
                                                              .value = text_from(value),
                                                              .version = {.time_ms = time_ms}};
}

static const struct json_node *write_golden(struct bench *bench)
{
        const struct record *members[] = {&bench->records[0], &bench->records[1], &bench->records[2]};
        struct golden_input input = {.config = &bench->config,
                                     .type = TYPE_PERSON,
                                     .anchor = bench->records[1].key,
                                     .members = members,
                                     .member_count = 3};
        const struct json_node *root = NULL;
        struct buffer json = {0}, again = {0};

        golden_write_json(&bench->arena, &input, &json);
        golden_write_json(&bench->arena, &input, &again);
        assert_true(text_equal(buffer_view(&json), buffer_view(&again)));
        assert_int_equal(0, json_parse(&bench->arena, arena_text(&bench->arena, buffer_view(&json)), &root, NULL));
        buffer_free(&json);
        buffer_free(&again);
        return root;
}

static void assert_member(const struct json_node *root, const char *path, const char *value)
{
        const struct json_node *node = json_path(root, path);

        if (!value) {
                assert_null(node);
                return;
        }
        assert_non_null(node);
        assert_true(text_equal(json_scalar_text(node), text_from(value)));
}

static void trust_decides_then_recency_then_the_record_key(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_FAMILY_NAME, "Durand", 9);
        give(bench, 1, ATTRIBUTE_FAMILY_NAME, "Durant", 1);
        give(bench, 0, ATTRIBUTE_JOB_TITLE, "clerk", 5);
        give(bench, 2, ATTRIBUTE_JOB_TITLE, "director", 6);
        give(bench, 0, ATTRIBUTE_NATIONAL_ID, "a", 5);
        give(bench, 2, ATTRIBUTE_NATIONAL_ID, "b", 5);
        give(bench, 0, ATTRIBUTE_EMAIL, "crm@acme.fr", 1);
        give(bench, 1, ATTRIBUTE_EMAIL, "erp@acme.fr", 9);
        root = write_golden(bench);
        assert_member(root, "attributes/family_name", "Durant");
        assert_member(root, "lineage/family_name/source", "erp");
        assert_member(root, "attributes/job_title", "director");
        assert_member(root, "attributes/national_id", "a");
        assert_member(root, "attributes/email", "crm@acme.fr");
        assert_int_equal(3, json_get(root, "members")->count);
        assert_int_equal(2, json_get(root, "superseded")->count);
}

static void of_two_decisions_on_consent_the_newer_counts_and_of_equal_ones_the_denial(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_CONSENT_EMAIL, "granted", 7);
        give(bench, 1, ATTRIBUTE_CONSENT_EMAIL, "denied", 5);
        give(bench, 0, ATTRIBUTE_CONSENT_PHONE, "granted", 7);
        give(bench, 2, ATTRIBUTE_CONSENT_PHONE, "denied", 7);
        root = write_golden(bench);
        assert_member(root, "consent/email/value", "granted");
        assert_member(root, "consent/phone/value", "denied");
        assert_member(root, "consent/phone/source", "web");
}

static void what_is_invalid_or_a_placeholder_never_survives(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 1, ATTRIBUTE_BIRTH_DATE, "1899-99-99", 9);
        bench->slots[1][0].flags |= SLOT_INVALID;
        give(bench, 0, ATTRIBUTE_BIRTH_DATE, "1970-02-01", 1);
        give(bench, 0, ATTRIBUTE_PHONE, "000000000", 1);
        bench->slots[0][1].flags |= SLOT_FAKE;
        root = write_golden(bench);
        assert_member(root, "attributes/birth_date", "1970-02-01");
        assert_member(root, "attributes/phone", NULL);
}

/* Half of one address and half of another is an address that nobody lives at. */
static void an_address_moves_as_a_whole(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_ADDRESS_STREET, "12 rue de la Paix", 9);
        give(bench, 0, ATTRIBUTE_ADDRESS_POSTAL_CODE, "75002", 9);
        give(bench, 1, ATTRIBUTE_ADDRESS_STREET, "5 Main Street", 1);
        give(bench, 1, ATTRIBUTE_ADDRESS_CITY, "New York", 1);
        root = write_golden(bench);
        if (text_equal(json_scalar_text(json_path(root, "attributes/address.street")), TEXT("5 Main Street"))) {
                assert_member(root, "attributes/address.postal_code", NULL);
                assert_member(root, "attributes/address.city", "New York");
        } else {
                assert_member(root, "attributes/address.postal_code", "75002");
                assert_member(root, "attributes/address.city", NULL);
        }
}

static void the_id_says_type_and_anchor(void **state)
{
        struct bench *bench = *state;
        char person[ENTITY_ID_SIZE], organization[ENTITY_ID_SIZE], other[ENTITY_ID_SIZE];

        golden_entity_id(TYPE_PERSON, bench->records[0].key, person);
        golden_entity_id(TYPE_ORGANIZATION, bench->records[0].key, organization);
        golden_entity_id(TYPE_PERSON, bench->records[1].key, other);
        assert_memory_equal("p-", person, 2);
        assert_memory_equal("o-", organization, 2);
        assert_string_equal(person + 2, organization + 2);
        assert_string_not_equal(person, other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(trust_decides_then_recency_then_the_record_key, make_bench, free_bench),
                cmocka_unit_test_setup_teardown(
                        of_two_decisions_on_consent_the_newer_counts_and_of_equal_ones_the_denial, make_bench,
                        free_bench),
                cmocka_unit_test_setup_teardown(what_is_invalid_or_a_placeholder_never_survives, make_bench,
                                                free_bench),
                cmocka_unit_test_setup_teardown(an_address_moves_as_a_whole, make_bench, free_bench),
                cmocka_unit_test_setup_teardown(the_id_says_type_and_anchor, make_bench, free_bench),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
