/* Wrong pairs, explained and ranked.
 *
 * A pair that is joined wrongly is the worse the more speaks for it, one that is missed the more speaks against it:
 * those are the ones that no threshold would mend.
 */
#include "cli/evaluate_errors.h"

#include <inttypes.h>
#include <stdlib.h>

struct search {
        struct explainer *explainer;
        struct evaluation_errors *errors;
        struct wrong_pairs *pairs;
        size_t capacity;
        struct error *error;
        int code;
};

static int find_record(struct search *search, struct record_name name, uint32_t *number)
{
        struct text whole =
                arena_printf(&search->errors->arena, "%.*s/%.*s", TEXT_ARG(name.source), TEXT_ARG(name.record_id));

        return explainer_find_record(search->explainer, whole, number, search->error);
}

static bool explain(void *context, struct record_name a, struct record_name b)
{
        struct search *search = context;
        struct arena arena ARENA_CLEANUP = {0};
        struct explanation explanation = {.outcome = EXPLAIN_NO_MATCH};
        uint32_t left = 0, right = 0;

        search->pairs->all++;
        if (search->pairs->count == WRONG_PAIRS_MAX)
                return true;
        search->code = find_record(search, a, &left);
        if (search->code == 0)
                search->code = find_record(search, b, &right);
        if (search->code == 0)
                search->code = explain_verdict(search->explainer, &arena, left, right, &explanation, search->error);
        if (search->code < 0)
                return false;
        search->pairs->outcomes[explanation.outcome]++;
        *ARENA_PUSH(&search->errors->arena, search->pairs->items, search->pairs->count, search->capacity) =
                (struct wrong_pair){
                        .a = a,
                        .b = b,
                        .posterior_mbit = explanation.detail.score.posterior_mbit,
                        .outcome = explanation.outcome,
                        .reasons = explain_reasons(&search->errors->arena, &explanation.detail),
                };
        return true;
}

static int compare_names(const struct wrong_pair *a, const struct wrong_pair *b)
{
        int order = text_compare(a->a.source, b->a.source);

        if (order == 0)
                order = text_compare(a->a.record_id, b->a.record_id);
        if (order == 0)
                order = text_compare(a->b.source, b->b.source);
        return order != 0 ? order : text_compare(a->b.record_id, b->b.record_id);
}

static int highest_first(const void *left, const void *right)
{
        const struct wrong_pair *a = left, *b = right;

        if (a->posterior_mbit != b->posterior_mbit)
                return a->posterior_mbit > b->posterior_mbit ? -1 : 1;
        return compare_names(a, b);
}

static int lowest_first(const void *left, const void *right)
{
        const struct wrong_pair *a = left, *b = right;

        if (a->posterior_mbit != b->posterior_mbit)
                return a->posterior_mbit < b->posterior_mbit ? -1 : 1;
        return compare_names(a, b);
}

int evaluation_errors_find(struct explainer *explainer, const struct labels *truth, const struct labels *predicted,
                           struct evaluation_errors *errors, struct error *error)
{
        struct search joined = {.explainer = explainer, .errors = errors, .pairs = &errors->joined, .error = error};
        struct search missed = {.explainer = explainer, .errors = errors, .pairs = &errors->missed, .error = error};

        evaluate_differences(predicted, truth, explain, &joined);
        if (joined.code == 0)
                evaluate_differences(truth, predicted, explain, &missed);
        if (errors->joined.count > 1)
                qsort(errors->joined.items, errors->joined.count, sizeof(*errors->joined.items), highest_first);
        if (errors->missed.count > 1)
                qsort(errors->missed.items, errors->missed.count, sizeof(*errors->missed.items), lowest_first);
        return joined.code < 0 ? joined.code : missed.code;
}

void evaluation_errors_free(struct evaluation_errors *errors)
{
        arena_free(&errors->arena);
}

/* ---- writing -------------------------------------------------------------------------------------------------------
 */

