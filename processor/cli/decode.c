/* durand decode: what each message becomes, before and after mapping.
 *
 * For a person who writes a mapping: the same decoder as the service's, over files. One JSON object a change on
 * standard output; a message that is ignored or rejected gives one object with the reason. Exit codes: 0, 2 (wrong
 * use), 3 (something was rejected).
 */
#include "cli/decode.h"

#include "config/config.h"
#include "decode/decode.h"
#include "decode/input.h"
#include "decode/print.h"
#include "registry/registry.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_WRONG_USE 2
#define EXIT_REJECTED 3
#define FILES_MAX 256
#define FLUSH_BYTES (256U << 10)

struct arguments {
        const char *config_path;
        struct text source;
        struct text entity;
        enum record_type type;
        enum dialect dialect;
        const char *files[FILES_MAX];
        size_t file_count;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration; without it every source name is accepted and fields map by name",
         0},
        {"source", 's', "NAME", 0, "Lines are bare payloads (or CSV rows) of this source", 0},
        {"dialect", 'd', "DIALECT", 0, "row, salesforce-cdc or debezium, where no configuration says it", 0},
        {"type", 't', "TYPE", 0, "person or organization: type of bare payloads that do not say it", 0},
        {"entity", 'e', "NAME", 0, "Object or table of bare payloads that do not say it", 0},
        {"input", 'i', "FILE", 0, "A file to read, also as plain arguments; - is standard input", 0},
        {0},
};

static error_t add_file(struct argp_state *state, struct arguments *arguments, const char *path)
{
        if (arguments->file_count == FILES_MAX)
                argp_error(state, "more than %d files", FILES_MAX);
        arguments->files[arguments->file_count++] = path;
        return 0;
}

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'c':
                arguments->config_path = value;
                return 0;
        case 's':
                arguments->source = text_from(value);
                return 0;
        case 'e':
                arguments->entity = text_from(value);
                return 0;
        case 'd':
                if (!dialect_parse(text_from(value), &arguments->dialect))
                        argp_error(state, "dialect \"%s\" is not known: row, salesforce-cdc or debezium", value);
                return 0;
        case 't':
                if (!record_type_parse(text_from(value), &arguments->type))
                        argp_error(state, "type \"%s\" is not known: person or organization", value);
                return 0;
        case 'i':
        case ARGP_KEY_ARG:
                return add_file(state, arguments, value);
        case ARGP_KEY_END:
                if (arguments->file_count == 0)
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
        if (r == DECODE_IGNORE)
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
                .source = run->arguments->source,
                .type = run->arguments->type,
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

static int load(const struct arguments *arguments, struct config *config)
{
        struct config_problems problems = {0};
        int r = 0;

        if (!arguments->config_path) {
                config_init_builtin(config);
                config->any_dialect = arguments->dialect;
                return 0;
        }
        r = config_load(arguments->config_path, config, &problems);
        for (size_t i = 0; r < 0 && i < problems.count; i++) {
                const struct config_problem *problem = &problems.items[i];

                if (!problem->warning)
                        fprintf(stderr, "%.*s:%d:%d: %.*s\n", TEXT_ARG(problem->file), problem->line, problem->column,
                                TEXT_ARG(problem->message));
        }
        config_problems_free(&problems);
        return r;
}

int command_decode(int argc, char **argv)
{
        static const struct argp parser = {
                .options = argp_options,
                .parser = parse_argument,
                .args_doc = "[FILE...]",
                .doc = "Prints what each message of the input becomes: one JSON object for each change.",
        };
        struct arguments arguments = {.type = TYPE_COUNT, .dialect = DIALECT_ROW};
        struct config *config;
        struct run run = {.arguments = &arguments};
        struct error error;
        int r;

        argp_err_exit_status = EXIT_WRONG_USE;
        if (argp_parse(&parser, argc, argv, 0, NULL, &arguments) != 0)
                return EXIT_WRONG_USE;
        config = calloc(1, sizeof(*config));
        if (!config)
                return EXIT_FAILURE;
        run.config = config;
        r = load(&arguments, config);
        if (r == 0) {
                r = registry_open(config, &run.registry, &error);
                if (r < 0)
                        fprintf(stderr, "durand decode: %s\n", error.text);
        }
        for (size_t i = 0; r == 0 && i < arguments.file_count; i++)
                r = decode_file(&run, arguments.files[i]);
        if (r == 0 && fflush(stdout) != 0)
                r = ERR_FATAL;
        registry_close(run.registry);
        arena_free(&run.arena);
        buffer_free(&run.out);
        config_free(config);
        free(config);
        if (r < 0)
                return r == ERR_USAGE ? EXIT_WRONG_USE : EXIT_FAILURE;
        return run.rejected > 0 ? EXIT_REJECTED : 0;
}
