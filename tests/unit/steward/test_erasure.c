/* Who is known again after an erasure, and who is not. */
#include "steward/erasure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

/* A person in words: what is NULL is not known. */
struct person {
        const char *given, *family, *birth, *email, *phone, *house, *street, *postal, *passport;
        bool swapped; /* the parts of the name stand in the other order */
};

static void add(struct features *features, uint8_t kind, const char *text, uint8_t flags)
{
        if (text)
                features->items[features->count++] =
                        (struct feature){.kind = kind, .flags = flags, .text = text_from(text)};
}

static void make(const struct person *person, struct features *features)
{
        uint8_t initial = person->given && strlen(person->given) == 1 ? FEATURE_INITIAL : 0;

        memset(features, 0, sizeof(*features));
        features->type = TYPE_PERSON;
        add(features, person->swapped ? FEATURE_FAMILY : FEATURE_GIVEN, person->given, initial);
        add(features, person->swapped ? FEATURE_GIVEN : FEATURE_FAMILY, person->family, 0);
        add(features, FEATURE_BIRTH_DATE, person->birth, 0);
        add(features, FEATURE_EMAIL, person->email, 0);
        add(features, FEATURE_PHONE, person->phone, 0);
        add(features, FEATURE_HOUSE_NUMBER, person->house, 0);
        add(features, FEATURE_STREET, person->street, 0);
        add(features, FEATURE_POSTAL_CODE, person->postal, 0);
        add(features, FEATURE_PASSPORT, person->passport, 0);
        features_finish(features);
}

static const struct person marc = {
        .given = "marc",
        .family = "durand",
        .birth = "1960-05-04",
        .email = "marc@durand.example",
        .phone = "+33478000001",
        .house = "12",
        .street = "imprimeurs",
        .postal = "69002",
        .passport = "12ab34567",
};

static bool is_known_again(const char *secret, const struct person *erased, const struct person *newcomer)
{
        static struct features features;
        struct erasure_key kept_by = erasure_make_key(text_from("secret"));
        struct erasure_key asked_by = erasure_make_key(text_from(secret));
        struct erasure_tokens kept, asked;

        make(erased, &features);
        erasure_keep(&kept_by, &features, &kept);
        make(newcomer, &features);
        erasure_ask(&asked_by, &features, &asked);
        for (uint32_t i = 0; i < kept.count; i++) {
                for (uint32_t j = 0; j < asked.count; j++) {
                        if (kept.items[i] == asked.items[j])
                                return true;
                }
        }
        return false;
}

static void the_same_person_is_known_again_and_others_are_not(void **state)
{
        static const struct {
                const char *who;
                struct person person;
                bool known;
        } cases[] = {
                {"by the address of his mailbox",
                 {.given = "marc", .family = "durand", .email = "marc@durand.example"},
                 true},
                {"with an initial", {.given = "m", .family = "durand", .email = "marc@durand.example"}, true},
                {"names the other way round",
                 {.given = "marc", .family = "durand", .email = "marc@durand.example", .swapped = true},
                 true},
                {"a mailbox without a name", {.email = "marc@durand.example"}, true},
                {"a telephone with the name", {.given = "marc", .family = "durand", .phone = "+33478000001"}, true},
                {"a telephone without", {.phone = "+33478000001"}, false},
                {"a whole address with the name",
                 {.given = "marc", .family = "durand", .house = "12", .street = "imprimeurs", .postal = "69002"},
                 true},
                {"another house",
                 {.given = "marc", .family = "durand", .house = "14", .street = "imprimeurs", .postal = "69002"},
                 false},
                {"birth date and postal code",
                 {.given = "marc", .family = "durand", .birth = "1960-05-04", .postal = "69002"},
                 true},
                {"a namesake born on the same day elsewhere",
                 {.given = "marc", .family = "durand", .birth = "1960-05-04", .postal = "33000"},
                 false},
                {"a passport alone", {.passport = "12ab34567"}, true},
                {"a namesake", {.given = "marc", .family = "durand"}, false},
                {"a namesake in the same town", {.given = "marc", .family = "durand", .postal = "69002"}, false},
                {"his son at the same address",
                 {.given = "marc",
                  .family = "durand",
                  .birth = "1991-01-02",
                  .house = "12",
                  .street = "imprimeurs",
                  .postal = "69002"},
                 false},
                {"his wife, who shares telephone and mailbox",
                 {.given = "marie", .family = "durand", .phone = "+33478000001", .email = "marc@durand.example"},
                 false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                if (is_known_again("secret", &marc, &cases[i].person) != cases[i].known)
                        fail_msg("%s: %sexpected", cases[i].who, cases[i].known ? "" : "not ");
        }
}

static void a_missing_birth_date_fits_any_and_the_key_matters(void **state)
{
        struct person undated = marc, newcomer = marc;

        (void)state;
        undated.birth = newcomer.passport = NULL;
        assert_true(is_known_again("secret", &undated, &newcomer));
        newcomer.birth = "1960-05-05";
        assert_true(is_known_again("secret", &undated, &newcomer));
        assert_false(is_known_again("secret", &marc, &newcomer));
        assert_true(is_known_again("secret", &marc, &marc));
        assert_false(is_known_again("another secret", &marc, &marc));
}

static void tokens_survive_being_written(void **state)
{
        static struct features features;
        struct erasure_key key = erasure_make_key(TEXT_NONE);
        struct erasure_tokens kept, back;
        struct buffer text BUFFER_CLEANUP = {0};

        (void)state;
        make(&marc, &features);
        erasure_keep(&key, &features, &kept);
        assert_true(kept.count > 5);
        erasure_write_tokens(&kept, &text);
        assert_true(erasure_read_tokens(buffer_view(&text), &back));
        assert_int_equal(back.count, kept.count);
        assert_memory_equal(back.items, kept.items, kept.count * sizeof(kept.items[0]));
        assert_true(erasure_read_tokens(TEXT_NONE, &back));
        assert_int_equal(back.count, 0);
        assert_false(erasure_read_tokens(TEXT("0123456789abcde"), &back));
        assert_false(erasure_read_tokens(TEXT("0123456789abcdeg"), &back));
        assert_false(erasure_read_tokens(TEXT("0123456789abcdef,0123456789abcdef"), &back));
}

static void an_organization_leaves_nothing_and_a_record_its_hash(void **state)
{
        static struct features features;
        struct erasure_key key = erasure_make_key(TEXT_NONE);
        struct record_key a = {TEXT("erp"), TEXT("customer"), TEXT("1")},
                          b = {TEXT("erp"), TEXT("custome"), TEXT("r1")};
        struct erasure_tokens kept;

        (void)state;
        make(&marc, &features);
        features.type = TYPE_ORGANIZATION;
        erasure_keep(&key, &features, &kept);
        assert_int_equal(kept.count, 0);
        assert_true(hash128_equal(erasure_hash_record(&key, a), erasure_hash_record(&key, a)));
        assert_false(hash128_equal(erasure_hash_record(&key, a), erasure_hash_record(&key, b)));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_same_person_is_known_again_and_others_are_not),
                cmocka_unit_test(a_missing_birth_date_fits_any_and_the_key_matters),
                cmocka_unit_test(tokens_survive_being_written),
                cmocka_unit_test(an_organization_leaves_nothing_and_a_record_its_hash),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
