/* What the built-in model says of pairs that a steward would decide at a glance. */
#include "score/score.h"

#include "score/vector.h"

#include "unit/common/make_features.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define MATCH_MBIT 1000
#define ALMOST_MBIT (-6000) /* below, nobody is asked */

struct fixture {
        struct arena arena;
        struct model *model;
        struct scorer *scorer;
};

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        fixture->model = model_new_builtin();
        fixture->scorer = scorer_new(fixture->model);
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *fixture = *state;
        scorer_free(fixture->scorer);
        model_free(fixture->model);
        arena_free(&fixture->arena);
        free(fixture);
        return 0;
}

static struct score compare(struct fixture *fixture, enum record_type type, const char *a, const char *b)
{
        struct score_pair pair = {.a.features = make_features(&fixture->arena, type, a),
                                  .b.features = make_features(&fixture->arena, type, b)};
        return score_pair(fixture->scorer, &pair);
}

static void print_steps(struct fixture *fixture, enum record_type type, const char *a, const char *b)
{
        struct score_pair pair = {.a.features = make_features(&fixture->arena, type, a),
                                  .b.features = make_features(&fixture->arena, type, b)};
        struct score_detail detail;
        score_explain(fixture->scorer, &pair, &fixture->arena, &detail);
        print_message("%s\n%s\n", a, b);
        for (uint32_t i = 0; i < detail.step_count; i++)
                print_message("    %+d %.*s: %.*s\n", detail.steps[i].weight_mbit, TEXT_ARG(detail.steps[i].attribute),
                              TEXT_ARG(detail.steps[i].level));
}

enum verdict {
        SAME,
        DIFFERENT,
        EXCLUDED
};

struct verdict_row {
        const char *why;
        enum verdict verdict;
        const char *a;
        const char *b;
};

static void judge(void **state, enum record_type type, const struct verdict_row *rows, size_t count)
{
        uint32_t wrong = 0;
        for (size_t i = 0; i < count; i++) {
                struct score score = compare(*state, type, rows[i].a, rows[i].b);
                struct score back = compare(*state, type, rows[i].b, rows[i].a);
                assert_int_equal(score.posterior_mbit, back.posterior_mbit);
                enum verdict verdict = score.cannot_link                    ? EXCLUDED
                                       : score.posterior_mbit >= MATCH_MBIT ? SAME
                                                                            : DIFFERENT;
                if (verdict == rows[i].verdict)
                        continue;
                wrong++;
                print_message("%s: %d thousandths of a bit\n", rows[i].why, score.posterior_mbit);
                print_steps(*state, type, rows[i].a, rows[i].b);
        }
        assert_int_equal(wrong, 0);
}

#define MARC "given=marc~marc; family=durand"
#define HOME "number=12; street=rue de lyon; city=paris; postcode=75012"

