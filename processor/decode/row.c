/* Flat rows: what the JDBC connector, file sources and people's own exports write.
 *
 * A row is the whole record: what it does not name is unset. Nested objects and arrays are flattened. The key is the
 * Kafka key, configured fields, or a column with a usual name; a null value deletes.
 *
 * The order of rows is the configured version field (a time, or a growing number), else the message's time.
 */
#include "decode/decoder.h"
#include "decode/fields.h"
#include "decode/key.h"
#include "decode/mapping.h"
#include "decode/values.h"

#include "base/clock.h"

static const struct entity_mapping *only_of_type(const struct source_config *source, enum record_type type)
{
        const struct entity_mapping *found = NULL;

        for (uint32_t i = 0; type != TYPE_COUNT && i < source->entity_count; i++) {
                if (source->entities[i].type != type)
                        continue;
                if (found)
                        return NULL;
                found = &source->entities[i];
        }
        return found;
}

/* The entity where the row itself does not say: the hint, the table that the topic names, the only configured one.
 * Empty where none of them is known; then the record's type names the entity. */
static struct text row_entity(const struct decoder *decoder)
{
        const struct source_config *source = decoder->source;
        const struct entity_mapping *mapping;

        if (decoder->entity_hint.length > 0)
                return decoder->entity_hint;
        mapping = source_find_entity(source, decoder_topic_entity(decoder));
        if (!mapping)
                mapping = source_find_entity(source, decoder->message->topic);
        if (!mapping && source->entity_count == 1)
                return source->entities[0].entity;
        if (!mapping)
                mapping = only_of_type(source, decoder->type_hint);
        return mapping ? mapping->entity : TEXT_NONE;
}

/* Small numbers count changes; from 2001 on, seconds and finer units are times, of which the part below a millisecond
 * still orders. */
static void version_of_number(int64_t number, struct version *version)
{
        bool counter = number < 1000000000;

        version->time_ms = counter ? TIME_UNKNOWN_MS : value_guess_time_ms(number);
        if (counter)
                version->major = (uint64_t)number;
        else if (number / 1000000 == version->time_ms)
                version->major = (uint64_t)(number % 1000000);
        else if (number / 1000 == version->time_ms)
                version->major = (uint64_t)(number % 1000) * 1000;
}

static struct version row_version(const struct decoder *decoder, const struct field_list *fields)
{
        struct version version = {.time_ms = decoder->message->timestamp_ms};
        const struct change_field *field;
        struct text text;
        int64_t number;

        if (!decoder->mapping || decoder->mapping->version_field.length == 0)
                return version;
        field = fields_find(fields, decoder->mapping->version_field);
        if (!field || !field->set)
                return version;
        text = text_trim(field->value);
        if (time_parse_iso(text, &number) && text.length > 8) {
                version.time_ms = number;
        } else if (text_to_i64(text, &number) && number >= 0) {
                version_of_number(number, &version);
        }
        return version;
}

int row_decode(struct decoder *decoder)
{
        const struct json_node *schema = NULL, *row = decoder->value;
        struct text entity = row_entity(decoder), id;
        struct field_list fields = {0};
        struct change *change;
        struct version version;

        if (entity.length > 0)
                entity = decoder_find_mapping(decoder, entity);
        if (!decoder_is_mapped(decoder))
                return decoder_unmapped(decoder, "entity", entity);
        if (row)
                row = value_untag(decoder_payload(decoder, row, &schema));
        if (!row || row->kind == JSON_NULL)
                return key_delete(decoder, entity);
        if (row->kind != JSON_OBJECT)
                return decoder_reject(decoder, "the row is no JSON object");
        if (fields_flatten(decoder, &fields, TEXT_NONE, row, schema) < 0)
                return ERR_REJECT;
        id = key_of_row(decoder, &fields);
        if (id.length == 0)
                return decoder_reject(decoder, "the row has no key: " KEY_REMEDY);
        if (decoder_check_id(decoder, id) < 0)
                return ERR_REJECT;
        version = row_version(decoder, &fields);
        change = decoder_add_change(decoder, CHANGE_UPSERT, entity, id, version);
        if (!decoder->mapping)
                change->type = mapping_guess_type(decoder, &fields);
        if (entity.length == 0)
                change->entity = text_from(record_type_name(change->type));
        change->complete = !fields.unavailable;
        return mapping_apply(decoder, &fields, change);
}
