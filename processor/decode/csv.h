/* csv.h: rows of separated values. Internal to decode/. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"

#define CSV_COLUMNS_MAX 4096
#define CSV_ROW_BYTES_MAX (8U << 20)

struct csv_row {
        struct text *cells;
        uint32_t count;
};

/* Length of the first row of @content with its line end, or 0 where @content ends inside of it and @at_end is false. */
size_t csv_row_length(const char *content, size_t length, char separator, bool at_end);

/* Takes one row apart; cells live in @arena or in @line. ERR_REJECT for a quote that is not closed, text behind a
 * closing quote, invalid UTF-8 and too many columns. */
int csv_split(struct text line, char separator, struct arena *arena, struct csv_row *row, struct error *error);

/* A row as a flat JSON object under the names of @header. A row that is too short or too long is rejected. */
int csv_object(const struct csv_row *header, const struct csv_row *row, struct arena *arena,
               const struct json_node **object, struct error *error);

/* The separator that the header @line uses most: ',', ';', tab or '|'. */
char csv_guess_separator(struct text line);
