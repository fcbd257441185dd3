/* From a message to changes: the part that all dialects share.
 *
 * The bytes are parsed once, as JSON or as Avro with a schema's id in front; either gives the same tree, and what an
 * Avro schema says about its values stands beside them as Kafka Connect's JsonConverter would have put it, so no
 * dialect knows the difference. CloudEvents are taken apart (structured mode: the event is the value, its `data` what
 * we want; binary mode: the value is the data already and the attributes are headers), and the dialect's file does the
 * rest. A dialect either appends changes or says in one sentence why there are none, so a message never disappears
 * without a trace.
 */
#include "decode/decoder.h"

#include "avro/avro.h"
#include "base/base64.h"
#include "decode/values.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int (*const dialect_decoders[DIALECT_COUNT + 1])(struct decoder *) = {
        [DIALECT_ROW] = row_decode,
        [DIALECT_SALESFORCE_CDC] = salesforce_decode,
        [DIALECT_DEBEZIUM] = debezium_decode,
        [DIALECT_DECISION] = decision_decode,
};

int decoder_reject(struct decoder *decoder, const char *format, ...)
{
        char text[ERROR_TEXT_MAX];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        return error_set(decoder->error, ERR_REJECT, "%.*s: %s", TEXT_ARG(decoder->source->name), text);
}

int decoder_ignore(struct decoder *decoder, const char *format, ...)
{
        char text[ERROR_TEXT_MAX];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        return error_set(decoder->error, DECODE_IGNORE, "%s", text);
}

int decoder_unmapped(struct decoder *decoder, const char *what, struct text name)
{
        return error_set(decoder->error, DECODE_UNMAPPED, "%s \"%.*s\" has no mapping", what, TEXT_ARG(name));
}

struct text decoder_header(const struct decoder *decoder, const char *name)
{
        struct text wanted = text_from(name);

        for (uint32_t i = 0; i < decoder->message->header_count; i++) {
                if (text_equal_ascii_case(decoder->message->headers[i].name, wanted))
                        return decoder->message->headers[i].value;
        }
        return TEXT_NONE;
}

const struct json_node *decoder_nested(struct decoder *decoder, const struct json_node *node)
{
        const struct json_node *inner;
        struct text text;

        if (!json_is(node, JSON_STRING))
                return node;
        text = text_trim(node->text);
        if (text.length < 2 || text.data[0] != '{')
                return node;
        return json_parse(decoder->arena, text, &inner, NULL) == 0 ? inner : node;
}

const struct json_node *decoder_payload(struct decoder *decoder, const struct json_node *node,
                                        const struct json_node **schema)
{
        const struct json_node *inner;

        *schema = NULL;
        if (!json_is(node, JSON_OBJECT) || node->count > 2)
                return node;
        inner = json_get(node, "payload");
        if (!inner || (node->count == 2 && !json_get(node, "schema")))
                return node;
        inner = decoder_nested(decoder, inner);
        if (node->count == 1 && !json_is(inner, JSON_OBJECT))
                return node;
        *schema = json_get(node, "schema");
        if (!json_is(*schema, JSON_OBJECT))
                *schema = NULL;
        return inner;
}

struct text decoder_topic_entity(const struct decoder *decoder)
{
        struct text topic = decoder->message->topic;

        for (uint32_t i = topic.length; i-- > 0;) {
                if (topic.data[i] == '.')
                        return text_slice(topic, i + 1, topic.length);
        }
        return topic;
}

struct text decoder_find_mapping(struct decoder *decoder, struct text entity)
{
        decoder->mapping = source_find_entity(decoder->source, entity);
        return decoder->mapping ? decoder->mapping->entity : entity;
}

bool decoder_is_mapped(const struct decoder *decoder)
{
        return decoder->mapping || decoder->source->identity;
}

int decoder_check_id(struct decoder *decoder, struct text record_id)
{
        if (record_id.length == 0)
                return decoder_reject(decoder, "the record id is empty");
        if (record_id.length > RECORD_ID_MAX)
                return decoder_reject(decoder, "the record id has %u bytes, %d are allowed", record_id.length,
                                      RECORD_ID_MAX);
        return 0;
}

struct change *decoder_add_change(struct decoder *decoder, enum change_op op, struct text entity, struct text record_id,
                                  struct version version)
{
        struct changes *out = decoder->out;
        struct change *change = ARENA_PUSH(decoder->arena, out->items, out->count, out->capacity);

