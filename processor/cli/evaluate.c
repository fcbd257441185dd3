/* durand evaluate: a clustering against the truth.
 *
 * The clustering comes from a file (--predicted), or from the very records (--input), which are replayed; then the
 * wrong pairs are explained, and --sweep tells what other thresholds would give. --compare sets a second clustering
 * beside the first. Exit codes: 0, 2 (command, configuration or input), 3 (a failing disk or state).
 */
#include "cli/evaluate.h"

#include "cli/evaluate_errors.h"
#include "cli/evaluate_print.h"
#include "cli/inputs.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/training.h"
#include "replay/gather.h"
#include "resolve/resolve.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#define WORST_DEFAULT 5
#define WORST_MAX 10000

enum {
        KEY_TRAIN = 256,
        KEY_COMPARE,
        KEY_WORST,
        KEY_SWEEP,
};

struct arguments {
        const char *truth;
        const char *predicted;
        const char *compare;
        const char *config;
        const char *model;
        struct inputs inputs;
        int64_t worst;
        bool train;
        bool sweep;
        bool json;
};

/* What is known so far; all of it goes at the end. */
struct run {
        const struct arguments *arguments;
        struct config *config;
        struct model *model;
        struct labels *truth, *predicted, *other;
        struct evaluation_report report;
};

static const struct argp_option argp_options[] = {
        {"truth", 't', "FILE", 0, "CSV with the columns source, record_id, cluster", 0},
        {"predicted", 'p', "FILE", 0, "The same columns, as `durand replay` writes them to clusters.csv", 0},
        {"compare", KEY_COMPARE, "FILE", 0, "A second clustering, of another configuration or model, beside the first",
         0},
        {"config", 'c', "FILE", 0, "With --input: the configuration", 0},
        {"model", 'm', "FILE", 0, "With --input: a matching model instead of the built-in one", 0},
        {"train", KEY_TRAIN, NULL, 0, "With --input: first estimate a matching model from these very records", 0},
        {"worst", KEY_WORST, "N", 0, "With --input: explain at most N wrong pairs of each kind (5)", 0},
        {"sweep", KEY_SWEEP, NULL, 0, "With --input: what other thresholds would give", 0},
        {"json", 'j', NULL, 0, "Print as JSON", 0},
        {0},
};

static void check_arguments(const struct argp_state *state, const struct arguments *arguments)
{
        bool reads = arguments->inputs.file_count > 0;

        if (!arguments->truth || (!arguments->predicted && !reads))
                argp_error(state, "say --truth FILE, and --predicted FILE or --input FILE");
        if (arguments->predicted && reads)
                argp_error(state, "say --predicted or --input, not both");
        if (!reads && (arguments->train || arguments->sweep || arguments->config || arguments->model))
                argp_error(state, "--config, --model, --train and --sweep go with --input");
        if ((arguments->train || arguments->sweep) && inputs_use_stdin(&arguments->inputs))
                argp_error(state, "--train and --sweep read the input twice, and standard input can be read once");
}

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->inputs;
                return 0;
        case 't':
                arguments->truth = value;
                return 0;
        case 'p':
                arguments->predicted = value;
                return 0;
        case KEY_COMPARE:
                arguments->compare = value;
                return 0;
        case 'c':
                arguments->config = value;
                return 0;
        case 'm':
                arguments->model = value;
                return 0;
        case KEY_TRAIN:
                arguments->train = true;
                return 0;
        case KEY_WORST:
                if (!text_to_i64(text_from(value), &arguments->worst) || arguments->worst < 0 ||
                    arguments->worst > WORST_MAX)
                        argp_error(state, "--worst: \"%s\" is no number from 0 to %d", value, WORST_MAX);
                return 0;
        case KEY_SWEEP:
                arguments->sweep = true;
                return 0;
        case 'j':
                arguments->json = true;
                return 0;
        case ARGP_KEY_ARG:
                argp_error(state, "\"%s\" is one word too many", value);
                return 0;
        case ARGP_KEY_END:
                check_arguments(state, arguments);
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* ---- from records --------------------------------------------------------------------------------------------------
 */

static int add_member(void *context, struct record_key key, enum record_type type, struct text entity_id)
{
        struct labels *labels = context;

        (void)type;
        labels_add(labels, key.source, key.record_id, entity_id);
        return 0;
}

static int explain_errors(struct run *run, struct store_txn *txn, struct error *error)
{
        struct engine_options options = {.config = run->config, .model = run->model};
        struct explainer *explainer;
        int r = explainer_open(&options, txn, &explainer, error);

        if (r < 0)
                return r;
        run->report.errors = calloc(1, sizeof(*run->report.errors));
        if (!run->report.errors)
                abort();
        r = evaluation_errors_find(explainer, run->truth, run->predicted, run->report.errors, error);
        explainer_close(explainer);
        return r;
}

static int look_at_state(void *context, struct store *store, struct error *error)
{
        struct run *run = context;
        struct store_txn *txn;
        int r = store_snapshot(store, &txn, error);

        if (r < 0)
                return r;
        run->predicted = labels_new();
        r = engine_list_members_snapshot(txn, add_member, run->predicted, error);
        if (r == 0)
                r = explain_errors(run, txn, error);
        store_snapshot_end(txn);
        return r;
}

/* Clusters in memory, by the same stages as the engine's; all but the first step keep the keys and pairs of that one.
 * The thresholds of single types move with the one of all. */
