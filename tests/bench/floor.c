/* The floor: what any program of this kind must at least do with a stream of change events.
 *
 *         bench_floor --state DIR [--parser own|jansson] [--rows 3 --row-bytes 300 --postings 10] events.ndjson
 *
 * It parses the same lines and puts as many LMDB entries as a replay of them leaves, in the same two forms: rows under
 * ascending numbers, and postings (hash to number, fixed-size repeats) sorted batch by batch. Nothing is decoded,
 * standardised, compared or written out. The ratio of a replay to this number is the price of all that.
 * One thread. Prints one JSON object.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "floor_jansson.h"

#include <argp.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROW_BYTES_MAX 65536

struct floor_run {
        const char *input;
        const char *directory;
        bool jansson;
        double rows; /* per event */
        double postings;
        uint32_t row_bytes;
        uint32_t batch;      /* events whose postings are sorted together */
        uint32_t checkpoint; /* events in one transaction */

        MDB_env *env;
        MDB_txn *txn;
        MDB_dbi row_table;
        MDB_dbi posting_table;
        uint64_t row_count;
        uint64_t posting_count;
        uint64_t event_count;
        uint64_t *pending; /* keys of the batch's postings */
        size_t pending_count;
        size_t pending_capacity;
        struct arena arena;
};

static void check(int rc, const char *what)
{
        if (rc == 0)
                return;
        fprintf(stderr, "bench_floor: %s: %s\n", what, mdb_strerror(rc));
        exit(1);
}

static void begin(struct floor_run *run)
{
        check(mdb_txn_begin(run->env, NULL, 0, &run->txn), "begin");
}

static void open_state(struct floor_run *run)
{
        check(mdb_env_create(&run->env), "create");
        check(mdb_env_set_maxdbs(run->env, 2), "set maxdbs");
        check(mdb_env_set_mapsize(run->env, 1ULL << 40), "set the map's size");
        check(mdb_env_open(run->env, run->directory, 0, 0600), run->directory);
        begin(run);
        check(mdb_dbi_open(run->txn, "row", MDB_CREATE | MDB_INTEGERKEY, &run->row_table), "open rows");
        check(mdb_dbi_open(run->txn, "posting",
                           MDB_CREATE | MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP,
                           &run->posting_table),
              "open postings");
}

static void parse(struct floor_run *run, struct text line)
{
        const struct json_node *root;
        bool parsed = run->jansson ? floor_parse_jansson(line.data, line.length)
                                   : json_parse(&run->arena, line, &root, NULL) == 0;

        if (parsed)
                return;
        fprintf(stderr, "bench_floor: line %" PRIu64 " is no JSON\n", run->event_count + 1);
        exit(1);
}

static void put_rows(struct floor_run *run, MDB_cursor *cursor)
{
        static char bytes[ROW_BYTES_MAX];
        uint64_t due = (uint64_t)((double)run->event_count * run->rows);

        while (run->row_count < due) {
                uint64_t number = ++run->row_count;
                MDB_val key = {.mv_size = sizeof(number), .mv_data = &number};
                MDB_val value = {.mv_size = run->row_bytes, .mv_data = bytes};

                check(mdb_cursor_put(cursor, &key, &value, MDB_APPEND), "put a row");
        }
}

static void collect_postings(struct floor_run *run)
{
        uint64_t due = (uint64_t)((double)run->event_count * run->postings);

        while (run->posting_count < due) {
                if (run->pending_count == run->pending_capacity) {
                        run->pending_capacity = run->pending_capacity * 2 + 1024;
                        run->pending = realloc(run->pending, run->pending_capacity * sizeof(*run->pending));
                        if (run->pending == NULL)
                                abort();
                }
                run->pending[run->pending_count++] = hash64(&run->posting_count, sizeof(run->posting_count), 0);
                run->posting_count++;
        }
}

static int compare_keys(const void *left, const void *right)
{
        uint64_t a = *(const uint64_t *)left;
        uint64_t b = *(const uint64_t *)right;

        return a < b ? -1 : a > b;
}

static void put_postings(struct floor_run *run)
{
        MDB_cursor *cursor;

        if (run->pending_count == 0)
                return;
        check(mdb_cursor_open(run->txn, run->posting_table, &cursor), "open a cursor");
        qsort(run->pending, run->pending_count, sizeof(*run->pending), compare_keys);
        for (size_t i = 0; i < run->pending_count; i++) {
                uint32_t number = (uint32_t)i;
                MDB_val key = {.mv_size = sizeof(uint64_t), .mv_data = &run->pending[i]};
                MDB_val value = {.mv_size = sizeof(number), .mv_data = &number};
                int rc = mdb_cursor_put(cursor, &key, &value, MDB_NODUPDATA);

                check(rc == MDB_KEYEXIST ? 0 : rc, "put a posting");
        }
        mdb_cursor_close(cursor);
        run->pending_count = 0;
}

