/* Every table gives back what was put, before and after a commit and a new start. */
#include "fixture.h"

static uint64_t same_hash_of_keys(struct record_key key)
{
        (void)key;
        return 7;
}

static uint64_t same_hash_of_features(struct text features)
{
        (void)features;
        return 7;
}

static void a_record_is_found_by_its_key(void **state)
{
        struct fixture *f = *state;
        struct text value;
        uint32_t marc;
        uint32_t mary;

        marc = store_add_record(f->txn, contact("003A"), TEXT("Marc Durand"));
        mary = store_add_record(f->txn, contact("003B"), TEXT_NONE);
        assert_int_equal(1, marc);
        assert_int_equal(2, mary);
        assert_int_equal(marc, store_find_record(f->txn, contact("003A")));
        assert_int_equal(mary, store_find_record(f->txn, contact("003B")));
        assert_int_equal(0, store_find_record(f->txn, contact("003C")));
        fixture_commit(f);
        fixture_reopen(f);
        fixture_begin(f);
        assert_int_equal(2, store_record_count(f->txn));
        assert_int_equal(marc, store_find_record(f->txn, contact("003A")));
        assert_true(store_get_record(f->txn, marc, &value));
        assert_text(TEXT("Marc Durand"), value);
        assert_true(store_get_record(f->txn, mary, &value));
        assert_int_equal(0, value.length);
        assert_false(store_get_record(f->txn, 3, &value));
        assert_int_equal(3, store_add_record(f->txn, contact("003C"), TEXT("third")));
        fixture_commit(f);
}

static void a_record_is_replaced_by_a_longer_and_a_shorter_one(void **state)
{
        struct fixture *f = *state;
        struct text value;
        char long_value[20000];

        memset(long_value, 'x', sizeof(long_value));
        for (int i = 0; i < 100; i++) {
                char id[16];

                snprintf(id, sizeof(id), "003%d", i);
                store_add_record(f->txn, contact(id), TEXT("short"));
        }
        store_put_record(f->txn, 50, (struct text){.data = long_value, .length = sizeof(long_value)});
        assert_true(store_get_record(f->txn, 50, &value));
        assert_int_equal(sizeof(long_value), value.length);
        assert_int_equal(50, store_find_record(f->txn, contact("00349")));
        store_put_record(f->txn, 50, TEXT("M. Durand"));
        assert_true(store_get_record(f->txn, 50, &value));
        assert_text(TEXT("M. Durand"), value);
        assert_int_equal(50, store_find_record(f->txn, contact("00349")));
        fixture_commit(f);
}

/* Deleting finds its own among those that share a hash, and the number stays used. */
static void a_deleted_record_is_gone_and_its_number_with_it(void **state)
{
        struct fixture *f = *state;
        struct record_state got;

        f->store->hash_key = same_hash_of_keys;
        store_add_record(f->txn, contact("003A"), TEXT("Marc"));
        store_add_record(f->txn, contact("003B"), TEXT("Mary"));
        store_put_record_state(f->txn, 1, (struct record_state){.node = 1, .anchor = 1});
        store_delete_record(f->txn, 1);
        store_delete_record(f->txn, 1);
        assert_int_equal(0, store_find_record(f->txn, contact("003A")));
        assert_int_equal(2, store_find_record(f->txn, contact("003B")));
        assert_false(store_get_record_state(f->txn, 1, &got));
        assert_int_equal(3, store_add_record(f->txn, contact("003A"), TEXT("Marc")));
        assert_int_equal(2, store_count(f->txn, STORE_RECORD_INDEX));
        fixture_commit(f);
}

static void records_whose_keys_share_a_hash_are_told_apart(void **state)
{
        struct fixture *f = *state;
        struct text value;

        f->store->hash_key = same_hash_of_keys;
        for (uint32_t i = 1; i <= 20; i++) {
                char id[16];

                snprintf(id, sizeof(id), "003%u", i);
                assert_int_equal(0, store_find_record(f->txn, contact(id)));
                assert_int_equal(i, store_add_record(f->txn, contact(id), text_from(id)));
        }
        for (uint32_t i = 1; i <= 20; i++) {
                char id[16];

                snprintf(id, sizeof(id), "003%u", i);
                assert_int_equal(i, store_find_record(f->txn, contact(id)));
                assert_true(store_get_record(f->txn, i, &value));
                assert_text(text_from(id), value);
        }
        assert_int_equal(0, store_find_record(f->txn, contact("0030")));
        fixture_commit(f);
}

