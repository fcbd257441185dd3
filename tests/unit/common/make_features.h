/* make_features.h: features from one readable line, for the tests of block and score.
 *
 *     "given=marc; family=durand; email=m.durand@acme.fr; phone=+33612345678; number=12; street=rue de lyon"
 *
 * After the text may follow "/SOUND" and "~root". A name token of one letter is an initial; the words of an e-mail's
 * local part are its alias, and info@, contact@ and sales@ are role accounts; "!" before a text says that it was
 * validated;
 * "@1" behind a kind puts it into address 1. Words of a company name ("name=acme holdings") become tokens and the
 * whole.
 */
#pragma once

#include "record/features.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
        const char *name;
        enum feature_kind kind;
} made_kinds[] = {
        {"given", FEATURE_GIVEN},
        {"middle", FEATURE_MIDDLE},
        {"family", FEATURE_FAMILY},
        {"any", FEATURE_NAME_ANY},
        {"suffix", FEATURE_NAME_SUFFIX},
        {"form", FEATURE_ORG_FORM},
        {"birth", FEATURE_BIRTH_DATE},
        {"birth_place", FEATURE_BIRTH_PLACE},
        {"gender", FEATURE_GENDER},
        {"email", FEATURE_EMAIL},
        {"phone", FEATURE_PHONE},
        {"domain", FEATURE_DOMAIN},
        {"number", FEATURE_HOUSE_NUMBER},
        {"street", FEATURE_STREET},
        {"unit", FEATURE_UNIT},
        {"po_box", FEATURE_PO_BOX},
        {"locality", FEATURE_LOCALITY},
        {"city", FEATURE_CITY},
        {"postcode", FEATURE_POSTAL_CODE},
        {"region", FEATURE_REGION},
        {"country", FEATURE_COUNTRY},
        {"siren", FEATURE_SIREN},
        {"siret", FEATURE_SIRET},
        {"vat", FEATURE_VAT_ID},
        {"lei", FEATURE_LEI},
        {"duns", FEATURE_DUNS},
        {"tax", FEATURE_TAX_ID},
        {"national_id", FEATURE_NATIONAL_ID},
        {"passport", FEATURE_PASSPORT},
        {"licence", FEATURE_DRIVERS_LICENSE},
        {"employer", FEATURE_EMPLOYER},
        {"job", FEATURE_JOB_TITLE},
};

static struct feature *made_feature(struct features *features, enum feature_kind kind)
{
        struct feature *feature = &features->items[features->count++];
        memset(feature, 0, sizeof(*feature));
        feature->kind = kind;
        return feature;
}

/* Fills in what standardising derives from the text. */
static void made_derive(struct arena *arena, struct feature *feature)
{
        bool name = feature->kind == FEATURE_GIVEN || feature->kind == FEATURE_MIDDLE ||
                    feature->kind == FEATURE_FAMILY || feature->kind == FEATURE_NAME_ANY;
        if (name && feature->text.length == 1)
                feature->flags |= FEATURE_INITIAL;
        if (feature->kind == FEATURE_SIRET)
                feature->alias = text_slice(feature->text, 0, 9);
        if (feature->kind == FEATURE_VAT_ID && text_starts_with(feature->text, TEXT("FR")))
                feature->alias = text_slice(feature->text, 4, 9);
        if (feature->kind == FEATURE_EMAIL) {
                struct text local = text_slice(feature->text, 0, (uint32_t)text_find_byte(feature->text, '@', 0));
                char *words = arena_alloc(arena, local.length);
                for (uint32_t i = 0; i < local.length; i++)
                        words[i] = local.data[i] == '.' ? ' ' : local.data[i];
                feature->alias = (struct text){.data = words, .length = local.length};
                feature->sub = text_equal(local, TEXT("info")) || text_equal(local, TEXT("contact")) ||
                               text_equal(local, TEXT("sales"));
        }
}

static void made_company_name(struct features *features, struct text whole)
{
        uint8_t position = 0;
        made_feature(features, FEATURE_ORG_WHOLE)->text = whole;
        for (uint32_t from = 0; from < whole.length;) {
                int64_t blank = text_find_byte(whole, ' ', from);
                uint32_t to = blank < 0 ? whole.length : (uint32_t)blank;
                struct feature *token = made_feature(features, FEATURE_ORG_TOKEN);
                token->text = text_slice(whole, from, to - from);
                token->sub = position++;
                from = to + 1;
        }
}

static void made_item(struct arena *arena, struct features *features, struct text item)
{
        int64_t equals = text_find_byte(item, '=', 0);
        struct text name = text_slice(item, 0, (uint32_t)equals);
        struct text value = text_slice(item, (uint32_t)equals + 1, item.length);
        uint8_t group = 0;
        if (text_find_byte(name, '@', 0) > 0) {
                group = (uint8_t)(name.data[name.length - 1] - '0');
                name = text_slice(name, 0, (uint32_t)text_find_byte(name, '@', 0));
        }
        if (text_equal(name, TEXT("name"))) {
                made_company_name(features, value);
                return;
        }
        for (size_t i = 0; i < sizeof(made_kinds) / sizeof(*made_kinds); i++) {
                if (!text_equal(name, text_from(made_kinds[i].name)))
                        continue;
                struct feature *feature = made_feature(features, made_kinds[i].kind);
                int64_t root = text_find_byte(value, '~', 1);
                struct text rest = value;
                if (root > 0) {
                        feature->alias = text_slice(value, (uint32_t)root + 1, value.length);
                        rest = text_slice(value, 0, (uint32_t)root);
                }
                int64_t sound = text_find_byte(rest, '/', 0);
                if (sound > 0) {
                        feature->sound = text_slice(rest, (uint32_t)sound + 1, rest.length);
                        rest = text_slice(rest, 0, (uint32_t)sound);
                }
                if (rest.data[0] == '!') {
                        feature->flags |= FEATURE_VALIDATED;
                        rest = text_slice(rest, 1, rest.length);
                }
                feature->text = rest;
                feature->group = group;
                made_derive(arena, feature);
                return;
        }
        fprintf(stderr, "make_features: unknown kind in \"%.*s\"\n", TEXT_ARG(item));
        abort();
}

__attribute__((unused)) static struct features *make_features(struct arena *arena, enum record_type type,
                                                              const char *line)
{
        struct features *features = arena_calloc(arena, 1, sizeof(*features));
        struct text rest = text_from(line);
        features->type = type;
        while (rest.length) {
                int64_t end = text_find_byte(rest, ';', 0);
                struct text item = text_trim(end < 0 ? rest : text_slice(rest, 0, (uint32_t)end));
                rest = end < 0 ? TEXT_NONE : text_slice(rest, (uint32_t)end + 1, rest.length);
                if (item.length)
                        made_item(arena, features, item);
        }
        features_finish(features);
        return features;
}
