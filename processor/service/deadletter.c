/* Dead letters: nothing that arrived is ever lost, and nothing stops the stream.
 *
 * The original key and bytes travel unchanged, with the original headers and ours, which say where the message came
 * from and why it could not be used. A message too large for the topic is cut: the headers then give its true length
 * and hash, so that the original can be found while its topic still has it.
 */
#include "service/internal.h"

#include "base/clock.h"

#include <string.h>

#define REASON_BYTES_MAX 1000
#define ORIGINAL_HEADERS_MAX 64

/* The field that a reason names as `field "siret": ...`; empty when it names none. */
static struct text field_of(struct arena *arena, const char *reason)
{
        const char *from = strstr(reason, "field \"");
        const char *to = from ? strchr(from + 7, '"') : NULL;

        if (!to)
                return TEXT_NONE;
        return arena_text(arena, (struct text){.data = from + 7, .length = (uint32_t)(to - from - 7)});
}

static void put(struct kafka_record *record, struct kafka_header *headers, const char *name, struct text value)
{
        if (value.length > 0)
                headers[record->header_count++] = (struct kafka_header){name, value};
}

/* Cuts the value, then the original headers and the key if those alone are too much, until the topic takes it. */
static void cut(struct service *service, struct kafka_record *record, struct kafka_header *headers,
                uint32_t own_headers)
{
        struct arena *arena = &service->outputs.arena;
        uint64_t limit = (uint64_t)service->topics.items[service->topics.deadletter].message_bytes_max;
        uint64_t excess, bytes = kafka_record_bytes(record);
        char hex[HASH128_HEX_SIZE];

        if (bytes <= limit)
                return;
        if (record->key.length > limit / 4)
                record->key.length = (uint32_t)(limit / 4);
        record->header_count = own_headers; /* the originals were added last */
        hash128_to_hex(hash128(record->value.data, record->value.length, 0), hex);
        put(record, headers, "durand.value.length", arena_printf(arena, "%u", record->value.length));
        put(record, headers, "durand.value.xxh128", arena_text(arena, text_from(hex)));
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
        struct kafka_header *headers = arena_calloc(arena, ORIGINAL_HEADERS_MAX + 10, sizeof(*headers));
        uint32_t own;

        record->headers = headers;
        record->has_key = message->has_key;
        record->key = arena_text(arena, message->key);
        record->has_value = message->has_value;
        record->value = arena_text(arena, message->value);
        put(record, headers, "durand.source.topic", arena_text(arena, message->topic));
        put(record, headers, "durand.source.partition", arena_printf(arena, "%d", (int)message->partition));
        put(record, headers, "durand.source.offset", arena_printf(arena, "%lld", (long long)message->offset));
        if (message->timestamp_ms != TIME_UNKNOWN_MS)
                put(record, headers, "durand.source.timestamp",
                    arena_printf(arena, "%lld", (long long)message->timestamp_ms));
        put(record, headers, "durand.reason", arena_printf(arena, "%.*s", REASON_BYTES_MAX, reason));
        put(record, headers, "durand.field", field_of(arena, reason));
        if (source) {
                put(record, headers, "durand.source", arena_text(arena, source->name));
                put(record, headers, "durand.dialect", text_from(dialect_name(source->dialect)));
        }
        own = record->header_count;
        for (uint32_t i = 0; i < message->header_count && i < ORIGINAL_HEADERS_MAX; i++)
                headers[record->header_count++] = (struct kafka_header){
                        arena_text(arena, message->headers[i].name).data,
                        arena_text(arena, message->headers[i].value),
                };
        cut(service, record, headers, own);
}
