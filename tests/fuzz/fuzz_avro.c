/* Avro: a schema, a NUL byte, a payload. What the schema's own bytes make of the payload is read, or refused with a
 * reason; what was read can be written, and is read again as the same. */
#include "avro/avro.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_json(struct buffer *out, const struct json_node *node)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_node(&writer, node);
}

/* A union may have several branches that fit, so the bytes may differ; what they mean may not. */
static void check_round_trip(struct arena *arena, const struct avro_schema *schema, const struct json_node *value)
{
        struct buffer bytes BUFFER_CLEANUP = {0}, first BUFFER_CLEANUP = {0}, second BUFFER_CLEANUP = {0};
        const struct json_node *again;
        struct error error = {0};

        if (avro_encode(schema, value, &bytes, &error) < 0)
                return; /* repeated names of a map or a record */
        if (avro_decode(schema, buffer_view(&bytes), 0, arena, &again, &error) < 0) {
                if (strstr(error.text, " values ")) /* nulls in so many blocks that in one they are too many */
                        return;
                abort();
        }
        write_json(&first, value);
        write_json(&second, again);
        if (first.length == 0 || second.length == 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct text all = {.data = (const char *)data, .length = (uint32_t)size}, text, payload = TEXT_NONE;
        const struct json_node *value;
        struct avro_schema *schema;
        struct error error = {0};
        int64_t end;

        if (size > UINT16_MAX)
                return 0;
        end = text_find_byte(all, '\0', 0);
        text = end < 0 ? all : text_slice(all, 0, (uint32_t)end);
        if (end >= 0)
                payload = text_slice(all, (uint32_t)end + 1, all.length);
        if (avro_compile(&text, 1, &schema, &error) < 0) {
                if (error.text[0] == '\0')
                        abort();
                return 0;
        }
        if (avro_decode(schema, payload, 0, &arena, &value, &error) == 0)
                check_round_trip(&arena, schema, value);
        else if (error.text[0] == '\0')
                abort();
        avro_release(schema);
        return 0;
}
