/* Official numbers.
 *
 * Equivalent numbers are put into one space first: a SIRET and a French VAT number carry a SIREN, so a company known by
 * its SIRET and one known by its VAT number agree or contradict each other all the same. Where the SIRET agrees, the
 * SIREN and the VAT number are no further news.
 *
 * Validated numbers (check digits passed) that differ exclude each other: no two of the pair's values are equal and
 * both sides have a validated one. Two establishments of one company share a SIREN and have different SIRETs: linked by
 * their parent, never duplicates. A VAT number excludes only one of the same country, for companies register in
 * several. Numbers that nothing validates hold typos: one edit apart is still evidence for, and a difference only
 * evidence against.
 */
#include "score/compare.h"
#include "score/evidence.h"

#include <string.h>

#define IDS_MAX 16
#define ID_TELLING 6 /* characters from which one edit is a typo rather than another number */

struct id {
        struct text text;
        bool validated;
        bool has_siren; /* a VAT number whose SIREN is compared instead */
};

struct ids {
        struct id items[IDS_MAX];
        uint32_t count;
};

static void add_id(struct ids *ids, struct text text, bool validated, bool has_siren)
{
        if (text.length && ids->count < IDS_MAX)
                ids->items[ids->count++] = (struct id){text, validated, has_siren};
}

static void collect_ids(const struct score_side *side, enum feature_kind kind, struct ids *ids)
{
        uint32_t at = 0;
        const struct feature *feature;
        while ((feature = side_next(side, kind, &at)))
                add_id(ids, feature->text, feature->flags & FEATURE_VALIDATED, feature->alias.length > 0);
}

/* Every SIREN that a side states, in whichever number. */
static void collect_sirens(const struct score_side *side, struct ids *ids)
{
        static const enum feature_kind carriers[] = {FEATURE_SIRET, FEATURE_VAT_ID};
        collect_ids(side, FEATURE_SIREN, ids);
        for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++) {
                uint32_t at = 0;
                const struct feature *feature;
                while ((feature = side_next(side, carriers[i], &at)))
                        add_id(ids, feature->alias, feature->flags & FEATURE_VALIDATED, false);
        }
}

static uint32_t judge_pair_of_ids(const struct id *a, const struct id *b)
{
        if (text_equal(a->text, b->text))
                return ID_EXACT;
        if (a->validated && b->validated)
                return ID_DIFFERS;
        uint32_t shorter = a->text.length < b->text.length ? a->text.length : b->text.length;
        return shorter >= ID_TELLING && edit_distance(a->text, b->text, 1) <= 1 ? ID_NEAR : ID_DIFFERS;
}

/* VAT numbers begin with their country; those of two countries say nothing of each other. */
static bool comparable(const struct id *a, const struct id *b, bool by_country)
{
        return !by_country || text_equal(text_slice(a->text, 0, 2), text_slice(b->text, 0, 2));
}

/* Compares the numbers of one space: the best pair gives the level, and if none agrees, a pair that excludes each other
 * the contradiction. Returns the level. */
static uint32_t compare_ids(const struct comparison *c, enum model_attribute attribute, const struct ids *a,
                            const struct ids *b, bool by_country)
{
        uint32_t best = LEVEL_MISSING;
        const struct id *against_a = NULL;
        const struct id *against_b = NULL;
        for (uint32_t i = 0; i < a->count; i++) {
                for (uint32_t j = 0; j < b->count; j++) {
                        if (!comparable(&a->items[i], &b->items[j], by_country))
                                continue;
                        bool differ = !text_equal(a->items[i].text, b->items[j].text);
                        if (!against_a && differ && a->items[i].validated && b->items[j].validated) {
                                against_a = &a->items[i];
                                against_b = &b->items[j];
                        }
                        uint32_t level = judge_pair_of_ids(&a->items[i], &b->items[j]);
                        if (best != LEVEL_MISSING && level >= best)
                                continue;
                        best = level;
                        evidence_set(c, attribute, level, a->items[i].text, b->items[j].text);
                }
        }
        if (best != ID_EXACT && against_a) {
                c->evidence->cannot_link = true;
                c->evidence->establishments = false;
                c->evidence->contradiction = attribute;
                c->evidence->contradiction_a = against_a->text;
                c->evidence->contradiction_b = against_b->text;
        }
        return best;
}

