/* Postal addresses, however they are split over fields.
 *
 * Street and second line are one text, a list of segments (commas, line ends) of tokens. What is recognised is taken
 * out, from the surest to the least sure: from the end country, postal code, region and city, as far as the source has
 * no field for them; then PO box, unit, house number; what is left is the street, or a locality. So "18 Danver Place,
 * Loughborough, Leicestershire, United Kingdom, LE11 1UU" in one field gives what the same in six fields gives.
 *
 * A street keeps its type, written out: two streets of one name often differ by nothing else. Ordinals become numbers,
 * directions their letter, particles vanish; German and Dutch compounds are split before their type (Hardenbergstr. ->
 * hardenberg street), as half of the writers do.
 *
 * Tables and their sources: address_words.c. There is no gazetteer: which of two unknown words is a city is decided by
 * place.
 */
#include "standard/parts.h"

#include <string.h>

#define TOKENS_MAX 48
#define LOCALITIES_MAX 4
#define STREET_WORDS_MAX 16

struct part {
        struct text text;
        uint8_t segment;
        bool taken;
};

struct parts {
        struct part items[TOKENS_MAX];
        uint32_t count;
};

struct address {
        struct text house;
        struct text unit;
        struct text po_box;
        struct text street;
        struct text city;
        struct text postal_code;
        struct text region;
        struct text country;
        struct text localities[LOCALITIES_MAX];
        uint32_t locality_count;
        bool region_is_guess;
};

static bool has(const struct work *work, enum lexicon_kind kind, struct text word)
{
        return lexicon_find(work->standard->lexicon, kind, word, NULL);
}

static bool has_digit(struct text t)
{
        for (uint32_t i = 0; i < t.length; i++)
                if (ascii_is_digit(t.data[i]))
                        return true;
        return false;
}

/* --- reading
 * ---------------------------------------------------------------------------------------------------------- */

static void push_part(struct parts *parts, struct text text, uint8_t segment)
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

        if (t.data[at] == '\'' || t.data[at] == '`')
                return true;
        return t.data[at] == '.' && single && at + 1 < t.length && ascii_is_lower(t.data[at - 1]) &&
               ascii_is_lower(t.data[at + 1]);
}

/* Appends the tokens of folded @t to @parts. */
static void read_parts(struct work *work, struct parts *parts, struct text t)
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
                push_part(parts, (struct text){.data = out, .length = n}, segment);
                out += n;
                n = 0;
                if (c == '#')
                        push_part(parts, TEXT("#"), segment);
                if ((c == ',' || c == ';' || c == '|' || c == '(' || c == ')' ||
                     (c == '-' && i > 0 && t.data[i - 1] == ' ')) &&
                    segment < UINT8_MAX)
                        segment++;
        }
}

/* Line ends separate like commas; folding would make blanks of them. */
static struct text fold_lines(struct work *work, struct text raw)
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

static struct text join_parts(struct work *work, const struct parts *parts, uint32_t from, uint32_t to)
{
        struct text words[TOKENS_MAX];
        size_t count = 0;

        for (uint32_t i = from; i < to; i++)
                if (!parts->items[i].taken)
                        words[count++] = parts->items[i].text;
        return fold_join(work->arena, words, count);
}

/* The last segment that still has tokens: [*from, *to). False when there is none. */
static bool last_segment(const struct parts *parts, uint32_t *from, uint32_t *to)
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

static void take(struct parts *parts, uint32_t from, uint32_t to)
{
        for (uint32_t i = from; i < to; i++)
                parts->items[i].taken = true;
}

/* --- postal codes
 * ------------------------------------------------------------------------------------------------------- */

/* "LE11" and "1UU"; "M1S" and "1T4": outward and inward halves of British and Canadian codes. */
static bool is_outward(struct text t)
{
        return t.length >= 2 && t.length <= 4 && ascii_is_lower(t.data[0]) && has_digit(t);
}

static bool is_inward(struct text t)
{
        return t.length == 3 && ascii_is_digit(t.data[0]) && ascii_is_lower(t.data[1]) && ascii_is_word(t.data[2]);
}

