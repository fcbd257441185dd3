/* Value nodes, blocking keys counted from nothing, and every pair of nodes that F compares. */
#include "oracle_internal.h"

#include <stdlib.h>
#include <string.h>

#define SEED_GHOST 0x647572616e640003ULL /* part of R's format: processor/engine/engine.c */

uint64_t oracle_ghost_key(const struct oracle *oracle, uint64_t key)
{
        return hash64(&key, sizeof(key), hash64_text(oracle->config->ghost_secret, SEED_GHOST));
}

static int compare_u64(const void *left, const void *right)
{
        uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

        return (a > b) - (a < b);
}

static uint32_t find_node(struct oracle *oracle, struct text bytes)
{
        for (uint32_t i = 0; i < oracle->node_count; i++) {
                if (text_equal(oracle->nodes[i].bytes, bytes))
                        return i;
        }
        return NOWHERE;
}

static void add_node(struct oracle *oracle, struct text bytes)
{
        struct value_node *node = ARENA_PUSH(&oracle->arena, oracle->nodes, oracle->node_count, oracle->node_capacity);

        *node = (struct value_node){.bytes = bytes, .part = NOWHERE};
        node->features = arena_alloc(&oracle->arena, sizeof(*node->features));
        if (features_decode(bytes, node->features) < 0)
                abort();
        node->type = node->features->type;
        node->members = arena_alloc(&oracle->arena, (oracle->record_count + 1) * sizeof(uint32_t));
        block_derive(oracle->model, node->features, &node->keys);
        for (uint32_t i = 0; i < node->keys.count; i++)
                *ARENA_PUSH(&oracle->arena, oracle->keys, oracle->key_count, oracle->key_capacity) =
                        node->keys.items[i].hash;
}

void oracle_find_nodes(struct oracle *oracle)
{
        for (uint32_t i = 0; i < oracle->record_count; i++) {
                struct known_record *known = &oracle->records[i];
                struct buffer encoded = {0};
                struct features features;

                if (!known->record.alive || record_is_table(&known->record))
                        continue;
                standard_record(oracle->standard, &oracle->arena, &known->record, &features);
                if (features.count == 0)
                        continue;
                features_encode(&features, &encoded);
                known->node = find_node(oracle, buffer_view(&encoded));
                if (known->node == NOWHERE) {
                        known->node = (uint32_t)oracle->node_count;
                        add_node(oracle, arena_text(&oracle->arena, buffer_view(&encoded)));
                }
                known->unique =
                        config_unique_bit(oracle->config, oracle->nodes[known->node].type, known->record.key.source);
                oracle->nodes[known->node].members[oracle->nodes[known->node].member_count++] = i;
                buffer_free(&encoded);
        }
        if (oracle->key_count > 1)
                qsort(oracle->keys, oracle->key_count, sizeof(uint64_t), compare_u64);
}

/* Nodes that have @key: the difference of two bounds in the sorted keys. */
uint32_t oracle_count_key(const struct oracle *oracle, uint64_t key)
{
        size_t low = 0, high = oracle->key_count, first;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (oracle->keys[middle] < key)
                        low = middle + 1;
                else
                        high = middle;
        }
        for (first = low; low < oracle->key_count && oracle->keys[low] == key; low++)
                ;
        return (uint32_t)(low - first);
}

/* ---- references ----------------------------------------------------------------------------------------------------
 */

static uint32_t living_record(const struct oracle *oracle, struct record_key key, enum record_type type)
{
        for (uint32_t i = 0; i < oracle->record_count; i++) {
                const struct known_record *known = &oracle->records[i];

                if (known->node != NOWHERE && record_key_equal(known->record.key, key) &&
                    (type == TYPE_COUNT || oracle->nodes[known->node].type == type))
                        return i;
        }
        return NOWHERE;
}

uint32_t oracle_find_reference(const struct oracle *oracle, struct text source, struct text id, enum record_type type)
{
        static const char *const common[] = {"organization", "person", "Account", "Contact", "Lead"};
        const struct source_config *config = config_find_source(oracle->config, source);
        uint32_t found = NOWHERE;

        for (uint32_t i = 0; config && found == NOWHERE && i < config->entity_count; i++)
                found = living_record(oracle, (struct record_key){source, config->entities[i].entity, id}, type);
        for (size_t i = 0; found == NOWHERE && i < sizeof(common) / sizeof(common[0]); i++)
                found = living_record(oracle, (struct record_key){source, text_from(common[i]), id}, type);
        return found;
}

static uint32_t find_feature(const struct oracle *oracle, const struct feature *feature, enum record_type type)
{
        int64_t separator = text_find_byte(feature->text, 0x1f, 0);

        if (separator < 0)
                return NOWHERE;
        return oracle_find_reference(oracle, text_slice(feature->text, 0, (uint32_t)separator),
                                     text_slice(feature->text, (uint32_t)separator + 1, feature->text.length), type);
}

