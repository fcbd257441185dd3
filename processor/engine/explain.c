/* Why records are one entity or not: the engine's own questions, asked again of a snapshot.
 *
 * An explainer is an engine without a write transaction: the same look-ups (keys, generic values, employers,
 * assertions) and the same scorer. What holds an entity together is the spanning tree of its strongest links: between
 * any two of its value nodes the way through that tree is the one whose weakest link is strongest.
 */
#include "engine/decisions.h"
#include "engine/explain_internal.h"
#include "model/recipes.h"

#include <stdlib.h>
#include <string.h>

#define REASONS_MAX 3

static const char *const outcome_texts[EXPLAIN_OUTCOME_COUNT] = {
        [EXPLAIN_ONE_ENTITY] = "they are one",
        [EXPLAIN_DECIDED_ONE] = "they are one, because a steward decided so",
        [EXPLAIN_DECIDED_TWO] = "they stay two, because a steward decided so",
        [EXPLAIN_OTHER_TYPE] = "they stay two: a person and an organization are never the same",
        [EXPLAIN_ESTABLISHMENTS] = "they stay two: establishments of one company, each with a number of its own",
        [EXPLAIN_CONTRADICTION] = "they stay two: validated identifiers exclude each other",
        [EXPLAIN_RULE] = "they stay two: a rule keeps them apart",
        [EXPLAIN_UNIQUE_SOURCE] = "they stay two: each has a record of a source that never holds two of one entity",
        [EXPLAIN_NO_KEY] = "they stay two: no blocking key proposed the pair, so it was never compared",
        [EXPLAIN_NO_MATCH] = "they stay two: what is known speaks against it",
        [EXPLAIN_REVIEW] = "they stay two until a steward decides: the evidence is neither enough nor too little",
        [EXPLAIN_LINKAGE] = "they stay two: the pair alone would match, but not all the records around it",
};

static const char *const outcome_names[EXPLAIN_OUTCOME_COUNT] = {
        [EXPLAIN_ONE_ENTITY] = "one-entity",
        [EXPLAIN_DECIDED_ONE] = "decided-one",
        [EXPLAIN_DECIDED_TWO] = "decided-two",
        [EXPLAIN_OTHER_TYPE] = "other-type",
        [EXPLAIN_ESTABLISHMENTS] = "establishments",
        [EXPLAIN_CONTRADICTION] = "contradiction",
        [EXPLAIN_RULE] = "rule",
        [EXPLAIN_UNIQUE_SOURCE] = "unique-source",
        [EXPLAIN_NO_KEY] = "no-blocking-key",
        [EXPLAIN_NO_MATCH] = "no-match",
        [EXPLAIN_REVIEW] = "review",
        [EXPLAIN_LINKAGE] = "linkage",
};

const char *explain_outcome_name(enum explain_outcome outcome)
{
        return outcome_names[outcome];
}

const char *explain_outcome_text(enum explain_outcome outcome)
{
        return outcome_texts[outcome];
}

static int check_state(const struct config *config, struct store_txn *txn, struct error *error)
{
        struct text epoch;

        if (!engine_read_epoch(txn, &epoch))
                return error_set(error, ERR_USAGE, "the state has no checkpoint yet");
        if (text_equal(epoch, text_from(config->epoch)))
                return 0;
        return error_set(
                error, ERR_USAGE,
                "the state was made with another configuration or model (epoch %.*s, now %s): give --config and "
                "--model as the service has them; for a replay without a configuration give its files as --input",
                TEXT_ARG(epoch), config->epoch);
}

int explainer_open(const struct engine_options *options, struct store_txn *txn, struct explainer **explainer,
                   struct error *error)
{
        struct explainer *made;
        int r = check_state(options->config, txn, error);

        if (r < 0)
                return r;
        made = calloc(1, sizeof(*made));
        if (!made)
                return error_set(error, ERR_FATAL, "out of memory");
        made->engine.config = options->config;
        made->engine.model = options->model;
        made->engine.txn = txn;
        made->engine.error = &made->error;
        made->engine.ghost_seed = engine_ghost_seed(options->config);
        made->engine.scorer[0] = scorer_new(options->model);
        made->engine.standard[0] = standard_new(options->config, error);
        batch_init(&made->batch, &made->engine.arena);
        map_init(&made->batch.key_counts, &made->engine.arena);
        map_init(&made->batch.reference_anchors, &made->engine.arena);
        states_begin(&made->engine);
        *explainer = made;
        if (made->engine.standard[0] && decisions_open(&made->engine, error) == 0)
                return 0;
        explainer_close(made);
        *explainer = NULL;
        return ERR_FATAL;
}

