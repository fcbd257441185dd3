/* training.h: a model estimated from the files that a command reads. */
#pragma once

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
