/* simulate.h: what another configuration or model would decide, over a snapshot of the state, which is never touched.
 *
 * D = F(R, J, M) is a pure function, so the preview is exact: R of the snapshot goes through the engine under the new M
 * into a state that lives as long as the command, and the outputs of both states are compared, key by key. Mappings act
 * on events that are still to come, so a change of a mapping shows nothing here.
 *
 * Memory: about 100 bytes for each record and each output key; values are fetched only for what is shown.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "config/config.h"
#include "golden/golden.h"
#include "model/model.h"
#include "state/store.h"

/* Topics of outputs: golden, conflicts, and one for each target and feed. */
#define SIMULATE_TOPICS_MAX 512

struct simulate_topic {
        struct text name; /* "golden.person", "sync.erp" */
        uint64_t before, after;
        uint64_t added, removed, changed;
};

enum simulate_kind {
        SIMULATE_ADDED,
        SIMULATE_REMOVED,
        SIMULATE_CHANGED,
        SIMULATE_KIND_COUNT
};

struct simulate_change { /* of one output */
        uint32_t topic;
        enum simulate_kind kind;
        struct text key;
        struct text before, after; /* JSON; empty where there is none */
};

/* An entity that joins several of today's, or one of today's that falls into several. */
struct simulate_regrouping {
        struct text entity_id;
        struct text *others; /* entity ids, sorted */
        uint32_t other_count;
};

struct simulate_report {
        struct arena arena; /* holds the texts */
        uint64_t records;   /* that live */
        struct simulate_topic topics[SIMULATE_TOPICS_MAX];
        uint32_t topic_count;
        uint64_t merged;        /* entities that join several of today's */
        uint64_t merged_before; /* of today's, that are joined */
        uint64_t split;         /* of today's, whose records are in several */
        struct simulate_regrouping *merges, *splits;
        uint32_t merge_count, split_count; /* at most `examples` each, in order of ids */
        struct simulate_change *changes;   /* at most `examples` a topic and kind, in order of topic, kind and key */
        uint32_t change_count;
};

struct simulate_options {
        const struct config *config; /* the new one */
        const struct model *model;
        struct store *store; /* the state, opened for reading */
        const char *scratch; /* where the new state may live; NULL: $TMPDIR or /tmp */
        uint32_t examples;   /* listed of each kind */
        void (*progress)(void *context, uint64_t done, uint64_t all); /* records; may be NULL */
        void *progress_context;
};

/* ERR_USAGE with the remedy where the state cannot be read so, ERR_FATAL for a failing disk or state. @report must be
 * freed all the same. */
int simulate_run(const struct simulate_options *options, struct simulate_report *report, struct error *error);
void simulate_report_free(struct simulate_report *report);

/* The report for a terminal or a mail, for programs, and as one page that needs nothing else. */
void simulate_write_text(const struct simulate_report *report, struct buffer *out);
void simulate_write_json(const struct simulate_report *report, struct buffer *out);
void simulate_write_html(const struct simulate_report *report, struct buffer *out);
