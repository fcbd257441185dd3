/* Debezium: enveloped events, flattened rows, CloudEvents, tombstones.
 *
 * A row of a change event is the whole row, so a change is complete unless a placeholder stands for a value that the
 * database did not log. Three shapes meet here:
 *   envelope   {"before":…,"after":…,"source":…,"op":"u","ts_ms":…}, with or without {schema,payload}
 *   flattened  the row itself, with "__op", "__deleted", "__table", … where the transformation was told to add them
 *   CloudEvent {"before":…,"after":…} in `data`; op, table and position are attributes or ce_* headers
 *
 * Deletions come twice, as an event and as a tombstone for compaction. The tombstone alone (after compaction) is the
 * delete too; it has no time of its own (change.h, `tombstone`).
 */
#include "decode/decoder.h"
#include "decode/fields.h"
#include "decode/key.h"
#include "decode/mapping.h"
#include "decode/position.h"
#include "decode/values.h"

#include <string.h>

struct event {
        const struct json_node *envelope; /* the object with before and after, or the flattened row */
        const struct json_node *schema;   /* its Connect schema, or NULL */
        const struct json_node *source;   /* its source block, or NULL */
        const struct json_node *before;   /* object, or NULL */
        const struct json_node *after;
        const struct json_node *before_schema;
        const struct json_node *after_schema;
        char op; /* c, u, d, r, t, m; 0: not told */
        struct version version;
        struct text entity;
};

/* --- what holds no row change */

static bool has(const struct json_node *node, const char *name)
{
        return json_get(node, name) != NULL;
}

static bool schema_is(const struct json_node *schema, struct text name)
{
        return text_equal(json_scalar_text(json_get(schema, "name")), name);
}

static bool is_heartbeat(const struct decoder *decoder, const struct json_node *value, const struct json_node *schema)
{
        if (schema_is(schema, TEXT("io.debezium.connector.common.Heartbeat")))
                return true;
        if (text_starts_with(decoder->message->topic, TEXT("__debezium-heartbeat")))
                return true;
        return value->count == 1 && text_equal(value->child->name, TEXT("ts_ms"));
}

static bool is_transaction(const struct json_node *value, const struct json_node *schema)
{
        struct text status = json_scalar_text(value_untag(json_get(value, "status")));

        if (schema_is(schema, TEXT("io.debezium.connector.common.TransactionMetadataValue")))
                return true;
        return (text_equal(status, TEXT("BEGIN")) || text_equal(status, TEXT("END"))) && has(value, "id") &&
               (has(value, "event_count") || has(value, "data_collections"));
}

static bool is_schema_change(const struct json_node *value)
{
        return has(value, "tableChanges") || (has(value, "ddl") && has(value, "databaseName"));
}

static bool is_notification(const struct json_node *value)
{
        return has(value, "aggregate_type") && has(value, "additional_data") && has(value, "type");
}

/* What a record without row change is, or NULL. */
static const char *name_bystander(const struct decoder *decoder, const struct json_node *value,
                                  const struct json_node *schema)
{
        if (is_heartbeat(decoder, value, schema))
                return "a heartbeat";
        if (is_transaction(value, schema))
                return "a transaction marker";
        if (is_schema_change(value))
                return "a schema change";
        if (is_notification(value))
                return "a notification";
        return NULL;
}

/* --- reading the three shapes */

static const struct json_node *object_at(struct decoder *decoder, const struct json_node *node, const char *name)
{
        const struct json_node *inner = value_untag(decoder_nested(decoder, value_untag(json_get(node, name))));

        return json_is(inner, JSON_OBJECT) ? inner : NULL;
}

static const struct json_node *schema_at(const struct json_node *schema, const char *name)
{
        const struct json_node *cursor = NULL;

        return value_field_schema(schema, text_from(name), &cursor);
}

static char op_of(struct text op)
{
        static const char known[] = "curdtm";

        return op.length == 1 && strchr(known, op.data[0]) ? op.data[0] : 0;
}

static bool is_envelope(const struct json_node *value)
{
        const struct json_node *op = value_untag(json_get(value, "op"));

        return json_is(op, JSON_STRING) && op->text.length == 1 &&
               (has(value, "after") || has(value, "before") || has(value, "source") || has(value, "message"));
}

