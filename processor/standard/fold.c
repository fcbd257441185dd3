/* Folding: text of any script to lower-case ASCII that can be compared.
 *
 * ICU transliterates: Russian-Latin/BGN first, because the BGN/PCGN form (Чайковский -> Chaykovskiy) is what passports
 * and people write, while ICU's Any-Latin gives the scholarly one (Čajkovskij) that loses its sounds with its accents;
 * then Any-Latin for all other scripts and Latin-ASCII for accents and ligatures (Unicode CLDR, "Transforms").
 * https://unicode-org.github.io/icu/userguide/transforms/general/
 *
 * Transliterating takes 5 to 200 µs a value, so ASCII text never gets there, and what is short is kept in a cache:
 * direct-mapped, bounded, and checked by the whole key, so that it can only save time.
 *
 * Text that was UTF-8 and was read as Windows-1252 ("FranÃ§ois") is put right first: if each character is one byte of
 * that code page and the bytes are valid UTF-8 beyond ASCII, they are taken to be it. Real names do not look like that.
 */
#include "base/hash.h"
#include "standard/parts.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

#define FOLD_INPUT_MAX 2048 /* bytes that are looked at; what is longer is no name */
#define FOLD_WIDE_MAX 16384 /* UTF-16 units of a transliteration: Han grows sixfold */
#define CACHE_SLOTS 4096U
#define CACHE_KEY_MAX 56
#define CACHE_VALUE_MAX 110

struct cached {
        uint64_t hash; /* 0: free */
        uint8_t key_length;
        uint8_t value_length;
        char key[CACHE_KEY_MAX];
        char value[CACHE_VALUE_MAX];
};

struct folder {
        UTransliterator *transliterator;
        struct cached *cache;
        UChar wide[FOLD_WIDE_MAX];
        char narrow[FOLD_WIDE_MAX];
};

struct folder *folder_new(struct error *error)
{
        static const char rules[] = "Russian-Latin/BGN; Any-Latin; Latin-ASCII; Lower";
        struct folder *folder = calloc(1, sizeof(*folder));
        UErrorCode status = U_ZERO_ERROR;
        UChar id[sizeof(rules)];

        if (folder)
                folder->cache = calloc(CACHE_SLOTS, sizeof(*folder->cache));
        if (!folder || !folder->cache) {
                free(folder);
                error_set(error, ERR_FATAL, "out of memory for the folding cache");
                return NULL;
        }
        u_charsToUChars(rules, id, sizeof(rules));
        folder->transliterator = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
        if (U_FAILURE(status)) {
                error_set(error, ERR_FATAL, "ICU cannot open the transliterator '%s': %s", rules, u_errorName(status));
                folder_free(folder);
                return NULL;
        }
        return folder;
}

void folder_free(struct folder *folder)
{
        if (!folder)
                return;
        if (folder->transliterator)
                utrans_close(folder->transliterator);
        free(folder->cache);
        free(folder);
}

/* Copies ASCII @raw to @out in lower case, with one blank for each run of white space and control characters. False
 * when a byte is not ASCII. */
static bool fold_ascii(struct text raw, char *out, uint32_t *length)
{
        uint32_t n = 0;

        for (uint32_t i = 0; i < raw.length; i++) {
                unsigned char c = (unsigned char)raw.data[i];

                if (c >= 0x80)
                        return false;
                if (c <= ' ' || c == 0x7f) {
                        if (n > 0 && out[n - 1] != ' ')
                                out[n++] = ' ';
                        continue;
                }
                out[n++] = ascii_is_upper((char)c) ? (char)(c | 0x20) : (char)c;
        }
        if (n > 0 && out[n - 1] == ' ')
                n--;
        *length = n;
        return true;
}

/* The byte that Windows-1252 has for @c, or -1. The five bytes that it leaves open stand for themselves, as browsers
 * do. */
static int windows_1252_byte(UChar32 c)
{
        static const UChar high[32] = {
                0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
                0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
        };

        if (c < 0x80 || (c >= 0xa0 && c <= 0xff))
                return (int)c;
        for (int i = 0; i < 32; i++)
                if ((UChar32)high[i] == c)
                        return 0x80 + i;
        return -1;
}

/* @raw as it was before somebody read it as Windows-1252, or @raw itself. */
static struct text undo_mojibake(struct arena *arena, struct text raw)
{
        char *bytes = arena_alloc(arena, raw.length);
        struct text repaired = {.data = bytes};
        bool beyond_ascii = false;
        int32_t i = 0;

        while (i < (int32_t)raw.length) {
                UChar32 c;
                int byte;

                U8_NEXT(raw.data, i, (int32_t)raw.length, c);
                byte = c < 0 ? -1 : windows_1252_byte(c);
                if (byte < 0)
                        return raw;
                beyond_ascii |= byte >= 0x80;
                bytes[repaired.length++] = (char)byte;
        }
        return beyond_ascii && text_is_utf8(repaired) ? repaired : raw;
}

