/* The epoch: a hash over everything of M that decides F.
 *
 * Two installations with one epoch and the same records must publish the same bytes, so the hash is over meaning, not
 * over the file: defaults filled in, sources and entities by name, attributes by name instead of number. What only
 * concerns the operation (topics, Kafka, times, threads, logs) is left out, and may change without a recomputation.
 */
#include "base/buffer.h"
#include "base/hash.h"
#include "config/policy.h"

#include <stdlib.h>
#include <string.h>

/* Changes when the meaning of the same configuration does. */
#define EPOCH_FORMAT "durand-epoch-4"

static void put_attribute_name(struct buffer *out, const struct config *config, uint16_t attribute)
{
        buffer_prefixed(out, text_from(config->vocabulary.attributes[attribute].name));
}

static void put_vocabulary(struct buffer *out, const struct config *config)
{
        buffer_varint(out, config->vocabulary.count);
        for (uint32_t i = 1; i < config->vocabulary.count; i++) {
                const struct attribute *attribute = &config->vocabulary.attributes[i];
                buffer_prefixed(out, text_from(attribute->name));
                buffer_varint(out, attribute->kind);
                buffer_varint(out, (uint64_t)attribute->person | (uint64_t)attribute->organization << 1 |
                                           (uint64_t)attribute->multiple << 2 | (uint64_t)attribute->hidden << 3);
        }
}

static void put_field(struct buffer *out, const struct config *config, const struct field_mapping *field)
{
        buffer_prefixed(out, field->field);
        put_attribute_name(out, config, field->attribute);
        buffer_prefixed(out, field->label);
        buffer_varint(out, field->transform);
        buffer_varint(out, field->value_count);
        for (uint32_t i = 0; i < field->value_count; i++) {
                buffer_prefixed(out, field->values[i].from);
                buffer_prefixed(out, field->values[i].to);
        }
        buffer_prefixed(out, field->reference_source);
}

static int compare_entities(const void *a, const void *b)
{
        const struct entity_mapping *const *x = a;
        const struct entity_mapping *const *y = b;
        return text_compare((*x)->entity, (*y)->entity);
}

static int compare_sources(const void *a, const void *b)
{
        const struct source_config *const *x = a;
        const struct source_config *const *y = b;
        return text_compare((*x)->name, (*y)->name);
}

static void put_entity(struct buffer *out, const struct config *config, const struct entity_mapping *entity)
{
        buffer_prefixed(out, entity->entity);
        buffer_varint(out, entity->type);
        buffer_varint(out, entity->identity);
        buffer_varint(out, entity->key_field_count);
        for (uint32_t i = 0; i < entity->key_field_count; i++)
                buffer_prefixed(out, entity->key_fields[i]);
        buffer_prefixed(out, entity->version_field);
        buffer_varint(out, entity->field_count);
        for (uint32_t i = 0; i < entity->field_count; i++)
                put_field(out, config, &entity->fields[i]);
}

static void put_source(struct buffer *out, struct arena *scratch, const struct config *config,
                       const struct source_config *source)
{
        buffer_prefixed(out, source->name);
        buffer_varint(out, source->dialect);
        buffer_varint(out, source->identity);
        buffer_varint(out, source->refresh);
        buffer_prefixed(out, text_from(source->country));
        /* Trust as it works out for each attribute: how it was written makes no difference. */
        for (uint32_t i = 1; i < config->vocabulary.count; i++)
                buffer_varint(out, source_trust(source, (uint16_t)i));
        uint32_t count = source->entity_count;
        const struct entity_mapping **sorted =
                arena_calloc(scratch, count ? count : 1, sizeof(struct entity_mapping *));
        for (uint32_t i = 0; i < count; i++)
                sorted[i] = &source->entities[i];
        qsort(sorted, count, sizeof(struct entity_mapping *), compare_entities);
        buffer_varint(out, count);
        for (uint32_t i = 0; i < count; i++)
                put_entity(out, config, sorted[i]);
}

/* Nothing where no source is unique, so that installations without one keep their epoch. */
static void put_unique(struct buffer *out, const struct config *config, const struct source_config **sorted)
{
        for (int type = 0; type < TYPE_COUNT; type++) {
                if (!config->unique[type])
                        continue;
                buffer_prefixed(out, TEXT("unique"));
                buffer_varint(out, (uint64_t)type);
                for (uint32_t i = 0; i < config->source_count; i++)
                        buffer_varint(out, sorted[i]->unique[type] != 0);
        }
}

static void put_terms(struct buffer *out, const struct config *config, const struct rule_term *terms, uint32_t count)
{
        buffer_varint(out, count);
        for (uint32_t i = 0; i < count; i++) {
                buffer_varint(out, terms[i].attribute_count);
                for (uint32_t j = 0; j < terms[i].attribute_count; j++)
                        put_attribute_name(out, config, terms[i].attributes[j]);
        }
}

