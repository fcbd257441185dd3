/* fault.h: named points at which a test can kill the process.
 *
 * In builds with DURAND_FAULT_POINTS, DURAND_KILL_AT="after_produce:3" raises SIGKILL when that point is passed for the
 * third time. Elsewhere the points cost nothing.
 */
#pragma once

#ifdef DURAND_FAULT_POINTS
void fault_point(const char *name);
#else
static inline void fault_point(const char *name)
{
        (void)name;
}
#endif
