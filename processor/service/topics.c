/* The topics that the service writes: names, policies, numbers.
 *
 * The stewards' topic is made here too, so that it is there when somebody decides something; nothing of ours writes it.
 *
 * Everything that holds a current state is compacted; what tells a story (`changes`, `deadletter`) expires. `records`
 * is the log that every start reads: its tombstones must outlive the longest time that a state directory may lie
 * unused, so their retention is set, and an older state is not trusted (start.c).
 *
 * Values may grow: a golden record of hundreds of members, a record with every field at its limit. The topics that we
 * make take messages up to MESSAGE_BYTES_MAX, the most that the large hosted Kafka services allow.
 */
#include "config/policy.h"
#include "service/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES_MAX (8 << 20)
#define LOG_TOMBSTONE_RETENTION_MS (7LL * 24 * 60 * 60 * 1000)

static int add(struct topic_set *topics, const struct config *config, const char *name, struct text suffix,
               bool compacted, struct error *error)
{
        struct kafka_topic *topic = &topics->items[topics->count];
        int length = snprintf(topic->name, sizeof(topic->name), "%.*s%s%.*s", TEXT_ARG(config->topic_prefix), name,
                              TEXT_ARG(suffix));

        if (length < 0 || (size_t)length >= sizeof(topic->name))
                return error_set(error, ERR_USAGE,
                                 "topic name \"%.*s%s%.*s\" is longer than Kafka allows (%d): shorten topic_prefix",
                                 TEXT_ARG(config->topic_prefix), name, TEXT_ARG(suffix), KAFKA_TOPIC_NAME_MAX);
        topic->compacted = compacted;
        topic->message_bytes_max = MESSAGE_BYTES_MAX;
        topic->partitions = (int32_t)config->partitions;
        topics->count++;
        return 0;
}

int topics_init(struct topic_set *topics, const struct config *config, struct error *error)
{
        int r = 0;

        *topics = (struct topic_set){
                .items = calloc(TYPE_COUNT + 5 + config->source_count + config->sync_count + config->feed_count,
                                sizeof(*topics->items))};
        if (!topics->items)
                abort();
        for (int type = 0; type < TYPE_COUNT && r == 0; type++) {
                topics->golden[type] = topics->count;
                r = add(topics, config, "golden.", text_from(record_type_name((enum record_type)type)), true, error);
        }
        topics->changes = topics->count;
        r = r ? r : add(topics, config, "changes", TEXT_NONE, false, error);
        topics->conflicts = topics->count;
        r = r ? r : add(topics, config, "conflicts", TEXT_NONE, true, error);
        topics->records = topics->count;
        r = r ? r : add(topics, config, "records", TEXT_NONE, true, error);
        topics->deadletter = topics->count;
        r = r ? r : add(topics, config, "deadletter", TEXT_NONE, false, error);
        r = r ? r : add(topics, config, SOURCE_DECISIONS, TEXT_NONE, true, error);
        topics->sync = topics->count;
        for (uint32_t i = 0; i < config->source_count && r == 0; i++)
                r = add(topics, config, "sync.", config->sources[i].name, true, error);
        topics->preview = topics->count;
        for (uint32_t i = 0; i < config->sync_count && r == 0; i++) {
                if (config->sync[i].mode == SYNC_PREVIEW)
                        r = add(topics, config, "sync-preview.", config->sync[i].source->name, true, error);
        }
        topics->feed = topics->count;
        for (uint32_t i = 0; i < config->feed_count && r == 0; i++)
                r = add(topics, config, "feed.", config->feeds[i].name, true, error);
        topics->items[topics->records].tombstone_retention_ms = LOG_TOMBSTONE_RETENTION_MS;
        return r;
}

void topics_free(struct topic_set *topics)
{
        free(topics->items);
        *topics = (struct topic_set){0};
}

static int64_t find_preview(const struct topic_set *topics, const struct config *config, struct text target)
{
        uint32_t at = topics->preview;

        for (uint32_t i = 0; i < config->sync_count; i++) {
                if (config->sync[i].mode != SYNC_PREVIEW)
                        continue;
                if (text_equal(config->sync[i].source->name, target))
                        return at;
                at++;
        }
        return -1;
}

int64_t topics_find(const struct topic_set *topics, const struct config *config, const struct output *output)
{
        switch (output->topic) {
        case OUTPUT_GOLDEN:
                return topics->golden[output->type];
        case OUTPUT_CHANGES:
                return topics->changes;
        case OUTPUT_CONFLICTS:
                return topics->conflicts;
        case OUTPUT_RECORDS:
                return topics->records;
        case OUTPUT_SYNC:
                for (uint32_t i = 0; i < config->source_count; i++) {
                        if (text_equal(config->sources[i].name, output->target))
                                return topics->sync + i;
                }
                return -1;
        case OUTPUT_PREVIEW:
                return find_preview(topics, config, output->target);
        case OUTPUT_FEED:
                for (uint32_t i = 0; i < config->feed_count; i++) {
                        if (text_equal(config->feeds[i].name, output->target))
                                return topics->feed + i;
                }
                return -1;
        case OUTPUT_TOPIC_COUNT:
                break;
        }
        return -1;
}

int service_list_topics(const struct config *config, int (*topic)(void *context, const char *name, int32_t partitions),
                        void *context)
{
        struct topic_set topics;
        struct error error;
        int r = topics_init(&topics, config, &error);

        for (uint32_t i = 0; i < topics.count && r == 0; i++)
                r = topic(context, topics.items[i].name, topics.items[i].partitions);
        topics_free(&topics);
        return r;
}
