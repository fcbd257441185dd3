/* key.h: which record a message is about. Internal to decode/. */
#pragma once

#include "decode/fields.h"

/* What to do about an entity that has no key, for messages to people. */
#define KEY_REMEDY "give the message a key, or name the key fields in the source's configuration (key: [...])"

/* The record id in @key (a Kafka key, {schema,payload} or not, a scalar, an object, or a "Struct{id=1}" text): its
 * scalars joined by '|' in the order they stand. With key fields configured, those of an object. Empty where there is
 * none. */
struct text key_text(struct decoder *decoder, const struct json_node *key);

/* The record id that the configured key fields of decoder->mapping make of a row; empty where a field is missing or
 * null. */
struct text key_of_fields(struct decoder *decoder, const struct field_list *fields);

/* The id of a row: configured key fields, then the Kafka key, then a column with a usual name ("id", "record_id", …).
 * Empty where there is none. */
struct text key_of_row(struct decoder *decoder, const struct field_list *fields);

/* How likely a column is a row's key by its name alone: "record_id", "id", …, "<entity>_id"; 0: not at all. @entity may
 * be empty. */
uint32_t key_usual_rank(struct text name, struct text entity);

/* A null value: appends the deletion of the record that the Kafka key names. Where @entity is empty, records of both
 * types (or of the hinted one) may be meant. */
int key_delete(struct decoder *decoder, struct text entity);

/* Salesforce's 15-character ids as 18-character ones, in @arena; anything else as it is. */
struct text key_salesforce_id(struct arena *arena, struct text id);
