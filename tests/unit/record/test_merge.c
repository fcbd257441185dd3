/* A record is what its events say, whatever order they come in. */
#include "record/change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define EVENTS_MAX 6

static struct version at(int64_t time_ms)
{
        return (struct version){.time_ms = time_ms, .major = 1};
}

static struct change_value set(uint16_t attribute, const char *value)
{
        return (struct change_value){.attribute = attribute, .set = true, .value = text_from(value)};
}

static struct change_value unset(uint16_t attribute)
{
        return (struct change_value){.attribute = attribute};
}

static struct record_key marc(void)
{
        return (struct record_key){.source = TEXT("crm"), .entity = TEXT("Contact"), .record_id = TEXT("003A")};
}

static struct change event(enum change_op op, int64_t time_ms, const struct change_value *values, uint32_t count)
{
        return (struct change){.op = op,
                               .type = TYPE_PERSON,
                               .version = at(time_ms),
                               .values = values,
                               .value_count = count};
}

static void merge_in_order(struct arena *arena, const struct change *events, const int *order, int count,
                           struct buffer *out)
{
        struct record record = {.key = marc()};

        for (int i = 0; i < count; i++)
                record_merge(arena, &record, &events[order[i]]);
        buffer_clear(out);
        record_encode(&record, out);
}

static bool next_permutation(int *order, int count)
{
        int i = count - 2, j = count - 1, swap;

        while (i >= 0 && order[i] > order[i + 1])
                i--;
        if (i < 0)
                return false;
        while (order[j] < order[i])
                j--;
        swap = order[i], order[i] = order[j], order[j] = swap;
        for (i++, j = count - 1; i < j; i++, j--)
                swap = order[i], order[i] = order[j], order[j] = swap;
        return true;
}

/* Encoded bytes say everything of R, so equal bytes are equal records. Gives the number of orders. */
static int same_in_every_order(const struct change *events, int count, struct record *result, struct arena *arena)
{
        int order[EVENTS_MAX], orders = 0;
        struct buffer first = {0}, other = {0};

        for (int i = 0; i < count; i++)
                order[i] = i;
        merge_in_order(arena, events, order, count, &first);
        do {
                merge_in_order(arena, events, order, count, &other);
                assert_true(text_equal(buffer_view(&first), buffer_view(&other)));
                orders++;
        } while (next_permutation(order, count));
        assert_int_equal(0, record_decode(arena, arena_text(arena, buffer_view(&first)), result, NULL));
        buffer_free(&first);
        buffer_free(&other);
        return orders;
}

static void assert_value(const struct record *record, uint16_t attribute, const char *value)
{
        const struct slot *slot = record_first(record, attribute);

        if (!value) {
                assert_null(slot);
                return;
        }
        assert_non_null(slot);
        assert_true(text_equal(slot->raw, text_from(value)));
}

static void deltas_of_one_record_meet_in_any_order(void **state)
{
        const struct change_value created[] = {set(ATTRIBUTE_GIVEN_NAME, "Marc"), set(ATTRIBUTE_EMAIL, "old@acme.fr"),
                                               set(ATTRIBUTE_PHONE, "1")};
        const struct change_value moved[] = {set(ATTRIBUTE_EMAIL, "new@acme.fr")};
        const struct change_value lost[] = {unset(ATTRIBUTE_PHONE)};
        const struct change_value named[] = {set(ATTRIBUTE_FAMILY_NAME, "Durand")};
        const struct change events[] = {
                event(CHANGE_UPSERT, 10, created, 3), event(CHANGE_UPSERT, 20, moved, 1),
                event(CHANGE_UPSERT, 30, lost, 1),    event(CHANGE_UPSERT, 25, named, 1),
                event(CHANGE_GAP, 27, NULL, 0),
        };
        ARENA_CLEANUP struct arena arena = {0};
        struct record record;

        (void)state;
        assert_int_equal(120, same_in_every_order(events, 5, &record, &arena));
        assert_true(record.alive);
        assert_int_equal(10, record.first_time_ms);
        assert_value(&record, ATTRIBUTE_EMAIL, "new@acme.fr");
        assert_value(&record, ATTRIBUTE_GIVEN_NAME, "Marc");
        assert_value(&record, ATTRIBUTE_FAMILY_NAME, "Durand");
        assert_value(&record, ATTRIBUTE_PHONE, NULL);
        assert_true(record_is_stale(&record));
}

