/* Taking a dead letter apart.
 *
 * Who puts a letter together (service/deadletter.c) writes each of our headers at most once, and all of them before the
 * sender's. So reading ends at the first header that is not ours or comes a second time.
 */
#include "deadletter/letter.h"

#include "base/clock.h"

#include <string.h>

static const char *const names[LETTER_HEADER_COUNT] = {
        [LETTER_TOPIC] = "durand.source.topic",
        [LETTER_PARTITION] = "durand.source.partition",
        [LETTER_OFFSET] = "durand.source.offset",
        [LETTER_TIMESTAMP] = "durand.source.timestamp",
        [LETTER_REASON] = "durand.reason",
        [LETTER_FIELD] = "durand.field",
        [LETTER_SOURCE] = "durand.source",
        [LETTER_DIALECT] = "durand.dialect",
        [LETTER_VALUE_LENGTH] = "durand.value.length",
        [LETTER_VALUE_HASH] = "durand.value.xxh128",
        [LETTER_KEY_LENGTH] = "durand.key.length",
        [LETTER_HEADERS_COUNT] = "durand.headers.count",
};

const char *letter_header_name(enum letter_header header)
{
        return names[header];
}

static int find_header(struct text name)
{
        for (int i = 0; i < LETTER_HEADER_COUNT; i++) {
                if (text_equal(name, text_from(names[i])))
                        return i;
        }
        return -1;
}

bool letter_parse(const struct message *message, struct letter *letter)
{
        int64_t partition;
        uint32_t i;

        *letter = (struct letter){.message = message, .timestamp_ms = TIME_UNKNOWN_MS};
        for (i = 0; i < message->header_count; i++) {
                int header = find_header(message->headers[i].name);

                if (header < 0 || letter->headers[header].data)
                        break;
                letter->headers[header] = message->headers[i].value;
        }
        letter->first_original_header = i;
        letter->cut = letter->headers[LETTER_VALUE_LENGTH].data != NULL;
        text_to_i64(letter->headers[LETTER_TIMESTAMP], &letter->timestamp_ms);
        if (letter->headers[LETTER_TOPIC].length == 0 || letter->headers[LETTER_REASON].length == 0 ||
            !text_to_i64(letter->headers[LETTER_PARTITION], &partition) || partition < 0 || partition > INT32_MAX ||
            !text_to_i64(letter->headers[LETTER_OFFSET], &letter->offset))
                return false;
        letter->partition = (int32_t)partition;
        return true;
}

bool letter_is_of(const struct letter *letter, const struct message *original)
{
        char hex[HASH128_HEX_SIZE];
        int64_t length;

        if (!letter->cut)
                return text_equal(original->value, letter->message->value) &&
                       text_equal(original->key, letter->message->key);
        hash128_to_hex(hash128(original->value.data, original->value.length, 0), hex);
        return text_to_i64(letter->headers[LETTER_VALUE_LENGTH], &length) && length == original->value.length &&
               text_equal(letter->headers[LETTER_VALUE_HASH], text_from(hex));
}
