/* `durand inspect`: what the state holds, table by table, beside a running service or at rest.
 *
 * Each table has one function that turns an entry into named fields; two printers show fields, as a line for people or
 * as a JSON object a line. A new table needs its function and its line in `tables`.
 *
 * Reads a snapshot, so it shows the last checkpoint, and says so. A value that cannot be decoded is shown as
 * hexadecimal with the reason: this is the command that somebody runs when the state is in doubt.
 */
#include "cli/inspect.h"

#include "base/json.h"
#include "cli/inspect_row.h"
#include "cli/load.h"
#include "config/config.h"
#include "conflict/conflict.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_JSON 1000

struct inspect {
        const char *state_dir;
        const char *config_file;
        const char *table_name;
        const char *key;
        uint64_t limit;
        bool json;

        enum store_table table;
        struct config config;
        struct vocabulary *vocabulary;
        struct store *store;
        struct store_txn *txn;
        uint64_t printed;
        bool left_off;
        char start[16]; /* the key to begin at, as a walk shows keys */
        struct text start_key;
};

#define WALK_STOP 1

/* Does the entry still belong to --key? */
static bool is_wanted(const struct inspect *inspect, struct text key)
{
        char id[CONFLICT_ID_SIZE];

        if (inspect->key == NULL)
                return true;
        switch (inspect_tables[inspect->table].key) {
        case KEYED_BY_PAIR:
                return store_read_number(key) >> 32 == store_read_number(inspect->start_key) >> 32;
        case KEYED_BY_CONFLICT:
                conflict_id_text(store_read_id(key), id);
                return strcmp(id, inspect->key) == 0;
        default:
                return text_equal(key, inspect->start_key);
        }
}

static int print_entry(void *context, struct text key, struct text value)
{
        struct inspect *inspect = context;
        struct arena arena ARENA_CLEANUP = {0};
        struct buffer out BUFFER_CLEANUP = {0};
        struct row row = {.arena = &arena, .vocabulary = inspect->vocabulary};

        if (!is_wanted(inspect, key))
                return inspect_tables[inspect->table].key == KEYED_BY_CONFLICT ? 0 : WALK_STOP;
        if (inspect->printed == inspect->limit) {
                inspect->left_off = true;
                return WALK_STOP;
        }
        inspect_tables[inspect->table].show(&row, key, value);
        if (inspect->json)
                row_write_json(&row, &out);
        else
                row_write_line(&row, &out);
        inspect->printed++;
        return fwrite(out.data, 1, out.length, stdout) == out.length ? 0 : ERR_FATAL;
}

static void set_start(struct inspect *inspect, uint64_t number)
{
        for (int i = 0; i < 8; i++)
                inspect->start[i] = (char)(number >> (56 - 8 * i));
        inspect->start_key = (struct text){.data = inspect->start, .length = 8};
}

/* SOURCE/ENTITY/ID; a record id may hold slashes. */
static bool parse_record_key(struct text text, struct record_key *key)
{
        int64_t first = text_find_byte(text, '/', 0);
        int64_t second = first < 0 ? -1 : text_find_byte(text, '/', (uint32_t)first + 1);

        if (second < 0)
                return false;
        key->source = text_slice(text, 0, (uint32_t)first);
        key->entity = text_slice(text, (uint32_t)first + 1, (uint32_t)(second - first - 1));
        key->record_id = text_slice(text, (uint32_t)second + 1, text.length);
        return true;
}

static int set_number_key(struct inspect *inspect, int base, int shift, const char *expected, struct error *error)
{
        char *end;
        uint64_t number = strtoull(inspect->key, &end, base);

        if (*end != '\0' || end == inspect->key)
                return error_set(error, ERR_USAGE, "--key of table %s is %s, not \"%s\"",
                                 store_table_name(inspect->table), expected, inspect->key);
        set_start(inspect, number << shift);
        return 0;
}

