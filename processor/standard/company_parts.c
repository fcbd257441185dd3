/* What stands around the core of a company's or institution's name.
 *
 * Short names come first: people write "UCLA", "UC Berkeley", "TU Munich", and registers the whole. Phrases of up to
 * seven words are looked up where they stand; a single word only where it begins a part, for "mit" is also a German
 * preposition. Then the parts behind the name are judged: a department of the institution that another part names, a
 * street, a postal code, a region. They say little about which institution it is, and their words are flagged so. A
 * country is different: left off it says nothing, but two countries are two branches.
 */
#include "standard/company.h"

#define PHRASE_WORDS_MAX 7
#define CODE_DIGITS 4 /* digits of a number that is a postal code rather than a part of the name */

#define SAYS_LITTLE (FEATURE_UNCERTAIN | FEATURE_PARTICLE)

static bool has(const struct work *work, enum lexicon_kind kind, struct text word)
{
        return lexicon_find(work->standard->lexicon, kind, word, NULL);
}

/* The words [at, at + count) joined, if they stand in one part and none was taken; else empty. */
static struct text join_words(struct work *work, const struct org_name *name, uint32_t at, uint32_t count)
{
        struct text words[ORG_WORDS_MAX];

        for (uint32_t i = 0; i < count; i++) {
                if (at + i >= name->count || name->words[at + i].text.length == 0 ||
                    name->words[at + i].part != name->words[at].part)
                        return TEXT_NONE;
                words[i] = name->words[at + i].text;
        }
        return count == 1 ? words[0] : fold_join(work->arena, words, count);
}

/* --- short names --- */

static bool begins(const struct org_name *name, uint32_t at)
{
        uint32_t before = at;

        while (before > 0 && name->words[before - 1].text.length == 0)
                before--;
        while (before > 0 && name->words[before - 1].part == name->words[at].part &&
               text_equal(name->words[before - 1].text, TEXT("the")))
                before--;
        return before == 0 || name->words[before - 1].part != name->words[at].part;
}

static bool expand_phrase(struct work *work, struct org_name *name, uint32_t at)
{
        for (uint32_t n = PHRASE_WORDS_MAX; n > 0; n--) {
                struct text phrase = join_words(work, name, at, n), whole;

                if (phrase.length == 0 || (n == 1 && !begins(name, at)) ||
                    !lexicon_find(work->standard->lexicon, LEXICON_ORG_PHRASE, phrase, &whole))
                        continue;
                name->words[at].text = whole;
                name->words[at].ends_part = name->words[at + n - 1].ends_part;
                for (uint32_t i = 1; i < n; i++)
                        name->words[at + i].text.length = 0;
                return true;
        }
        return false;
}

void company_expand(struct work *work, struct org_name *name)
{
        for (uint32_t i = 0; i < name->count; i++) {
                struct text whole;

                if (name->words[i].text.length == 0 || expand_phrase(work, name, i))
                        continue;
                /* "TU Munich": the place behind it makes the acronym clear */
                if (begins(name, i) && join_words(work, name, i, 2).length > 0 &&
                    lexicon_find(work->standard->lexicon, LEXICON_ORG_LEAD, name->words[i].text, &whole))
                        name->words[i].text = whole;
        }
}

/* --- what follows the name --- */

static uint32_t end_of_part(const struct org_name *name, uint32_t from)
{
        uint32_t to = from + 1;

        while (to < name->count && name->words[to].part == name->words[from].part)
                to++;
        return to;
}

static void flag_words(struct org_name *name, uint32_t from, uint32_t to, uint8_t flags)
{
        for (uint32_t i = from; i < to; i++)
                name->words[i].flags |= flags;
}

/* A street with its number, a postal code, a post office box. */
static bool is_address(struct work *work, const struct org_name *name, uint32_t from, uint32_t to)
{
        bool number = false, street = false, code = false;

        for (uint32_t i = from; i < to; i++) {
                struct text word = name->words[i].text;

                if (word.length == 0)
                        continue;
                number |= ascii_is_digit(word.data[0]);
                code |= text_is_digits(word) && word.length >= CODE_DIGITS;
                street |= has(work, LEXICON_STREET_TYPE, word) || text_equal(word, TEXT("box"));
        }
        return code || (number && street);
}

static bool is_country(struct work *work, struct text words)
{
        return (words.length >= 4 || text_equal(words, TEXT("uk")) || text_equal(words, TEXT("usa"))) &&
               has(work, LEXICON_COUNTRY, words);
}

/* A part behind the first one. */
static void mark_later_part(struct work *work, struct org_name *name, uint32_t from, uint32_t to)
{
        struct text whole = join_words(work, name, from, to - from);
        struct text last = name->words[to - 1].text;

        if (is_country(work, whole))
                flag_words(name, from, to, FEATURE_UNCERTAIN);
        else if (is_address(work, name, from, to) || (whole.length > 0 && has(work, LEXICON_REGION, whole)))
                flag_words(name, from, to, SAYS_LITTLE);
        else if (to - from >= 2 && last.length >= 2 && last.length <= 3 && has(work, LEXICON_REGION, last))
                flag_words(name, to - 1, to, SAYS_LITTLE);
}

/* "Veltron France", "Veltron UK": the end of the first part. */
static void mark_branch(struct work *work, struct org_name *name, uint32_t from, uint32_t to)
{
        while (to > from && name->words[to - 1].text.length == 0) /* the legal form */
                to--;
        for (uint32_t n = 3; n > 0; n--)
                if (to - from > n && is_country(work, join_words(work, name, to - n, n))) {
                        flag_words(name, to - n, to, FEATURE_UNCERTAIN);
                        return;
                }
}

void company_mark_parts(struct work *work, struct org_name *name)
{
        enum org_part classes[ORG_WORDS_MAX] = {ORG_PART_OTHER}; /* of the part that begins at a word */
        bool institution = false, department = false;

        for (uint32_t from = 0, to; from < name->count; from = to) {
                to = end_of_part(name, from);
                classes[from] = company_judge_part(join_words(work, name, from, to - from));
                institution |= classes[from] >= ORG_PART_INSTITUTION;
                department |= classes[from] == ORG_PART_DEPARTMENT;
                if (from > 0)
                        mark_later_part(work, name, from, to);
                else
                        mark_branch(work, name, from, to);
        }
        if (!department || !institution)
                return;
        for (uint32_t from = 0, to; from < name->count; from = to) {
                to = end_of_part(name, from);
                if (classes[from] == ORG_PART_DEPARTMENT)
                        flag_words(name, from, to, SAYS_LITTLE);
        }
}
