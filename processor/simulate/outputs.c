/* The outputs of both states, compared key by key.
 *
 * Three passes, so that no more than a hash for each key is held: the outputs before give their hashes; those after are
 * compared with them; then both are read once more, for the values of what is shown. Everything is listed in the order
 * of topic, kind and key, which depends on nothing else.
 */
#include "simulate/internal.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#define SEED_OUTPUT 0x73696d756c617465ULL

struct seen { /* one output before */
        struct hash128 value;
        uint32_t topic;
        bool found; /* after, too */
};

struct difference {
        uint32_t topic;
        enum simulate_kind kind;
        struct text key;
};

struct comparison {
        struct sides *sides;
        struct arena arena;   /* of the whole comparison */
        struct arena scratch; /* of one output */
        struct map index;     /* hash of topic and key -> seen */
        struct seen *seen;
        size_t seen_count, seen_capacity;
        struct difference *differences;
        size_t difference_count, difference_capacity;
        struct map shown; /* hash of topic and key -> change of the report */
        bool second;      /* pass over the outputs before */
};

/* The number of the topic; a new one is added. */
static int find_topic(struct comparison *comparison, const struct output *output, uint32_t *topic)
{
        struct simulate_report *report = comparison->sides->report;
        struct text name;

        arena_reset(&comparison->scratch);
        name = output_topic_name(&comparison->scratch, output->topic, output->type, output->target);
        for (*topic = 0; *topic < report->topic_count; ++*topic) {
                if (text_equal(report->topics[*topic].name, name))
                        return 0;
        }
        if (report->topic_count == SIMULATE_TOPICS_MAX)
                return error_set(comparison->sides->error, ERR_FATAL, "more than %d topics", SIMULATE_TOPICS_MAX);
        report->topics[report->topic_count++] = (struct simulate_topic){.name = arena_text(&report->arena, name)};
        return 0;
}

static uint64_t hash_key(const struct comparison *comparison, uint32_t topic, struct text key)
{
        return hash64_mix(hash64_text(comparison->sides->report->topics[topic].name, SEED_OUTPUT),
                          hash64_text(key, SEED_OUTPUT));
}

static void add_difference(struct comparison *comparison, uint32_t topic, enum simulate_kind kind, struct text key)
{
        *ARENA_PUSH(&comparison->arena, comparison->differences, comparison->difference_count,
                    comparison->difference_capacity) =
                (struct difference){.topic = topic, .kind = kind, .key = arena_text(&comparison->arena, key)};
}

/* ---- passes --------------------------------------------------------------------------------------------------------
 */

static int see_before(void *context, const struct output *output)
{
        struct comparison *comparison = context;
        uint32_t topic;
        int r;

        if (output->topic == OUTPUT_RECORDS)
                return 0;
        r = find_topic(comparison, output, &topic);
        if (r < 0)
                return r;
        map_put(&comparison->index, hash_key(comparison, topic, output->key), (uint32_t)comparison->seen_count, NULL);
        *ARENA_PUSH(&comparison->arena, comparison->seen, comparison->seen_count, comparison->seen_capacity) =
                (struct seen){.value = hash128(output->value.data, output->value.length, SEED_OUTPUT), .topic = topic};
        comparison->sides->report->topics[topic].before++;
        return 0;
}

static int see_after(void *context, const struct output *output)
{
        struct comparison *comparison = context;
        struct simulate_topic *topic;
        uint32_t number, *index;
        struct seen *seen;
        int r;

        if (output->topic == OUTPUT_RECORDS)
                return 0;
        r = find_topic(comparison, output, &number);
        if (r < 0)
                return r;
        topic = &comparison->sides->report->topics[number];
        topic->after++;
        index = map_get(&comparison->index, hash_key(comparison, number, output->key));
        if (!index) {
                topic->added++;
                add_difference(comparison, number, SIMULATE_ADDED, output->key);
                return 0;
        }
        seen = &comparison->seen[*index];
        seen->found = true;
        if (hash128_equal(seen->value, hash128(output->value.data, output->value.length, SEED_OUTPUT)))
                return 0;
        topic->changed++;
        add_difference(comparison, number, SIMULATE_CHANGED, output->key);
        return 0;
}

