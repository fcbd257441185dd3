/* parallel.h: one pure function over many items, on the cores there are.
 *
 * For standardising and scoring a batch: each item writes only its own result, so the outcome does not depend on how
 * the items were shared out. The calling thread works as well and returns when all items are done.
 */
#pragma once

#include <stddef.h>

struct parallel; /* a pool of threads */

/* A pool with @threads workers in all, the caller among them (1 = no thread is started; 0 = one for each core, at most
 * 16). */
struct parallel *parallel_new(unsigned threads);
void parallel_free(struct parallel *parallel);

unsigned parallel_threads(const struct parallel *parallel);

/* Calls run(context, worker, from, to) over disjoint ranges that cover 0..count. @worker is below parallel_threads()
 * and names the thread's own scratch memory. */
void parallel_for(struct parallel *parallel, size_t count, size_t grain,
                  void (*run)(void *context, unsigned worker, size_t from, size_t to), void *context);