static bool is_written_together(struct text t)
{
        return t.length >= 5 && t.length <= 7 && is_outward(text_slice(t, 0, t.length - 3)) &&
               is_inward(text_slice(t, t.length - 3, 3));
}

/* Four to six digits, ZIP+4. */
static bool is_digit_code(struct text t)
{
        if (t.length == 10 && t.data[5] == '-')
                return text_is_digits(text_slice(t, 0, 5)) && text_is_digits(text_slice(t, 6, 4));
        return text_is_digits(t) && ((t.length >= 4 && t.length <= 6) || t.length == 9);
}

/* Upper case without blanks and country prefix; ZIP+4 without its last four. */
static struct text postal_feature(struct work *work, struct text raw)
{
        struct text code = fold_code(work->standard->folder, work->arena, raw);

        if (code.length > 2 && ascii_is_upper(code.data[0]) && raw.length > 2 &&
            (raw.data[1] == '-' || raw.data[2] == '-') &&
            text_is_digits(text_slice(code, raw.data[1] == '-' ? 1 : 2, code.length)))
                code = text_slice(code, raw.data[1] == '-' ? 1 : 2, code.length);
        if (code.length == 9 && text_is_digits(code))
                code.length = 5;
        return code;
}

/* True if a street type stands behind token @at in its segment. */
static bool follows_type(struct work *work, const struct parts *parts, uint32_t at)
{
        for (uint32_t i = at + 1; i < parts->count && parts->items[i].segment == parts->items[at].segment; i++)
                if (!parts->items[i].taken && has(work, LEXICON_STREET_TYPE, parts->items[i].text))
                        return true;
        return false;
}

/* A code at the end of segment [from, to), or before its first word. Takes it and gives it. */
static struct text find_postal_code(struct work *work, struct parts *parts, uint32_t from, uint32_t to)
{
        struct part *items = parts->items;
        uint32_t last = to - 1;
        struct text code;

        if (to - from >= 2 && is_outward(items[last - 1].text) && is_inward(items[last].text)) {
                code = join_parts(work, parts, last - 1, to);
                take(parts, last - 1, to);
                return code;
        }
        if (is_written_together(items[last].text)) {
                code = items[last].text;
                take(parts, last, to);
                return code;
        }
        /* digits at the end: never the only number of a lone segment such as "Hauptstrasse 1234" */
        if (is_digit_code(items[last].text) &&
            ((to - from == 1 && from > 0) || (items[last].text.length >= 5 && to - from >= 2) ||
             (to - from >= 2 && has(work, LEXICON_REGION, items[last - 1].text)))) {
                code = items[last].text;
                take(parts, last, to);
                return code;
        }
        /* 56422 Dusseldorf; 1012 AB Amsterdam */
        if (from > 0 && to - from >= 2 && is_digit_code(items[from].text) && !follows_type(work, parts, from)) {
                uint32_t end = from + 1;

                if (items[from].text.length == 4 && to - from >= 3 && items[from + 1].text.length == 2 &&
                    !has_digit(items[from + 1].text))
                        end++;
                code = join_parts(work, parts, from, end);
                take(parts, from, end);
                return code;
        }
        return TEXT_NONE;
}

/* --- what stands at the end
 * ------------------------------------------------------------------------------------------- */

static bool take_country(struct work *work, struct parts *parts, struct address *address)
{
        uint32_t from, to;
        struct text code, name;

        if (!last_segment(parts, &from, &to) || from == 0)
                return false;
        name = join_parts(work, parts, from, to);
        if ((name.length < 3 && !text_equal(name, TEXT("uk"))) || has(work, LEXICON_REGION, name))
                return false;
        if (!lexicon_find(work->standard->lexicon, LEXICON_COUNTRY, name, &code))
                return false;
        if (address->country.length == 0)
                address->country = code;
        take(parts, from, to);
        return true;
}

