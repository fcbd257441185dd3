/* When rules hold: values, names, addresses, what is missing; and that whoever a rule joins shares a key of it. */
#include "record/rule.h"

#include "unit/common/make_features.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static bool share_key(const struct rule *rule, const struct features *a, const struct features *b)
{
        uint64_t left[RULE_KEYS_MAX], right[RULE_KEYS_MAX];
        uint32_t left_count = rule_keys(rule, a, left), right_count = rule_keys(rule, b, right);

        for (uint32_t i = 0; i < left_count; i++) {
                for (uint32_t j = 0; j < right_count; j++) {
                        if (left[i] == right[j])
                                return true;
                }
        }
        return false;
}

/* Whether the rule holds, which must be the same both ways; where it joins, exactly those meet that share its values.
 */
static bool decides(const struct rule *rule, const char *a, const char *b)
{
        struct rule_set rules = {.items = rule,
                                 .count = 1,
                                 .zones = {[TYPE_PERSON] = {2000, -2000}, [TYPE_ORGANIZATION] = {2000, -2000}}};
        struct arena arena = {0};
        const struct features *left = make_features(&arena, rule->type, a);
        const struct features *right = make_features(&arena, rule->type, b);
        bool holds = rule_decide(&rules, left, right) == rule;

        assert_true(holds == (rule_decide(&rules, right, left) == rule));
        if (rule->same_count > 0 && rule->different_count == 0 && rule->then != RULE_NEVER)
                assert_true(holds == share_key(rule, left, right));
        arena_free(&arena);
        return holds;
}

static struct rule joins(enum record_type type, uint16_t first, uint16_t second)
{
        struct rule rule = {.name = TEXT("joins"), .type = type, .then = RULE_SAME};

        rule.same[rule.same_count++] = (struct rule_term){.attributes = {first}, .attribute_count = 1};
        if (second != ATTRIBUTE_NONE && rule_is_address(first) && rule_is_address(second))
                rule.same[0].attributes[rule.same[0].attribute_count++] = second;
        else if (second != ATTRIBUTE_NONE)
                rule.same[rule.same_count++] = (struct rule_term){.attributes = {second}, .attribute_count = 1};
        return rule;
}

static struct rule differs(enum record_type type, uint16_t attribute)
{
        struct rule rule = {.name = TEXT("differs"), .type = type, .then = RULE_NEVER};

        rule.different[rule.different_count++] = (struct rule_term){.attributes = {attribute}, .attribute_count = 1};
        return rule;
}

static void all_values_must_be_the_same_and_none_missing(void **state)
{
        struct rule rule = joins(TYPE_ORGANIZATION, ATTRIBUTE_VAT_ID, ATTRIBUTE_ADDRESS_POSTAL_CODE);

        (void)state;
        assert_true(decides(&rule, "vat=fr83; postcode=31000", "vat=fr83; postcode=31000; city=toulouse"));
        assert_false(decides(&rule, "vat=fr83; postcode=31000", "vat=fr83; postcode=81000"));
        assert_false(decides(&rule, "vat=fr83; postcode=31000", "vat=fr83"));
        assert_false(decides(&rule, "vat=fr83", "vat=fr83"));
}

static void one_of_several_values_is_enough(void **state)
{
        struct rule rule = joins(TYPE_PERSON, ATTRIBUTE_EMAIL, ATTRIBUTE_PHONE);

        (void)state;
        assert_true(decides(&rule, "email=a@x.fr; email=b@x.fr; phone=+331; phone=+332",
                            "email=b@x.fr; phone=+332; phone=+333"));
        assert_false(decides(&rule, "email=a@x.fr; phone=+331", "email=b@x.fr; phone=+331"));
}

static void parts_of_an_address_must_be_of_one_address(void **state)
{
        struct rule rule = joins(TYPE_PERSON, ATTRIBUTE_ADDRESS_STREET, ATTRIBUTE_ADDRESS_CITY);

        (void)state;
        assert_true(decides(&rule, "number@1=12; street@1=rue de lyon; city@1=paris; street@2=quai; city@2=nantes",
                            "number@1=12; street@1=rue de lyon; city@1=paris"));
        assert_false(decides(&rule, "street@1=rue de lyon; city@1=paris; street@2=quai; city@2=nantes",
                             "street@1=rue de lyon; city@1=nantes"));
        assert_false(decides(&rule, "number@1=12; street@1=rue de lyon; city@1=paris",
                             "number@1=14; street@1=rue de lyon; city@1=paris"));
}

static void the_words_of_a_name_are_the_same_in_any_order(void **state)
{
        struct rule whole = joins(TYPE_PERSON, ATTRIBUTE_FULL_NAME, ATTRIBUTE_NONE);
        struct rule given = joins(TYPE_PERSON, ATTRIBUTE_GIVEN_NAME, ATTRIBUTE_NONE);

        (void)state;
        assert_true(decides(&whole, "given=anna; family=berg", "any=berg; any=anna"));
        assert_false(decides(&whole, "given=anna; family=berg", "any=berg; any=anna; any=maria"));
        assert_false(decides(&given, "given=anna", "given=anna; given=maria"));
        assert_false(decides(&given, "given=anna", "family=anna"));
}

