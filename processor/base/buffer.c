/* Growing byte buffers, and a reader that cannot run past its end. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_free(struct buffer *buffer)
{
        free(buffer->data);
        *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer)
{
        buffer->length = 0;
}

char *buffer_reserve(struct buffer *buffer, size_t more)
{
        size_t capacity = buffer->capacity ? buffer->capacity : 256;
        char *data;

        if (buffer->capacity - buffer->length >= more)
                return buffer->data + buffer->length;
        while (capacity - buffer->length < more) {
                if (capacity > SIZE_MAX / 2)
                        abort();
                capacity *= 2;
        }
        data = realloc(buffer->data, capacity);
        if (!data) {
                fprintf(stderr, "durand: out of memory (%zu bytes)\n", capacity);
                abort();
        }
        buffer->data = data;
        buffer->capacity = capacity;
        return data + buffer->length;
}

void buffer_bytes(struct buffer *buffer, const void *data, size_t length)
{
        if (length == 0)
                return;
        memcpy(buffer_reserve(buffer, length), data, length);
        buffer->length += length;
}

void buffer_text(struct buffer *buffer, struct text t)
{
        buffer_bytes(buffer, t.data, t.length);
}

void buffer_string(struct buffer *buffer, const char *string)
{
        buffer_bytes(buffer, string, strlen(string));
}

void buffer_byte(struct buffer *buffer, uint8_t byte)
{
        *buffer_reserve(buffer, 1) = (char)byte;
        buffer->length++;
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
        va_list arguments;
        int length;

        va_start(arguments, format);
        length = vsnprintf(NULL, 0, format, arguments);
        va_end(arguments);
        if (length <= 0)
                return;
        buffer_reserve(buffer, (size_t)length + 1);
        va_start(arguments, format);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
        buffer->length += (size_t)length;
}

void buffer_varint(struct buffer *buffer, uint64_t value)
{
        char *at = buffer_reserve(buffer, 10);
        size_t n = 0;

        while (value >= 0x80) {
                at[n++] = (char)(value | 0x80);
                value >>= 7;
        }
        at[n++] = (char)value;
        buffer->length += n;
}

void buffer_svarint(struct buffer *buffer, int64_t value)
{
        buffer_varint(buffer, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

void buffer_prefixed(struct buffer *buffer, struct text t)
{
        buffer_varint(buffer, t.length);
        buffer_text(buffer, t);
}

struct text buffer_view(const struct buffer *buffer)
{
        return (struct text){.data = buffer->data, .length = (uint32_t)buffer->length};
}

void reader_init(struct reader *reader, const void *data, size_t length)
{
        reader->at = data;
        reader->end = reader->at + length;
        reader->failed = false;
}

/* A failed reader stands at its end, so that every further read fails without asking. */
static void fail(struct reader *reader)
{
        reader->failed = true;
        reader->at = reader->end;
}

uint64_t reader_long_varint(struct reader *reader)
{
        uint64_t value = 0;

        for (unsigned shift = 0; shift < 64; shift += 7) {
                uint8_t byte = reader_byte(reader);

                value |= (uint64_t)(byte & 0x7f) << shift;
                if (!(byte & 0x80))
                        return value;
        }
        fail(reader);
        return 0;
}

int64_t reader_svarint(struct reader *reader)
{
        uint64_t value = reader_varint(reader);

        return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

const void *reader_bytes(struct reader *reader, size_t length)
{
        const void *at = reader->at;

        if ((size_t)(reader->end - reader->at) < length) {
                fail(reader);
                return NULL;
        }
        reader->at += length;
        return at;
}

struct text reader_prefixed(struct reader *reader)
{
        uint64_t length = reader_varint(reader);
        const char *data;

        if (length > UINT32_MAX) {
                fail(reader);
                return TEXT_NONE;
        }
        data = reader_bytes(reader, (size_t)length);
        return data ? (struct text){.data = data, .length = (uint32_t)length} : TEXT_NONE;
}
