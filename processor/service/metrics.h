/* metrics.h: what the service counts, for Prometheus, for health checks and for the line that it logs a minute.
 *
 * One table (metrics.c) has every metric with its name, type, unit and meaning; the page /metrics and docs/metrics.md
 * are both made of it. Labels are names of topics, numbers of partitions and words of this program: never a key or a
 * value of a message, so no personal data.
 *
 * The service's thread writes, the HTTP port's thread reads. Every function locks, so each page is consistent in
 * itself.
 */
#pragma once

#include "base/buffer.h"
#include "kafka/kafka.h"
#include "record/attribute.h"

#include <pthread.h>

enum metric {
        METRIC_BUILD_INFO,
        METRIC_PHASE,
        METRIC_STARTS,
        METRIC_START_TIME,
        METRIC_INPUT_LAG,
        METRIC_INPUT_POSITION,
        METRIC_INPUT_PARTITIONS,
        METRIC_INPUT_MESSAGES,
        METRIC_INPUT_BYTES,
        METRIC_REJECTED,
        METRIC_QUARANTINED,
        METRIC_CHANGES,
        METRIC_PAIRS,
        METRIC_OUTPUT_MESSAGES,
        METRIC_OUTPUT_BYTES,
        METRIC_TRANSACTIONS,
        METRIC_ABORTED,
        METRIC_TRANSACTION_SECONDS,
        METRIC_COMMIT_TIME,
        METRIC_BATCH_MESSAGES,
        METRIC_APPLY_SECONDS,
        METRIC_CHECKPOINT_SECONDS,
        METRIC_CHECKPOINT_TIME,
        METRIC_RESTORED,
        METRIC_RESTORE_LEFT,
        METRIC_RESTORE_SECONDS,
        METRIC_RECORDS,
        METRIC_ENTITIES,
        METRIC_CONFLICTS,
        METRIC_STATE_BYTES,
        METRIC_MAP_BYTES,
        METRIC_MAP_USED,
        METRIC_DIRTY_BYTES,
        METRIC_MEMORY,
        METRIC_CPU,
        METRIC_COUNT,
};

/* Where the service is in its life. */
enum phase {
        PHASE_STARTING,  /* connecting, fencing, looking for its positions */
        PHASE_RESTORING, /* applying `records` silently */
        PHASE_STANDBY,   /* following `records` while another instance works */
        PHASE_LIVE,      /* reading inputs, writing outputs */
        PHASE_WAITING,   /* something failed; it starts again in a moment */
        PHASE_STOPPING,
        PHASE_COUNT,
};

const char *phase_name(enum phase phase);

#define HISTOGRAM_BUCKETS 14

struct histogram {
        uint64_t counts[HISTOGRAM_BUCKETS + 1]; /* the last one: beyond all bounds */
        double sum;
};

struct metrics_input {
        char topic[KAFKA_TOPIC_NAME_MAX + 1];
        int32_t partition;
        int64_t position;
        int64_t end; /* KAFKA_OFFSET_NONE: not known yet */
};

struct metrics_output {
        char topic[KAFKA_TOPIC_NAME_MAX + 1];
        uint64_t messages;
};

struct metrics {
        pthread_mutex_t lock;
        double values[METRIC_COUNT];
        double entities[TYPE_COUNT];
        struct histogram histograms[METRIC_COUNT]; /* of those that are */
        struct metrics_input *inputs;
        uint32_t input_count;
        uint32_t input_capacity;
        struct metrics_output *outputs;
        uint32_t output_count;
        enum phase phase;
        char instance[65];
        char epoch[33];
};

void metrics_init(struct metrics *metrics, struct text instance, const char *epoch);
void metrics_free(struct metrics *metrics);

void metrics_add(struct metrics *metrics, enum metric metric, double amount);
void metrics_set(struct metrics *metrics, enum metric metric, double value);
void metrics_observe(struct metrics *metrics, enum metric metric, double value);
double metrics_get(struct metrics *metrics, enum metric metric); /* of a histogram: how many were observed */
void metrics_set_phase(struct metrics *metrics, enum phase phase);
enum phase metrics_get_phase(struct metrics *metrics);
void metrics_set_entities(struct metrics *metrics, enum record_type type, double value);

/* Replaces the list of partitions; @inputs is copied. */
void metrics_set_inputs(struct metrics *metrics, const struct metrics_input *inputs, uint32_t count);

/* Names the topics that we write, by number; what was counted under a name before stays. */
void metrics_set_outputs(struct metrics *metrics, const struct kafka_topic *topics, uint32_t count);
void metrics_add_output(struct metrics *metrics, uint32_t topic, uint64_t messages);

/* The sum of the known lags, for messages to people. */
int64_t metrics_total_lag(struct metrics *metrics);

/* The page, in Prometheus' text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). */
void metrics_write(struct metrics *metrics, struct buffer *out);

/* docs/metrics.md, made of the same table. */
void metrics_write_reference(struct buffer *out);
