/* Each rule of survivorship, that none depends on order, and that every loss has its reason. */
#include "unit/golden/bench.h"

#include "golden/decimal.h"

#include <stdlib.h>

static int make_bench(void **state)
{
        return bench_make(state, "attributes:\n"
                                 "  vip: {kind: boolean}\n"
                                 "  turnover: {kind: number}\n"
                                 "sources:\n"
                                 "  crm: {dialect: row, topics: [crm], trust: 50}\n"
                                 "  erp: {dialect: row, topics: [erp], trust: 70}\n"
                                 "  web: {dialect: row, topics: [web], trust: 60}\n");
}

static uint16_t number_of(struct bench *bench, const char *name)
{
        return vocabulary_find(&bench->config.vocabulary, text_from(name));
}

static void set_rule(struct bench *bench, uint16_t attribute, enum survivorship_rule rule)
{
        bench->config.survivorship[TYPE_PERSON][attribute].rule = rule;
}

/* What crm, erp and web say at the times 1, 2 and 3, and which of them survives. */
static const struct {
        enum survivorship_rule rule;
        const char *attribute;
        const char *says[3];
        const char *survives;
} cases[] = {
        {SURVIVE_TRUST, "job_title", {"clerk", "buyer", "head"}, "buyer"},
        {SURVIVE_STEWARD, "job_title", {"clerk", "buyer", "head"}, "buyer"},
        {SURVIVE_NEWEST, "job_title", {"clerk", "buyer", "head"}, "head"},
        {SURVIVE_OLDEST, "job_title", {"clerk", "buyer", "head"}, "clerk"},
        {SURVIVE_FREQUENT, "job_title", {"clerk", "buyer", "clerk"}, "clerk"},
        {SURVIVE_FREQUENT, "job_title", {"clerk", "buyer", "head"}, "buyer"},
        {SURVIVE_LONGEST, "job_title", {"clerk", "buyer", "head of purchasing"}, "head of purchasing"},
        {SURVIVE_LONGEST, "job_title", {"ééé", "abcd", ""}, "abcd"},
        {SURVIVE_MINIMUM, "turnover", {"100", "20", "3.5"}, "3.5"},
        {SURVIVE_MINIMUM, "turnover", {"100", "-20", "3.5"}, "-20"},
        {SURVIVE_MAXIMUM, "turnover", {"100", "20", "3.5"}, "100"},
        {SURVIVE_MAXIMUM, "birth_date", {"1970-01-02", "1969", "1970-01-01"}, "1970-01-02"},
        {SURVIVE_ANY_TRUE, "vip", {"true", "false", "false"}, "true"},
        {SURVIVE_ALL_TRUE, "vip", {"true", "true", "false"}, "false"},
        {SURVIVE_ALL_TRUE, "vip", {"true", "true", ""}, "true"},
        {SURVIVE_SUM, "turnover", {"0.1", "0.2", "1000000000000"}, "1000000000000.3"},
        {SURVIVE_SUM, "turnover", {"-5", "5.000", ""}, "0"},
        {SURVIVE_SUM, "turnover", {"7", "1234567890123456789012", ""}, "7"},
};

static void each_rule_chooses_its_value(void **state)
{
        struct bench *bench = *state;
        char path[80];

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                uint16_t attribute = number_of(bench, cases[i].attribute);

                set_rule(bench, attribute, cases[i].rule);
                for (int record = 0; record < 3; record++) {
                        bench->records[record].slot_count = 0;
                        if (cases[i].says[record][0])
                                give(bench, record, attribute, cases[i].says[record], record + 1);
                }
                snprintf(path, sizeof(path), "attributes/%s", cases[i].attribute);
                assert_member(write_golden(bench), path, cases[i].survives);
                snprintf(path, sizeof(path), "lineage/%s/rule", cases[i].attribute);
                assert_member(write_golden(bench), path,
                              cases[i].rule == SURVIVE_TRUST ? "trust_then_recency"
                                                             : survivorship_rule_name(cases[i].rule));
        }
}

