/* Messages that must be left out: decoded well, but with them a record would grow beyond what its topic takes.
 *
 * They are found while a batch is applied, when the state has changed already. The batch is then thrown away with the
 * state's transaction, and after the restart the message goes to the dead letters instead. The list lives in memory:
 * after a crash the same message is found the same way.
 */
#include "service/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool quarantine_add(struct quarantine *quarantine, const struct message *message, const char *reason)
{
        struct quarantined *item;

        if (quarantine->count == QUARANTINE_MAX || message->topic.length > KAFKA_TOPIC_NAME_MAX)
                return false;
        if (quarantine_find(quarantine, message))
                return false; /* left out already, and yet the cause: leaving it out again would not end */
        quarantine->items = realloc(quarantine->items, (quarantine->count + 1) * sizeof(*quarantine->items));
        if (!quarantine->items)
                abort();
        item = &quarantine->items[quarantine->count++];
        snprintf(item->topic, sizeof(item->topic), "%.*s", TEXT_ARG(message->topic));
        item->partition = message->partition;
        item->offset = message->offset;
        snprintf(item->reason, sizeof(item->reason), "%s", reason);
        return true;
}

const char *quarantine_find(const struct quarantine *quarantine, const struct message *message)
{
        for (uint32_t i = 0; i < quarantine->count; i++) {
                const struct quarantined *item = &quarantine->items[i];

                if (item->offset == message->offset && item->partition == message->partition &&
                    text_equal(text_from(item->topic), message->topic))
                        return item->reason;
        }
        return NULL;
}

void quarantine_free(struct quarantine *quarantine)
{
        free(quarantine->items);
        *quarantine = (struct quarantine){0};
}
