/* Greedy agglomeration of one component.
 *
 * Two clusters are joined while their linkage reaches the threshold, highest linkage first, then the surest pair, then
 * the smaller canonical order. Linkage is half the average over all pairs across the two clusters and half the best of
 * them: the average keeps one weak link from joining two dense groups, the best pair keeps sparse records, which agree
 * strongly with one member and hardly meet the others, from being lost. A pair's weight is clipped, so that one loud
 * pair cannot outvote a cluster; a pair that nobody compared is compared on demand where the two clusters are small,
 * and counts as a mild constant where they are not. At least one pair across must be in the match zone itself. A
 * cannot-link across forbids the merge.
 *
 * Data: clusters are a union-find over items. What is known of two clusters (number of pairs, their sum, the best,
 * whether forbidden) is one entry of a hash table under the two roots; each cluster lists its neighbours. A merge moves
 * the entries of the cluster with the shorter list, and sets the changed linkages out in a heap. Entries of the other
 * list change only by the larger cluster's size, which dilutes an average with uncompared pairs: they are corrected
 * when they come up. O(E log² E) for E known pairs, for each entry is moved O(log n) times; comparisons on demand are
 * bounded by a constant for each item.
 *
 * A component of more than CLUSTER_ITEMS_MAX items raises its own threshold in steps until the match edges above it
 * fall apart into parts that fit. The parts of a higher threshold are nested in those of a lower one, so the result
 * does not depend on how the steps are walked.
 */
#include "cluster/cluster.h"

#include <stdlib.h>
#include <string.h>

#define CLIP_MBIT 14000         /* pair weights count no further, in either direction */
#define UNCOMPARED_MBIT (-6000) /* a pair that nobody compared */
#define COMPARE_PER_ITEM 32     /* comparisons on demand that a component may ask for, for each of its items */
#define COMPARE_PAIRS_MAX 64    /* clusters with more pairs across are not compared on demand */
#define WEIGHT_MAX 4            /* records that one item stands for, as far as averages are concerned */
#define STEP_MBIT 2000          /* by which too large a component raises its threshold */
#define NONE UINT32_MAX

/* What is known of two clusters. Keyed by their roots, the smaller number first. */
struct link {
        uint32_t a;
        uint32_t b;
        int64_t sum_mbit; /* of known pairs, each times its weight */
        uint64_t known;   /* their weight */
        uint32_t pairs;   /* their number */
        int32_t best_mbit;
        int32_t loudest_mbit; /* the same before clipping */
        bool matches;         /* a pair reached the threshold */
        bool cannot;
        bool used;
};

struct heap_entry {
        int32_t linkage_mbit;
        int32_t loudest_mbit; /* the best pair before clipping: of two sure merges the surer goes first */
        uint32_t low;         /* smallest canonical ranks of the two clusters when it was set out, in order */
        uint32_t high;
        uint32_t a; /* their roots */
        uint32_t b;
};

struct solver {
        struct arena *arena;
        const struct cluster_problem *problem;
        uint32_t *parent;
        uint32_t *rank;     /* canonical rank of an item */
        uint32_t *first;    /* smallest rank in the cluster, by root */
        uint32_t *size;     /* items */
        uint64_t *weight;   /* records, each item clipped to WEIGHT_MAX */
        uint64_t *unique;   /* exclusive groups in the cluster */
        uint32_t *next;     /* ring of a cluster's members */
        int32_t *threshold; /* by item: of the part that it belongs to */
        uint32_t **neighbours;
        size_t *neighbour_count;
        size_t *neighbour_capacity;
        struct link *links; /* open addressing */
        uint64_t link_mask;
        uint64_t link_count;
        struct heap_entry *heap;
        size_t heap_count;
        size_t heap_capacity;
        uint64_t compare_budget; /* comparisons on demand that are left */
};

static uint32_t find_root(struct solver *s, uint32_t item)
{
        while (s->parent[item] != item) {
                s->parent[item] = s->parent[s->parent[item]];
                item = s->parent[item];
        }
        return item;
}

static uint64_t link_hash(uint32_t a, uint32_t b)
{
        return hash64_mix(a, b);
}

static struct link *probe_link(struct solver *s, uint32_t a, uint32_t b)
{
        uint64_t at = link_hash(a, b) & s->link_mask;
        while (s->links[at].used && (s->links[at].a != a || s->links[at].b != b))
                at = (at + 1) & s->link_mask;
        return &s->links[at];
}

