/* The report of a fit as text and as JSON. */
#include "train/report.h"

#include "base/json.h"

#define MILLION 1000000

void train_expected_quality(const struct train_stratum *stratum, uint32_t bin, uint64_t *precision_ppm,
                            uint64_t *recall_ppm)
{
        uint64_t pairs = 0, found = 0, all = 0;
        for (uint32_t i = 0; i < TRAIN_BINS; i++) {
                all += stratum->bin_matches[i];
                if (i < bin)
                        continue;
                pairs += stratum->histogram[i];
                found += stratum->bin_matches[i];
        }
        *precision_ppm = pairs ? found * (MILLION / 1000) / pairs : MILLION;
        *recall_ppm = all ? found * MILLION / all : MILLION;
}

uint32_t train_bin(int32_t posterior_mbit)
{
        int32_t bits = posterior_mbit >= 0 ? posterior_mbit / 1000 : -((999 - posterior_mbit) / 1000);
        int32_t bin = bits - TRAIN_BIN_FIRST;
        return bin < 0 ? 0 : bin >= TRAIN_BINS ? TRAIN_BINS - 1 : (uint32_t)bin;
}

static uint64_t all_pairs(const struct train_stratum *stratum)
{
        return stratum->records ? (uint64_t)stratum->records * (stratum->records - 1) / 2 : 0;
}

uint64_t train_reduction_ppm(const struct train_stratum *stratum)
{
        uint64_t all = all_pairs(stratum);
        return all ? MILLION - (uint64_t)((double)stratum->candidates / (double)all * MILLION + 0.5) : 0;
}

static uint64_t matches_among_candidates(const struct train_stratum *stratum)
{
        uint64_t matches = 0;
        for (uint32_t i = 0; i < TRAIN_BINS; i++)
                matches += stratum->bin_matches[i];
        return matches;
}

uint64_t train_completeness_ppm(const struct train_stratum *stratum, const struct train_recipe *recipe)
{
        uint64_t all = matches_among_candidates(stratum);
        return all ? recipe->matches * MILLION / all : 0;
}

uint32_t train_warnings(const struct train_stratum *stratum, struct arena *arena, struct text *warnings, uint32_t most)
{
        uint32_t count = 0;
        uint64_t joined = stratum->joined_compared * 1000;
        uint64_t expected = matches_among_candidates(stratum);
        uint64_t apart = joined > expected ? joined - expected : expected - joined;
        if (apart > expected / 4 && apart > 10000 && count < most)
                warnings[count++] =
                        arena_printf(arena,
                                     "%llu matches are expected among the candidates and %llu pairs of them were "
                                     "joined: more than "
                                     "a quarter apart. %s",
                                     (unsigned long long)(expected / 1000), (unsigned long long)(joined / 1000),
                                     expected > joined ? "Many pairs may be related without being the same."
                                                       : "Clusters may join what single pairs do not support.");
        if (stratum->expected < 200000 && count < most)
                warnings[count++] = arena_printf(arena,
                                                 "Only %llu matching pairs are expected. The weights stay near the "
                                                 "model that training began at; the prior odds are learned.",
                                                 (unsigned long long)(stratum->expected / 1000));
        return count;
}

/* ---- text ----------------------------------------------------------------------------------------------------------
 */

static void write_levels(const struct train_stratum *stratum, struct buffer *out)
{
        buffer_printf(out, "\n  %-16s %-36s %9s %12s %8s %8s\n", "attribute", "level", "m", "u", "weight", "before");
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++) {
                const struct train_attribute *attribute = &stratum->attributes[a];
                for (uint32_t l = 1; l < attribute->level_count && attribute->learned; l++) {
                        const struct train_level *level = &attribute->levels[l];
                        buffer_printf(out, "  %-16s %-36s %8.4f%% %11.6f%% %+8.2f %+8.2f\n",
                                      l == 1 ? model_attribute_name(a) : "", level->name, level->m_ppb / 1e7,
                                      level->u_ppb / 1e7, level->weight_mbit / 1000.0, level->start_mbit / 1000.0);
                }
        }
}

