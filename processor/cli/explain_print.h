/* explain_print.h: an explanation for people and for programs. */
#pragma once

#include "base/buffer.h"
#include "config/config.h"
#include "engine/explain.h"

struct explain_view {
        const struct config *config; /* names of attributes, thresholds */
        bool colour;
};

void explain_pair_write_text(const struct explain_view *view, const struct explanation *explanation,
                             struct buffer *out);
void explain_entity_write_text(const struct explain_view *view, const struct entity_explanation *explanation,
                               struct buffer *out);

/* One object and a line break; docs/explain.md lists the members. */
void explain_pair_write_json(const struct explain_view *view, const struct explanation *explanation,
                             struct buffer *out);
void explain_entity_write_json(const struct explain_view *view, const struct entity_explanation *explanation,
                               struct buffer *out);

/* "match", "review" or "no match". */
const char *explain_zone(const struct match_zones *zones, int32_t posterior_mbit);
