/* gather.h: the records of R that files describe, without an engine.
 *
 * For commands that look at a whole file at once (train, explain, evaluate): the same reading, decoding and merging as
 * replay, so that updates, deletions and truncations count as they do there; no state, no derived outputs.
 */
#pragma once

#include "record/record.h"
#include "replay/replay.h"

struct gathered {
        struct arena arena;     /* holds the records */
        struct record *records; /* those that live, in canonical order of their keys */
        size_t count;
        uint64_t lines;
        uint64_t rejected;
};

/* Reads options->inputs. ERR_USAGE for unreadable input. */
int replay_gather(const struct replay_options *options, struct gathered *gathered, struct error *error);
void gathered_free(struct gathered *gathered);
