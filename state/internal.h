/* internal.h: what the files of state/ share. Tests include it to choose the hashes of the indexes. */
#pragma once

#include "base/buffer.h"
#include "state/keys.h"
#include "state/store.h"
#include <signal.h>

#include <errno.h>
#include <lmdb.h>
#include <pthread.h>

struct store {
        char *path;
        MDB_env *env;
        MDB_dbi tables[STORE_TABLE_COUNT];
        int lock_fd; /* the flock that makes us the only writer; -1 when read-only */
        bool read_only;
        bool map_full; /* a transaction ran out of map: the next one starts by growing it */
        uint64_t page_bytes;
        struct store_txn *write; /* the open write transaction, or NULL */

        /* The map may only change while nobody in this process reads. */
        pthread_mutex_t mutex;
        pthread_cond_t changed;
        uint32_t snapshots;
        bool growing;

        uint64_t (*hash_key)(struct record_key key);
        uint64_t (*hash_features)(struct text features);
};

struct store_txn {
        struct store *store;
        MDB_txn *mdb;
        bool write;
        int code; /* 0, or the sticky failure's */
        struct error error;
        MDB_cursor *cursors[STORE_TABLE_COUNT]; /* opened on first use; sweeps rely on their position */

        uint32_t last_record; /* highest numbers given */
        uint32_t last_node;
        bool counters_changed;

        /* For MDB_APPEND: no key of the table is greater. UINT64_MAX: not asked yet. */
        uint64_t last_key[STORE_TABLE_COUNT];
        uint64_t touched_pages[STORE_TABLE_COUNT]; /* upper bound of pages written at random places */
        uint64_t appended_bytes;
        struct buffer scratch;
};

#define LAST_KEY_UNKNOWN UINT64_MAX

/* --- fault.c: every call of LMDB that can fail goes through LMDB(), so that a test can make the n-th one fail. */
#ifdef DURAND_FAULT_POINTS
bool store_test_fails_now(void);
#define LMDB(call) (store_test_fails_now() ? EIO : DAMAGE_WATCHED(call))
#else
#define LMDB(call) DAMAGE_WATCHED(call)
#endif

/* --- damage.c: what LMDB cannot report. It trusts the bytes of its file; where they are wrong it aborts or reads and
 * writes outside of its pages. */
extern _Thread_local volatile sig_atomic_t damage_inside; /* this thread is in a call of LMDB */

#define DAMAGE_WATCHED(call)                                                                                           \
        ({                                                                                                             \
                int rc_;                                                                                               \
                damage_inside = 1;                                                                                     \
                rc_ = (call);                                                                                          \
                damage_inside = 0;                                                                                     \
                rc_;                                                                                                   \
        })

/* From now on a crash over @store's file, whose environment is not open yet, ends the process with exit code 3 and a
 * sentence that names the directory and the remedy. Crashes for other reasons stay what they are. */
void damage_watch(const struct store *store);

/* --- txn.c */

/* Makes the failure sticky: @rc is LMDB's. The first failure stays. */
void txn_fail(struct store_txn *txn, enum store_table table, const char *action, int rc);

/* The same for bytes that no version of this program wrote. */
void txn_fail_damaged(struct store_txn *txn, enum store_table table, const char *what);

/* For a caller's request that cannot be met. */
void txn_fail_request(struct store_txn *txn, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* mdb_txn_commit(): @mdb is gone afterwards, whatever comes out. */
int txn_commit_mdb(MDB_txn *mdb);

/* How the size of the map that a transaction asked for survives a restart: a small file beside the data. */
#define STORE_MAP_FILE "map-bytes"

/* --- table.c: one table at a time; all of them do nothing after a failure. */

MDB_cursor *table_cursor(struct store_txn *txn, enum store_table table); /* NULL after a failure */

/* Moves the table's cursor; true if something is there. NOTFOUND is no failure. */
bool table_move(struct store_txn *txn, enum store_table table, MDB_val *key, MDB_val *value, MDB_cursor_op op);

bool table_get(struct store_txn *txn, enum store_table table, MDB_val *key, struct text *value);
void table_put(struct store_txn *txn, enum store_table table, MDB_val *key, struct text value);

/* Room of @size bytes for the value of @key, to be filled before the next call; NULL after a failure. */
uint8_t *table_reserve(struct store_txn *txn, enum store_table table, MDB_val *key, size_t size);
void table_delete(struct store_txn *txn, enum store_table table, MDB_val *key);

/* Tables with repeats. */
void table_add_item(struct store_txn *txn, enum store_table table, MDB_val *key, const void *item);
void table_delete_item(struct store_txn *txn, enum store_table table, MDB_val *key, const void *item);
uint64_t table_count_items(struct store_txn *txn, enum store_table table, MDB_val *key);

/* Copies at most @max items of @key, ascending, to @out (item_bytes each); gives the true count. */
uint64_t table_get_items(struct store_txn *txn, enum store_table table, MDB_val *key, void *out, uint64_t max);

/* All items of @key in @arena. */
uint32_t table_get_all_items(struct store_txn *txn, struct arena *arena, enum store_table table, MDB_val *key,
                             void **items);

/* --- records.c */

/* Takes the key off the front of a stored record; false where it does not fit. */
bool record_strip_key(struct text *stored);

/* --- meta.c */
#define META_OWN "store." /* names that begin so belong to this module */
#define META_FORMAT TEXT("store.format")
#define META_KIND TEXT("store.kind")
#define META_LAST_RECORD TEXT("store.last-record")
#define META_LAST_NODE TEXT("store.last-node")
#define STORE_KIND TEXT("durand state")

bool meta_get_number(struct store_txn *txn, struct text name, uint64_t *number);
void meta_put_number(struct store_txn *txn, struct text name, uint64_t number);
