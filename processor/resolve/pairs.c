/* Keys, the pairs that they propose, and what is known of a pair beside its features.
 *
 * A key over the cap proposes nothing; if it is the key of one value, that value is no evidence either. Records that
 * name each other are compared in any case.
 */
#include "resolve/internal.h"

#include "base/sort.h"
#include "block/block.h"

#include <stdlib.h>
#include <string.h>

/* ---- keys ----------------------------------------------------------------------------------------------------------
 */

struct key_run {
        const struct resolve *resolve;
        const struct model *model;
        struct block_keys *keys;
        uint32_t first;
};

static void derive_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct key_run *run = context;
        (void)worker;
        for (size_t i = from; i < to; i++)
                block_derive(run->model, run->resolve->nodes[run->first + i].features, &run->keys[i]);
}

struct posting_value { /* packed into a sort item's value */
        uint32_t node;
        uint8_t recipe;
        uint8_t flags;
};

static uint64_t pack_posting(struct posting_value p)
{
        return (uint64_t)p.node << 16 | (uint64_t)p.recipe << 8 | p.flags;
}

static struct posting_value unpack_posting(uint64_t packed)
{
        return (struct posting_value){(uint32_t)(packed >> 16), (uint8_t)(packed >> 8), (uint8_t)packed};
}

static void mark_generic(struct resolve *resolve, uint32_t number, uint64_t key)
{
        struct resolve_node *node = &resolve->nodes[number];
        const struct features *features = node->features;
        uint8_t *flags = arena_calloc(&resolve->round_arena, FEATURES_MAX, 1);
        if (node->generic)
                memcpy(flags, node->generic, FEATURES_MAX);
        for (uint32_t i = 0; i < features->count; i++)
                if (block_value_key(node->type, &features->items[i]) == key)
                        flags[i] = 1;
        node->generic = flags;
}

/* ---- pairs ---------------------------------------------------------------------------------------------------------
 */

struct pair_list {
        struct sort_item *items; /* key: a << 32 | b; value: recipes */
        size_t count, capacity;
};

static void propose(struct arena *arena, struct pair_list *list, uint32_t a, uint32_t b, uint64_t recipes)
{
        uint32_t low = a < b ? a : b;
        uint32_t high = a < b ? b : a;
        if (low != high)
                *ARENA_PUSH(arena, list->items, list->count, list->capacity) =
                        (struct sort_item){(uint64_t)low << 32 | high, recipes};
}

/* One key's nodes, ascending; a node may hold a key once only. */
static void propose_group(struct resolve *resolve, struct resolve_stratum *stratum, struct arena *arena,
                          struct pair_list *list, const struct sort_item *postings, size_t count)
{
        if (count > (size_t)resolve->config->block_cap) {
                stratum->keys_over_cap++;
                for (size_t i = 0; i < count; i++)
                        if (unpack_posting(postings[i].value).flags & BLOCK_VALUE)
                                mark_generic(resolve, unpack_posting(postings[i].value).node, postings[i].key);
                return;
        }
        stratum->keys_used += count > 1;
        for (size_t i = 0; i < count; i++) {
                struct posting_value a = unpack_posting(postings[i].value);
                for (size_t j = i + 1; j < count; j++)
                        propose(arena, list, a.node, unpack_posting(postings[j].value).node,
                                UINT64_C(1) << (a.recipe & 63));
        }
}

static uint32_t *find_named(const struct resolve *resolve, struct text reference, enum record_type type)
{
        return map_get(&resolve->lookup->nodes, resolve_reference_hash(reference, type));
}

static void propose_asserted(const struct resolve *resolve, const struct resolve_stratum *stratum, struct arena *arena,
                             struct pair_list *list)
{
        for (uint32_t i = stratum->first_node; i < stratum->end_node; i++) {
                const struct features *features = resolve->nodes[i].features;
                for (uint32_t j = features->first[FEATURE_SAME_AS]; j < features->first[FEATURE_SAME_AS + 1]; j++) {
                        uint32_t *node = find_named(resolve, features->items[j].text, features->type);
                        if (node)
                                propose(arena, list, i, *node, RESOLVE_ASSERTED);
                }
        }
}

