/* A pool of threads that share one loop at a time.
 *
 * Work is handed out by an atomic counter in grains, so a slow item holds up one worker only. Workers sleep on a
 * condition variable between loops; a loop below two grains runs on the caller alone.
 */
#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 16

struct parallel {
        unsigned threads;
        pthread_t workers[THREADS_MAX];
        pthread_mutex_t lock;
        pthread_cond_t work;
        pthread_cond_t done;
        unsigned long generation; /* of the loop that the workers should join */
        unsigned active;          /* workers still inside it */
        bool stop;

        /* the loop */
        size_t count;
        size_t grain;
        atomic_size_t next;
        void (*run)(void *context, unsigned worker, size_t from, size_t to);
        void *context;
};

struct worker_start {
        struct parallel *parallel;
        unsigned worker;
};

static void work_through(struct parallel *parallel, unsigned worker)
{
        for (;;) {
                size_t from = atomic_fetch_add(&parallel->next, parallel->grain);
                size_t to = from + parallel->grain;

                if (from >= parallel->count)
                        return;
                parallel->run(parallel->context, worker, from, to < parallel->count ? to : parallel->count);
        }
}

static void *worker_main(void *argument)
{
        struct worker_start start = *(struct worker_start *)argument;
        struct parallel *parallel = start.parallel;
        unsigned long seen = 0;

        free(argument);
        pthread_mutex_lock(&parallel->lock);
        for (;;) {
                while (!parallel->stop && parallel->generation == seen)
                        pthread_cond_wait(&parallel->work, &parallel->lock);
                if (parallel->stop)
                        break;
                seen = parallel->generation;
                pthread_mutex_unlock(&parallel->lock);
                work_through(parallel, start.worker);
                pthread_mutex_lock(&parallel->lock);
                if (--parallel->active == 0)
                        pthread_cond_signal(&parallel->done);
        }
        pthread_mutex_unlock(&parallel->lock);
        return NULL;
}

struct parallel *parallel_new(unsigned threads)
{
        struct parallel *parallel = calloc(1, sizeof(*parallel));

        if (!parallel)
                abort();
        if (threads == 0) {
                long cores = sysconf(_SC_NPROCESSORS_ONLN);

                threads = cores > 0 ? (unsigned)cores : 1;
        }
        if (threads > THREADS_MAX)
                threads = THREADS_MAX;
        pthread_mutex_init(&parallel->lock, NULL);
        pthread_cond_init(&parallel->work, NULL);
        pthread_cond_init(&parallel->done, NULL);
        parallel->threads = 1;
        for (unsigned i = 1; i < threads; i++) {
                struct worker_start *start = malloc(sizeof(*start));

                if (!start)
                        abort();
                *start = (struct worker_start){.parallel = parallel, .worker = i};
                if (pthread_create(&parallel->workers[i], NULL, worker_main, start) != 0) {
                        free(start); /* fewer threads than asked for: slower, not wrong */
                        break;
                }
                parallel->threads++;
        }
        return parallel;
}

void parallel_free(struct parallel *parallel)
{
        if (!parallel)
                return;
        pthread_mutex_lock(&parallel->lock);
        parallel->stop = true;
        pthread_cond_broadcast(&parallel->work);
        pthread_mutex_unlock(&parallel->lock);
        for (unsigned i = 1; i < parallel->threads; i++)
                pthread_join(parallel->workers[i], NULL);
        pthread_cond_destroy(&parallel->done);
        pthread_cond_destroy(&parallel->work);
        pthread_mutex_destroy(&parallel->lock);
        free(parallel);
}

unsigned parallel_threads(const struct parallel *parallel)
{
        return parallel->threads;
}

void parallel_for(struct parallel *parallel, size_t count, size_t grain,
                  void (*run)(void *context, unsigned worker, size_t from, size_t to), void *context)
{
        if (count == 0)
                return;
        if (grain == 0)
                grain = 1;
        if (parallel->threads == 1 || count < 2 * grain) {
                run(context, 0, 0, count);
                return;
        }
        pthread_mutex_lock(&parallel->lock);
        parallel->count = count;
        parallel->grain = grain;
        parallel->run = run;
        parallel->context = context;
        atomic_store(&parallel->next, 0);
        parallel->active = parallel->threads - 1;
        parallel->generation++;
        pthread_cond_broadcast(&parallel->work);
        pthread_mutex_unlock(&parallel->lock);

        work_through(parallel, 0);

        pthread_mutex_lock(&parallel->lock);
        while (parallel->active > 0)
                pthread_cond_wait(&parallel->done, &parallel->lock);
        pthread_mutex_unlock(&parallel->lock);
}
