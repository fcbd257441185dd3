/* Whole records: what becomes a feature, what never does, and that nothing from outside can break it. */
#include "helper.h"

#include "record/record.h"

struct field {
        const char *attribute;
        const char *value;
};

#define FIELDS_MAX 32

static struct slot slots[FIELDS_MAX];

/* A living record of @source with @fields, in the order of the vocabulary. */
static struct record make_record(struct fixture *fixture, enum record_type type, const struct field *fields,
                                 size_t count)
{
        struct record record = {.key = {.source = TEXT("crm"), .entity = TEXT("Contact"), .record_id = TEXT("1")},
                                .declared_type = type,
                                .alive = true,
                                .slots = slots};

        for (uint32_t attribute = 1; attribute < fixture->config.vocabulary.count; attribute++)
                for (size_t i = 0; i < count; i++) {
                        if (vocabulary_find(&fixture->config.vocabulary, text_from(fields[i].attribute)) != attribute)
                                continue;
                        slots[record.slot_count++] = (struct slot){.attribute = (uint16_t)attribute,
                                                                   .flags = SLOT_SET,
                                                                   .raw = text_from(fields[i].value)};
                }
        assert_int_equal(record.slot_count, count);
        return record;
}

static const char *standardised(struct fixture *fixture, struct record *record)
{
        static struct features features;

        begin(fixture, NULL);
        standard_record(fixture->standard, &fixture->arena, record, &features);
        fixture->list.items = features.items;
        fixture->list.count = features.count;
        return features_text(fixture);
}

#define RECORD(type, ...)                                                                                              \
        make_record(fixture, type, (const struct field[]){__VA_ARGS__},                                                \
                    sizeof((const struct field[]){__VA_ARGS__}) / sizeof(struct field))

static void a_person_becomes_the_facts_that_identify(void **state)
{
        struct fixture *fixture = *state;
        struct record record =
                RECORD(TYPE_PERSON, {"given_name", "Marc"}, {"family_name", "Durand"}, {"full_name", "Marc A. Durand"},
                       {"birth_date", "13/3/1961"}, {"email", "M.Durand@acme.fr"}, {"phone", "06 12 34 56 79"},
                       {"address.country", "France"}, {"owner", "005x"}, {"consent.email", "yes"},
                       {"created_at", "2020-01-01T00:00:00Z"}, {"job_title", "Responsable Achats"});

        assert_string_equal(standardised(fixture, &record),
                            "given_name=marc; family_name=durand; name=a.; birth_date=1961-03-13; "
                            "email=m.durand@acme.fr; "
                            "phone=+33612345679; domain=acme.fr; country=fr; job_title=responsable achats");
}

static void what_cannot_be_right_is_flagged_and_no_evidence(void **state)
{
        struct fixture *fixture = *state;
        struct record record = RECORD(TYPE_ORGANIZATION, {"name", "Durand SAS"}, {"siren", "000000000"},
                                      {"vat_id", "FR84404833048"}, {"email", "test@test.com"});

        assert_string_equal(standardised(fixture, &record), "name_token=durand; legal_form=sas; name=durand");
        for (uint32_t i = 0; i < record.slot_count; i++) {
                const char *reason = standard_invalid_reason(fixture->standard, &record.slots[i]);

                if (record.slots[i].attribute == ATTRIBUTE_NAME)
                        assert_null(reason);
                else
                        assert_non_null(reason);
        }
}

static void references_name_their_source(void **state)
{
        struct fixture *fixture = *state;
        struct record record =
                RECORD(TYPE_PERSON, {"family_name", "Durand"}, {"employer_ref", "A-17"}, {"same_as", "erp/42"});

        assert_string_equal(standardised(fixture, &record), "family_name=durand; employer_ref=crm\x1f"
                                                            "A-17; same_as=erp\x1f"
                                                            "42");
}

static void a_deleted_record_has_no_features(void **state)
{
        struct fixture *fixture = *state;
        struct record record = RECORD(TYPE_PERSON, {"family_name", "Durand"});

        record.alive = false;
        assert_string_equal(standardised(fixture, &record), "");
}

static void a_canonical_value_stands_for_itself(void **state)
{
        static const struct field values[] = {
                {"given_name", "Élodie-Marie"},
                {"full_name", "DURAND, Marc"},
                {"birth_date", "15-Mar-92"},
                {"birth_date", "mars 1961"},
                {"birth_date", "1961"},
                {"email", "\"Jay\" <J.Jones+x@GMail.com>"},
                {"phone", "06 12 34 56 79"},
                {"phone", "+49 30 123456"},
                {"phone", "221-2412"},
                {"website", "HTTPS://www.Acme.co.uk/Shop/"},
                {"address.country", "Deutschland"},
                {"address.postal_code", "le111uu"},
                {"address.street", " 12  rue de la Paix "},
                {"gender", "Herr"},
                {"consent.email", "opt-in"},
                {"siret", "732 829 320 00074"},
                {"vat_id", "BE 428759497"},
                {"lei", "213800kud8lajwsq9d15"},
                {"passport", " c01-x00 t47"},
                {"annual_revenue", "1.234.567,89"},
                {"created_at", "2024-02-29T12:34:56+02:00"},
                {"person_account", "Ja"},
                {"name", "Durand  S.A.S."},
        };
        struct fixture *fixture = *state;

        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
                uint16_t attribute = vocabulary_find(&fixture->config.vocabulary, text_from(values[i].attribute));
                uint8_t flags;
                struct text once = standard_value(fixture->standard, &fixture->arena, attribute,
                                                  text_from(values[i].value), "FR", &flags);
                struct text twice = standard_value(fixture->standard, &fixture->arena, attribute, once, "FR", &flags);

                assert_int_not_equal(attribute, ATTRIBUTE_NONE);
                assert_text(twice, arena_text(&fixture->arena, once).data);
                assert_int_equal(flags, 0);
        }
}

