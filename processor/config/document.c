/* YAML through libyaml's events into a tree with places.
 *
 * We build the tree ourselves because libyaml's own document loses duplicate keys' order, has no bounds, and gives up
 * everything at the first syntax error: here the part before the error is kept, so that its mistakes are reported as
 * well.
 *
 * An alias gives the very node that its anchor names. Reading costs nothing, but walking could be exponential ("billion
 * laughs"), so each node knows its weight with all aliases counted in full, and the sum is bounded. An anchor is known
 * only once its node is complete, so no node can contain itself.
 */
#include "config/document.h"

#include "config/problem.h"

#include <string.h>
#include <yaml.h>

struct anchor {
        struct text name;
        const struct node *node;
};

struct level {
        struct node *node;
        struct text anchor;
        const struct node *key; /* of a map: the key that waits for its value */
        size_t key_capacity;
        size_t value_capacity;
};

struct builder {
        struct arena *arena;
        struct problem_sink *sink;
        struct text yaml;
        struct level levels[DOCUMENT_DEPTH_MAX];
        uint32_t depth;
        const struct node *root;
        struct anchor anchors[DOCUMENT_ANCHORS_MAX];
        uint32_t anchor_count;
        uint64_t weight;
        bool failed;
};

static const struct node *find_pair(const struct node *map, struct text key)
{
        for (uint32_t i = 0; i < map->count; i++) {
                if (text_equal(map->keys[i]->text, key))
                        return map->values[i];
        }
        return NULL;
}

const struct node *node_get(const struct node *node, const char *key)
{
        if (!node || node->kind != NODE_MAP)
                return NULL;
        return find_pair(node, text_from(key));
}

const struct node *node_path(const struct node *node, const char *path)
{
        struct text rest = text_from(path);
        while (node && rest.length > 0) {
                int64_t dot = text_find_byte(rest, '.', 0);
                uint32_t length = dot < 0 ? rest.length : (uint32_t)dot;
                node = node->kind == NODE_MAP ? find_pair(node, text_slice(rest, 0, length)) : NULL;
                rest = dot < 0 ? TEXT_NONE : text_slice(rest, length + 1, rest.length);
        }
        return node;
}

bool node_is_null(const struct node *node)
{
        if (!node || node->kind != NODE_SCALAR || node->quoted)
                return false;
        struct text t = node->text;
        return t.length == 0 || text_equal(t, TEXT("~")) || text_equal_ascii_case(t, TEXT("null"));
}

static struct node *new_node(struct builder *b, enum node_kind kind, const yaml_mark_t *mark)
{
        struct node *node = arena_calloc(b->arena, 1, sizeof(*node));
        node->kind = kind;
        node->line = (int32_t)mark->line + 1;
        node->column = (int32_t)mark->column + 1;
        node->weight = 1;
        return node;
}

static void fail(struct builder *b, const yaml_mark_t *mark, const char *remedy, const char *message)
{
        problem_error_at(b->sink, (int32_t)mark->line + 1, (int32_t)mark->column + 1, remedy, "%s", message);
        b->failed = true;
}

static void append(struct arena *arena, const struct node ***items, size_t count, size_t *capacity,
                   const struct node *node)
{
        arena_grow(arena, (void **)items, count, capacity, sizeof(**items));
        (*items)[count] = node;
}

/* Takes @source's pairs into @map where it has no such key itself (https://yaml.org/type/merge.html). */
static void merge_map(struct builder *b, struct level *level, const struct node *source)
{
        struct node *map = level->node;
        for (uint32_t i = 0; i < source->count; i++) {
                if (find_pair(map, source->keys[i]->text))
                        continue;
                append(b->arena, &map->keys, map->count, &level->key_capacity, source->keys[i]);
                append(b->arena, &map->values, map->count, &level->value_capacity, source->values[i]);
                map->count++;
        }
}

static bool is_merge_key(const struct node *key)
{
        return !key->quoted && text_equal(key->text, TEXT("<<"));
}

