/* values.h: the text of one JSON value, with the Kafka Connect schema that describes it where there is one.
 *
 * Everything after the decoder sees text. A number keeps its digits (an exponent is written out), a date is YYYY-MM-DD,
 * a point in time is ISO 8601, a decimal has its point. What a value means without a schema (is 19000 a day?) is
 * decided by the attribute that it becomes: mapping.c.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"

/* The text of a scalar JSON @node. @schema is the Connect schema of the value ({"type":…,"name":…,"parameters":…}) or
 * NULL.
 * @number is set where the text is a bare number whose unit nobody told. */
struct text value_text(struct arena *arena, const struct json_node *node, const struct json_node *schema, bool *number);

/* A JSON object that stands for one scalar: VariableScaleDecimal ({scale, value}), MongoDB's extended JSON
 * ({"$oid":…}). False for any other object. */
bool value_of_object(struct arena *arena, const struct json_node *node, const struct json_node *schema,
                     struct text *value);

/* Steps into Avro's JSON encoding of a union, {"string": "x"} or {"com.sforce.eventbus.Address": {…}}, as often as it
 * is nested. Gives @node itself where it is nothing of the kind. */
const struct json_node *value_untag(const struct json_node *node);

/* True for Debezium's placeholder of a value that the database did not log, in each form that converters give it. */
bool value_is_unavailable(const struct json_node *node);

/* The schema of the field called @name in a struct's schema. @cursor starts as NULL; it makes the usual case, fields in
 * the order of the schema, cheap. */
const struct json_node *value_field_schema(const struct json_node *schema, struct text name,
                                           const struct json_node **cursor);

/* A whole number's text, as big-endian two's complement @bytes with @scale decimals say it. */
struct text value_decimal(struct arena *arena, struct text bytes, int64_t scale);

/* "2024-02-29" and "2024-02-29T12:34:56.789Z"; empty for years beyond 0001..9999. @nanos is below 10^9; zero fractions
 * are left out. */
struct text value_date(struct arena *arena, int64_t days);
struct text value_time(struct arena *arena, int64_t seconds, uint32_t nanos);

/* A point in time from a number of unknown precision: seconds, milli-, micro- or nanoseconds by its size. */
int64_t value_guess_time_ms(int64_t value);
