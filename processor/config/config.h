/* config.h: M's part that people write, i.e. durand.yaml, checked and compiled.
 *
 * One option table (config/options.c) drives parsing, defaults, limits and the generated reference
 * docs/configuration.md. Reading reports every mistake at once. A finished configuration is read-only and shared by all
 * threads.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "record/attribute.h"
#include "record/rule.h"

enum dialect {
        DIALECT_ROW,
        DIALECT_SALESFORCE_CDC,
        DIALECT_DEBEZIUM,
        DIALECT_COUNT,
        DIALECT_DECISION = DIALECT_COUNT, /* of the stewards' topic; no source of a configuration has it */
};

const char *dialect_name(enum dialect dialect); /* "row", "salesforce-cdc", "debezium" */
bool dialect_parse(struct text name, enum dialect *dialect);

/* What a mapping does with a field's text before it becomes an attribute's value. */
enum field_transform {
        TRANSFORM_NONE,
        TRANSFORM_OPT_OUT, /* a true value means consent denied, a false one granted */
        TRANSFORM_OPT_IN,  /* a true value means granted, a false one denied */
        TRANSFORM_VALUES,  /* through `values` below; a text that is not listed passes unchanged */
};

struct value_mapping {
        struct text from;
        struct text to;
};

struct field_mapping {
        struct text field; /* the source's name, as its events spell it; compound parts as "MailingAddress.City" */
        uint16_t attribute;
        struct text label;
        enum field_transform transform;
        const struct value_mapping *values;
        uint32_t value_count;
        struct text reference_source; /* of a reference to another source's record; empty: the same source */
};

struct entity_mapping {
        struct text entity; /* object or table name; matched exactly, then without case */
        enum record_type type;
        const struct text
                *key_fields; /* names of the fields that make the record id; none: the Kafka key or the dialect's own */
        uint32_t key_field_count;
        struct text version_field; /* field that orders rows; empty: the message's time */
        const struct field_mapping *fields;
        uint32_t field_count;
        bool identity; /* fields that are not listed map by themselves (config/identity.h) */
};

struct trust_rule {
        uint16_t attribute;
        uint8_t trust; /* 0..100 */
};

/* Which of several values of an attribute is the golden record's: docs/survivorship.md says each in full. */
enum survivorship_rule {
        SURVIVE_TRUST,    /* the one of the most trusted source, then the newest */
        SURVIVE_STEWARD,  /* the same, and where records differ a steward is asked */
        SURVIVE_NEWEST,   /* the one that was set last */
        SURVIVE_OLDEST,   /* the one that was set first */
        SURVIVE_FREQUENT, /* the one that most records say */
        SURVIVE_LONGEST,  /* the one with the most characters; the address with the most parts */
        SURVIVE_MINIMUM,  /* the smallest number, the earliest date, the first text in order */
        SURVIVE_MAXIMUM,  /* the other end */
        SURVIVE_ANY_TRUE, /* true if any record says so */
        SURVIVE_ALL_TRUE, /* true if no record says otherwise */
        SURVIVE_SUM,      /* the sum of the records' numbers */
        SURVIVE_EXPLICIT, /* of a consent: the newest explicit decision (docs/consent.md) */
        SURVIVE_RESTRICT, /* of a consent: any denial */
        SURVIVE_RULE_COUNT,
};

/* The configuration's word for it, which is also what a value's lineage says: "newest". */
const char *survivorship_rule_name(enum survivorship_rule rule);

struct survivorship {
        enum survivorship_rule rule;
        uint16_t with;        /* the attribute whose record gives this one as well; ATTRIBUTE_NONE: it stands alone */
        int64_t half_life_ms; /* a value this much older than the newest has half its source's trust; 0: no ageing */
};

/* True for what holds where a configuration says nothing. */
bool survivorship_is_default(const struct survivorship *survivorship);

/* What a data steward may be asked: docs/conflicts.md. Ids of conflicts are made of these numbers. */
enum conflict_kind {
        CONFLICT_POSSIBLE_DUPLICATE, /* two entities whose best pair is in the review zone, or that were kept apart */
        CONFLICT_CONTRADICTING_IDENTIFIERS, /* two entities that would match but for validated identifiers */
        CONFLICT_INVALID_IDENTIFYING_DATA,  /* a record whose identifying values are impossible or placeholders */
        CONFLICT_OVER_MERGE,                /* an entity with more records than the limit */
        CONFLICT_CONTRADICTING_DECISIONS,   /* a decision that later ones overruled */
        CONFLICT_DISAGREEING_VALUES,        /* records differ about an attribute that a steward decides */
        CONFLICT_CONCURRENT_EDITS,          /* two systems set an attribute to different values at the same time */
        CONFLICT_ORPHAN_REFERENCE,          /* a record refers to an organization that nobody knows */
        CONFLICT_CLOSED_COMPANY,            /* a company is closed, as one record says; others do not */
        CONFLICT_KIND_COUNT,
};

