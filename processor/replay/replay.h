/* replay.h: the engine over files, without Kafka.
 *
 * A reader thread decodes, the calling thread runs the engine: the same engine, decoders and outputs as the service. At
 * the end the outputs are written one file a topic as they stand, sorted by key, or in order of emission with
 * `changelog`.
 */
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "config/config.h"
#include "engine/engine.h"

struct replay_options {
        const struct config *config;
        const struct model *model;
        const char *const *inputs; /* paths; "-" is standard input */
        uint32_t input_count;
        struct text source;     /* lines are payloads of this source; empty: envelopes */
        enum record_type type;  /* of such lines; TYPE_COUNT: guess */
        const char *output_dir; /* made when missing; NULL: nothing is written */
        const char *state_dir;  /* kept; NULL: a temporary one that goes at the end */
        bool changelog;
        bool progress;         /* show progress on standard error */
        uint32_t batch_events; /* 0: the default */
        /* Called at the end, while the state still stands, whose snapshots show all of it; may be NULL. Negative: the
         * replay fails with that code. */
        int (*finished)(void *context, struct store *store, struct error *error);
        void *finished_context;
};

struct replay_result {
        struct engine_counts counts;
        struct engine_digest digest;
        uint64_t lines;
        uint64_t rejected;
        uint64_t ignored;
        uint64_t state_bytes;
        int64_t elapsed_ms;
        struct buffer files; /* names of the files written, for people; the caller frees it */
};

/* Pins the populations that @config leaves open to the number of lines of the files: prior odds of a random pair need
 * it, and fixed before the first pair the result depends neither on order nor on batches. Call it before the model gets
 * its population and the epoch is computed. Pipes do not count. */
void replay_pin_population(struct config *config, const char *const *inputs, uint32_t input_count);

/* ERR_USAGE for wrong input, ERR_FATAL for a failing disk or state; the files written so far stay. */
int replay_run(const struct replay_options *options, struct replay_result *result, struct error *error);