/* Removes the merge keys of a complete map and takes in what they name. */
static void resolve_merges(struct builder *b, struct level *level)
{
        struct node *map = level->node;
        const struct node *merges[DOCUMENT_DEPTH_MAX];
        uint32_t merge_count = 0;
        uint32_t kept = 0;
        for (uint32_t i = 0; i < map->count; i++) {
                if (is_merge_key(map->keys[i]) && merge_count < DOCUMENT_DEPTH_MAX) {
                        merges[merge_count++] = map->values[i];
                        continue;
                }
                map->keys[kept] = map->keys[i];
                map->values[kept++] = map->values[i];
        }
        map->count = kept;
        for (uint32_t i = 0; i < merge_count; i++) {
                const struct node *value = merges[i];
                if (value->kind == NODE_MAP)
                        merge_map(b, level, value);
                else if (value->kind == NODE_SCALAR)
                        problem_error(b->sink, value, "write <<: *name, where name is the anchor of a map",
                                      "a merge key takes a map, not a text");
                for (uint32_t j = 0; value->kind == NODE_LIST && j < value->count; j++) {
                        if (value->values[j]->kind == NODE_MAP)
                                merge_map(b, level, value->values[j]);
                }
        }
}

/* Puts a complete @node where it belongs: the root, an entry of the open list, a key or value of the open map. */
static void place(struct builder *b, const struct node *node)
{
        if (b->depth == 0) {
                b->root = node;
                return;
        }
        struct level *level = &b->levels[b->depth - 1];
        struct node *parent = level->node;
        if (parent->count == DOCUMENT_ENTRIES_MAX) {
                problem_error(b->sink, node, "use fewer", "more than 4096 entries; what follows was not checked");
                b->failed = true;
                return;
        }
        parent->weight += node->weight;
        if (parent->height < node->height + 1)
                parent->height = node->height + 1;
        if (parent->kind == NODE_LIST) {
                append(b->arena, &parent->values, parent->count, &level->value_capacity, node);
                parent->count++;
                return;
        }
        if (!level->key) {
                if (node->kind != NODE_SCALAR)
                        problem_error(b->sink, node, "write a plain name before the colon", "a key must be a text");
                level->key = node;
                return;
        }
        if (level->key->kind == NODE_SCALAR) {
                append(b->arena, &parent->keys, parent->count, &level->key_capacity, level->key);
                append(b->arena, &parent->values, parent->count, &level->value_capacity, node);
                parent->count++;
        }
        level->key = NULL;
}

static void remember_anchor(struct builder *b, struct text name, const struct node *node, const yaml_mark_t *mark)
{
        if (name.length == 0)
                return;
        if (b->anchor_count == DOCUMENT_ANCHORS_MAX) {
                fail(b, mark, "use fewer anchors", "too many anchors in one file (limit 256)");
                return;
        }
        b->anchors[b->anchor_count++] = (struct anchor){.name = name, .node = node};
}

static bool add_weight(struct builder *b, uint32_t weight, const yaml_mark_t *mark)
{
        b->weight += weight;
        if (b->weight <= DOCUMENT_NODES_MAX)
                return true;
        fail(b, mark, "repeat less through aliases, or split the file",
             "the file holds more than 200000 values, aliases counted in full; what follows was not checked");
        return false;
}

static struct text event_text(struct builder *b, const yaml_char_t *data, size_t length)
{
        return arena_text(b->arena, (struct text){.data = (const char *)data, .length = (uint32_t)length});
}

static struct text event_anchor(struct builder *b, const yaml_char_t *anchor)
{
        return anchor ? event_text(b, anchor, strlen((const char *)anchor)) : TEXT_NONE;
}

static void on_scalar(struct builder *b, const yaml_event_t *event)
{
        if (!add_weight(b, 1, &event->start_mark))
                return;
        struct node *node = new_node(b, NODE_SCALAR, &event->start_mark);
        node->text = event_text(b, event->data.scalar.value, event->data.scalar.length);
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        remember_anchor(b, event_anchor(b, event->data.scalar.anchor), node, &event->start_mark);
        place(b, node);
}

static void on_alias(struct builder *b, const yaml_event_t *event)
{
        struct text name = event_anchor(b, event->data.alias.anchor);
        const struct node *target = NULL;
        for (uint32_t i = b->anchor_count; i > 0 && !target; i--) {
                if (text_equal(b->anchors[i - 1].name, name))
                        target = b->anchors[i - 1].node;
        }
        if (!target) {
                problem_error_at(b->sink, (int32_t)event->start_mark.line + 1, (int32_t)event->start_mark.column + 1,
                                 "define the anchor with &name on an earlier value",
                                 "no value carries the anchor &%.*s", TEXT_ARG(name));
                target = new_node(b, NODE_SCALAR, &event->start_mark);
        }
        if (b->depth + target->height >= DOCUMENT_DEPTH_MAX) {
                fail(b, &event->start_mark, "nest less", "more than 32 levels; what follows was not checked");
                return;
        }
        if (add_weight(b, target->weight, &event->start_mark))
                place(b, target);
}

