/* Genders, consent, booleans, numbers, codes and free text: closed lists, and tidying where there is no list. */
#include "standard/parts.h"

bool misc_is_placeholder(struct work *work, struct text raw)
{
        /* the longest placeholder is shorter */
        if (raw.length > 64)
                return false;
        return lexicon_find(work->standard->lexicon, LEXICON_FAKE_WORD,
                            fold_text(work->standard->folder, work->arena, raw), NULL);
}

/* @raw through a closed list; what is not listed is kept as it is, in lower case. */
/* "not_set" is "not set": programs write words without blanks. */
static struct text spell_out(struct arena *arena, struct text word)
{
        char *copy = arena_alloc(arena, word.length + 1);

        for (uint32_t i = 0; i < word.length; i++)
                copy[i] = word.data[i] == '_' ? ' ' : word.data[i];
        return (struct text){.data = copy, .length = word.length};
}

static struct canonical from_list(struct work *work, enum lexicon_kind kind, struct text raw, struct text otherwise)
{
        struct text folded = spell_out(work->arena, fold_text(work->standard->folder, work->arena, raw)), value;

        while (folded.length > 1 && folded.data[folded.length - 1] == '.')
                folded.length--;
        if (lexicon_find(work->standard->lexicon, kind, folded, &value))
                return (struct canonical){.value = value};
        return (struct canonical){.value = otherwise.length > 0 ? otherwise : fold_display(work->arena, raw)};
}

struct canonical gender_standardise(struct work *work, struct text raw)
{
        return from_list(work, LEXICON_GENDER, raw, TEXT("unknown"));
}

struct canonical consent_standardise(struct work *work, struct text raw)
{
        return from_list(work, LEXICON_CONSENT, raw, TEXT("unknown"));
}

struct canonical boolean_standardise(struct work *work, struct text raw)
{
        return from_list(work, LEXICON_BOOLEAN, raw, TEXT_NONE);
}

/* Counts the separators of a number: how many points and commas, and where the last of either is. False when something
 * is there that no number has. */
static bool scan_number(struct text t, uint32_t *points, uint32_t *commas, uint32_t *last)
{
        uint32_t digits = 0;

        *points = *commas = *last = 0;
        for (uint32_t i = 0; i < t.length; i++) {
                char c = t.data[i];

                if (c == '.' || c == ',') {
                        *(c == '.' ? points : commas) += 1;
                        *last = i;
                } else if (ascii_is_digit(c)) {
                        digits++;
                } else if (!(i == 0 && (c == '-' || c == '+')) && c != ' ' && c != '\'') {
                        return false;
                }
        }
        return digits > 0;
}

/* Decimal numbers without grouping: "1 234,50" and "1,234.50" become 1234.50. The last separator is the decimal one,
 * unless it occurs twice, or is a lone comma before exactly three digits; a lone point is what machines write. */
struct canonical number_standardise(struct work *work, struct text raw)
{
        struct text t = fold_text(work->standard->folder, work->arena, raw);
        uint32_t points, commas, last, n = 0;
        bool decimal;
        char *out;

        if (!scan_number(t, &points, &commas, &last))
                return (struct canonical){.value = fold_display(work->arena, raw), .flags = SLOT_INVALID};
        decimal = points + commas > 0 && (t.data[last] == '.' ? points == 1 : commas == 1);
        if (points == 0 && commas == 1 && t.length - last - 1 == 3 && last <= 3)
                decimal = false;
        out = arena_alloc(work->arena, t.length + 1);
        for (uint32_t i = 0; i < t.length; i++) {
                if (ascii_is_digit(t.data[i]) || (t.data[i] == '-' && i == 0))
                        out[n++] = t.data[i];
                else if (decimal && i == last)
                        out[n++] = '.';
        }
        return (struct canonical){.value = {.data = out, .length = n}};
}

struct canonical text_standardise(struct work *work, struct text raw)
{
        return (struct canonical){.value = fold_display(work->arena, raw),
                                  .flags = misc_is_placeholder(work, raw) ? SLOT_FAKE : 0};
}

struct canonical code_standardise(struct work *work, struct text raw)
{
        return (struct canonical){.value = fold_display(work->arena, raw)};
}