static void nodes_whose_features_share_a_hash_are_told_apart(void **state)
{
        struct fixture *f = *state;
        struct text features;

        f->store->hash_features = same_hash_of_features;
        assert_int_equal(1, store_add_node(f->txn, TEXT("durand marc")));
        assert_int_equal(2, store_add_node(f->txn, TEXT("smith mark")));
        assert_int_equal(3, store_add_node(f->txn, TEXT("martin anne")));
        assert_int_equal(2, store_find_node(f->txn, TEXT("smith mark")));
        store_delete_node(f->txn, 2);
        assert_int_equal(0, store_find_node(f->txn, TEXT("smith mark")));
        assert_false(store_get_node(f->txn, 2, &features));
        assert_int_equal(1, store_find_node(f->txn, TEXT("durand marc")));
        assert_int_equal(3, store_find_node(f->txn, TEXT("martin anne")));
        assert_true(store_get_node(f->txn, 3, &features));
        assert_text(TEXT("martin anne"), features);
        assert_int_equal(2, store_count(f->txn, STORE_NODE_INDEX));
        fixture_commit(f);
}

static void numbers_of_deleted_nodes_are_not_given_again(void **state)
{
        struct fixture *f = *state;

        assert_int_equal(1, store_add_node(f->txn, TEXT("durand marc")));
        store_delete_node(f->txn, 1);
        store_delete_node(f->txn, 1);
        fixture_commit(f);
        fixture_reopen(f);
        fixture_begin(f);
        assert_int_equal(2, store_add_node(f->txn, TEXT("durand marc")));
        assert_int_equal(2, store_find_node(f->txn, TEXT("durand marc")));
        fixture_commit(f);
}

static void a_record_remembers_its_node_and_anchor(void **state)
{
        struct fixture *f = *state;
        struct record_state got;

        assert_false(store_get_record_state(f->txn, 5, &got));
        assert_int_equal(0, got.node);
        store_put_record_state(f->txn, 5, (struct record_state){.node = 8, .anchor = 3});
        store_put_record_state(f->txn, 2, (struct record_state){.node = 1, .anchor = 2});
        store_put_record_state(f->txn, 5, (struct record_state){.node = 9, .anchor = 2});
        assert_true(store_get_record_state(f->txn, 5, &got));
        assert_int_equal(9, got.node);
        assert_int_equal(2, got.anchor);
        assert_true(store_get_record_state(f->txn, 2, &got));
        assert_int_equal(2, store_count(f->txn, STORE_RECORD_STATE));
        fixture_commit(f);
}

static void a_node_knows_its_members_in_order(void **state)
{
        struct fixture *f = *state;
        uint32_t *members;

        for (uint32_t record = 5000; record > 0; record--)
                store_add_member(f->txn, 7, record);
        store_add_member(f->txn, 7, 17);
        store_add_member(f->txn, 3, 99);
        store_delete_member(f->txn, 7, 4000);
        store_delete_member(f->txn, 7, 6000);
        store_delete_member(f->txn, 8, 1);
        assert_int_equal(4999, store_count_members(f->txn, 7));
        assert_int_equal(1, store_count_members(f->txn, 3));
        assert_int_equal(0, store_count_members(f->txn, 8));
        assert_int_equal(4999, store_get_members(f->txn, &f->arena, 7, &members));
        for (uint32_t i = 1; i < 4999; i++)
                assert_true(members[i - 1] < members[i]);
        assert_int_equal(1, store_get_members(f->txn, &f->arena, 3, &members));
        assert_int_equal(99, members[0]);
        assert_int_equal(0, store_get_members(f->txn, &f->arena, 8, &members));
        fixture_commit(f);
}

