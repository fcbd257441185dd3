/* Explanations say what the engine decided: every stored edge of the sample is explained to its last thousandth of a
 * bit, and every two records of one entity have a way between them. */
#include "engine/explain.h"

#include "base/buffer.h"
#include "replay/replay.h"
#include "state/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SAMPLE TEST_DATA "/../docker/sample/"

struct run {
        struct config config;
        struct model *model;
        int (*look)(struct run *run, struct explainer *explainer, struct store_txn *txn);
        uint64_t seen;
};

static int open_explainer(void *context, struct store *store, struct error *error)
{
        struct run *run = context;
        struct engine_options options = {.config = &run->config, .model = run->model};
        struct explainer *explainer;
        struct store_txn *txn;
        int r;

        assert_int_equal(store_snapshot(store, &txn, error), 0);
        assert_int_equal(explainer_open(&options, txn, &explainer, error), 0);
        r = run->look(run, explainer, txn);
        explainer_close(explainer);
        store_snapshot_end(txn);
        return r;
}

static void replay_sample(int (*look)(struct run *run, struct explainer *explainer, struct store_txn *txn),
                          uint64_t seen)
{
        static const char *const inputs[] = {SAMPLE "events.ndjson"};
        struct run *run = calloc(1, sizeof(*run));
        struct config_problems problems = {0};
        struct error error = {{0}};
        struct replay_result result;
        struct replay_options options = {.inputs = inputs,
                                         .input_count = 1,
                                         .type = TYPE_COUNT,
                                         .finished = open_explainer,
                                         .finished_context = run};

        assert_non_null(run);
        assert_int_equal(config_load(SAMPLE "durand.yaml", &run->config, &problems), 0);
        config_problems_free(&problems);
        run->model = model_new_builtin();
        run->look = look;
        options.config = &run->config;
        options.model = run->model;
        if (replay_run(&options, &result, &error) < 0)
                fail_msg("%s", error.text);
        assert_true(run->seen >= seen);
        buffer_free(&result.files);
        model_free(run->model);
        config_free(&run->config);
        free(run);
}

/* ---- edges ---- */

struct edges {
        struct run *run;
        struct explainer *explainer;
        struct store_txn *txn;
};

static uint32_t member_of(struct store_txn *txn, struct arena *arena, uint32_t node)
{
        uint32_t *records;

        assert_true(store_get_members(txn, arena, node, &records) > 0);
        return records[0];
}

static int explain_edge(void *context, struct text key, struct text value)
{
        struct edges *edges = context;
        ARENA_CLEANUP struct arena arena = {0};
        uint64_t nodes = store_read_number(key);
        struct explanation explanation;
        struct error error = {{0}};
        int32_t posterior_mbit, sum = 0;
        bool cannot_link;

        assert_true(store_read_edge(value, &posterior_mbit, &cannot_link));
        if (explain_pair(edges->explainer, &arena, member_of(edges->txn, &arena, (uint32_t)(nodes >> 32)),
                         member_of(edges->txn, &arena, (uint32_t)nodes), &explanation, &error) < 0)
                fail_msg("%s", error.text);
        for (uint32_t i = 0; i < explanation.detail.step_count; i++)
                sum += explanation.detail.steps[i].weight_mbit;
        assert_int_equal(explanation.detail.score.posterior_mbit, posterior_mbit);
        assert_int_equal(sum, posterior_mbit);
        assert_int_equal(explanation.detail.score.cannot_link, cannot_link);
        assert_true(explanation.compared);
        edges->run->seen++;
        return 0;
}

static int explain_edges(struct run *run, struct explainer *explainer, struct store_txn *txn)
{
        struct edges edges = {.run = run, .explainer = explainer, .txn = txn};

        return store_walk(txn, STORE_EDGE, explain_edge, &edges);
}

static void every_edge_is_explained_as_it_was_decided(void **state)
{
        (void)state;
        replay_sample(explain_edges, 100);
}

/* ---- entities ---- */

static int find_way(struct run *run, struct explainer *explainer, const struct entity_explanation *entity)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct explanation explanation;
        struct error error = {{0}};
        const struct explained_record *first = &entity->members[0], *last = &entity->members[entity->member_count - 1];

        if (first == last)
                return 0;
        if (explain_pair(explainer, &arena, first->number, last->number, &explanation, &error) < 0)
                fail_msg("%s", error.text);
        assert_int_equal(explanation.outcome, EXPLAIN_ONE_ENTITY);
        assert_true(explanation.path_count > 0);
        assert_true(record_key_equal(explanation.path[0].a, first->record.key));
        assert_true(record_key_equal(explanation.path[explanation.path_count - 1].b, last->record.key));
        for (uint32_t i = 1; i < explanation.path_count; i++)
                assert_true(record_key_equal(explanation.path[i - 1].b, explanation.path[i].a));
        run->seen++;
        return 0;
}

static int explain_entities(struct run *run, struct explainer *explainer, struct store_txn *txn)
{
        for (uint32_t number = 1; number <= store_record_count(txn); number++) {
                ARENA_CLEANUP struct arena arena = {0};
                struct entity_explanation entity;
                struct error error = {{0}};
                struct record_state state;

                if (!store_get_record_state(txn, number, &state) || state.node == 0 || state.anchor != number)
                        continue;
                if (explain_entity(explainer, &arena, number, &entity, &error) < 0)
                        fail_msg("%s", error.text);
                assert_true(entity.link_count < entity.member_count);
                find_way(run, explainer, &entity);
        }
        return 0;
}

static void every_entity_is_held_together(void **state)
{
        (void)state;
        replay_sample(explain_entities, 40);
}

/* ---- names ---- */

static int look_up(struct run *run, struct explainer *explainer, struct store_txn *txn)
{
        struct error error = {{0}};
        uint32_t number;

        (void)txn;
        assert_int_equal(explainer_find_record(explainer, TEXT("no-slash"), &number, &error), ERR_USAGE);
        assert_non_null(strstr(error.text, "SOURCE/ID"));
        assert_int_equal(explainer_find_record(explainer, TEXT("erp/nobody"), &number, &error), ERR_USAGE);
        assert_non_null(strstr(error.text, "erp/nobody"));
        assert_int_equal(explainer_find_entity(explainer, TEXT("p-none"), &number, &error), ERR_USAGE);
        run->seen++;
        return 0;
}

static void what_is_not_there_is_said(void **state)
{
        (void)state;
        replay_sample(look_up, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_edge_is_explained_as_it_was_decided),
                cmocka_unit_test(every_entity_is_held_together),
                cmocka_unit_test(what_is_not_there_is_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
