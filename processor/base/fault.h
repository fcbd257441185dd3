/* fault.h: named points at which a test can kill or freeze the process, and numbers that a test may set.
 *
 * In builds with DURAND_FAULT_POINTS, DURAND_KILL_AT="after_produce:3" raises SIGKILL when that point is passed for the
 * third time, DURAND_STOP_AT SIGSTOP, once. Elsewhere the points cost nothing.
 */
#pragma once

#include <stdint.h>

#ifdef DURAND_FAULT_POINTS
void fault_point(const char *name);

/* The number in the environment variable @name; @otherwise where there is none. */
uint64_t fault_number(const char *name, uint64_t otherwise);
#else
static inline void fault_point(const char *name)
{
        (void)name;
}

static inline uint64_t fault_number(const char *name, uint64_t otherwise)
{
        (void)name;
        return otherwise;
}
#endif
