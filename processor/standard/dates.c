/* Calendar dates as people and systems write them.
 *
 * The text is cut into groups of digits and month names; how many there are, how long they are and what stands between
 * them decides the order:
 *   1961-03-13, 1961/3/13, 19610313, 1961-03-13T00:00:00Z    year, month, day (ISO 8601)
 *   13.03.1961                                               day, month, year
 *   13/3/1961, 3-13-61                                       by the part above 12; else as the country writes it, and
 * the feature says that day and month may be swapped 15-Mar-92, March 15, 1992, 1er mars 1992                 a month
 * name settles it 1961-03, 03/1961, mars 1961, 1961                        partial Month first is the custom of the
 * United States and its neighbours in date habit (CLDR dateFormats); everywhere else, and where the country is not
 * known, the day comes first.
 *
 * A year of two digits is 1930 to 2029, the window of spreadsheets; it is fixed, because nothing here may know what
 * year it is. A date that no calendar has is invalid; first days of an epoch are what systems write for "none".
 */
#include "standard/parts.h"

#include <string.h>

#define CENTURY_PIVOT 30 /* 30..99 are of the 20th century, 00..29 of the 21st */
#define YEAR_MIN 1000
#define YEAR_MAX 2199
#define GROUPS_MAX 4
#define DATE_LENGTH_MAX 64

struct group {
        uint32_t value;
        uint32_t digits; /* 0: a month name */
        char before;     /* what separates it from the group before: '/', '.', '-', ' ' */
};

struct date {
        uint32_t year;
        uint32_t month; /* 0 unknown */
        uint32_t day;   /* 0 unknown */
        bool swappable;
};

/* The groups of @t, up to a time of day. False when something is there that no date has. */
static bool read_groups(struct work *work, struct text t, struct group *groups, uint32_t *count)
{
        uint32_t i = 0;
        char before = ' ';

        *count = 0;
        while (i < t.length) {
                uint32_t start = i;
                struct text word, month;

                if (!ascii_is_word(t.data[i])) {
                        if (t.data[i] != ' ' && t.data[i] != ',')
                                before = t.data[i];
                        if (t.data[i] == ':' && *count > 0) /* 13/3/1961 10:30: the group before was an hour */
                                return --*count > 0;
                        i++;
                        continue;
                }
                while (i < t.length &&
                       (ascii_is_digit(t.data[start]) ? ascii_is_digit(t.data[i]) : ascii_is_lower(t.data[i])))
                        i++;
                word = text_slice(t, start, i - start);
                if (ascii_is_digit(word.data[0])) {
                        int64_t value;

                        if (*count == GROUPS_MAX || word.length > 8 || !text_to_i64(word, &value))
                                return false;
                        groups[(*count)++] =
                                (struct group){.value = (uint32_t)value, .digits = word.length, .before = before};
                } else if (lexicon_find(work->standard->lexicon, LEXICON_MONTH, word, &month)) {
                        int64_t value = 0;

                        if (*count == GROUPS_MAX)
                                return false;
                        text_to_i64(month, &value);
                        groups[(*count)++] = (struct group){.value = (uint32_t)value, .before = before};
                } else if (*count >= 3 && text_equal(word, TEXT("t"))) {
                        return true; /* 1961-03-13T... */
                } else if (*count == 0 || !(text_equal(word, TEXT("er")) || text_equal(word, TEXT("st")) ||
                                            text_equal(word, TEXT("nd")) || text_equal(word, TEXT("rd")) ||
                                            text_equal(word, TEXT("th")) || text_equal(word, TEXT("de")) ||
                                            text_equal(word, TEXT("of")) || text_equal(word, TEXT("del")))) {
                        return false;
                }
                before = ' ';
        }
        return *count > 0;
}

static uint32_t full_year(const struct group *group)
{
        if (group->digits > 2)
                return group->value;
        return group->value >= CENTURY_PIVOT ? 1900 + group->value : 2000 + group->value;
}

static bool writes_month_first(const char *country)
{
        static const char *const countries[] = {"US", "PR", "PH", "GU", "FM", "MH", "PW", "VI"};

        for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
                if (strcmp(country, countries[i]) == 0)
                        return true;
        return false;
}

/* Three groups of digits. */
static bool order_numeric(const struct work *work, const struct group *g, struct date *date)
{
        bool month_first;

        if (g[0].digits >= 3) {
                *date = (struct date){.year = g[0].value, .month = g[1].value, .day = g[2].value};
                return g[0].digits == 4 && g[1].digits <= 2 && g[2].digits <= 2;
        }
        if (g[0].digits > 2 || g[1].digits > 2 || g[2].digits == 3 || g[2].digits > 4)
                return false;
        date->year = full_year(&g[2]);
        /* with dots the day is first, unless it cannot be: 03.25.1961 is a slip */
        if (g[1].before != '.' && g[0].value <= 12 && g[1].value <= 12)
                month_first = writes_month_first(work->country);
        else
                month_first = g[1].value > 12;
        date->month = month_first ? g[0].value : g[1].value;
        date->day = month_first ? g[1].value : g[0].value;
        date->swappable = g[1].before != '.' && g[0].value <= 12 && g[1].value <= 12 && g[0].value != g[1].value;
        return true;
}

