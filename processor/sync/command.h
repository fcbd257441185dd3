/* command.h: commands as JSON. Internal to sync. */
#pragma once

#include "sync/plan.h"

struct command_text {
        const char *op;
        struct text entity;
        struct text record_id; /* empty: the record is to be made */
        struct text entity_id;
        struct text into; /* of a merge: the record that stays */
        const struct plan *plan;
        const struct record *record; /* for the expected values; NULL: none */
        struct text reason;
};

void command_write(struct planner *planner, const struct command_text *command, struct buffer *out);
