/* Agreements that go together among strangers.
 *
 * A list of several countries is several populations: two people who share a French given name are more likely than
 * others to share a French family name or "Ingénieur", without being the same. Multiplied as if they were independent,
 * such agreements make namesakes of strangers, the more of them the larger the list is. So we count, among random pairs
 * that neither a match nor a household or an employer explains, how often two attributes agree at once, and compare
 * with the product of their shares.
 *
 * A given and a family name agree at once in a handful of random pairs only. Each pair of attributes is held by
 * HITS_OF_ALL expected hits at the ratio of all of them together, and that by HITS_OF_CHANCE at no coupling.
 */
#include "train/estimate.h"

#include "model/bits.h"

#define MILLION 1e6
#define HITS_OF_ALL 3.0
#define HITS_OF_CHANCE 20.0

struct hits {
        double seen, expected;
};

static struct hits hits_of(const struct train_joint *joint)
{
        double compared = (double)joint->compared / MILLION;
        return (struct hits){
                .seen = (double)joint->both / MILLION,
                .expected = compared > 0 ? (double)joint->first / MILLION * ((double)joint->second / MILLION) / compared
                                         : 0,
        };
}

static int32_t to_mbit(double ratio)
{
        int32_t mbit = ratio > 1 ? bits_ratio_mbit((uint64_t)(ratio * MILLION + 0.5), (uint64_t)MILLION) : 0;
        return mbit < MODEL_COUPLING_MOST_MBIT ? mbit : MODEL_COUPLING_MOST_MBIT;
}

void train_set_couplings(struct model_stratum *stratum, const struct train_sums *sums)
{
        struct hits all = {HITS_OF_CHANCE, HITS_OF_CHANCE};
        for (uint32_t i = 0; i < MODEL_COUPLED_COUNT; i++)
                for (uint32_t j = i + 1; j < MODEL_COUPLED_COUNT; j++) {
                        struct hits hits = hits_of(&sums->joint[i][j]);
                        all.seen += hits.seen;
                        all.expected += hits.expected;
                }
        for (uint32_t i = 0; i < MODEL_COUPLED_COUNT; i++)
                for (uint32_t j = i + 1; j < MODEL_COUPLED_COUNT; j++) {
                        struct hits hits = hits_of(&sums->joint[i][j]);
                        double ratio =
                                (hits.seen + HITS_OF_ALL * all.seen / all.expected) / (hits.expected + HITS_OF_ALL);
                        stratum->coupling_mbit[i][j] = stratum->coupling_mbit[j][i] =
                                sums->joint[i][j].compared ? to_mbit(ratio) : 0;
                }
}
