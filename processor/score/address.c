/* Addresses: one comparison for one fact, by the best pair of addresses.
 *
 * The parts of an address depend on each other: a street number without its street is nearly nothing, a postcode beside
 * an equal street is no news. So an address is compared whole, and gives two levels: the street (with house number,
 * unit and PO box) and the place (postcode, city, region, country), where the place weighs little once the street
 * agrees and the street little once the place contradicts.
 *
 * Sources put the street in the second line, or the building in the first: a street is also compared with the other
 * side's second line.
 */
#include "score/compare.h"
#include "score/evidence.h"

#include <string.h>

#define ADDRESSES_MAX 8
#define LINES_MAX 3

enum relation {
        RELATION_MISSING,
        RELATION_SAME,
        RELATION_NEAR,
        RELATION_DIFFERS
};

struct lines {
        struct text items[LINES_MAX];
        uint32_t count;
};

struct address {
        struct lines numbers;
        struct lines streets;
        struct lines localities;
        struct lines cities;
        struct text unit;
        struct text po_box;
        struct text postcode;
        struct text region;
        struct text country;
};

struct addresses {
        struct address items[ADDRESSES_MAX];
        uint32_t count;
};

static void add_line(struct lines *lines, struct text text)
{
        if (text.length && lines->count < LINES_MAX)
                lines->items[lines->count++] = text;
}

static void add_part(struct address *address, const struct feature *feature)
{
        switch (feature->kind) {
        case FEATURE_HOUSE_NUMBER:
                add_line(&address->numbers, feature->text);
                break;
        case FEATURE_STREET:
                add_line(&address->streets, feature->text);
                break;
        case FEATURE_LOCALITY:
                add_line(&address->localities, feature->text);
                break;
        case FEATURE_CITY:
                add_line(&address->cities, feature->text);
                break;
        case FEATURE_UNIT:
                address->unit = feature->text;
                break;
        case FEATURE_PO_BOX:
                address->po_box = feature->text;
                break;
        case FEATURE_POSTAL_CODE:
                address->postcode = feature->text;
                break;
        case FEATURE_REGION:
                address->region = feature->text;
                break;
        case FEATURE_COUNTRY:
                address->country = feature->text;
                break;
        default:
                break;
        }
}

static void collect_addresses(const struct score_side *side, struct addresses *out)
{
        const struct features *features = side->features;
        out->count = 0;
        for (uint32_t i = features->first[FEATURE_HOUSE_NUMBER]; i < features->first[FEATURE_COUNTRY + 1]; i++) {
                const struct feature *feature = &features->items[i];
                if (feature->group >= ADDRESSES_MAX || (side->generic && side->generic[i]))
                        continue;
                while (out->count <= feature->group)
                        memset(&out->items[out->count++], 0, sizeof(*out->items));
                add_part(&out->items[feature->group], feature);
        }
}

/* The best relation of any two lines. */
static enum relation relate_lines(const struct lines *a, const struct lines *b,
                                  enum relation (*relate)(struct text a, struct text b))
{
        enum relation best = RELATION_MISSING;
        for (uint32_t i = 0; i < a->count; i++) {
                for (uint32_t j = 0; j < b->count; j++) {
                        enum relation relation = relate(a->items[i], b->items[j]);
                        if (best == RELATION_MISSING || relation < best)
                                best = relation;
                }
        }
        return best;
}

static bool all_words_in(struct text words, struct text other)
{
        uint32_t from = 0;
        for (struct text word = next_word(words, &from); word.length; word = next_word(words, &from))
                if (!has_word(other, word))
                        return false;
        return true;
}

static bool equal_but_blanks(struct text a, struct text b)
{
        uint32_t i = 0;
        uint32_t j = 0;
        for (;;) {
                while (i < a.length && a.data[i] == ' ')
                        i++;
                while (j < b.length && b.data[j] == ' ')
                        j++;
                if (i == a.length || j == b.length)
                        return i == a.length && j == b.length;
                if (a.data[i++] != b.data[j++])
                        return false;
        }
}

