/* avro.h: Avro's binary form, to and from JSON trees.
 *
 * A schema (Avro 1.11, "Schema Declaration") is compiled once. A payload is read with the schema that wrote it into the
 * same tree that json_parse() makes, so that whoever reads JSON reads Avro: records and maps are objects, the value of
 * a union stands without the name of its branch, enums are strings, bytes and fixed are base64. What numbers and bytes
 * mean (dates, times, decimals) is said in the form of Kafka Connect's JsonConverter, by a schema beside the value:
 * avro_connect().
 *
 * Every length, count, index and depth is checked against what is left of the payload before it is used. Avro C does
 * not do that, and drops the properties that carry meaning (logicalType, connect.name); it is the oracle in the tests.
 *
 * No state; a compiled schema is read-only and may be shared by threads.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"

struct avro_schema;

/* Bounds for what comes from outside. Depth is JSON_DEPTH_MAX less what wraps a value on its way to the dialects. */
#define AVRO_SCHEMA_BYTES_MAX (4U << 20)
#define AVRO_TYPES_MAX 20000
#define AVRO_DEPTH_MAX (JSON_DEPTH_MAX - 4)

/* Compiles @texts[@count - 1]; the texts before it define named types that it and those behind them refer to (a
 * registry's references), each needing only what stands before it. The schema owns all its memory. ERR_REJECT says what
 * is wrong and where. */
int avro_compile(const struct text *texts, uint32_t count, struct avro_schema **schema, struct error *error);
void avro_release(struct avro_schema *schema); /* NULL is allowed */

/* The full name of a named type ("io.debezium.Envelope"), of a union of its first branch, or empty. Lives as long as
 * the schema. */
struct text avro_name(const struct avro_schema *schema);

/* What the values mean, as a Kafka Connect schema: {"name": …, "fields": [{"field": …, "name": …, "parameters": …}],
 * "items": …}. NULL where there is nothing to say. May be cyclic, like the schema. */
const struct json_node *avro_connect(const struct avro_schema *schema);

enum avro_flag {
        /* A field that is null by default and null is left out: the form in which Durand writes JSON. */
        AVRO_DROP_NULLS = 1,
};

/* Reads exactly one value that fills @bytes. The tree lives in @arena; its slices point into @bytes and the schema.
 * ERR_REJECT with the place: a length, count, index, depth or number out of bounds, invalid UTF-8, NUL in a string,
 * bytes that are left over. */
int avro_decode(const struct avro_schema *schema, struct text bytes, unsigned flags, struct arena *arena,
                const struct json_node **value, struct error *error);

/* Appends @value to @out. Fields that are missing are null where their type allows it; a union's branch is the first
 * that fits the value. ERR_REJECT with the place where @value does not fit; @out is as it was then. */
int avro_encode(const struct avro_schema *schema, const struct json_node *value, struct buffer *out,
                struct error *error);

/* --- messages of a schema registry: a zero byte, the schema's id (32 bits, big-endian), the payload ("Wire format" in
 * Confluent's documentation of the registry) */

#define AVRO_WIRE_BYTES 5

/* True for bytes that begin like that. An id of 0 is none: no registry gives it, but an integer key begins that way. */
bool avro_wire_split(struct text bytes, uint32_t *id, struct text *payload);
void avro_wire_head(struct buffer *out, uint32_t id);

/* Where schemas are found by id. find() gives 0; ERR_REJECT: there is no such schema, or none that can be used;
 * ERR_RETRY: nobody can tell now. What it gives lives until the owner says otherwise. Called from any thread. */
struct avro_lookup {
        int (*find)(void *context, uint32_t id, const struct avro_schema **schema, struct error *error);
        void *context;
};

/* A whole message in @arena, as Kafka Connect's JsonConverter would have written it: {"schema": …, "payload": …}, or
 * the bare value where the schema says nothing. ERR_REJECT, ERR_RETRY. */
int avro_decode_message(const struct avro_lookup *lookup, struct text bytes, struct arena *arena,
                        const struct json_node **value, struct error *error);
