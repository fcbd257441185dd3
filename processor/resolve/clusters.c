/* Scored pairs into clusters of nodes, and nodes into clusters of records.
 *
 * Match-zone edges make components; each is solved by cluster/, with comparisons on demand, under the edges of the
 * review zone as evidence. Records of one node are one cluster if the node's comparison with itself reaches the
 * threshold ("John Smith" twice says little); else only the first of them stands for the node. Of a source without
 * duplicates only the first record does, in any case.
 */
#include "resolve/internal.h"

#include "cluster/cluster.h"

#include <stdlib.h>
#include <string.h>

static uint32_t find_root(uint32_t *parent, uint32_t i)
{
        while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
        return i;
}

struct solver {
        struct resolve *resolve;
        struct resolve_stratum *stratum;
        struct scorer *scorer;
        struct resolve_sides *sides;
        const struct match_zones *zones; /* of the stratum's type */
        uint32_t *parent;                /* by node of the stratum, relative to its first */
        uint32_t *order;                 /* nodes by component, then number */
        uint32_t *position;              /* of a node within its component */
        size_t *edges;                   /* pairs by component of their nodes */
        const uint32_t *nodes;           /* of the component that is being solved */
};

static struct score compare_items(void *context, uint32_t a, uint32_t b)
{
        struct solver *solver = context;
        uint32_t first = solver->stratum->first_node;
        struct score_pair pair =
                resolve_make_pair(solver->resolve, first + solver->nodes[a], first + solver->nodes[b], solver->sides);
        return score_pair(solver->scorer, &pair);
}

static void solve_component(struct solver *solver, struct arena *arena, uint32_t count, const size_t *edges,
                            size_t edge_count)
{
        struct resolve *resolve = solver->resolve;
        const struct resolve_stratum *stratum = solver->stratum;
        struct cluster_item *items = arena_alloc(arena, count * sizeof(*items));
        struct cluster_edge *known = arena_alloc(arena, (edge_count + 1) * sizeof(*known));
        uint32_t *label = arena_alloc(arena, count * sizeof(*label));
        for (uint32_t i = 0; i < count; i++) {
                const struct resolve_node *node = &resolve->nodes[stratum->first_node + solver->nodes[i]];
                items[i] = (struct cluster_item){node->order, node->member_count, node->unique};
        }
        for (size_t i = 0; i < edge_count; i++) {
                const struct resolve_pair *pair = &stratum->pairs[edges[i]];
                struct score score = stratum->scores[edges[i]];
                known[i] = (struct cluster_edge){solver->position[pair->a - stratum->first_node],
                                                 solver->position[pair->b - stratum->first_node], score.posterior_mbit,
                                                 score.cannot_link};
        }
        struct cluster_problem problem = {.items = items,
                                          .item_count = count,
                                          .edges = known,
                                          .edge_count = (uint32_t)edge_count,
                                          .match_mbit = solver->zones->match_mbit,
                                          .compare = compare_items,
                                          .context = solver};
        cluster_solve(arena, &problem, label);
        for (uint32_t i = 0; i < count; i++)
                resolve->nodes[stratum->first_node + solver->nodes[i]].cluster =
                        stratum->first_node + solver->nodes[label[i]];
}

static bool connects(const struct solver *solver, size_t pair)
{
        return solver->stratum->scores[pair].posterior_mbit >= solver->zones->match_mbit &&
               !solver->stratum->scores[pair].cannot_link;
}

/* Counting sort of nodes and of pairs by the root of their component. */
static void group_nodes(struct solver *solver, struct arena *arena, uint32_t count, uint32_t *starts)
{
        for (uint32_t i = 0; i < count; i++)
                starts[find_root(solver->parent, i) + 1]++;
        for (uint32_t i = 0; i < count; i++)
                starts[i + 1] += starts[i];
        uint32_t *at = arena_alloc(arena, (count + 1) * sizeof(*at));
        memcpy(at, starts, (count + 1) * sizeof(*at));
        for (uint32_t i = 0; i < count; i++) {
                uint32_t root = find_root(solver->parent, i);
                solver->position[i] = at[root] - starts[root];
                solver->order[at[root]++] = i;
        }
}

static size_t *group_pairs(struct solver *solver, struct arena *arena, uint32_t count)
{
        const struct resolve_stratum *stratum = solver->stratum;
        size_t *starts = arena_calloc(arena, (size_t)count + 2, sizeof(*starts));
        for (int pass = 0; pass < 2; pass++) {
                for (size_t i = 0; i < stratum->pair_count; i++) {
                        uint32_t root = find_root(solver->parent, stratum->pairs[i].a - stratum->first_node);
                        if (root != find_root(solver->parent, stratum->pairs[i].b - stratum->first_node) ||
                            stratum->scores[i].posterior_mbit < solver->zones->review_mbit)
                                continue;
                        if (pass == 0)
                                starts[root + 2]++;
                        else
                                solver->edges[starts[root + 1]++] = i;
                }
                for (uint32_t i = 0; pass == 0 && i + 2 < count + 2; i++)
                        starts[i + 2] += starts[i + 1];
        }
        return starts;
}

