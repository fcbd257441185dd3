/* Any interleaving, any batches, any restart and any restore of the same events end in the same state, and that state
 * is what a computation from scratch gives.
 *
 * PROPERTY_STREAMS histories are made from PROPERTY_SEED on (or --seed N), each from a seed of its own, so that one
 * that fails is made again by its number alone. A failing history is shrunk, event by event, and printed.
 */
#include "chain.h"
#include "oracle.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define STREAMS_DEFAULT 1000
#define SHUFFLES 2

static uint64_t first_seed = 1;
static bool one_seed;

struct lab {
        struct config config;
        struct model *model;
        struct oracle *oracle;
        struct runner runner;
        char message[MESSAGE_MAX];
};

static bool fail_engine(struct lab *lab, const char *when)
{
        snprintf(lab->message, sizeof(lab->message), "%s: %s", when, lab->runner.error.text);
        return false;
}

static bool same_counts(struct lab *lab, const char *when, const struct engine_counts *expected)
{
        struct engine_counts found = engine_counts(lab->runner.engine);

        if (found.records == expected->records && found.conflicts == expected->conflicts &&
            found.entities[TYPE_PERSON] == expected->entities[TYPE_PERSON] &&
            found.entities[TYPE_ORGANIZATION] == expected->entities[TYPE_ORGANIZATION])
                return true;
        snprintf(lab->message, sizeof(lab->message),
                 "%s: counts are %" PRIu64 " records, %" PRIu64 " persons, %" PRIu64 " organizations, %" PRIu64
                 " conflicts; expected %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64,
                 when, found.records, found.entities[TYPE_PERSON], found.entities[TYPE_ORGANIZATION], found.conflicts,
                 expected->records, expected->entities[TYPE_PERSON], expected->entities[TYPE_ORGANIZATION],
                 expected->conflicts);
        return false;
}

static bool same_set(struct lab *lab, const char *when, struct output_set *expected, struct output_set *found)
{
        char difference[MESSAGE_MAX - 256];
        bool differs = output_set_differ(expected, found, difference, sizeof(difference));

        output_set_free(found);
        if (differs)
                snprintf(lab->message, sizeof(lab->message), "%s: %s", when, difference);
        return !differs;
}

/* What the engine holds is @expected: outputs byte for byte, members, digests and counts. */
static bool holds(struct lab *lab, const char *when, struct oracle_result *expected)
{
        struct engine_digest digest = engine_digest(lab->runner.engine);
        struct engine_digest right = output_set_digest(&expected->outputs);
        struct output_set found = {0}, members = {0};

        if (runner_dump(&lab->runner, &found) < 0 || runner_members(&lab->runner, &members) < 0) {
                output_set_free(&found);
                output_set_free(&members);
                return fail_engine(lab, when);
        }
        if (!same_set(lab, when, &expected->outputs, &found)) {
                output_set_free(&members);
                return false;
        }
        if (!same_set(lab, when, &expected->members, &members))
                return false;
        if (!hash128_equal(digest.records, right.records) || !hash128_equal(digest.derived, right.derived)) {
                snprintf(lab->message, sizeof(lab->message), "%s: the digest of %s is not that of the outputs", when,
                         hash128_equal(digest.records, right.records) ? "D" : "R");
                return false;
        }
        return same_counts(lab, when, &expected->counts);
}

/* ---- one history ---------------------------------------------------------------------------------------------------
 */

struct trial {
        const struct changes *history;
        struct oracle_result expected;
        struct emissions log; /* of the history in its own order */
};

static bool try_plan(struct lab *lab, struct dice *dice, struct trial *trial, const struct plan *plan,
                     const struct changes *history, const char *when, struct emissions *log)
{
        char difference[MESSAGE_MAX - 256];
        bool ok;

        if (runner_start(&lab->runner) < 0 || runner_apply(&lab->runner, dice, plan, history, log) < 0)
                return fail_engine(lab, when);
        ok = holds(lab, when, &trial->expected);
        if (ok && !chain_holds(log, &trial->expected.outputs, difference, sizeof(difference))) {
                snprintf(lab->message, sizeof(lab->message), "%s, emissions: %s", when, difference);
                ok = false;
        }
        return ok;
}

static bool try_shuffles(struct lab *lab, struct dice *dice, struct trial *trial)
{
        bool ok = true;

        for (int i = 0; ok && i < SHUFFLES; i++) {
                struct plan plan = {.batch_max = 1 + dice_below(dice, (uint32_t)trial->history->count + 1),
                                    .checkpoint_pc = 30,
                                    .restart_pc = i == 0 ? 0 : 30};
                struct arena arena = {0};
                struct changes shuffled = history_shuffle(&arena, dice, trial->history);
                struct emissions log = {0};

                ok = try_plan(lab, dice, trial, &plan, &shuffled, i == 0 ? "shuffled" : "shuffled, with restarts",
                              &log);
                runner_stop(&lab->runner);
                emissions_free(&log);
                arena_free(&arena);
        }
        return ok;
}

