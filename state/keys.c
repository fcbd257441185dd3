/* Keys, all of them.
 *
 * Numbers and hashes are u64 in the machine's order with MDB_INTEGERKEY: LMDB compares those with one instruction, and
 * sorted sweeps stay on a page. (Six postings a record cost 7.6 µs as integers with fixed-size repeats, 12.6 µs as
 * strings.) So a state directory does not move to a machine of the other byte order; `records` does.
 *
 * An index that two different things may share (a hash) is a table with repeats: every number under the hash is looked
 * at. An edge is found from both ends because it is stored twice, under (a << 32) | b and (b << 32) | a; the edges of
 * one node are then neighbours in the file.
 */
#include "state/keys.h"

#include <endian.h>
#include <string.h>

#define NUMBERS MDB_INTEGERKEY
#define NUMBERS_OF_NUMBER (MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP)
#define IDS_OF_NUMBER (MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED)

const struct table_layout table_layouts[STORE_TABLE_COUNT] = {
        [STORE_META] = {"meta", KEY_NAME, 0, 0, false},
        [STORE_RECORD_INDEX] = {"record-index", KEY_NUMBER, NUMBERS_OF_NUMBER, sizeof(uint32_t), false},
        [STORE_RECORD] = {"record", KEY_NUMBER, NUMBERS, 0, true},
        [STORE_RECORD_STATE] = {"record-state", KEY_NUMBER, NUMBERS, 0, true},
        [STORE_NODE_INDEX] = {"node-index", KEY_NUMBER, NUMBERS_OF_NUMBER, sizeof(uint32_t), false},
        [STORE_NODE] = {"node", KEY_NUMBER, NUMBERS, 0, true},
        [STORE_NODE_MEMBER] = {"node-member", KEY_NUMBER, NUMBERS_OF_NUMBER, sizeof(uint32_t), true},
        [STORE_BLOCK] = {"block", KEY_NUMBER, NUMBERS_OF_NUMBER, sizeof(uint32_t), false},
        [STORE_EDGE] = {"edge", KEY_NUMBER, NUMBERS, 0, true},
        [STORE_REFERENCE] = {"reference", KEY_NUMBER, NUMBERS_OF_NUMBER, sizeof(uint32_t), false},
        [STORE_GHOST_BLOCK] = {"ghost-block", KEY_NUMBER, NUMBERS_OF_NUMBER, sizeof(uint32_t), false},
        [STORE_GOLDEN] = {"golden", KEY_NUMBER, NUMBERS, 0, true},
        [STORE_CONFLICT] = {"conflict", KEY_ID, 0, 0, false},
        [STORE_OUTPUT] = {"output", KEY_ID, 0, 0, false},
        [STORE_FEED] = {"feed", KEY_ID, 0, 0, false},
        [STORE_FEED_INDEX] = {"feed-index", KEY_NUMBER, IDS_OF_NUMBER, 16, false},
        [STORE_DECISION] = {"decision", KEY_ID, 0, 0, false},
        [STORE_DECISION_INDEX] = {"decision-index", KEY_NUMBER, IDS_OF_NUMBER, 16, false},
        [STORE_CONFLICT_INDEX] = {"conflict-index", KEY_NUMBER, IDS_OF_NUMBER, 16, true},
};

const char *store_table_name(enum store_table table)
{
        return table < STORE_TABLE_COUNT ? table_layouts[table].name : "unknown";
}

MDB_val *key_name(struct store_key *key, struct text name)
{
        key->val = (MDB_val){.mv_size = name.length, .mv_data = (void *)(uintptr_t)name.data};
        return &key->val;
}

MDB_val *key_number(struct store_key *key, uint64_t number)
{
        key->number = number;
        key->val = (MDB_val){.mv_size = sizeof(key->number), .mv_data = &key->number};
        return &key->val;
}

MDB_val *key_edge(struct store_key *key, uint32_t a, uint32_t b)
{
        return key_number(key, (uint64_t)a << 32 | b);
}

MDB_val *key_id(struct store_key *key, struct hash128 id)
{
        uint64_t high = htobe64(id.high);
        uint64_t low = htobe64(id.low);

        memcpy(key->id, &high, 8);
        memcpy(key->id + 8, &low, 8);
        key->val = (MDB_val){.mv_size = sizeof(key->id), .mv_data = key->id};
        return &key->val;
}

bool key_read_number(const MDB_val *val, uint64_t *number)
{
        if (val->mv_size != sizeof(*number))
                return false;
        memcpy(number, val->mv_data, sizeof(*number));
        return true;
}

bool key_read_item(const MDB_val *val, uint32_t *number)
{
        if (val->mv_size != sizeof(*number))
                return false;
        memcpy(number, val->mv_data, sizeof(*number));
        return true;
}

void key_split_edge(uint64_t number, uint32_t *a, uint32_t *b)
{
        *a = (uint32_t)(number >> 32);
        *b = (uint32_t)number;
}

struct hash128 key_read_id(const uint8_t bytes[16])
{
        uint64_t high;
        uint64_t low;

        memcpy(&high, bytes, 8);
        memcpy(&low, bytes + 8, 8);
        return (struct hash128){.low = be64toh(low), .high = be64toh(high)};
}

void key_show_number(uint64_t number, uint8_t out[8])
{
        uint64_t shown = htobe64(number);

        memcpy(out, &shown, 8);
}