void explainer_close(struct explainer *explainer)
{
        if (!explainer)
                return;
        scorer_free(explainer->engine.scorer[0]);
        standard_free(explainer->engine.standard[0]);
        arena_free(&explainer->engine.arena);
        arena_free(&explainer->engine.decided_arena);
        free(explainer);
}

/* ---- records and pairs ---------------------------------------------------------------------------------------------
 */

static int load_record(struct explainer *explainer, struct arena *arena, uint32_t number, struct explained_record *out,
                       struct error *error)
{
        struct record_state state = {0};
        int r = engine_load_record(&explainer->engine, arena, number, &out->record);

        if (r < 0)
                return error_set(error, r, "%s", explainer->error.text);
        if (!out->record.alive || !engine_get_state(&explainer->engine, number, &state) || state.node == 0)
                return error_set(error, ERR_USAGE, "the record %.*s/%.*s is deleted, or has nothing to compare",
                                 TEXT_ARG(out->record.key.source), TEXT_ARG(out->record.key.record_id));
        standard_record(explainer->engine.standard[0], arena, &out->record, &explainer->a);
        out->type = explainer->a.type;
        out->number = number;
        out->node = state.node;
        r = engine_entity_id(&explainer->engine, &explainer->batch, out->type, state.anchor, out->entity_id);
        return r < 0 ? error_set(error, r, "%s", explainer->error.text) : 0;
}

/* Decodes the two nodes into the explainer and asks what the engine asks of a pair. */
static int prepare_pair(struct explainer *explainer, struct arena *arena, uint32_t node_a, uint32_t node_b,
                        struct score_pair *pair, struct error *error)
{
        struct engine *engine = &explainer->engine;
        struct text a, b;

        if (!store_get_node(engine->txn, node_a, &a) || features_decode(a, &explainer->a) < 0 ||
            !store_get_node(engine->txn, node_b, &b) || features_decode(b, &explainer->b) < 0)
                return error_set(error, ERR_FATAL, "value node %u or %u is missing or damaged in the state", node_a,
                                 node_b);
        engine_fill_pair(engine, &explainer->batch, arena, node_a, &explainer->a, node_b, &explainer->b, pair);
        return 0;
}

static int compare_steps(const void *left, const void *right)
{
        const struct score_step *a = left, *b = right;
        int32_t strength_a = abs(a->weight_mbit), strength_b = abs(b->weight_mbit);

        return (strength_a < strength_b) - (strength_a > strength_b);
}

/* The strongest steps in a few words. The prior is the same for all pairs and says nothing of this one. */
struct text explain_reasons(struct arena *arena, const struct score_detail *detail)
{
        struct score_step *steps = arena_calloc(arena, (size_t)detail->step_count + 1, sizeof(*steps));
        struct text said = TEXT_NONE;
        uint32_t count = 0;

        for (uint32_t i = 0; i < detail->step_count; i++) {
                if (!text_equal(detail->steps[i].attribute, TEXT("prior")) && detail->steps[i].weight_mbit != 0)
                        steps[count++] = detail->steps[i];
        }
        if (count > 1)
                qsort(steps, count, sizeof(*steps), compare_steps);
        for (uint32_t i = 0; i < count && i < REASONS_MAX; i++)
                said = arena_printf(arena, "%.*s%s%.*s %+.1f (%.*s)", TEXT_ARG(said), i > 0 ? ", " : "",
                                    TEXT_ARG(steps[i].attribute), steps[i].weight_mbit / 1000.0,
                                    TEXT_ARG(steps[i].level));
        return said;
}

