/* inputs.h: the options of every command that reads events or rows from files (docs/replay.md): --input, --source,
 * --dialect and --type.
 *
 * A command names `inputs_argp` as a child parser and hands it a struct inputs (argp's child_inputs) in ARGP_KEY_INIT.
 * Plain arguments stay with the command, which may pass them to inputs_add_file().
 */
#pragma once

#include "config/config.h"
#include "replay/replay.h"

#include <argp.h>

#define INPUTS_FILES_MAX 1024

struct inputs {
        struct text source;
        enum record_type type; /* TYPE_COUNT: not said */
        enum dialect dialect;
        bool has_dialect;
        const char *files[INPUTS_FILES_MAX];
        uint32_t file_count;
};

extern const struct argp inputs_argp;

/* Nothing said yet. */
void inputs_init(struct inputs *inputs);

/* Ends the program with a usage message where there are too many. */
void inputs_add_file(const struct argp_state *state, struct inputs *inputs, const char *path);

/* True if one of the files is standard input, which can be read once only. */
bool inputs_use_stdin(const struct inputs *inputs);

/* What --dialect means where no configuration says more. */
void inputs_apply(const struct inputs *inputs, struct config *config);

/* Replays the files into a state that goes at the end, with progress on a terminal, and lets @look see it. */
int inputs_replay(const struct inputs *inputs, const struct config *config, const struct model *model,
                  int (*look)(void *context, struct store *store, struct error *error), void *context,
                  struct error *error);

/* The options of a replay over the files, to be completed by the caller. Borrows from @inputs and @config. */
struct replay_options inputs_replay_options(const struct inputs *inputs, const struct config *config);
