/* Questions to a finished configuration. The lists are short (tens of sources, entities and rules), so they are walked.
 */
#include "config/config.h"
#include "config/topic.h"

#include <stdio.h>

static const char *const dialect_names[DIALECT_COUNT] = {
        [DIALECT_ROW] = "row",
        [DIALECT_SALESFORCE_CDC] = "salesforce-cdc",
        [DIALECT_DEBEZIUM] = "debezium",
};

const char *dialect_name(enum dialect dialect)
{
        return dialect < DIALECT_COUNT ? dialect_names[dialect] : "decision";
}

bool dialect_parse(struct text name, enum dialect *dialect)
{
        for (int i = 0; i < DIALECT_COUNT; i++) {
                if (text_equal(name, text_from(dialect_names[i]))) {
                        *dialect = (enum dialect)i;
                        return true;
                }
        }
        return false;
}

bool source_encoding_parse(struct text name, enum source_encoding *encoding)
{
        static const char *const names[ENCODING_COUNT] = {"auto", "json", "avro"};

        for (int i = 0; i < ENCODING_COUNT; i++) {
                if (text_equal(name, text_from(names[i]))) {
                        *encoding = (enum source_encoding)i;
                        return true;
                }
        }
        return false;
}

const struct source_config *config_find_source(const struct config *config, struct text name)
{
        for (uint32_t i = 0; i < config->source_count; i++) {
                if (text_equal(config->sources[i].name, name))
                        return &config->sources[i];
        }
        if (text_equal(name, TEXT(SOURCE_DECISIONS)))
                return &config->stewards;
        if (config->accept_any_source && config->any_dialect < DIALECT_COUNT)
                return &config->any_source[config->any_dialect];
        return NULL;
}

uint64_t config_unique_bit(const struct config *config, enum record_type type, struct text source)
{
        const struct source_config *found = config->unique[type] ? config_find_source(config, source) : NULL;

        return found ? found->unique[type] : 0;
}

static const struct source_config *find_name(const struct config *config, struct text topic)
{
        for (uint32_t i = 0; i < config->source_count; i++) {
                for (uint32_t j = 0; j < config->sources[i].topic_count; j++) {
                        if (text_equal(config->sources[i].topics[j], topic))
                                return &config->sources[i];
                }
        }
        return NULL;
}

const struct source_config *config_match_topic(const struct config *config, struct text topic,
                                               struct topic_rivals *rivals)
{
        const struct source_config *source = find_name(config, topic);
        const struct topic_pattern *found = NULL;
        char name[TOPIC_NAME_MAX + 1];

        if (rivals)
                *rivals = (struct topic_rivals){0};
        if (source || !topic_is_name(topic))
                return source;
        snprintf(name, sizeof(name), "%.*s", TEXT_ARG(topic));
        for (uint32_t i = 0; i < config->pattern_count; i++) {
                const struct topic_pattern *pattern = &config->patterns[i];

                if (regexec(&pattern->regex, name, 0, NULL, 0) != 0)
                        continue;
                if (found && found->source != pattern->source) {
                        if (rivals)
                                *rivals = (struct topic_rivals){found->text, pattern->text};
                        return NULL;
                }
                found = pattern;
        }
        return found ? &config->sources[found->source] : NULL;
}

const struct source_config *config_find_topic(const struct config *config, struct text topic)
{
        return config_match_topic(config, topic, NULL);
}

const struct entity_mapping *source_find_entity(const struct source_config *source, struct text entity)
{
        for (uint32_t i = 0; i < source->entity_count; i++) {
                if (text_equal(source->entities[i].entity, entity))
                        return &source->entities[i];
        }
        for (uint32_t i = 0; i < source->entity_count; i++) {
                if (text_equal_ascii_case(source->entities[i].entity, entity))
                        return &source->entities[i];
        }
        return NULL;
}

uint8_t source_trust(const struct source_config *source, uint16_t attribute)
{
        for (uint32_t i = source->trust_count; i > 0; i--) {
                if (source->trust[i - 1].attribute == attribute)
                        return source->trust[i - 1].trust;
        }
        return source->default_trust;
}
