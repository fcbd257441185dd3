/* The pictures of the report's page, as SVG. */
#include "train/page.h"

#include "train/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define PLOT_TOP 22 /* pixels: room for the threshold's name */
#define PLOT_HEIGHT 190
#define PLOT_BOTTOM (PLOT_TOP + PLOT_HEIGHT)
#define CHART_HEIGHT (PLOT_BOTTOM + 24)
#define TICK_BITS 10
#define UNIT 1000    /* of the inner picture: height of the plot, and width of a bin */
#define ONE_PAIR 0.5 /* height of a single pair, in powers of ten: a bar that can be seen */
#define QUALITY_FIRST (-10)
#define QUALITY_LAST 20

struct span { /* of scores, in whole bits; the last one is the end of a bin */
        int32_t first, last;
};

static double share_of(const struct span *span, double bits)
{
        return 100.0 * (bits - span->first) / (span->last - span->first);
}

/* From the first bin with pairs to the last one, on ticks. */
static struct span find_span(const struct train_stratum *stratum)
{
        struct span span = {TICK_BITS, -TICK_BITS};
        for (int32_t i = 0; i < TRAIN_BINS; i++) {
                int32_t bits = i + TRAIN_BIN_FIRST;
                if (!stratum->histogram[i])
                        continue;
                if (bits < span.first)
                        span.first = bits;
                if (bits + 1 > span.last)
                        span.last = bits + 1;
        }
        if (span.first > -TICK_BITS)
                span.first = -TICK_BITS;
        if (span.last < TICK_BITS)
                span.last = TICK_BITS;
        span.first = -((-span.first + TICK_BITS - 1) / TICK_BITS * TICK_BITS);
        span.last = (span.last + TICK_BITS - 1) / TICK_BITS * TICK_BITS;
        return span;
}

static void begin_chart(const char *type, const char *name, const char *title, struct buffer *out)
{
        buffer_printf(out, "<figure><svg class=\"chart\" height=\"%d\" role=\"img\" aria-labelledby=\"%s-%s\">\n",
                      CHART_HEIGHT, type, name);
        buffer_printf(out, "<title id=\"%s-%s\">%s</title>\n", type, name, title);
}

static void write_ticks(const struct span *span, int32_t step, struct buffer *out)
{
        for (int32_t bits = span->first; bits <= span->last; bits += step) {
                const char *anchor = bits == span->first ? "start" : bits == span->last ? "end" : "middle";
                buffer_printf(out, "<text x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">%+d</text>\n", share_of(span, bits),
                              PLOT_BOTTOM + 16, anchor, bits);
        }
}

