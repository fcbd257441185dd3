/* changes.h: publishing golden records together with the change that says what happened. */
#pragma once

#include "engine/batch.h"

/* Publishes @json as the golden record of @draft and the change from @old (NULL: there was none). Keeps the digest. */
int changes_publish(struct engine *engine, struct batch *batch, const struct draft *draft, const struct stored *old,
                    struct hash128 digest, struct text json);

/* Publishes the end of the entity at @anchor. @draft_by_record tells where its records went (NULL: nowhere). */
int changes_publish_end(struct engine *engine, struct batch *batch, uint32_t anchor, const struct stored *old,
                        const struct map *draft_by_record);
