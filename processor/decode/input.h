/* input.h: files of change events, one message at a time.
 *
 * For `replay` and `decode`. A file holds either envelopes ({"source":…,"key":…,"value":…}, docs/replay.md) or, when
 * the caller names a source, that source's payloads, one a line; a name ending in .csv or .tsv holds a header and rows.
 * "-" is standard input.
 *
 * Reading is buffered and copies each line into the caller's arena, so that a reader thread can hand whole batches over
 * and a file that shrinks while it is read is a read error and not a crash. One input belongs to one thread;
 * input_bytes_read() may be asked from another.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "decode/decode.h"

struct input;

struct input_options {
        const char *path;            /* "-": standard input */
        struct text source;          /* lines are payloads of this source; empty: envelopes */
        enum record_type type;       /* type of such lines; TYPE_COUNT where unknown */
        struct text entity;          /* entity of such lines; empty where unknown */
        const struct config *config; /* tells which columns of a CSV file are its key; NULL: well-known names only */
};

struct input_item {
        struct envelope envelope; /* message, source, hints; message.offset is the line number from 1 */
        int64_t line;             /* where the line or row starts, from 1; set for rejected lines as well */
        struct text raw;          /* the bytes of the line or row, for dead letters; in the arena */
};

/* ERR_USAGE with the reason when the file cannot be read. Texts in @options must outlive the input. */
int input_open(const struct input_options *options, struct input **input, struct error *error);
void input_close(struct input *input); /* NULL is allowed */

/* The next message; all its slices live in @arena (or in the options).
 * 1: an item. 0: the end. ERR_REJECT: a bad line, which has been skipped: @item's line and raw are set, @error says
 * why. ERR_FATAL: reading failed. Empty lines are skipped. */
int input_next(struct input *input, struct arena *arena, struct input_item *item, struct error *error);

/* For progress. The total is 0 where it is not known (pipes). */
uint64_t input_bytes_read(const struct input *input);
uint64_t input_bytes_total(const struct input *input);
