/* durand train: a matching model from records that nobody has labelled.
 *
 * Writes the model file and says how it fits. Exit codes: 0, 2 (wrong use or unreadable input), 3 (a failing disk).
 */
#include "cli/train.h"

#include "base/buffer.h"
#include "cli/inputs.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/training.h"
#include "train/report.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
        KEY_JSON = 256,
        KEY_THREADS,
        KEY_HTML
};

struct arguments {
        const char *config;
        const char *model;
        const char *output;
        const char *report;
        const char *html;
        struct inputs inputs;
        bool json;
        int64_t threads;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration; without it every source name is accepted and fields map by name",
         0},
        {"output", 'o', "FILE", 0, "Where the model goes (for matching.model, or --model)", 0},
        {"report", 'r', "DIRECTORY", 0, "Write fit.txt, fit.json and fit.html there", 0},
        {"html", KEY_HTML, "FILE", 0, "Write the report as a page, too", 0},
        {"model", 'm', "FILE", 0, "The model to begin at, instead of the configuration's or the built-in one", 0},
        {"threads", KEY_THREADS, "N", 0, "Threads; one for each core by default. The model does not depend on it", 0},
        {"json", KEY_JSON, NULL, 0, "Print the report as JSON", 0},
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
        case 'o':
                arguments->output = value;
                return 0;
        case 'r':
                arguments->report = value;
                return 0;
        case KEY_HTML:
                arguments->html = value;
                return 0;
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->inputs;
                return 0;
        case ARGP_KEY_ARG:
                inputs_add_file(state, &arguments->inputs, value);
                return 0;
        case KEY_THREADS:
                if (!text_to_i64(text_from(value), &arguments->threads) || arguments->threads < 1 ||
                    arguments->threads > 16)
                        argp_error(state, "--threads: \"%s\" is no number from 1 to 16", value);
                return 0;
        case KEY_JSON:
                arguments->json = true;
                return 0;
        case ARGP_KEY_END:
                if (arguments->inputs.file_count == 0)
                        argp_error(state, "which file? Say --input FILE, or - for standard input");
                if (!arguments->output && !arguments->report && !arguments->html)
                        argp_error(state, "where to? Say --output model.json, --report DIRECTORY or --html FILE");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static bool write_report(const char *directory, const struct train_report *report)
{
        static const struct {
                const char *name;
                void (*write)(const struct train_report *report, struct buffer *out);
        } forms[] = {
                {"fit.txt", train_report_write_text},
                {"fit.json", train_report_write_json},
                {"fit.html", train_report_write_html},
        };
        ARENA_CLEANUP struct arena arena = {0};
        bool written = true;

        if (mkdir(directory, 0777) < 0 && errno != EEXIST) {
                fprintf(stderr, "durand train: %s: cannot make the directory: %s\n", directory, strerror(errno));
                return false;
        }
        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && written; i++) {
                BUFFER_CLEANUP struct buffer bytes = {0};
                forms[i].write(report, &bytes);
                written = write_file("train", arena_printf(&arena, "%s/%s", directory, forms[i].name).data, &bytes);
        }
        return written;
}

static bool write_model(const char *path, const struct model *model)
{
        BUFFER_CLEANUP struct buffer json = {0};

        model_write_json(model, &json);
        buffer_byte(&json, '\n');
        return write_file("train", path, &json);
}

static bool write_page(const char *path, const struct train_report *report)
{
        BUFFER_CLEANUP struct buffer page = {0};

        train_report_write_html(report, &page);
        return write_file("train", path, &page);
}

static int train(const struct arguments *arguments, struct config *config, struct train_report *report)
{
        struct replay_options inputs = inputs_replay_options(&arguments->inputs, config);
        BUFFER_CLEANUP struct buffer text = {0};
        struct model *model = NULL;
        bool written = true;

        if (!train_on_inputs("train", arguments->model, &inputs, config, &model, report))
                return EXIT_USAGE;
        if (arguments->output)
                written = write_model(arguments->output, model);
        if (written && arguments->report)
                written = write_report(arguments->report, report);
        if (written && arguments->html)
                written = write_page(arguments->html, report);
        if (arguments->json)
                train_report_write_json(report, &text);
        else
                train_report_write_text(report, &text);
        printf("%.*s", TEXT_ARG(buffer_view(&text)));
        if (arguments->output && !arguments->json && written)
                printf("model %s written to %s\n", model_hash(model), arguments->output);
        model_free(model);
        return written ? EXIT_CLEAN : EXIT_FAILED;
}

int command_train(int argc, char **argv)
{
        static const struct argp_child children[] = {{&inputs_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                argp_options,
                parse_argument,
                "FILE...",
                "Estimates a matching model from records that nobody has labelled: prior odds, how often true and "
                "random pairs agree, and how common values are.\v"
                "Input as for `durand replay` (docs/replay.md). `durand replay --train` trains and uses the model in "
                "one go. Exit codes: 0 done, 2 command, configuration or input, 3 disk.",
                children,
                NULL,
                NULL,
        };
        struct arguments *arguments = calloc(1, sizeof(*arguments));
        struct config *config = calloc(1, sizeof(*config));
        struct train_report *report = calloc(1, sizeof(*report));
        int exit_code = EXIT_USAGE;

        if (!arguments || !config || !report)
                abort();
        inputs_init(&arguments->inputs);
        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, arguments);
        if (load_config("train", arguments->config, config)) {
                inputs_apply(&arguments->inputs, config);
                if (arguments->threads)
                        config->threads = arguments->threads;
                exit_code = train(arguments, config, report);
        }
        config_free(config);
        free(report);
        free(config);
        free(arguments);
        return exit_code;
}
