/* Keys of persons: names crossed with everything else.
 *
 * Given and family names are interchangeable in every recipe that crosses a name with something (sources swap the
 * fields, and many names come without roles), so a "name" below is any token of the name. Sounds stand in for spellings
 * where a name is crossed with something precise; spellings where it is crossed with something broad.
 */
#include "block/keys.h"

#define NAMES_MAX 5
#define VALUES_MAX 4
#define PREFIX 3
#define ENDING 3
#define CROSSED_MAX 2 /* names of each kind that the widest recipes cross */

struct names {
        const struct feature *items[3 * NAMES_MAX];
        uint32_t count;
};

static void collect_names(const struct features *features, struct names *names, bool given, bool weak)
{
        static const enum feature_kind given_kinds[] = {FEATURE_GIVEN, FEATURE_MIDDLE, FEATURE_NAME_ANY};
        static const enum feature_kind family_kinds[] = {FEATURE_FAMILY, FEATURE_NAME_ANY};
        const enum feature_kind *kinds = given ? given_kinds : family_kinds;
        uint32_t kind_count = given ? 3 : 2;
        names->count = 0;
        for (uint32_t i = 0; i < kind_count; i++)
                names->count += key_values(features, kinds[i], names->items + names->count, NAMES_MAX, weak);
}

static struct text sound_of(const struct feature *name)
{
        return name->sound.length >= 2 ? name->sound : name->text;
}

/* The first root of a nickname, so that "bob" and "robert" meet. */
static struct text root_of(const struct feature *name)
{
        if (!name->alias.length)
                return sound_of(name);
        int64_t blank = text_find_byte(name->alias, ' ', 0);
        return blank < 0 ? name->alias : text_slice(name->alias, 0, (uint32_t)blank);
}

static struct text initial_of(const struct feature *name)
{
        return text_slice(root_of(name), 0, 1);
}

/* Every pair of names, in either order: by sound, by root, and by their beginnings. */
static void add_name_pairs(const struct names *given, const struct names *family, struct key_list *list)
{
        for (uint32_t i = 0; i < given->count; i++) {
                for (uint32_t j = 0; j < family->count; j++) {
                        const struct feature *g = given->items[i];
                        const struct feature *f = family->items[j];
                        struct text sounds[] = {sound_of(g), sound_of(f)};
                        struct text roots[] = {root_of(g), sound_of(f)};
                        struct text starts[] = {text_slice(g->text, 0, PREFIX), text_slice(f->text, 0, PREFIX)};
                        if (g == f)
                                continue;
                        struct text sorted[] = {sounds[0], sounds[1]};
                        if (text_compare(sounds[0], sounds[1]) > 0) {
                                sorted[0] = sounds[1];
                                sorted[1] = sounds[0];
                        }
                        key_add(list, RECIPE_NAMES, BLOCK_GHOST, sorted, 2);
                        if (g->alias.length) {
                                struct text rooted[] = {roots[0], roots[1], TEXT("root")};
                                key_add(list, RECIPE_NAMES, BLOCK_GHOST, rooted, 3);
                        }
                        if (text_compare(starts[0], starts[1]) > 0) {
                                struct text first = starts[0];
                                starts[0] = starts[1];
                                starts[1] = first;
                        }
                        key_add(list, RECIPE_NAME_PREFIXES, 0, starts, 2);
                }
        }
}

static struct text ending_of(const struct feature *name)
{
        uint32_t length = name->text.length;
        return length > ENDING ? text_slice(name->text, length - ENDING, ENDING) : name->text;
}

/* One name whole and the end of the other: a wrong first letter changes sound, beginning and initial at once. */
static void add_endings(const struct names *given, const struct names *family, struct key_list *list)
{
        for (uint32_t i = 0; i < given->count && i < CROSSED_MAX; i++) {
                for (uint32_t j = 0; j < family->count && j < CROSSED_MAX; j++) {
                        const struct feature *g = given->items[i];
                        const struct feature *f = family->items[j];
                        struct text given_whole[] = {root_of(g), ending_of(f)};
                        struct text family_whole[] = {sound_of(f), ending_of(g)};
                        if (g == f)
                                continue;
                        key_add(list, RECIPE_NAME_ENDS, 0, given_whole, 2);
                        key_add(list, RECIPE_NAME_ENDS, 0, family_whole, 2);
                }
        }
}

