/* durand subject export: what a state holds about one person or company. */
#include "cli/subject.h"

#include "cli/load.h"
#include "cli/output.h"
#include "engine/engine.h"
#include "engine/subject.h"

#include <argp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct arguments {
        const char *action;
        const char *subject;
        const char *state;
        const char *output;
};

static const struct argp_option argp_options[] = {
        {"state", 'S', "DIRECTORY", 0, "The state directory", 0},
        {"output", 'o', "FILE", 0, "Write there instead of standard output; the file must not be there yet", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'S':
                arguments->state = value;
                return 0;
        case 'o':
                arguments->output = value;
                return 0;
        case ARGP_KEY_ARG:
                if (!arguments->action)
                        arguments->action = value;
                else if (!arguments->subject)
                        arguments->subject = value;
                else
                        argp_error(state, "\"%s\" is one word too many", value);
                return 0;
        case ARGP_KEY_END:
                if (!arguments->action || strcmp(arguments->action, "export") != 0)
                        argp_error(state, "what is to be done? Say `export SOURCE/ENTITY/ID`");
                if (!arguments->subject)
                        argp_error(state, "of whom? Say `export SOURCE/ENTITY/ID`, or the id of a golden record");
                if (!arguments->state)
                        argp_error(state, "of what? Say --state DIRECTORY");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static int read_subject(const struct arguments *arguments, struct store *store, struct buffer *out, struct error *error)
{
        struct vocabulary *vocabulary = calloc(1, sizeof(*vocabulary));
        struct store_txn *txn;
        int r;

        if (!vocabulary)
                abort();
        r = store_snapshot(store, &txn, error);
        if (r == 0) {
                r = engine_read_vocabulary(txn, vocabulary)
                            ? engine_export_subject(txn, vocabulary, text_from(arguments->subject), out, error)
                            : error_set(error, ERR_USAGE, "the state has no checkpoint yet");
                store_snapshot_end(txn);
        }
        free(vocabulary);
        return r;
}

/* For its owner alone: it is personal data by purpose. */
static int write_private(const char *path, const struct buffer *bytes, struct error *error)
{
        int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
        FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
        bool written;

        if (!file)
                return error_set(error, ERR_USAGE, "%s: cannot be made (%m); say a file that is not there yet", path);
        written = fwrite(bytes->data, 1, bytes->length, file) == bytes->length;
        written = fclose(file) == 0 && written;
        return written ? 0 : error_set(error, ERR_FATAL, "%s: cannot be written (%m)", path);
}

static int export_subject(const struct arguments *arguments, struct error *error)
{
        struct store_options options = {.path = arguments->state, .read_only = true};
        BUFFER_CLEANUP struct buffer out = {0};
        struct store *store;
        int r = store_open(&options, &store, error);

        if (r < 0)
                return r;
        r = read_subject(arguments, store, &out, error);
        store_close(store);
        if (r == 0 && arguments->output)
                r = write_private(arguments->output, &out, error);
        else if (r == 0 && !print_output(&out))
                r = error_set(error, ERR_FATAL, "cannot write to standard output");
        return r;
}

int command_subject(int argc, char **argv)
{
        static const struct argp argp = {
                argp_options,
                parse_argument,
                "export WHO",
                "Gives everything that a state holds about one person or company, as one JSON object.\v"
                "WHO is the id of a golden record, or one of its records: SOURCE/ENTITY/ID, or SOURCE/ID where ids do "
                "not repeat between tables. The answer has the golden record with the lineage of each value, every "
                "source record, what stewards decided, commands and rows of feeds, as of the last checkpoint, and does "
                "not disturb a running service. docs/subject.md. Exit codes: 0 done, 2 nobody of that name or nothing "
                "to read there, 3 disk or a damaged state.",
                NULL,
                NULL,
                NULL,
        };
        struct arguments arguments = {0};
        struct error error = {{0}};
        int r;

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        r = export_subject(&arguments, &error);
        if (r >= 0)
                return EXIT_CLEAN;
        fprintf(stderr, "durand subject: %s\n", error.text);
        return r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}
