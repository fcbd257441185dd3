/* Transactions: begin, commit, the sticky error, and growth of the map.
 *
 * The engine writes for seconds in one transaction and cannot check each of its thousands of puts. So the first failure
 * sticks: from then on puts do nothing, gets find nothing, and the commit gives the failure and aborts. Nothing of a
 * failed transaction reaches the file.
 *
 * The map is address space; by default there is so much of it that it never ends. Where it was set small, a transaction
 * starts by doubling it when 70 % are used. A single transaction may still hit the end (MDB_MAP_FULL), after which LMDB
 * accepts nothing more in it; the failure is remembered, in memory and in a small file, and the next start doubles
 * first. The map may only move while no transaction is open in this process: snapshots are counted, and new ones wait
 * meanwhile.
 */
#include "state/internal.h"

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define GROW_AT_PERCENT 70
#define GROW_WAIT_S 10 /* for snapshots to end; they are short */

static uint64_t map_bytes(const struct store *store)
{
        MDB_envinfo info;

        mdb_env_info(store->env, &info);
        return info.me_mapsize;
}

uint64_t store_size_bytes(const struct store *store)
{
        MDB_envinfo info;

        mdb_env_info(store->env, &info);
        return ((uint64_t)info.me_last_pgno + 1) * store->page_bytes;
}

/* Best effort: without the file, a restarted process meets the end of the map once more. */
static void remember_map_full(struct store *store)
{
        char path[4096];
        FILE *file;

        store->map_full = true;
        if (snprintf(path, sizeof(path), "%s/" STORE_MAP_FILE, store->path) >= (int)sizeof(path))
                return;
        file = fopen(path, "we");
        if (file == NULL)
                return;
        fprintf(file, "%" PRIu64 "\n", map_bytes(store) * 2);
        fclose(file);
}

void txn_fail(struct store_txn *txn, enum store_table table, const char *action, int rc)
{
        if (txn->code != 0)
                return;
        if (rc == MDB_MAP_FULL) {
                remember_map_full(txn->store);
                txn->code = error_set(&txn->error, ERR_FATAL,
                                      "state %s: its map of %" PRIu64
                                      " bytes is full; it is doubled at the next start of a "
                                      "transaction",
                                      txn->store->path, map_bytes(txn->store));
                return;
        }
        txn->code = error_set(&txn->error, ERR_FATAL, "state %s: cannot %s table %s: %s", txn->store->path, action,
                              store_table_name(table), mdb_strerror(rc));
}

void txn_fail_damaged(struct store_txn *txn, enum store_table table, const char *what)
{
        if (txn->code != 0)
                return;
        txn->code =
                error_set(&txn->error, ERR_FATAL,
                          "state %s is damaged: table %s: %s; move the directory away, a new one is filled from the "
                          "topic of records",
                          txn->store->path, store_table_name(table), what);
}

void txn_fail_request(struct store_txn *txn, const char *format, ...)
{
        char what[512];
        va_list arguments;

        if (txn->code != 0)
                return;
        va_start(arguments, format);
        vsnprintf(what, sizeof(what), format, arguments);
        va_end(arguments);
        txn->code = error_set(&txn->error, ERR_FATAL, "state %s: %s", txn->store->path, what);
}

bool store_failed(const struct store_txn *txn)
{
        return txn->code != 0;
}

int store_error(const struct store_txn *txn, struct error *error)
{
        if (txn->code != 0 && error != NULL)
                *error = txn->error;
        return txn->code;
}

/* Waits until nobody in this process reads; the caller holds the mutex. False after GROW_WAIT_S. */
static bool wait_for_snapshots(struct store *store)
{
        struct timespec until;
        int rc = 0;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += GROW_WAIT_S;
        while (store->snapshots > 0 && rc == 0)
                rc = pthread_cond_timedwait(&store->changed, &store->mutex, &until);
        return store->snapshots == 0;
}

/* Grows the map where it has run out or soon will; no write transaction is open. */
static int grow_map(struct store *store, struct error *error)
{
        uint64_t used = store_size_bytes(store);
        uint64_t size = map_bytes(store);
        int rc = 0;

        if (!store->map_full && used <= size / 100 * GROW_AT_PERCENT)
                return 0;
        pthread_mutex_lock(&store->mutex);
        store->growing = true;
        if (store->snapshots == 0 || (store->map_full && wait_for_snapshots(store))) {
                do {
                        size *= 2;
                } while (used > size / 100 * GROW_AT_PERCENT);
                fault_point("in_map_growth");
                rc = LMDB(mdb_env_set_mapsize(store->env, size));
                if (rc == 0)
                        store->map_full = false;
        } else if (store->map_full) {
                rc = EBUSY;
        }
        store->growing = false;
        pthread_cond_broadcast(&store->changed);
        pthread_mutex_unlock(&store->mutex);
        if (rc != 0)
                return error_set(error, ERR_FATAL, "state %s: cannot grow the map to %" PRIu64 " bytes: %s",
                                 store->path, size, mdb_strerror(rc));
        return 0;
}