/* One batch: records join and leave blocks, in one sorted sweep; then the same batch again. */
static void a_sorted_sweep_adds_and_deletes_postings(void **state)
{
        static const enum store_table tables[] = {STORE_BLOCK, STORE_REFERENCE, STORE_GHOST_BLOCK};
        const struct store_posting first[] = {
                {.key = 10, .number = 1, .add = true},         {.key = 10, .number = 2, .add = true},
                {.key = 10, .number = 2, .add = true},         {.key = 20, .number = 1, .add = true},
                {.key = UINT64_MAX, .number = 5, .add = true}, {.key = UINT64_MAX, .number = 4, .add = true},
        };
        const struct store_posting second[] = {
                {.key = 0, .number = 6, .add = true},           {.key = 10, .number = 1, .add = false},
                {.key = 15, .number = 9, .add = false},         {.key = 20, .number = 1, .add = false},
                {.key = UINT64_MAX, .number = 5, .add = false},
        };
        struct fixture *f = *state;
        uint32_t numbers[4];

        for (size_t i = 0; i < 3; i++) {
                store_apply_postings(f->txn, tables[i], first, 6);
                assert_int_equal(2, store_count_postings(f->txn, tables[i], 10));
                for (int repeat = 0; repeat < 2; repeat++)
                        store_apply_postings(f->txn, tables[i], second, 5);
                assert_int_equal(1, store_get_postings(f->txn, tables[i], 10, numbers, 4));
                assert_int_equal(2, numbers[0]);
                assert_int_equal(0, store_get_postings(f->txn, tables[i], 20, numbers, 4));
                assert_int_equal(1, store_get_postings(f->txn, tables[i], 0, numbers, 4));
                assert_int_equal(6, numbers[0]);
                assert_int_equal(1, store_get_postings(f->txn, tables[i], UINT64_MAX, numbers, 4));
                assert_int_equal(4, numbers[0]);
                assert_int_equal(3, store_count(f->txn, tables[i]));
        }
        fixture_commit(f);
}

/* A block far over its cap: the count is true, the numbers stop where the caller's room ends. */
static void a_large_block_is_counted_and_cut(void **state)
{
        struct fixture *f = *state;
        struct store_posting *postings = calloc(10000, sizeof(*postings));
        uint32_t numbers[3000];

        for (uint32_t i = 0; i < 10000; i++)
                postings[i] = (struct store_posting){.key = 42, .number = i + 1, .add = true};
        store_apply_postings(f->txn, STORE_BLOCK, postings, 10000);
        assert_int_equal(10000, store_count_postings(f->txn, STORE_BLOCK, 42));
        assert_int_equal(10000, store_get_postings(f->txn, STORE_BLOCK, 42, numbers, 3000));
        for (uint32_t i = 0; i < 3000; i++)
                assert_int_equal(i + 1, numbers[i]);
        assert_int_equal(10000, store_get_postings(f->txn, STORE_BLOCK, 42, NULL, 0));
        for (uint32_t i = 0; i < 9999; i++)
                postings[i].add = false;
        store_apply_postings(f->txn, STORE_BLOCK, postings, 9999);
        assert_int_equal(1, store_get_postings(f->txn, STORE_BLOCK, 42, numbers, 3000));
        assert_int_equal(10000, numbers[0]);
        free(postings);
        fixture_commit(f);
}

static void postings_live_in_their_tables_only(void **state)
{
        struct fixture *f = *state;
        uint32_t number;

        assert_int_equal(0, store_get_postings(f->txn, STORE_RECORD, 1, &number, 1));
        assert_true(store_failed(f->txn));
        store_error(f->txn, &f->error);
        assert_says(f->error, "table record holds no postings");
}

static void an_edge_is_seen_from_both_ends(void **state)
{
        const struct store_edge first[] = {
                {.a = 2, .b = 1, .posterior_mbit = 12345, .add = true},
                {.a = 1, .b = 300, .posterior_mbit = -500, .cannot_link = true, .add = true},
                {.a = 1, .b = UINT32_MAX, .posterior_mbit = 1, .add = true},
                {.a = 4, .b = 5, .posterior_mbit = 1, .add = false},
        };
        const struct store_edge second[] = {
                {.a = 1, .b = 2, .posterior_mbit = 1, .add = false},
                {.a = 1, .b = 2, .posterior_mbit = INT32_MIN, .add = true},
                {.a = 300, .b = 1, .add = false},
        };
        struct fixture *f = *state;
        struct store_neighbour *edges;

        store_apply_edges(f->txn, &f->arena, first, 4);
        store_apply_edges(f->txn, &f->arena, NULL, 0);
        assert_int_equal(3, store_get_edges(f->txn, &f->arena, 1, &edges));
        assert_int_equal(2, edges[0].node);
        assert_int_equal(12345, edges[0].posterior_mbit);
        assert_false(edges[0].cannot_link);
        assert_int_equal(300, edges[1].node);
        assert_int_equal(-500, edges[1].posterior_mbit);
        assert_true(edges[1].cannot_link);
        assert_int_equal(UINT32_MAX, edges[2].node);
        assert_int_equal(1, store_get_edges(f->txn, &f->arena, 300, &edges));
        assert_int_equal(1, edges[0].node);

        /* Of two changes to one pair the later counts. */
        store_apply_edges(f->txn, &f->arena, second, 3);
        assert_int_equal(2, store_get_edges(f->txn, &f->arena, 1, &edges));
        assert_int_equal(INT32_MIN, edges[0].posterior_mbit);
        assert_int_equal(UINT32_MAX, edges[1].node);
        assert_int_equal(0, store_get_edges(f->txn, &f->arena, 300, &edges));
        assert_int_equal(1, store_get_edges(f->txn, &f->arena, UINT32_MAX, &edges));
        assert_int_equal(4, store_count(f->txn, STORE_EDGE));
        fixture_commit(f);
}

