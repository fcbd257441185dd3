/* The registry's wire format.
 *
 * The value goes on together with what its schema says about it, in the envelope that Kafka Connect's JsonConverter
 * writes, because that is what the dialects take apart already.
 */
#include "avro/internal.h"

bool avro_wire_split(struct text bytes, uint32_t *id, struct text *payload)
{
        if (bytes.length < AVRO_WIRE_BYTES || bytes.data[0] != 0)
                return false;
        *id = 0;
        for (uint32_t i = 1; i < AVRO_WIRE_BYTES; i++)
                *id = *id << 8 | (uint8_t)bytes.data[i];
        *payload = text_slice(bytes, AVRO_WIRE_BYTES, bytes.length - AVRO_WIRE_BYTES);
        return *id != 0;
}

void avro_wire_head(struct buffer *out, uint32_t id)
{
        buffer_byte(out, 0);
        for (unsigned shift = 32; shift > 0; shift -= 8)
                buffer_byte(out, (uint8_t)(id >> (shift - 8)));
}

static const struct json_node *wrap(struct arena *arena, const struct json_node *connect, const struct json_node *value)
{
        struct json_node *nodes = arena_calloc(arena, 3, sizeof(*nodes));

        nodes[1] = *connect;
        nodes[1].name = TEXT("schema");
        nodes[1].next = &nodes[2];
        nodes[2] = *value;
        nodes[2].name = TEXT("payload");
        nodes[2].next = NULL;
        nodes[0].kind = JSON_OBJECT;
        nodes[0].count = 2;
        nodes[0].child = &nodes[1];
        return nodes;
}

int avro_decode_message(const struct avro_lookup *lookup, struct text bytes, struct arena *arena,
                        const struct json_node **value, struct error *error)
{
        const struct avro_schema *schema;
        struct text payload;
        uint32_t id;
        int r;

        if (!avro_wire_split(bytes, &id, &payload))
                return error_set(error, ERR_REJECT, "no schema id in front");
        r = lookup->find(lookup->context, id, &schema, error);
        if (r < 0)
                return r;
        r = avro_decode(schema, payload, 0, arena, value, error);
        if (r < 0)
                return error_prefix(error, r, "schema %u", id);
        if (avro_connect(schema))
                *value = wrap(arena, avro_connect(schema), *value);
        return 0;
}
