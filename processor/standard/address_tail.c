/* The end of an address: postal code, region, country, city.
 *
 * These are the surest parts, because they have forms or lists: British and Canadian codes have their pattern, other
 * codes are digits at the end or before the city; countries and regions are listed. So they are taken first, from the
 * end, in any order.
 */
#include "standard/address.h"

/* --- postal codes --- */

/* "LE11" and "1UU"; "M1S" and "1T4": outward and inward halves of British and Canadian codes. */
static bool is_outward(struct text t)
{
        return t.length >= 2 && t.length <= 4 && ascii_is_lower(t.data[0]) && address_has_digit(t);
}

static bool is_inward(struct text t)
{
        return t.length == 3 && ascii_is_digit(t.data[0]) && ascii_is_lower(t.data[1]) && ascii_is_word(t.data[2]);
}

bool address_is_joined_code(struct text t)
{
        return t.length >= 5 && t.length <= 7 && is_outward(text_slice(t, 0, t.length - 3)) &&
               is_inward(text_slice(t, t.length - 3, 3));
}

/* Four to six digits, nine, or the dashed forms of Poland, Portugal, Japan, Brazil and the United States. */
static bool is_digit_code(struct text t)
{
        static const uint8_t dashed[][2] = {{2, 3}, {4, 3}, {3, 4}, {5, 3}, {5, 4}};
        int64_t dash = text_find_byte(t, '-', 0);

        if (dash < 0)
                return text_is_digits(t) && ((t.length >= 4 && t.length <= 6) || t.length == 9);
        for (size_t i = 0; i < sizeof(dashed) / sizeof(dashed[0]); i++)
                if (dash == dashed[i][0] && t.length == dashed[i][0] + 1U + dashed[i][1])
                        return text_is_digits(text_slice(t, 0, (uint32_t)dash)) &&
                               text_is_digits(text_slice(t, (uint32_t)dash + 1, t.length));
        return false;
}

/* A code before the first word of segment [from, to): its end, or 0. *@start is behind a country prefix (D-50667). */
static uint32_t leading_code(struct work *work, const struct parts *parts, uint32_t from, uint32_t to, uint32_t *start)
{
        const struct part *items = parts->items;

        *start = from;
        if (to - from < 2 || address_follows_type(work, parts, from))
                return 0;
        if (to - from >= 3 && items[from].text.length <= 2 && !address_has_digit(items[from].text) &&
            !address_has(work, LEXICON_REGION, items[from].text) && items[from + 1].text.length >= 4)
                ++*start;
        if (is_digit_code(items[*start].text)) {
                bool dutch = items[*start].text.length == 4 && to - *start >= 3 && items[*start + 1].text.length == 2 &&
                             !address_has_digit(items[*start + 1].text); /* 1012 AB Amsterdam */

                return *start + (dutch ? 2 : 1);
        }
        /* 111 22 Stockholm, 110 00 Praha */
        if (to - from >= 3 && items[from].text.length == 3 && text_is_digits(items[from].text) &&
            items[from + 1].text.length == 2 && text_is_digits(items[from + 1].text))
                return from + 2;
        return 0;
}

/* Upper case without blanks and country prefix; ZIP+4 without its last four. */
struct text address_postal_feature(struct work *work, struct text raw)
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

/* A code at the end of segment [from, to), or before its first word. Takes it and gives it. */
static struct text find_postal_code(struct work *work, struct parts *parts, uint32_t from, uint32_t to)
{
        struct part *items = parts->items;
        uint32_t last = to - 1;
        struct text code;

        if (to - from >= 2 && is_outward(items[last - 1].text) && is_inward(items[last].text)) {
                code = address_join_parts(work, parts, last - 1, to);
                address_take(parts, last - 1, to);
                return code;
        }
        if (address_is_joined_code(items[last].text)) {
                code = items[last].text;
                address_take(parts, last, to);
                return code;
        }
        /* digits at the end: never the only number of a lone segment such as "Hauptstrasse 1234" */
        if (is_digit_code(items[last].text) &&
            ((to - from == 1 && from > 0) || (items[last].text.length >= 5 && to - from >= 2) ||
             (to - from >= 2 && address_has(work, LEXICON_REGION, items[last - 1].text)))) {
                code = items[last].text;
                address_take(parts, last, to);
                return code;
        }
        if (from > 0) { /* 56422 Dusseldorf */
                uint32_t start, end = leading_code(work, parts, from, to, &start);

                if (end > 0) {
                        code = address_join_parts(work, parts, start, end);
                        address_take(parts, from, end);
                        return code;
                }
        }
        return TEXT_NONE;
}

static bool has_type_after(struct work *work, const struct parts *parts, uint32_t from)
{
        for (uint32_t i = from; i < parts->count; i++)
                if (!parts->items[i].taken && address_has(work, LEXICON_STREET_TYPE, parts->items[i].text))
                        return true;
        return false;
}

/* A code inside the first segment: "54 rue de la Republique 75011 Paris", "203 Pacific Hwy Sydney 2060", and before a
 * street in a later one: "1000 Bruxelles, rue de la Loi 16". */
