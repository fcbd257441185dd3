/* subject.h: everything that a state holds about one person or company, for who asks to see it (GDPR, article 15).
 *
 * Read from a snapshot, so beside a running service, as of its last checkpoint. Of a conflict with another entity only
 * what it is about is told, for the rest is somebody else's data.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "record/record.h"
#include "state/store.h"

/* Appends one JSON object to @out: `entity_id`, `entity_type`, `golden` (with lineage), `records` (values as the
 * sources wrote them, each with its version), `decisions` that name a record of it, `conflicts` (id, kind, severity),
 * `commands` and `feeds` (each with topic, key and value). Texts of a kind are in the order of their bytes, so that
 * equal states give equal bytes.
 *
 * @name is the entity's id or one of its living records, SOURCE/ID or SOURCE/ENTITY/ID; @vocabulary is the state's
 * (engine_read_vocabulary()). Looks at every record three times. ERR_USAGE: nobody is called so, or two are; ERR_FATAL:
 * the state is damaged. */
int engine_export_subject(struct store_txn *txn, const struct vocabulary *vocabulary, struct text name,
                          struct buffer *out, struct error *error);

/* The living records of the entity that @name means, as above: @keys in @arena, in the order of their numbers. Looks at
 * every record twice. */
int engine_subject_records(struct store_txn *txn, struct text name, struct arena *arena, struct record_key **keys,
                           uint32_t *count, struct error *error);
