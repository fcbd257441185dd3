/* decision.h: J, what a data steward decided.
 *
 * A decision names source records or a conflict, never an entity, so it holds while records merge, split, disappear and
 * come back. Each is about one subject; the last decision about a subject is the one that counts:
 *
 *   pair        same, different            two records
 *   value       pin, release               a record and one of its attributes
 *   dismissal   dismiss                    a conflict
 *   assignment  assign                     a conflict
 *   comment     comment                    a conflict
 *   person      erase                      a record; kept without its id (steward/erasure.h)
 *
 * "Last" is a total order of the decisions themselves, so any order of arrival ends in the same J.
 *
 * As a message (`records` takes two, one or none; `attribute`, `conflict` and `value` only where the kind has them):
 *
 *   {"decision":"same","records":[{"source":"erp","entity":"customer","record_id":"7"},
 *                                 {"source":"sfdc","entity":"Contact","record_id":"003"}],
 *    "by":"ines","reason":"called him","at":"2024-02-29T12:00:00.000Z"}
 *
 * Its key is the subject, {"subject":"pair","records":[…]}; a message with that key and no value withdraws what was
 * decided about it. Pure: bytes in, values out.
 */
#pragma once

#include "base/hash.h"
#include "record/record.h"

/* Bounds for what comes from outside; a decision that exceeds them is rejected. */
#define DECISION_BYTES_MAX 65536
#define DECISION_NAME_MAX 256  /* bytes of a steward's name, an attribute's, a conflict's id */
#define DECISION_TEXT_MAX 4096 /* bytes of a reason, and of a comment */

enum decision_kind {
        DECISION_SAME,
        DECISION_DIFFERENT,
        DECISION_PIN,
        DECISION_RELEASE,
        DECISION_DISMISS,
        DECISION_ASSIGN,
        DECISION_COMMENT,
        DECISION_ERASE,
};

const char *decision_kind_name(enum decision_kind kind);

struct decision {
        enum decision_kind kind;
        struct record_key records[2]; /* a pair is in canonical order, whichever way it was written */
        uint32_t record_count;        /* 0 of a conflict's, 2 of a pair's, otherwise 1 */
        struct text attribute;        /* of pin and release, as written */
        struct text conflict;         /* of dismiss, assign and comment */
        struct text value;            /* what is pinned, who is assigned, the comment */
        struct text by;
        struct text reason;
        int64_t at_ms;       /* the steward's time */
        struct text pending; /* of an erase as it is kept: the record's id while its source still has the record and is
                                asked to delete it */
};

/* Reads the JSON object @bytes into @decision; its texts live in @arena or point into @bytes. ERR_REJECT names the
 * field that is missing, unknown to this kind, or beyond its bound; the sentence never repeats a value. */
int decision_parse(struct arena *arena, struct text bytes, struct decision *decision, struct error *error);

/* The same of a tree, whose texts are borrowed. A null is nothing, as Avro writes a field that is not there. */
int decision_read(const struct json_node *root, struct decision *decision, struct error *error);

/* A decision as J keeps it. An erasure may have a `value` there, the tokens of steward/erasure.h, and `pending`; its
 * record id is a hash. */
int decision_read_kept(const struct json_node *root, struct decision *decision, struct error *error);

/* The message that decision_parse() reads: equal decisions give equal bytes. */
void decision_write(const struct decision *decision, struct buffer *out);

/* The key of its subject: equal for two decisions exactly if the later one replaces the earlier. */
void decision_write_subject(const struct decision *decision, struct buffer *out);

/* Reads such a key into @subject, of which only what a subject has is filled in: `kind` is one of those that are about
 * subjects of this sort. Texts are borrowed. ERR_REJECT. */
int decision_read_subject(const struct json_node *root, struct decision *subject, struct error *error);

/* Names a subject in tables. */
struct hash128 decision_subject_hash(const struct decision *decision);

/* The id that `changes` name it by: of what it says. */
#define DECISION_ID_SIZE (HASH128_ID_SIZE + 2)
void decision_id(const struct decision *decision, char out[DECISION_ID_SIZE]); /* "d-…" */

/* Negative if @a was decided before @b: time, and in one millisecond the content. 0 only for decisions that
 * say the same. Meant for decisions about one subject, or of one component. */
int decision_compare(const struct decision *a, const struct decision *b);