const char *conflict_kind_name(enum conflict_kind kind); /* "possible_duplicate" */
bool conflict_kind_parse(struct text name, enum conflict_kind *kind);

/* Whose work a conflict is. It goes to the first queue of the file whose conditions all hold; an empty one holds. */
struct conflict_queue {
        struct text name;
        uint32_t kinds;             /* bits by kind */
        uint32_t types;             /* bits by type */
        const struct text *sources; /* of one of its records */
        uint32_t source_count;
        const struct text *owners; /* values of the attribute `owner` of one of its records */
        uint32_t owner_count;
        const struct text *rules; /* of `matching.rules`, that asked */
        uint32_t rule_count;
};

/* How the messages of a source are encoded. */
enum source_encoding {
        ENCODING_AUTO, /* Avro where a message begins like one and there is a registry, else JSON */
        ENCODING_JSON,
        ENCODING_AVRO,
        ENCODING_COUNT,
};

bool source_encoding_parse(struct text name, enum source_encoding *encoding);

struct source_config {
        struct text name;
        enum dialect dialect;
        enum source_encoding encoding;
        const struct text *topics; /* names, and patterns that begin with '^' */
        uint32_t topic_count;
        bool identity; /* entities that are not listed map by themselves: fields named after attributes or their aliases
                        */
        const struct entity_mapping *entities;
        uint32_t entity_count;
        uint8_t default_trust;
        const struct trust_rule *trust;
        uint32_t trust_count;
        char country[3];       /* ISO 3166-1 alpha-2 for phones and addresses that name none; "" unknown */
        bool ignores_unmapped; /* messages of entities without mapping are passed over, instead of kept as dead letters
                                */
        bool refresh;          /* publish refresh requests for stale records to sync.<name> */
        /* By type: the source's own bit where it never holds two records of one entity, else 0. */
        uint64_t unique[TYPE_COUNT];
        int32_t line; /* in the file, for messages; 0 built in */
};

struct kafka_property {
        struct text name;
        struct text value;
        bool secret;  /* never printed */
        int32_t line; /* in the file, for messages */
};

struct sync_target;
struct feed_config;

/* A Schema Registry, as Confluent's API has it. */
struct registry_config {
        const struct text *urls; /* of one registry; tried in order. None: there is no registry */
        uint32_t url_count;
        struct text user; /* basic authentication; empty: none */
        struct text password;
        struct text token; /* bearer authentication; empty: none */
        struct text ca;    /* files in PEM; empty: the system's authorities, no client certificate */
        struct text certificate;
        struct text key;
        int64_t timeout_ms;   /* of one request */
        struct text subjects; /* "topic", "record" or "topic-record" */
        bool registers;       /* contracts are registered at the start; else they must be there */
};

/* What the messages that we write look like. */
struct output_config {
        struct text encoding_name, key_encoding_name, cloudevents_name;
        bool avro;       /* values in Avro, else JSON */
        bool avro_keys;  /* keys in Avro, else plain text */
        bool structured; /* CloudEvents around the value, else in headers */
};

/* A pattern among the topics of a source (config/topic.h). */
struct topic_pattern;

/* Under this name files and messages of stewards are read; no source may have it. */
#define SOURCE_DECISIONS "decisions"

struct config {
        struct arena arena; /* owns all texts and arrays below */
        struct vocabulary vocabulary;

        /* service */
        struct text instance; /* transactional.id and group.id derive from it */
        struct text state_dir;
        struct text topic_prefix; /* "durand." */
        const struct kafka_property *kafka;
        uint32_t kafka_count;
        struct registry_config registry;
        struct output_config output;
        int64_t heartbeat_ms;
        int64_t takeover_ms;
        int64_t checkpoint_ms;
        int64_t discovery_ms;
        int64_t batch_messages;
        int64_t batch_wait_ms;
        int64_t memory_bytes; /* for messages: read ahead, in the batch, on their way out */
        int64_t partitions;   /* of topics that Durand creates */
        int64_t replication;
        int64_t tombstone_retention_ms;
        int64_t map_bytes;
        int64_t threads; /* 0: one for each core */

        /* sources */
        const struct source_config *sources;
        uint32_t source_count;
        struct topic_pattern *patterns; /* of all sources, in the order of the file */
        uint32_t pattern_count;
        struct source_config stewards;  /* the topic of decisions, read like a source: name SOURCE_DECISIONS */
        const struct sync_target *sync; /* config/policy.h */
        uint32_t sync_count;
        const struct feed_config *feeds; /* config/policy.h */
        uint32_t feed_count;
        uint64_t unique[TYPE_COUNT]; /* bits of all unique sources of a type */
        bool accept_any_source;      /* without --config: any source name, dialect row, identity mapping */
        enum dialect any_dialect;    /* dialect of such a source (--dialect) */
        struct source_config any_source[DIALECT_COUNT]; /* what serves it, one for each dialect; their name is empty */

