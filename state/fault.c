/* A countdown after which one call of LMDB fails, for tests.
 *
 * A test runs the same work with the countdown at 1, 2, 3, ... until the work ends without the fault: every call has
 * then failed once. The countdown belongs to the thread, so that a test does not disturb others. A whole process is
 * given one with DURAND_LMDB_FAIL_AT, which its first thread that calls LMDB takes.
 */
#include "state/internal.h"

#include "base/fault.h"

#include <stdatomic.h>

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
        static atomic_flag taken = ATOMIC_FLAG_INIT;

        if (!atomic_flag_test_and_set(&taken)) {
                uint64_t calls = fault_number("DURAND_LMDB_FAIL_AT", 0);

                if (calls > 0)
                        calls_left = calls;
        }
        return calls_left > 0 && --calls_left == 0;
}
#endif
