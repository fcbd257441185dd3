/* Reading: the schema is walked, and each step takes what it needs from the bytes or refuses.
 *
 * Nothing is allocated by a number that the payload names: a length is compared with the bytes that are left, and
 * values are counted. A value may take no bytes at all (null, an empty record), so a block could claim a billion of
 * them in five bytes; the number of values is bounded by the payload's size (NODES_FREE and NODES_PER_BYTE).
 */
#include "avro/internal.h"

#include "base/base64.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_FREE 4096
#define NODES_PER_BYTE 4

struct avro_reader {
        const uint8_t *at;
        const uint8_t *end;
        uint64_t nodes_left;
        uint32_t depth;
        unsigned flags;
        struct arena *arena;
        struct error *error;
};

/* The constant tells an analyser of one file that what follows a refusal is not reached. */
#define REFUSE(reader, ...) (error_set((reader)->error, ERR_REJECT, __VA_ARGS__), ERR_REJECT)

static int read_value(struct avro_reader *reader, const struct avro_type *type, struct json_node *node);

static size_t left(const struct avro_reader *reader)
{
        return (size_t)(reader->end - reader->at);
}

/* A zigzag number of at most ten bytes ("Primitive Types" in "Binary Encoding"). */
static int read_number(struct avro_reader *reader, int64_t *number)
{
        uint64_t value = 0;

        for (unsigned shift = 0; shift < 70; shift += 7) {
                uint8_t byte;

                if (reader->at == reader->end)
                        return REFUSE(reader, "the bytes end inside a number");
                byte = *reader->at++;
                if (shift == 63 && byte > 1)
                        break;
                value |= (uint64_t)(byte & 0x7f) << shift;
                if (byte < 0x80) {
                        *number = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
                        return 0;
                }
        }
        return REFUSE(reader, "a number of more than 64 bits");
}

static int read_slice(struct avro_reader *reader, int64_t length, struct text *text)
{
        *text = TEXT_NONE;
        if (length < 0 || (uint64_t)length > left(reader))
                return REFUSE(reader, "a length of %lld bytes where %zu are left", (long long)length, left(reader));
        *text = (struct text){.data = (const char *)reader->at, .length = (uint32_t)length};
        reader->at += length;
        return 0;
}

static int read_string(struct avro_reader *reader, struct text *text)
{
        int64_t length;

        if (read_number(reader, &length) < 0 || read_slice(reader, length, text) < 0)
                return ERR_REJECT;
        if (!text_is_utf8(*text) || (text->length > 0 && memchr(text->data, 0, text->length)))
                return REFUSE(reader, "a string that is no UTF-8, or holds a NUL");
        return 0;
}

/* --- scalars */

static int read_integer(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        int64_t number;

        if (read_number(reader, &number) < 0)
                return ERR_REJECT;
        if (type->kind == AVRO_KIND_INT && number != (int32_t)number)
                return REFUSE(reader, "an int of %lld", (long long)number);
        node->kind = JSON_NUMBER;
        node->text = arena_printf(reader->arena, "%lld", (long long)number);
        return 0;
}

/* The shortest digits that give the number back. What is no number is written as JsonConverter does: in quotes. */
static void write_float(struct avro_reader *reader, struct json_node *node, double number, bool single)
{
        char text[40];
        int digits = single ? 6 : 15, most = single ? 9 : 17;

        node->kind = JSON_NUMBER;
        if (!isfinite(number)) {
                node->kind = JSON_STRING;
                node->text = isnan(number) ? TEXT("NaN") : number > 0 ? TEXT("Infinity") : TEXT("-Infinity");
                return;
        }
        for (; digits <= most; digits++) {
                snprintf(text, sizeof(text), "%.*g", digits, number);
                if (single ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number)
                        break;
        }
        node->text = arena_text(reader->arena, text_from(text));
}

