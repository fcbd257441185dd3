/* The stored form and the form on the topic `records` say all of a record, and damage to either is noticed. */
#include "base/hash.h"
#include "record/features.h"
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define ROUNDS 3000

static uint64_t roll(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static struct text random_text(struct arena *arena, uint64_t *seed)
{
        static const char *const pieces[] = {"a", "é", "\"", "\\", "\x01", "\x1f", "𝔘", " ", "0", "/", "\n", "Ω"};
        struct text t = TEXT("");

        for (uint64_t i = roll(seed) % 6; i > 0; i--)
                t = arena_printf(arena, "%.*s%s", TEXT_ARG(t), pieces[roll(seed) % 12]);
        return t;
}

static struct version random_version(uint64_t *seed)
{
        static const uint64_t edges[] = {0, 1, 127, 128, UINT64_MAX, UINT64_MAX - 1, 1ULL << 63, 300};
        int64_t times[] = {0, -1, 1700000000000, TIME_UNKNOWN_MS, INT64_MAX, INT64_MIN + 1};

        return (struct version){times[roll(seed) % 6], edges[roll(seed) % 8], edges[roll(seed) % 8]};
}

/* Slots keep their order by attribute, one each. */
static void random_slots(struct arena *arena, uint64_t *seed, struct record *record)
{
        uint16_t attribute = 0;

        record->slots = arena_calloc(arena, ATTRIBUTE_BUILTIN_COUNT, sizeof(*record->slots));
        while ((attribute = (uint16_t)(attribute + 1 + roll(seed) % 9)) < ATTRIBUTE_BUILTIN_COUNT) {
                struct slot *slot = &record->slots[record->slot_count++];

                *slot = (struct slot){.attribute = attribute,
                                      .flags = roll(seed) % 4 ? SLOT_SET : 0,
                                      .label = random_text(arena, seed),
                                      .version = random_version(seed)};
                if (slot->flags & SLOT_SET)
                        slot->raw = random_text(arena, seed);
                slot->value = slot->raw;
        }
}

static struct record random_record(struct arena *arena, uint64_t *seed)
{
        struct record record = {.key = {TEXT("crm"), random_text(arena, seed), random_text(arena, seed)}};

        record.declared_type = roll(seed) % TYPE_COUNT;
        record.first_time_ms = random_version(seed).time_ms;
        record.alive = roll(seed) % 2;
        record.updated = (record.ever_updated = roll(seed) % 2) ? random_version(seed) : VERSION_NONE;
        record.deleted = (record.ever_deleted = roll(seed) % 2) ? random_version(seed) : VERSION_NONE;
        record.complete = (record.ever_complete = roll(seed) % 2) ? random_version(seed) : VERSION_NONE;
        record.stale = (record.ever_stale = roll(seed) % 2) ? random_version(seed) : VERSION_NONE;
        record.refreshed = (record.ever_refreshed = roll(seed) % 2) ? random_version(seed) : VERSION_NONE;
        record.merged_into = random_text(arena, seed);
        if (roll(seed) % 3 == 0) {
                record.ghost_key_count = (uint32_t)(roll(seed) % (RECORD_KEYS_MAX + 1));
                record.ghost_keys = arena_calloc(arena, RECORD_KEYS_MAX, sizeof(uint64_t));
                for (uint32_t i = 0; i < record.ghost_key_count; i++)
                        record.ghost_keys[i] = roll(seed);
        }
        random_slots(arena, seed, &record);
        return record;
}

static void both_forms_give_the_same_record_back(void **state)
{
        uint64_t seed = 0x9e3779b97f4a7c15ULL;
        ARENA_CLEANUP struct arena arena = {0};
        struct vocabulary *vocabulary = calloc(1, sizeof(*vocabulary));

        (void)state;
        assert_non_null(vocabulary);
        vocabulary_init(vocabulary);
        for (int i = 0; i < ROUNDS; i++) {
                struct buffer bytes = {0}, again = {0}, json = {0}, json_again = {0};
                struct record record = random_record(&arena, &seed), decoded, read;
                const struct json_node *root;
                struct error error = {0};

                record_encode(&record, &bytes);
                assert_int_equal(0, record_decode(&arena, buffer_view(&bytes), &decoded, &error));
                record_encode(&decoded, &again);
                assert_true(text_equal(buffer_view(&bytes), buffer_view(&again)));

                record_write_json(vocabulary, &record, &json);
                assert_int_equal(0, json_parse(&arena, buffer_view(&json), &root, &error));
                assert_int_equal(0, record_read_json(&arena, vocabulary, root, &read, &error));
                record_write_json(vocabulary, &read, &json_again);
                assert_true(text_equal(buffer_view(&json), buffer_view(&json_again)));
                buffer_clear(&again);
                record_encode(&read, &again);
                assert_true(text_equal(buffer_view(&bytes), buffer_view(&again)));
                buffer_free(&bytes);
                buffer_free(&again);
                buffer_free(&json);
                buffer_free(&json_again);
                arena_reset(&arena);
        }
        free(vocabulary);
}

/* A copy of the exact size, so that the sanitizer sees a read beyond its end. */
static int decode_exactly(struct arena *arena, const char *data, uint32_t length)
{
        char *copy = malloc(length ? length : 1);
        struct record record;
        int r;

        assert_non_null(copy);
        memcpy(copy, data, length);
        r = record_decode(arena, (struct text){.data = copy, .length = length}, &record, NULL);
        free(copy);
        return r;
}

static void damaged_bytes_are_refused_or_decoded_but_never_overrun(void **state)
{
        uint64_t seed = 77;
        ARENA_CLEANUP struct arena arena = {0};

        (void)state;
        for (int i = 0; i < ROUNDS; i++) {
                struct record record = random_record(&arena, &seed);
                struct buffer bytes = {0};
                uint32_t cut;

                record_encode(&record, &bytes);
                cut = (uint32_t)(roll(&seed) % bytes.length);
                assert_int_equal(ERR_FATAL, decode_exactly(&arena, bytes.data, cut));
                bytes.data[roll(&seed) % bytes.length] = (char)roll(&seed);
                decode_exactly(&arena, bytes.data, (uint32_t)bytes.length);
                buffer_free(&bytes);
                arena_reset(&arena);
        }
}

static void a_value_that_durand_did_not_write_is_refused(void **state)
{
        static const char *const values[] = {
                "{}",
                "{\"source\":\"crm\",\"type\":\"robot\",\"values\":[]}",
                "{\"source\":\"crm\",\"type\":\"person\"}",
                "{\"source\":\"crm\",\"type\":\"person\",\"values\":{}}",
                "{\"source\":\"crm\",\"type\":\"person\",\"values\":[{\"attribute\":\"nose\",\"raw\":\"x\"}]}",
                "{\"source\":\"crm\",\"type\":\"person\",\"values\":[{\"attribute\":\"email\",\"raw\":\"x\"}]}",
                "{\"source\":\"crm\",\"type\":\"person\",\"values\":[],\"updated\":\"1/2\"}",
                "{\"source\":\"crm\",\"type\":\"person\",\"values\":[],\"updated\":\"1/2/99999999999999999999\"}",
                "{\"source\":\"crm\",\"type\":\"person\",\"values\":[],\"ghost\":[\"zz\"]}",
                "{\"source\":\"crm\",\"type\":\"person\",\"values\":[],\"ghost\":[\"000000000000000g\"]}",
        };
        ARENA_CLEANUP struct arena arena = {0};
        struct vocabulary *vocabulary = calloc(1, sizeof(*vocabulary));

        (void)state;
        assert_non_null(vocabulary);
        vocabulary_init(vocabulary);
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
                const struct json_node *root;
                struct record record;
                struct error error = {0};

                assert_int_equal(0, json_parse(&arena, text_from(values[i]), &root, &error));
                assert_int_equal(ERR_FATAL, record_read_json(&arena, vocabulary, root, &record, &error));
                assert_true(error.text[0] != '\0');
        }
        free(vocabulary);
}

