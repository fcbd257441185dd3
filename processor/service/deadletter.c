/* Dead letters: nothing that arrived is ever lost, and nothing stops the stream.
 *
 * The original key and bytes travel unchanged, with the original headers and, before them, ours, which say where the
 * message came from and why it could not be used (deadletter/letter.h). A message too large for the topic is cut: the
 * headers then give its true length and hash, so that the original can be found while its topic still has it, which
 * `durand deadletter` does.
 */
#include "service/internal.h"

#include "base/clock.h"
#include "deadletter/letter.h"

#include <string.h>

#define REASON_BYTES_MAX 1000

/* The field that a reason names as `field "siret": ...`; empty when it names none. */
static struct text field_of(struct arena *arena, const char *reason)
{
        const char *from = strstr(reason, "field \"");
        const char *to = from ? strchr(from + 7, '"') : NULL;

        if (!to)
                return TEXT_NONE;
        return arena_text(arena, (struct text){.data = from + 7, .length = (uint32_t)(to - from - 7)});
}

static void put(struct kafka_record *record, struct kafka_header *headers, enum letter_header header, struct text value)
{
        if (value.length > 0)
                headers[record->header_count++] = (struct kafka_header){letter_header_name(header), value};
}

static void put_number(struct arena *arena, struct kafka_record *record, struct kafka_header *headers,
                       enum letter_header header, int64_t value)
{
        put(record, headers, header, arena_printf(arena, "%lld", (long long)value));
}

static void put_originals(struct arena *arena, struct kafka_record *record, struct kafka_header *headers,
                          const struct message *message)
{
        for (uint32_t i = 0; i < message->header_count; i++) {
                struct text value = message->headers[i].value;

                headers[record->header_count++] = (struct kafka_header){
                        arena_text(arena, message->headers[i].name).data,
                        value.data ? arena_text(arena, value) : TEXT_NONE,
                };
        }
}

/* Cuts the value, and the original headers and the key if they alone take a quarter, until the topic takes it. */
static void cut(struct arena *arena, uint64_t limit, struct kafka_record *record, struct kafka_header *headers,
                uint32_t own_headers, const struct message *message)
{
        uint64_t original_bytes, excess, bytes = kafka_record_bytes(record);
        char hex[HASH128_HEX_SIZE];

        if (bytes <= limit)
                return;
        record->header_count = own_headers; /* ours stand before the originals */
        original_bytes = bytes - kafka_record_bytes(record);
        hash128_to_hex(hash128(record->value.data, record->value.length, 0), hex);
        put_number(arena, record, headers, LETTER_VALUE_LENGTH, record->value.length);
        put(record, headers, LETTER_VALUE_HASH, arena_text(arena, text_from(hex)));
        if (record->key.length > limit / 4) {
                put_number(arena, record, headers, LETTER_KEY_LENGTH, record->key.length);
                record->key.length = (uint32_t)(limit / 4);
        }
        if (original_bytes > limit / 4)
                put_number(arena, record, headers, LETTER_HEADERS_COUNT, message->header_count);
        else
                put_originals(arena, record, headers, message);
        bytes = kafka_record_bytes(record);
        excess = bytes > limit ? bytes - limit : 0;
        record->value.length = excess < record->value.length ? record->value.length - (uint32_t)excess : 0;
}

void deadletter_add(struct service *service, const struct message *message, const struct source_config *source,
                    const char *reason)
{
        struct outputs *outputs = &service->outputs;
        struct arena *arena = &outputs->arena;
        struct kafka_record *record = outputs_new(outputs, service->topics.deadletter);
        struct kafka_header *headers =
                arena_calloc(arena, message->header_count + LETTER_HEADER_COUNT, sizeof(*headers));
        uint32_t own;

        record->headers = headers;
        record->has_key = message->has_key;
        record->key = arena_text(arena, message->key);
        record->has_value = message->has_value;
        record->value = arena_text(arena, message->value);
        put(record, headers, LETTER_TOPIC, arena_text(arena, message->topic));
        put_number(arena, record, headers, LETTER_PARTITION, message->partition);
        put_number(arena, record, headers, LETTER_OFFSET, message->offset);
        if (message->timestamp_ms != TIME_UNKNOWN_MS)
                put_number(arena, record, headers, LETTER_TIMESTAMP, message->timestamp_ms);
        put(record, headers, LETTER_REASON, arena_printf(arena, "%.*s", REASON_BYTES_MAX, reason));
        put(record, headers, LETTER_FIELD, field_of(arena, reason));
        if (source)
                put(record, headers, LETTER_SOURCE, arena_text(arena, source->name));
        put(record, headers, LETTER_DIALECT,
            source ? text_from(dialect_name(source->dialect)) : TEXT(LETTER_DIALECT_OWN));
        own = record->header_count;
        put_originals(arena, record, headers, message);
        cut(arena, (uint64_t)service->topics.items[service->topics.deadletter].message_bytes_max, record, headers, own,
            message);
}
