/* CSV after RFC 4180: quotes, doubled quotes, line ends in quotes, CRLF or LF.
 *
 * A quote inside a cell that does not start with one is an ordinary character, as spreadsheets read it. Cells are not
 * trimmed; an empty cell is an empty text, which is no value (mapping.c). A quote that is never closed would swallow
 * the rest of the file: the row is rejected and reading goes on at the next line.
 */
#include "decode/csv.h"

#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

size_t csv_row_length(const char *content, size_t length, char separator, bool at_end)
{
        bool quoted = false, cell_start = true, just_closed = false;

        if (length > CSV_ROW_BYTES_MAX) {
                length = CSV_ROW_BYTES_MAX;
                at_end = true;
        }
        if (!memchr(content, '"', length)) { /* the usual case */
                const char *end = memchr(content, '\n', length);

                return end ? (size_t)(end - content) + 1 : (at_end ? length : 0);
        }
        for (size_t i = 0; i < length; i++) {
                char c = content[i];

                if (quoted) {
                        just_closed = c == '"'; /* a doubled quote opens again at once */
                        quoted = !just_closed;
                        cell_start = false;
                        continue;
                }
                if (c == '"' && (cell_start || just_closed))
                        quoted = true;
                else if (c == '\n')
                        return i + 1;
                cell_start = c == separator;
                just_closed = false;
        }
        return at_end ? length : 0;
}

static struct text without_line_end(struct text line)
{
        if (line.length > 0 && line.data[line.length - 1] == '\n')
                line.length--;
        if (line.length > 0 && line.data[line.length - 1] == '\r')
                line.length--;
        return line;
}

/* The quoted cell behind the opening quote at @at; moves @at behind the closing one. */
static int read_quoted(struct text line, uint32_t *at, struct arena *arena, struct text *cell, struct error *error)
{
        uint32_t from = *at + 1, i = from, length = 0;
        bool doubled = false;
        char *out;

        for (;; i++) {
                if (i >= line.length)
                        return error_set(error, ERR_REJECT, "a quote is not closed");
                if (line.data[i] != '"')
                        continue;
                if (i + 1 >= line.length || line.data[i + 1] != '"')
                        break;
                doubled = true;
                i++;
        }
        *at = i + 1;
        *cell = text_slice(line, from, i - from);
        if (!doubled)
                return 0;
        out = arena_alloc(arena, cell->length);
        for (uint32_t k = 0; k < cell->length; k++) {
                out[length++] = cell->data[k];
                if (cell->data[k] == '"')
                        k++;
        }
        *cell = (struct text){.data = out, .length = length};
        return 0;
}

static int read_cell(struct text line, uint32_t *at, char separator, struct arena *arena, struct text *cell,
                     struct error *error)
{
        int64_t end;

        if (*at < line.length && line.data[*at] == '"') {
                if (read_quoted(line, at, arena, cell, error) < 0)
                        return ERR_REJECT;
                if (*at < line.length && line.data[*at] != separator)
                        return error_set(error, ERR_REJECT, "column %u: text behind the closing quote", *at + 1);
                return 0;
        }
        end = text_find_byte(line, separator, *at);
        if (end < 0)
                end = line.length;
        *cell = text_slice(line, *at, (uint32_t)end - *at);
        *at = (uint32_t)end;
        return 0;
}

int csv_split(struct text line, char separator, struct arena *arena, struct csv_row *row, struct error *error)
{
        size_t capacity = 0, count = 0;
        uint32_t at = 0;

        *row = (struct csv_row){.cells = NULL};
        line = without_line_end(line);
        if (!text_is_utf8(line))
                return error_set(error, ERR_REJECT, "the row is not UTF-8");
        if (line.length > 0 && memchr(line.data, 0, line.length))
                return error_set(error, ERR_REJECT, "the row holds a NUL character");
        for (;;) {
                struct text cell;

                if (count == CSV_COLUMNS_MAX)
                        return error_set(error, ERR_REJECT, "more than %d columns", CSV_COLUMNS_MAX);
                if (read_cell(line, &at, separator, arena, &cell, error) < 0)
                        return ERR_REJECT;
                *ARENA_PUSH(arena, row->cells, count, capacity) = cell;
                if (at >= line.length)
                        break;
                at++;
        }
        row->count = (uint32_t)count;
        return 0;
}

