/* Destroying a client, and not waiting for ever.
 *
 * rd_kafka_destroy() waits for the client's threads. In librdkafka 2.0.2 a thread keeps waiting for a reference that
 * nobody gives back, once a topic was deleted whose partitions were assigned (found by tests/kafka/test_topics.py; its
 * issues 3007 and 5434 tell of the same). So a thread of its own destroys, and who asked waits for some seconds and
 * goes on: what is left are threads that do nothing more, and the memory of one client. No callback uses what its owner
 * has freed: all of them are served in calls of the owner's, but for the log's, which needs nothing.
 */
#include "kafka/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define DESTROY_WAIT_MS 5000
#define DESTROY_SLICE_MS 5

struct closing {
        rd_kafka_t *client;
        atomic_bool done;
        atomic_int owners; /* the thread and who waits for it: the last one frees */
};

static void leave(struct closing *closing)
{
        if (atomic_fetch_sub(&closing->owners, 1) == 1)
                free(closing);
}

static void *destroy(void *context)
{
        struct closing *closing = context;

        rd_kafka_destroy(closing->client);
        atomic_store(&closing->done, true);
        leave(closing);
        return NULL;
}

void client_destroy(rd_kafka_t *client)
{
        struct closing *closing = calloc(1, sizeof(*closing));
        int64_t deadline_ms = clock_monotonic_ms() + DESTROY_WAIT_MS;
        pthread_t thread;

        if (!closing)
                abort();
        closing->client = client;
        atomic_init(&closing->owners, 2);
        if (pthread_create(&thread, NULL, destroy, closing) != 0)
                abort();
        pthread_detach(thread);
        while (!atomic_load(&closing->done) && clock_monotonic_ms() < deadline_ms)
                clock_sleep_ms(DESTROY_SLICE_MS);
        if (!atomic_load(&closing->done))
                log_warn("kafka", "a client of librdkafka does not end after %d s, and is left behind",
                         DESTROY_WAIT_MS / 1000);
        leave(closing);
}
