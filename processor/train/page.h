/* page.h: what the files that make the report's page share. Internal to train/.
 *
 * fit.html is the page around the report: style and words that are always the same. It needs nothing from outside and
 * holds no script, so that it can be mailed and kept. The charts stretch to the width of the page while their letters
 * keep their size: bars and lines are in an inner picture without proportions, letters beside it at shares of the
 * width.
 */
#pragma once

#include "base/buffer.h"
#include "train/train.h"

struct page_part {
        const unsigned char *data;
        size_t length;
};

extern const struct page_part page_head, page_foot; /* of fit.html, before and after its line <!--sections--> */

/* A number with its thousands set apart by commas. */
void page_write_number(struct buffer *out, double number, int decimals);

/* charts.c: each with a title for those who cannot see it; @match_mbit is where pairs are joined. */
void page_write_histogram(const struct train_stratum *stratum, const char *type, int32_t match_mbit,
                          struct buffer *out);
void page_write_quality(const struct train_stratum *stratum, const char *type, int32_t match_mbit, struct buffer *out);

/* A weight as a bar to the right or the left of nothing, with a stroke where it was; @most_mbit is the longest. */
void page_write_bar(int32_t weight_mbit, int32_t start_mbit, int32_t most_mbit, struct buffer *out);
