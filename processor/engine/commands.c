/* Commands: which the batch may have changed, and what they are now.
 *
 * A command depends on the golden record, the members and the policy, so the entities that became drafts are all that
 * need a look. They are derived on all cores. A record that no entity has any more has no command; a stale one is to be
 * read again, and gets no other command until then.
 */
#include "engine/current.h"

#include "sync/sync.h"

#include <string.h>

/* What a worker derived for one draft, in its arena. */
struct derived {
        struct sync_commands commands;
        int result;
        struct error error;
};

struct derive_run {
        struct engine *engine;
        struct batch *batch;
        struct derived *derived;
};

static void derive_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct derive_run *run = context;
        struct engine *engine = run->engine;
        struct arena *arena = &engine->worker_arena[worker];

        for (size_t i = from; i < to; i++) {
                const struct draft *draft = &run->batch->drafts[i];
                const struct record **members = arena_alloc(arena, draft->member_count * sizeof(struct record *));
                struct sync_input input = {
                        .config = engine->config,
                        .standard = engine->standard[worker],
                        .type = draft->type,
                        .golden = draft->json,
                        .members = members,
                        .member_count = draft->member_count,
                };

                for (uint32_t j = 0; j < draft->member_count; j++)
                        members[j] = &draft->records[j];
                run->derived[i].result = sync_derive(arena, &input, &run->derived[i].commands, &run->derived[i].error);
        }
}

/* The key of a record's commands, in every topic that could have one. */
static void touch_record(struct engine *engine, struct batch *batch, struct record_key key, const struct message *cause)
{
        const struct sync_target *target;

        if (config_find_sync(engine->config, key.source, key.entity, &target) && target->mode == SYNC_PREVIEW)
                current_touch(batch, OUTPUT_PREVIEW, key.source, sync_record_key(batch->arena, key), cause);
        current_touch(batch, OUTPUT_SYNC, key.source, sync_record_key(batch->arena, key), cause);
}

void commands_note_end(struct engine *engine, struct batch *batch, enum record_type type, const char *id)
{
        const struct config *config = engine->config;

        for (uint32_t i = 0; i < config->sync_count; i++) {
                const struct sync_target *target = &config->sync[i];

                for (uint32_t j = 0; target->mode != SYNC_READ_ONLY && j < target->entity_count; j++) {
                        const struct sync_entity *entity = &target->entities[j];

                        if (!entity->creates || entity->type != type)
                                continue;
                        current_touch(batch, target->mode == SYNC_PREVIEW ? OUTPUT_PREVIEW : OUTPUT_SYNC,
                                      target->source->name, sync_create_key(batch->arena, entity->entity, id),
                                      batch->last_cause);
                }
        }
}

static void want_commands(struct engine *engine, struct batch *batch, const struct draft *draft,
                          const struct sync_commands *commands)
{
        commands_note_end(engine, batch, draft->type, draft->id);
        for (uint32_t i = 0; i < draft->member_count; i++) {
                const struct sync_target *target;
                struct record_key key = draft->records[i].key;

                if (config_find_sync(engine->config, key.source, key.entity, &target))
                        touch_record(engine, batch, key, batch->last_cause);
        }
        for (size_t i = 0; i < commands->count; i++) {
                const struct sync_command *command = &commands->items[i];

                current_want(batch, command->preview ? OUTPUT_PREVIEW : OUTPUT_SYNC, command->target, command->key,
                             command->json, batch->last_cause);
        }
        for (uint32_t i = 0; i < draft->member_count; i++) {
                struct record_key key = draft->records[i].key;
                struct buffer json = {0};

                if (!sync_wants_refresh(engine->config, &draft->records[i]))
                        continue;
                sync_write_refresh(key, &json);
                current_want(batch, OUTPUT_SYNC, key.source, sync_record_key(batch->arena, key), buffer_view(&json),
                             batch->last_cause);
                buffer_free(&json);
        }
}

int batch_derive_commands(struct engine *engine, struct batch *batch)
{
        struct derive_run run = {.engine = engine, .batch = batch};

        if (!config_syncs_type(engine->config, batch->type))
                return 0;
        run.derived = arena_calloc(batch->arena, batch->draft_count + 1, sizeof(*run.derived));
        parallel_for(engine->parallel, batch->draft_count, 16, derive_range, &run);
        for (size_t i = 0; i < batch->draft_count; i++) {
                if (run.derived[i].result < 0)
                        return error_set(engine->error, run.derived[i].result, "%s", run.derived[i].error.text);
                want_commands(engine, batch, &batch->drafts[i], &run.derived[i].commands);
        }
        return 0;
}

int batch_derive_refreshes(struct engine *engine, struct batch *batch)
{
        for (size_t i = 0; i < batch->work_count; i++) {
                const struct work *work = &batch->works[i];
                struct record_key key = work->record.key;
                const struct sync_target *target;
                struct buffer json = {0};

                if (!work->changed || record_is_table(&work->record) ||
                    (!work->stale_changed && !config_find_sync(engine->config, key.source, key.entity, &target)))
                        continue;
                touch_record(engine, batch, key, work->cause);
                if (!sync_wants_refresh(engine->config, &work->record))
                        continue;
                sync_write_refresh(key, &json);
                current_want(batch, OUTPUT_SYNC, key.source, sync_record_key(batch->arena, key), buffer_view(&json),
                             work->cause);
                buffer_free(&json);
        }
        return 0;
}
