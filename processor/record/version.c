/* Versions and keys: the orders that everything else relies on. */
#include "record/record.h"

#include "base/hash.h"

#include <string.h>

/* Seeds keep hashes of different purposes apart; they are part of the state's format. */
#define SEED_RECORD_KEY 0x647572616e640001ULL

int version_compare(struct version a, struct version b)
{
        if (a.time_ms != b.time_ms)
                return a.time_ms < b.time_ms ? -1 : 1;
        if (a.major != b.major)
                return a.major < b.major ? -1 : 1;
        return (a.minor > b.minor) - (a.minor < b.minor);
}

bool record_key_equal(struct record_key a, struct record_key b)
{
        return text_equal(a.record_id, b.record_id) && text_equal(a.source, b.source) && text_equal(a.entity, b.entity);
}

int record_key_compare(struct record_key a, struct record_key b)
{
        int order = text_compare(a.source, b.source);

        if (order == 0)
                order = text_compare(a.record_id, b.record_id);
        if (order == 0)
                order = text_compare(a.entity, b.entity);
        return order;
}

/* The three parts with their lengths, so that ("ab", "c") and ("a", "bc") differ. */
static size_t key_bytes(struct record_key key, char *out, size_t size)
{
        const struct text parts[] = {key.source, key.entity, key.record_id};
        size_t at = 0;

        for (int i = 0; i < 3; i++) {
                uint32_t length = parts[i].length;

                if (at + sizeof(length) + length > size)
                        length = (uint32_t)(size - at - sizeof(length));
                memcpy(out + at, &length, sizeof(length));
                at += sizeof(length);
                if (length > 0)
                        memcpy(out + at, parts[i].data, length);
                at += length;
        }
        return at;
}

/* Source and entity names are bounded by the configuration, record ids by the decoder. */
#define KEY_BYTES_MAX (RECORD_ID_MAX + 1024)

uint64_t record_key_hash(struct record_key key)
{
        char bytes[KEY_BYTES_MAX];

        return hash64(bytes, key_bytes(key, bytes, sizeof(bytes)), SEED_RECORD_KEY);
}

struct hash128 record_key_hash128(struct record_key key)
{
        char bytes[KEY_BYTES_MAX];

        return hash128(bytes, key_bytes(key, bytes, sizeof(bytes)), SEED_RECORD_KEY);
}
