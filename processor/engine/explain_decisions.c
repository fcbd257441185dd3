/* What stewards decided about two records: the decisions that hold of them, or of others of their entities. */
#include "engine/decisions.h"
#include "engine/explain_internal.h"

static void add_decision(struct arena *arena, struct explanation *explanation, const struct decision *decision)
{
        struct decision *copies = arena_alloc(arena, (explanation->decision_count + 1) * sizeof(*copies));

        for (uint32_t i = 0; i < explanation->decision_count; i++)
                copies[i] = explanation->decisions[i];
        copies[explanation->decision_count++] = *decision;
        explanation->decisions = copies;
}

/* The one about the two alone; without it all that make their class one. */
static void add_joining(struct arena *arena, const struct decided_group *group, uint32_t a, uint32_t b,
                        struct explanation *explanation)
{
        for (int pass = 0; pass < 2 && explanation->decision_count == 0; pass++) {
                for (uint32_t i = 0; i < group->pair_count && explanation->decision_count < EXPLAIN_DECISIONS_MAX;
                     i++) {
                        const struct pair_decision *pair = &group->pairs[i];

                        if (!pair->holds || pair->decision->kind != DECISION_SAME ||
                            group->classes[pair->a] != group->classes[a])
                                continue;
                        if (pass == 1 || (pair->a == a && pair->b == b) || (pair->a == b && pair->b == a))
                                add_decision(arena, explanation, pair->decision);
                }
        }
}

static int find_joining(struct explainer *explainer, struct arena *arena, struct explanation *explanation)
{
        const struct decided_group *group, *other;
        uint32_t a, b;

        if (engine_decided_group_of(&explainer->engine, &explainer->batch, explanation->a.number, &group, &a) < 0 ||
            engine_decided_group_of(&explainer->engine, &explainer->batch, explanation->b.number, &other, &b) < 0)
                return ERR_FATAL;
        if (group && group == other && group->classes[a] == group->classes[b])
                add_joining(arena, group, a, b, explanation);
        return 0;
}

/* Decisions that tell @record from a record of the entity of @anchor. */
static int find_telling(struct explainer *explainer, struct arena *arena, uint32_t record, uint32_t anchor,
                        struct explanation *explanation)
{
        struct engine *engine = &explainer->engine;
        const struct decided_group *group;
        uint32_t member;

        if (engine_decided_group_of(engine, &explainer->batch, record, &group, &member) < 0)
                return ERR_FATAL;
        for (uint32_t i = 0; group && i < group->pair_count; i++) {
                const struct pair_decision *pair = &group->pairs[i];
                uint32_t number;

                if (!pair->holds || pair->decision->kind != DECISION_DIFFERENT ||
                    (pair->a != member && pair->b != member) || explanation->decision_count == EXPLAIN_DECISIONS_MAX)
                        continue;
                number = store_find_record(engine->txn, decided_other(pair, member));
                if (number && explainer_anchor_of(explainer, number) == anchor)
                        add_decision(arena, explanation, pair->decision);
        }
        return 0;
}

int explain_decisions(struct explainer *explainer, struct arena *arena, struct explanation *explanation,
                      struct error *error)
{
        uint32_t a = explainer_anchor_of(explainer, explanation->a.number);
        uint32_t b = explainer_anchor_of(explainer, explanation->b.number);
        struct stored stored;
        int r;

        if (explainer->engine.decided_keys.count == 0)
                return 0;
        if (a == b)
                return find_joining(explainer, arena, explanation);
        r = explainer_load_stored(explainer, arena, a, &stored, error);
        for (uint32_t i = 0; r == 0 && i < stored.member_count; i++)
                r = find_telling(explainer, arena, stored.members[i], b, explanation);
        return r;
}
