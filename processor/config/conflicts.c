/* The section `conflicts`: which kinds a steward wants to see, and whose work each is. */
#include "config/load.h"

#include <string.h>

static const char *const kind_names[CONFLICT_KIND_COUNT] = {
        [CONFLICT_POSSIBLE_DUPLICATE] = "possible_duplicate",
        [CONFLICT_CONTRADICTING_IDENTIFIERS] = "contradicting_identifiers",
        [CONFLICT_INVALID_IDENTIFYING_DATA] = "invalid_identifying_data",
        [CONFLICT_OVER_MERGE] = "over_merge",
        [CONFLICT_CONTRADICTING_DECISIONS] = "contradicting_decisions",
        [CONFLICT_DISAGREEING_VALUES] = "disagreeing_values",
        [CONFLICT_CONCURRENT_EDITS] = "concurrent_edits",
        [CONFLICT_ORPHAN_REFERENCE] = "orphan_reference",
        [CONFLICT_CLOSED_COMPANY] = "closed_company",
};

const char *conflict_kind_name(enum conflict_kind kind)
{
        return kind_names[kind];
}

bool conflict_kind_parse(struct text name, enum conflict_kind *kind)
{
        for (int i = 0; i < CONFLICT_KIND_COUNT; i++) {
                if (!text_equal(name, text_from(kind_names[i])))
                        continue;
                *kind = (enum conflict_kind)i;
                return true;
        }
        return false;
}

/* The place of the @index-th of @count texts that @node was read as. */
static const struct node *place_of(const struct node *node, uint32_t index, uint32_t count)
{
        return node && node->kind == NODE_LIST && node->count == count ? node->values[index] : node;
}

static uint32_t read_kinds(struct loader *loader, const struct node *node, const struct text *words, uint32_t count)
{
        uint32_t bits = 0;

        for (uint32_t i = 0; i < count; i++) {
                enum conflict_kind kind;
                struct nearest nearest;

                if (conflict_kind_parse(words[i], &kind)) {
                        bits |= 1U << kind;
                        continue;
                }
                nearest_init(&nearest, words[i]);
                for (int j = 0; j < CONFLICT_KIND_COUNT; j++)
                        nearest_offer(&nearest, text_from(kind_names[j]));
                problem_error(&loader->sink, place_of(node, i, count), NULL, "there is no kind of conflict \"%.*s\"",
                              TEXT_ARG(words[i]));
                if (nearest_found(&nearest))
                        problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(nearest.best));
                else
                        problem_remedy(&loader->sink, "docs/conflicts.md lists them");
        }
        return bits;
}

static uint32_t read_types(struct loader *loader, const struct node *node, const struct text *words, uint32_t count)
{
        uint32_t bits = 0;

        for (uint32_t i = 0; i < count; i++) {
                enum record_type type;

                if (record_type_parse(words[i], &type))
                        bits |= 1U << type;
                else
                        problem_error(&loader->sink, place_of(node, i, count), "write person or organization",
                                      "\"%.*s\" is no entity type", TEXT_ARG(words[i]));
        }
        return bits;
}

void read_ignored_conflicts(struct loader *loader, const struct node *node, void *target)
{
        struct config *config = target;
        const struct text *words;
        uint32_t count;

        loader_read_texts(loader, node, "conflicts.ignore", &words, &count);
        config->ignored_kinds = read_kinds(loader, node, words, count);
}

static void read_queue(struct loader *loader, const struct node *key, const struct node *node,
                       struct conflict_queue *queue)
{
        struct queue_draft draft = {.queue.name = key->text};
        struct text what = arena_printf(loader->arena, "queue %.*s", TEXT_ARG(key->text));

        if (!loader_is_name(key->text))
                problem_error(&loader->sink, key, "use letters, digits, '.', '_' and '-', at most 64",
                              "\"%.*s\" is no name for a queue", TEXT_ARG(key->text));
        options_set_defaults(loader, SCOPE_QUEUE, &draft);
        if (!node_is_null(node))
                options_read(loader, SCOPE_QUEUE, node, what.data, &draft);
        draft.queue.kinds = read_kinds(loader, node_get(node, "kinds"), draft.kinds, draft.kind_count);
        draft.queue.types = read_types(loader, node_get(node, "types"), draft.types, draft.type_count);
        *queue = draft.queue;
}

void read_queues(struct loader *loader, const struct node *node, void *target)
{
        struct config *config = target;
        struct conflict_queue *queues;

        if (!loader_check_map(loader, node, "conflicts.queues"))
                return;
        if (node->count > QUEUES_MAX) {
                problem_error(&loader->sink, node, "use fewer", "%u queues; %d are possible", (unsigned)node->count,
                              QUEUES_MAX);
                return;
        }
        queues = arena_calloc(loader->arena, node->count + 1, sizeof(*queues));
        for (uint32_t i = 0; i < node->count; i++)
                read_queue(loader, node->keys[i], node->values[i], &queues[i]);
        config->queues = queues;
        config->queue_count = node->count;
}

static bool has_rule(const struct config *config, struct text name)
{
        for (uint32_t i = 0; i < config->rules.count; i++) {
                if (text_equal(config->rules.items[i].name, name))
                        return true;
        }
        return false;
}

void check_queues(struct loader *loader, const struct node *root)
{
        const struct config *config = loader->config;

        for (uint32_t i = 0; i < config->queue_count; i++) {
                const struct conflict_queue *queue = &config->queues[i];
                const struct node *node = node_path(root, "conflicts.queues")->values[i];

                for (uint32_t j = 0; j < queue->source_count; j++) {
                        if (!config_find_source(config, queue->sources[j]))
                                problem_error(&loader->sink,
                                              place_of(node_get(node, "sources"), j, queue->source_count),
                                              "name one of the sources of this file", "there is no source \"%.*s\"",
                                              TEXT_ARG(queue->sources[j]));
                }
                for (uint32_t j = 0; j < queue->rule_count; j++) {
                        if (!has_rule(config, queue->rules[j]))
                                problem_error(&loader->sink, place_of(node_get(node, "rules"), j, queue->rule_count),
                                              "name one of `matching.rules`", "there is no rule \"%.*s\"",
                                              TEXT_ARG(queue->rules[j]));
                }
        }
}
