/* A countdown after which one call of LMDB fails, for tests.
 *
 * A test runs the same work with the countdown at 1, 2, 3, ... until the work ends without the fault: every call has
 * then failed once. The countdown belongs to the thread, so that a test does not disturb others.
 */
#include "state/internal.h"

#ifdef DURAND_FAULT_POINTS
static _Thread_local uint64_t calls_left;

void store_test_fail_after(uint64_t calls)
{
        calls_left = calls;
}

uint64_t store_test_calls_left(void)
{
        return calls_left;
}

bool store_test_fails_now(void)
{
        return calls_left > 0 && --calls_left == 0;
}
#endif