static int prepare_key(struct inspect *inspect, struct error *error)
{
        struct text text = text_from(inspect->key);
        struct record_key key;
        uint32_t record;

        if (inspect->key == NULL)
                return 0;
        switch (inspect_tables[inspect->table].key) {
        case KEYED_BY_NAME:
                inspect->start_key = text;
                return 0;
        case KEYED_BY_CONFLICT: /* the id's text is shorter than the key: look at each */
                return 0;
        case KEYED_BY_HASH:
                return set_number_key(inspect, 16, 0, "up to 16 hexadecimal digits", error);
        case KEYED_BY_PAIR:
                return set_number_key(inspect, 10, 32, "the number of a value node", error);
        case KEYED_BY_NUMBER:
                return set_number_key(inspect, 10, 0, "the number of a value node", error);
        case KEYED_BY_RECORD:
                if (!parse_record_key(text, &key))
                        return set_number_key(inspect, 10, 0, "a record's number or SOURCE/ENTITY/ID", error);
                record = store_find_record(inspect->txn, key);
                if (record == 0)
                        return error_set(error, ERR_USAGE, "there is no record %s in the state", inspect->key);
                set_start(inspect, record);
                return 0;
        }
        return 0;
}

static int print_table(struct inspect *inspect, struct error *error)
{
        int rc = prepare_key(inspect, error);

        if (rc < 0)
                return rc;
        rc = store_walk_from(inspect->txn, inspect->table, inspect->start_key, print_entry, inspect);
        if (store_failed(inspect->txn))
                return store_error(inspect->txn, error);
        if (rc < 0)
                return error_set(error, rc, "cannot write to standard output");
        if (inspect->key != NULL && inspect->printed == 0)
                return error_set(error, ERR_USAGE, "table %s has nothing under the key %s",
                                 store_table_name(inspect->table), inspect->key);
        if (inspect->left_off)
                fprintf(stderr, "… and more; --limit shows another number of entries\n");
        return 0;
}

/* All tables with their sizes. */
static int print_overview(struct inspect *inspect, struct error *error)
{
        struct buffer out BUFFER_CLEANUP = {0};

        if (!inspect->json)
                printf("%-16s %12s %15s  %s\n", "table", "entries", "bytes", "what");
        for (int table = 0; table < STORE_TABLE_COUNT; table++) {
                uint64_t entries = store_count(inspect->txn, (enum store_table)table);
                uint64_t bytes = store_table_bytes(inspect->txn, (enum store_table)table);
                const char *name = store_table_name((enum store_table)table);
                struct json_writer writer;

                if (!inspect->json) {
                        printf("%-16s %12" PRIu64 " %15" PRIu64 "  %s\n", name, entries, bytes,
                               inspect_tables[table].about);
                        continue;
                }
                buffer_clear(&out);
                json_writer_init(&writer, &out);
                json_write_object(&writer);
                json_write_name(&writer, "table");
                json_write_string(&writer, name);
                json_write_name(&writer, "entries");
                json_write_i64(&writer, (int64_t)entries);
                json_write_name(&writer, "bytes");
                json_write_i64(&writer, (int64_t)bytes);
                json_write_object_end(&writer);
                printf("%.*s\n", TEXT_ARG(buffer_view(&out)));
        }
        if (!inspect->json)
                printf("%-16s %12s %15" PRIu64 "  state format %d\n", "file", "", store_size_bytes(inspect->store),
                       STORE_FORMAT_VERSION);
        return store_error(inspect->txn, error);
}

/* --- the command */

static const struct argp_option options[] = {
        {"state", 's', "DIR", 0, "the state directory (default: the configuration's)", 0},
        {"config", 'c', "FILE", 0, "the configuration, for its state directory and the names of its own attributes", 0},
        {"key", 'k', "KEY", 0, "only entries under KEY: a number, SOURCE/ENTITY/ID of a record, a hash, a name", 0},
        {"limit", 'n', "N", 0, "at most N entries (default 20; 0: all)", 0},
        {"json", OPTION_JSON, NULL, 0, "one JSON object a line", 0},
        {0},
};

