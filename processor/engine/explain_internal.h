/* explain_internal.h: what the parts of an explanation share. */
#pragma once

#include "engine/explain.h"
#include "engine/pairs.h"

struct explainer {
        struct engine engine;
        struct batch batch;
        struct error error;
        struct features a, b; /* of the pair in work */
        struct map names;     /* hash of source and record id -> record; made when a look-up first needs it */
        bool named;
};

/* explain_find.c */
/* The entity of a record, or of a ghost that is attached to one; 0: none. */
uint32_t explainer_anchor_of(struct explainer *explainer, uint32_t record);
int explainer_load_stored(struct explainer *explainer, struct arena *arena, uint32_t anchor, struct stored *stored,
                          struct error *error);

/* explain_decisions.c: fills in which decisions of stewards made the two one, or keep their entities apart. */
int explain_decisions(struct explainer *explainer, struct arena *arena, struct explanation *explanation,
                      struct error *error);

/* explain_values.c: fills in the choices, once the members are there. */
int explain_values(struct explainer *explainer, struct arena *arena, struct entity_explanation *explanation,
                   struct error *error);