/* UTF-16 of @raw in folder->wide, with blanks for control characters and without invisible ones. Ideographs are set
 * apart from what stands beside them, because their transliteration is not. */
static int32_t widen(struct folder *folder, struct text raw)
{
        int32_t i = 0, n = 0;
        bool was_ideograph = false;

        while (i < (int32_t)raw.length && n < FOLD_WIDE_MAX / 8) {
                bool is_ideograph;
                UChar32 c;

                U8_NEXT(raw.data, i, (int32_t)raw.length, c);
                if (c < 0 || c == 0xfffd || u_iscntrl(c) || u_isUWhiteSpace(c))
                        c = ' ';
                else if (u_charType(c) == U_FORMAT_CHAR)
                        continue;
                is_ideograph = u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC);
                if (n > 0 && is_ideograph != was_ideograph)
                        folder->wide[n++] = ' ';
                was_ideograph = is_ideograph;
                U16_APPEND_UNSAFE(folder->wide, n, c);
        }
        return n;
}

/* Transliterates into @out, which has room for FOLD_WIDE_MAX bytes. */
static uint32_t fold_other(struct folder *folder, struct arena *arena, struct text raw, char *out)
{
        UErrorCode status = U_ZERO_ERROR;
        int32_t length = widen(folder, undo_mojibake(arena, raw));
        int32_t limit = length;
        uint32_t n = 0;

        utrans_transUChars(folder->transliterator, folder->wide, &length, FOLD_WIDE_MAX, 0, &limit, &status);
        if (U_FAILURE(status)) /* too long: what is ASCII remains */
                length = widen(folder, raw);
        for (int32_t i = 0; i < length; i++) {
                UChar c = folder->wide[i];

                if (c >= 0x2b0 && c <= 0x36f) /* modifier letters and marks that ICU leaves: ayin, soft sign */
                        continue;
                if (c >= 0x80 || c <= ' ') {
                        if (n > 0 && out[n - 1] != ' ')
                                out[n++] = ' ';
                        continue;
                }
                out[n++] = ascii_is_upper((char)c) ? (char)(c | 0x20) : (char)c;
        }
        while (n > 0 && out[n - 1] == ' ')
                n--;
        return n;
}

/* The first FOLD_INPUT_MAX bytes, cut between characters. */
static struct text bound_input(struct text raw)
{
        if (raw.length > FOLD_INPUT_MAX) {
                raw.length = FOLD_INPUT_MAX;
                while (raw.length > 0 && ((unsigned char)raw.data[raw.length] & 0xc0) == 0x80)
                        raw.length--;
        }
        return raw;
}

struct text fold_text(struct folder *folder, struct arena *arena, struct text raw)
{
        struct cached *cached;
        uint64_t hash;
        struct text result;
        char *out;

        raw = bound_input(raw);
        if (raw.length == 0)
                return TEXT_NONE;
        out = arena_alloc(arena, raw.length);
        result.data = out;
        if (fold_ascii(raw, out, &result.length))
                return result;

        hash = hash64_text(raw, 1) | 1;
        cached = &folder->cache[(hash >> 1) & (CACHE_SLOTS - 1)];
        if (cached->hash == hash && cached->key_length == raw.length && memcmp(cached->key, raw.data, raw.length) == 0)
                return arena_text(arena, (struct text){.data = cached->value, .length = cached->value_length});

        result.data = folder->narrow;
        result.length = fold_other(folder, arena, raw, folder->narrow);
        if (raw.length <= CACHE_KEY_MAX && result.length <= CACHE_VALUE_MAX) {
                cached->hash = hash;
                cached->key_length = (uint8_t)raw.length;
                cached->value_length = (uint8_t)result.length;
                memcpy(cached->key, raw.data, raw.length);
                memcpy(cached->value, result.data, result.length);
        }
        return arena_text(arena, result);
}

struct text fold_words(struct folder *folder, struct arena *arena, struct text raw)
{
        struct text folded = fold_text(folder, arena, raw);
        char *out = arena_alloc(arena, folded.length + 1);
        uint32_t n = 0;

        for (uint32_t i = 0; i < folded.length; i++) {
                if (ascii_is_word(folded.data[i]))
                        out[n++] = folded.data[i];
                else if (folded.data[i] != '\'' && n > 0 && out[n - 1] != ' ')
                        out[n++] = ' ';
        }
        if (n > 0 && out[n - 1] == ' ')
                n--;
        return (struct text){.data = out, .length = n};
}

struct text fold_code(struct folder *folder, struct arena *arena, struct text raw)
{
        struct text folded = fold_text(folder, arena, raw);
        char *out = arena_alloc(arena, folded.length + 1);
        uint32_t n = 0;

