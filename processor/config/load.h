/* load.h: the readers of the parts that have a form of their own.
 *
 * Internal to config. Named by the option table, implemented in kafka.c, attributes.c, sources.c, mapping.c,
 * rules.c, survivorship.c, conflicts.c.
 */
#pragma once

#include "config/options.h"

#define SOURCES_MAX 256
#define UNIQUE_SOURCES_MAX 64
#define ENTITIES_MAX 512 /* of one source */
#define FIELDS_MAX 1024  /* of one entity */
#define VALUES_MAX 512   /* of one field's value mapping */
#define SECRET_FILE_MAX 65536
#define QUEUES_MAX 256

/* A reference to a source that may come later in the file. */
struct reference_check {
        const struct node *node;
        struct text source;
};

struct topic_check {
        const struct node *node;
        struct text topic;
        struct text source;
};

/* A field while its entity is being read. */
struct field_draft {
        struct field_mapping mapping;
        const struct node *node;
        bool preset;
        bool ignored; /* the author switched the preset's field off */
        bool opt_out;
        bool opt_in;
        struct text attribute_name;
};

struct entity_draft {
        struct entity_mapping mapping;
        const struct node *node;
        bool preset;      /* described by a preset, perhaps extended */
        bool all_by_name; /* "...": fields that are not listed map by themselves */
        bool type_given;  /* rightly or wrongly: what is wrong has been reported */
        bool fields_given;
        bool cut; /* by a syntax error */
        struct text type_name;
        struct field_draft *fields;
        size_t field_count;
        size_t field_capacity;
};

struct source_draft {
        struct source_config config;
        const struct node *node;
        struct text dialect_name;
        struct text encoding_name;
        struct text unmapped_name;
        struct entity_draft *entities;
        size_t entity_count;
        size_t entity_capacity;
        const struct node *mapping_node;
};

struct rule_draft {
        struct rule rule;
        const char *what; /* "rule vat" */
        struct text type_name;
        struct text then;
        const struct text *same;
        uint32_t same_count;
        const struct text *different;
        uint32_t different_count;
};

struct attribute_draft {
        struct text kind_name;
        const struct text *types;
        uint32_t type_count;
        bool multiple;
};

struct queue_draft {
        struct conflict_queue queue;
        const struct text *kinds;
        uint32_t kind_count;
        const struct text *types;
        uint32_t type_count;
};

struct survivorship_draft {
        struct survivorship survivorship;
        struct text rule_name;
        struct text with_name;
};

void read_kafka(struct loader *loader, const struct node *node, void *target);
void read_rules(struct loader *loader, const struct node *node, void *target);
void read_weights_of_persons(struct loader *loader, const struct node *node, void *target);
void read_weights_of_organizations(struct loader *loader, const struct node *node, void *target);
void read_ignored_of_persons(struct loader *loader, const struct node *node, void *target);
void read_ignored_of_organizations(struct loader *loader, const struct node *node, void *target);
void read_survivorship_of_persons(struct loader *loader, const struct node *node, void *target);
void read_survivorship_of_organizations(struct loader *loader, const struct node *node, void *target);
void read_ignored_conflicts(struct loader *loader, const struct node *node, void *target);
void read_queues(struct loader *loader, const struct node *node, void *target);
void read_attributes(struct loader *loader, const struct node *node, void *target);
void read_sources(struct loader *loader, const struct node *node, void *target);
void read_mapping(struct loader *loader, const struct node *node, void *target);  /* of a source */
void read_unique(struct loader *loader, const struct node *node, void *target);   /* of a source */
void read_trust(struct loader *loader, const struct node *node, void *target);    /* of a source */
void read_entities(struct loader *loader, const struct node *node, void *target); /* of a source */
void read_fields(struct loader *loader, const struct node *node, void *target);   /* of an entity */
void read_values(struct loader *loader, const struct node *node, void *target);   /* of a field */

/* Turns a source's drafts into what the configuration holds, and checks what only the whole can show. */
void finish_entities(struct loader *loader, struct source_draft *source);

/* Names in a list where only the whole file knows what there is: sources and rules of queues. */
void check_queues(struct loader *loader, const struct node *root);

/* Gives the consents that have no rule of their own the one of `survivorship.consent`. */
void finish_survivorship(struct config *config);

/* The attribute called @name, or ATTRIBUTE_NONE after a report with the nearest name. */
uint16_t find_attribute(struct loader *loader, const struct node *node, struct text name);

/* The preset's YAML, or empty. preset_name() goes through all of them; NULL at the end. */
struct text preset_find(struct text name);
const char *preset_name(size_t index);