int csv_object(const struct csv_row *header, const struct csv_row *row, struct arena *arena,
               const struct json_node **object, struct error *error)
{
        struct json_node *nodes;

        if (row->count != header->count)
                return error_set(error, ERR_REJECT, "%u columns, the header has %u", row->count, header->count);
        nodes = arena_calloc(arena, row->count + 1, sizeof(*nodes));
        nodes[0].kind = JSON_OBJECT;
        nodes[0].count = row->count;
        nodes[0].child = row->count > 0 ? &nodes[1] : NULL;
        for (uint32_t i = 0; i < row->count; i++) {
                struct json_node *node = &nodes[i + 1];

                node->kind = JSON_STRING;
                node->name = header->cells[i];
                node->text = row->cells[i];
                node->next = i + 1 < row->count ? node + 1 : NULL;
        }
        *object = nodes;
        return 0;
}

char csv_guess_separator(struct text line)
{
        static const char separators[] = ",;\t|";
        uint32_t best_count = 0;
        char best = ',';

        for (const char *c = separators; *c; c++) {
                uint32_t count = 0;

                for (uint32_t i = 0; i < line.length; i++)
                        count += line.data[i] == *c;
                if (count > best_count) {
                        best_count = count;
                        best = *c;
                }
        }
        return best;
}

/* --- a whole file in memory */

struct csv_reader {
        struct arena arena; /* the header */
        struct csv_row header;
        struct text content;
        uint32_t at;
        int64_t line;
        char separator;
};

static struct text take_row(struct csv_reader *reader)
{
        const char *from = reader->content.data + reader->at;
        size_t length = csv_row_length(from, reader->content.length - reader->at, reader->separator, true);
        struct text row = {.data = from, .length = (uint32_t)length};

        reader->at += row.length;
        return row;
}

static int64_t count_lines(struct text row)
{
        int64_t lines = 0;

        for (uint32_t i = 0; i < row.length; i++)
                lines += row.data[i] == '\n';
        return lines;
}

struct csv_reader *csv_open(struct text content, char separator, struct error *error)
{
        struct csv_reader *reader = calloc(1, sizeof(*reader));

        if (!reader)
                abort();
        if (text_starts_with(content, TEXT("\xef\xbb\xbf")))
                content = text_slice(content, 3, content.length);
        reader->content = content;
        reader->separator = separator;
        reader->line = 1;
        if (content.length > 0) {
                struct text row = take_row(reader);

                reader->line += count_lines(row);
                if (csv_split(row, separator, &reader->arena, &reader->header, error) == 0)
                        return reader;
                error_prefix(error, ERR_REJECT, "CSV header");
        } else {
                error_set(error, ERR_REJECT, "CSV: no header");
        }
        csv_close(reader);
        return NULL;
}

void csv_close(struct csv_reader *reader)
{
        if (!reader)
                return;
        arena_free(&reader->arena);
        free(reader);
}

int csv_next(struct csv_reader *reader, struct arena *arena, const struct json_node **row, int64_t *line,
             struct error *error)
{
        struct csv_row cells;

        while (reader->at < reader->content.length) {
                uint32_t start = reader->at;
                struct text text = take_row(reader);

                *line = reader->line;
                if (without_line_end(text).length == 0) {
                        reader->line++;
                        continue;
                }
                if (csv_split(text, reader->separator, arena, &cells, error) < 0) {
                        int64_t end = text_find_byte(reader->content, '\n', start);

                        reader->at = end < 0 ? reader->content.length : (uint32_t)end + 1;
                        reader->line++;
                        return error_prefix(error, ERR_REJECT, "row at line %lld", (long long)*line);
                }
                reader->line += count_lines(text);
                if (csv_object(&reader->header, &cells, arena, row, error) < 0)
                        return error_prefix(error, ERR_REJECT, "row at line %lld", (long long)*line);
                return 1;
        }
        return 0;
}