static void people_are_recognised(void **state)
{
        static const struct verdict_row rows[] = {
                {"initial, the same e-mail", SAME, "given=m; family=durand; email=marc.durand@acme.fr",
                 MARC "; email=marc.durand@acme.fr"},
                {"another script, a letter less, the same telephone", SAME,
                 "given=mark/MRK; family=smit/SMT; phone=+442071234567",
                 "given=mark/MRK; family=smith/SMT; phone=+442071234567"},
                {"typo in the family name, same birth date", SAME, MARC "; birth=1970-05-17",
                 "given=marc~marc; family=durnad; birth=1970-05-17"},
                {"given and family name swapped", SAME, "given=durand; family=marc; birth=1970-05-17",
                 MARC "; birth=1970-05-17"},
                {"full name without roles", SAME, "any=durand; any=marc; birth=1970-05-17", MARC "; birth=1970-05-17"},
                {"nickname, same home and birth date", SAME, "given=bob~robert; family=miller; birth=1970-05-17; " HOME,
                 "given=robert~robert; family=miller; birth=1970-05-17; " HOME},
                {"married name, same birth date and telephone", SAME,
                 "given=claire~claire; family=petit; birth=1980-02-03; phone=+33612345678",
                 "given=claire~claire; family=durand; birth=1980-02-03; phone=+33612345678"},
                {"part of a double name", SAME,
                 "given=marie~marie; family=sanchez; po_box=12987; postcode=60611; birth=1980-02-03",
                 "given=marie~marie; family=sanchez; family=mendoza; po_box=12987; postcode=60611; birth=1980-02-03"},
                {"day and month swapped", SAME, MARC "; birth=1970-05-07; " HOME, MARC "; birth=1970-07-05; " HOME},
                {"written in two words", SAME,
                 "given=ja; given=red; family=jolly; birth=1928-11-25; number=84; street=macarthur avenue",
                 "given=jared; family=jolly; birth=1928-11-25; number=84; street=macarthur avenue"},
                {"rare name, same home", SAME, "given=anastassia; family=alexopoulos; " HOME,
                 "given=anastassia; family=alexopoulos; " HOME},
                {"telephone without a country", SAME, "given=daniella; family=shaw; phone=~3213212; birth=1991-08-20",
                 "given=daniella; family=shaw; phone=+12023213212; birth=1991-08-20"},
                {"a birth date with a digit too many, the same home", SAME, MARC "; birth=1970-05-17; " HOME,
                 MARC "; birth=197005178; " HOME},
                {"common name alone", DIFFERENT, "given=john~john; family=smith", "given=john~john; family=smith"},
                {"common name in one city", DIFFERENT, "given=john~john; family=smith; city=london",
                 "given=john~john; family=smith; city=london"},
                {"same name, other birth date", DIFFERENT, MARC "; birth=1970-05-17", MARC "; birth=1983-11-02"},
                {"an e-mail address alone", DIFFERENT, "given=anna~anna; family=petit; email=team.paris@acme.fr",
                 MARC "; email=team.paris@acme.fr"},
                {"numbered namesakes", DIFFERENT,
                 "given=john~john; family=smith; email=john.smith1@acme.com; employer=acme",
                 "given=john~john; family=smith; email=john.smith2@acme.com; employer=acme"},
                {"father and son of a rare name", DIFFERENT,
                 "given=evander; family=alexopoulos; birth=1930-02-16; " HOME,
                 "given=evander; family=alexopoulos; birth=1960-08-02; " HOME},
                {"year filled in with the first of January, another year", DIFFERENT, MARC "; birth=1970-01-01",
                 MARC "; birth=1918-01-01"},
                {"father and son", DIFFERENT, "given=david~david; family=dobbins; suffix=jr; " HOME,
                 "given=david~david; family=dobbins; suffix=sr; " HOME},
                {"validated national numbers that differ", EXCLUDED,
                 MARC "; birth=1970-05-17; national_id=!170057512345612",
                 MARC "; birth=1970-05-17; national_id=!270057512345698"},
        };
        judge(state, TYPE_PERSON, rows, sizeof(rows) / sizeof(*rows));
}

/* They agree on much and are not the same: the largest single trap. */
static void relatives_and_colleagues_are_not_merged(void **state)
{
        static const struct verdict_row rows[] = {
                {"spouses", DIFFERENT, MARC "; phone=+33142345678; " HOME,
                 "given=claire~claire; family=durand; phone=+33142345678; " HOME},
                {"spouses who share a mailbox", DIFFERENT,
                 MARC "; email=famille.durand@orange.fr; phone=+33142345678; " HOME,
                 "given=claire~claire; family=durand; email=famille.durand@orange.fr; phone=+33142345678; " HOME},
                {"colleagues", DIFFERENT, MARC "; employer=acme; phone=+33142345678; domain=acme.fr; " HOME,
                 "given=anna~anna; family=petit; employer=acme; phone=+33142345678; domain=acme.fr; " HOME},
                {"colleagues with one family name", DIFFERENT,
                 MARC "; employer=acme; phone=+33142345678; domain=acme.fr",
                 "given=anna~anna; family=durand; employer=acme; phone=+33142345678; domain=acme.fr"},
                {"colleagues, role account", DIFFERENT, MARC "; email=info@acme.fr; employer=acme; " HOME,
                 "given=paul~paul; family=durand; email=info@acme.fr; employer=acme; " HOME},
                {"twins", DIFFERENT, "given=luc~luc; family=durand; birth=2001-03-04; " HOME,
                 "given=hugo~hugo; family=durand; birth=2001-03-04; " HOME},
                {"neighbours", DIFFERENT, MARC "; " HOME, "given=anna~anna; family=petit; " HOME},
                {"one of a family, no given name", DIFFERENT, MARC "; " HOME, "family=durand; " HOME},
        };
        judge(state, TYPE_PERSON, rows, sizeof(rows) / sizeof(*rows));
}

