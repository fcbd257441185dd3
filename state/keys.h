/* keys.h: the layout of the tables: their flags, and every key that is ever built.
 *
 * A key is made in storage that the caller holds, because LMDB wants a pointer:
 *         struct store_key key;
 *         table_get(txn, STORE_RECORD, key_number(&key, record), &value);
 */
#pragma once

#include "state/store.h"

#include <lmdb.h>

/* What the bytes of a table's keys and of its repeated values are. */
enum key_kind {
        KEY_NAME,   /* text */
        KEY_NUMBER, /* u64 in the machine's order, MDB_INTEGERKEY */
        KEY_ID,     /* 16 bytes, most significant first */
};

struct table_layout {
        const char *name;
        enum key_kind key;
        unsigned flags;      /* of LMDB, without MDB_CREATE */
        uint32_t item_bytes; /* size of one repeated value; 0: one value a key */
        bool ascends;        /* new keys are mostly the greatest: fill pages from the left (MDB_APPEND) */
};

extern const struct table_layout table_layouts[STORE_TABLE_COUNT];

struct store_key {
        MDB_val val;
        uint64_t number;
        uint8_t id[16];
};

MDB_val *key_name(struct store_key *key, struct text name);
MDB_val *key_number(struct store_key *key, uint64_t number); /* record, node, anchor, hash */
MDB_val *key_edge(struct store_key *key, uint32_t a, uint32_t b);
MDB_val *key_id(struct store_key *key, struct hash128 id);

/* The parts of keys and repeated values that were read; false for a wrong size. */
bool key_read_number(const MDB_val *val, uint64_t *number);
bool key_read_item(const MDB_val *val, uint32_t *number);
void key_split_edge(uint64_t number, uint32_t *a, uint32_t *b);
struct hash128 key_read_id(const uint8_t bytes[16]);

/* @number as eight bytes, most significant first: the form in which a walk shows numbers. */
void key_show_number(uint64_t number, uint8_t out[8]);
