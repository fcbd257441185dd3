/* An explanation as a page of text: the records side by side, the score as a waterfall, and the sentence.
 *
 * Eighty columns, for a terminal of any width and for a mail. Weights are in bits: one more doubles the odds.
 */
#include "cli/explain_print.h"
#include "steward/decision.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 18
#define VALUE_WIDTH 29
#define LEVEL_WIDTH 34
#define BAR_BITS_MAX 16
#define KEYS_SHOWN_MAX 6

static uint32_t count_points(struct text t)
{
        uint32_t points = 0;

        for (uint32_t i = 0; i < t.length; i++)
                points += ((unsigned char)t.data[i] & 0xc0) != 0x80;
        return points;
}

/* The first @width characters, the last of them an ellipsis where more follow. Control characters become blanks: values
 * come from outside, and the page goes to a terminal. */
static void write_clipped(struct buffer *out, struct text t, uint32_t width)
{
        bool cut = count_points(t) > width;
        uint32_t points = 0;

        for (uint32_t i = 0; i < t.length; i++) {
                unsigned char byte = (unsigned char)t.data[i];

                if ((byte & 0xc0) != 0x80 && points++ == width - cut)
                        break;
                buffer_byte(out, byte < 0x20 || byte == 0x7f ? ' ' : byte);
        }
        if (cut)
                buffer_text(out, TEXT("…"));
}

static void write_cell(struct buffer *out, struct text t, uint32_t width)
{
        write_clipped(out, t, width);
        buffer_byte(out, ' ');
        for (uint32_t points = count_points(t); points < width; points++)
                buffer_byte(out, ' ');
}

static void write_cells(struct buffer *out, struct text name, struct text a, struct text b)
{
        write_cell(out, name, NAME_WIDTH);
        write_cell(out, a, VALUE_WIDTH);
        write_clipped(out, b, VALUE_WIDTH);
        buffer_byte(out, '\n');
}

static void write_bold(const struct explain_view *view, struct buffer *out, const char *text)
{
        buffer_printf(out, view->colour ? "\033[1m%s\033[0m" : "%s", text);
}

/* As the command takes it. The entity (a table, an object) is left out: the columns are narrow, and JSON has it. */
static void write_key(struct buffer *out, struct record_key key)
{
        buffer_printf(out, "%.*s/%.*s", TEXT_ARG(key.source), TEXT_ARG(key.record_id));
}

const char *explain_zone(const struct match_zones *zones, int32_t posterior_mbit)
{
        if (posterior_mbit >= zones->match_mbit)
                return "match";
        return posterior_mbit >= zones->review_mbit ? "review" : "no match";
}

/* ---- side by side --------------------------------------------------------------------------------------------------
 */

static int compare_slots(const struct slot *a, const struct slot *b)
{
        if (a->attribute != b->attribute)
                return a->attribute < b->attribute ? -1 : 1;
        return text_compare(a->label, b->label);
}

static bool is_shown(const struct slot *slot)
{
        return slot->flags & SLOT_SET && slot->raw.length > 0;
}

static struct text say_value(struct arena *arena, const struct slot *slot)
{
        if (slot->flags & SLOT_INVALID)
                return arena_printf(arena, "%.*s (not valid)", TEXT_ARG(slot->raw));
        return slot->flags & SLOT_FAKE ? arena_printf(arena, "%.*s (placeholder)", TEXT_ARG(slot->raw)) : slot->raw;
}

static bool differs(const struct slot *slot)
{
        return slot && !text_equal(slot->raw, slot->value) && !(slot->flags & (SLOT_INVALID | SLOT_FAKE));
}

/* One attribute, as the sources say it and, where that differs, in canonical form. */
static void write_row(const struct explain_view *view, struct arena *arena, const struct slot *a, const struct slot *b,
                      struct buffer *out)
{
        const struct slot *any = a ? a : b;
        const char *name = view->config->vocabulary.attributes[any->attribute].name;
        struct text title =
                any->label.length > 0 ? arena_printf(arena, "%s (%.*s)", name, TEXT_ARG(any->label)) : text_from(name);

