/* Kills at named points, in test builds only. Random kills rarely hit the few microseconds between two commits, and
 * those are where a protocol breaks. The countdown is the one mutable global of the program: it belongs to the process
 * that is about to die. */
#include "service/fault.h"

#ifdef DURAND_FAULT_POINTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static long passed;

void fault_point(const char *name)
{
        const char *wanted = getenv("DURAND_KILL_AT");
        size_t length = strlen(name);

        if (!wanted || strncmp(wanted, name, length) != 0 || wanted[length] != ':')
                return;
        if (++passed >= strtol(wanted + length + 1, NULL, 10))
                raise(SIGKILL);
}

#else

extern int fault_points_are_not_built; /* an empty file is no valid C */

#endif