static void grow_links(struct solver *s)
{
        struct link *old = s->links;
        uint64_t old_size = old ? s->link_mask + 1 : 0;
        uint64_t size = old_size ? old_size * 2 : 64;
        s->links = arena_calloc(s->arena, size, sizeof(*s->links));
        s->link_mask = size - 1;
        for (uint64_t i = 0; i < old_size; i++)
                if (old[i].used)
                        *probe_link(s, old[i].a, old[i].b) = old[i];
}

/* The entry of two clusters, or NULL. */
static struct link *find_link(struct solver *s, uint32_t a, uint32_t b)
{
        struct link *link = probe_link(s, a < b ? a : b, a < b ? b : a);
        return link->used ? link : NULL;
}

static void add_neighbour(struct solver *s, uint32_t cluster, uint32_t neighbour)
{
        *ARENA_PUSH(s->arena, s->neighbours[cluster], s->neighbour_count[cluster], s->neighbour_capacity[cluster]) =
                neighbour;
}

/* The entry of two clusters, made empty if there is none. */
static struct link *make_link(struct solver *s, uint32_t a, uint32_t b)
{
        struct link *link = find_link(s, a, b);
        if (link)
                return link;
        if (!s->links || (s->link_count + 1) * 2 > s->link_mask + 1)
                grow_links(s);
        link = probe_link(s, a < b ? a : b, a < b ? b : a);
        *link = (struct link){.a = a < b ? a : b,
                              .b = a < b ? b : a,
                              .best_mbit = INT32_MIN,
                              .loudest_mbit = INT32_MIN,
                              .used = true};
        s->link_count++;
        add_neighbour(s, a, b);
        add_neighbour(s, b, a);
        return link;
}

static int32_t clip(int32_t mbit)
{
        return mbit > CLIP_MBIT ? CLIP_MBIT : mbit < -CLIP_MBIT ? -CLIP_MBIT : mbit;
}

static uint64_t item_weight(const struct solver *s, uint32_t item)
{
        uint32_t weight = s->problem->items[item].weight;
        return weight < 1 ? 1 : weight > WEIGHT_MAX ? WEIGHT_MAX : weight;
}

static void add_pair(struct solver *s, struct link *link, uint32_t a, uint32_t b, struct score score)
{
        uint64_t weight = item_weight(s, a) * item_weight(s, b);
        int32_t clipped = clip(score.posterior_mbit);
        int32_t threshold = s->threshold[a] > s->threshold[b] ? s->threshold[a] : s->threshold[b];
        link->sum_mbit += clipped * (int64_t)weight;
        link->known += weight;
        link->pairs++;
        link->best_mbit = clipped > link->best_mbit ? clipped : link->best_mbit;
        if (score.posterior_mbit > link->loudest_mbit)
                link->loudest_mbit = score.posterior_mbit;
        link->matches |= score.posterior_mbit >= threshold;
        link->cannot |= score.cannot_link;
}

/* A pair that a rule calls the same joins its clusters, whatever the rest of them says. */
static int32_t linkage_of(const struct solver *s, const struct link *link)
{
        if (link->loudest_mbit >= RULE_SAME_MBIT)
                return RULE_SAME_MBIT;
        int64_t all = (int64_t)(s->weight[link->a] * s->weight[link->b]);
        int64_t unknown = all - (int64_t)link->known;
        int64_t sum = link->sum_mbit + (unknown > 0 ? unknown : 0) * UNCOMPARED_MBIT;
        int64_t average = (sum >= 0 ? sum : sum - all + 1) / all; /* rounds down */
        return (int32_t)((average + link->best_mbit) >> 1);
}

/* Order in the heap: higher linkage, then the smaller ranks. */
static bool comes_before(const struct heap_entry *x, const struct heap_entry *y)
{
        if (x->linkage_mbit != y->linkage_mbit)
                return x->linkage_mbit > y->linkage_mbit;
        if (x->loudest_mbit != y->loudest_mbit)
                return x->loudest_mbit > y->loudest_mbit;
        return x->low != y->low ? x->low < y->low : x->high < y->high;
}

static void push_heap(struct solver *s, struct heap_entry entry)
{
        size_t at = s->heap_count;
        ARENA_PUSH(s->arena, s->heap, s->heap_count, s->heap_capacity);
        while (at > 0 && comes_before(&entry, &s->heap[(at - 1) / 2])) {
                s->heap[at] = s->heap[(at - 1) / 2];
                at = (at - 1) / 2;
        }
        s->heap[at] = entry;
}

