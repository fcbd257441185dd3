/* A value in the target's words: its mapping read backwards, its formats, its limits. */
#include "sync/plan.h"

#include "base/json.h"

/* The target's text for a canonical value; NULL where it has none. Of several the first that is listed. */
static const struct text *word_for(const struct value_mapping *values, uint32_t count, struct text canonical,
                                   bool backwards)
{
        for (uint32_t i = 0; i < count; i++) {
                const struct text *from = backwards ? &values[i].to : &values[i].from;

                if (text_equal_ascii_case(*from, canonical))
                        return backwards ? &values[i].from : &values[i].to;
        }
        return NULL;
}

static struct text map_forward(const struct field_mapping *mapping, struct text text)
{
        for (uint32_t i = 0; mapping->transform == TRANSFORM_VALUES && i < mapping->value_count; i++) {
                if (text_equal(mapping->values[i].from, text))
                        return mapping->values[i].to;
        }
        return text;
}

static uint32_t count_characters(struct text t)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < t.length; i++)
                count += ((unsigned char)t.data[i] & 0xc0) != 0x80;
        return count;
}

/* Consent as a switch: of an opt-out, true is a denial. */
static bool render_consent(const struct field_mapping *mapping, struct text value, struct planned *planned)
{
        bool denied = text_equal(value, TEXT("denied"));

        if (!denied && !text_equal(value, TEXT("granted")))
                return false;
        planned->text = denied == (mapping->transform == TRANSFORM_OPT_OUT) ? TEXT("true") : TEXT("false");
        planned->raw = value;
        planned->boolean = true;
        return true;
}

bool render_value(struct planner *planner, const struct sync_field *field, struct planned *planned)
{
        const struct field_mapping *mapping = field->mapping;
        const struct attribute *attribute = &planner->input->config->vocabulary.attributes[mapping->attribute];
        bool is_switch = mapping->transform == TRANSFORM_OPT_OUT || mapping->transform == TRANSFORM_OPT_IN;
        struct text value = planned->want.value;
        const struct text *word;

        if (is_switch && !render_consent(mapping, value, planned))
                return false;
        if (field->value_count > 0) {
                word = word_for(field->values, field->value_count, value, false);
                if (!word)
                        return false;
                planned->text = *word;
                planned->boolean = false;
        } else if (mapping->transform == TRANSFORM_VALUES) {
                word = word_for(mapping->values, mapping->value_count, value, true);
                if (!word)
                        return false;
                planned->text = *word;
        } else if (!is_switch) {
                planned->text = attribute->kind == KIND_PHONE
                                        ? standard_format_phone(planner->arena, value, field->phone)
                                        : value;
                planned->boolean = attribute->kind == KIND_BOOLEAN;
        }
        if (!is_switch)
                planned->raw = map_forward(mapping, planned->text);
        return field->max_length == 0 || count_characters(planned->text) <= (uint64_t)field->max_length;
}

/* Backwards through a mapping of values only where one text leads to what the record says. */
static bool current_word(const struct field_mapping *mapping, struct text raw, struct text *text)
{
        uint32_t found = 0;

        *text = raw;
        for (uint32_t i = 0; i < mapping->value_count; i++) {
                if (!text_equal(mapping->values[i].to, raw))
                        continue;
                *text = mapping->values[i].from;
                found++;
        }
        return found <= 1;
}

bool render_current(const struct field_mapping *mapping, const struct record *record, struct text *text, bool *is_null,
                    bool *boolean)
{
        const struct slot *slot = record_find(record, mapping->attribute, mapping->label);

        *boolean = false;
        *is_null = !slot || !(slot->flags & SLOT_SET);
        *text = *is_null ? TEXT_NONE : slot->raw;
        if (*is_null)
                return true;
        switch (mapping->transform) {
        case TRANSFORM_OPT_OUT:
        case TRANSFORM_OPT_IN:
                *boolean = true;
                if (text_equal(slot->value, TEXT("denied")))
                        *text = mapping->transform == TRANSFORM_OPT_OUT ? TEXT("true") : TEXT("false");
                else if (text_equal(slot->value, TEXT("granted")))
                        *text = mapping->transform == TRANSFORM_OPT_OUT ? TEXT("false") : TEXT("true");
                else
                        return false;
                return true;
        case TRANSFORM_VALUES:
                return current_word(mapping, slot->raw, text);
        case TRANSFORM_NONE:
                break;
        }
        return true;
}
