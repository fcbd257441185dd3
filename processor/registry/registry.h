/* registry.h: a client of a Schema Registry, over the REST API that Confluent's and Apicurio's (ccompat) share
 * (https://docs.confluent.io/platform/current/schema-registry/develop/api.html).
 *
 * Schemas are found by their id, once, with everything that they refer to, and kept compiled. What the registry says
 * and what it does not say are kept apart: only its own "there is no such schema" (error code 40403) makes a message
 * unreadable; whatever else goes wrong (no connection, a proxy's page, wrong credentials) is ERR_RETRY, so that an
 * outage never sends a message to the dead letters.
 *
 * Requests are repeated (REGISTRY_ATTEMPTS, growing pauses, the next address), answers are bounded. All functions may
 * be called from any thread; one request runs at a time.
 */
#pragma once

#include "avro/avro.h"
#include "config/config.h"

#define REGISTRY_ATTEMPTS 3
#define REGISTRY_SCHEMAS_MAX 2000   /* kept after registry_trim() */
#define REGISTRY_REFERENCES_MAX 200 /* of one schema, counted through all levels */
#define REGISTRY_UNKNOWN_MS 30000   /* "there is no such schema" is believed for so long */
#define REGISTRY_DOWN_MS 1000       /* a failure is not tried again for so long by registry_lookup()'s find() */

struct registry;

/* *@registry is NULL where @config names none. ERR_USAGE: a file of a certificate cannot be read. Connects to nothing.
 * @config must outlive it. */
int registry_open(const struct config *config, struct registry **registry, struct error *error);
void registry_close(struct registry *registry); /* NULL is allowed */

/* Schemas by id, for decoding; NULL where there is no registry. What it gives lives until registry_trim(). */
const struct avro_lookup *registry_lookup(struct registry *registry);

/* Forgets all schemas if there are more than REGISTRY_SCHEMAS_MAX. Only when nothing is left that was decoded. */
void registry_trim(struct registry *registry);

/* Outcomes of the questions below, besides 0, ERR_RETRY and ERR_USAGE (refused: credentials, a schema that the
 * registry does not take). */
enum {
        REGISTRY_NONE = 1,         /* no such subject, or the subject has no such schema */
        REGISTRY_INCOMPATIBLE = 2, /* @error holds the registry's reasons */
};

/* Would @schema be accepted as the next version of @subject? 0: yes. REGISTRY_NONE: it would be the first.
 * REGISTRY_INCOMPATIBLE. */
int registry_check(struct registry *registry, struct text subject, struct text schema, struct error *error);

/* The id of @schema under @subject, if it is there. 0 or REGISTRY_NONE. */
int registry_find(struct registry *registry, struct text subject, struct text schema, uint32_t *id,
                  struct error *error);

/* Registers @schema under @subject, which changes nothing if it is there already. 0 or REGISTRY_INCOMPATIBLE. */
int registry_register(struct registry *registry, struct text subject, struct text schema, uint32_t *id,
                      struct error *error);
