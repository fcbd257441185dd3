/* Transactions: what readers see meanwhile, what a failure leaves, how the map grows, and how much a checkpoint will
 * write. */
#include "fixture.h"

static void a_snapshot_shows_the_last_commit(void **state)
{
        struct fixture *f = *state;
        struct store_txn *before;
        struct store_txn *after;
        struct text value;

        store_add_record(f->txn, contact("003A"), TEXT("old"));
        fixture_commit(f);
        fixture_begin(f);
        store_put_record(f->txn, 1, TEXT("new"));
        store_add_record(f->txn, contact("003B"), TEXT("second"));
        assert_int_equal(0, store_snapshot(f->store, &before, &f->error));
        assert_true(store_get_record(before, 1, &value));
        assert_text(TEXT("old"), value);
        assert_int_equal(1, store_record_count(before));
        fixture_commit(f);
        assert_true(store_get_record(before, 1, &value));
        assert_text(TEXT("old"), value);
        assert_int_equal(0, store_snapshot(f->store, &after, &f->error));
        assert_true(store_get_record(after, 1, &value));
        assert_text(TEXT("new"), value);
        assert_int_equal(2, store_record_count(after));
        store_snapshot_end(before);
        store_snapshot_end(after);
        store_snapshot_end(NULL);
}

static void an_abort_forgets_everything(void **state)
{
        struct fixture *f = *state;

        store_add_record(f->txn, contact("003A"), TEXT("Marc"));
        store_abort(f->txn);
        fixture_begin(f);
        assert_int_equal(0, store_find_record(f->txn, contact("003A")));
        assert_int_equal(0, store_record_count(f->txn));
        assert_int_equal(1, store_add_record(f->txn, contact("003B"), TEXT("Mary")));
        store_abort(f->txn);
        store_abort(NULL);
}

static void only_one_transaction_writes(void **state)
{
        struct fixture *f = *state;
        struct store_txn *second;

        assert_int_equal(ERR_FATAL, store_begin(f->store, &second, &f->error));
        assert_null(second);
}

static void after_a_failure_nothing_is_found_or_written(void **state)
{
        struct fixture *f = *state;
        struct store_posting posting = {.key = 1, .number = 1, .add = true};
        struct text value;

        store_add_record(f->txn, contact("003A"), TEXT("Marc"));
        store_put_record(f->txn, 99, TEXT("nobody"));
        assert_true(store_failed(f->txn));
        assert_int_equal(0, store_find_record(f->txn, contact("003A")));
        assert_false(store_get_record(f->txn, 1, &value));
        assert_int_equal(0, store_add_record(f->txn, contact("003B"), TEXT("Mary")));
        store_apply_postings(f->txn, STORE_BLOCK, &posting, 1);
        assert_int_equal(0, store_count_postings(f->txn, STORE_BLOCK, 1));
        assert_int_equal(ERR_FATAL, store_commit(f->txn, &f->error));
        assert_says(f->error, "record 99 does not exist");
        fixture_begin(f);
        assert_int_equal(0, store_count(f->txn, STORE_RECORD));
        fixture_commit(f);
}

/* Bytes of the wrong size where this module reads fixed forms: each gives an error that names the table. */
static void damaged_values_are_reported(void **state)
{
        static const struct {
                enum store_table table;
                uint64_t key;
                struct text value;
        } damages[] = {
                {STORE_RECORD, 1, TEXT_INIT("abc")},
                {STORE_RECORD, 1, TEXT_INIT("\xff\xff\xff\xff\xff\xff")},
                {STORE_RECORD, 1,
                 TEXT_INIT("\x03\x00\x02\x00\x02\x00"
                           "abcdef")},
                {STORE_RECORD_STATE, 1, TEXT_INIT("1234567")},
                {STORE_EDGE, (uint64_t)1 << 32 | 2, TEXT_INIT("1234")},
        };
        struct fixture *f = *state;

        store_abort(f->txn);
        for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
                struct store_neighbour *edges;
                struct record_state got;
                struct store_key key;
                struct text value;

                fixture_begin(f);
                table_put(f->txn, damages[i].table, key_number(&key, damages[i].key), damages[i].value);
                assert_false(store_failed(f->txn));
                store_get_record(f->txn, 1, &value);
                store_get_record_state(f->txn, 1, &got);
                assert_int_equal(0, store_get_edges(f->txn, &f->arena, 1, &edges));
                assert_int_equal(ERR_FATAL, store_error(f->txn, &f->error));
                assert_says(f->error, "is damaged");
                assert_says(f->error, store_table_name(damages[i].table));
                store_abort(f->txn);
        }
        fixture_begin(f);
        {
                struct store_key key;

                table_put(f->txn, STORE_META, key_name(&key, META_LAST_NODE), TEXT("many"));
                fixture_commit(f);
                fixture_begin(f);
                assert_true(store_failed(f->txn));
                assert_int_equal(ERR_FATAL, store_commit(f->txn, &f->error));
        }
}

