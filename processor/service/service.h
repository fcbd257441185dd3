/* service.h: `durand run`, the engine between Kafka and Kafka, exactly once.
 *
 * The service reads the sources' topics, lets the engine bring the state up to date, and writes what became different,
 * together with the positions that it read, in one Kafka transaction. LMDB follows at checkpoints and is never ahead of
 * Kafka. Start, crash, abort, takeover, a standby and a lost disk are one path: fence, apply `records` to its committed
 * end, go on from the committed positions (docs/architecture.md, "Exactly once").
 */
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "model/model.h"

#include <stdatomic.h>

/* Exit codes of `durand run`, documented in docs/operations.md. */
enum {
        SERVICE_EXIT_CLEAN = 0,
        SERVICE_EXIT_USAGE = 2,  /* command, configuration, permission: change it */
        SERVICE_EXIT_FAILED = 3, /* a person must look: the log's last error says at what, and the remedy */
        SERVICE_EXIT_TAKEN = 4,  /* another instance of the same name took over */
};

/* Everything borrowed. */
struct service_options {
        const struct config *config;
        const struct model *model;
        const atomic_int *stop; /* set by a signal handler or another thread: finish the batch, checkpoint, end */
        bool standby;           /* follow `records` while another instance works, and take over when it falls silent */
        bool until_end;         /* end cleanly when what the inputs held at the start has been processed */
        bool embedded;          /* the embedded test broker: topics exist already and are not administered */
};

/* Runs until it is told to stop. Returns an exit code; failures are logged. */
int service_run(const struct service_options *options);

/* Names of the topics that a service with this configuration writes, with the partitions that it would give them, for
 * who must make them beforehand. Calls @topic for each; a value other than 0 ends the walk and is returned. */
int service_list_topics(const struct config *config, int (*topic)(void *context, const char *name, int32_t partitions),
                        void *context);