static void sweep_step(struct run *run, struct resolve *resolve, bool first, struct sweep_step *step)
{
        struct labels *labels = labels_new();
        int32_t moved_mbit = step->match_mbit - run->config->zones_of_all.match_mbit;

        for (int type = 0; type < TYPE_COUNT; type++)
                run->config->zones[type].match_mbit += moved_mbit;
        if (first)
                resolve_all(resolve, run->model);
        else
                resolve_cluster_all(resolve, run->model);
        for (uint32_t i = 0; i < resolve->record_count; i++) {
                const struct resolve_record *record = &resolve->records[i];
                char cluster[32];

                snprintf(cluster, sizeof(cluster), "%u", record->cluster);
                labels_add(labels, record->record.key.source, record->record.key.record_id, text_from(cluster));
        }
        evaluate(run->truth, labels, &step->evaluation);
        labels_free(labels);
        for (int type = 0; type < TYPE_COUNT; type++)
                run->config->zones[type].match_mbit -= moved_mbit;
}

static int sweep(struct run *run, struct error *error)
{
        struct replay_options inputs = inputs_replay_options(&run->arguments->inputs, run->config);
        struct parallel *parallel = parallel_new((unsigned)run->config->threads);
        int32_t configured_mbit = run->config->zones_of_all.match_mbit;
        struct gathered gathered;
        struct resolve *resolve = NULL;
        int r = replay_gather(&inputs, &gathered, error);

        if (r == 0)
                r = resolve_open(run->config, parallel, gathered.records, gathered.count, &resolve, error);
        run->report.sweep = calloc(SWEEP_STEPS, sizeof(*run->report.sweep));
        if (!run->report.sweep)
                abort();
        for (int i = 0; r == 0 && i < SWEEP_STEPS; i++) {
                run->report.sweep[i].match_mbit = configured_mbit + (i - SWEEP_STEPS / 2) * 1000;
                sweep_step(run, resolve, i == 0, &run->report.sweep[i]);
        }
        resolve_close(resolve);
        parallel_free(parallel);
        gathered_free(&gathered);
        return r;
}

static bool load(struct run *run)
{
        const struct arguments *arguments = run->arguments;

        if (!load_config("evaluate", arguments->config, run->config))
                return false;
        inputs_apply(&arguments->inputs, run->config);
        return model_for_inputs("evaluate", arguments->config, arguments->model, arguments->train, &arguments->inputs,
                                run->config, &run->model);
}

/* ---- two clusterings -----------------------------------------------------------------------------------------------
 */

struct tally {
        const struct labels *truth;
        uint64_t right, wrong;
};

static bool count_pair(void *context, struct record_name a, struct record_name b)
{
        struct tally *tally = context;

        if (labels_together(tally->truth, a, b))
                tally->right++;
        else
                tally->wrong++;
        return true;
}

static void compare(struct run *run)
{
        struct evaluation_comparison *comparison = calloc(1, sizeof(*comparison));
        struct tally first = {.truth = run->truth}, second = first;

        if (!comparison)
                abort();
        evaluate(run->truth, run->other, &comparison->evaluation);
        evaluate_differences(run->predicted, run->other, count_pair, &first);
        evaluate_differences(run->other, run->predicted, count_pair, &second);
        comparison->only_first_right = first.right;
        comparison->only_first_wrong = first.wrong;
        comparison->only_second_right = second.right;
        comparison->only_second_wrong = second.wrong;
        run->report.comparison = comparison;
}

static int evaluate_all(struct run *run, struct error *error)
{
        const struct arguments *arguments = run->arguments;
        int r = labels_read(arguments->truth, &run->truth, error);

        if (r == 0)
                r = arguments->predicted
                            ? labels_read(arguments->predicted, &run->predicted, error)
                            : inputs_replay(&arguments->inputs, run->config, run->model, look_at_state, run, error);
        if (r == 0 && arguments->compare)
                r = labels_read(arguments->compare, &run->other, error);
        if (r == 0 && arguments->sweep)
                r = sweep(run, error);
        if (r < 0)
                return r;
        evaluate(run->truth, run->predicted, &run->report.evaluation);
        if (run->other)
                compare(run);
        return 0;
}

static int print(const struct run *run)
{
        struct buffer out BUFFER_CLEANUP = {0};

        if (run->arguments->json)
                evaluation_write_json(&run->report, &out);
        else
                evaluation_write_text(&run->report, &out);
        return print_output(&out) ? EXIT_CLEAN : EXIT_FAILED;
}

static void free_run(struct run *run)
{
        labels_free(run->truth);
        labels_free(run->predicted);
        labels_free(run->other);
        if (run->report.errors)
                evaluation_errors_free(run->report.errors);
        free(run->report.errors);
        free(run->report.comparison);
        free(run->report.sweep);
        model_free(run->model);
        config_free(run->config);
        free(run->config);
}

int command_evaluate(int argc, char **argv)
{
        static const struct argp_child children[] = {{&inputs_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                argp_options,
                parse_argument,
                NULL,
                "Compares a clustering with the truth: pairwise and B3 precision, recall and F1; with the records "
                "(--input) "
                "also the worst errors, explained.\v"
                "docs/evaluate.md reads the figures. Exit codes: 0 done, 2 command, configuration or input, 3 disk or "
                "state.",
                children,
                NULL,
                NULL,
        };
        struct arguments *arguments = calloc(1, sizeof(*arguments));
        struct run run = {.arguments = arguments, .config = calloc(1, sizeof(*run.config))};
        struct error error = {{0}};
        int exit_code = EXIT_USAGE;

        if (!arguments || !run.config)
                abort();
        arguments->worst = WORST_DEFAULT;
        inputs_init(&arguments->inputs);
        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, arguments);
        run.report.worst = (uint32_t)arguments->worst;
        if (arguments->predicted || load(&run)) {
                int r = evaluate_all(&run, &error);

                if (r < 0)
                        fprintf(stderr, "durand evaluate: %s\n", error.text);
                exit_code = r == 0 ? print(&run) : r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
        }
        free_run(&run);
        free(arguments);
        return exit_code;
}