/* Keys that are gone are known by their hash alone; their names come with a second look at the outputs before. */
static int see_removed(void *context, const struct output *output)
{
        struct comparison *comparison = context;
        uint32_t topic;
        int r;

        if (output->topic == OUTPUT_RECORDS)
                return 0;
        r = find_topic(comparison, output, &topic);
        if (r < 0 || comparison->seen[*map_get(&comparison->index, hash_key(comparison, topic, output->key))].found)
                return r;
        comparison->sides->report->topics[topic].removed++;
        add_difference(comparison, topic, SIMULATE_REMOVED, output->key);
        return 0;
}

static int keep_value(void *context, const struct output *output)
{
        struct comparison *comparison = context;
        struct simulate_report *report = comparison->sides->report;
        struct simulate_change *change;
        uint32_t topic, *index;
        int r;

        if (output->topic == OUTPUT_RECORDS)
                return 0;
        r = find_topic(comparison, output, &topic);
        if (r < 0)
                return r;
        index = map_get(&comparison->shown, hash_key(comparison, topic, output->key));
        if (!index)
                return 0;
        change = &report->changes[*index];
        *(comparison->second ? &change->before : &change->after) = arena_text(&report->arena, output->value);
        return 0;
}

/* ---- what is shown -------------------------------------------------------------------------------------------------
 */

static int compare_differences(const void *left, const void *right, void *context)
{
        const struct simulate_report *report = context;
        const struct difference *a = left, *b = right;

        if (a->topic != b->topic)
                return text_compare(report->topics[a->topic].name, report->topics[b->topic].name);
        if (a->kind != b->kind)
                return a->kind < b->kind ? -1 : 1;
        return text_compare(a->key, b->key);
}

/* The first of each topic and kind. */
static void choose_shown(struct comparison *comparison)
{
        struct simulate_report *report = comparison->sides->report;
        uint32_t run = 0;

        if (comparison->difference_count > 1)
                qsort_r(comparison->differences, comparison->difference_count, sizeof(*comparison->differences),
                        compare_differences, report);
        report->changes = arena_calloc(&report->arena, comparison->difference_count + 1, sizeof(*report->changes));
        for (size_t i = 0; i < comparison->difference_count; i++) {
                const struct difference *difference = &comparison->differences[i];

                run = i > 0 && difference->topic == difference[-1].topic && difference->kind == difference[-1].kind
                              ? run + 1
                              : 0;
                if (run >= comparison->sides->options->examples)
                        continue;
                map_put(&comparison->shown, hash_key(comparison, difference->topic, difference->key),
                        report->change_count, NULL);
                report->changes[report->change_count++] = (struct simulate_change){
                        .topic = difference->topic,
                        .kind = difference->kind,
                        .key = arena_text(&report->arena, difference->key),
                };
        }
}

static int compare_topics(const void *left, const void *right)
{
        const struct simulate_topic *a = left, *b = right;

        return text_compare(a->name, b->name);
}

/* Topics in order of their names; changes are in that order already. */
static void sort_topics(struct simulate_report *report)
{
        struct text names[SIMULATE_TOPICS_MAX];

        for (uint32_t i = 0; i < report->topic_count; i++)
                names[i] = report->topics[i].name;
        qsort(report->topics, report->topic_count, sizeof(report->topics[0]), compare_topics);
        for (uint32_t i = 0; i < report->change_count; i++) {
                uint32_t topic = 0;

                while (!text_equal(report->topics[topic].name, names[report->changes[i].topic]))
                        topic++;
                report->changes[i].topic = topic;
        }
}

static int dump_before(struct comparison *comparison, engine_emit look)
{
        struct sides *sides = comparison->sides;

        comparison->second = true;
        return engine_dump_snapshot(sides->before, sides->vocabulary, look, comparison, sides->error);
}

static int dump_after(struct comparison *comparison, engine_emit look)
{
        comparison->second = false;
        return engine_dump(comparison->sides->after, look, comparison, comparison->sides->error);
}

int simulate_compare_outputs(struct sides *sides)
{
        struct comparison comparison = {.sides = sides};
        int r;

        map_init(&comparison.index, &comparison.arena);
        map_init(&comparison.shown, &comparison.arena);
        r = dump_before(&comparison, see_before);
        if (r == 0)
                r = dump_after(&comparison, see_after);
        if (r == 0)
                r = dump_before(&comparison, see_removed);
        if (r == 0) {
                choose_shown(&comparison);
                r = dump_before(&comparison, keep_value);
        }
        if (r == 0)
                r = dump_after(&comparison, keep_value);
        if (r == 0)
                sort_topics(sides->report);
        arena_free(&comparison.scratch);
        arena_free(&comparison.arena);
        return r;
}
