/* Whose work a conflict is. */
#include "conflict/conflict.h"

static bool has_text(const struct text *texts, uint32_t count, struct text wanted)
{
        for (uint32_t i = 0; i < count; i++) {
                if (text_equal(texts[i], wanted))
                        return true;
        }
        return false;
}

static struct text owner_of(const struct record *record)
{
        const struct slot *slot = record_first(record, ATTRIBUTE_OWNER);

        return slot ? slot->value : TEXT_NONE;
}

static bool takes(const struct conflict_queue *queue, const struct conflict *conflict)
{
        bool source = queue->source_count == 0, owner = queue->owner_count == 0;

        for (uint32_t i = 0; i < conflict->record_count; i++) {
                source |= has_text(queue->sources, queue->source_count, conflict->records[i]->key.source);
                owner |= has_text(queue->owners, queue->owner_count, owner_of(conflict->records[i]));
        }
        return source && owner && (queue->kinds == 0 || queue->kinds & 1U << conflict->kind) &&
               (queue->types == 0 || queue->types & 1U << conflict->type) &&
               (queue->rule_count == 0 || has_text(queue->rules, queue->rule_count, conflict->rule));
}

/* The owner that the records agree on, as far as they name one; empty: they do not. */
static struct text common_owner(const struct conflict *conflict)
{
        struct text common = TEXT_NONE;

        for (uint32_t i = 0; i < conflict->record_count; i++) {
                struct text owner = owner_of(conflict->records[i]);

                if (owner.length > 0 && common.length > 0 && !text_equal(owner, common))
                        return TEXT_NONE;
                if (owner.length > 0)
                        common = owner;
        }
        return common;
}

struct text conflict_queue(struct arena *arena, const struct config *config, const struct conflict *conflict)
{
        struct text owner;

        for (uint32_t i = 0; i < config->queue_count; i++) {
                if (takes(&config->queues[i], conflict))
                        return config->queues[i].name;
        }
        owner = config->queue_by_owner ? common_owner(conflict) : TEXT_NONE;
        return owner.length > 0 ? arena_printf(arena, "owner:%.*s", TEXT_ARG(owner)) : config->default_queue;
}
