/* digest.h: the order-independent sums over outputs. */
#pragma once

#include "engine/batch.h"

/* Replaces what the pair added to the digest of R or D. An empty old or new value stands for none. */
void digest_replace_record(struct engine *engine, struct text key, struct text old_value, struct text new_value);

/* Adds or removes a known entry of D. */
void digest_add(struct engine *engine, struct hash128 entry);
void digest_remove(struct engine *engine, struct hash128 entry);
