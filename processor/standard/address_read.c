/* Address lines into parts.
 *
 * The folded text is cut at blanks and punctuation. Marks between digits stay (12-14, 3/12, 94105-1234); dots of
 * abbreviations vanish (P.O., N.W.); commas, brackets, line ends and free-standing dashes begin a new segment.
 */
#include "standard/address.h"

#include <string.h>

bool address_has_digit(struct text t)
{
        for (uint32_t i = 0; i < t.length; i++)
                if (ascii_is_digit(t.data[i]))
                        return true;
        return false;
}

void address_push_part(struct parts *parts, struct text text, uint8_t segment)
{
        if (text.length > 0 && parts->count < TOKENS_MAX)
                parts->items[parts->count++] = (struct part){.text = text, .segment = segment};
}

/* A mark that belongs to the token: between digits (12-14, 3/12), and the dots of P.O. and N.W. */
static bool is_inner_mark(struct text t, uint32_t at)
{
        char before = at > 0 ? t.data[at - 1] : ' ', after = at + 1 < t.length ? t.data[at + 1] : ' ';

        if (t.data[at] == '-' || t.data[at] == '/')
                return ascii_is_digit(after) && (ascii_is_digit(before) || (at >= 2 && ascii_is_digit(t.data[at - 2])));
        return false;
}

static bool is_vanishing(struct text t, uint32_t at)
{
        bool single = at == 1 || (at >= 2 && !ascii_is_word(t.data[at - 2]));

        if (t.data[at] == '\'' || t.data[at] == '`') /* O'Connell, but l'Etoile and d'Arc are two words */
                return !(single && at > 0 && (t.data[at - 1] == 'l' || t.data[at - 1] == 'd'));
        return t.data[at] == '.' && single && at + 1 < t.length && ascii_is_lower(t.data[at - 1]) &&
               ascii_is_lower(t.data[at + 1]);
}

/* True for the slash of the Spanish "C/ Mayor" at the beginning of a segment; "c/o" and "C/12" are others. */
static bool is_calle(const struct parts *parts, uint8_t segment, struct text token, struct text t, uint32_t at)
{
        char after = at + 1 < t.length ? t.data[at + 1] : '\0', beyond = at + 2 < t.length ? t.data[at + 2] : ' ';
        bool first = parts->count == 0 || parts->items[parts->count - 1].segment != segment;

        return first && t.data[at] == '/' && text_equal(token, TEXT("c")) && !ascii_is_digit(after) &&
               (after != 'o' || ascii_is_word(beyond));
}

/* Appends the tokens of folded @t to @parts. */
void address_read_parts(struct work *work, struct parts *parts, struct text t)
{
        uint8_t segment = parts->count > 0 ? (uint8_t)(parts->items[parts->count - 1].segment + 1) : 0;
        char *out = arena_alloc(work->arena, t.length + 2);
        uint32_t n = 0;

        for (uint32_t i = 0; i <= t.length; i++) {
                char c = i < t.length ? t.data[i] : ' ';

                if (ascii_is_word(c) || (i < t.length && is_inner_mark(t, i))) {
                        out[n++] = c;
                        continue;
                }
                if (i < t.length && is_vanishing(t, i))
                        continue;
                struct text token = {.data = out, .length = n};
                bool calle = i < t.length && is_calle(parts, segment, token, t, i);

                address_push_part(parts, calle ? TEXT("calle") : token, segment);
                out += n;
                n = 0;
                if (c == '#')
                        address_push_part(parts, TEXT("#"), segment);
                if ((c == ',' || c == ';' || c == '|' || c == '(' || c == ')' ||
                     (c == '-' && i > 0 && t.data[i - 1] == ' ')) &&
                    segment < NO_SEGMENT - 1)
                        segment++;
        }
}

/* Line ends separate like commas; folding would make blanks of them. */
struct text address_fold_lines(struct work *work, struct text raw)
{
        char *copy = NULL;

        for (uint32_t i = 0; i < raw.length; i++) {
                if (raw.data[i] != '\n' && raw.data[i] != '\r')
                        continue;
                if (!copy) {
                        copy = arena_alloc(work->arena, raw.length);
                        memcpy(copy, raw.data, raw.length);
                }
                copy[i] = ',';
        }
        if (copy)
                raw.data = copy;
        return fold_text(work->standard->folder, work->arena, raw);
}

struct text address_join_parts(struct work *work, const struct parts *parts, uint32_t from, uint32_t to)
{
        struct text words[TOKENS_MAX];
        size_t count = 0;

        for (uint32_t i = from; i < to; i++)
                if (!parts->items[i].taken)
                        words[count++] = parts->items[i].text;
        return fold_join(work->arena, words, count);
}

/* The last segment that still has tokens: [*from, *to). False when there is none. */
bool address_last_segment(const struct parts *parts, uint32_t *from, uint32_t *to)
{
        uint32_t end = parts->count;

        while (end > 0 && parts->items[end - 1].taken)
                end--;
        if (end == 0)
                return false;
        *to = end;
        *from = end - 1;
        while (*from > 0 && !parts->items[*from - 1].taken &&
               parts->items[*from - 1].segment == parts->items[end - 1].segment)
                (*from)--;
        return true;
}

void address_take(struct parts *parts, uint32_t from, uint32_t to)
{
        for (uint32_t i = from; i < to; i++)
                parts->items[i].taken = true;
}

/* True if no token of the same segment follows @at. */
bool address_ends_segment(const struct parts *parts, uint32_t at)
{
        return at + 1 >= parts->count || parts->items[at + 1].taken ||
               parts->items[at + 1].segment != parts->items[at].segment;
}

/* True if a street type stands behind token @at in its segment. */
bool address_follows_type(struct work *work, const struct parts *parts, uint32_t at)
{
        for (uint32_t i = at + 1; i < parts->count && parts->items[i].segment == parts->items[at].segment; i++)
                if (!parts->items[i].taken && address_has(work, LEXICON_STREET_TYPE, parts->items[i].text))
                        return true;
        return false;
}
