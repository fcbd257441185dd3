/* The M-step: shares of levels from sums, under priors, bounds and order.
 *
 * u: each level is held by HITS_OF_START pseudo-hits of the start model, so that a level which random pairs hardly ever
 * reach keeps the start's u until they do, and a common one follows the data after a few hundred pairs.
 *
 * m: the start model counts as `pseudo pairs`, MATCHES_OF_START with plenty of evidence and many times as much below
 * EVIDENCE_LEAST expected matches. For what agrees, the start's m is its own; for what disagrees its weight is kept
 * instead (m = u * 2^weight), because the share of a disagreement among true pairs follows how often it is possible at
 * all: where all records are of one city, another city is rare among true pairs as well.
 *
 * What an alternative explains (an address, a telephone) keeps RELATED_U_LEAST of the start's u: random pairs that
 * agree on it are mostly matches and relatives, so how rarely strangers do cannot be seen among them.
 *
 * Order: adjacent levels that a better one does not outweigh are pooled (Ayer et al. 1955, "An Empirical Distribution
 * Function for Sampling with Incomplete Information").
 */
#include "train/estimate.h"

#include "model/bits.h"

#include <string.h>

#define HITS_OF_START 5.0
#define RELATED_U_LEAST 0.5
#define MATCHES_OF_START 100.0
#define EVIDENCE_LEAST 200.0
#define MILLION 1e6
#define BILLION 1e9
#define DISAGREEMENT_LEAST 0.002

enum learning {
        LEARN_NOTHING, /* levels that do not exhaust what can happen, or whose weight is made otherwise */
        LEARN,
        LEARN_NAME,    /* no more than DIFFERS_MOST of the matches may differ */
        LEARN_IDENTITY /* no more than IDENTITY_DIFFERS_MOST */
};

#define NAME_DIFFERS_MOST 0.12
#define IDENTITY_DIFFERS_MOST 0.30

static const uint8_t learnings[MODEL_ATTRIBUTE_COUNT] = {
        [MODEL_GIVEN] = LEARN_NAME,
        [MODEL_MIDDLE] = LEARN,
        [MODEL_FAMILY] = LEARN_NAME,
        [MODEL_NAME_ORDER] = LEARN,
        [MODEL_GENDER] = LEARN,
        [MODEL_BIRTH_DATE] = LEARN_IDENTITY,
        [MODEL_BIRTH_PLACE] = LEARN,
        [MODEL_FORM] = LEARN,
        [MODEL_EMAIL] = LEARN,
        [MODEL_PHONE] = LEARN,
        [MODEL_DOMAIN] = LEARN,
        [MODEL_STREET] = LEARN,
        [MODEL_PLACE] = LEARN,
        [MODEL_SIREN] = LEARN_IDENTITY,
        [MODEL_SIRET] = LEARN_IDENTITY,
        [MODEL_VAT_ID] = LEARN_IDENTITY,
        [MODEL_LEI] = LEARN_IDENTITY,
        [MODEL_DUNS] = LEARN_IDENTITY,
        [MODEL_TAX_ID] = LEARN_IDENTITY,
        [MODEL_NATIONAL_ID] = LEARN_IDENTITY,
        [MODEL_PASSPORT] = LEARN_IDENTITY,
        [MODEL_DRIVERS_LICENSE] = LEARN_IDENTITY,
        [MODEL_EMPLOYER] = LEARN,
        [MODEL_JOB_TITLE] = LEARN,
};

bool train_learns(enum model_attribute attribute)
{
        return learnings[attribute] != LEARN_NOTHING;
}

/* Levels that are alternatives of each other; shares sum to one within a group. What a place says depends on whether
 * the street agrees, so there are two groups of it. */
static uint32_t group_of(enum model_attribute attribute, uint32_t level)
{
        return attribute == MODEL_PLACE && (level == PLACE_WITH_STREET || level == PLACE_DIFFERS_WITH_STREET);
}