#define BUILDING "number=1500; street=market street; city=philadelphia; postcode=19102"

static void companies_are_recognised(void **state)
{
        static const struct verdict_row rows[] = {
                {"legal form left out, same address", SAME,
                 "name=durand mecanique; form=sas; number=4; street=rue de lyon; postcode=69002",
                 "name=durand mecanique; number=4; street=rue de lyon; postcode=69002"},
                {"distinctive name alone", SAME, "name=stellantis powertrain", "name=stellantis powertrain"},
                {"typos, same telephone", SAME, "name=univrsl export; phone=+18001111234; postcode=89111",
                 "name=universal exports; phone=+18001111234; postcode=89111; city=las vegas"},
                {"SIREN and SIRET", SAME, "name=durand; siren=!732829320",
                 "name=etablissements durand; siret=!73282932000074"},
                {"VAT number and SIREN", SAME, "name=durand; siren=!732829320",
                 "name=durand freres; vat=!FR44732829320"},
                {"same domain, same words", SAME,
                 "name=carole robertson; domain=crcl.net; number=2020; street=w roosevelt road",
                 "name=carole robertson center learning; domain=crcl.net; number=2020; street=w roosevelt road"},
                {"one office building", DIFFERENT, "name=keystone dental; " BUILDING, "name=liberty law; " BUILDING},
                {"branches of a group", DIFFERENT,
                 "name=universal exports india; domain=universal.com; number=4; street=hill road; city=mumbai",
                 "name=universal exports singapore; domain=universal.com; number=133; street=bridge road; "
                 "city=singapore"},
                {"common words", DIFFERENT, "name=international services group; city=paris",
                 "name=international services group; city=london"},
                {"numbered schools", DIFFERENT, "name=lincoln high school 12; city=chicago",
                 "name=lincoln high school 14; city=chicago"},
                {"SIRENs that differ", EXCLUDED, "name=durand mecanique; siren=!732829320; " BUILDING,
                 "name=durand mecanique; siren=!552100554; " BUILDING},
                {"the SIREN of a SIRET and of a VAT number", EXCLUDED, "name=durand; siret=!73282932000074",
                 "name=durand; vat=!FR27552100554"},
                {"two establishments of one company", EXCLUDED, "name=durand; siret=!73282932000074",
                 "name=durand; siret=!73282932000082"},
                {"VAT numbers of two countries", SAME,
                 "name=stellantis powertrain; vat=!DE123456789; domain=stellantis.com",
                 "name=stellantis powertrain; vat=!IT12345678901; domain=stellantis.com"},
        };
        judge(state, TYPE_ORGANIZATION, rows, sizeof(rows) / sizeof(*rows));
}

static void missing_values_are_neutral(void **state)
{
        struct score without = compare(*state, TYPE_PERSON, MARC, MARC);
        struct score with =
                compare(*state, TYPE_PERSON, MARC "; phone=+33612345678; birth=1970-05-17; job=directeur", MARC);
        assert_int_equal(without.posterior_mbit, with.posterior_mbit);
}

/* A mailbox that hundreds share neither proposes pairs nor decides those that other keys propose. */
static void generic_values_are_neutral(void **state)
{
        struct fixture *fixture = *state;
        struct score_pair pair = {
                .a.features = make_features(&fixture->arena, TYPE_PERSON, MARC "; email=office@acme.fr"),
                .b.features =
                        make_features(&fixture->arena, TYPE_PERSON, "given=m; family=durand; email=office@acme.fr"),
        };
        uint8_t generic[FEATURES_MAX] = {0};
        struct score shared = score_pair(fixture->scorer, &pair);
        generic[2] = 1; /* given, family, e-mail */
        pair.a.generic = generic;
        struct score neutral = score_pair(fixture->scorer, &pair);
        struct score without = compare(fixture, TYPE_PERSON, MARC, "given=m; family=durand");
        assert_true(shared.posterior_mbit > neutral.posterior_mbit);
        assert_int_equal(neutral.posterior_mbit, without.posterior_mbit);
}

