/* keys.h: collecting keys. Internal to block/. */
#pragma once

#include "block/block.h"
#include "model/recipes.h"
#include "model/weights.h"

struct key_list {
        struct block_key items[512]; /* before the choice of BLOCK_KEYS_MAX */
        uint32_t count;
        enum record_type type;
        uint64_t left_out; /* recipes that give no key: a bit each */
};

/* Adds the key of @parts (@part_count texts) under @recipe. Ignored where a part is empty the model
 * leaves the recipe out, or the list is full. */
void key_add(struct key_list *list, enum block_recipe recipe, uint8_t flags, const struct text *parts,
             uint32_t part_count);

/* All the features of one kind, at most @max; returns their number. Particles and initials are left out unless @weak.
 */
uint32_t key_values(const struct features *features, enum feature_kind kind, const struct feature **out, uint32_t max,
                    bool weak);

void block_person(const struct features *features, struct key_list *list); /* person.c */
void block_organization(const struct model *model, const struct features *features,
                        struct key_list *list);                            /* organization.c */
void block_values(const struct features *features, struct key_list *list); /* values.c */