/* A small generator with a fixed seed: every run tries the same mutations. */
static uint32_t next_random(uint32_t *seed)
{
        *seed = *seed * 1664525U + 1013904223U;
        return *seed >> 8;
}

static void nothing_that_is_typed_breaks_it(void **state)
{
        static const char *const seeds[] = {
                "Dr. Jean-Pierre d'Ormesson, Jr. (PhD)",
                "МАРК Смит",
                "王小明",
                "김민수",
                "محمد عبد الله",
                "18 Danver Place, Apt #3/12, LE11 1UU",
                "Müller GmbH & Co. KG (formerly Ajax)",
                "\"Jay\" <j.jones+x@gmail.com>",
                "+33 (0)6 12 34 56 79 ext. 5",
                "15-Mar-92",
                "1961-03-13T00:00:00Z",
                "FR83404833048",
                "https://u:p@www.acme.co.uk:80/a?b#c",
                "1.234.567,89",
                "FranÃ§ois",
                "\xf0\x9f\x98\x80\xe2\x80\x8b",
                "9999999999999999999999999999999",
                "....,,,,;;;;((((",
                "@@@@",
                "P.O. Box",
                "~~~~",
                "a\xcc\x81\xcc\x81\xcc\x81",
        };
        struct fixture *fixture = *state;
        uint32_t seed = 20240229;

        for (int round = 0; round < 4000; round++) {
                const char *a = seeds[next_random(&seed) % (sizeof(seeds) / sizeof(seeds[0]))];
                const char *b = seeds[next_random(&seed) % (sizeof(seeds) / sizeof(seeds[0]))];
                struct record record = {.declared_type = round % 2 ? TYPE_PERSON : TYPE_ORGANIZATION,
                                        .alive = true,
                                        .slots = slots};
                char raw[256];
                size_t length =
                        (size_t)snprintf(raw, sizeof(raw), "%.*s%s", (int)(next_random(&seed) % (strlen(a) + 1)), a,
                                         b + next_random(&seed) % (strlen(b) + 1));

                for (uint32_t flips = next_random(&seed) % 4; flips > 0 && length > 0; flips--)
                        raw[next_random(&seed) % length] = (char)next_random(&seed);
                for (int i = 0; i < 12; i++)
                        slots[record.slot_count++] =
                                (struct slot){.attribute =
                                                      (uint16_t)(1 + next_random(&seed) %
                                                                             (fixture->config.vocabulary.count - 1U)),
                                              .flags = SLOT_SET,
                                              .raw = {.data = raw, .length = (uint32_t)length}};
                standardised(fixture, &record);
                for (uint32_t i = 0; i < record.slot_count; i++)
                        standard_invalid_reason(fixture->standard, &record.slots[i]);
                if (round % 64 == 0)
                        arena_reset(&fixture->arena);
        }
}

static void the_longest_value_is_bounded_work(void **state)
{
        struct fixture *fixture = *state;
        char *raw = malloc(RECORD_VALUE_MAX);

        for (size_t i = 0; i < RECORD_VALUE_MAX; i++)
                raw[i] = "ab, 1é/"[i % 8 == 7 ? 0 : i % 8];
        for (uint32_t attribute = 1; attribute < fixture->config.vocabulary.count; attribute++) {
                struct record record = {.alive = true, .slots = slots, .slot_count = 1};

                slots[0] = (struct slot){.attribute = (uint16_t)attribute,
                                         .flags = SLOT_SET,
                                         .raw = {.data = raw, .length = RECORD_VALUE_MAX}};
                standardised(fixture, &record);
        }
        free(raw);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_person_becomes_the_facts_that_identify),
                cmocka_unit_test(what_cannot_be_right_is_flagged_and_no_evidence),
                cmocka_unit_test(references_name_their_source),
                cmocka_unit_test(a_deleted_record_has_no_features),
                cmocka_unit_test(a_canonical_value_stands_for_itself),
                cmocka_unit_test(nothing_that_is_typed_breaks_it),
                cmocka_unit_test(the_longest_value_is_bounded_work),
        };

        return cmocka_run_group_tests(tests, open_standard, close_standard);
}
