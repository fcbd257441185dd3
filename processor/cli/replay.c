/* durand replay: the engine over files.
 *
 * Prints what came out: records, entities, conflicts, digests, speed. Exit codes: 0, 2 (wrong use or unreadable input),
 * 3 (a failing disk or state). Lines that cannot be used do not fail the run: they are counted and written to
 * deadletter.ndjson with the reason.
 */
#include "cli/replay.h"

#include "base/buffer.h"
#include "base/json.h"
#include "cli/inputs.h"
#include "cli/load.h"
#include "cli/training.h"
#include "replay/replay.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
        KEY_CHANGELOG = 256,
        KEY_JSON,
        KEY_TRAIN,
        KEY_THREADS,
        KEY_BATCH
};

struct arguments {
        const char *config;
        const char *model;
        const char *output;
        const char *state;
        struct inputs inputs;
        bool changelog;
        bool json;
        bool train;
        int64_t threads;
        int64_t batch;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration; without it every source name is accepted and fields map by name",
         0},
        {"output", 'o', "DIRECTORY", 0, "Where the outputs go, one file a topic, and clusters.csv", 0},
        {"model", 'm', "FILE", 0, "A matching model instead of the built-in one", 0},
        {"train", KEY_TRAIN, NULL, 0,
         "First estimate a matching model from these very records (durand train does so to a file)", 0},
        {"state", 'S', "DIRECTORY", 0, "Keep the state there (for inspect, digest and further replays)", 0},
        {"changelog", KEY_CHANGELOG, NULL, 0, "Write every output in order, and `changes`, instead of the final state",
         0},
        {"threads", KEY_THREADS, "N", 0, "Threads for standardising and scoring; one for each core by default", 0},
        {"batch", KEY_BATCH, "N", 0, "Events that are applied as one batch (10000)", 0},
        {"json", KEY_JSON, NULL, 0, "Print the summary as JSON", 0},
        {0},
};

static int64_t parse_number(struct argp_state *state, const char *name, const char *value, int64_t max)
{
        int64_t number = 0;

        if (!text_to_i64(text_from(value), &number) || number < 1 || number > max)
                argp_error(state, "%s: \"%s\" is no number from 1 to %lld", name, value, (long long)max);
        return number;
}

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
        case 'S':
                arguments->state = value;
                return 0;
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->inputs;
                return 0;
        case ARGP_KEY_ARG:
                inputs_add_file(state, &arguments->inputs, value);
                return 0;
        case KEY_CHANGELOG:
                arguments->changelog = true;
                return 0;
        case KEY_TRAIN:
                arguments->train = true;
                return 0;
        case KEY_THREADS:
                arguments->threads = parse_number(state, "--threads", value, 16);
                return 0;
        case KEY_BATCH:
                arguments->batch = parse_number(state, "--batch", value, 1000000);
                return 0;
        case KEY_JSON:
                arguments->json = true;
                return 0;
        case ARGP_KEY_END:
                if (arguments->inputs.file_count == 0)
                        argp_error(state, "which file? Say --input FILE, or - for standard input");
                if (arguments->train && inputs_use_stdin(&arguments->inputs))
                        argp_error(state, "--train reads the input twice, and standard input can be read once");
                if (!arguments->output && !arguments->state)
                        argp_error(state,
                                   "where to? Say --output DIRECTORY (or --state DIRECTORY to keep only the state)");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static void print_json(const struct replay_result *result)
{
        BUFFER_CLEANUP struct buffer out = {0};
        struct json_writer writer;
        char records[HASH128_HEX_SIZE], derived[HASH128_HEX_SIZE];
        const struct {
                const char *name;
                uint64_t value;
        } numbers[] = {
                {"lines", result->lines},
                {"changes", result->counts.changes},
                {"rejected", result->rejected},
                {"ignored", result->ignored},
                {"records", result->counts.records},
                {"persons", result->counts.entities[TYPE_PERSON]},
                {"organizations", result->counts.entities[TYPE_ORGANIZATION]},
                {"conflicts", result->counts.conflicts},
                {"pairs", result->counts.pairs},
                {"state_bytes", result->state_bytes},
                {"elapsed_ms", (uint64_t)result->elapsed_ms},
        };

        hash128_to_hex(result->digest.records, records);
        hash128_to_hex(result->digest.derived, derived);
        json_writer_init(&writer, &out);
        json_write_object(&writer);
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
                json_write_name(&writer, numbers[i].name);
                json_write_i64(&writer, (int64_t)numbers[i].value);
        }
        json_write_name(&writer, "digest_records");
        json_write_string(&writer, records);
        json_write_name(&writer, "digest_derived");
        json_write_string(&writer, derived);
        json_write_object_end(&writer);
        printf("%.*s\n", TEXT_ARG(buffer_view(&out)));
}

