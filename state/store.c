/* Opening and closing the state directory.
 *
 * One process writes: it holds an flock on the file `lock` for as long as it lives, which the kernel drops whatever way
 * it ends. LMDB alone would let a second writer in between two transactions.
 *
 * A new state says what it is in its first transaction: kind and format version. A directory that holds anything else
 * is refused before a byte is written to it, since a mistyped --state must never mix our files with somebody's
 * photographs.
 *
 * Default durability (every commit is synced): with checkpoints every 100,000 events it costs no more processor time
 * than none at all (4.6 against 5.7 µs an event, noise). No MDB_WRITEMAP: a stray pointer would write into the state.
 */
#include "state/internal.h"

#include "base/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock"
#define MAP_DEFAULT_BYTES (1ULL << 40)
#define MAP_MAX_BYTES (1LL << 46)
#define MAP_MIN_BYTES (1ULL << 20)
#define MAP_FALLBACK_BYTES (1ULL << 30) /* below, a system that refuses a map is out of memory */
#define READERS_MAX 510
#define NODE_HASH_SEED 0x6e6f6465ULL /* "node": keeps this index apart from other uses of the hash */

/* What a state directory may hold before it holds data. A fresh file system brings lost+found along. */
static const char *const own_files[] = {".", "..", DATA_FILE, "lock.mdb", LOCK_FILE, STORE_MAP_FILE, "lost+found"};

static uint64_t hash_features(struct text features)
{
        return hash64_text(features, NODE_HASH_SEED);
}

static bool join_path(const struct store *store, const char *name, char *out, size_t size)
{
        return snprintf(out, size, "%s/%s", store->path, name) < (int)size;
}

static bool is_own_file(const char *name)
{
        for (size_t i = 0; i < sizeof(own_files) / sizeof(own_files[0]); i++) {
                if (strcmp(own_files[i], name) == 0)
                        return true;
        }
        return false;
}

