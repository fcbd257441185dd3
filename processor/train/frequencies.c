/* How rare values are, by entities: a company with a hundred records does not make its own name common.
 *
 * The start model's rarity of a value counts as PSEUDO_ENTITIES entities. Values that only the start knows stay as they
 * are: they are known names still. A value that both lacks takes the rarity of one that was seen once.
 */
#include "train/estimate.h"

#include "base/map.h"
#include "model/bits.h"

#include <stdlib.h>
#include <string.h>

#define PSEUDO_ENTITIES 1000
#define LISTED_LEAST 5 /* entities: fewer may be one misspelling, and a listed name is a known one */
#define MILLION UINT64_C(1000000)

struct use { /* a value in a cluster */
        struct text value;
        uint32_t cluster;
};

static int compare_uses(const void *a, const void *b)
{
        const struct use *x = a;
        const struct use *y = b;
        int order = text_compare(x->value, y->value);
        return order ? order : (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

struct uses {
        struct use *items;
        size_t count, capacity;
        uint32_t entities; /* clusters with any such value */
};

/* Of each kind: the features whose values it is about, how many entities must have a value that is listed, and whether
 * values of the records that are not listed take the rarity of one that was seen once. */
static const struct {
        uint8_t feature;
        bool any_name; /* FEATURE_NAME_ANY as well */
        bool once;
        uint8_t least;
} kinds[FREQUENCY_KIND_COUNT] = {
        [FREQUENCY_GIVEN] = {FEATURE_GIVEN, true, false, LISTED_LEAST},
        [FREQUENCY_FAMILY] = {FEATURE_FAMILY, true, false, LISTED_LEAST},
        [FREQUENCY_ORG_TOKEN] = {FEATURE_ORG_TOKEN, false, false, 2},
        [FREQUENCY_POSTCODE] = {FEATURE_POSTAL_CODE, false, true, 2},
        [FREQUENCY_CITY] = {FEATURE_CITY, false, true, 2},
        [FREQUENCY_BIRTH_PLACE] = {FEATURE_BIRTH_PLACE, false, true, 2},
        [FREQUENCY_JOB_TITLE] = {FEATURE_JOB_TITLE, false, true, 2},
        [FREQUENCY_EMPLOYER] = {FEATURE_EMPLOYER, false, true, 2},
};

static bool counts_as(enum model_frequency_kind kind, uint8_t feature)
{
        return feature == kinds[kind].feature || (kinds[kind].any_name && feature == FEATURE_NAME_ANY);
}

static int compare_u32(const void *a, const void *b)
{
        uint32_t x = *(const uint32_t *)a;
        uint32_t y = *(const uint32_t *)b;
        return (x > y) - (x < y);
}

static void gather_uses(const struct resolve *resolve, enum model_frequency_kind kind, struct arena *arena,
                        struct uses *uses)
{
        struct features features;
        uint32_t *clusters = arena_alloc(arena, (resolve->node_count + 1) * sizeof(*clusters));
        uint32_t cluster_count = 0;
        for (uint32_t i = 0; i < resolve->node_count; i++) {
                const struct resolve_node *node = &resolve->nodes[i];
                bool any = false;
                if (features_decode(node->bytes, &features) < 0)
                        continue;
                for (uint32_t j = 0; j < features.count; j++) {
                        if (!counts_as(kind, features.items[j].kind) || features.items[j].flags & FEATURE_INITIAL)
                                continue;
                        *ARENA_PUSH(arena, uses->items, uses->count, uses->capacity) =
                                (struct use){features.items[j].text, node->cluster};
                        any = true;
                }
                if (any)
                        clusters[cluster_count++] = node->cluster;
        }
        if (uses->count)
                qsort(uses->items, uses->count, sizeof(*uses->items), compare_uses);
        if (cluster_count)
                qsort(clusters, cluster_count, sizeof(*clusters), compare_u32);
        for (uint32_t i = 0; i < cluster_count; i++)
                uses->entities += !i || clusters[i] != clusters[i - 1];
}

static int32_t rarity_of(const struct model_frequencies *table, uint32_t entities, uint32_t uses, int32_t start_mbit)
{
        uint64_t all = ((uint64_t)entities + PSEUDO_ENTITIES) * MILLION;
        uint64_t some = uses * MILLION + PSEUDO_ENTITIES * (uint64_t)bits_power_ppm(-start_mbit);
        int32_t rarity = bits_ratio_mbit(all, some ? some : 1);
        return rarity < table->least_mbit ? table->least_mbit : rarity > table->most_mbit ? table->most_mbit : rarity;
}

/* Values of the start, with new rarities where the records use them, and the records' own. */
static void set_kind(const struct model *start, struct model *model, enum model_frequency_kind kind,
                     const struct uses *uses)
{
        struct model_frequencies *table = &model->frequencies[kind];
        uint32_t least = kinds[kind].least;
        size_t capacity = 0;
        table->items = NULL;
        table->count = 0;
        for (size_t from = 0, to; from < uses->count; from = to) {
                uint32_t clusters = 1;
                for (to = from + 1; to < uses->count && text_equal(uses->items[to].value, uses->items[from].value);
                     to++)
                        clusters += uses->items[to].cluster != uses->items[to - 1].cluster;
                bool listed;
                int32_t before = model_rarity_mbit(start, kind, uses->items[from].value, &listed);
                if (listed || clusters >= least)
                        model_add_frequency(model, kind, arena_text(&model->arena, uses->items[from].value),
                                            rarity_of(table, uses->entities, clusters, before), &capacity);
        }
        if (kinds[kind].once) {
                table->unlisted_mbit = rarity_of(table, uses->entities, 1, table->unlisted_mbit);
                table->per_byte_mbit = 0;
        }
        uint32_t own = table->count;
        for (uint32_t i = 0; i < start->frequencies[kind].count; i++) {
                const struct model_frequency *item = &start->frequencies[kind].items[i];
                struct use wanted = {.value = item->value};
                uint32_t low = 0, high = own; /* own ones are sorted */
                while (low < high) {
                        uint32_t middle = (low + high) / 2;
                        if (text_compare(table->items[middle].value, wanted.value) < 0)
                                low = middle + 1;
                        else
                                high = middle;
                }
                if (low < own && text_equal(table->items[low].value, wanted.value))
                        continue;
                model_add_frequency(model, kind, arena_text(&model->arena, item->value),
                                    rarity_of(table, uses->entities, 0, item->rarity_mbit), &capacity);
        }
}

void train_set_frequencies(const struct resolve *resolve, const struct model *start, struct model *model)
{
        for (uint32_t kind = 0; kind < FREQUENCY_KIND_COUNT; kind++) {
                ARENA_CLEANUP struct arena scratch = {0};
                struct uses uses = {0};
                gather_uses(resolve, kind, &scratch, &uses);
                if (uses.entities)
                        set_kind(start, model, kind, &uses);
        }
}