/* True if the two name different numbers: 114th Street is not 115th Street, however alike they are written. */
static bool numbers_differ(struct text a, struct text b)
{
        uint32_t i = 0;
        uint32_t j = 0;
        for (;;) {
                while (i < a.length && (a.data[i] < '0' || a.data[i] > '9'))
                        i++;
                while (j < b.length && (b.data[j] < '0' || b.data[j] > '9'))
                        j++;
                if (i == a.length || j == b.length)
                        return false;
                if (a.data[i++] != b.data[j++])
                        return true;
                bool more_a = i < a.length && a.data[i] >= '0' && a.data[i] <= '9';
                bool more_b = j < b.length && b.data[j] >= '0' && b.data[j] <= '9';
                if (more_a != more_b)
                        return true;
        }
}

/* Names of streets, second lines and cities: a typo for every six letters, or one within the other's words. */
static enum relation relate_names(struct text a, struct text b)
{
        if (text_equal(a, b))
                return RELATION_SAME;
        a = compare_clip(a);
        b = compare_clip(b);
        struct text shorter = a.length < b.length ? a : b;
        struct text longer = a.length < b.length ? b : a;
        if (equal_but_blanks(a, b))
                return RELATION_NEAR;
        if (numbers_differ(a, b))
                return RELATION_DIFFERS;
        uint32_t typos = shorter.length / 6 + (shorter.length >= 4);
        typos = typos > 3 ? 3 : typos;
        if (longer.length - shorter.length <= typos && typos && edit_distance(a, b, typos) <= typos)
                return RELATION_NEAR;
        if (shorter.length >= 3 && shorter.length < longer.length && all_words_in(shorter, longer))
                return RELATION_NEAR;
        if (shorter.length >= 5 && text_starts_with(longer, shorter))
                return RELATION_NEAR; /* cut short by a field's length */
        return shorter.length >= 7 && a.data[0] == b.data[0] && jaro_winkler_permille(a, b) >= 910 ? RELATION_NEAR
                                                                                                   : RELATION_DIFFERS;
}

/* The next run of letters and digits of @t from *@from on; an empty slice at the end. */
static struct text next_number(struct text t, uint32_t *from)
{
        uint32_t start = *from;
        while (start < t.length && (t.data[start] == ' ' || t.data[start] == '-' || t.data[start] == '/'))
                start++;
        uint32_t end = start;
        while (end < t.length && t.data[end] != ' ' && t.data[end] != '-' && t.data[end] != '/')
                end++;
        *from = end;
        return text_slice(t, start, end - start);
}

/* House numbers; a range "723-725" agrees with each of its ends. */
static enum relation relate_numbers(struct text a, struct text b)
{
        if (text_equal(a, b))
                return RELATION_SAME;
        a = compare_clip(a);
        b = compare_clip(b);
        uint32_t from_a = 0;
        for (struct text x = next_number(a, &from_a); x.length; x = next_number(a, &from_a)) {
                uint32_t from_b = 0;
                for (struct text y = next_number(b, &from_b); y.length; y = next_number(b, &from_b))
                        if (text_equal(x, y))
                                return RELATION_SAME;
        }
        return a.length + b.length >= 3 && edit_distance(a, b, 1) <= 1 ? RELATION_NEAR : RELATION_DIFFERS;
}

static enum relation relate_codes(struct text a, struct text b)
{
        if (!a.length || !b.length)
                return RELATION_MISSING;
        return text_equal(a, b) ? RELATION_SAME : RELATION_DIFFERS;
}

/* Postcodes: a longer one may carry an extension (ZIP+4) or be the full form of a district. */
static enum relation relate_postcodes(struct text a, struct text b)
{
        if (!a.length || !b.length)
                return RELATION_MISSING;
        if (text_equal(a, b))
                return RELATION_SAME;
        uint32_t shorter = a.length < b.length ? a.length : b.length;
        if (shorter >= 5 && (text_starts_with(a, b) || text_starts_with(b, a)))
                return RELATION_SAME;
        if (shorter >= 2 && (text_starts_with(a, b) || text_starts_with(b, a)))
                return RELATION_NEAR;
        return shorter >= 4 && edit_distance(a, b, 1) <= 1 ? RELATION_NEAR : RELATION_DIFFERS;
}

