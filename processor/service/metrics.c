/* The table of metrics, and the two texts that are made of it.
 *
 * Names and units follow Prometheus' conventions: seconds and bytes, `_total` on what only grows, times as seconds
 * since 1970 so that an alert can say `time() - durand_last_commit_timestamp_seconds > 60` and fires as well when the
 * process hangs. A gauge of lag is exact as of the last look, which is at most a second or a batch old.
 */
#include "service/metrics.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
};

static const char *const kind_names[] = {"counter", "gauge", "histogram"};

/* Bounds of histograms: of durations in seconds, of amounts. */
static const double seconds_bounds[HISTOGRAM_BUCKETS] = {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2,
                                                         0.5,   1,     2,    5,    10,   30,  60};
static const double amount_bounds[HISTOGRAM_BUCKETS] = {1,    2,    5,    10,    20,    50,     100,
                                                        1000, 2000, 5000, 10000, 20000, 100000, 1000000};

static const struct {
        const char *name; /* without "durand_", which is put before all but the process' own */
        enum kind kind;
        const char *labels; /* for the reference */
        const double *bounds;
        const char *help;
} table[METRIC_COUNT] = {
        [METRIC_BUILD_INFO] = {"build_info", GAUGE, "version, instance, epoch", NULL,
                               "Always 1; the labels say what runs. The epoch is a hash of all that decides results."},
        [METRIC_PHASE] =
                {"phase", GAUGE, "phase", NULL,
                 "1 for the phase of the service, 0 for the others: starting, restoring, standby, live, waiting (after "
                 "a failure), stopping."},
        [METRIC_STARTS] = {"starts_total", COUNTER, "", NULL,
                           "Times that the start path was taken in this process: 1, and one for each failure."},
        [METRIC_START_TIME] = {"process_start_time_seconds", GAUGE, "", NULL, "When the process started."},
        [METRIC_INPUT_LAG] = {"input_lag", GAUGE, "topic, partition", NULL,
                              "Messages of the partition that are not committed yet."},
        [METRIC_INPUT_POSITION] = {"input_position", GAUGE, "topic, partition", NULL,
                                   "Offset up to which the partition is processed and committed."},
        [METRIC_INPUT_PARTITIONS] = {"input_partitions", GAUGE, "", NULL, "Partitions that are read."},
        [METRIC_INPUT_MESSAGES] = {"input_messages_total", COUNTER, "", NULL, "Messages read."},
        [METRIC_INPUT_BYTES] = {"input_bytes_total", COUNTER, "", NULL, "Bytes of their keys and values."},
        [METRIC_REJECTED] = {"rejected_total", COUNTER, "", NULL,
                             "Messages that could not be used and went to the dead letters."},
        [METRIC_QUARANTINED] = {"quarantined_total", COUNTER, "", NULL,
                                "Messages among them that would have made a record larger than its topic takes."},
        [METRIC_CHANGES] = {"changes_total", COUNTER, "", NULL, "Changes of records that were applied."},
        [METRIC_PAIRS] = {"pairs_compared_total", COUNTER, "", NULL, "Pairs of value nodes that were compared."},
        [METRIC_OUTPUT_MESSAGES] = {"output_messages_total", COUNTER, "topic", NULL, "Messages written and committed."},
        [METRIC_OUTPUT_BYTES] = {"output_bytes_total", COUNTER, "", NULL, "Bytes of them, with headers and framing."},
        [METRIC_TRANSACTIONS] = {"transactions_total", COUNTER, "", NULL,
                                 "Kafka transactions committed, heartbeats among them."},
        [METRIC_ABORTED] = {"transactions_aborted_total", COUNTER, "", NULL,
                            "Transactions aborted; the same outputs are sent again."},
        [METRIC_TRANSACTION_SECONDS] = {"transaction_seconds", HISTOGRAM, "", seconds_bounds,
                                        "From the beginning of a committed transaction to its commit."},
        [METRIC_COMMIT_TIME] = {"last_commit_timestamp_seconds", GAUGE, "", NULL,
                                "When the last transaction was committed; without traffic every `service.heartbeat`."},
        [METRIC_BATCH_MESSAGES] = {"batch_messages", HISTOGRAM, "", amount_bounds, "Messages of a batch."},
        [METRIC_APPLY_SECONDS] = {"apply_seconds", HISTOGRAM, "", seconds_bounds,
                                  "Time in which the engine brought the state up to a batch."},
        [METRIC_CHECKPOINT_SECONDS] = {"checkpoint_seconds", HISTOGRAM, "", seconds_bounds,
                                       "Time in which a checkpoint made the local state durable."},
        [METRIC_CHECKPOINT_TIME] = {"last_checkpoint_timestamp_seconds", GAUGE, "", NULL,
                                    "When the last checkpoint was written."},
        [METRIC_RESTORED] = {"restored_records_total", COUNTER, "", NULL,
                             "Messages of the topic `records` that starts have applied."},
        [METRIC_RESTORE_LEFT] = {"restore_remaining", GAUGE, "", NULL,
                                 "Offsets of `records` that the restore still has before it, at most."},
        [METRIC_RESTORE_SECONDS] = {"restore_seconds", GAUGE, "", NULL, "Duration of the last restore, so far."},
        [METRIC_RECORDS] = {"records", GAUGE, "", NULL, "Living records of the sources."},
        [METRIC_ENTITIES] = {"entities", GAUGE, "type", NULL, "Persons and organizations that they are."},
        [METRIC_CONFLICTS] = {"conflicts", GAUGE, "", NULL, "Open conflicts."},
        [METRIC_STATE_BYTES] = {"state_bytes", GAUGE, "", NULL, "Size of the local state on disk."},
        [METRIC_MAP_BYTES] = {"state_map_bytes", GAUGE, "", NULL, "Address space that the state may take."},
        [METRIC_MAP_USED] = {"state_map_used_ratio", GAUGE, "", NULL,
                             "Share of it that is used; near 1 raise `service.map_size`."},
        [METRIC_DIRTY_BYTES] = {"state_dirty_bytes", GAUGE, "", NULL,
                                "Bytes changed since the last checkpoint, roughly."},
        [METRIC_MEMORY] = {"process_resident_memory_bytes", GAUGE, "", NULL,
                           "Memory of the process, pages of the state's file that are in the cache among them."},
        [METRIC_CPU] = {"process_cpu_seconds_total", COUNTER, "", NULL, "Processor time used."},
};

