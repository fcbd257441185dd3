/* floor_jansson.h: a line through Jansson. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* False where Jansson does not take it. */
bool floor_parse_jansson(const char *data, size_t length);
