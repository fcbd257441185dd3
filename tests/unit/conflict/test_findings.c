/* Conflicts that the records of one entity show by themselves. */
#include "conflict/conflict.h"
#include "golden/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static const char yaml[] =
        "sources:\n"
        "  crm: {dialect: row, topics: [crm], entities: {account: {type: organization, fields: {n: name}}}}\n"
        "  erp: {dialect: row, topics: [erp], entities: {person: {type: person, fields: {n: full_name}}}}\n"
        "survivorship:\n"
        "  person: {job_title: steward, address: steward}\n"
        "conflicts:\n"
        "  concurrent: 1m\n"
        "  by_owner: true\n"
        "  queues:\n"
        "    closing: {kinds: [closed_company]}\n"
        "    paul: {owners: [paul], sources: [erp], types: [person]}\n";

#define MINUTE_MS 60000

struct bench {
        struct config config;
        struct arena arena;
        struct record records[2];
        struct slot slots[2][8];
        const struct record *members[2];
        struct golden_input input;
};

static bool knows_nothing(void *context, struct text source, struct text record_id, char out[ENTITY_ID_SIZE])
{
        (void)context, (void)source, (void)record_id, (void)out;
        return false;
}

static int make(void **state)
{
        static struct bench bench;
        static const char *const sources[] = {"crm", "erp"};
        struct config_problems problems = {0};

        memset(&bench, 0, sizeof(bench));
        if (config_load_text(text_from(yaml), "findings.yaml", &bench.config, &problems) < 0)
                fail_msg("%.*s", TEXT_ARG(problems.items[0].message));
        config_problems_free(&problems);
        for (int i = 0; i < 2; i++) {
                bench.records[i] = (struct record){.key = {text_from(sources[i]), TEXT("t"), TEXT("1")},
                                                   .first_time_ms = 1,
                                                   .alive = true,
                                                   .slots = bench.slots[i]};
                bench.members[i] = &bench.records[i];
        }
        bench.input = (struct golden_input){.config = &bench.config,
                                            .anchor = bench.records[0].key,
                                            .members = bench.members,
                                            .member_count = 2,
                                            .resolve = knows_nothing};
        *state = &bench;
        return 0;
}

static int clean(void **state)
{
        struct bench *bench = *state;

        arena_free(&bench->arena);
        config_free(&bench->config);
        return 0;
}

static void give(struct bench *bench, int record, uint16_t attribute, const char *value, int64_t time_ms)
{
        bench->slots[record][bench->records[record].slot_count++] = (struct slot){.attribute = attribute,
                                                                                  .flags = SLOT_SET,
                                                                                  .raw = text_from(value),
                                                                                  .value = text_from(value),
                                                                                  .version = {.time_ms = time_ms}};
}

/* The only conflict, which must be of @kind; NULL where there must be none (@kind is CONFLICT_KIND_COUNT). */
static const struct conflict *find(struct bench *bench, enum conflict_kind kind)
{
        const struct conflict *found;
        uint32_t count = conflict_find(&bench->arena, &bench->input, &found);

        if (kind == CONFLICT_KIND_COUNT) {
                if (count > 0)
                        fail_msg("unexpected %s", conflict_kind_name(found[0].kind));
                return NULL;
        }
        assert_int_equal(1, count);
        assert_string_equal(conflict_kind_name(kind), conflict_kind_name(found[0].kind));
        return &found[0];
}

static void a_steward_is_asked_where_records_differ_and_offered_each_value(void **state)
{
        struct bench *bench = *state;
        const struct conflict *conflict;
        struct hash128 id;

        give(bench, 0, ATTRIBUTE_JOB_TITLE, "clerk", 1);
        find(bench, CONFLICT_KIND_COUNT);
        give(bench, 1, ATTRIBUTE_JOB_TITLE, "buyer", 1);
        conflict = find(bench, CONFLICT_DISAGREEING_VALUES);
        assert_int_equal(2, conflict->choice_count);
        assert_string_equal("pin", conflict->choices[0].decision);
        assert_int_equal(2, conflict->record_count);
        assert_true(text_equal(conflict_summary(&bench->arena, conflict),
                               TEXT("The records of a record without a name (crm/1) differ: job_title clerk, buyer")));
        id = conflict->id;
        bench->slots[1][0].value = TEXT("head");
        assert_true(hash128_equal(id, find(bench, CONFLICT_DISAGREEING_VALUES)->id));
        bench->config.ignored_kinds = 1U << CONFLICT_DISAGREEING_VALUES;
        find(bench, CONFLICT_KIND_COUNT);
}