static void a_sum_says_how_many_records_it_is_of(void **state)
{
        struct bench *bench = *state;
        uint16_t turnover = number_of(bench, "turnover");
        const struct json_node *root;

        set_rule(bench, turnover, SURVIVE_SUM);
        give(bench, 0, turnover, "10", 1);
        give(bench, 2, turnover, "2.5", 1);
        root = write_golden(bench);
        assert_member(root, "attributes/turnover", "12.5");
        assert_member(root, "lineage/turnover/records", "2");
        assert_member(root, "lineage/turnover/source", "crm");
}

/* Trust 70 of a value that is one half life old is 35, of two half lives 23. */
static void trust_ages(void **state)
{
        struct bench *bench = *state;
        struct survivorship *how = &bench->config.survivorship[TYPE_PERSON][ATTRIBUTE_JOB_TITLE];

        give(bench, 0, ATTRIBUTE_JOB_TITLE, "new", 3000);
        give(bench, 1, ATTRIBUTE_JOB_TITLE, "old", 1000);
        assert_member(write_golden(bench), "attributes/job_title", "old");
        how->half_life_ms = 10000; /* 70 becomes 58 */
        assert_member(write_golden(bench), "attributes/job_title", "old");
        how->half_life_ms = 2000;
        assert_member(write_golden(bench), "attributes/job_title", "new");
        bench->slots[1][0].version.time_ms = TIME_UNKNOWN_MS;
        how->half_life_ms = 1000000000000;
        assert_member(write_golden(bench), "attributes/job_title", "new");
}

static void attributes_that_go_together_are_of_one_record(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        bench->config.survivorship[TYPE_PERSON][ATTRIBUTE_FAMILY_NAME].with = ATTRIBUTE_GIVEN_NAME;
        bench->config.survivorship[TYPE_PERSON][ATTRIBUTE_MIDDLE_NAME].with = ATTRIBUTE_GIVEN_NAME;
        set_rule(bench, ATTRIBUTE_GIVEN_NAME, SURVIVE_NEWEST);
        give(bench, 0, ATTRIBUTE_GIVEN_NAME, "Anna", 9);
        give(bench, 0, ATTRIBUTE_FAMILY_NAME, "Schmidt", 1);
        give(bench, 1, ATTRIBUTE_GIVEN_NAME, "Anne", 2);
        give(bench, 1, ATTRIBUTE_MIDDLE_NAME, "Marie", 2);
        give(bench, 1, ATTRIBUTE_FAMILY_NAME, "Meyer", 2);
        root = write_golden(bench);
        assert_member(root, "attributes/given_name", "Anna");
        assert_member(root, "attributes/family_name", "Schmidt");
        assert_member(root, "attributes/middle_name", NULL);
        assert_member(root, "lineage/middle_name", NULL);

        /* Without the one that leads, each stands alone. */
        bench->records[0].slot_count = 0;
        bench->records[1].slot_count = 0;
        give(bench, 1, ATTRIBUTE_FAMILY_NAME, "Meyer", 2);
        assert_member(write_golden(bench), "attributes/family_name", "Meyer");
}

static void an_address_survives_as_a_whole_by_any_rule(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        for (int i = ATTRIBUTE_ADDRESS_STREET; i <= ATTRIBUTE_ADDRESS_COUNTRY; i++)
                set_rule(bench, (uint16_t)i, SURVIVE_LONGEST);
        give(bench, 0, ATTRIBUTE_ADDRESS_STREET, "1 rue A", 1);
        give(bench, 0, ATTRIBUTE_ADDRESS_CITY, "Lyon", 1);
        give(bench, 0, ATTRIBUTE_ADDRESS_POSTAL_CODE, "69001", 1);
        give(bench, 1, ATTRIBUTE_ADDRESS_STREET, "a street with a very long name", 9);
        root = write_golden(bench);
        assert_member(root, "attributes/address.street", "1 rue A");
        assert_member(root, "lineage/address.city/rule", "longest");
        for (int i = ATTRIBUTE_ADDRESS_STREET; i <= ATTRIBUTE_ADDRESS_COUNTRY; i++)
                set_rule(bench, (uint16_t)i, SURVIVE_FREQUENT);
        give(bench, 2, ATTRIBUTE_ADDRESS_STREET, "a street with a very long name", 2);
        root = write_golden(bench);
        assert_member(root, "attributes/address.street", "a street with a very long name");
        assert_member(root, "attributes/address.city", NULL);
}