static int read_float(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        bool single = type->kind == AVRO_KIND_FLOAT;
        size_t size = single ? 4 : 8;
        struct text bytes;
        uint64_t bits = 0;
        double number;

        if (read_slice(reader, (int64_t)size, &bytes) < 0)
                return ERR_REJECT;
        for (size_t i = size; i-- > 0;)
                bits = bits << 8 | (uint8_t)bytes.data[i];
        if (single) {
                uint32_t low = (uint32_t)bits;
                float value;

                memcpy(&value, &low, sizeof(value));
                number = value;
        } else {
                memcpy(&number, &bits, sizeof(number));
        }
        write_float(reader, node, number, single);
        return 0;
}

static int read_boolean(struct avro_reader *reader, struct json_node *node)
{
        struct text byte;

        if (read_slice(reader, 1, &byte) < 0)
                return ERR_REJECT;
        if ((uint8_t)byte.data[0] > 1)
                return REFUSE(reader, "a boolean of %u", (unsigned)(uint8_t)byte.data[0]);
        node->kind = byte.data[0] ? JSON_TRUE : JSON_FALSE;
        return 0;
}

static int read_bytes(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        int64_t length = type->count;
        struct text bytes;

        if (type->kind == AVRO_KIND_BYTES && read_number(reader, &length) < 0)
                return ERR_REJECT;
        if (read_slice(reader, length, &bytes) < 0)
                return ERR_REJECT;
        node->kind = JSON_STRING;
        node->text = base64_encode(reader->arena, bytes);
        return 0;
}

static int read_index(struct avro_reader *reader, const struct avro_type *type, int64_t *index)
{
        if (read_number(reader, index) < 0)
                return ERR_REJECT;
        if (*index < 0 || *index >= type->count)
                return REFUSE(reader, "%s %lld of an %s of %u", type->kind == AVRO_KIND_ENUM ? "symbol" : "branch",
                              (long long)*index, avro_kind_name(type->kind), type->count);
        return 0;
}

static int read_enum(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        int64_t index;

        if (read_index(reader, type, &index) < 0)
                return ERR_REJECT;
        node->kind = JSON_STRING;
        node->text = type->symbols[index];
        return 0;
}

/* --- containers */

/* A new member of @parent behind *@last; NULL where there are too many. */
static struct json_node *new_member(struct avro_reader *reader, struct json_node *parent, struct json_node **last)
{
        struct json_node *node;

        if (reader->nodes_left == 0) {
                error_set(reader->error, ERR_REJECT, "more values than so few bytes can mean");
                return NULL;
        }
        reader->nodes_left--;
        node = arena_calloc(reader->arena, 1, sizeof(*node));
        if (*last)
                (*last)->next = node;
        else
                parent->child = node;
        *last = node;
        parent->count++;
        return node;
}

static int read_record(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        struct json_node *last = NULL;

        node->kind = JSON_OBJECT;
        for (uint32_t i = 0; i < type->count; i++) {
                const struct avro_field *field = &type->fields[i];
                struct json_node *before = last, *member = new_member(reader, node, &last);

                if (!member || read_value(reader, field->type, member) < 0)
                        return error_prefix(reader->error, ERR_REJECT, "%.*s", TEXT_ARG(field->name));
                member->name = field->name;
                if (!(reader->flags & AVRO_DROP_NULLS) || !field->null_by_default || member->kind != JSON_NULL)
                        continue;
                if (before)
                        before->next = NULL;
                else
                        node->child = NULL;
                node->count--;
                last = before;
        }
        return 0;
}

static int read_item(struct avro_reader *reader, const struct avro_type *type, struct json_node *node,
                     struct json_node **last)
{
        struct json_node *member = new_member(reader, node, last);

        if (!member)
                return ERR_REJECT;
        if (type->kind == AVRO_KIND_ARRAY) {
                if (read_value(reader, type->items, member) < 0)
                        return error_prefix(reader->error, ERR_REJECT, "[%u]", node->count - 1);
                return 0;
        }
        if (read_string(reader, &member->name) < 0)
                return ERR_REJECT;
        if (read_value(reader, type->items, member) < 0)
                return error_prefix(reader->error, ERR_REJECT, "%.*s", TEXT_ARG(member->name));
        return 0;
}

