/* Record ids.
 *
 * The id must be the same for every message about a record: rows, deletions, tombstones, whatever envelope they come
 * in. So it is made of the key's values alone, joined by '|' in the order of the key's schema (which is the order in
 * which a converter writes them). With key fields configured, they are taken from the row, or from the key where there
 * is no row.
 */
#include "decode/key.h"

#include "decode/values.h"

#include <string.h>

static struct text join(struct arena *arena, struct text a, struct text b)
{
        char *out = arena_alloc(arena, (size_t)a.length + b.length + 1);

        if (a.length > 0)
                memcpy(out, a.data, a.length);
        out[a.length] = '|';
        if (b.length > 0)
                memcpy(out + a.length + 1, b.data, b.length);
        return (struct text){.data = out, .length = a.length + b.length + 1};
}

/* Adds a part; @count tells an empty id from an id whose first part is empty. */
static struct text append(struct arena *arena, struct text id, struct text part, uint32_t *count)
{
        return (*count)++ == 0 ? part : join(arena, id, part);
}

/* "Struct{id=1004,region=eu}": how StringConverter and SimpleHeaderConverter write a struct. */
static struct text struct_text(struct decoder *decoder, struct text text)
{
        struct text id = TEXT_NONE;
        uint32_t count = 0, at = 7;

        while (at < text.length - 1) {
                int64_t equals = text_find_byte(text, '=', at);
                int64_t comma;

                if (equals < 0)
                        break;
                comma = text_find_byte(text, ',', (uint32_t)equals);
                if (comma < 0)
                        comma = text.length - 1;
                id = append(decoder->arena, id, text_slice(text, (uint32_t)equals + 1, (uint32_t)(comma - equals - 1)),
                            &count);
                at = (uint32_t)comma + 1;
        }
        return id;
}

static struct text scalar_id(struct decoder *decoder, const struct json_node *node, const struct json_node *schema)
{
        struct text text;
        bool number;

        node = value_untag(node);
        if (node->kind == JSON_OBJECT)
                return value_of_object(decoder->arena, node, schema, &text) ? text : TEXT_NONE;
        if (node->kind == JSON_STRING && node->text.length > 6 && node->text.data[0] == '{') {
                /* MongoDB's keys are Extended JSON in a string: {"id": "{\"$oid\": \"5f…\"}"} */
                const struct json_node *inner = decoder_nested(decoder, node);

                if (inner != node && value_of_object(decoder->arena, inner, NULL, &text))
                        return text;
        }
        return value_text(decoder->arena, node, schema, &number);
}

static struct text object_id(struct decoder *decoder, const struct json_node *key, const struct json_node *schema)
{
        const struct json_node *cursor = NULL;
        struct text id = TEXT_NONE;
        uint32_t count = 0;

        for (const struct json_node *member = key->child; member; member = member->next) {
                const struct json_node *type = value_field_schema(schema, member->name, &cursor);
                struct text part;

                if (text_starts_with(member->name, TEXT("__dbz__"))) /* topic routing adds its own key field */
                        continue;
                part = scalar_id(decoder, member, type);
                if (part.length == 0 && member->kind == JSON_NULL)
                        return TEXT_NONE;
                id = append(decoder->arena, id, part, &count);
        }
        return id;
}

/* Configured key fields from the key object; empty where one is missing. */
static struct text configured_id(struct decoder *decoder, const struct json_node *key, const struct json_node *schema)
{
        const struct entity_mapping *mapping = decoder->mapping;
        struct text id = TEXT_NONE;
        uint32_t count = 0;

        for (uint32_t i = 0; i < mapping->key_field_count; i++) {
                const struct json_node *cursor = NULL, *member = NULL;

                for (const struct json_node *child = key->child; child; child = child->next) {
                        if (text_equal_ascii_case(child->name, mapping->key_fields[i]))
                                member = child;
                }
                if (!member || member->kind == JSON_NULL)
                        return TEXT_NONE;
                id = append(decoder->arena, id,
                            scalar_id(decoder, member, value_field_schema(schema, member->name, &cursor)), &count);
        }
        return id;
}

struct text key_text(struct decoder *decoder, const struct json_node *key)
{
        const struct json_node *schema;

