/* Replay: read, apply, write.
 *
 * Without a state directory of its own the state lives in a temporary one beside the outputs, unsynced, and goes at the
 * end. Progress is a line on a terminal that is rewritten a few times a second.
 */
#include "replay/replay.h"

#include "base/clock.h"
#include "replay/files.h"
#include "replay/prefetch.h"
#include "replay/scratch_state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct replay {
        const struct replay_options *options;
        struct replay_result *result;
        struct prefetch *prefetch;
        struct store *store;
        struct engine *engine;
        struct output_files *files;
        char state_dir[SCRATCH_STATE_MAX];
        bool temporary;
        int64_t start_ms;
        int64_t shown_ms;
};

/* ---- state ---------------------------------------------------------------------------------------------------------
 */

static int open_engine(struct replay *replay, struct error *error)
{
        const struct config *config = replay->options->config;
        struct store_options store = {
                .map_bytes = (uint64_t)config->map_bytes,
                .no_sync = !replay->options->state_dir,
        };
        struct engine_options engine = {.config = config,
                                        .model = replay->options->model,
                                        .threads = (unsigned)config->threads};
        int r = 0;

        if (replay->options->state_dir)
                snprintf(replay->state_dir, sizeof(replay->state_dir), "%s", replay->options->state_dir);
        else
                r = scratch_state_make(replay->options->output_dir, replay->state_dir, error);
        replay->temporary = !replay->options->state_dir && r == 0;
        store.path = replay->state_dir;
        if (r == 0)
                r = store_open(&store, &replay->store, error);
        engine.store = replay->store;
        return r < 0 ? r : engine_open(&engine, &replay->engine, error);
}

/* ---- population ----------------------------------------------------------------------------------------------------
 */

static int64_t count_lines(const char *path)
{
        char block[1 << 16];
        int64_t lines = 0;
        ssize_t length;
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return 0;
        while ((length = read(fd, block, sizeof(block))) > 0) {
                for (const char *at = block; (at = memchr(at, '\n', (size_t)(block + length - at))); at++)
                        lines++;
        }
        close(fd);
        return lines;
}

void replay_pin_population(struct config *config, const char *const *inputs, uint32_t input_count)
{
        int64_t lines = 0;

        for (uint32_t i = 0; i < input_count; i++) {
                if (strcmp(inputs[i], "-") != 0)
                        lines += count_lines(inputs[i]);
        }
        for (int type = 0; type < TYPE_COUNT; type++) {
                if (config->population[type] == 0)
                        config->population[type] = lines;
        }
}

/* ---- progress ------------------------------------------------------------------------------------------------------
 */

static void show_progress(struct replay *replay, const struct read_batch *batch, bool last)
{
        int64_t now = clock_monotonic_ms();
        int64_t elapsed = now - replay->start_ms;
        uint64_t lines = replay->result->lines;

        if (!replay->options->progress || (!last && now - replay->shown_ms < 200))
                return;
        replay->shown_ms = now;
        fprintf(stderr, "\r\033[K  %llu events", (unsigned long long)lines);
        if (batch && batch->total > 0)
                fprintf(stderr, "  %llu %%", (unsigned long long)(batch->bytes * 100 / batch->total));
        if (elapsed > 0)
                fprintf(stderr, "  %llu/s", (unsigned long long)(lines * 1000 / (uint64_t)elapsed));
        fprintf(stderr, "  %.1f s", (double)elapsed / 1000);
        if (last)
                fprintf(stderr, "\r\033[K");
        fflush(stderr);
}

/* ---- running -------------------------------------------------------------------------------------------------------
 */

static int apply_batch(struct replay *replay, struct read_batch *batch, struct error *error)
{
        bool log = replay->options->changelog && replay->files;
        int r = 0;

        replay->result->lines += batch->lines;
        replay->result->ignored += batch->ignored;
        replay->result->rejected += batch->rejection_count;
        for (size_t i = 0; r == 0 && replay->files && i < batch->rejection_count; i++)
                r = output_files_reject(replay->files, &batch->rejections[i], error);
        if (r == 0)
                r = engine_apply(replay->engine, &batch->changes, log ? output_files_emit : NULL, replay->files, error);
        if (r == 0 && engine_checkpoint_due(replay->engine))
                r = engine_checkpoint(replay->engine, error);
        return r;
}

static int apply_all(struct replay *replay, struct error *error)
{
        struct read_batch *batch;
        int r;

        while ((r = prefetch_next(replay->prefetch, &batch, error)) == 1) {
                r = apply_batch(replay, batch, error);
                show_progress(replay, batch, false);
                prefetch_release(replay->prefetch, batch);
                if (r < 0)
                        break;
        }
        return r < 0 ? r : engine_checkpoint(replay->engine, error);
}

static int write_outputs(struct replay *replay, struct error *error)
{
        bool changelog = replay->options->changelog;
        int r = 0;

        if (!replay->files)
                return 0;
        if (!changelog)
                r = engine_dump(replay->engine, output_files_emit, replay->files, error);
        if (r == 0)
                r = engine_list_members(replay->engine, output_files_member, replay->files, error);
        return r < 0 ? r : output_files_finish(replay->files, !changelog, &replay->result->files, error);
}

int replay_run(const struct replay_options *options, struct replay_result *result, struct error *error)
{
        struct replay replay = {.options = options, .result = result, .start_ms = clock_monotonic_ms()};
        int r = 0;

        *result = (struct replay_result){0};
        if (options->output_dir)
                r = output_files_open(options->output_dir, &replay.files, error);
        if (r == 0)
                r = prefetch_start(options, &replay.prefetch, error);
        if (r == 0)
                r = open_engine(&replay, error);
        if (r == 0)
                r = apply_all(&replay, error);
        if (r == 0)
                r = write_outputs(&replay, error);
        if (r == 0 && options->finished)
                r = options->finished(options->finished_context, replay.store, error);
        if (replay.engine) {
                result->counts = engine_counts(replay.engine);
                result->digest = engine_digest(replay.engine);
                result->state_bytes = store_size_bytes(replay.store);
        }
        result->elapsed_ms = clock_monotonic_ms() - replay.start_ms;
        show_progress(&replay, NULL, true);
        prefetch_stop(replay.prefetch);
        engine_close(replay.engine);
        store_close(replay.store);
        output_files_close(replay.files);
        if (replay.temporary)
                scratch_state_remove(replay.state_dir);
        return r;
}
