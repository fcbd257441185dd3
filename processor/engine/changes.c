/* The topic `changes`: what happened to an entity, as a difference that composes.
 *
 * `before` and `after` are RFC 7396 merge patches between the golden record that was published and the one that is now;
 * `digest_before` and `digest_after` chain the changes of one entity, so that a gap or a repeat shows.
 */
#include "engine/changes.h"

#include "engine/decisions.h"
#include "engine/digest.h"
#include "engine/patch.h"

#include <stdlib.h>
#include <string.h>

enum change_kind {
        KIND_CREATED,
        KIND_UPDATED,
        KIND_MERGED,
        KIND_SPLIT,
        KIND_DELETED
};

static const char *const kind_names[] = {"created", "updated", "merged", "split", "deleted"};

struct id_list {
        char (*items)[ENTITY_ID_SIZE];
        size_t count, capacity;
};

struct change_text {
        enum change_kind kind;
        const char *id;
        enum record_type type;
        struct id_list from;
        struct id_list into;
        struct text old_json;
        struct text new_json;
        struct hash128 old_digest;
        struct hash128 new_digest;
        const struct message *cause;
        bool forgets; /* a record of it is erased: what was before is not said */
};

static int compare_ids(const void *left, const void *right)
{
        return memcmp(left, right, ENTITY_ID_SIZE);
}

static void add_id(struct arena *arena, struct id_list *list, const char *id)
{
        for (size_t i = 0; i < list->count; i++) {
                if (memcmp(list->items[i], id, ENTITY_ID_SIZE) == 0)
                        return;
        }
        memcpy(*ARENA_PUSH(arena, list->items, list->count, list->capacity), id, ENTITY_ID_SIZE);
        qsort(list->items, list->count, ENTITY_ID_SIZE, compare_ids);
}

static void write_ids(struct json_writer *writer, const char *name, const struct id_list *list)
{
        if (list->count == 0)
                return;
        json_write_name(writer, name);
        json_write_array(writer);
        for (size_t i = 0; i < list->count; i++)
                json_write_string(writer, list->items[i]);
        json_write_array_end(writer);
}

static void write_cause(struct json_writer *writer, const struct message *cause)
{
        if (!cause)
                return;
        json_write_name(writer, "cause");
        json_write_object(writer);
        json_write_name(writer, "topic");
        json_write_text(writer, cause->topic);
        json_write_name(writer, "partition");
        json_write_i64(writer, cause->partition);
        json_write_name(writer, "offset");
        json_write_i64(writer, cause->offset);
        if (cause->decision.length > 0) {
                json_write_name(writer, "decision");
                json_write_text(writer, cause->decision);
        }
        json_write_object_end(writer);
}

static void write_digest(struct json_writer *writer, const char *name, struct hash128 digest)
{
        char hex[HASH128_HEX_SIZE];

        hash128_to_hex(digest, hex);
        json_write_name(writer, name);
        json_write_string(writer, hex);
}

/* `before` and `after`: null where there was nothing, or is nothing any more. */
static int write_difference(struct engine *engine, struct batch *batch, struct json_writer *writer,
                            const struct change_text *change)
{
        const struct json_node *old = NULL, *new = NULL;

        if ((change->old_json.length > 0 && json_parse(batch->arena, change->old_json, &old, engine->error) < 0) ||
            (change->new_json.length > 0 && json_parse(batch->arena, change->new_json, &new, engine->error) < 0))
                return error_prefix(engine->error, ERR_FATAL, "golden record %s", change->id);
        json_write_name(writer, "before");
        if (old && new && !change->forgets)
                patch_write(writer, new, old);
        else if (old && !change->forgets)
                json_write_raw(writer, change->old_json);
        else
                json_write_null(writer);
        json_write_name(writer, "after");
        if (old && new)
                patch_write(writer, old, new);
        else if (new)
                json_write_raw(writer, change->new_json);
        else
                json_write_null(writer);
        return 0;
}

static int publish_change(struct engine *engine, struct batch *batch, const struct change_text *change)
{
        struct buffer json = {0};
        struct json_writer writer;
        int r;

        if (!engine->emit)
                return 0;
        json_writer_init(&writer, &json);
        json_write_object(&writer);
        json_write_name(&writer, "entity_id");
        json_write_string(&writer, change->id);
        json_write_name(&writer, "entity_type");
        json_write_string(&writer, record_type_name(change->type));
        json_write_name(&writer, "kind");
        json_write_string(&writer, kind_names[change->kind]);
        write_ids(&writer, "from", &change->from);
        write_ids(&writer, "into", &change->into);
        r = write_difference(engine, batch, &writer, change);
        if (change->old_json.length > 0)
                write_digest(&writer, "digest_before", change->old_digest);
        if (change->new_json.length > 0)
                write_digest(&writer, "digest_after", change->new_digest);
        write_cause(&writer, change->cause);
        json_write_object_end(&writer);
        if (r == 0)
                r = engine_put_output(engine, &(struct output){
                                                      .topic = OUTPUT_CHANGES,
                                                      .type = change->type,
                                                      .key = text_from(change->id),
                                                      .value = buffer_view(&json),
                                                      .cause = change->cause,
                                              });
        buffer_free(&json);
        return r;
}

