/* watch.h: what the service publishes, read back: the last value of each key, and what is news. Internal to demo. */
#pragma once

#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"
#include "config/config.h"
#include "kafka/kafka.h"
#include "record/attribute.h"

enum watch_topic {
        WATCH_GOLDEN,
        WATCH_CHANGES,
        WATCH_CONFLICTS,
        WATCH_SYNC,
        WATCH_FEED,
        WATCH_DEADLETTER,
        WATCH_OTHER, /* `records`: only a sign of life */
};

/* The last value of a key. */
struct watch_entry {
        enum watch_topic topic;
        struct text name; /* of the topic, behind the prefix */
        struct text key;
        struct text value;            /* empty: a tombstone */
        const struct json_node *json; /* NULL: a tombstone */
        const struct json_node *last; /* the last value that was none */
        unsigned ends;                /* how often a tombstone came */
};

/* One message that has not been told yet. */
struct watch_news {
        enum watch_topic topic;
        struct text name;
        struct text key;
        const struct json_node *before; /* the key's value before, or NULL */
        const struct json_node *value;  /* NULL: a tombstone, or no JSON */
        struct text reason;             /* of a dead letter */
};

struct watch {
        struct arena arena; /* all that was ever read: the sample is small */
        const struct config *config;
        struct kafka_consumer *consumer;
        struct kafka_position *positions;
        uint32_t position_count;
        struct watch_entry *entries;
        size_t count, capacity;
        struct map by_key;
        struct watch_news *news;
        size_t news_count, news_capacity;
        struct hash128 derived; /* digest of D as published */
        uint64_t messages;      /* read so far, of all topics */
};

/* Reads the topics that a service with @config writes, from their beginning. */
int watch_open(struct watch *watch, const struct config *config, struct error *error);
void watch_close(struct watch *watch);

/* Takes what arrives within @wait_ms. */
int watch_poll(struct watch *watch, int64_t wait_ms, struct error *error);

/* The entry of the entity @id, or NULL: it may have ended. */
const struct watch_entry *watch_entity(const struct watch *watch, struct text id);

/* What a person calls the entity of a golden record: "Marc Durand", "Imprimerie Lumière". In @arena. */
struct text watch_name(struct arena *arena, const struct json_node *golden);

/* How many entries of @topic have a value; of WATCH_GOLDEN only those of @type. */
size_t watch_count(const struct watch *watch, enum watch_topic topic, enum record_type type);