/* Makes @path and the directories above it. Only we may look in: the state is personal data. */
static int make_directory(const char *path)
{
        char partial[4096];

        if (snprintf(partial, sizeof(partial), "%s", path) >= (int)sizeof(partial)) {
                errno = ENAMETOOLONG;
                return -1;
        }
        for (char *slash = strchr(partial + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                if (mkdir(partial, 0755) != 0 && errno != EEXIST)
                        return -1;
                *slash = '/';
        }
        return mkdir(partial, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

/* Refuses a directory without our data file that holds anything else. */
static int check_directory(struct store *store, struct error *error)
{
        char data[4096];
        char foreign[256] = "";
        struct dirent *entry;
        bool has_data = false;
        DIR *directory;

        if (!join_path(store, DATA_FILE, data, sizeof(data)))
                return error_set(error, ERR_USAGE, "state directory %s: the path is too long", store->path);
        if (!store->read_only && make_directory(store->path) != 0)
                return error_set(error, ERR_USAGE, "cannot make the state directory %s: %s", store->path,
                                 strerror(errno));
        directory = opendir(store->path);
        if (directory == NULL)
                return error_set(error, ERR_USAGE, "cannot open the state directory %s: %s", store->path,
                                 strerror(errno));
        while ((entry = readdir(directory)) != NULL) {
                if (strcmp(entry->d_name, DATA_FILE) == 0)
                        has_data = true;
                else if (!is_own_file(entry->d_name) && foreign[0] == '\0')
                        snprintf(foreign, sizeof(foreign), "%s", entry->d_name);
        }
        closedir(directory);
        if (!has_data && foreign[0] != '\0')
                return error_set(error, ERR_USAGE,
                                 "%s holds other files (\"%s\") and no state of Durand: give an empty directory, or "
                                 "one that "
                                 "does not exist yet",
                                 store->path, foreign);
        if (!has_data && store->read_only)
                return error_set(error, ERR_USAGE,
                                 "there is no state in %s: give the directory that a run or a replay wrote with "
                                 "--state",
                                 store->path);
        return 0;
}

/* Becomes the only writer. The file keeps our process id for the message that the next one prints. */
static int lock_directory(struct store *store, struct error *error)
{
        char path[4096];
        char holder[32] = "";
        ssize_t length;

        if (!join_path(store, LOCK_FILE, path, sizeof(path)))
                return error_set(error, ERR_USAGE, "state directory %s: the path is too long", store->path);
        store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (store->lock_fd < 0)
                return error_set(error, ERR_USAGE, "cannot open %s: %s", path, strerror(errno));
        if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
                length = read(store->lock_fd, holder, sizeof(holder) - 1);
                holder[length > 0 ? (size_t)length : 0] = '\0';
                holder[strcspn(holder, "\n")] = '\0';
                return error_set(error, ERR_USAGE,
                                 "the state directory %s is in use by another durand (process %s): stop that one, or "
                                 "give "
                                 "this one a state directory of its own",
                                 store->path, holder[0] != '\0' ? holder : "unknown");
        }
        length = snprintf(holder, sizeof(holder), "%ld\n", (long)getpid());
        if (ftruncate(store->lock_fd, 0) != 0 || write(store->lock_fd, holder, (size_t)length) != length)
                return error_set(error, ERR_FATAL, "cannot write %s: %s", path, strerror(errno));
        return 0;
}

/* What a transaction that hit the end of the map asked for; 0: nothing. */
static uint64_t remembered_map_bytes(struct store *store)
{
        char path[4096];
        char digits[24];
        int64_t bytes = 0;
        FILE *file;

        if (!join_path(store, STORE_MAP_FILE, path, sizeof(path)))
                return 0;
        file = fopen(path, "re");
        if (file == NULL)
                return 0;
        if (fgets(digits, sizeof(digits), file) == NULL || !text_to_i64(text_trim(text_from(digits)), &bytes) ||
            bytes < 0 || bytes > MAP_MAX_BYTES)
                bytes = 0;
        fclose(file);
        return (uint64_t)bytes;
}

/* How much address space to ask for. */
static uint64_t choose_map_bytes(struct store *store, uint64_t asked)
{
        uint64_t map_bytes = asked != 0 ? asked : MAP_DEFAULT_BYTES;
        uint64_t remembered = remembered_map_bytes(store);

        map_bytes = fault_number("DURAND_MAP_BYTES", map_bytes); /* a test's map is small, so that it grows */
        if (remembered > map_bytes)
                map_bytes = remembered;
        if (map_bytes < MAP_MIN_BYTES)
                map_bytes = MAP_MIN_BYTES;
        return map_bytes / MAP_MIN_BYTES * MAP_MIN_BYTES; /* whole pages of any size */
}

/* One try with a map of @map_bytes. Gives LMDB's code; the environment is there only with 0. */
static int try_environment(struct store *store, uint64_t map_bytes, unsigned flags)
{
        int rc = LMDB(mdb_env_create(&store->env));

        if (rc != 0) {
                store->env = NULL;
                return rc;
        }
        damage_watch(store);
        rc = LMDB(mdb_env_set_maxdbs(store->env, STORE_TABLE_COUNT));
        if (rc == 0)
                rc = LMDB(mdb_env_set_maxreaders(store->env, READERS_MAX));
        if (rc == 0)
                rc = LMDB(mdb_env_set_mapsize(store->env, map_bytes));
        if (rc == 0)
                rc = LMDB(mdb_env_open(store->env, store->path, flags, 0600));
        if (rc != 0) {
                mdb_env_close(store->env);
                store->env = NULL;
        }
        return rc;
}

static int open_environment(struct store *store, const struct store_options *options, struct error *error)
{
        uint64_t map_bytes = choose_map_bytes(store, options->map_bytes);
        unsigned flags = MDB_NOTLS; /* snapshots beside the write transaction of the same thread */
        MDB_stat stat;
        int dead;
        int rc;

        if (options->read_only)
                flags |= MDB_RDONLY;
        if (options->no_sync)
                flags |= MDB_NOSYNC;
        rc = try_environment(store, map_bytes, flags);
        while ((rc == ENOMEM || rc == EINVAL) && map_bytes > MAP_FALLBACK_BYTES) {
                map_bytes /= 8; /* address space is limited here; the map grows when it is needed */
                rc = try_environment(store, map_bytes, flags);
        }
        if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH || rc == MDB_CORRUPTED)
                return error_set(error, ERR_USAGE,
                                 "%s/" DATA_FILE
                                 " is no state of Durand, or damaged (%s): give another directory, or move "
                                 "it away to have it filled again from the topic of records",
                                 store->path, mdb_strerror(rc));
        if (rc != 0)
                return error_set(error, ERR_FATAL, "cannot open the state in %s with a map of %" PRIu64 " bytes: %s",
                                 store->path, map_bytes, mdb_strerror(rc));
        mdb_reader_check(store->env, &dead); /* readers that died would pin pages for ever */
        mdb_env_stat(store->env, &stat);
        store->page_bytes = stat.ms_psize;
        return 0;
}

/* A value of the meta table while the store is not open yet. */
static int64_t read_meta_number(MDB_txn *mdb, MDB_dbi meta, struct text name)
{
        struct store_key key;
        MDB_val value;
        int64_t number;

        if (mdb_get(mdb, meta, key_name(&key, name), &value) != 0 || value.mv_size > 20 ||
            !text_to_i64((struct text){.data = value.mv_data, .length = (uint32_t)value.mv_size}, &number))
                return -1;
        return number;
}

static bool has_our_kind(MDB_txn *mdb, MDB_dbi meta)
{
        struct store_key key;
        MDB_val value;

        return mdb_get(mdb, meta, key_name(&key, META_KIND), &value) == 0 && value.mv_size <= 64 &&
               text_equal((struct text){.data = value.mv_data, .length = (uint32_t)value.mv_size}, STORE_KIND);
}

/* Is what is in the file ours, and of a format that we know? Returns 1 for an empty file. */
static int check_identity(struct store *store, MDB_txn *mdb, struct error *error)
{
        MDB_stat stat = {0};
        MDB_dbi main_table;
        MDB_dbi meta;
        int64_t format;
        int rc;

        rc = LMDB(mdb_dbi_open(mdb, NULL, 0, &main_table));
        if (rc == 0)
                rc = LMDB(mdb_stat(mdb, main_table, &stat));
        if (rc == 0 && stat.ms_entries == 0)
                return 1;
        if (rc == 0)
                rc = LMDB(mdb_dbi_open(mdb, table_layouts[STORE_META].name, 0, &meta));
        if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE || (rc == 0 && !has_our_kind(mdb, meta)))
                return error_set(error, ERR_USAGE,
                                 "%s/" DATA_FILE " belongs to another program: give another directory", store->path);
        if (rc != 0)
                return error_set(error, ERR_FATAL, "cannot read the state in %s: %s", store->path, mdb_strerror(rc));
        format = read_meta_number(mdb, meta, META_FORMAT);
        if (format == STORE_FORMAT_VERSION)
                return 0;
        return error_set(error, ERR_USAGE,
                         "state format %" PRId64
                         " in %s is %s than this program's %d: run the version that wrote it, or move "
                         "the directory away: `durand run` makes it anew from the topic of records, which has all of "
                         "it",
                         format, store->path, format > STORE_FORMAT_VERSION ? "newer" : "older", STORE_FORMAT_VERSION);
}