static int publish_golden(struct engine *engine, const struct change_text *change)
{
        return engine_put_output(engine, &(struct output){
                                                 .topic = OUTPUT_GOLDEN,
                                                 .type = change->type,
                                                 .key = text_from(change->id),
                                                 .value = change->new_json,
                                                 .tombstone = change->new_json.length == 0,
                                                 .cause = change->cause,
                                         });
}

/* The decision of the batch that names a member; else the newest message of the batch that touched one; for what
 * changed through its neighbours, the newest of the batch. */
static const struct message *cause_of(const struct batch *batch, const uint32_t *members, uint32_t count)
{
        const struct message *decision = decisions_cause_of(batch, members, count);
        uint32_t last = 0;

        if (decision)
                return decision;
        for (uint32_t i = 0; i < count; i++) {
                uint32_t *index = map_get(&batch->work_by_number, members[i]);

                if (index && *index + 1 > last && batch->works[*index].cause)
                        last = *index + 1;
        }
        return last ? batch->works[last - 1].cause : batch->last_cause;
}

/* Entities that members came from. True if one of them lives on. */
static int collect_origins(struct engine *engine, struct batch *batch, const struct draft *draft, struct id_list *from,
                           bool *lives_on)
{
        *lives_on = false;
        for (uint32_t i = 0; i < draft->member_count; i++) {
                uint32_t *old = map_get(&batch->old_anchor_by_record, draft->members[i]);
                char id[ENTITY_ID_SIZE];
                int r;

                if (!old || *old == 0 || *old == draft->anchor)
                        continue;
                r = engine_entity_id(engine, batch, draft->type, *old, id);
                if (r < 0)
                        return r;
                add_id(batch->arena, from, id);
                *lives_on |= map_get(&batch->anchors, *old) != NULL;
        }
        return 0;
}

/* Entities that records which were members went to. */
static void collect_destinations(const struct batch *batch, const struct stored *old, const struct map *draft_by_record,
                                 const char *self, struct id_list *into)
{
        for (uint32_t i = 0; i < old->member_count; i++) {
                uint32_t *index = map_get(draft_by_record, old->members[i]);

                if (index && strcmp(batch->drafts[*index].id, self) != 0)
                        add_id(batch->arena, into, batch->drafts[*index].id);
        }
}

static bool erases_any(const struct batch *batch, const uint32_t *members, uint32_t count)
{
        for (uint32_t i = 0; batch->erased.count > 0 && i < count; i++) {
                if (map_get(&batch->erased, members[i]))
                        return true;
        }
        return false;
}

int changes_publish(struct engine *engine, struct batch *batch, const struct draft *draft, const struct stored *old,
                    struct hash128 digest, struct text json)
{
        struct change_text change = {
                .kind = old ? KIND_UPDATED : KIND_CREATED,
                .id = draft->id,
                .type = draft->type,
                .new_json = json,
                .new_digest = digest,
                .cause = cause_of(batch, draft->members, draft->member_count),
        };
        bool lives_on;
        int r = collect_origins(engine, batch, draft, &change.from, &lives_on);

        if (r < 0)
                return r;
        if (old) {
                collect_destinations(batch, old, &batch->draft_by_record, draft->id, &change.into);
                change.forgets = erases_any(batch, old->members, old->member_count);
                if (engine->emit)
                        r = stored_json(batch->arena, old, &change.old_json, engine->error);
                change.old_digest = old->digest;
                digest_remove(engine, old->digest);
        } else {
                engine->counts.entities[draft->type]++;
        }
        if (change.from.count > 0)
                change.kind = !old && lives_on ? KIND_SPLIT : KIND_MERGED;
        else if (change.into.count > 0)
                change.kind = KIND_SPLIT;
        digest_add(engine, digest);
        if (r == 0)
                r = publish_golden(engine, &change);
        return r < 0 ? r : publish_change(engine, batch, &change);
}

int changes_publish_end(struct engine *engine, struct batch *batch, uint32_t anchor, const struct stored *old,
                        const struct map *draft_by_record)
{
        char id[ENTITY_ID_SIZE];
        struct change_text change = {
                .kind = KIND_DELETED,
                .id = id,
                .type = old->type,
                .old_digest = old->digest,
                .cause = cause_of(batch, old->members, old->member_count),
                .forgets = erases_any(batch, old->members, old->member_count),
        };
        int r = engine_entity_id(engine, batch, old->type, anchor, id);

        if (r == 0 && engine->emit)
                r = stored_json(batch->arena, old, &change.old_json, engine->error);
        if (r < 0)
                return r;
        if (draft_by_record)
                collect_destinations(batch, old, draft_by_record, id, &change.into);
        if (change.into.count > 0)
                change.kind = KIND_MERGED;
        engine->counts.entities[old->type]--;
        commands_note_end(engine, batch, old->type, id);
        feeds_note_end(engine, batch, old->type, id);
        digest_remove(engine, old->digest);
        r = publish_golden(engine, &change);
        return r < 0 ? r : publish_change(engine, batch, &change);
}
