/* report.h: a fit for people and programs. */
#pragma once

#include "base/buffer.h"
#include "train/train.h"

void train_report_write_text(const struct train_report *report, struct buffer *out);
void train_report_write_json(const struct train_report *report, struct buffer *out);

/* One page with charts, that needs nothing from outside; the numbers are those of the JSON report. */
void train_report_write_html(const struct train_report *report, struct buffer *out);

#define TRAIN_WARNINGS_MAX 8

/* What is suspicious about the fit of one type, as sentences; returns their number. */
uint32_t train_warnings(const struct train_stratum *stratum, struct arena *arena, struct text *warnings, uint32_t most);

/* Estimated from the scores alone: of the pairs at or above @bin of the histogram, the share that is right, and of all
 * expected matches among the candidates the share that is found; in parts per million. */
void train_expected_quality(const struct train_stratum *stratum, uint32_t bin, uint64_t *precision_ppm,
                            uint64_t *recall_ppm);

/* The bin of the histogram that holds a posterior; what is beyond an end is in the last bin. */
uint32_t train_bin(int32_t posterior_mbit);

/* Of all pairs of records, the share that keys spare from being compared. */
uint64_t train_reduction_ppm(const struct train_stratum *stratum);

/* Of the matches expected among all candidates, the share that @recipe proposes. */
uint64_t train_completeness_ppm(const struct train_stratum *stratum, const struct train_recipe *recipe);
