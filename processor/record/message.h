/* message.h: what arrives from Kafka or from a file, before anything is understood of it. */
#pragma once

#include "base/json.h"
#include "base/text.h"

struct message_header {
        struct text name;
        struct text value;
};

struct avro_lookup;

/* All slices belong to whoever made the message and live until its batch ends. */
struct message {
        struct text topic;    /* Kafka topic, or the name of the file */
        int32_t partition;    /* 0 for files */
        int64_t offset;       /* Kafka offset, or the line number from 1 */
        int64_t timestamp_ms; /* of the Kafka record; TIME_UNKNOWN_MS when there is none */
        bool has_key;
        bool has_value; /* false is a tombstone */
        struct text key;
        struct text value;
        const struct json_node *key_node;   /* the key where it has been parsed already (replay envelopes), else NULL */
        const struct json_node *value_node; /* the value likewise; then `value` may be empty */
        const struct message_header *headers;
        uint32_t header_count;
        struct text decision;              /* id of the steward's decision that it carried; empty: it is of a source */
        const struct avro_lookup *schemas; /* what the schema ids in its bytes mean (avro/avro.h); NULL: nothing */
};
