/* Clocks for the shell, and dates as data for F. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

static int64_t clock_read_us(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
        return clock_read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_monotonic_ms(void)
{
        return clock_read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic_us(void)
{
        return clock_read_us(CLOCK_MONOTONIC);
}

void clock_sleep_ms(int64_t wait_ms)
{
        struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = (wait_ms % 1000) * 1000000};

        if (wait_ms > 0)
                nanosleep(&wait, NULL);
}

int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
        int64_t era, years;
        unsigned day_of_year, day_of_era;

        year -= month <= 2;
        era = (year >= 0 ? year : year - 399) / 400;
        years = year - era * 400;
        day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        day_of_era = (unsigned)years * 365 + (unsigned)years / 4 - (unsigned)years / 100 + day_of_year;
        return era * 146097 + (int64_t)day_of_era - 719468;
}

void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
        int64_t era;
        unsigned day_of_era, years, day_of_year, m;

        days += 719468;
        era = (days >= 0 ? days : days - 146096) / 146097;
        day_of_era = (unsigned)(days - era * 146097);
        years = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        day_of_year = day_of_era - (365 * years + years / 4 - years / 100);
        m = (5 * day_of_year + 2) / 153;
        *day = day_of_year - (153 * m + 2) / 5 + 1;
        *month = m < 10 ? m + 3 : m - 9;
        *year = (int64_t)years + era * 400 + (*month <= 2);
}

/* Reads exactly @count digits at *@at. */
static bool read_digits(struct text t, uint32_t *at, unsigned count, unsigned *value)
{
        *value = 0;
        for (unsigned i = 0; i < count; i++, (*at)++) {
                if (*at >= t.length || t.data[*at] < '0' || t.data[*at] > '9')
                        return false;
                *value = *value * 10 + (unsigned)(t.data[*at] - '0');
        }
        return true;
}

static bool read_char(struct text t, uint32_t *at, char c)
{
        if (*at >= t.length || t.data[*at] != c)
                return false;
        (*at)++;
        return true;
}

/* Reads ".123456" to milliseconds; nothing there is zero. */
static bool read_fraction(struct text t, uint32_t *at, unsigned *ms)
{
        unsigned scale = 100;

        *ms = 0;
        if (!read_char(t, at, '.') && !read_char(t, at, ','))
                return true;
        if (*at >= t.length || t.data[*at] < '0' || t.data[*at] > '9')
                return false;
        for (; *at < t.length && t.data[*at] >= '0' && t.data[*at] <= '9'; (*at)++) {
                *ms += (unsigned)(t.data[*at] - '0') * scale;
                scale /= 10;
        }
        return true;
}

/* Reads Z, +hh:mm, +hhmm, +hh or nothing. */
static bool read_zone(struct text t, uint32_t *at, int *offset_minutes)
{
        unsigned hours, minutes = 0;
        int sign;

        *offset_minutes = 0;
        if (*at == t.length || read_char(t, at, 'Z') || read_char(t, at, 'z'))
                return true;
        sign = read_char(t, at, '+') ? 1 : read_char(t, at, '-') ? -1 : 0;
        if (sign == 0 || !read_digits(t, at, 2, &hours))
                return false;
        if (*at < t.length) {
                read_char(t, at, ':');
                if (!read_digits(t, at, 2, &minutes))
                        return false;
        }
        if (hours > 18 || minutes > 59)
                return false;
        *offset_minutes = sign * (int)(hours * 60 + minutes);
        return true;
}

static bool read_date(struct text t, uint32_t *at, int64_t *days)
{
        static const unsigned char month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        unsigned year, month, day, last;

        if (!read_digits(t, at, 4, &year) || !read_char(t, at, '-') || !read_digits(t, at, 2, &month) ||
            !read_char(t, at, '-') || !read_digits(t, at, 2, &day))
                return false;
        if (month < 1 || month > 12 || day < 1)
                return false;
        last = month_days[month - 1];
        if (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
                last = 29;
        if (day > last)
                return false;
        *days = days_from_civil(year, month, day);
        return true;
}

bool time_parse_iso(struct text t, int64_t *time_ms)
{
        unsigned hour = 0, minute = 0, second = 0, ms = 0;
        int64_t days;
        int offset = 0;
        uint32_t at = 0;

        if (!read_date(t, &at, &days))
                return false;
        if (at < t.length) {
                if (!read_char(t, &at, 'T') && !read_char(t, &at, 't') && !read_char(t, &at, ' '))
                        return false;
                if (!read_digits(t, &at, 2, &hour) || !read_char(t, &at, ':') || !read_digits(t, &at, 2, &minute))
                        return false;
                if (read_char(t, &at, ':') && (!read_digits(t, &at, 2, &second) || !read_fraction(t, &at, &ms)))
                        return false;
                if (!read_zone(t, &at, &offset))
                        return false;
        }
        if (at != t.length || hour > 24 || minute > 59 || second > 60)
                return false;
        *time_ms = ((days * 24 + hour) * 60 + minute - offset) * 60000 + (int64_t)second * 1000 + ms;
        return true;
}

/* @count decimal digits of @value; gives the place behind them. */
static char *put_digits(char *out, uint64_t value, unsigned count)
{
        for (unsigned i = count; i > 0; i--) {
                out[i - 1] = (char)('0' + value % 10);
                value /= 10;
        }
        return out + count;
}

/* By hand and not by printf: every value of every golden record has a time. */
void time_format_iso(int64_t time_ms, char out[TIME_TEXT_SIZE])
{
        int64_t days, rest, year;
        unsigned month, day;

        out[0] = '\0';
        if (time_ms == TIME_UNKNOWN_MS)
                return;
        days = time_ms / 86400000;
        rest = time_ms % 86400000;
        if (rest < 0) {
                rest += 86400000;
                days--;
        }
        civil_from_days(days, &year, &month, &day);
        if (year < 0)
                *out++ = '-';
        out = put_digits(out, year < 0 ? 0 - (uint64_t)year : (uint64_t)year, year > 9999 || year < -9999 ? 9 : 4);
        *out++ = '-';
        out = put_digits(out, month, 2);
        *out++ = '-';
        out = put_digits(out, day, 2);
        *out++ = 'T';
        out = put_digits(out, (uint64_t)(rest / 3600000), 2);
        *out++ = ':';
        out = put_digits(out, (uint64_t)(rest / 60000 % 60), 2);
        *out++ = ':';
        out = put_digits(out, (uint64_t)(rest / 1000 % 60), 2);
        *out++ = '.';
        out = put_digits(out, (uint64_t)(rest % 1000), 3);
        *out++ = 'Z';
        *out = '\0';
}
