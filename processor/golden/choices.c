/* Why a value survived: the same ranking as the golden record's, told candidate by candidate. */
#include "golden/internal.h"

/* What a candidate shows, and what it is compared by. */
struct entry {
        const struct standing *standing;
        struct text value;
};

static struct text address_line(struct arena *arena, const struct address *address)
{
        struct buffer line BUFFER_CLEANUP = {0};

        for (int i = 0; i < ADDRESS_PARTS; i++) {
                if (!address->parts[i])
                        continue;
                if (line.length > 0)
                        buffer_text(&line, TEXT(", "));
                buffer_text(&line, address->parts[i]->value);
        }
        return arena_text(arena, buffer_view(&line));
}

/* The first of @entries is the one that survives; @pinned: of an address, the parts of it that a steward pinned. */
static struct golden_choice choose(struct arena *arena, uint16_t attribute, const struct entry *entries, size_t count,
                                   bool pinned)
{
        struct golden_candidate *candidates = arena_calloc(arena, count, sizeof(*candidates));
        const struct standing *best = entries[0].standing;
        bool differ = false;

        for (size_t i = 0; i < count; i++) {
                const struct standing *standing = entries[i].standing;
                enum criterion decided = CRITERION_ORDER;
                bool same = text_equal(entries[i].value, entries[0].value);

                if (i > 0 && !same)
                        standing_compare(best, standing, &decided);
                differ |= !same;
                candidates[i] = (struct golden_candidate){
                        .record = standing->record,
                        .label = standing->label,
                        .value = entries[i].value,
                        .time_ms = standing->version.time_ms,
                        .pin = standing->pin,
                        .lost = standing->apart ? criterion_loss(CRITERION_TOGETHER)
                                : same          ? NULL
                                                : criterion_loss(decided),
                };
        }
        return (struct golden_choice){
                .attribute = attribute,
                .how = best->how,
                .candidates = candidates,
                .count = (uint32_t)count,
                .none = best->apart,
                .disputed = best->how->rule == SURVIVE_STEWARD && differ && best->pin.length == 0 && !pinned,
        };
}

static struct golden_choice choose_attribute(const struct field *field, size_t from, size_t to)
{
        struct entry *entries = arena_calloc(field->arena, to - from, sizeof(*entries));

        for (size_t i = from; i < to; i++)
                entries[i - from] = (struct entry){.standing = &field->candidates[i].standing,
                                                   .value = field->candidates[i].slot->value};
        return choose(field->arena, field->candidates[from].slot->attribute, entries, to - from, false);
}

static struct golden_choice choose_address(const struct field *field)
{
        struct entry *entries = arena_calloc(field->arena, field->address_count, sizeof(*entries));
        bool pinned = false;

        for (size_t i = 0; i < field->address_count; i++)
                entries[i] = (struct entry){.standing = &field->addresses[i].standing,
                                            .value = address_line(field->arena, &field->addresses[i])};
        for (int i = 0; i < ADDRESS_PARTS; i++)
                pinned |= field->addresses[0].pins[i] != NULL;
        return choose(field->arena, ATTRIBUTE_ADDRESS_STREET, entries, field->address_count, pinned);
}

uint32_t golden_explain(struct arena *arena, const struct golden_input *input, const struct golden_choice **choices)
{
        struct field field;
        struct golden_choice *list;
        uint32_t count = 0;

        field_collect(&field, arena, input);
        list = arena_calloc(arena, input->config->vocabulary.count + 1, sizeof(*list));
        for (size_t from = 0, to; from < field.candidate_count; from = to) {
                to = field_end(&field, from);
                list[count++] = choose_attribute(&field, from, to);
        }
        if (field.address_count > 0)
                list[count++] = choose_address(&field);
        *choices = list;
        return count;
}
