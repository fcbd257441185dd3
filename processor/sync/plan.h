/* plan.h: which fields of one record should say something else. Internal to sync. */
#pragma once

#include "sync/sync.h"

/* A value of the golden record with its lineage. */
struct want {
        struct text value; /* canonical; empty: nothing is wanted, or, in an address that moves, that there is none */
        struct text source;
        struct text record_id;
        struct text rule;
};

struct planned {
        const struct field_mapping *mapping;
        const struct sync_field *field; /* NULL: of `remove.set` */
        struct want want;
        struct text text; /* in the target's words */
        struct text raw;  /* as a change event of the target will say it, after the mapping */
        bool clears;
        bool boolean; /* `text` is true or false and is written as such */
};

/* What the planning of all records of one entity shares. */
struct planner {
        struct arena *arena;
        const struct sync_input *input;
        const struct json_node *golden;
        struct filter_view view;
        char country[3]; /* of the golden address */
};

struct plan {
        struct planned *fields;
        size_t count, capacity;
};

void planner_init(struct planner *planner, struct arena *arena, const struct sync_input *input,
                  const struct json_node *golden);

/* The fields of @record, which is the target's, that should change; of an empty one all that can be filled. What the
 * target could not hold is not among them. */
void plan_fields(struct planner *planner, const struct sync_entity *entity, const struct record *record,
                 struct plan *plan);

/* The fields of `remove.set` that do not say so yet. */
void plan_removal(struct planner *planner, const struct sync_entity *entity, const struct record *record,
                  struct plan *plan);

/* render.c: a canonical value in the target's words. False where the target has none for it, or no room. */
bool render_value(struct planner *planner, const struct sync_field *field, struct planned *planned);
/* What the record says now, in the target's words. False where that is not known for certain; TEXT_NONE with
 * @is_null for nothing. */
bool render_current(const struct field_mapping *mapping, const struct record *record, struct text *text, bool *is_null,
                    bool *boolean);
