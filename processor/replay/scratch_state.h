/* scratch_state.h: a state directory that lives as long as one command. */
#pragma once

#include "base/error.h"

#define SCRATCH_STATE_MAX 4096 /* bytes of its path */

/* Makes an empty directory in @base (NULL: $TMPDIR, or /tmp) and writes its path. ERR_USAGE where that cannot be. */
int scratch_state_make(const char *base, char path[SCRATCH_STATE_MAX], struct error *error);

/* Removes it with the state in it. */
void scratch_state_remove(const char *path);
