/* Records: their numbers, their encoded form, and what is derived for each.
 *
 * The index leads from the hash of a key to numbers; two keys may share a hash. So each stored record begins with its
 * own key, by which the right one is told: three 16-bit lengths in the machine's order, the three texts, then the
 * caller's bytes. This module never looks into those.
 */
#include "state/internal.h"

#include <string.h>

#define PREFIX_LENGTHS 3

/* Splits the stored bytes of a record; false where the lengths do not fit. */
static bool split_record(struct text stored, struct record_key *key, uint32_t *prefix_bytes)
{
        uint16_t lengths[PREFIX_LENGTHS];
        uint32_t at = sizeof(lengths);
        struct text *parts[PREFIX_LENGTHS] = {&key->source, &key->entity, &key->record_id};

        if (stored.length < sizeof(lengths))
                return false;
        memcpy(lengths, stored.data, sizeof(lengths));
        for (int i = 0; i < PREFIX_LENGTHS; i++) {
                if (lengths[i] > stored.length - at)
                        return false;
                *parts[i] = (struct text){.data = stored.data + at, .length = lengths[i]};
                at += lengths[i];
        }
        *prefix_bytes = at;
        return true;
}

bool record_strip_key(struct text *stored)
{
        struct record_key key;
        uint32_t prefix_bytes;

        if (!split_record(*stored, &key, &prefix_bytes))
                return false;
        *stored = text_slice(*stored, prefix_bytes, stored->length - prefix_bytes);
        return true;
}

static uint8_t *write_part(uint8_t *at, struct text part)
{
        if (part.length > 0)
                memcpy(at, part.data, part.length);
        return at + part.length;
}

static bool get_stored(struct store_txn *txn, uint32_t record, struct text *stored, struct record_key *key,
                       uint32_t *prefix_bytes)
{
        struct store_key number;

        if (!table_get(txn, STORE_RECORD, key_number(&number, record), stored))
                return false;
        if (split_record(*stored, key, prefix_bytes))
                return true;
        txn_fail_damaged(txn, STORE_RECORD, "a record does not begin with its key");
        return false;
}

uint32_t store_find_record(struct store_txn *txn, struct record_key key)
{
        struct store_key hash;
        MDB_val value;
        bool more = table_move(txn, STORE_RECORD_INDEX, key_number(&hash, txn->store->hash_key(key)), &value, MDB_SET);

        while (more) {
                struct record_key other;
                struct text stored;
                uint32_t prefix_bytes;
                uint32_t record;

                if (!key_read_item(&value, &record)) {
                        txn_fail_damaged(txn, STORE_RECORD_INDEX, "a number of another size");
                        return 0;
                }
                if (get_stored(txn, record, &stored, &other, &prefix_bytes) && record_key_equal(key, other))
                        return record;
                more = table_move(txn, STORE_RECORD_INDEX, &hash.val, &value, MDB_NEXT_DUP);
        }
        return 0;
}

uint32_t store_add_record(struct store_txn *txn, struct record_key key, struct text value)
{
        uint16_t lengths[PREFIX_LENGTHS] = {(uint16_t)key.source.length, (uint16_t)key.entity.length,
                                            (uint16_t)key.record_id.length};
        size_t size = sizeof(lengths) + lengths[0] + lengths[1] + lengths[2] + value.length;
        struct store_key number;
        uint32_t record;
        uint8_t *room;

        if (key.source.length > UINT16_MAX || key.entity.length > UINT16_MAX || key.record_id.length > UINT16_MAX) {
                txn_fail_request(txn, "a record's key of more than 65535 bytes");
                return 0;
        }
        if (txn->last_record == UINT32_MAX) {
                txn_fail_request(txn, "all 4294967295 record numbers are used up");
                return 0;
        }
        record = txn->last_record + 1;
        room = table_reserve(txn, STORE_RECORD, key_number(&number, record), size);
        if (room == NULL)
                return 0;
        memcpy(room, lengths, sizeof(lengths));
        room = write_part(room + sizeof(lengths), key.source);
        room = write_part(room, key.entity);
        room = write_part(room, key.record_id);
        write_part(room, value);
        table_add_item(txn, STORE_RECORD_INDEX, key_number(&number, txn->store->hash_key(key)), &record);
        if (txn->code != 0)
                return 0;
        txn->last_record = record;
        txn->counters_changed = true;
        return record;
}

void store_put_record(struct store_txn *txn, uint32_t record, struct text value)
{
        struct store_key number;
        struct record_key key;
        struct text stored;
        uint32_t prefix_bytes;
        uint8_t *room;

        if (!get_stored(txn, record, &stored, &key, &prefix_bytes)) {
                txn_fail_request(txn, "record %u does not exist and cannot be replaced", record);
                return;
        }
        buffer_clear(&txn->scratch);
        buffer_bytes(&txn->scratch, stored.data, prefix_bytes);
        room = table_reserve(txn, STORE_RECORD, key_number(&number, record), (size_t)prefix_bytes + value.length);
        if (room == NULL)
                return;
        memcpy(room, txn->scratch.data, prefix_bytes);
        write_part(room + prefix_bytes, value);
}

bool store_get_record(struct store_txn *txn, uint32_t record, struct text *value)
{
        struct record_key key;
        struct text stored;
        uint32_t prefix_bytes;

        *value = TEXT_NONE;
        if (!get_stored(txn, record, &stored, &key, &prefix_bytes))
                return false;
        *value = text_slice(stored, prefix_bytes, stored.length - prefix_bytes);
        return true;
}

void store_delete_record(struct store_txn *txn, uint32_t record)
{
        struct store_key number;
        struct record_key key;
        struct text stored;
        uint32_t prefix_bytes;
        uint64_t hash;

        if (!get_stored(txn, record, &stored, &key, &prefix_bytes))
                return;
        hash = txn->store->hash_key(key);
        table_delete(txn, STORE_RECORD_STATE, key_number(&number, record));
        table_delete(txn, STORE_RECORD, key_number(&number, record));
        table_delete_item(txn, STORE_RECORD_INDEX, key_number(&number, hash), &record);
}

uint32_t store_record_count(struct store_txn *txn)
{
        return txn->last_record;
}

bool store_read_state(struct text value, struct record_state *state)
{
        if (value.length != sizeof(*state))
                return false;
        memcpy(state, value.data, sizeof(*state));
        return true;
}

void store_put_record_state(struct store_txn *txn, uint32_t record, struct record_state state)
{
        struct store_key number;
        uint8_t *room = table_reserve(txn, STORE_RECORD_STATE, key_number(&number, record), sizeof(state));

        if (room != NULL)
                memcpy(room, &state, sizeof(state));
}

bool store_get_record_state(struct store_txn *txn, uint32_t record, struct record_state *state)
{
        struct store_key number;
        struct text value;

        *state = (struct record_state){0};
        if (!table_get(txn, STORE_RECORD_STATE, key_number(&number, record), &value))
                return false;
        if (store_read_state(value, state))
                return true;
        txn_fail_damaged(txn, STORE_RECORD_STATE, "a value of another size");
        return false;
}
