/* The list of mistakes, and the guess at what was meant.
 *
 * Texts are copied into the list's own arena: the list outlives the configuration and the file. Remedies name the
 * nearest known word, measured by the optimal string alignment distance (Damerau 1964; one edit is an insertion, a
 * deletion, a substitution or a swap of neighbours), which is what typing mistakes are made of.
 */
#include "config/problem.h"

#include "base/buffer.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64

void config_problems_free(struct config_problems *problems)
{
        arena_free(&problems->arena);
        *problems = (struct config_problems){0};
}

static struct text format_text(struct arena *arena, const char *format, va_list arguments)
{
        char *data = NULL;
        int length = vasprintf(&data, format, arguments);
        if (length < 0)
                return TEXT("(no memory for this message)");
        /* Names come from the file; a terminal must not obey them. */
        for (int i = 0; i < length; i++) {
                if ((unsigned char)data[i] < 0x20 || data[i] == 0x7f)
                        data[i] = '?';
        }
        struct text t = arena_text(arena, (struct text){.data = data, .length = (uint32_t)length});
        free(data);
        return t;
}

static void add(struct problem_sink *sink, bool warning, int32_t line, int32_t column, const char *remedy,
                const char *format, va_list arguments)
{
        struct config_problems *problems = sink->problems;
        if (!warning)
                sink->errors++;
        if (problems->count >= PROBLEMS_MAX) {
                sink->dropped++;
                return;
        }
        struct config_problem *problem =
                ARENA_PUSH(&problems->arena, problems->items, problems->count, problems->capacity);
        *problem = (struct config_problem){
                .file = arena_text(&problems->arena, sink->file),
                .line = line > 0 ? line : 1,
                .column = column > 0 ? column : 1,
                .warning = warning,
                .message = format_text(&problems->arena, format, arguments),
                .remedy = arena_text(&problems->arena, text_from(remedy)),
        };
}

void problem_error(struct problem_sink *sink, const struct node *node, const char *remedy, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        add(sink, false, node ? node->line : 1, node ? node->column : 1, remedy, format, arguments);
        va_end(arguments);
}

void problem_warning(struct problem_sink *sink, const struct node *node, const char *remedy, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        add(sink, true, node ? node->line : 1, node ? node->column : 1, remedy, format, arguments);
        va_end(arguments);
}

void problem_error_at(struct problem_sink *sink, int32_t line, int32_t column, const char *remedy, const char *format,
                      ...)
{
        va_list arguments;
        va_start(arguments, format);
        add(sink, false, line, column, remedy, format, arguments);
        va_end(arguments);
}

void problem_remedy(struct problem_sink *sink, const char *format, ...)
{
        struct config_problems *problems = sink->problems;
        if (problems->count == 0 || sink->dropped > 0)
                return;
        va_list arguments;
        va_start(arguments, format);
        problems->items[problems->count - 1].remedy = format_text(&problems->arena, format, arguments);
        va_end(arguments);
}

void problem_sort(struct config_problems *problems)
{
        /* Insertion: stable, and reading finds most problems in the order of lines already. */
        for (size_t i = 1; i < problems->count; i++) {
                struct config_problem moved = problems->items[i];
                size_t to = i;
                while (to > 0) {
                        const struct config_problem *before = &problems->items[to - 1];
                        if (before->line < moved.line || (before->line == moved.line && before->column <= moved.column))
                                break;
                        problems->items[to] = *before;
                        to--;
                }
                problems->items[to] = moved;
        }
}

/* Letters and digits of @t in lower case, at most WORD_MAX of them; returns how many, or WORD_MAX + 1 for more. */
static uint32_t fold_word(struct text t, char out[WORD_MAX])
{
        uint32_t length = 0;
        for (uint32_t i = 0; i < t.length; i++) {
                char c = t.data[i];
                if (c == '-' || c == '_' || c == ' ')
                        continue;
                if (length == WORD_MAX)
                        return WORD_MAX + 1;
                out[length++] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        }
        return length;
}

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
        uint32_t least = a < b ? a : b;
        return least < c ? least : c;
}

uint32_t nearest_distance(struct text a, struct text b)
{
        char x[WORD_MAX];
        char y[WORD_MAX];
        uint32_t n = fold_word(a, x);
        uint32_t m = fold_word(b, y);
        if (n > WORD_MAX || m > WORD_MAX)
                return UINT32_MAX;

        uint32_t row[3][WORD_MAX + 1]; /* the row in work and the two above it */
        for (uint32_t j = 0; j <= m; j++)
                row[0][j] = j;
        for (uint32_t i = 1; i <= n; i++) {
                uint32_t *now = row[i % 3];
                const uint32_t *above = row[(i + 2) % 3];
                const uint32_t *second = row[(i + 1) % 3];
                now[0] = i;
                for (uint32_t j = 1; j <= m; j++) {
                        uint32_t cost = x[i - 1] == y[j - 1] ? 0 : 1;
                        now[j] = min3(above[j] + 1, now[j - 1] + 1, above[j - 1] + cost);
                        bool swapped = i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1];
                        if (swapped && second[j - 2] + 1 < now[j])
                                now[j] = second[j - 2] + 1;
                }
        }
        return row[n % 3][m];
}

void nearest_init(struct nearest *nearest, struct text wanted)
{
        *nearest = (struct nearest){.wanted = wanted, .distance = UINT32_MAX};
}

void nearest_offer(struct nearest *nearest, struct text known)
{
        uint32_t distance = nearest_distance(nearest->wanted, known);
        if (distance < nearest->distance) {
                nearest->distance = distance;
                nearest->best = known;
        }
}

bool nearest_found(const struct nearest *nearest)
{
        if (nearest->distance == UINT32_MAX)
                return false;
        uint32_t length = nearest->wanted.length > nearest->best.length ? nearest->wanted.length : nearest->best.length;
        return nearest->distance <= (length + 2) / 3 && nearest->distance < length;
}

/* --- for people and programs */

void config_problem_write(const struct config_problem *problem, bool colour, struct buffer *out)
{
        const char *bold = colour ? "\033[1m" : "";
        const char *tint = !colour ? "" : problem->warning ? "\033[1;33m" : "\033[1;31m";
        const char *plain = colour ? "\033[0m" : "";
        buffer_printf(out, "%s%.*s:%d:%d:%s %s%s:%s %.*s\n", bold, TEXT_ARG(problem->file), problem->line,
                      problem->column, plain, tint, problem->warning ? "warning" : "error", plain,
                      TEXT_ARG(problem->message));
        if (problem->remedy.length > 0)
                buffer_printf(out, "    %.*s\n", TEXT_ARG(problem->remedy));
}

void config_problem_write_json(const struct config_problem *problem, struct buffer *out)
{
        struct json_writer writer;
        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_name(&writer, "file");
        json_write_text(&writer, problem->file);
        json_write_name(&writer, "line");
        json_write_i64(&writer, problem->line);
        json_write_name(&writer, "column");
        json_write_i64(&writer, problem->column);
        json_write_name(&writer, "severity");
        json_write_string(&writer, problem->warning ? "warning" : "error");
        json_write_name(&writer, "message");
        json_write_text(&writer, problem->message);
        json_write_name(&writer, "remedy");
        json_write_text(&writer, problem->remedy);
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}
