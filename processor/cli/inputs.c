/* Options for input files, one parser for all commands that read some. */
#include "cli/inputs.h"

#include <string.h>
#include <unistd.h>

static const struct argp_option argp_options[] = {
        {"input", 'i', "FILE", 0, "A file to read; may be repeated; - is standard input", 0},
        {"source", 's', "NAME", 0, "Lines are bare payloads (or CSV rows) of this source", 0},
        {"dialect", 'd', "DIALECT", 0, "row, salesforce-cdc or debezium, where no configuration says it", 0},
        {"type", 't', "TYPE", 0, "person or organization: type of bare payloads that do not say it", 0},
        {0},
};

void inputs_init(struct inputs *inputs)
{
        *inputs = (struct inputs){.type = TYPE_COUNT};
}

void inputs_add_file(const struct argp_state *state, struct inputs *inputs, const char *path)
{
        if (inputs->file_count == INPUTS_FILES_MAX)
                argp_error(state, "more than %d files", INPUTS_FILES_MAX);
        inputs->files[inputs->file_count++] = path;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
        struct inputs *inputs = state->input;

        switch (key) {
        case 'i':
                inputs_add_file(state, inputs, value);
                return 0;
        case 's':
                inputs->source = text_from(value);
                return 0;
        case 'd':
                if (!dialect_parse(text_from(value), &inputs->dialect))
                        argp_error(state, "dialect \"%s\" is not known: row, salesforce-cdc or debezium", value);
                inputs->has_dialect = true;
                return 0;
        case 't':
                if (!record_type_parse(text_from(value), &inputs->type))
                        argp_error(state, "type \"%s\" is not known: person or organization", value);
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

const struct argp inputs_argp = {argp_options, parse, NULL, NULL, NULL, NULL, NULL};

bool inputs_use_stdin(const struct inputs *inputs)
{
        for (uint32_t i = 0; i < inputs->file_count; i++) {
                if (strcmp(inputs->files[i], "-") == 0)
                        return true;
        }
        return false;
}

void inputs_apply(const struct inputs *inputs, struct config *config)
{
        if (inputs->has_dialect)
                config->any_dialect = inputs->dialect;
}

struct replay_options inputs_replay_options(const struct inputs *inputs, const struct config *config)
{
        return (struct replay_options){
                .config = config,
                .inputs = inputs->files,
                .input_count = inputs->file_count,
                .source = inputs->source,
                .type = inputs->type,
        };
}

int inputs_replay(const struct inputs *inputs, const struct config *config, const struct model *model,
                  int (*look)(void *context, struct store *store, struct error *error), void *context,
                  struct error *error)
{
        struct replay_options options = inputs_replay_options(inputs, config);
        struct replay_result result;
        int r;

        options.model = model;
        options.progress = isatty(STDERR_FILENO);
        options.finished = look;
        options.finished_context = context;
        r = replay_run(&options, &result, error);
        buffer_free(&result.files);
        return r;
}