static void on_start(struct builder *b, const yaml_event_t *event, enum node_kind kind, const yaml_char_t *anchor)
{
        if (b->depth == DOCUMENT_DEPTH_MAX) {
                fail(b, &event->start_mark, "nest less", "more than 32 levels; what follows was not checked");
                return;
        }
        if (!add_weight(b, 1, &event->start_mark))
                return;
        b->levels[b->depth++] = (struct level){
                .node = new_node(b, kind, &event->start_mark),
                .anchor = event_anchor(b, anchor),
        };
}

static void on_end(struct builder *b, const yaml_mark_t *mark)
{
        struct level *level = &b->levels[b->depth - 1];
        if (level->node->kind == NODE_MAP)
                resolve_merges(b, level);
        b->depth--;
        remember_anchor(b, level->anchor, level->node, mark);
        place(b, level->node);
}

/* Puts libyaml's complaint into words, with the remedy for what is usually the cause. */
static void on_syntax_error(struct builder *b, const yaml_parser_t *parser)
{
        const yaml_mark_t *mark = &parser->problem_mark;
        const char *remedy = "look at the indentation, brackets and quotes here and in the line before";
        size_t start = 0;
        size_t line = 0;
        for (size_t i = 0; i < b->yaml.length && line < mark->line; i++) {
                if (b->yaml.data[i] == '\n') {
                        line++;
                        start = i + 1;
                }
        }
        for (size_t i = start; i < b->yaml.length && (b->yaml.data[i] == ' ' || b->yaml.data[i] == '\t'); i++) {
                if (b->yaml.data[i] == '\t')
                        remedy = "indent with blanks: YAML allows no tabs";
        }
        problem_error_at(b->sink, (int32_t)mark->line + 1, (int32_t)mark->column + 1, remedy,
                         "not YAML: %s%s%s; what follows was not checked",
                         parser->problem ? parser->problem : "bad bytes", parser->context ? " " : "",
                         parser->context ? parser->context : "");
}

static void on_event(struct builder *b, const yaml_event_t *event)
{
        switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
                if (b->root)
                        fail(b, &event->start_mark, "remove the line ---", "a second document in the file");
                break;
        case YAML_SCALAR_EVENT:
                on_scalar(b, event);
                break;
        case YAML_ALIAS_EVENT:
                on_alias(b, event);
                break;
        case YAML_SEQUENCE_START_EVENT:
                on_start(b, event, NODE_LIST, event->data.sequence_start.anchor);
                break;
        case YAML_MAPPING_START_EVENT:
                on_start(b, event, NODE_MAP, event->data.mapping_start.anchor);
                break;
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
                on_end(b, &event->start_mark);
                break;
        default:
                break;
        }
}

void document_read(struct arena *arena, struct text yaml, struct problem_sink *sink, struct document *document)
{
        *document = (struct document){0};
        if (yaml.length > DOCUMENT_BYTES_MAX) {
                problem_error_at(sink, 1, 1, "split off what does not belong here", "the file is larger than 1 MiB");
                document->partial = true;
                return;
        }
        struct builder *b = arena_calloc(arena, 1, sizeof(*b));
        b->arena = arena;
        b->sink = sink;
        b->yaml = yaml.data ? yaml : TEXT("");

        yaml_parser_t parser;
        if (!yaml_parser_initialize(&parser)) {
                problem_error_at(sink, 1, 1, NULL, "no memory to read the file");
                document->partial = true;
                return;
        }
        yaml_parser_set_input_string(&parser, (const unsigned char *)b->yaml.data, b->yaml.length);
        bool ended = false;
        while (!ended && !b->failed) {
                yaml_event_t event;
                if (!yaml_parser_parse(&parser, &event)) {
                        on_syntax_error(b, &parser);
                        b->failed = true;
                        break;
                }
                on_event(b, &event);
                ended = event.type == YAML_STREAM_END_EVENT;
                yaml_event_delete(&event);
        }
        yaml_mark_t mark = parser.mark;
        yaml_parser_delete(&parser);

        bool failed = b->failed;
        while (b->depth > 0) {
                b->levels[b->depth - 1].node->cut = true;
                on_end(b, &mark);
        }
        document->root = b->root;
        document->partial = failed;
}