static void keep_distinct(struct resolve *resolve, struct resolve_stratum *stratum, struct arena *scratch,
                          struct pair_list *list)
{
        size_t kept = 0;
        struct sort_item *room = arena_alloc(scratch, (list->count + 1) * sizeof(*room));
        sort_by_key(list->items, room, list->count);
        for (size_t i = 0; i < list->count; i++) {
                if (kept && list->items[kept - 1].key == list->items[i].key)
                        list->items[kept - 1].value |= list->items[i].value;
                else
                        list->items[kept++] = list->items[i];
        }
        stratum->pairs = arena_alloc(&resolve->round_arena, (kept + 1) * sizeof(*stratum->pairs));
        stratum->pair_count = kept;
        for (size_t i = 0; i < kept; i++)
                stratum->pairs[i] = (struct resolve_pair){(uint32_t)(list->items[i].key >> 32),
                                                          (uint32_t)list->items[i].key, list->items[i].value};
}

static void block_stratum(struct resolve *resolve, const struct model *model, struct resolve_stratum *stratum)
{
        ARENA_CLEANUP struct arena scratch = {0};
        uint32_t nodes = stratum->end_node - stratum->first_node;
        struct key_run run = {.resolve = resolve,
                              .model = model,
                              .keys = arena_alloc(&scratch, (nodes + 1) * sizeof(struct block_keys)),
                              .first = stratum->first_node};
        parallel_for(resolve->parallel, nodes, 64, derive_range, &run);
        size_t count = 0;
        for (uint32_t i = 0; i < nodes; i++)
                count += run.keys[i].count;
        struct sort_item *postings = arena_alloc(&scratch, 2 * (count + 1) * sizeof(*postings));
        size_t at = 0;
        for (uint32_t i = 0; i < nodes; i++)
                for (uint32_t k = 0; k < run.keys[i].count; k++)
                        postings[at++] =
                                (struct sort_item){run.keys[i].items[k].hash,
                                                   pack_posting((struct posting_value){stratum->first_node + i,
                                                                                       run.keys[i].items[k].recipe,
                                                                                       run.keys[i].items[k].flags})};
        sort_by_key(postings, postings + count, count);
        struct pair_list list = {0};
        for (size_t from = 0, to; from < count; from = to) {
                for (to = from + 1; to < count && postings[to].key == postings[from].key;)
                        to++;
                propose_group(resolve, stratum, &scratch, &list, postings + from, to - from);
        }
        propose_asserted(resolve, stratum, &scratch, &list);
        keep_distinct(resolve, stratum, &scratch, &list);
}

void resolve_block(struct resolve *resolve, const struct model *model)
{
        arena_reset(&resolve->round_arena);
        for (uint32_t i = 0; i < resolve->node_count; i++)
                resolve->nodes[i].generic = NULL;
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                struct resolve_stratum *stratum = &resolve->strata[type];
                stratum->keys_over_cap = stratum->keys_used = 0;
                stratum->scores = NULL;
                block_stratum(resolve, model, stratum);
        }
}

/* ---- one pair ------------------------------------------------------------------------------------------------------
 */

/* Flags of the generic values of @a that @b has as well: only shared ones could agree. */
static bool mirror_generic(const struct features *a, const uint8_t *flags_a, const struct features *b,
                           const uint8_t *flags_b, uint8_t *out)
{
        bool any = false;
        memset(out, 0, FEATURES_MAX);
        for (uint32_t i = 0; i < a->count; i++) {
                uint8_t kind = a->items[i].kind;
                bool generic = flags_a && flags_a[i];
                bool shared = false;
                for (uint32_t j = b->first[kind]; j < b->first[kind + 1] && (generic || flags_b) && !shared; j++)
                        shared = (generic || flags_b[j]) && text_equal(a->items[i].text, b->items[j].text);
                out[i] = shared;
                any |= shared;
        }
        return any;
}

/* The cluster of the organization that a reference names, or UINT32_MAX. */
static uint32_t employer_of(const struct resolve *resolve, struct text reference)
{
        uint32_t *node = find_named(resolve, reference, TYPE_ORGANIZATION);
        return node ? resolve->nodes[*node].cluster : UINT32_MAX;
}

static enum score_employer compare_employers(const struct resolve *resolve, const struct features *a,
                                             const struct features *b)
{
        enum score_employer result = EMPLOYER_UNKNOWN;
        for (uint32_t i = a->first[FEATURE_EMPLOYER_REF]; i < a->first[FEATURE_EMPLOYER_REF + 1]; i++) {
                for (uint32_t j = b->first[FEATURE_EMPLOYER_REF]; j < b->first[FEATURE_EMPLOYER_REF + 1]; j++) {
                        if (text_equal(a->items[i].text, b->items[j].text))
                                return EMPLOYER_SAME;
                        uint32_t left = employer_of(resolve, a->items[i].text);
                        uint32_t right = employer_of(resolve, b->items[j].text);
                        if (left == UINT32_MAX || right == UINT32_MAX)
                                continue;
                        if (left == right)
                                return EMPLOYER_SAME;
                        result = EMPLOYER_DIFFERENT;
                }
        }
        return result;
}

