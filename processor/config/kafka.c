/* The section `kafka`: librdkafka's own properties.
 *
 * We keep no copy of librdkafka's list: it has hundreds of properties that change with its version, and the client
 * itself refuses what it does not know. What we do know is which ones the exactly-once protocol owns
 * (docs/architecture.md, "Exactly once"), and which ones must never be printed.
 */
#include "config/load.h"

#include <string.h>

static const struct {
        const char *name;
        const char *why;
} owned[] = {
        {"transactional.id", "it derives from `instance`"},
        {"group.id", "it derives from `instance`"},
        {"isolation.level", "inputs are read committed"},
        {"enable.auto.commit", "offsets are committed in transactions"},
        {"enable.auto.offset.store", "offsets are committed in transactions"},
        {"auto.offset.reset", "a lost offset must be noticed"},
        {"enable.partition.eof", "the end of a partition carries its position"},
        {"enable.idempotence", "transactions need it"},
        {"acks", "transactions need all of them"},
        {"request.required.acks", "transactions need all of them"},
        {"partitioner", "records of one key must meet in one partition"},
        {"allow.auto.create.topics", "topics are created with the right policies"},
        {"max.in.flight.requests.per.connection", "transactions bound it"},
};

static bool contains_ascii_case(struct text t, struct text word)
{
        for (uint32_t i = 0; i + word.length <= t.length; i++) {
                if (text_equal_ascii_case(text_slice(t, i, word.length), word))
                        return true;
        }
        return false;
}

/* Locations of keys and certificates are no secrets, but nobody needs to see them. */
static bool is_secret(struct text name)
{
        static const struct text words[] = {
                TEXT_INIT("password"), TEXT_INIT("secret"), TEXT_INIT("token"), TEXT_INIT("key"), TEXT_INIT("jaas"),
        };
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
                if (contains_ascii_case(name, words[i]))
                        return true;
        }
        return false;
}

/* True for secrets whose text itself would be given away by the file. */
static bool is_plain_secret(struct text name)
{
        return is_secret(name) && !contains_ascii_case(name, TEXT("location")) &&
               !contains_ascii_case(name, TEXT("url")) && !contains_ascii_case(name, TEXT("interval")) &&
               !contains_ascii_case(name, TEXT("kinit"));
}

static bool read_value(struct loader *loader, const struct node *node, struct text name, struct text *value)
{
        if (node->kind != NODE_LIST)
                return loader_read_text(loader, node, name.data, value);
        const struct text *items;
        uint32_t count;
        struct buffer joined BUFFER_CLEANUP = {0};
        loader_read_texts(loader, node, name.data, &items, &count);
        for (uint32_t i = 0; i < count; i++) {
                if (i > 0)
                        buffer_byte(&joined, ',');
                buffer_text(&joined, items[i]);
        }
        *value = arena_text(loader->arena, buffer_view(&joined));
        return true;
}

static bool check_owned(struct loader *loader, const struct node *key)
{
        for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
                if (!text_equal(key->text, text_from(owned[i].name)))
                        continue;
                problem_error(&loader->sink, key, "remove it", "kafka: %s is set by Durand itself: %s", owned[i].name,
                              owned[i].why);
                return false;
        }
        return true;
}

void read_kafka(struct loader *loader, const struct node *node, void *target)
{
        struct config *config = target;
        if (node->kind == NODE_LIST) {
                problem_error(&loader->sink, node,
                              "write one map, and mirror the topics of other clusters into that one (MirrorMaker 2, "
                              "Cluster Linking)",
                              "kafka is a list: all inputs and outputs are of one Kafka cluster, because a transaction "
                              "that commits outputs together with input positions cannot span two");
                return;
        }
        if (!loader_check_map(loader, node, "kafka"))
                return;
        struct kafka_property *properties = NULL;
        size_t count = 0;
        size_t capacity = 0;
        for (uint32_t i = 0; i < node->count; i++) {
                const struct node *key = node->keys[i];
                const struct node *value = node->values[i];
                struct text text;
                if (!check_owned(loader, key))
                        continue;
                bool reads_elsewhere =
                        value->kind == NODE_MAP && (node_get(value, "env") != NULL || node_get(value, "file") != NULL);
                if (value->kind == NODE_MAP && !reads_elsewhere) {
                        problem_error(&loader->sink, key, NULL, "kafka: %.*s must be one value", TEXT_ARG(key->text));
                        problem_remedy(&loader->sink, "write the whole name on one line, such as %.*s.%.*s: ...",
                                       TEXT_ARG(key->text), value->count ? (int)value->keys[0]->text.length : 4,
                                       value->count ? value->keys[0]->text.data : "name");
                        continue;
                }
                if (!read_value(loader, value, key->text, &text))
                        continue;
                if (is_plain_secret(key->text) && !reads_elsewhere && text.length > 0) {
                        problem_warning(&loader->sink, value, NULL, "kafka: %.*s stands in the file in plain text",
                                        TEXT_ARG(key->text));
                        problem_remedy(&loader->sink, "write {env: NAME} or {file: PATH}");
                }
                *ARENA_PUSH(loader->arena, properties, count, capacity) = (struct kafka_property){
                        .name = key->text,
                        .value = text,
                        .secret = is_secret(key->text),
                        .line = key->line,
                };
        }
        config->kafka = properties;
        config->kafka_count = (uint32_t)count;
}