        write_cells(out, title, a ? say_value(arena, a) : TEXT_NONE, b ? say_value(arena, b) : TEXT_NONE);
        if (differs(a) || differs(b))
                write_cells(out, TEXT("  standardised"), a ? a->value : TEXT_NONE, b ? b->value : TEXT_NONE);
}

static struct text record_name(struct arena *arena, struct record_key key)
{
        BUFFER_CLEANUP struct buffer name = {0};

        write_key(&name, key);
        return arena_text(arena, buffer_view(&name));
}

static void write_records(const struct explain_view *view, const struct record *a, const struct record *b,
                          struct buffer *out)
{
        ARENA_CLEANUP struct arena arena = {0};
        uint32_t i = 0, j = 0;

        write_cells(out, TEXT_NONE, record_name(&arena, a->key), record_name(&arena, b->key));
        while (i < a->slot_count || j < b->slot_count) {
                const struct slot *left = i < a->slot_count ? &a->slots[i] : NULL;
                const struct slot *right = j < b->slot_count ? &b->slots[j] : NULL;
                int order = !left ? 1 : !right ? -1 : compare_slots(left, right);

                i += order <= 0;
                j += order >= 0;
                left = left && order <= 0 && is_shown(left) ? left : NULL;
                right = right && order >= 0 && is_shown(right) ? right : NULL;
                if (left || right)
                        write_row(view, &arena, left, right, out);
        }
}

/* ---- the waterfall -------------------------------------------------------------------------------------------------
 */

static void write_bar(const struct explain_view *view, int32_t weight_mbit, struct buffer *out)
{
        int32_t bits = (abs(weight_mbit) + 500) / 1000;

        if (view->colour && bits > 0)
                buffer_text(out, weight_mbit > 0 ? TEXT("\033[32m") : TEXT("\033[31m"));
        for (int32_t i = 0; i < bits && i < BAR_BITS_MAX; i++)
                buffer_text(out, weight_mbit > 0 ? TEXT("+") : TEXT("-"));
        if (view->colour && bits > 0)
                buffer_text(out, TEXT("\033[0m"));
}

static void write_step(const struct explain_view *view, struct arena *arena, const struct score_step *step,
                       int32_t sum_mbit, struct buffer *out)
{
        struct text level = step->rarity_mbit == 0 ? step->level
                                                   : arena_printf(arena, "%.*s (%s value %+.1f)", TEXT_ARG(step->level),
                                                                  step->rarity_mbit > 0 ? "rare" : "common",
                                                                  step->rarity_mbit / 1000.0);

        write_cell(out, step->attribute, NAME_WIDTH);
        write_cell(out, level, LEVEL_WIDTH);
        buffer_printf(out, "%+6.1f %+6.1f  ", step->weight_mbit / 1000.0, sum_mbit / 1000.0);
        write_bar(view, step->weight_mbit, out);
        while (out->length > 0 && out->data[out->length - 1] == ' ')
                out->length--;
        buffer_byte(out, '\n');
}

static void write_score(const struct explain_view *view, const struct explanation *explanation, struct buffer *out)
{
        const struct match_zones *zones = &view->config->zones[explanation->a.type];
        const struct score_detail *detail = &explanation->detail;
        ARENA_CLEANUP struct arena arena = {0};
        int32_t sum_mbit = 0;

        buffer_byte(out, '\n');
        write_cell(out, TEXT("evidence, in bits"), NAME_WIDTH);
        write_cell(out, TEXT("level"), LEVEL_WIDTH);
        buffer_text(out, TEXT("weight    sum\n"));
        for (uint32_t i = 0; i < detail->step_count; i++) {
                sum_mbit += detail->steps[i].weight_mbit;
                write_step(view, &arena, &detail->steps[i], sum_mbit, out);
        }
        buffer_printf(out, "%*s", NAME_WIDTH + 1, "");
        write_cell(out, TEXT("the odds that they are the same"), LEVEL_WIDTH);
        buffer_printf(out, "       %+6.1f  ", detail->score.posterior_mbit / 1000.0);
        write_bold(view, out, explain_zone(zones, detail->score.posterior_mbit));
        buffer_printf(out, "\nA match needs %+.1f, a steward is asked from %+.1f on; one bit more doubles the odds.\n",
                      (double)zones->match_mbit / 1000.0, (double)zones->review_mbit / 1000.0);
        if (detail->rule)
                buffer_printf(out, "The rule %.*s decides: %s.\n", TEXT_ARG(detail->rule->name),
                              rule_verdict_name(detail->rule->then));
        if (detail->contradiction.length > 0)
                buffer_printf(out, "The identifiers exclude each other: %.*s.\n", TEXT_ARG(detail->contradiction));
}

