/* decode.h: from a message's bytes to changes.
 *
 * Each dialect is a pure function of (key, value, headers, topic) and the source's configuration. One file a dialect;
 * what they share (envelopes, text of a scalar, versions) is in files of its own. Semantics and their sources:
 * docs/dialects.md.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "record/change.h"

/* decode_message(): the message is understood and holds no row change (heartbeat, transaction marker, schema change).
 */
#define DECODE_IGNORE 1

/* decode_message(): a row of an entity that the source's configuration does not name. Nobody can use it, and a
 * configuration that names it could; so who would lose the message must keep it. */
#define DECODE_UNMAPPED 2

/* A change can concern this many records at most (recordIds of one event). */
#define DECODE_RECORDS_MAX 10000

/* The configuration of the source called @name, ready for decode_message(), or NULL. Where the configuration accepts
 * any source, @space becomes its copy with the name filled in. */
const struct source_config *decode_find_source(const struct config *config, struct text name,
                                               struct source_config *space);

/* Appends what @message says to @out. Everything lives in @arena or in the message.
 * 0: at least one change; @error is empty, or a remark (a value that was cut). DECODE_IGNORE, DECODE_UNMAPPED: nothing,
 * @error says what it was. ERR_REJECT: @error says field and reason;
 * @out is as it was before. ERR_RETRY: an Avro schema is not known yet and the registry cannot be asked now; likewise.
 * @type_hint is the type that an envelope names, or TYPE_COUNT. @entity_hint likewise, or empty. */
int decode_message(const struct config *config, const struct source_config *source, const struct message *message,
                   enum record_type type_hint, struct text entity_hint, struct arena *arena, struct changes *out,
                   struct error *error);

/* One line of a replay file, {"source":…,"type":…,"key":…,"value":…} as docs/replay.md describes it. Fills @message
 * (its slices point into @line or @arena), the source's name and the hints. ERR_REJECT with the reason. */
struct envelope {
        struct message message;
        struct text source;
        enum record_type type; /* TYPE_COUNT where none is named */
        struct text entity;
};

int decode_envelope(struct text line, struct arena *arena, struct envelope *envelope, struct error *error);

/* The bytes of an envelope's key or value as a connector writes them: its text, or the JSON of @node. In @arena. */
struct text envelope_bytes(struct arena *arena, const struct json_node *node, struct text text);

/* CSV as RFC 4180 describes it (quotes, doubled quotes, line breaks in quotes; CRLF or LF; a UTF-8 byte order mark is
 * skipped). Turns a header and rows into messages whose value is a flat object. */
struct csv_reader;

struct csv_reader *csv_open(struct text content, char separator, struct error *error); /* content must outlive it */
void csv_close(struct csv_reader *reader);

/* The next row as a JSON object in @arena; @line is where it starts. 1: a row, 0: the end, ERR_REJECT: a bad row, which
 * has been skipped. */
int csv_next(struct csv_reader *reader, struct arena *arena, const struct json_node **row, int64_t *line,
             struct error *error);
