/* Questions to the policies, and what of them decides D. */
#include "config/policy.h"

#include "base/buffer.h"

const struct sync_entity *config_find_sync(const struct config *config, struct text source, struct text entity,
                                           const struct sync_target **target)
{
        for (uint32_t i = 0; i < config->sync_count; i++) {
                const struct sync_target *found = &config->sync[i];

                if (found->mode == SYNC_READ_ONLY || !text_equal(found->source->name, source))
                        continue;
                for (uint32_t j = 0; j < found->entity_count; j++) {
                        if (!text_equal(found->entities[j].entity, entity))
                                continue;
                        *target = found;
                        return &found->entities[j];
                }
        }
        return NULL;
}

bool config_syncs_type(const struct config *config, enum record_type type)
{
        for (uint32_t i = 0; i < config->sync_count; i++) {
                for (uint32_t j = 0; config->sync[i].mode != SYNC_READ_ONLY && j < config->sync[i].entity_count; j++) {
                        if (config->sync[i].entities[j].type == type)
                                return true;
                }
        }
        return false;
}

/* ---- the epoch -----------------------------------------------------------------------------------------------------
 */

static void put_filter(struct buffer *out, const struct filter *filter)
{
        buffer_prefixed(out, filter ? filter_text(filter) : TEXT_NONE);
}

static void put_field(struct buffer *out, const struct config *config, const struct sync_field *field)
{
        buffer_prefixed(out, field->mapping->field);
        buffer_prefixed(out, text_from(config->vocabulary.attributes[field->mapping->attribute].name));
        buffer_prefixed(out, field->mapping->label);
        buffer_prefixed(out, field->values_of);
        buffer_varint(out, field->mode);
        buffer_varint(out, field->from_count);
        for (uint32_t i = 0; i < field->from_count; i++)
                buffer_prefixed(out, field->from[i]);
        buffer_varint(out, field->phone);
        buffer_svarint(out, field->max_length);
        buffer_varint(out, field->value_count);
        for (uint32_t i = 0; i < field->value_count; i++) {
                buffer_prefixed(out, field->values[i].from);
                buffer_prefixed(out, field->values[i].to);
        }
}

static void put_entity(struct buffer *out, const struct config *config, const struct sync_entity *entity)
{
        buffer_prefixed(out, entity->entity);
        buffer_varint(out, entity->field_count);
        for (uint32_t i = 0; i < entity->field_count; i++)
                put_field(out, config, &entity->fields[i]);
        buffer_varint(out, entity->creates);
        put_filter(out, entity->create_when);
        buffer_varint(out, entity->create_required_count);
        for (uint32_t i = 0; i < entity->create_required_count; i++)
                buffer_prefixed(out, entity->create_required[i]->mapping->field);
        buffer_varint(out, entity->merge);
        buffer_varint(out, entity->removes);
        put_filter(out, entity->remove_when);
        buffer_varint(out, entity->set_count);
        for (uint32_t i = 0; i < entity->set_count; i++) {
                buffer_prefixed(out, entity->set[i].mapping->field);
                buffer_prefixed(out, entity->set[i].text);
        }
}

static void put_feed(struct buffer *out, const struct config *config, const struct feed_config *feed)
{
        buffer_prefixed(out, TEXT("feed"));
        buffer_prefixed(out, feed->name);
        buffer_varint(out, feed->type);
        put_filter(out, feed->when);
        buffer_varint(out, feed->consent_count);
        for (uint32_t i = 0; i < feed->consent_count; i++)
                buffer_prefixed(out, text_from(config->vocabulary.attributes[feed->consents[i]].name));
        buffer_varint(out, feed->unless_denied);
        buffer_prefixed(out, text_from(config->vocabulary.attributes[feed->unique].name));
        buffer_prefixed(out, text_from(config->vocabulary.attributes[feed->key].name));
        buffer_varint(out, feed->field_count);
        for (uint32_t i = 0; i < feed->field_count; i++) {
                buffer_prefixed(out, feed->fields[i].name);
                buffer_varint(out, feed->fields[i].subject);
                buffer_prefixed(out, text_from(config->vocabulary.attributes[feed->fields[i].attribute].name));
        }
}

void policy_write_epoch(const struct config *config, struct buffer *out)
{
        for (uint32_t i = 0; i < config->sync_count; i++) {
                buffer_prefixed(out, TEXT("sync"));
                buffer_prefixed(out, config->sync[i].source->name);
                buffer_varint(out, config->sync[i].mode);
                buffer_varint(out, config->sync[i].entity_count);
                for (uint32_t j = 0; j < config->sync[i].entity_count; j++)
                        put_entity(out, config, &config->sync[i].entities[j]);
        }
        for (uint32_t i = 0; i < config->feed_count; i++)
                put_feed(out, config, &config->feeds[i]);
}
