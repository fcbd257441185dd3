/* A plain array, searched from end to end: histories are small, and nothing here may share a mistake with the engine.
 */
#include "outputs.h"

#include <stdio.h>
#include <stdlib.h>

void output_set_free(struct output_set *set)
{
        arena_free(&set->arena);
        *set = (struct output_set){0};
}

void output_set_put(struct output_set *set, struct text topic, struct text key, struct text value)
{
        size_t at = 0;

        while (at < set->count && !(text_equal(set->items[at].key, key) && text_equal(set->items[at].topic, topic)))
                at++;
        if (value.length == 0) {
                if (at < set->count)
                        set->items[at] = set->items[--set->count];
                return;
        }
        if (at == set->count)
                *ARENA_PUSH(&set->arena, set->items, set->count, set->capacity) =
                        (struct output_pair){.topic = arena_text(&set->arena, topic),
                                             .key = arena_text(&set->arena, key)};
        set->items[at].value = arena_text(&set->arena, value);
}

struct engine_digest output_set_digest(const struct output_set *set)
{
        struct engine_digest digest = {0};

        for (size_t i = 0; i < set->count; i++) {
                const struct output_pair *pair = &set->items[i];
                struct hash128 *sum = text_equal(pair->topic, TEXT("records")) ? &digest.records : &digest.derived;

                *sum = hash128_add(*sum, digest_entry(pair->topic, pair->key, pair->value));
        }
        return digest;
}

/* Records first: where R differs, all else follows from it. */
static int compare_pairs(const void *left, const void *right)
{
        const struct output_pair *a = left, *b = right;
        int order = text_equal(b->topic, TEXT("records")) - text_equal(a->topic, TEXT("records"));

        if (order == 0)
                order = text_compare(a->topic, b->topic);

        return order ? order : text_compare(a->key, b->key);
}

static void sort_pairs(struct output_set *set)
{
        if (set->count > 1)
                qsort(set->items, set->count, sizeof(*set->items), compare_pairs);
}

/* Two long values, from a little before they part. */
static void describe(const struct output_pair *a, const struct output_pair *b, char *message, size_t size)
{
        uint32_t at = 0, from;

        while (at < a->value.length && at < b->value.length && a->value.data[at] == b->value.data[at])
                at++;
        from = at < 60 ? 0 : at - 60;
        snprintf(message, size, "%.*s %.*s, from byte %u on\n  expected %.*s\n  found    %.*s", TEXT_ARG(a->topic),
                 TEXT_ARG(a->key), from, TEXT_ARG(text_slice(a->value, from, 400)),
                 TEXT_ARG(text_slice(b->value, from, 400)));
}

bool output_set_differ(struct output_set *expected, struct output_set *found, char *message, size_t size)
{
        size_t i = 0;

        sort_pairs(expected);
        sort_pairs(found);
        for (; i < expected->count || i < found->count; i++) {
                const struct output_pair *a = i < expected->count ? &expected->items[i] : NULL;
                const struct output_pair *b = i < found->count ? &found->items[i] : NULL;
                int order = i >= found->count ? -1 : i >= expected->count ? 1 : compare_pairs(a, b);

                if (order == 0 && text_equal(a->value, b->value))
                        continue;
                if (order < 0)
                        snprintf(message, size, "%.*s %.*s is missing, expected\n  %.*s", TEXT_ARG(a->topic),
                                 TEXT_ARG(a->key), TEXT_ARG(a->value));
                else if (order > 0)
                        snprintf(message, size, "%.*s %.*s should not be there:\n  %.*s", TEXT_ARG(b->topic),
                                 TEXT_ARG(b->key), TEXT_ARG(b->value));
                else
                        describe(a, b, message, size);
                return true;
        }
        return false;
}
