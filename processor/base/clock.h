/* clock.h: times as milliseconds since 1970-01-01T00:00:00Z, and their text.
 *
 * The wall clock is for the shell (heartbeats, checkpoints, progress) only: nothing in F may call clock_*_now_ms().
 */
#pragma once

#include "base/text.h"

#include <stdint.h>

#define TIME_UNKNOWN_MS INT64_MIN

int64_t clock_wall_ms(void);
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
void clock_sleep_ms(int64_t wait_ms);

/* ISO 8601 / RFC 3339: date, 'T' or blank, time with optional seconds and fraction, optional zone (Z, +hh:mm, +hhmm,
 * none means UTC); a date alone is its midnight. Fractions beyond milliseconds are cut. False for anything else. */
bool time_parse_iso(struct text t, int64_t *time_ms);

/* 2024-02-29T12:34:56.789Z and a NUL; TIME_UNKNOWN_MS gives an empty string. */
#define TIME_TEXT_SIZE 32
void time_format_iso(int64_t time_ms, char out[TIME_TEXT_SIZE]);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back (Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", https://howardhinnant.github.io/date_algorithms.html). */
int64_t days_from_civil(int64_t year, unsigned month, unsigned day);
void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