static struct heap_entry pop_heap(struct solver *s)
{
        struct heap_entry top = s->heap[0];
        struct heap_entry last = s->heap[--s->heap_count];
        size_t at = 0;
        for (;;) {
                size_t child = 2 * at + 1;
                if (child >= s->heap_count)
                        break;
                if (child + 1 < s->heap_count && comes_before(&s->heap[child + 1], &s->heap[child]))
                        child++;
                if (!comes_before(&s->heap[child], &last))
                        break;
                s->heap[at] = s->heap[child];
                at = child;
        }
        if (s->heap_count)
                s->heap[at] = last;
        return top;
}

static int32_t threshold_of(const struct solver *s, const struct link *link)
{
        int32_t a = s->threshold[link->a];
        int32_t b = s->threshold[link->b];
        return a > b ? a : b;
}

static bool is_forbidden(const struct solver *s, const struct link *link)
{
        return link->cannot || (s->unique[link->a] & s->unique[link->b]);
}

/* Sets a pair of clusters out if it may be joined. */
static void offer(struct solver *s, const struct link *link)
{
        if (is_forbidden(s, link) || !link->matches)
                return;
        int32_t linkage = linkage_of(s, link);
        if (linkage < threshold_of(s, link))
                return;
        uint32_t a = s->first[link->a];
        uint32_t b = s->first[link->b];
        push_heap(s, (struct heap_entry){.linkage_mbit = linkage,
                                         .loudest_mbit = link->loudest_mbit,
                                         .low = a < b ? a : b,
                                         .high = a < b ? b : a,
                                         .a = link->a,
                                         .b = link->b});
}

/* Compares the pairs across that nobody compared. What is known is remembered by item pairs in a table of its own. */
struct known_pairs {
        uint64_t *slots; /* (a + 1) << 32 | b + 1, a < b */
        uint64_t mask;
        uint64_t count;
};

static uint64_t pair_code(uint32_t a, uint32_t b)
{
        return a < b ? ((uint64_t)a + 1) << 32 | (b + 1) : ((uint64_t)b + 1) << 32 | (a + 1);
}

/* Adds a pair; false if it was there. */
static bool remember_pair(struct arena *arena, struct known_pairs *known, uint32_t a, uint32_t b)
{
        if (!known->slots || (known->count + 1) * 2 > known->mask + 1) {
                struct known_pairs larger = {.mask = known->slots ? known->mask * 2 + 1 : 63};
                larger.slots = arena_calloc(arena, larger.mask + 1, sizeof(*larger.slots));
                for (uint64_t i = 0; known->slots && i <= known->mask; i++) {
                        uint64_t at = hash64_mix(known->slots[i], 0) & larger.mask;
                        if (!known->slots[i])
                                continue;
                        while (larger.slots[at])
                                at = (at + 1) & larger.mask;
                        larger.slots[at] = known->slots[i];
                }
                known->slots = larger.slots;
                known->mask = larger.mask;
        }
        uint64_t code = pair_code(a, b);
        uint64_t at = hash64_mix(code, 0) & known->mask;
        while (known->slots[at]) {
                if (known->slots[at] == code)
                        return false;
                at = (at + 1) & known->mask;
        }
        known->slots[at] = code;
        known->count++;
        return true;
}

/* True if it learned something: the linkage must be looked at again. */
static bool compare_missing(struct solver *s, struct known_pairs *known, struct link *link)
{
        uint64_t pairs = (uint64_t)s->size[link->a] * s->size[link->b];
        if (!s->problem->compare || link->pairs == pairs || pairs > COMPARE_PAIRS_MAX ||
            pairs - link->pairs > s->compare_budget)
                return false;
        s->compare_budget -= pairs - link->pairs;
        uint32_t i = link->a;
        do {
                uint32_t j = link->b;
                do {
                        if (remember_pair(s->arena, known, i, j))
                                add_pair(s, link, i, j, s->problem->compare(s->problem->context, i, j));
                        j = s->next[j];
                } while (j != link->b);
                i = s->next[i];
        } while (i != link->a);
        return true;
}

static void combine_links(struct link *into, const struct link *from)
{
        into->sum_mbit += from->sum_mbit;
        into->known += from->known;
        into->pairs += from->pairs;
        into->best_mbit = from->best_mbit > into->best_mbit ? from->best_mbit : into->best_mbit;
        into->loudest_mbit = from->loudest_mbit > into->loudest_mbit ? from->loudest_mbit : into->loudest_mbit;
        into->matches |= from->matches;
        into->cannot |= from->cannot;
}

