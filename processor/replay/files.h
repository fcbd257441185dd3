/* files.h: outputs as files, one a topic. */
#pragma once

#include "base/buffer.h"
#include "replay/prefetch.h"

struct output_files;

/* Makes @dir where it is missing and opens what is written during the run. */
int output_files_open(const char *dir, struct output_files **files, struct error *error);
void output_files_close(struct output_files *files);

/* An engine_emit: a line of the output's topic; context is the struct output_files. Sorted or in order of emission is
 * decided when finishing. */
int output_files_emit(void *context, const struct output *output);

/* A line of deadletter.ndjson. */
int output_files_reject(struct output_files *files, const struct rejection *rejection, struct error *error);

/* An engine_member: a row of clusters.csv. */
int output_files_member(void *context, struct record_key key, enum record_type type, struct text entity_id);

/* Writes the final files; with @sorted each topic's lines are in order of their keys. Their names, sorted and separated
 * by ", ", go to @names, but for deadletter.ndjson, whose lines the caller counts. */
int output_files_finish(struct output_files *files, bool sorted, struct buffer *names, struct error *error);
