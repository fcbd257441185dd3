/* How rare values are, by entities: a company with a hundred records does not make its own name common.
 *
 * The start model's rarity of a value counts as PSEUDO_ENTITIES entities. Values that only the start knows stay as they
 * are: they are known names still. A value that both lacks takes the rarity of one that was seen once.
 *
 * Words of company names also come as phrases: "Buenos Aires" is one fact, and two universities there share no more
 * than a city. Two neighbours are listed as a phrase where they stand beside PHRASE_LEAST different sets of other
 * words, PHRASE_RATIO times as many as chance would bring together. Sets of words and not clusters, because what is no
 * phrase yet has joined those universities by now; and so many of them, because one company is written in a few ways.
 */
#include "train/estimate.h"

#include "base/map.h"
#include "model/bits.h"

#include <stdlib.h>
#include <string.h>

#define PSEUDO_ENTITIES 1000
#define LISTED_LEAST 5 /* entities: fewer may be one misspelling, and a listed name is a known one */
#define PHRASE_LEAST 6
#define PHRASE_RATIO 8
#define MILLION UINT64_C(1000000)

struct use { /* a value in a cluster; of a phrase: beside a set of other words, by their hash */
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

/* Uses of one value, which begin at @from of sorted uses: their end, and the clusters that have it. */
static size_t end_of_value(const struct uses *uses, size_t from, uint32_t *clusters)
{
        size_t to = from + 1;
        *clusters = 1;
        for (; to < uses->count && text_equal(uses->items[to].value, uses->items[from].value); to++)
                *clusters += uses->items[to].cluster != uses->items[to - 1].cluster;
        return to;
}

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
        uint32_t *clusters = arena_alloc(arena, (resolve->node_count + 1) * sizeof(*clusters));
        uint32_t cluster_count = 0;
        for (uint32_t i = 0; i < resolve->node_count; i++) {
                const struct resolve_node *node = &resolve->nodes[i];
                const struct features *features = node->features;
                bool any = false;
                for (uint32_t j = 0; j < features->count; j++) {
                        if (!counts_as(kind, features->items[j].kind) || features->items[j].flags & FEATURE_INITIAL)
                                continue;
                        *ARENA_PUSH(arena, uses->items, uses->count, uses->capacity) =
                                (struct use){features->items[j].text, node->cluster};
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
                uint32_t clusters;
                to = end_of_value(uses, from, &clusters);
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

/* The words of a company's names but two of them, whatever their order. What stands for a department, an address, a
 * country or another name says nothing of who it is. */
static uint32_t hash_others(const struct features *features, uint32_t one, uint32_t two)
{
        uint64_t hash = 0;
        for (uint32_t i = features->first[FEATURE_ORG_TOKEN]; i < features->first[FEATURE_ORG_TOKEN + 1]; i++)
                if (i != one && i != two && !(features->items[i].flags & (FEATURE_PARTICLE | FEATURE_UNCERTAIN)))
                        hash += hash64_text(features->items[i].text, FEATURE_ORG_TOKEN);
        return (uint32_t)(hash >> 32);
}

/* The uses of pairs of neighbours of one name. */
static void gather_phrases(const struct resolve *resolve, struct arena *arena, struct uses *uses)
{
        for (uint32_t i = 0; i < resolve->node_count; i++) {
                const struct features *features = resolve->nodes[i].features;
                uint32_t end = features->first[FEATURE_ORG_TOKEN + 1];
                for (uint32_t j = features->first[FEATURE_ORG_TOKEN]; j < end; j++)
                        for (uint32_t k = features->first[FEATURE_ORG_TOKEN]; k < end; k++) {
                                char bytes[MODEL_PHRASE_BYTES_MAX];
                                struct text phrase;
                                if (features->items[k].sub != features->items[j].sub + 1 ||
                                    !model_make_phrase(features->items[j].text, features->items[k].text, bytes,
                                                       &phrase))
                                        continue;
                                *ARENA_PUSH(arena, uses->items, uses->count, uses->capacity) =
                                        (struct use){arena_text(arena, phrase), hash_others(features, j, k)};
                        }
        }
        if (uses->count)
                qsort(uses->items, uses->count, sizeof(*uses->items), compare_uses);
}

/* Clusters that have @value, from sorted uses. */
static uint32_t count_clusters(const struct uses *uses, struct text value)
{
        size_t low = 0, high = uses->count;
        while (low < high) {
                size_t middle = (low + high) / 2;
                if (text_compare(uses->items[middle].value, value) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        uint32_t clusters = 0;
        if (low < uses->count && text_equal(uses->items[low].value, value))
                end_of_value(uses, low, &clusters);
        return clusters;
}

static void add_phrases(const struct resolve *resolve, const struct model *start, struct model *model,
                        const struct uses *words, struct arena *arena)
{
        struct model_frequencies *table = &model->frequencies[FREQUENCY_ORG_TOKEN];
        struct uses phrases = {0};
        size_t capacity = table->count;
        gather_phrases(resolve, arena, &phrases);
        for (size_t from = 0, to; from < phrases.count; from = to) {
                uint32_t sets;
                struct text phrase = phrases.items[from].value;
                to = end_of_value(&phrases, from, &sets);
                if (sets < PHRASE_LEAST)
                        continue;
                uint32_t blank = (uint32_t)text_find_byte(phrase, ' ', 0);
                struct text first = text_slice(phrase, 0, blank);
                struct text second = text_slice(phrase, blank + 1, phrase.length - blank - 1);
                uint32_t firsts = count_clusters(words, first);
                uint32_t seconds = count_clusters(words, second);
                uint32_t most = firsts < seconds ? firsts : seconds;
                uint32_t clusters = sets < most ? sets : most;
                if ((uint64_t)clusters * words->entities < PHRASE_RATIO * (uint64_t)firsts * seconds)
                        continue;
                int32_t apart = model_rarity_mbit(start, FREQUENCY_ORG_TOKEN, first, NULL) +
                                model_rarity_mbit(start, FREQUENCY_ORG_TOKEN, second, NULL);
                model_add_frequency(model, FREQUENCY_ORG_TOKEN, arena_text(&model->arena, phrase),
                                    rarity_of(table, words->entities, clusters, apart), &capacity);
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
                if (uses.entities && kind == FREQUENCY_ORG_TOKEN)
                        add_phrases(resolve, start, model, &uses, &scratch);
        }
}