static void take_inline_code(struct work *work, struct parts *parts, struct address *address)
{
        struct part *items = parts->items;
        uint32_t end = 0, start;

        while (end < parts->count && items[end].segment == items[0].segment && !items[end].taken)
                end++;
        if (end == 0 || address->city.length > 0 || address->postal_code.length > 0)
                return;
        if (end < parts->count && leading_code(work, parts, 0, end, &start) == 1 && has_type_after(work, parts, end)) {
                address->postal_code = items[0].text;
                address->city = address_city_name(work, parts, 1, end);
                address_take(parts, 0, end);
                return;
        }
        for (uint32_t i = 2; i < end; i++) {
                bool last = i + 1 == end;

                if (!is_digit_code(items[i].text) || items[i].text.length < (last ? 4 : 5))
                        continue;
                if (last && (end < 5 || !address_has_digit(items[0].text) || !address_follows_type(work, parts, 0)))
                        continue;
                address->postal_code = items[i].text;
                address_take(parts, i, i + 1);
                if (!last) {
                        address->city = address_city_name(work, parts, i + 1, end);
                        address_take(parts, i + 1, end);
                }
                return;
        }
}

/* --- what stands at the end --- */

static bool take_country(struct work *work, struct parts *parts, struct address *address)
{
        uint32_t from, to;
        struct text code, name;

        if (!address_last_segment(parts, &from, &to) || from == 0)
                return false;
        name = address_join_parts(work, parts, from, to);
        if ((name.length < 3 && !text_equal(name, TEXT("uk"))) || address_has(work, LEXICON_REGION, name))
                return false;
        if (!lexicon_find(work->standard->lexicon, LEXICON_COUNTRY, name, &code))
                return false;
        if (address->country.length > 0 && !text_equal(address->country, code)) /* a locality of that name */
                return false;
        address->country = code;
        address_take(parts, from, to);
        return true;
}

/* A region at the end of the last segment: its code behind other words, or its name as the whole segment. */
static bool take_region(struct work *work, struct parts *parts, struct address *address)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        uint32_t from, to, start;
        struct text region;

        if (!address_last_segment(parts, &from, &to))
                return false;
        start = from;
        if (from == 0 && to < 4) /* "12 Oak ct" */
                return false;
        if (from == 0 || !lexicon_find(lexicon, LEXICON_REGION, address_join_parts(work, parts, from, to), &region)) {
                start = to - 1;
                if (start == from || parts->items[start].text.length > 3 ||
                    !lexicon_find(lexicon, LEXICON_REGION, parts->items[start].text, &region))
                        return false;
                if (from == 0 && address_has(work, LEXICON_STREET_TYPE, parts->items[start].text) &&
                    address->postal_code.length == 0)
                        return false;
        }
        if (address->region.length > 0 && !text_equal(address->region, region))
                return false;
        address->region = region;
        address_take(parts, start, to);
        return true;
}

/* Country, postal code and region, in any order, from the end. Words beside the code are the city. */
void address_take_tail(struct work *work, struct parts *parts, struct address *address)
{
        bool found = true, postal = false, region = false, country = false;
        uint32_t from, to, code_segment = 0;

        take_inline_code(work, parts, address);
        while (found) {
                found = false;
                if (!country && take_country(work, parts, address))
                        found = country = true;
                if (!postal && address_last_segment(parts, &from, &to)) {
                        struct text code = find_postal_code(work, parts, from, to);

                        if (code.length > 0) {
                                if (address->postal_code.length == 0)
                                        address->postal_code = code;
                                code_segment = parts->items[from].segment;
                                found = postal = true;
                        }
                }
                if (!region && take_region(work, parts, address))
                        found = region = true;
        }
        if (code_segment > 0 && address->city.length == 0 && address_last_segment(parts, &from, &to) &&
            parts->items[from].segment == code_segment && !has_type_after(work, parts, from)) {
                address->city = address_city_name(work, parts, from, to);
                address_take(parts, from, to);
        }
}

/* Removes "cedex 08" and what else of a city's name is not the city; writes saint out. */
struct text address_city_name(struct work *work, const struct parts *parts, uint32_t from, uint32_t to)
{
        struct text words[TOKENS_MAX], city;
        size_t count = 0;

        for (uint32_t i = from; i < to; i++) {
                struct text word = parts->items[i].text;

                if (parts->items[i].taken)
                        continue;
                if (text_equal(word, TEXT("cedex")))
                        break;
                if (address_has_digit(word) && (count > 0 || i + 1 < to)) /* arrondissement, postal district */
                        continue;
                if (word.length <= 3)
                        lexicon_find(work->standard->lexicon, LEXICON_STREET_WORD, word, &word);
                words[count++] = word;
        }
        city = fold_join(work->arena, words, count);
        lexicon_find(work->standard->lexicon, LEXICON_EXONYM, city, &city);
        return city;
}

/* A field for the city may hold postal code, region and country as well. */
void address_read_city(struct work *work, struct address *address, struct text raw)
{
        struct parts parts = {0};
        struct text folded = address_fold_lines(work, raw);
        uint32_t from, to;

        address_push_part(&parts, TEXT(" "), 0); /* stands for the street, so that a first segment is not one */
        address_read_parts(work, &parts, folded);
        if (text_find_byte(folded, ',', 0) >= 0 || address_has_digit(folded))
                address_take_tail(work, &parts, address);
        parts.items[0].taken = true;
        if (!address_last_segment(&parts, &from, &to))
                return;
        address->city = address_city_name(work, &parts, 1, to);
}
