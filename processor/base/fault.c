/* Kills at named points, in test builds only. Random kills rarely hit the few microseconds between two commits, and
 * those are where a protocol breaks. A frozen process shows what happens when the world goes on at such a moment: a
 * broker that dies under a commit, a transaction that times out. The countdowns are the mutable globals of the program:
 * they belong to the process that is about to die. */
#include "base/fault.h"

#ifdef DURAND_FAULT_POINTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct {
        const char *variable;
        int signal;
        long passed;
} actions[] = {
        {"DURAND_KILL_AT", SIGKILL, 0},
        {"DURAND_STOP_AT", SIGSTOP, 0},
};

void fault_point(const char *name)
{
        size_t length = strlen(name);

        for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
                const char *wanted = getenv(actions[i].variable);

                if (!wanted || strncmp(wanted, name, length) != 0 || wanted[length] != ':')
                        continue;
                if (++actions[i].passed == strtol(wanted + length + 1, NULL, 10))
                        raise(actions[i].signal);
        }
}

uint64_t fault_number(const char *name, uint64_t otherwise)
{
        const char *text = getenv(name);

        return text ? strtoull(text, NULL, 10) : otherwise;
}

#else

extern int fault_points_are_not_built; /* an empty file is no valid C */

#endif