/* ---- why -----------------------------------------------------------------------------------------------------------
 */

static const struct golden_choice *find_choice(struct bench *bench, uint16_t attribute)
{
        const struct golden_choice *choices;
        uint32_t count = golden_explain(&bench->arena, &bench->input, &choices);

        for (uint32_t i = 0; i < count; i++) {
                if (choices[i].attribute == attribute)
                        return &choices[i];
        }
        fail_msg("no choice of attribute %u", attribute);
        return NULL;
}

static void a_loser_says_why_it_lost(void **state)
{
        struct bench *bench = *state;
        const struct golden_choice *choice;

        give(bench, 0, ATTRIBUTE_JOB_TITLE, "clerk", 1);
        give(bench, 1, ATTRIBUTE_JOB_TITLE, "buyer", 1);
        give(bench, 2, ATTRIBUTE_JOB_TITLE, "buyer", 9);
        choice = find_choice(bench, ATTRIBUTE_JOB_TITLE);
        assert_int_equal(3, choice->count);
        assert_true(text_equal(choice->candidates[0].value, TEXT("buyer")));
        assert_null(choice->candidates[0].lost);
        assert_null(choice->candidates[1].lost);
        assert_string_equal("its source is less trusted", choice->candidates[2].lost);
        set_rule(bench, ATTRIBUTE_JOB_TITLE, SURVIVE_FREQUENT);
        assert_string_equal("fewer records say it", find_choice(bench, ATTRIBUTE_JOB_TITLE)->candidates[2].lost);
        set_rule(bench, ATTRIBUTE_JOB_TITLE, SURVIVE_OLDEST);
        assert_string_equal("its source is less trusted", find_choice(bench, ATTRIBUTE_JOB_TITLE)->candidates[1].lost);
}

static void a_steward_is_asked_until_a_value_is_pinned(void **state)
{
        struct bench *bench = *state;
        struct slot slot = {.attribute = ATTRIBUTE_JOB_TITLE, .flags = SLOT_SET, .value = TEXT("head")};
        struct record record = {.key = bench->records[0].key, .slots = &slot, .slot_count = 1};
        struct golden_pin pin = {.record = &record, .decision = TEXT("d-1")};

        set_rule(bench, ATTRIBUTE_JOB_TITLE, SURVIVE_STEWARD);
        give(bench, 0, ATTRIBUTE_JOB_TITLE, "clerk", 1);
        assert_false(find_choice(bench, ATTRIBUTE_JOB_TITLE)->disputed);
        give(bench, 1, ATTRIBUTE_JOB_TITLE, "clerk", 2);
        assert_false(find_choice(bench, ATTRIBUTE_JOB_TITLE)->disputed);
        give(bench, 2, ATTRIBUTE_JOB_TITLE, "buyer", 2);
        assert_true(find_choice(bench, ATTRIBUTE_JOB_TITLE)->disputed);
        bench->input.pins = &pin;
        bench->input.pin_count = 1;
        assert_false(find_choice(bench, ATTRIBUTE_JOB_TITLE)->disputed);
        assert_string_equal("a steward pinned the other", find_choice(bench, ATTRIBUTE_JOB_TITLE)->candidates[3].lost);
        set_rule(bench, ATTRIBUTE_JOB_TITLE, SURVIVE_TRUST);
}

/* ---- order ---------------------------------------------------------------------------------------------------------
 */

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
        random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (uint32_t)(random_state >> 33) % limit;
}

