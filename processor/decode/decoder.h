/* decoder.h: what the parts of decode/ share while one message is decoded. Internal to decode/.
 *
 *      decode.c      parses key and value, takes CloudEvents apart, calls the dialect
 *      salesforce.c debezium.c row.c     one dialect each
 *      decision.c    what stewards decided
 *      fields.c      a JSON object as a flat list of fields
 *      key.c         record ids from Kafka keys and rows
 *      mapping.c     fields as attributes
 */
#pragma once

#include "decode/decode.h"

#define DECODE_FIELDS_MAX 4096 /* columns of one row, nested ones counted apart */

struct decoder {
        const struct config *config;
        const struct source_config *source;
        const struct message *message;
        enum record_type type_hint;
        struct text entity_hint;
        struct arena *arena;
        struct changes *out;
        struct error *error;
        const struct json_node *value;        /* parsed; NULL: a tombstone */
        const struct json_node *key;          /* parsed, a string node for plain text; NULL: none */
        const struct json_node *event;        /* the structured CloudEvent that `value` came in, or NULL */
        const struct entity_mapping *mapping; /* of the entity, once it is known, or NULL */
};

/* --- dialects: 0, DECODE_IGNORE, DECODE_UNMAPPED or ERR_REJECT, as decode_message() */
int salesforce_decode(struct decoder *decoder);
int debezium_decode(struct decoder *decoder);
int row_decode(struct decoder *decoder);
int decision_decode(struct decoder *decoder);

/* ERR_REJECT with the sentence. */
int decoder_reject(struct decoder *decoder, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* DECODE_IGNORE with the sentence. */
int decoder_ignore(struct decoder *decoder, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* DECODE_UNMAPPED: the @what ("table", "entity") called @name has none. */
int decoder_unmapped(struct decoder *decoder, const char *what, struct text name);

/* The text of the Kafka header @name, or empty. */
struct text decoder_header(const struct decoder *decoder, const char *name);

/* Takes {"schema":…,"payload":…} apart: gives the payload and puts the schema into @schema. Gives @node itself (and no
 * schema) where it is something else. A payload that is JSON in a string is parsed. */
const struct json_node *decoder_payload(struct decoder *decoder, const struct json_node *node,
                                        const struct json_node **schema);

/* @node, or the value that it holds where it is a string with JSON in it. */
const struct json_node *decoder_nested(struct decoder *decoder, const struct json_node *node);

/* The last segment of the topic: "customer" of "erp.public.customer". */
struct text decoder_topic_entity(const struct decoder *decoder);

/* Sets decoder->mapping for @entity and gives the entity's name as the configuration spells it. */
struct text decoder_find_mapping(struct decoder *decoder, struct text entity);

/* True if fields of @entity become attributes: it has a mapping, or the source maps by identity. */
bool decoder_is_mapped(const struct decoder *decoder);

/* A new change with source, version and message filled in; it becomes part of the output. */
struct change *decoder_add_change(struct decoder *decoder, enum change_op op, struct text entity, struct text record_id,
                                  struct version version);

/* Checks a record id's bounds. */
int decoder_check_id(struct decoder *decoder, struct text record_id);
