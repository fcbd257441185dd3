/* options.h: the table of every option, and what reads a map by it.
 *
 * Internal to config. A scope is one kind of map: the file itself, a source, an entity, a field, an attribute. Options
 * of the file have paths ("matching.review"); those of the other scopes plain names.
 */
#pragma once

#include "base/buffer.h"
#include "config/config.h"
#include "config/document.h"
#include "config/problem.h"
#include "config/value.h"

enum option_scope {
        SCOPE_FILE,
        SCOPE_SOURCE,
        SCOPE_ENTITY,
        SCOPE_FIELD,
        SCOPE_ATTRIBUTE,
        SCOPE_TARGET,
        SCOPE_TARGET_ENTITY,
        SCOPE_WRITE,
        SCOPE_FEED,
        SCOPE_RULE,
        SCOPE_SURVIVORSHIP,
        SCOPE_QUEUE,
        SCOPE_COUNT,
};

struct loader;

struct option {
        enum option_scope scope;
        const char *path;
        enum value_type type;
        size_t offset;        /* of the value in the scope's structure */
        const char *fallback; /* default, as one would write it; NULL: none */
        int64_t min;          /* of the value, or of a text's length in bytes */
        int64_t max;
        const char *const *words;                                                   /* of VALUE_WORD, ended by NULL */
        void (*read)(struct loader *loader, const struct node *node, void *target); /* for forms of its own */
        const char *description;
};

extern const struct option options[];
extern const size_t option_count;

/* What one reading carries along. */
struct loader {
        struct config *config;
        struct arena *arena; /* the configuration's own */
        struct problem_sink sink;
        bool preset; /* reading a built-in preset: several spellings of a field may fill one slot */
        struct reference_check *references;
        size_t reference_count;
        size_t reference_capacity;
        struct topic_check *topics;
        size_t topic_count;
        size_t topic_capacity;
        size_t pattern_capacity; /* of config->patterns */
        uint32_t source_number;  /* of the source that is read */
};

/* Fills @target (the structure of @scope) with the defaults of the table. */
void options_set_defaults(struct loader *loader, enum option_scope scope, void *target);

/* Reads the map @node into @target by the options of @scope, in the order of the table, after unknown and repeated keys
 * have been reported. @what names the thing for messages: "source erp". */
void options_read(struct loader *loader, enum option_scope scope, const struct node *node, const char *what,
                  void *target);

/* Texts of a scalar, {env: NAME} or {file: PATH}. False after a report. @secret keeps the value out of messages. */
bool loader_read_text(struct loader *loader, const struct node *node, const char *name, struct text *text);

/* A list of texts, or one text; NULL entries are reported. */
void loader_read_texts(struct loader *loader, const struct node *node, const char *name, const struct text **items,
                       uint32_t *count);

/* Reports repeated keys of a map; false if @node is no map (reported as well). */
bool loader_check_map(struct loader *loader, const struct node *node, const char *name);

/* True for names that other things are named after (topics, ids): letters, digits, '.', '_', '-', at most 64. */
bool loader_is_name(struct text t);
