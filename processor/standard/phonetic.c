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

struct spelling {
        const char *letters;
        uint8_t length; /* 0 ends a list */
        uint8_t place;
        uint8_t next; /* what must follow */
        const char *sound;
};

#define SPELL(letters, place, next, sound)                                                                             \
        {                                                                                                              \
                letters, sizeof(letters) - 1, place, next, sound                                                       \
        }

/* By first letter; the first that fits counts. */
static const struct spelling *const spellings[26] = {
        ['b' - 'a'] =
                (const struct spelling[]){
                        SPELL("b", ANYWHERE, NEXT_ANY, "P"),
                        {0},
                },
        ['c' - 'a'] =
                (const struct spelling[]){
                        SPELL("ch", ANYWHERE, NEXT_CONSONANT, "K"), /* Christos, Chloe */
                        SPELL("ch", ANYWHERE, NEXT_ANY, "X"),
                        SPELL("ck", ANYWHERE, NEXT_ANY, "K"),
                        SPELL("cz", ANYWHERE, NEXT_ANY, "X"),
                        SPELL("c", ANYWHERE, NEXT_FRONT, "S"),
                        SPELL("c", ANYWHERE, NEXT_ANY, "K"),
                        {0},
                },
        ['d' - 'a'] =
                (const struct spelling[]){
                        SPELL("dzh", ANYWHERE, NEXT_ANY, "J"), /* Dzhon: John */
                        SPELL("dz", AT_START, NEXT_ANY, "S"),
                        SPELL("dj", ANYWHERE, NEXT_ANY, "J"),
                        SPELL("dt", ANYWHERE, NEXT_ANY, "T"),
                        SPELL("d", ANYWHERE, NEXT_ANY, "T"),
                        {0},
                },
        ['e' - 'a'] =
                (const struct spelling[]){
                        SPELL("ew", AT_END, NEXT_ANY, "F"), /* Medwedew */
                        {0},
                },
        ['f' - 'a'] =
                (const struct spelling[]){
                        SPELL("f", ANYWHERE, NEXT_ANY, "F"),
                        {0},
                },
        ['g' - 'a'] =
                (const struct spelling[]){
                        SPELL("gh", AT_START, NEXT_ANY, "K"),
                        SPELL("gh", ANYWHERE, NEXT_VOWEL, "K"),
                        SPELL("gh", ANYWHERE, NEXT_ANY, ""), /* Wright, Leigh */
                        SPELL("gn", ANYWHERE, NEXT_ANY, "N"),
                        SPELL("g", ANYWHERE, NEXT_ANY, "K"),
                        {0},
                },
        ['h' - 'a'] =
                (const struct spelling[]){
                        SPELL("h", AT_START, NEXT_ANY, "H"),
                        SPELL("h", ANYWHERE, NEXT_ANY, ""),
                        {0},
                },
        ['j' - 'a'] =
                (const struct spelling[]){
                        SPELL("j", AT_START, NEXT_ANY, "J"),
                        SPELL("j", ANYWHERE, NEXT_VOWEL, "J"),
                        SPELL("j", ANYWHERE, NEXT_ANY, ""), /* Jurij, Andrej: part of the vowel */
                        {0},
                },
        ['k' - 'a'] =
                (const struct spelling[]){
                        SPELL("kn", AT_START, NEXT_ANY, "N"),
                        SPELL("k", ANYWHERE, NEXT_ANY, "K"),
                        {0},
                },
        ['l' - 'a'] =
                (const struct spelling[]){
                        SPELL("l", ANYWHERE, NEXT_ANY, "L"),
                        {0},
                },
        ['m' - 'a'] =
                (const struct spelling[]){
                        SPELL("mb", AT_END, NEXT_ANY, "M"),
                        SPELL("m", ANYWHERE, NEXT_ANY, "M"),
                        {0},
                },
        ['n' - 'a'] =
                (const struct spelling[]){
                        SPELL("n", ANYWHERE, NEXT_ANY, "N"),
                        {0},
                },
        ['o' - 'a'] =
                (const struct spelling[]){
                        SPELL("ow", AT_END, NEXT_ANY, "F"), /* Iwanow; Barlow as well, which does no harm */
                        {0},
                },
        ['p' - 'a'] =
                (const struct spelling[]){
                        SPELL("ph", ANYWHERE, NEXT_ANY, "F"),
                        SPELL("pf", ANYWHERE, NEXT_ANY, "F"),
                        SPELL("ps", AT_START, NEXT_ANY, "S"),
                        SPELL("p", ANYWHERE, NEXT_ANY, "P"),
                        {0},
                },
        ['q' - 'a'] =
                (const struct spelling[]){
                        SPELL("q", ANYWHERE, NEXT_ANY, "K"),
                        {0},
                },
        ['r' - 'a'] =
                (const struct spelling[]){
                        SPELL("r", ANYWHERE, NEXT_ANY, "R"),
                        {0},
                },
        ['s' - 'a'] =
                (const struct spelling[]){
                        SPELL("sch", ANYWHERE, NEXT_ANY, "X"),
                        SPELL("sh", ANYWHERE, NEXT_ANY, "X"),
                        SPELL("sc", ANYWHERE, NEXT_FRONT, "S"),
                        SPELL("s", ANYWHERE, NEXT_ANY, "S"),
                        {0},
                },
        ['t' - 'a'] =
                (const struct spelling[]){
                        SPELL("tsch", ANYWHERE, NEXT_ANY, "X"),
                        SPELL("tch", ANYWHERE, NEXT_ANY, "X"),
                        SPELL("th", ANYWHERE, NEXT_ANY, "T"),
                        SPELL("tz", ANYWHERE, NEXT_ANY, "S"),
                        SPELL("ts", ANYWHERE, NEXT_VOWEL, "S"), /* Tsvetkov apart: watts, betts */
                        SPELL("ts", AT_START, NEXT_ANY, "S"),
                        SPELL("t", ANYWHERE, NEXT_ANY, "T"),
                        {0},
                },
        ['v' - 'a'] =
                (const struct spelling[]){
                        SPELL("v", ANYWHERE, NEXT_ANY, "F"),
                        {0},
                },
        ['w' - 'a'] =
                (const struct spelling[]){
                        SPELL("wr", AT_START, NEXT_ANY, "R"),
                        SPELL("w", ANYWHERE, NEXT_VOWEL, "F"),
                        SPELL("w", AT_START, NEXT_ANY, "F"),
                        SPELL("w", ANYWHERE, NEXT_ANY, ""), /* Brown, Law: part of the vowel */
                        {0},
                },
        ['x' - 'a'] =
                (const struct spelling[]){
                        SPELL("x", AT_START, NEXT_ANY, "S"),
                        SPELL("x", ANYWHERE, NEXT_ANY, "KS"),
                        {0},
                },
        ['y' - 'a'] =
                (const struct spelling[]){
                        SPELL("y", AT_START, NEXT_VOWEL, "J"),
                        {0},
                },
        ['i' - 'a'] =
                (const struct spelling[]){
                        SPELL("i", AT_START, NEXT_VOWEL, "J"), /* Iouri, Ioannis */
                        {0},
                },
        ['z' - 'a'] =
                (const struct spelling[]){
                        SPELL("zh", ANYWHERE, NEXT_ANY, "X"),
                        SPELL("z", ANYWHERE, NEXT_ANY, "S"),
                        {0},
                },
};

static bool is_vowel(char c)
{
        return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

static bool fits(const struct spelling *spelling, struct text token, uint32_t at)
{
        uint32_t length = spelling->length;
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
        const struct spelling *spelling = ascii_is_lower(token.data[at]) ? spellings[token.data[at] - 'a'] : NULL;

        for (; spelling && spelling->length > 0; spelling++)
                if (fits(spelling, token, at))
                        return spelling;
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
                at += spelling->length;
        }
        return (struct text){.data = code, .length = n};
}
