/* The built-in model, its file, and integer logarithms. */
#include "base/buffer.h"
#include "model/bits.h"
#include "model/recipes.h"
#include "model/weights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static void logarithms_are_exact_to_a_thousandth(void **state)
{
        (void)state;
        assert_int_equal(bits_ratio_mbit(1, 1), 0);
        assert_int_equal(bits_ratio_mbit(8, 1), 3000);
        assert_int_equal(bits_ratio_mbit(1, 8), -3000);
        assert_int_equal(bits_ratio_mbit(10, 1), 3322);
        assert_int_equal(bits_ratio_mbit(3, 7), -1222);
        assert_int_equal(bits_ratio_mbit(1000000000, 1), 29897);
        assert_int_equal(bits_ratio_mbit(UINT64_MAX, 1), 64000);
}

static void powers_are_summed_in_the_log_domain(void **state)
{
        int32_t equal[] = {0, 0};
        int32_t four[] = {2000, 2000, 2000, 2000};
        int32_t far[] = {-50000, 7000};
        int32_t three[] = {0, 1000}; /* log2(1 + 2) = 1.585 */
        (void)state;
        assert_int_equal(bits_sum_mbit(equal, 2), 1000);
        assert_int_equal(bits_sum_mbit(four, 4), 4000);
        assert_int_equal(bits_sum_mbit(far, 2), 7000);
        assert_int_equal(bits_sum_mbit(three, 2), 1585);
        assert_int_equal(bits_probability_ppm(0), 500000);
        assert_int_equal(bits_probability_ppm(3000), 888888);
        assert_int_equal(bits_probability_ppm(-3000), 1000000 - 888888);
}

static void better_levels_weigh_more(void **state)
{
        struct model *model = model_new_builtin();
        (void)state;
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                for (uint32_t attribute = 0; attribute < MODEL_ATTRIBUTE_COUNT; attribute++) {
                        const struct model_stratum *stratum = &model->strata[type];
                        uint32_t count = stratum->level_count[attribute];
                        for (uint32_t i = 0; i < count; i++)
                                assert_non_null(stratum->levels[attribute][i].name);
                        for (uint32_t i = 2; i < count; i++)
                                assert_true(stratum->levels[attribute][i].weight_mbit <=
                                            stratum->levels[attribute][i - 1].weight_mbit);
                        if (count)
                                assert_int_equal(stratum->levels[attribute][LEVEL_MISSING].weight_mbit, 0);
                }
        model_free(model);
}

static void rare_values_weigh_more_than_common_ones(void **state)
{
        struct model *model = model_new_builtin();
        bool listed;
        (void)state;
        int32_t smith = model_rarity_mbit(model, FREQUENCY_FAMILY, TEXT("smith"), &listed);
        assert_true(listed);
        int32_t other = model_rarity_mbit(model, FREQUENCY_FAMILY, TEXT("alexopoulos"), &listed);
        assert_false(listed);
        assert_true(other > smith + 3000);
        assert_true(model_weight_mbit(model, TYPE_PERSON, MODEL_FAMILY, FAMILY_EXACT, FREQUENCY_FAMILY, other) >
                    model_weight_mbit(model, TYPE_PERSON, MODEL_FAMILY, FAMILY_EXACT, FREQUENCY_FAMILY, smith) + 3000);
        assert_true(model_rarity_mbit(model, FREQUENCY_ORG_TOKEN, TEXT("international"), NULL) <
                    model_rarity_mbit(model, FREQUENCY_ORG_TOKEN, TEXT("stellantis"), NULL) - 6000);
        model_free(model);
}

static void prior_odds_fall_by_a_bit_for_each_doubling(void **state)
{
        struct model *model = model_new_builtin();
        (void)state;
        model_set_population(model, TYPE_PERSON, 1000000);
        int32_t million = model->strata[TYPE_PERSON].prior_mbit;
        model_set_population(model, TYPE_PERSON, 2000000);
        assert_in_range(million - model->strata[TYPE_PERSON].prior_mbit, 999, 1001);
        model_set_population(model, TYPE_PERSON, 0);
        assert_int_equal(model->strata[TYPE_PERSON].records, 2000000);
        model_set_population(model, TYPE_PERSON, 3);
        assert_int_equal(model->strata[TYPE_PERSON].records, MODEL_POPULATION_LEAST);
        model_free(model);
}

