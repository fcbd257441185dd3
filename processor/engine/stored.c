/* Values of the tables golden and conflict: the JSON that was last published, compressed, with what the engine needs of
 * it without parsing: record numbers and the digest entry.
 *
 * Keeping what was published makes the "before" of a change exactly what consumers saw. LZ4 halves it at about a
 * microsecond a record.
 */
#include "engine/batch.h"

#include <lz4.h>
#include <string.h>

static void put_numbers(struct buffer *out, const uint32_t *numbers, uint32_t count)
{
        buffer_varint(out, count);
        for (uint32_t i = 0; i < count; i++)
                buffer_varint(out, numbers[i]);
}

static uint32_t *get_numbers(struct reader *reader, struct arena *arena, uint32_t *count)
{
        uint64_t stated = reader_varint(reader);
        uint32_t *numbers;

        *count = 0;
        if (stated > (uint64_t)(reader->end - reader->at)) {
                reader->failed = true;
                return NULL;
        }
        numbers = arena_alloc(arena, ((size_t)stated + 1) * sizeof(*numbers));
        for (uint64_t i = 0; i < stated; i++)
                numbers[(*count)++] = (uint32_t)reader_varint(reader);
        return numbers;
}

void stored_encode(const struct stored *stored, struct text json, struct buffer *out)
{
        int bound = LZ4_compressBound((int)json.length);
        char *to;
        int length;

        buffer_byte(out, (uint8_t)stored->type);
        buffer_bytes(out, &stored->digest, sizeof(stored->digest));
        put_numbers(out, stored->members, stored->member_count);
        put_numbers(out, stored->ghosts, stored->ghost_count);
        buffer_varint(out, json.length);
        to = buffer_reserve(out, (size_t)bound);
        length = LZ4_compress_default(json.data, to, (int)json.length, bound);
        out->length += length > 0 ? (size_t)length : 0;
}

int stored_decode(struct arena *arena, struct text value, struct stored *stored, struct error *error)
{
        struct reader reader;
        const void *digest;

        *stored = (struct stored){0};
        reader_init(&reader, value.data, value.length);
        stored->type = (enum record_type)reader_byte(&reader);
        digest = reader_bytes(&reader, sizeof(stored->digest));
        if (digest)
                memcpy(&stored->digest, digest, sizeof(stored->digest));
        stored->members = get_numbers(&reader, arena, &stored->member_count);
        stored->ghosts = get_numbers(&reader, arena, &stored->ghost_count);
        stored->json_length = (uint32_t)reader_varint(&reader);
        stored->compressed =
                (struct text){.data = (const char *)reader.at, .length = (uint32_t)(reader.end - reader.at)};
        if (reader.failed || stored->type >= TYPE_COUNT || stored->json_length > JSON_BYTES_MAX)
                return error_set(error, ERR_FATAL,
                                 "a stored output is damaged; set the state directory aside and rebuild it");
        return 0;
}

int stored_json(struct arena *arena, const struct stored *stored, struct text *json, struct error *error)
{
        char *to = arena_alloc(arena, (size_t)stored->json_length + 1);
        int length = LZ4_decompress_safe(stored->compressed.data, to, (int)stored->compressed.length,
                                         (int)stored->json_length);

        if (length < 0 || (uint32_t)length != stored->json_length)
                return error_set(error, ERR_FATAL,
                                 "a stored output is damaged; set the state directory aside and rebuild it");
        to[length] = '\0';
        *json = (struct text){.data = to, .length = stored->json_length};
        return 0;
}
