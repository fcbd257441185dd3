/* position.h: when and where in a database's log a change was made. Internal to decode/. */
#pragma once

#include "decode/decoder.h"

/* The version of an enveloped event. @source is its `source` block or NULL, @envelope the object around it. */
struct version position_of_event(const struct decoder *decoder, const struct json_node *envelope,
                                 const struct json_node *source);

/* The version of a flattened row, from its "__…" columns and the headers of the same names. */
struct version position_of_row(const struct decoder *decoder, const struct json_node *row);

/* The version of an event inside a CloudEvent, from the event's attributes. */
struct version position_of_cloud_event(const struct decoder *decoder, const struct json_node *event);
