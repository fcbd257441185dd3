/* Flattening. Names are paths joined by '.', which is how mappings and the vocabulary spell them ("address.city").
 *
 * Published Debezium examples hold repeated names in one object; the last counts. Looking behind each member for a
 * namesake would be quadratic, so a small filter of the names seen decides whether it is worth looking.
 */
#include "decode/fields.h"

#include "decode/values.h"

#include <string.h>

int fields_add(struct decoder *decoder, struct field_list *list, struct change_field field, uint8_t flags)
{
        if (list->count == list->capacity) {
                uint32_t capacity = list->capacity ? list->capacity * 2 : 32;
                struct change_field *items;
                uint8_t *marks;

                if (list->count >= DECODE_FIELDS_MAX)
                        return decoder_reject(decoder, "more than %d fields in one row", DECODE_FIELDS_MAX);
                items = arena_alloc(decoder->arena, capacity * sizeof(*items));
                marks = arena_alloc(decoder->arena, capacity);
                if (list->count > 0) {
                        memcpy(items, list->items, list->count * sizeof(*items));
                        memcpy(marks, list->flags, list->count);
                }
                list->items = items;
                list->flags = marks;
                list->capacity = capacity;
        }
        list->items[list->count] = field;
        list->flags[list->count++] = flags;
        return 0;
}

struct text fields_join(struct arena *arena, struct text outer, struct text inner)
{
        char *out;

        if (outer.length == 0)
                return inner;
        out = arena_alloc(arena, (size_t)outer.length + inner.length + 1);
        memcpy(out, outer.data, outer.length);
        out[outer.length] = '.';
        if (inner.length > 0)
                memcpy(out + outer.length + 1, inner.data, inner.length);
        return (struct text){.data = out, .length = outer.length + inner.length + 1};
}

static int add_array(struct decoder *decoder, struct field_list *list, struct text name, const struct json_node *array,
                     const struct json_node *schema)
{
        const struct json_node *items = json_get(schema, "items");
        uint32_t index = 0;

        for (const struct json_node *item = array->child; item; item = item->next, index++) {
                struct text number = arena_printf(decoder->arena, "%u", index);
                int r = fields_add_member(decoder, list, fields_join(decoder->arena, name, number), item, items);

                if (r < 0)
                        return r;
        }
        return 0;
}

int fields_add_member(struct decoder *decoder, struct field_list *list, struct text name, const struct json_node *node,
                      const struct json_node *schema)
{
        struct change_field field = {.name = name, .set = true};
        bool number = false;

        node = value_untag(node);
        if (value_is_unavailable(node)) {
                list->unavailable = true;
                return 0;
        }
        switch (node->kind) {
        case JSON_NULL:
                field.set = false;
                break;
        case JSON_OBJECT:
                if (node->count == 0)
                        field.set = false;
                else if (!value_of_object(decoder->arena, node, schema, &field.value))
                        return fields_flatten(decoder, list, name, node, schema);
                break;
        case JSON_ARRAY:
                if (node->count > 0)
                        return add_array(decoder, list, name, node, schema);
                field.set = false;
                break;
        default:
                field.value = value_text(decoder->arena, node, schema, &number);
                break;
        }
        return fields_add(decoder, list, field, number ? FIELD_NUMBER : 0);
}

/* A filter over names, 256 bits: no bit, no namesake. */
struct name_filter {
        uint64_t bits[4];
};

static bool filter_add(struct name_filter *filter, struct text name)
{
        uint32_t hash = name.length * 37;
        uint64_t bit;

        if (name.length > 0)
                hash += (uint8_t)name.data[0] * 5U + (uint8_t)name.data[name.length / 2] * 11U +
                        (uint8_t)name.data[name.length - 1];
        bit = 1ULL << (hash & 63);
        if (filter->bits[hash >> 6 & 3] & bit)
                return true;
        filter->bits[hash >> 6 & 3] |= bit;
        return false;
}

/* True where two members have one name. */
static bool has_repeats(const struct json_node *object)
{
        struct name_filter filter = {{0}};

        for (const struct json_node *member = object->child; member; member = member->next) {
                if (!filter_add(&filter, member->name))
                        continue;
                for (const struct json_node *other = object->child; other != member; other = other->next) {
                        if (text_equal(other->name, member->name))
                                return true;
                }
        }
        return false;
}

static bool is_shadowed(const struct json_node *member)
{
        for (const struct json_node *other = member->next; other; other = other->next) {
                if (text_equal(other->name, member->name))
                        return true;
        }
        return false;
}

int fields_flatten(struct decoder *decoder, struct field_list *list, struct text prefix, const struct json_node *object,
                   const struct json_node *schema)
{
        const struct json_node *cursor = NULL;
        bool repeats;

        if (object->count > DECODE_FIELDS_MAX)
                return decoder_reject(decoder, "more than %d fields in one row", DECODE_FIELDS_MAX);
        repeats = has_repeats(object);
        for (const struct json_node *member = object->child; member; member = member->next) {
                const struct json_node *type = value_field_schema(schema, member->name, &cursor);
                int r;

                if (repeats && is_shadowed(member))
                        continue;
                r = fields_add_member(decoder, list, fields_join(decoder->arena, prefix, member->name), member, type);
                if (r < 0)
                        return r;
        }
        return 0;
}

const struct change_field *fields_find(const struct field_list *list, struct text name)
{
        for (uint32_t i = 0; i < list->count; i++) {
                if (text_equal(list->items[i].name, name))
                        return &list->items[i];
        }
        for (uint32_t i = 0; i < list->count; i++) {
                if (text_equal_ascii_case(list->items[i].name, name))
                        return &list->items[i];
        }
        return NULL;
}
