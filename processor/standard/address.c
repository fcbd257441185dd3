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
#include "standard/address.h"

#include <string.h>

/* --- what stands at the front --- */

static bool is_pair_of_digits(struct text t)
{
        return t.length <= 2 && address_has_digit(t) && (t.length < 2 || ascii_is_digit(t.data[0])) &&
               ascii_is_digit(t.data[t.length - 1]);
}

/* The end of a box's number that begins at @at: more than one part where it stands in pairs of digits and nothing
 * follows in its segment ("Postfach 10 20 30", DIN 5008). */
static uint32_t box_number_end(const struct parts *parts, uint32_t at)
{
        uint32_t end = at;

        while (end < parts->count && parts->items[end].segment == parts->items[at].segment &&
               !parts->items[end].taken && is_pair_of_digits(parts->items[end].text))
                end++;
        return end > at && address_ends_segment(parts, end - 1) ? end : at + 1;
}

/* The parts of [from, to) without blanks between them. */
static struct text join_box_number(struct work *work, const struct parts *parts, uint32_t from, uint32_t to)
{
        struct buffer BUFFER_CLEANUP joined = {0};

        for (uint32_t i = from; i < to; i++)
                buffer_text(&joined, parts->items[i].text);
        return arena_text(work->arena, buffer_view(&joined));
}

static void take_po_box(struct work *work, struct parts *parts, struct address *address)
{
        for (uint32_t i = 0; i + 1 < parts->count; i++)
                for (uint32_t n = 3; n > 0; n--) {
                        uint32_t end = i + n;

                        if (end >= parts->count || parts->items[i].taken || parts->items[end].taken)
                                continue;
                        if (!address_has(work, LEXICON_PO_BOX, address_join_parts(work, parts, i, end)))
                                continue;
                        if (text_equal(parts->items[end].text, TEXT("no")) && end + 1 < parts->count)
                                address_take(parts, end, end + 1), end++;
                        if (!address_has_digit(parts->items[end].text))
                                continue;
                        uint32_t last = box_number_end(parts, end);

                        address->po_box = join_box_number(work, parts, end, last);
                        address_take(parts, i, last);
                        return;
                }
}

static bool is_unit_number(struct text t)
{
        return address_has_digit(t) || t.length == 1;
}

