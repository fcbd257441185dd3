/* The report of a fit that we make up: what it warns of, and what it does with text and with numbers at their ends. */
#include "train/page.h"
#include "train/report.h"

#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#define BIN(bits) ((uint32_t)((bits)-TRAIN_BIN_FIRST))

/* A thousand matches at 12 bits, a million strangers at -20. */
static struct train_report *make_report(uint64_t joined_pairs)
{
        struct train_report *report = calloc(1, sizeof(*report));
        struct train_stratum *stratum = &report->strata[TYPE_PERSON];
        if (!report)
                abort();
        stratum->match_mbit = 2000;
        stratum->records = 5000;
        stratum->nodes = 4900;
        stratum->candidates = 1001000;
        stratum->histogram[BIN(12)] = 1000;
        stratum->bin_matches[BIN(12)] = 1000000;
        stratum->histogram[BIN(-20)] = 1000000;
        stratum->expected = 1000000;
        stratum->joined = joined_pairs;
        stratum->joined_compared = joined_pairs;
        return report;
}

static void assert_warned(uint64_t joined_pairs, const char *words)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct text warnings[TRAIN_WARNINGS_MAX];
        struct train_report *report = make_report(joined_pairs);
        uint32_t count = train_warnings(&report->strata[TYPE_PERSON], &arena, warnings, TRAIN_WARNINGS_MAX);
        assert_int_equal(count, words ? 1 : 0);
        if (words)
                assert_non_null(memmem(warnings[0].data, warnings[0].length, words, strlen(words)));
        free(report);
}

static void it_warns_where_expected_and_joined_pairs_are_a_quarter_apart(void **state)
{
        (void)state;
        assert_warned(1000, NULL);
        assert_warned(751, NULL);
        assert_warned(1249, NULL);
        assert_warned(749, "Many pairs may be related without being the same");
        assert_warned(1251, "Clusters may join what single pairs do not support");
}

static void it_warns_where_the_evidence_is_small(void **state)
{
        (void)state;
        ARENA_CLEANUP struct arena arena = {0};
        struct text warnings[TRAIN_WARNINGS_MAX];
        struct train_report *report = make_report(1000);
        struct train_stratum *stratum = &report->strata[TYPE_PERSON];
        stratum->expected = 199000;
        assert_int_equal(train_warnings(stratum, &arena, warnings, TRAIN_WARNINGS_MAX), 1);
        assert_non_null(memmem(warnings[0].data, warnings[0].length, "Only 199 matching pairs", 23));
        assert_int_equal(train_warnings(stratum, &arena, warnings, 0), 0);
        free(report);
}

static bool holds(const struct buffer *page, const char *words)
{
        return memmem(page->data, page->length, words, strlen(words)) != NULL;
}

static void names_are_shown_and_never_read_as_markup(void **state)
{
        (void)state;
        BUFFER_CLEANUP struct buffer page = {0};
        struct train_report *report = make_report(1000);
        struct train_stratum *stratum = &report->strata[TYPE_PERSON];
        stratum->attributes[MODEL_EMAIL] = (struct train_attribute){.level_count = 2, .learned = true};
        stratum->attributes[MODEL_EMAIL].levels[1] =
                (struct train_level){.name = "<script>\"a\" & b</script>", .m_ppb = 1, .u_ppb = 1};
        stratum->recipes[0] = (struct train_recipe){.name = "key <b>", .pairs = 7};
        train_report_write_html(report, &page);
        assert_true(holds(&page, "&lt;script&gt;&quot;a&quot; &amp; b&lt;/script&gt;"));
        assert_true(holds(&page, "key &lt;b&gt;"));
        assert_false(holds(&page, "<script"));
        assert_false(holds(&page, "<b>\""));
        free(report);
}

/* One record: nothing was compared, and nothing is divided by. */
static void an_empty_fit_is_a_page_too(void **state)
{
        (void)state;
        BUFFER_CLEANUP struct buffer page = {0};
        struct train_report *report = calloc(1, sizeof(*report));
        report->strata[TYPE_ORGANIZATION].records = 1;
        train_report_write_html(report, &page);
        assert_true(holds(&page, "<b>1</b>records"));
        assert_true(holds(&page, "<b>0</b>pairs compared"));
        assert_false(holds(&page, "nan"));
        assert_false(holds(&page, "inf\""));
        assert_true(page.length > 8 && memcmp(page.data + page.length - 8, "</html>\n", 8) == 0);
        free(report);
}

static void numbers_are_set_in_groups_of_three(void **state)
{
        static const struct {
                double number;
                int decimals;
                const char *text;
        } rows[] = {
                {0, 0, "0"},
                {999, 0, "999"},
                {1000, 0, "1,000"},
                {123456.78, 1, "123,456.8"},
                {1234567, 0, "1,234,567"},
                {-123, 0, "-123"},
                {-1234.5, 1, "-1,234.5"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
                BUFFER_CLEANUP struct buffer out = {0};
                page_write_number(&out, rows[i].number, rows[i].decimals);
                assert_int_equal(out.length, strlen(rows[i].text));
                assert_memory_equal(out.data, rows[i].text, out.length);
        }
}

static void scores_fall_into_bins_of_a_bit(void **state)
{
        (void)state;
        assert_int_equal(train_bin(0), BIN(0));
        assert_int_equal(train_bin(999), BIN(0));
        assert_int_equal(train_bin(-1), BIN(-1));
        assert_int_equal(train_bin(-1000), BIN(-1));
        assert_int_equal(train_bin(-1001), BIN(-2));
        assert_int_equal(train_bin(INT32_MAX), TRAIN_BINS - 1);
        assert_int_equal(train_bin(-2000000000), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_warns_where_expected_and_joined_pairs_are_a_quarter_apart),
                cmocka_unit_test(it_warns_where_the_evidence_is_small),
                cmocka_unit_test(names_are_shown_and_never_read_as_markup),
                cmocka_unit_test(an_empty_fit_is_a_page_too),
                cmocka_unit_test(numbers_are_set_in_groups_of_three),
                cmocka_unit_test(scores_fall_into_bins_of_a_bit),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