static void golden_records_and_conflicts_come_and_go(void **state)
{
        struct fixture *f = *state;
        struct hash128 *ids;
        struct text value;

        store_put_golden(f->txn, 4, TEXT("Marc"));
        store_put_golden(f->txn, 4, TEXT("Marc Durand"));
        assert_true(store_get_golden(f->txn, 4, &value));
        assert_text(TEXT("Marc Durand"), value);
        store_delete_golden(f->txn, 4);
        store_delete_golden(f->txn, 4);
        assert_false(store_get_golden(f->txn, 4, &value));

        store_put_conflict(f->txn, id_of(1000), TEXT("duplicate"));
        assert_true(store_get_conflict(f->txn, id_of(1000), &value));
        assert_text(TEXT("duplicate"), value);
        store_delete_conflict(f->txn, id_of(1000));
        assert_false(store_get_conflict(f->txn, id_of(1000), &value));

        for (uint64_t i = 0; i < 1000; i++)
                store_add_conflict_of(f->txn, 4, id_of(i));
        store_add_conflict_of(f->txn, 4, id_of(17));
        store_delete_conflict_of(f->txn, 4, id_of(18));
        store_delete_conflict_of(f->txn, 5, id_of(18));
        assert_int_equal(999, store_get_conflicts_of(f->txn, &f->arena, 4, &ids));
        assert_true(hash128_equal(id_of(0), ids[0]));
        assert_true(hash128_equal(id_of(19), ids[18]));
        assert_int_equal(0, store_get_conflicts_of(f->txn, &f->arena, 5, &ids));
        fixture_commit(f);
}

static void small_values_have_names(void **state)
{
        struct fixture *f = *state;
        struct text value;

        store_put_meta(f->txn, TEXT("epoch"), TEXT("1f2e"));
        store_put_meta(f->txn, TEXT("empty"), TEXT_NONE);
        fixture_commit(f);
        fixture_reopen(f);
        fixture_begin(f);
        assert_true(store_get_meta(f->txn, TEXT("epoch"), &value));
        assert_text(TEXT("1f2e"), value);
        assert_true(store_get_meta(f->txn, TEXT("empty"), &value));
        assert_false(store_get_meta(f->txn, TEXT("nothing"), &value));
        assert_false(store_get_meta(f->txn, TEXT_NONE, &value));
        store_delete_meta(f->txn, TEXT("epoch"));
        assert_false(store_get_meta(f->txn, TEXT("epoch"), &value));
        fixture_commit(f);
}

static void names_of_the_module_are_not_written_by_others(void **state)
{
        struct fixture *f = *state;

        store_put_meta(f->txn, TEXT("store.format"), TEXT("9"));
        assert_true(store_failed(f->txn));
}

struct walked {
        uint64_t keys[16];
        uint64_t values[16];
        uint32_t count;
        uint32_t stop_after;
};

static int note(void *context, struct text key, struct text value)
{
        struct walked *walked = context;

        walked->keys[walked->count] = store_read_number(key);
        walked->values[walked->count] = value.length == 8 ? store_read_number(value) : value.length;
        walked->count++;
        return walked->count == walked->stop_after ? 42 : 0;
}

