/* Writing JSON into a buffer, piece by piece. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

void json_writer_init(struct json_writer *writer, struct buffer *buffer)
{
        *writer = (struct json_writer){.buffer = buffer};
}

/* The comma before a value or a name, where one is due. */
static void separate(struct json_writer *writer)
{
        if (writer->after_name) {
                writer->after_name = false;
                return;
        }
        if (writer->needs_comma[writer->depth])
                buffer_byte(writer->buffer, ',');
        writer->needs_comma[writer->depth] = true;
}

static void open_container(struct json_writer *writer, char bracket)
{
        separate(writer);
        buffer_byte(writer->buffer, (uint8_t)bracket);
        if (++writer->depth >= JSON_WRITE_DEPTH_MAX)
                abort(); /* our own output is never this deep: a defect, not input */
        writer->needs_comma[writer->depth] = false;
}

static void close_container(struct json_writer *writer, char bracket)
{
        writer->depth--;
        buffer_byte(writer->buffer, (uint8_t)bracket);
}

void json_write_object(struct json_writer *writer)
{
        open_container(writer, '{');
}

void json_write_object_end(struct json_writer *writer)
{
        close_container(writer, '}');
}

void json_write_array(struct json_writer *writer)
{
        open_container(writer, '[');
}

void json_write_array_end(struct json_writer *writer)
{
        close_container(writer, ']');
}

static void put_escape(struct buffer *buffer, unsigned char c)
{
        switch (c) {
        case '"':
                buffer_bytes(buffer, "\\\"", 2);
                break;
        case '\\':
                buffer_bytes(buffer, "\\\\", 2);
                break;
        case '\n':
                buffer_bytes(buffer, "\\n", 2);
                break;
        case '\r':
                buffer_bytes(buffer, "\\r", 2);
                break;
        case '\t':
                buffer_bytes(buffer, "\\t", 2);
                break;
        default:
                buffer_printf(buffer, "\\u%04x", c);
                break;
        }
}

/* Text that is known to be valid UTF-8. */
static void put_valid(struct buffer *buffer, struct text t)
{
        uint32_t from = 0;

        for (uint32_t i = 0; i < t.length; i++) {
                unsigned char c = (unsigned char)t.data[i];

                if (c >= 0x20 && c != '"' && c != '\\')
                        continue;
                buffer_bytes(buffer, t.data + from, i - from);
                put_escape(buffer, c);
                from = i + 1;
        }
        if (t.length > from)
                buffer_bytes(buffer, t.data + from, t.length - from);
}

/* Byte by byte: ASCII and whole sequences pass, every other byte becomes U+FFFD. */
static void put_repaired(struct buffer *buffer, struct text t)
{
        for (uint32_t i = 0; i < t.length;) {
                uint32_t step = 1;
                bool valid = false;

                for (step = 1; step <= 4 && !valid; step++)
                        valid = text_is_utf8(text_slice(t, i, step)) && i + step <= t.length;
                step = valid ? step - 1 : 1;
                if (valid)
                        put_valid(buffer, text_slice(t, i, step));
                else
                        buffer_string(buffer, "\xef\xbf\xbd");
                i += step;
        }
}

/* True if @t can be written as it is: ASCII without quotes, backslashes and control characters. Eight bytes at a time:
 * a byte below 0x20, equal to '"' or '\\', or above 0x7f sets a high bit of the word (Mycroft's test for a zero byte).
 */
