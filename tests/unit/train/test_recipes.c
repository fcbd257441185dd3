/* Which blocking keys training leaves out: made-up pairs, each with the recipes that proposed it. */
#include "train/estimate.h"

#include "model/recipes.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#define BIT(recipe) (UINT64_C(1) << (recipe))
#define MATCH 20000
#define STRANGER (-30000)

struct fixture {
        struct resolve resolve;
        struct resolve_node nodes[2];
        struct resolve_stratum *stratum;
};

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        fixture->nodes[0].member_count = 1;
        fixture->nodes[1].member_count = 1;
        fixture->resolve.nodes = fixture->nodes;
        fixture->stratum = &fixture->resolve.strata[TYPE_PERSON];
        fixture->stratum->pairs = calloc(20000, sizeof(struct resolve_pair));
        fixture->stratum->scores = calloc(20000, sizeof(struct score));
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *fixture = *state;
        free(fixture->stratum->pairs);
        free(fixture->stratum->scores);
        free(fixture);
        return 0;
}

static void add(struct fixture *fixture, uint32_t count, uint64_t recipes, int32_t posterior_mbit)
{
        for (uint32_t i = 0; i < count; i++) {
                size_t at = fixture->stratum->pair_count++;
                fixture->stratum->pairs[at] = (struct resolve_pair){.a = 0, .b = 1, .recipes = recipes};
                fixture->stratum->scores[at] = (struct score){.posterior_mbit = posterior_mbit};
        }
}

static uint64_t choose(struct fixture *fixture)
{
        return train_choose_recipes(&fixture->resolve, TYPE_PERSON, 0);
}

static void what_costs_much_and_finds_nothing_goes(void **state)
{
        struct fixture *fixture = *state;
        add(fixture, 2000, BIT(RECIPE_NAMES) | BIT(RECIPE_FAMILY), MATCH);
        add(fixture, 5000, BIT(RECIPE_FAMILY), STRANGER);
        add(fixture, 10, BIT(RECIPE_NAME_ENDS), STRANGER);
        assert_int_equal(choose(fixture), BIT(RECIPE_FAMILY)); /* ten pairs are no cost */
}

static void what_finds_matches_of_its_own_stays(void **state)
{
        struct fixture *fixture = *state;
        add(fixture, 2000, BIT(RECIPE_NAMES) | BIT(RECIPE_FAMILY), MATCH);
        add(fixture, 3, BIT(RECIPE_FAMILY), MATCH);
        add(fixture, 5000, BIT(RECIPE_FAMILY), STRANGER);
        assert_int_equal(choose(fixture), 0);
}

/* Two dear keys find the same matches, and no other key does: one of them must stay. */
static void of_two_that_find_the_same_one_stays(void **state)
{
        struct fixture *fixture = *state;
        add(fixture, 2000, BIT(RECIPE_NAMES), MATCH);
        add(fixture, 50, BIT(RECIPE_FAMILY) | BIT(RECIPE_BIRTH), MATCH);
        add(fixture, 5000, BIT(RECIPE_FAMILY), STRANGER);
        add(fixture, 4000, BIT(RECIPE_BIRTH), STRANGER);
        assert_int_equal(choose(fixture), BIT(RECIPE_FAMILY)); /* the dearer one */
}

static void all_stay_where_evidence_is_small(void **state)
{
        struct fixture *fixture = *state;
        add(fixture, 900, BIT(RECIPE_NAMES) | BIT(RECIPE_FAMILY), MATCH);
        add(fixture, 5000, BIT(RECIPE_FAMILY), STRANGER);
        assert_int_equal(choose(fixture), 0);
        add(fixture, 200, BIT(RECIPE_NAMES), MATCH);
        assert_int_equal(choose(fixture), BIT(RECIPE_FAMILY));
}

/* A pair that identifiers exclude was worth comparing; and what values and deleted records are known by always stays.
 */
static void what_is_needed_beside_matches_stays(void **state)
{
        struct fixture *fixture = *state;
        add(fixture, 2000, BIT(RECIPE_GIVEN_YEAR), MATCH);
        add(fixture, 4000, BIT(RECIPE_VALUE), STRANGER);
        add(fixture, 4000, BIT(RECIPE_NAMES), STRANGER);
        assert_int_equal(choose(fixture), 0);
        add(fixture, 4000, BIT(RECIPE_FAMILY), STRANGER);
        assert_int_equal(choose(fixture), BIT(RECIPE_FAMILY));
        add(fixture, 5, BIT(RECIPE_FAMILY), MATCH);
        for (uint32_t i = 1; i <= 5; i++)
                fixture->stratum->scores[fixture->stratum->pair_count - i].cannot_link = true;
        assert_int_equal(choose(fixture), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_costs_much_and_finds_nothing_goes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_finds_matches_of_its_own_stays, set_up, tear_down),
                cmocka_unit_test_setup_teardown(of_two_that_find_the_same_one_stays, set_up, tear_down),
                cmocka_unit_test_setup_teardown(all_stay_where_evidence_is_small, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_is_needed_beside_matches_stays, set_up, tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
