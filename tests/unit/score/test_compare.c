/* The string comparators, and the symmetry of everything on top of them. */
#include "score/compare.h"
#include "score/score.h"

#include "unit/common/make_features.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define ROUNDS 20000

static uint64_t next_random(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static uint32_t distance(const char *a, const char *b)
{
        return edit_distance(text_from(a), text_from(b), 9);
}

static void edits_are_counted_on_code_points(void **state)
{
        (void)state;
        assert_int_equal(distance("durand", "durand"), 0);
        assert_int_equal(distance("durand", "durnad"), 1);
        assert_int_equal(distance("durand", "durant"), 1);
        assert_int_equal(distance("durand", "durandt"), 1);
        assert_int_equal(distance("durand", "urand"), 1);
        assert_int_equal(distance("müller", "muller"), 1);
        assert_int_equal(distance("смит", "смитт"), 1);
        assert_int_equal(distance("ca", "abc"), 3); /* optimal string alignment, not the unrestricted form */
        assert_int_equal(distance("", "abc"), 3);
        assert_int_equal(edit_distance(text_from("kitten"), text_from("sitting"), 2), 3);
        assert_int_equal(edit_distance(text_from("a"), text_from("abcdef"), 2), 3);
}

/* Values of Winkler's paper, rounded down by integer arithmetic. */
static void jaro_winkler_gives_the_published_values(void **state)
{
        (void)state;
        assert_in_range(jaro_winkler_permille(TEXT("martha"), TEXT("marhta")), 960, 962);
        assert_in_range(jaro_winkler_permille(TEXT("dixon"), TEXT("dicksonx")), 812, 815);
        assert_in_range(jaro_winkler_permille(TEXT("dwayne"), TEXT("duane")), 838, 841);
        assert_int_equal(jaro_winkler_permille(TEXT("abc"), TEXT("xyz")), 0);
        assert_int_equal(jaro_winkler_permille(TEXT("abc"), TEXT("abc")), 1000);
        assert_int_equal(jaro_winkler_permille(TEXT(""), TEXT("abc")), 0);
}

static void comparators_are_symmetric(void **state)
{
        uint64_t seed = 0x9e3779b97f4a7c15;
        (void)state;
        for (uint32_t round = 0; round < ROUNDS; round++) {
                char a[80];
                char b[80];
                struct text x = {.data = a, .length = (uint32_t)(next_random(&seed) % 70)};
                struct text y = {.data = b, .length = (uint32_t)(next_random(&seed) % 70)};
                uint32_t letters = 2 + (uint32_t)(next_random(&seed) % 5);
                for (uint32_t i = 0; i < sizeof(a); i++) {
                        a[i] = (char)((round % 7 ? 'a' : 0xc0) + (int)(next_random(&seed) % letters));
                        b[i] = (char)((round % 7 ? 'a' : 0xc0) + (int)(next_random(&seed) % letters));
                }
                uint32_t most = (uint32_t)(next_random(&seed) % 5);
                assert_int_equal(edit_distance(x, y, most), edit_distance(y, x, most));
                assert_int_equal(jaro_winkler_permille(x, y), jaro_winkler_permille(y, x));
                assert_in_range(jaro_winkler_permille(x, y), 0, 1000);
        }
}

/* A value for every kind from a small set, so that random records agree often and in odd ways. */
static void add_random(struct arena *arena, struct features *features, uint64_t *seed)
{
        static const char *const names[] = {"anna",   "ann",    "marc",  "mark", "m",  "a",
                                            "durand", "durant", "smith", "de",   "ja", "red"};
        static const char *const words[] = {"acme", "acmes", "group",    "12",  "14",
                                            "van",  "buren", "vanburen", "dev", "developmental"};
        static const char *const dates[] = {"1970-05-17", "1970-17-05", "1970-05-00",
                                            "1971-01-01", "1970-00-00", "1907-05-17"};
        static const char *const values[] = {"+33612345678", "~612345678", "+33612345679", "12345678", "a@b.c",
                                             "john1@x.fr",   "john2@x.fr", "info@x.fr",    "75012",    "75021",
                                             "12",           "12-14",      "main street",  "9 street"};
        enum feature_kind kind = 1 + (enum feature_kind)(next_random(seed) % (FEATURE_KIND_COUNT - 1));
        const char *const *list = values;
        size_t count = sizeof(values) / sizeof(*values);
        if (kind <= FEATURE_NAME_ANY) {
                list = names;
                count = sizeof(names) / sizeof(*names);
        } else if (kind == FEATURE_ORG_TOKEN || kind == FEATURE_ORG_WHOLE || kind == FEATURE_EMPLOYER) {
                list = words;
                count = sizeof(words) / sizeof(*words);
        } else if (kind == FEATURE_BIRTH_DATE) {
                list = dates;
                count = sizeof(dates) / sizeof(*dates);
        }
        struct feature *feature = made_feature(features, kind);
        feature->text = text_from(list[next_random(seed) % count]);
        feature->sub = (uint8_t)(next_random(seed) % 3);
        if (next_random(seed) % 3 == 0)
                feature->alias = text_from(list[next_random(seed) % count]);
        if (next_random(seed) % 3 == 0)
                feature->sound = text_slice(feature->text, 0, 3);
        if (next_random(seed) % 4 == 0)
                feature->flags |= FEATURE_VALIDATED;
        if (kind <= FEATURE_NAME_ANY && feature->text.length == 1)
                feature->flags |= FEATURE_INITIAL;
        if (kind >= FEATURE_HOUSE_NUMBER && kind <= FEATURE_COUNTRY)
                feature->group = (uint8_t)(next_random(seed) % 2);
        (void)arena;
}

static struct features *random_features(struct arena *arena, enum record_type type, uint64_t *seed)
{
        struct features *features = arena_calloc(arena, 1, sizeof(*features));
        features->type = type;
        for (uint64_t n = 1 + next_random(seed) % 24; n > 0; n--)
                add_random(arena, features, seed);
        features_finish(features);
        return features;
}

static void scores_are_symmetric(void **state)
{
        struct model *model = model_new_builtin();
        struct scorer *scorer = scorer_new(model);
        struct arena arena = {0};
        uint64_t seed = 20240229;
        (void)state;
        for (uint32_t round = 0; round < ROUNDS; round++) {
                enum record_type type = round % 2 ? TYPE_PERSON : TYPE_ORGANIZATION;
                uint64_t start = seed;
                struct score_pair pair = {.a.features = random_features(&arena, type, &seed),
                                          .b.features = random_features(&arena, type, &seed)};
                struct score_pair back = {.a = pair.b, .b = pair.a};
                struct score one = score_pair(scorer, &pair);
                struct score two = score_pair(scorer, &back);
                if (one.posterior_mbit != two.posterior_mbit || one.cannot_link != two.cannot_link)
                        fail_msg("round %u, seed %llu: %d and %d", round, (unsigned long long)start, one.posterior_mbit,
                                 two.posterior_mbit);
                struct score_detail detail;
                int32_t sum = 0;
                score_explain(scorer, &pair, &arena, &detail);
                for (uint32_t i = 0; i < detail.step_count; i++)
                        sum += detail.steps[i].weight_mbit;
                assert_int_equal(sum, one.posterior_mbit);
                arena_reset(&arena);
        }
        arena_free(&arena);
        scorer_free(scorer);
        model_free(model);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(edits_are_counted_on_code_points),
                cmocka_unit_test(jaro_winkler_gives_the_published_values),
                cmocka_unit_test(comparators_are_symmetric),
                cmocka_unit_test(scores_are_symmetric),
        };
        return cmocka_run_group_tests_name("score.compare", tests, NULL, NULL);
}
