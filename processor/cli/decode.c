/* durand decode: what each message becomes, before and after mapping.
 *
 * For a person who writes a mapping: the same decoder as the service's, over files. One JSON object a change on
 * standard output; a message that is ignored or rejected gives one object with the reason. Exit codes: 0, 2 (wrong
 * use), 3 (something was rejected).
 */
#include "cli/decode.h"

#include "cli/inputs.h"
#include "cli/load.h"
#include "config/config.h"
#include "decode/decode.h"
#include "decode/input.h"
#include "decode/print.h"
#include "registry/registry.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_REJECTED 3
#define FLUSH_BYTES (256U << 10)

struct arguments {
        const char *config_path;
        struct text entity;
        struct inputs inputs;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration; without it every source name is accepted and fields map by name",
         0},
        {"entity", 'e', "NAME", 0, "Object or table of bare payloads that do not say it", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'c':
                arguments->config_path = value;
                return 0;
        case 'e':
                arguments->entity = text_from(value);
                return 0;
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->inputs;
                return 0;
        case ARGP_KEY_ARG:
                inputs_add_file(state, &arguments->inputs, value);
                return 0;
        case ARGP_KEY_END:
                if (arguments->inputs.file_count == 0)
                        argp_error(state, "which file? Say --input FILE, or - for standard input");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* --- files */

struct run {
        const struct arguments *arguments;
        const struct config *config;
        struct registry *registry; /* NULL: none is configured */
        struct arena arena;
        struct buffer out;
        uint64_t rejected;
};

/* 0, or ERR_RETRY after a message: the registry cannot be asked. */
static int decode_item(struct run *run, struct input_item *item)
{
        struct envelope *envelope = &item->envelope;
        const struct source_config *source;
        struct source_config space;
        struct changes changes = {0};
        struct error error = {{0}};
        int r;

        source = decode_find_source(run->config, envelope->source, &space);
        if (!source) {
                r = error_set(&error, ERR_REJECT, "source \"%.*s\" is not in the configuration",
                              TEXT_ARG(envelope->source));
        } else {
                envelope->message.schemas = registry_lookup(run->registry);
                r = decode_message(run->config, source, &envelope->message, envelope->type, envelope->entity,
                                   &run->arena, &changes, &error);
        }
        for (size_t i = 0; i < changes.count; i++)
                decode_print_change(&run->out, run->config, &changes.items[i], item->line, error.text);
        if (r == DECODE_IGNORE || r == DECODE_UNMAPPED)
                decode_print_outcome(&run->out, envelope->source, item->line, "ignore", error.text);
        if (r == ERR_REJECT) {
                decode_print_outcome(&run->out, envelope->source, item->line, "reject", error.text);
                run->rejected++;
        } else if (r < 0) {
                fprintf(stderr, "durand decode: line %lld: %s\n", (long long)item->line, error.text);
                return r;
        }
        return 0;
}

static int flush(struct run *run)
{
        size_t written = fwrite(run->out.data, 1, run->out.length, stdout);
        bool whole = written == run->out.length;

        buffer_clear(&run->out);
        return whole ? 0 : ERR_FATAL;
}

static int decode_file(struct run *run, const char *path)
{
        struct input_options options = {
                .path = path,
                .source = run->arguments->inputs.source,
                .type = run->arguments->inputs.type,
                .entity = run->arguments->entity,
                .config = run->config,
        };
        struct input_item item = {.line = 0};
        struct error error = {{0}};
        struct input *input;
        int r = input_open(&options, &input, &error);

        if (r < 0) {
                fprintf(stderr, "durand decode: %s\n", error.text);
                return r;
        }
        while ((r = input_next(input, &run->arena, &item, &error)) != 0 && r != ERR_FATAL) {
                if (r == ERR_REJECT) {
                        decode_print_outcome(&run->out, options.source, item.line, "reject", error.text);
                        run->rejected++;
                } else {
                        r = decode_item(run, &item);
                        if (r < 0)
                                break;
                }
                arena_reset(&run->arena);
                if (run->out.length > FLUSH_BYTES && flush(run) < 0)
                        break;
        }
        if (r == ERR_FATAL)
                fprintf(stderr, "durand decode: %s\n", error.text);
        input_close(input);
        return r == ERR_FATAL || r == ERR_RETRY ? r : flush(run);
}

int command_decode(int argc, char **argv)
{
        static const struct argp_child children[] = {{&inputs_argp, 0, NULL, 0}, {0}};
        static const struct argp parser = {
                .options = argp_options,
                .parser = parse_argument,
                .args_doc = "[FILE...]",
                .doc = "Prints what each message of the input becomes: one JSON object for each change.\v"
                       "Exit codes: 0 done, 1 a failing disk or registry, 2 command, configuration or input, 3 "
                       "something was rejected.",
                .children = children,
        };
        struct arguments *arguments = calloc(1, sizeof(*arguments));
        struct config *config = calloc(1, sizeof(*config));
        struct run run = {.arguments = arguments, .config = config};
        struct error error;
        int r;

        if (!arguments || !config)
                abort();
        inputs_init(&arguments->inputs);
        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&parser, argc, argv, 0, NULL, arguments);
        r = load_config("decode", arguments->config_path, config) ? 0 : ERR_USAGE;
        if (r == 0) {
                inputs_apply(&arguments->inputs, config);
                r = registry_open(config, &run.registry, &error);
                if (r < 0)
                        fprintf(stderr, "durand decode: %s\n", error.text);
        }
        for (uint32_t i = 0; r == 0 && i < arguments->inputs.file_count; i++)
                r = decode_file(&run, arguments->inputs.files[i]);
        if (r == 0 && fflush(stdout) != 0)
                r = ERR_FATAL;
        registry_close(run.registry);
        arena_free(&run.arena);
        buffer_free(&run.out);
        config_free(config);
        free(config);
        free(arguments);
        if (r < 0)
                return r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILURE;
        return run.rejected > 0 ? EXIT_REJECTED : EXIT_CLEAN;
}