static void an_employer_in_common_is_evidence(void **state)
{
        struct fixture *fixture = *state;
        struct score_pair pair = {.a.features = make_features(&fixture->arena, TYPE_PERSON, MARC),
                                  .b.features = make_features(&fixture->arena, TYPE_PERSON, MARC)};
        struct score unknown = score_pair(fixture->scorer, &pair);
        pair.employer = EMPLOYER_SAME;
        struct score same = score_pair(fixture->scorer, &pair);
        pair.employer = EMPLOYER_DIFFERENT;
        struct score different = score_pair(fixture->scorer, &pair);
        assert_true(same.posterior_mbit > unknown.posterior_mbit);
        assert_true(different.posterior_mbit < unknown.posterior_mbit);
}

static void an_assertion_is_strong_but_no_constraint_breaker(void **state)
{
        struct fixture *fixture = *state;
        struct score_pair pair = {
                .a.features = make_features(&fixture->arena, TYPE_ORGANIZATION, "name=durand; siren=!732829320"),
                .b.features = make_features(&fixture->arena, TYPE_ORGANIZATION, "name=durand; siren=!552100554"),
                .asserted = true,
        };
        assert_true(score_pair(fixture->scorer, &pair).cannot_link);
        pair.a.features = make_features(&fixture->arena, TYPE_ORGANIZATION, "name=durand");
        pair.b.features = make_features(&fixture->arena, TYPE_ORGANIZATION, "name=mecanique");
        assert_true(score_pair(fixture->scorer, &pair).posterior_mbit > ALMOST_MBIT);
}

/* Every further record is one more chance of a namesake: a doubling costs one bit. */
static void the_population_is_in_the_prior(void **state)
{
        struct fixture *fixture = *state;
        struct score small = compare(fixture, TYPE_PERSON, MARC, MARC);
        model_set_population(fixture->model, TYPE_PERSON, 20000);
        struct score large = compare(fixture, TYPE_PERSON, MARC, MARC);
        assert_in_range(small.posterior_mbit - large.posterior_mbit, 990, 1010);
        model_set_population(fixture->model, TYPE_PERSON, 10000);
}

static void an_explanation_adds_up_to_the_posterior(void **state)
{
        struct fixture *fixture = *state;
        struct score_pair pair = {
                .a.features = make_features(&fixture->arena, TYPE_PERSON,
                                            MARC "; phone=+33142345678; birth=1970-05-17; " HOME),
                .b.features = make_features(&fixture->arena, TYPE_PERSON,
                                            "given=claire; family=durand; phone=+33142345678; " HOME),
        };
        struct score_detail detail;
        int32_t sum = 0;
        score_explain(fixture->scorer, &pair, &fixture->arena, &detail);
        for (uint32_t i = 0; i < detail.step_count; i++)
                sum += detail.steps[i].weight_mbit;
        assert_int_equal(sum, detail.score.posterior_mbit);
        assert_int_equal(sum, score_pair(fixture->scorer, &pair).posterior_mbit);
        struct text last = detail.steps[detail.step_count - 1].attribute;
        assert_true(text_equal(last, TEXT("household")));
}

/* What is estimated must be what is used: a vector weighs under a model what its pair does. */
static void a_vector_weighs_what_its_pair_does(void **state)
{
        static const char *const sides[] = {
                MARC "; phone=+33142345678; birth=1970-05-17; " HOME,
                "given=claire; family=durand; phone=+33142345678; " HOME,
                "given=m; family=durand; email=marc.durand@acme.fr",
                "given=jean; family=alexopoulos; birth=1970-05-18",
        };
        struct fixture *fixture = *state;
        for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
                for (size_t j = 0; j < sizeof(sides) / sizeof(*sides); j++) {
                        struct score_pair pair = {
                                .a.features = make_features(&fixture->arena, TYPE_PERSON, sides[i]),
                                .b.features = make_features(&fixture->arena, TYPE_PERSON, sides[j]),
                        };
                        struct score_vector vector;
                        struct score_odds odds;
                        score_compare(fixture->scorer, &pair, &vector);
                        score_weigh(fixture->model, TYPE_PERSON, &vector, &odds);
                        assert_int_equal(odds.posterior_mbit, score_pair(fixture->scorer, &pair).posterior_mbit);
                        assert_int_equal(odds.posterior_mbit, odds.match_mbit - odds.others_mbit);
                }
        }
}