static void edits_of_two_systems_within_a_minute_collide(void **state)
{
        struct bench *bench = *state;

        give(bench, 0, ATTRIBUTE_GENDER, "m", 10 * MINUTE_MS);
        give(bench, 1, ATTRIBUTE_GENDER, "f", 10 * MINUTE_MS + MINUTE_MS);
        assert_int_equal(2, find(bench, CONFLICT_CONCURRENT_EDITS)->evidence_count);
        bench->slots[1][0].version.time_ms++;
        find(bench, CONFLICT_KIND_COUNT);
        bench->slots[1][0].version.time_ms = 10 * MINUTE_MS;
        bench->slots[1][0].value = TEXT("m");
        find(bench, CONFLICT_KIND_COUNT);
        bench->slots[1][0].value = TEXT("f");
        bench->records[1].first_time_ms = 10 * MINUTE_MS; /* it came with the record */
        find(bench, CONFLICT_KIND_COUNT);
        bench->records[1].first_time_ms = 1;
        bench->records[1].key.source = TEXT("crm"); /* one system knows of both */
        find(bench, CONFLICT_KIND_COUNT);
}

/* The ERP brings no organizations, so nobody can say that one is missing there. */
static void a_reference_to_nobody_is_an_orphan_where_its_source_brings_organizations(void **state)
{
        struct bench *bench = *state;

        give(bench, 0, ATTRIBUTE_EMPLOYER_REF, "77", 1);
        give(bench, 1, ATTRIBUTE_EMPLOYER_REF, "88", 1);
        assert_true(text_equal(find(bench, CONFLICT_ORPHAN_REFERENCE)->evidence[0].value_a, TEXT("77")));
}

static void a_closed_company_is_news_to_another_system(void **state)
{
        struct bench *bench = *state;
        const struct conflict *conflict;

        bench->input.type = TYPE_ORGANIZATION;
        give(bench, 1, ATTRIBUTE_STATUS, "Closed", 1);
        conflict = find(bench, CONFLICT_CLOSED_COMPANY);
        assert_true(text_equal(conflict_queue(&bench->arena, &bench->config, conflict), TEXT("closing")));
        give(bench, 0, ATTRIBUTE_STATUS, "radiée", 1);
        find(bench, CONFLICT_KIND_COUNT);
}

static void a_queue_takes_what_fits_then_the_owner_then_the_default(void **state)
{
        struct bench *bench = *state;
        struct conflict conflict = {.type = TYPE_PERSON, .records = bench->members, .record_count = 2};

        assert_true(text_equal(conflict_queue(&bench->arena, &bench->config, &conflict), TEXT("stewards")));
        give(bench, 0, ATTRIBUTE_OWNER, "ines", 1);
        assert_true(text_equal(conflict_queue(&bench->arena, &bench->config, &conflict), TEXT("owner:ines")));
        give(bench, 1, ATTRIBUTE_OWNER, "paul", 1);
        assert_true(text_equal(conflict_queue(&bench->arena, &bench->config, &conflict), TEXT("paul")));
        conflict.type = TYPE_ORGANIZATION;
        assert_true(text_equal(conflict_queue(&bench->arena, &bench->config, &conflict), TEXT("stewards")));
}

static void the_likelier_verdict_is_offered_first(void **state)
{
        struct bench *bench = *state;
        struct conflict conflict = {.records = bench->members, .record_count = 2, .record_total = 5, .first_count = 1};

        conflict.posterior_mbit = 100;
        conflict_offer_verdicts(&bench->arena, &conflict);
        assert_string_equal("same", conflict.choices[0].decision);
        assert_true(text_equal(conflict.choices[0].effect, TEXT("the two become one person of 5 records")));
        conflict.posterior_mbit = -100;
        conflict_offer_verdicts(&bench->arena, &conflict);
        assert_string_equal("different", conflict.choices[0].decision);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_steward_is_asked_where_records_differ_and_offered_each_value, make,
                                                clean),
                cmocka_unit_test_setup_teardown(edits_of_two_systems_within_a_minute_collide, make, clean),
                cmocka_unit_test_setup_teardown(
                        a_reference_to_nobody_is_an_orphan_where_its_source_brings_organizations, make, clean),
                cmocka_unit_test_setup_teardown(a_closed_company_is_news_to_another_system, make, clean),
                cmocka_unit_test_setup_teardown(a_queue_takes_what_fits_then_the_owner_then_the_default, make, clean),
                cmocka_unit_test_setup_teardown(the_likelier_verdict_is_offered_first, make, clean),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