/* Codes of letters and digits that differ in their last two letters only name two rows of houses of one neighbourhood
 * (Royal Mail: unit and sector). */
static bool same_sector(struct text a, struct text b)
{
        bool letters = a.length >= 6 && a.length == b.length && (a.data[0] < '0' || a.data[0] > '9');
        return letters && text_equal(text_slice(a, 0, a.length - 2), text_slice(b, 0, b.length - 2));
}

struct relations {
        enum relation number;
        enum relation street;
        enum relation unit;
        enum relation postcode;
        enum relation city;
        enum relation region;
        enum relation country;
};

static enum relation better(enum relation a, enum relation b)
{
        if (a == RELATION_MISSING || b == RELATION_MISSING)
                return a == RELATION_MISSING ? b : a;
        return a < b ? a : b;
}

/* A street found in the other side's second line, never a contradiction. */
static enum relation cross_lines(const struct lines *a, const struct lines *b)
{
        enum relation relation = relate_lines(a, b, relate_names);
        return relation == RELATION_SAME || relation == RELATION_NEAR ? RELATION_NEAR : RELATION_MISSING;
}

/* Cities of one name in two regions with two postcodes are two cities (Springfield). And two cities whose postcodes are
 * a digit apart (20121 Milano, 10121 Torino) are not one with a slip: that would be two mistakes in one address. */
static void part_namesakes(const struct address *a, const struct address *b, struct relations *out)
{
        if (out->city == RELATION_SAME && out->region == RELATION_DIFFERS && out->postcode == RELATION_DIFFERS)
                out->city = RELATION_DIFFERS;
        if (out->city == RELATION_DIFFERS && out->postcode == RELATION_NEAR && a->postcode.length == b->postcode.length)
                out->postcode = RELATION_DIFFERS;
}

static void relate_addresses(const struct address *a, const struct address *b, struct relations *out)
{
        out->number = relate_lines(&a->numbers, &b->numbers, relate_numbers);
        out->street = relate_lines(&a->streets, &b->streets, relate_names);
        if (out->street != RELATION_SAME && out->street != RELATION_NEAR) {
                out->street = better(out->street, cross_lines(&a->streets, &b->localities));
                out->street = better(out->street, cross_lines(&a->localities, &b->streets));
        }
        if (a->po_box.length && b->po_box.length) {
                enum relation box = relate_codes(a->po_box, b->po_box);
                out->street = box == RELATION_SAME ? RELATION_SAME : better(out->street, box);
                out->number = box == RELATION_SAME ? RELATION_SAME : better(out->number, box);
        }
        out->unit = relate_codes(a->unit, b->unit);
        out->postcode = relate_postcodes(a->postcode, b->postcode);
        out->city = relate_lines(&a->cities, &b->cities, relate_names);
        if (same_sector(a->postcode, b->postcode))
                out->city = RELATION_SAME;
        if (out->city != RELATION_SAME) {
                out->city = better(out->city, cross_lines(&a->cities, &b->localities));
                out->city = better(out->city, cross_lines(&a->localities, &b->cities));
        }
        out->region = relate_codes(a->region, b->region);
        out->country = relate_codes(a->country, b->country);
        part_namesakes(a, b, out);
}