static bool try_restores(struct lab *lab, struct dice *dice, struct trial *trial)
{
        const struct emissions *log = &trial->log;
        size_t prefix = dice_below(dice, (uint32_t)trial->history->count + 1), from = 0;
        struct changes before = {.items = trial->history->items};
        struct plan plan = {.batch_max = 5, .checkpoint_pc = 50};
        struct emissions ignored = {0};
        bool ok;

        if (runner_start(&lab->runner) < 0 ||
            runner_restore_compacted(&lab->runner, dice, &trial->expected.outputs) < 0)
                return fail_engine(lab, "restored from the compacted topic");
        ok = holds(lab, "restored from the compacted topic", &trial->expected);
        runner_stop(&lab->runner);
        if (!ok)
                return false;

        if (runner_start(&lab->runner) < 0 || runner_restore_log(&lab->runner, dice, log, 0) < 0)
                return fail_engine(lab, "restored from the whole log");
        ok = holds(lab, "restored from the whole log", &trial->expected);
        runner_stop(&lab->runner);
        if (!ok)
                return false;

        /* A state that holds the batches before one, and the log from that batch on, or from before. It never holds
         * part of a batch: what was decided and withdrawn within one is not in the log. */
        for (size_t i = 0; i < log->count && log->items[i].event <= prefix; i++)
                from = log->items[i].event == log->items[from].event ? from : i;
        before.count = from < log->count && log->items[from].event <= prefix ? log->items[from].event : 0;
        from -= dice_below(dice, (uint32_t)from + 1);
        if (runner_start(&lab->runner) < 0 || runner_apply(&lab->runner, dice, &plan, &before, &ignored) < 0 ||
            runner_restore_log(&lab->runner, dice, log, from) < 0)
                ok = fail_engine(lab, "a state of its own and the rest of the log");
        else
                ok = holds(lab, "a state of its own and the rest of the log", &trial->expected);
        runner_stop(&lab->runner);
        emissions_free(&ignored);
        return ok;
}

/* Everything that must hold of @history; the same every time for the same seed. */
static bool try_history(struct lab *lab, const struct changes *history, uint64_t seed)
{
        struct dice dice = {.state = seed ^ 0x5eed};
        struct trial trial = {.history = history};
        struct plan plan = {.batch_max = 1 + dice_below(&dice, 8), .checkpoint_pc = 20};
        bool ok;

        oracle_compute(lab->oracle, history, &trial.expected);
        ok = try_plan(lab, &dice, &trial, &plan, history, "in order", &trial.log);
        runner_stop(&lab->runner);
        ok = ok && try_shuffles(lab, &dice, &trial) && try_restores(lab, &dice, &trial);
        runner_stop(&lab->runner);
        oracle_result_free(&trial.expected);
        emissions_free(&trial.log);
        return ok;
}

/* ---- shrinking -----------------------------------------------------------------------------------------------------
 */

/* Drops events one by one while some run of the rest still fails. Another length makes other batches and orders, so
 * each candidate gets a few seeds. */
static bool still_fails(struct lab *lab, const struct changes *history, uint64_t seed, uint64_t *failing)
{
        for (uint64_t i = 0; i < 6; i++) {
                if (!try_history(lab, history, seed + i)) {
                        *failing = seed + i;
                        return true;
                }
        }
        return false;
}

static void shrink_and_print(struct lab *lab, struct arena *arena, struct changes history, uint64_t seed)
{
        struct buffer lines = {0};
        uint64_t failing = seed;
        bool smaller = true;

        while (smaller) {
                smaller = false;
                for (size_t i = history.count; i-- > 0 && history.count > 1;) {
                        struct changes rest = history_without(arena, &history, i);

                        if (!still_fails(lab, &rest, failing, &failing))
                                continue;
                        history = rest;
                        smaller = true;
                }
        }
        try_history(lab, &history, failing);
        history_print(&lab->config.vocabulary, &history, &lines);
        fprintf(stderr, "the shortest history that fails, %zu events:\n%.*s%s\n", history.count,
                TEXT_ARG(buffer_view(&lines)), lab->message);
        buffer_free(&lines);
}

/* ---- the tests -----------------------------------------------------------------------------------------------------
 */

/* @variant 0 is the plain configuration; the others vary it, each in its own way. */
static void load_config(struct lab *lab, uint64_t variant)
{
        struct config_problems problems = {0};
        struct dice dice = {.state = variant};
        struct arena arena = {0};
        struct text yaml = history_make_config(&arena, variant ? &dice : NULL);

        if (config_load_text(yaml, "history.yaml", &lab->config, &problems) < 0)
                fail_msg("%.*s\n%.*s", TEXT_ARG(problems.items[0].message), TEXT_ARG(yaml));
        config_problems_free(&problems);
        arena_free(&arena);
}