static bool asserts(const struct resolve *resolve, const struct features *features, uint32_t other)
{
        for (uint32_t i = features->first[FEATURE_SAME_AS]; i < features->first[FEATURE_SAME_AS + 1]; i++) {
                uint32_t *node = find_named(resolve, features->items[i].text, features->type);
                if (node && *node == other)
                        return true;
        }
        return false;
}

struct score_pair resolve_make_pair(const struct resolve *resolve, uint32_t a, uint32_t b, struct resolve_sides *sides)
{
        const struct resolve_node *x = &resolve->nodes[a];
        const struct resolve_node *y = &resolve->nodes[b];
        struct score_pair pair = {.a.features = x->features, .b.features = y->features};
        if (x->generic || y->generic) {
                if (mirror_generic(x->features, x->generic, y->features, y->generic, sides->generic_a))
                        pair.a.generic = sides->generic_a;
                if (mirror_generic(y->features, y->generic, x->features, x->generic, sides->generic_b))
                        pair.b.generic = sides->generic_b;
        }
        pair.employer = compare_employers(resolve, x->features, y->features);
        pair.asserted = asserts(resolve, x->features, b) || asserts(resolve, y->features, a);
        return pair;
}

/* ---- many pairs ----------------------------------------------------------------------------------------------------
 */

struct compare_run {
        const struct resolve *resolve;
        const struct resolve_pair *pairs;
        struct scorer **scorers;
        struct resolve_sides **sides;
        struct score_vector *vectors; /* one of the two is NULL */
        struct score *scores;
};

static void compare_range(void *context, unsigned worker, size_t from, size_t to)
{
        struct compare_run *run = context;
        struct resolve_sides *sides = run->sides[worker];
        for (size_t i = from; i < to; i++) {
                struct score_pair pair = resolve_make_pair(run->resolve, run->pairs[i].a, run->pairs[i].b, sides);
                if (run->vectors)
                        score_compare(run->scorers[worker], &pair, &run->vectors[i]);
                else
                        run->scores[i] = score_pair(run->scorers[worker], &pair);
        }
}

static void compare_all(struct resolve *resolve, const struct model *model, const struct resolve_pair *pairs,
                        size_t count, struct score_vector *vectors, struct score *scores)
{
        ARENA_CLEANUP struct arena scratch = {0};
        unsigned workers = parallel_threads(resolve->parallel);
        struct compare_run run = {.resolve = resolve,
                                  .pairs = pairs,
                                  .scorers = arena_calloc(&scratch, workers, sizeof(struct scorer *)),
                                  .sides = arena_calloc(&scratch, workers, sizeof(struct resolve_sides *)),
                                  .vectors = vectors,
                                  .scores = scores};
        for (unsigned i = 0; i < workers; i++) {
                run.scorers[i] = scorer_new(model);
                run.sides[i] = arena_alloc(&scratch, sizeof(struct resolve_sides));
        }
        parallel_for(resolve->parallel, count, 256, compare_range, &run);
        for (unsigned i = 0; i < workers; i++)
                scorer_free(run.scorers[i]);
}

void resolve_compare_nodes(struct resolve *resolve, const struct model *model, const struct resolve_pair *pairs,
                           size_t count, struct score_vector *vectors)
{
        compare_all(resolve, model, pairs, count, vectors, NULL);
}

void resolve_compare(struct resolve *resolve, const struct model *model, enum record_type type,
                     struct score_vector *vectors)
{
        compare_all(resolve, model, resolve->strata[type].pairs, resolve->strata[type].pair_count, vectors, NULL);
}

void resolve_score(struct resolve *resolve, const struct model *model, enum record_type type)
{
        struct resolve_stratum *stratum = &resolve->strata[type];
        if (!stratum->scores)
                stratum->scores =
                        arena_alloc(&resolve->round_arena, (stratum->pair_count + 1) * sizeof(*stratum->scores));
        compare_all(resolve, model, stratum->pairs, stratum->pair_count, NULL, stratum->scores);
}
