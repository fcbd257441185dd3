/* Reading and decoding ahead of the engine.
 *
 * A few batches go round between the two threads, so memory is bounded: the reader waits while all of them are full.
 */
#include "replay/prefetch.h"

#include "registry/registry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BATCHES 3
#define BATCH_EVENTS_DEFAULT 10000
#define BATCH_BYTES_MAX ((size_t)64 << 20)

struct prefetch {
        struct replay_options options;
        uint32_t batch_events;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t changed;
        struct registry *registry; /* NULL: none is configured */
        struct read_batch batches[BATCHES];
        struct read_batch *free[BATCHES];
        unsigned free_count;
        struct read_batch *full[BATCHES]; /* a ring */
        unsigned full_first, full_count;
        bool ended;
        bool stopping;
        int failure;
        struct error error;
        uint64_t bytes_before; /* of files that are read */
        uint64_t bytes_total;
};

/* ---- the ring ------------------------------------------------------------------------------------------------------
 */

static struct read_batch *take_free(struct prefetch *prefetch)
{
        struct read_batch *batch = NULL;

        pthread_mutex_lock(&prefetch->lock);
        while (prefetch->free_count == 0 && !prefetch->stopping)
                pthread_cond_wait(&prefetch->changed, &prefetch->lock);
        if (!prefetch->stopping)
                batch = prefetch->free[--prefetch->free_count];
        pthread_mutex_unlock(&prefetch->lock);
        return batch;
}

static void put_full(struct prefetch *prefetch, struct read_batch *batch)
{
        pthread_mutex_lock(&prefetch->lock);
        prefetch->full[(prefetch->full_first + prefetch->full_count++) % BATCHES] = batch;
        pthread_cond_broadcast(&prefetch->changed);
        pthread_mutex_unlock(&prefetch->lock);
}

static void finish(struct prefetch *prefetch, int failure)
{
        pthread_mutex_lock(&prefetch->lock);
        prefetch->ended = true;
        prefetch->failure = failure;
        pthread_cond_broadcast(&prefetch->changed);
        pthread_mutex_unlock(&prefetch->lock);
}

int prefetch_next(struct prefetch *prefetch, struct read_batch **batch, struct error *error)
{
        int r = 0;

        pthread_mutex_lock(&prefetch->lock);
        while (prefetch->full_count == 0 && !prefetch->ended)
                pthread_cond_wait(&prefetch->changed, &prefetch->lock);
        if (prefetch->full_count > 0) {
                *batch = prefetch->full[prefetch->full_first];
                prefetch->full_first = (prefetch->full_first + 1) % BATCHES;
                prefetch->full_count--;
                r = 1;
        } else if (prefetch->failure < 0) {
                r = error_set(error, prefetch->failure, "%s", prefetch->error.text);
        }
        pthread_mutex_unlock(&prefetch->lock);
        return r;
}

void prefetch_release(struct prefetch *prefetch, struct read_batch *batch)
{
        struct arena arena = batch->arena;

        arena_reset(&arena);
        *batch = (struct read_batch){.arena = arena};
        pthread_mutex_lock(&prefetch->lock);
        prefetch->free[prefetch->free_count++] = batch;
        pthread_cond_broadcast(&prefetch->changed);
        pthread_mutex_unlock(&prefetch->lock);
}

/* ---- reading -------------------------------------------------------------------------------------------------------
 */

static void reject(struct read_batch *batch, const char *file, const struct input_item *item, const struct error *error)
{
        *ARENA_PUSH(&batch->arena, batch->rejections, batch->rejection_count, batch->rejection_capacity) =
                (struct rejection){
                        .file = file,
                        .line = item->line,
                        .reason = arena_text(&batch->arena, text_from(error->text)),
                        .raw = item->raw,
                };
}

/* One message into changes; what cannot be used becomes a rejection. ERR_RETRY: its schema cannot be had. */
static int decode_item(struct prefetch *prefetch, struct read_batch *batch, const char *file, struct input_item *item)
{
        const struct config *config = prefetch->options.config;
        struct source_config space;
        const struct source_config *source = decode_find_source(config, item->envelope.source, &space);
        struct error error = {{0}};
        int r;

        if (!source) {
                error_set(&error, ERR_REJECT, "source \"%.*s\" is not in the configuration",
                          TEXT_ARG(item->envelope.source));
                reject(batch, file, item, &error);
                return 0;
        }
        item->envelope.message.schemas = registry_lookup(prefetch->registry);
        r = decode_message(config, source, &item->envelope.message, item->envelope.type, item->envelope.entity,
                           &batch->arena, &batch->changes, &error);
        if (r == ERR_REJECT) {
                reject(batch, file, item, &error);
        } else if (r < 0) {
                prefetch->error = error;
                return error_prefix(&prefetch->error, r, "%s:%lld", file, (long long)item->line);
        } else if (r == DECODE_IGNORE || r == DECODE_UNMAPPED) {
                batch->ignored++;
        }
        return 0;
}

