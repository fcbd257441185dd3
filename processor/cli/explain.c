/* durand explain: why two records are the same or not, or why the records of an entity are one.
 *
 * Of a state, as of its last checkpoint, beside a running service or at rest; or of files, which are replayed into a
 * state that goes at the end. Exit codes: 0, 2 (wrong use, no such record), 3 (a damaged state or a failing disk).
 */
#include "cli/explain.h"

#include "cli/explain_print.h"
#include "cli/inputs.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/training.h"
#include "engine/explain.h"
#include "replay/replay.h"
#include "state/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
        KEY_TRAIN = 256,
};

struct arguments {
        const char *config;
        const char *model;
        const char *state;
        struct inputs inputs;
        bool json;
        bool train;
        struct text subjects[2]; /* records, or one entity */
        uint32_t subject_count;
};

struct explain {
        const struct arguments *arguments;
        const struct config *config;
        const struct model *model;
};

static const struct argp_option argp_options[] = {
        {"state", 'S', "DIRECTORY", 0, "The state directory (default: the configuration's)", 0},
        {"config", 'c', "FILE", 0, "The configuration that the state was made with", 0},
        {"model", 'm', "FILE", 0, "The model that the state was made with, where the configuration does not name it",
         0},
        {"train", KEY_TRAIN, NULL, 0, "With --input: first estimate a matching model from these very records", 0},
        {"json", 'j', NULL, 0, "Print as JSON", 0},
        {0},
};

static void check_arguments(const struct argp_state *state, const struct arguments *arguments)
{
        if (arguments->subject_count == 0)
                argp_error(state, "what? Say SOURCE/ID SOURCE/ID, or the id of an entity");
        if (arguments->inputs.file_count > 0 && arguments->state)
                argp_error(state, "say --state or --input, not both");
        if (arguments->train && arguments->inputs.file_count == 0)
                argp_error(state, "--train goes with --input");
        if (arguments->train && inputs_use_stdin(&arguments->inputs))
                argp_error(state, "--train reads the input twice, and standard input can be read once");
}

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->inputs;
                return 0;
        case 'c':
                arguments->config = value;
                return 0;
        case 'm':
                arguments->model = value;
                return 0;
        case 'S':
                arguments->state = value;
                return 0;
        case 'j':
                arguments->json = true;
                return 0;
        case KEY_TRAIN:
                arguments->train = true;
                return 0;
        case ARGP_KEY_ARG:
                if (arguments->subject_count == 2)
                        argp_error(state, "\"%s\" is one word too many: two records, or one entity", value);
                arguments->subjects[arguments->subject_count++] = text_from(value);
                return 0;
        case ARGP_KEY_END:
                check_arguments(state, arguments);
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static bool names_entity(struct text subject)
{
        return text_find_byte(subject, '/', 0) < 0;
}

static int explain_two(const struct explain *explain, struct explainer *explainer, const struct explain_view *view,
                       struct buffer *out, struct error *error)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct explanation explanation;
        uint32_t a, b;
        int r = explainer_find_record(explainer, explain->arguments->subjects[0], &a, error);

        if (r == 0)
                r = explainer_find_record(explainer, explain->arguments->subjects[1], &b, error);
        if (r == 0 && a == b)
                r = error_set(error, ERR_USAGE, "both are the same record");
        if (r == 0)
                r = explain_pair(explainer, &arena, a, b, &explanation, error);
        if (r < 0)
                return r;
        if (explain->arguments->json)
                explain_pair_write_json(view, &explanation, out);
        else
                explain_pair_write_text(view, &explanation, out);
        return 0;
}

static int explain_one(const struct explain *explain, struct explainer *explainer, const struct explain_view *view,
                       struct buffer *out, struct error *error)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct text subject = explain->arguments->subjects[0];
        struct entity_explanation explanation;
        uint32_t record;
        int r = names_entity(subject) ? explainer_find_entity(explainer, subject, &record, error)
                                      : explainer_find_record(explainer, subject, &record, error);

        if (r == 0)
                r = explain_entity(explainer, &arena, record, &explanation, error);
        if (r < 0)
                return r;
        if (explain->arguments->json)
                explain_entity_write_json(view, &explanation, out);
        else
                explain_entity_write_text(view, &explanation, out);
        return 0;
}

static int explain_snapshot(const struct explain *explain, struct store_txn *txn, struct error *error)
{
        struct engine_options options = {.config = explain->config, .model = explain->model};
        struct explain_view view = {
                .config = explain->config,
                .colour = use_colour(STDOUT_FILENO),
        };
        BUFFER_CLEANUP struct buffer out = {0};
        struct explainer *explainer;
        int r = explainer_open(&options, txn, &explainer, error);

        if (r < 0)
                return r;
        r = explain->arguments->subject_count == 2 ? explain_two(explain, explainer, &view, &out, error)
                                                   : explain_one(explain, explainer, &view, &out, error);
        explainer_close(explainer);
        if (r == 0 && !print_output(&out))
                r = error_set(error, ERR_FATAL, "cannot write to standard output");
        return r;
}

static int explain_store(void *context, struct store *store, struct error *error)
{
        struct store_txn *txn;
        int r = store_snapshot(store, &txn, error);

        if (r < 0)
                return r;
        r = explain_snapshot(context, txn, error);
        store_snapshot_end(txn);
        return r;
}

static int explain_state(struct explain *explain, struct error *error)
{
        struct store *store;
        int r = open_state(explain->arguments->state, explain->config, &store, error);

        if (r < 0)
                return r;
        r = explain_store(explain, store, error);
        store_close(store);
        return r;
}

static int run(const struct arguments *arguments, struct config *config)
{
        struct explain explain = {.arguments = arguments, .config = config};
        struct error error = {{0}};
        struct model *model = NULL;
        int r;

        if (!load_config("explain", arguments->config, config))
                return EXIT_USAGE;
        inputs_apply(&arguments->inputs, config);
        if (!model_for_inputs("explain", arguments->config, arguments->model, arguments->train, &arguments->inputs,
                              config, &model))
                return EXIT_USAGE;
        explain.model = model;
        r = arguments->inputs.file_count > 0
                    ? inputs_replay(&arguments->inputs, config, model, explain_store, &explain, &error)
                    : explain_state(&explain, &error);
        if (r < 0)
                fprintf(stderr, "durand explain: %s\n", error.text);
        model_free(model);
        return r == 0 ? EXIT_CLEAN : r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

int command_explain(int argc, char **argv)
{
        static const struct argp_child children[] = {{&inputs_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                argp_options,
                parse_argument,
                "SOURCE/ID SOURCE/ID\nENTITY",
                "Says why two records are the same or not, or why the records of an entity are one.\v"
                "A record is SOURCE/ID, or SOURCE/ENTITY/ID where ids repeat between tables; an entity is its id, one "
                "that "
                "it had before, or one of its records. Answers come from the state's last checkpoint, without "
                "disturbing "
                "a running service, or from files given as --input. docs/explain.md reads an answer. Exit codes: 0 "
                "done, "
                "2 command, configuration or no such record, 3 disk or state.",
                children,
                NULL,
                NULL,
        };
        struct arguments *arguments = calloc(1, sizeof(*arguments));
        struct config *config = calloc(1, sizeof(*config));
        int exit_code;

        if (!arguments || !config)
                abort();
        inputs_init(&arguments->inputs);
        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, arguments);
        exit_code = run(arguments, config);
        config_free(config);
        free(config);
        free(arguments);
        return exit_code;
}
