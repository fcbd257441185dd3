/* The report as text and as JSON. */
#include "simulate/internal.h"

#include "base/json.h"
#include "engine/patch.h"

#include <inttypes.h>

#define DIFFERENCE_SHOWN_MAX 160 /* bytes of a difference in the text; JSON has all of it */

const char *const simulate_kind_names[SIMULATE_KIND_COUNT] =
        {[SIMULATE_ADDED] = "added", [SIMULATE_REMOVED] = "removed", [SIMULATE_CHANGED] = "changed"};

struct text simulate_difference(struct arena *arena, const struct simulate_report *report,
                                const struct simulate_change *change)
{
        BUFFER_CLEANUP struct buffer patch = {0};
        const struct json_node *before, *after;
        struct json_writer writer;
        struct error error;

        if (change->kind == SIMULATE_REMOVED)
                return change->before;
        if (change->kind == SIMULATE_ADDED || !text_starts_with(report->topics[change->topic].name, TEXT("golden.")))
                return change->after;
        if (json_parse(arena, arena_text(arena, change->before), &before, &error) < 0 ||
            json_parse(arena, arena_text(arena, change->after), &after, &error) < 0)
                return change->after;
        json_writer_init(&writer, &patch);
        patch_write(&writer, before, after);
        return arena_text(arena, buffer_view(&patch));
}

/* ---- text ----------------------------------------------------------------------------------------------------------
 */

static void write_summary(const struct simulate_report *report, struct buffer *out)
{
        buffer_printf(out, "%" PRIu64 " records. Under the new configuration\n", report->records);
        buffer_printf(out, "  %" PRIu64 " entities join %" PRIu64 " of today's, %" PRIu64 " of today's fall apart.\n\n",
                      report->merged, report->merged_before, report->split);
        buffer_printf(out, "%-24s %9s %9s  %9s %9s %9s\n", "output", "today", "then", "added", "removed", "changed");
        for (uint32_t i = 0; i < report->topic_count; i++) {
                const struct simulate_topic *topic = &report->topics[i];

                buffer_printf(out, "%-24.*s %9" PRIu64 " %9" PRIu64 "  %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n",
                              TEXT_ARG(topic->name), topic->before, topic->after, topic->added, topic->removed,
                              topic->changed);
        }
}

static void write_regroupings(const char *title, const char *verb, const struct simulate_regrouping *items,
                              uint32_t count, uint64_t all, struct buffer *out)
{
        if (count == 0)
                return;
        buffer_printf(out, "\n%s\n", title);
        for (uint32_t i = 0; i < count; i++) {
                buffer_printf(out, "  %.*s %s", TEXT_ARG(items[i].entity_id), verb);
                for (uint32_t j = 0; j < items[i].other_count; j++)
                        buffer_printf(out, " %.*s", TEXT_ARG(items[i].others[j]));
                buffer_byte(out, '\n');
        }
        if (all > count)
                buffer_printf(out, "  and %" PRIu64 " more\n", all - count);
}

static void write_changes(const struct simulate_report *report, struct buffer *out)
{
        const struct simulate_change *last = NULL;

        for (uint32_t i = 0; i < report->change_count; i++) {
                const struct simulate_change *change = &report->changes[i];
                ARENA_CLEANUP struct arena arena = {0};
                struct text difference = simulate_difference(&arena, report, change);

                if (!last || last->topic != change->topic || last->kind != change->kind)
                        buffer_printf(out, "\n%.*s, %s\n", TEXT_ARG(report->topics[change->topic].name),
                                      simulate_kind_names[change->kind]);
                last = change;
                buffer_printf(out, "  %.*s  %.*s%s\n", TEXT_ARG(change->key),
                              TEXT_ARG(text_slice(difference, 0, DIFFERENCE_SHOWN_MAX)),
                              difference.length > DIFFERENCE_SHOWN_MAX ? "…" : "");
        }
}

void simulate_write_text(const struct simulate_report *report, struct buffer *out)
{
        write_summary(report, out);
        write_regroupings("Joined", "joins", report->merges, report->merge_count, report->merged, out);
        write_regroupings("Fallen apart", "becomes", report->splits, report->split_count, report->split, out);
        write_changes(report, out);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------
 */

static void write_topics(struct json_writer *writer, const struct simulate_report *report)
{
        json_write_name(writer, "topics");
        json_write_array(writer);
        for (uint32_t i = 0; i < report->topic_count; i++) {
                const struct simulate_topic *topic = &report->topics[i];

                json_write_object(writer);
                json_write_member_text(writer, "topic", topic->name);
                json_write_member_i64(writer, "before", (int64_t)topic->before);
                json_write_member_i64(writer, "after", (int64_t)topic->after);
                json_write_member_i64(writer, "added", (int64_t)topic->added);
                json_write_member_i64(writer, "removed", (int64_t)topic->removed);
                json_write_member_i64(writer, "changed", (int64_t)topic->changed);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void write_json_regroupings(struct json_writer *writer, const char *name, const char *others,
                                   const struct simulate_regrouping *items, uint32_t count)
{
        json_write_name(writer, name);
        json_write_array(writer);
        for (uint32_t i = 0; i < count; i++) {
                json_write_object(writer);
                json_write_member_text(writer, "entity_id", items[i].entity_id);
                json_write_name(writer, others);
                json_write_array(writer);
                for (uint32_t j = 0; j < items[i].other_count; j++)
                        json_write_text(writer, items[i].others[j]);
                json_write_array_end(writer);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

static void write_value(struct json_writer *writer, const char *name, struct text json)
{
        if (json.length == 0)
                return;
        json_write_name(writer, name);
        json_write_raw(writer, json);
}

static void write_json_changes(struct json_writer *writer, const struct simulate_report *report)
{
        json_write_name(writer, "changes");
        json_write_array(writer);
        for (uint32_t i = 0; i < report->change_count; i++) {
                const struct simulate_change *change = &report->changes[i];

                json_write_object(writer);
                json_write_member_text(writer, "topic", report->topics[change->topic].name);
                json_write_member_text(writer, "kind", text_from(simulate_kind_names[change->kind]));
                json_write_member_text(writer, "key", change->key);
                write_value(writer, "before", change->before);
                write_value(writer, "after", change->after);
                json_write_object_end(writer);
        }
        json_write_array_end(writer);
}

void simulate_write_json(const struct simulate_report *report, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_member_i64(&writer, "records", (int64_t)report->records);
        json_write_member_i64(&writer, "merged", (int64_t)report->merged);
        json_write_member_i64(&writer, "merged_before", (int64_t)report->merged_before);
        json_write_member_i64(&writer, "split", (int64_t)report->split);
        write_topics(&writer, report);
        write_json_regroupings(&writer, "merges", "from", report->merges, report->merge_count);
        write_json_regroupings(&writer, "splits", "into", report->splits, report->split_count);
        write_json_changes(&writer, report);
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}
