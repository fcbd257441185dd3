/* fields.h: a JSON object as a flat list of a source's fields. Internal to decode/. */
#pragma once

#include "decode/decoder.h"

enum field_flag {
        FIELD_NUMBER = 1, /* the text is a bare number whose unit nobody told */
};

struct field_list {
        struct change_field *items;
        uint8_t *flags; /* enum field_flag, beside items */
        uint32_t count;
        uint32_t capacity;
        bool unavailable; /* a placeholder stood for a value: the row is not complete */
};

int fields_add(struct decoder *decoder, struct field_list *list, struct change_field field, uint8_t flags);

/* Appends the members of @object. Nested objects give "outer.inner", arrays "name.0", "name.1", …; null and empty
 * containers are unset; placeholders are left out. Of repeated names the last counts. @schema may be NULL. */
int fields_flatten(struct decoder *decoder, struct field_list *list, struct text prefix, const struct json_node *object,
                   const struct json_node *schema);

/* One member: what fields_flatten() does for each. */
int fields_add_member(struct decoder *decoder, struct field_list *list, struct text name, const struct json_node *node,
                      const struct json_node *schema);

/* The field @name, or NULL. */
const struct change_field *fields_find(const struct field_list *list, struct text name);

/* "outer" + "." + "inner". */
struct text fields_join(struct arena *arena, struct text outer, struct text inner);
