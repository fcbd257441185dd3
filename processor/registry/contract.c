/* Contracts by topic. */
#include "registry/contract.h"

#include "base/json.h"
#include "config/policy.h"
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
        {TEXT_INIT("decisions"), {"decisions-key", "decisions-value"}},
};

static struct text file_named(const char *name)
{
        for (const struct contract_file *file = contract_files; file->name; file++) {
                if (text_equal(text_from(file->name), text_from(name)))
                        return (struct text){.data = (const char *)file->data, .length = (uint32_t)file->length};
        }
        return TEXT_NONE;
}

/* --- feeds */

static void write_feed_type(struct json_writer *writer, const struct feed_field *field)
{
        static const char *const types[] = {
                [FEED_ATTRIBUTE] = "string", [FEED_ENTITY_ID] = "string", [FEED_COMPLETENESS] = "double",
                [FEED_RECORDS] = "long",     [FEED_SOURCES] = "long",
        };

        json_write_name(writer, "type");
        if (field->subject == FEED_ENTITY_ID) {
                json_write_string(writer, types[field->subject]);
                return;
        }
        json_write_array(writer);
        json_write_string(writer, "null");
        json_write_string(writer, types[field->subject]);
        json_write_array_end(writer);
        json_write_name(writer, "default");
        json_write_null(writer);
}

static void write_feed_field(struct json_writer *writer, const struct config *config, const struct feed_field *field)
{
        static const char *const docs[] = {
                [FEED_ENTITY_ID] = "The entity's id.",
                [FEED_COMPLETENESS] = "How complete its golden record is, 0 to 1.",
                [FEED_RECORDS] = "Records that the entity has.",
                [FEED_SOURCES] = "Sources that know it.",
        };

        json_write_object(writer);
        json_write_member_text(writer, "name", field->name);
        write_feed_type(writer, field);
        json_write_member_text(writer, "doc",
                               field->subject == FEED_ATTRIBUTE
                                       ? text_from(config->vocabulary.attributes[field->attribute].name)
                                       : text_from(docs[field->subject]));
        json_write_object_end(writer);
}

/* Every field but the entity's id may be null and has that as default: so a feed may gain and lose fields, and readers
 * of either version understand the other's rows. */
static struct text feed_contract(const struct config *config, const struct feed_config *feed, struct arena *arena)
{
        BUFFER_CLEANUP struct buffer out = {0};
        struct json_writer writer;
        struct text name = arena_text(arena, feed->name);
        char *letters = arena_alloc(arena, name.length + 2);
        uint32_t length = 0;

        if (name.length && name.data[0] >= '0' && name.data[0] <= '9')
                letters[length++] = '_';
        for (uint32_t i = 0; i < name.length; i++)
                letters[length++] = name.data[i] == '-' || name.data[i] == '.' ? '_' : name.data[i];
        json_writer_init(&writer, &out);
        json_write_object(&writer);
        json_write_member_text(&writer, "type", TEXT("record"));
        json_write_member_text(&writer, "name", (struct text){.data = letters, .length = length});
        json_write_member_text(&writer, "namespace", TEXT("durand.feed"));
        json_write_member_text(&writer, "doc", TEXT("A row stands while its entity belongs in the feed."));
        json_write_name(&writer, "fields");
        json_write_array(&writer);
        for (uint32_t i = 0; i < feed->field_count; i++) {
                if (!text_is_identifier(feed->fields[i].name))
                        return TEXT_NONE;
                write_feed_field(&writer, config, &feed->fields[i]);
        }
        json_write_array_end(&writer);
        json_write_object_end(&writer);
        return arena_text(arena, buffer_view(&out));
}

static struct text find_feed(const struct config *config, struct text name, enum contract_part part,
                             struct arena *arena)
{
        for (uint32_t i = 0; i < config->feed_count; i++) {
                struct text contract;

                if (!text_equal(config->feeds[i].name, name))
                        continue;
                contract = feed_contract(config, &config->feeds[i], arena);
                return contract.length && part == CONTRACT_KEY ? file_named("feed-key") : contract;
        }
        return TEXT_NONE;
}

struct text contract_find(const struct config *config, struct text name, enum contract_part part, struct arena *arena)
{
        if (text_starts_with(name, TEXT("feed.")))
                return find_feed(config, text_slice(name, 5, name.length), part, arena);
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