static bool asserts(const struct oracle *oracle, uint32_t from, uint32_t to)
{
        const struct value_node *node = &oracle->nodes[from];

        for (uint32_t i = 0; i < node->features->count; i++) {
                const struct feature *feature = &node->features->items[i];
                uint32_t record;

                if (feature->kind != FEATURE_SAME_AS)
                        continue;
                record = find_feature(oracle, feature, node->type);
                if (record != NOWHERE && oracle->records[record].node == to)
                        return true;
        }
        return false;
}

static enum score_employer compare_employers(const struct oracle *oracle, const struct features *a,
                                             const struct features *b)
{
        bool same = false, different = false;

        for (uint32_t i = 0; i < a->count; i++) {
                for (uint32_t j = 0; j < b->count; j++) {
                        uint32_t left, right;

                        if (a->items[i].kind != FEATURE_EMPLOYER_REF || b->items[j].kind != FEATURE_EMPLOYER_REF)
                                continue;
                        left = find_feature(oracle, &a->items[i], TYPE_ORGANIZATION);
                        right = find_feature(oracle, &b->items[j], TYPE_ORGANIZATION);
                        if (text_equal(a->items[i].text, b->items[j].text))
                                same = true;
                        else if (left != NOWHERE && right != NOWHERE)
                                *(oracle->records[left].entity == oracle->records[right].entity ? &same : &different) =
                                        true;
                }
        }
        return same ? EMPLOYER_SAME : different ? EMPLOYER_DIFFERENT : EMPLOYER_UNKNOWN;
}

/* ---- pairs ---------------------------------------------------------------------------------------------------------
 */

/* Values of @of that @other has as well and that too many nodes share. */
static const uint8_t *generic_values(struct oracle *oracle, const struct features *of, const struct features *other)
{
        uint8_t *flags = arena_calloc(&oracle->arena, of->count + 1, 1);
        bool any = false;

        for (uint32_t i = 0; i < of->count; i++) {
                uint64_t key = block_value_key(of->type, &of->items[i]);

                if (key == 0 || oracle_count_key(oracle, key) <= (uint32_t)oracle->config->block_cap)
                        continue;
                for (uint32_t j = 0; j < other->count; j++) {
                        if (other->items[j].kind == of->items[i].kind &&
                            text_equal(other->items[j].text, of->items[i].text))
                                flags[i] = any = true;
                }
        }
        return any ? flags : NULL;
}

void oracle_fill_pair(struct oracle *oracle, uint32_t a, uint32_t b, struct score_pair *pair)
{
        const struct features *left = oracle->nodes[a].features, *right = oracle->nodes[b].features;

        *pair = (struct score_pair){
                .a = {.features = left, .generic = generic_values(oracle, left, right)},
                .b = {.features = right, .generic = generic_values(oracle, right, left)},
                .employer = compare_employers(oracle, left, right),
                .asserted = asserts(oracle, a, b) || asserts(oracle, b, a),
        };
}

static bool share_key(const struct oracle *oracle, uint32_t a, uint32_t b)
{
        const struct block_keys *left = &oracle->nodes[a].keys, *right = &oracle->nodes[b].keys;

        for (uint32_t i = 0, j = 0; i < left->count && j < right->count;) {
                if (left->items[i].hash < right->items[j].hash) {
                        i++;
                } else if (left->items[i].hash > right->items[j].hash) {
                        j++;
                } else {
                        if (oracle_count_key(oracle, left->items[i].hash) <= (uint32_t)oracle->config->block_cap)
                                return true;
                        i++;
                        j++;
                }
        }
        return false;
}

void oracle_find_edges(struct oracle *oracle, enum record_type type)
{
        for (uint32_t a = 0; a < oracle->node_count; a++) {
                for (uint32_t b = a; b < oracle->node_count; b++) {
                        struct node_edge edge = {.a = a, .b = b};
                        struct score_pair pair;

                        if (oracle->nodes[a].type != type || oracle->nodes[b].type != type)
                                continue;
                        if (a == b ? oracle->nodes[a].member_count < 2
                                   : !share_key(oracle, a, b) && !asserts(oracle, a, b) && !asserts(oracle, b, a))
                                continue;
                        oracle_fill_pair(oracle, a, b, &pair);
                        edge.score = score_pair(oracle->scorer, &pair);
                        if (edge.score.posterior_mbit >= oracle->config->zones[type].review_mbit)
                                *ARENA_PUSH(&oracle->arena, oracle->edges, oracle->edge_count, oracle->edge_capacity) =
                                        edge;
                }
        }
}
