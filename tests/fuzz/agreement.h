/* agreement.h: what must hold of any two records whatever they say. For the fuzz target and for the property test. */
#pragma once

#include "score/score.h"

/* Room for the reason, a NUL at its end. */
#define AGREEMENT_REASON_MAX 160

/* Compares @a and @b (of one type) in both directions, as a score, as a vector of levels and as an explanation, and
 * derives the blocking keys of both. NULL if all agree and are within bounds; otherwise the reason, in @reason. */
const char *agreement_check(const struct model *model, struct scorer *scorer, const struct features *a,
                            const struct features *b, char reason[AGREEMENT_REASON_MAX]);

/* True if the encoded form of @features is a fixed point: what is stored is what is compared. */
bool agreement_survives_encoding(const struct features *features);
