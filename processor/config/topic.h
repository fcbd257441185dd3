/* topic.h: the topics of a source, as names or as patterns.
 *
 * What begins with '^' is a regular expression (POSIX extended, as librdkafka has them); '^' is in no topic's name. It
 * matches from the beginning of a name, and to its end only where it ends with '$'. Repetitions with counts ("{3}"),
 * back references and more than a few '+' are refused: a topic's name needs none, and they let a short pattern take any
 * amount of memory or time.
 */
#pragma once

#include "config/config.h"

#include <regex.h>

#define TOPIC_NAME_MAX 249 /* Kafka's own limit */

struct topic_pattern {
        struct text text;
        uint32_t source; /* its number in the configuration */
        regex_t regex;
};

/* Characters that Kafka allows, and no more than TOPIC_NAME_MAX. */
bool topic_is_name(struct text text);

bool topic_is_pattern(struct text text);

/* Compiles @pattern into @regex, which regfree() frees. ERR_USAGE with the reason. */
int topic_compile(struct text pattern, regex_t *regex, struct error *error);
