/* runner.h: a history through the engine, the way the service would take it: in batches, with restarts, and by
 * restoring the topic `records`. */
#pragma once

#include "history.h"
#include "outputs.h"

#define MESSAGE_MAX 16384

struct emission {
        enum output_topic topic;
        struct text name; /* of the topic, behind the prefix */
        struct text key;
        struct text value; /* empty: a tombstone */
        size_t event;      /* events applied before its batch */
};

/* Everything that was emitted and stands: what a crash took back is not there. */
struct emissions {
        struct arena arena;
        struct emission *items;
        size_t count, capacity;
        size_t batch_event; /* of the batch that emits */
};

void emissions_free(struct emissions *log);

struct runner {
        const struct config *config;
        const struct model *model;
        char directory[256]; /* of the state; emptied by runner_start() */
        struct store *store;
        struct engine *engine;
        struct error error;
};

/* How a history is cut into batches and where it is interrupted. */
struct plan {
        uint32_t batch_max;     /* batches have 1 to so many events */
        uint32_t checkpoint_pc; /* per cent of batches that a checkpoint follows */
        uint32_t restart_pc;    /* per cent of batches that a restart follows, with or without a checkpoint */
};

int runner_start(struct runner *runner); /* with an empty state */
void runner_stop(struct runner *runner);

/* Applies @history as @plan says. After a restart without a checkpoint everything since the last one is applied anew,
 * in other batches. */
int runner_apply(struct runner *runner, struct dice *dice, const struct plan *plan, const struct changes *history,
                 struct emissions *log);

/* Restores @log from emission @from on, each message of `records` in order, with flushes in between. */
int runner_restore_log(struct runner *runner, struct dice *dice, const struct emissions *log, size_t from);

/* Restores the compacted topic: the last value of each key, in any order. */
int runner_restore_compacted(struct runner *runner, struct dice *dice, const struct output_set *outputs);

/* All current outputs of the engine. */
int runner_dump(struct runner *runner, struct output_set *outputs);

/* Which entity each record is in, as oracle.h writes it. */
int runner_members(struct runner *runner, struct output_set *members);