/* ---- why -----------------------------------------------------------------------------------------------------------
 */

static void write_link(const struct explained_link *link, struct buffer *out)
{
        buffer_text(out, TEXT("  "));
        write_key(out, link->a);
        buffer_text(out, link->equal ? TEXT(" has the same values as ") : TEXT(" and "));
        write_key(out, link->b);
        buffer_printf(out, ": %+.1f\n", link->posterior_mbit / 1000.0);
        if (link->reasons.length > 0)
                buffer_printf(out, "      %.*s\n", TEXT_ARG(link->reasons));
}

static void write_path(const struct explanation *explanation, struct buffer *out)
{
        const struct explained_link *weakest = explanation->path;

        if (explanation->path_count < 2)
                return;
        for (uint32_t i = 1; i < explanation->path_count; i++) {
                if (explanation->path[i].posterior_mbit < weakest->posterior_mbit)
                        weakest = &explanation->path[i];
        }
        buffer_printf(out, "The strongest way between them has %u links, the weakest of %+.1f:\n",
                      explanation->path_count, weakest->posterior_mbit / 1000.0);
        for (uint32_t i = 0; i < explanation->path_count; i++)
                write_link(&explanation->path[i], out);
}

static void write_keys(const struct explain_view *view, const struct explanation *explanation, struct buffer *out)
{
        if (explanation->key_count == 0) {
                buffer_text(out, TEXT("They have no blocking key in common.\n"));
                return;
        }
        buffer_text(out, TEXT("Blocking keys in common, most selective first:\n"));
        for (uint32_t i = 0; i < explanation->key_count && i < KEYS_SHOWN_MAX; i++) {
                const struct explained_key *key = &explanation->keys[i];

                buffer_printf(out, "  %s: %u different records have it%s\n", key->recipe, key->nodes,
                              key->generic ? ", too many to compare" : "");
        }
        if (explanation->key_count > KEYS_SHOWN_MAX)
                buffer_printf(out, "  and %u more\n", explanation->key_count - KEYS_SHOWN_MAX);
        if (!explanation->compared)
                buffer_printf(out, "A key proposes pairs up to matching.cap (%" PRId64 ") different records.\n",
                              view->config->block_cap);
}

static void write_against(const struct explanation *explanation, struct buffer *out)
{
        if (explanation->cross_pairs == 0)
                return;
        buffer_printf(out,
                      "Their entities have %u pairs of records, %+.1f on average. What speaks most against them:\n",
                      explanation->cross_pairs, explanation->cross_mean_mbit / 1000.0);
        write_link(&explanation->against, out);
}

static void write_decisions(const struct explanation *explanation, struct buffer *out)
{
        for (uint32_t i = 0; i < explanation->decision_count; i++) {
                const struct decision *decision = &explanation->decisions[i];
                char at[TIME_TEXT_SIZE];

                time_format_iso(decision->at_ms, at);
                buffer_printf(out, "%.10s %.*s: ", at, TEXT_ARG(decision->by));
                write_key(out, decision->records[0]);
                buffer_text(out, TEXT(" and "));
                write_key(out, decision->records[1]);
                buffer_printf(out, " are %s (%.*s).\n", decision->kind == DECISION_SAME ? "the same" : "different",
                              TEXT_ARG(decision->reason));
        }
}