/* Joins two clusters; the one with fewer neighbours is absorbed. */
static void join(struct solver *s, uint32_t a, uint32_t b)
{
        bool keep_a = s->neighbour_count[a] > s->neighbour_count[b] ||
                      (s->neighbour_count[a] == s->neighbour_count[b] && s->first[a] < s->first[b]);
        uint32_t keep = keep_a ? a : b;
        uint32_t gone = keep_a ? b : a;
        uint32_t ring = s->next[keep];
        s->parent[gone] = keep;
        s->next[keep] = s->next[gone];
        s->next[gone] = ring;
        s->size[keep] += s->size[gone];
        s->weight[keep] += s->weight[gone];
        s->unique[keep] |= s->unique[gone];
        s->first[keep] = s->first[keep] < s->first[gone] ? s->first[keep] : s->first[gone];
        s->threshold[keep] = s->threshold[keep] > s->threshold[gone] ? s->threshold[keep] : s->threshold[gone];
        for (size_t i = 0; i < s->neighbour_count[gone]; i++) {
                uint32_t other = s->neighbours[gone][i];
                if (s->parent[other] != other || other == keep)
                        continue; /* absorbed since: its entries moved with it */
                struct link *from = find_link(s, gone, other);
                if (!from)
                        continue;
                struct link moved = *from;
                struct link *into = make_link(s, keep, other);
                combine_links(into, &moved);
                offer(s, into);
        }
        s->neighbour_count[gone] = 0;
}

static void agglomerate(struct solver *s, struct known_pairs *known)
{
        while (s->heap_count) {
                struct heap_entry top = pop_heap(s);
                if (s->parent[top.a] != top.a || s->parent[top.b] != top.b)
                        continue; /* one of them was absorbed; the merged pair was set out anew */
                struct link *link = find_link(s, top.a, top.b);
                if (s->unique[top.a] & s->unique[top.b])
                        continue; /* since then one of them got a member of the other's group */
                bool learned = compare_missing(s, known, link);
                if (link->cannot)
                        continue;
                int32_t linkage = linkage_of(s, link);
                if (learned || linkage != top.linkage_mbit) {
                        offer(s, link);
                        continue;
                }
                join(s, top.a, top.b);
        }
}

/* --- preparation
 * ------------------------------------------------------------------------------------------------------ */

struct ranked {
        struct hash128 order;
        uint32_t item;
};

static int compare_ranked(const void *a, const void *b)
{
        const struct ranked *x = a;
        const struct ranked *y = b;
        if (x->order.high != y->order.high)
                return x->order.high < y->order.high ? -1 : 1;
        if (x->order.low != y->order.low)
                return x->order.low < y->order.low ? -1 : 1;
        return (x->item > y->item) - (x->item < y->item);
}

static void rank_items(struct solver *s, uint32_t count)
{
        struct ranked *ranked = arena_alloc(s->arena, count * sizeof(*ranked));
        for (uint32_t i = 0; i < count; i++)
                ranked[i] = (struct ranked){.order = s->problem->items[i].order, .item = i};
        qsort(ranked, count, sizeof(*ranked), compare_ranked);
        for (uint32_t i = 0; i < count; i++)
                s->rank[ranked[i].item] = i;
}

static uint32_t find_part(uint32_t *part, uint32_t item)
{
        while (part[item] != item) {
                part[item] = part[part[item]];
                item = part[item];
        }
        return item;
}

static void unite_parts(uint32_t *part, uint32_t a, uint32_t b)
{
        a = find_part(part, a);
        b = find_part(part, b);
        if (a != b)
                part[a < b ? b : a] = a < b ? a : b;
}

/* Gives each item the threshold at which its part has at most CLUSTER_ITEMS_MAX items. One round for each step; an item
 * that fits keeps its threshold, for the parts of higher thresholds lie within those of lower ones. */
static void set_thresholds(struct solver *s)
{
        const struct cluster_problem *problem = s->problem;
        uint32_t count = problem->item_count;
        for (uint32_t i = 0; i < count; i++)
                s->threshold[i] = problem->match_mbit;
        if (count <= CLUSTER_ITEMS_MAX)
                return;
        uint32_t *part = arena_alloc(s->arena, count * sizeof(*part));
        uint32_t *size = arena_alloc(s->arena, count * sizeof(*size));
        bool too_large = true;
        for (int32_t step = 0; too_large && step < 64; step++) {
                int32_t threshold = problem->match_mbit + step * STEP_MBIT;
                too_large = false;
                for (uint32_t i = 0; i < count; i++) {
                        part[i] = i;
                        size[i] = 0;
                }
                for (uint32_t i = 0; i < problem->edge_count; i++) {
                        const struct cluster_edge *edge = &problem->edges[i];
                        if (edge->posterior_mbit >= threshold && !edge->cannot_link &&
                            !(problem->items[edge->a].unique & problem->items[edge->b].unique))
                                unite_parts(part, edge->a, edge->b);
                }
                for (uint32_t i = 0; i < count; i++)
                        size[find_part(part, i)]++;
                for (uint32_t i = 0; i < count; i++) {
                        if (size[find_part(part, i)] <= CLUSTER_ITEMS_MAX)
                                continue;
                        s->threshold[i] = threshold + STEP_MBIT;
                        too_large = true;
                }
        }
}