/* Again nothing where there are none. */
static void put_criteria(struct buffer *out, const struct config *config)
{
        for (int type = 0; type < TYPE_COUNT; type++) {
                if (config->zones[type].match_mbit != config->zones_of_all.match_mbit ||
                    config->zones[type].review_mbit != config->zones_of_all.review_mbit) {
                        buffer_prefixed(out, TEXT("zones"));
                        buffer_varint(out, (uint64_t)type);
                        buffer_svarint(out, config->zones[type].match_mbit);
                        buffer_svarint(out, config->zones[type].review_mbit);
                }
                for (uint32_t i = 1; i < config->vocabulary.count; i++) {
                        if (!config->ignored[type][i])
                                continue;
                        buffer_prefixed(out, TEXT("ignored"));
                        buffer_varint(out, (uint64_t)type);
                        put_attribute_name(out, config, (uint16_t)i);
                }
                for (uint32_t i = 1; i < config->vocabulary.count; i++) {
                        if (config->more_weight[type][i] == 0)
                                continue;
                        buffer_prefixed(out, TEXT("weight"));
                        buffer_varint(out, (uint64_t)type);
                        put_attribute_name(out, config, (uint16_t)i);
                        buffer_svarint(out, config->more_weight[type][i]);
                }
        }
        for (uint32_t i = 0; i < config->rules.count; i++) {
                const struct rule *rule = &config->rules.items[i];

                buffer_prefixed(out, TEXT("rule"));
                buffer_prefixed(out, rule->name);
                buffer_varint(out, rule->type);
                buffer_varint(out, rule->then);
                put_terms(out, config, rule->same, rule->same_count);
                put_terms(out, config, rule->different, rule->different_count);
        }
}

/* Nothing for the defaults, so that installations without the options keep their epoch. */
static void put_survivorship(struct buffer *out, const struct config *config)
{
        for (int type = 0; type < TYPE_COUNT; type++) {
                for (uint32_t i = 1; i < config->vocabulary.count; i++) {
                        const struct survivorship *how = &config->survivorship[type][i];

                        if (survivorship_is_default(how))
                                continue;
                        buffer_prefixed(out, TEXT("survivorship"));
                        buffer_varint(out, (uint64_t)type);
                        put_attribute_name(out, config, (uint16_t)i);
                        buffer_prefixed(out, text_from(survivorship_rule_name(how->rule)));
                        buffer_svarint(out, how->half_life_ms);
                        put_attribute_name(out, config, how->with);
                }
        }
}

static void put_texts(struct buffer *out, const struct text *texts, uint32_t count)
{
        buffer_varint(out, count);
        for (uint32_t i = 0; i < count; i++)
                buffer_prefixed(out, texts[i]);
}

static void put_conflicts(struct buffer *out, const struct config *config)
{
        buffer_varint(out, config->ignored_kinds);
        buffer_svarint(out, config->concurrent_ms);
        buffer_varint(out, config->queue_by_owner);
        buffer_prefixed(out, config->default_queue);
        for (uint32_t i = 0; i < config->queue_count; i++) {
                const struct conflict_queue *queue = &config->queues[i];

                buffer_prefixed(out, queue->name);
                buffer_varint(out, queue->kinds);
                buffer_varint(out, queue->types);
                put_texts(out, queue->sources, queue->source_count);
                put_texts(out, queue->owners, queue->owner_count);
                put_texts(out, queue->rules, queue->rule_count);
        }
}

void config_compute_epoch(struct config *config, struct text model_hash)
{
        struct arena scratch ARENA_CLEANUP = {0};
        struct buffer out BUFFER_CLEANUP = {0};
        buffer_prefixed(&out, TEXT(EPOCH_FORMAT));
        buffer_prefixed(&out, model_hash);
        put_vocabulary(&out, config);
        for (int i = 0; i < TYPE_COUNT; i++)
                buffer_svarint(&out, config->population[i]);
        buffer_svarint(&out, config->zones_of_all.match_mbit);
        buffer_svarint(&out, config->zones_of_all.review_mbit);
        buffer_svarint(&out, config->block_cap);
        buffer_svarint(&out, config->cluster_records_max);
        buffer_prefixed(&out, text_from(config->default_country));
        buffer_prefixed(&out, config->ghost_secret);
        buffer_varint(&out, config->accept_any_source);
        buffer_varint(&out, config->accept_any_source ? config->any_dialect : 0);

        uint32_t count = config->source_count;
        const struct source_config **sorted = arena_calloc(&scratch, count ? count : 1, sizeof(struct source_config *));
        for (uint32_t i = 0; i < count; i++)
                sorted[i] = &config->sources[i];
        qsort(sorted, count, sizeof(struct source_config *), compare_sources);
        buffer_varint(&out, count);
        for (uint32_t i = 0; i < count; i++)
                put_source(&out, &scratch, config, sorted[i]);
        policy_write_epoch(config, &out);
        put_unique(&out, config, sorted);
        put_criteria(&out, config);
        put_survivorship(&out, config);
        put_conflicts(&out, config);
        hash128_to_hex(hash128(out.data, out.length, 0), config->epoch);
}
