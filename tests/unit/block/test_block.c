/* Who meets whom: keys that survive one wrong or missing value, within their bounds. */
#include "block/block.h"
#include "model/recipes.h"
#include "model/weights.h"

#include "unit/common/make_features.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static bool meet(enum record_type type, const char *a, const char *b)
{
        struct model *model = model_new_builtin();
        struct arena arena = {0};
        struct block_keys x;
        struct block_keys y;
        bool found = false;
        block_derive(model, make_features(&arena, type, a), &x);
        block_derive(model, make_features(&arena, type, b), &y);
        for (uint32_t i = 0; i < x.count; i++)
                for (uint32_t j = 0; j < y.count; j++)
                        found |= x.items[i].hash == y.items[j].hash;
        arena_free(&arena);
        model_free(model);
        return found;
}

#define HOME "number=12; street=rue de lyon; city=paris; postcode=75012"

static void one_wrong_or_missing_value_never_hides_a_pair(void **state)
{
        const char *full = "given=marc/MRK; family=durand/TRNT; birth=1970-05-17; phone=+33612345678; " HOME;
        (void)state;
        assert_true(meet(TYPE_PERSON, full, "given=marc/MRK; family=durand/TRNT"));
        assert_true(meet(TYPE_PERSON, full, "given=m; family=durand/TRNT"));
        assert_true(meet(TYPE_PERSON, full, "given=durand/TRNT; family=marc/MRK"));
        assert_true(meet(TYPE_PERSON, full, "any=durand/TRNT; any=marc/MRK"));
        assert_true(meet(TYPE_PERSON, full, "family=dupont/TPNT; birth=1970-05-17"));
        assert_true(meet(TYPE_PERSON, full, "given=marc/MRK; birth=1970-05-18"));
        assert_true(meet(TYPE_PERSON, full, "birth=1970-05-17"));
        assert_true(meet(TYPE_PERSON, "given=marc/MRK; family=x; birth=1970-05-07",
                         "given=marc/MRK; family=y; birth=1970-07-05"));
        assert_true(meet(TYPE_PERSON, full, "phone=~612345678"));
        assert_true(meet(TYPE_PERSON, full, HOME));
        assert_true(meet(TYPE_PERSON, full, "given=marc/MRK; family=petit/PTT; postcode=75012"));
        assert_false(meet(TYPE_PERSON, full, "given=anna/AN; family=petit/PTT; city=paris"));
        assert_true(meet(TYPE_PERSON, "given=bob/PP~robert; family=smith/SM0",
                         "given=robert/RPRT~robert; family=smith/SM0"));
        assert_true(meet(TYPE_PERSON, "national_id=1234567890", "national_id=1234567809"));
}

static void companies_meet_by_rare_words_and_numbers(void **state)
{
        (void)state;
        assert_true(meet(TYPE_ORGANIZATION, "name=durand mecanique", "name=mecanique durand lyon"));
        /* where both words are too common to be keys of their own, and one is misspelt */
        assert_true(meet(TYPE_ORGANIZATION, "name=group services", "name=group servicse"));
        assert_true(meet(TYPE_ORGANIZATION, "name=international business machines", "name=ibm"));
        assert_true(meet(TYPE_ORGANIZATION, "siren=732829320", "siret=73282932000074"));
        assert_true(meet(TYPE_ORGANIZATION, "siren=732829320", "vat=FR44732829320"));
        assert_true(meet(TYPE_ORGANIZATION, "name=malcolm; " HOME, "name=hektoen; " HOME));
        assert_true(meet(TYPE_ORGANIZATION, "name=acme; domain=acme.fr", "name=other; domain=acme.fr"));
        assert_false(meet(TYPE_ORGANIZATION, "name=group services", "name=group international"));
}

static void types_never_share_a_key(void **state)
{
        struct feature email = {.kind = FEATURE_EMAIL, .text = TEXT_INIT("info@acme.fr")};
        (void)state;
        assert_true(block_value_key(TYPE_PERSON, &email) != 0);
        assert_true(block_value_key(TYPE_PERSON, &email) != block_value_key(TYPE_ORGANIZATION, &email));
        email.kind = FEATURE_CITY;
        assert_int_equal(block_value_key(TYPE_PERSON, &email), 0);
}

