/* The section `sources`: the systems, their topics, presets and trust.
 *
 * A source is read in this order: plain options, presets, the author's entities over them (mapping.c), trust. What only
 * the whole file can show (topics that two sources claim, references to sources that come later) is collected and
 * checked at the end.
 */
#include "config/load.h"
#include "config/topic.h"

#include <string.h>

#define DEFAULT_TRUST 50

/* --- mapping: presets and identity */

static void read_preset(struct loader *loader, struct source_draft *source, const struct node *node, struct text name)
{
        struct text yaml = preset_find(name);
        if (yaml.length == 0) {
                struct nearest nearest;
                nearest_init(&nearest, name);
                nearest_offer(&nearest, TEXT("identity"));
                for (size_t i = 0; preset_name(i); i++)
                        nearest_offer(&nearest, text_from(preset_name(i)));
                problem_error(&loader->sink, node, NULL, "unknown mapping \"%.*s\"", TEXT_ARG(name));
                if (nearest_found(&nearest))
                        problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(nearest.best));
                else
                        problem_remedy(&loader->sink, "choose identity or salesforce-standard, or list the entities");
                return;
        }
        struct document document;
        struct problem_sink outer = loader->sink;
        loader->sink.file = arena_printf(loader->arena, "preset %.*s", TEXT_ARG(name));
        loader->preset = true;
        document_read(loader->arena, yaml, &loader->sink, &document);
        const struct node *entities = node_get(document.root, "entities");
        if (entities)
                read_entities(loader, entities, source);
        loader->preset = false;
        loader->sink.file = outer.file;
}

void read_mapping(struct loader *loader, const struct node *node, void *target)
{
        struct source_draft *source = target;
        const struct text *names;
        uint32_t count;
        source->mapping_node = node;
        if (node->kind == NODE_MAP) {
                problem_error(&loader->sink, node, "write the fields under `entities`, and only names of presets here",
                              "mapping takes names of presets, not a map");
                return;
        }
        loader_read_texts(loader, node, "mapping", &names, &count);
        for (uint32_t i = 0; i < count; i++) {
                if (text_equal(names[i], TEXT("identity")))
                        source->config.identity = true;
                else
                        read_preset(loader, source, node, names[i]);
        }
}

/* --- trust */

static bool read_trust_value(struct loader *loader, const struct node *node, const char *name, uint8_t *trust)
{
        struct text text;
        int64_t value;
        if (!loader_read_text(loader, node, name, &text))
                return false;
        if (!value_parse(VALUE_TRUST, text, &value)) {
                problem_error(&loader->sink, node, "write a whole number from 0 to 100", "trust: \"%.*s\" is no number",
                              TEXT_ARG(text));
                return false;
        }
        if (value < 0 || value > 100) {
                problem_error(&loader->sink, node, "choose from 0 to 100", "trust: %lld is out of range",
                              (long long)value);
                return false;
        }
        *trust = (uint8_t)value;
        return true;
}

/* Rules of the attributes that @name stands for: itself, or all parts of "address" or "consent". */
static void add_trust_rules(struct loader *loader, const struct node *key, uint8_t trust, struct trust_rule **rules,
                            size_t *count, size_t *capacity)
{
        const struct vocabulary *vocabulary = &loader->config->vocabulary;
        size_t before = *count;
        for (uint32_t i = 1; i < vocabulary->count; i++) {
                struct text name = text_from(vocabulary->attributes[i].name);
                bool is_part = name.length > key->text.length && name.data[key->text.length] == '.' &&
                               text_starts_with(name, key->text);
                if (!is_part && !text_equal(name, key->text))
                        continue;
                struct trust_rule *rule = ARENA_PUSH(loader->arena, *rules, *count, *capacity);
                *rule = (struct trust_rule){.attribute = (uint16_t)i, .trust = trust};
        }
        if (*count == before)
                find_attribute(loader, key, key->text);
}