/* The link of two nodes by the records that stand for them. */
static int explain_link(struct explainer *explainer, struct arena *arena, const struct explained_record *a,
                        const struct explained_record *b, struct explained_link *link, struct error *error)
{
        struct score_detail detail;
        struct score_pair pair;
        int r = prepare_pair(explainer, arena, a->node, b->node, &pair, error);

        if (r < 0)
                return r;
        score_explain(explainer->engine.scorer[0], &pair, arena, &detail);
        *link = (struct explained_link){
                .a = a->record.key,
                .b = b->record.key,
                .posterior_mbit = detail.score.posterior_mbit,
                .equal = a->node == b->node,
                .rule = detail.rule,
                .reasons = detail.contradiction.length > 0 ? detail.contradiction : explain_reasons(arena, &detail),
        };
        return 0;
}

/* ---- what holds an entity together ---------------------------------------------------------------------------------
 */

struct bond { /* of two nodes of the entity, by their index */
        uint32_t a, b;
        int32_t posterior_mbit;
};

struct web {
        struct explained_record *members; /* in canonical order */
        uint32_t member_count;
        uint32_t *node_member; /* node -> the first member that is of it */
        uint32_t node_count;
        uint32_t nodes_left_out;
        struct map node_index;
        struct bond *bonds;
        size_t bond_count, bond_capacity;
        uint32_t *part; /* union-find over nodes */
};

static int compare_members(const void *left, const void *right)
{
        const struct explained_record *a = left, *b = right;

        return record_key_compare(a->record.key, b->record.key);
}

static int compare_bonds(const void *left, const void *right)
{
        const struct bond *a = left, *b = right;

        if (a->posterior_mbit != b->posterior_mbit)
                return a->posterior_mbit < b->posterior_mbit ? 1 : -1;
        if (a->a != b->a)
                return a->a < b->a ? -1 : 1;
        return (a->b > b->b) - (a->b < b->b);
}

static int load_members(struct explainer *explainer, struct arena *arena, uint32_t anchor, struct web *web,
                        struct error *error)
{
        struct stored stored;
        int r = explainer_load_stored(explainer, arena, anchor, &stored, error);

        if (r < 0)
                return r;
        web->members = arena_calloc(arena, (size_t)stored.member_count + 1, sizeof(*web->members));
        web->member_count = stored.member_count;
        for (uint32_t i = 0; r == 0 && i < stored.member_count; i++)
                r = load_record(explainer, arena, stored.members[i], &web->members[i], error);
        if (r == 0 && web->member_count > 1)
                qsort(web->members, web->member_count, sizeof(*web->members), compare_members);
        return r;
}

static void index_nodes(struct arena *arena, struct web *web)
{
        map_init(&web->node_index, arena);
        web->node_member = arena_alloc(arena, ((size_t)web->member_count + 1) * sizeof(uint32_t));
        for (uint32_t i = 0; i < web->member_count; i++) {
                bool inserted;

                if (map_get(&web->node_index, web->members[i].node))
                        continue;
                if (web->node_count == EXPLAIN_NODES_MAX) {
                        web->nodes_left_out++;
                        continue;
                }
                map_put(&web->node_index, web->members[i].node, web->node_count, &inserted);
                web->node_member[web->node_count++] = i;
        }
}

static void add_bond(struct arena *arena, struct web *web, uint32_t a, uint32_t b, int32_t posterior_mbit)
{
        *ARENA_PUSH(arena, web->bonds, web->bond_count, web->bond_capacity) =
                (struct bond){.a = a < b ? a : b, .b = a < b ? b : a, .posterior_mbit = posterior_mbit};
}

static void collect_bonds(struct explainer *explainer, struct arena *arena, struct web *web)
{
        for (uint32_t i = 0; i < web->node_count; i++) {
                struct store_neighbour *edges;
                uint32_t count =
                        store_get_edges(explainer->engine.txn, arena, web->members[web->node_member[i]].node, &edges);

                for (uint32_t j = 0; j < count; j++) {
                        uint32_t *other = map_get(&web->node_index, edges[j].node);

                        if (other && *other > i && !edges[j].cannot_link)
                                add_bond(arena, web, i, *other, edges[j].posterior_mbit);
                }
        }
}

static uint32_t part_of(const struct web *web, uint32_t node)
{
        while (web->part[node] != node)
                node = web->part[node];
        return node;
}

