/* Access to one table through the transaction's cursor.
 *
 * Each transaction keeps one cursor for each table that it touches. A cursor that is already on the right leaf page
 * finds the next key without a descent from the root, which is what makes sorted sweeps cheap: callers sort, this file
 * stays where it is.
 *
 * Where new keys are mostly the greatest (numbers that are given in order) a put beyond the last known key is an
 * append: LMDB then fills pages instead of leaving them half empty.
 */
#include "state/internal.h"

#include <errno.h>
#include <string.h>

MDB_cursor *table_cursor(struct store_txn *txn, enum store_table table)
{
        int rc;

        if (txn->code != 0)
                return NULL;
        if (txn->cursors[table] == NULL) {
                rc = LMDB(mdb_cursor_open(txn->mdb, txn->store->tables[table], &txn->cursors[table]));
                if (rc != 0) {
                        txn->cursors[table] = NULL;
                        txn_fail(txn, table, "open", rc);
                        return NULL;
                }
        }
        return txn->cursors[table];
}

bool table_move(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *value, MDB_cursor_op op)
{
        MDB_cursor *cursor = table_cursor(txn, table);
        int rc;

        if (cursor == NULL)
                return false;
        rc = LMDB(mdb_cursor_get(cursor, key, value, op));
        if (rc == 0)
                return true;
        if (rc != MDB_NOTFOUND)
                txn_fail(txn, table, "read", rc);
        return false;
}

bool table_get(struct store_txn *txn, enum store_table table, MDB_val *key, struct text *value)
{
        MDB_val found;

        *value = TEXT_NONE;
        if (!table_move(txn, table, key, &found, MDB_SET))
                return false;
        if (found.mv_size > UINT32_MAX) {
                txn_fail_damaged(txn, table, "a value of more than 4 GiB");
                return false;
        }
        *value = (struct text){.data = found.mv_data, .length = (uint32_t)found.mv_size};
        return true;
}

/* MDB_APPEND if @key lies beyond every key of the table, and the accounting of what the put touches. */
static unsigned prepare_put(struct store_txn *txn, enum store_table table, const MDB_val *key, size_t size)
{
        uint64_t *last = &txn->last_key[table];
        uint64_t number;

        if (table_layouts[table].ascends && key_read_number(key, &number)) {
                if (*last == LAST_KEY_UNKNOWN) {
                        MDB_val last_key = {0};
                        MDB_val value;

                        if (!table_move(txn, table, &last_key, &value, MDB_LAST) || !key_read_number(&last_key, last))
                                *last = 0;
                }
                if (number > *last) {
                        *last = number;
                        txn->appended_bytes += size + key->mv_size;
                        return MDB_APPEND;
                }
        }
        txn->touched_pages[table] += 1 + size / txn->store->page_bytes;
        return 0;
}

uint8_t *table_reserve(struct store_txn *txn, enum store_table table, MDB_val *key, size_t size)
{
        MDB_val value = {.mv_size = size};
        MDB_cursor *cursor = table_cursor(txn, table);
        unsigned flags;
        int rc;

        if (cursor == NULL)
                return NULL;
        flags = prepare_put(txn, table, key, size);
        if (txn->code != 0)
                return NULL;
        rc = LMDB(mdb_cursor_put(cursor, key, &value, flags | MDB_RESERVE));
        if (rc != 0) {
                txn_fail(txn, table, "write", rc);
                return NULL;
        }
        return value.mv_data;
}

void table_put(struct store_txn *txn, enum store_table table, MDB_val *key, struct text value)
{
        uint8_t *room = table_reserve(txn, table, key, value.length);

        if (room != NULL && value.length > 0)
                memcpy(room, value.data, value.length);
}

/* Deletes what the cursor stands on. */
static void delete_current(struct store_txn *txn, enum store_table table)
{
        int rc = LMDB(mdb_cursor_del(txn->cursors[table], 0));

        txn->touched_pages[table]++;
        if (rc != 0)
                txn_fail(txn, table, "delete", rc);
}