void explain_pair_write_text(const struct explain_view *view, const struct explanation *explanation, struct buffer *out)
{
        write_records(view, &explanation->a.record, &explanation->b.record, out);
        write_cells(out, TEXT("entity"), text_from(explanation->a.entity_id), text_from(explanation->b.entity_id));
        if (explanation->outcome != EXPLAIN_OTHER_TYPE)
                write_score(view, explanation, out);
        buffer_byte(out, '\n');
        write_key(out, explanation->a.record.key);
        buffer_text(out, TEXT(" and "));
        write_key(out, explanation->b.record.key);
        buffer_text(out, TEXT(": "));
        write_bold(view, out, explain_outcome_text(explanation->outcome));
        buffer_text(out, TEXT(".\n"));
        write_decisions(explanation, out);
        write_path(explanation, out);
        write_against(explanation, out);
        if (explanation->outcome != EXPLAIN_OTHER_TYPE)
                write_keys(view, explanation, out);
}

/* ---- values --------------------------------------------------------------------------------------------------------
 */

static const char *choice_name(const struct explain_view *view, const struct golden_choice *choice)
{
        return choice->attribute == ATTRIBUTE_ADDRESS_STREET
                       ? "address"
                       : view->config->vocabulary.attributes[choice->attribute].name;
}

static bool differ(const struct golden_choice *choice)
{
        for (uint32_t i = 1; i < choice->count; i++) {
                if (choice->candidates[i].lost)
                        return true;
        }
        return choice->none;
}

/* The value, who says it, and how it won or why it lost; who repeats it is not named again. */
static void write_choice(const struct explain_view *view, const struct golden_choice *choice, struct buffer *out)
{
        for (uint32_t i = 0; i < choice->count; i++) {
                const struct golden_candidate *candidate = &choice->candidates[i];
                bool repeats = i > 0 && text_equal(candidate->value, choice->candidates[i - 1].value);

                if (repeats)
                        continue;
                write_cell(out, i == 0 ? text_from(choice_name(view, choice)) : TEXT_NONE, NAME_WIDTH);
                write_cell(out, candidate->value, LEVEL_WIDTH);
                write_cell(out,
                           text_from(candidate->lost             ? candidate->lost
                                     : candidate->pin.length > 0 ? "pinned by a steward"
                                                                 : survivorship_rule_name(choice->how->rule)),
                           LEVEL_WIDTH);
                write_key(out, candidate->record->key);
                buffer_byte(out, '\n');
        }
}

static void write_choices(const struct explain_view *view, const struct entity_explanation *explanation,
                          struct buffer *out)
{
        bool begun = false;

        for (uint32_t i = 0; i < explanation->choice_count; i++) {
                if (!differ(&explanation->choices[i]))
                        continue;
                if (!begun)
                        buffer_text(out, TEXT("Where they differ, which value survives, and why not the others:\n"));
                begun = true;
                write_choice(view, &explanation->choices[i], out);
        }
}

void explain_entity_write_text(const struct explain_view *view, const struct entity_explanation *explanation,
                               struct buffer *out)
{
        write_bold(view, out, explanation->entity_id);
        buffer_printf(out, ": %u records are one %s.\n", explanation->member_count,
                      record_type_name(explanation->type));
        for (uint32_t i = 0; i < explanation->member_count; i++) {
                buffer_text(out, TEXT("  "));
                write_key(out, explanation->members[i].record.key);
                buffer_byte(out, '\n');
        }
        if (explanation->link_count > 0)
                buffer_text(out, TEXT("The links that hold it together, strongest first, in bits:\n"));
        else if (explanation->member_count > 1)
                buffer_text(out, TEXT("All of them say the same.\n"));
        for (uint32_t i = 0; i < explanation->link_count; i++)
                write_link(&explanation->links[i], out);
        write_choices(view, explanation, out);
        if (explanation->nodes_left_out > 0)
                buffer_printf(out, "%u more different records were not looked at.\n", explanation->nodes_left_out);
}
