/* Memory, bytes, maps, threads, times and hashes. */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static uint64_t roll(uint64_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed;
}

static void an_arena_gives_apart_aligned_memory_and_starts_over(void **state)
{
        ARENA_CLEANUP struct arena arena = {0};
        uint64_t seed = 1;

        (void)state;
        for (int round = 0; round < 3; round++) {
                unsigned char *blocks[500];
                size_t sizes[500];

                for (size_t i = 0; i < 500; i++) {
                        sizes[i] = roll(&seed) % (i % 50 == 0 ? 300000 : 200);
                        blocks[i] = arena_alloc(&arena, sizes[i]);
                        assert_int_equal(0, (uintptr_t)blocks[i] % _Alignof(max_align_t));
                        memset(blocks[i], (int)(i % 251), sizes[i]);
                }
                for (size_t i = 0; i < 500; i++) {
                        for (size_t j = 0; j < sizes[i]; j++)
                                assert_int_equal(i % 251, blocks[i][j]);
                }
                arena_reset(&arena);
        }
        assert_int_equal(0, text_compare(arena_printf(&arena, "%d-%s", 7, "x"), TEXT("7-x")));
        for (size_t i = 0; i < 64; i++)
                assert_int_equal(0, ((char *)arena_calloc(&arena, 64, 1))[i]);
}

static void an_array_in_an_arena_grows_and_keeps_its_content(void **state)
{
        ARENA_CLEANUP struct arena arena = {0};
        size_t *items = NULL, count = 0, capacity = 0;

        (void)state;
        for (size_t i = 0; i < 10000; i++)
                *ARENA_PUSH(&arena, items, count, capacity) = i;
        for (size_t i = 0; i < 10000; i++)
                assert_int_equal(i, items[i]);
}

static void numbers_come_back_from_bytes(void **state)
{
        static const uint64_t numbers[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX, 1ULL << 63};
        struct buffer buffer = {0};
        struct reader reader;

        (void)state;
        for (size_t i = 0; i < 9; i++) {
                buffer_varint(&buffer, numbers[i]);
                buffer_svarint(&buffer, (int64_t)numbers[i]);
                buffer_prefixed(&buffer, TEXT("abc"));
        }
        reader_init(&reader, buffer.data, buffer.length);
        for (size_t i = 0; i < 9; i++) {
                assert_true(reader_varint(&reader) == numbers[i]);
                assert_true(reader_svarint(&reader) == (int64_t)numbers[i]);
                assert_true(text_equal(reader_prefixed(&reader), TEXT("abc")));
        }
        assert_false(reader.failed);
        assert_true(reader.at == reader.end);
        buffer_free(&buffer);
}

/* Whatever is read from whatever bytes, in copies of the exact size for the sanitizer's sake. */
static void a_reader_never_leaves_its_bytes_and_stays_failed(void **state)
{
        uint64_t seed = 11;

        (void)state;
        for (int round = 0; round < 20000; round++) {
                size_t length = roll(&seed) % 24;
                unsigned char *bytes = malloc(length ? length : 1);
                struct reader reader;

                assert_non_null(bytes);
                for (size_t i = 0; i < length; i++)
                        bytes[i] = (unsigned char)(roll(&seed) % 3 ? 0x80 | roll(&seed) : roll(&seed));
                reader_init(&reader, bytes, length);
                for (int i = 0; i < 12; i++) {
                        bool failed = reader.failed;
                        struct text t = {0};
                        uint64_t value = 0;

                        switch (roll(&seed) % 5) {
                        case 0:
                                value = reader_byte(&reader);
                                break;
                        case 1:
                                value = reader_varint(&reader);
                                break;
                        case 2:
                                value = (uint64_t)reader_svarint(&reader);
                                break;
                        case 3:
                                t = reader_prefixed(&reader);
                                break;
                        default:
                                t.data = reader_bytes(&reader, 3);
                                t.length = t.data ? 3 : 0;
                        }
                        for (uint32_t j = 0; j < t.length; j++)
                                value += (unsigned char)t.data[j];
                        assert_true(reader.at <= reader.end);
                        if (failed) {
                                assert_true(reader.failed);
                                assert_true(value == 0);
                        }
                }
                free(bytes);
        }
}

static void a_map_finds_what_was_put_and_nothing_else(void **state)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct map map;
        bool inserted;

        (void)state;
        map_init(&map, &arena);
        assert_null(map_get(&map, 0));
        for (uint64_t i = 0; i < 20000; i++) {
                map_put(&map, i << 32, (uint32_t)i, &inserted); /* keys that differ in their high bits only */
                assert_true(inserted);
        }
        assert_int_equal(20000, map.count);
        for (uint64_t i = 0; i < 20000; i++) {
                assert_int_equal(i, *map_get(&map, i << 32));
                assert_int_equal(i, *map_put(&map, i << 32, 5, &inserted));
                assert_false(inserted);
                assert_null(map_get(&map, i << 32 | 1));
        }
}

