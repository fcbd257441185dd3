/* letter.h: what a dead letter is made of, for who writes it (the service) and who reads it (`durand deadletter`).
 *
 * A dead letter is the message as it arrived, with our headers in front of its own. So the first headers of a letter
 * are ours, and whatever follows them is the sender's, even where a sender's header bears one of our names (a letter
 * that somebody mirrored into an input).
 *
 * Pure: no state, no I/O.
 */
#pragma once

#include "base/hash.h"
#include "record/message.h"

/* Our headers. docs/operations.md, "Dead letters", lists them. */
enum letter_header {
        LETTER_TOPIC, /* where the message was */
        LETTER_PARTITION,
        LETTER_OFFSET,
        LETTER_TIMESTAMP,
        LETTER_REASON,
        LETTER_FIELD,   /* where one is to blame */
        LETTER_SOURCE,  /* the source that the topic belongs to; none: an output of ours */
        LETTER_DIALECT, /* how it was read */
        /* Only of a message that had to be cut to fit: what it was before. */
        LETTER_VALUE_LENGTH,
        LETTER_VALUE_HASH,
        LETTER_KEY_LENGTH,
        LETTER_HEADERS_COUNT,
        LETTER_HEADER_COUNT,
};

const char *letter_header_name(enum letter_header header);

/* What stands for the dialect where an output of ours was too large for its topic: there is no source, and nothing to
 * send again. */
#define LETTER_DIALECT_OWN "durand"

/* Of a message that is sent again: the place of the letter in its topic, "PARTITION:OFFSET". */
#define LETTER_REPLAYED "durand.deadletter"

struct letter {
        struct text headers[LETTER_HEADER_COUNT]; /* empty where there is none */
        int32_t partition;                        /* of the source's message */
        int64_t offset;
        int64_t timestamp_ms;           /* TIME_UNKNOWN_MS where it is not known */
        bool cut;                       /* what the letter holds is not all of the message */
        const struct message *message;  /* the letter as it was read */
        uint32_t first_original_header; /* of message->headers: the sender's begin here */
};

/* Takes @message apart; slices point into it. False: no letter of ours (its place or its reason is missing). */
bool letter_parse(const struct message *message, struct letter *letter);

/* True if @original, as it was found in the source's topic, is the message that the letter was made of. */
bool letter_is_of(const struct letter *letter, const struct message *original);

/* What a person does about @reason: one sentence. Never NULL. */
const char *letter_remedy(struct text reason);