/* A transaction of LMDB. Another process may have grown the file beyond our map: then we take its size. */
static int begin_mdb(struct store *store, unsigned flags, MDB_txn **mdb)
{
        int rc = LMDB(mdb_txn_begin(store->env, NULL, flags, mdb));

        if (rc == MDB_MAP_RESIZED && (flags & MDB_RDONLY) && store->snapshots == 0) {
                rc = LMDB(mdb_env_set_mapsize(store->env, 0));
                if (rc == 0)
                        rc = LMDB(mdb_txn_begin(store->env, NULL, flags, mdb));
        }
        return rc;
}

static struct store_txn *new_txn(struct store *store, MDB_txn *mdb, bool write)
{
        struct store_txn *txn = calloc(1, sizeof(*txn));
        uint64_t number = 0;

        if (txn == NULL)
                abort();
        txn->store = store;
        txn->mdb = mdb;
        txn->write = write;
        for (int table = 0; table < STORE_TABLE_COUNT; table++)
                txn->last_key[table] = LAST_KEY_UNKNOWN;
        if (meta_get_number(txn, META_LAST_RECORD, &number))
                txn->last_record = (uint32_t)number;
        if (meta_get_number(txn, META_LAST_NODE, &number))
                txn->last_node = (uint32_t)number;
        return txn;
}

static void free_txn(struct store_txn *txn)
{
        buffer_free(&txn->scratch);
        free(txn);
}

static void close_cursors(struct store_txn *txn)
{
        for (int table = 0; table < STORE_TABLE_COUNT; table++) {
                if (txn->cursors[table] != NULL)
                        mdb_cursor_close(txn->cursors[table]);
                txn->cursors[table] = NULL;
        }
}

int store_begin(struct store *store, struct store_txn **txn, struct error *error)
{
        MDB_txn *mdb;
        int rc;

        *txn = NULL;
        if (store->read_only)
                return error_set(error, ERR_FATAL, "state %s was opened for reading only", store->path);
        if (store->write != NULL)
                return error_set(error, ERR_FATAL, "state %s: a write transaction is open already", store->path);
        rc = grow_map(store, error);
        if (rc < 0)
                return rc;
        rc = begin_mdb(store, 0, &mdb);
        if (rc != 0)
                return error_set(error, ERR_FATAL, "state %s: cannot begin a transaction: %s", store->path,
                                 mdb_strerror(rc));
        *txn = store->write = new_txn(store, mdb, true);
        return 0;
}

void store_abort(struct store_txn *txn)
{
        if (txn == NULL)
                return;
        close_cursors(txn);
        mdb_txn_abort(txn->mdb);
        txn->store->write = NULL;
        free_txn(txn);
}

int txn_commit_mdb(MDB_txn *mdb)
{
#ifdef DURAND_FAULT_POINTS
        if (store_test_fails_now()) {
                mdb_txn_abort(mdb);
                return EIO;
        }
#endif
        return mdb_txn_commit(mdb);
}

int store_commit(struct store_txn *txn, struct error *error)
{
        int rc;

        if (txn->counters_changed) {
                meta_put_number(txn, META_LAST_RECORD, txn->last_record);
                meta_put_number(txn, META_LAST_NODE, txn->last_node);
        }
        if (txn->code == 0) {
                close_cursors(txn);
                rc = txn_commit_mdb(txn->mdb);
                txn->mdb = NULL; /* freed, whatever came out */
                if (rc != 0)
                        txn_fail(txn, STORE_META, "commit after writing to", rc);
        }
        rc = store_error(txn, error);
        store_abort(txn);
        return rc;
}

int store_snapshot(struct store *store, struct store_txn **txn, struct error *error)
{
        MDB_txn *mdb;
        int rc;

        *txn = NULL;
        pthread_mutex_lock(&store->mutex);
        while (store->growing)
                pthread_cond_wait(&store->changed, &store->mutex);
        rc = begin_mdb(store, MDB_RDONLY, &mdb);
        if (rc == 0)
                store->snapshots++;
        pthread_mutex_unlock(&store->mutex);
        if (rc != 0)
                return error_set(error, ERR_FATAL, "state %s: cannot begin to read: %s", store->path, mdb_strerror(rc));
        *txn = new_txn(store, mdb, false);
        return 0;
}

void store_snapshot_end(struct store_txn *txn)
{
        struct store *store;

        if (txn == NULL)
                return;
        store = txn->store;
        close_cursors(txn);
        mdb_txn_abort(txn->mdb);
        free_txn(txn);
        pthread_mutex_lock(&store->mutex);
        store->snapshots--;
        pthread_cond_broadcast(&store->changed);
        pthread_mutex_unlock(&store->mutex);
}

/* LMDB does not tell how many pages a transaction has dirtied. Appends fill pages from the left, so their bytes count;
 * a put elsewhere touches a page of its own at most, and a table never has more dirty pages than pages. */
uint64_t store_dirty_bytes(const struct store_txn *txn)
{
        uint64_t bytes = txn->appended_bytes;

        for (int table = 0; table < STORE_TABLE_COUNT; table++) {
                uint64_t pages = txn->touched_pages[table];
                uint64_t all;
                MDB_stat stat;

                if (pages == 0 || mdb_stat(txn->mdb, txn->store->tables[table], &stat) != 0)
                        continue;
                all = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
                bytes += (pages < all ? pages : all) * txn->store->page_bytes;
        }
        return bytes;
}
