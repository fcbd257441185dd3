/* Records and entities by what people call them.
 *
 * A record is found by its key, then among the entities that the configuration knows of its source, and at last by a
 * look at all records; an entity by a look at all records, since its id is a hash of the one that anchors it.
 */
#include "engine/explain_internal.h"

struct search {
        struct explainer *explainer;
        struct text source, record_id; /* of the record */
        struct text entity_id;         /* or of the entity that one of its records would name */
        struct arena arena;
        uint32_t number;
};

static int look_at_record(void *context, struct text key, struct text value)
{
        struct search *search = context;
        char id[ENTITY_ID_SIZE];
        struct record record;

        arena_reset(&search->arena);
        if (record_decode(&search->arena, value, &record, &search->explainer->error) < 0)
                return ERR_FATAL;
        if (search->entity_id.length > 0) {
                golden_entity_id(text_starts_with(search->entity_id, TEXT("o-")) ? TYPE_ORGANIZATION : TYPE_PERSON,
                                 record.key, id);
                if (!text_equal(search->entity_id, text_from(id)))
                        return 0;
        } else if (!record.alive || !text_equal(record.key.source, search->source) ||
                   !text_equal(record.key.record_id, search->record_id)) {
                return 0;
        }
        search->number = (uint32_t)store_read_number(key);
        return 1;
}

static int search_records(struct search *search, struct error *error)
{
        int r = store_walk(search->explainer->engine.txn, STORE_RECORD, look_at_record, search);

        arena_free(&search->arena);
        if (r < 0)
                return error_set(error, r, "%s", search->explainer->error.text);
        return 0;
}

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
        struct search search = {.explainer = explainer};
        int r = 0;

        if (slash < 0)
                return error_set(error, ERR_USAGE, "\"%.*s\" names no record: say SOURCE/ID or SOURCE/ENTITY/ID",
                                 TEXT_ARG(name));
        *number = find_exactly(explainer, name, (uint32_t)slash);
        search.source = text_slice(name, 0, (uint32_t)slash);
        search.record_id = text_slice(name, (uint32_t)slash + 1, name.length - (uint32_t)slash - 1);
        if (*number == 0)
                *number = engine_find_reference(&explainer->engine, search.source, search.record_id, TYPE_COUNT);
        if (*number == 0) {
                r = search_records(&search, error);
                *number = search.number;
        }
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
        struct search search = {.explainer = explainer, .entity_id = id};
        struct stored stored = {.member_count = 0};
        int r = search_records(&search, error);

        if (r < 0)
                return r;
        if (search.number == 0 ||
            explainer_load_stored(explainer, &explainer->engine.arena, explainer_anchor_of(explainer, search.number),
                                  &stored, error) < 0 ||
            stored.member_count == 0)
                return error_set(error, ERR_USAGE, "there is no entity %.*s in the state", TEXT_ARG(id));
        *number = stored.members[0];
        return 0;
}