static const char *const phase_names[PHASE_COUNT] = {"starting", "restoring", "standby", "live", "waiting", "stopping"};

const char *phase_name(enum phase phase)
{
        return phase_names[phase];
}

/* --- writing into it */

void metrics_init(struct metrics *metrics, struct text instance, const char *epoch)
{
        *metrics = (struct metrics){0};
        pthread_mutex_init(&metrics->lock, NULL);
        metrics->values[METRIC_BUILD_INFO] = 1;
        metrics->values[METRIC_START_TIME] = (double)clock_wall_ms() / 1000;
        snprintf(metrics->instance, sizeof(metrics->instance), "%.*s", TEXT_ARG(instance));
        snprintf(metrics->epoch, sizeof(metrics->epoch), "%s", epoch);
}

void metrics_free(struct metrics *metrics)
{
        free(metrics->inputs);
        free(metrics->outputs);
        pthread_mutex_destroy(&metrics->lock);
}

void metrics_add(struct metrics *metrics, enum metric metric, double amount)
{
        pthread_mutex_lock(&metrics->lock);
        metrics->values[metric] += amount;
        pthread_mutex_unlock(&metrics->lock);
}

void metrics_set(struct metrics *metrics, enum metric metric, double value)
{
        pthread_mutex_lock(&metrics->lock);
        metrics->values[metric] = value;
        pthread_mutex_unlock(&metrics->lock);
}

double metrics_get(struct metrics *metrics, enum metric metric)
{
        double value;

        pthread_mutex_lock(&metrics->lock);
        value = metrics->values[metric];
        pthread_mutex_unlock(&metrics->lock);
        return value;
}

void metrics_observe(struct metrics *metrics, enum metric metric, double value)
{
        struct histogram *histogram = &metrics->histograms[metric];
        int bucket = 0;

        while (bucket < HISTOGRAM_BUCKETS && value > table[metric].bounds[bucket])
                bucket++;
        pthread_mutex_lock(&metrics->lock);
        metrics->values[metric]++;
        histogram->counts[bucket]++;
        histogram->sum += value;
        pthread_mutex_unlock(&metrics->lock);
}

void metrics_set_phase(struct metrics *metrics, enum phase phase)
{
        pthread_mutex_lock(&metrics->lock);
        metrics->phase = phase;
        pthread_mutex_unlock(&metrics->lock);
}

enum phase metrics_get_phase(struct metrics *metrics)
{
        enum phase phase;

        pthread_mutex_lock(&metrics->lock);
        phase = metrics->phase;
        pthread_mutex_unlock(&metrics->lock);
        return phase;
}

