/* prefetch.h: a thread that turns input files into batches of changes. */
#pragma once

#include "decode/input.h"
#include "replay/replay.h"

struct rejection {
        const char *file;
        int64_t line;
        struct text reason;
        struct text raw;
};

/* One batch; everything in it lives in its arena, until prefetch_release(). */
struct read_batch {
        struct arena arena;
        struct changes changes;
        struct rejection *rejections;
        size_t rejection_count, rejection_capacity;
        uint64_t lines;
        uint64_t ignored;
        uint64_t bytes; /* of the current file, read so far */
        uint64_t total; /* of all files; 0 unknown */
};

struct prefetch;

int prefetch_start(const struct replay_options *options, struct prefetch **prefetch, struct error *error);

/* The next batch (1), the end (0), or the reader's failure. */
int prefetch_next(struct prefetch *prefetch, struct read_batch **batch, struct error *error);
void prefetch_release(struct prefetch *prefetch, struct read_batch *batch);

/* Ends the thread, also before the end of the input. */
void prefetch_stop(struct prefetch *prefetch);