#define GROUPS_MAX 2

struct shares {
        double of[MODEL_LEVELS_MAX];
};

static void normalise(enum model_attribute attribute, uint32_t level_count, struct shares *shares)
{
        double sum[GROUPS_MAX] = {0};
        for (uint32_t i = 1; i < level_count; i++)
                sum[group_of(attribute, i)] += shares->of[i];
        for (uint32_t i = 1; i < level_count; i++)
                if (sum[group_of(attribute, i)] > 0)
                        shares->of[i] /= sum[group_of(attribute, i)];
}

static uint32_t to_ppb(double share)
{
        double ppb = share * BILLION + 0.5;
        return ppb < 1 ? 1 : ppb > BILLION ? 1000000000 : (uint32_t)ppb;
}

static void total_by_group(enum model_attribute attribute, uint32_t level_count, const uint64_t *sums,
                           double totals[GROUPS_MAX])
{
        memset(totals, 0, GROUPS_MAX * sizeof(*totals));
        for (uint32_t i = 1; i < level_count; i++)
                totals[group_of(attribute, i)] += (double)sums[i] / MILLION;
}

/* True of what some alternative explains: relatives, colleagues and branches share it. */
static bool is_shared_by_related(const struct model_stratum *start, enum model_attribute attribute)
{
        for (uint32_t i = 0; i < ALTERNATIVE_COUNT; i++)
                if (i != ALTERNATIVE_NAMESAKE && start->alternatives[i].used &&
                    start->alternatives[i].cost_mbit[attribute] != MODEL_UNEXPLAINED)
                        return true;
        return false;
}

void train_find_u(const struct model_stratum *start, const struct train_sums *sums, struct train_u *u)
{
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++) {
                uint32_t count = start->level_count[a];
                struct shares shares;
                double totals[GROUPS_MAX];
                if (!train_learns(a) || !count)
                        continue;
                total_by_group(a, count, sums->others[a], totals);
                for (uint32_t i = 1; i < count; i++) {
                        double first = start->levels[a][i].u_ppb / BILLION;
                        shares.of[i] = ((double)sums->others[a][i] / MILLION + HITS_OF_START) /
                                       (totals[group_of(a, i)] + HITS_OF_START / first);
                }
                normalise(a, count, &shares);
                for (uint32_t i = 1; i < count && is_shared_by_related(start, a); i++)
                        if (shares.of[i] < start->levels[a][i].u_ppb / BILLION * RELATED_U_LEAST)
                                shares.of[i] = start->levels[a][i].u_ppb / BILLION * RELATED_U_LEAST;
                for (uint32_t i = 1; i < count; i++)
                        u->ppb[a][i] = totals[group_of(a, i)] >= 1 ? to_ppb(shares.of[i]) : start->levels[a][i].u_ppb;
        }
}

/* The start's expectation of m, given the u that these records have. */
static void start_shares(const struct model_stratum *start, const struct train_u *u, enum model_attribute attribute,
                         struct shares *shares)
{
        const struct model_level *first = start->levels[attribute];
        for (uint32_t i = 1; i < start->level_count[attribute]; i++)
                shares->of[i] = first[i].weight_mbit >= 0
                                        ? first[i].m_ppb / BILLION
                                        : u->ppb[attribute][i] / BILLION * first[i].m_ppb / first[i].u_ppb;
        normalise(attribute, start->level_count[attribute], shares);
}

