/* load.h: what most commands need before they start: the configuration and the model. */
#pragma once

#include "config/config.h"
#include "model/model.h"
#include "state/store.h"

/* Exit codes that all commands share (docs/operations.md). */
enum {
        EXIT_CLEAN = 0,
        EXIT_USAGE = 2,  /* command, configuration or input: change it */
        EXIT_FAILED = 3, /* a person must look */
};

/* Reads @path (NULL: the built-in configuration). Problems are printed to standard error, each with its remedy. False
 * when the configuration cannot be used; @config must be freed all the same. */
bool load_config(const char *command, const char *path, struct config *config);

/* The model that @config or @path (may be NULL) names, with the configuration's populations, and the epoch of both.
 * False after printing why not. */
bool load_model(const char *command, const char *path, struct config *config, struct model **model);

/* Gives @model the populations that @config pins, and the configuration its epoch. */
void use_model(struct config *config, struct model *model);

/* Opens the state in @path (NULL: the configuration's directory) for reading, beside a service that may write it. */
int open_state(const char *path, const struct config *config, struct store **store, struct error *error);
