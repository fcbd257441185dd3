/* Writing: a JSON tree by a schema.
 *
 * For what we publish: the contracts of schemas/. A value that does not fit is an error that names the place, never a
 * value that is quietly another one; so a number is an int or a long only where it is whole and in range, and a union
 * takes its first branch that fits all the way down.
 */
#include "avro/internal.h"

#include "base/base64.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct avro_writer {
        struct buffer *out;
        struct error *error;
        uint32_t depth;
};

static int write_value(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value);

static const struct json_node absent = {.kind = JSON_NULL};

static const char *const json_kinds[] = {
        [JSON_NULL] = "null",     [JSON_FALSE] = "false",  [JSON_TRUE] = "true",        [JSON_NUMBER] = "a number",
        [JSON_STRING] = "a text", [JSON_ARRAY] = "a list", [JSON_OBJECT] = "an object",
};

static int misfit(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        return error_set(writer->error, ERR_REJECT, "%s where the schema has %s", json_kinds[value->kind],
                         avro_kind_name(type->kind));
}

/* --- scalars */

static int write_integer(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        int64_t number;

        if (value->kind != JSON_NUMBER || !text_to_i64(value->text, &number) ||
            (type->kind == AVRO_KIND_INT && number != (int32_t)number))
                return misfit(writer, type, value);
        buffer_svarint(writer->out, number);
        return 0;
}

static bool to_double(const struct json_node *value, double *number)
{
        char text[64];

        if (value->kind == JSON_STRING) { /* as read.c writes them */
                *number = text_equal(value->text, TEXT("NaN"))         ? (double)NAN
                          : text_equal(value->text, TEXT("Infinity"))  ? (double)INFINITY
                          : text_equal(value->text, TEXT("-Infinity")) ? -(double)INFINITY
                                                                       : 0;
                return *number != 0;
        }
        if (value->kind != JSON_NUMBER || value->text.length >= sizeof(text))
                return false;
        memcpy(text, value->text.data, value->text.length);
        text[value->text.length] = '\0';
        *number = strtod(text, NULL);
        return isfinite(*number);
}

static int write_float(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        size_t size = type->kind == AVRO_KIND_FLOAT ? 4 : 8;
        double number;
        uint64_t bits = 0;

        if (!to_double(value, &number))
                return misfit(writer, type, value);
        if (type->kind == AVRO_KIND_FLOAT) {
                float single = (float)number;

                memcpy(&bits, &single, sizeof(single)); /* below on either order of bytes: */
                if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
                        bits >>= 32;
        } else {
                memcpy(&bits, &number, sizeof(number));
        }
        for (size_t i = 0; i < size; i++)
                buffer_byte(writer->out, (uint8_t)(bits >> 8 * i));
        return 0;
}

static void write_text(struct avro_writer *writer, struct text text)
{
        buffer_svarint(writer->out, text.length);
        buffer_text(writer->out, text);
}

static int write_bytes(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct text bytes;

        if (value->kind != JSON_STRING || !base64_decode(&arena, value->text, &bytes))
                return misfit(writer, type, value);
        if (type->kind == AVRO_KIND_BYTES) {
                write_text(writer, bytes);
                return 0;
        }
        if (bytes.length != type->count)
                return error_set(writer->error, ERR_REJECT, "%u bytes where the schema has a fixed of %u", bytes.length,
                                 type->count);
        buffer_text(writer->out, bytes);
        return 0;
}

static int write_enum(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        if (value->kind != JSON_STRING)
                return misfit(writer, type, value);
        for (uint32_t i = 0; i < type->count; i++) {
                if (text_equal(type->symbols[i], value->text)) {
                        buffer_svarint(writer->out, i);
                        return 0;
                }
        }
        return error_set(writer->error, ERR_REJECT, "\"%.*s\" is no symbol of %.*s", TEXT_ARG(value->text),
                         TEXT_ARG(type->name));
}

/* --- containers */

/* Fields mostly come in the order of the schema: @cursor is where the next one is expected. */
static const struct json_node *find_member(const struct json_node *value, const struct json_node **cursor,
                                           struct text name)
{
        const struct json_node *member = *cursor;

        if (!member || !text_equal(member->name, name))
                member = json_get_text(value, name);
        if (member)
                *cursor = member->next;
        return member;
}