static void write_thresholds(const struct train_stratum *stratum, struct buffer *out)
{
        buffer_printf(out, "\n  %-10s %14s %10s %10s\n", "threshold", "pairs at or", "estimated", "estimated");
        buffer_printf(out, "  %-10s %14s %10s %10s\n", "(bits)", "above it", "precision", "recall");
        for (int32_t bits = -6; bits <= 10; bits += 2) {
                uint64_t precision, recall, pairs = 0;
                uint32_t bin = (uint32_t)(bits - TRAIN_BIN_FIRST);
                for (uint32_t i = bin; i < TRAIN_BINS; i++)
                        pairs += stratum->histogram[i];
                train_expected_quality(stratum, bin, &precision, &recall);
                buffer_printf(out, "  %+6d     %14llu %9.2f%% %9.2f%%\n", bits, (unsigned long long)pairs,
                              (double)precision / 1e4, (double)recall / 1e4);
        }
}

static void write_recipes(const struct train_stratum *stratum, struct buffer *out)
{
        buffer_printf(out, "\n  %-52s %10s %9s %9s %12s %9s\n", "key", "pairs/rec.", "matches", "of all", "alone pairs",
                      "matches");
        for (uint32_t i = 0; i < TRAIN_RECIPES_MAX; i++) {
                const struct train_recipe *recipe = &stratum->recipes[i];
                if (recipe->pairs)
                        buffer_printf(out, "  %-52s %10.2f %9.1f %8.1f%% %12llu %9.1f%s\n", recipe->name,
                                      (double)recipe->pairs / stratum->records, (double)recipe->matches / 1000.0,
                                      (double)train_completeness_ppm(stratum, recipe) / 1e4,
                                      (unsigned long long)recipe->only_pairs, (double)recipe->only_matches / 1000.0,
                                      recipe->left_out ? "  left out" : "");
        }
}

static void write_stratum(enum record_type type, const struct train_stratum *stratum, struct buffer *out)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct text warnings[TRAIN_WARNINGS_MAX];
        double all = (double)all_pairs(stratum);
        buffer_printf(out, "%s: %u records, %u different ones\n", record_type_name(type), stratum->records,
                      stratum->nodes);
        buffer_printf(out, "  %llu candidate pairs (%.1f a record, %.4f%% of all), %llu random pairs for u\n",
                      (unsigned long long)stratum->candidates, (double)stratum->candidates / stratum->records,
                      all > 0 ? 100.0 * (double)stratum->candidates / all : 0.0,
                      (unsigned long long)stratum->random_pairs);
        buffer_printf(out, "  %.1f matching pairs expected, %llu joined; prior odds %+.2f bits; %u iterations\n",
                      (double)stratum->expected / 1000.0, (unsigned long long)stratum->joined,
                      stratum->prior_mbit / 1000.0, stratum->iterations);
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++)
                if (stratum->alternative_pairs[a] >= 500)
                        buffer_printf(out, "  %.1f pairs are rather explained by %s\n",
                                      (double)stratum->alternative_pairs[a] / 1000.0, model_alternative_name(a));
        uint32_t count = train_warnings(stratum, &arena, warnings, TRAIN_WARNINGS_MAX);
        for (uint32_t i = 0; i < count; i++)
                buffer_printf(out, "  warning: %.*s\n", TEXT_ARG(warnings[i]));
        write_levels(stratum, out);
        write_thresholds(stratum, out);
        write_recipes(stratum, out);
        buffer_byte(out, '\n');
}

void train_report_write_text(const struct train_report *report, struct buffer *out)
{
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                if (report->strata[type].records)
                        write_stratum(type, &report->strata[type], out);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------
 */

static void json_levels(const struct train_stratum *stratum, struct json_writer *writer)
{
        json_write_name(writer, "attributes");
        json_write_object(writer);
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++) {
                const struct train_attribute *attribute = &stratum->attributes[a];
                if (!attribute->level_count)
                        continue;
                json_write_name(writer, model_attribute_name(a));
                json_write_array(writer);
                for (uint32_t l = 1; l < attribute->level_count; l++) {
                        const struct train_level *level = &attribute->levels[l];
                        json_write_object(writer);
                        json_write_name(writer, "level");
                        json_write_string(writer, level->name);
                        json_write_member_i64(writer, "m_ppb", level->m_ppb);
                        json_write_member_i64(writer, "u_ppb", level->u_ppb);
                        json_write_member_i64(writer, "weight_mbit", level->weight_mbit);
                        json_write_member_i64(writer, "start_mbit", level->start_mbit);
                        json_write_member_i64(writer, "matches_thousandths", (int64_t)level->matches);
                        json_write_member_i64(writer, "random_thousandths", (int64_t)level->others);
                        json_write_object_end(writer);
                }
                json_write_array_end(writer);
        }
        json_write_object_end(writer);
}