static bool is_cloud_event(const struct decoder *decoder)
{
        return decoder->event != NULL || decoder_header(decoder, "ce_specversion").length > 0;
}

/* An attribute of the CloudEvent, wherever it stands. */
static struct text cloud_attribute(struct decoder *decoder, const char *name)
{
        struct text text = json_scalar_text(json_get(decoder->event, name));

        if (text.length > 0)
                return text;
        return decoder_header(decoder, arena_printf(decoder->arena, "ce_%s", name).data);
}

/* "server.db.table.Envelope" and "server.db.table.Key" name the table in their last but one segment. */
static struct text table_of_schema(const struct json_node *schema)
{
        static const struct text endings[] = {TEXT_INIT(".Envelope"), TEXT_INIT(".Value"), TEXT_INIT(".Key")};
        struct text name = json_scalar_text(json_get(schema, "name"));
        uint32_t start;

        for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
                if (!text_ends_with(name, endings[i]))
                        continue;
                name.length -= endings[i].length;
                start = name.length;
                while (start > 0 && name.data[start - 1] != '.')
                        start--;
                return text_slice(name, start, name.length);
        }
        return TEXT_NONE;
}

/* The first of several places that names the table. */
static struct text find_entity(struct decoder *decoder, const struct event *event)
{
        static const char *const row_names[] = {"__source_table", "__table", "__source_collection", "__collection"};
        const struct source_config *source = decoder->source;
        const struct json_node *key_schema;
        struct text text = decoder->entity_hint;

        if (text.length == 0 && event->source) {
                text = json_scalar_text(value_untag(json_get(event->source, "table")));
                if (text.length == 0)
                        text = json_scalar_text(value_untag(json_get(event->source, "collection")));
        }
        for (size_t i = 0; text.length == 0 && i < sizeof(row_names) / sizeof(row_names[0]); i++) {
                text = json_scalar_text(value_untag(json_get(event->envelope, row_names[i])));
                if (text.length == 0)
                        text = decoder_header(decoder, row_names[i]);
        }
        if (text.length == 0 && is_cloud_event(decoder)) {
                text = cloud_attribute(decoder, "iodebeziumtable");
                if (text.length == 0)
                        text = cloud_attribute(decoder, "iodebeziumcollection");
        }
        if (text.length == 0)
                text = table_of_schema(event->schema);
        if (text.length == 0) {
                decoder_payload(decoder, decoder->key, &key_schema);
                text = table_of_schema(key_schema);
        }
        if (text.length == 0 && !source_find_entity(source, decoder_topic_entity(decoder)) && source->entity_count == 1)
                text = source->entities[0].entity;
        return text.length > 0 ? text : decoder_topic_entity(decoder);
}

static void read_images(struct decoder *decoder, struct event *event)
{
        event->before = object_at(decoder, event->envelope, "before");
        event->after = object_at(decoder, event->envelope, "after");
        event->before_schema = schema_at(event->schema, "before");
        event->after_schema = schema_at(event->schema, "after");
}

static void read_envelope(struct decoder *decoder, struct event *event)
{
        read_images(decoder, event);
        event->op = op_of(value_untag(json_get(event->envelope, "op"))->text);
        event->source = object_at(decoder, event->envelope, "source");
        event->version = position_of_event(decoder, event->envelope, event->source);
}

static void read_cloud_event(struct decoder *decoder, struct event *event)
{
        read_images(decoder, event);
        event->op = op_of(cloud_attribute(decoder, "iodebeziumop"));
        event->version = position_of_cloud_event(decoder, decoder->event);
        if (event->op == 0)
                event->op = event->after ? 'u' : 'd';
}

static bool is_true(struct text text)
{
        return text_equal_ascii_case(text, TEXT("true")) || text_equal(text, TEXT("1"));
}

/* A flattened row. Where "__op" and "__deleted" contradict each other, the deletion counts. */
static void read_row(struct decoder *decoder, struct event *event)
{
        struct text op = json_scalar_text(value_untag(json_get(event->envelope, "__op")));
        struct text deleted = json_scalar_text(value_untag(json_get(event->envelope, "__deleted")));

        if (op.length == 0)
                op = decoder_header(decoder, "__op");
        if (deleted.length == 0)
                deleted = decoder_header(decoder, "__deleted");
        event->op = op_of(op);
        if (is_true(deleted))
                event->op = 'd';
        else if (event->op == 0)
                event->op = 'u';
        event->after = event->envelope;
        event->after_schema = event->schema;
        if (event->op == 'd') {
                event->before = event->envelope;
                event->before_schema = event->schema;
        }
        event->version = position_of_row(decoder, event->envelope);
}

