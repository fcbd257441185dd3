/* Who may open a state directory, and what is said to those who may not. */
#include "fixture.h"

#include <sys/resource.h>

static void write_file(struct fixture *f, const char *name, const char *content)
{
        char path[128];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", f->directory, name);
        file = fopen(path, "w");
        assert_non_null(file);
        fputs(content, file);
        fclose(file);
}

static void the_directory_is_made_with_those_above_it(void **state)
{
        struct fixture *f = *state;
        struct store_options options = {.map_bytes = MEGABYTE};
        char path[128];
        struct stat status;

        snprintf(path, sizeof(path), "%s/lib/durand", f->directory);
        options.path = path;
        assert_int_equal(0, store_open(&options, &f->store, &f->error));
        assert_int_equal(0, stat(path, &status));
        assert_int_equal(0700, status.st_mode & 0777);
}

static void the_default_map_is_a_terabyte_of_address_space(void **state)
{
        struct fixture *f = *state;
        MDB_envinfo info;

        assert_int_equal(0, fixture_open(f, 0));
        mdb_env_info(f->store->env, &info);
        assert_int_equal(1ULL << 40, info.me_mapsize);
        assert_true(store_size_bytes(f->store) < MEGABYTE);
}

/* A container or a shell may limit address space; the sanitizers need too much of it themselves to be limited. */
static void a_limit_on_address_space_makes_the_map_smaller(void **state)
{
#ifdef __SANITIZE_ADDRESS__
        (void)state;
        skip();
#else
        struct fixture *f = *state;
        struct rlimit before;
        struct rlimit limit;
        int rc;

        assert_int_equal(0, getrlimit(RLIMIT_AS, &before));
        limit = (struct rlimit){.rlim_cur = 8ULL << 30, .rlim_max = before.rlim_max};
        assert_int_equal(0, setrlimit(RLIMIT_AS, &limit));
        rc = fixture_open(f, 0);
        assert_int_equal(0, setrlimit(RLIMIT_AS, &before));
        assert_int_equal(0, rc);
        fixture_begin(f);
        store_put_golden(f->txn, 1, TEXT("Marc"));
        fixture_commit(f);
#endif
}

static void a_second_writer_is_refused_until_the_first_ends(void **state)
{
        struct fixture *f = *state;
        struct store_options options = {.path = f->directory, .map_bytes = MEGABYTE};
        struct store *second;

        assert_int_equal(0, fixture_open(f, MEGABYTE));
        assert_int_equal(ERR_USAGE, store_open(&options, &second, &f->error));
        assert_null(second);
        assert_says(f->error, "in use by another durand");
        assert_says(f->error, "stop that one");
        store_close(f->store);
        f->store = NULL;
        assert_int_equal(0, store_open(&options, &f->store, &f->error));
}

static void a_newer_format_is_refused_with_the_remedy(void **state)
{
        struct fixture *f = *state;
        struct store_key key;

        assert_int_equal(0, fixture_open(f, MEGABYTE));
        fixture_begin(f);
        table_put(f->txn, STORE_META, key_name(&key, META_FORMAT), TEXT("7"));
        fixture_commit(f);
        store_close(f->store);
        f->store = NULL;
        assert_int_equal(ERR_USAGE, fixture_open(f, MEGABYTE));
        assert_says(f->error, "state format 7");
        assert_says(f->error, "newer than this program's 2: run the version that wrote it");
        assert_says(f->error, "durand run");
}

static void a_directory_of_photographs_is_not_touched(void **state)
{
        struct fixture *f = *state;
        char path[128];

        write_file(f, "holiday.jpg", "sun");
        assert_int_equal(ERR_USAGE, fixture_open(f, MEGABYTE));
        assert_says(f->error, "holiday.jpg");
        snprintf(path, sizeof(path), "%s/lock", f->directory);
        assert_int_not_equal(0, access(path, F_OK));
}

static void a_file_that_is_no_lmdb_is_refused(void **state)
{
        struct fixture *f = *state;

        write_file(f, "data.mdb",
                   "this is not what LMDB writes, and it is long enough for a header of theirs........"
                   "......................................................................................");
        assert_int_equal(ERR_USAGE, fixture_open(f, MEGABYTE));
        assert_says(f->error, "is no state of Durand");
}

static void the_lmdb_of_another_program_is_refused(void **state)
{
        struct fixture *f = *state;
        MDB_val key = {.mv_size = 5, .mv_data = (char[]){"hello"}};
        MDB_env *env;
        MDB_txn *txn;
        MDB_dbi dbi;

        assert_int_equal(0, mdb_env_create(&env));
        assert_int_equal(0, mdb_env_open(env, f->directory, 0, 0600));
        assert_int_equal(0, mdb_txn_begin(env, NULL, 0, &txn));
        assert_int_equal(0, mdb_dbi_open(txn, NULL, 0, &dbi));
        assert_int_equal(0, mdb_put(txn, dbi, &key, &key, 0));
        assert_int_equal(0, mdb_txn_commit(txn));
        mdb_env_close(env);
        assert_int_equal(ERR_USAGE, fixture_open(f, MEGABYTE));
        assert_says(f->error, "belongs to another program");
}

/* A crash between making the file and the first commit leaves an empty environment: that is a new state. */
static void an_empty_environment_is_a_new_state(void **state)
{
        struct fixture *f = *state;
        MDB_env *env;

        assert_int_equal(0, mdb_env_create(&env));
        assert_int_equal(0, mdb_env_open(env, f->directory, 0, 0600));
        mdb_env_close(env);
        assert_int_equal(0, fixture_open(f, MEGABYTE));
}

static void reading_needs_a_state_and_writes_nothing(void **state)
{
        struct fixture *f = *state;
        struct store_options options = {.path = f->directory, .map_bytes = MEGABYTE, .read_only = true};
        struct store_txn *txn;
        struct text value;

        assert_int_equal(ERR_USAGE, store_open(&options, &f->store, &f->error));
        assert_says(f->error, "there is no state in");
        options.path = "/nonexistent/durand";
        assert_int_equal(ERR_USAGE, store_open(&options, &f->store, &f->error));

        options.path = f->directory;
        assert_int_equal(0, fixture_open(f, MEGABYTE));
        fixture_begin(f);
        store_add_record(f->txn, contact("003A"), TEXT("Marc"));
        fixture_commit(f);
        store_close(f->store);
        assert_int_equal(0, store_open(&options, &f->store, &f->error));
        assert_int_equal(ERR_FATAL, store_begin(f->store, &txn, &f->error));
        assert_int_equal(0, store_snapshot(f->store, &txn, &f->error));
        assert_int_equal(1, store_find_record(txn, contact("003A")));
        assert_true(store_get_record(txn, 1, &value));
        assert_text(TEXT("Marc"), value);
        store_put_golden(txn, 1, TEXT("x"));
        assert_true(store_failed(txn));
        store_snapshot_end(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_empty, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(the_directory_is_made_with_those_above_it),
                TEST(the_default_map_is_a_terabyte_of_address_space),
                TEST(a_limit_on_address_space_makes_the_map_smaller),
                TEST(a_second_writer_is_refused_until_the_first_ends),
                TEST(a_newer_format_is_refused_with_the_remedy),
                TEST(a_directory_of_photographs_is_not_touched),
                TEST(a_file_that_is_no_lmdb_is_refused),
                TEST(the_lmdb_of_another_program_is_refused),
                TEST(an_empty_environment_is_a_new_state),
                TEST(reading_needs_a_state_and_writes_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
