/* Lines of replay files (docs/replay.md).
 *
 * Strict: a misspelt member would silently change what a line means, so unknown ones are rejected by name. The key and
 * the value are handed on as parsed trees; nothing is parsed twice.
 */
#include "base/base64.h"
#include "decode/decode.h"

#include "base/clock.h"

#include <string.h>

enum member {
        MEMBER_SOURCE,
        MEMBER_TYPE,
        MEMBER_KEY,
        MEMBER_VALUE,
        MEMBER_BASE64,
        MEMBER_TOPIC,
        MEMBER_HEADERS,
        MEMBER_TIMESTAMP,
        MEMBER_ENTITY,
        MEMBER_TABLE,
        MEMBER_PARTITION,
        MEMBER_OFFSET,
        MEMBER_COUNT
};

static const struct text member_names[MEMBER_COUNT] = {
        [MEMBER_SOURCE] = TEXT_INIT("source"),
        [MEMBER_TYPE] = TEXT_INIT("type"),
        [MEMBER_KEY] = TEXT_INIT("key"),
        [MEMBER_VALUE] = TEXT_INIT("value"),
        [MEMBER_BASE64] = TEXT_INIT("value_base64"),
        [MEMBER_TOPIC] = TEXT_INIT("topic"),
        [MEMBER_HEADERS] = TEXT_INIT("headers"),
        [MEMBER_TIMESTAMP] = TEXT_INIT("timestamp_ms"),
        [MEMBER_ENTITY] = TEXT_INIT("entity"),
        [MEMBER_TABLE] = TEXT_INIT("table"),
        [MEMBER_PARTITION] = TEXT_INIT("partition"),
        [MEMBER_OFFSET] = TEXT_INIT("offset"),
};

static int find_members(const struct json_node *root, const struct json_node *members[MEMBER_COUNT],
                        struct error *error)
{
        for (const struct json_node *member = root->child; member; member = member->next) {
                int i = 0;

                while (i < MEMBER_COUNT && !text_equal(member->name, member_names[i]))
                        i++;
                if (i == MEMBER_COUNT)
                        return error_set(error, ERR_REJECT,
                                         "member \"%.*s\" is not known; a line has source, type, entity, key, value or "
                                         "value_base64, topic, headers, timestamp_ms (for bare payloads name --source)",
                                         TEXT_ARG(member->name));
                members[i] = member;
        }
        return 0;
}

/* The text of an optional member that must be a string; null counts as absent. */
static int read_text(const struct json_node *node, const char *name, struct text *text, struct error *error)
{
        if (!node || node->kind == JSON_NULL)
                return 0;
        if (node->kind != JSON_STRING)
                return error_set(error, ERR_REJECT, "member \"%s\": a string expected", name);
        *text = node->text;
        return 0;
}

#define HEADERS_MAX 256

/* {"name": "text", …} or, as Kafka allows repeated names, [{"name": "text"}, …]. */
static int read_headers(const struct json_node *node, struct arena *arena, struct message *message, struct error *error)
{
        struct message_header *headers;
        uint32_t count = 0;

        if (!node || node->kind == JSON_NULL)
                return 0;
        if (node->kind != JSON_OBJECT && node->kind != JSON_ARRAY)
                return error_set(error, ERR_REJECT, "member \"headers\": an object expected");
        if (node->count > HEADERS_MAX)
                return error_set(error, ERR_REJECT, "member \"headers\": more than %d", HEADERS_MAX);
        headers = arena_calloc(arena, node->count + 1, sizeof(*headers));
        for (const struct json_node *item = node->child; item; item = item->next) {
                const struct json_node *header = item;
                struct text value = json_scalar_text(header);

                if (node->kind == JSON_ARRAY) {
                        if (item->kind != JSON_OBJECT || item->count != 1)
                                return error_set(error, ERR_REJECT,
                                                 "member \"headers\": one {name: text} each expected");
                        header = item->child;
                        value = json_scalar_text(header);
                }
                if (json_is(header, JSON_OBJECT) || json_is(header, JSON_ARRAY)) {
                        struct buffer buffer = {0};
                        struct json_writer writer;

                        json_writer_init(&writer, &buffer);
                        json_write_node(&writer, header);
                        value = arena_text(arena, buffer_view(&buffer));
                        buffer_free(&buffer);
                }
                headers[count++] = (struct message_header){.name = header->name, .value = value};
        }
        message->headers = headers;
        message->header_count = count;
        return 0;
}

