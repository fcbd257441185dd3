/* When two values say the same, for those who write into other systems.
 *
 * Canonical values keep what people care about (case, accents, "bd" or "boulevard"), so they are folded once more:
 * names and texts to their words, addresses to the features by which matching compares them. All else is canonical
 * already.
 */
#include "standard/parts.h"
#include "standard/phone_shim.h"
#include "standard/standard.h"

#include <stdlib.h>

static bool is_folded(enum attribute_kind kind)
{
        return kind == KIND_TEXT || kind == KIND_NAME || kind == KIND_ADDRESS || kind == KIND_CODE;
}

struct text standard_comparable(struct standard *standard, struct arena *arena, uint16_t attribute, struct text value)
{
        const struct vocabulary *vocabulary = &standard->config->vocabulary;
        struct text folded;

        if (attribute >= vocabulary->count || !is_folded(vocabulary->attributes[attribute].kind))
                return value;
        folded = fold_words(standard->folder, arena, value);
        return folded.length > 0 ? folded : value;
}

static int compare_features(const void *left, const void *right)
{
        const struct feature *a = left, *b = right;

        return a->kind != b->kind ? a->kind - b->kind : text_compare(a->text, b->text);
}

struct text standard_comparable_address(struct standard *standard, struct arena *arena, const char *country,
                                        const struct text parts[STANDARD_ADDRESS_PARTS])
{
        struct feature_list list = {0};
        struct work work = {.standard = standard, .arena = arena, .list = &list};
        struct address_fields fields = {parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]};
        struct buffer out BUFFER_CLEANUP = {0};

        for (int i = 0; i < 2 && country[0]; i++)
                work.country[i] = country[i];
        address_add(&work, &fields, 0);
        if (list.count > 1)
                qsort(list.items, list.count, sizeof(*list.items), compare_features);
        for (size_t i = 0; i < list.count; i++) {
                buffer_byte(&out, list.items[i].kind);
                buffer_prefixed(&out, list.items[i].text);
        }
        return arena_text(arena, buffer_view(&out));
}

struct text standard_format_phone(struct arena *arena, struct text e164, enum phone_format format)
{
        char *out = arena_alloc(arena, PHONE_FORMATTED_SIZE);

        if (format == PHONE_FORMAT_E164 || e164.length == 0 || e164.data[0] != '+' ||
            !phone_shim_format(e164.data, e164.length, format == PHONE_FORMAT_INTERNATIONAL, out))
                return e164;
        return text_from(out);
}

bool standard_is_role_account(struct standard *standard, struct arena *arena, struct text email)
{
        struct feature_list list = {0};
        struct work work = {.standard = standard, .arena = arena, .list = &list};

        email_add(&work, email);
        return list.count > 0 && list.items[0].kind == FEATURE_EMAIL && list.items[0].sub != 0;
}
