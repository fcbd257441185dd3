/* The floor's other parser, in a file of its own: Jansson and base/json.h use the same names for the kinds of values.
 */
#include "floor_jansson.h"

#include <jansson.h>

bool floor_parse_jansson(const char *data, size_t length)
{
        json_t *value = json_loadb(data, length, 0, NULL);

        json_decref(value);
        return value != NULL;
}
