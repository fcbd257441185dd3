/* document.h: a YAML document as a tree in which every node knows its line and column.
 *
 * Internal to config. Scalars stay text: what a value means is decided by the option that it is for, so that the
 * country `no` is never a boolean. Aliases share the node that they name; merge keys (`<<: *defaults`) are resolved.
 */
#pragma once

#include "base/arena.h"
#include "base/text.h"

/* Bounds for what comes from outside. Nodes count as often as aliases repeat them, which stops exponential growth. */
#define DOCUMENT_BYTES_MAX (1U << 20)
#define DOCUMENT_DEPTH_MAX 32
#define DOCUMENT_NODES_MAX 200000
#define DOCUMENT_ANCHORS_MAX 256
#define DOCUMENT_ENTRIES_MAX 4096 /* of one list or map: checks compare keys pairwise */

enum node_kind {
        NODE_SCALAR,
        NODE_LIST,
        NODE_MAP,
};

struct node {
        enum node_kind kind;
        int32_t line;             /* from 1 */
        int32_t column;           /* from 1 */
        bool cut;                 /* a syntax error ended it: what is missing is no mistake */
        bool quoted;              /* of a scalar: written in quotes or as a block, hence never null */
        struct text text;         /* of a scalar */
        uint32_t count;           /* entries of a list or map */
        const struct node **keys; /* of a map: scalars in the order of the file, repeats included */
        const struct node **values;
        uint32_t weight; /* nodes in this subtree, aliases counted in full */
        uint32_t height; /* levels below this node */
};

struct document {
        const struct node *root; /* NULL: nothing in it */
        bool partial;            /* a syntax error ended the reading; the tree holds what came before */
};

struct problem_sink;

/* Reads the one document in @yaml into @arena; scalars are copied there. What is wrong goes to @sink; the tree is valid
 * in any case and holds what could be understood. */
void document_read(struct arena *arena, struct text yaml, struct problem_sink *sink, struct document *document);

/* The value of @key in a map (the first of several), or NULL; also NULL when @node is NULL or no map. */
const struct node *node_get(const struct node *node, const char *key);

/* A path of keys separated by '.', for example "matching.review". Keys with a '.' in them cannot be reached. */
const struct node *node_path(const struct node *node, const char *path);

/* A scalar that says "nothing": empty, ~ or null, without quotes. */
bool node_is_null(const struct node *node);