/* A region at the end of the last segment: its code behind other words, or its name as the whole segment. */
static bool take_region(struct work *work, struct parts *parts, struct address *address)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        uint32_t from, to, start;
        struct text region;

        if (!last_segment(parts, &from, &to))
                return false;
        start = from;
        if (from == 0 && to < 4) /* "12 Oak ct" */
                return false;
        if (from == 0 || !lexicon_find(lexicon, LEXICON_REGION, join_parts(work, parts, from, to), &region)) {
                start = to - 1;
                if (start == from || parts->items[start].text.length > 3 ||
                    !lexicon_find(lexicon, LEXICON_REGION, parts->items[start].text, &region))
                        return false;
                if (from == 0 && has(work, LEXICON_STREET_TYPE, parts->items[start].text) &&
                    address->postal_code.length == 0)
                        return false;
        }
        if (address->region.length == 0)
                address->region = region;
        take(parts, start, to);
        return true;
}

/* Country, postal code and region, in any order, from the end. */
static void take_tail(struct work *work, struct parts *parts, struct address *address)
{
        bool found = true, postal = false, region = false, country = false;

        while (found) {
                uint32_t from, to;

                found = false;
                if (!country && take_country(work, parts, address))
                        found = country = true;
                if (!postal && last_segment(parts, &from, &to)) {
                        struct text code = find_postal_code(work, parts, from, to);

                        if (code.length > 0) {
                                if (address->postal_code.length == 0)
                                        address->postal_code = code;
                                found = postal = true;
                        }
                }
                if (!region && take_region(work, parts, address))
                        found = region = true;
        }
}

/* Removes "cedex 08" and what else of a city's name is not the city; writes saint out. */
static struct text city_name(struct work *work, const struct parts *parts, uint32_t from, uint32_t to)
{
        struct text words[TOKENS_MAX];
        size_t count = 0;

        for (uint32_t i = from; i < to; i++) {
                struct text word = parts->items[i].text;

                if (parts->items[i].taken)
                        continue;
                if (text_equal(word, TEXT("cedex")))
                        break;
                if (has_digit(word) && (count > 0 || i + 1 < to)) /* arrondissement, postal district */
                        continue;
                if (word.length <= 3)
                        lexicon_find(work->standard->lexicon, LEXICON_STREET_WORD, word, &word);
                words[count++] = word;
        }
        return fold_join(work->arena, words, count);
}

/* A field for the city may hold postal code, region and country as well. */
static void read_city_field(struct work *work, struct address *address, struct text raw)
{
        struct parts parts = {0};
        struct text folded = fold_lines(work, raw);
        uint32_t from, to;

        push_part(&parts, TEXT(" "), 0); /* stands for the street, so that a first segment is not one */
        read_parts(work, &parts, folded);
        if (text_find_byte(folded, ',', 0) >= 0 || has_digit(folded))
                take_tail(work, &parts, address);
        parts.items[0].taken = true;
        if (!last_segment(&parts, &from, &to))
                return;
        address->city = city_name(work, &parts, 1, to);
}

/* --- what stands at the front
 * ----------------------------------------------------------------------------------------- */

static void take_po_box(struct work *work, struct parts *parts, struct address *address)
{
        for (uint32_t i = 0; i + 1 < parts->count; i++)
                for (uint32_t n = 3; n > 0; n--) {
                        uint32_t end = i + n;

                        if (end >= parts->count || parts->items[i].taken || parts->items[end].taken)
                                continue;
                        if (!has(work, LEXICON_PO_BOX, join_parts(work, parts, i, end)))
                                continue;
                        if (text_equal(parts->items[end].text, TEXT("no")) && end + 1 < parts->count)
                                take(parts, end, end + 1), end++;
                        if (!has_digit(parts->items[end].text))
                                continue;
                        address->po_box = parts->items[end].text;
                        take(parts, i, end + 1);
                        return;
                }
}

static bool is_unit_number(struct text t)
{
        return has_digit(t) || t.length == 1;
}

