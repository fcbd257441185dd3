/* Values that stewards pinned: which of an entity's members has them, and what they are once standardised. */
#include "engine/decisions.h"

#include <stdlib.h>

/* Of several pins of one attribute the last one. */
static void offer_pin(struct arena *arena, struct decided_pins *pins, uint16_t attribute,
                      const struct decision *decision)
{
        for (size_t i = 0; i < pins->count; i++) {
                if (pins->items[i].attribute != attribute)
                        continue;
                if (decision_compare(decision, &pins->items[i].decision) > 0)
                        pins->items[i].decision = *decision;
                return;
        }
        *ARENA_PUSH(arena, pins->items, pins->count, pins->capacity) =
                (struct decided_pin){.attribute = attribute, .decision = *decision};
}

static int offer_pins_of(struct engine *engine, struct batch *batch, struct record_key key, struct decided_pins *pins)
{
        struct hash128 *subjects;
        uint32_t count = store_get_decisions_of(engine->txn, batch->arena, record_key_hash(key), &subjects);

        for (uint32_t i = 0; i < count; i++) {
                struct decision decision = {0};
                struct text value;
                uint16_t attribute;

                if (!store_get_decision(engine->txn, subjects[i], &value))
                        continue;
                if (engine_read_decision(batch->arena, value, &decision, engine->error) < 0)
                        return ERR_FATAL;
                if (decision.kind != DECISION_PIN || !record_key_equal(decision.records[0], key))
                        continue;
                attribute = vocabulary_find(&engine->config->vocabulary, decision.attribute);
                if (attribute != ATTRIBUTE_NONE)
                        offer_pin(batch->arena, pins, attribute, &decision);
        }
        return 0;
}

static int compare_pins(const void *left, const void *right)
{
        const struct decided_pin *a = left, *b = right;

        return (a->attribute > b->attribute) - (a->attribute < b->attribute);
}

int batch_find_pins(struct engine *engine, struct batch *batch, const struct draft *draft, struct decided_pins *pins)
{
        *pins = (struct decided_pins){0};
        for (uint32_t i = 0; i < draft->member_count; i++) {
                if (engine_is_named(engine, draft->records[i].key) &&
                    offer_pins_of(engine, batch, draft->records[i].key, pins) < 0)
                        return ERR_FATAL;
        }
        if (pins->count > 1)
                qsort(pins->items, pins->count, sizeof(*pins->items), compare_pins);
        return 0;
}

/* A record that holds the value and nothing else, so that it is standardised like any other. */
static struct record *pinned_record(struct arena *arena, const struct decided_pin *pin, enum record_type type)
{
        struct record *record = arena_calloc(arena, 1, sizeof(*record));
        struct version version = {.time_ms = pin->decision.at_ms};

        record->slots = arena_calloc(arena, 1, sizeof(*record->slots));
        record->slots[0] = (struct slot){
                .attribute = pin->attribute,
                .flags = SLOT_SET,
                .raw = pin->decision.value,
                .value = pin->decision.value,
                .version = version,
        };
        record->slot_count = 1;
        record->key = pin->decision.records[0];
        record->declared_type = type;
        record->alive = record->ever_updated = true;
        record->updated = version;
        record->first_time_ms = TIME_UNKNOWN_MS;
        return record;
}

struct golden_pin *engine_standardise_pins(struct standard *standard, struct arena *arena,
                                           const struct decided_pins *pins, enum record_type type)
{
        struct golden_pin *golden = arena_calloc(arena, pins->count + 1, sizeof(*golden));
        struct features *features = pins->count > 0 ? arena_alloc(arena, sizeof(*features)) : NULL;

        for (size_t i = 0; i < pins->count; i++) {
                struct record *record = pinned_record(arena, &pins->items[i], type);
                char *id = arena_alloc(arena, DECISION_ID_SIZE);

                decision_id(&pins->items[i].decision, id);
                standard_record(standard, arena, record, features);
                golden[i] = (struct golden_pin){.record = record, .decision = text_from(id)};
        }
        return golden;
}