void table_delete(struct store_txn *txn, enum store_table table, MDB_val *key)
{
        MDB_val value;

        if (table_move(txn, table, key, &value, MDB_SET))
                delete_current(txn, table);
}

static MDB_val item_val(enum store_table table, const void *item)
{
        return (MDB_val){.mv_size = table_layouts[table].item_bytes, .mv_data = (void *)(uintptr_t)item};
}

void table_add_item(struct store_txn *txn, enum store_table table, MDB_val *key, const void *item)
{
        MDB_val value = item_val(table, item);
        MDB_cursor *cursor = table_cursor(txn, table);
        unsigned flags;
        int rc;

        if (cursor == NULL)
                return;
        flags = prepare_put(txn, table, key, value.mv_size);
        if (txn->code != 0)
                return;
        rc = LMDB(mdb_cursor_put(cursor, key, &value, flags | MDB_NODUPDATA));
        if (rc != 0 && rc != MDB_KEYEXIST)
                txn_fail(txn, table, "write", rc);
}

void table_delete_item(struct store_txn *txn, enum store_table table, MDB_val *key, const void *item)
{
        MDB_val value = item_val(table, item);

        if (table_move(txn, table, key, &value, MDB_GET_BOTH))
                delete_current(txn, table);
}

/* Stands on the first item of @key and gives their number; 0: none. */
static uint64_t find_items(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *first)
{
        size_t count = 0;
        int rc;

        if (!table_move(txn, table, key, first, MDB_SET))
                return 0;
        rc = LMDB(mdb_cursor_count(txn->cursors[table], &count));
        if (rc != 0) {
                txn_fail(txn, table, "count", rc);
                return 0;
        }
        return count;
}

uint64_t table_count_items(struct store_txn *txn, enum store_table table, MDB_val *key)
{
        MDB_val first;

        return find_items(txn, table, key, &first);
}

/* Copies items from the cursor's place on. LMDB gives them a page at a time; a key with a single item has no page of
 * its own, and MDB_GET_MULTIPLE then leaves @page as MDB_SET filled it. */
static uint64_t copy_items(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *page, uint8_t *out,
                           uint64_t max)
{
        uint32_t item_bytes = table_layouts[table].item_bytes;
        MDB_cursor_op op = MDB_GET_MULTIPLE;
        uint64_t copied = 0;

        while (copied < max && table_move(txn, table, key, page, op)) {
                uint64_t count = page->mv_size / item_bytes;

                if (count == 0 || page->mv_size % item_bytes != 0) {
                        txn_fail_damaged(txn, table, "repeated values of another size");
                        return 0;
                }
                if (count > max - copied)
                        count = max - copied;
                memcpy(out + copied * item_bytes, page->mv_data, count * item_bytes);
                copied += count;
                op = MDB_NEXT_MULTIPLE;
        }
        return copied;
}

uint64_t table_get_items(struct store_txn *txn, enum store_table table, MDB_val *key, void *out, uint64_t max)
{
        MDB_val first;
        uint64_t count = find_items(txn, table, key, &first);
        uint64_t wanted = count < max ? count : max;

        if (wanted > 0 && copy_items(txn, table, key, &first, out, wanted) != wanted) {
                txn_fail_damaged(txn, table, "fewer repeated values than counted");
                return 0;
        }
        return count;
}

uint32_t table_get_all_items(struct store_txn *txn, struct arena *arena, enum store_table table, MDB_val *key,
                             void **items)
{
        MDB_val first;
        uint64_t count = find_items(txn, table, key, &first);

        *items = NULL;
        if (count == 0)
                return 0;
        if (count > UINT32_MAX) {
                txn_fail_damaged(txn, table, "more than 2^32 repeated values");
                return 0;
        }
        *items = arena_calloc(arena, count, table_layouts[table].item_bytes);
        if (copy_items(txn, table, key, &first, *items, count) != count) {
                txn_fail_damaged(txn, table, "fewer repeated values than counted");
                *items = NULL;
                return 0;
        }
        return (uint32_t)count;
}