static void take_unit(struct work *work, struct parts *parts, struct address *address)
{
        for (uint32_t i = 0; i < parts->count; i++) {
                struct part *part = &parts->items[i];
                uint32_t from = i, to = i;

                if (part->taken)
                        continue;
                if (i + 1 < parts->count && !parts->items[i + 1].taken && has(work, LEXICON_UNIT, part->text) &&
                    is_unit_number(parts->items[i + 1].text) && part[1].segment == part->segment)
                        to = i + 2;
                else if (i > 0 && !parts->items[i - 1].taken && has(work, LEXICON_UNIT_AFTER, part->text) &&
                         has_digit(parts->items[i - 1].text) && part[-1].segment == part->segment)
                        from = i - 1, to = i + 1;
                if (to == 0)
                        continue;
                if (to > i + 1 || from < i) {
                        struct text number = parts->items[from < i ? from : i + 1].text;
                        uint32_t digits = 0;

                        if (from < i) /* 3rd floor, 2e etage */
                                while (digits < number.length && ascii_is_digit(number.data[digits]))
                                        digits++;
                        address->unit = digits > 0 ? text_slice(number, 0, digits) : number;
                        take(parts, from, to);
                        return;
                }
        }
}

static bool is_ordinal(struct text t)
{
        uint32_t digits = 0;
        struct text rest;

        while (digits < t.length && ascii_is_digit(t.data[digits]))
                digits++;
        rest = text_slice(t, digits, t.length);
        return digits > 0 && (text_equal(rest, TEXT("st")) || text_equal(rest, TEXT("nd")) ||
                              text_equal(rest, TEXT("rd")) || text_equal(rest, TEXT("th")));
}

static bool is_house_number(struct text t)
{
        return t.length > 0 && t.length <= 10 && ascii_is_digit(t.data[0]) && !is_ordinal(t);
}

/* The number at @at with what belongs to it: "bis", a letter. Unit and number in one are "3/12". */
static void set_house(struct work *work, struct parts *parts, struct address *address, uint32_t at)
{
        struct text number = parts->items[at].text;
        int64_t slash = text_find_byte(number, '/', 0);

        if (slash > 0) {
                if (address->unit.length == 0)
                        address->unit = text_slice(number, 0, (uint32_t)slash);
                number = text_slice(number, (uint32_t)slash + 1, number.length);
        }
        take(parts, at, at + 1);
        if (at + 1 < parts->count && !parts->items[at + 1].taken) {
                struct text next = parts->items[at + 1].text;
                bool letter = next.length == 1 && ascii_is_lower(next.data[0]) && !has(work, LEXICON_DIRECTION, next) &&
                              parts->items[at + 1].segment == parts->items[at].segment;

                if (has(work, LEXICON_HOUSE_SUFFIX, next) || letter) {
                        number = arena_printf(work->arena, "%.*s%.*s", TEXT_ARG(number), TEXT_ARG(next));
                        take(parts, at + 1, at + 2);
                }
        }
        address->house = number;
}

/* True if no token of the same segment follows @at. */
static bool ends_segment(const struct parts *parts, uint32_t at)
{
        return at + 1 >= parts->count || parts->items[at + 1].taken ||
               parts->items[at + 1].segment != parts->items[at].segment;
}

/* Finds the house number: first in a segment, before a street in the middle of one, or last in one. The number of the
 * segment that has it, or that has a street type, goes to *@segment. */
static bool take_house(struct work *work, struct parts *parts, struct address *address, uint8_t *segment)
{
        struct part *items = parts->items;

        for (int round = 0; round < 3; round++)
                for (uint32_t i = 0; i < parts->count; i++) {
                        bool first = i == 0 || items[i - 1].taken || items[i - 1].segment != items[i].segment;
                        bool last =
                                ends_segment(parts, i) || (items[i + 1].text.length == 1 && ends_segment(parts, i + 1));

                        if (items[i].taken || !is_house_number(items[i].text))
                                continue;
                        if ((round == 0 && !(first && !last)) || (round == 1 && !follows_type(work, parts, i)) ||
                            (round == 2 && !last))
                                continue;
                        *segment = items[i].segment;
                        if (round == 1) { /* a building's name stands before */
                                uint32_t from = i;

                                while (from > 0 && !items[from - 1].taken && items[from - 1].segment == *segment)
                                        from--;
                                if (from < i && address->locality_count < LOCALITIES_MAX)
                                        address->localities[address->locality_count++] =
                                                join_parts(work, parts, from, i);
                                take(parts, from, i);
                        }
                        if (i > 0 && !items[i - 1].taken && has(work, LEXICON_HOUSE_MARK, items[i - 1].text))
                                take(parts, i - 1, i);
                        set_house(work, parts, address, i);
                        return true;
                }
        return false;
}