/* Keeps of the bonds those of the spanning tree (Kruskal, strongest first). True if they reach every node. */
static bool span(struct arena *arena, struct web *web)
{
        size_t kept = 0;

        web->part = arena_alloc(arena, ((size_t)web->node_count + 1) * sizeof(uint32_t));
        for (uint32_t i = 0; i < web->node_count; i++)
                web->part[i] = i;
        if (web->bond_count > 1)
                qsort(web->bonds, web->bond_count, sizeof(*web->bonds), compare_bonds);
        for (size_t i = 0; i < web->bond_count; i++) {
                uint32_t a = part_of(web, web->bonds[i].a), b = part_of(web, web->bonds[i].b);

                if (a == b)
                        continue;
                web->part[a > b ? a : b] = a < b ? a : b;
                web->bonds[kept++] = web->bonds[i];
        }
        web->bond_count = kept;
        return kept + 1 >= web->node_count;
}

/* Parts of an entity that no stored edge joins were joined by pairs that the clustering compared on demand. */
static int bridge(struct explainer *explainer, struct arena *arena, struct web *web, struct error *error)
{
        uint32_t looked = 0;

        for (uint32_t i = 0; i < web->node_count; i++) {
                for (uint32_t j = i + 1; j < web->node_count && looked < EXPLAIN_CROSS_MAX; j++) {
                        struct score_pair pair;
                        struct score score;
                        int r;

                        if (part_of(web, i) == part_of(web, j))
                                continue;
                        looked++;
                        r = prepare_pair(explainer, arena, web->members[web->node_member[i]].node,
                                         web->members[web->node_member[j]].node, &pair, error);
                        if (r < 0)
                                return r;
                        score = score_pair(explainer->engine.scorer[0], &pair);
                        if (!score.cannot_link)
                                add_bond(arena, web, i, j, score.posterior_mbit);
                }
        }
        span(arena, web);
        return 0;
}

static int weave(struct explainer *explainer, struct arena *arena, uint32_t anchor, struct web *web,
                 struct error *error)
{
        int r;

        *web = (struct web){0};
        r = load_members(explainer, arena, anchor, web, error);
        if (r < 0)
                return r;
        index_nodes(arena, web);
        collect_bonds(explainer, arena, web);
        return span(arena, web) ? 0 : bridge(explainer, arena, web, error);
}

int explain_entity(struct explainer *explainer, struct arena *arena, uint32_t record,
                   struct entity_explanation *explanation, struct error *error)
{
        struct web web;
        int r = weave(explainer, arena, explainer_anchor_of(explainer, record), &web, error);

        if (r < 0)
                return r;
        *explanation = (struct entity_explanation){
                .type = web.members[0].type,
                .members = web.members,
                .member_count = web.member_count,
                .nodes_left_out = web.nodes_left_out,
                .links = arena_calloc(arena, web.bond_count + 1, sizeof(*explanation->links)),
        };
        memcpy(explanation->entity_id, web.members[0].entity_id, ENTITY_ID_SIZE);
        for (size_t i = 0; r == 0 && i < web.bond_count; i++)
                r = explain_link(explainer, arena, &web.members[web.node_member[web.bonds[i].a]],
                                 &web.members[web.node_member[web.bonds[i].b]],
                                 &explanation->links[explanation->link_count++], error);
        return r < 0 ? r : explain_values(explainer, arena, explanation, error);
}

/* ---- two records ---------------------------------------------------------------------------------------------------
 */

/* The tree's way from node @from to node @to, as bonds; @through has one entry for each node. False: there is none. */
static bool find_path(const struct web *web, uint32_t from, uint32_t to, uint32_t *through, bool *seen)
{
        if (from == to)
                return true;
        seen[from] = true;
        for (size_t i = 0; i < web->bond_count; i++) {
                const struct bond *bond = &web->bonds[i];
                uint32_t next = bond->a == from ? bond->b : bond->a;

                if ((bond->a != from && bond->b != from) || seen[next])
                        continue;
                if (find_path(web, next, to, through, seen)) {
                        through[from] = next;
                        return true;
                }
        }
        return false;
}

static int explain_path(struct explainer *explainer, struct arena *arena, struct explanation *explanation,
                        struct error *error)
{
        struct web web;
        uint32_t *from, *to, *through;
        const struct explained_record *at = &explanation->a;
        int r = weave(explainer, arena, explainer_anchor_of(explainer, explanation->a.number), &web, error);

