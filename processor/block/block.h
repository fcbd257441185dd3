/* block.h: blocking keys, the cheap test that two value nodes might be the same.
 *
 * A key is a 64-bit hash of a recipe ("family name, sound + birth year") over features. Nodes that share a key are
 * compared; all others never are. Recipes are narrow, and each leaves out an attribute that another recipe uses, so
 * that one wrong or missing value never hides a pair.
 *
 * Pure: no state, no I/O. Which keys are generic (over their cap) is the engine's knowledge.
 */
#pragma once

#include "model/model.h"
#include "record/features.h"

/* Upper bound of keys for one node; a node that would give more keeps the most selective recipes. */
#define BLOCK_KEYS_MAX 48

enum block_key_flag {
        BLOCK_GHOST = 1, /* holds a name or a strong identifier: fit to recognise a deleted record's entity */
        BLOCK_VALUE =
                2, /* the key of one value (an address, a number): over its cap the value is neutral as evidence */
};

struct block_key {
        uint64_t hash;
        uint8_t recipe; /* for model_recipe_name() */
        uint8_t flags;  /* enum block_key_flag */
};

struct block_keys {
        struct block_key items[BLOCK_KEYS_MAX]; /* sorted by hash, without repeats */
        uint32_t count;
};

/* Derives the blocking keys of @features. @keys is the caller's; nothing is allocated. No features give no keys. The
 * type is part of every key: persons and organizations never share one. */
void block_derive(const struct model *model, const struct features *features, struct block_keys *keys);

/* The key of one value for kinds whose commonness makes them worthless (e-mail, telephone, identifier, domain), else 0.
 * block_derive() includes it, flagged BLOCK_VALUE. */
uint64_t block_value_key(enum record_type type, const struct feature *feature);

/* Attributes (a bit each, model/weights.h) that the recipe builds on: pairs that it proposes were chosen by them. */
uint64_t block_recipe_attributes(uint8_t recipe);
