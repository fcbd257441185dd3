/* outputs.h: the outputs of a state as a set of {topic, key, value}, which is what two states are compared by. */
#pragma once

#include "engine/engine.h"

struct output_pair {
        struct text topic; /* behind the prefix: "golden.person" */
        struct text key;
        struct text value;
};

struct output_set {
        struct arena arena;
        struct output_pair *items;
        size_t count, capacity;
};

void output_set_free(struct output_set *set);

/* The value of @key becomes a copy of @value; an empty value removes it, as a tombstone does. */
void output_set_put(struct output_set *set, struct text topic, struct text key, struct text value);

/* Order-independent sums as engine.h defines them. */
struct engine_digest output_set_digest(const struct output_set *set);

/* Describes in @message the first difference of two sets, which are sorted for it. False if there is none. */
bool output_set_differ(struct output_set *expected, struct output_set *found, char *message, size_t size);