static void prepare(struct solver *s, uint32_t count)
{
        s->parent = arena_alloc(s->arena, count * sizeof(*s->parent));
        s->rank = arena_alloc(s->arena, count * sizeof(*s->rank));
        s->first = arena_alloc(s->arena, count * sizeof(*s->first));
        s->size = arena_alloc(s->arena, count * sizeof(*s->size));
        s->weight = arena_alloc(s->arena, count * sizeof(*s->weight));
        s->unique = arena_alloc(s->arena, count * sizeof(*s->unique));
        s->next = arena_alloc(s->arena, count * sizeof(*s->next));
        s->threshold = arena_alloc(s->arena, count * sizeof(*s->threshold));
        s->neighbours = arena_calloc(s->arena, count, sizeof(*s->neighbours));
        s->neighbour_count = arena_calloc(s->arena, count, sizeof(*s->neighbour_count));
        s->neighbour_capacity = arena_calloc(s->arena, count, sizeof(*s->neighbour_capacity));
        rank_items(s, count);
        set_thresholds(s);
        for (uint32_t i = 0; i < count; i++) {
                s->parent[i] = i;
                s->next[i] = i;
                s->first[i] = s->rank[i];
                s->size[i] = 1;
                s->weight[i] = item_weight(s, i);
                s->unique[i] = s->problem->items[i].unique;
        }
        grow_links(s);
}

static void add_edges(struct solver *s, struct known_pairs *known)
{
        for (uint32_t i = 0; i < s->problem->edge_count; i++) {
                const struct cluster_edge *edge = &s->problem->edges[i];
                const struct cluster_item *items = s->problem->items;
                /* Never one, whatever it says: it must not even decide in which order others are looked at. */
                if (items[edge->a].unique & items[edge->b].unique)
                        continue;
                if (edge->a == edge->b || !remember_pair(s->arena, known, edge->a, edge->b))
                        continue;
                struct score score = {.posterior_mbit = edge->posterior_mbit, .cannot_link = edge->cannot_link};
                add_pair(s, make_link(s, edge->a, edge->b), edge->a, edge->b, score);
        }
}

/* Cannot-links mark their entries; must-links are contracted before anything else is joined. */
static void apply_constraints(struct solver *s)
{
        const struct cluster_problem *problem = s->problem;
        for (uint32_t i = 0; i < problem->constraint_count; i++) {
                const struct cluster_constraint *constraint = &problem->constraints[i];
                if (constraint->kind == CLUSTER_CANNOT_LINK && constraint->a != constraint->b)
                        make_link(s, constraint->a, constraint->b)->cannot = true;
        }
        for (uint32_t i = 0; i < problem->constraint_count; i++) {
                const struct cluster_constraint *constraint = &problem->constraints[i];
                uint32_t a = find_root(s, constraint->a);
                uint32_t b = find_root(s, constraint->b);
                if (constraint->kind == CLUSTER_MUST_LINK && a != b)
                        join(s, a, b);
        }
        s->heap_count = 0; /* what the joins set out is set out again below */
}

static void offer_all(struct solver *s)
{
        for (uint64_t i = 0; i <= s->link_mask; i++) {
                const struct link *link = &s->links[i];
                if (link->used && s->parent[link->a] == link->a && s->parent[link->b] == link->b)
                        offer(s, link);
        }
}

void cluster_solve(struct arena *arena, const struct cluster_problem *problem, uint32_t *label)
{
        uint32_t count = problem->item_count;
        struct solver s = {.arena = arena, .problem = problem, .compare_budget = (uint64_t)count * COMPARE_PER_ITEM};
        struct known_pairs known = {.count = 0};
        if (!count)
                return;
        prepare(&s, count);
        add_edges(&s, &known);
        apply_constraints(&s);
        offer_all(&s);
        agglomerate(&s, &known);

        uint32_t *smallest = arena_alloc(arena, count * sizeof(*smallest));
        for (uint32_t i = 0; i < count; i++)
                smallest[i] = NONE;
        for (uint32_t i = 0; i < count; i++) {
                uint32_t root = find_root(&s, i);
                if (smallest[root] == NONE)
                        smallest[root] = i;
                label[i] = smallest[root];
        }
}