/* A full family name with an initial of a given name, which "M. Durand" and "Marc Durand" share. */
static void add_initials(const struct features *features, const struct names *family, struct key_list *list)
{
        struct names given;
        collect_names(features, &given, true, true);
        for (uint32_t i = 0; i < given.count; i++) {
                for (uint32_t j = 0; j < family->count; j++) {
                        if (given.items[i] == family->items[j] || given.items[i]->flags & FEATURE_PARTICLE)
                                continue;
                        struct text parts[] = {text_slice(given.items[i]->text, 0, 1), family->items[j]->text};
                        struct text sounds[] = {text_slice(given.items[i]->text, 0, 1), sound_of(family->items[j]),
                                                TEXT("sound")};
                        key_add(list, RECIPE_FAMILY_INITIAL, BLOCK_GHOST, parts, 2);
                        key_add(list, RECIPE_FAMILY_INITIAL, 0, sounds, 3);
                }
        }
}

static void add_birth(const struct features *features, const struct names *given, const struct names *family,
                      struct key_list *list)
{
        const struct feature *dates[2];
        uint32_t date_count = key_values(features, FEATURE_BIRTH_DATE, dates, 2, true);
        for (uint32_t d = 0; d < date_count; d++) {
                struct text date = dates[d]->text;
                if (date.length != 10 || text_equal(text_slice(date, 0, 4), TEXT("0000")))
                        continue;
                struct text year = text_slice(date, 0, 4);
                struct text month = text_slice(date, 5, 2);
                struct text day = text_slice(date, 8, 2);
                bool full = !text_equal(month, TEXT("00")) && !text_equal(day, TEXT("00"));
                bool swaps = full && text_compare(day, TEXT("12")) <= 0;
                /* day and month in order, so that swapped ones meet */
                struct text low = swaps && text_compare(day, month) < 0 ? day : month;
                struct text high = swaps && text_compare(day, month) < 0 ? month : day;
                if (full) {
                        struct text whole[] = {year, low, high};
                        key_add(list, RECIPE_BIRTH, 0, whole, 3);
                }
                for (uint32_t i = 0; i < given->count; i++) {
                        struct text by_date[] = {year, low, high, initial_of(given->items[i])};
                        struct text by_month[] = {year, month, root_of(given->items[i])};
                        struct text by_day[] = {month, day, root_of(given->items[i]), TEXT("y")};
                        struct text by_year_day[] = {year, day, root_of(given->items[i]), TEXT("m")};
                        if (full) {
                                key_add(list, RECIPE_BIRTH_GIVEN, BLOCK_GHOST, by_date, 4);
                                key_add(list, RECIPE_GIVEN_DAY, 0, by_day, 4);
                                key_add(list, RECIPE_GIVEN_DAY, 0, by_year_day, 4);
                        }
                        key_add(list, RECIPE_GIVEN_YEAR, BLOCK_GHOST, by_month, 3);
                }
                for (uint32_t j = 0; j < family->count; j++) {
                        struct text by_date[] = {year, low, high, text_slice(family->items[j]->text, 0, 1)};
                        struct text by_year[] = {year, sound_of(family->items[j])};
                        struct text by_day[] = {month, day, sound_of(family->items[j])};
                        if (full) {
                                key_add(list, RECIPE_BIRTH_FAMILY, BLOCK_GHOST, by_date, 4);
                                key_add(list, RECIPE_FAMILY_DAY, 0, by_day, 3);
                        }
                        key_add(list, RECIPE_FAMILY_YEAR, BLOCK_GHOST, by_year, 2);
                }
                for (uint32_t i = 0; full && i < given->count && i < CROSSED_MAX; i++) {
                        for (uint32_t j = 0; j < family->count && j < CROSSED_MAX; j++) {
                                struct text g = initial_of(given->items[i]);
                                struct text f = text_slice(sound_of(family->items[j]), 0, 2);
                                struct text without_year[] = {month, day, g, f, TEXT("y")};
                                struct text without_month[] = {year, day, g, f, TEXT("m")};
                                struct text without_day[] = {year, month, g, f, TEXT("d")};
                                key_add(list, RECIPE_BIRTH_PARTS, 0, without_year, 5);
                                key_add(list, RECIPE_BIRTH_PARTS, 0, without_month, 5);
                                key_add(list, RECIPE_BIRTH_PARTS, 0, without_day, 5);
                        }
                }
        }
}

