/* What is known of a pair beside its features: values that too many share, employers, assertions.
 *
 * Which keys are generic, which organization a reference means and who says that two records are the same is knowledge
 * of the state; the scorer is told, and stays pure.
 */
#include "engine/pairs.h"

uint32_t engine_key_count(struct engine *engine, struct batch *batch, uint64_t key)
{
        uint32_t *known = map_get(&batch->key_counts, key);
        uint32_t count;

        if (known)
                return *known;
        count = store_count_postings(engine->txn, STORE_BLOCK, key);
        map_put(&batch->key_counts, key, count, NULL);
        return count;
}

const uint8_t *engine_generic_flags(struct engine *engine, struct batch *batch, struct arena *arena,
                                    const struct features *features)
{
        uint8_t *flags = NULL;

        for (uint32_t i = 0; i < features->count; i++) {
                uint64_t key = block_value_key(features->type, &features->items[i]);

                if (key == 0 || engine_key_count(engine, batch, engine_stored_key(engine, key)) <=
                                        (uint32_t)engine->config->block_cap)
                        continue;
                if (!flags)
                        flags = arena_calloc(arena, features->count, 1);
                flags[i] = 1;
        }
        return flags;
}

/* A generic value is generic on both sides; other values of @b are not known to be, and need not: only shared ones
 * agree. */
const uint8_t *generic_mirror(struct arena *arena, const struct features *a, const uint8_t *flags_a,
                              const struct features *b)
{
        uint8_t *flags = NULL;

        for (uint32_t i = 0; flags_a && i < a->count; i++) {
                uint8_t kind = a->items[i].kind;

                if (!flags_a[i])
                        continue;
                for (uint32_t j = b->first[kind]; j < b->first[kind + 1]; j++) {
                        if (!text_equal(a->items[i].text, b->items[j].text))
                                continue;
                        if (!flags)
                                flags = arena_calloc(arena, b->count, 1);
                        flags[j] = 1;
                }
        }
        return flags;
}

/* Only flags of values that both sides have: so that a pair's score does not depend on which side is asked. */
const uint8_t *generic_shared(struct arena *arena, const struct features *a, const uint8_t *flags_a,
                              const struct features *b)
{
        const uint8_t *flags_b = generic_mirror(arena, a, flags_a, b);

        return flags_b ? generic_mirror(arena, b, flags_b, a) : NULL;
}

/* The entity that a reference names, by its anchor (0: none). Looked up once a stratum: colleagues name the same
 * employer, and organizations do not move while pairs of persons are scored. */
uint32_t engine_reference_anchor(struct engine *engine, struct batch *batch, struct text value)
{
        uint64_t hash = hash64_text(value, 0);
        uint32_t *known = map_get(&batch->reference_anchors, hash);
        struct record_state state = {0};
        struct text source, id;
        uint32_t number;

        if (known)
                return *known;
        record_split_reference(value, TEXT_NONE, &source, &id);
        number = engine_find_reference(engine, source, id, TYPE_ORGANIZATION);
        if (number != 0)
                engine_get_state(engine, number, &state);
        map_put(&batch->reference_anchors, hash, state.anchor, NULL);
        return state.anchor;
}

static enum score_employer compare_employers(struct engine *engine, struct batch *batch, const struct features *a,
                                             const struct features *b)
{
        enum score_employer result = EMPLOYER_UNKNOWN;

        for (uint32_t i = a->first[FEATURE_EMPLOYER_REF]; i < a->first[FEATURE_EMPLOYER_REF + 1]; i++) {
                for (uint32_t j = b->first[FEATURE_EMPLOYER_REF]; j < b->first[FEATURE_EMPLOYER_REF + 1]; j++) {
                        uint32_t left, right;

                        if (text_equal(a->items[i].text, b->items[j].text))
                                return EMPLOYER_SAME;
                        left = engine_reference_anchor(engine, batch, a->items[i].text);
                        right = engine_reference_anchor(engine, batch, b->items[j].text);
                        if (left == 0 || right == 0)
                                continue;
                        if (left == right)
                                return EMPLOYER_SAME;
                        result = EMPLOYER_DIFFERENT;
                }
        }
        return result;
}

/* True if a record of @node is what one of @features' same_as references names. */
bool engine_asserts(struct engine *engine, const struct features *features, uint32_t node)
{
        for (uint32_t i = features->first[FEATURE_SAME_AS]; i < features->first[FEATURE_SAME_AS + 1]; i++) {
                struct record_state state = {0};
                struct text source, id;
                uint32_t number;

                record_split_reference(features->items[i].text, TEXT_NONE, &source, &id);
                number = engine_find_reference(engine, source, id, features->type);
                if (number && engine_get_state(engine, number, &state) && state.node == node)
                        return true;
        }
        return false;
}

struct pair_facts engine_pair_facts(struct engine *engine, struct batch *batch, uint32_t node_a,
                                    const struct features *a, uint32_t node_b, const struct features *b)
{
        return (struct pair_facts){
                .employer = compare_employers(engine, batch, a, b),
                .asserted = engine_asserts(engine, a, node_b) || engine_asserts(engine, b, node_a),
        };
}

void engine_fill_pair(struct engine *engine, struct batch *batch, struct arena *arena, uint32_t node_a,
                      const struct features *a, uint32_t node_b, const struct features *b, struct score_pair *pair)
{
        struct pair_facts facts = engine_pair_facts(engine, batch, node_a, a, node_b, b);
        const uint8_t *flags = engine_generic_flags(engine, batch, arena, a);

        *pair = (struct score_pair){
                .a = {.features = a, .generic = flags ? generic_shared(arena, a, flags, b) : NULL},
                .b = {.features = b, .generic = flags ? generic_mirror(arena, a, flags, b) : NULL},
                .employer = facts.employer,
                .asserted = facts.asserted,
        };
}
