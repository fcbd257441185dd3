/* The contract of a feed is made from its configuration. */
#include "avro/avro.h"
#include "registry/contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
        struct config config;
        struct config_problems problems;
        struct arena arena;
};

static void load(struct fixture *fixture, const char *feeds)
{
        struct text yaml = arena_printf(&fixture->arena,
                                        "registry: {url: 'http://127.0.0.1:1'}\n"
                                        "topics: {encoding: avro}\n"
                                        "sources: {crm: {topics: [crm]}}\n"
                                        "feeds:\n%s",
                                        feeds);

        assert_int_equal(config_load_text(yaml, "durand.yaml", &fixture->config, &fixture->problems), 0);
}

static void unload(struct fixture *fixture)
{
        config_problems_free(&fixture->problems);
        config_free(&fixture->config);
        arena_free(&fixture->arena);
}

static void a_feed_has_the_fields_of_its_consumer(void **state)
{
        struct fixture fixture = {0};
        struct avro_schema *schema;
        struct error error = {""};
        struct text contract, key;

        (void)state;
        load(&fixture,
             "  news-letter.2: {fields: {contact: entity_id, mail: email, known_by: sources, share: completeness}}\n");
        assert_int_equal(fixture.problems.count, 0);
        contract = contract_find(&fixture.config, TEXT("feed.news-letter.2"), CONTRACT_VALUE, &fixture.arena);
        assert_int_equal(avro_compile(&contract, 1, &schema, &error), 0);
        assert_true(text_equal(avro_name(schema), TEXT("durand.feed.news_letter_2")));
        avro_release(schema);
        assert_non_null(strstr(contract.data, "{\"name\":\"contact\",\"type\":\"string\","));
        assert_non_null(strstr(contract.data, "{\"name\":\"mail\",\"type\":[\"null\",\"string\"],\"default\":null,"));
        assert_non_null(strstr(contract.data, "{\"name\":\"known_by\",\"type\":[\"null\",\"long\"],"));
        assert_non_null(strstr(contract.data, "{\"name\":\"share\",\"type\":[\"null\",\"double\"],"));
        key = contract_find(&fixture.config, TEXT("feed.news-letter.2"), CONTRACT_KEY, &fixture.arena);
        assert_true(text_starts_with(key, TEXT("{\"type\": \"string\"")));
        key = contract_find(&fixture.config, TEXT("feed.other"), CONTRACT_KEY, &fixture.arena);
        assert_int_equal(key.length, 0);
        unload(&fixture);
}

static void a_feed_with_names_that_avro_does_not_allow_stays_in_json(void **state)
{
        struct fixture fixture = {0};

        (void)state;
        load(&fixture, "  plain: {fields: {mail: email}}\n"
                       "  spoken: {fields: {mail: email, First name: given_name}}\n");
        assert_int_equal(fixture.problems.count, 1);
        assert_true(fixture.problems.items[0].warning);
        assert_non_null(strstr(arena_text(&fixture.arena, fixture.problems.items[0].message).data,
                               "feed spoken: \"First name\" is no name in Avro"));
        assert_true(contract_find(&fixture.config, TEXT("feed.plain"), CONTRACT_VALUE, &fixture.arena).length > 0);
        assert_int_equal(contract_find(&fixture.config, TEXT("feed.spoken"), CONTRACT_VALUE, &fixture.arena).length, 0);
        assert_int_equal(contract_find(&fixture.config, TEXT("feed.spoken"), CONTRACT_KEY, &fixture.arena).length, 0);
        unload(&fixture);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_feed_has_the_fields_of_its_consumer),
                cmocka_unit_test(a_feed_with_names_that_avro_does_not_allow_stays_in_json),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