static void print_summary(const struct arguments *arguments, const struct replay_result *result)
{
        char derived[HASH128_HEX_SIZE];
        double seconds = (double)result->elapsed_ms / 1000;

        hash128_to_hex(result->digest.derived, derived);
        printf("%llu events in %.2f s (%.0f/s)", (unsigned long long)result->lines, seconds,
               seconds > 0 ? (double)result->lines / seconds : 0.0);
        if (result->rejected)
                printf(", %llu rejected", (unsigned long long)result->rejected);
        if (result->ignored)
                printf(", %llu without a row change", (unsigned long long)result->ignored);
        printf("\n%llu records are %llu persons and %llu organizations, %llu conflicts are open\n",
               (unsigned long long)result->counts.records, (unsigned long long)result->counts.entities[TYPE_PERSON],
               (unsigned long long)result->counts.entities[TYPE_ORGANIZATION],
               (unsigned long long)result->counts.conflicts);
        printf("digest %s\n", derived);
        if (arguments->output)
                printf("written to %s: %.*s%s\n", arguments->output, TEXT_ARG(buffer_view(&result->files)),
                       result->rejected ? ", and the rejected lines in deadletter.ndjson" : "");
}

static struct replay_options make_options(const struct arguments *arguments, struct config *config)
{
        struct replay_options options = inputs_replay_options(&arguments->inputs, config);

        options.output_dir = arguments->output;
        options.state_dir = arguments->state;
        options.changelog = arguments->changelog;
        options.progress = isatty(STDERR_FILENO);
        options.batch_events = (uint32_t)arguments->batch;
        return options;
}

static int replay(const struct arguments *arguments, struct config *config, struct model *model)
{
        struct replay_options options = make_options(arguments, config);
        struct replay_result result;
        struct error error = {{0}};
        options.model = model;
        int r = replay_run(&options, &result, &error);

        if (r < 0)
                fprintf(stderr, "durand replay: %s\n", error.text);
        else if (arguments->json)
                print_json(&result);
        else
                print_summary(arguments, &result);
        buffer_free(&result.files);
        return r == 0 ? EXIT_CLEAN : r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

int command_replay(int argc, char **argv)
{
        static const struct argp_child children[] = {{&inputs_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                argp_options,
                parse_argument,
                "FILE...",
                "Runs change events or plain rows from files through the same engine as the service.\v"
                "Each line is {\"source\":…,\"key\":…,\"value\":…} or, with --source, that source's payload; a .csv "
                "file is a "
                "header and rows (docs/replay.md). Exit codes: 0 done, 2 command, configuration or input, 3 disk or "
                "state.",
                children,
                NULL,
                NULL,
        };
        struct arguments *arguments = calloc(1, sizeof(*arguments));
        struct config *config = calloc(1, sizeof(*config));
        struct model *model = NULL;
        int exit_code = EXIT_USAGE;

        if (!arguments || !config)
                abort();
        inputs_init(&arguments->inputs);
        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, arguments);
        if (load_config("replay", arguments->config, config)) {
                inputs_apply(&arguments->inputs, config);
                if (arguments->threads)
                        config->threads = arguments->threads;
                if (model_for_inputs("replay", arguments->config, arguments->model, arguments->train,
                                     &arguments->inputs, config, &model))
                        exit_code = replay(arguments, config, model);
        }
        model_free(model);
        config_free(config);
        free(config);
        free(arguments);
        return exit_code;
}