void metrics_set_entities(struct metrics *metrics, enum record_type type, double value)
{
        pthread_mutex_lock(&metrics->lock);
        metrics->entities[type] = value;
        pthread_mutex_unlock(&metrics->lock);
}

void metrics_set_inputs(struct metrics *metrics, const struct metrics_input *inputs, uint32_t count)
{
        pthread_mutex_lock(&metrics->lock);
        if (metrics->input_capacity < count) {
                metrics->inputs = realloc(metrics->inputs, count * sizeof(*inputs));
                if (!metrics->inputs)
                        abort();
                metrics->input_capacity = count;
        }
        if (count)
                memcpy(metrics->inputs, inputs, count * sizeof(*inputs));
        metrics->input_count = count;
        metrics->values[METRIC_INPUT_PARTITIONS] = count;
        pthread_mutex_unlock(&metrics->lock);
}

void metrics_set_outputs(struct metrics *metrics, const struct kafka_topic *topics, uint32_t count)
{
        struct metrics_output *outputs = calloc(count + 1, sizeof(*outputs));

        if (!outputs)
                abort();
        pthread_mutex_lock(&metrics->lock);
        for (uint32_t i = 0; i < count; i++) {
                snprintf(outputs[i].topic, sizeof(outputs[i].topic), "%s", topics[i].name);
                for (uint32_t k = 0; k < metrics->output_count; k++) {
                        if (strcmp(metrics->outputs[k].topic, topics[i].name) == 0)
                                outputs[i].messages = metrics->outputs[k].messages;
                }
        }
        free(metrics->outputs);
        metrics->outputs = outputs;
        metrics->output_count = count;
        pthread_mutex_unlock(&metrics->lock);
}

void metrics_add_output(struct metrics *metrics, uint32_t topic, uint64_t messages)
{
        pthread_mutex_lock(&metrics->lock);
        if (topic < metrics->output_count)
                metrics->outputs[topic].messages += messages;
        pthread_mutex_unlock(&metrics->lock);
}

static int64_t lag_of(const struct metrics_input *input)
{
        return input->end > input->position ? input->end - input->position : 0;
}

int64_t metrics_total_lag(struct metrics *metrics)
{
        int64_t lag = 0;

        pthread_mutex_lock(&metrics->lock);
        for (uint32_t i = 0; i < metrics->input_count; i++)
                lag += lag_of(&metrics->inputs[i]);
        pthread_mutex_unlock(&metrics->lock);
        return lag;
}

/* --- the page */

static void write_name(struct buffer *out, enum metric metric, const char *suffix)
{
        const char *name = table[metric].name;

        buffer_printf(out, "%s%s%s", strncmp(name, "process_", 8) == 0 ? "" : "durand_", name, suffix);
}

/* Values are printed exactly where they are whole numbers. */
static void write_value(struct buffer *out, double value)
{
        if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
                buffer_printf(out, " %lld\n", (long long)value);
        else
                buffer_printf(out, " %.17g\n", value);
}

/* A label's value, with the three escapes that the format knows. */
static void write_label(struct buffer *out, const char *name, const char *value)
{
        buffer_printf(out, "%s=\"", name);
        for (; *value; value++) {
                if (*value == '\\' || *value == '"')
                        buffer_byte(out, '\\');
                if (*value == '\n')
                        buffer_string(out, "\\n");
                else
                        buffer_byte(out, (uint8_t)*value);
        }
        buffer_byte(out, '"');
}

static void write_labelled(struct buffer *out, enum metric metric, const char *label, const char *of, double value)
{
        write_name(out, metric, "{");
        write_label(out, label, of);
        buffer_byte(out, '}');
        write_value(out, value);
}

static void write_histogram(const struct metrics *metrics, enum metric metric, struct buffer *out)
{
        const struct histogram *histogram = &metrics->histograms[metric];
        uint64_t count = 0;

        for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
                count += histogram->counts[i];
                write_name(out, metric, "_bucket{");
                buffer_printf(out, "le=\"%g\"}", table[metric].bounds[i]);
                write_value(out, (double)count);
        }
        count += histogram->counts[HISTOGRAM_BUCKETS];
        write_name(out, metric, "_bucket{le=\"+Inf\"}");
        write_value(out, (double)count);
        write_name(out, metric, "_sum");
        write_value(out, histogram->sum);
        write_name(out, metric, "_count");
        write_value(out, (double)count);
}