static void solve_stratum(struct solver *solver)
{
        ARENA_CLEANUP struct arena arena = {0};
        ARENA_CLEANUP struct arena scratch = {0};
        struct resolve_stratum *stratum = solver->stratum;
        uint32_t count = stratum->end_node - stratum->first_node;
        uint32_t *starts = arena_calloc(&arena, count + 2, sizeof(*starts));
        solver->parent = arena_alloc(&arena, (count + 1) * sizeof(uint32_t));
        solver->order = arena_alloc(&arena, (count + 1) * sizeof(uint32_t));
        solver->position = arena_alloc(&arena, (count + 1) * sizeof(uint32_t));
        solver->edges = arena_alloc(&arena, (stratum->pair_count + 1) * sizeof(size_t));
        for (uint32_t i = 0; i < count; i++)
                solver->parent[i] = i;
        for (size_t i = 0; i < stratum->pair_count; i++) {
                uint32_t a = find_root(solver->parent, stratum->pairs[i].a - stratum->first_node);
                uint32_t b = find_root(solver->parent, stratum->pairs[i].b - stratum->first_node);
                if (a != b && connects(solver, i))
                        solver->parent[a > b ? a : b] = a < b ? a : b;
        }
        group_nodes(solver, &arena, count, starts);
        size_t *edge_ends = group_pairs(solver, &arena, count);
        for (uint32_t root = 0; root < count; root++) {
                uint32_t size = starts[root + 1] - starts[root];
                size_t from = edge_ends[root];
                if (size < 2)
                        continue;
                arena_reset(&scratch);
                solver->nodes = solver->order + starts[root];
                solve_component(solver, &scratch, size, solver->edges + from, edge_ends[root + 1] - from);
        }
}

static void label_records(struct solver *solver)
{
        struct resolve *resolve = solver->resolve;
        uint32_t *first = arena_alloc(&resolve->round_arena, (resolve->node_count + 1) * sizeof(*first));
        for (uint32_t i = 0; i < resolve->node_count; i++)
                first[i] = UINT32_MAX;
        for (uint32_t i = solver->stratum->first_node; i < solver->stratum->end_node; i++) {
                const struct resolve_node *node = &resolve->nodes[i];
                uint32_t *members = resolve->members + node->first_member;
                struct score_pair pair = resolve_make_pair(resolve, i, i, solver->sides);
                bool own = node->member_count == 1 ||
                           score_pair(solver->scorer, &pair).posterior_mbit >= solver->zones->match_mbit;
                uint64_t taken = 0; /* unique sources that have a record in the cluster */
                for (uint32_t j = 0; j < node->member_count; j++) {
                        uint32_t *smallest = &first[node->cluster];
                        uint64_t unique = config_unique_bit(resolve->config, node->type,
                                                            resolve->records[members[j]].record.key.source);
                        bool repeated = (taken & unique) != 0;
                        taken |= unique;
                        if ((j && !own) || repeated) {
                                resolve->records[members[j]].cluster = members[j];
                                continue;
                        }
                        resolve->records[members[j]].cluster = UINT32_MAX;
                        *smallest = members[j] < *smallest ? members[j] : *smallest;
                }
        }
        for (uint32_t i = 0; i < resolve->record_count; i++) {
                struct resolve_record *record = &resolve->records[i];
                if (record->cluster == UINT32_MAX && record->type == resolve->nodes[record->node].type)
                        record->cluster = first[resolve->nodes[record->node].cluster];
        }
}

void resolve_cluster(struct resolve *resolve, const struct model *model, enum record_type type)
{
        struct solver solver = {.resolve = resolve,
                                .stratum = &resolve->strata[type],
                                .scorer = scorer_new(model),
                                .zones = &resolve->config->zones[type],
                                .sides = calloc(1, sizeof(struct resolve_sides))};
        if (!solver.sides)
                abort();
        for (uint32_t i = solver.stratum->first_node; i < solver.stratum->end_node; i++)
                resolve->nodes[i].cluster = i;
        solve_stratum(&solver);
        label_records(&solver);
        scorer_free(solver.scorer);
        free(solver.sides);
}

void resolve_all(struct resolve *resolve, const struct model *model)
{
        resolve_block(resolve, model);
        resolve_score(resolve, model, TYPE_ORGANIZATION);
        resolve_cluster_all(resolve, model);
}

void resolve_cluster_all(struct resolve *resolve, const struct model *model)
{
        resolve_cluster(resolve, model, TYPE_ORGANIZATION);
        resolve_score(resolve, model, TYPE_PERSON);
        resolve_cluster(resolve, model, TYPE_PERSON);
}