/* What a complete row does not name is gone, unless something newer has set it. */
static void a_complete_row_replaces_what_is_older_and_nothing_newer(void **state)
{
        const struct change_value created[] = {set(ATTRIBUTE_GIVEN_NAME, "Marc"), set(ATTRIBUTE_EMAIL, "old@acme.fr")};
        const struct change_value row[] = {set(ATTRIBUTE_FAMILY_NAME, "Durand")};
        const struct change_value later[] = {set(ATTRIBUTE_PHONE, "2")};
        struct change events[] = {
                event(CHANGE_UPSERT, 10, created, 2),
                event(CHANGE_UPSERT, 20, row, 1),
                event(CHANGE_UPSERT, 30, later, 1),
                event(CHANGE_GAP, 15, NULL, 0),
        };
        ARENA_CLEANUP struct arena arena = {0};
        struct record record;

        (void)state;
        events[1].complete = true;
        assert_int_equal(24, same_in_every_order(events, 4, &record, &arena));
        assert_value(&record, ATTRIBUTE_GIVEN_NAME, NULL);
        assert_value(&record, ATTRIBUTE_EMAIL, NULL);
        assert_value(&record, ATTRIBUTE_FAMILY_NAME, "Durand");
        assert_value(&record, ATTRIBUTE_PHONE, "2");
        assert_false(record_is_stale(&record)); /* the row told what the gap did not */
}

static void a_deletion_holds_against_late_updates_and_yields_to_newer_ones(void **state)
{
        const struct change_value created[] = {set(ATTRIBUTE_GIVEN_NAME, "Marc")};
        const struct change_value late[] = {set(ATTRIBUTE_EMAIL, "late@acme.fr")};
        const struct change_value again[] = {set(ATTRIBUTE_FAMILY_NAME, "Durand")};
        const struct change events[] = {
                event(CHANGE_UPSERT, 10, created, 1),
                event(CHANGE_UPSERT, 15, late, 1),
                event(CHANGE_DELETE, 20, NULL, 0),
                event(CHANGE_UNDELETE, 30, again, 1),
        };
        ARENA_CLEANUP struct arena arena = {0};
        struct record record;

        (void)state;
        assert_int_equal(6, same_in_every_order(events, 3, &record, &arena));
        assert_false(record.alive);
        assert_int_equal(0, record.slot_count);
        assert_int_equal(10, record.first_time_ms);
        assert_int_equal(24, same_in_every_order(events, 4, &record, &arena));
        assert_true(record.alive);
        assert_int_equal(1, record.slot_count);
        assert_value(&record, ATTRIBUTE_FAMILY_NAME, "Durand");
}

static void a_redelivered_event_changes_nothing(void **state)
{
        const struct change_value values[] = {set(ATTRIBUTE_GIVEN_NAME, "Marc"), unset(ATTRIBUTE_PHONE)};
        struct change created = event(CHANGE_UPSERT, 10, values, 2);
        struct change deleted = event(CHANGE_DELETE, 20, NULL, 0);
        ARENA_CLEANUP struct arena arena = {0};
        struct record record = {.key = marc()};

        (void)state;
        created.complete = true;
        assert_int_equal(1, record_merge(&arena, &record, &created));
        assert_int_equal(0, record_merge(&arena, &record, &created));
        assert_int_equal(1, record_merge(&arena, &record, &deleted));
        assert_int_equal(0, record_merge(&arena, &record, &deleted));
        assert_int_equal(0, record_merge(&arena, &record, &created));
}

