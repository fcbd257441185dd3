/* Birth date, birth place and gender.
 *
 * A date is three facts that people mistype one at a time, or put in the wrong order. Levels go from equal over what a
 * person plausibly gets wrong (day and month swapped, one digit) to what only half agrees; a date of which no part
 * agrees is hardly ever a mistake. The first of January is what
 * many systems fill in when only the year is known, so it counts little more than the year.
 */
#include "score/compare.h"
#include "score/evidence.h"

#define DATE_LENGTH 10 /* YYYY-MM-DD */
#define YEARS_APART 2  /* by which people err in a year, beside a wrong digit */

struct date {
        uint32_t year; /* 0: unknown; so for month and day */
        uint32_t month;
        uint32_t day;
};

static uint32_t read_digits(struct text t, uint32_t from, uint32_t length)
{
        uint32_t value = 0;
        for (uint32_t i = from; i < from + length; i++)
                value = value * 10 + (t.data[i] >= '0' && t.data[i] <= '9' ? (uint32_t)(t.data[i] - '0') : 0);
        return value;
}

static bool read_date(const struct feature *feature, struct date *date)
{
        if (feature->text.length != DATE_LENGTH)
                return false;
        date->year = read_digits(feature->text, 0, 4);
        date->month = read_digits(feature->text, 5, 2);
        date->day = read_digits(feature->text, 8, 2);
        return true;
}

static uint32_t judge_year(uint32_t a, uint32_t b)
{
        uint32_t apart = a > b ? a - b : b - a;
        return apart == 0 ? BIRTH_SAME_YEAR : apart <= 2 ? BIRTH_NEXT_YEAR : BIRTH_DIFFERS;
}

/* Dates of which at least one lacks its day or month. */
static uint32_t judge_partial(struct date a, struct date b)
{
        if (!a.month || !b.month)
                return a.year == b.year ? BIRTH_YEAR_FITS : judge_year(a.year, b.year);
        if (a.year == b.year && a.month == b.month)
                return BIRTH_MONTH_FITS;
        return judge_year(a.year, b.year);
}

static struct text digits_of(struct text date, char *out, bool day_first)
{
        static const uint8_t year_order[] = {0, 1, 2, 3, 5, 6, 8, 9};
        static const uint8_t day_order[] = {8, 9, 5, 6, 0, 1, 2, 3};
        if (date.length != DATE_LENGTH)
                return date; /* digits already */
        for (uint32_t i = 0; i < sizeof(year_order); i++)
                out[i] = date.data[day_first ? day_order[i] : year_order[i]];
        return (struct text){.data = out, .length = sizeof(year_order)};
}

/* Dates of which at least one is no date, only digits (standard/standard.c): alike they are a slip of the same date,
 * otherwise they say nothing. */
static uint32_t judge_unreadable(struct text a, struct text b)
{
        char written_a[8];
        char written_b[8];
        for (uint32_t day_first = 0; day_first < 2; day_first++) {
                struct text x = digits_of(a, written_a, day_first);
                struct text y = digits_of(b, written_b, day_first);
                uint32_t apart = edit_distance(x, y, 2);
                if (apart <= 1)
                        return BIRTH_ONE_DIGIT;
                if (apart == 2)
                        return BIRTH_TWO_PARTS;
        }
        return LEVEL_MISSING;
}

static uint32_t judge_dates(const struct feature *fa, const struct feature *fb)
{
        struct date a;
        struct date b;
        if (fa->text.length != DATE_LENGTH || fb->text.length != DATE_LENGTH)
                return judge_unreadable(fa->text, fb->text);
        if (!read_date(fa, &a) || !read_date(fb, &b) || !a.year || !b.year)
                return LEVEL_MISSING;
        if (!a.month || !b.month || !a.day || !b.day)
                return judge_partial(a, b);
        bool filled_a = a.month == 1 && a.day == 1;
        bool filled_b = b.month == 1 && b.day == 1;
        if (text_equal(fa->text, fb->text))
                return filled_a ? BIRTH_FIRST_OF_YEAR : BIRTH_EXACT;
        if (filled_a && filled_b)
                return judge_year(a.year, b.year);
        if ((filled_a || filled_b) && a.year == b.year)
                return BIRTH_YEAR_FITS;
        if (a.year == b.year && a.month == b.day && a.day == b.month)
                return BIRTH_SWAPPED;
        if (edit_distance(fa->text, fb->text, 1) <= 1)
                return BIRTH_ONE_DIGIT;
        uint32_t equal = (a.year == b.year) + (a.month == b.month) + (a.day == b.day);
        uint32_t apart = a.year > b.year ? a.year - b.year : b.year - a.year;
        if (equal == 2)
                return apart <= YEARS_APART ? BIRTH_TWO_PARTS : BIRTH_DAY_OF_YEAR;
        uint32_t level = judge_year(a.year, b.year);
        return level == BIRTH_DIFFERS && equal == 0 ? BIRTH_ANOTHER : level;
}

static void compare_places(const struct comparison *c)
{
        const struct feature *a = side_first(&c->pair->a, FEATURE_BIRTH_PLACE);
        const struct feature *b = side_first(&c->pair->b, FEATURE_BIRTH_PLACE);
        if (!a || !b)
                return;
        uint32_t level = BIRTH_PLACE_DIFFERS;
        if (text_equal(a->text, b->text))
                level = BIRTH_PLACE_EXACT;
        else if (jaro_winkler_permille(a->text, b->text) >= 900 || text_starts_with(a->text, b->text) ||
                 text_starts_with(b->text, a->text))
                level = BIRTH_PLACE_NEAR;
        evidence_set_value(c, MODEL_BIRTH_PLACE, level, FREQUENCY_BIRTH_PLACE, a->text, b->text);
}

static void compare_genders(const struct comparison *c)
{
        const struct feature *a = side_first(&c->pair->a, FEATURE_GENDER);
        const struct feature *b = side_first(&c->pair->b, FEATURE_GENDER);
        if (!a || !b || text_equal(a->text, TEXT("x")) || text_equal(b->text, TEXT("x")))
                return;
        evidence_set(c, MODEL_GENDER, text_equal(a->text, b->text) ? GENDER_SAME : GENDER_DIFFERS, a->text, b->text);
}

void compare_birth(const struct comparison *c)
{
        uint32_t best = LEVEL_MISSING;
        uint32_t at_a = 0;
        const struct feature *a;
        while ((a = side_next(&c->pair->a, FEATURE_BIRTH_DATE, &at_a))) {
                uint32_t at_b = 0;
                const struct feature *b;
                while ((b = side_next(&c->pair->b, FEATURE_BIRTH_DATE, &at_b))) {
                        uint32_t level = judge_dates(a, b);
                        if (level == LEVEL_MISSING || (best != LEVEL_MISSING && level >= best))
                                continue;
                        best = level;
                        evidence_set(c, MODEL_BIRTH_DATE, level, a->text, b->text);
                }
        }
        compare_places(c);
        compare_genders(c);
}