static int read_value(const struct json_node *const members[MEMBER_COUNT], struct arena *arena, struct message *message,
                      struct error *error)
{
        const struct json_node *value = members[MEMBER_VALUE], *bytes = members[MEMBER_BASE64];

        if (value && bytes)
                return error_set(error, ERR_REJECT, "both \"value\" and \"value_base64\"");
        if (!value && !bytes)
                return error_set(error, ERR_REJECT,
                                 "neither \"value\" nor \"value_base64\" (a tombstone is \"value\": null)");
        if (bytes) {
                if (bytes->kind != JSON_STRING || !base64_decode(arena, bytes->text, &message->value))
                        return error_set(error, ERR_REJECT, "member \"value_base64\": base64 expected");
                message->has_value = true;
                return 0;
        }
        message->has_value = value->kind != JSON_NULL;
        if (value->kind == JSON_STRING)
                message->value = value->text; /* a payload as text */
        else if (message->has_value)
                message->value_node = value;
        return 0;
}

static int read_key(const struct json_node *key, struct message *message, struct error *error)
{
        if (!key || key->kind == JSON_NULL)
                return 0;
        if (key->kind == JSON_ARRAY)
                return error_set(error, ERR_REJECT, "member \"key\": a string, a number or an object expected");
        message->has_key = true;
        message->key_node = key;
        if (key->kind != JSON_OBJECT)
                message->key = json_scalar_text(key);
        return 0;
}

static int read_place(const struct json_node *const members[MEMBER_COUNT], struct message *message, struct error *error)
{
        int64_t number;

        message->timestamp_ms = TIME_UNKNOWN_MS;
        if (members[MEMBER_TIMESTAMP] && members[MEMBER_TIMESTAMP]->kind != JSON_NULL &&
            !json_to_i64(members[MEMBER_TIMESTAMP], &message->timestamp_ms))
                return error_set(error, ERR_REJECT, "member \"timestamp_ms\": milliseconds since 1970 expected");
        if (json_to_i64(members[MEMBER_PARTITION], &number) && number >= 0 && number <= INT32_MAX)
                message->partition = (int32_t)number;
        if (json_to_i64(members[MEMBER_OFFSET], &number) && number >= 0)
                message->offset = number;
        return 0;
}

int decode_envelope(struct text line, struct arena *arena, struct envelope *envelope, struct error *error)
{
        const struct json_node *members[MEMBER_COUNT] = {NULL}, *root;
        struct message *message = &envelope->message;
        struct text type = TEXT_NONE, table = TEXT_NONE;

        *envelope = (struct envelope){.type = TYPE_COUNT};
        if (json_parse(arena, line, &root, error) < 0)
                return ERR_REJECT;
        if (root->kind != JSON_OBJECT)
                return error_set(error, ERR_REJECT, "a JSON object expected on each line");
        if (find_members(root, members, error) < 0 ||
            read_text(members[MEMBER_SOURCE], "source", &envelope->source, error) < 0 ||
            read_text(members[MEMBER_TYPE], "type", &type, error) < 0 ||
            read_text(members[MEMBER_ENTITY], "entity", &envelope->entity, error) < 0 ||
            read_text(members[MEMBER_TABLE], "table", &table, error) < 0 ||
            read_text(members[MEMBER_TOPIC], "topic", &message->topic, error) < 0)
                return ERR_REJECT;
        if (envelope->source.length == 0)
                return error_set(error, ERR_REJECT, "member \"source\" is missing (for bare payloads name --source)");
        if (envelope->entity.length == 0)
                envelope->entity = table;
        if (type.length > 0 && !record_type_parse(type, &envelope->type))
                return error_set(error, ERR_REJECT, "member \"type\": \"%.*s\" is neither person nor organization",
                                 TEXT_ARG(type));
        if (read_value(members, arena, message, error) < 0 || read_key(members[MEMBER_KEY], message, error) < 0 ||
            read_headers(members[MEMBER_HEADERS], arena, message, error) < 0)
                return ERR_REJECT;
        return read_place(members, message, error);
}

struct text envelope_bytes(struct arena *arena, const struct json_node *node, struct text text)
{
        BUFFER_CLEANUP struct buffer out = {0};
        struct json_writer writer;

        if (!node || (node->kind != JSON_OBJECT && node->kind != JSON_ARRAY))
                return text;
        json_writer_init(&writer, &out);
        json_write_node(&writer, node);
        return arena_text(arena, buffer_view(&out));
}
