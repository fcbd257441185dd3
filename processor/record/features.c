/* Canonical order and bytes of features.
 *
 * Two records are one value node exactly if their feature bytes are equal, so everything that could depend on the order
 * of fields is removed here: features are sorted, repeats dropped, and addresses numbered by their content.
 */
#include "record/features.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[FEATURE_KIND_COUNT] = {
        [FEATURE_NONE] = "none",
        [FEATURE_GIVEN] = "given_name",
        [FEATURE_MIDDLE] = "middle_name",
        [FEATURE_FAMILY] = "family_name",
        [FEATURE_NAME_ANY] = "name",
        [FEATURE_NAME_SUFFIX] = "name_suffix",
        [FEATURE_ORG_TOKEN] = "name_token",
        [FEATURE_ORG_FORM] = "legal_form",
        [FEATURE_ORG_WHOLE] = "name",
        [FEATURE_BIRTH_DATE] = "birth_date",
        [FEATURE_BIRTH_PLACE] = "birth_place",
        [FEATURE_GENDER] = "gender",
        [FEATURE_EMAIL] = "email",
        [FEATURE_PHONE] = "phone",
        [FEATURE_DOMAIN] = "domain",
        [FEATURE_HOUSE_NUMBER] = "house_number",
        [FEATURE_STREET] = "street",
        [FEATURE_UNIT] = "unit",
        [FEATURE_PO_BOX] = "po_box",
        [FEATURE_LOCALITY] = "locality",
        [FEATURE_CITY] = "city",
        [FEATURE_POSTAL_CODE] = "postal_code",
        [FEATURE_REGION] = "region",
        [FEATURE_COUNTRY] = "country",
        [FEATURE_SIREN] = "siren",
        [FEATURE_SIRET] = "siret",
        [FEATURE_VAT_ID] = "vat_id",
        [FEATURE_LEI] = "lei",
        [FEATURE_DUNS] = "duns",
        [FEATURE_TAX_ID] = "tax_id",
        [FEATURE_NATIONAL_ID] = "national_id",
        [FEATURE_PASSPORT] = "passport",
        [FEATURE_DRIVERS_LICENSE] = "drivers_license",
        [FEATURE_EMPLOYER] = "employer",
        [FEATURE_EMPLOYER_REF] = "employer_ref",
        [FEATURE_JOB_TITLE] = "job_title",
        [FEATURE_SAME_AS] = "same_as",
        [FEATURE_OWN] = "own",
};

const char *feature_kind_name(enum feature_kind kind)
{
        return kind < FEATURE_KIND_COUNT ? kind_names[kind] : "unknown";
}

/* Everything but the group, which is what is being decided. */
static int compare_content(const struct feature *a, const struct feature *b)
{
        int order;

        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        if (a->sub != b->sub)
                return a->sub < b->sub ? -1 : 1;
        if ((order = text_compare(a->text, b->text)) != 0)
                return order;
        if ((order = text_compare(a->sound, b->sound)) != 0)
                return order;
        if ((order = text_compare(a->alias, b->alias)) != 0)
                return order;
        return (a->flags > b->flags) - (a->flags < b->flags);
}

static int compare_grouped(const void *left, const void *right)
{
        const struct feature *a = left, *b = right;

        if (a->group != b->group)
                return a->group < b->group ? -1 : 1;
        return compare_content(a, b);
}

static int compare_final(const void *left, const void *right)
{
        const struct feature *a = left, *b = right;

        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        return compare_grouped(left, right);
}

static bool is_address(uint8_t kind)
{
        return kind >= FEATURE_HOUSE_NUMBER && kind <= FEATURE_COUNTRY;
}

struct group {
        const struct feature *items; /* sorted by content */
        uint32_t count;
        uint8_t old_number;
};

static int compare_groups(const void *left, const void *right)
{
        const struct group *a = left, *b = right;
        uint32_t shorter = a->count < b->count ? a->count : b->count;

        for (uint32_t i = 0; i < shorter; i++) {
                int order = compare_content(&a->items[i], &b->items[i]);

                if (order != 0)
                        return order;
        }
        return (a->count > b->count) - (a->count < b->count);
}

