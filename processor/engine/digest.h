/* digest.h: the order-independent sums over outputs. */
#pragma once

#include "engine/batch.h"

/* Adds or removes a known entry of D. */
void digest_add(struct engine *engine, struct hash128 entry);
void digest_remove(struct engine *engine, struct hash128 entry);