static void a_model_file_round_trips(void **state)
{
        struct model *model = model_new_builtin();
        struct model *copy = NULL;
        struct buffer first = {0};
        struct buffer second = {0};
        struct error error;
        (void)state;
        model_write_json(model, &first);
        assert_int_equal(model_load_text(buffer_view(&first), "model.json", &copy, &error), 0);
        model_write_json(copy, &second);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.data, second.data, first.length);
        assert_string_equal(model_hash(model), model_hash(copy));
        assert_int_equal(strlen(model_hash(model)), 32);
        model_free(copy);
        model_free(model);
        buffer_free(&first);
        buffer_free(&second);
}

static void a_change_of_a_weight_changes_the_hash(void **state)
{
        struct model *model = model_new_builtin();
        struct model *changed = NULL;
        struct error error;
        (void)state;
        struct text json = TEXT("{\"durand_model\":1,\"person\":{\"attributes\":{\"email\":[{\"level\":\"exact\",\"m_"
                                "ppb\":500000000}]}}}");
        assert_int_equal(model_load_text(json, "m", &changed, &error), 0);
        assert_string_not_equal(model_hash(model), model_hash(changed));
        model_free(changed);
        model_free(model);
}

static void keys_that_are_left_out_are_kept_in_the_file_and_in_the_hash(void **state)
{
        BUFFER_CLEANUP struct buffer json = {0};
        struct model *all = model_new_builtin();
        struct model *fewer = NULL;
        struct model *copy = NULL;
        struct error error;
        (void)state;
        assert_int_equal(model_load_text(TEXT("{\"durand_model\":1,\"person\":{\"keys_left_out\":[\"family "
                                              "name\",\"birth "
                                              "date\"]}}"),
                                         "m", &fewer, &error),
                         0);
        assert_int_equal(fewer->strata[TYPE_PERSON].recipes_left_out,
                         UINT64_C(1) << RECIPE_FAMILY | UINT64_C(1) << RECIPE_BIRTH);
        assert_int_equal(fewer->strata[TYPE_ORGANIZATION].recipes_left_out, 0);
        assert_string_not_equal(model_hash(all), model_hash(fewer));
        model_write_json(fewer, &json);
        assert_int_equal(model_load_text(buffer_view(&json), "copy", &copy, &error), 0);
        assert_int_equal(copy->strata[TYPE_PERSON].recipes_left_out, fewer->strata[TYPE_PERSON].recipes_left_out);
        assert_string_equal(model_hash(copy), model_hash(fewer));
        model_free(copy);
        model_free(fewer);
        model_free(all);
}

static void couplings_are_symmetric_and_kept_in_the_file_and_in_the_hash(void **state)
{
        BUFFER_CLEANUP struct buffer json = {0};
        struct model *independent = model_new_builtin();
        struct model *coupled = NULL;
        struct model *copy = NULL;
        struct error error;
        (void)state;
        assert_int_equal(model_load_text(TEXT("{\"durand_model\":1,\"person\":{\"together_mbit\":{\"family\":"
                                              "{\"given\":1200}}}}"),
                                         "m", &coupled, &error),
                         0);
        assert_int_equal(coupled->strata[TYPE_PERSON].coupling_mbit[0][1], 1200);
        assert_int_equal(coupled->strata[TYPE_PERSON].coupling_mbit[1][0], 1200);
        assert_string_not_equal(model_hash(independent), model_hash(coupled));
        model_write_json(coupled, &json);
        assert_int_equal(model_load_text(buffer_view(&json), "copy", &copy, &error), 0);
        assert_string_equal(model_hash(copy), model_hash(coupled));
        model_free(copy);
        model_free(coupled);
        model_free(independent);
}