/* Blocks of items, each with its count; a negative count is followed by the block's size in bytes. */
static int read_blocks(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        struct json_node *last = NULL;
        int64_t count, size;

        node->kind = type->kind == AVRO_KIND_ARRAY ? JSON_ARRAY : JSON_OBJECT;
        for (;;) {
                if (read_number(reader, &count) < 0)
                        return ERR_REJECT;
                if (count == 0)
                        return 0;
                if (count < 0) {
                        if (read_number(reader, &size) < 0)
                                return ERR_REJECT;
                        if (count == INT64_MIN || size < 0 || (uint64_t)size > left(reader))
                                return REFUSE(reader, "a block of %lld bytes where %zu are left", (long long)size,
                                              left(reader));
                        count = -count;
                }
                if ((uint64_t)count > reader->nodes_left)
                        return REFUSE(reader, "a block of %lld values where %zu bytes are left", (long long)count,
                                      left(reader));
                for (int64_t i = 0; i < count; i++) {
                        if (read_item(reader, type, node, &last) < 0)
                                return ERR_REJECT;
                }
        }
}

static int read_union(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        int64_t index;

        if (read_index(reader, type, &index) < 0)
                return ERR_REJECT;
        return read_value(reader, type->branches[index], node);
}

static int read_container(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        int r;

        if (reader->depth == AVRO_DEPTH_MAX)
                return REFUSE(reader, "nested deeper than %d", AVRO_DEPTH_MAX);
        reader->depth++;
        r = type->kind == AVRO_KIND_RECORD ? read_record(reader, type, node) : read_blocks(reader, type, node);
        reader->depth--;
        return r;
}

static int read_value(struct avro_reader *reader, const struct avro_type *type, struct json_node *node)
{
        switch (type->kind) {
        case AVRO_KIND_NULL:
                node->kind = JSON_NULL;
                return 0;
        case AVRO_KIND_BOOLEAN:
                return read_boolean(reader, node);
        case AVRO_KIND_INT:
        case AVRO_KIND_LONG:
                return read_integer(reader, type, node);
        case AVRO_KIND_FLOAT:
        case AVRO_KIND_DOUBLE:
                return read_float(reader, type, node);
        case AVRO_KIND_BYTES:
        case AVRO_KIND_FIXED:
                return read_bytes(reader, type, node);
        case AVRO_KIND_STRING:
                node->kind = JSON_STRING;
                return read_string(reader, &node->text);
        case AVRO_KIND_ENUM:
                return read_enum(reader, type, node);
        case AVRO_KIND_UNION:
                return read_union(reader, type, node);
        default:
                return read_container(reader, type, node);
        }
}

int avro_decode(const struct avro_schema *schema, struct text bytes, unsigned flags, struct arena *arena,
                const struct json_node **value, struct error *error)
{
        static const uint8_t nothing[1];
        struct error ignored;
        const uint8_t *start = bytes.length > 0 ? (const uint8_t *)bytes.data : nothing;
        struct avro_reader reader = {
                .at = start,
                .end = start + bytes.length,
                .flags = flags,
                .arena = arena,
                .error = error ? error : &ignored,
        };
        struct json_node *node = arena_calloc(arena, 1, sizeof(*node));

        if (bytes.length > JSON_BYTES_MAX)
                return error_set(error, ERR_REJECT, "%u bytes, %u are allowed", bytes.length, JSON_BYTES_MAX);
        reader.nodes_left = NODES_FREE + NODES_PER_BYTE * (uint64_t)bytes.length;
        if (reader.nodes_left > JSON_NODES_MAX)
                reader.nodes_left = JSON_NODES_MAX;
        if (read_value(&reader, schema->root, node) < 0)
                return ERR_REJECT;
        if (left(&reader) > 0)
                return error_set(error, ERR_REJECT, "%zu bytes are left over behind the value", left(&reader));
        *value = node;
        return 0;
}
