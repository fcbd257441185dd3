/* durand feed export NAME: the rows of a feed as they stand in the last checkpoint, in the order of their keys.
 *
 * For a consumer that has no Kafka, and for people who want to look. Reading takes a snapshot and does not disturb a
 * running service. Every row has the same fields, so the first one names the columns of a table (RFC 4180).
 */
#include "cli/feed.h"

#include "base/json.h"
#include "cli/load.h"
#include "engine/current.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
        const char *action;
        const char *feed;
        const char *state;
        bool csv;
};

struct export_row {
        struct text key;
        struct text json;
};

struct export
{
        struct text feed;
        struct arena arena;
        struct export_row *rows;
        size_t count, capacity;
        struct error *error;
};

static const struct argp_option argp_options[] = {
        {"state", 'S', "DIRECTORY", 0, "The state directory of the service or of a replay (--state)", 0},
        {"csv", 'c', NULL, 0, "A table with a line of names first", 0},
        {"json", 'j', NULL, 0, "One JSON object a line (the default)", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'S':
                arguments->state = value;
                return 0;
        case 'c':
        case 'j':
                arguments->csv = key == 'c';
                return 0;
        case ARGP_KEY_ARG:
                if (!arguments->action)
                        arguments->action = value;
                else if (!arguments->feed)
                        arguments->feed = value;
                else
                        argp_error(state, "\"%s\" is one word too many", value);
                return 0;
        case ARGP_KEY_END:
                if (!arguments->action || strcmp(arguments->action, "export") != 0)
                        argp_error(state, "what is to be done? Say `export NAME`");
                if (!arguments->feed)
                        argp_error(state,
                                   "which feed? Say `export NAME`, with a name from `feeds` in the configuration");
                if (!arguments->state)
                        argp_error(state, "of what? Say --state DIRECTORY");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static int collect_row(void *context, struct text key, struct text value)
{
        struct export *export = context;
        struct current_stored output;
        struct stored stored;
        struct export_row *row;

        (void)key;
        if (current_decode(value, &output) < 0)
                return error_set(export->error, ERR_FATAL, "a stored output is damaged");
        if (output.topic != OUTPUT_FEED || !text_equal(output.target, export->feed))
                return 0;
        row = ARENA_PUSH(&export->arena, export->rows, export->count, export->capacity);
        row->key = arena_text(&export->arena, output.key);
        if (stored_decode(&export->arena, output.stored, &stored, export->error) < 0)
                return ERR_FATAL;
        return stored_json(&export->arena, &stored, &row->json, export->error);
}

static int compare_rows(const void *left, const void *right)
{
        return text_compare(((const struct export_row *)left)->key, ((const struct export_row *)right)->key);
}

static void print_cell(struct text t)
{
        bool quoted = false;

        for (uint32_t i = 0; i < t.length && !quoted; i++)
                quoted = strchr(",\"\r\n", t.data[i]) != NULL;
        if (!quoted) {
                if (t.length > 0) /* an empty text may have no bytes at all, which fwrite() does not take */
                        fwrite(t.data, 1, t.length, stdout);
                return;
        }
        putchar('"');
        for (uint32_t i = 0; i < t.length; i++) {
                if (t.data[i] == '"')
                        putchar('"');
                putchar(t.data[i]);
        }
        putchar('"');
}

static int print_table(struct export *export)
{
        for (size_t i = 0; i < export->count; i++) {
                const struct json_node *row;

                if (json_parse(&export->arena, export->rows[i].json, &row, export->error) < 0)
                        return ERR_FATAL;
                for (const struct json_node *cell = row->child; i == 0 && cell; cell = cell->next) {
                        print_cell(cell->name);
                        fputs(cell->next ? "," : "\r\n", stdout);
                }
                for (const struct json_node *cell = row->child; cell; cell = cell->next) {
                        print_cell(json_scalar_text(cell));
                        fputs(cell->next ? "," : "\r\n", stdout);
                }
        }
        return 0;
}

static int export_feed(const struct arguments *arguments, struct error *error)
{
        struct store_options options = {.path = arguments->state, .read_only = true};
        struct export export = {.feed = text_from(arguments->feed), .error = error};
        struct store_txn *txn;
        struct store *store;
        int r = store_open(&options, &store, error);

        if (r < 0)
                return r;
        r = store_snapshot(store, &txn, error);
        if (r == 0) {
                r = store_walk(txn, STORE_OUTPUT, collect_row, &export);
                store_snapshot_end(txn);
        }
        store_close(store);
        if (r == 0 && export.count > 1)
                qsort(export.rows, export.count, sizeof(*export.rows), compare_rows);
        if (r == 0 && arguments->csv)
                r = print_table(&export);
        for (size_t i = 0; r == 0 && !arguments->csv && i < export.count; i++)
                printf("%.*s\n", TEXT_ARG(export.rows[i].json));
        arena_free(&export.arena);
        if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
                return error_set(error, ERR_FATAL, "the rows could not be written");
        return r;
}

int command_feed(int argc, char **argv)
{
        static const struct argp argp = {
                argp_options,
                parse_argument,
                "export NAME",
                "Writes the rows of a feed as they stand in the state's last checkpoint.\v"
                "A feed without rows gives nothing. Exit codes: 0 done, 2 nothing to read there, 3 the state is "
                "damaged.",
                NULL,
                NULL,
                NULL,
        };
        struct arguments arguments = {0};
        struct error error = {{0}};
        int r;

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        r = export_feed(&arguments, &error);
        if (r >= 0)
                return EXIT_CLEAN;
        fprintf(stderr, "durand feed: %s\n", error.text);
        return r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}