/* The engine asks whether a value is generic by the key that block_derive() gave. */
static void value_keys_are_among_the_keys(void **state)
{
        struct model *model = model_new_builtin();
        struct arena arena = {0};
        struct block_keys keys;
        struct features *features =
                make_features(&arena, TYPE_ORGANIZATION,
                              "name=acme; email=info@acme.fr; phone=+33142345678; domain=acme.fr; siren=!732829320");
        (void)state;
        block_derive(model, features, &keys);
        uint32_t values = 0;
        for (uint32_t i = 0; i < features->count; i++) {
                uint64_t key = block_value_key(TYPE_ORGANIZATION, &features->items[i]);
                bool found = false;
                for (uint32_t k = 0; k < keys.count; k++)
                        found |= keys.items[k].hash == key && keys.items[k].flags & BLOCK_VALUE;
                assert_int_equal(key != 0, found);
                values += found;
        }
        assert_int_equal(values, 4);
        arena_free(&arena);
        model_free(model);
}

static void a_recipe_that_the_model_leaves_out_gives_no_key(void **state)
{
        struct model *model = model_new_builtin();
        struct arena arena = {0};
        struct block_keys all, fewer;
        uint32_t at = 0;
        (void)state;
        const struct features *features =
                make_features(&arena, TYPE_PERSON, "given=marc; family=durand; birth=1970-05-17; email=m.durand@x.fr");
        block_derive(model, features, &all);
        model->strata[TYPE_PERSON].recipes_left_out = UINT64_C(1) << RECIPE_FAMILY | UINT64_C(1) << RECIPE_BIRTH_PARTS;
        block_derive(model, features, &fewer);
        assert_true(fewer.count < all.count);
        for (uint32_t i = 0; i < all.count; i++) {
                if (all.items[i].recipe == RECIPE_FAMILY || all.items[i].recipe == RECIPE_BIRTH_PARTS)
                        continue;
                assert_true(at < fewer.count);
                assert_int_equal(fewer.items[at++].hash, all.items[i].hash);
        }
        assert_int_equal(at, fewer.count);
        arena_free(&arena);
        model_free(model);
}

static void keys_are_bounded_sorted_and_named(void **state)
{
        struct model *model = model_new_builtin();
        struct arena arena = {0};
        struct block_keys keys;
        char line[4096] = "birth=1970-05-17; national_id=1234567890; employer=acme; email=a.bcdef@x.fr";
        (void)state;
        for (uint32_t i = 0; i < 5; i++)
                snprintf(line + strlen(line), sizeof(line) - strlen(line),
                         "; given=given%c; family=family%c; number@%u=%u; street@%u=street %c; postcode@%u=7500%u; "
                         "city@%u=c%u",
                         'a' + i, 'a' + i, i, i + 1, i, 'a' + i, i, i, i, i);
        block_derive(model, make_features(&arena, TYPE_PERSON, line), &keys);
        assert_int_equal(keys.count, BLOCK_KEYS_MAX);
        bool has_value = false;
        for (uint32_t i = 0; i < keys.count; i++) {
                assert_true(i == 0 || keys.items[i - 1].hash < keys.items[i].hash);
                assert_string_not_equal(model_recipe_name(keys.items[i].recipe), "unknown");
                has_value |= keys.items[i].flags & BLOCK_VALUE;
        }
        assert_true(has_value);
        block_derive(model, make_features(&arena, TYPE_PERSON, ""), &keys);
        assert_int_equal(keys.count, 0);
        arena_free(&arena);
        model_free(model);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_wrong_or_missing_value_never_hides_a_pair),
                cmocka_unit_test(companies_meet_by_rare_words_and_numbers),
                cmocka_unit_test(types_never_share_a_key),
                cmocka_unit_test(value_keys_are_among_the_keys),
                cmocka_unit_test(a_recipe_that_the_model_leaves_out_gives_no_key),
                cmocka_unit_test(keys_are_bounded_sorted_and_named),
        };
        return cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