struct marks {
        unsigned char *seen;
        unsigned threads;
};

static void mark(void *context, unsigned worker, size_t from, size_t to)
{
        struct marks *marks = context;

        if (worker >= marks->threads)
                abort();
        for (size_t i = from; i < to; i++)
                marks->seen[i]++;
}

static void each_item_is_worked_on_once(void **state)
{
        static const size_t counts[] = {0, 1, 63, 64, 65, 1000, 4097};

        (void)state;
        for (unsigned threads = 1; threads <= 4; threads++) {
                struct parallel *parallel = parallel_new(threads);
                struct marks marks = {.threads = parallel_threads(parallel)};

                assert_int_equal(threads, marks.threads);
                for (size_t i = 0; i < 7 * 50; i++) {
                        size_t count = counts[i % 7];

                        marks.seen = calloc(count + 1, 1);
                        assert_non_null(marks.seen);
                        parallel_for(parallel, count, 64, mark, &marks);
                        for (size_t j = 0; j < count; j++)
                                assert_int_equal(1, marks.seen[j]);
                        assert_int_equal(0, marks.seen[count]);
                        free(marks.seen);
                }
                parallel_free(parallel);
        }
}

static void times_are_read_as_written(void **state)
{
        static const struct {
                const char *text;
                int64_t time_ms;
        } times[] = {
                {"1970-01-01T00:00:00Z", 0},
                {"2024-02-29T12:34:56.789Z", 1709210096789},
                {"2024-02-29 12:34:56.7891234+01:00", 1709206496789},
                {"2024-02-29T12:34:56+0530", 1709190296000},
                {"2024-02-29T12:34Z", 1709210040000},
                {"2024-02-29", 1709164800000},
                {"1969-12-31T23:59:59.999Z", -1},
        };
        static const char *const wrong[] = {"",
                                            "2023-02-29",
                                            "2024-13-01",
                                            "2024-1-1",
                                            "2024-01-01T",
                                            "2024-01-01T25:00:00Z",
                                            "2024-01-01T00:00:00Zx",
                                            "x"};
        char out[TIME_TEXT_SIZE];
        uint64_t seed = 8;
        int64_t time_ms;

        (void)state;
        for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
                assert_true(time_parse_iso(text_from(times[i].text), &time_ms));
                assert_true(time_ms == times[i].time_ms);
        }
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
                assert_false(time_parse_iso(text_from(wrong[i]), &time_ms));
        for (int i = 0; i < 20000; i++) {
                int64_t any = (int64_t)(roll(&seed) % 250000000000000ULL) - 60000000000000;

                time_format_iso(any, out);
                assert_true(time_parse_iso(text_from(out), &time_ms));
                assert_true(time_ms == any);
        }
        time_format_iso(TIME_UNKNOWN_MS, out);
        assert_string_equal("", out);
}

static void sums_of_hashes_do_not_depend_on_order(void **state)
{
        struct hash128 a = hash128("a", 1, 1), b = hash128("b", 1, 1), zero = {0};
        char hex[HASH128_HEX_SIZE], id[HASH128_ID_SIZE], again[HASH128_ID_SIZE];
        struct hash128 back;

        (void)state;
        assert_true(hash128_equal(hash128_add(a, b), hash128_add(b, a)));
        assert_true(hash128_equal(hash128_subtract(hash128_add(a, b), b), a));
        assert_false(hash128_equal(a, hash128("a", 1, 2)));
        hash128_to_hex(zero, hex);
        hash128_to_id(zero, id);
        assert_string_equal("00000000000000000000000000000000", hex);
        assert_string_equal("00000000000000000000", id);
        hash128_to_id(a, id);
        assert_int_equal(20, strspn(id, "0123456789abcdefghjkmnpqrstvwxyz"));
        assert_true(hash64_mix(hash64_mix(0, 1), 2) != hash64_mix(hash64_mix(0, 2), 1));
        assert_true(hash128_from_id(id, HASH128_ID_SIZE - 1, &back));
        assert_true(hash128_equal(back, hash128_of_id_bits(a)));
        hash128_to_id(back, again);
        assert_string_equal(id, again);
        assert_false(hash128_from_id(id, HASH128_ID_SIZE - 2, &back));
        id[3] = 'u'; /* no digit of this base */
        assert_false(hash128_from_id(id, HASH128_ID_SIZE - 1, &back));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_arena_gives_apart_aligned_memory_and_starts_over),
                cmocka_unit_test(an_array_in_an_arena_grows_and_keeps_its_content),
                cmocka_unit_test(numbers_come_back_from_bytes),
                cmocka_unit_test(a_reader_never_leaves_its_bytes_and_stays_failed),
                cmocka_unit_test(a_map_finds_what_was_put_and_nothing_else),
                cmocka_unit_test(each_item_is_worked_on_once),
                cmocka_unit_test(times_are_read_as_written),
                cmocka_unit_test(sums_of_hashes_do_not_depend_on_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
char again[HASH128_ID_SIZE];
struct hash128 back;