static void only_values_without_anything_in_common_are_different(void **state)
{
        struct rule birth = differs(TYPE_PERSON, ATTRIBUTE_BIRTH_DATE);
        struct rule given = differs(TYPE_PERSON, ATTRIBUTE_GIVEN_NAME);

        (void)state;
        assert_true(decides(&birth, "birth=1970-05-17", "birth=1970-05-18"));
        assert_false(decides(&birth, "birth=1970-05-17", "given=anna"));
        assert_false(decides(&birth, "birth=1970-05-17", "birth=1971-00-00"));
        assert_false(decides(&birth, "birth=1970-05-17; birth=1970-05-18", "birth=1970-05-18"));
        assert_true(decides(&given, "given=anna", "given=maria"));
        assert_false(decides(&given, "given=anna; given=maria", "given=maria"));
        assert_false(decides(&given, "given=anna", "given=m"));
        assert_false(decides(&given, "given=bill~william", "given=william"));
}

static void never_goes_before_same_and_same_before_review(void **state)
{
        struct rule rules[] = {joins(TYPE_PERSON, ATTRIBUTE_PHONE, ATTRIBUTE_NONE),
                               joins(TYPE_PERSON, ATTRIBUTE_EMAIL, ATTRIBUTE_NONE),
                               differs(TYPE_PERSON, ATTRIBUTE_BIRTH_DATE)};
        struct rule_set set = {.items = rules,
                               .count = 3,
                               .zones = {[TYPE_PERSON] = {2000, -2000}, [TYPE_ORGANIZATION] = {2000, -2000}}};
        struct arena arena = {0};
        const char *one = "email=a@x.fr; phone=+331; birth=1970-05-17";

        (void)state;
        rules[0].then = RULE_REVIEW;
        assert_ptr_equal(rule_decide(&set, make_features(&arena, TYPE_PERSON, one),
                                     make_features(&arena, TYPE_PERSON, "email=a@x.fr; phone=+331; birth=1971-05-17")),
                         &rules[2]);
        assert_ptr_equal(rule_decide(&set, make_features(&arena, TYPE_PERSON, one),
                                     make_features(&arena, TYPE_PERSON, "email=a@x.fr; phone=+331")),
                         &rules[1]);
        assert_ptr_equal(rule_decide(&set, make_features(&arena, TYPE_PERSON, one),
                                     make_features(&arena, TYPE_PERSON, "phone=+331; birth=1970-05-17")),
                         &rules[0]);
        assert_null(rule_decide(&set, make_features(&arena, TYPE_PERSON, one),
                                make_features(&arena, TYPE_PERSON, "birth=1970-05-17")));
        assert_int_equal(rule_posterior(&set, &rules[2], 9000), 9000);
        assert_int_equal(rule_posterior(&set, &rules[1], -9000), RULE_SAME_MBIT);
        assert_int_equal(rule_posterior(&set, &rules[0], -9000), -2000);
        assert_int_equal(rule_posterior(&set, &rules[0], 9000), 1999);
        assert_int_equal(rule_posterior(&set, &rules[0], 500), 500);
        assert_int_equal(rule_posterior(&set, NULL, 500), 500);
        arena_free(&arena);
}

/* However many values a record has, its keys are bounded, and the same whichever record is asked. */
static void many_values_give_a_bounded_number_of_keys(void **state)
{
        struct rule rule = joins(TYPE_PERSON, ATTRIBUTE_EMAIL, ATTRIBUTE_PHONE);
        const char *many = "email=a@x.fr; email=b@x.fr; email=c@x.fr; email=d@x.fr; email=e@x.fr; "
                           "phone=+331; phone=+332; phone=+333; phone=+334; phone=+335";
        uint64_t keys[RULE_KEYS_MAX];
        struct arena arena = {0};

        (void)state;
        assert_int_equal(rule_keys(&rule, make_features(&arena, TYPE_PERSON, many), keys), RULE_KEYS_MAX);
        rule.then = RULE_NEVER;
        assert_int_equal(rule_keys(&rule, make_features(&arena, TYPE_PERSON, many), keys), 0);
        arena_free(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_values_must_be_the_same_and_none_missing),
                cmocka_unit_test(one_of_several_values_is_enough),
                cmocka_unit_test(parts_of_an_address_must_be_of_one_address),
                cmocka_unit_test(the_words_of_a_name_are_the_same_in_any_order),
                cmocka_unit_test(only_values_without_anything_in_common_are_different),
                cmocka_unit_test(never_goes_before_same_and_same_before_review),
                cmocka_unit_test(many_values_give_a_bounded_number_of_keys),
        };
        return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
