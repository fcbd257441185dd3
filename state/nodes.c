/* Value nodes: the records that standardise to the same features, once.
 *
 * A node is found by the hash of its features and told from others under the same hash by the features themselves.
 * Numbers are never given twice: an edge or posting that somebody forgot then points at nothing rather than at a
 * stranger.
 */
#include "state/internal.h"

uint32_t store_find_node(struct store_txn *txn, struct text features)
{
        struct store_key hash;
        MDB_val value;
        bool more = table_move(txn, STORE_NODE_INDEX, key_number(&hash, txn->store->hash_features(features)), &value,
                               MDB_SET);

        while (more) {
                struct text other;
                uint32_t node;

                if (!key_read_item(&value, &node)) {
                        txn_fail_damaged(txn, STORE_NODE_INDEX, "a number of another size");
                        return 0;
                }
                if (store_get_node(txn, node, &other) && text_equal(features, other))
                        return node;
                more = table_move(txn, STORE_NODE_INDEX, &hash.val, &value, MDB_NEXT_DUP);
        }
        return 0;
}

uint32_t store_add_node(struct store_txn *txn, struct text features)
{
        uint64_t hash = txn->store->hash_features(features);
        struct store_key key;
        uint32_t node;

        if (txn->last_node == UINT32_MAX) {
                txn_fail_request(txn, "all 4294967295 node numbers are used up: rebuild the state");
                return 0;
        }
        node = txn->last_node + 1;
        table_put(txn, STORE_NODE, key_number(&key, node), features);
        table_add_item(txn, STORE_NODE_INDEX, key_number(&key, hash), &node);
        if (txn->code != 0)
                return 0;
        txn->last_node = node;
        txn->counters_changed = true;
        return node;
}

void store_delete_node(struct store_txn *txn, uint32_t node)
{
        struct text features;
        struct store_key key;
        uint64_t hash;

        if (!store_get_node(txn, node, &features))
                return;
        hash = txn->store->hash_features(features);
        table_delete_item(txn, STORE_NODE_INDEX, key_number(&key, hash), &node);
        table_delete(txn, STORE_NODE, key_number(&key, node));
}

bool store_get_node(struct store_txn *txn, uint32_t node, struct text *features)
{
        struct store_key key;

        return table_get(txn, STORE_NODE, key_number(&key, node), features);
}

void store_add_member(struct store_txn *txn, uint32_t node, uint32_t record)
{
        struct store_key key;

        table_add_item(txn, STORE_NODE_MEMBER, key_number(&key, node), &record);
}

void store_delete_member(struct store_txn *txn, uint32_t node, uint32_t record)
{
        struct store_key key;

        table_delete_item(txn, STORE_NODE_MEMBER, key_number(&key, node), &record);
}

uint32_t store_get_members(struct store_txn *txn, struct arena *arena, uint32_t node, uint32_t **records)
{
        struct store_key key;
        void *items;
        uint32_t count = table_get_all_items(txn, arena, STORE_NODE_MEMBER, key_number(&key, node), &items);

        *records = items;
        return count;
}

uint32_t store_count_members(struct store_txn *txn, uint32_t node)
{
        struct store_key key;

        return (uint32_t)table_count_items(txn, STORE_NODE_MEMBER, key_number(&key, node));
}