static void keys_differ_wherever_their_parts_are_cut(void **state)
{
        struct record_key a = {TEXT("ab"), TEXT("c"), TEXT("d")}, b = {TEXT("a"), TEXT("bc"), TEXT("d")};

        (void)state;
        assert_true(record_key_hash(a) != record_key_hash(b));
        assert_false(hash128_equal(record_key_hash128(a), record_key_hash128(b)));
        assert_true(record_key_compare(a, b) > 0);
        assert_int_equal(0, record_key_compare(a, a));
}

/* ---- features ------------------------------------------------------------------------------------------------------
 */

static void add(struct features *features, uint8_t kind, uint8_t group, const char *text)
{
        features->items[features->count++] =
                (struct feature){.kind = kind, .group = group, .text = text_from(text), .sound = text_from("S")};
}

/* Two addresses, a name twice; in any order and with any numbers of the addresses it is the same value node. */
static void features_have_one_form_in_whatever_order_they_came(void **state)
{
        static const struct {
                uint8_t kind;
                uint8_t address;
                const char *text;
        } facts[] = {
                {FEATURE_FAMILY, 0, "durand"}, {FEATURE_GIVEN, 0, "marc"},        {FEATURE_FAMILY, 0, "durand"},
                {FEATURE_CITY, 0, "paris"},    {FEATURE_STREET, 0, "paix"},       {FEATURE_CITY, 1, "lyon"},
                {FEATURE_STREET, 1, "paix"},   {FEATURE_POSTAL_CODE, 1, "69001"},
        };
        const size_t count = sizeof(facts) / sizeof(facts[0]);
        struct buffer first = {0}, other = {0};
        uint64_t seed = 5;

        (void)state;
        for (int round = 0; round < 500; round++) {
                struct features features = {.type = TYPE_PERSON}, decoded;
                size_t order[8] = {0};
                uint8_t flip = (uint8_t)(roll(&seed) % 2 ? 3 : 0);

                for (size_t i = 0; i < count; i++) {
                        size_t j = roll(&seed) % (i + 1);

                        order[i] = order[j];
                        order[j] = i;
                }
                for (size_t i = 0; i < count; i++)
                        add(&features, facts[order[i]].kind, (uint8_t)(facts[order[i]].address ^ flip),
                            facts[order[i]].text);
                features_finish(&features);
                assert_int_equal(7, features.count);
                buffer_clear(&other);
                features_encode(&features, &other);
                if (round == 0)
                        features_encode(&features, &first);
                assert_true(text_equal(buffer_view(&first), buffer_view(&other)));
                assert_int_equal(0, features_decode(buffer_view(&other), &decoded));
                assert_int_equal(7, decoded.count);
                assert_memory_equal(features.first, decoded.first, sizeof(features.first));
        }
        for (uint32_t cut = 2; cut < first.length; cut++) {
                struct features decoded;
                char *copy = malloc(cut);

                assert_non_null(copy);
                memcpy(copy, first.data, cut);
                features_decode((struct text){.data = copy, .length = cut}, &decoded);
                free(copy);
        }
        buffer_free(&first);
        buffer_free(&other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_forms_give_the_same_record_back),
                cmocka_unit_test(damaged_bytes_are_refused_or_decoded_but_never_overrun),
                cmocka_unit_test(a_value_that_durand_did_not_write_is_refused),
                cmocka_unit_test(keys_differ_wherever_their_parts_are_cut),
                cmocka_unit_test(features_have_one_form_in_whatever_order_they_came),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