        if (r < 0)
                return r;
        explanation->path = arena_calloc(arena, (size_t)web.node_count + 1, sizeof(*explanation->path));
        if (explanation->a.node == explanation->b.node)
                return explain_link(explainer, arena, &explanation->a, &explanation->b,
                                    &explanation->path[explanation->path_count++], error);
        from = map_get(&web.node_index, explanation->a.node);
        to = map_get(&web.node_index, explanation->b.node);
        through = arena_calloc(arena, (size_t)web.node_count + 1, sizeof(*through));
        if (!from || !to ||
            !find_path(&web, *from, *to, through, arena_calloc(arena, (size_t)web.node_count + 1, sizeof(bool))))
                return 0; /* an entity of more value nodes than are looked at */
        for (uint32_t node = *from; r == 0 && node != *to; node = through[node]) {
                const struct explained_record *next =
                        through[node] == *to ? &explanation->b : &web.members[web.node_member[through[node]]];

                r = explain_link(explainer, arena, at, next, &explanation->path[explanation->path_count++], error);
                at = next;
        }
        return r;
}

static int compare_keys(const void *left, const void *right)
{
        const struct explained_key *a = left, *b = right;

        if (a->nodes != b->nodes)
                return a->nodes < b->nodes ? -1 : 1;
        return strcmp(a->recipe, b->recipe);
}

static void find_shared_keys(struct explainer *explainer, struct arena *arena, struct explanation *explanation)
{
        struct engine *engine = &explainer->engine;
        struct block_keys a, b;
        uint32_t at = 0;

        engine_derive_keys(engine, &explainer->a, &a);
        engine_derive_keys(engine, &explainer->b, &b);
        explanation->keys = arena_calloc(arena, (size_t)a.count + 1, sizeof(*explanation->keys));
        for (uint32_t i = 0; i < a.count; i++) {
                struct explained_key *key = &explanation->keys[explanation->key_count];

                while (at < b.count && b.items[at].hash < a.items[i].hash)
                        at++;
                if (at == b.count || b.items[at].hash != a.items[i].hash)
                        continue;
                key->recipe = model_recipe_name(a.items[i].recipe);
                key->nodes = engine_key_count(engine, &explainer->batch, a.items[i].hash);
                key->generic = key->nodes > (uint32_t)engine->config->block_cap;
                explanation->compared |= !key->generic;
                explanation->key_count++;
        }
        if (explanation->key_count > 1)
                qsort(explanation->keys, explanation->key_count, sizeof(*explanation->keys), compare_keys);
}

static bool is_never(const struct rule *rule)
{
        return rule && rule->then == RULE_NEVER;
}

static uint64_t unique_bit(const struct explainer *explainer, const struct explained_record *record)
{
        return config_unique_bit(explainer->engine.config, record->type, record->record.key.source);
}

static uint64_t unique_sources(const struct explainer *explainer, const struct web *web)
{
        uint64_t bits = 0;

        for (uint32_t i = 0; i < web->member_count; i++)
                bits |= unique_bit(explainer, &web->members[i]);
        return bits;
}

/* Compares the nodes of the two entities. The pair that speaks most against them: a contradiction, else the lowest. */
static int compare_entities(struct explainer *explainer, struct arena *arena, struct explanation *explanation,
                            struct error *error)
{
        struct web a = {0}, b = {0};
        const struct explained_record *worst_a = NULL, *worst_b = NULL;
        struct score worst = {.posterior_mbit = INT32_MAX};
        int64_t sum = 0;
        int r = load_members(explainer, arena, explainer_anchor_of(explainer, explanation->a.number), &a, error);

