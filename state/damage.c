/* A damaged state file ends the process with a sentence, not with a crash.
 *
 * LMDB checks no page: a bit that turned over in its file can make it fail an assertion (and abort), follow a page
 * number beyond the end of the file (SIGBUS) or move bytes outside of a page (SIGSEGV). Nothing can be saved then, and
 * nothing need be: the state is a copy of what Kafka has. But whoever runs the service must learn what to do. Only
 * faults that come from the file are taken: those inside a call of LMDB, and every SIGBUS, which nothing but a mapped
 * file gives. All others go to who had the signal before.
 */
#include "state/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_DAMAGED 3 /* a person must look: docs/operations.md */

_Thread_local volatile sig_atomic_t damage_inside;

/* Made before it is needed: a signal handler may not format. */
static char sentence[4400];
static struct sigaction before_bus, before_segv;

static _Noreturn void say_and_end(void)
{
        if (write(STDERR_FILENO, sentence, strlen(sentence)) < 0)
                _exit(EXIT_DAMAGED);
        _exit(EXIT_DAMAGED);
}

static void end_by_assertion(MDB_env *env, const char *assertion)
{
        (void)env;
        (void)assertion;
        say_and_end();
}

/* Returning repeats the fault, under the handler that was there before. */
static void end_by_signal(int number, siginfo_t *info, void *context)
{
        (void)info;
        (void)context;
        if (number == SIGBUS || damage_inside)
                say_and_end();
        sigaction(number, number == SIGBUS ? &before_bus : &before_segv, NULL);
}

static void install(void)
{
        struct sigaction action = {.sa_sigaction = end_by_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

        sigemptyset(&action.sa_mask);
        sigaction(SIGBUS, &action, &before_bus);
        sigaction(SIGSEGV, &action, &before_segv);
}

void damage_watch(const struct store *store)
{
        static pthread_once_t once = PTHREAD_ONCE_INIT;

        snprintf(sentence, sizeof(sentence),
                 "state %s is damaged, or its disk fails; move the directory away, a new one is filled from the topic "
                 "of "
                 "records\n",
                 store->path);
        pthread_once(&once, install);
        mdb_env_set_assert(store->env, end_by_assertion);
}
