/* Which command each record of an entity gets, and where a record is missing.
 *
 * By record: delete where the policy removes it; else its differences. Of several records of one table, which the
 * policy merges, all but the survivor get a merge, but a consent that differs goes first: a denial must not wait for a
 * merge that somebody refuses. By target: a record is made where the entity has none there, in the first table that
 * wants one.
 */
#include "sync/sync.h"

#include "sync/command.h"

#include <string.h>

struct derivation {
        struct planner planner;
        struct sync_commands *commands;
        struct text entity_id;
};

struct text sync_record_key(struct arena *arena, struct record_key key)
{
        return arena_printf(arena, "%.*s/%.*s", TEXT_ARG(key.entity), TEXT_ARG(key.record_id));
}

struct text sync_create_key(struct arena *arena, struct text entity, const char *entity_id)
{
        return arena_printf(arena, "create/%.*s/%s", TEXT_ARG(entity), entity_id);
}

bool sync_wants_refresh(const struct config *config, const struct record *record)
{
        const struct source_config *source = config_find_source(config, record->key.source);

        return source && source->refresh && record_is_stale(record) && !record_is_table(record);
}

static void push(struct derivation *run, const struct sync_target *target, struct text key,
                 struct command_text *command)
{
        struct arena *arena = run->planner.arena;
        struct buffer json = {0};

        command->entity_id = run->entity_id;
        command_write(&run->planner, command, &json);
        *ARENA_PUSH(arena, run->commands->items, run->commands->count, run->commands->capacity) = (struct sync_command){
                .target = target->source->name,
                .preview = target->mode == SYNC_PREVIEW,
                .key = key,
                .json = arena_text(arena, buffer_view(&json)),
        };
        buffer_free(&json);
}

/* ---- merging -------------------------------------------------------------------------------------------------------
 */

static uint32_t count_valid(const struct record *record)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < record->slot_count; i++)
                count += (record->slots[i].flags & (SLOT_SET | SLOT_INVALID | SLOT_FAKE)) == SLOT_SET;
        return count;
}

static bool is_older(const struct record *a, const struct record *b)
{
        int64_t left = a->first_time_ms == TIME_UNKNOWN_MS ? INT64_MAX : a->first_time_ms;
        int64_t right = b->first_time_ms == TIME_UNKNOWN_MS ? INT64_MAX : b->first_time_ms;

        return left != right ? left < right : record_key_compare(a->key, b->key) < 0;
}

/* True if @a stays rather than @b. */
static bool survives(enum merge_rule rule, const struct record *a, const struct record *b)
{
        int order = 0;

        if (rule == MERGE_NEWEST)
                order = version_compare(a->updated, b->updated);
        else if (rule == MERGE_FULLEST)
                order = (int)count_valid(a) - (int)count_valid(b);
        return order != 0 ? order > 0 : is_older(a, b);
}

/* The record of @record's table that stays; NULL: there is no other, or the policy does not merge. */
static const struct record *find_survivor(const struct derivation *run, const struct sync_entity *entity,
                                          const struct record *record)
{
        const struct sync_input *input = run->planner.input;
        const struct record *best = NULL;
        uint32_t count = 0;

        for (uint32_t i = 0; entity->merge != MERGE_NEVER && i < input->member_count; i++) {
                const struct record *other = input->members[i];

                if (!text_equal(other->key.source, record->key.source) ||
                    !text_equal(other->key.entity, record->key.entity))
                        continue;
                count++;
                if (!best || survives(entity->merge, other, best))
                        best = other;
        }
        return count > 1 ? best : NULL;
}

static const char *const merge_reasons[] = {
        [MERGE_NEVER] = "",
        [MERGE_OLDEST] = "oldest",
        [MERGE_NEWEST] = "most recently changed",
        [MERGE_FULLEST] = "fullest",
};

/* ---- one record ----------------------------------------------------------------------------------------------------
 */

/* Leaves only the consents in @plan. */
static void keep_consents(const struct derivation *run, struct plan *plan)
{
        const struct vocabulary *vocabulary = &run->planner.input->config->vocabulary;
        size_t kept = 0;

        for (size_t i = 0; i < plan->count; i++) {
                if (vocabulary->attributes[plan->fields[i].mapping->attribute].kind == KIND_CONSENT)
                        plan->fields[kept++] = plan->fields[i];
        }
        plan->count = kept;
}

/* True if the record is being removed and gets no other command. */
static bool derive_removal(struct derivation *run, const struct sync_target *target, const struct sync_entity *entity,
                           const struct record *record)
{
        struct plan plan = {0};
        struct command_text command = {
                .op = "delete",
                .entity = record->key.entity,
                .record_id = record->key.record_id,
        };

        if (!entity->removes || !filter_matches(entity->remove_when, &run->planner.view))
                return false;
        command.reason = arena_printf(run->planner.arena, "the policy removes it: %.*s",
                                      TEXT_ARG(filter_text(entity->remove_when)));
        if (entity->set_count > 0) {
                plan_removal(&run->planner, entity, record, &plan);
                command.op = "update";
                command.plan = &plan;
                command.record = record;
                if (plan.count == 0)
                        return true;
        }
        push(run, target, sync_record_key(run->planner.arena, record->key), &command);
        return true;
}