/* Each name with each value of @kind. */
static void cross(const struct features *features, const struct names *names, enum feature_kind kind,
                  enum block_recipe recipe, bool by_sound, struct key_list *list)
{
        const struct feature *values[VALUES_MAX];
        uint32_t count = key_values(features, kind, values, VALUES_MAX, true);
        for (uint32_t i = 0; i < names->count; i++) {
                for (uint32_t j = 0; j < count; j++) {
                        struct text parts[] = {by_sound ? sound_of(names->items[i]) : root_of(names->items[i]),
                                               kind == FEATURE_STREET && values[j]->sound.length ? values[j]->sound
                                                                                                 : values[j]->text};
                        key_add(list, recipe, BLOCK_GHOST, parts, 2);
                }
        }
}

/* Alphanumeric postcodes name a building or a row of houses; without their last two letters, a neighbourhood (Royal
 * Mail, "PAF Digest": the sector). */
static void add_sectors(const struct features *features, const struct names *names, struct key_list *list)
{
        const struct feature *codes[VALUES_MAX];
        uint32_t count = key_values(features, FEATURE_POSTAL_CODE, codes, VALUES_MAX, true);
        for (uint32_t j = 0; j < count; j++) {
                struct text code = codes[j]->text;
                if (code.length < 6 || (code.data[0] >= '0' && code.data[0] <= '9'))
                        continue;
                for (uint32_t i = 0; i < names->count; i++) {
                        struct text parts[] = {root_of(names->items[i]), text_slice(code, 0, code.length - 2)};
                        key_add(list, RECIPE_NAME_SECTOR, 0, parts, 2);
                }
        }
}

void block_person(const struct features *features, struct key_list *list)
{
        struct names given;
        struct names family;
        collect_names(features, &given, true, false);
        collect_names(features, &family, false, false);
        add_name_pairs(&given, &family, list);
        add_initials(features, &family, list);
        add_birth(features, &given, &family, list);
        cross(features, &family, FEATURE_POSTAL_CODE, RECIPE_FAMILY_POSTCODE, true, list);
        cross(features, &given, FEATURE_POSTAL_CODE, RECIPE_GIVEN_POSTCODE, false, list);
        cross(features, &family, FEATURE_CITY, RECIPE_FAMILY_CITY, true, list);
        cross(features, &given, FEATURE_CITY, RECIPE_GIVEN_CITY, false, list);
        cross(features, &family, FEATURE_BIRTH_PLACE, RECIPE_NAME_BIRTH_PLACE, false, list);
        cross(features, &given, FEATURE_BIRTH_PLACE, RECIPE_NAME_BIRTH_PLACE, false, list);
        add_sectors(features, &given, list);
        add_sectors(features, &family, list);
        add_endings(&given, &family, list);
        cross(features, &given, FEATURE_STREET, RECIPE_GIVEN_STREET, false, list);
        cross(features, &family, FEATURE_STREET, RECIPE_FAMILY_STREET, true, list);
        cross(features, &given, FEATURE_EMPLOYER, RECIPE_GIVEN_EMPLOYER, false, list);
        cross(features, &family, FEATURE_EMPLOYER, RECIPE_FAMILY_EMPLOYER, true, list);
        for (uint32_t i = 0; i < family.count; i++) {
                struct text parts[] = {family.items[i]->text};
                key_add(list, RECIPE_FAMILY, 0, parts, 1);
        }
}