/* Fills @batch from @input. 1: more may follow, 0: the file has ended. */
static int fill_batch(struct prefetch *prefetch, struct input *input, const char *file, struct read_batch *batch)
{
        while (batch->lines < prefetch->batch_events && batch->arena.used_bytes < BATCH_BYTES_MAX) {
                struct input_item *item = arena_calloc(&batch->arena, 1, sizeof(*item));
                struct error error = {{0}};
                int r = input_next(input, &batch->arena, item, &error);

                if (r == 0)
                        return 0;
                batch->lines++;
                if (r == ERR_REJECT) {
                        reject(batch, file, item, &error);
                } else if (r < 0) {
                        prefetch->error = error;
                        return r;
                } else {
                        r = decode_item(prefetch, batch, file, item);
                        if (r < 0)
                                return r;
                }
        }
        return 1;
}

static int read_file(struct prefetch *prefetch, const char *path, struct read_batch **batch)
{
        struct input_options options = {
                .path = path,
                .source = prefetch->options.source,
                .type = prefetch->options.type,
                .config = prefetch->options.config,
        };
        struct input *input;
        int r = input_open(&options, &input, &prefetch->error);

        if (r < 0)
                return r;
        while ((r = fill_batch(prefetch, input, path, *batch)) == 1) {
                (*batch)->bytes = prefetch->bytes_before + input_bytes_read(input);
                (*batch)->total = prefetch->bytes_total;
                put_full(prefetch, *batch);
                *batch = take_free(prefetch);
                if (!*batch)
                        break;
        }
        prefetch->bytes_before += input_bytes_read(input);
        input_close(input);
        return r < 0 ? r : 0;
}

static void *prefetch_main(void *argument)
{
        struct prefetch *prefetch = argument;
        struct read_batch *batch = take_free(prefetch);
        int r = 0;

        for (uint32_t i = 0; r == 0 && batch && i < prefetch->options.input_count; i++)
                r = read_file(prefetch, prefetch->options.inputs[i], &batch);
        if (batch && r == 0) {
                batch->bytes = prefetch->bytes_before;
                batch->total = prefetch->bytes_total;
                put_full(prefetch, batch);
        }
        finish(prefetch, r);
        return NULL;
}

/* ---- starting and stopping -----------------------------------------------------------------------------------------
 */

/* Opens every input once, so that a missing file is reported before any work, and sizes add up for progress. */
static int check_inputs(struct prefetch *prefetch, struct error *error)
{
        for (uint32_t i = 0; i < prefetch->options.input_count; i++) {
                struct input_options options = {
                        .path = prefetch->options.inputs[i],
                        .source = prefetch->options.source,
                        .type = prefetch->options.type,
                        .config = prefetch->options.config,
                };
                struct input *input;
                int r;

                if (strcmp(options.path, "-") == 0)
                        continue;
                r = input_open(&options, &input, error);
                if (r < 0)
                        return r;
                prefetch->bytes_total += input_bytes_total(input);
                input_close(input);
        }
        return 0;
}

int prefetch_start(const struct replay_options *options, struct prefetch **out, struct error *error)
{
        struct prefetch *prefetch = calloc(1, sizeof(*prefetch));
        int r;

        if (!prefetch)
                return error_set(error, ERR_FATAL, "out of memory");
        prefetch->options = *options;
        prefetch->batch_events = options->batch_events ? options->batch_events : BATCH_EVENTS_DEFAULT;
        r = check_inputs(prefetch, error);
        r = r ? r : registry_open(options->config, &prefetch->registry, error);
        if (r < 0) {
                free(prefetch);
                return r;
        }
        pthread_mutex_init(&prefetch->lock, NULL);
        pthread_cond_init(&prefetch->changed, NULL);
        for (unsigned i = 0; i < BATCHES; i++)
                prefetch->free[prefetch->free_count++] = &prefetch->batches[i];
        if (pthread_create(&prefetch->thread, NULL, prefetch_main, prefetch) != 0) {
                registry_close(prefetch->registry);
                free(prefetch);
                return error_set(error, ERR_FATAL, "the reader thread cannot be started");
        }
        *out = prefetch;
        return 0;
}

void prefetch_stop(struct prefetch *prefetch)
{
        if (!prefetch)
                return;
        pthread_mutex_lock(&prefetch->lock);
        prefetch->stopping = true;
        pthread_cond_broadcast(&prefetch->changed);
        pthread_mutex_unlock(&prefetch->lock);
        pthread_join(prefetch->thread, NULL);
        for (unsigned i = 0; i < BATCHES; i++)
                arena_free(&prefetch->batches[i].arena);
        pthread_cond_destroy(&prefetch->changed);
        pthread_mutex_destroy(&prefetch->lock);
        registry_close(prefetch->registry);
        free(prefetch);
}
