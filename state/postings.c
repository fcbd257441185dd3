/* Postings: from a hash (blocking key, reference, ghost's key) to the numbers that have it.
 *
 * The largest random-access table of the state, so its cost decides the speed of a load: repeats of fixed size hold 6
 * postings a record in 171 to 184 bytes at a million records. The caller sorts a whole batch by key; the sweep then
 * stays on a leaf page for all postings that belong there (unsorted puts cost 1.5 to 1.6 times as much).
 */
#include "state/internal.h"

static bool is_postings(struct store_txn *txn, enum store_table table)
{
        if (table == STORE_BLOCK || table == STORE_REFERENCE || table == STORE_GHOST_BLOCK)
                return true;
        txn_fail_request(txn, "table %s holds no postings", store_table_name(table));
        return false;
}

void store_apply_postings(struct store_txn *txn, enum store_table table, const struct store_posting *postings,
                          size_t count)
{
        struct store_key key;

        if (!is_postings(txn, table))
                return;
        for (size_t i = 0; i < count && txn->code == 0; i++) {
                const struct store_posting *posting = &postings[i];

                key_number(&key, posting->key);
                if (posting->add)
                        table_add_item(txn, table, &key.val, &posting->number);
                else
                        table_delete_item(txn, table, &key.val, &posting->number);
        }
}

uint32_t store_count_postings(struct store_txn *txn, enum store_table table, uint64_t key)
{
        struct store_key hash;

        return is_postings(txn, table) ? (uint32_t)table_count_items(txn, table, key_number(&hash, key)) : 0;
}

uint32_t store_get_postings(struct store_txn *txn, enum store_table table, uint64_t key, uint32_t *numbers,
                            uint32_t max)
{
        struct store_key hash;

        return is_postings(txn, table) ? (uint32_t)table_get_items(txn, table, key_number(&hash, key), numbers, max)
                                       : 0;
}
