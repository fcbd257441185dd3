/* Why each value of an entity survived: the same ranking that its golden record came of, pins included. */
#include "engine/decisions.h"
#include "engine/explain_internal.h"

int explain_values(struct explainer *explainer, struct arena *arena, struct entity_explanation *explanation,
                   struct error *error)
{
        const struct record **members = arena_alloc(arena, (explanation->member_count + 1) * sizeof(*members));
        struct draft draft = {.type = explanation->type, .member_count = explanation->member_count};
        struct golden_input input = {
                .config = explainer->engine.config,
                .type = explanation->type,
                .anchor = explanation->members[0].record.key,
                .members = members,
                .member_count = explanation->member_count,
        };
        struct decided_pins pins;

        draft.records = arena_alloc(arena, (explanation->member_count + 1) * sizeof(*draft.records));
        for (uint32_t i = 0; i < explanation->member_count; i++) {
                draft.records[i] = explanation->members[i].record;
                members[i] = &draft.records[i];
        }
        if (batch_find_pins(&explainer->engine, &explainer->batch, &draft, &pins) < 0) {
                *error = explainer->error;
                return ERR_FATAL;
        }
        input.pins = engine_standardise_pins(explainer->engine.standard[0], arena, &pins, explanation->type);
        input.pin_count = (uint32_t)pins.count;
        explanation->choice_count = golden_explain(arena, &input, &explanation->choices);
        return 0;
}
