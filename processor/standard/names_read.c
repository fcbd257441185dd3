/* From text to the tokens of a name.
 *
 * Words are folded one by one (so that the folding cache serves), split at hyphens and dots, freed of apostrophes
 * (O'Hare, Ohare). Words of Han and Hangul are a family name and a given name without a blank; words of Arabic and
 * Hebrew, which are written without vowels, get the spelling that romanised sources have for them, where they are
 * listed. Two or three capitals at the beginning (JP, HJ) are initials.
 */
#include "standard/names.h"

#include <string.h>

#define NAME_SYLLABLES_MAX 4

static void push_token(struct name *name, struct text text, uint8_t kind, bool capitals, bool dotted)
{
        if (name->count == NAME_TOKENS_MAX || text.length == 0)
                return;
        if (text.length > NAME_TOKEN_LENGTH_MAX)
                text.length = NAME_TOKEN_LENGTH_MAX;
        name->tokens[name->count++] = (struct name_token){.text = text,
                                                          .kind = kind,
                                                          .segment = name->segment,
                                                          .word = name->word,
                                                          .capitals = capitals,
                                                          .dotted = dotted};
}

/* Words joined without a blank: the syllables of a Chinese or Korean given name. */
struct text name_concatenate(struct arena *arena, struct text folded)
{
        char *out = arena_alloc(arena, folded.length + 1);
        uint32_t n = 0;

        for (uint32_t i = 0; i < folded.length; i++)
                if (ascii_is_word(folded.data[i]))
                        out[n++] = folded.data[i];
        return (struct text){.data = out, .length = n};
}

/* Bytes of the first @count characters of @word, all of three or four bytes. */
static uint32_t leading_bytes(struct text word, uint32_t count)
{
        uint32_t at = 0;

        while (count-- > 0 && at < word.length)
                at += (unsigned char)word.data[at] >= 0xf0 ? 4 : 3;
        return at < word.length ? at : word.length;
}

/* A Korean given name as its bearers write it (Younghee), which is not the official romanisation (Yeonghui); syllable
 * by syllable. Empty where it is the same. */
static struct text popular_spelling(struct work *work, struct text word)
{
        struct text syllables[NAME_SYLLABLES_MAX], official;
        bool differs = false;
        size_t count = 0;

        while (word.length > 0 && count < NAME_SYLLABLES_MAX) {
                uint32_t length = leading_bytes(word, 1);

                official = fold_text(work->standard->folder, work->arena, text_slice(word, 0, length));
                syllables[count] = official;
                differs |= lexicon_find(work->standard->lexicon, LEXICON_HANGUL, official, &syllables[count]);
                count++;
                word = text_slice(word, length, word.length);
        }
        return differs ? name_concatenate(work->arena, fold_join(work->arena, syllables, count)) : TEXT_NONE;
}

/* A word of Han or Hangul. In a full name of two characters or more the family name comes first. */
static void read_east_asian(struct work *work, struct name *name, uint8_t kind, struct text word, enum script script,
                            uint32_t letters)
{
        struct folder *folder = work->standard->folder;
        uint32_t family_letters = 1, split;
        struct text folded;

        if (kind != FEATURE_NAME_ANY || letters < 2) {
                push_token(name, name_concatenate(work->arena, fold_text(folder, work->arena, word)), kind, false,
                           false);
                return;
        }
        if (script == SCRIPT_HAN && letters >= 3) {
                folded = fold_text(folder, work->arena, text_slice(word, 0, leading_bytes(word, 2)));
                if (lexicon_find(work->standard->lexicon, LEXICON_COMPOUND_SURNAME, folded, NULL))
                        family_letters = 2;
        }
        split = leading_bytes(word, family_letters);
        folded = fold_text(folder, work->arena, text_slice(word, 0, split));
        push_token(name, name_concatenate(work->arena, folded), FEATURE_FAMILY, false, false);
        folded = fold_text(folder, work->arena, text_slice(word, split, word.length));
        push_token(name, name_concatenate(work->arena, folded), FEATURE_GIVEN, false, false);
        if (script == SCRIPT_HANGUL && name->count > 0)
                name->tokens[name->count - 1].alias =
                        popular_spelling(work, text_slice(word, split, word.length - split));
}

/* "ph.d." and "jr." are one word for the lists, "j.r." is two initials. */
static bool is_listed_abbreviation(struct work *work, struct text undotted)
{
        const struct lexicon *lexicon = work->standard->lexicon;

        return undotted.length >= 2 && (lexicon_find(lexicon, LEXICON_POSTNOMINAL, undotted, NULL) ||
                                        lexicon_find(lexicon, LEXICON_GENERATION, undotted, NULL) ||
                                        lexicon_find(lexicon, LEXICON_TITLE, undotted, NULL) ||
                                        lexicon_find(lexicon, LEXICON_RARE_TITLE, undotted, NULL));
}