        *change = (struct change){
                .op = op,
                .source = decoder->source->name,
                .entity = entity,
                .record_id = record_id,
                .version = version,
                .message = decoder->message,
        };
        if (decoder->mapping)
                change->type = decoder->mapping->type;
        else if (decoder->type_hint != TYPE_COUNT)
                change->type = decoder->type_hint;
        return change;
}

static struct text hex_text(struct arena *arena, struct text bytes)
{
        static const char digits[] = "0123456789abcdef";
        uint32_t length = bytes.length < RECORD_ID_MAX ? bytes.length : RECORD_ID_MAX;
        char *out = arena_alloc(arena, length * 2 + 2);

        out[0] = '0';
        out[1] = 'x';
        for (uint32_t i = 0; i < length; i++) {
                out[2 + 2 * i] = digits[(uint8_t)bytes.data[i] >> 4];
                out[3 + 2 * i] = digits[(uint8_t)bytes.data[i] & 15];
        }
        return (struct text){.data = out, .length = length * 2 + 2};
}

/* --- encodings */

/* Whether @bytes are to be read as Avro. */
static bool is_avro(const struct decoder *decoder, struct text bytes)
{
        struct text payload;
        uint32_t id;

        return decoder->message->schemas && decoder->source->encoding != ENCODING_JSON &&
               avro_wire_split(bytes, &id, &payload);
}

/* ERR_REJECT: the bytes are not what their schema says, or it is unknown. ERR_RETRY: the registry cannot be asked. */
static int parse_avro(struct decoder *decoder, const char *what, struct text bytes, const struct json_node **node)
{
        int r = avro_decode_message(decoder->message->schemas, bytes, decoder->arena, node, decoder->error);

        return r ? error_prefix(decoder->error, r, "%.*s: %s", TEXT_ARG(decoder->source->name), what) : 0;
}

/* JSON where it looks like an object or a quoted string (JsonConverter), else plain text; bytes that are no text (an
 * integer serializer) in hexadecimal. */
static void parse_key_text(struct decoder *decoder)
{
        const struct message *message = decoder->message;
        const struct json_node *node = message->key_node;
        struct json_node *plain;
        struct text text;

        text = node ? (node->kind == JSON_STRING ? node->text : TEXT_NONE) : message->key;
        text = text_trim(text);
        if (text.length > 1 && (text.data[0] == '{' || text.data[0] == '"')) {
                const struct json_node *parsed;

                if (json_parse(decoder->arena, text, &parsed, NULL) == 0)
                        node = parsed;
        }
        if (node) {
                decoder->key = node->kind == JSON_NULL ? NULL : node;
                return;
        }
        if (text.length == 0)
                return;
        plain = arena_calloc(decoder->arena, 1, sizeof(*plain));
        plain->kind = JSON_STRING;
        plain->text = text_is_utf8(message->key) && memchr(message->key.data, 0, message->key.length) == NULL
                              ? text
                              : hex_text(decoder->arena, message->key);
        decoder->key = plain;
}

static int parse_key(struct decoder *decoder)
{
        const struct message *message = decoder->message;
        int r = 0;

        if (!message->has_key)
                return 0;
        if (message->key_node || !is_avro(decoder, message->key))
                parse_key_text(decoder);
        else
                r = parse_avro(decoder, "the key", message->key, &decoder->key);
        if (r == 0 && json_is(decoder->key, JSON_NULL))
                decoder->key = NULL;
        return r;
}

static int parse_value_bytes(struct decoder *decoder, struct text value)
{
        struct error why = {{0}};

        if (is_avro(decoder, value))
                return parse_avro(decoder, "the value", value, &decoder->value);
        if (decoder->source->encoding == ENCODING_AVRO)
                return decoder_reject(decoder, "the value is no Avro: no schema id in front%s",
                                      decoder->message->schemas ? "" : ", and no registry (registry.url)");
        if (text_trim(value).length == 0)
                return decoder_reject(decoder, "the value is empty (a tombstone has no value at all)");
        if (value.data[0] == 0)
                return decoder_reject(decoder, "the value is in Confluent's wire format (Avro), not JSON%s",
                                      decoder->message->schemas ? "" : "; set registry.url to read it");
        if (json_parse(decoder->arena, value, &decoder->value, &why) < 0)
                return decoder_reject(decoder, "the value is no JSON: %s", why.text);
        return 0;
}

