/* record.h: R, one current source record with the version of each value, and how changes merge into it.
 *
 * A record is a map from (attribute, label) to a value with the version that last set or unset it. Two rules make any
 * order of delivery end in the same record:
 *   - the greatest version of a slot wins; of two equal versions the later arrival (the same event, or the source's own
 *     order in one partition);
 *   - a deletion, a complete row and a truncation leave a version at the record (a watermark): slots below it do not
 *     count, whenever they arrive.
 * A deleted record keeps no values: only its key, its watermarks and its ghost.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "record/attribute.h"

/* Bounds for what comes from outside; the decoder rejects what exceeds them. */
#define RECORD_ID_MAX 512     /* bytes */
#define RECORD_VALUE_MAX 8192 /* bytes of one value; longer ones are cut at a character, which the decoder reports */
#define RECORD_SLOTS_MAX 512
#define RECORD_KEYS_MAX 64 /* blocking keys of a record, and of a ghost */

/* When a source changed something, in the source's own order. Compared left to right.
 * Salesforce: commitTimestamp, commitNumber, sequenceNumber. Debezium: source time, position in the log (LSN, binlog
 * offset, SCN), order in the transaction. Rows: time of the message or the configured version field. */
struct version {
        int64_t time_ms; /* TIME_UNKNOWN_MS where the source says nothing */
        uint64_t major;
        uint64_t minor;
};

#define VERSION_NONE ((struct version){.time_ms = TIME_UNKNOWN_MS})

int version_compare(struct version a, struct version b);

/* The identity of a record. */
struct record_key {
        struct text source;
        struct text entity;
        struct text record_id;
};

bool record_key_equal(struct record_key a, struct record_key b);

/* Canonical order: source, record id, entity. Everything in F that needs an order of records uses this one. */
int record_key_compare(struct record_key a, struct record_key b);

/* 64-bit and 128-bit hash of a key; the latter names entities. */
uint64_t record_key_hash(struct record_key key);
struct hash128 record_key_hash128(struct record_key key);

enum slot_flag {
        SLOT_SET = 1,     /* clear: the source set it to null at `version` */
        SLOT_INVALID = 2, /* standardising found it impossible (check digit, not a date): never evidence */
        SLOT_FAKE = 4,    /* a placeholder such as 000000000 or test@test.com: never evidence */
};

struct slot {
        uint16_t attribute;
        uint8_t flags; /* enum slot_flag; INVALID and FAKE are derived and not part of R */
        struct text label;
        struct text raw;   /* the source's text */
        struct text value; /* derived: canonical form, equal to `raw` where standardising changed nothing */
        struct version version;
};

struct record {
        struct record_key key;
        enum record_type declared_type;
        int64_t first_time_ms;    /* earliest event time seen, over deletions as well; TIME_UNKNOWN_MS if none */
        bool alive;               /* exists at its source, as far as we know */
        struct version updated;   /* greatest version of an upsert or undelete; VERSION_NONE: never */
        struct version deleted;   /* greatest version of a deletion or truncation; VERSION_NONE: never */
        struct version complete;  /* greatest version of a complete row */
        struct version stale;     /* greatest version of a gap; stale while above `refreshed` */
        struct version refreshed; /* greatest version of a change that carried the whole record */
        bool ever_updated;        /* `updated` means something, and so on */
        bool ever_deleted;
        bool ever_complete;
        bool ever_stale;
        bool ever_refreshed;
        struct slot *slots; /* sorted by (attribute, label), without repeats */
        uint32_t slot_count;
        uint32_t slot_capacity; /* room in `slots`; 0: borrowed or unknown, copied before it grows */
        uint64_t *ghost_keys;   /* of a deleted record: keyed hashes of its blocking keys, sorted */
        uint32_t ghost_key_count;
        struct text merged_into; /* of a deleted record: id of the survivor, where the source said so */
};

/* True while a gap has not been followed by a change that carried the whole record, or by the record's deletion. */
bool record_is_stale(const struct record *record);

/* The type after its content: an organization whose person_account is true, or that has a family name, is a person. */
enum record_type record_effective_type(const struct record *record);

/* The slot, or NULL. Includes slots that are unset. */
const struct slot *record_find(const struct record *record, uint16_t attribute, struct text label);

/* The first set slot of @attribute in canonical order, or NULL. */
const struct slot *record_first(const struct record *record, uint16_t attribute);

/* True if a value set by @version came with the record, or in a row that repeats every value: then nobody need have
 * touched it. */
bool record_says_in_passing(const struct record *record, struct version version);

/* Splits the value of a reference: "source\x1fid", or a plain id of @own_source. Both borrow. */
void record_split_reference(struct text value, struct text own_source, struct text *source, struct text *record_id);

/* True for the pseudo record of a whole table (empty record id), whose watermarks hold for each of its records. */
bool record_is_table(const struct record *record);

struct change; /* record/change.h */

/* Merges @change into @record (which may be zeroed but for its key: a new record). New texts are copied to @arena,
 * which must outlive @record. Slots below the watermarks are dropped; a deleted record drops all of them. Returns 1 if
 * anything of R changed, 0 if not. Standardised forms of changed slots are reset to the raw text. */
int record_merge(struct arena *arena, struct record *record, const struct change *change);

/* Lowers the watermarks of the table's pseudo record @table onto @record. Returns 1 if anything of R changed. */
int record_merge_table(struct record *record, const struct record *table);

/* The stored form. Decoding borrows from @data: the record's texts live as long as @data, its arrays in @arena.
 * ERR_FATAL for bytes that no encoder wrote (a damaged state). */
void record_encode(const struct record *record, struct buffer *out);
int record_decode(struct arena *arena, struct text data, struct record *record, struct error *error);

/* The value on the topic `records`, and back (exact: every version, watermark and ghost). The canonical order of names
 * makes equal records equal bytes. */
void record_write_json(const struct vocabulary *vocabulary, const struct record *record, struct buffer *out);
int record_read_json(struct arena *arena, const struct vocabulary *vocabulary, const struct json_node *value,
                     struct record *record, struct error *error);

/* The key on the topic `records`: {"source":…,"entity":…,"record_id":…}. */
void record_key_write_json(struct record_key key, struct buffer *out);