/* Scales what disagrees down to @most in all and what agrees up, and nothing that disagrees below a least share. */
static void bound_disagreement(const struct model_stratum *start, enum model_attribute attribute, uint32_t count,
                               double most, struct shares *shares)
{
        double differs = 0, agrees = 0;
        for (uint32_t i = 1; i < count; i++) {
                bool negative = start->levels[attribute][i].weight_mbit < 0;
                if (negative && shares->of[i] < DISAGREEMENT_LEAST * start->levels[attribute][i].u_ppb / BILLION)
                        shares->of[i] = DISAGREEMENT_LEAST * start->levels[attribute][i].u_ppb / BILLION;
                *(negative ? &differs : &agrees) += shares->of[i];
        }
        if (differs <= most * (differs + agrees) || agrees <= 0)
                return;
        for (uint32_t i = 1; i < count; i++) {
                bool negative = start->levels[attribute][i].weight_mbit < 0;
                shares->of[i] *= negative ? most / differs : (1 - most) / agrees;
        }
}

/* Gives adjacent levels one ratio where a worse one would weigh more than a better one. u stays what it is; where
 * rounding turns an order around, a level takes the better one's numbers. */
static void pool_adjacent(struct model_level *levels, uint32_t count)
{
        struct {
                double m, u;
                uint32_t first;
        } blocks[MODEL_LEVELS_MAX];
        uint32_t n = 0;
        for (uint32_t i = 1; i < count; i++) {
                blocks[n].m = levels[i].m_ppb;
                blocks[n].u = levels[i].u_ppb;
                blocks[n++].first = i;
                while (n > 1 && blocks[n - 1].m * blocks[n - 2].u > blocks[n - 2].m * blocks[n - 1].u) {
                        blocks[n - 2].m += blocks[n - 1].m;
                        blocks[n - 2].u += blocks[n - 1].u;
                        n--;
                }
        }
        for (uint32_t k = 0; k < n; k++) {
                uint32_t end = k + 1 < n ? blocks[k + 1].first : count;
                for (uint32_t i = blocks[k].first; end - blocks[k].first > 1 && i < end; i++)
                        levels[i].m_ppb = to_ppb(levels[i].u_ppb / BILLION * blocks[k].m / blocks[k].u);
        }
        for (uint32_t i = 1; i < count; i++) {
                levels[i].weight_mbit = bits_ratio_mbit(levels[i].m_ppb, levels[i].u_ppb);
                if (i > 1 && levels[i].weight_mbit > levels[i - 1].weight_mbit) {
                        levels[i].m_ppb = levels[i - 1].m_ppb;
                        levels[i].u_ppb = levels[i - 1].u_ppb;
                        levels[i].weight_mbit = levels[i - 1].weight_mbit;
                }
        }
}

static double disagreement_most(enum model_attribute attribute)
{
        switch (learnings[attribute]) {
        case LEARN_NAME:
                return NAME_DIFFERS_MOST;
        case LEARN_IDENTITY:
                return IDENTITY_DIFFERS_MOST;
        default:
                return 1;
        }
}

void train_set_levels(struct model_stratum *stratum, const struct model_stratum *start, const struct train_u *u,
                      const struct train_sums *sums)
{
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++) {
                uint32_t count = stratum->level_count[a];
                struct shares first, shares;
                double totals[GROUPS_MAX];
                if (!train_learns(a) || !count)
                        continue;
                start_shares(start, u, a, &first);
                total_by_group(a, count, sums->matches[a], totals);
                for (uint32_t i = 1; i < count; i++) {
                        double total = totals[group_of(a, i)];
                        double want = total > 0 ? EVIDENCE_LEAST / total : EVIDENCE_LEAST;
                        double pseudo = MATCHES_OF_START * (1 + want * want);
                        shares.of[i] =
                                ((double)sums->matches[a][i] / MILLION + pseudo * first.of[i]) / (total + pseudo);
                }
                normalise(a, count, &shares);
                bound_disagreement(start, a, count, disagreement_most(a), &shares);
                for (uint32_t i = 1; i < count; i++) {
                        stratum->levels[a][i].m_ppb = to_ppb(shares.of[i]);
                        stratum->levels[a][i].u_ppb = u->ppb[a][i];
                }
                pool_adjacent(stratum->levels[a], count);
        }
}
