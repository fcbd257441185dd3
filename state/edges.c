/* Edges: the scores that are known, between value nodes.
 *
 * Kept because computing them again would read the features of every neighbour (6 µs an event against 0.2 to 0.4). Each
 * is stored from both ends, five bytes: the posterior in thousandths of a bit, and whether the two exclude each other.
 */
#include "state/internal.h"

#include <stdlib.h>
#include <string.h>

#define EDGE_BYTES 5
#define EDGE_CANNOT_LINK 1

struct directed_edge {
        uint64_t key;
        size_t order; /* in the caller's array: of two changes to one edge the later counts */
        int32_t posterior_mbit;
        bool cannot_link;
        bool add;
};

static int compare_directed(const void *left, const void *right)
{
        const struct directed_edge *a = left;
        const struct directed_edge *b = right;

        if (a->key != b->key)
                return a->key < b->key ? -1 : 1;
        return a->order < b->order ? -1 : a->order > b->order;
}

bool store_read_edge(struct text value, int32_t *posterior_mbit, bool *cannot_link)
{
        if (value.length != EDGE_BYTES)
                return false;
        memcpy(posterior_mbit, value.data, sizeof(*posterior_mbit));
        *cannot_link = (value.data[4] & EDGE_CANNOT_LINK) != 0;
        return true;
}

static void put_edge(struct store_txn *txn, const struct directed_edge *edge)
{
        struct store_key key;
        uint8_t *room = table_reserve(txn, STORE_EDGE, key_number(&key, edge->key), EDGE_BYTES);

        if (room == NULL)
                return;
        memcpy(room, &edge->posterior_mbit, sizeof(edge->posterior_mbit));
        room[4] = edge->cannot_link ? EDGE_CANNOT_LINK : 0;
}

void store_apply_edges(struct store_txn *txn, struct arena *scratch, const struct store_edge *edges, size_t count)
{
        struct directed_edge *directed = arena_calloc(scratch, count * 2, sizeof(*directed));
        struct store_key key;

        for (size_t i = 0; i < count; i++) {
                const struct store_edge *edge = &edges[i];
                struct directed_edge one = {.order = i,
                                            .posterior_mbit = edge->posterior_mbit,
                                            .cannot_link = edge->cannot_link,
                                            .add = edge->add};

                one.key = (uint64_t)edge->a << 32 | edge->b;
                directed[2 * i] = one;
                one.key = (uint64_t)edge->b << 32 | edge->a;
                directed[2 * i + 1] = one;
        }
        if (count > 0)
                qsort(directed, count * 2, sizeof(*directed), compare_directed);
        for (size_t i = 0; i < count * 2 && txn->code == 0; i++) {
                if (i + 1 < count * 2 && directed[i].key == directed[i + 1].key)
                        continue;
                if (directed[i].add)
                        put_edge(txn, &directed[i]);
                else
                        table_delete(txn, STORE_EDGE, key_number(&key, directed[i].key));
        }
}

uint32_t store_get_edges(struct store_txn *txn, struct arena *arena, uint32_t node, struct store_neighbour **edges)
{
        struct store_neighbour *found = NULL;
        size_t capacity = 0;
        uint32_t count = 0;
        struct store_key start;
        MDB_val value;
        MDB_val at = *key_edge(&start, node, 0);
        bool more = table_move(txn, STORE_EDGE, &at, &value, MDB_SET_RANGE);

        while (more) {
                struct store_neighbour *neighbour;
                uint64_t number;
                uint32_t from;
                uint32_t to;

                if (!key_read_number(&at, &number)) {
                        txn_fail_damaged(txn, STORE_EDGE, "a key of another size");
                        break;
                }
                key_split_edge(number, &from, &to);
                if (from != node)
                        break;
                neighbour = ARENA_PUSH(arena, found, count, capacity);
                neighbour->node = to;
                if (!store_read_edge((struct text){.data = value.mv_data, .length = (uint32_t)value.mv_size},
                                     &neighbour->posterior_mbit, &neighbour->cannot_link)) {
                        txn_fail_damaged(txn, STORE_EDGE, "a value of another size");
                        break;
                }
                more = table_move(txn, STORE_EDGE, &at, &value, MDB_NEXT);
        }
        *edges = txn->code == 0 ? found : NULL;
        return txn->code == 0 ? count : 0;
}
