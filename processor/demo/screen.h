/* screen.h: lines for people, on a terminal or in a log. Internal to demo. */
#pragma once

#include "base/buffer.h"
#include "base/text.h"

#include <stdint.h>

enum screen_style {
        STYLE_PLAIN,
        STYLE_STRONG,
        STYLE_FAINT,
        STYLE_GOOD,
        STYLE_NOTE,
        STYLE_ALARM,
};

struct screen {
        bool terminal;
        bool colour;
        int width;          /* columns; longer lines are cut */
        bool has_status;    /* a line of progress stands below */
        struct buffer line; /* scratch */
};

/* A line of its own in one style. */
void screen_line(struct screen *screen, enum screen_style style, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* A long line, broken at blanks; further lines begin with @indent blanks. */
void screen_wrapped(struct screen *screen, enum screen_style style, uint32_t indent, struct text text);

/* What happened: the day, a word in @style, and the rest. */
void screen_event(struct screen *screen, int64_t time_ms, enum screen_style style, const char *word, struct text rest);

/* The line of progress, on a terminal only; the next line takes its place. NULL removes it. */
void screen_status(struct screen *screen, const char *text);

/* Columns of UTF-8 text whose characters are one column wide each, as those of the sample are. */
uint32_t screen_columns(struct text t);

/* Appends @t, cut to @columns with an ellipsis where something was cut. */
void screen_cut(struct buffer *out, struct text t, int64_t columns);

/* "14 Feb" or "14 Feb 2025" and a NUL. */
#define SCREEN_DAY_SIZE 16
void screen_day(int64_t time_ms, bool year, char out[SCREEN_DAY_SIZE]);