static void a_walk_goes_by_number_and_stops_when_told(void **state)
{
        const struct store_posting postings[] = {
                {.key = 1, .number = 70000, .add = true},
                {.key = 256, .number = 3, .add = true},
                {.key = 256, .number = 2, .add = true},
                {.key = 1ULL << 60, .number = 1, .add = true},
        };
        struct fixture *f = *state;
        struct walked walked = {0};

        store_apply_postings(f->txn, STORE_BLOCK, postings, 4);
        assert_int_equal(0, store_walk(f->txn, STORE_BLOCK, note, &walked));
        assert_int_equal(4, walked.count);
        assert_int_equal(1, walked.keys[0]);
        assert_int_equal(70000, walked.values[0]);
        assert_int_equal(256, walked.keys[1]);
        assert_int_equal(2, walked.values[1]);
        assert_int_equal(3, walked.values[2]);
        assert_int_equal(1ULL << 60, walked.keys[3]);

        walked = (struct walked){.stop_after = 2};
        assert_int_equal(42, store_walk(f->txn, STORE_BLOCK, note, &walked));
        assert_int_equal(2, walked.count);

        walked = (struct walked){0};
        assert_int_equal(0, store_walk_from(f->txn, STORE_BLOCK, TEXT("\0\0\0\0\0\0\0\2"), note, &walked));
        assert_int_equal(3, walked.count);
        assert_int_equal(256, walked.keys[0]);

        walked = (struct walked){0};
        assert_int_equal(0, store_walk(f->txn, STORE_RECORD, note, &walked));
        assert_int_equal(0, walked.count);
        store_add_record(f->txn, contact("003A"), TEXT("Marc"));
        assert_int_equal(0, store_walk(f->txn, STORE_RECORD, note, &walked));
        assert_int_equal(1, walked.keys[0]);
        assert_int_equal(4, walked.values[0]); /* what the caller put, without the key in front of it */
        fixture_commit(f);
}

static int check_edge(void *context, struct text key, struct text value)
{
        uint32_t *count = context;
        int32_t posterior_mbit;
        bool cannot_link;

        assert_true(store_read_edge(value, &posterior_mbit, &cannot_link));
        assert_int_equal(-7, posterior_mbit);
        assert_true(cannot_link);
        assert_int_equal((*count)++ == 0 ? (uint64_t)3 << 32 | 9 : (uint64_t)9 << 32 | 3, store_read_number(key));
        return 0;
}

static int check_conflict(void *context, struct text key, struct text value)
{
        uint64_t *next = context;

        (void)value;
        assert_true(hash128_equal(id_of(*next), store_read_id(key)));
        *next += 256;
        return 0;
}

static void walked_values_can_be_read(void **state)
{
        struct fixture *f = *state;
        struct store_edge edge = {.a = 9, .b = 3, .posterior_mbit = -7, .cannot_link = true, .add = true};
        uint32_t edges = 0;
        uint64_t next = 0;

        store_apply_edges(f->txn, &f->arena, &edge, 1);
        assert_int_equal(0, store_walk(f->txn, STORE_EDGE, check_edge, &edges));
        assert_int_equal(2, edges);
        for (uint64_t i = 8; i > 0; i--)
                store_put_conflict(f->txn, id_of((i - 1) * 256), TEXT("x"));
        assert_int_equal(0, store_walk(f->txn, STORE_CONFLICT, check_conflict, &next));
        assert_int_equal(8 * 256, next);
        assert_true(store_table_bytes(f->txn, STORE_EDGE) >= 4096);
        fixture_commit(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(a_record_is_found_by_its_key),
                TEST(a_record_is_replaced_by_a_longer_and_a_shorter_one),
                TEST(a_deleted_record_is_gone_and_its_number_with_it),
                TEST(records_whose_keys_share_a_hash_are_told_apart),
                TEST(nodes_whose_features_share_a_hash_are_told_apart),
                TEST(numbers_of_deleted_nodes_are_not_given_again),
                TEST(a_record_remembers_its_node_and_anchor),
                TEST(a_node_knows_its_members_in_order),
                TEST(a_sorted_sweep_adds_and_deletes_postings),
                TEST(a_large_block_is_counted_and_cut),
                TEST(postings_live_in_their_tables_only),
                TEST(an_edge_is_seen_from_both_ends),
                TEST(golden_records_and_conflicts_come_and_go),
                TEST(small_values_have_names),
                TEST(names_of_the_module_are_not_written_by_others),
                TEST(a_walk_goes_by_number_and_stops_when_told),
                TEST(walked_values_can_be_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
