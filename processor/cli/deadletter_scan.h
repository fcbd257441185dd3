/* deadletter_scan.h: reading the dead letters of an instance from Kafka. */
#pragma once

#include "base/buffer.h"
#include "deadletter/letter.h"
#include "kafka/kafka.h"

struct letter_place {
        int32_t partition;
        int64_t offset;
};

/* "PARTITION:OFFSET". */
bool letter_place_parse(const char *text, struct letter_place *place);
int letter_place_compare(const void *a, const void *b);

/* Which letters are wanted; what is not set holds for all. */
struct letter_filter {
        struct letter_place *places; /* sorted */
        size_t place_count;
        const char *reason; /* occurs in it, whatever the case */
        const char *topic;  /* of the source's message */
        const char *source;
        int64_t since_ms; /* when it became a dead letter; TIME_UNKNOWN_MS: no bound */
        int64_t until_ms;
};

bool letter_filter_is_empty(const struct letter_filter *filter);

/* The connection of one command. */
struct letter_reader {
        const struct config *config;
        struct kafka_consumer *consumer;
        char topic[KAFKA_TOPIC_NAME_MAX + 1];
        int32_t partitions;
        struct kafka_position *begins; /* by partition, what the topic holds: committed messages up to the end, */
        int64_t *ends;                 /* as it was when the reader was opened */
};

/* Connects, and asks for the bounds of the topic. ERR_USAGE: there is no such topic. ERR_RETRY: no answer. The reader
 * must be closed in any case. */
int letter_reader_open(const struct config *config, struct letter_reader *reader, struct error *error);
void letter_reader_close(struct letter_reader *reader);

/* Calls @take for each letter that @filter wants, in each partition in order, so those of one key in theirs. What is no
 * letter of ours is passed over. The letter lives until @take returns; a value other than 0 ends the walk and is
 * returned. */
int letter_walk(struct letter_reader *reader, const struct letter_filter *filter,
                int (*take)(void *context, const struct letter *letter), void *context, struct error *error);

/* The message that @letter was made of, copied into @arena, from its own topic. It may be gone: 1. @consumer is one
 * that no walk uses. */
#define LETTER_GONE 1
int letter_find_original(struct kafka_consumer *consumer, const struct letter *letter, struct arena *arena,
                         struct message *original, struct error *error);