static int parse_value(struct decoder *decoder)
{
        const struct message *message = decoder->message;
        int r = 0;

        if (!message->has_value)
                return 0;
        if (message->value_node)
                decoder->value = message->value_node;
        else
                r = parse_value_bytes(decoder, message->value);
        if (r != 0)
                return r;
        decoder->value = decoder_nested(decoder, decoder->value);
        if (decoder->value->kind == JSON_NULL)
                decoder->value = NULL;
        else if (decoder->value->kind != JSON_OBJECT)
                return decoder_reject(decoder, "the value is no object");
        return 0;
}

/* --- CloudEvents 1.0, structured mode ("JSON Event Format", sections 3.1 and 3.2) */

/* Data in base64: Avro where it looks like it, else JSON. Debezium's converter writes Avro into `data` itself, and says
 * so in datacontenttype. */
static int parse_event_bytes(struct decoder *decoder, const char *name, struct text base64,
                             const struct json_node **data)
{
        struct text bytes;

        if (!base64_decode(decoder->arena, base64, &bytes))
                return decoder_reject(decoder, "the CloudEvent's %s is no base64", name);
        if (is_avro(decoder, bytes))
                return parse_avro(decoder, "the CloudEvent's data", bytes, data);
        if (json_parse(decoder->arena, bytes, data, NULL) < 0)
                return decoder_reject(decoder, "the CloudEvent's %s holds no JSON", name);
        return 0;
}

static bool says_avro(const struct json_node *event)
{
        struct text type = json_scalar_text(value_untag(json_get(event, "datacontenttype")));

        return text_starts_with(type, TEXT("application/avro")) || text_ends_with(type, TEXT("avro"));
}

/* The event's data with what @schema, the whole event's, says about it. */
static const struct json_node *with_schema(struct decoder *decoder, const struct json_node *data,
                                           const struct json_node *schema)
{
        const struct json_node *cursor = NULL, *type = value_field_schema(schema, TEXT("data"), &cursor);
        struct json_node *nodes;

        if (!type || !json_get(type, "fields"))
                return data;
        nodes = arena_calloc(decoder->arena, 3, sizeof(*nodes));
        nodes[1] = *type;
        nodes[1].name = TEXT("schema");
        nodes[1].next = &nodes[2];
        nodes[2] = *data;
        nodes[2].name = TEXT("payload");
        nodes[2].next = NULL;
        nodes[0] = (struct json_node){.kind = JSON_OBJECT, .count = 2, .child = &nodes[1]};
        return nodes;
}

static int unwrap_cloud_event(struct decoder *decoder)
{
        const struct json_node *event = decoder->value, *schema, *data, *bytes;
        int r = 0;

        event = decoder_payload(decoder, event, &schema);
        if (!json_is(event, JSON_OBJECT) || !json_is(value_untag(json_get(event, "specversion")), JSON_STRING))
                return 0;
        bytes = json_get(event, "data_base64");
        data = value_untag(json_get(event, "data"));
        if (json_is(bytes, JSON_STRING))
                r = parse_event_bytes(decoder, "data_base64", bytes->text, &data);
        else if (json_is(data, JSON_STRING) && says_avro(event))
                r = parse_event_bytes(decoder, "data", data->text, &data);
        else
                data = decoder_nested(decoder, data);
        if (r != 0)
                return r;
        decoder->event = event;
        if (!data || data->kind == JSON_NULL)
                decoder->value = NULL;
        else if (data->kind == JSON_OBJECT)
                decoder->value = with_schema(decoder, data, schema);
        else
                return decoder_reject(decoder, "the CloudEvent's data is no JSON object");
        if (!decoder->key)
                decoder->key = json_get(event, "partitionkey");
        return 0;
}

const struct source_config *decode_find_source(const struct config *config, struct text name,
                                               struct source_config *space)
{
        const struct source_config *source = config_find_source(config, name);

        if (!source || source->name.length > 0)
                return source;
        *space = *source;
        space->name = name;
        return space;
}

int decode_message(const struct config *config, const struct source_config *source, const struct message *message,
                   enum record_type type_hint, struct text entity_hint, struct arena *arena, struct changes *out,
                   struct error *error)
{
        struct decoder decoder = {
                .config = config,
                .source = source,
                .message = message,
                .type_hint = type_hint,
                .entity_hint = entity_hint,
                .arena = arena,
                .out = out,
                .error = error,
        };
        size_t before = out->count;
        int r;

        if (error)
                error->text[0] = '\0';
        r = parse_key(&decoder);
        r = r ? r : parse_value(&decoder);
        if (r == 0 && decoder.value)
                r = unwrap_cloud_event(&decoder);
        if (r == 0)
                r = dialect_decoders[source->dialect](&decoder);
        if (r != 0)
                out->count = before;
        return r;
}
