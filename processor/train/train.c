/* Rounds of estimation.
 *
 * A round: u from random pairs under the model of the moment; keys, candidates and their comparisons; then m, the prior
 * odds and those of the alternatives by expectation maximisation until the expected number of matches stands still;
 * then clusters, and from them the frequencies of values. Frequencies change scores, so a second round follows, and no
 * third: merging makes values rarer, which merges more.
 */
#include "train/estimate.h"

#include "base/buffer.h"
#include "model/bits.h"
#include "model/recipes.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 2
#define ITERATIONS_MAX 80
#define OFFSET_SETTLED_MBIT 10
#define EVIDENCE_LEAST 200
#define SETTLED 2000 /* changed by less than one part of this */
#define MILLION UINT64_C(1000000)
#define TWINS_PERMILLE_MAX 100000

/* An alternative may become more likely than at the start by MORE, and less by LESS only (where that is negative, it
 * becomes more likely at least by so much): a pair that an alternative explains is a match by whatever the
 * alternative's costs leave open, so EM itself hardly tells that there are few. Of persons enough is known beside what
 * relatives share to tell it somewhat; of companies mostly a name. The start counts as so many pairs. */
#define OFFSET_MORE_MBIT 4000
#define ALTERNATIVE_PAIRS_OF_START 100

static const int32_t offset_less_mbit[TYPE_COUNT] = {[TYPE_PERSON] = 3000, [TYPE_ORGANIZATION] = -500};

/* Matching pairs that the start expects of this many records count beside those of the data. */
#define PRIOR_RECORDS_OF_START 20

struct trainer {
        struct resolve *resolve;
        const struct model *start;
        struct model *model;
        struct train_report *report;
        struct error *error;
        struct train_u u[TYPE_COUNT];
};

static int copy_model(const struct model *model, struct model **copy, struct error *error)
{
        BUFFER_CLEANUP struct buffer json = {0};
        model_write_json(model, &json);
        int r = model_load_text(buffer_view(&json), "model", copy, error);
        if (r == 0)
                model_copy_criteria(model, *copy);
        return r;
}

/* ---- the M-step beyond levels --------------------------------------------------------------------------------------
 */

static void set_prior(struct trainer *trainer, enum record_type type, uint64_t expected)
{
        struct model_stratum *stratum = &trainer->model->strata[type];
        uint64_t records = trainer->resolve->strata[type].record_count;
        uint64_t first =
                (uint64_t)trainer->start->strata[type].twins_permille * PRIOR_RECORDS_OF_START; /* thousandths */
        uint64_t permille = (expected / 1000 + first) / (records + PRIOR_RECORDS_OF_START);
        stratum->twins_permille = permille < 1                    ? 1
                                  : permille > TWINS_PERMILLE_MAX ? TWINS_PERMILLE_MAX
                                                                  : (int64_t)permille;
        model_set_population(trainer->model, type, (int64_t)records);
}

/* True if some offset still moves. */
static bool set_alternatives(struct trainer *trainer, enum record_type type, const struct train_sums *sums)
{
        bool moved = false;
        bool plenty = sums->expected / MILLION > EVIDENCE_LEAST;
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++) {
                const struct model_explanation *first = &trainer->start->strata[type].alternatives[a];
                struct model_explanation *now = &trainer->model->strata[type].alternatives[a];
                if (!first->used)
                        continue;
                /* the start's ratio of pairs, as a fraction: 2^offset = up / down */
                uint64_t up = first->offset_mbit < 0 ? bits_power_ppm(first->offset_mbit) : MILLION;
                uint64_t down = first->offset_mbit > 0 ? bits_power_ppm(-first->offset_mbit) : MILLION;
                uint64_t some = sums->alternatives[a] + ALTERNATIVE_PAIRS_OF_START * up;
                uint64_t matches = sums->expected + ALTERNATIVE_PAIRS_OF_START * down;
                int32_t offset = bits_ratio_mbit(some ? some : 1, matches);
                int32_t least =
                        first->offset_mbit - (plenty || offset_less_mbit[type] > 0 ? offset_less_mbit[type] : 0);
                int32_t most = first->offset_mbit + OFFSET_MORE_MBIT;
                offset = offset < least ? least : offset > most ? most : offset;
                moved |= abs(offset - now->offset_mbit) > OFFSET_SETTLED_MBIT;
                now->offset_mbit = offset;
        }
        return moved;
}

