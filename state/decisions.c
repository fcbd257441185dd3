/* What stewards decided, and which decisions are about a record or a conflict.
 *
 * Bytes in, bytes out: what they mean is known to the module steward.
 */
#include "state/internal.h"

void store_put_decision(struct store_txn *txn, struct hash128 id, struct text value)
{
        struct store_key key;

        table_put(txn, STORE_DECISION, key_id(&key, id), value);
}

void store_delete_decision(struct store_txn *txn, struct hash128 id)
{
        struct store_key key;

        table_delete(txn, STORE_DECISION, key_id(&key, id));
}

bool store_get_decision(struct store_txn *txn, struct hash128 id, struct text *value)
{
        struct store_key key;

        return table_get(txn, STORE_DECISION, key_id(&key, id), value);
}

void store_add_decision_of(struct store_txn *txn, uint64_t number, struct hash128 id)
{
        struct store_key item;
        struct store_key key;

        key_id(&item, id);
        table_add_item(txn, STORE_DECISION_INDEX, key_number(&key, number), item.id);
}

void store_delete_decision_of(struct store_txn *txn, uint64_t number, struct hash128 id)
{
        struct store_key item;
        struct store_key key;

        key_id(&item, id);
        table_delete_item(txn, STORE_DECISION_INDEX, key_number(&key, number), item.id);
}

uint32_t store_get_decisions_of(struct store_txn *txn, struct arena *arena, uint64_t number, struct hash128 **ids)
{
        struct store_key key;
        void *items;
        uint32_t count = table_get_all_items(txn, arena, STORE_DECISION_INDEX, key_number(&key, number), &items);

        *ids = arena_calloc(arena, count, sizeof(**ids));
        for (uint32_t i = 0; i < count; i++)
                (*ids)[i] = key_read_id((const uint8_t *)items + (size_t)i * 16);
        return count;
}