/* A word of Arabic or Hebrew letters: in its usual spelling, where it is listed; the article apart. */
static void read_semitic(struct work *work, struct name *name, uint8_t kind, struct text folded)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        struct text spelling;

        if (lexicon_find(lexicon, LEXICON_SCRIPT_NAME, folded, &spelling)) {
                push_token(name, spelling, kind, false, false);
                return;
        }
        if (folded.length >= 5 && text_starts_with(folded, TEXT("al"))) {
                push_token(name, TEXT("al"), kind, false, false);
                folded = text_slice(folded, 2, folded.length);
                if (lexicon_find(lexicon, LEXICON_SCRIPT_NAME, folded, &spelling))
                        folded = spelling;
        }
        push_token(name, name_concatenate(work->arena, folded), kind, false, false);
}

/* U+0590..U+06FF: Hebrew, Arabic and what Persian and Urdu add. */
static bool is_semitic(struct text word)
{
        unsigned char lead = (unsigned char)word.data[0];

        return (lead == 0xd6 && word.length > 1 && (unsigned char)word.data[1] >= 0x90) ||
               (lead >= 0xd7 && lead <= 0xdb);
}

/* "JP" in a field for given names or before a name in small letters: initials, unless it is a name, title or particle.
 */
static bool are_initials(struct work *work, const struct name *name, uint8_t kind, struct text word, struct text folded)
{
        static const enum lexicon_kind known[] = {LEXICON_TITLE,      LEXICON_GENERATION,   LEXICON_PARTICLE,
                                                  LEXICON_GIVEN_NAME, LEXICON_EAST_SURNAME, LEXICON_POSTNOMINAL};
        bool given = kind == FEATURE_GIVEN || kind == FEATURE_MIDDLE || (kind == FEATURE_NAME_ANY && name->mixed_case);

        if (!given || word.length != 2 || !ascii_is_upper(word.data[0]) || !ascii_is_upper(word.data[1]))
                return false;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
                if (lexicon_find(work->standard->lexicon, known[i], folded, NULL))
                        return false;
        return true;
}

/* One word between blanks and commas. */
static void read_word(struct work *work, struct name *name, uint8_t kind, struct text word)
{
        uint32_t letters, n = 0;
        enum script script = fold_script(word, &letters);
        struct text folded;
        bool capitals;
        char *out;

        if (script != SCRIPT_OTHER) {
                read_east_asian(work, name, kind, word, script, letters);
                return;
        }
        folded = fold_text(work->standard->folder, work->arena, word);
        if (is_semitic(word)) {
                read_semitic(work, name, kind, folded);
                return;
        }
        capitals = fold_is_capitals(word);
        if (are_initials(work, name, kind, word, folded)) {
                push_token(name, text_slice(folded, 0, 1), kind, false, true);
                push_token(name, text_slice(folded, 1, 1), kind, false, true);
                return;
        }
        if (text_find_byte(folded, '.', 0) >= 0) {
                struct text undotted = name_concatenate(work->arena, folded);

                if (is_listed_abbreviation(work, undotted)) {
                        push_token(name, undotted, kind, capitals, true);
                        return;
                }
        }
        out = arena_alloc(work->arena, folded.length + 1);
        for (uint32_t i = 0; i <= folded.length; i++) {
                char c = i < folded.length ? folded.data[i] : ' ';

                if (ascii_is_word(c)) {
                        out[n++] = c;
                } else if (c != '\'' && c != '`') {
                        push_token(name, (struct text){.data = out, .length = n}, kind, capitals, c == '.');
                        out += n;
                        n = 0;
                }
        }
}

static bool is_separator(char c)
{
        return (unsigned char)c <= ' ' || c == ',' || c == ';' || c == '"' || c == '(' || c == ')' || c == '/' ||
               c == '[' || c == ']';
}

void name_read(struct work *work, struct name *name, uint8_t kind, struct text raw)
{
        uint32_t at = 0;

        name->count = 0;
        name->segment = 0;
        name->word = 0;
        name->mixed_case = false;
        for (uint32_t i = 0; i < raw.length; i++)
                name->mixed_case |= ascii_is_lower(raw.data[i]);
        name->suffix = TEXT_NONE;
        while (at < raw.length && name->count < NAME_TOKENS_MAX) {
                uint32_t start = at;

                if (is_separator(raw.data[at])) {
                        if (raw.data[at] == ',' && name->count > 0 && name->segment < UINT8_MAX)
                                name->segment++;
                        at++;
                        continue;
                }
                while (at < raw.length && !is_separator(raw.data[at]))
                        at++;
                read_word(work, name, kind, text_slice(raw, start, at - start));
                if (name->word < UINT8_MAX)
                        name->word++;
        }
}
