/* Field lists of a ChangeEventHeader.
 *
 * CometD names fields ("Name.FirstName"). The Pub/Sub API sends bitmaps over the Avro schema: "0x800002" has bits 1 and
 * 23 set, i.e. fields 1 and 23; "4-0x01" is component 0 of compound field 4; bit 0 of the first is the header itself
 * ("ChangeEventHeader Fields"). A JSON body keeps the schema's order, so positions work as long as it holds every
 * field. A body that somebody has filtered does not, and a wrong name would be worse than none; so we resolve only
 * where the body agrees with the bitmaps: the header comes first, no bit lies beyond the last field, each nulled field
 * is null, and LastModifiedDate, which every update changes, is marked as changed.
 */
#include "decode/names.h"

#include "decode/values.h"

#include <string.h>

enum {
        LIST_CHANGED,
        LIST_NULLED,
        LIST_DIFFED
};

struct text names_flatten(struct text name, char out[NAMES_FLAT_MAX])
{
        int64_t dot = text_find_byte(name, '.', 0);
        struct text outer, inner;

        if (dot < 0 || name.length > NAMES_FLAT_MAX)
                return name;
        outer = text_slice(name, 0, (uint32_t)dot);
        inner = text_slice(name, (uint32_t)dot + 1, name.length);
        if (text_equal(outer, TEXT("Name")))
                return inner;
        if (!text_ends_with(outer, TEXT("Address")))
                return name;
        outer.length -= 7;
        if (outer.length > 0)
                memcpy(out, outer.data, outer.length);
        if (inner.length > 0)
                memcpy(out + outer.length, inner.data, inner.length);
        return (struct text){.data = out, .length = outer.length + inner.length};
}

bool names_flat_equal(struct text a, struct text b)
{
        char flat_a[NAMES_FLAT_MAX], flat_b[NAMES_FLAT_MAX];

        return text_equal(names_flatten(a, flat_a), names_flatten(b, flat_b));
}

