/* Runs a history through the engine and keeps what stands of its emissions.
 *
 * A restart closes the engine, which drops what was not checkpointed: what was emitted since then is taken back, and
 * the events are applied anew in other batches. So a checkpoint stands for what Kafka has committed.
 */
#include "runner.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void emissions_free(struct emissions *log)
{
        arena_free(&log->arena);
        *log = (struct emissions){0};
}

/* ---- the state -----------------------------------------------------------------------------------------------------
 */

static void empty_directory(const char *path)
{
        DIR *dir = opendir(path);
        struct dirent *entry;

        while (dir && (entry = readdir(dir))) {
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        unlinkat(dirfd(dir), entry->d_name, 0);
        }
        if (dir)
                closedir(dir);
}

static int open_engine(struct runner *runner)
{
        struct engine_options options = {.config = runner->config,
                                         .model = runner->model,
                                         .store = runner->store,
                                         .threads = 1};

        return engine_open(&options, &runner->engine, &runner->error);
}

int runner_start(struct runner *runner)
{
        struct store_options options = {.path = runner->directory, .map_bytes = 64U << 20, .no_sync = true};
        int r;

        empty_directory(runner->directory);
        r = store_open(&options, &runner->store, &runner->error);
        return r < 0 ? r : open_engine(runner);
}

void runner_stop(struct runner *runner)
{
        engine_close(runner->engine);
        runner->engine = NULL;
        store_close(runner->store);
        runner->store = NULL;
        empty_directory(runner->directory);
}

static int restart(struct runner *runner)
{
        engine_close(runner->engine);
        runner->engine = NULL;
        return open_engine(runner);
}

/* ---- applying ------------------------------------------------------------------------------------------------------
 */

static int emit(void *context, const struct output *output)
{
        struct emissions *log = context;

        *ARENA_PUSH(&log->arena, log->items, log->count, log->capacity) = (struct emission){
                .topic = output->topic,
                .name = output_topic_name(&log->arena, output->topic, output->type, output->target),
                .key = arena_text(&log->arena, output->key),
                .value = output->tombstone ? TEXT_NONE : arena_text(&log->arena, output->value),
                .event = log->batch_event,
        };
        return 0;
}

int runner_apply(struct runner *runner, struct dice *dice, const struct plan *plan, const struct changes *history,
                 struct emissions *log)
{
        size_t at = 0, safe = 0, safe_emissions = log->count, restarts = 0;
        int r = 0;

        while (r == 0 && at < history->count) {
                size_t left = history->count - at, count = 1 + dice_below(dice, plan->batch_max);
                struct changes batch = {.items = history->items + at, .count = count < left ? count : left};
                bool stop = dice_chance(dice, plan->restart_pc) && restarts < 6;
                bool checkpoint = dice_chance(dice, plan->checkpoint_pc);

                log->batch_event = at;
                r = engine_apply(runner->engine, &batch, emit, log, &runner->error);
                at += batch.count;
                if (r == 0 && checkpoint) {
                        r = engine_checkpoint(runner->engine, &runner->error);
                        safe = at;
                        safe_emissions = log->count;
                }
                if (r == 0 && stop) {
                        restarts++;
                        r = restart(runner);
                        at = safe;
                        log->count = safe_emissions;
                }
        }
        return r;
}

/* ---- restoring -----------------------------------------------------------------------------------------------------
 */

static int restore_one(struct runner *runner, struct dice *dice, struct text key, struct text value)
{
        int r = engine_restore(runner->engine, key, value, value.length == 0, &runner->error);

        if (r == 0 && dice_chance(dice, 10))
                r = engine_restore_flush(runner->engine, &runner->error);
        if (r == 0 && dice_chance(dice, 2)) {
                r = engine_restore_flush(runner->engine, &runner->error);
                if (r == 0)
                        r = engine_checkpoint(runner->engine, &runner->error);
        }
        return r;
}

int runner_restore_log(struct runner *runner, struct dice *dice, const struct emissions *log, size_t from)
{
        int r = 0;

        for (size_t i = from; r == 0 && i < log->count; i++) {
                if (log->items[i].topic == OUTPUT_RECORDS)
                        r = restore_one(runner, dice, log->items[i].key, log->items[i].value);
        }
        return r < 0 ? r : engine_restore_flush(runner->engine, &runner->error);
}

int runner_restore_compacted(struct runner *runner, struct dice *dice, const struct output_set *outputs)
{
        struct arena arena = {0};
        uint32_t *order = arena_calloc(&arena, outputs->count + 1, sizeof(*order));
        int r = 0;

        for (uint32_t i = 0; i < outputs->count; i++) {
                uint32_t j = dice_below(dice, i + 1);

                order[i] = order[j];
                order[j] = i;
        }
        for (size_t i = 0; r == 0 && i < outputs->count; i++) {
                const struct output_pair *pair = &outputs->items[order[i]];

                if (text_equal(pair->topic, TEXT("records")))
                        r = restore_one(runner, dice, pair->key, pair->value);
        }
        arena_free(&arena);
        return r < 0 ? r : engine_restore_flush(runner->engine, &runner->error);
}

/* ---- looking -------------------------------------------------------------------------------------------------------
 */

static int collect(void *context, const struct output *output)
{
        struct output_set *outputs = context;

        output_set_put(outputs, output_topic_name(&outputs->arena, output->topic, output->type, output->target),
                       output->key, output->value);
        return 0;
}

int runner_dump(struct runner *runner, struct output_set *outputs)
{
        return engine_dump(runner->engine, collect, outputs, &runner->error);
}

static int collect_member(void *context, struct record_key key, enum record_type type, struct text entity_id)
{
        struct buffer json = {0};

        record_key_write_json(key, &json);
        output_set_put(context, text_from(record_type_name(type)), buffer_view(&json), entity_id);
        buffer_free(&json);
        return 0;
}

int runner_members(struct runner *runner, struct output_set *members)
{
        return engine_list_members(runner->engine, collect_member, members, &runner->error);
}