static bool is_plain(struct text t)
{
        const uint64_t ones = 0x0101010101010101ULL, highs = 0x8080808080808080ULL;
        uint32_t i = 0;

        for (; i + 8 <= t.length; i += 8) {
                uint64_t word, quote, slash;

                memcpy(&word, t.data + i, 8);
                quote = word ^ (ones * '"');
                slash = word ^ (ones * '\\');
                if ((word | (word - ones * 0x20) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & highs)
                        return false;
        }
        for (; i < t.length; i++) {
                unsigned char c = (unsigned char)t.data[i];

                if (c < 0x20 || c > 0x7f || c == '"' || c == '\\')
                        return false;
        }
        return true;
}

static void put_string(struct buffer *buffer, struct text t)
{
        char *out = buffer_reserve(buffer, (size_t)t.length + 2);

        if (is_plain(t)) {
                out[0] = '"';
                if (t.length > 0)
                        memcpy(out + 1, t.data, t.length);
                out[t.length + 1] = '"';
                buffer->length += (size_t)t.length + 2;
                return;
        }
        buffer_byte(buffer, '"');
        if (text_is_utf8(t))
                put_valid(buffer, t);
        else
                put_repaired(buffer, t);
        buffer_byte(buffer, '"');
}

void json_write_name_text(struct json_writer *writer, struct text name)
{
        separate(writer);
        put_string(writer->buffer, name);
        buffer_byte(writer->buffer, ':');
        writer->after_name = true;
}

void json_write_name(struct json_writer *writer, const char *name)
{
        size_t length = strlen(name);
        char *out;

        separate(writer);
        out = buffer_reserve(writer->buffer, length + 3);
        out[0] = '"';
        memcpy(out + 1, name, length);
        memcpy(out + 1 + length, "\":", 2);
        writer->buffer->length += length + 3;
        writer->after_name = true;
}

void json_write_text(struct json_writer *writer, struct text t)
{
        separate(writer);
        put_string(writer->buffer, t);
}

void json_write_string(struct json_writer *writer, const char *string)
{
        json_write_text(writer, text_from(string));
}

void json_write_i64(struct json_writer *writer, int64_t value)
{
        char digits[24];
        char *at = digits + sizeof(digits);
        uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

        separate(writer);
        do {
                *--at = (char)('0' + rest % 10);
                rest /= 10;
        } while (rest > 0);
        if (value < 0)
                *--at = '-';
        buffer_bytes(writer->buffer, at, (size_t)(digits + sizeof(digits) - at));
}

void json_write_bool(struct json_writer *writer, bool value)
{
        separate(writer);
        buffer_string(writer->buffer, value ? "true" : "false");
}

void json_write_null(struct json_writer *writer)
{
        separate(writer);
        buffer_string(writer->buffer, "null");
}

void json_write_raw(struct json_writer *writer, struct text json)
{
        separate(writer);
        buffer_text(writer->buffer, json);
}

void json_write_milli(struct json_writer *writer, int64_t value)
{
        uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        unsigned fraction = (unsigned)(rest % 1000);
        unsigned digits = 3;

        separate(writer);
        if (value < 0)
                buffer_byte(writer->buffer, '-');
        buffer_printf(writer->buffer, "%llu", (unsigned long long)(rest / 1000));
        if (fraction == 0)
                return;
        while (fraction % 10 == 0) {
                fraction /= 10;
                digits--;
        }
        buffer_printf(writer->buffer, ".%0*u", (int)digits, fraction);
}

void json_write_node(struct json_writer *writer, const struct json_node *node)
{
        switch (node->kind) {
        case JSON_NULL:
                json_write_null(writer);
                break;
        case JSON_TRUE:
        case JSON_FALSE:
                json_write_bool(writer, node->kind == JSON_TRUE);
                break;
        case JSON_NUMBER:
                json_write_raw(writer, node->text);
                break;
        case JSON_STRING:
                json_write_text(writer, node->text);
                break;
        case JSON_ARRAY:
                json_write_array(writer);
                for (const struct json_node *member = node->child; member; member = member->next)
                        json_write_node(writer, member);
                json_write_array_end(writer);
                break;
        case JSON_OBJECT:
                json_write_object(writer);
                for (const struct json_node *member = node->child; member; member = member->next) {
                        json_write_name_text(writer, member->name);
                        json_write_node(writer, member);
                }
                json_write_object_end(writer);
                break;
        }
}

void json_write_member_text(struct json_writer *writer, const char *name, struct text value)
{
        json_write_name(writer, name);
        json_write_text(writer, value);
}

void json_write_member_i64(struct json_writer *writer, const char *name, int64_t value)
{
        json_write_name(writer, name);
        json_write_i64(writer, value);
}

void json_write_member_bool(struct json_writer *writer, const char *name, bool value)
{
        json_write_name(writer, name);
        json_write_bool(writer, value);
}