/* What "average" means for a value's rarity is what the exact level's u stands for. Where both types have such values,
 * persons decide. */
static void set_averages(const struct trainer *trainer)
{
        static const struct {
                enum model_frequency_kind kind;
                enum model_attribute attribute;
                uint32_t exact;
        } rows[] = {
                {FREQUENCY_GIVEN, MODEL_GIVEN, GIVEN_EXACT},
                {FREQUENCY_FAMILY, MODEL_FAMILY, FAMILY_EXACT},
                {FREQUENCY_POSTCODE, MODEL_PLACE, PLACE_POSTCODE},
                {FREQUENCY_CITY, MODEL_PLACE, PLACE_CITY},
                {FREQUENCY_BIRTH_PLACE, MODEL_BIRTH_PLACE, BIRTH_PLACE_EXACT},
                {FREQUENCY_JOB_TITLE, MODEL_JOB_TITLE, JOB_SAME},
                {FREQUENCY_EMPLOYER, MODEL_EMPLOYER, EMPLOYER_LEVEL_SAME},
        };
        bool people = trainer->resolve->strata[TYPE_PERSON].record_count > 1;
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
                const struct model_stratum *stratum =
                        &trainer->model
                                 ->strata[people || rows[i].attribute != MODEL_PLACE ? TYPE_PERSON : TYPE_ORGANIZATION];
                uint32_t u = stratum->levels[rows[i].attribute][rows[i].exact].u_ppb;
                trainer->model->frequencies[rows[i].kind].average_mbit = bits_ratio_mbit(1000000000, u);
        }
}

/* How much surer the fit is than the start's judgement: nothing up to EVIDENCE_LEAST matches, all of CONFIDENCE_MOST
 * with plenty of them. Set when expectation maximisation is over, which needs bare probabilities. */
static int32_t confidence_of(uint64_t expected)
{
        uint64_t matches = expected / MILLION;
        if (matches <= EVIDENCE_LEAST)
                return 0;
        return (int32_t)(MODEL_CONFIDENCE_MOST_MBIT * (matches - EVIDENCE_LEAST) / matches);
}

/* ---- one stratum ---------------------------------------------------------------------------------------------------
 */

static bool is_settled(uint64_t before, uint64_t now)
{
        uint64_t change = before > now ? before - now : now - before;
        return change <= now / SETTLED + MILLION / 100;
}

static void maximise(struct trainer *trainer, enum record_type type, const struct train_cells *candidates)
{
        struct model_stratum *stratum = &trainer->model->strata[type];
        struct train_sums *sums = calloc(1, sizeof(*sums));
        uint64_t before = 0;
        if (!sums)
                abort();
        for (uint32_t i = 0; i < ITERATIONS_MAX; i++) {
                memset(sums, 0, sizeof(*sums));
                train_expect_matches(trainer->resolve->parallel, trainer->model, type, candidates, sums);
                trainer->report->strata[type].iterations++;
                train_set_levels(stratum, &trainer->start->strata[type], &trainer->u[type], sums);
                set_prior(trainer, type, sums->expected);
                bool moved = set_alternatives(trainer, type, sums);
                if (i && !moved && is_settled(before, sums->expected))
                        break;
                before = sums->expected;
        }
        stratum->confidence_mbit = confidence_of(sums->expected);
        train_report_sums(&trainer->report->strata[type], sums);
        free(sums);
}