void read_trust(struct loader *loader, const struct node *node, void *target)
{
        struct source_draft *source = target;
        if (node->kind == NODE_SCALAR) {
                read_trust_value(loader, node, "trust", &source->config.default_trust);
                return;
        }
        if (!loader_check_map(loader, node, "trust"))
                return;
        struct trust_rule *rules = NULL;
        size_t count = 0;
        size_t capacity = 0;
        /* Groups first: the last rule of an attribute counts, and its own name is more than its group's. */
        for (int pass = 0; pass < 2; pass++) {
                for (uint32_t i = 0; i < node->count; i++) {
                        const struct node *key = node->keys[i];
                        bool is_default = text_equal(key->text, TEXT("default"));
                        bool is_exact = vocabulary_find(&loader->config->vocabulary, key->text) != ATTRIBUTE_NONE;
                        uint8_t trust = 0;
                        if (is_exact != (pass == 1))
                                continue;
                        bool good = read_trust_value(loader, node->values[i], "trust", &trust);
                        if (!is_default)
                                add_trust_rules(loader, key, trust, &rules, &count, &capacity);
                        else if (good)
                                source->config.default_trust = trust;
                }
        }
        source->config.trust = rules;
        source->config.trust_count = (uint32_t)count;
}

/* --- sources without duplicates */

void read_unique(struct loader *loader, const struct node *node, void *target)
{
        struct source_draft *source = target;
        const struct text *words;
        uint32_t count;
        loader_read_texts(loader, node, "unique", &words, &count);
        for (uint32_t i = 0; i < count; i++) {
                const struct node *at = node->kind == NODE_LIST && node->count == count ? node->values[i] : node;
                bool all = node->kind != NODE_LIST && text_equal(words[i], TEXT("true"));
                bool known = all || (node->kind != NODE_LIST && text_equal(words[i], TEXT("false")));
                for (int type = 0; type < TYPE_COUNT; type++) {
                        bool named = text_equal(words[i], text_from(record_type_name((enum record_type)type)));
                        source->config.unique[type] |= all || named;
                        known |= named;
                }
                if (!known)
                        problem_error(&loader->sink, at, "write true, false, or a list of person and organization",
                                      "unique: \"%.*s\" is no entity type", TEXT_ARG(words[i]));
        }
}

/* Each source that is unique for some type gets a bit of its own. */
static void number_unique_sources(struct loader *loader, const struct node *node, struct source_config *sources,
                                  uint32_t count)
{
        uint32_t numbered = 0;
        for (uint32_t i = 0; i < count; i++) {
                bool any = false;
                for (int type = 0; type < TYPE_COUNT; type++)
                        any |= sources[i].unique[type] != 0;
                if (!any)
                        continue;
                if (numbered == UNIQUE_SOURCES_MAX) {
                        problem_error(&loader->sink, node->keys[i],
                                      "leave `unique` out where the source may hold duplicates",
                                      "source %.*s is the %dth unique source; %d are possible",
                                      TEXT_ARG(sources[i].name), UNIQUE_SOURCES_MAX + 1, UNIQUE_SOURCES_MAX);
                        return;
                }
                for (int type = 0; type < TYPE_COUNT; type++) {
                        sources[i].unique[type] = sources[i].unique[type] ? UINT64_C(1) << numbered : 0;
                        loader->config->unique[type] |= sources[i].unique[type];
                }
                numbered++;
        }
}

/* --- the source */

/* A pattern is compiled here, once. */
static void read_pattern(struct loader *loader, const struct node *at, struct text text)
{
        struct config *config = loader->config;
        struct topic_pattern pattern = {.text = text, .source = loader->source_number};
        struct error error;

        if (topic_compile(text, &pattern.regex, &error) < 0) {
                problem_error(&loader->sink, at,
                              "write a POSIX extended regular expression such as ^erp\\.public\\.[a-z_]+$",
                              "topic pattern \"%.*s\": %s", TEXT_ARG(text), error.text);
                return;
        }
        *ARENA_PUSH(loader->arena, config->patterns, config->pattern_count, loader->pattern_capacity) = pattern;
}

/* A topic belongs to one source. */
static void check_claims(struct loader *loader, const struct node *at, struct text topic, struct text source)
{
        for (size_t j = 0; j < loader->topic_count; j++) {
                if (!text_equal(loader->topics[j].topic, topic))
                        continue;
                if (text_equal(loader->topics[j].source, source))
                        problem_error(&loader->sink, at, "keep one of the two", "topic %.*s is listed twice",
                                      TEXT_ARG(topic));
                else
                        problem_error(&loader->sink, at, "leave it to one of them",
                                      "topic %.*s is claimed by two sources: %.*s in line %d, and %.*s",
                                      TEXT_ARG(topic), TEXT_ARG(loader->topics[j].source), loader->topics[j].node->line,
                                      TEXT_ARG(source));
                return;
        }
}

