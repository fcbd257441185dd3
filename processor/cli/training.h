/* training.h: a model estimated from the files that a command reads. */
#pragma once

#include "cli/inputs.h"
#include "config/config.h"
#include "model/model.h"
#include "replay/replay.h"
#include "train/train.h"

#include <stdbool.h>

/* Gathers the records of @inputs and estimates a model from them, beginning at the model file @start (NULL: the
 * configuration's, or the built-in one). Populations that @config leaves open become the numbers of records, and the
 * epoch is that of the result. @report may be NULL. False: the reason has been printed. */
bool train_on_inputs(const char *command, const char *start, const struct replay_options *inputs, struct config *config,
                     struct model **model, struct train_report *report);

/* The model of a command that replays files: estimated from them (@train), or the one that @path, the configuration or
 * nobody names. Without a configuration file (@config_path NULL) populations become the numbers of lines. False: the
 * reason has been printed. */
bool model_for_inputs(const char *command, const char *config_path, const char *path, bool train,
                      const struct inputs *inputs, struct config *config, struct model **model);