static void write_grid(double share, const char *name, struct buffer *out)
{
        double y = PLOT_BOTTOM - share * PLOT_HEIGHT;
        buffer_printf(out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", y, y);
        buffer_printf(out, "<text x=\"2\" y=\"%.1f\">%s</text>\n", y - 4, name);
}

static void write_threshold(const struct span *span, int32_t match_mbit, struct buffer *out)
{
        double bits = match_mbit / 1000.0;
        if (bits < span->first || bits > span->last)
                return;
        double x = share_of(span, bits);
        buffer_printf(out, "<line class=\"threshold\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", x, x,
                      PLOT_TOP - 8, PLOT_BOTTOM);
        buffer_printf(out,
                      "<text class=\"threshold-name\" x=\"%.2f%%\" y=\"%d\" text-anchor=\"middle\">joined from %+.1f"
                      "</text>\n",
                      x, PLOT_TOP - 11, bits);
}

static void begin_plot(uint32_t bins, struct buffer *out)
{
        buffer_printf(out,
                      "<svg y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 %u %d\" "
                      "preserveAspectRatio=\"none\">\n",
                      PLOT_TOP, PLOT_HEIGHT, bins * UNIT, UNIT);
}

/* ---- scores --------------------------------------------------------------------------------------------------------
 */

static double height_of(double pairs, uint32_t decades)
{
        double height = pairs > 0 ? (log10(pairs) + ONE_PAIR) / (decades + ONE_PAIR) : 0;
        return height < 0 ? 0 : height;
}

static void write_bin(const char *kind, uint32_t place, double height, struct buffer *out)
{
        if (height > 0)
                buffer_printf(out, "<rect class=\"%s\" x=\"%u\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>", kind,
                              place * UNIT + UNIT / 20, UNIT * (1 - height), UNIT * 9 / 10, UNIT * height);
}

void page_write_histogram(const struct train_stratum *stratum, const char *type, int32_t match_mbit, struct buffer *out)
{
        struct span span = find_span(stratum);
        uint64_t most = 10;
        uint32_t decades = 0;
        for (uint32_t i = 0; i < TRAIN_BINS; i++)
                most = stratum->histogram[i] > most ? stratum->histogram[i] : most;
        for (uint64_t power = 1; power < most; power *= 10)
                decades++;
        begin_chart(type, "scores",
                    "Candidate pairs by score, and the matches that are expected among them. The table "
                    "below holds the same numbers.",
                    out);
        begin_plot((uint32_t)(span.last - span.first), out);
        for (int32_t bits = span.first; bits < span.last && bits - TRAIN_BIN_FIRST < TRAIN_BINS; bits++) {
                uint32_t bin = (uint32_t)(bits - TRAIN_BIN_FIRST);
                uint32_t place = (uint32_t)(bits - span.first);
                write_bin("pairs", place, height_of((double)stratum->histogram[bin], decades), out);
                write_bin("matches", place, height_of((double)stratum->bin_matches[bin] / 1000.0, decades), out);
        }
        buffer_string(out, "\n</svg>\n");
        for (uint32_t i = 0; i <= decades; i++) {
                BUFFER_CLEANUP struct buffer name = {0};
                page_write_number(&name, pow(10, i), 0);
                buffer_byte(&name, 0);
                write_grid((i + ONE_PAIR) / (decades + ONE_PAIR), (const char *)name.data, out);
        }
        write_threshold(&span, match_mbit, out);
        write_ticks(&span, TICK_BITS, out);
        buffer_string(out, "</svg>\n<figcaption><span class=\"key pairs\"></span>all candidate pairs <span class=\"key "
                           "matches\"></span>expected matches among them; across: the score in bits. Each line up is "
                           "ten times as many.</figcaption></figure>\n");
}

/* ---- precision and recall ------------------------------------------------------------------------------------------
 */

static void write_line(const struct train_stratum *stratum, const struct span *span, bool recall, struct buffer *out)
{
        buffer_printf(out, "<polyline class=\"%s\" points=\"", recall ? "recall" : "precision");
        for (int32_t bits = span->first; bits <= span->last; bits++) {
                uint64_t precision_ppm, recall_ppm;
                train_expected_quality(stratum, (uint32_t)(bits - TRAIN_BIN_FIRST), &precision_ppm, &recall_ppm);
                buffer_printf(out, "%d,%.1f ", (bits - span->first) * UNIT,
                              UNIT - (double)(recall ? recall_ppm : precision_ppm) * UNIT / 1e6);
        }
        buffer_string(out, "\"/>\n");
}

void page_write_quality(const struct train_stratum *stratum, const char *type, int32_t match_mbit, struct buffer *out)
{
        static const char *const names[] = {"0 %", "25 %", "50 %", "75 %", "100 %"};
        struct span span = {QUALITY_FIRST, QUALITY_LAST};
        begin_chart(type, "quality",
                    "Estimated precision and recall at each threshold. The table below holds the same "
                    "numbers.",
                    out);
        for (uint32_t i = 0; i < sizeof(names) / sizeof(*names); i++)
                write_grid(i / 4.0, names[i], out);
        begin_plot((uint32_t)(span.last - span.first), out);
        write_line(stratum, &span, false, out);
        write_line(stratum, &span, true, out);
        buffer_string(out, "</svg>\n");
        write_threshold(&span, match_mbit, out);
        write_ticks(&span, TICK_BITS / 2, out);
        buffer_string(out, "</svg>\n<figcaption><span class=\"key precision\"></span>precision: how many of the joined "
                           "pairs are right <span class=\"key recall\"></span>recall: how many of the right pairs are "
                           "joined; across: the threshold in bits.</figcaption></figure>\n");
}

/* ---- weights -------------------------------------------------------------------------------------------------------
 */

void page_write_bar(int32_t weight_mbit, int32_t start_mbit, int32_t most_mbit, struct buffer *out)
{
        buffer_printf(out,
                      "<svg class=\"bar\" viewBox=\"%d 0 %d 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                      "<rect class=\"%s\" x=\"%d\" y=\"1\" width=\"%d\" height=\"8\"/>",
                      -most_mbit, 2 * most_mbit, weight_mbit < 0 ? "against" : "for", weight_mbit < 0 ? weight_mbit : 0,
                      abs(weight_mbit));
        buffer_string(out, "<line class=\"axis\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"10\"/>");
        buffer_printf(out, "<line class=\"before\" x1=\"%d\" x2=\"%d\" y1=\"0\" y2=\"10\"/></svg>", start_mbit,
                      start_mbit);
}
