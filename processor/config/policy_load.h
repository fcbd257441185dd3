/* policy_load.h: what the readers of `sync` and `feeds` fill while they read.
 *
 * Internal to config, like load.h. Implemented in sync.c and feeds.c.
 */
#pragma once

#include "config/load.h"
#include "config/policy.h"

struct write_draft {
        struct text mode;
        const struct text *from;
        uint32_t from_count;
        struct text label;
        struct text format;
        int64_t max_length;
        const struct value_mapping *values;
        uint32_t value_count;
};

struct target_entity_draft {
        struct sync_entity entity;
        const struct entity_mapping *mapping;
        const struct node *node;
        struct text create_when;
        const struct text *create_required;
        uint32_t create_required_count;
        struct text merge;
        struct text remove_when;
        struct sync_field *fields;
        size_t field_count, field_capacity;
};

struct target_draft {
        struct sync_target target;
        struct text mode;
        struct sync_entity *entities;
        size_t entity_count, entity_capacity;
};

struct feed_draft {
        struct feed_config feed;
        struct text type_name;
        struct text when;
        const struct text *consent;
        uint32_t consent_count;
        struct text unique;
        struct text key;
};

void read_feeds(struct loader *loader, const struct node *node, void *target);           /* of the file */
void read_feed_fields(struct loader *loader, const struct node *node, void *target);     /* of a feed */
void read_sync(struct loader *loader, const struct node *node, void *target);            /* of the file */
void read_target_entities(struct loader *loader, const struct node *node, void *target); /* of a target */
void read_writes(struct loader *loader, const struct node *node, void *target);          /* of a target's entity */
void read_sets(struct loader *loader, const struct node *node, void *target);            /* of a target's entity */
void read_write_values(struct loader *loader, const struct node *node, void *target);    /* of a field to write */

/* The filter @text, which stands at @path below @node; NULL for an empty one, or after a report. */
const struct filter *load_filter(struct loader *loader, const struct node *node, const char *path, struct text text);