static void derive_record(struct derivation *run, const struct sync_target *target, const struct sync_entity *entity,
                          const struct record *record)
{
        const struct record *survivor = find_survivor(run, entity, record);
        struct plan plan = {0};
        struct command_text command = {
                .op = "update",
                .entity = record->key.entity,
                .record_id = record->key.record_id,
                .plan = &plan,
                .record = record,
                .reason = TEXT("the record says something else than the policy wants it to say"),
        };

        if (derive_removal(run, target, entity, record))
                return;
        plan_fields(&run->planner, entity, record, &plan);
        if (survivor && survivor != record) {
                keep_consents(run, &plan);
                if (plan.count == 0) {
                        command.op = "merge";
                        command.into = survivor->key.record_id;
                        command.plan = NULL;
                        command.reason =
                                arena_printf(run->planner.arena, "two records of one %s in this source; the %s stays",
                                             record_type_name(run->planner.input->type), merge_reasons[entity->merge]);
                }
        }
        if (!command.plan || plan.count > 0)
                push(run, target, sync_record_key(run->planner.arena, record->key), &command);
}

/* ---- missing records -----------------------------------------------------------------------------------------------
 */

/* A new record says which records of other sources it is the same as, where its mapping has a field for that. */
static void plan_links(struct derivation *run, const struct sync_target *target, const struct sync_entity *entity,
                       struct plan *plan)
{
        const struct entity_mapping *mapping = source_find_entity(target->source, entity->entity);
        const struct sync_input *input = run->planner.input;

        for (uint32_t i = 0; mapping && i < mapping->field_count; i++) {
                const struct field_mapping *field = &mapping->fields[i];

                for (uint32_t j = 0; field->attribute == ATTRIBUTE_SAME_AS && j < input->member_count; j++) {
                        if (!text_equal(input->members[j]->key.source, field->reference_source))
                                continue;
                        *ARENA_PUSH(run->planner.arena, plan->fields, plan->count, plan->capacity) =
                                (struct planned){.mapping = field, .text = input->members[j]->key.record_id};
                        break;
                }
        }
}

static bool is_planned(const struct plan *plan, const struct sync_field *field)
{
        for (size_t i = 0; i < plan->count; i++) {
                if (plan->fields[i].field == field)
                        return true;
        }
        return false;
}

/* True if the record is made. */
static bool derive_creation(struct derivation *run, const struct sync_target *target, const struct sync_entity *entity)
{
        struct arena *arena = run->planner.arena;
        const struct record empty = {
                .key = {.source = target->source->name, .entity = entity->entity},
                .declared_type = entity->type,
                .alive = true,
        };
        struct plan plan = {0};
        struct command_text command = {
                .op = "create",
                .entity = entity->entity,
                .plan = &plan,
                .reason = arena_printf(arena, "the %s has no record in this source",
                                       record_type_name(run->planner.input->type)),
        };

        if (!entity->creates || entity->type != run->planner.input->type ||
            !filter_matches(entity->create_when, &run->planner.view) ||
            (entity->removes && filter_matches(entity->remove_when, &run->planner.view)))
                return false;
        plan_fields(&run->planner, entity, &empty, &plan);
        for (uint32_t i = 0; i < entity->create_required_count; i++) {
                if (!is_planned(&plan, entity->create_required[i]))
                        return false;
        }
        if (plan.count == 0)
                return false;
        plan_links(run, target, entity, &plan);
        push(run, target, sync_create_key(arena, entity->entity, run->entity_id.data), &command);
        return true;
}

static bool has_record(const struct sync_input *input, struct text source)
{
        for (uint32_t i = 0; i < input->member_count; i++) {
                if (text_equal(input->members[i]->key.source, source))
                        return true;
        }
        return false;
}

int sync_derive(struct arena *arena, const struct sync_input *input, struct sync_commands *commands,
                struct error *error)
{
        const struct config *config = input->config;
        struct derivation run = {.commands = commands};
        const struct json_node *golden;

        if (json_parse(arena, input->golden, &golden, error) < 0)
                return error_prefix(error, ERR_FATAL, "golden record");
        planner_init(&run.planner, arena, input, golden);
        run.entity_id = arena_text(arena, json_scalar_text(json_get(golden, "entity_id")));
        for (uint32_t i = 0; i < input->member_count; i++) {
                const struct record *record = input->members[i];
                const struct sync_target *target;
                const struct sync_entity *entity =
                        config_find_sync(config, record->key.source, record->key.entity, &target);

                if (entity && !sync_wants_refresh(config, record))
                        derive_record(&run, target, entity, record);
        }
        for (uint32_t i = 0; i < config->sync_count; i++) {
                const struct sync_target *target = &config->sync[i];

                if (target->mode == SYNC_READ_ONLY || has_record(input, target->source->name))
                        continue;
                for (uint32_t j = 0; j < target->entity_count; j++) {
                        if (derive_creation(&run, target, &target->entities[j]))
                                break;
                }
        }
        return 0;
}