        if (!key)
                return TEXT_NONE;
        key = value_untag(decoder_payload(decoder, key, &schema));
        switch (key->kind) {
        case JSON_NULL:
        case JSON_ARRAY:
                return TEXT_NONE;
        case JSON_OBJECT:
                if (decoder->mapping && decoder->mapping->key_field_count > 0)
                        return configured_id(decoder, key, schema);
                return object_id(decoder, key, schema);
        case JSON_STRING:
                if (text_starts_with(key->text, TEXT("Struct{")) && text_ends_with(key->text, TEXT("}")))
                        return struct_text(decoder, key->text);
                return text_trim(key->text);
        default:
                return scalar_id(decoder, key, schema);
        }
}

struct text key_of_fields(struct decoder *decoder, const struct field_list *fields)
{
        const struct entity_mapping *mapping = decoder->mapping;
        struct text id = TEXT_NONE;
        uint32_t count = 0;

        for (uint32_t i = 0; mapping && i < mapping->key_field_count; i++) {
                const struct change_field *field = fields_find(fields, mapping->key_fields[i]);

                if (!field || !field->set)
                        return TEXT_NONE;
                id = append(decoder->arena, id, text_trim(field->value), &count);
        }
        return id;
}

uint32_t key_usual_rank(struct text name, struct text entity)
{
        static const struct text usual[] = {TEXT_INIT("record_id"), TEXT_INIT("id"),     TEXT_INIT("key"),
                                            TEXT_INIT("recordid"),  TEXT_INIT("rec_id"), TEXT_INIT("uuid")};
        const uint32_t count = sizeof(usual) / sizeof(usual[0]);

        for (uint32_t i = 0; i < count; i++) {
                if (text_equal_ascii_case(name, usual[i]))
                        return count - i + 1;
        }
        if (entity.length == 0 || name.length != entity.length + 3)
                return 0;
        return text_equal_ascii_case(text_slice(name, 0, entity.length), entity) &&
               text_equal_ascii_case(text_slice(name, entity.length, 3), TEXT("_id"));
}

struct text key_of_row(struct decoder *decoder, const struct field_list *fields)
{
        struct text entity = decoder->mapping ? decoder->mapping->entity : decoder->entity_hint;
        struct text id;
        uint32_t best = 0;

        if (decoder->mapping && decoder->mapping->key_field_count > 0) {
                id = key_of_fields(decoder, fields);
                return id.length > 0 ? id : key_text(decoder, decoder->key);
        }
        id = key_text(decoder, decoder->key);
        if (id.length > 0)
                return id;
        for (uint32_t i = 0; i < fields->count; i++) {
                uint32_t rank = key_usual_rank(fields->items[i].name, entity);

                if (rank > best && fields->items[i].set) {
                        best = rank;
                        id = text_trim(fields->items[i].value);
                }
        }
        return id;
}

int key_delete(struct decoder *decoder, struct text entity)
{
        struct version version = {.time_ms = decoder->message->timestamp_ms};
        struct text id = key_text(decoder, decoder->key);

        if (!decoder->key)
                return decoder_reject(decoder, "a tombstone (null value) without key");
        if (id.length == 0)
                return decoder_reject(decoder, "a tombstone (null value) whose key lacks the configured key fields");
        if (decoder_check_id(decoder, id) < 0)
                return ERR_REJECT;
        for (unsigned type = 0; type < TYPE_COUNT; type++) {
                struct text name = entity.length > 0 ? entity : text_from(record_type_name(type));
                struct change *change;

                if (entity.length == 0 && decoder->type_hint != TYPE_COUNT && decoder->type_hint != type)
                        continue;
                change = decoder_add_change(decoder, CHANGE_DELETE, name, id, version);
                change->tombstone = true;
                if (entity.length > 0)
                        break;
                change->type = type;
        }
        return 0;
}

/* The three characters behind a 15-character id are a checksum of its capital letters, five characters each ("What are
 * Salesforce ID's composed of?", Salesforce help 000385585): they make the id safe where case is lost. */
struct text key_salesforce_id(struct arena *arena, struct text id)
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
        char *out;

        if (id.length != 15)
                return id;
        for (uint32_t i = 0; i < 15; i++) {
                char c = id.data[i];

                if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
                        return id;
        }
        out = arena_alloc(arena, 18);
        memcpy(out, id.data, 15);
        for (uint32_t block = 0; block < 3; block++) {
                unsigned bits = 0;

                for (uint32_t i = 0; i < 5; i++) {
                        char c = id.data[block * 5 + i];

                        if (c >= 'A' && c <= 'Z')
                                bits |= 1U << i;
                }
                out[15 + block] = digits[bits];
        }
        return (struct text){.data = out, .length = 18};
}