/* --- changes */

/* Columns that the flattening transformation adds are no fields of the row. */
static void drop_metadata(struct field_list *list)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < list->count; i++) {
                if (text_starts_with(list->items[i].name, TEXT("__")))
                        continue;
                list->items[kept] = list->items[i];
                list->flags[kept++] = list->flags[i];
        }
        list->count = kept;
}

static int read_image(struct decoder *decoder, const struct json_node *image, const struct json_node *schema,
                      struct field_list *list)
{
        if (image && fields_flatten(decoder, list, TEXT_NONE, image, schema) < 0)
                return ERR_REJECT;
        drop_metadata(list);
        return 0;
}

/* A record moved to another key is deleted under the old one; the header names the new one ("Primary key updates"). */
static void add_successor(struct decoder *decoder, struct change *change, struct text successor)
{
        struct change_value *value;

        if (successor.length == 0 || successor.length > RECORD_ID_MAX || text_equal(successor, change->record_id))
                return;
        value = arena_alloc(decoder->arena, sizeof(*value));
        *value = (struct change_value){.attribute = ATTRIBUTE_MERGED_INTO, .set = true, .value = successor};
        change->values = value;
        change->value_count = 1;
}

static struct text header_key(struct decoder *decoder, const char *name)
{
        struct json_node *plain;
        struct text text = text_trim(decoder_header(decoder, name));

        if (text.length == 0 || !text_is_utf8(text))
                return TEXT_NONE;
        plain = arena_calloc(decoder->arena, 1, sizeof(*plain));
        plain->kind = JSON_STRING;
        plain->text = text;
        return key_text(decoder, decoder_nested(decoder, plain));
}

static int check_key(struct decoder *decoder, struct text id)
{
        if (id.length == 0)
                return decoder_reject(decoder, "table \"%.*s\": no key: " KEY_REMEDY,
                                      TEXT_ARG(decoder->mapping ? decoder->mapping->entity : decoder->entity_hint));
        return decoder_check_id(decoder, id);
}

/* Without a mapping the fields tell the type, and the type names the entity where nothing else does. */
static void name_type(struct decoder *decoder, struct change *change, const struct field_list *fields)
{
        if (!decoder->mapping && fields->count > 0)
                change->type = mapping_guess_type(decoder, fields);
        if (change->entity.length == 0)
                change->entity = text_from(record_type_name(change->type));
}

static int emit_delete(struct decoder *decoder, const struct event *event)
{
        struct field_list before = {0};
        struct change *change;
        struct text id;

        if (read_image(decoder, event->before, event->before_schema, &before) < 0)
                return ERR_REJECT;
        id = key_of_row(decoder, &before);
        if (check_key(decoder, id) < 0)
                return ERR_REJECT;
        change = decoder_add_change(decoder, CHANGE_DELETE, event->entity, id, event->version);
        name_type(decoder, change, &before);
        add_successor(decoder, change, header_key(decoder, "__debezium.newkey"));
        return 0;
}

/* With configured key fields an update can move a row to another id without Debezium seeing a new key. */
static int emit_moved(struct decoder *decoder, const struct event *event, struct text id)
{
        struct field_list before = {0};
        struct text old;

        if (event->op != 'u' || !event->before || !decoder->mapping || decoder->mapping->key_field_count == 0)
                return 0;
        if (read_image(decoder, event->before, event->before_schema, &before) < 0)
                return ERR_REJECT;
        old = key_of_fields(decoder, &before);
        if (old.length == 0 || old.length > RECORD_ID_MAX || text_equal(old, id))
                return 0;
        add_successor(decoder, decoder_add_change(decoder, CHANGE_DELETE, event->entity, old, event->version), id);
        return 0;
}

