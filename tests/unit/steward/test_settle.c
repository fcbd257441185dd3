/* Of contradictory decisions the newest holds, in whatever order they are given. */
#include "steward/settle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define PAIRS_MAX 12
#define ITEMS 6

struct story {
        struct decision decisions[PAIRS_MAX];
        struct pair_decision pairs[PAIRS_MAX];
        uint32_t count;
};

/* The next decision, a millisecond after the one before. */
static void decide(struct story *story, enum decision_kind kind, uint32_t a, uint32_t b)
{
        uint32_t at = story->count++;

        story->decisions[at] = (struct decision){.kind = kind, .at_ms = at};
        story->pairs[at] = (struct pair_decision){.decision = &story->decisions[at], .a = a, .b = b};
}

static void settle(struct story *story)
{
        struct arena arena ARENA_CLEANUP = {0};

        steward_settle(&arena, ITEMS, story->pairs, story->count);
}

static void a_newer_difference_overrules_the_older_link_of_a_chain(void **state)
{
        struct story story = {0};
        (void)state;

        decide(&story, DECISION_SAME, 0, 1);
        decide(&story, DECISION_SAME, 1, 2);
        decide(&story, DECISION_DIFFERENT, 0, 2);
        settle(&story);
        assert_false(story.pairs[0].holds);
        assert_true(story.pairs[1].holds);
        assert_true(story.pairs[2].holds);
}

static void a_newer_chain_overrules_an_older_difference(void **state)
{
        struct story story = {0};
        (void)state;

        decide(&story, DECISION_DIFFERENT, 0, 2);
        decide(&story, DECISION_SAME, 0, 1);
        decide(&story, DECISION_SAME, 1, 2);
        settle(&story);
        assert_false(story.pairs[0].holds);
        assert_true(story.pairs[1].holds);
        assert_true(story.pairs[2].holds);
}

static void decisions_that_agree_all_hold(void **state)
{
        struct story story = {0};
        (void)state;

        decide(&story, DECISION_SAME, 0, 1);
        decide(&story, DECISION_SAME, 1, 2);
        decide(&story, DECISION_SAME, 0, 2);
        decide(&story, DECISION_DIFFERENT, 2, 3);
        decide(&story, DECISION_DIFFERENT, 0, 3);
        settle(&story);
        for (uint32_t i = 0; i < story.count; i++)
                assert_true(story.pairs[i].holds);
}

static uint64_t next_random(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

/* What the classes of @story's "same" decisions after @from that hold make of it, by relaxation instead of union. */
static void label_after(const struct story *story, uint32_t from, uint32_t label[ITEMS])
{
        for (uint32_t i = 0; i < ITEMS; i++)
                label[i] = i;
        for (uint32_t round = 0; round < ITEMS; round++) {
                for (uint32_t i = from; i < story->count; i++) {
                        const struct pair_decision *pair = &story->pairs[i];
                        uint32_t low = label[pair->a] < label[pair->b] ? label[pair->a] : label[pair->b];

                        if (pair->holds && pair->decision->kind == DECISION_SAME)
                                label[pair->a] = label[pair->b] = low;
                }
        }
}

/* True if the decisions from @from on that hold contradict each other. */
static bool contradict(const struct story *story, uint32_t from)
{
        uint32_t label[ITEMS];

        label_after(story, from, label);
        for (uint32_t i = from; i < story->count; i++) {
                const struct pair_decision *pair = &story->pairs[i];

                if (pair->holds && pair->decision->kind == DECISION_DIFFERENT && label[pair->a] == label[pair->b])
                        return true;
        }
        return false;
}

static void shuffle(struct story *story, uint64_t *seed)
{
        for (uint32_t i = story->count; i > 1; i--) {
                uint32_t j = (uint32_t)(next_random(seed) % i);
                struct pair_decision kept = story->pairs[i - 1];

                story->pairs[i - 1] = story->pairs[j];
                story->pairs[j] = kept;
        }
}

/* Those that hold never contradict each other, none that could hold is dropped, and no order changes that. */
static void what_holds_is_the_same_in_any_order(void **state)
{
        uint64_t seed = 20240229;
        (void)state;

        for (uint32_t history = 0; history < 5000; history++) {
                struct story story = {0}, shuffled;

                for (uint32_t i = 0; i < PAIRS_MAX; i++) {
                        uint32_t a = (uint32_t)(next_random(&seed) % ITEMS);
                        uint32_t b = (a + 1 + (uint32_t)(next_random(&seed) % (ITEMS - 1))) % ITEMS;

                        decide(&story, next_random(&seed) % 2 ? DECISION_SAME : DECISION_DIFFERENT, a, b);
                }
                settle(&story);
                if (contradict(&story, 0))
                        fail_msg("history %u: decisions that hold contradict each other", history);
                for (uint32_t i = 0; i < story.count; i++) {
                        if (story.pairs[i].holds)
                                continue;
                        story.pairs[i].holds = true;
                        if (!contradict(&story, i))
                                fail_msg("history %u: decision %u contradicts no newer one", history, i);
                        story.pairs[i].holds = false;
                }
                shuffled = story;
                shuffle(&shuffled, &seed);
                settle(&shuffled);
                for (uint32_t i = 0; i < story.count; i++) {
                        size_t at = (size_t)(shuffled.pairs[i].decision - story.decisions);

                        assert_int_equal(shuffled.pairs[i].holds, story.pairs[at].holds);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_newer_difference_overrules_the_older_link_of_a_chain),
                cmocka_unit_test(a_newer_chain_overrules_an_older_difference),
                cmocka_unit_test(decisions_that_agree_all_hold),
                cmocka_unit_test(what_holds_is_the_same_in_any_order),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
