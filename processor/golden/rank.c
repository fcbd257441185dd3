/* The order of candidates: for each rule the criteria, in the order in which they count.
 *
 * The last resort is the order of the records, so that no outcome depends on the order of arrival.
 */
#include "golden/internal.h"

#define CRITERIA_MAX 9

/* What a steward pinned goes before all, what belongs elsewhere and what says little go last; but a pinned consent is a
 * dated word like others. */
#define FIRST CRITERION_PINNED, CRITERION_TOGETHER, CRITERION_RICH
#define CONSENT_LAST CRITERION_PINNED, CRITERION_TRUSTED, CRITERION_NEWER

static const enum criterion criteria[SURVIVE_RULE_COUNT][CRITERIA_MAX] = {
        [SURVIVE_TRUST] = {FIRST, CRITERION_TRUSTED, CRITERION_NEWER, CRITERION_FULLER},
        [SURVIVE_STEWARD] = {FIRST, CRITERION_TRUSTED, CRITERION_NEWER, CRITERION_FULLER},
        [SURVIVE_NEWEST] = {FIRST, CRITERION_NEWER, CRITERION_TRUSTED, CRITERION_FULLER},
        [SURVIVE_OLDEST] = {FIRST, CRITERION_OLDER, CRITERION_TRUSTED, CRITERION_FULLER},
        [SURVIVE_FREQUENT] = {FIRST, CRITERION_FREQUENT, CRITERION_TRUSTED, CRITERION_NEWER, CRITERION_FULLER},
        [SURVIVE_LONGEST] = {FIRST, CRITERION_FULLER, CRITERION_TRUSTED, CRITERION_NEWER},
        [SURVIVE_MINIMUM] = {FIRST, CRITERION_SMALLER, CRITERION_TRUSTED, CRITERION_NEWER},
        [SURVIVE_MAXIMUM] = {FIRST, CRITERION_GREATER, CRITERION_TRUSTED, CRITERION_NEWER},
        [SURVIVE_ANY_TRUE] = {FIRST, CRITERION_TRUE, CRITERION_TRUSTED, CRITERION_NEWER},
        [SURVIVE_ALL_TRUE] = {FIRST, CRITERION_FALSE, CRITERION_TRUSTED, CRITERION_NEWER},
        [SURVIVE_SUM] = {FIRST, CRITERION_GREATER, CRITERION_TRUSTED, CRITERION_NEWER},
        [SURVIVE_EXPLICIT] = {CRITERION_STATEMENT, CRITERION_SAID_LATER, CRITERION_DENIED, CONSENT_LAST},
        [SURVIVE_RESTRICT] = {CRITERION_DENIED, CRITERION_STATEMENT, CRITERION_SAID_LATER, CONSENT_LAST},
};

static int first_if(bool a, bool b)
{
        return (int)b - (int)a;
}

/* Of times that are not known nothing is said: they come last. */
static int later_first(int64_t a, int64_t b)
{
        return (a < b) - (a > b);
}

static int more_first(uint32_t a, uint32_t b)
{
        return (a < b) - (a > b);
}

static int by_pin(const struct standing *a, const struct standing *b)
{
        return first_if(a->pin.length > 0, b->pin.length > 0);
}

static int by_togetherness(const struct standing *a, const struct standing *b)
{
        return first_if(!a->apart, !b->apart);
}

static int by_riches(const struct standing *a, const struct standing *b)
{
        return first_if(!a->poor, !b->poor);
}

static int by_trust(const struct standing *a, const struct standing *b)
{
        return more_first(a->trust_milli, b->trust_milli);
}

static int newer_first(const struct standing *a, const struct standing *b)
{
        return version_compare(b->version, a->version);
}

static int older_first(const struct standing *a, const struct standing *b)
{
        bool a_known = a->version.time_ms != TIME_UNKNOWN_MS, b_known = b->version.time_ms != TIME_UNKNOWN_MS;

        return a_known == b_known ? version_compare(a->version, b->version) : first_if(a_known, b_known);
}

static int by_frequency(const struct standing *a, const struct standing *b)
{
        return more_first(a->frequency, b->frequency);
}

static int by_fullness(const struct standing *a, const struct standing *b)
{
        return more_first(a->fullness, b->fullness);
}

/* Dates and times are texts whose order is that of time; a year alone goes before its days. */
static int smaller_first(const struct standing *a, const struct standing *b)
{
        int order = decimal_compare(a->number, b->number);

        return order != 0 ? order : text_compare(a->value, b->value);
}

static int greater_first(const struct standing *a, const struct standing *b)
{
        return smaller_first(b, a);
}

static int true_first(const struct standing *a, const struct standing *b)
{
        return first_if(text_equal(a->value, TEXT("true")), text_equal(b->value, TEXT("true")));
}

static int false_first(const struct standing *a, const struct standing *b)
{
        return first_if(text_equal(a->value, TEXT("false")), text_equal(b->value, TEXT("false")));
}

static int by_statement(const struct standing *a, const struct standing *b)
{
        return (int)a->statement - (int)b->statement;
}

static int said_later_first(const struct standing *a, const struct standing *b)
{
        return later_first(a->said_at_ms, b->said_at_ms);
}

static int denied_first(const struct standing *a, const struct standing *b)
{
        return first_if(a->denied, b->denied);
}

static int by_order(const struct standing *a, const struct standing *b)
{
        return a->member != b->member ? (a->member < b->member ? -1 : 1) : text_compare(a->label, b->label);
}

static const struct {
        int (*compare)(const struct standing *a, const struct standing *b);
        const char *loss;
} meanings[CRITERION_COUNT] = {
        [CRITERION_ORDER] = {by_order, "only the records' order decides"},
        [CRITERION_PINNED] = {by_pin, "a steward pinned the other"},
        [CRITERION_TOGETHER] = {by_togetherness, "the value it goes with is of another record"},
        [CRITERION_RICH] = {by_riches, "it says too little"},
        [CRITERION_TRUSTED] = {by_trust, "its source is less trusted"},
        [CRITERION_NEWER] = {newer_first, "it is older"},
        [CRITERION_OLDER] = {older_first, "it is newer"},
        [CRITERION_FREQUENT] = {by_frequency, "fewer records say it"},
        [CRITERION_FULLER] = {by_fullness, "it is less complete"},
        [CRITERION_SMALLER] = {smaller_first, "it is greater"},
        [CRITERION_GREATER] = {greater_first, "it is smaller"},
        [CRITERION_TRUE] = {true_first, "it is not true"},
        [CRITERION_FALSE] = {false_first, "it is not false"},
        [CRITERION_STATEMENT] = {by_statement, "nobody decided it"},
        [CRITERION_SAID_LATER] = {said_later_first, "it was said earlier"},
        [CRITERION_DENIED] = {denied_first, "it is no denial"},
};

const char *criterion_loss(enum criterion criterion)
{
        return meanings[criterion].loss;
}

int standing_compare(const struct standing *a, const struct standing *b, enum criterion *decided)
{
        const enum criterion *order = criteria[a->how->rule];
        enum criterion at = CRITERION_ORDER;
        int result = 0;

        for (int i = 0; i < CRITERIA_MAX && result == 0; i++) {
                at = order[i]; /* the row ends with CRITERION_ORDER, which is zero */
                result = meanings[at].compare(a, b);
                if (at == CRITERION_ORDER)
                        break;
        }
        if (decided)
                *decided = at;
        return result;
}
