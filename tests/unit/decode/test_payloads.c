/* Every payload in tests/data/payloads becomes what the file beside it says. The folder's README says what each is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "payloads.h"

static void replay_folder(const char *dialect, size_t at_least)
{
        char *paths[PAYLOADS_MAX];
        size_t count = payload_list(dialect, paths), failed = 0;
        struct config *config = malloc(sizeof(*config));
        struct arena arena = {0};
        struct buffer out = {0};

        payload_load_config(config);
        assert_true(count >= at_least);
        for (size_t i = 0; i < count; i++) {
                char path[1200];
                size_t length, expected_length;
                char *line, *expected;

                snprintf(path, sizeof(path), "%s.json", paths[i]);
                line = payload_read(path, &length);
                snprintf(path, sizeof(path), "%s.expected.ndjson", paths[i]);
                expected = payload_read(path, &expected_length);
                buffer_clear(&out);
                payload_decode(config, (struct text){.data = line, .length = (uint32_t)length}, &arena, &out);
                if (!expected || out.length != expected_length || memcmp(out.data, expected, expected_length) != 0) {
                        fprintf(stderr, "%s\n  expected: %s  decoded:  %.*s", paths[i],
                                expected ? expected : "(no file)\n", (int)out.length, out.data);
                        failed++;
                }
                arena_reset(&arena);
                free(line);
                free(expected);
                free(paths[i]);
        }
        buffer_free(&out);
        arena_free(&arena);
        config_free(config);
        free(config);
        assert_int_equal(failed, 0);
}

static void salesforce_payloads_become_what_their_files_say(void **state)
{
        (void)state;
        replay_folder("salesforce-cdc", 40);
}

static void debezium_payloads_become_what_their_files_say(void **state)
{
        (void)state;
        replay_folder("debezium", 50);
}

static void row_payloads_become_what_their_files_say(void **state)
{
        (void)state;
        replay_folder("row", 20);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(salesforce_payloads_become_what_their_files_say),
                cmocka_unit_test(debezium_payloads_become_what_their_files_say),
                cmocka_unit_test(row_payloads_become_what_their_files_say),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