        /* survivorship */
        struct text consent_rule_name;
        bool asks_steward[TYPE_COUNT];                               /* some attribute survives by SURVIVE_STEWARD */
        struct survivorship survivorship[TYPE_COUNT][ATTRIBUTE_MAX]; /* all parts of an address have the same */

        /* conflicts */
        const struct conflict_queue *queues; /* in the order of the file */
        uint32_t queue_count;
        struct text default_queue;
        bool queue_by_owner;    /* what no queue takes goes to the one of the records' owner, if they agree */
        uint32_t ignored_kinds; /* bits: conflicts that nobody wants to see */
        int64_t concurrent_ms;  /* edits that are no further apart are at the same time; 0: none are */

        /* matching */
        int64_t population[TYPE_COUNT]; /* records that the prior odds are made for; 0: the model's */
        struct match_zones zones[TYPE_COUNT];
        struct match_zones zones_of_all;               /* where a type has none of its own */
        int64_t block_cap;                             /* value nodes that may share a blocking key */
        int64_t cluster_records_max;                   /* an entity with more records is an over-merge conflict */
        struct rule_set rules;                         /* beside the weights */
        bool ignored[TYPE_COUNT][ATTRIBUTE_MAX];       /* attributes that take no part in matching */
        bool seen_by_rules[TYPE_COUNT][ATTRIBUTE_MAX]; /* attributes that are compared by rules alone */
        /* Thousandths that an attribute's evidence counts more (or less) than the model says. */
        int16_t more_weight[TYPE_COUNT][ATTRIBUTE_MAX];
        struct text model_file; /* empty: the built-in model */
        char default_country[3];

        struct text ghost_secret; /* key of the hashes that ghosts keep; empty: a built-in constant */

        struct text http_listen; /* "127.0.0.1:9187"; empty: no port */

        struct text log_level;
        bool log_json;

        char epoch[33]; /* hash of all that decides F: part of M, in hexadecimal */
};

/* One finding of a check: where, what, and what to do about it. */
struct config_problem {
        struct text file;
        int32_t line;   /* from 1 */
        int32_t column; /* from 1 */
        bool warning;   /* does not stop a start */
        struct text message;
        struct text remedy; /* may be empty */
};

struct config_problems {
        struct arena arena;
        struct config_problem *items;
        size_t count;
        size_t capacity;
};

void config_problems_free(struct config_problems *problems);

/* The configuration that serves where nobody wrote one: accept_any_source and every default. */
void config_init_builtin(struct config *config);

/* Reads the YAML file @path. All mistakes go to @problems, in order of lines; ERR_USAGE if any of them is an error
 * (then
 * @config is not usable but must still be freed). */
int config_load(const char *path, struct config *config, struct config_problems *problems);

/* The same from memory; @name stands for the file in messages. */
int config_load_text(struct text yaml, const char *name, struct config *config, struct config_problems *problems);

void config_free(struct config *config);

/* The source called @name, or the stewards. With accept_any_source an unknown name gives the generic source of
 * any_dialect, whose own name is empty: a caller that needs the name in it makes a copy. Else NULL. */
const struct source_config *config_find_source(const struct config *config, struct text name);

/* The source that lists @topic by its name, or else the one with a pattern that it matches; NULL: none. A topic that
 * patterns of two sources match belongs to neither: then NULL as well, and @rival, if given, names the two patterns in
 * the file's order. */
struct topic_rivals {
        struct text first, second; /* empty: there are none */
};

const struct source_config *config_match_topic(const struct config *config, struct text topic,
                                               struct topic_rivals *rivals);

/* The same, without the reason. */
const struct source_config *config_find_topic(const struct config *config, struct text topic);

/* The mapping of @entity, or NULL. */
const struct entity_mapping *source_find_entity(const struct source_config *source, struct text entity);

/* The bit of the source called @source, if it never holds two records of one entity of @type, else 0. Which bit it is
 * says nothing; that two records have the same one does. */
uint64_t config_unique_bit(const struct config *config, enum record_type type, struct text source);

/* Trust in @source for @attribute: the rule for the attribute, or the default. */
uint8_t source_trust(const struct source_config *source, uint16_t attribute);

/* The reference of every option as Markdown, generated from the option table. */
struct buffer;
void config_write_reference(struct buffer *out);

/* One problem for a person, "file:line:column: error: message" and the remedy on a line of its own, with colours of a
 * terminal if @colour; and the same as one line of JSON. */
void config_problem_write(const struct config_problem *problem, bool colour, struct buffer *out);
void config_problem_write_json(const struct config_problem *problem, struct buffer *out);

/* What of the configuration decides F (sources, mappings, trust, matching): changes give another epoch. @model_hash is
 * the matching model's content hash. */
void config_compute_epoch(struct config *config, struct text model_hash);
