/* Lines for people.
 *
 * Every line is made whole, cut at the terminal's width and written at once. On a terminal the last line may be one of
 * progress, which the next one overwrites; in a log there is none. Colour only where the caller says so (a terminal and
 * no NO_COLOR, https://no-color.org).
 */
#include "demo/screen.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>

#define WORD_COLUMNS 13

static const char *const style_codes[] = {
        [STYLE_PLAIN] = "",        [STYLE_STRONG] = "\033[1m", [STYLE_FAINT] = "\033[2m",
        [STYLE_GOOD] = "\033[32m", [STYLE_NOTE] = "\033[33m",  [STYLE_ALARM] = "\033[31m",
};

uint32_t screen_columns(struct text t)
{
        uint32_t columns = 0;

        for (uint32_t i = 0; i < t.length; i++)
                columns += ((unsigned char)t.data[i] & 0xc0) != 0x80;
        return columns;
}

void screen_cut(struct buffer *out, struct text t, int64_t columns)
{
        uint32_t end = 0;

        if (screen_columns(t) <= columns) {
                buffer_text(out, t);
                return;
        }
        while (end < t.length && columns > 1) {
                end++;
                while (end < t.length && ((unsigned char)t.data[end] & 0xc0) == 0x80)
                        end++;
                columns--;
        }
        buffer_text(out, text_slice(t, 0, end));
        buffer_string(out, "…");
}

static void start_style(struct screen *screen, enum screen_style style)
{
        if (screen->colour)
                buffer_string(&screen->line, style_codes[style]);
}

static void end_style(struct screen *screen, enum screen_style style)
{
        if (screen->colour && style != STYLE_PLAIN)
                buffer_string(&screen->line, "\033[0m");
}

static void begin(struct screen *screen)
{
        buffer_clear(&screen->line);
        if (screen->has_status)
                buffer_string(&screen->line, "\r\033[K");
        screen->has_status = false;
}

static void finish(struct screen *screen)
{
        buffer_byte(&screen->line, '\n');
        fwrite(screen->line.data, 1, screen->line.length, stdout);
        fflush(stdout);
}

void screen_line(struct screen *screen, enum screen_style style, const char *format, ...)
{
        char text[1024];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        begin(screen);
        start_style(screen, style);
        screen_cut(&screen->line, text_from(text), screen->width);
        end_style(screen, style);
        finish(screen);
}

/* How much of @t fits into @columns without breaking a word; all of the first word if that alone is longer. */
static uint32_t fitting(struct text t, uint32_t columns)
{
        uint32_t fits = 0, end = 0;

        while (end < t.length) {
                int64_t blank = text_find_byte(t, ' ', end + 1);
                uint32_t next = blank < 0 ? t.length : (uint32_t)blank;

                if (fits > 0 && screen_columns(text_slice(t, 0, next)) > columns)
                        break;
                fits = end = next;
        }
        return fits;
}

void screen_wrapped(struct screen *screen, enum screen_style style, uint32_t indent, struct text text)
{
        uint32_t margin = 0;

        while (text.length > 0) {
                uint32_t fits = fitting(text, (uint32_t)screen->width - margin);

                screen_line(screen, style, "%*s%.*s", (int)margin, "", TEXT_ARG(text_slice(text, 0, fits)));
                text = text_trim(text_slice(text, fits, text.length));
                margin = indent;
        }
}

void screen_event(struct screen *screen, int64_t time_ms, enum screen_style style, const char *word, struct text rest)
{
        char day[SCREEN_DAY_SIZE];

        screen_day(time_ms, false, day);
        begin(screen);
        start_style(screen, STYLE_FAINT);
        buffer_printf(&screen->line, "  %6s  ", day);
        end_style(screen, STYLE_FAINT);
        start_style(screen, style);
        buffer_printf(&screen->line, "%-*s", WORD_COLUMNS, word);
        end_style(screen, style);
        screen_cut(&screen->line, rest, screen->width - 10 - WORD_COLUMNS);
        finish(screen);
}

void screen_status(struct screen *screen, const char *text)
{
        if (!screen->terminal)
                return;
        begin(screen);
        if (text) {
                start_style(screen, STYLE_FAINT);
                screen_cut(&screen->line, text_from(text), screen->width - 1);
                end_style(screen, STYLE_FAINT);
                screen->has_status = true;
        }
        fwrite(screen->line.data, 1, screen->line.length, stdout);
        fflush(stdout);
}

void screen_day(int64_t time_ms, bool year, char out[SCREEN_DAY_SIZE])
{
        static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        unsigned month, day;
        int64_t y;

        if (time_ms == TIME_UNKNOWN_MS || time_ms < 0) {
                out[0] = '\0';
                return;
        }
        civil_from_days(time_ms / 86400000, &y, &month, &day);
        if (year)
                snprintf(out, SCREEN_DAY_SIZE, "%u %s %04u", day % 100, months[(month - 1) % 12], (unsigned)y % 10000);
        else
                snprintf(out, SCREEN_DAY_SIZE, "%u %s", day % 100, months[(month - 1) % 12]);
}