static void take_unit(struct work *work, struct parts *parts, struct address *address)
{
        for (uint32_t i = 0; i < parts->count; i++) {
                struct part *part = &parts->items[i];
                uint32_t from = i, to = i;

                if (part->taken)
                        continue;
                if (i + 1 < parts->count && !parts->items[i + 1].taken && address_has(work, LEXICON_UNIT, part->text) &&
                    is_unit_number(parts->items[i + 1].text) && part[1].segment == part->segment)
                        to = i + 2;
                else if (i > 0 && !parts->items[i - 1].taken && address_has(work, LEXICON_UNIT_AFTER, part->text) &&
                         address_has_digit(parts->items[i - 1].text) && part[-1].segment == part->segment)
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
                        address_take(parts, from, to);
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
        address_take(parts, at, at + 1);
        if (at + 1 < parts->count && !parts->items[at + 1].taken) {
                struct text next = parts->items[at + 1].text;
                bool letter = next.length == 1 && ascii_is_lower(next.data[0]) &&
                              !address_has(work, LEXICON_DIRECTION, next) &&
                              parts->items[at + 1].segment == parts->items[at].segment;

                if (address_has(work, LEXICON_HOUSE_SUFFIX, next) || letter) {
                        number = arena_printf(work->arena, "%.*s%.*s", TEXT_ARG(number), TEXT_ARG(next));
                        address_take(parts, at + 1, at + 2);
                }
        }
        address->house = number;
}

/* How the number at @at stands in its segment. */
enum house_place {
        HOUSE_NONE,
        HOUSE_FIRST,       /* 12 Main Street */
        HOUSE_BEFORE_TYPE, /* Adventura Apartments 638 Downey St */
        HOUSE_LAST,        /* Hauptstrasse 12; Via Garibaldi 12 A */
        HOUSE_AFTER_TYPE,  /* Rua Augusta 24 R/C */
};

static enum house_place place_of_number(struct work *work, const struct parts *parts, uint32_t at)
{
        const struct part *items = parts->items;
        bool first = at == 0 || items[at - 1].taken || items[at - 1].segment != items[at].segment;
        bool word_follows = false;

        if (items[at].taken || !is_house_number(items[at].text))
                return HOUSE_NONE;
        for (uint32_t i = at + 1; i < parts->count && items[i].segment == items[at].segment && !items[i].taken; i++)
                word_follows |= items[i].text.length > 2 || address_has(work, LEXICON_STREET_TYPE, items[i].text) ||
                                address_has(work, LEXICON_HOUSE_SUFFIX, items[i].text);
        if (first)
                return word_follows ? HOUSE_FIRST : HOUSE_NONE;
        if (address_follows_type(work, parts, at))
                return HOUSE_BEFORE_TYPE;
        /* Highway 61, Calle 13: the number is the name */
        if (address_has(work, LEXICON_STREET_TYPE, items[at - 1].text) &&
            (at == 1 || items[at - 2].taken || items[at - 2].segment != items[at].segment))
                return HOUSE_NONE;
        if (address_ends_segment(parts, at) || (items[at + 1].text.length == 1 && address_ends_segment(parts, at + 1)))
                return HOUSE_LAST;
        for (uint32_t i = at; i > 0 && items[i - 1].segment == items[at].segment; i--)
                if (!items[i - 1].taken && address_has(work, LEXICON_STREET_TYPE, items[i - 1].text))
                        return HOUSE_AFTER_TYPE;
        return HOUSE_NONE;
}

/* Finds the house number in the first segment that has one, else one that is a segment of its own. Its segment goes to
 * *@segment. */
static bool take_house(struct work *work, struct parts *parts, struct address *address, uint8_t *segment)
{
        struct part *items = parts->items;
        enum house_place place = HOUSE_NONE;
        uint32_t at = 0;

        for (uint32_t i = 0; i < parts->count && place == HOUSE_NONE; i++) {
                place = place_of_number(work, parts, i);
                at = i;
        }
        for (uint32_t i = 0; i < parts->count && place == HOUSE_NONE; i++)
                if (!items[i].taken && is_house_number(items[i].text) &&
                    (i == 0 || items[i - 1].taken || items[i - 1].segment != items[i].segment)) {
                        place = HOUSE_LAST;
                        at = i;
                }
        if (place == HOUSE_NONE)
                return false;
        *segment = items[at].segment;
        if (place == HOUSE_BEFORE_TYPE) { /* a building's name stands before */
                uint32_t from = at;

                while (from > 0 && !items[from - 1].taken && items[from - 1].segment == *segment)
                        from--;
                if (address->locality_count < LOCALITIES_MAX)
                        address->localities[address->locality_count++] = address_join_parts(work, parts, from, at);
                address_take(parts, from, at);
        }
        if (at > 0 && !items[at - 1].taken && address_has(work, LEXICON_HOUSE_MARK, items[at - 1].text))
                address_take(parts, at - 1, at);
        set_house(work, parts, address, at);
        if (place == HOUSE_AFTER_TYPE) /* stairs and the like */
                for (uint32_t i = at + 1; i < parts->count && items[i].segment == *segment; i++)
                        items[i].taken = true;
        return true;
}

/* "3o B", "2. tv": a short segment with a digit, once the number is known, is the place inside the house. */
static void take_unit_segment(struct work *work, struct parts *parts, struct address *address)
{
        uint32_t from = 0;

        while (from < parts->count) {
                uint32_t to = from + 1;

                while (to < parts->count && parts->items[to].segment == parts->items[from].segment)
                        to++;
                if (to - from <= 2 && !parts->items[from].taken && !parts->items[to - 1].taken &&
                    (address_has_digit(parts->items[from].text) || address_has_digit(parts->items[to - 1].text)) &&
                    parts->items[from].text.length <= 4 && parts->items[to - 1].text.length <= 4) {
                        if (address->unit.length == 0)
                                address->unit = address_join_parts(work, parts, from, to);
                        address_take(parts, from, to);
                }
                from = to;
        }
}

/* --- the street --- */

/* Splits "hardenbergstr" into the name and "street". */
static bool split_compound(struct work *work, struct text word, struct text *name, struct text *type)
{
        if (address_has(work, LEXICON_STREET_TYPE, word))
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
        while (last > 1 && address_has(work, LEXICON_DIRECTION, in[last - 1]))
                last--;
        for (size_t i = 0; i < count; i++) {
                struct text name, type;

                if (count > 1 && address_has(work, LEXICON_ADDRESS_PARTICLE, in[i]))
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
               !address_has(work, LEXICON_STREET_TYPE, parts->items[start - 1].text))
                start--;
        if (start < 2 || parts->items[start - 1].taken ||
            !address_has(work, LEXICON_STREET_TYPE, parts->items[start - 1].text))
                return;
        while (start < end && address_has(work, LEXICON_DIRECTION, parts->items[start].text) && start + 1 < end)
                start++;
        if (start == end || address_has_digit(parts->items[start].text))
                return;
        address->city = address_city_name(work, parts, start, end);
        address_take(parts, start, end);
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
                if (address_has(work, LEXICON_STREET_TYPE, parts->items[i].text) ||
                    split_compound(work, parts->items[i].text, &name, &type))
                        return parts->items[i].segment;
        }
        return first ? first->segment : 0;
}