static void write_pairs(const struct wrong_pairs *pairs, uint32_t worst, struct buffer *out)
{
        for (uint32_t i = 0; i < pairs->count && i < worst; i++) {
                const struct wrong_pair *pair = &pairs->items[i];

                buffer_printf(out, "  %.*s/%.*s and %.*s/%.*s: %+.1f, %s\n", TEXT_ARG(pair->a.source),
                              TEXT_ARG(pair->a.record_id), TEXT_ARG(pair->b.source), TEXT_ARG(pair->b.record_id),
                              pair->posterior_mbit / 1000.0, explain_outcome_text(pair->outcome));
                if (pair->reasons.length > 0)
                        buffer_printf(out, "      %.*s\n", TEXT_ARG(pair->reasons));
        }
        if (pairs->count < pairs->all)
                buffer_printf(out, "  only the first %u were looked at\n", pairs->count);
}

void evaluation_errors_write_text(const struct evaluation_errors *errors, uint32_t worst, struct buffer *out)
{
        buffer_printf(out, "\n%" PRIu64 " pairs are joined wrongly%s\n", errors->joined.all,
                      errors->joined.count > 0 ? "; what most spoke for, in bits:" : "");
        write_pairs(&errors->joined, worst, out);
        buffer_printf(out, "\n%" PRIu64 " pairs are missed", errors->missed.all);
        for (int i = 0; i < EXPLAIN_OUTCOME_COUNT; i++) {
                if (errors->missed.outcomes[i] > 0)
                        buffer_printf(out, "\n  %" PRIu64 ": %s", errors->missed.outcomes[i], explain_outcome_text(i));
        }
        buffer_string(out, errors->missed.count > 0 ? "\nWhat most spoke against:\n" : "\n");
        write_pairs(&errors->missed, worst, out);
        if (errors->joined.count + errors->missed.count > 0)
                buffer_string(out, "\n`durand explain` shows a pair whole.\n");
}

static void write_name(struct json_writer *writer, const char *name, struct record_name record)
{
        json_write_name(writer, name);
        json_write_object(writer);
        json_write_name(writer, "source");
        json_write_text(writer, record.source);
        json_write_name(writer, "record_id");
        json_write_text(writer, record.record_id);
        json_write_object_end(writer);
}

static void write_json_pairs(struct json_writer *writer, const char *name, const struct wrong_pairs *pairs,
                             uint32_t worst)
{
        json_write_name(writer, name);
        json_write_object(writer);
        json_write_name(writer, "pairs");
        json_write_i64(writer, (int64_t)pairs->all);
        json_write_name(writer, "outcomes");
        json_write_object(writer);
        for (int i = 0; i < EXPLAIN_OUTCOME_COUNT; i++) {
                if (pairs->outcomes[i] == 0)
                        continue;
                json_write_name(writer, explain_outcome_name(i));
                json_write_i64(writer, (int64_t)pairs->outcomes[i]);
        }
        json_write_object_end(writer);
        json_write_name(writer, "worst");
        json_write_array(writer);
        for (uint32_t i = 0; i < pairs->count && i < worst; i++) {
                json_write_object(writer);
                write_name(writer, "a", pairs->items[i].a);
                write_name(writer, "b", pairs->items[i].b);
                json_write_name(writer, "posterior_mbit");
                json_write_i64(writer, pairs->items[i].posterior_mbit);
                json_write_name(writer, "outcome");
                json_write_string(writer, explain_outcome_name(pairs->items[i].outcome));
                json_write_name(writer, "reasons");
                json_write_text(writer, pairs->items[i].reasons);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
        json_write_object_end(writer);
}

void evaluation_errors_write_json(const struct evaluation_errors *errors, uint32_t worst, struct json_writer *writer)
{
        write_json_pairs(writer, "joined_wrongly", &errors->joined, worst);
        write_json_pairs(writer, "missed", &errors->missed, worst);
}
