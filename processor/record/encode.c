/* The stored form of a record: a compact binary that is read in place.
 *
 * Layout: flags, type, key, watermarks, ghost keys, slots. Numbers are varints; versions of slots are stored as
 * differences to the newest one, since most slots of a record were set within one or two events.
 */
#include "record/record.h"

#include <string.h>

#define RECORD_FORMAT 1

enum {
        HAS_ALIVE = 1,
        HAS_UPDATED = 2,
        HAS_DELETED = 4,
        HAS_COMPLETE = 8,
        HAS_STALE = 16,
        HAS_REFRESHED = 32,
        HAS_FIRST_TIME = 64,
        HAS_MERGED_INTO = 128,
};

static void put_version(struct buffer *out, struct version version)
{
        buffer_byte(out, version.time_ms != TIME_UNKNOWN_MS);
        if (version.time_ms != TIME_UNKNOWN_MS)
                buffer_svarint(out, version.time_ms);
        buffer_varint(out, version.major);
        buffer_varint(out, version.minor);
}

static struct version get_version(struct reader *reader)
{
        struct version version = VERSION_NONE;

        if (reader_byte(reader))
                version.time_ms = reader_svarint(reader);
        version.major = reader_varint(reader);
        version.minor = reader_varint(reader);
        return version;
}

static uint8_t flags_of(const struct record *record)
{
        return (uint8_t)((record->alive ? HAS_ALIVE : 0) | (record->ever_updated ? HAS_UPDATED : 0) |
                         (record->ever_deleted ? HAS_DELETED : 0) | (record->ever_complete ? HAS_COMPLETE : 0) |
                         (record->ever_stale ? HAS_STALE : 0) | (record->ever_refreshed ? HAS_REFRESHED : 0) |
                         (record->first_time_ms != TIME_UNKNOWN_MS ? HAS_FIRST_TIME : 0) |
                         (record->merged_into.length > 0 ? HAS_MERGED_INTO : 0));
}

enum {
        SLOT_SAME_VERSION = 64,
        SLOT_SAME_VALUE = 128
};

static void encode_slot(const struct slot *slot, const struct version *previous, struct buffer *out)
{
        bool same_version = previous && version_compare(*previous, slot->version) == 0;
        bool same_value = text_equal(slot->raw, slot->value);

        buffer_byte(out, (uint8_t)(slot->flags | (same_version ? SLOT_SAME_VERSION : 0) |
                                   (same_value ? SLOT_SAME_VALUE : 0)));
        buffer_varint(out, slot->attribute);
        buffer_prefixed(out, slot->label);
        buffer_prefixed(out, slot->raw);
        if (!same_value)
                buffer_prefixed(out, slot->value);
        if (!same_version)
                put_version(out, slot->version);
}

void record_encode(const struct record *record, struct buffer *out)
{
        uint8_t flags = flags_of(record);
        const struct version *previous = NULL;

        buffer_byte(out, RECORD_FORMAT);
        buffer_byte(out, flags);
        buffer_byte(out, (uint8_t)record->declared_type);
        buffer_prefixed(out, record->key.source);
        buffer_prefixed(out, record->key.entity);
        buffer_prefixed(out, record->key.record_id);
        if (flags & HAS_FIRST_TIME)
                buffer_svarint(out, record->first_time_ms);
        if (flags & HAS_UPDATED)
                put_version(out, record->updated);
        if (flags & HAS_DELETED)
                put_version(out, record->deleted);
        if (flags & HAS_COMPLETE)
                put_version(out, record->complete);
        if (flags & HAS_STALE)
                put_version(out, record->stale);
        if (flags & HAS_REFRESHED)
                put_version(out, record->refreshed);
        if (flags & HAS_MERGED_INTO)
                buffer_prefixed(out, record->merged_into);
        buffer_varint(out, record->ghost_key_count);
        buffer_bytes(out, record->ghost_keys, record->ghost_key_count * sizeof(record->ghost_keys[0]));
        buffer_varint(out, record->slot_count);
        for (uint32_t i = 0; i < record->slot_count; i++) {
                encode_slot(&record->slots[i], previous, out);
                previous = &record->slots[i].version;
        }
}

