/* durand digest: the certificate of what has been derived.
 *
 * Of a state directory it is what the last checkpoint stored; of the output files of a replay it is computed from their
 * lines. Two nodes, a rebuild or a shuffled replay must print the same.
 */
#include "cli/digest.h"

#include "base/json.h"
#include "cli/load.h"
#include "engine/engine.h"
#include "state/store.h"

#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct arguments {
        const char *path;
        bool json;
};

static const struct argp_option argp_options[] = {
        {"state", 'S', "DIRECTORY", 0, "A state directory, or the output directory of a replay; also as plain argument",
         0},
        {"json", 'j', NULL, 0, "Print as JSON", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'S':
        case ARGP_KEY_ARG:
                if (arguments->path)
                        argp_error(state, "\"%s\" is one word too many", value);
                arguments->path = value;
                return 0;
        case 'j':
                arguments->json = true;
                return 0;
        case ARGP_KEY_END:
                if (!arguments->path)
                        argp_error(state, "of what? Say --state DIRECTORY");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static int digest_state(const char *path, struct engine_digest *digest, struct error *error)
{
        struct store_options options = {.path = path, .read_only = true};
        struct store_txn *txn;
        struct store *store;
        int r = store_open(&options, &store, error);

        if (r < 0)
                return r;
        r = store_snapshot(store, &txn, error);
        if (r == 0) {
                r = engine_read_digest(txn, digest, error);
                store_snapshot_end(txn);
        }
        store_close(store);
        return r;
}

/* ---- output files --------------------------------------------------------------------------------------------------
 */

/* The bytes of a line's member as they stand: digests are over bytes, not over what they mean. */
static struct text raw_member(const char *start, const char *end)
{
        return (struct text){.data = start, .length = (uint32_t)(end - start)};
}

static int add_line(struct text topic, struct text line, struct arena *arena, struct engine_digest *digest,
                    struct error *error)
{
        static const char separator[] = ",\"value\":";
        const struct json_node *root, *key;
        const char *value = NULL;
        struct text key_text, value_text;
        struct hash128 *sum = text_equal(topic, TEXT("records")) ? &digest->records : &digest->derived;

        if (json_parse(arena, line, &root, error) < 0)
                return ERR_USAGE;
        key = json_get(root, "key");
        if (key)
                value = memmem(line.data, line.length, separator, sizeof(separator) - 1);
        if (!value || line.length < 2)
                return error_set(error, ERR_USAGE, "a line {\"key\":…,\"value\":…} expected");
        key_text = key->kind == JSON_STRING ? key->text : raw_member(line.data + strlen("{\"key\":"), value);
        value_text = raw_member(value + sizeof(separator) - 1, line.data + line.length - 1);
        *sum = hash128_add(*sum, digest_entry(topic, key_text, value_text));
        return 0;
}

static int digest_file(const char *dir, const char *name, struct engine_digest *digest, struct error *error)
{
        struct text topic = {.data = name, .length = (uint32_t)(strlen(name) - strlen(".ndjson"))};
        struct arena arena = {0};
        char path[4096], *line = NULL;
        size_t capacity = 0;
        ssize_t length;
        int64_t number = 0;
        int r = 0;
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", dir, name);
        file = fopen(path, "r");
        if (!file)
                return error_set(error, ERR_USAGE, "cannot read %s: %s", path, strerror(errno));
        while (r == 0 && (length = getline(&line, &capacity, file)) > 0) {
                number++;
                if (line[length - 1] == '\n')
                        length--;
                arena_reset(&arena);
                r = add_line(topic, (struct text){.data = line, .length = (uint32_t)length}, &arena, digest, error);
        }
        if (r < 0)
                error_prefix(error, r, "%s, line %lld", path, (long long)number);
        free(line);
        fclose(file);
        arena_free(&arena);
        return r;
}

/* Topics that are no state: a change is an event, a dead letter an input. */
static bool counts(const char *name)
{
        size_t length = strlen(name);

        return length > strlen(".ndjson") && strcmp(name + length - strlen(".ndjson"), ".ndjson") == 0 &&
               strcmp(name, "changes.ndjson") != 0 && strcmp(name, "deadletter.ndjson") != 0;
}

static int digest_outputs(const char *path, struct engine_digest *digest, struct error *error)
{
        DIR *dir = opendir(path);
        struct dirent *entry;
        int r = 0;

        if (!dir)
                return error_set(error, ERR_USAGE, "cannot read the directory %s: %s", path, strerror(errno));
        while (r == 0 && (entry = readdir(dir))) {
                if (counts(entry->d_name))
                        r = digest_file(path, entry->d_name, digest, error);
        }
        closedir(dir);
        return r;
}

static bool holds_outputs(const char *path)
{
        char file[4096];
        struct stat status;

        snprintf(file, sizeof(file), "%s/clusters.csv", path);
        return stat(file, &status) == 0;
}

int command_digest(int argc, char **argv)
{
        static const struct argp argp = {
                argp_options,
                parse_argument,
                "[DIRECTORY]",
                "Prints the order-independent digests of a state, or of the output files of a replay.\v"
                "Equal digests mean equal outputs. Exit codes: 0 done, 2 nothing to read there, 3 the state is "
                "damaged.",
                NULL,
                NULL,
                NULL,
        };
        char derived[HASH128_HEX_SIZE], records[HASH128_HEX_SIZE];
        struct arguments arguments = {0};
        struct engine_digest digest = {0};
        struct error error = {{0}};
        int r;

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        if (holds_outputs(arguments.path))
                r = digest_outputs(arguments.path, &digest, &error);
        else
                r = digest_state(arguments.path, &digest, &error);
        if (r < 0) {
                fprintf(stderr, "durand digest: %s\n", error.text);
                return r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
        }
        hash128_to_hex(digest.derived, derived);
        hash128_to_hex(digest.records, records);
        printf(arguments.json ? "{\"derived\":\"%s\",\"records\":\"%s\"}\n" : "derived %s\nrecords %s\n", derived,
               records);
        return EXIT_CLEAN;
}
