/* The sound of a name token: its consonants, in classes that keep their place over spellings and romanisations.
 *
 * In the line of Double Metaphone (L. Philips, "The Double Metaphone Search Algorithm", C/C++ Users Journal, June 2000)
 * and Daitch-Mokotoff Soundex (https://www.jewishgen.org/infofiles/soundex.html), but one code, and one that is made to
 * be the same for the ways in which a name travels between languages rather than for the English pronunciation:
 *
 *   P b p      F f v w ph pf     K c g k q x(ks) ck      T t d th dt     S s z c(e,i) tz ts sc(e,i)
 *   X sh sch ch tch cz zh        J j dzh, y before a first vowel        M m  N n  L l  R r
 *   A a first vowel              H a first h; elsewhere h is silent
 *
 * Vowels behind the first letter are left out: they are what romanisations (Mohamed, Muhammad, mhmd) and typing errors
 * change most. A consonant that repeats without a vowel between is one. Kn- and gn-, wr-, ps-, final -mb, and gh where
 * no vowel follows lose their silent letter.
 */
#include "standard/parts.h"

#include <string.h>

#define SOUND_MAX 8 /* letters of a code */

/* Spellings, the longest first for each first letter. @at limits the place, @next what must follow. */
enum place {
        ANYWHERE,
        AT_START,
        AT_END
};
enum next {
        NEXT_ANY,
        NEXT_VOWEL,
        NEXT_CONSONANT,
        NEXT_FRONT /* e, i, y */
};

static const struct spelling {
        const char *letters;
        enum place place;
        enum next next;
        const char *sound;
} spellings[] = {
        {"b", ANYWHERE, NEXT_ANY, "P"},    {"ch", ANYWHERE, NEXT_CONSONANT, "K"}, /* Christos, Chloe */
        {"ch", ANYWHERE, NEXT_ANY, "X"},   {"ck", ANYWHERE, NEXT_ANY, "K"},
        {"cz", ANYWHERE, NEXT_ANY, "X"},   {"c", ANYWHERE, NEXT_FRONT, "S"},
        {"c", ANYWHERE, NEXT_ANY, "K"},    {"dzh", ANYWHERE, NEXT_ANY, "J"}, /* Dzhon: John */
        {"dz", AT_START, NEXT_ANY, "S"},   {"dj", ANYWHERE, NEXT_ANY, "J"},
        {"dt", ANYWHERE, NEXT_ANY, "T"},   {"d", ANYWHERE, NEXT_ANY, "T"},
        {"f", ANYWHERE, NEXT_ANY, "F"},    {"gh", AT_START, NEXT_ANY, "K"},
        {"gh", ANYWHERE, NEXT_VOWEL, "K"}, {"gh", ANYWHERE, NEXT_ANY, ""}, /* Wright, Leigh */
        {"gn", ANYWHERE, NEXT_ANY, "N"},   {"g", ANYWHERE, NEXT_ANY, "K"},
        {"h", AT_START, NEXT_ANY, "H"},    {"h", ANYWHERE, NEXT_ANY, ""},
        {"j", ANYWHERE, NEXT_ANY, "J"},    {"kn", AT_START, NEXT_ANY, "N"},
        {"k", ANYWHERE, NEXT_ANY, "K"},    {"l", ANYWHERE, NEXT_ANY, "L"},
        {"mb", AT_END, NEXT_ANY, "M"},     {"m", ANYWHERE, NEXT_ANY, "M"},
        {"n", ANYWHERE, NEXT_ANY, "N"},    {"ph", ANYWHERE, NEXT_ANY, "F"},
        {"pf", ANYWHERE, NEXT_ANY, "F"},   {"ps", AT_START, NEXT_ANY, "S"},
        {"p", ANYWHERE, NEXT_ANY, "P"},    {"q", ANYWHERE, NEXT_ANY, "K"},
        {"r", ANYWHERE, NEXT_ANY, "R"},    {"sch", ANYWHERE, NEXT_ANY, "X"},
        {"sh", ANYWHERE, NEXT_ANY, "X"},   {"sc", ANYWHERE, NEXT_FRONT, "S"},
        {"s", ANYWHERE, NEXT_ANY, "S"},    {"tsch", ANYWHERE, NEXT_ANY, "X"},
        {"tch", ANYWHERE, NEXT_ANY, "X"},  {"th", ANYWHERE, NEXT_ANY, "T"},
        {"tz", ANYWHERE, NEXT_ANY, "S"},   {"ts", ANYWHERE, NEXT_VOWEL, "S"}, /* Tsvetkov apart: watts, betts */
        {"ts", AT_START, NEXT_ANY, "S"},   {"t", ANYWHERE, NEXT_ANY, "T"},
        {"v", ANYWHERE, NEXT_ANY, "F"},    {"wr", AT_START, NEXT_ANY, "R"},
        {"w", ANYWHERE, NEXT_VOWEL, "F"},  {"w", AT_START, NEXT_ANY, "F"},
        {"w", ANYWHERE, NEXT_ANY, ""}, /* Brown, Law: part of the vowel */
        {"x", AT_START, NEXT_ANY, "S"},    {"x", ANYWHERE, NEXT_ANY, "KS"},
        {"y", AT_START, NEXT_VOWEL, "J"},  {"i", AT_START, NEXT_VOWEL, "J"}, /* Iouri, Ioannis */
        {"zh", ANYWHERE, NEXT_ANY, "X"},   {"z", ANYWHERE, NEXT_ANY, "S"},
};

static bool is_vowel(char c)
{
        return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

static bool fits(const struct spelling *spelling, struct text token, uint32_t at)
{
        uint32_t length = (uint32_t)strlen(spelling->letters);
        char next;

        if (at + length > token.length || memcmp(token.data + at, spelling->letters, length) != 0)
                return false;
        if ((spelling->place == AT_START && at > 0) || (spelling->place == AT_END && at + length != token.length))
                return false;
        next = at + length < token.length ? token.data[at + length] : '\0';
        switch (spelling->next) {
        case NEXT_VOWEL:
                return is_vowel(next);
        case NEXT_CONSONANT:
                return ascii_is_lower(next) && !is_vowel(next);
        case NEXT_FRONT:
                return next == 'e' || next == 'i' || next == 'y';
        case NEXT_ANY:
                break;
        }
        return true;
}

static const struct spelling *find_spelling(struct text token, uint32_t at)
{
        for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
                if (spellings[i].letters[0] == token.data[at] && fits(&spellings[i], token, at))
                        return &spellings[i];
        return NULL;
}

struct text phonetic_code(struct arena *arena, struct text token)
{
        char *code = arena_alloc(arena, SOUND_MAX + 1);
        uint32_t n = 0, at = 0;
        bool apart = true; /* a vowel stood between this consonant and the one before */

        while (at < token.length && n < SOUND_MAX) {
                const struct spelling *spelling = find_spelling(token, at);

                if (!spelling) {
                        if (is_vowel(token.data[at]) && n == 0)
                                code[n++] = 'A';
                        apart = true;
                        at++;
                        continue;
                }
                for (const char *sound = spelling->sound; *sound && n < SOUND_MAX; sound++)
                        if (apart || n == 0 || code[n - 1] != *sound)
                                code[n++] = *sound;
                apart = spelling->sound[0] == '\0';
                at += (uint32_t)strlen(spelling->letters);
        }
        return (struct text){.data = code, .length = n};
}