static bool has_street_type(struct work *work, const struct parts *parts, uint8_t segment)
{
        for (uint32_t i = 0; i < parts->count; i++)
                if (!parts->items[i].taken && parts->items[i].segment == segment &&
                    address_has(work, LEXICON_STREET_TYPE, parts->items[i].text))
                        return true;
        return false;
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
                        struct text name = address_city_name(work, parts, from, to);

                        if (name.length > 0 &&
                            (parts->items[from].segment > street || street == NO_SEGMENT || has_city))
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
        bool has_city, has_house;

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
                address_read_city(work, address, fields->city);
        has_city = address->city.length > 0;

        address_read_parts(work, &parts, address_fold_lines(work, fields->street));
        address_read_parts(work, &parts, address_fold_lines(work, fields->line2));
        if (parts.count == 0)
                return;
        take_po_box(work, &parts, address);
        if (!has_city || parts.items[parts.count - 1].segment > 0)
                address_take_tail(work, &parts, address);
        has_city = address->city.length > 0;
        take_unit(work, &parts, address);
        has_house = take_house(work, &parts, address, &street);
        if (has_house)
                take_unit_segment(work, &parts, address);
        /* "12 bis, rue de la Paix": the number has a segment of its own */
        if (!has_house || is_empty_segment(&parts, street))
                street = find_street_segment(work, &parts);
        if (!has_house && !has_city && address->po_box.length > 0 && !has_street_type(work, &parts, street))
                street = NO_SEGMENT; /* a box has no street: what is left is the city */
        if (!has_city && (address->region.length > 0 || address->postal_code.length > 0)) {
                uint32_t from, to;

                if (address_last_segment(&parts, &from, &to) && parts.items[from].segment == street)
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
                if (word.length > longest.length && !address_has(work, LEXICON_STREET_TYPE, word))
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
        add_part(work, group, FEATURE_POSTAL_CODE, address_postal_feature(work, address.postal_code));
        feature_add(work, (struct feature){.kind = FEATURE_REGION,
                                           .group = group,
                                           .flags = address.region_is_guess ? FEATURE_UNCERTAIN : 0,
                                           .text = address.region});
        add_part(work, group, FEATURE_COUNTRY, address.country);
}
