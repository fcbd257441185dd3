/* Walking a table in key order, and its size.
 *
 * The walk has a cursor of its own, so that what it calls may read the same table. Numbers are shown as eight bytes,
 * most significant first, whatever the machine: callers never see how keys are stored.
 */
#include "state/internal.h"

#include <string.h>

uint64_t store_read_number(struct text shown)
{
        uint64_t number = 0;

        for (uint32_t i = 0; i < shown.length && i < 8; i++)
                number = number << 8 | (uint8_t)shown.data[i];
        return number;
}

struct hash128 store_read_id(struct text shown)
{
        return shown.length == 16 ? key_read_id((const uint8_t *)shown.data) : (struct hash128){0};
}

/* The form of @val that callers see; @storage holds a converted number. False for a wrong size. */
static bool show(MDB_val val, bool is_number, uint32_t number_bytes, uint8_t storage[8], struct text *out)
{
        uint64_t number = 0;
        uint32_t item;

        if (!is_number) {
                *out = (struct text){.data = val.mv_data, .length = (uint32_t)val.mv_size};
                return val.mv_size <= UINT32_MAX;
        }
        if (number_bytes == sizeof(item)) {
                if (!key_read_item(&val, &item))
                        return false;
                number = item;
        } else if (!key_read_number(&val, &number)) {
                return false;
        }
        key_show_number(number, storage);
        *out = (struct text){.data = (const char *)storage, .length = 8};
        return true;
}

/* Calls @run for one entry as callers see it. */
static int show_entry(struct store_txn *txn, enum store_table table, MDB_val key, MDB_val value,
                      int (*run)(void *context, struct text key, struct text value), void *context)
{
        const struct table_layout *layout = &table_layouts[table];
        uint8_t shown_key[8];
        uint8_t shown_value[8];
        struct text k;
        struct text v;

        if (show(key, layout->key == KEY_NUMBER, sizeof(uint64_t), shown_key, &k) &&
            show(value, layout->item_bytes == sizeof(uint32_t), sizeof(uint32_t), shown_value, &v) &&
            (table != STORE_RECORD || record_strip_key(&v)))
                return run(context, k, v);
        txn_fail_damaged(txn, table, "a key or value of another size");
        return txn->code;
}

int store_walk_from(struct store_txn *txn, enum store_table table, struct text start,
                    int (*run)(void *context, struct text key, struct text value), void *context)
{
        MDB_cursor_op op = start.length > 0 ? MDB_SET_RANGE : MDB_NEXT;
        struct store_key storage;
        MDB_val key = *key_name(&storage, start);
        MDB_val value = {0};
        MDB_cursor *cursor;
        int result = 0;
        int rc;

        if (txn->code != 0)
                return txn->code;
        if (start.length > 0 && table_layouts[table].key == KEY_NUMBER)
                key = *key_number(&storage, store_read_number(start));
        rc = LMDB(mdb_cursor_open(txn->mdb, txn->store->tables[table], &cursor));
        if (rc != 0) {
                txn_fail(txn, table, "open", rc);
                return txn->code;
        }
        while (result == 0 && (rc = LMDB(mdb_cursor_get(cursor, &key, &value, op))) == 0) {
                result = show_entry(txn, table, key, value, run, context);
                op = MDB_NEXT;
        }
        mdb_cursor_close(cursor);
        if (result == 0 && rc != MDB_NOTFOUND)
                txn_fail(txn, table, "read", rc);
        return result != 0 ? result : txn->code;
}

int store_walk(struct store_txn *txn, enum store_table table,
               int (*run)(void *context, struct text key, struct text value), void *context)
{
        return store_walk_from(txn, table, TEXT_NONE, run, context);
}

uint64_t store_count(struct store_txn *txn, enum store_table table)
{
        MDB_stat stat;
        int rc;

        if (txn->code != 0)
                return 0;
        rc = LMDB(mdb_stat(txn->mdb, txn->store->tables[table], &stat));
        if (rc != 0) {
                txn_fail(txn, table, "count", rc);
                return 0;
        }
        return stat.ms_entries;
}

uint64_t store_table_bytes(struct store_txn *txn, enum store_table table)
{
        MDB_stat stat;
        int rc;

        if (txn->code != 0)
                return 0;
        rc = LMDB(mdb_stat(txn->mdb, txn->store->tables[table], &stat));
        if (rc != 0) {
                txn_fail(txn, table, "measure", rc);
                return 0;
        }
        return (uint64_t)(stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
}
