/* Radix sort from the least significant byte (Knuth, The Art of Computer Programming, volume 3, section 5.2.5).
 *
 * All eight histograms are made in one pass; a byte that is the same in every key needs no pass of its own, so numbers
 * that fill only part of 64 bits cost only their part.
 */
#include "base/sort.h"

#include <string.h>

#define BYTES 8
#define VALUES 256

static void count_bytes(const struct sort_item *items, size_t count, size_t histogram[BYTES][VALUES])
{
        memset(histogram, 0, BYTES * sizeof(histogram[0]));
        for (size_t i = 0; i < count; i++) {
                uint64_t key = items[i].key;

                for (unsigned byte = 0; byte < BYTES; byte++, key >>= 8)
                        histogram[byte][key & 0xff]++;
        }
}

static void scatter(const struct sort_item *from, struct sort_item *to, size_t count, unsigned byte,
                    size_t histogram[VALUES])
{
        size_t at = 0;

        for (unsigned value = 0; value < VALUES; value++) {
                size_t here = histogram[value];

                histogram[value] = at;
                at += here;
        }
        for (size_t i = 0; i < count; i++)
                to[histogram[from[i].key >> (8 * byte) & 0xff]++] = from[i];
}

void sort_by_key(struct sort_item *items, struct sort_item *scratch, size_t count)
{
        size_t histogram[BYTES][VALUES];
        struct sort_item *from = items, *to = scratch;

        if (count < 2)
                return;
        count_bytes(items, count, histogram);
        for (unsigned byte = 0; byte < BYTES; byte++) {
                struct sort_item *swap = from;

                if (histogram[byte][items[0].key >> (8 * byte) & 0xff] == count)
                        continue;
                scatter(from, to, count, byte, histogram[byte]);
                from = to;
                to = swap;
        }
        if (from != items)
                memcpy(items, from, count * sizeof(*items));
}