/* Groups with one month name among them. */
static bool order_named(const struct group *g, uint32_t count, uint32_t named, struct date *date)
{
        const struct group *others[2] = {NULL, NULL};
        uint32_t n = 0;

        for (uint32_t i = 0; i < count && n < 2; i++)
                if (i != named)
                        others[n++] = &g[i];
        date->month = g[named].value;
        if (count == 2) {
                date->year = full_year(others[0]);
                return others[0]->digits == 4 || others[0]->digits == 2;
        }
        if (count != 3 || others[0]->digits == 0 || others[1]->digits == 0)
                return false;
        if (others[0]->digits == 4) {
                date->year = others[0]->value;
                date->day = others[1]->value;
                return others[1]->digits <= 2;
        }
        date->day = others[0]->value;
        date->year = full_year(others[1]);
        return others[0]->digits <= 2 && others[1]->digits != 3;
}

/* One run of digits: YYYY, YYYYMM, YYYYMMDD, DDMMYYYY. */
static bool order_compact(const struct group *group, struct date *date)
{
        uint32_t v = group->value;

        switch (group->digits) {
        case 4:
                *date = (struct date){.year = v};
                return true;
        case 6:
                *date = (struct date){.year = v / 100, .month = v % 100};
                return date->month >= 1 && date->month <= 12;
        case 8:
                *date = (struct date){.year = v / 10000, .month = v / 100 % 100, .day = v % 100};
                if ((date->year < YEAR_MIN || date->year > YEAR_MAX || date->month > 12) && v % 10000 >= YEAR_MIN &&
                    v % 10000 <= YEAR_MAX)
                        *date = (struct date){.year = v % 10000, .month = v / 10000 % 100, .day = v / 1000000};
                return true;
        default:
                return false;
        }
}

static bool order_groups(const struct work *work, const struct group *groups, uint32_t count, struct date *date)
{
        memset(date, 0, sizeof(*date));
        for (uint32_t i = 0; i < count; i++)
                if (groups[i].digits == 0)
                        return count >= 2 && order_named(groups, count, i, date);
        if (count == 1)
                return order_compact(&groups[0], date);
        if (count == 2) {
                bool year_first = groups[0].digits == 4;

                date->year = groups[year_first ? 0 : 1].value;
                date->month = groups[year_first ? 1 : 0].value;
                return groups[year_first ? 0 : 1].digits == 4 && groups[year_first ? 1 : 0].digits <= 2;
        }
        return order_numeric(work, groups, date);
}

static bool is_calendar_date(const struct date *date)
{
        static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (date->year % 4 == 0 && date->year % 100 != 0) || date->year % 400 == 0;

        if (date->year < YEAR_MIN || date->year > YEAR_MAX || date->month > 12)
                return false;
        if (date->month == 0)
                return date->day == 0;
        return date->day <= days[date->month - 1] + (date->month == 2 && leap ? 1U : 0U);
}

static bool is_placeholder_date(const struct date *date)
{
        static const struct date placeholders[] = {
                {1900, 1, 1, false},   {1901, 1, 1, false},   {1899, 12, 30, false}, {1899, 12, 31, false},
                {1970, 1, 1, false},   {1111, 11, 11, false}, {1753, 1, 1, false},   {1601, 1, 1, false},
                {1800, 1, 1, false},   {1000, 1, 1, false},   {2099, 12, 31, false}, {2100, 12, 31, false},
                {2199, 12, 31, false},
        };

        for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
                if (placeholders[i].year == date->year && placeholders[i].month == date->month &&
                    placeholders[i].day == date->day)
                        return true;
        return false;
}

/* What systems write for "no date" and no calendar here has. */
static bool is_epoch_text(struct text folded)
{
        return text_starts_with(folded, TEXT("0001-01-01")) || text_starts_with(folded, TEXT("0000-00-00")) ||
               text_starts_with(folded, TEXT("9999-12-31")) || text_starts_with(folded, TEXT("31/12/9999")) ||
               text_starts_with(folded, TEXT("12/31/9999")) || text_equal(folded, TEXT("00000000")) ||
               text_equal(folded, TEXT("99999999")) || text_equal(folded, TEXT("99991231"));
}

struct canonical date_standardise(struct work *work, struct text raw, bool *swappable)
{
        struct text folded = fold_text(work->standard->folder, work->arena, text_slice(raw, 0, DATE_LENGTH_MAX));
        struct canonical result = {.value = fold_display(work->arena, raw)};
        struct group groups[GROUPS_MAX];
        struct date date;
        uint32_t count;

        *swappable = false;
        if (is_epoch_text(folded) || misc_is_placeholder(work, raw)) {
                result.flags = SLOT_FAKE;
                return result;
        }
        if (raw.length > DATE_LENGTH_MAX || !read_groups(work, folded, groups, &count) ||
            !order_groups(work, groups, count, &date) || !is_calendar_date(&date)) {
                result.flags = SLOT_INVALID;
                return result;
        }
        *swappable = date.swappable;
        result.flags = is_placeholder_date(&date) ? SLOT_FAKE : 0;
        if (date.day > 0)
                result.value = arena_printf(work->arena, "%04u-%02u-%02u", date.year, date.month, date.day);
        else if (date.month > 0)
                result.value = arena_printf(work->arena, "%04u-%02u", date.year, date.month);
        else
                result.value = arena_printf(work->arena, "%04u", date.year);
        return result;
}

/* Points in time: ISO 8601 in UTC; a calendar date stays one. */
struct canonical time_standardise(struct work *work, struct text raw)
{
        struct text shown = fold_display(work->arena, raw);
        struct canonical date;
        char formatted[TIME_TEXT_SIZE];
        int64_t time_ms;
        bool swappable;

        if (shown.length > 10 && time_parse_iso(shown, &time_ms)) {
                time_format_iso(time_ms, formatted);
                return (struct canonical){.value = arena_text(work->arena, text_from(formatted))};
        }
        date = date_standardise(work, raw, &swappable);
        return date;
}
