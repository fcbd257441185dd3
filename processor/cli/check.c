/* durand check: every mistake of a configuration at once, each with file, line and remedy.
 *
 * Exit codes: 0 the configuration can be used (warnings are allowed), 2 it cannot. --reference prints the reference of
 * every option, from which docs/configuration.md is made, --metrics that of every metric, docs/metrics.md.
 */
#include "cli/check.h"

#include "cli/load.h"
#include "cli/output.h"

#include "base/buffer.h"
#include "config/config.h"
#include "kafka/kafka.h"
#include "service/metrics.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXIT_UNUSABLE 2

enum {
        KEY_JSON = 256,
        KEY_REFERENCE,
        KEY_METRICS,
};

struct arguments {
        const char *path;
        bool json;
        void (*reference)(struct buffer *out); /* prints this instead of checking */
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration to check", 0},
        {"json", KEY_JSON, NULL, 0, "One JSON object a problem and line", 0},
        {"reference", KEY_REFERENCE, NULL, 0, "Print the reference of all options as Markdown and exit", 0},
        {"metrics", KEY_METRICS, NULL, 0, "Print the reference of all metrics as Markdown and exit", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;
        switch (key) {
        case 'c':
        case ARGP_KEY_ARG:
                if (arguments->path)
                        argp_error(state, "one configuration at a time");
                arguments->path = value;
                return 0;
        case KEY_JSON:
                arguments->json = true;
                return 0;
        case KEY_REFERENCE:
                arguments->reference = config_write_reference;
                return 0;
        case KEY_METRICS:
                arguments->reference = metrics_write_reference;
                return 0;
        case ARGP_KEY_END:
                if (!arguments->path && !arguments->reference)
                        argp_error(state, "which configuration? Say --config FILE");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static const char *plural(size_t count)
{
        return count == 1 ? "" : "s";
}

static int report(const struct arguments *arguments, const struct config *config,
                  const struct config_problems *problems)
{
        struct buffer out BUFFER_CLEANUP = {0};
        bool colour = use_colour(STDOUT_FILENO);
        size_t errors = 0;
        for (size_t i = 0; i < problems->count; i++) {
                errors += !problems->items[i].warning;
                if (arguments->json)
                        config_problem_write_json(&problems->items[i], &out);
                else
                        config_problem_write(&problems->items[i], colour, &out);
        }
        size_t warnings = problems->count - errors;
        if (!arguments->json && errors > 0)
                buffer_printf(&out, "%zu error%s, %zu warning%s\n", errors, plural(errors), warnings, plural(warnings));
        else if (!arguments->json)
                buffer_printf(&out, "%s: fine, %u source%s, %zu warning%s\n", arguments->path, config->source_count,
                              plural(config->source_count), warnings, plural(warnings));
        int r = print_output(&out) ? 0 : EXIT_FAILED;
        return errors > 0 ? EXIT_UNUSABLE : r;
}

/* What librdkafka says of its own properties. Nothing is connected to. */
static void check_kafka(const struct arguments *arguments, const struct config *config,
                        struct config_problems *problems)
{
        struct error error;
        int32_t line;
        int r = kafka_check_properties(config, &line, &error);

        if (r == 0)
                return;
        *ARENA_PUSH(&problems->arena, problems->items, problems->count, problems->capacity) = (struct config_problem){
                .file = text_from(arguments->path),
                .line = line,
                .column = 1,
                .warning = r == KAFKA_DOUBTFUL,
                .message = arena_text(&problems->arena, text_from(error.text)),
        };
}

int command_check(int argc, char **argv)
{
        static const struct argp parser = {
                .options = argp_options,
                .parser = parse_argument,
                .args_doc = "[FILE]",
                .doc = "Reads a configuration and reports every mistake with file, line and remedy.\v"
                       "Exit codes: 0 usable, 2 not usable, 3 the output cannot be written.",
        };
        struct arguments arguments = {0};
        argp_err_exit_status = EXIT_UNUSABLE;
        if (argp_parse(&parser, argc, argv, 0, NULL, &arguments) != 0)
                return EXIT_UNUSABLE;
        if (arguments.reference) {
                struct buffer out BUFFER_CLEANUP = {0};
                arguments.reference(&out);
                return print_output(&out) ? 0 : EXIT_FAILED;
        }
        struct config *config = calloc(1, sizeof(*config));
        struct config_problems problems = {0};
        if (!config)
                return EXIT_FAILED;
        if (config_load(arguments.path, config, &problems) == 0)
                check_kafka(&arguments, config, &problems);
        int r = report(&arguments, config, &problems);
        config_problems_free(&problems);
        config_free(config);
        free(config);
        return r;
}
