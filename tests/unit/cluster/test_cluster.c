/* Components into clusters: chains, constraints, canonical order, size. */
#include "base/clock.h"
#include "cluster/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define MATCH_MBIT 1000

static uint64_t next_random(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static struct score never_the_same(void *context, uint32_t a, uint32_t b)
{
        uint32_t *calls = context;
        (void)a;
        (void)b;
        (*calls)++;
        return (struct score){.posterior_mbit = -20000};
}

struct test_problem {
        struct arena arena;
        struct cluster_item items[64];
        struct cluster_edge edges[512];
        struct cluster_constraint constraints[16];
        struct cluster_problem problem;
        uint32_t label[64];
        uint32_t calls;
};

static void start(struct test_problem *t, uint32_t count)
{
        memset(t, 0, sizeof(*t));
        for (uint32_t i = 0; i < count; i++)
                t->items[i] = (struct cluster_item){.order = {.low = i + 1}, .weight = 1};
        t->problem = (struct cluster_problem){.items = t->items,
                                              .item_count = count,
                                              .edges = t->edges,
                                              .constraints = t->constraints,
                                              .match_mbit = MATCH_MBIT,
                                              .context = &t->calls};
}

static void edge(struct test_problem *t, uint32_t a, uint32_t b, int32_t bits)
{
        t->edges[t->problem.edge_count++] = (struct cluster_edge){.a = a, .b = b, .posterior_mbit = bits * 1000};
}

static void constrain(struct test_problem *t, uint32_t a, uint32_t b, enum cluster_constraint_kind kind)
{
        t->constraints[t->problem.constraint_count++] = (struct cluster_constraint){a, b, kind};
}

static void solve(struct test_problem *t)
{
        cluster_solve(&t->arena, &t->problem, t->label);
        arena_free(&t->arena);
}

static void two_that_match_are_one(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 3);
        edge(&t, 1, 2, 5);
        edge(&t, 0, 2, 0);
        solve(&t);
        assert_int_equal(t.label[0], 0);
        assert_int_equal(t.label[1], 1);
        assert_int_equal(t.label[2], 1);
}

/* Two families of four, each sure of itself; one pair across looks like a match. */
static void one_weak_link_never_joins_two_dense_groups(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 8);
        for (uint32_t i = 0; i < 8; i++)
                for (uint32_t j = i + 1; j < 8; j++)
                        edge(&t, i, j, i / 4 == j / 4 ? 12 : i == 3 && j == 4 ? 4 : -8);
        solve(&t);
        assert_int_equal(t.label[3], 0);
        assert_int_equal(t.label[4], 4);
        assert_int_equal(t.label[7], 4);
}

/* B matches A and C; nobody compared A and C. Compared on demand they are two people, and the surer pair stays. */
static void uncompared_pairs_are_compared_on_demand(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 3);
        edge(&t, 0, 1, 9);
        edge(&t, 1, 2, 3);
        t.problem.compare = never_the_same;
        solve(&t);
        assert_int_equal(t.calls, 1);
        assert_int_equal(t.label[1], 0);
        assert_int_equal(t.label[2], 2);
}

/* Sparse records: each agrees strongly with one other and has nothing in common with the rest. */
static void a_chain_of_strong_links_holds(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 3);
        edge(&t, 0, 1, 12);
        edge(&t, 1, 2, 12);
        solve(&t);
        assert_int_equal(t.label[2], 0);
}

static void review_edges_do_not_join(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 2);
        edge(&t, 0, 1, 0);
        solve(&t);
        assert_int_equal(t.label[1], 1);
}

static void a_cannot_link_keeps_clusters_apart(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 3);
        edge(&t, 0, 1, 14);
        edge(&t, 1, 2, 13);
        edge(&t, 0, 2, 10);
        t.edges[2].cannot_link = true;
        solve(&t);
        assert_int_equal(t.label[1], 0);
        assert_int_equal(t.label[2], 2);

        start(&t, 2);
        edge(&t, 0, 1, 14);
        constrain(&t, 1, 0, CLUSTER_CANNOT_LINK);
        solve(&t);
        assert_int_equal(t.label[1], 1);
}

static void a_must_link_is_contracted_first(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 4);
        edge(&t, 0, 1, -9);
        edge(&t, 1, 2, 8);
        edge(&t, 0, 2, 8);
        edge(&t, 2, 3, -9);
        constrain(&t, 0, 1, CLUSTER_MUST_LINK);
        constrain(&t, 3, 3, CLUSTER_MUST_LINK);
        solve(&t);
        assert_int_equal(t.label[1], 0);
        assert_int_equal(t.label[2], 0);
        assert_int_equal(t.label[3], 3);
}

/* A steward's "same" against another's "different", through a third record. */
static void a_cannot_link_survives_contraction(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 3);
        edge(&t, 0, 2, 14);
        edge(&t, 1, 2, 14);
        constrain(&t, 0, 1, CLUSTER_MUST_LINK);
        constrain(&t, 1, 2, CLUSTER_CANNOT_LINK);
        solve(&t);
        assert_int_equal(t.label[1], 0);
        assert_int_equal(t.label[2], 2);
}

