/* sort.h: sorting large arrays of fixed-size items by an integer key.
 *
 * Working sets of a batch (postings, candidate pairs) are hundreds of thousands of small items whose order is that of
 * one 64-bit number; comparing them through a function pointer took a twelfth of a replay.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sort_item {
        uint64_t key;
        uint64_t value;
};

/* Sorts @items by key, ascending; items with equal keys keep their order. @scratch has room for @count items. */
void sort_by_key(struct sort_item *items, struct sort_item *scratch, size_t count);
