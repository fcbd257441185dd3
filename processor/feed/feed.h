/* feed.h: from a golden record to its row in a feed, or to none.
 *
 * Pure: a golden record and the feed's configuration in, a row out. A feed may have one row for each value of an
 * attribute (one mailing for each address, though two persons share it); then the persons with that value are
 * candidates, and feed_is_before() says which of them has the row.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "config/policy.h"
#include "standard/standard.h"

struct feed_row {
        struct text entity_id;
        struct text unique; /* the value that only one row may have; empty: the feed asks for none */
        struct text key;    /* of the topic */
        struct text json;
        int64_t completeness_milli; /* of the golden record */
};

/* True if the golden record @golden (as it is published) has a row in @feed; it is in @arena. False also for a golden
 * record without the key or the unique value. ERR_FATAL if it cannot be read. */
int feed_derive(struct arena *arena, const struct config *config, struct standard *standard,
                const struct feed_config *feed, struct text golden, struct feed_row *row, bool *found,
                struct error *error);

/* Of two candidates for one value: the better known entity, of equally known ones the smaller id. */
bool feed_is_before(const struct feed_row *a, const struct feed_row *b);

/* The stored form; decoding borrows from @data. ERR_FATAL for bytes that no encoder wrote. */
void feed_row_encode(const struct feed_row *row, struct buffer *out);
int feed_row_decode(struct text data, struct feed_row *row);
