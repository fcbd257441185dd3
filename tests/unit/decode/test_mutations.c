/* Damaged payloads: whatever bytes arrive, the decoder answers with changes, a reason to ignore or a reason to reject,
 * and stays within its bounds. The seed is fixed; the sanitizers look on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "payloads.h"

#define SEED 0x5eed0001ULL
#define BUDGET_MS 4000
#define ROUNDS_MAX 200

static uint64_t next_random(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

/* What tends to hurt: values of other types, numbers at their limits, the words that decoders look for. */
static const char *const values[] = {
        "null",
        "{}",
        "[]",
        "\"\"",
        "-1",
        "0",
        "9223372036854775808",
        "-9223372036854775808",
        "9223372036854775807",
        "1e400",
        "1E-40",
        "0.00E+7",
        "true",
        "{\"string\":null}",
        "[[[[]]]]",
        "\"__debezium_unavailable_value\"",
        "{\"payload\":null}",
        "[\"0xFFFFFFFFFFFFFFFF\"]",
        "[\"3-0xFF\",\"0x02\"]",
        "[\"0x\"]",
        "{\"scale\":-400,\"value\":\"AAAA\"}",
        "\"Struct{\"",
        "\"Struct{}\"",
        "\"Struct{=}\"",
        "{\"$date\":\"\"}",
        "{\"$date\":-9223372036854775808}",
        "\"{\\\"a\\\":1}\"",
        "[\"000000000000000AAA\"]",
        "[\"*\"]",
        "[{\"field\":\"after\",\"fields\":[{\"field\":null}]}]",
        "\"io.debezium.time.NanoTimestamp\"",
        "\"org.apache.kafka.connect.data.Decimal\"",
        "\"00000027:FFFFFFFFFFFFFFFFFF:0005\"",
};

/* And what breaks the text itself. */
static const char *const breaks[] = {"\xff\xfe", ",", ":", "}", "]", "\"", "\\u0000", "\\ud800", "{", "["};

static size_t mutate(uint64_t *seed, char *data, size_t length, size_t capacity)
{
        size_t at = length ? next_random(seed) % length : 0;
        const char *splice = values[next_random(seed) % (sizeof(values) / sizeof(values[0]))];
        size_t splice_length, cut = next_random(seed) % 12;
        unsigned operation = next_random(seed) % 20;

        if (operation == 4)
                splice = breaks[next_random(seed) % (sizeof(breaks) / sizeof(breaks[0]))];
        splice_length = strlen(splice);
        switch (operation) {
        case 0: /* one bit */
                if (length > 0)
                        data[at] = (char)(data[at] ^ (1 << next_random(seed) % 8));
                return length;
        case 1: /* the rest is missing */
                return at;
        case 2: /* a piece is missing */
                cut = cut > length - at ? length - at : cut;
                memmove(data + at, data + at + cut, length - at - cut);
                return length - cut;
        case 3: /* something stands where it does not belong */
        case 4:
                cut = 0;
                break;
        default: /* the value behind a colon is another one; the text remains JSON where it was a scalar */
                while (at < length && data[at] != ':')
                        at++;
                if (at < length)
                        at++;
                cut = 0;
                if (at < length && data[at] == '"') {
                        do
                                cut++;
                        while (at + cut < length && data[at + cut] != '"');
                }
                while (at + cut < length && !strchr(",}]", data[at + cut]))
                        cut++;
                break;
        }
        if (length - cut + splice_length > capacity)
                return length;
        memmove(data + at + splice_length, data + at + cut, length - at - cut);
        memcpy(data + at, splice, splice_length);
        return length - cut + splice_length;
}

static void check_changes(const struct changes *changes)
{
        for (size_t i = 0; i < changes->count; i++) {
                const struct change *change = &changes->items[i];
                bool whole_entity = change->op == CHANGE_OVERFLOW || change->op == CHANGE_TRUNCATE;

                assert_true(whole_entity == (change->record_id.length == 0));
                assert_true(change->record_id.length <= RECORD_ID_MAX);
                assert_true(change->entity.length > 0);
                assert_true(change->value_count <= RECORD_SLOTS_MAX);
                assert_true(text_is_utf8(change->record_id));
                for (uint32_t k = 0; k < change->value_count; k++) {
                        assert_true(change->values[k].attribute != ATTRIBUTE_NONE);
                        assert_true(change->values[k].value.length <= RECORD_VALUE_MAX);
                        assert_true(text_is_utf8(change->values[k].value));
                }
        }
}

static void decode_damaged(const struct config *config, struct text line, struct arena *arena)
{
        static const struct text sources[] = {TEXT_INIT("sfdc"), TEXT_INIT("erp"), TEXT_INIT("shop"),
                                              TEXT_INIT("files")};
        struct error error = {{0}};
        struct changes changes = {0};
        struct envelope envelope;
        struct source_config space;
        int r = decode_envelope(line, arena, &envelope, &error);

        if (r == 0) {
                for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
                        const struct source_config *source = decode_find_source(config, sources[i], &space);

                        changes = (struct changes){0};
                        r = decode_message(config, source, &envelope.message, envelope.type, envelope.entity, arena,
                                           &changes, &error);
                        assert_true(r == 0 || r == DECODE_IGNORE || r == DECODE_UNMAPPED || r == ERR_REJECT);
                        assert_true((r == 0) == (changes.count > 0));
                        assert_true(r == 0 || error.text[0] != '\0');
                        check_changes(&changes);
                }
        } else {
                assert_true(error.text[0] != '\0');
        }
        arena_reset(arena);
}

static void damaged_payloads_are_answered(void **state)
{
        static const char *const dialects[] = {"salesforce-cdc", "debezium", "row"};
        struct config *config = malloc(sizeof(*config));
        int64_t until = clock_monotonic_ms() + BUDGET_MS;
        char *paths[PAYLOADS_MAX], *lines[PAYLOADS_MAX * 3];
        size_t lengths[PAYLOADS_MAX * 3], total = 0;
        struct arena arena = {0};
        uint64_t seed = SEED;

        (void)state;
        payload_load_config(config);
        for (size_t d = 0; d < 3; d++) {
                size_t count = payload_list(dialects[d], paths);

                for (size_t i = 0; i < count; i++) {
                        char path[1200];

                        snprintf(path, sizeof(path), "%s.json", paths[i]);
                        lines[total] = payload_read(path, &lengths[total]);
                        total++;
                        free(paths[i]);
                }
        }
        for (int round = 0; round < ROUNDS_MAX && clock_monotonic_ms() < until; round++) {
                for (size_t i = 0; i < total; i++) {
                        size_t capacity = lengths[i] + 512, length = lengths[i];
                        char *copy = malloc(capacity), *exact;

                        memcpy(copy, lines[i], length);
                        for (uint64_t times = 1 + next_random(&seed) % 4; times > 0; times--)
                                length = mutate(&seed, copy, length, capacity);
                        exact = malloc(length ? length : 1); /* so that a read past the end is seen */
                        memcpy(exact, copy, length);
                        free(copy);
                        decode_damaged(config, (struct text){.data = exact, .length = (uint32_t)length}, &arena);
                        free(exact);
                }
        }
        for (size_t i = 0; i < total; i++)
                free(lines[i]);
        arena_free(&arena);
        config_free(config);
        free(config);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(damaged_payloads_are_answered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
