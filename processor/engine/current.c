/* What should stand under a key against what stands there. */
#include "engine/current.h"

#include "engine/digest.h"

#include <stdlib.h>

#define SEED_OUTPUT 0x647572616e640008ULL

struct current_output {
        struct hash128 id;
        enum output_topic topic;
        struct text target;
        struct text key;
        struct text json; /* empty: nothing is wanted */
        const struct message *cause;
};

static struct hash128 output_id(enum output_topic topic, struct text target, struct text key)
{
        struct hash128 parts[2] = {
                hash128(target.data, target.length, SEED_OUTPUT + (uint64_t)topic),
                hash128(key.data, key.length, SEED_OUTPUT),
        };

        return hash128(parts, sizeof(parts), SEED_OUTPUT);
}

static struct current_output *find_output(struct batch *batch, enum output_topic topic, struct text target,
                                          struct text key)
{
        struct current_list *list = &batch->current;
        struct hash128 id = output_id(topic, target, key);
        struct current_output *output;
        bool inserted;
        uint32_t *index = map_put(&list->index, id.low, (uint32_t)list->count, &inserted);

        if (!inserted)
                return &list->items[*index];
        output = ARENA_PUSH(batch->arena, list->items, list->count, list->capacity);
        *output = (struct current_output){
                .id = id,
                .topic = topic,
                .target = arena_text(batch->arena, target),
                .key = arena_text(batch->arena, key),
        };
        return output;
}

void current_touch(struct batch *batch, enum output_topic topic, struct text target, struct text key,
                   const struct message *cause)
{
        struct current_output *output = find_output(batch, topic, target, key);

        if (!output->cause)
                output->cause = cause;
}

void current_want(struct batch *batch, enum output_topic topic, struct text target, struct text key, struct text json,
                  const struct message *cause)
{
        struct current_output *output = find_output(batch, topic, target, key);

        output->json = arena_text(batch->arena, json);
        output->cause = cause;
}

static int compare_outputs(const void *left, const void *right)
{
        const struct current_output *a = left, *b = right;
        int order;

        if (a->topic != b->topic)
                return a->topic < b->topic ? -1 : 1;
        order = text_compare(a->target, b->target);
        return order != 0 ? order : text_compare(a->key, b->key);
}

static void put_output(struct engine *engine, const struct current_output *output, struct hash128 digest)
{
        struct stored stored = {.digest = digest};
        struct buffer *out = &engine->scratch;

        buffer_clear(out);
        buffer_byte(out, (uint8_t)output->topic);
        buffer_prefixed(out, output->target);
        buffer_prefixed(out, output->key);
        stored_encode(&stored, output->json, out);
        store_put_output(engine->txn, output->id, buffer_view(out));
}

int current_decode(struct text value, struct current_stored *output)
{
        struct reader reader;

        reader_init(&reader, value.data, value.length);
        output->topic = (enum output_topic)reader_byte(&reader);
        output->target = reader_prefixed(&reader);
        output->key = reader_prefixed(&reader);
        output->stored = (struct text){.data = (const char *)reader.at, .length = (uint32_t)(reader.end - reader.at)};
        return reader.failed || output->topic >= OUTPUT_TOPIC_COUNT ? ERR_FATAL : 0;
}

static uint64_t *counter_of(struct engine *engine, enum output_topic topic)
{
        return topic == OUTPUT_FEED ? &engine->counts.feed_rows : &engine->counts.commands;
}

static int publish(struct engine *engine, struct batch *batch, const struct current_output *output)
{
        struct text topic = output_topic_name(batch->arena, output->topic, TYPE_PERSON, output->target);
        struct hash128 digest = {0};
        struct current_stored before;
        struct stored old = {0};
        struct text value;
        bool existed = store_get_output(engine->txn, output->id, &value);

        if (existed &&
            (current_decode(value, &before) < 0 || stored_decode(batch->arena, before.stored, &old, engine->error) < 0))
                return error_set(engine->error, ERR_FATAL, "the stored output %.*s is damaged", TEXT_ARG(output->key));
        if (output->json.length > 0)
                digest = digest_entry(topic, output->key, output->json);
        else if (!existed)
                return 0;
        if (existed && hash128_equal(old.digest, digest))
                return 0;
        if (existed)
                digest_remove(engine, old.digest);
        if (output->json.length > 0) {
                put_output(engine, output, digest);
                digest_add(engine, digest);
        } else {
                store_delete_output(engine->txn, output->id);
        }
        *counter_of(engine, output->topic) += (uint64_t)(output->json.length > 0) - (uint64_t)existed;
        return engine_put_output(engine, &(struct output){
                                                 .topic = output->topic,
                                                 .target = output->target,
                                                 .key = output->key,
                                                 .value = output->json,
                                                 .tombstone = output->json.length == 0,
                                                 .cause = output->cause,
                                         });
}

int current_publish(struct engine *engine, struct batch *batch)
{
        struct current_list *list = &batch->current;
        int r = 0;

        if (list->count > 1)
                qsort(list->items, list->count, sizeof(*list->items), compare_outputs);
        for (size_t i = 0; r == 0 && i < list->count; i++)
                r = publish(engine, batch, &list->items[i]);
        return r;
}