/* A null value on a compacted topic says only that the record is gone, not when. */
static void a_tombstone_deletes_what_there_is_and_nothing_that_is_gone(void **state)
{
        const struct change_value values[] = {set(ATTRIBUTE_GIVEN_NAME, "Marc")};
        struct change created = event(CHANGE_UPSERT, 10, values, 1);
        struct change tombstone = {.op = CHANGE_DELETE, .type = TYPE_PERSON, .version = at(5), .tombstone = true};
        ARENA_CLEANUP struct arena arena = {0};
        struct record record = {.key = marc()};

        (void)state;
        assert_int_equal(0, record_merge(&arena, &record, &tombstone));
        record_merge(&arena, &record, &created);
        assert_int_equal(1, record_merge(&arena, &record, &tombstone));
        assert_false(record.alive);
        assert_int_equal(10, record.deleted.time_ms);
        assert_int_equal(0, record_merge(&arena, &record, &tombstone));
}

static void a_truncated_table_takes_its_older_records(void **state)
{
        const struct change_value values[] = {set(ATTRIBUTE_GIVEN_NAME, "Marc")};
        struct change old = event(CHANGE_UPSERT, 10, values, 1), newer = event(CHANGE_UPSERT, 30, values, 1);
        struct change truncate = event(CHANGE_TRUNCATE, 20, NULL, 0);
        struct record table = {.key = {.source = TEXT("crm"), .entity = TEXT("Contact")}};
        struct record gone = {.key = marc()}, kept = {.key = marc()};
        ARENA_CLEANUP struct arena arena = {0};

        (void)state;
        assert_true(record_is_table(&table));
        assert_int_equal(1, record_merge(&arena, &table, &truncate));
        record_merge(&arena, &gone, &old);
        record_merge(&arena, &kept, &newer);
        assert_int_equal(1, record_merge_table(&gone, &table));
        assert_int_equal(0, record_merge_table(&gone, &table));
        record_merge_table(&kept, &table);
        assert_false(gone.alive);
        assert_true(kept.alive);
        assert_value(&kept, ATTRIBUTE_GIVEN_NAME, "Marc");
}

static void the_survivor_of_a_merge_is_remembered_until_the_record_is_back(void **state)
{
        const struct change_value into[] = {set(ATTRIBUTE_MERGED_INTO, "003B")};
        struct change deleted = event(CHANGE_DELETE, 20, into, 1), back = event(CHANGE_UNDELETE, 30, NULL, 0);
        ARENA_CLEANUP struct arena arena = {0};
        struct record record = {.key = marc()};

        (void)state;
        record_merge(&arena, &record, &deleted);
        assert_true(text_equal(record.merged_into, TEXT("003B")));
        record_merge(&arena, &record, &back);
        assert_int_equal(0, record.merged_into.length);
}

static void an_account_with_a_family_name_is_a_person(void **state)
{
        const struct change_value name[] = {set(ATTRIBUTE_NAME, "Marc Durand")};
        const struct change_value family[] = {set(ATTRIBUTE_FAMILY_NAME, "Durand")};
        struct change account = event(CHANGE_UPSERT, 10, name, 1), person = event(CHANGE_UPSERT, 20, family, 1);
        ARENA_CLEANUP struct arena arena = {0};
        struct record record = {.key = marc()};

        (void)state;
        account.type = person.type = TYPE_ORGANIZATION;
        record_merge(&arena, &record, &account);
        assert_int_equal(TYPE_ORGANIZATION, record_effective_type(&record));
        record_merge(&arena, &record, &person);
        assert_int_equal(TYPE_PERSON, record_effective_type(&record));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(deltas_of_one_record_meet_in_any_order),
                cmocka_unit_test(a_complete_row_replaces_what_is_older_and_nothing_newer),
                cmocka_unit_test(a_deletion_holds_against_late_updates_and_yields_to_newer_ones),
                cmocka_unit_test(a_redelivered_event_changes_nothing),
                cmocka_unit_test(a_tombstone_deletes_what_there_is_and_nothing_that_is_gone),
                cmocka_unit_test(a_truncated_table_takes_its_older_records),
                cmocka_unit_test(the_survivor_of_a_merge_is_remembered_until_the_record_is_back),
                cmocka_unit_test(an_account_with_a_family_name_is_a_person),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