/* --- the street
 * ---------------------------------------------------------------------------------------------------------- */

/* Splits "hardenbergstr" into the name and "street". */
static bool split_compound(struct work *work, struct text word, struct text *name, struct text *type)
{
        if (has(work, LEXICON_STREET_TYPE, word))
                return false;
        for (uint32_t length = 3; length <= 7 && length + 3 <= word.length; length++) {
                struct text suffix = text_slice(word, word.length - length, length);

                if (!lexicon_find(work->standard->lexicon, LEXICON_STREET_SUFFIX, suffix, type))
                        continue;
                *name = text_slice(word, 0, word.length - length);
                return true;
        }
        return false;
}

/* One word of a street in canonical spelling. @last: nothing but directions follow. */
static struct text street_word(struct work *work, struct text word, bool first, bool last)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        struct text value;

        if (is_ordinal(word))
                return text_slice(word, 0, word.length - 2);
        if (lexicon_find(lexicon, LEXICON_ORDINAL, word, &value))
                return value;
        if (!last && word.length <= 4 && !first && lexicon_find(lexicon, LEXICON_STREET_WORD, word, &value))
                return value;
        if (first && !last && text_equal(word, TEXT("st")))
                return TEXT("saint");
        if (lexicon_find(lexicon, LEXICON_STREET_TYPE, word, &value))
                return value;
        if (lexicon_find(lexicon, LEXICON_DIRECTION, word, &value))
                return value;
        return word;
}

static struct text street_name(struct work *work, const struct parts *parts, uint8_t segment)
{
        struct text in[STREET_WORDS_MAX], out[STREET_WORDS_MAX * 2];
        size_t count = 0, n = 0;
        size_t last;

        for (uint32_t i = 0; i < parts->count && count < STREET_WORDS_MAX; i++)
                if (!parts->items[i].taken && parts->items[i].segment == segment)
                        in[count++] = parts->items[i].text;
        last = count;
        while (last > 1 && has(work, LEXICON_DIRECTION, in[last - 1]))
                last--;
        for (size_t i = 0; i < count; i++) {
                struct text name, type;

                if (count > 1 && has(work, LEXICON_ADDRESS_PARTICLE, in[i]))
                        continue;
                if (split_compound(work, in[i], &name, &type)) {
                        out[n++] = name;
                        out[n++] = type;
                } else {
                        out[n++] = street_word(work, in[i], i == 0, i + 1 == last);
                }
        }
        return fold_join(work->arena, out, n);
}

/* A text without city field and commas behind the street: the words after the street's type and its direction. */
static void take_city_behind_type(struct work *work, struct parts *parts, struct address *address, uint8_t segment)
{
        uint32_t end = parts->count, start;

        while (end > 0 && (parts->items[end - 1].taken || parts->items[end - 1].segment != segment))
                end--;
        start = end;
        while (start > 1 && !parts->items[start - 1].taken && parts->items[start - 1].segment == segment &&
               !has(work, LEXICON_STREET_TYPE, parts->items[start - 1].text))
                start--;
        if (start < 2 || parts->items[start - 1].taken || !has(work, LEXICON_STREET_TYPE, parts->items[start - 1].text))
                return;
        while (start < end && has(work, LEXICON_DIRECTION, parts->items[start].text) && start + 1 < end)
                start++;
        if (start == end || has_digit(parts->items[start].text))
                return;
        address->city = city_name(work, parts, start, end);
        take(parts, start, end);
}

/* The segment that is the street where no number says so: the first with a street type, else the first. */
static uint8_t find_street_segment(struct work *work, const struct parts *parts)
{
        const struct part *first = NULL;

        for (uint32_t i = 0; i < parts->count; i++) {
                struct text name, type;

                if (parts->items[i].taken)
                        continue;
                if (!first)
                        first = &parts->items[i];
                if (has(work, LEXICON_STREET_TYPE, parts->items[i].text) ||
                    split_compound(work, parts->items[i].text, &name, &type))
                        return parts->items[i].segment;
        }
        return first ? first->segment : 0;
}

