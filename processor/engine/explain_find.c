/* Records and entities by what people call them.
 *
 * A record is found by its key, then among the entities that the configuration knows of its source, and at last by a
 * look at all records; an entity by a look at all records, since its id is a hash of the one that anchors it.
 * The look at all records leaves an index behind.
 */
#include "engine/explain_internal.h"

#define SEED_NAME 0x647572616e64000aULL

/* ---- all records ---------------------------------------------------------------------------------------------------
 */

static uint64_t hash_name(struct text source, struct text record_id)
{
        return hash64_mix(hash64_text(source, SEED_NAME), hash64_text(record_id, SEED_NAME));
}

struct walk {
        struct explainer *explainer;
        struct text entity_id; /* that a record of the entity would name */
        struct arena arena;
        uint32_t number;
};

static int name_record(void *context, struct text key, struct text value)
{
        struct walk *walk = context;
        struct record record;

        arena_reset(&walk->arena);
        if (record_decode(&walk->arena, value, &record, &walk->explainer->error) < 0)
                return ERR_FATAL;
        if (record.alive)
                map_put(&walk->explainer->names, hash_name(record.key.source, record.key.record_id),
                        (uint32_t)store_read_number(key), NULL);
        return 0;
}

static int match_entity(void *context, struct text key, struct text value)
{
        struct walk *walk = context;
        char id[ENTITY_ID_SIZE];
        struct record record;

        arena_reset(&walk->arena);
        if (record_decode(&walk->arena, value, &record, &walk->explainer->error) < 0)
                return ERR_FATAL;
        golden_entity_id(text_starts_with(walk->entity_id, TEXT("o-")) ? TYPE_ORGANIZATION : TYPE_PERSON, record.key,
                         id);
        if (!text_equal(walk->entity_id, text_from(id)))
                return 0;
        walk->number = (uint32_t)store_read_number(key);
        return 1;
}

static int walk_records(struct walk *walk, int (*look)(void *, struct text, struct text), struct error *error)
{
        int r = store_walk(walk->explainer->engine.txn, STORE_RECORD, look, walk);

        arena_free(&walk->arena);
        return r < 0 ? error_set(error, r, "%s", walk->explainer->error.text) : 0;
}

/* Whoever asks for many records walks the table once. 0: no such record. */
static int find_by_name(struct explainer *explainer, struct text source, struct text record_id, uint32_t *number,
                        struct error *error)
{
        struct arena arena ARENA_CLEANUP = {0};
        struct walk walk = {.explainer = explainer};
        struct record record;
        const uint32_t *found;
        int r = 0;

        if (!explainer->named) {
                map_init(&explainer->names, &explainer->engine.arena);
                r = walk_records(&walk, name_record, error);
                explainer->named = r == 0;
        }
        found = r == 0 ? map_get(&explainer->names, hash_name(source, record_id)) : NULL;
        if (!found)
                return r;
        r = engine_load_record(&explainer->engine, &arena, *found, &record);
        if (r < 0)
                return error_set(error, r, "%s", explainer->error.text);
        if (text_equal(record.key.source, source) && text_equal(record.key.record_id, record_id))
                *number = *found;
        return 0;
}

/* ---- look-ups ------------------------------------------------------------------------------------------------------
 */

/* SOURCE/ENTITY/ID as it stands; 0: no such record. */
static uint32_t find_exactly(struct explainer *explainer, struct text name, uint32_t slash)
{
        int64_t second = text_find_byte(name, '/', slash + 1);
        struct record_key key;

        if (second < 0)
                return 0;
        key.source = text_slice(name, 0, slash);
        key.entity = text_slice(name, slash + 1, (uint32_t)second - slash - 1);
        key.record_id = text_slice(name, (uint32_t)second + 1, name.length - (uint32_t)second - 1);
        return store_find_record(explainer->engine.txn, key);
}

int explainer_find_record(struct explainer *explainer, struct text name, uint32_t *number, struct error *error)
{
        int64_t slash = text_find_byte(name, '/', 0);
        struct text source, record_id;
        int r = 0;

        if (slash < 0)
                return error_set(error, ERR_USAGE, "\"%.*s\" names no record: say SOURCE/ID or SOURCE/ENTITY/ID",
                                 TEXT_ARG(name));
        *number = find_exactly(explainer, name, (uint32_t)slash);
        source = text_slice(name, 0, (uint32_t)slash);
        record_id = text_slice(name, (uint32_t)slash + 1, name.length - (uint32_t)slash - 1);
        if (*number == 0)
                *number = engine_find_reference(&explainer->engine, source, record_id, TYPE_COUNT);
        if (*number == 0)
                r = find_by_name(explainer, source, record_id, number, error);
        if (r == 0 && *number == 0)
                return error_set(error, ERR_USAGE, "there is no living record %.*s in the state", TEXT_ARG(name));
        return r;
}

/* The entity of a record, or of a ghost that is attached to one. */
uint32_t explainer_anchor_of(struct explainer *explainer, uint32_t record)
{
        struct record_state state = {0};

        return engine_get_state(&explainer->engine, record, &state) ? state.anchor : 0;
}

int explainer_load_stored(struct explainer *explainer, struct arena *arena, uint32_t anchor, struct stored *stored,
                          struct error *error)
{
        struct text value;

        if (anchor == 0 || !store_get_golden(explainer->engine.txn, anchor, &value))
                return error_set(error, ERR_USAGE, "the record belongs to no entity");
        return stored_decode(arena, value, stored, error);
}

int explainer_find_entity(struct explainer *explainer, struct text id, uint32_t *number, struct error *error)
{
        struct walk walk = {.explainer = explainer, .entity_id = id};
        struct stored stored = {.member_count = 0};
        int r = walk_records(&walk, match_entity, error);

        if (r < 0)
                return r;
        if (walk.number == 0 ||
            explainer_load_stored(explainer, &explainer->engine.arena, explainer_anchor_of(explainer, walk.number),
                                  &stored, error) < 0 ||
            stored.member_count == 0)
                return error_set(error, ERR_USAGE, "there is no entity %.*s in the state", TEXT_ARG(id));
        *number = stored.members[0];
        return 0;
}