static void decode_ghost(struct reader *reader, struct arena *arena, struct record *record)
{
        uint64_t count = reader_varint(reader);
        const void *keys;

        if (count > RECORD_KEYS_MAX) {
                reader->failed = true;
                return;
        }
        keys = reader_bytes(reader, (size_t)count * sizeof(uint64_t));
        if (!keys || count == 0)
                return;
        record->ghost_keys = arena_alloc(arena, (size_t)count * sizeof(uint64_t));
        memcpy(record->ghost_keys, keys, (size_t)count * sizeof(uint64_t));
        record->ghost_key_count = (uint32_t)count;
}

static void decode_slots(struct reader *reader, struct arena *arena, struct record *record)
{
        uint64_t count = reader_varint(reader);

        if (count > RECORD_SLOTS_MAX) {
                reader->failed = true;
                return;
        }
        record->slots = arena_alloc(arena, ((size_t)count + 1) * sizeof(*record->slots));
        for (uint64_t i = 0; i < count && !reader->failed; i++) {
                struct slot *slot = &record->slots[i];
                uint8_t flags = reader_byte(reader);
                uint64_t attribute = reader_varint(reader);

                slot->flags = flags & (SLOT_SET | SLOT_INVALID | SLOT_FAKE);
                slot->attribute = (uint16_t)attribute;
                slot->label = reader_prefixed(reader);
                slot->raw = reader_prefixed(reader);
                slot->value = flags & SLOT_SAME_VALUE ? slot->raw : reader_prefixed(reader);
                if (!(flags & SLOT_SAME_VERSION))
                        slot->version = get_version(reader);
                else if (i > 0)
                        slot->version = slot[-1].version;
                else
                        reader->failed = true;
                if (attribute == ATTRIBUTE_NONE || attribute >= ATTRIBUTE_MAX)
                        reader->failed = true;
                record->slot_count++;
        }
}

int record_decode(struct arena *arena, struct text data, struct record *record, struct error *error)
{
        struct reader reader;
        uint8_t format, flags, type;

        reader_init(&reader, data.data, data.length);
        *record = (struct record){.first_time_ms = TIME_UNKNOWN_MS};
        format = reader_byte(&reader);
        flags = reader_byte(&reader);
        type = reader_byte(&reader);
        record->declared_type = (enum record_type)type;
        record->key.source = reader_prefixed(&reader);
        record->key.entity = reader_prefixed(&reader);
        record->key.record_id = reader_prefixed(&reader);
        record->alive = flags & HAS_ALIVE;
        record->ever_updated = flags & HAS_UPDATED;
        record->ever_deleted = flags & HAS_DELETED;
        record->ever_complete = flags & HAS_COMPLETE;
        record->ever_stale = flags & HAS_STALE;
        record->ever_refreshed = flags & HAS_REFRESHED;
        if (flags & HAS_FIRST_TIME)
                record->first_time_ms = reader_svarint(&reader);
        record->updated = record->ever_updated ? get_version(&reader) : VERSION_NONE;
        record->deleted = record->ever_deleted ? get_version(&reader) : VERSION_NONE;
        record->complete = record->ever_complete ? get_version(&reader) : VERSION_NONE;
        record->stale = record->ever_stale ? get_version(&reader) : VERSION_NONE;
        record->refreshed = record->ever_refreshed ? get_version(&reader) : VERSION_NONE;
        if (flags & HAS_MERGED_INTO)
                record->merged_into = reader_prefixed(&reader);
        decode_ghost(&reader, arena, record);
        decode_slots(&reader, arena, record);
        if (reader.failed || reader.at != reader.end || format != RECORD_FORMAT || type >= TYPE_COUNT)
                return error_set(error, ERR_FATAL,
                                 "a stored record is damaged (%u bytes); set the state directory aside and rebuild it "
                                 "from the topic `records`",
                                 data.length);
        return 0;
}
