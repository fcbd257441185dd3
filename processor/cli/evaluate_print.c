/* What an evaluation found. */
#include "cli/evaluate_print.h"

#include <inttypes.h>

static void write_figures(struct buffer *out, const char *name, double precision, double recall, double f1)
{
        buffer_printf(out, "%-10s %.4f     %.4f     %.4f\n", name, precision, recall, f1);
}

static void write_evaluation(const struct evaluation *e, struct buffer *out)
{
        buffer_string(out, "           precision  recall     F1\n");
        write_figures(out, "pairwise", e->pair_precision, e->pair_recall, e->pair_f1);
        write_figures(out, "B3", e->b3_precision, e->b3_recall, e->b3_f1);
        buffer_printf(out,
                      "\n%" PRIu64 " records, %" PRIu64 " true clusters, %" PRIu64 " predicted ones, %" PRIu64
                      " of them exact\n",
                      e->records, e->truth_clusters, e->predicted_clusters, e->exact);
        buffer_printf(out,
                      "%" PRIu64 " true pairs, %" PRIu64 " predicted, %" PRIu64 " correct; %" PRIu64
                      " true clusters split, %" PRIu64 " predicted ones mixed\n",
                      e->true_pairs, e->predicted_pairs, e->correct_pairs, e->split, e->merged);
        if (e->missing)
                buffer_printf(out,
                              "%" PRIu64
                              " records of the truth are not in the prediction; each counts as a cluster of its "
                              "own\n",
                              e->missing);
        if (e->unknown)
                buffer_printf(out, "%" PRIu64 " records of the prediction are not in the truth and were left out\n",
                              e->unknown);
}

static void write_comparison(const struct evaluation_comparison *comparison, struct buffer *out)
{
        buffer_string(out, "\nThe other one:\n");
        write_evaluation(&comparison->evaluation, out);
        buffer_printf(out,
                      "\nOnly the first joins %" PRIu64 " pairs rightly and %" PRIu64
                      " wrongly; only the other one %" PRIu64 " and %" PRIu64 ".\n",
                      comparison->only_first_right, comparison->only_first_wrong, comparison->only_second_right,
                      comparison->only_second_wrong);
}

static void write_sweep(const struct sweep_step *steps, struct buffer *out)
{
        buffer_string(out, "\nmatch from   precision  recall     F1         B3 F1\n");
        for (int i = 0; i < SWEEP_STEPS; i++) {
                const struct evaluation *e = &steps[i].evaluation;

                buffer_printf(out, "%+9.1f    %.4f     %.4f     %.4f     %.4f%s\n", steps[i].match_mbit / 1000.0,
                              e->pair_precision, e->pair_recall, e->pair_f1, e->b3_f1,
                              i == SWEEP_STEPS / 2 ? "  as configured" : "");
        }
}

void evaluation_write_text(const struct evaluation_report *report, struct buffer *out)
{
        write_evaluation(&report->evaluation, out);
        if (report->comparison)
                write_comparison(report->comparison, out);
        if (report->sweep)
                write_sweep(report->sweep, out);
        if (report->errors)
                evaluation_errors_write_text(report->errors, report->worst, out);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------
 */

static void write_ratio(struct json_writer *writer, const char *name, double value)
{
        struct buffer number BUFFER_CLEANUP = {0};

        buffer_printf(&number, "%.6f", value);
        json_write_name(writer, name);
        json_write_raw(writer, buffer_view(&number));
}

static void write_ratios(struct json_writer *writer, const char *name, double precision, double recall, double f1)
{
        json_write_name(writer, name);
        json_write_object(writer);
        write_ratio(writer, "precision", precision);
        write_ratio(writer, "recall", recall);
        write_ratio(writer, "f1", f1);
        json_write_object_end(writer);
}

/* The members of one evaluation, inside an object that is open. */
static void write_members(struct json_writer *writer, const struct evaluation *e)
{
        const struct {
                const char *name;
                uint64_t value;
        } numbers[] = {
                {"records", e->records},
                {"true_clusters", e->truth_clusters},
                {"predicted_clusters", e->predicted_clusters},
                {"exact_clusters", e->exact},
                {"true_pairs", e->true_pairs},
                {"predicted_pairs", e->predicted_pairs},
                {"correct_pairs", e->correct_pairs},
                {"split", e->split},
                {"mixed", e->merged},
                {"missing", e->missing},
                {"unknown", e->unknown},
        };

        write_ratios(writer, "pairwise", e->pair_precision, e->pair_recall, e->pair_f1);
        write_ratios(writer, "b3", e->b3_precision, e->b3_recall, e->b3_f1);
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
                json_write_member_i64(writer, numbers[i].name, (int64_t)numbers[i].value);
}

static void write_json_comparison(struct json_writer *writer, const struct evaluation_comparison *comparison)
{
        json_write_name(writer, "compare");
        json_write_object(writer);
        write_members(writer, &comparison->evaluation);
        json_write_member_i64(writer, "only_first_right", (int64_t)comparison->only_first_right);
        json_write_member_i64(writer, "only_first_wrong", (int64_t)comparison->only_first_wrong);
        json_write_member_i64(writer, "only_this_right", (int64_t)comparison->only_second_right);
        json_write_member_i64(writer, "only_this_wrong", (int64_t)comparison->only_second_wrong);
        json_write_object_end(writer);
}

static void write_json_sweep(struct json_writer *writer, const struct sweep_step *steps)
{
        json_write_name(writer, "sweep");
        json_write_array(writer);
        for (int i = 0; i < SWEEP_STEPS; i++) {
                json_write_object(writer);
                json_write_name(writer, "match_mbit");
                json_write_i64(writer, steps[i].match_mbit);
                write_members(writer, &steps[i].evaluation);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

void evaluation_write_json(const struct evaluation_report *report, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        write_members(&writer, &report->evaluation);
        if (report->comparison)
                write_json_comparison(&writer, report->comparison);
        if (report->sweep)
                write_json_sweep(&writer, report->sweep);
        if (report->errors)
                evaluation_errors_write_json(report->errors, report->worst, &writer);
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}
