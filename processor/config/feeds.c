/* The section `feeds`: projections of golden records, each for one consumer. */
#include "config/policy_load.h"

#include <string.h>

#define FEED_FIELDS_MAX 256

static const struct {
        const char *name;
        enum feed_subject subject;
} subjects[] = {
        {"entity_id", FEED_ENTITY_ID},
        {"completeness", FEED_COMPLETENESS},
        {"records", FEED_RECORDS},
        {"sources", FEED_SOURCES},
};

void read_feed_fields(struct loader *loader, const struct node *node, void *target)
{
        struct feed_draft *draft = target;
        struct feed_field *fields;
        uint32_t count = 0;

        if (!loader_check_map(loader, node, "fields"))
                return;
        if (node->count > FEED_FIELDS_MAX) {
                problem_error(&loader->sink, node, "use fewer", "%u fields; 256 are possible", (unsigned)node->count);
                return;
        }
        fields = arena_calloc(loader->arena, node->count + 1, sizeof(*fields));
        for (uint32_t i = 0; i < node->count; i++) {
                struct feed_field *field = &fields[count];
                struct text name;
                bool known = false;

                if (!loader_read_text(loader, node->values[i], "a field of a feed", &name))
                        continue;
                field->name = node->keys[i]->text;
                for (size_t j = 0; j < sizeof(subjects) / sizeof(subjects[0]) && !known; j++) {
                        known = text_equal(name, text_from(subjects[j].name));
                        field->subject = subjects[j].subject;
                }
                if (!known) {
                        field->subject = FEED_ATTRIBUTE;
                        field->attribute = find_attribute(loader, node->values[i], name);
                        known = field->attribute != ATTRIBUTE_NONE;
                }
                count += known;
        }
        draft->feed.fields = fields;
        draft->feed.field_count = count;
}

/* `consent: [email, marketing]` names channels; "consent.email" in full is as good. */
static void compile_consents(struct loader *loader, const struct node *node, struct feed_draft *draft)
{
        const struct vocabulary *vocabulary = &loader->config->vocabulary;
        const struct node *at = node_get(node, "consent");
        uint16_t *consents = arena_calloc(loader->arena, draft->consent_count + 1, sizeof(*consents));

        for (uint32_t i = 0; i < draft->consent_count; i++) {
                struct text full = arena_printf(loader->arena, "consent.%.*s", TEXT_ARG(draft->consent[i]));
                uint16_t attribute = vocabulary_find(vocabulary, full);

                if (attribute == ATTRIBUTE_NONE)
                        attribute = vocabulary_find(vocabulary, draft->consent[i]);
                if (attribute == ATTRIBUTE_NONE || vocabulary->attributes[attribute].kind != KIND_CONSENT)
                        problem_error(&loader->sink, at,
                                      "choose email, phone, marketing, or an attribute of kind consent",
                                      "there is no consent \"%.*s\"", TEXT_ARG(draft->consent[i]));
                else
                        consents[draft->feed.consent_count++] = attribute;
        }
        draft->feed.consents = consents;
}

/* Rows that are keyed by a value cannot be two for one value. */
static void compile_key(struct loader *loader, const struct node *node, struct feed_draft *draft)
{
        if (draft->unique.length > 0)
                draft->feed.unique = find_attribute(loader, node_get(node, "unique"), draft->unique);
        if (text_equal(draft->key, TEXT("entity_id")))
                return;
        draft->feed.key = find_attribute(loader, node_get(node, "key"), draft->key);
        if (draft->unique.length == 0)
                draft->feed.unique = draft->feed.key;
        if (draft->feed.unique != draft->feed.key && draft->feed.key != ATTRIBUTE_NONE)
                problem_error(&loader->sink, node_get(node, "key"),
                              "let `unique` name the same attribute, or leave it out",
                              "a feed that is keyed by %.*s has one row for each %.*s", TEXT_ARG(draft->key),
                              TEXT_ARG(draft->key));
}

void read_feeds(struct loader *loader, const struct node *node, void *target)
{
        struct config *config = target;
        struct feed_config *feeds;

        if (!loader_check_map(loader, node, "feeds"))
                return;
        feeds = arena_calloc(loader->arena, node->count + 1, sizeof(*feeds));
        for (uint32_t i = 0; i < node->count; i++) {
                const struct node *key = node->keys[i], *value = node->values[i];
                struct text what = arena_printf(loader->arena, "feed %.*s", TEXT_ARG(key->text));
                struct feed_draft draft = {.feed.name = key->text};

                if (!loader_is_name(key->text))
                        problem_error(&loader->sink, key,
                                      "use letters, digits, '.', '_' and '-', at most 64: a topic is named after it",
                                      "\"%.*s\" is no name for a feed", TEXT_ARG(key->text));
                options_set_defaults(loader, SCOPE_FEED, &draft);
                if (!node_is_null(value))
                        options_read(loader, SCOPE_FEED, value, what.data, &draft);
                record_type_parse(draft.type_name, &draft.feed.type);
                draft.feed.when = load_filter(loader, value, "when", draft.when);
                compile_consents(loader, value, &draft);
                compile_key(loader, value, &draft);
                if (draft.feed.field_count == 0)
                        problem_error(&loader->sink, key, "list them: `fields: {mail: email}`", "%s has no fields",
                                      what.data);
                feeds[config->feed_count++] = draft.feed;
        }
        config->feeds = feeds;
}
