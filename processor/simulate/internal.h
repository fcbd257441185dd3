/* internal.h: what the parts of a simulation share. */
#pragma once

#include "engine/engine.h"
#include "simulate/simulate.h"

/* Both sides: the state as it is, and the one under the new configuration. */
struct sides {
        const struct simulate_options *options;
        struct simulate_report *report;
        struct store_txn *before; /* the snapshot */
        const struct vocabulary *vocabulary;
        struct engine *after;
        struct error *error;
};

/* outputs.c: fills topics and changes. */
int simulate_compare_outputs(struct sides *sides);

/* entities.c: fills what was merged and split. */
int simulate_compare_entities(struct sides *sides);

/* report.c: an output for people, in @arena: of a golden record that changed what changed, as a merge patch (RFC 7396),
 * else the value that comes or goes. Commands hold nulls, which a patch cannot say, and are short. */
struct text simulate_difference(struct arena *arena, const struct simulate_report *report,
                                const struct simulate_change *change);

/* "added", "removed", "changed". */
extern const char *const simulate_kind_names[SIMULATE_KIND_COUNT];