static void a_contradiction_names_both_numbers(void **state)
{
        struct fixture *fixture = *state;
        struct score_pair pair = {
                .a.features = make_features(&fixture->arena, TYPE_ORGANIZATION, "name=durand; siren=!732829320"),
                .b.features = make_features(&fixture->arena, TYPE_ORGANIZATION, "name=durand; siren=!552100554"),
        };
        struct score_detail detail;
        score_explain(fixture->scorer, &pair, &fixture->arena, &detail);
        assert_true(text_equal(detail.contradiction, TEXT("siren 732829320 and 552100554")));
}

/* The weight of one attribute as the explanation gives it; 0 where it was not compared. */
static int32_t weight_of(const struct score_detail *detail, const char *attribute)
{
        for (uint32_t i = 0; i < detail->step_count; i++)
                if (text_equal(detail->steps[i].attribute, text_from(attribute)))
                        return detail->steps[i].weight_mbit;
        return 0;
}

/* A configuration that lets e-mail count half and birth dates not at all: the rest stays, and a vector that was made
 * without it gives the same odds. */
static void an_attribute_may_count_more_or_less(void **state)
{
        struct fixture *fixture = *state;
        const char *one = "given=marc; family=durand; birth=1970-05-17; email=marc.durand@free.fr";
        struct score_pair pair = {.a.features = make_features(&fixture->arena, TYPE_PERSON, one),
                                  .b.features = make_features(&fixture->arena, TYPE_PERSON, one)};
        struct score_detail before, after;
        struct score_vector vector;
        struct score_odds odds;
        score_explain(fixture->scorer, &pair, &fixture->arena, &before);
        score_compare(fixture->scorer, &pair, &vector);
        model_set_more_weight(fixture->model, TYPE_PERSON, ATTRIBUTE_EMAIL, -500);
        model_set_more_weight(fixture->model, TYPE_PERSON, ATTRIBUTE_BIRTH_DATE, -1000);
        score_explain(fixture->scorer, &pair, &fixture->arena, &after);
        assert_true(weight_of(&before, "email") > 4000);
        assert_int_equal(weight_of(&after, "email"),
                         weight_of(&before, "email") - weight_of(&before, "email") * 500 / 1000);
        assert_int_equal(weight_of(&after, "birth_date"), 0);
        assert_int_equal(weight_of(&after, "family"), weight_of(&before, "family"));
        score_weigh(fixture->model, TYPE_PERSON, &vector, &odds);
        assert_int_equal(odds.posterior_mbit, after.score.posterior_mbit);
        assert_int_equal(score_pair(fixture->scorer, &pair).posterior_mbit, after.score.posterior_mbit);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(people_are_recognised),
                cmocka_unit_test(relatives_and_colleagues_are_not_merged),
                cmocka_unit_test(companies_are_recognised),
                cmocka_unit_test(missing_values_are_neutral),
                cmocka_unit_test(generic_values_are_neutral),
                cmocka_unit_test(an_employer_in_common_is_evidence),
                cmocka_unit_test(an_assertion_is_strong_but_no_constraint_breaker),
                cmocka_unit_test(the_population_is_in_the_prior),
                cmocka_unit_test(an_explanation_adds_up_to_the_posterior),
                cmocka_unit_test(a_vector_weighs_what_its_pair_does),
                cmocka_unit_test(a_contradiction_names_both_numbers),
                cmocka_unit_test(an_attribute_may_count_more_or_less),
        };
        return cmocka_run_group_tests_name("score.pairs", tests, set_up, tear_down);
}
