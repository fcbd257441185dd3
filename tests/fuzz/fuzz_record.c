/* Stored records and the topic `records`: damaged bytes are refused, and what is accepted survives being written again.
 */
#include "record/features.h"
#include "record/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(struct arena *arena, const struct record *record)
{
        struct buffer BUFFER_CLEANUP first = {0}, BUFFER_CLEANUP second = {0};
        struct record again = {0};
        struct error error = {0};

        record_encode(record, &first);
        if (record_decode(arena, buffer_view(&first), &again, &error) < 0)
                abort();
        record_encode(&again, &second);
        if (!text_equal(buffer_view(&first), buffer_view(&second)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct vocabulary vocabulary;
        struct arena ARENA_CLEANUP arena = {0};
        struct text bytes = {.data = (const char *)data, .length = (uint32_t)size};
        const struct json_node *node;
        struct record record = {0};
        struct features features;
        struct error error = {0};

        if (size > UINT16_MAX)
                return 0;
        if (vocabulary.count == 0)
                vocabulary_init(&vocabulary);
        features_decode(bytes, &features);
        if (record_decode(&arena, bytes, &record, &error) == 0)
                check_round_trip(&arena, &record);
        if (json_parse(&arena, bytes, &node, &error) == 0 &&
            record_read_json(&arena, &vocabulary, node, &record, &error) == 0)
                check_round_trip(&arena, &record);
        return 0;
}
