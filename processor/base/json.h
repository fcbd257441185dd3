/* json.h: reading and writing JSON (RFC 8259) on the hot path.
 *
 * Jansson is the project's JSON library; it reads numbers as doubles and 64-bit integers, which loses what a decimal
 * column said, and takes about 13 µs for a change event of 1 KB. This reader makes one pass into a flat tree whose
 * strings and numbers are slices of the input, so a number keeps its text. Jansson is its oracle in the tests.
 *
 * Duplicate names: the last one counts (published Debezium payloads have them; RFC 8259 section 4 leaves it open).
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

enum json_kind {
        JSON_NULL,
        JSON_FALSE,
        JSON_TRUE,
        JSON_NUMBER,
        JSON_STRING,
        JSON_ARRAY,
        JSON_OBJECT,
};

struct json_node {
        enum json_kind kind;
        uint32_t count;                /* members of an array or object */
        struct text name;              /* of an object's member, unescaped */
        struct text text;              /* string: unescaped UTF-8; number: as written; otherwise empty */
        const struct json_node *child; /* first member */
        const struct json_node *next;  /* next sibling */
};

/* Bounds for what comes from outside. */
#define JSON_DEPTH_MAX 64
#define JSON_NODES_MAX 1000000
#define JSON_BYTES_MAX (64U << 20)

/* Parses exactly one value that fills @bytes but for white space. The tree lives in @arena; its slices point into
 * @bytes where nothing was escaped. ERR_REJECT with the byte offset and what was expected: syntax, invalid UTF-8, a NUL
 * in a string, or a bound exceeded. */
int json_parse(struct arena *arena, struct text bytes, const struct json_node **root, struct error *error);

/* The member @name of an object (the last of several), or NULL; also NULL when @node is NULL or no object. */
const struct json_node *json_get(const struct json_node *node, const char *name);
const struct json_node *json_get_text(const struct json_node *node, struct text name);

/* A path of member names separated by '/', for example "payload/source/ts_ms". NULL when any step is missing. */
const struct json_node *json_path(const struct json_node *node, const char *path);

bool json_is(const struct json_node *node, enum json_kind kind); /* false for NULL */

/* The scalar's text: string as is, number as written, "true", "false"; empty for null, containers and NULL. */
struct text json_scalar_text(const struct json_node *node);

/* Integer from a number, or a string that holds one. False for anything else or when it does not fit. */
bool json_to_i64(const struct json_node *node, int64_t *value);

/* Writing. The writer places commas; the caller keeps the order of calls right (a name before each value of an object).
 * Output is compact, UTF-8 unescaped, control characters as \u00XX. Invalid UTF-8 is replaced by U+FFFD. */
#define JSON_WRITE_DEPTH_MAX 80 /* above JSON_DEPTH_MAX: what was read can be written inside something */

struct json_writer {
        struct buffer *buffer;
        uint32_t depth;
        bool needs_comma[JSON_WRITE_DEPTH_MAX];
        bool after_name;
};

void json_writer_init(struct json_writer *writer, struct buffer *buffer);
void json_write_object(struct json_writer *writer);
void json_write_object_end(struct json_writer *writer);
void json_write_array(struct json_writer *writer);
void json_write_array_end(struct json_writer *writer);
/* @name is one of our own, which needs no escape; one from outside (of an attribute, a label) goes to _text. */
void json_write_name(struct json_writer *writer, const char *name);
void json_write_name_text(struct json_writer *writer, struct text name);
void json_write_text(struct json_writer *writer, struct text t);
void json_write_string(struct json_writer *writer, const char *string);
void json_write_i64(struct json_writer *writer, int64_t value);
void json_write_bool(struct json_writer *writer, bool value);
void json_write_null(struct json_writer *writer);

/* A member of the open object: its name and its value. */
void json_write_member_text(struct json_writer *writer, const char *name, struct text value);
void json_write_member_i64(struct json_writer *writer, const char *name, int64_t value);
void json_write_member_bool(struct json_writer *writer, const char *name, bool value);
void json_write_raw(struct json_writer *writer, struct text json); /* already encoded JSON */

/* Thousandths as a decimal number: 12345 is written 12.345, -500 is -0.5. */
void json_write_milli(struct json_writer *writer, int64_t value);

/* Writes @node as it was read (numbers keep their text). */
void json_write_node(struct json_writer *writer, const struct json_node *node);