static bool is_empty_segment(const struct parts *parts, uint8_t segment)
{
        for (uint32_t i = 0; i < parts->count; i++)
                if (!parts->items[i].taken && parts->items[i].segment == segment)
                        return false;
        return true;
}

/* What is left outside the street: city, a further region, localities. */
static void assign_rest(struct work *work, struct parts *parts, struct address *address, uint8_t street, bool has_city)
{
        struct text rest[TOKENS_MAX];
        uint32_t count = 0, from = 0;

        while (from < parts->count) {
                uint32_t to = from + 1;

                while (to < parts->count && parts->items[to].segment == parts->items[from].segment)
                        to++;
                if (parts->items[from].segment != street) {
                        struct text name = city_name(work, parts, from, to);

                        if (name.length > 0 && (parts->items[from].segment > street || has_city))
                                rest[count++] = name;
                        else if (name.length > 0 && address->locality_count < LOCALITIES_MAX)
                                address->localities[address->locality_count++] = name;
                }
                from = to;
        }
        if (!has_city && count >= 2 && address->region.length == 0) {
                address->region = rest[--count];
                address->region_is_guess = true;
        }
        if (!has_city && count >= 1)
                address->city = rest[--count];
        for (uint32_t i = 0; i < count && address->locality_count < LOCALITIES_MAX; i++)
                if (!text_equal(rest[i], address->city) && !text_equal(rest[i], address->region))
                        address->localities[address->locality_count++] = rest[i];
}

static void read_fields(struct work *work, const struct address_fields *fields, struct address *address)
{
        struct parts parts = {0};
        uint8_t street = 0;
        bool has_city;

        if (fields->country.length > 0)
                address->country = country_find(work, fields->country);
        if (fields->country.length > 0 && address->country.length == 0)
                address->country = fold_words(work->standard->folder, work->arena, fields->country);
        if (fields->region.length > 0) {
                address->region = fold_words(work->standard->folder, work->arena, fields->region);
                lexicon_find(work->standard->lexicon, LEXICON_REGION, address->region, &address->region);
        }
        address->postal_code = fields->postal_code;
        if (fields->city.length > 0)
                read_city_field(work, address, fields->city);
        has_city = address->city.length > 0;

        read_parts(work, &parts, fold_lines(work, fields->street));
        read_parts(work, &parts, fold_lines(work, fields->line2));
        if (parts.count == 0)
                return;
        take_po_box(work, &parts, address);
        if (!has_city || parts.items[parts.count - 1].segment > 0)
                take_tail(work, &parts, address);
        take_unit(work, &parts, address);
        /* "12 bis, rue de la Paix": the number has a segment of its own */
        if (!take_house(work, &parts, address, &street) || is_empty_segment(&parts, street))
                street = find_street_segment(work, &parts);
        if (!has_city && (address->region.length > 0 || address->postal_code.length > 0)) {
                uint32_t from, to;

                if (last_segment(&parts, &from, &to) && parts.items[from].segment == street)
                        take_city_behind_type(work, &parts, address, street);
                has_city = address->city.length > 0;
        }
        address->street = street_name(work, &parts, street);
        assign_rest(work, &parts, address, street, has_city);
}

/* The longest word that is no type of street. */
static struct text longest_word(struct work *work, struct text words)
{
        struct text longest = TEXT_NONE;

        for (struct text word = fold_next_word(&words); word.length > 0; word = fold_next_word(&words))
                if (word.length > longest.length && !has(work, LEXICON_STREET_TYPE, word))
                        longest = word;
        return longest;
}

static void add_part(struct work *work, uint8_t group, uint8_t kind, struct text text)
{
        feature_add(work, (struct feature){.kind = kind, .group = group, .text = text});
}