bool names_have(const struct field_names *names, struct text name)
{
        for (uint32_t i = 0; i < names->count; i++) {
                if (text_equal(names->names[i], name) || names_flat_equal(names->names[i], name))
                        return true;
        }
        return false;
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c = (char)(c | 0x20);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0x…" or "N-0x…": @field is N, or -1; @digits the hexadecimal digits. */
static bool parse_bitmap(struct text text, int64_t *field, struct text *digits)
{
        int64_t dash = text_find_byte(text, '-', 0);
        struct text rest = text;

        *field = -1;
        if (dash > 0) {
                if (!text_to_i64(text_slice(text, 0, (uint32_t)dash), field) || *field < 0)
                        return false;
                rest = text_slice(text, (uint32_t)dash + 1, text.length);
        }
        if (!text_starts_with(rest, TEXT("0x")) && !text_starts_with(rest, TEXT("0X")))
                return false;
        *digits = text_slice(rest, 2, rest.length);
        for (uint32_t i = 0; i < digits->length; i++) {
                if (hex_digit(digits->data[i]) < 0)
                        return false;
        }
        return true;
}

static bool has_bit(struct text digits, uint32_t bit)
{
        uint32_t from_end = bit / 4;

        return from_end < digits.length && (hex_digit(digits.data[digits.length - 1 - from_end]) >> (bit % 4) & 1);
}

static const struct json_node *member_at(const struct json_node *object, int64_t position)
{
        const struct json_node *member = object->child;

        while (member && position-- > 0)
                member = member->next;
        return member;
}

/* The highest position that the bitmap @text speaks of, or -1. */
static int64_t last_position(struct text text)
{
        struct text digits;
        int64_t field;

        if (!parse_bitmap(text, &field, &digits))
                return -1;
        if (field >= 0)
                return field;
        for (uint32_t bit = digits.length * 4; bit-- > 0;) {
                if (has_bit(digits, bit))
                        return bit;
        }
        return -1;
}

static bool list_fits(const struct json_node *list, const struct json_node *body)
{
        for (const struct json_node *item = list->child; item; item = item->next) {
                if (last_position(json_scalar_text(value_untag(item))) >= body->count)
                        return false;
        }
        return true;
}

/* No member of @body at a set bit of @list holds a value. */
static bool nulls_are_null(const struct json_node *list, const struct json_node *body)
{
        for (const struct json_node *item = list->child; item; item = item->next) {
                struct text digits;
                int64_t field;
                uint32_t bit = 0;

                if (!parse_bitmap(json_scalar_text(value_untag(item)), &field, &digits) || field >= 0)
                        continue;
                for (const struct json_node *member = body->child; member; member = member->next, bit++) {
                        if (has_bit(digits, bit) && value_untag(member)->kind != JSON_NULL)
                                return false;
                }
        }
        return true;
}

static bool marks_modification(const struct json_node *changed, const struct json_node *body)
{
        for (const struct json_node *item = changed->child; item; item = item->next) {
                struct text digits;
                int64_t field;
                uint32_t bit = 0;

                if (!parse_bitmap(json_scalar_text(value_untag(item)), &field, &digits) || field >= 0)
                        continue;
                for (const struct json_node *member = body->child; member; member = member->next, bit++) {
                        if (text_equal(member->name, TEXT("LastModifiedDate")))
                                return value_untag(member)->kind == JSON_NULL || has_bit(digits, bit);
                }
        }
        return true;
}

static bool body_is_whole(const struct json_node *const lists[3], const struct json_node *body)
{
        if (!body->child || !text_equal(body->child->name, TEXT("ChangeEventHeader")))
                return false;
        for (int i = 0; i < 3; i++) {
                if (json_is(lists[i], JSON_ARRAY) && !list_fits(lists[i], body))
                        return false;
        }
        if (json_is(lists[LIST_NULLED], JSON_ARRAY) && !nulls_are_null(lists[LIST_NULLED], body))
                return false;
        return !json_is(lists[LIST_CHANGED], JSON_ARRAY) || marks_modification(lists[LIST_CHANGED], body);
}

static void push(struct field_names *out, struct text name)
{
        out->names[out->count++] = name;
}

static struct text join(struct arena *arena, struct text outer, struct text inner)
{
        return arena_printf(arena, "%.*s.%.*s", TEXT_ARG(outer), TEXT_ARG(inner));
}

/* Names behind one bitmap; out->names has room for every member and component of @body. */
static void resolve(struct arena *arena, int64_t field, struct text digits, const struct json_node *body,
                    struct field_names *out)
{
        const struct json_node *outer = NULL, *object = body;
        uint32_t bit = 0;

        if (field >= 0) {
                outer = member_at(body, field);
                object = value_untag(outer);
                if (!json_is(object, JSON_OBJECT)) { /* a compound that is null has no components to count */
                        out->unresolved = true;
                        return;
                }
        }
        for (const struct json_node *member = object->child; member; member = member->next, bit++) {
                if (has_bit(digits, bit) && (outer || bit > 0))
                        push(out, outer ? join(arena, outer->name, member->name) : member->name);
        }
}

static uint32_t room_for(const struct json_node *list, const struct json_node *body)
{
        uint32_t count = list->count + body->count;

        for (const struct json_node *member = body->child; member; member = member->next)
                count += value_untag(member)->count;
        return count;
}

#define BITMAPS_MAX 64 /* of one list: the fields' own and one for each compound field */

static void read_list(struct arena *arena, const struct json_node *list, const struct json_node *body, bool whole,
                      struct field_names *out)
{
        uint32_t bitmaps = 0;

        for (const struct json_node *item = list->child; item; item = item->next) {
                struct text digits;
                int64_t field;

                bitmaps += parse_bitmap(json_scalar_text(value_untag(item)), &field, &digits);
        }
        out->bitmaps = bitmaps > 0;
        if (bitmaps > BITMAPS_MAX || (out->bitmaps && !whole))
                out->unresolved = true;
        out->names = arena_alloc(arena, (list->count + (out->unresolved ? 0 : bitmaps) * room_for(list, body) + 1) *
                                                sizeof(*out->names));
        for (const struct json_node *item = list->child; item; item = item->next) {
                struct text text = json_scalar_text(value_untag(item)), digits;
                int64_t field;

                if (!parse_bitmap(text, &field, &digits))
                        push(out, text);
                else if (!out->unresolved)
                        resolve(arena, field, digits, body, out);
        }
}

void names_read(struct arena *arena, const struct json_node *const lists[3], const struct json_node *body,
                struct field_names out[3])
{
        bool whole = body_is_whole(lists, body);

        for (int i = 0; i < 3; i++) {
                out[i] = (struct field_names){0};
                if (json_is(lists[i], JSON_ARRAY) && lists[i]->count > 0)
                        read_list(arena, lists[i], body, whole, &out[i]);
        }
}