/* The street's level by (street, number). */
static uint32_t judge_street(const struct relations *r)
{
        static const uint8_t levels[4][4] = {
                /*                    number: missing, same, near, differs */
                [RELATION_MISSING] = {LEVEL_MISSING, LEVEL_MISSING, LEVEL_MISSING, LEVEL_MISSING},
                [RELATION_SAME] = {STREET_WITHOUT_NUMBER, STREET_EXACT, STREET_NUMBER_NEAR, STREET_ONLY},
                [RELATION_NEAR] = {STREET_WITHOUT_NUMBER, STREET_NEAR, STREET_ONLY, STREET_ONLY},
                [RELATION_DIFFERS] = {STREET_DIFFERS, STREET_NUMBER_ONLY, STREET_DIFFERS, STREET_DIFFERS},
        };
        uint32_t level = levels[r->street][r->number];
        bool elsewhere =
                r->country == RELATION_DIFFERS || (r->postcode == RELATION_DIFFERS && r->city == RELATION_DIFFERS);
        if (elsewhere && level != LEVEL_MISSING && level < STREET_ONLY)
                return STREET_ONLY; /* every town has a Main Street 12 */
        if ((level == STREET_EXACT || level == STREET_NEAR) && r->unit == RELATION_DIFFERS)
                return STREET_UNIT_DIFFERS;
        return level;
}

static uint32_t judge_place(const struct relations *r, uint32_t street)
{
        bool same_street = street != LEVEL_MISSING && street < STREET_NUMBER_ONLY && street != STREET_ONLY;
        if (r->country == RELATION_DIFFERS)
                return same_street ? PLACE_DIFFERS_WITH_STREET : PLACE_DIFFERS;
        enum relation best = better(r->postcode, r->city);
        if (best == RELATION_SAME)
                return same_street ? PLACE_WITH_STREET : r->postcode == RELATION_SAME ? PLACE_POSTCODE : PLACE_CITY;
        if (best == RELATION_NEAR)
                return PLACE_NEAR;
        if (best == RELATION_MISSING)
                return r->region == RELATION_DIFFERS ? PLACE_DIFFERS : LEVEL_MISSING;
        if (same_street)
                return PLACE_DIFFERS_WITH_STREET;
        return r->region == RELATION_SAME ? PLACE_REGION : PLACE_DIFFERS;
}

static struct text first_line(const struct lines *lines)
{
        return lines->count ? lines->items[0] : TEXT_NONE;
}

static struct text street_text(const struct address *address)
{
        if (address->streets.count)
                return address->streets.items[0];
        return address->po_box.length ? address->po_box : first_line(&address->localities);
}

static struct text place_text(const struct address *address)
{
        return address->postcode.length ? address->postcode : first_line(&address->cities);
}

static struct text city_text(const struct address *address)
{
        return address->cities.count ? address->cities.items[0] : place_text(address);
}

/* The place counts by its rarity, if it is what agrees. */
static void set_place(const struct comparison *c, uint32_t level, const struct address *a, const struct address *b)
{
        if (level == PLACE_CITY)
                evidence_set_value(c, MODEL_PLACE, level, FREQUENCY_CITY, city_text(a), city_text(b));
        else
                evidence_set_value(c, MODEL_PLACE, level, FREQUENCY_POSTCODE, place_text(a), place_text(b));
}

void compare_addresses(const struct comparison *c)
{
        const struct model_stratum *stratum = &c->model->strata[c->type];
        struct addresses a;
        struct addresses b;
        collect_addresses(&c->pair->a, &a);
        collect_addresses(&c->pair->b, &b);
        bool found = false;
        int32_t best = 0;
        uint32_t best_street = 0;
        for (uint32_t i = 0; i < a.count; i++) {
                for (uint32_t j = 0; j < b.count; j++) {
                        struct relations relations;
                        relate_addresses(&a.items[i], &b.items[j], &relations);
                        uint32_t street = judge_street(&relations);
                        uint32_t place = judge_place(&relations, street);
                        int32_t weight = stratum->levels[MODEL_STREET][street].weight_mbit +
                                         stratum->levels[MODEL_PLACE][place].weight_mbit;
                        bool compared = street != LEVEL_MISSING || place != LEVEL_MISSING;
                        if (!compared || (found && (weight < best || (weight == best && street >= best_street))))
                                continue;
                        found = true;
                        best = weight;
                        best_street = street;
                        evidence_set(c, MODEL_STREET, street, street_text(&a.items[i]), street_text(&b.items[j]));
                        set_place(c, place, &a.items[i], &b.items[j]);
                }
        }
}
