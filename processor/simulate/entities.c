/* Which entities join, and which fall apart: by the records that they have in both states. */
#include "simulate/internal.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

struct entity_names {
        struct arena *arena;
        struct map index; /* hash of the id -> number */
        struct text *ids;
        size_t count, capacity;
};

struct move {                   /* of a record */
        uint32_t before, after; /* numbers of entities */
};

#define NOWHERE UINT32_MAX

struct comparison {
        struct arena arena;
        struct entity_names before, after;
        struct map records; /* hash of a record's key -> move */
        struct move *moves;
        size_t move_count, move_capacity;
};

static void begin_names(struct entity_names *names, struct arena *arena)
{
        names->arena = arena;
        map_init(&names->index, arena);
}

static uint32_t number_of(struct entity_names *names, struct text id)
{
        bool inserted;
        uint32_t number = *map_put(&names->index, hash64_text(id, 0), (uint32_t)names->count, &inserted);

        if (inserted)
                *ARENA_PUSH(names->arena, names->ids, names->count, names->capacity) = arena_text(names->arena, id);
        return number;
}

static struct move *move_of(struct comparison *comparison, struct record_key key)
{
        bool inserted;
        uint32_t index =
                *map_put(&comparison->records, record_key_hash(key), (uint32_t)comparison->move_count, &inserted);

        if (inserted)
                *ARENA_PUSH(&comparison->arena, comparison->moves, comparison->move_count, comparison->move_capacity) =
                        (struct move){NOWHERE, NOWHERE};
        return &comparison->moves[index];
}

static int note_before(void *context, struct record_key key, enum record_type type, struct text entity_id)
{
        struct comparison *comparison = context;

        (void)type;
        move_of(comparison, key)->before = number_of(&comparison->before, entity_id);
        return 0;
}

static int note_after(void *context, struct record_key key, enum record_type type, struct text entity_id)
{
        struct comparison *comparison = context;

        (void)type;
        move_of(comparison, key)->after = number_of(&comparison->after, entity_id);
        return 0;
}

/* ---- regroupings ---------------------------------------------------------------------------------------------------
 */

static int compare_by_after(const void *left, const void *right)
{
        const struct move *a = left, *b = right;

        if (a->after != b->after)
                return a->after < b->after ? -1 : 1;
        return (a->before > b->before) - (a->before < b->before);
}

static int compare_by_before(const void *left, const void *right)
{
        const struct move *a = left, *b = right;

        if (a->before != b->before)
                return a->before < b->before ? -1 : 1;
        return (a->after > b->after) - (a->after < b->after);
}

static int compare_regroupings(const void *left, const void *right)
{
        const struct simulate_regrouping *a = left, *b = right;

        return text_compare(a->entity_id, b->entity_id);
}

static int compare_texts(const void *left, const void *right)
{
        return text_compare(*(const struct text *)left, *(const struct text *)right);
}

/* Distinct pairs of entities, sorted by @order; records that are in one state only say nothing. */
static size_t distinct_pairs(struct comparison *comparison, int (*order)(const void *, const void *))
{
        size_t kept = 0;

        for (size_t i = 0; i < comparison->move_count; i++) {
                if (comparison->moves[i].before != NOWHERE && comparison->moves[i].after != NOWHERE)
                        comparison->moves[kept++] = comparison->moves[i];
        }
        comparison->move_count = kept;
        if (kept > 1)
                qsort(comparison->moves, kept, sizeof(*comparison->moves), order);
        kept = 0;
        for (size_t i = 0; i < comparison->move_count; i++) {
                if (i == 0 || order(&comparison->moves[i], &comparison->moves[i - 1]) != 0)
                        comparison->moves[kept++] = comparison->moves[i];
        }
        comparison->move_count = kept;
        return kept;
}

struct regroupings {
        struct simulate_regrouping *items;
        size_t count, capacity;
        uint64_t others; /* of all of them */
};

static uint32_t side_of(const struct move *move, bool after)
{
        return after ? move->after : move->before;
}

/* Entities of one side (@after: the new state's) whose records are in several of the other. */
static void find_regroupings(struct comparison *comparison, struct arena *arena, bool after, struct regroupings *found)
{
        const struct entity_names *own = after ? &comparison->after : &comparison->before;
        const struct entity_names *other = after ? &comparison->before : &comparison->after;
        size_t count = distinct_pairs(comparison, after ? compare_by_after : compare_by_before);

        for (size_t from = 0, to; from < count; from = to) {
                struct simulate_regrouping *regrouping;
                uint32_t entity = side_of(&comparison->moves[from], after);

                for (to = from + 1; to < count && side_of(&comparison->moves[to], after) == entity;)
                        to++;
                if (to - from < 2)
                        continue;
                regrouping = ARENA_PUSH(arena, found->items, found->count, found->capacity);
                *regrouping = (struct simulate_regrouping){
                        .entity_id = arena_text(arena, own->ids[entity]),
                        .others = arena_calloc(arena, to - from, sizeof(struct text)),
                        .other_count = (uint32_t)(to - from),
                };
                for (size_t i = from; i < to; i++)
                        regrouping->others[i - from] =
                                arena_text(arena, other->ids[side_of(&comparison->moves[i], !after)]);
                qsort(regrouping->others, regrouping->other_count, sizeof(struct text), compare_texts);
                found->others += regrouping->other_count;
        }
        if (found->count > 1)
                qsort(found->items, found->count, sizeof(*found->items), compare_regroupings);
}

static uint32_t at_most(size_t count, uint32_t limit)
{
        return count < limit ? (uint32_t)count : limit;
}

static void report_regroupings(struct comparison *comparison, const struct sides *sides)
{
        struct simulate_report *report = sides->report;
        struct regroupings merges = {0}, splits = {0};

        report->records = comparison->move_count;
        find_regroupings(comparison, &report->arena, true, &merges);
        find_regroupings(comparison, &report->arena, false, &splits);
        report->merged = merges.count;
        report->merged_before = merges.others;
        report->split = splits.count;
        report->merges = merges.items;
        report->merge_count = at_most(merges.count, sides->options->examples);
        report->splits = splits.items;
        report->split_count = at_most(splits.count, sides->options->examples);
}

int simulate_compare_entities(struct sides *sides)
{
        struct comparison comparison = {.moves = NULL};
        int r;

        begin_names(&comparison.before, &comparison.arena);
        begin_names(&comparison.after, &comparison.arena);
        map_init(&comparison.records, &comparison.arena);
        r = engine_list_members_snapshot(sides->before, note_before, &comparison, sides->error);
        if (r == 0)
                r = engine_list_members(sides->after, note_after, &comparison, sides->error);
        if (r == 0)
                report_regroupings(&comparison, sides);
        arena_free(&comparison.arena);
        return r;
}
