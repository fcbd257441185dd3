/* internal.h: compiled schemas, for the parts of avro/.
 *
 *      schema.c      from JSON to types
 *      connect.c     what the types mean, as a Kafka Connect schema
 *      read.c        bytes to trees
 *      write.c       trees to bytes
 *      message.c     the registry's wire format
 */
#pragma once

#include "avro/avro.h"

enum avro_kind {
        AVRO_KIND_NULL,
        AVRO_KIND_BOOLEAN,
        AVRO_KIND_INT,
        AVRO_KIND_LONG,
        AVRO_KIND_FLOAT,
        AVRO_KIND_DOUBLE,
        AVRO_KIND_BYTES,
        AVRO_KIND_STRING,
        AVRO_KIND_RECORD,
        AVRO_KIND_ENUM,
        AVRO_KIND_FIXED,
        AVRO_KIND_ARRAY,
        AVRO_KIND_MAP,
        AVRO_KIND_UNION,
        AVRO_KIND_COUNT,
};

struct avro_type;

struct avro_field {
        struct text name;
        const struct avro_type *type;
        bool null_by_default;
};

struct avro_type {
        enum avro_kind kind;
        uint32_t count; /* of fields, symbols or branches; bytes of a fixed */
        struct text name;
        const struct avro_field *fields;         /* record */
        const struct text *symbols;              /* enum */
        const struct avro_type *const *branches; /* union */
        const struct avro_type *items;           /* array, map */
        const struct json_node *connect;         /* what a value means, or NULL */
};

struct avro_schema {
        struct arena arena;
        const struct avro_type *root;
};

const char *avro_kind_name(enum avro_kind kind);
bool avro_kind_is_named(enum avro_kind kind);

/* --- connect.c: JSON nodes that live in @arena */

/* Of a type that is no container: the name and parameters that @definition (its JSON object) gives it, or NULL. */
const struct json_node *avro_connect_scalar(struct arena *arena, enum avro_kind kind,
                                            const struct json_node *definition);

/* Of a record, before its fields are known (they may refer to it); then its fields go where @fields says. */
const struct json_node *avro_connect_record(struct arena *arena, struct text name, const struct json_node *definition,
                                            struct json_node **fields);
void avro_connect_fields(struct arena *arena, struct json_node *fields, const struct avro_type *record);
const struct json_node *avro_connect_items(struct arena *arena, const struct json_node *items);

/* Of a union: its only branch beside null; of several none can speak for all. */
const struct json_node *avro_connect_union(const struct avro_type *type);
