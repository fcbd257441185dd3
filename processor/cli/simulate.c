/* durand simulate: what another configuration or model would decide over the records of a state.
 *
 * Exit codes: 0, 2 (wrong use, or a state or configuration that cannot be read), 3 (a failing disk or a damaged state).
 */
#include "cli/simulate.h"

#include "cli/load.h"
#include "cli/output.h"
#include "simulate/simulate.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXAMPLES_DEFAULT 10
#define EXAMPLES_MAX 10000

enum {
        KEY_HTML = 256,
        KEY_SCRATCH,
};

struct arguments {
        const char *config;
        const char *model;
        const char *state;
        const char *html;
        const char *scratch;
        int64_t examples;
        bool json;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration to try", 0},
        {"model", 'm', "FILE", 0, "The matching model to try, where the configuration does not name it", 0},
        {"state", 'S', "DIRECTORY", 0, "The state to try it on (default: the configuration's)", 0},
        {"examples", 'n', "N", 0, "List at most N of each kind of change (10)", 0},
        {"html", KEY_HTML, "FILE", 0, "Write the report as a page, too", 0},
        {"scratch", KEY_SCRATCH, "DIRECTORY", 0, "Where the other state may live meanwhile (default: $TMPDIR or /tmp)",
         0},
        {"json", 'j', NULL, 0, "Print as JSON", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'c':
                arguments->config = value;
                return 0;
        case 'm':
                arguments->model = value;
                return 0;
        case 'S':
                arguments->state = value;
                return 0;
        case 'n':
                if (!text_to_i64(text_from(value), &arguments->examples) || arguments->examples < 0 ||
                    arguments->examples > EXAMPLES_MAX)
                        argp_error(state, "--examples: \"%s\" is no number from 0 to %d", value, EXAMPLES_MAX);
                return 0;
        case KEY_HTML:
                arguments->html = value;
                return 0;
        case KEY_SCRATCH:
                arguments->scratch = value;
                return 0;
        case 'j':
                arguments->json = true;
                return 0;
        case ARGP_KEY_ARG:
                argp_error(state, "\"%s\" is one word too many", value);
                return 0;
        case ARGP_KEY_END:
                if (!arguments->config && !arguments->model)
                        argp_error(state, "what is to be tried? Say --config FILE or --model FILE");
                if (!arguments->config && !arguments->state)
                        argp_error(state, "on which state? Say --state DIRECTORY");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static void show_progress(void *context, uint64_t done, uint64_t all)
{
        (void)context;
        if (done < all)
                fprintf(stderr, "\r\033[K  %llu of %llu records", (unsigned long long)done, (unsigned long long)all);
        else
                fprintf(stderr, "\r\033[K");
        fflush(stderr);
}

static bool write_page(const char *path, const struct simulate_report *report)
{
        BUFFER_CLEANUP struct buffer page = {0};

        simulate_write_html(report, &page);
        return write_file("simulate", path, &page);
}

static int print(const struct arguments *arguments, const struct simulate_report *report)
{
        BUFFER_CLEANUP struct buffer out = {0};

        if (arguments->json)
                simulate_write_json(report, &out);
        else
                simulate_write_text(report, &out);
        if (!print_output(&out))
                return EXIT_FAILED;
        return !arguments->html || write_page(arguments->html, report) ? EXIT_CLEAN : EXIT_FAILED;
}

static int simulate(const struct arguments *arguments, struct simulate_options *options)
{
        struct simulate_report *report = calloc(1, sizeof(*report));
        struct error error = {{0}};
        int exit_code = EXIT_CLEAN;
        int r;

        if (!report)
                abort();
        r = open_state(arguments->state, options->config, &options->store, &error);
        if (r == 0)
                r = simulate_run(options, report, &error);
        if (r == 0)
                exit_code = print(arguments, report);
        else
                fprintf(stderr, "durand simulate: %s\n", error.text);
        store_close(options->store);
        simulate_report_free(report);
        free(report);
        return r == 0 ? exit_code : r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

int command_simulate(int argc, char **argv)
{
        static const struct argp argp = {
                argp_options,
                parse_argument,
                NULL,
                "Says what another configuration or model would decide over the records of a state: entities that join "
                "or "
                "fall apart, golden records, conflicts, commands and feed rows that come, go or change.\v"
                "The state is read as of its last checkpoint and never touched; a running service goes on. Mappings "
                "act on "
                "events that are still to come, so a change of one shows nothing here. docs/simulate.md reads a "
                "report. "
                "Exit codes: 0 done, 2 command, configuration or state that cannot be used, 3 disk or damaged state.",
                NULL,
                NULL,
                NULL,
        };
        struct arguments arguments = {.examples = EXAMPLES_DEFAULT};
        struct config *config = calloc(1, sizeof(*config));
        struct model *model = NULL;
        int exit_code = EXIT_USAGE;

        if (!config)
                abort();
        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        if (load_config("simulate", arguments.config, config) &&
            load_model("simulate", arguments.model, config, &model)) {
                struct simulate_options options = {
                        .config = config,
                        .model = model,
                        .scratch = arguments.scratch,
                        .examples = (uint32_t)arguments.examples,
                        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
                };

                exit_code = simulate(&arguments, &options);
        }
        model_free(model);
        config_free(config);
        free(config);
        return exit_code;
}