/* The rows of a batch go in as it is read, its postings at its end. */
static struct text run_batch(struct floor_run *run, struct text rest)
{
        MDB_cursor *cursor;

        check(mdb_cursor_open(run->txn, run->row_table, &cursor), "open a cursor");
        for (uint32_t i = 0; i < run->batch && rest.length > 0; i++) {
                const char *end = memchr(rest.data, '\n', rest.length);
                uint32_t length = end != NULL ? (uint32_t)(end - rest.data) : rest.length;

                parse(run, (struct text){.data = rest.data, .length = length});
                rest.data += length + (end != NULL);
                rest.length -= length + (end != NULL);
                run->event_count++;
                put_rows(run, cursor);
                collect_postings(run);
        }
        mdb_cursor_close(cursor);
        put_postings(run);
        arena_reset(&run->arena);
        return rest;
}

static void run_file(struct floor_run *run)
{
        int fd = open(run->input, O_RDONLY | O_CLOEXEC);
        struct stat status;
        uint64_t at = 0;
        const char *data;

        if (fd < 0 || fstat(fd, &status) != 0 || status.st_size == 0) {
                fprintf(stderr, "bench_floor: cannot read %s, or it is empty\n", run->input);
                exit(1);
        }
        data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED) {
                perror("bench_floor: mmap");
                exit(1);
        }
        while (at < (uint64_t)status.st_size) {
                uint64_t left = (uint64_t)status.st_size - at;
                struct text window = {.data = data + at, .length = left < UINT32_MAX ? (uint32_t)left : UINT32_MAX};
                struct text rest;

                if (left > UINT32_MAX) /* slices are of 32 bits: end the window at a line */
                        window.length =
                                (uint32_t)((const char *)memrchr(data + at, '\n', UINT32_MAX) - window.data) + 1;
                rest = run_batch(run, window);
                at += window.length - rest.length;
                if (run->event_count % run->checkpoint < run->batch) {
                        check(mdb_txn_commit(run->txn), "commit");
                        begin(run);
                }
        }
        check(mdb_txn_commit(run->txn), "commit");
        munmap((void *)(uintptr_t)data, (size_t)status.st_size);
        close(fd);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
        struct floor_run *run = state->input;
        int64_t number;

        switch (key) {
        case 's':
                run->directory = argument;
                return 0;
        case 'p':
                run->jansson = strcmp(argument, "jansson") == 0;
                if (!run->jansson && strcmp(argument, "own") != 0)
                        argp_error(state, "--parser is own or jansson, not \"%s\"", argument);
                return 0;
        case 'r':
                run->rows = strtod(argument, NULL);
                return 0;
        case 'k':
                run->postings = strtod(argument, NULL);
                return 0;
        case 'b':
                if (!text_to_i64(text_from(argument), &number) || number < 1 || number > ROW_BYTES_MAX)
                        argp_error(state, "--row-bytes is a number up to %d, not \"%s\"", ROW_BYTES_MAX, argument);
                else
                        run->row_bytes = (uint32_t)number;
                return 0;
        case ARGP_KEY_ARG:
                run->input = argument;
                return 0;
        case ARGP_KEY_END:
                if (run->input == NULL || run->directory == NULL)
                        argp_error(state, "an input file and --state are needed");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

int main(int argc, char **argv)
{
        static const struct argp_option options[] = {
                {"state", 's', "DIR", 0, "an empty directory for the LMDB environment", 0},
                {"parser", 'p', "own|jansson", 0, "who parses (own)", 0},
                {"rows", 'r', "N", 0, "rows put for each event (3)", 0},
                {"row-bytes", 'b', "N", 0, "bytes of a row (300)", 0},
                {"postings", 'k', "N", 0, "postings put for each event (10)", 0},
                {0},
        };
        static const struct argp argp = {options,
                                         parse_option,
                                         "FILE",
                                         "Parses the lines of FILE and puts as many LMDB entries as a replay would.",
                                         NULL,
                                         NULL,
                                         NULL};
        struct floor_run run = {.rows = 3, .row_bytes = 300, .postings = 10, .batch = 10000, .checkpoint = 100000};
        int64_t start_us;
        double seconds;

        argp_parse(&argp, argc, argv, 0, NULL, &run);
        start_us = clock_monotonic_us();
        open_state(&run);
        run_file(&run);
        mdb_env_close(run.env);
        seconds = (double)(clock_monotonic_us() - start_us) / 1e6;
        printf("{\"events\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"postings\":%" PRIu64
               ",\"seconds\":%.3f,\"events_per_second\":%.0f}\n",
               run.event_count, run.row_count, run.posting_count, seconds, (double)run.event_count / seconds);
        arena_free(&run.arena);
        free(run.pending);
        return 0;
}
