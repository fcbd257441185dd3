/* erasure.h: who was erased stays out; shared by the files of the engine.
 *
 * An erasure is a point in time of R: the record that it names goes, with its deletion markers and all that was decided
 * about it, and what its source says of it afterwards is not taken. J keeps the decision without the record's id, with
 * tokens by which the person is known again (steward/erasure.h): a change that makes another record fit one of them, be
 * it new or there before, is kept out like an erased one. A record that fitted before, and that nobody named, stays.
 * Withdrawn, an erasure lets the record in again from its next event on; what was not taken meanwhile stays away.
 *
 * Where the source is a target, it is asked to delete the record for as long as it goes on about it.
 */
#pragma once

#include "engine/decisions.h"
#include "record/change.h"

/* A decision to erase, or the end of one. */
int batch_erase(struct engine *engine, struct batch *batch, const struct change *change);

int batch_is_erased(struct engine *engine, struct batch *batch, struct record_key key, bool *erased);

/* Sets @erased if the change is of a record that was erased, which it does not bring back. */
int batch_meet_erased(struct engine *engine, struct batch *batch, const struct change *change, bool *erased);

/* A record before a change, to tell whether it is the change that makes it somebody who was erased. */
struct newcomer {
        struct record before;
        bool asked; /* false: nobody was erased */
};

void newcomer_begin(struct engine *engine, struct batch *batch, const struct record *record, struct newcomer *newcomer);
int newcomer_end(struct engine *engine, struct batch *batch, struct work *work, const struct newcomer *newcomer,
                 const struct change *change);

/* An erasure as it is kept takes the place of another; either may be NULL. Once for each that J gains or loses. */
int erasure_count(struct engine *engine, const struct decision *old, const struct decision *now, struct error *error);

/* Commands to targets that still have a record of somebody who was erased. */
void batch_ask_for_deletions(struct engine *engine, struct batch *batch);