static int write_record(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        const struct json_node *cursor = value->child;
        uint32_t found = 0;

        if (value->kind != JSON_OBJECT)
                return misfit(writer, type, value);
        for (uint32_t i = 0; i < type->count; i++) {
                const struct json_node *member = find_member(value, &cursor, type->fields[i].name);

                found += member != NULL;
                if (write_value(writer, type->fields[i].type, member ? member : &absent) < 0)
                        return error_prefix(writer->error, ERR_REJECT, "%.*s%s", TEXT_ARG(type->fields[i].name),
                                            member ? "" : " (missing)");
        }
        if (found < value->count)
                return error_set(writer->error, ERR_REJECT, "%u members, of which %.*s has %u", value->count,
                                 TEXT_ARG(type->name), found);
        return 0;
}

static int write_items(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        bool array = type->kind == AVRO_KIND_ARRAY;
        uint32_t index = 0;

        if (value->kind != (array ? JSON_ARRAY : JSON_OBJECT))
                return misfit(writer, type, value);
        if (value->count > 0)
                buffer_svarint(writer->out, value->count);
        for (const struct json_node *item = value->child; item; item = item->next, index++) {
                if (!array)
                        write_text(writer, item->name);
                if (write_value(writer, type->items, item) == 0)
                        continue;
                if (array)
                        return error_prefix(writer->error, ERR_REJECT, "[%u]", index);
                return error_prefix(writer->error, ERR_REJECT, "%.*s", TEXT_ARG(item->name));
        }
        buffer_svarint(writer->out, 0);
        return 0;
}

/* Whether a branch is worth trying: cheap, so that a deep value is not written once for each branch above it. */
static bool may_fit(const struct avro_type *type, const struct json_node *value)
{
        switch (value->kind) {
        case JSON_NULL:
                return type->kind == AVRO_KIND_NULL;
        case JSON_TRUE:
        case JSON_FALSE:
                return type->kind == AVRO_KIND_BOOLEAN;
        case JSON_NUMBER:
                return type->kind >= AVRO_KIND_INT && type->kind <= AVRO_KIND_DOUBLE;
        case JSON_STRING:
                return type->kind >= AVRO_KIND_FLOAT && type->kind != AVRO_KIND_RECORD && type->kind <= AVRO_KIND_FIXED;
        case JSON_ARRAY:
                return type->kind == AVRO_KIND_ARRAY;
        case JSON_OBJECT:
                return type->kind == AVRO_KIND_RECORD || type->kind == AVRO_KIND_MAP;
        }
        return false;
}

static int write_union(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        size_t start = writer->out->length;
        bool tried = false;

        for (uint32_t i = 0; i < type->count; i++) {
                if (!may_fit(type->branches[i], value))
                        continue;
                buffer_svarint(writer->out, i);
                if (write_value(writer, type->branches[i], value) == 0)
                        return 0;
                writer->out->length = start;
                tried = true;
        }
        return tried ? ERR_REJECT : misfit(writer, type, value); /* the last branch's sentence stands */
}

static int write_value(struct avro_writer *writer, const struct avro_type *type, const struct json_node *value)
{
        int r;

        switch (type->kind) {
        case AVRO_KIND_NULL:
                return value->kind == JSON_NULL ? 0 : misfit(writer, type, value);
        case AVRO_KIND_BOOLEAN:
                if (value->kind != JSON_TRUE && value->kind != JSON_FALSE)
                        return misfit(writer, type, value);
                buffer_byte(writer->out, value->kind == JSON_TRUE);
                return 0;
        case AVRO_KIND_INT:
        case AVRO_KIND_LONG:
                return write_integer(writer, type, value);
        case AVRO_KIND_FLOAT:
        case AVRO_KIND_DOUBLE:
                return write_float(writer, type, value);
        case AVRO_KIND_BYTES:
        case AVRO_KIND_FIXED:
                return write_bytes(writer, type, value);
        case AVRO_KIND_STRING:
                if (value->kind != JSON_STRING)
                        return misfit(writer, type, value);
                write_text(writer, value->text);
                return 0;
        case AVRO_KIND_ENUM:
                return write_enum(writer, type, value);
        case AVRO_KIND_UNION:
                return write_union(writer, type, value);
        default:
                break;
        }
        if (writer->depth == JSON_DEPTH_MAX)
                return error_set(writer->error, ERR_REJECT, "nested deeper than %d", JSON_DEPTH_MAX);
        writer->depth++;
        r = type->kind == AVRO_KIND_RECORD ? write_record(writer, type, value) : write_items(writer, type, value);
        writer->depth--;
        return r;
}

int avro_encode(const struct avro_schema *schema, const struct json_node *value, struct buffer *out,
                struct error *error)
{
        struct error ignored;
        struct avro_writer writer = {.out = out, .error = error ? error : &ignored};
        size_t start = out->length;
        int r = write_value(&writer, schema->root, value);

        if (r < 0)
                out->length = start;
        return r;
}