/* For each rule: of random values, in whatever order the slots' records stand in memory, the outcome is that of the
 * same records in canonical order, and a candidate that lost would not win if the winner stood alone beside it. */
static void no_rule_depends_on_a_third_value(void **state)
{
        static const char *const values[] = {"1", "2", "3.5", "10", "true", "false"};
        struct bench *bench = *state;
        const char *seed = getenv("SURVIVORSHIP_SEED");

        random_state = seed ? strtoull(seed, NULL, 10) : 20250107;
        for (int round = 0; round < 2000; round++) {
                enum survivorship_rule rule = (enum survivorship_rule)random_below(SURVIVE_SUM);
                uint16_t attribute =
                        number_of(bench, rule == SURVIVE_ANY_TRUE || rule == SURVIVE_ALL_TRUE ? "vip" : "turnover");
                const struct golden_choice *choice;
                const struct golden_candidate *best;
                const struct record *pair[2];
                struct golden_input two = bench->input;

                set_rule(bench, attribute, rule);
                bench->config.survivorship[TYPE_PERSON][attribute].half_life_ms = rule == SURVIVE_TRUST ? 2 : 0;
                for (int record = 0; record < 3; record++) {
                        bench->records[record].slot_count = 0;
                        give(bench, record, attribute,
                             values[random_below(4) + (attribute == number_of(bench, "vip")) * 2], 1 + random_below(3));
                }
                choice = find_choice(bench, attribute);
                best = &choice->candidates[0];
                for (uint32_t i = 1; i < choice->count; i++) {
                        bool first = record_key_compare(best->record->key, choice->candidates[i].record->key) < 0;
                        const struct golden_choice *again;

                        if (rule == SURVIVE_FREQUENT || rule == SURVIVE_TRUST)
                                break; /* what a third record says counts for these */
                        pair[0] = first ? best->record : choice->candidates[i].record;
                        pair[1] = first ? choice->candidates[i].record : best->record;
                        two.members = pair;
                        two.member_count = 2;
                        golden_explain(&bench->arena, &two, &again);
                        if (again->candidates[0].record != best->record)
                                fail_msg("round %d of seed %s: rule %s", round, seed ? seed : "20250107",
                                         survivorship_rule_name(rule));
                }
        }
}

static void decimals_are_exact(void **state)
{
        static const struct {
                const char *text, *shortest; /* NULL: not read */
        } numbers[] = {{"0", "0"},
                       {"-0", "0"},
                       {"007.50", "7.5"},
                       {".5", "0.5"},
                       {"-0.25", "-0.25"},
                       {"1.", "1"},
                       {"999999999999999999.999999999", "999999999999999999.999999999"},
                       {"", NULL},
                       {"-", NULL},
                       {".", NULL},
                       {"1.2.3", NULL},
                       {"1e5", NULL},
                       {"1000000000000000000", NULL},
                       {"0.0000000001", NULL},
                       {"0.0000000010", "0.000000001"}};
        struct bench *bench = *state;
        struct decimal decimal;

        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
                bool read = decimal_parse(text_from(numbers[i].text), &decimal);

                if (read != (numbers[i].shortest != NULL))
                        fail_msg("\"%s\" %s", numbers[i].text, read ? "was read" : "was not read");
                if (read && !text_equal(decimal_text(&bench->arena, decimal), text_from(numbers[i].shortest)))
                        fail_msg("\"%s\" became %.*s", numbers[i].text, TEXT_ARG(decimal_text(&bench->arena, decimal)));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(each_rule_chooses_its_value, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(a_sum_says_how_many_records_it_is_of, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(trust_ages, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(attributes_that_go_together_are_of_one_record, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(an_address_survives_as_a_whole_by_any_rule, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(a_loser_says_why_it_lost, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(a_steward_is_asked_until_a_value_is_pinned, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(no_rule_depends_on_a_third_value, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(decimals_are_exact, make_bench, bench_free),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
