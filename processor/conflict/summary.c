/* A conflict in one sentence, and what a steward may answer. */
#include "conflict/conflict.h"

#include <stdlib.h>

#define REASONS_MAX 4
#define VALUES_MAX 4

static struct text first_value(const struct record *record, uint16_t attribute)
{
        const struct slot *slot = record_first(record, attribute);

        return slot ? slot->value : TEXT_NONE;
}

/* "Marc Durand (erp/50001)": by the first of these that the record has. */
static struct text record_title(struct arena *arena, const struct record *record)
{
        static const uint16_t names[] = {ATTRIBUTE_FULL_NAME, ATTRIBUTE_NAME,  ATTRIBUTE_LEGAL_NAME,
                                         ATTRIBUTE_EMAIL,     ATTRIBUTE_PHONE, ATTRIBUTE_EMPLOYER};
        struct text given = first_value(record, ATTRIBUTE_GIVEN_NAME);
        struct text family = first_value(record, ATTRIBUTE_FAMILY_NAME);
        struct text title = arena_printf(arena, "%.*s%s%.*s", TEXT_ARG(given), given.length && family.length ? " " : "",
                                         TEXT_ARG(family));

        for (size_t i = 0; title.length == 0 && i < sizeof(names) / sizeof(names[0]); i++)
                title = first_value(record, names[i]);
        if (title.length == 0)
                title = TEXT("a record without a name");
        return arena_printf(arena, "%.*s (%.*s/%.*s)", TEXT_ARG(title), TEXT_ARG(record->key.source),
                            TEXT_ARG(record->key.record_id));
}

static int stronger_first(const void *left, const void *right)
{
        const struct conflict_evidence *const *a = left, *const *b = right;
        int32_t weight_a = abs((*a)->weight_mbit), weight_b = abs((*b)->weight_mbit);

        if (weight_a != weight_b)
                return weight_a > weight_b ? -1 : 1;
        return (*a > *b) - (*a < *b); /* elements of one array: the earlier step */
}

/* "email +13.1 (exact), given -6.8 (another known name)": the strongest of the evidence, without the prior. */
static struct text reasons(struct arena *arena, const struct conflict *conflict)
{
        const struct conflict_evidence **steps =
                arena_calloc(arena, (size_t)conflict->evidence_count + 1, sizeof(*steps));
        struct text said = TEXT_NONE;
        size_t count = 0;

        for (uint32_t i = 0; i < conflict->evidence_count; i++) {
                const struct conflict_evidence *evidence = &conflict->evidence[i];

                if (evidence->weighed && evidence->weight_mbit != 0 && !text_equal(evidence->attribute, TEXT("prior")))
                        steps[count++] = evidence;
        }
        if (count > 1)
                qsort(steps, count, sizeof(*steps), stronger_first);
        for (size_t i = 0; i < count && i < REASONS_MAX; i++)
                said = arena_printf(arena, "%.*s%s%.*s %+.1f (%.*s)", TEXT_ARG(said), i > 0 ? ", " : "",
                                    TEXT_ARG(steps[i]->attribute), steps[i]->weight_mbit / 1000.0,
                                    TEXT_ARG(steps[i]->level));
        return said;
}

/* "job_title clerk, buyer": what the unweighed evidence is about. */
static struct text values(struct arena *arena, const struct conflict *conflict)
{
        struct text said = TEXT_NONE;

        for (uint32_t i = 0; i < conflict->evidence_count && i < VALUES_MAX; i++) {
                const struct conflict_evidence *evidence = &conflict->evidence[i];
                bool same = i > 0 && text_equal(evidence->attribute, conflict->evidence[i - 1].attribute);

                said = arena_printf(arena, "%.*s%s%.*s%s%.*s", TEXT_ARG(said), i > 0 ? ", " : "",
                                    TEXT_ARG(same ? TEXT_NONE : evidence->attribute), same ? "" : " ",
                                    TEXT_ARG(evidence->value_a));
        }
        return said;
}

struct text conflict_summary(struct arena *arena, const struct conflict *conflict)
{
        const char *type = record_type_name(conflict->type);
        uint32_t second = conflict->first_count > 0 ? conflict->first_count : 1;
        struct text a = conflict->record_count > 0 ? record_title(arena, conflict->records[0]) : TEXT("a record");
        struct text b = second < conflict->record_count ? record_title(arena, conflict->records[second])
                                                        : TEXT("another record");

        switch (conflict->kind) {
        case CONFLICT_POSSIBLE_DUPLICATE:
                return arena_printf(arena, "%.*s and %.*s may be one %s: %.*s", TEXT_ARG(a), TEXT_ARG(b), type,
                                    TEXT_ARG(reasons(arena, conflict)));
        case CONFLICT_CONTRADICTING_IDENTIFIERS:
                return arena_printf(arena, "%.*s and %.*s would be one %s but for their identifiers: %.*s", TEXT_ARG(a),
                                    TEXT_ARG(b), type, TEXT_ARG(conflict->contradiction));
        case CONFLICT_INVALID_IDENTIFYING_DATA:
                return arena_printf(arena, "%.*s has values that cannot be right: %.*s", TEXT_ARG(a),
                                    TEXT_ARG(values(arena, conflict)));
        case CONFLICT_OVER_MERGE:
                return arena_printf(arena, "%u records are one %s, among them %.*s", conflict->record_total, type,
                                    TEXT_ARG(a));
        case CONFLICT_CONTRADICTING_DECISIONS:
                return arena_printf(arena, "A decision about %.*s does not hold: later ones overrule it", TEXT_ARG(a));
        case CONFLICT_DISAGREEING_VALUES:
                return arena_printf(arena, "The records of %.*s differ: %.*s", TEXT_ARG(a),
                                    TEXT_ARG(values(arena, conflict)));
        case CONFLICT_CONCURRENT_EDITS:
                return arena_printf(arena, "Two systems changed %.*s at the same time: %.*s", TEXT_ARG(a),
                                    TEXT_ARG(values(arena, conflict)));
        case CONFLICT_ORPHAN_REFERENCE:
                return arena_printf(arena, "%.*s refers to an organization that nobody knows: %.*s", TEXT_ARG(a),
                                    TEXT_ARG(values(arena, conflict)));
        case CONFLICT_CLOSED_COMPANY:
                return arena_printf(arena, "%.*s is closed, as one record says; other systems do not know",
                                    TEXT_ARG(a));
        case CONFLICT_KIND_COUNT:
                break;
        }
        return TEXT_NONE;
}

void conflict_offer_verdicts(struct arena *arena, struct conflict *conflict)
{
        struct conflict_choice *choices;
        bool likely = conflict->posterior_mbit >= 0 && conflict->kind == CONFLICT_POSSIBLE_DUPLICATE;

        if (conflict->first_count == 0 || conflict->first_count >= conflict->record_count)
                return;
        choices = arena_calloc(arena, 2, sizeof(*choices));
        for (int i = 0; i < 2; i++) {
                bool same = (i == 0) == likely;

                choices[i] = (struct conflict_choice){
                        .decision = same ? "same" : "different",
                        .records = {conflict->records[0]->key, conflict->records[conflict->first_count]->key},
                        .record_count = 2,
                        .effect = same ? arena_printf(arena, "the two become one %s of %u records",
                                                      record_type_name(conflict->type), conflict->record_total)
                                       : TEXT("they stay two, and nobody is asked again"),
                };
        }
        conflict->choices = choices;
        conflict->choice_count = 2;
}
