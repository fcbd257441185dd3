/* Contracts by topic. */
#include "registry/contract.h"

#include "registry/contract_files.h"

static const struct {
        struct text topic; /* the whole name, or with '.' at its end the start of one */
        const char *files[CONTRACT_PART_COUNT];
} contracts[] = {
        {TEXT_INIT("golden."), {"entity-key", "golden-value"}},
        {TEXT_INIT("changes"), {"entity-key", "changes-value"}},
        {TEXT_INIT("conflicts"), {"conflicts-key", "conflicts-value"}},
        {TEXT_INIT("sync."), {"sync-key", "sync-value"}},
        {TEXT_INIT("sync-preview."), {"sync-key", "sync-value"}},
        {TEXT_INIT("records"), {"records-key", "records-value"}},
};

static struct text file_named(const char *name)
{
        for (const struct contract_file *file = contract_files; file->name; file++) {
                if (text_equal(text_from(file->name), text_from(name)))
                        return (struct text){.data = (const char *)file->data, .length = (uint32_t)file->length};
        }
        return TEXT_NONE;
}

struct text contract_find(struct text name, enum contract_part part)
{
        for (size_t i = 0; i < sizeof(contracts) / sizeof(contracts[0]); i++) {
                struct text topic = contracts[i].topic;
                bool family = topic.data[topic.length - 1] == '.';

                if (family ? text_starts_with(name, topic) : text_equal(name, topic))
                        return file_named(contracts[i].files[part]);
        }
        return TEXT_NONE;
}

struct text contract_subject(const struct config *config, struct text topic, enum contract_part part,
                             struct text record, struct arena *arena)
{
        if (part == CONTRACT_KEY)
                return arena_printf(arena, "%.*s-key", TEXT_ARG(topic));
        if (text_equal(config->registry.subjects, TEXT("record")))
                return record;
        if (text_equal(config->registry.subjects, TEXT("topic-record")))
                return arena_printf(arena, "%.*s-%.*s", TEXT_ARG(topic), TEXT_ARG(record));
        return arena_printf(arena, "%.*s-value", TEXT_ARG(topic));
}
