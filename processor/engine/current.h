/* current.h: outputs that have no other name than their topic and key, such as commands.
 *
 * Stages say which keys they looked at, and what should stand there. At the end of the batch that is held against what
 * was published last: what differs is published, what is wanted no longer is withdrawn by a null. Several stages may
 * speak of one key; what is wanted counts more than what is not.
 */
#pragma once

#include "engine/batch.h"

/* Nothing should stand under @key, unless somebody wants it. Texts are copied. */
void current_touch(struct batch *batch, enum output_topic topic, struct text target, struct text key,
                   const struct message *cause);
/* @json should stand there. */
void current_want(struct batch *batch, enum output_topic topic, struct text target, struct text key, struct text json,
                  const struct message *cause);

/* Publishes the differences in the order of topic, target and key. */
int current_publish(struct engine *engine, struct batch *batch);

/* The stored form; slices into @value. ERR_FATAL for bytes that no encoder wrote. */
struct current_stored {
        enum output_topic topic;
        struct text target;
        struct text key;
        struct text stored; /* for stored_decode() */
};
int current_decode(struct text value, struct current_stored *output);