        if (r == 0)
                r = load_members(explainer, arena, explainer_anchor_of(explainer, explanation->b.number), &b, error);
        if (r < 0)
                return r;
        index_nodes(arena, &a);
        index_nodes(arena, &b);
        for (uint32_t i = 0; i < a.node_count; i++) {
                for (uint32_t j = 0; j < b.node_count && explanation->cross_pairs < EXPLAIN_CROSS_MAX; j++) {
                        const struct explained_record *left = &a.members[a.node_member[i]];
                        const struct explained_record *right = &b.members[b.node_member[j]];
                        struct score_pair pair;
                        struct score score;

                        r = prepare_pair(explainer, arena, left->node, right->node, &pair, error);
                        if (r < 0)
                                return r;
                        score = score_pair(explainer->engine.scorer[0], &pair);
                        explanation->cross_pairs++;
                        sum += score.posterior_mbit;
                        if (worst.cannot_link > score.cannot_link ||
                            (worst.cannot_link == score.cannot_link && worst.posterior_mbit <= score.posterior_mbit))
                                continue;
                        worst = score;
                        worst_a = left;
                        worst_b = right;
                }
        }
        if (!worst_a)
                return error_set(error, ERR_FATAL, "an entity without records: the state is damaged");
        explanation->cross_mean_mbit = (int32_t)(sum / (int64_t)explanation->cross_pairs);
        r = explain_link(explainer, arena, worst_a, worst_b, &explanation->against, error);
        if (r < 0)
                return r;
        if (unique_sources(explainer, &a) & unique_sources(explainer, &b))
                explanation->outcome = EXPLAIN_UNIQUE_SOURCE;
        else if (worst.cannot_link)
                explanation->outcome = is_never(explanation->against.rule) ? EXPLAIN_RULE : EXPLAIN_CONTRADICTION;
        return 0;
}

static enum explain_outcome judge(const struct explainer *explainer, const struct explanation *explanation)
{
        const struct match_zones *zones = &explainer->engine.config->zones[explanation->a.type];
        int32_t posterior = explanation->detail.score.posterior_mbit;

        if (strcmp(explanation->a.entity_id, explanation->b.entity_id) == 0)
                return explanation->decision_count > 0 ? EXPLAIN_DECIDED_ONE : EXPLAIN_ONE_ENTITY;
        if (explanation->decision_count > 0)
                return EXPLAIN_DECIDED_TWO;
        if (unique_bit(explainer, &explanation->a) & unique_bit(explainer, &explanation->b))
                return EXPLAIN_UNIQUE_SOURCE;
        if (is_never(explanation->detail.rule))
                return EXPLAIN_RULE;
        if (explanation->detail.score.cannot_link)
                return explanation->detail.contradiction.length > 0 ? EXPLAIN_CONTRADICTION : EXPLAIN_ESTABLISHMENTS;
        if (!explanation->compared)
                return EXPLAIN_NO_KEY;
        if (posterior < zones->review_mbit)
                return EXPLAIN_NO_MATCH;
        return posterior < zones->match_mbit ? EXPLAIN_REVIEW : EXPLAIN_LINKAGE;
}

int explain_verdict(struct explainer *explainer, struct arena *arena, uint32_t a, uint32_t b,
                    struct explanation *explanation, struct error *error)
{
        struct score_pair pair = {.asserted = false};
        int r;

        *explanation = (struct explanation){0};
        r = load_record(explainer, arena, a, &explanation->a, error);
        if (r == 0)
                r = load_record(explainer, arena, b, &explanation->b, error);
        if (r < 0)
                return r;
        if (explanation->a.type != explanation->b.type) {
                explanation->outcome = EXPLAIN_OTHER_TYPE;
                return 0;
        }
        r = prepare_pair(explainer, arena, explanation->a.node, explanation->b.node, &pair, error);
        if (r < 0)
                return r;
        score_explain(explainer->engine.scorer[0], &pair, arena, &explanation->detail);
        find_shared_keys(explainer, arena, explanation);
        explanation->compared |= pair.asserted || explanation->a.node == explanation->b.node;
        r = explain_decisions(explainer, arena, explanation, error);
        if (r < 0)
                return r;
        explanation->outcome = judge(explainer, explanation);
        return explanation->outcome == EXPLAIN_LINKAGE ? compare_entities(explainer, arena, explanation, error) : 0;
}

int explain_pair(struct explainer *explainer, struct arena *arena, uint32_t a, uint32_t b,
                 struct explanation *explanation, struct error *error)
{
        int r = explain_verdict(explainer, arena, a, b, explanation, error);

        return r == 0 && explanation->outcome == EXPLAIN_ONE_ENTITY ? explain_path(explainer, arena, explanation, error)
                                                                    : r;
}
