/* What values mean, in the words of Kafka Connect.
 *
 * Connect's AvroConverter puts the name of a logical type into the property connect.name and its parameters into
 * connect.parameters; other writers use Avro's own logicalType. The dialects know Connect's names (decode/values.c), so
 * both become those. A type that has no name of either kind needs no schema: a long is a number.
 */
#include "avro/internal.h"

static const struct {
        struct text logical;
        struct text connect;
} logical_types[] = {
        {TEXT_INIT("date"), TEXT_INIT("org.apache.kafka.connect.data.Date")},
        {TEXT_INIT("decimal"), TEXT_INIT("org.apache.kafka.connect.data.Decimal")},
        {TEXT_INIT("time-millis"), TEXT_INIT("org.apache.kafka.connect.data.Time")},
        {TEXT_INIT("time-micros"), TEXT_INIT("io.debezium.time.MicroTime")},
        {TEXT_INIT("timestamp-millis"), TEXT_INIT("org.apache.kafka.connect.data.Timestamp")},
        {TEXT_INIT("timestamp-micros"), TEXT_INIT("io.debezium.time.MicroTimestamp")},
        {TEXT_INIT("timestamp-nanos"), TEXT_INIT("io.debezium.time.NanoTimestamp")},
        {TEXT_INIT("local-timestamp-millis"), TEXT_INIT("io.debezium.time.Timestamp")},
        {TEXT_INIT("local-timestamp-micros"), TEXT_INIT("io.debezium.time.MicroTimestamp")},
        {TEXT_INIT("local-timestamp-nanos"), TEXT_INIT("io.debezium.time.NanoTimestamp")},
};

#define DECIMAL TEXT("org.apache.kafka.connect.data.Decimal")

/* Appends a member to @object. */
static struct json_node *add(struct arena *arena, struct json_node *object, struct json_node **last, const char *name,
                             enum json_kind kind)
{
        struct json_node *node = arena_calloc(arena, 1, sizeof(*node));

        node->kind = kind;
        node->name = text_from(name);
        if (*last)
                (*last)->next = node;
        else
                object->child = node;
        *last = node;
        object->count++;
        return node;
}

static struct json_node *object(struct arena *arena)
{
        struct json_node *node = arena_calloc(arena, 1, sizeof(*node));

        node->kind = JSON_OBJECT;
        return node;
}

static struct text text_at(const struct json_node *node, const char *name)
{
        const struct json_node *member = json_get(node, name);

        return json_is(member, JSON_STRING) ? member->text : TEXT_NONE;
}

/* Avro ignores a logical type that it does not know, or that does not fit ("Logical Types"). */
static struct text logical_name(enum avro_kind kind, const struct json_node *definition)
{
        struct text logical = text_at(definition, "logicalType");

        for (size_t i = 0; logical.length > 0 && i < sizeof(logical_types) / sizeof(logical_types[0]); i++) {
                bool decimal = text_equal(logical_types[i].connect, DECIMAL);
                bool bytes = kind == AVRO_KIND_BYTES || kind == AVRO_KIND_FIXED;

                if (text_equal(logical, logical_types[i].logical))
                        return decimal == bytes ? logical_types[i].connect : TEXT_NONE;
        }
        return TEXT_NONE;
}

const struct json_node *avro_connect_scalar(struct arena *arena, enum avro_kind kind,
                                            const struct json_node *definition)
{
        struct text name = text_at(definition, "connect.name");
        struct json_node *connect, *parameters, *scale, *last = NULL, *last_parameter = NULL;
        const struct json_node *given;

        if (name.length == 0)
                name = logical_name(kind, definition);
        if (name.length == 0)
                return NULL;
        connect = object(arena);
        add(arena, connect, &last, "name", JSON_STRING)->text = arena_text(arena, name);
        given = json_get(definition, "scale");
        if (!given)
                given = json_path(definition, "connect.parameters/scale");
        if (text_equal(name, DECIMAL)) {
                parameters = add(arena, connect, &last, "parameters", JSON_OBJECT);
                scale = add(arena, parameters, &last_parameter, "scale", JSON_STRING);
                scale->text = given ? arena_text(arena, json_scalar_text(given)) : TEXT("0");
        }
        return connect;
}

const struct json_node *avro_connect_record(struct arena *arena, struct text name, const struct json_node *definition,
                                            struct json_node **fields)
{
        struct json_node *connect = object(arena), *last = NULL;
        struct text given = text_at(definition, "connect.name");

        add(arena, connect, &last, "name", JSON_STRING)->text = given.length > 0 ? arena_text(arena, given) : name;
        *fields = add(arena, connect, &last, "fields", JSON_ARRAY);
        return connect;
}

/* A field's node has the field's name in front of its type's members, which are shared. */
void avro_connect_fields(struct arena *arena, struct json_node *fields, const struct avro_type *record)
{
        struct json_node *last = NULL;

        for (uint32_t i = 0; i < record->count; i++) {
                const struct json_node *type = record->fields[i].type->connect;
                struct json_node *field = add(arena, fields, &last, "", JSON_OBJECT);
                struct json_node *first = NULL;

                add(arena, field, &first, "field", JSON_STRING)->text = record->fields[i].name;
                if (!type)
                        continue;
                first->next = type->child;
                field->count += type->count;
        }
}

const struct json_node *avro_connect_items(struct arena *arena, const struct json_node *items)
{
        struct json_node *connect, *node, *last = NULL;

        if (!items)
                return NULL;
        connect = object(arena);
        node = add(arena, connect, &last, "items", JSON_OBJECT);
        node->child = items->child;
        node->count = items->count;
        return connect;
}

const struct json_node *avro_connect_union(const struct avro_type *type)
{
        const struct json_node *connect = NULL;
        uint32_t others = 0;

        for (uint32_t i = 0; i < type->count; i++) {
                if (type->branches[i]->kind == AVRO_KIND_NULL)
                        continue;
                others++;
                connect = type->branches[i]->connect;
        }
        return others == 1 ? connect : NULL;
}
