/* feed.h: the sample's events, sent to the broker day by day. Internal to demo. */
#pragma once

#include "config/config.h"
#include "kafka/kafka.h"

struct feed_event {
        uint32_t topic; /* index into feed.topics */
        struct text source;
        int64_t time_ms; /* when it reached Kafka in the story */
        struct kafka_record record;
};

struct feed {
        struct arena arena;
        struct feed_event *events;
        size_t count, capacity;
        size_t sent;
        struct kafka_topic *topics; /* every topic that a source of the configuration reads */
        uint32_t topic_count;
        struct kafka_producer *producer;
};

/* Reads the events that the program carries. ERR_FATAL if they are damaged. */
int feed_load(struct feed *feed, const struct config *config, struct error *error);

/* Connects to the broker that @config names; its topics must exist. */
int feed_connect(struct feed *feed, const struct config *config, struct error *error);

/* Sends the events of the next day and waits until the broker has them. 1, or 0 when nothing was left. */
int feed_next_day(struct feed *feed, struct error *error);

/* The time of the last event that was sent. */
int64_t feed_now_ms(const struct feed *feed);

/* The time of the event at @offset of @topic, or that of the last one sent where there is none. */
int64_t feed_time_of(const struct feed *feed, struct text topic, int64_t offset);

void feed_close(struct feed *feed);