static void drop(const struct comparison *c, enum model_attribute attribute)
{
        memset(&c->evidence->of[attribute], 0, sizeof(c->evidence->of[attribute]));
}

static void remove_french(struct ids *vats)
{
        uint32_t kept = 0;
        for (uint32_t i = 0; i < vats->count; i++)
                if (!vats->items[i].has_siren)
                        vats->items[kept++] = vats->items[i];
        vats->count = kept;
}

static void compare_company_numbers(const struct comparison *c)
{
        struct ids siren_a, siren_b, siret_a, siret_b, vat_a, vat_b;
        siren_a.count = siren_b.count = siret_a.count = siret_b.count = vat_a.count = vat_b.count = 0;
        collect_sirens(&c->pair->a, &siren_a);
        collect_sirens(&c->pair->b, &siren_b);
        collect_ids(&c->pair->a, FEATURE_SIRET, &siret_a);
        collect_ids(&c->pair->b, FEATURE_SIRET, &siret_b);
        collect_ids(&c->pair->a, FEATURE_VAT_ID, &vat_a);
        collect_ids(&c->pair->b, FEATURE_VAT_ID, &vat_b);
        if (siren_a.count && siren_b.count) {
                remove_french(&vat_a);
                remove_french(&vat_b);
        }
        uint32_t siren = compare_ids(c, MODEL_SIREN, &siren_a, &siren_b, false);
        bool excluded = c->evidence->cannot_link;
        uint32_t siret = compare_ids(c, MODEL_SIRET, &siret_a, &siret_b, false);
        /* Two places of one company (one SIREN, two valid SIRETs) exclude each other and contradict nothing. */
        if (siren == ID_EXACT && !excluded)
                c->evidence->establishments = c->evidence->cannot_link;
        compare_ids(c, MODEL_VAT_ID, &vat_a, &vat_b, true);
        if (siret == ID_EXACT || (siret == ID_DIFFERS && siren == ID_DIFFERS))
                drop(c, MODEL_SIREN);
}

void compare_identifiers(const struct comparison *c)
{
        static const struct {
                enum record_type type;
                enum feature_kind kind;
                enum model_attribute attribute;
        } kinds[] = {
                {TYPE_ORGANIZATION, FEATURE_LEI, MODEL_LEI},
                {TYPE_ORGANIZATION, FEATURE_DUNS, MODEL_DUNS},
                {TYPE_ORGANIZATION, FEATURE_TAX_ID, MODEL_TAX_ID},
                {TYPE_PERSON, FEATURE_TAX_ID, MODEL_TAX_ID},
                {TYPE_PERSON, FEATURE_NATIONAL_ID, MODEL_NATIONAL_ID},
                {TYPE_PERSON, FEATURE_PASSPORT, MODEL_PASSPORT},
                {TYPE_PERSON, FEATURE_DRIVERS_LICENSE, MODEL_DRIVERS_LICENSE},
        };
        if (c->type == TYPE_ORGANIZATION)
                compare_company_numbers(c);
        for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
                struct ids a;
                struct ids b;
                if (kinds[i].type != c->type || !side_first(&c->pair->a, kinds[i].kind) ||
                    !side_first(&c->pair->b, kinds[i].kind))
                        continue;
                a.count = b.count = 0;
                collect_ids(&c->pair->a, kinds[i].kind, &a);
                collect_ids(&c->pair->b, kinds[i].kind, &b);
                compare_ids(c, kinds[i].attribute, &a, &b, false);
        }
}
