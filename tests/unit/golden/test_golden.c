/* Which value survives, and that every answer names the record that gave it. */
#include "unit/golden/bench.h"

#include <stdio.h>
#include <string.h>

static int make_bench(void **state)
{
        return bench_make(state, "sources:\n"
                                 "  crm: {dialect: row, topics: [crm], trust: {default: 50, email: 90}}\n"
                                 "  erp: {dialect: row, topics: [erp], trust: {default: 70, email: 40}}\n"
                                 "  web: {dialect: row, topics: [web], trust: {default: 50}}\n");
}

static void trust_decides_then_recency_then_the_record_key(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_FAMILY_NAME, "Durand", 9);
        give(bench, 1, ATTRIBUTE_FAMILY_NAME, "Durant", 1);
        give(bench, 0, ATTRIBUTE_JOB_TITLE, "clerk", 5);
        give(bench, 2, ATTRIBUTE_JOB_TITLE, "director", 6);
        give(bench, 0, ATTRIBUTE_NATIONAL_ID, "a", 5);
        give(bench, 2, ATTRIBUTE_NATIONAL_ID, "b", 5);
        give(bench, 0, ATTRIBUTE_EMAIL, "crm@acme.fr", 1);
        give(bench, 1, ATTRIBUTE_EMAIL, "erp@acme.fr", 9);
        root = write_golden(bench);
        assert_member(root, "attributes/family_name", "Durant");
        assert_member(root, "lineage/family_name/source", "erp");
        assert_member(root, "attributes/job_title", "director");
        assert_member(root, "attributes/national_id", "a");
        assert_member(root, "attributes/email", "crm@acme.fr");
        assert_int_equal(3, json_get(root, "members")->count);
        assert_int_equal(2, json_get(root, "superseded")->count);
}

/* The first element of an array, and what follows it. */
static const struct json_node *elements(const struct json_node *root, const char *path, uint32_t count)
{
        const struct json_node *array = json_path(root, path);

        assert_true(json_is(array, JSON_ARRAY));
        assert_int_equal(count, array->count);
        return array->child;
}

/* The ERP is trusted more and is newer, but "M." is what every Marc, Marie and Maxime has. */
static void an_initial_gives_way_to_a_name(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_GIVEN_NAME, "Marc", 1);
        give(bench, 1, ATTRIBUTE_GIVEN_NAME, "M.", 9);
        give(bench, 1, ATTRIBUTE_MIDDLE_NAME, "J", 9);
        root = write_golden(bench);
        assert_member(root, "attributes/given_name", "Marc");
        assert_member(root, "lineage/given_name/source", "crm");
        assert_member(root, "attributes/middle_name", "J");
}

/* Of equal times the source's own order decides. */
static void versions_of_one_time_are_ordered_by_their_position(void **state)
{
        struct bench *bench = *state;

        give(bench, 0, ATTRIBUTE_JOB_TITLE, "clerk", 5)->version.major = 7;
        give(bench, 2, ATTRIBUTE_JOB_TITLE, "director", 5)->version.major = 8;
        assert_member(write_golden(bench), "attributes/job_title", "director");
}

static void further_values_stand_beside_the_first_without_repeats(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root, *other;

        give(bench, 0, ATTRIBUTE_EMAIL, "marc@acme.fr", 1);
        give(bench, 0, ATTRIBUTE_PHONE, "+33612345678", 1)->label = TEXT("mobile");
        give(bench, 1, ATTRIBUTE_EMAIL, "m.durand@acme.fr", 9);
        give(bench, 2, ATTRIBUTE_EMAIL, "marc@acme.fr", 9);
        root = write_golden(bench);
        assert_member(root, "attributes/email", "marc@acme.fr");
        other = elements(root, "attributes/other_email", 1);
        assert_true(text_equal(other->text, TEXT("m.durand@acme.fr")));
        other = elements(root, "lineage/other_email", 1);
        assert_member(other, "source", "erp");
        assert_member(other, "rule", "further_value");
        assert_member(root, "attributes/phone", "+33612345678");
        assert_null(json_path(root, "attributes/other_phone"));
}