static bool find_table(const char *name, enum store_table *table)
{
        for (int i = 0; i < STORE_TABLE_COUNT; i++) {
                if (strcmp(store_table_name((enum store_table)i), name) == 0) {
                        *table = (enum store_table)i;
                        return true;
                }
        }
        return false;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
        struct inspect *inspect = state->input;
        int64_t number;

        switch (key) {
        case 's':
                inspect->state_dir = argument;
                return 0;
        case 'c':
                inspect->config_file = argument;
                return 0;
        case 'k':
                inspect->key = argument;
                return 0;
        case 'n':
                if (!text_to_i64(text_from(argument), &number) || number < 0)
                        argp_error(state, "--limit is a number of entries, not \"%s\"", argument);
                else
                        inspect->limit = number > 0 ? (uint64_t)number : UINT64_MAX;
                return 0;
        case OPTION_JSON:
                inspect->json = true;
                return 0;
        case ARGP_KEY_ARG:
                if (inspect->table_name != NULL)
                        argp_error(state, "one table at a time");
                inspect->table_name = argument;
                if (!find_table(argument, &inspect->table))
                        argp_error(state, "there is no table \"%s\"; without a table all are listed", argument);
                return 0;
        case ARGP_KEY_END:
                if (inspect->key != NULL && inspect->table_name == NULL)
                        argp_error(state, "--key needs a table");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* The configuration's vocabulary; attributes that it does not know get a name that says their number. */
static struct vocabulary *name_attributes(const struct config *config)
{
        struct vocabulary *vocabulary = malloc(sizeof(*vocabulary));

        if (vocabulary == NULL)
                abort();
        *vocabulary = config->vocabulary;
        for (uint32_t i = vocabulary->count; i < ATTRIBUTE_MAX; i++)
                snprintf(vocabulary->attributes[i].name, ATTRIBUTE_NAME_MAX, "attribute-%u", i);
        return vocabulary;
}

static int load_configuration(struct inspect *inspect, struct error *error)
{
        struct config_problems problems = {0};
        int rc = 0;

        if (inspect->config_file == NULL) {
                config_init_builtin(&inspect->config);
        } else {
                rc = config_load(inspect->config_file, &inspect->config, &problems);
                if (rc < 0)
                        error_set(error, rc, "%s has mistakes: `durand check --config %s` lists them",
                                  inspect->config_file, inspect->config_file);
                config_problems_free(&problems);
        }
        return rc;
}

static int run(struct inspect *inspect, struct error *error)
{
        struct store_options store_options = {.read_only = true};
        struct text state_dir;
        int rc = load_configuration(inspect, error);

        if (rc < 0)
                return rc;
        state_dir = arena_text(&inspect->config.arena, inspect->config.state_dir);
        store_options.path = inspect->state_dir != NULL ? inspect->state_dir : state_dir.data;
        store_options.map_bytes = inspect->config.map_bytes > 0 ? (uint64_t)inspect->config.map_bytes : 0;
        inspect->vocabulary = name_attributes(&inspect->config);
        rc = store_open(&store_options, &inspect->store, error);
        if (rc == 0)
                rc = store_snapshot(inspect->store, &inspect->txn, error);
        if (rc < 0)
                return rc;
        fprintf(stderr, "%s, as of the last checkpoint\n", store_options.path);
        return inspect->table_name != NULL ? print_table(inspect, error) : print_overview(inspect, error);
}

int command_inspect(int argc, char **argv)
{
        static const struct argp argp = {options,
                                         parse_option,
                                         "[TABLE]",
                                         "Shows the tables of the state, or the entries of one of them, as of the last "
                                         "checkpoint. A running service is not disturbed.\v"
                                         "Exit codes: 0 done, 2 nothing to read there, 3 the state is damaged.",
                                         NULL,
                                         NULL,
                                         NULL};
        struct inspect inspect = {.limit = 20};
        struct error error = {0};
        int rc;

        argp_err_exit_status = 2;
        if (argp_parse(&argp, argc, argv, 0, NULL, &inspect) != 0)
                return EXIT_USAGE;
        rc = run(&inspect, &error);
        if (rc < 0)
                fprintf(stderr, "durand inspect: %s\n", error.text);
        store_snapshot_end(inspect.txn);
        store_close(inspect.store);
        free(inspect.vocabulary);
        config_free(&inspect.config);
        if (rc == 0)
                return 0;
        return rc == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}