/* Puts 64 golden records of 4 KiB under numbers from @from on. With its header each takes two pages: half a megabyte.
 */
static void put_much(struct fixture *f, uint32_t from)
{
        static char bytes[4096];

        for (uint32_t i = 0; i < 64; i++)
                store_put_golden(f->txn, from + i, (struct text){.data = bytes, .length = sizeof(bytes)});
}

static void the_map_grows_from_one_megabyte_without_a_restart(void **state)
{
        struct fixture *f = *state;
        uint32_t full = 0;
        MDB_envinfo info;

        store_close(f->store);
        assert_int_equal(0, fixture_open(f, MEGABYTE));
        for (uint32_t batch = 0; batch < 64; batch++) {
                fixture_begin(f);
                put_much(f, batch * 64 + 1);
                if (store_commit(f->txn, &f->error) < 0) {
                        assert_says(f->error, "is full");
                        full++;
                        batch--;
                }
                assert_true(full < 16);
        }
        mdb_env_info(f->store->env, &info);
        assert_true(info.me_mapsize >= 16 * MEGABYTE);
        assert_true(full <= 2); /* growth at 70 % comes first as soon as a batch is small beside the map */
        fixture_begin(f);
        assert_int_equal(64 * 64, store_count(f->txn, STORE_GOLDEN));
        store_abort(f->txn);
}

/* A batch larger than the map, and a process that starts again after each failure. */
static void the_map_grows_over_restarts(void **state)
{
        struct fixture *f = *state;
        int starts = 0;
        int rc;

        do {
                store_close(f->store);
                assert_int_equal(0, fixture_open(f, MEGABYTE));
                fixture_begin(f);
                for (uint32_t batch = 0; batch < 20; batch++)
                        put_much(f, batch * 64 + 1);
                rc = store_commit(f->txn, &f->error);
                starts++;
        } while (rc < 0 && starts < 10);
        assert_int_equal(0, rc);
        assert_in_range(starts, 2, 5);
}

static void growth_that_is_not_urgent_does_not_wait_for_readers(void **state)
{
        struct fixture *f = *state;
        struct store_txn *snapshot;
        MDB_envinfo info;

        store_close(f->store);
        assert_int_equal(0, fixture_open(f, 4 * MEGABYTE));
        for (uint32_t batch = 0; batch < 6; batch++) {
                fixture_begin(f);
                put_much(f, batch * 64 + 1);
                fixture_commit(f);
        }
        assert_true(store_size_bytes(f->store) > 4 * MEGABYTE / 10 * 7);
        assert_int_equal(0, store_snapshot(f->store, &snapshot, &f->error));
        fixture_begin(f);
        store_abort(f->txn);
        mdb_env_info(f->store->env, &info);
        assert_int_equal(4 * MEGABYTE, info.me_mapsize);
        assert_int_equal(6 * 64, store_count(snapshot, STORE_GOLDEN));
        store_snapshot_end(snapshot);
        fixture_begin(f);
        store_abort(f->txn);
        mdb_env_info(f->store->env, &info);
        assert_int_equal(8 * MEGABYTE, info.me_mapsize);
}

static void dirty_bytes_follow_what_is_written(void **state)
{
        struct fixture *f = *state;
        struct store_posting *postings = calloc(100000, sizeof(*postings));
        char record[500] = {0};
        uint64_t appended;

        assert_true(store_dirty_bytes(f->txn) < 64 * 1024);
        for (uint32_t i = 0; i < 10000; i++) {
                char id[16];

                snprintf(id, sizeof(id), "003%u", i);
                store_add_record(f->txn, contact(id), (struct text){.data = record, .length = sizeof(record)});
        }
        appended = store_dirty_bytes(f->txn);
        assert_in_range(appended, 5 * MEGABYTE, 8 * MEGABYTE);
        for (uint32_t i = 0; i < 100000; i++)
                postings[i] = (struct store_posting){.key = (uint64_t)i << 40, .number = 1, .add = true};
        store_apply_postings(f->txn, STORE_BLOCK, postings, 100000);
        assert_in_range(store_dirty_bytes(f->txn) - appended, 2 * MEGABYTE, 8 * MEGABYTE);
        free(postings);
        fixture_commit(f);
        assert_in_range(store_size_bytes(f->store), 7 * MEGABYTE, 24 * MEGABYTE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(a_snapshot_shows_the_last_commit),   TEST(an_abort_forgets_everything),
                TEST(only_one_transaction_writes),        TEST(after_a_failure_nothing_is_found_or_written),
                TEST(damaged_values_are_reported),        TEST(the_map_grows_from_one_megabyte_without_a_restart),
                TEST(the_map_grows_over_restarts),        TEST(growth_that_is_not_urgent_does_not_wait_for_readers),
                TEST(dirty_bytes_follow_what_is_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