static void mistakes_are_refused_with_their_place(void **state)
{
        static const struct {
                const char *json;
                const char *says;
        } rows[] = {
                {"{", "m.json: "},
                {"{}", "no model file"},
                {"{\"durand_model\":2}", "no model file"},
                {"{\"durand_model\":1,\"person\":{\"keys_left_out\":[\"shoe size\"]}}",
                 "keys_left_out: no key of this name"},
                {"{\"durand_model\":1,\"person\":{\"together_mbit\":{\"given\":{\"phone\":9}}}}",
                 "person.together_mbit: expected two of"},
                {"{\"durand_model\":1,\"person\":{\"together_mbit\":{\"given\":{\"family\":-1}}}}",
                 "person.together_mbit: expected two of"},
                {"{\"durand_model\":1,\"person\":{\"together_mbit\":{\"given\":{\"given\":5}}}}",
                 "person.together_mbit: expected two of"},
                {"{\"durand_model\":1,\"person\":{\"keys_left_out\":[7]}}", "keys_left_out: no key of this name"},
                {"{\"durand_model\":1,\"person\":{\"keys_left_out\":\"family name\"}}", "expected a list"},
                {"{\"durand_model\":1,\"person\":{\"keys_left_out\":[\"two names, sound\"]}}",
                 "a key that no model may leave out"},
                {"{\"durand_model\":1,\"person\":{\"attributes\":{\"emale\":[]}}}",
                 "person.attributes.emale: unknown attribute"},
                {"{\"durand_model\":1,\"person\":{\"attributes\":{\"email\":[{\"level\":\"fuzzy\"}]}}}",
                 "unknown level \"fuzzy\""},
                {"{\"durand_model\":1,\"person\":{\"attributes\":{\"email\":[{\"level\":\"exact\",\"m_ppb\":0}]}}}",
                 "m_ppb"},
                {"{\"durand_model\":1,\"person\":{\"attributes\":{\"email\":[{\"level\":\"differs\",\"m_ppb\":"
                 "999999999,\"u_ppb\":1}]}}}",
                 "weighs more than the better"},
                {"{\"durand_model\":1,\"person\":{\"records\":\"many\"}}", "person.records"},
                {"{\"durand_model\":1,\"person\":{\"alternatives\":{\"aliens\":{}}}}", "unknown alternative"},
                {"{\"durand_model\":1,\"frequencies\":{\"given\":{\"values\":{\"marc\":-1}}}}", "frequencies.given"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
                struct model *model = NULL;
                struct error error = {.text = ""};
                assert_int_equal(model_load_text(text_from(rows[i].json), "m.json", &model, &error), ERR_USAGE);
                assert_null(model);
                if (!strstr(error.text, rows[i].says))
                        fail_msg("\"%s\" lacks \"%s\"", error.text, rows[i].says);
        }
}

static void a_missing_file_is_named(void **state)
{
        struct model *model = NULL;
        struct error error;
        (void)state;
        assert_int_equal(model_load("/nowhere/model.json", &model, &error), ERR_USAGE);
        assert_non_null(strstr(error.text, "/nowhere/model.json"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(logarithms_are_exact_to_a_thousandth),
                cmocka_unit_test(powers_are_summed_in_the_log_domain),
                cmocka_unit_test(better_levels_weigh_more),
                cmocka_unit_test(rare_values_weigh_more_than_common_ones),
                cmocka_unit_test(prior_odds_fall_by_a_bit_for_each_doubling),
                cmocka_unit_test(a_model_file_round_trips),
                cmocka_unit_test(a_change_of_a_weight_changes_the_hash),
                cmocka_unit_test(keys_that_are_left_out_are_kept_in_the_file_and_in_the_hash),
                cmocka_unit_test(couplings_are_symmetric_and_kept_in_the_file_and_in_the_hash),
                cmocka_unit_test(mistakes_are_refused_with_their_place),
                cmocka_unit_test(a_missing_file_is_named),
        };
        return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
