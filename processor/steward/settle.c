/* Newest first: "same" joins two classes of records (union by path halving, the smaller number is the root) unless a
 * "different" that holds stands between them; "different" holds unless both records are in one class.
 */
#include "steward/settle.h"

#include <stdlib.h>

static uint32_t find_root(uint32_t *parent, uint32_t item)
{
        while (parent[item] != item) {
                parent[item] = parent[parent[item]];
                item = parent[item];
        }
        return item;
}

static int compare_newest_first(const void *left, const void *right)
{
        const struct pair_decision *const *a = left, *const *b = right;

        return decision_compare((*b)->decision, (*a)->decision);
}

/* A newer "different" that holds between the classes of @a and @b. */
static bool are_kept_apart(uint32_t *parent, struct pair_decision **newer, uint32_t count, uint32_t a, uint32_t b)
{
        for (uint32_t i = 0; i < count; i++) {
                uint32_t x, y;

                if (!newer[i]->holds || newer[i]->decision->kind != DECISION_DIFFERENT)
                        continue;
                x = find_root(parent, newer[i]->a);
                y = find_root(parent, newer[i]->b);
                if ((x == a && y == b) || (x == b && y == a))
                        return true;
        }
        return false;
}

void steward_settle(struct arena *arena, uint32_t item_count, struct pair_decision *pairs, uint32_t count)
{
        uint32_t *parent = arena_alloc(arena, (item_count + 1) * sizeof(*parent));
        struct pair_decision **order = arena_alloc(arena, (count + 1) * sizeof(struct pair_decision *));

        for (uint32_t i = 0; i < item_count; i++)
                parent[i] = i;
        for (uint32_t i = 0; i < count; i++)
                order[i] = &pairs[i];
        qsort(order, count, sizeof(struct pair_decision *), compare_newest_first);
        for (uint32_t i = 0; i < count; i++) {
                uint32_t a = find_root(parent, order[i]->a), b = find_root(parent, order[i]->b);

                if (order[i]->decision->kind == DECISION_DIFFERENT) {
                        order[i]->holds = a != b;
                        continue;
                }
                order[i]->holds = !are_kept_apart(parent, order, i, a, b);
                if (order[i]->holds)
                        parent[a > b ? a : b] = a > b ? b : a;
        }
}