/* Gives addresses numbers in the order of their content; equal addresses get the same one and so fall together. */
static void renumber_groups(struct features *features)
{
        struct feature sorted[FEATURES_MAX];
        struct group groups[FEATURES_MAX];
        uint8_t number[256] = {0};
        uint32_t count = 0, group_count = 0;

        for (uint32_t i = 0; i < features->count; i++) {
                if (is_address(features->items[i].kind))
                        sorted[count++] = features->items[i];
                else
                        features->items[i].group = 0;
        }
        if (count == 0)
                return;
        qsort(sorted, count, sizeof(sorted[0]), compare_grouped);
        for (uint32_t i = 0; i < count; i++) {
                if (i == 0 || sorted[i].group != sorted[i - 1].group)
                        groups[group_count++] = (struct group){.items = &sorted[i], .old_number = sorted[i].group};
                groups[group_count - 1].count++;
        }
        qsort(groups, group_count, sizeof(groups[0]), compare_groups);
        for (uint32_t i = 0, next = 0; i < group_count; i++) {
                if (i > 0 && compare_groups(&groups[i], &groups[i - 1]) != 0)
                        next++;
                number[groups[i].old_number] = (uint8_t)next;
        }
        for (uint32_t i = 0; i < features->count; i++) {
                if (is_address(features->items[i].kind))
                        features->items[i].group = number[features->items[i].group];
        }
}

static void index_kinds(struct features *features)
{
        uint32_t at = 0;

        for (uint32_t kind = 0; kind <= FEATURE_KIND_COUNT; kind++) {
                while (at < features->count && features->items[at].kind < kind)
                        at++;
                features->first[kind] = (uint8_t)at;
        }
}

void features_finish(struct features *features)
{
        uint32_t kept = 0;

        renumber_groups(features);
        qsort(features->items, features->count, sizeof(features->items[0]), compare_final);
        for (uint32_t i = 0; i < features->count; i++) {
                if (kept > 0 && compare_final(&features->items[i], &features->items[kept - 1]) == 0)
                        continue;
                features->items[kept++] = features->items[i];
        }
        features->count = kept;
        index_kinds(features);
}

void features_encode(const struct features *features, struct buffer *out)
{
        buffer_byte(out, (uint8_t)features->type);
        for (uint32_t i = 0; i < features->count; i++) {
                const struct feature *feature = &features->items[i];

                buffer_byte(out, feature->kind);
                buffer_byte(out, feature->group);
                buffer_byte(out, feature->sub);
                buffer_byte(out, feature->flags);
                buffer_prefixed(out, feature->text);
                buffer_prefixed(out, feature->sound);
                buffer_prefixed(out, feature->alias);
        }
}

int features_decode(struct text data, struct features *features)
{
        struct reader reader;
        uint8_t type;

        reader_init(&reader, data.data, data.length);
        type = reader_byte(&reader);
        if (type >= TYPE_COUNT)
                return -1;
        features->type = (enum record_type)type;
        features->count = 0;
        while (!reader.failed && reader.at < reader.end) {
                struct feature *feature;

                const uint8_t *head = reader_bytes(&reader, 4);

                if (features->count == FEATURES_MAX || !head)
                        return -1;
                feature = &features->items[features->count];
                feature->kind = head[0];
                feature->group = head[1];
                feature->sub = head[2];
                feature->flags = head[3];
                feature->text = reader_prefixed(&reader);
                feature->sound = reader_prefixed(&reader);
                feature->alias = reader_prefixed(&reader);
                if (feature->kind == FEATURE_NONE || feature->kind >= FEATURE_KIND_COUNT)
                        return -1;
                if (features->count > 0 && feature->kind < feature[-1].kind)
                        return -1;
                features->count++;
        }
        if (reader.failed)
                return -1;
        index_kinds(features);
        return 0;
}

const struct features *features_decode_kept(struct arena *arena, struct text data)
{
        struct features features;
        struct features *kept;
        size_t size;

        if (features_decode(data, &features) < 0)
                return NULL;
        size = offsetof(struct features, items) + features.count * sizeof(features.items[0]);
        kept = arena_alloc(arena, size);
        memcpy(kept, &features, size);
        return kept;
}