/* The built-in model, or one that leaves some of the keys out. */
static struct model *make_model(uint64_t variant)
{
        static const struct text fewer =
                TEXT_INIT("{\"durand_model\": 1, \"person\": {\"keys_left_out\": [\"family name\", \"birth date\", "
                          "\"local part of an e-mail address\"]}, "
                          "\"organization\": {\"keys_left_out\": [\"rare word of the name\", \"acronym\"]}}");
        struct error error = {0};
        struct model *model = NULL;

        if (variant % 3 != 1)
                return model_new_builtin();
        assert_int_equal(model_load_text(fewer, "fewer keys", &model, &error), 0);
        return model;
}

static void make_lab(struct lab *lab, uint64_t variant)
{
        struct error error = {0};

        load_config(lab, variant);
        lab->config.block_cap = 3;
        lab->config.cluster_records_max = 4;
        lab->model = make_model(variant);
        for (int type = 0; type < TYPE_COUNT; type++) {
                model_set_population(lab->model, (enum record_type)type, lab->config.population[type]);
                for (uint16_t i = 1; i < lab->config.vocabulary.count; i++)
                        model_set_more_weight(lab->model, (enum record_type)type, i, lab->config.more_weight[type][i]);
        }
        model_set_rules(lab->model, &lab->config.rules);
        config_compute_epoch(&lab->config, text_from(model_hash(lab->model)));
        lab->oracle = oracle_new(&lab->config, lab->model, &error);
        assert_non_null(lab->oracle);
        lab->runner.config = &lab->config;
        lab->runner.model = lab->model;
        snprintf(lab->runner.directory, sizeof(lab->runner.directory), "%s/durand-property-XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        assert_non_null(mkdtemp(lab->runner.directory));
}

static void free_lab(struct lab *lab)
{
        rmdir(lab->runner.directory);
        oracle_free(lab->oracle);
        model_free(lab->model);
        config_free(&lab->config);
}

/* Four histories in a row share a configuration; every other of them is the plain one. */
static uint64_t variant_of(uint64_t seed)
{
        return seed / 4 % 2 ? seed / 4 : 0;
}

/* Conflicts have ids that only a computation tells. */
static void add_verdicts(struct lab *lab, struct arena *arena, struct dice *dice, struct changes *history)
{
        struct oracle_result result = {0};
        size_t added = 0;

        oracle_compute(lab->oracle, history, &result);
        for (size_t i = 0; i < result.outputs.count && added < 4; i++) {
                const struct output_pair *pair = &result.outputs.items[i];

                if (!text_equal(pair->topic, TEXT("conflicts")) || !dice_chance(dice, 50))
                        continue;
                for (uint32_t n = 1 + dice_below(dice, 2); n > 0; n--, added++)
                        history_add_verdict(arena, dice, history, pair->key);
        }
        oracle_result_free(&result);
}

static bool try_seed(struct lab *lab, uint64_t seed)
{
        struct dice dice = {.state = seed};
        struct arena arena = {0};
        uint32_t length = dice_chance(&dice, 70) ? 5 + dice_below(&dice, 16) : 5 + dice_below(&dice, 56);
        struct changes history = history_make(&arena, &dice, length);
        bool ok;

        if (dice_chance(&dice, 40))
                add_verdicts(lab, &arena, &dice, &history);
        ok = try_history(lab, &history, seed);
        if (!ok) {
                fprintf(stderr, "seed %" PRIu64 ", %zu events: %s\n", seed, history.count, lab->message);
                shrink_and_print(lab, &arena, history, seed);
                fprintf(stderr, "again: --seed %" PRIu64 "\n", seed);
        }
        arena_free(&arena);
        return ok;
}

static uint64_t number_of_variable(const char *name, uint64_t otherwise)
{
        const char *text = getenv(name);

        return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void every_way_to_the_same_events_ends_in_the_same_state(void **state)
{
        uint64_t streams = one_seed ? 1 : number_of_variable("PROPERTY_STREAMS", STREAMS_DEFAULT);
        struct lab *lab = calloc(1, sizeof(*lab));
        bool ok = true;

        (void)state;
        print_message("%" PRIu64 " histories from seed %" PRIu64 "\n", streams, first_seed);
        for (uint64_t i = 0; ok && i < streams; i++) {
                uint64_t variant = variant_of(first_seed + i);

                if (i == 0 || variant != variant_of(first_seed + i - 1)) {
                        if (i > 0)
                                free_lab(lab);
                        *lab = (struct lab){0};
                        make_lab(lab, variant);
                }
                ok = try_seed(lab, first_seed + i);
        }
        free_lab(lab);
        free(lab);
        assert_true(ok);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_way_to_the_same_events_ends_in_the_same_state),
        };

        first_seed = number_of_variable("PROPERTY_SEED", first_seed);
        if (argc == 3 && strcmp(argv[1], "--seed") == 0) {
                first_seed = strtoull(argv[2], NULL, 10);
                one_seed = true;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
