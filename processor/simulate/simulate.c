/* A simulation: the records of a snapshot through the engine under another configuration, and the comparison.
 *
 * Records go in as the topic `records` would bring them, by name, so that attributes of the two configurations need not
 * have the same numbers.
 */
#include "simulate/internal.h"

#include "replay/scratch_state.h"

#include <stdlib.h>

#define FLUSH_RECORDS 10000

struct load {
        struct sides *sides;
        uint64_t done, all;
};

static int load_record(void *context, const struct output *output)
{
        struct load *load = context;
        const struct simulate_options *options = load->sides->options;
        struct error *error = load->sides->error;
        int r;

        if (output->topic != OUTPUT_RECORDS)
                return 1; /* the table of records comes first */
        r = engine_restore(load->sides->after, output->key, output->value, false, error);
        if (r == 0 && ++load->done % FLUSH_RECORDS == 0) {
                r = engine_restore_flush(load->sides->after, error);
                if (r == 0 && engine_checkpoint_due(load->sides->after))
                        r = engine_checkpoint(load->sides->after, error);
                if (options->progress)
                        options->progress(options->progress_context, load->done, load->all);
        }
        return r;
}

static int load_records(struct sides *sides)
{
        struct load load = {.sides = sides, .all = store_count(sides->before, STORE_RECORD)};
        int r = engine_dump_snapshot(sides->before, sides->vocabulary, load_record, &load, sides->error);

        if (r >= 0)
                r = engine_restore_flush(sides->after, sides->error);
        if (r == 0)
                r = engine_checkpoint(sides->after, sides->error);
        if (r == 0 && sides->options->progress)
                sides->options->progress(sides->options->progress_context, load.all, load.all);
        if (r == ERR_FATAL)
                error_prefix(sides->error, r, "the state cannot be read under the new configuration");
        return r;
}

static int compare(struct sides *sides)
{
        int r = load_records(sides);

        if (r == 0)
                r = simulate_compare_outputs(sides);
        return r < 0 ? r : simulate_compare_entities(sides);
}

static int simulate_in(struct sides *sides, const char *directory)
{
        const struct config *config = sides->options->config;
        struct store_options store_options = {.path = directory,
                                              .map_bytes = (uint64_t)config->map_bytes,
                                              .no_sync = true};
        struct engine_options options = {.config = config,
                                         .model = sides->options->model,
                                         .threads = (unsigned)config->threads};
        int r = store_open(&store_options, &options.store, sides->error);

        if (r < 0)
                return r;
        r = engine_open(&options, &sides->after, sides->error);
        if (r == 0)
                r = compare(sides);
        engine_close(sides->after);
        store_close(options.store);
        return r;
}

static int simulate_snapshot(struct sides *sides)
{
        char directory[SCRATCH_STATE_MAX];
        int r = scratch_state_make(sides->options->scratch, directory, sides->error);

        if (r < 0)
                return r;
        r = simulate_in(sides, directory);
        scratch_state_remove(directory);
        return r;
}

int simulate_run(const struct simulate_options *options, struct simulate_report *report, struct error *error)
{
        struct vocabulary *vocabulary = malloc(sizeof(*vocabulary));
        struct sides sides = {.options = options, .report = report, .vocabulary = vocabulary, .error = error};
        int r;

        *report = (struct simulate_report){0};
        if (!vocabulary)
                return error_set(error, ERR_FATAL, "out of memory");
        r = store_snapshot(options->store, &sides.before, error);
        if (r == 0) {
                r = engine_read_vocabulary(sides.before, vocabulary)
                            ? simulate_snapshot(&sides)
                            : error_set(error, ERR_USAGE,
                                        "the state has no checkpoint yet, or is of an earlier version: run the service "
                                        "or the replay that it belongs to once more");
                store_snapshot_end(sides.before);
        }
        free(vocabulary);
        return r;
}

void simulate_report_free(struct simulate_report *report)
{
        arena_free(&report->arena);
}