static struct score hashed_score(void *context, uint32_t a, uint32_t b)
{
        const struct cluster_item *items = context;
        uint64_t x = items[a].order.low;
        uint64_t y = items[b].order.low;
        uint64_t h = hash64_mix(x + y, x * y);
        return (struct score){.posterior_mbit = (int32_t)(h % 24000) - 14000, .cannot_link = h % 97 == 0};
}

/* The same items in another order, with the edges shuffled and turned round, give the same partition. */
static void the_order_of_items_and_edges_does_not_matter(void **state)
{
        uint64_t seed = 42;
        (void)state;
        for (uint32_t round = 0; round < 400; round++) {
                struct test_problem t;
                struct test_problem p;
                uint32_t n = 2 + (uint32_t)(next_random(&seed) % 30);
                uint32_t place[64];
                start(&t, n);
                start(&p, n);
                for (uint32_t i = 0; i < n; i++)
                        place[i] = i;
                for (uint32_t i = n - 1; i > 0; i--) {
                        uint32_t j = (uint32_t)(next_random(&seed) % (i + 1));
                        uint32_t kept = place[i];
                        place[i] = place[j];
                        place[j] = kept;
                }
                for (uint32_t i = 0; i < n; i++) {
                        t.items[i].weight = 1 + (uint32_t)(next_random(&seed) % 6);
                        p.items[place[i]] = t.items[i];
                }
                t.problem.compare = p.problem.compare = round % 2 ? hashed_score : NULL;
                t.problem.context = t.items;
                p.problem.context = p.items;
                for (uint32_t i = 0; i < n; i++)
                        for (uint32_t j = i + 1; j < n; j++) {
                                if (next_random(&seed) % 3)
                                        continue;
                                struct score s = hashed_score(t.items, i, j);
                                /* few different weights, so that ties are common */
                                s.posterior_mbit = s.posterior_mbit / 4000 * 4000;
                                t.edges[t.problem.edge_count++] =
                                        (struct cluster_edge){i, j, s.posterior_mbit, s.cannot_link};
                        }
                if (n > 4 && round % 3 == 0) {
                        constrain(&t, 0, 1, CLUSTER_MUST_LINK);
                        constrain(&t, 2, 3, CLUSTER_CANNOT_LINK);
                        constrain(&p, place[1], place[0], CLUSTER_MUST_LINK);
                        constrain(&p, place[3], place[2], CLUSTER_CANNOT_LINK);
                }
                for (uint32_t i = 0; i < t.problem.edge_count; i++) {
                        const struct cluster_edge *e = &t.edges[t.problem.edge_count - 1 - i];
                        bool turn = next_random(&seed) % 2;
                        p.edges[p.problem.edge_count++] =
                                (struct cluster_edge){place[turn ? e->b : e->a], place[turn ? e->a : e->b],
                                                      e->posterior_mbit, e->cannot_link};
                }
                solve(&t);
                solve(&p);
                for (uint32_t i = 0; i < n; i++)
                        for (uint32_t j = 0; j < n; j++)
                                if ((t.label[i] == t.label[j]) != (p.label[place[i]] == p.label[place[j]]))
                                        fail_msg("round %u: items %u and %u", round, i, j);
                for (uint32_t i = 0; i < n; i++)
                        assert_true(t.label[i] <= i && t.label[t.label[i]] == t.label[i]);
        }
}

static struct score ring_score(void *context, uint32_t a, uint32_t b)
{
        (void)context;
        return (struct score){.posterior_mbit = a / 5 == b / 5 ? 9000 : -9000};
}

/* @count items in groups of five, sure of themselves, with edges between groups that hold the component together. */
static double solve_large(uint32_t count, uint32_t *label, uint32_t weak)
{
        struct arena arena = {0};
        struct cluster_item *items = calloc(count, sizeof(*items));
        struct cluster_edge *edges = calloc((size_t)count * 32, sizeof(*edges));
        uint32_t edge_count = 0;
        uint64_t seed = 7;
        for (uint32_t i = 0; i < count; i++)
                items[i] = (struct cluster_item){.order = {.low = hash64_mix(i, 1)}, .weight = 1};
        for (uint32_t i = 0; i < count; i++) {
                for (uint32_t j = i + 1; j < count && j / 5 == i / 5; j++)
                        edges[edge_count++] = (struct cluster_edge){i, j, 9000, false};
                for (uint32_t k = 0; k < weak; k++) {
                        uint32_t j = (uint32_t)(next_random(&seed) % count);
                        if (j / 5 != i / 5)
                                edges[edge_count++] = (struct cluster_edge){i, j, k == 0 ? 1500 : -3000, false};
                }
        }
        struct cluster_problem problem = {.items = items,
                                          .item_count = count,
                                          .edges = edges,
                                          .edge_count = edge_count,
                                          .match_mbit = MATCH_MBIT,
                                          .compare = ring_score};
        int64_t from_us = clock_monotonic_us();
        cluster_solve(&arena, &problem, label);
        double seconds = (double)(clock_monotonic_us() - from_us) / 1e6;
        arena_free(&arena);
        free(items);
        free(edges);
        return seconds;
}

