/* The report of a fit: what was counted, and what the model says of the pairs that it was made from. */
#include "train/estimate.h"

#include "block/block.h"
#include "model/bits.h"
#include "model/recipes.h"
#include "train/report.h"

#include <stdlib.h>
#include <string.h>

void train_report_sums(struct train_stratum *report, const struct train_sums *sums)
{
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++)
                for (uint32_t l = 0; l < MODEL_LEVELS_MAX; l++)
                        report->attributes[a].levels[l].matches = sums->matches[a][l] / 1000;
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++)
                report->alternative_pairs[a] = sums->alternatives[a] / 1000;
        report->expected = sums->expected / 1000;
}

void train_report_others(struct train_stratum *report, const struct train_sums *sums)
{
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++)
                for (uint32_t l = 0; l < MODEL_LEVELS_MAX; l++)
                        report->attributes[a].levels[l].others = sums->others[a][l] / 1000;
}

static void report_levels(const struct model_stratum *start, const struct model_stratum *stratum,
                          struct train_stratum *report)
{
        report->prior_mbit = stratum->prior_mbit;
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++) {
                struct train_attribute *attribute = &report->attributes[a];
                uint64_t seen = 0;
                attribute->learned = train_learns(a);
                for (uint32_t l = 1; l < stratum->level_count[a]; l++) {
                        const struct model_level *level = &stratum->levels[a][l];
                        struct train_level *out = &attribute->levels[l];
                        out->name = level->name;
                        out->m_ppb = level->m_ppb;
                        out->u_ppb = level->u_ppb;
                        out->weight_mbit = level->weight_mbit;
                        out->start_mbit = start->levels[a][l].weight_mbit;
                        seen += out->matches + out->others;
                }
                attribute->level_count = seen ? stratum->level_count[a] : 0;
        }
}

static uint64_t records_of_pair(const struct resolve *resolve, const struct resolve_pair *pair)
{
        return (uint64_t)resolve->nodes[pair->a].member_count * resolve->nodes[pair->b].member_count;
}

static void report_pair(const struct resolve *resolve, const struct resolve_pair *pair, struct score score,
                        int32_t confidence_mbit, struct train_stratum *report)
{
        uint64_t weight = records_of_pair(resolve, pair);
        uint64_t match =
                score.cannot_link ? 0 : weight * bits_probability_ppm(score.posterior_mbit - confidence_mbit) / 1000;
        uint32_t bin = train_bin(score.posterior_mbit);
        report->histogram[bin] += weight;
        report->bin_matches[bin] += match;
        if (resolve->nodes[pair->a].cluster == resolve->nodes[pair->b].cluster)
                report->joined_compared += weight;
        bool only = (pair->recipes & (pair->recipes - 1)) == 0;
        for (uint32_t r = 0; r < TRAIN_RECIPES_MAX; r++) {
                if (!(pair->recipes >> r & 1))
                        continue;
                struct train_recipe *recipe = &report->recipes[r];
                recipe->pairs++;
                recipe->matches += match;
                recipe->only_pairs += only;
                recipe->only_matches += only ? match : 0;
        }
}

static int compare_u32(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a;
        uint32_t y = *(const uint32_t *)b;
        return (x > y) - (x < y);
}

static uint64_t count_joined(const struct resolve *resolve, enum record_type type)
{
        ARENA_CLEANUP struct arena arena = {0};
        uint32_t *clusters = arena_alloc(&arena, (resolve->record_count + 1) * sizeof(*clusters));
        uint32_t count = 0;
        uint64_t joined = 0;
        for (uint32_t i = 0; i < resolve->record_count; i++)
                if (resolve->records[i].type == type)
                        clusters[count++] = resolve->records[i].cluster;
        if (count)
                qsort(clusters, count, sizeof(*clusters), compare_u32);
        for (uint32_t from = 0, to; from < count; from = to) {
                for (to = from + 1; to < count && clusters[to] == clusters[from];)
                        to++;
                joined += (uint64_t)(to - from) * (to - from - 1) / 2;
        }
        return joined;
}

void train_report_clusters(const struct resolve *resolve, struct train_report *report)
{
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                report->strata[type].joined = count_joined(resolve, type);
}

void train_fill_report(const struct resolve *resolve, const struct model *start, const struct model *model,
                       struct train_report *out)
{
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                const struct resolve_stratum *stratum = &resolve->strata[type];
                struct train_stratum *report = &out->strata[type];
                report->match_mbit = resolve->config->zones[type].match_mbit;
                report->records = stratum->record_count;
                report->nodes = stratum->end_node - stratum->first_node;
                report->candidates = stratum->pair_count;
                report->candidates_left = stratum->pair_count;
                report_levels(&start->strata[type], &model->strata[type], report);
                for (uint32_t r = 0; r < 63; r++)
                        report->recipes[r].name = model_recipe_name(r);
                report->recipes[63].name = "records that name each other";
                for (size_t i = 0; i < stratum->pair_count; i++)
                        report_pair(resolve, &stratum->pairs[i], stratum->scores[i],
                                    model->strata[type].confidence_mbit, report);
        }
}