static bool knows_one_account(void *context, struct text source, struct text record_id, char out[ENTITY_ID_SIZE])
{
        const struct record_key *account = context;

        if (!text_equal(source, account->source) || !text_equal(record_id, account->record_id))
                return false;
        golden_entity_id(TYPE_ORGANIZATION, *account, out);
        return true;
}

/* The ERP's reference is trusted more, but leads to a record that nobody has. */
static void a_reference_becomes_the_id_of_the_entity_that_it_leads_to(void **state)
{
        struct bench *bench = *state;
        struct record_key account = {TEXT("crm"), TEXT("Account"), TEXT("001")};
        char id[ENTITY_ID_SIZE];
        const struct json_node *root;

        golden_entity_id(TYPE_ORGANIZATION, account, id);
        bench->input.resolve = knows_one_account;
        bench->input.resolve_context = &account;
        give(bench, 0, ATTRIBUTE_EMPLOYER_REF, "001", 1);
        give(bench, 1, ATTRIBUTE_EMPLOYER_REF, "77", 9);
        root = write_golden(bench);
        assert_member(root, "attributes/employer_ref", id);
        assert_member(root, "lineage/employer_ref/source", "crm");

        /* The same from another source, which says whose id it is. */
        bench->records[0].slot_count = 0;
        bench->records[1].slot_count = 0;
        give(bench, 1, ATTRIBUTE_EMPLOYER_REF,
             "crm\x1f"
             "001",
             9);
        assert_member(write_golden(bench), "attributes/employer_ref", id);

        bench->input.resolve = NULL;
        assert_member(write_golden(bench), "attributes/employer_ref", NULL);
}

/* Whoever kept an older id finds the entity by it: ids of other members and of deleted records, not its own. */
static void every_id_but_its_own_is_superseded_in_order(void **state)
{
        struct bench *bench = *state;
        struct record_key ghosts[8];
        char ids[8][2], id[ENTITY_ID_SIZE], last[ENTITY_ID_SIZE] = "";
        const struct json_node *item;
        bool seen[8] = {false};

        for (int i = 0; i < 8; i++) {
                ids[i][0] = (char)('1' + i);
                ids[i][1] = '\0';
                ghosts[i] = (struct record_key){TEXT("old"), TEXT("person"), text_from(ids[i])};
        }
        bench->input.ghosts = ghosts;
        bench->input.ghost_count = 8;
        bench->input.anchor = ghosts[3];
        item = elements(write_golden(bench), "superseded", 3 + 7);
        for (; item; item = item->next) {
                assert_true(item->text.length < ENTITY_ID_SIZE);
                memcpy(id, item->text.data, item->text.length);
                id[item->text.length] = 0;
                assert_true(strcmp(last, id) < 0);
                snprintf(last, sizeof(last), "%s", id);
                for (int i = 0; i < 8; i++) {
                        golden_entity_id(TYPE_PERSON, ghosts[i], id);
                        seen[i] |= strcmp(last, id) == 0;
                }
        }
        for (int i = 0; i < 8; i++)
                assert_int_equal(i != 3, seen[i]);
}

static void of_two_decisions_on_consent_the_newer_counts_and_of_equal_ones_the_denial(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_CONSENT_EMAIL, "granted", 7);
        give(bench, 1, ATTRIBUTE_CONSENT_EMAIL, "denied", 5);
        give(bench, 0, ATTRIBUTE_CONSENT_PHONE, "granted", 7);
        give(bench, 2, ATTRIBUTE_CONSENT_PHONE, "denied", 7);
        root = write_golden(bench);
        assert_member(root, "consent/email/value", "granted");
        assert_member(root, "consent/phone/value", "denied");
        assert_member(root, "consent/phone/source", "web");
        assert_member(root, "attributes/consent.email", NULL);
}