static void estimate_u(struct trainer *trainer, enum record_type type, const struct train_cells *random)
{
        struct train_sums *sums = calloc(1, sizeof(*sums));
        if (!sums)
                abort();
        trainer->model->strata[type].confidence_mbit = 0;
        train_expect_others(trainer->resolve->parallel, trainer->model, type, random, sums);
        train_find_u(&trainer->start->strata[type], sums, &trainer->u[type]);
        train_set_couplings(&trainer->model->strata[type], sums);
        train_report_others(&trainer->report->strata[type], sums);
        /* without evidence for m yet: the start's own */
        memset(sums, 0, sizeof(*sums));
        train_set_levels(&trainer->model->strata[type], &trainer->start->strata[type], &trainer->u[type], sums);
        free(sums);
}

static int train_round(struct trainer *trainer, struct train_cells random[TYPE_COUNT])
{
        static const enum record_type order[] = {TYPE_ORGANIZATION, TYPE_PERSON};
        struct resolve *resolve = trainer->resolve;
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                if (resolve->strata[type].record_count > 1)
                        estimate_u(trainer, type, &random[type]);
        set_averages(trainer);
        int r = model_finish(trainer->model, trainer->error);
        if (r < 0)
                return r;
        resolve_block(resolve, trainer->model);
        for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
                ARENA_CLEANUP struct arena arena = {0};
                struct train_cells candidates = {0};
                enum record_type type = order[i];
                if (resolve->strata[type].record_count > 1) {
                        train_gather_candidates(resolve, trainer->model, type, &arena, &candidates);
                        maximise(trainer, type, &candidates);
                }
                resolve_score(resolve, trainer->model, type);
                resolve_cluster(resolve, trainer->model, type);
        }
        return 0;
}

static int train_rounds(struct trainer *trainer)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct train_cells random[TYPE_COUNT] = {{0}};
        int r = 0;
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                trainer->report->strata[type].random_pairs =
                        train_gather_random(trainer->resolve, trainer->model, type, &arena, &random[type]);
        for (uint32_t round = 0; round < ROUNDS && r == 0; round++) {
                r = train_round(trainer, random);
                if (round + 1 == ROUNDS || r < 0)
                        break;
                train_set_frequencies(trainer->resolve, trainer->start, trainer->model);
        }
        return r < 0 ? r : model_finish(trainer->model, trainer->error);
}

/* Keys that are not worth their cost go, when all that is estimated was estimated with them. */
static int leave_out_recipes(struct trainer *trainer)
{
        bool some = false;
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                struct model_stratum *stratum = &trainer->model->strata[type];
                stratum->recipes_left_out = train_choose_recipes(trainer->resolve, type, stratum->confidence_mbit);
                for (uint32_t r = 0; r < RECIPE_COUNT; r++)
                        trainer->report->strata[type].recipes[r].left_out = stratum->recipes_left_out >> r & 1;
                some |= stratum->recipes_left_out != 0;
        }
        if (!some)
                return 0;
        int r = model_finish(trainer->model, trainer->error);
        if (r < 0)
                return r;
        resolve_all(trainer->resolve, trainer->model);
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                trainer->report->strata[type].candidates_left = trainer->resolve->strata[type].pair_count;
        return 0;
}

int train_model(struct resolve *resolve, const struct model *start, struct model **model, struct train_report *report,
                struct error *error)
{
        struct trainer trainer = {.resolve = resolve, .start = start, .report = report, .error = error};
        memset(report, 0, sizeof(*report));
        int r = copy_model(start, &trainer.model, error);
        for (uint32_t type = 0; type < TYPE_COUNT && r == 0; type++)
                model_set_population(trainer.model, type, resolve->strata[type].record_count);
        for (uint32_t type = 0; type < TYPE_COUNT && r == 0; type++)
                trainer.model->strata[type].recipes_left_out = 0;
        if (r == 0)
                r = train_rounds(&trainer);
        if (r == 0) {
                train_fill_report(resolve, start, trainer.model, report);
                r = leave_out_recipes(&trainer);
        }
        if (r < 0) {
                model_free(trainer.model);
                return r;
        }
        train_report_clusters(resolve, report);
        *model = trainer.model;
        return 0;
}
