/* J: the last decision about each subject, and what all decisions about pairs make of the records.
 *
 * Unlike the engine, which looks at one group of records after the other, this settles all decisions at once. */
#include "oracle_internal.h"

#include "steward/settle.h"

#include <stdlib.h>
#include <string.h>

static struct text subject_of(struct oracle *oracle, const struct decision *decision)
{
        struct buffer key BUFFER_CLEANUP = {0};

        decision_write_subject(decision, &key);
        return arena_text(&oracle->arena, buffer_view(&key));
}

static struct standing_decision *find_subject(struct oracle *oracle, struct text subject)
{
        struct standing_decision *standing;

        for (size_t i = 0; i < oracle->decision_count; i++) {
                if (text_equal(oracle->decisions[i].subject, subject))
                        return &oracle->decisions[i];
        }
        standing = ARENA_PUSH(&oracle->arena, oracle->decisions, oracle->decision_count, oracle->decision_capacity);
        *standing = (struct standing_decision){.subject = subject};
        return standing;
}

static void merge_decisions(struct oracle *oracle, const struct changes *history)
{
        size_t kept = 0;

        for (size_t i = 0; i < history->count; i++) {
                const struct change *change = &history->items[i];
                struct standing_decision *standing;

                if (change->op != CHANGE_DECIDE)
                        continue;
                standing = find_subject(oracle, subject_of(oracle, change->decision));
                if (change->tombstone)
                        standing->decision = NULL;
                else if (!standing->decision || decision_compare(change->decision, standing->decision) > 0)
                        standing->decision = change->decision;
        }
        for (size_t i = 0; i < oracle->decision_count; i++) {
                if (oracle->decisions[i].decision)
                        oracle->decisions[kept++] = oracle->decisions[i];
        }
        oracle->decision_count = kept;
}

uint32_t oracle_find_named(const struct oracle *oracle, struct record_key key)
{
        for (uint32_t i = 0; i < oracle->named_count; i++) {
                if (record_key_equal(oracle->named[i].key, key))
                        return i;
        }
        return NOWHERE;
}

static uint32_t name_record(struct oracle *oracle, struct record_key key)
{
        uint32_t at = oracle_find_named(oracle, key);

        if (at != NOWHERE)
                return at;
        *ARENA_PUSH(&oracle->arena, oracle->named, oracle->named_count, oracle->named_capacity) =
                (struct named_record){.key = key, .class = (uint32_t)oracle->named_count};
        return (uint32_t)oracle->named_count - 1;
}

static void join_classes(struct oracle *oracle, uint32_t a, uint32_t b)
{
        uint32_t from = oracle->named[a].class, to = oracle->named[b].class;

        for (size_t i = 0; i < oracle->named_count; i++) {
                if (oracle->named[i].class == from)
                        oracle->named[i].class = to;
        }
}

void oracle_find_decisions(struct oracle *oracle, const struct changes *history)
{
        merge_decisions(oracle, history);
        oracle->pairs = arena_calloc(&oracle->arena, oracle->decision_count + 1, sizeof(*oracle->pairs));
        for (size_t i = 0; i < oracle->decision_count; i++) {
                const struct decision *decision = oracle->decisions[i].decision;

                if (decision->kind != DECISION_SAME && decision->kind != DECISION_DIFFERENT)
                        continue;
                oracle->pairs[oracle->pair_count++] = (struct pair_decision){
                        .decision = decision,
                        .a = name_record(oracle, decision->records[0]),
                        .b = name_record(oracle, decision->records[1]),
                };
        }
        steward_settle(&oracle->arena, (uint32_t)oracle->named_count, oracle->pairs, oracle->pair_count);
        for (uint32_t i = 0; i < oracle->pair_count; i++) {
                const struct pair_decision *pair = &oracle->pairs[i];

                if (!pair->holds)
                        continue;
                oracle->named[pair->a].alone = oracle->named[pair->b].alone = true;
                if (pair->decision->kind == DECISION_SAME)
                        join_classes(oracle, pair->a, pair->b);
        }
}

void oracle_apply_decisions(struct oracle *oracle)
{
        for (size_t i = 0; i < oracle->record_count; i++) {
                struct known_record *known = &oracle->records[i];

                known->named = oracle_find_named(oracle, known->record.key);
                known->alone = known->named != NOWHERE && oracle->named[known->named].alone;
        }
}

bool oracle_are_one(const struct oracle *oracle, uint32_t a, uint32_t b)
{
        uint32_t x = oracle->records[a].named, y = oracle->records[b].named;

        return x != NOWHERE && y != NOWHERE && oracle->named[x].class == oracle->named[y].class;
}

bool oracle_are_told_apart(const struct oracle *oracle, uint32_t a, uint32_t b)
{
        uint32_t x = oracle->records[a].named, y = oracle->records[b].named;

        for (uint32_t i = 0; x != NOWHERE && y != NOWHERE && i < oracle->pair_count; i++) {
                const struct pair_decision *pair = &oracle->pairs[i];

                if (pair->holds && pair->decision->kind == DECISION_DIFFERENT &&
                    ((pair->a == x && pair->b == y) || (pair->a == y && pair->b == x)))
                        return true;
        }
        return false;
}