/* The row of a nightly copy says "granted" again, hours after he unsubscribed in another system. */
static void a_row_that_repeats_a_grant_does_not_revoke_a_denial(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_CONSENT_EMAIL, "denied", 5);
        give(bench, 1, ATTRIBUTE_CONSENT_EMAIL, "granted", 9);
        bench->records[1].first_time_ms = 1;
        bench->records[1].complete = bench->slots[1][0].version;
        bench->records[1].ever_complete = true;
        root = write_golden(bench);
        assert_member(root, "consent/email/value", "denied");
        assert_member(root, "consent/email/rule", "newest_explicit");
}

/* The same word in an update that changes it is news. */
static void an_update_that_grants_revokes_an_older_denial(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_CONSENT_EMAIL, "denied", 5);
        give(bench, 1, ATTRIBUTE_CONSENT_EMAIL, CONSENT_NO_OBJECTION, 9);
        bench->slots[1][0].value = TEXT("granted");
        bench->records[1].first_time_ms = 1;
        root = write_golden(bench);
        assert_member(root, "consent/email/value", "granted");
}

static void a_default_counts_only_where_nobody_decided(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_CONSENT_EMAIL, "denied", 5);
        give(bench, 1, ATTRIBUTE_CONSENT_EMAIL, CONSENT_NO_OBJECTION, 9);
        give(bench, 1, ATTRIBUTE_CONSENT_PHONE, CONSENT_NO_OBJECTION, 9);
        bench->slots[1][0].value = bench->slots[1][1].value = TEXT("granted");
        bench->records[1].first_time_ms = bench->slots[1][0].version.time_ms;
        root = write_golden(bench);
        assert_member(root, "consent/email/value", "denied");
        assert_member(root, "consent/phone/value", "granted");
        assert_member(root, "consent/phone/rule", "default");
}

static void the_most_restrictive_rule_lets_any_denial_count(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        bench->config.survivorship[TYPE_PERSON][ATTRIBUTE_CONSENT_EMAIL].rule = SURVIVE_RESTRICT;
        give(bench, 0, ATTRIBUTE_CONSENT_EMAIL, "denied", 1);
        give(bench, 1, ATTRIBUTE_CONSENT_EMAIL, "granted", 9);
        root = write_golden(bench);
        assert_member(root, "consent/email/value", "denied");
        assert_member(root, "consent/email/rule", "most_restrictive");
}

/* That a system knows nothing, however lately and however trusted, is no decision. */
static void unknown_is_no_decision_on_consent(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_CONSENT_EMAIL, "denied", 1);
        give(bench, 1, ATTRIBUTE_CONSENT_EMAIL, "unknown", 9);
        give(bench, 1, ATTRIBUTE_CONSENT_PHONE, "unknown", 9);
        root = write_golden(bench);
        assert_member(root, "consent/email/value", "denied");
        assert_member(root, "consent/phone/value", "unknown");
        assert_member(root, "consent/marketing", NULL);
}

static void what_is_invalid_or_a_placeholder_never_survives(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 1, ATTRIBUTE_BIRTH_DATE, "1899-99-99", 9);
        bench->slots[1][0].flags |= SLOT_INVALID;
        give(bench, 0, ATTRIBUTE_BIRTH_DATE, "1970-02-01", 1);
        give(bench, 0, ATTRIBUTE_PHONE, "000000000", 1);
        bench->slots[0][1].flags |= SLOT_FAKE;
        root = write_golden(bench);
        assert_member(root, "attributes/birth_date", "1970-02-01");
        assert_member(root, "attributes/phone", NULL);
}

