/* change.h: what a decoder makes of a message: one operation on one record, or on a whole table.
 *
 * A change names the source's own fields (for `durand decode` and for people) and, after mapping, attributes.
 */
#pragma once

#include "record/attribute.h"
#include "record/message.h"
#include "record/record.h"

enum change_op {
        CHANGE_UPSERT,   /* sets and unsets fields; creates the record if it is new or was deleted before */
        CHANGE_DELETE,   /* the record is gone */
        CHANGE_UNDELETE, /* a deleted record is back; fields that come with it are set */
        CHANGE_GAP,      /* something changed that we were not told: the record is stale */
        CHANGE_OVERFLOW, /* the same for every record of the entity */
        CHANGE_TRUNCATE, /* every record of the entity is gone */
        CHANGE_DECIDE,   /* no change of a record: a steward decided something (steward/decision.h) */
};

const char *change_op_name(enum change_op op); /* "upsert", ... */

struct change_field {
        struct text name;  /* the source's own name: "MailingCity", "name1" */
        struct text value; /* as text; meaningless when not set */
        bool set;          /* false: the field was set to null */
};

struct change_value {
        uint16_t attribute;
        bool set;
        struct text label; /* "mobile", "mailing"; empty for the only or first value */
        struct text value; /* the text before standardising, after the mapping's own transformations */
};

struct decision; /* steward/decision.h */

struct change {
        enum change_op op;
        enum record_type type; /* declared by the mapping; the record's content may override it */
        struct text source;
        struct text entity;    /* object or table: "Contact", "customer"; the type's name for plain rows */
        struct text record_id; /* empty for OVERFLOW and TRUNCATE */
        struct version version;
        bool complete;  /* a full row: what it does not name is unset (dialect row) */
        bool tombstone; /* a DELETE that has no time of its own (a null value): it deletes whatever there is when it
                         * arrives, and nothing when the record is gone already. Its version is not looked at. Of a
                         * DECIDE: what was decided about the subject is withdrawn. */
        const struct decision *decision; /* of a DECIDE, whose record id is the subject as text */
        const struct change_field *fields;
        uint32_t field_count;
        const struct change_value *values;
        uint32_t value_count;
        const struct message *message; /* where it came from */
};

/* The changes of one batch, in order of arrival. */
struct changes {
        struct change *items;
        size_t count;
        size_t capacity;
};