static int emit_upsert(struct decoder *decoder, const struct event *event)
{
        struct field_list after = {0};
        struct change *change;
        struct text id;

        if (!event->after && event->op != 'u')
                return decoder_reject(decoder, "op \"%c\" without \"after\"", event->op);
        if (read_image(decoder, event->after, event->after_schema, &after) < 0)
                return ERR_REJECT;
        id = key_of_row(decoder, &after);
        if (check_key(decoder, id) < 0)
                return ERR_REJECT;
        if (!event->after) { /* MongoDB without full documents: it changed, we are not told how */
                name_type(decoder, decoder_add_change(decoder, CHANGE_GAP, event->entity, id, event->version), &after);
                return 0;
        }
        if (emit_moved(decoder, event, id) < 0)
                return ERR_REJECT;
        change = decoder_add_change(decoder, CHANGE_UPSERT, event->entity, id, event->version);
        name_type(decoder, change, &after);
        change->complete = !after.unavailable;
        return mapping_apply(decoder, &after, change);
}

/* The only configured table whose key fields are the members of the key, where nothing else names the table; or empty.
 */
static struct text table_of_key(struct decoder *decoder)
{
        const struct source_config *source = decoder->source;
        const struct json_node *schema, *key = decoder_payload(decoder, decoder->key, &schema);
        struct text found = TEXT_NONE;

        for (uint32_t i = 0; json_is(key, JSON_OBJECT) && i < source->entity_count; i++) {
                const struct entity_mapping *mapping = &source->entities[i];
                uint32_t matches = 0;

                for (uint32_t k = 0; k < mapping->key_field_count; k++)
                        matches += json_get_text(key, mapping->key_fields[k]) != NULL;
                if (matches == 0 || matches != mapping->key_field_count || matches != key->count)
                        continue;
                if (found.length > 0)
                        return TEXT_NONE;
                found = mapping->entity;
        }
        return found;
}

static int emit_tombstone(struct decoder *decoder)
{
        const struct event event = {.envelope = NULL};
        struct text entity = find_entity(decoder, &event);

        if (entity.length == 0)
                entity = table_of_key(decoder);
        entity = decoder_find_mapping(decoder, entity);
        if (!decoder_is_mapped(decoder) && entity.length > 0)
                return decoder_unmapped(decoder, "table", entity);
        if (!decoder_is_mapped(decoder))
                return decoder_reject(decoder, "a tombstone, and neither its key nor its topic names the table");
        if (decoder->key && key_text(decoder, decoder->key).length == 0)
                return decoder_ignore(decoder,
                                      "a tombstone whose key lacks the configured key fields: the delete event "
                                      "before it named the record");
        return key_delete(decoder, entity);
}

int debezium_decode(struct decoder *decoder)
{
        struct event event = {0};
        const char *bystander;

        if (!decoder->value)
                return emit_tombstone(decoder);
        event.envelope = value_untag(decoder_payload(decoder, decoder->value, &event.schema));
        if (event.envelope->kind == JSON_NULL)
                return emit_tombstone(decoder);
        if (event.envelope->kind != JSON_OBJECT)
                return decoder_reject(decoder, "the payload is no JSON object");
        if (is_envelope(event.envelope))
                read_envelope(decoder, &event);
        bystander = event.op ? NULL : name_bystander(decoder, event.envelope, event.schema);
        if (bystander || event.op == 'm')
                return decoder_ignore(decoder, "%s", bystander ? bystander : "a logical decoding message");
        if (event.op == 0 && is_envelope(event.envelope))
                return decoder_reject(decoder, "op \"%.*s\" is not known",
                                      TEXT_ARG(json_scalar_text(value_untag(json_get(event.envelope, "op")))));
        if (event.op == 0 && is_cloud_event(decoder) && (has(event.envelope, "after") || has(event.envelope, "before")))
                read_cloud_event(decoder, &event);
        else if (event.op == 0)
                read_row(decoder, &event);
        event.entity = find_entity(decoder, &event);
        if (event.entity.length > 0)
                event.entity = decoder_find_mapping(decoder, event.entity);
        else if (!decoder_is_mapped(decoder) || event.op == 't')
                return decoder_reject(decoder, "neither the event nor its topic names a table");
        if (!decoder_is_mapped(decoder))
                return decoder_unmapped(decoder, "table", event.entity);
        switch (event.op) {
        case 't':
                decoder_add_change(decoder, CHANGE_TRUNCATE, event.entity, TEXT_NONE, event.version);
                return 0;
        case 'd':
                return emit_delete(decoder, &event);
        default:
                return emit_upsert(decoder, &event);
        }
}