        for (uint32_t i = 0; i < folded.length; i++)
                if (ascii_is_word(folded.data[i]))
                        out[n++] = ascii_is_lower(folded.data[i]) ? (char)(folded.data[i] & ~0x20) : folded.data[i];
        return (struct text){.data = out, .length = n};
}

/* True if @raw is as fold_display() leaves it: no byte that could take part in a normalisation (U+0300 is the first
 * combining mark, CC 80 in UTF-8), no control character, no double blank. */
static bool is_clean(struct text raw)
{
        for (uint32_t i = 0; i < raw.length; i++) {
                unsigned char c = (unsigned char)raw.data[i];

                if (c < ' ' || c == 0x7f || c == 0xc2 || c >= 0xcc)
                        return false;
                if (c == ' ' && (i == 0 || i + 1 == raw.length || raw.data[i + 1] == ' '))
                        return false;
        }
        return true;
}

struct text fold_display(struct arena *arena, struct text raw)
{
        UErrorCode status = U_ZERO_ERROR;
        const UNormalizer2 *nfc;
        UChar *wide, *normal;
        char *out;
        int32_t n = 0, i = 0, length = 0;

        if (is_clean(raw))
                return raw;
        wide = arena_alloc(arena, (raw.length + 1) * sizeof(UChar));
        while (i < (int32_t)raw.length) {
                UChar32 c;

                U8_NEXT(raw.data, i, (int32_t)raw.length, c);
                if (c < 0)
                        c = 0xfffd;
                if (u_isUWhiteSpace(c) || u_iscntrl(c)) {
                        if (n > 0 && wide[n - 1] != ' ')
                                wide[n++] = ' ';
                        continue;
                }
                if (c == 0xfeff || c == 0x200b || c == 0x2060) /* marks of nothing; joiners have a meaning */
                        continue;
                U16_APPEND_UNSAFE(wide, n, c);
        }
        if (n > 0 && wide[n - 1] == ' ')
                n--;
        nfc = unorm2_getNFCInstance(&status);
        normal = arena_alloc(arena, ((size_t)n * 3 + 1) * sizeof(UChar));
        n = unorm2_normalize(nfc, wide, n, normal, n * 3 + 1, &status);
        out = arena_alloc(arena, (size_t)n * 3 + 1);
        u_strToUTF8(out, n * 3 + 1, &length, normal, n, &status);
        if (U_FAILURE(status))
                return text_trim(raw);
        return (struct text){.data = out, .length = (uint32_t)length};
}

bool fold_is_capitals(struct text word)
{
        uint32_t capitals = 0;
        int32_t i = 0;

        while (i < (int32_t)word.length) {
                UChar32 c;

                U8_NEXT(word.data, i, (int32_t)word.length, c);
                if (c < 0)
                        continue;
                if (u_islower(c))
                        return false;
                capitals += u_isupper(c) ? 1 : 0;
        }
        return capitals >= 2;
}

enum script fold_script(struct text word, uint32_t *letters)
{
        enum script script = SCRIPT_OTHER;
        int32_t i = 0;

        *letters = 0;
        if (word.length < 3 || (unsigned char)word.data[0] < 0xe0)
                return SCRIPT_OTHER;
        while (i < (int32_t)word.length) {
                UErrorCode status = U_ZERO_ERROR;
                enum script own;
                UScriptCode code;
                UChar32 c;

                U8_NEXT(word.data, i, (int32_t)word.length, c);
                code = c < 0 ? USCRIPT_COMMON : uscript_getScript(c, &status);
                own = code == USCRIPT_HAN ? SCRIPT_HAN : code == USCRIPT_HANGUL ? SCRIPT_HANGUL : SCRIPT_OTHER;
                if (own == SCRIPT_OTHER || (script != SCRIPT_OTHER && own != script))
                        return SCRIPT_OTHER;
                script = own;
                (*letters)++;
        }
        return script;
}

struct text fold_next_word(struct text *rest)
{
        struct text word;

        while (rest->length > 0 && *rest->data == ' ') {
                rest->data++;
                rest->length--;
        }
        if (rest->length == 0)
                return TEXT_NONE; /* no arithmetic on the null pointer of an empty text */
        word = (struct text){.data = rest->data};
        while (word.length < rest->length && rest->data[word.length] != ' ')
                word.length++;
        rest->data += word.length;
        rest->length -= word.length;
        return word;
}

struct text fold_join(struct arena *arena, const struct text *words, size_t count)
{
        size_t length = 0;
        char *out;
        uint32_t n = 0;

        for (size_t i = 0; i < count; i++)
                length += words[i].length + 1;
        out = arena_alloc(arena, length + 1);
        for (size_t i = 0; i < count; i++) {
                if (words[i].length == 0)
                        continue;
                if (n > 0)
                        out[n++] = ' ';
                memcpy(out + n, words[i].data, words[i].length);
                n += words[i].length;
        }
        return (struct text){.data = out, .length = n};
}