static void write_inputs(const struct metrics *metrics, enum metric metric, struct buffer *out)
{
        for (uint32_t i = 0; i < metrics->input_count; i++) {
                const struct metrics_input *input = &metrics->inputs[i];

                if (metric == METRIC_INPUT_LAG && input->end == KAFKA_OFFSET_NONE)
                        continue;
                write_name(out, metric, "{");
                write_label(out, "topic", input->topic);
                buffer_printf(out, ",partition=\"%d\"}", (int)input->partition);
                write_value(out, metric == METRIC_INPUT_LAG ? (double)lag_of(input) : (double)input->position);
        }
}

static void write_build(const struct metrics *metrics, struct buffer *out)
{
        write_name(out, METRIC_BUILD_INFO, "{");
        write_label(out, "version", DURAND_VERSION);
        buffer_byte(out, ',');
        write_label(out, "instance", metrics->instance);
        buffer_byte(out, ',');
        write_label(out, "epoch", metrics->epoch);
        buffer_string(out, "} 1\n");
}

static void write_metric(const struct metrics *metrics, enum metric metric, struct buffer *out)
{
        switch (metric) {
        case METRIC_BUILD_INFO:
                write_build(metrics, out);
                return;
        case METRIC_PHASE:
                for (int i = 0; i < PHASE_COUNT; i++)
                        write_labelled(out, metric, "phase", phase_names[i], (int)metrics->phase == i);
                return;
        case METRIC_INPUT_LAG:
        case METRIC_INPUT_POSITION:
                write_inputs(metrics, metric, out);
                return;
        case METRIC_OUTPUT_MESSAGES:
                for (uint32_t i = 0; i < metrics->output_count; i++)
                        write_labelled(out, metric, "topic", metrics->outputs[i].topic,
                                       (double)metrics->outputs[i].messages);
                return;
        case METRIC_ENTITIES:
                for (int type = 0; type < TYPE_COUNT; type++)
                        write_labelled(out, metric, "type", record_type_name((enum record_type)type),
                                       metrics->entities[type]);
                return;
        default:
                break;
        }
        if (table[metric].kind == HISTOGRAM) {
                write_histogram(metrics, metric, out);
                return;
        }
        write_name(out, metric, "");
        write_value(out, metrics->values[metric]);
}

/* What the kernel counts for us. */
static void read_process(struct metrics *metrics)
{
        struct rusage usage;
        long size, resident;
        FILE *file = fopen("/proc/self/statm", "re");

        if (file && fscanf(file, "%ld %ld", &size, &resident) == 2) /* NOLINT(cert-err34-c): the kernel's own numbers */
                metrics->values[METRIC_MEMORY] = (double)resident * (double)sysconf(_SC_PAGESIZE);
        if (file)
                fclose(file);
        if (getrusage(RUSAGE_SELF, &usage) == 0)
                metrics->values[METRIC_CPU] = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                                              (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void metrics_write(struct metrics *metrics, struct buffer *out)
{
        pthread_mutex_lock(&metrics->lock);
        read_process(metrics);
        for (int metric = 0; metric < METRIC_COUNT; metric++) {
                buffer_string(out, "# HELP ");
                write_name(out, (enum metric)metric, " ");
                buffer_printf(out, "%s\n# TYPE ", table[metric].help);
                write_name(out, (enum metric)metric, " ");
                buffer_printf(out, "%s\n", kind_names[table[metric].kind]);
                write_metric(metrics, (enum metric)metric, out);
        }
        pthread_mutex_unlock(&metrics->lock);
}

/* --- the reference */

void metrics_write_reference(struct buffer *out)
{
        buffer_string(out,
                      "# Metrics\n\n"
                      "<!-- Generated by `durand check --metrics` from processor/service/metrics.c. -->\n\n"
                      "What the page `/metrics` of the HTTP port (`http.listen`) says, in Prometheus' text format.\n"
                      "[operations.md](operations.md) has alerts to begin with.\n\n"
                      "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n");
        for (int metric = 0; metric < METRIC_COUNT; metric++) {
                buffer_string(out, "| `");
                write_name(out, (enum metric)metric, "` | ");
                buffer_printf(out, "%s | %s | %s |\n", kind_names[table[metric].kind], table[metric].labels,
                              table[metric].help);
        }
        buffer_string(out, "\nBounds of histograms: durations");
        for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
                buffer_printf(out, "%s%g", i ? ", " : " ", seconds_bounds[i]);
        buffer_string(out, " s; messages of a batch");
        for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
                buffer_printf(out, "%s%.0f", i ? ", " : " ", amount_bounds[i]);
        buffer_string(out, ".\n");
}
