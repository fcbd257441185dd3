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

/* Four to six digits, ZIP+4. */
static bool is_digit_code(struct text t)
{
        if (t.length == 10 && t.data[5] == '-')
                return text_is_digits(text_slice(t, 0, 5)) && text_is_digits(text_slice(t, 6, 4));
        return text_is_digits(t) && ((t.length >= 4 && t.length <= 6) || t.length == 9);
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
        /* 56422 Dusseldorf; 1012 AB Amsterdam */
        if (from > 0 && to - from >= 2 && is_digit_code(items[from].text) && !address_follows_type(work, parts, from)) {
                uint32_t end = from + 1;

                if (items[from].text.length == 4 && to - from >= 3 && items[from + 1].text.length == 2 &&
                    !address_has_digit(items[from + 1].text))
                        end++;
                code = address_join_parts(work, parts, from, end);
                address_take(parts, from, end);
                return code;
        }
        return TEXT_NONE;
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
        if (address->country.length == 0)
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
        if (address->region.length == 0)
                address->region = region;
        address_take(parts, start, to);
        return true;
}

/* Country, postal code and region, in any order, from the end. */
void address_take_tail(struct work *work, struct parts *parts, struct address *address)
{
        bool found = true, postal = false, region = false, country = false;

        while (found) {
                uint32_t from, to;

                found = false;
                if (!country && take_country(work, parts, address))
                        found = country = true;
                if (!postal && address_last_segment(parts, &from, &to)) {
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
struct text address_city_name(struct work *work, const struct parts *parts, uint32_t from, uint32_t to)
{
        struct text words[TOKENS_MAX];
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
        return fold_join(work->arena, words, count);
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
