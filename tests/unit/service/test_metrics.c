/* The page of metrics: what is counted shows, labels are escaped, and the committed reference is what the table says.
 */
#include "base/buffer.h"
#include "service/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int start(void **state)
{
        struct metrics *metrics = malloc(sizeof(*metrics));

        metrics_init(metrics, TEXT("quo\"te\\d\n"), "0123");
        *state = metrics;
        return 0;
}

static int stop(void **state)
{
        metrics_free(*state);
        free(*state);
        return 0;
}

static void assert_line(struct metrics *metrics, const char *line)
{
        BUFFER_CLEANUP struct buffer page = {0};
        BUFFER_CLEANUP struct buffer wanted = {0};

        metrics_write(metrics, &page);
        buffer_byte(&page, '\0');
        buffer_printf(&wanted, "\n%s\n", line);
        buffer_byte(&wanted, '\0');
        if (!strstr((const char *)page.data, (const char *)wanted.data))
                fail_msg("no line \"%s\"", line);
}

static void what_is_counted_shows(void **state)
{
        struct metrics *metrics = *state;

        metrics_add(metrics, METRIC_REJECTED, 2);
        metrics_add(metrics, METRIC_REJECTED, 3);
        metrics_set(metrics, METRIC_MAP_USED, 0.5);
        metrics_set_entities(metrics, TYPE_PERSON, 12345678901);
        metrics_set_phase(metrics, PHASE_RESTORING);
        assert_line(metrics, "durand_rejected_total 5");
        assert_line(metrics, "durand_state_map_used_ratio 0.5");
        assert_line(metrics, "durand_entities{type=\"person\"} 12345678901");
        assert_line(metrics, "durand_phase{phase=\"restoring\"} 1");
        assert_line(metrics, "durand_phase{phase=\"live\"} 0");
        assert_line(metrics, "durand_build_info{version=\"" DURAND_VERSION
                             "\",instance=\"quo\\\"te\\\\d\\n\",epoch=\"0123\"} 1");
}

static void a_histogram_is_cumulative(void **state)
{
        struct metrics *metrics = *state;

        metrics_observe(metrics, METRIC_TRANSACTION_SECONDS, 0.002); /* on the bound: within it */
        metrics_observe(metrics, METRIC_TRANSACTION_SECONDS, 0.5);
        metrics_observe(metrics, METRIC_TRANSACTION_SECONDS, 1000);
        assert_line(metrics, "durand_transaction_seconds_bucket{le=\"0.002\"} 1");
        assert_line(metrics, "durand_transaction_seconds_bucket{le=\"0.2\"} 1");
        assert_line(metrics, "durand_transaction_seconds_bucket{le=\"0.5\"} 2");
        assert_line(metrics, "durand_transaction_seconds_bucket{le=\"60\"} 2");
        assert_line(metrics, "durand_transaction_seconds_bucket{le=\"+Inf\"} 3");
        assert_line(metrics, "durand_transaction_seconds_count 3");
        assert_line(metrics, "durand_transaction_seconds_sum 1000.502");
        assert_true(metrics_get(metrics, METRIC_TRANSACTION_SECONDS) == 3);
}

static void lag_is_the_distance_to_the_end_where_it_is_known(void **state)
{
        struct metrics *metrics = *state;
        struct metrics_input inputs[] = {
                {.topic = "a", .partition = 0, .position = 10, .end = 25},
                {.topic = "a", .partition = 1, .position = 10, .end = KAFKA_OFFSET_NONE},
                {.topic = "b", .partition = 0, .position = 10, .end = 9},
        };
        BUFFER_CLEANUP struct buffer page = {0};

        metrics_set_inputs(metrics, inputs, 3);
        assert_line(metrics, "durand_input_lag{topic=\"a\",partition=\"0\"} 15");
        assert_line(metrics, "durand_input_lag{topic=\"b\",partition=\"0\"} 0");
        assert_line(metrics, "durand_input_position{topic=\"a\",partition=\"1\"} 10");
        assert_line(metrics, "durand_input_partitions 3");
        metrics_write(metrics, &page);
        buffer_byte(&page, '\0');
        assert_null(strstr((const char *)page.data, "durand_input_lag{topic=\"a\",partition=\"1\"}"));
        assert_int_equal(metrics_total_lag(metrics), 15);
        metrics_set_inputs(metrics, inputs, 0);
        assert_line(metrics, "durand_input_partitions 0");
}

static void outputs_keep_their_counts_over_a_start(void **state)
{
        struct metrics *metrics = *state;
        struct kafka_topic topics[] = {{.name = "x.changes"}, {.name = "x.records"}};

        metrics_set_outputs(metrics, topics, 2);
        metrics_add_output(metrics, 1, 7);
        metrics_set_outputs(metrics, &topics[1], 1);
        metrics_add_output(metrics, 0, 1);
        metrics_add_output(metrics, 5, 1); /* no such topic */
        assert_line(metrics, "durand_output_messages_total{topic=\"x.records\"} 8");
}

static void the_committed_reference_is_what_the_program_says(void **state)
{
        BUFFER_CLEANUP struct buffer out = {0};
        FILE *file = fopen("docs/metrics.md", "re");
        char *committed = calloc(1, 100000);

        (void)state;
        assert_non_null(file);
        assert_true(fread(committed, 1, 99999, file) > 0);
        fclose(file);
        metrics_write_reference(&out);
        buffer_byte(&out, '\0');
        if (strcmp(committed, (const char *)out.data) != 0)
                fail_msg("docs/metrics.md is old: build/durand check --metrics > docs/metrics.md");
        free(committed);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_is_counted_shows, start, stop),
                cmocka_unit_test_setup_teardown(a_histogram_is_cumulative, start, stop),
                cmocka_unit_test_setup_teardown(lag_is_the_distance_to_the_end_where_it_is_known, start, stop),
                cmocka_unit_test_setup_teardown(outputs_keep_their_counts_over_a_start, start, stop),
                cmocka_unit_test(the_committed_reference_is_what_the_program_says),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