static void ten_thousand_items_take_less_than_a_second(void **state)
{
        uint32_t *label = calloc(CLUSTER_ITEMS_MAX, sizeof(*label));
        (void)state;
        double seconds = solve_large(CLUSTER_ITEMS_MAX, label, 20);
        for (uint32_t i = 0; i < CLUSTER_ITEMS_MAX; i++)
                assert_int_equal(label[i], i - i % 5);
        print_message("%u items with 20 edges each: %.3f s\n", CLUSTER_ITEMS_MAX, seconds);
        assert_true(seconds < 10); /* sanitizers and busy machines; the figure above is what matters */
        free(label);
}

/* Beyond the limit the threshold rises until the parts fit; the sure groups stay whole. */
static void too_large_a_component_raises_its_threshold(void **state)
{
        uint32_t count = CLUSTER_ITEMS_MAX + 5000;
        uint32_t *label = calloc(count, sizeof(*label));
        (void)state;
        solve_large(count, label, 4);
        for (uint32_t i = 0; i < count; i++)
                assert_int_equal(label[i], i - i % 5);
        free(label);
}

/* Two records of a source without duplicates never meet, though everything between them matches. */
static void items_of_one_group_never_meet_in_a_cluster(void **state)
{
        struct test_problem t;
        (void)state;
        start(&t, 5);
        t.items[0].unique = t.items[4].unique = 1;
        t.items[2].unique = 2;
        for (uint32_t i = 0; i < 4; i++)
                edge(&t, i, i + 1, 10 - 2 * (int32_t)i);
        edge(&t, 0, 2, 8);
        edge(&t, 1, 3, 8);
        solve(&t);
        for (uint32_t i = 0; i < 4; i++)
                assert_int_equal(t.label[i], 0);
        assert_int_equal(t.label[4], 4);
}

/* Ten thousand records of two sources without duplicates, each alike to twenty of the other source and of its own:
 * pairs form, and nothing more is compared, for a pair has a record of either source already. */
static void ten_thousand_items_of_two_groups_cost_no_comparison(void **state)
{
        uint32_t count = CLUSTER_ITEMS_MAX;
        struct arena arena = {0};
        struct cluster_item *items = calloc(count, sizeof(*items));
        struct cluster_edge *edges = calloc((size_t)count * 40, sizeof(*edges));
        uint32_t *label = calloc(count, sizeof(*label)), *size = calloc(count, sizeof(*size));
        uint32_t calls = 0;
        struct cluster_problem problem = {.items = items,
                                          .item_count = count,
                                          .edges = edges,
                                          .match_mbit = MATCH_MBIT,
                                          .compare = never_the_same,
                                          .context = &calls};
        (void)state;
        for (uint32_t i = 0; i < count; i++) {
                items[i] = (struct cluster_item){.order = {.low = hash64_mix(i, 1)}, .weight = 1, .unique = 1 + i % 2};
                for (uint32_t k = 1; k <= 40 && i + k < count; k++)
                        edges[problem.edge_count++] = (struct cluster_edge){i, i + k, 9000, false};
        }
        cluster_solve(&arena, &problem, label);
        for (uint32_t i = 0; i < count; i++) {
                size[label[i]]++;
                assert_int_equal(label[i] % 2 == i % 2, label[i] == i);
        }
        for (uint32_t i = 0; i < count; i++)
                assert_true(size[i] <= 2);
        assert_int_equal(calls, 0);
        arena_free(&arena);
        free(items);
        free(edges);
        free(label);
        free(size);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(two_that_match_are_one),
                cmocka_unit_test(one_weak_link_never_joins_two_dense_groups),
                cmocka_unit_test(uncompared_pairs_are_compared_on_demand),
                cmocka_unit_test(a_chain_of_strong_links_holds),
                cmocka_unit_test(review_edges_do_not_join),
                cmocka_unit_test(a_cannot_link_keeps_clusters_apart),
                cmocka_unit_test(a_must_link_is_contracted_first),
                cmocka_unit_test(a_cannot_link_survives_contraction),
                cmocka_unit_test(the_order_of_items_and_edges_does_not_matter),
                cmocka_unit_test(ten_thousand_items_take_less_than_a_second),
                cmocka_unit_test(items_of_one_group_never_meet_in_a_cluster),
                cmocka_unit_test(ten_thousand_items_of_two_groups_cost_no_comparison),
                cmocka_unit_test(too_large_a_component_raises_its_threshold),
        };
        return cmocka_run_group_tests_name("cluster", tests, NULL, NULL);
}
