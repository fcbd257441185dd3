/* The E-step: what each cell is expected to be under the model of the moment.
 *
 * Probabilities are millionths and sums are integers, so that neither the order of cells nor the number of threads
 * shows in a model.
 */
#include "train/estimate.h"

#include "model/bits.h"

#include <string.h>

#define MILLION 1000000

struct expect_run {
        const struct model *model;
        enum record_type type;
        const struct train_cells *cells;
        struct train_sums *sums; /* one a worker */
        bool others;
};

static void add_matches(const struct train_cell *cell, uint64_t share, struct train_sums *sums)
{
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                if (cell->vector.level[i] && !(cell->selected >> i & 1))
                        sums->matches[i][cell->vector.level[i]] += share;
        sums->expected += share;
}

/* Of what is no match, 2^(S_A - others) is alternative A. */
static void add_alternatives(const struct train_cell *cell, const struct score_odds *odds, uint64_t rest,
                             struct train_sums *sums)
{
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++)
                if (odds->alternative_mbit[a] != SCORE_DOES_NOT_APPLY)
                        sums->alternatives[a] +=
                                cell->weight *
                                (rest * bits_power_ppm(odds->alternative_mbit[a] - odds->others_mbit) / MILLION);
}

/* Strangers by what they agree on at once. */
static void add_joint(const struct model_stratum *stratum, const struct train_cell *cell, uint64_t share,
                      struct train_sums *sums)
{
        for (uint32_t i = 0; i < MODEL_COUPLED_COUNT; i++) {
                uint32_t level = cell->vector.level[model_coupled[i]];
                bool agrees = stratum->levels[model_coupled[i]][level].weight_mbit > 0;
                for (uint32_t j = i + 1; level && j < MODEL_COUPLED_COUNT; j++) {
                        uint32_t other = cell->vector.level[model_coupled[j]];
                        bool other_agrees = stratum->levels[model_coupled[j]][other].weight_mbit > 0;
                        struct train_joint *joint = &sums->joint[i][j];
                        if (!other)
                                continue;
                        joint->compared += share;
                        joint->first += agrees ? share : 0;
                        joint->second += other_agrees ? share : 0;
                        joint->both += agrees && other_agrees ? share : 0;
                }
        }
}

static void expect_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct expect_run *run = context;
        struct train_sums *sums = &run->sums[worker];
        for (size_t i = from; i < to; i++) {
                const struct train_cell *cell = &run->cells->items[i];
                struct score_odds odds;
                score_weigh(run->model, run->type, &cell->vector, &odds);
                uint64_t match = cell->vector.cannot_link ? 0 : bits_probability_ppm(odds.posterior_mbit);
                if (!run->others) {
                        add_matches(cell, cell->weight * match, sums);
                        add_alternatives(cell, &odds, MILLION - match, sums);
                        continue;
                }
                add_joint(&run->model->strata[run->type], cell,
                          cell->weight * ((MILLION - match) * bits_power_ppm(-odds.others_mbit) / MILLION), sums);
                for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++)
                        if (cell->vector.level[a])
                                sums->others[a][cell->vector.level[a]] += cell->weight * (MILLION - match);
        }
}

static void add_joints(const struct train_sums *from, struct train_sums *to)
{
        for (uint32_t i = 0; i < MODEL_COUPLED_COUNT; i++)
                for (uint32_t j = i + 1; j < MODEL_COUPLED_COUNT; j++) {
                        to->joint[i][j].compared += from->joint[i][j].compared;
                        to->joint[i][j].first += from->joint[i][j].first;
                        to->joint[i][j].second += from->joint[i][j].second;
                        to->joint[i][j].both += from->joint[i][j].both;
                }
}

static void expect(struct parallel *parallel, struct expect_run *run, struct train_sums *sums)
{
        ARENA_CLEANUP struct arena scratch = {0};
        unsigned workers = parallel_threads(parallel);
        run->sums = arena_calloc(&scratch, workers, sizeof(*run->sums));
        parallel_for(parallel, run->cells->count, 1024, expect_range, run);
        for (unsigned w = 0; w < workers; w++) {
                for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++)
                        for (uint32_t l = 0; l < MODEL_LEVELS_MAX; l++) {
                                sums->matches[a][l] += run->sums[w].matches[a][l];
                                sums->others[a][l] += run->sums[w].others[a][l];
                        }
                for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++)
                        sums->alternatives[a] += run->sums[w].alternatives[a];
                sums->expected += run->sums[w].expected;
                add_joints(&run->sums[w], sums);
        }
}

void train_expect_matches(struct parallel *parallel, const struct model *model, enum record_type type,
                          const struct train_cells *cells, struct train_sums *sums)
{
        struct expect_run run = {.model = model, .type = type, .cells = cells};
        expect(parallel, &run, sums);
}

void train_expect_others(struct parallel *parallel, const struct model *model, enum record_type type,
                         const struct train_cells *cells, struct train_sums *sums)
{
        struct expect_run run = {.model = model, .type = type, .cells = cells, .others = true};
        expect(parallel, &run, sums);
}
