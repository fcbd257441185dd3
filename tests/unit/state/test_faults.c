/* Every call of LMDB fails once: nothing crashes, nothing leaks, the failure is reported, and the next try succeeds. */
#include "fixture.h"

#ifdef DURAND_FAULT_POINTS

static int ignore(void *context, struct text key, struct text value)
{
        (void)context;
        (void)key;
        (void)value;
        return 0;
}

/* A bit of everything. Gives 0, or the failure that was reported. */
static int work(struct fixture *f)
{
        const struct store_posting postings[] = {{.key = 1, .number = 1, .add = true},
                                                 {.key = 1, .number = 2, .add = true},
                                                 {.key = 2, .number = 1, .add = true},
                                                 {.key = 2, .number = 1, .add = false}};
        const struct store_edge edges[] = {{.a = 1, .b = 2, .posterior_mbit = 5, .add = true},
                                           {.a = 2, .b = 3, .add = false}};
        struct store_neighbour *neighbours;
        struct record_state record_state;
        struct store_txn *snapshot;
        struct hash128 *ids;
        struct text value;
        uint32_t *members;
        uint32_t numbers[4];
        uint32_t node;
        int rc = store_begin(f->store, &f->txn, &f->error);

        if (rc < 0)
                return rc;
        if (store_find_record(f->txn, contact("003A")) == 0)
                store_add_record(f->txn, contact("003A"), TEXT("Marc"));
        store_put_record(f->txn, 1, TEXT("Marc Durand"));
        store_put_record_state(f->txn, 1, (struct record_state){.node = 1, .anchor = 1});
        store_get_record_state(f->txn, 1, &record_state);
        node = store_add_node(f->txn, TEXT("durand marc"));
        store_add_member(f->txn, node, 1);
        store_get_members(f->txn, &f->arena, node, &members);
        store_delete_member(f->txn, node, 1);
        store_delete_node(f->txn, store_find_node(f->txn, TEXT("durand marc")));
        store_apply_postings(f->txn, STORE_BLOCK, postings, 4);
        store_get_postings(f->txn, STORE_BLOCK, 1, numbers, 4);
        store_apply_edges(f->txn, &f->arena, edges, 2);
        store_get_edges(f->txn, &f->arena, 1, &neighbours);
        store_put_golden(f->txn, 1, TEXT("golden"));
        store_delete_golden(f->txn, 1);
        store_put_conflict(f->txn, id_of(1), TEXT("conflict"));
        store_add_conflict_of(f->txn, 1, id_of(1));
        store_get_conflicts_of(f->txn, &f->arena, 1, &ids);
        store_delete_conflict_of(f->txn, 1, id_of(1));
        store_put_meta(f->txn, TEXT("epoch"), TEXT("1"));
        store_get_meta(f->txn, TEXT("epoch"), &value);
        store_walk(f->txn, STORE_BLOCK, ignore, NULL);
        store_count(f->txn, STORE_BLOCK);
        rc = store_commit(f->txn, &f->error);
        if (rc < 0)
                return rc;
        rc = store_snapshot(f->store, &snapshot, &f->error);
        if (rc < 0)
                return rc;
        store_get_record(snapshot, 1, &value);
        store_walk(snapshot, STORE_RECORD, ignore, NULL);
        rc = store_error(snapshot, &f->error);
        store_snapshot_end(snapshot);
        return rc;
}

static void each_call_in_a_transaction_fails_once(void **state)
{
        struct fixture *f = *state;
        uint64_t call;

        assert_int_equal(0, fixture_open(f, 16 * MEGABYTE));
        for (call = 1; call < 10000; call++) {
                int rc;

                store_test_fail_after(call);
                rc = work(f);
                if (store_test_calls_left() > 0)
                        break;
                assert_int_equal(ERR_FATAL, rc);
                assert_says(f->error, strerror(EIO));
                assert_int_equal(0, work(f)); /* the countdown has run out */
        }
        store_test_fail_after(0);
        assert_in_range(call, 60, 9999);
}

static void each_call_of_opening_fails_once(void **state)
{
        struct fixture *f = *state;
        uint64_t call;

        for (call = 1; call < 10000; call++) {
                int rc;

                store_test_fail_after(call);
                rc = fixture_open(f, 16 * MEGABYTE);
                if (store_test_calls_left() > 0) {
                        assert_int_equal(0, rc);
                        break;
                }
                assert_true(rc == ERR_FATAL || rc == ERR_USAGE);
                assert_null(f->store);
        }
        store_test_fail_after(0);
        assert_in_range(call, 20, 9999);
        assert_int_equal(0, work(f));
}

#else

static void each_call_in_a_transaction_fails_once(void **state)
{
        (void)state;
        skip(); /* built without DURAND_FAULT_POINTS */
}

static void each_call_of_opening_fails_once(void **state)
{
        (void)state;
        skip();
}

#endif

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_empty, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(each_call_in_a_transaction_fails_once),
                TEST(each_call_of_opening_fails_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
