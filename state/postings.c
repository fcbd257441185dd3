/* Postings: from a hash (blocking key, reference, ghost's key) to the numbers that have it.
 *
 * The largest random-access table of the state, so its cost decides the speed of a load: repeats of fixed size hold 6
 * postings a record in 171 to 184 bytes at a million records. The caller sorts a whole batch by key; the sweep then
 * stays on a leaf page for all postings that belong there (unsorted puts cost 1.5 to 1.6 times as much).
 */
#include "state/internal.h"

#include <string.h>

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

/* Postings of one key before and after: @numbers is merged in place of the arena's array. */
struct merge {
        uint32_t *numbers;
        uint32_t count;
};

/* Both lists ascend, so one pass merges them; what is added twice or deleted in vain changes nothing. */
static void merge_number(struct store_txn *txn, enum store_table table, MDB_val *key, struct merge *merge,
                         const struct store_posting *posting)
{
        uint32_t at = 0;
        bool found;

        while (at < merge->count && merge->numbers[at] < posting->number)
                at++;
        found = at < merge->count && merge->numbers[at] == posting->number;
        if (found == posting->add)
                return;
        if (posting->add) {
                table_add_item(txn, table, key, &posting->number);
                memmove(merge->numbers + at + 1, merge->numbers + at, (merge->count - at) * sizeof(uint32_t));
                merge->numbers[at] = posting->number;
                merge->count++;
        } else {
                table_delete_item(txn, table, key, &posting->number);
                memmove(merge->numbers + at, merge->numbers + at + 1, (merge->count - at - 1) * sizeof(uint32_t));
                merge->count--;
        }
}

/* One key with its postings from..to. */
static void sweep_group(struct store_txn *txn, struct arena *arena, enum store_table table,
                        const struct store_posting *postings, size_t count, uint32_t limit,
                        struct store_key_group *group)
{
        uint64_t room = (uint64_t)limit + count; /* so many there can be before, and no more than the limit after */
        struct merge merge = {.numbers = arena_alloc(arena, (room + count) * sizeof(uint32_t))};
        struct store_key key;

        key_number(&key, postings[0].key);
        group->key = postings[0].key;
        group->before = (uint32_t)table_get_items(txn, table, &key.val, merge.numbers, room);
        if (group->before <= room) {
                merge.count = group->before;
                for (size_t i = 0; i < count && txn->code == 0; i++)
                        merge_number(txn, table, &key.val, &merge, &postings[i]);
                group->after = merge.count;
                group->numbers = merge.count <= limit ? merge.numbers : NULL;
                return;
        }
        store_apply_postings(txn, table, postings, count);
        group->after = (uint32_t)table_count_items(txn, table, &key.val);
        group->numbers = NULL;
}

size_t store_sweep_postings(struct store_txn *txn, struct arena *arena, enum store_table table,
                            const struct store_posting *postings, size_t count, uint32_t limit,
                            struct store_key_group **groups)
{
        size_t found = 0;

        *groups = arena_calloc(arena, count + 1, sizeof(**groups));
        if (!is_postings(txn, table))
                return 0;
        for (size_t from = 0, to; from < count && txn->code == 0; from = to) {
                for (to = from + 1; to < count && postings[to].key == postings[from].key;)
                        to++;
                sweep_group(txn, arena, table, postings + from, to - from, limit, &(*groups)[found++]);
        }
        return found;
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
