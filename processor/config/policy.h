/* policy.h: what the sections `sync` and `feeds` of a configuration say, checked and compiled.
 *
 * A target is a source that Durand also writes to: through commands that say what a record should say in the target's
 * own field names (docs/sync.md). A feed is a projection of golden records for one consumer.
 */
#pragma once

#include "config/config.h"
#include "config/filter.h"

enum sync_mode {
        SYNC_PUBLISH,   /* commands go to sync.<target> */
        SYNC_PREVIEW,   /* to sync-preview.<target>, for people to look at */
        SYNC_READ_ONLY, /* none: a register, a system under migration */
};

enum write_mode {
        WRITE_FILL,    /* only where the target's record has no valid value */
        WRITE_CORRECT, /* wherever it says something else */
};

enum phone_format {
        PHONE_FORMAT_E164,
        PHONE_FORMAT_INTERNATIONAL,
        PHONE_FORMAT_NATIONAL,
};

enum merge_rule {
        MERGE_NEVER,
        MERGE_OLDEST, /* the record with the earliest first event stays */
        MERGE_NEWEST, /* the one that changed last */
        MERGE_FULLEST /* the one with the most valid values; of equals the oldest */
};

/* One field of the target that may be written. */
struct sync_field {
        const struct field_mapping *mapping; /* the target's own, read backwards */
        struct text values_of;               /* label of the golden values to take it from; empty: the primary value */
        enum write_mode mode;
        const struct text *from; /* sources whose values may be written; none: all */
        uint32_t from_count;
        enum phone_format phone;
        int64_t max_length;                 /* characters; a longer value is not written; 0: any */
        const struct value_mapping *values; /* canonical value -> the target's text; none: the mapping's, backwards */
        uint32_t value_count;
        bool address; /* a part of an address, which moves as a whole with the parts beside it */
};

/* What `remove.set` writes. */
struct sync_set {
        const struct field_mapping *mapping;
        struct text text; /* in the target's terms */
        struct text raw;  /* as a record says it, after the mapping */
};

struct sync_entity {
        struct text entity; /* the target's object or table */
        enum record_type type;
        const struct sync_field *fields; /* in the order of the vocabulary; parts of one address stand together */
        uint32_t field_count;
        bool creates;
        const struct filter *create_when; /* NULL: always */
        const struct sync_field **create_required;
        uint32_t create_required_count;
        enum merge_rule merge;
        bool removes;
        const struct filter *remove_when;
        const struct sync_set *set; /* none: the record is deleted */
        uint32_t set_count;
};

struct sync_target {
        const struct source_config *source;
        enum sync_mode mode;
        const struct sync_entity *entities;
        uint32_t entity_count;
};

enum feed_subject {
        FEED_ATTRIBUTE,
        FEED_ENTITY_ID,
        FEED_COMPLETENESS,
        FEED_RECORDS,
        FEED_SOURCES,
};

struct feed_field {
        struct text name; /* the consumer's */
        enum feed_subject subject;
        uint16_t attribute;
};

struct feed_config {
        struct text name;
        enum record_type type;
        const struct filter *when; /* NULL: all */
        const uint16_t *consents;  /* that must have been granted */
        uint32_t consent_count;
        bool unless_denied; /* that nobody denied is enough */
        uint16_t unique;    /* attribute whose values have one row each; ATTRIBUTE_NONE: none */
        uint16_t key;       /* attribute that keys the rows; ATTRIBUTE_NONE: the entity id */
        const struct feed_field *fields;
        uint32_t field_count;
};

/* The policy for records of @entity in @source; NULL: nothing is written. */
const struct sync_entity *config_find_sync(const struct config *config, struct text source, struct text entity,
                                           const struct sync_target **target);

/* True if the target's records of some table of @type are written. */
bool config_syncs_type(const struct config *config, enum record_type type);

/* What of the policies decides D, for the epoch. */
void policy_write_epoch(const struct config *config, struct buffer *out);
