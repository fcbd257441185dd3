/* The sample's events, as messages.
 *
 * A line of the sample is an envelope of `durand replay`; what goes to Kafka is its key and its value, in bytes as the
 * connectors write them. Topics have one partition here, so the n-th event of a topic has offset n: that is how an
 * output's cause is turned into a day of the story.
 */
#include "demo/feed.h"

#include "base/clock.h"
#include "decode/decode.h"
#include "demo/sample.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000
#define FLUSH_WAIT_MS 10000

static int add_topics(struct feed *feed, const struct config *config)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < config->source_count; i++)
                count += config->sources[i].topic_count;
        feed->topics = arena_calloc(&feed->arena, count + 1, sizeof(*feed->topics));
        for (uint32_t i = 0; i < config->source_count; i++) {
                const struct source_config *source = &config->sources[i];

                for (uint32_t j = 0; j < source->topic_count; j++) {
                        struct kafka_topic *topic = &feed->topics[feed->topic_count++];

                        snprintf(topic->name, sizeof(topic->name), "%.*s", TEXT_ARG(source->topics[j]));
                        topic->message_bytes_max = 1 << 20;
                        topic->partitions = 1;
                }
        }
        return 0;
}

static int64_t find_topic(const struct feed *feed, struct text name)
{
        for (uint32_t i = 0; i < feed->topic_count; i++) {
                if (text_equal(text_from(feed->topics[i].name), name))
                        return i;
        }
        return -1;
}

static int add_event(struct feed *feed, struct text line, struct error *error)
{
        struct envelope envelope;
        const struct message *message = &envelope.message;
        int64_t topic;

        if (decode_envelope(line, &feed->arena, &envelope, error) < 0)
                return ERR_FATAL;
        topic = find_topic(feed, message->topic);
        if (topic < 0)
                return error_set(error, ERR_FATAL, "topic %.*s is not configured", TEXT_ARG(message->topic));
        *ARENA_PUSH(&feed->arena, feed->events, feed->count, feed->capacity) = (struct feed_event){
                .topic = (uint32_t)topic,
                .source = envelope.source,
                .time_ms = message->timestamp_ms,
                .record = {.topic = (uint32_t)topic,
                           .has_key = message->has_key,
                           .has_value = message->has_value,
                           .key = envelope_bytes(&feed->arena, message->key_node, message->key),
                           .value = envelope_bytes(&feed->arena, message->value_node, message->value)},
        };
        return 0;
}

int feed_load(struct feed *feed, const struct config *config, struct error *error)
{
        struct text left = {.data = (const char *)sample_events.data, .length = (uint32_t)sample_events.length};
        int r = add_topics(feed, config);

        while (r == 0 && left.length > 0) {
                int64_t end = text_find_byte(left, '\n', 0);
                uint32_t length = end < 0 ? left.length : (uint32_t)end;

                r = add_event(feed, text_slice(left, 0, length), error);
                if (r < 0)
                        error_prefix(error, r, "the sample, event %zu", feed->count + 1);
                left = text_slice(left, length + 1, left.length);
        }
        return r;
}

int feed_connect(struct feed *feed, const struct config *config, struct error *error)
{
        int r = kafka_producer_open(config, false, &feed->producer, error);

        return r ? r : kafka_topics_open(feed->producer, feed->topics, feed->topic_count, 1, false, error);
}

int feed_next_day(struct feed *feed, struct error *error)
{
        int64_t day;
        int r = 0;

        if (feed->sent == feed->count)
                return 0;
        day = feed->events[feed->sent].time_ms / DAY_MS;
        while (r == 0 && feed->sent < feed->count && feed->events[feed->sent].time_ms / DAY_MS == day)
                r = kafka_produce(feed->producer, &feed->events[feed->sent++].record, error);
        if (r == 0)
                r = kafka_flush(feed->producer, FLUSH_WAIT_MS, error);
        return r ? r : 1;
}

int64_t feed_now_ms(const struct feed *feed)
{
        return feed->sent > 0 ? feed->events[feed->sent - 1].time_ms : TIME_UNKNOWN_MS;
}

int64_t feed_time_of(const struct feed *feed, struct text topic, int64_t offset)
{
        int64_t number = find_topic(feed, topic);

        for (size_t i = 0; i < feed->sent && number >= 0; i++) {
                if (feed->events[i].topic == (uint32_t)number && offset-- == 0)
                        return feed->events[i].time_ms;
        }
        return feed_now_ms(feed);
}

void feed_close(struct feed *feed)
{
        kafka_producer_close(feed->producer);
        feed->producer = NULL;
        arena_free(&feed->arena);
}
