/* chain.h: does what was emitted tell the whole story? */
#pragma once

#include "runner.h"

/* The topics as a consumer sees them: the last value of each key must be @expected, and the changes of each entity must
 * follow on each other, from nothing to exactly the golden record that stands. False with @message if not. */
bool chain_holds(const struct emissions *log, struct output_set *expected, char *message, size_t size);