/* Half of one address and half of another is an address that nobody lives at. */
static void an_address_moves_as_a_whole(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root, *other;

        give(bench, 0, ATTRIBUTE_ADDRESS_STREET, "12 rue de la Paix", 9);
        give(bench, 0, ATTRIBUTE_ADDRESS_POSTAL_CODE, "75002", 9);
        give(bench, 1, ATTRIBUTE_ADDRESS_STREET, "5 Main Street", 1);
        give(bench, 1, ATTRIBUTE_ADDRESS_CITY, "New York", 1);
        give(bench, 2, ATTRIBUTE_ADDRESS_STREET, "5 Main Street", 9);
        give(bench, 2, ATTRIBUTE_ADDRESS_CITY, "New York", 9);
        root = write_golden(bench);
        assert_member(root, "attributes/address.street", "5 Main Street");
        assert_member(root, "attributes/address.city", "New York");
        assert_member(root, "attributes/address.postal_code", NULL);
        assert_member(root, "lineage/address.city/source", "erp");
        assert_member(root, "lineage/address.city/rule", "whole_address");
        other = elements(root, "attributes/other_address", 1);
        assert_member(other, "street", "12 rue de la Paix");
        assert_member(other, "postal_code", "75002");
        assert_member(other, "city", NULL);
}

/* Labels keep the addresses of one record apart; the one that was touched last comes first. */
static void of_one_records_addresses_the_newest_comes_first(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_ADDRESS_STREET, "1 rue Haute", 3)->label = TEXT("mailing");
        give(bench, 0, ATTRIBUTE_ADDRESS_STREET, "2 rue Basse", 2)->label = TEXT("other");
        give(bench, 0, ATTRIBUTE_ADDRESS_CITY, "Lyon", 3)->label = TEXT("mailing");
        give(bench, 0, ATTRIBUTE_ADDRESS_CITY, "Lille", 4)->label = TEXT("other");
        root = write_golden(bench);
        assert_member(root, "attributes/address.street", "2 rue Basse");
        assert_member(root, "attributes/address.city", "Lille");
        assert_member(elements(root, "attributes/other_address", 1), "city", "Lyon");
}

/* A company's number on a person's record steers nothing that is published. */
static void a_golden_person_has_the_attributes_of_persons_only(void **state)
{
        struct bench *bench = *state;
        const struct json_node *root;

        give(bench, 0, ATTRIBUTE_FAMILY_NAME, "Durand", 1);
        give(bench, 0, ATTRIBUTE_SIREN, "732829320", 1);
        root = write_golden(bench);
        assert_int_equal(1, json_get(root, "attributes")->count);
        assert_member(root, "quality/records", "3");
        assert_member(root, "quality/sources", "3");
        assert_member(root, "quality/completeness", "0.125");
}

static void the_id_says_type_and_anchor(void **state)
{
        struct bench *bench = *state;
        char person[ENTITY_ID_SIZE], organization[ENTITY_ID_SIZE], other[ENTITY_ID_SIZE];

        golden_entity_id(TYPE_PERSON, bench->records[0].key, person);
        golden_entity_id(TYPE_ORGANIZATION, bench->records[0].key, organization);
        golden_entity_id(TYPE_PERSON, bench->records[1].key, other);
        assert_memory_equal("p-", person, 2);
        assert_memory_equal("o-", organization, 2);
        assert_string_equal(person + 2, organization + 2);
        assert_string_not_equal(person, other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(trust_decides_then_recency_then_the_record_key, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(an_initial_gives_way_to_a_name, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(versions_of_one_time_are_ordered_by_their_position, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(further_values_stand_beside_the_first_without_repeats, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(a_reference_becomes_the_id_of_the_entity_that_it_leads_to, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(every_id_but_its_own_is_superseded_in_order, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(
                        of_two_decisions_on_consent_the_newer_counts_and_of_equal_ones_the_denial, make_bench,
                        bench_free),
                cmocka_unit_test_setup_teardown(a_row_that_repeats_a_grant_does_not_revoke_a_denial, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(an_update_that_grants_revokes_an_older_denial, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(a_default_counts_only_where_nobody_decided, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(the_most_restrictive_rule_lets_any_denial_count, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(unknown_is_no_decision_on_consent, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(what_is_invalid_or_a_placeholder_never_survives, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(an_address_moves_as_a_whole, make_bench, bench_free),
                cmocka_unit_test_setup_teardown(of_one_records_addresses_the_newest_comes_first, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(a_golden_person_has_the_attributes_of_persons_only, make_bench,
                                                bench_free),
                cmocka_unit_test_setup_teardown(the_id_says_type_and_anchor, make_bench, bench_free),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
