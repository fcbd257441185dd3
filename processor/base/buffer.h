/* buffer.h: a growing run of bytes that the caller owns.
 *
 * For encoded records, JSON output and everything that is built piece by piece. A zeroed struct is a valid, empty
 * buffer. Exhausted memory ends the process, as with arenas.
 */
#pragma once

#include "base/text.h"

#include <stdint.h>

struct buffer {
        char *data;
        size_t length;
        size_t capacity;
};

void buffer_free(struct buffer *buffer);

/* Empties @buffer and keeps its memory. */
void buffer_clear(struct buffer *buffer);

/* Makes room for @more bytes and returns where they go; the caller then adds to buffer->length. */
char *buffer_reserve(struct buffer *buffer, size_t more);

void buffer_bytes(struct buffer *buffer, const void *data, size_t length);
void buffer_text(struct buffer *buffer, struct text t);
void buffer_string(struct buffer *buffer, const char *string);
void buffer_byte(struct buffer *buffer, uint8_t byte);
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Unsigned LEB128, and the zigzag form for signed numbers (Protocol Buffers, "Encoding"). */
void buffer_varint(struct buffer *buffer, uint64_t value);
void buffer_svarint(struct buffer *buffer, int64_t value);

/* A varint length and the bytes. */
void buffer_prefixed(struct buffer *buffer, struct text t);

/* The content as a slice; valid until the next change of @buffer. */
struct text buffer_view(const struct buffer *buffer);

#define BUFFER_CLEANUP __attribute__((cleanup(buffer_free)))

/* Reading what the functions above wrote. A reader never runs past its end: after a failure every further read gives
 * zero or an empty slice and `failed` stays set, so that a decoder checks once, at its end. */
struct reader {
        const uint8_t *at;
        const uint8_t *end;
        bool failed;
};

void reader_init(struct reader *reader, const void *data, size_t length);

static inline uint8_t reader_byte(struct reader *reader)
{
        if (__builtin_expect(reader->at >= reader->end, 0)) {
                reader->failed = true;
                return 0;
        }
        return *reader->at++;
}

uint64_t reader_long_varint(struct reader *reader); /* used by reader_varint */

/* Most numbers are lengths below 128. */
static inline uint64_t reader_varint(struct reader *reader)
{
        if (__builtin_expect(reader->at < reader->end && *reader->at < 0x80, 1))
                return *reader->at++;
        return reader_long_varint(reader);
}
int64_t reader_svarint(struct reader *reader);

/* A slice into the data that the reader reads. */
struct text reader_prefixed(struct reader *reader);
const void *reader_bytes(struct reader *reader, size_t length);