/* Opens every table, making it in a new state, and writes who we are. */
static int open_tables(struct store *store, MDB_txn *mdb, bool fresh, struct error *error)
{
        unsigned create = store->read_only ? 0 : MDB_CREATE;
        struct store_key key;
        MDB_val value;
        int rc = 0;

        for (int table = 0; table < STORE_TABLE_COUNT && rc == 0; table++)
                rc = LMDB(mdb_dbi_open(mdb, table_layouts[table].name, table_layouts[table].flags | create,
                                       &store->tables[table]));
        if (rc == 0 && fresh) {
                char format[16];
                int length = snprintf(format, sizeof(format), "%d", STORE_FORMAT_VERSION);
                struct text kind = STORE_KIND;

                value = (MDB_val){.mv_size = (size_t)length, .mv_data = format};
                rc = LMDB(mdb_put(mdb, store->tables[STORE_META], key_name(&key, META_FORMAT), &value, 0));
                if (rc == 0) {
                        value = (MDB_val){.mv_size = kind.length, .mv_data = (void *)(uintptr_t)kind.data};
                        rc = LMDB(mdb_put(mdb, store->tables[STORE_META], key_name(&key, META_KIND), &value, 0));
                }
        }
        if (rc != 0)
                return error_set(error, ERR_FATAL, "cannot open the tables of the state in %s: %s", store->path,
                                 mdb_strerror(rc));
        return 0;
}

static int open_content(struct store *store, struct error *error)
{
        MDB_txn *mdb;
        int rc;

        rc = LMDB(mdb_txn_begin(store->env, NULL, store->read_only ? MDB_RDONLY : 0, &mdb));
        if (rc != 0)
                return error_set(error, ERR_FATAL, "cannot read the state in %s: %s", store->path, mdb_strerror(rc));
        rc = check_identity(store, mdb, error);
        if (rc > 0 && store->read_only)
                rc = error_set(error, ERR_USAGE, "the state in %s is empty: nothing has been written to it yet",
                               store->path);
        if (rc >= 0)
                rc = open_tables(store, mdb, rc > 0, error);
        if (rc < 0) {
                mdb_txn_abort(mdb);
                return rc;
        }
        rc = txn_commit_mdb(mdb); /* of a reader as well: this keeps the tables' handles */
        if (rc != 0)
                return error_set(error, ERR_FATAL, "cannot open the state in %s: %s", store->path, mdb_strerror(rc));
        return 0;
}

int store_open(const struct store_options *options, struct store **out, struct error *error)
{
        struct store *store = calloc(1, sizeof(*store));
        int rc;

        *out = NULL;
        if (store == NULL)
                abort();
        store->lock_fd = -1;
        store->read_only = options->read_only;
        store->path = strdup(options->path);
        if (store->path == NULL)
                abort();
        store->hash_key = record_key_hash;
        store->hash_features = hash_features;
        pthread_mutex_init(&store->mutex, NULL);
        pthread_cond_init(&store->changed, NULL);

        rc = check_directory(store, error);
        if (rc == 0 && !store->read_only)
                rc = lock_directory(store, error);
        if (rc == 0)
                rc = open_environment(store, options, error);
        if (rc == 0)
                rc = open_content(store, error);
        if (rc < 0) {
                store_close(store);
                return rc;
        }
        *out = store;
        return 0;
}

void store_close(struct store *store)
{
        if (store == NULL)
                return;
        store_abort(store->write);
        if (store->env != NULL)
                mdb_env_close(store->env);
        if (store->lock_fd >= 0)
                close(store->lock_fd);
        pthread_cond_destroy(&store->changed);
        pthread_mutex_destroy(&store->mutex);
        free(store->path);
        free(store);
}
