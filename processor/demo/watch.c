/* Reading back.
 *
 * Golden records, conflicts, commands and the rows of feeds are tables: the last value of a key counts, a null ends it.
 * Their digest is kept as messages come, in the way the engine keeps its own; so the demo knows without asking the
 * service when all that the events cause has been published.
 */
#include "demo/watch.h"

#include "base/clock.h"
#include "engine/engine.h"
#include "service/service.h"

#include <stdio.h>

#define POLL_SLICE_MS 20

/* ---- topics --------------------------------------------------------------------------------------------------------
 */

static enum watch_topic topic_of(struct text name)
{
        static const struct {
                struct text prefix;
                enum watch_topic topic;
        } topics[] = {
                {TEXT_INIT("golden."), WATCH_GOLDEN},
                {TEXT_INIT("changes"), WATCH_CHANGES},
                {TEXT_INIT("conflicts"), WATCH_CONFLICTS},
                {TEXT_INIT("sync."), WATCH_SYNC},
                {TEXT_INIT("deadletter"), WATCH_DEADLETTER},
                {TEXT_INIT("sync-preview."), WATCH_SYNC},
                {TEXT_INIT("feed."), WATCH_FEED},
        };

        for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
                if (text_starts_with(name, topics[i].prefix))
                        return topics[i].topic;
        }
        return WATCH_OTHER;
}

static struct text behind_prefix(const struct watch *watch, const char *topic)
{
        struct text name = text_from(topic);

        return text_slice(name, watch->config->topic_prefix.length, name.length);
}

struct topic_list {
        struct watch *watch;
        size_t capacity;
};

static int add_topic(void *context, const char *name, int32_t partitions)
{
        struct topic_list *list = context;
        struct watch *watch = list->watch;
        size_t count = watch->position_count;

        for (int32_t partition = 0; partition < partitions; partition++) {
                struct kafka_position *position = ARENA_PUSH(&watch->arena, watch->positions, count, list->capacity);

                *position = (struct kafka_position){.partition = partition};
                snprintf(position->topic, sizeof(position->topic), "%s", name);
        }
        watch->position_count = (uint32_t)count;
        return 0;
}

int watch_open(struct watch *watch, const struct config *config, struct error *error)
{
        struct topic_list list = {.watch = watch};
        int r;

        watch->config = config;
        map_init(&watch->by_key, &watch->arena);
        service_list_topics(config, add_topic, &list);
        r = kafka_consumer_open(config, KAFKA_READ_COMMITTED, &watch->consumer, error);
        return r ? r : kafka_assign(watch->consumer, watch->positions, watch->position_count, error);
}

void watch_close(struct watch *watch)
{
        kafka_consumer_close(watch->consumer);
        watch->consumer = NULL;
        arena_free(&watch->arena);
}

/* ---- messages ------------------------------------------------------------------------------------------------------
 */

static const struct json_node *parse(struct watch *watch, struct text value)
{
        const struct json_node *root;
        struct error error;

        return json_parse(&watch->arena, value, &root, &error) < 0 ? NULL : root;
}

static struct watch_entry *find_entry(struct watch *watch, struct text name, struct text key)
{
        uint64_t hash = hash64_mix(hash64_text(name, 0), hash64_text(key, 0));
        bool inserted;
        uint32_t *index = map_put(&watch->by_key, hash, (uint32_t)watch->count, &inserted);

        if (inserted)
                *ARENA_PUSH(&watch->arena, watch->entries, watch->count, watch->capacity) =
                        (struct watch_entry){.topic = topic_of(name),
                                             .name = name,
                                             .key = arena_text(&watch->arena, key)};
        return &watch->entries[*index];
}