static void check_topics(struct loader *loader, struct source_draft *source, const struct node *node,
                         const struct node *key)
{
        if (source->config.topic_count == 0) {
                problem_warning(&loader->sink, key, "list its Kafka topics under `topics`",
                                "source %.*s has no topics: the service cannot read it, replay can",
                                TEXT_ARG(source->config.name));
                return;
        }
        for (uint32_t i = 0; i < source->config.topic_count; i++) {
                struct text topic = source->config.topics[i];
                bool is_list = node && node->kind == NODE_LIST && node->count == source->config.topic_count;
                const struct node *at = is_list ? node->values[i] : node;

                if (topic_is_pattern(topic))
                        read_pattern(loader, at, topic);
                else if (!topic_is_name(topic))
                        problem_error(&loader->sink, at,
                                      "letters, digits, '.', '_' and '-', at most 249; a pattern begins with '^'",
                                      "\"%.*s\" is no name of a topic", TEXT_ARG(topic));
                check_claims(loader, at, topic, source->config.name);
                struct topic_check *check =
                        ARENA_PUSH(loader->arena, loader->topics, loader->topic_count, loader->topic_capacity);
                *check = (struct topic_check){.node = at, .topic = topic, .source = source->config.name};
        }
}

static void check_mapping(struct loader *loader, struct source_draft *source, const struct node *key)
{
        if (source->mapping_node || source->entity_count > 0)
                return;
        if (source->config.dialect == DIALECT_SALESFORCE_CDC)
                problem_error(&loader->sink, key,
                              "add `mapping: salesforce-standard`, or list the objects under `entities`",
                              "source %.*s maps nothing", TEXT_ARG(source->config.name));
        source->config.identity = true;
}

static void read_source(struct loader *loader, const struct node *key, const struct node *node,
                        struct source_config *out)
{
        struct source_draft source = {.node = node};
        source.config.name = key->text;
        source.config.line = key->line;
        source.config.default_trust = DEFAULT_TRUST;
        if (!loader_is_name(key->text))
                problem_error(&loader->sink, key,
                              "use letters, digits, '.', '_' and '-', at most 64: topics are named after it",
                              "\"%.*s\" is no name for a source", TEXT_ARG(key->text));
        if (text_equal(key->text, TEXT(SOURCE_DECISIONS)))
                problem_error(&loader->sink, key, "give the source another name",
                              "\"" SOURCE_DECISIONS "\" is the name of what stewards decide");
        struct text what = arena_printf(loader->arena, "source %.*s", TEXT_ARG(key->text));
        options_set_defaults(loader, SCOPE_SOURCE, &source);
        if (!node_is_null(node))
                options_read(loader, SCOPE_SOURCE, node, what.data, &source);
        dialect_parse(source.dialect_name, &source.config.dialect);
        source.config.ignores_unmapped = text_equal(source.unmapped_name, TEXT("ignore"));
        source_encoding_parse(source.encoding_name, &source.config.encoding);
        if (!node->cut) {
                check_topics(loader, &source, node_get(node, "topics"), key);
                check_mapping(loader, &source, key);
        }
        finish_entities(loader, &source);
        *out = source.config;
}

static void check_references(struct loader *loader)
{
        const struct config *config = loader->config;
        for (size_t i = 0; i < loader->reference_count; i++) {
                const struct reference_check *check = &loader->references[i];
                struct nearest nearest;
                bool found = false;
                nearest_init(&nearest, check->source);
                for (uint32_t j = 0; j < config->source_count && !found; j++) {
                        found = text_equal(config->sources[j].name, check->source);
                        nearest_offer(&nearest, config->sources[j].name);
                }
                if (found)
                        continue;
                problem_error(&loader->sink, check->node, "name one of the sources of this file",
                              "there is no source \"%.*s\"", TEXT_ARG(check->source));
                if (nearest_found(&nearest))
                        problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(nearest.best));
        }
}

void read_sources(struct loader *loader, const struct node *node, void *target)
{
        struct config *config = target;
        if (!loader_check_map(loader, node, "sources"))
                return;
        if (node->count > SOURCES_MAX)
                problem_error(&loader->sink, node, "use several instances", "%u sources; 256 are possible",
                              (unsigned)node->count);
        uint32_t count = node->count < SOURCES_MAX ? node->count : SOURCES_MAX;
        struct source_config *sources = arena_calloc(loader->arena, count ? count : 1, sizeof(*sources));
        for (uint32_t i = 0; i < count; i++) {
                loader->source_number = i;
                read_source(loader, node->keys[i], node->values[i], &sources[i]);
        }
        number_unique_sources(loader, node, sources, count);
        config->sources = sources;
        config->source_count = count;
        check_references(loader);
}