static void json_histogram(const struct train_stratum *stratum, struct json_writer *writer)
{
        json_write_name(writer, "histogram");
        json_write_array(writer);
        for (uint32_t i = 0; i < TRAIN_BINS; i++) {
                uint64_t precision, recall;
                if (!stratum->histogram[i])
                        continue;
                train_expected_quality(stratum, i, &precision, &recall);
                json_write_object(writer);
                json_write_member_i64(writer, "from_bits", (int32_t)i + TRAIN_BIN_FIRST);
                json_write_member_i64(writer, "pairs", (int64_t)stratum->histogram[i]);
                json_write_member_i64(writer, "matches_thousandths", (int64_t)stratum->bin_matches[i]);
                json_write_member_i64(writer, "precision_ppm", (int64_t)precision);
                json_write_member_i64(writer, "recall_ppm", (int64_t)recall);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void json_recipes(const struct train_stratum *stratum, struct json_writer *writer)
{
        json_write_name(writer, "keys");
        json_write_array(writer);
        for (uint32_t i = 0; i < TRAIN_RECIPES_MAX; i++) {
                const struct train_recipe *recipe = &stratum->recipes[i];
                if (!recipe->pairs)
                        continue;
                json_write_object(writer);
                json_write_name(writer, "key");
                json_write_string(writer, recipe->name);
                json_write_member_i64(writer, "pairs", (int64_t)recipe->pairs);
                json_write_member_i64(writer, "matches_thousandths", (int64_t)recipe->matches);
                json_write_member_i64(writer, "completeness_ppm", (int64_t)train_completeness_ppm(stratum, recipe));
                json_write_member_i64(writer, "alone_pairs", (int64_t)recipe->only_pairs);
                json_write_member_i64(writer, "alone_matches_thousandths", (int64_t)recipe->only_matches);
                json_write_name(writer, "left_out");
                json_write_bool(writer, recipe->left_out);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void json_stratum(const struct train_stratum *stratum, struct json_writer *writer)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct text warnings[TRAIN_WARNINGS_MAX];
        json_write_object(writer);
        json_write_member_i64(writer, "records", stratum->records);
        json_write_member_i64(writer, "nodes", stratum->nodes);
        json_write_member_i64(writer, "candidates", (int64_t)stratum->candidates);
        json_write_member_i64(writer, "candidates_left", (int64_t)stratum->candidates_left);
        json_write_member_i64(writer, "reduction_ppm", (int64_t)train_reduction_ppm(stratum));
        json_write_member_i64(writer, "random_pairs", (int64_t)stratum->random_pairs);
        json_write_member_i64(writer, "expected_thousandths", (int64_t)stratum->expected);
        json_write_member_i64(writer, "joined", (int64_t)stratum->joined);
        json_write_member_i64(writer, "prior_mbit", stratum->prior_mbit);
        json_write_member_i64(writer, "iterations", stratum->iterations);
        json_write_name(writer, "alternatives_thousandths");
        json_write_object(writer);
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++)
                if (stratum->alternative_pairs[a])
                        json_write_member_i64(writer, model_alternative_name(a),
                                              (int64_t)stratum->alternative_pairs[a]);
        json_write_object_end(writer);
        json_write_name(writer, "warnings");
        json_write_array(writer);
        uint32_t count = train_warnings(stratum, &arena, warnings, TRAIN_WARNINGS_MAX);
        for (uint32_t i = 0; i < count; i++)
                json_write_text(writer, warnings[i]);
        json_write_array_end(writer);
        json_levels(stratum, writer);
        json_histogram(stratum, writer);
        json_recipes(stratum, writer);
        json_write_object_end(writer);
}

void train_report_write_json(const struct train_report *report, struct buffer *out)
{
        struct json_writer writer;
        json_writer_init(&writer, out);
        json_write_object(&writer);
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                if (!report->strata[type].records)
                        continue;
                json_write_name(&writer, record_type_name(type));
                json_stratum(&report->strata[type], &writer);
        }
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}