/* The last value of a key; gives the one before. */
static const struct json_node *set_entry(struct watch *watch, struct text name, const struct message *message)
{
        struct watch_entry *entry = find_entry(watch, name, message->key);
        const struct json_node *before = entry->json;

        if (entry->json)
                watch->derived = hash128_subtract(watch->derived, digest_entry(name, entry->key, entry->value));
        entry->value = message->has_value ? arena_text(&watch->arena, message->value) : TEXT_NONE;
        entry->json = message->has_value ? parse(watch, entry->value) : NULL;
        if (entry->json)
                entry->last = entry->json;
        else
                entry->ends++;
        if (entry->json)
                watch->derived = hash128_add(watch->derived, digest_entry(name, entry->key, entry->value));
        return before;
}

static struct text find_header(const struct message *message, struct text name)
{
        for (uint32_t i = 0; i < message->header_count; i++) {
                if (text_equal(message->headers[i].name, name))
                        return message->headers[i].value;
        }
        return TEXT_NONE;
}

static void take(struct watch *watch, const struct kafka_event *event)
{
        const struct message *message = &event->message;
        struct text name = behind_prefix(watch, watch->positions[event->index].topic);
        struct watch_news news = {.topic = topic_of(name),
                                  .name = name,
                                  .key = arena_text(&watch->arena, message->key)};

        watch->messages++;
        switch (news.topic) {
        case WATCH_GOLDEN:
        case WATCH_CONFLICTS:
        case WATCH_SYNC:
        case WATCH_FEED:
                news.before = set_entry(watch, name, message);
                news.value = find_entry(watch, name, message->key)->json;
                break;
        case WATCH_CHANGES:
                news.value = parse(watch, arena_text(&watch->arena, message->value));
                break;
        case WATCH_DEADLETTER:
                news.reason = arena_text(&watch->arena, find_header(message, TEXT("durand.reason")));
                break;
        case WATCH_OTHER:
                return;
        }
        if (news.topic != WATCH_GOLDEN)
                *ARENA_PUSH(&watch->arena, watch->news, watch->news_count, watch->news_capacity) = news;
}

int watch_poll(struct watch *watch, int64_t wait_ms, struct error *error)
{
        int64_t deadline_ms = clock_monotonic_ms() + wait_ms;
        struct kafka_event event;
        int r;

        do {
                r = kafka_poll(watch->consumer, POLL_SLICE_MS, &event, error);
                if (r == 0 && event.kind == KAFKA_MESSAGE)
                        take(watch, &event);
                kafka_release(watch->consumer);
        } while (r == 0 && clock_monotonic_ms() < deadline_ms);
        return r;
}

/* ---- asking --------------------------------------------------------------------------------------------------------
 */

const struct watch_entry *watch_entity(const struct watch *watch, struct text id)
{
        for (size_t i = 0; i < watch->count; i++) {
                if (watch->entries[i].topic == WATCH_GOLDEN && text_equal(watch->entries[i].key, id))
                        return &watch->entries[i];
        }
        return NULL;
}

struct text watch_name(struct arena *arena, const struct json_node *golden)
{
        const struct json_node *attributes = json_get(golden, "attributes");
        struct text given = json_scalar_text(json_get(attributes, "given_name"));
        struct text family = json_scalar_text(json_get(attributes, "family_name"));
        static const char *const whole[] = {"full_name", "name", "legal_name", "email"};

        if (given.length > 0 && family.length > 0)
                return arena_printf(arena, "%.*s %.*s", TEXT_ARG(given), TEXT_ARG(family));
        for (size_t i = 0; family.length == 0 && i < sizeof(whole) / sizeof(whole[0]); i++)
                family = json_scalar_text(json_get(attributes, whole[i]));
        return family.length > 0 ? family : TEXT("(without a name)");
}

size_t watch_count(const struct watch *watch, enum watch_topic topic, enum record_type type)
{
        size_t count = 0;

        for (size_t i = 0; i < watch->count; i++) {
                const struct watch_entry *entry = &watch->entries[i];

                if (entry->topic != topic || !entry->json)
                        continue;
                if (topic != WATCH_GOLDEN || text_ends_with(entry->name, text_from(record_type_name(type))))
                        count++;
        }
        return count;
}
