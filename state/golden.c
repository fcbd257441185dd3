/* What the outputs show: golden records by their anchor, conflicts by their id and which of them an entity has, and
 * what has no other name than its topic and key.
 *
 * Bytes in, bytes out: what they mean is known to the engine.
 */
#include "state/internal.h"

void store_put_golden(struct store_txn *txn, uint32_t anchor, struct text value)
{
        struct store_key key;

        table_put(txn, STORE_GOLDEN, key_number(&key, anchor), value);
}

void store_delete_golden(struct store_txn *txn, uint32_t anchor)
{
        struct store_key key;

        table_delete(txn, STORE_GOLDEN, key_number(&key, anchor));
}

bool store_get_golden(struct store_txn *txn, uint32_t anchor, struct text *value)
{
        struct store_key key;

        return table_get(txn, STORE_GOLDEN, key_number(&key, anchor), value);
}

void store_put_conflict(struct store_txn *txn, struct hash128 id, struct text value)
{
        struct store_key key;

        table_put(txn, STORE_CONFLICT, key_id(&key, id), value);
}

void store_delete_conflict(struct store_txn *txn, struct hash128 id)
{
        struct store_key key;

        table_delete(txn, STORE_CONFLICT, key_id(&key, id));
}

bool store_get_conflict(struct store_txn *txn, struct hash128 id, struct text *value)
{
        struct store_key key;

        return table_get(txn, STORE_CONFLICT, key_id(&key, id), value);
}

void store_add_conflict_of(struct store_txn *txn, uint32_t anchor, struct hash128 id)
{
        struct store_key item;
        struct store_key key;

        key_id(&item, id);
        table_add_item(txn, STORE_CONFLICT_INDEX, key_number(&key, anchor), item.id);
}

void store_delete_conflict_of(struct store_txn *txn, uint32_t anchor, struct hash128 id)
{
        struct store_key item;
        struct store_key key;

        key_id(&item, id);
        table_delete_item(txn, STORE_CONFLICT_INDEX, key_number(&key, anchor), item.id);
}

uint32_t store_get_conflicts_of(struct store_txn *txn, struct arena *arena, uint32_t anchor, struct hash128 **ids)
{
        struct store_key key;
        void *items;
        uint32_t count = table_get_all_items(txn, arena, STORE_CONFLICT_INDEX, key_number(&key, anchor), &items);

        *ids = arena_calloc(arena, count, sizeof(**ids));
        for (uint32_t i = 0; i < count; i++)
                (*ids)[i] = key_read_id((const uint8_t *)items + (size_t)i * 16);
        return count;
}

void store_put_output(struct store_txn *txn, struct hash128 id, struct text value)
{
        struct store_key key;

        table_put(txn, STORE_OUTPUT, key_id(&key, id), value);
}

void store_delete_output(struct store_txn *txn, struct hash128 id)
{
        struct store_key key;

        table_delete(txn, STORE_OUTPUT, key_id(&key, id));
}

bool store_get_output(struct store_txn *txn, struct hash128 id, struct text *value)
{
        struct store_key key;

        return table_get(txn, STORE_OUTPUT, key_id(&key, id), value);
}
