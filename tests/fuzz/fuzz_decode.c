/* The decoders: the first byte chooses a dialect, the rest is a message's value, and behind a NUL byte its key.
 *
 * Whatever arrives is a change, ignored or rejected with a reason. What comes out names a record and fields that are
 * really there (the sanitizers see to the latter: everything is read once).
 */
#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char yaml[] = "sources:\n"
                           "  row: {dialect: row}\n"
                           "  sfdc: {dialect: salesforce-cdc, mapping: salesforce-standard}\n"
                           "  erp: {dialect: debezium, tables: {customer: {type: organization, key: id, fields: {name: "
                           "name, siren: siren}}}}\n";

static const char *const sources[] = {"row", "sfdc", "erp"};

static volatile uint64_t touched; /* keeps the reads */

static struct config *load(void)
{
        struct config_problems problems = {0};
        struct config *config = calloc(1, sizeof(*config));

        if (!config || config_load_text(text_from(yaml), "fuzz.yaml", config, &problems) < 0)
                abort();
        config_problems_free(&problems);
        return config;
}

static uint64_t touch(struct text t)
{
        uint64_t sum = t.length;

        for (uint32_t i = 0; i < t.length; i++)
                sum += (unsigned char)t.data[i];
        return sum;
}

static uint64_t touch_change(const struct change *change)
{
        uint64_t sum = touch(change->source) + touch(change->entity) + touch(change->record_id);

        for (uint32_t i = 0; i < change->field_count; i++)
                sum += touch(change->fields[i].name) + (change->fields[i].set ? touch(change->fields[i].value) : 0);
        for (uint32_t i = 0; i < change->value_count; i++)
                sum += touch(change->values[i].label) + (change->values[i].set ? touch(change->values[i].value) : 0);
        return sum;
}

static void decode_envelope_line(struct arena *arena, struct text line)
{
        struct envelope envelope;
        struct error error = {0};

        if (decode_envelope(line, arena, &envelope, &error) < 0 && error.text[0] == '\0')
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct config *config;
        struct arena ARENA_CLEANUP arena = {0};
        struct text bytes = {.data = (const char *)data + 1, .length = (uint32_t)size - 1};
        struct message message = {.topic = TEXT("erp.public.customer"), .timestamp_ms = 1736143320000};
        struct changes changes = {0};
        struct error error = {0};
        int64_t end;
        int r;

        if (size < 1 || size > UINT16_MAX)
                return 0;
        if (!config)
                config = load();
        end = text_find_byte(bytes, '\0', 0);
        message.has_value = true;
        message.value = end < 0 ? bytes : text_slice(bytes, 0, (uint32_t)end);
        message.has_key = end >= 0;
        message.key = end < 0 ? TEXT_NONE : text_slice(bytes, (uint32_t)end + 1, bytes.length);
        if (data[0] % 4 == 3) {
                decode_envelope_line(&arena, bytes);
                return 0;
        }
        r = decode_message(config, config_find_source(config, text_from(sources[data[0] % 4])), &message, TYPE_COUNT,
                           TEXT_NONE, &arena, &changes, &error);
        if (r != 0 && error.text[0] == '\0')
                abort();
        for (size_t i = 0; r == 0 && i < changes.count; i++)
                touched += touch_change(&changes.items[i]);
        return 0;
}