void address_add(struct work *work, const struct address_fields *fields, uint8_t group)
{
        struct address address = {0};

        read_fields(work, fields, &address);
        add_part(work, group, FEATURE_HOUSE_NUMBER, address.house);
        feature_add(work, (struct feature){.kind = FEATURE_STREET,
                                           .group = group,
                                           .text = address.street,
                                           .sound = phonetic_code(work->arena, longest_word(work, address.street))});
        add_part(work, group, FEATURE_UNIT, address.unit);
        add_part(work, group, FEATURE_PO_BOX, address.po_box);
        for (uint32_t i = 0; i < address.locality_count; i++)
                add_part(work, group, FEATURE_LOCALITY, address.localities[i]);
        feature_add(work, (struct feature){.kind = FEATURE_CITY,
                                           .group = group,
                                           .text = address.city,
                                           .sound = phonetic_code(work->arena, address.city)});
        add_part(work, group, FEATURE_POSTAL_CODE, postal_feature(work, address.postal_code));
        feature_add(work, (struct feature){.kind = FEATURE_REGION,
                                           .group = group,
                                           .flags = address.region_is_guess ? FEATURE_UNCERTAIN : 0,
                                           .text = address.region});
        add_part(work, group, FEATURE_COUNTRY, address.country);
}

/* --- single fields for people
 * ------------------------------------------------------------------------------------------ */

struct text country_in_line(struct work *work, struct text line)
{
        struct text code;

        for (int segments = 0; segments < 2 && line.length > 0; segments++) {
                uint32_t comma = line.length;

                while (comma > 0 && line.data[comma - 1] != ',' && line.data[comma - 1] != '\n')
                        comma--;
                if (comma == 0)
                        break;
                code = text_trim(text_slice(line, comma, line.length));
                code = code.length > 3 ? country_find(work, code) : TEXT_NONE;
                if (code.length > 0)
                        return code;
                line.length = comma - 1;
        }
        return TEXT_NONE;
}

struct text country_find(struct work *work, struct text raw)
{
        struct text code, words = fold_words(work->standard->folder, work->arena, raw);

        return lexicon_find(work->standard->lexicon, LEXICON_COUNTRY, words, &code) && code.length == 2 ? code
                                                                                                        : TEXT_NONE;
}

static struct text upper_ascii(struct arena *arena, struct text t)
{
        struct text copy = arena_text(arena, t);
        char *data = (char *)(uintptr_t)copy.data;

        for (uint32_t i = 0; i < copy.length; i++)
                if (ascii_is_lower(data[i]))
                        data[i] = (char)(data[i] & ~0x20);
        return copy;
}

/* Upper case; the blank where the country writes one; the leading zeros that a spreadsheet took away. */
static struct text postal_code_value(struct work *work, struct text raw)
{
        static const struct {
                char country[3];
                uint8_t digits;
        } lengths[] = {{"FR", 5}, {"DE", 5}, {"US", 5}, {"IT", 5}, {"ES", 5},
                       {"AU", 4}, {"CH", 4}, {"AT", 4}, {"BE", 4}};
        struct text shown = upper_ascii(work->arena, fold_display(work->arena, raw));
        struct text code = fold_code(work->standard->folder, work->arena, raw);

        if (is_written_together(fold_text(work->standard->folder, work->arena, code)))
                return arena_printf(work->arena, "%.*s %.*s", TEXT_ARG(text_slice(code, 0, code.length - 3)),
                                    TEXT_ARG(text_slice(code, code.length - 3, 3)));
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
                if (memcmp(lengths[i].country, work->country, 2) == 0 && text_is_digits(code) &&
                    code.length + 1U == lengths[i].digits)
                        return arena_printf(work->arena, "0%.*s", TEXT_ARG(code));
        return shown;
}

struct canonical address_standardise(struct work *work, uint16_t attribute, struct text raw)
{
        struct canonical result = {.flags = misc_is_placeholder(work, raw) ? SLOT_FAKE : 0};

        if (attribute == ATTRIBUTE_ADDRESS_COUNTRY)
                result.value = upper_ascii(work->arena, country_find(work, raw));
        else if (attribute == ATTRIBUTE_ADDRESS_POSTAL_CODE)
                result.value = postal_code_value(work, raw);
        if (result.value.length == 0)
                result.value = fold_display(work->arena, raw);
        return result;
}
