/* Three walks: who is meant, which records are theirs, and which of all outputs that stand are about them. The tables
 * have no index from an entity to what is said about it elsewhere, and nobody asks often enough to keep one. */
#include "engine/subject.h"

#include "engine/engine.h"
#include "feed/feed.h"
#include "steward/decision.h"
#include "sync/sync.h"

#include <stdlib.h>
#include <string.h>

enum part {
        PART_GOLDEN,
        PART_RECORDS,
        PART_DECISIONS,
        PART_CONFLICTS,
        PART_COMMANDS,
        PART_FEEDS,
        PART_COUNT
};

static const char *const part_names[] = {
        [PART_GOLDEN] = "golden",       [PART_RECORDS] = "records",   [PART_DECISIONS] = "decisions",
        [PART_CONFLICTS] = "conflicts", [PART_COMMANDS] = "commands", [PART_FEEDS] = "feeds",
};

struct text_list {
        struct text *items;
        size_t count, capacity;
};

/* A candidate for a row of a feed; which feed it is of, only the row that stands says. */
struct row {
        struct text key;
        struct text json;
};

struct subject {
        struct text name;
        struct text entity_id; /* empty: nobody was found */
        enum record_type type;
        bool ambiguous;
        struct record_key *keys;
        size_t key_count, key_capacity;
        struct row *rows;
        size_t row_count, row_capacity;
        struct text_list parts[PART_COUNT];
        struct arena arena;
        struct arena scratch; /* of one output */
        struct error *error;
};

static void add_part(struct subject *subject, enum part part, struct text json)
{
        struct text_list *list = &subject->parts[part];

        *ARENA_PUSH(&subject->arena, list->items, list->count, list->capacity) = arena_text(&subject->arena, json);
}

/* ---- who is meant --------------------------------------------------------------------------------------------------
 */

static bool is_called(struct subject *subject, struct record_key key, struct text entity_id)
{
        struct text name = subject->name;

        if (text_equal(name, entity_id))
                return true;
        if (!text_starts_with(name, key.source))
                return false;
        return text_equal(name, arena_printf(&subject->scratch, "%.*s/%.*s", TEXT_ARG(key.source),
                                             TEXT_ARG(key.record_id))) ||
               text_equal(name, arena_printf(&subject->scratch, "%.*s/%.*s/%.*s", TEXT_ARG(key.source),
                                             TEXT_ARG(key.entity), TEXT_ARG(key.record_id)));
}

static int find_entity(void *context, struct record_key key, enum record_type type, struct text entity_id)
{
        struct subject *subject = context;

        arena_reset(&subject->scratch);
        if (!is_called(subject, key, entity_id))
                return 0;
        subject->ambiguous |= subject->entity_id.length > 0 && !text_equal(subject->entity_id, entity_id);
        subject->entity_id = arena_text(&subject->arena, entity_id);
        subject->type = type;
        return 0;
}

static int note_member(void *context, struct record_key key, enum record_type type, struct text entity_id)
{
        struct subject *subject = context;

        (void)type;
        if (text_equal(entity_id, subject->entity_id))
                *ARENA_PUSH(&subject->arena, subject->keys, subject->key_count, subject->key_capacity) =
                        (struct record_key){
                                .source = arena_text(&subject->arena, key.source),
                                .entity = arena_text(&subject->arena, key.entity),
                                .record_id = arena_text(&subject->arena, key.record_id),
                        };
        return 0;
}

static bool is_member(const struct subject *subject, struct record_key key)
{
        for (size_t i = 0; i < subject->key_count; i++) {
                if (record_key_equal(subject->keys[i], key))
                        return true;
        }
        return false;
}

/* ---- what is about them --------------------------------------------------------------------------------------------
 */

static int read_json(struct subject *subject, struct text json, const struct json_node **root)
{
        int r = json_parse(&subject->scratch, json, root, subject->error);

        return r < 0 ? error_prefix(subject->error, ERR_FATAL, "a stored output") : 0;
}

/* R and J stand in one topic. */
static int take_record(struct subject *subject, const struct output *output)
{
        const struct json_node *key;
        struct decision about;
        struct record_key record;

        if (read_json(subject, output->key, &key) < 0)
                return ERR_FATAL;
        if (json_get(key, "subject")) {
                if (decision_read_subject(key, &about, subject->error) < 0)
                        return error_prefix(subject->error, ERR_FATAL, "a stored decision");
                for (uint32_t i = 0; i < about.record_count; i++) {
                        if (is_member(subject, about.records[i])) {
                                add_part(subject, PART_DECISIONS, output->value);
                                break;
                        }
                }
                return 0;
        }
        record.source = json_scalar_text(json_get(key, "source"));
        record.entity = json_scalar_text(json_get(key, "entity"));
        record.record_id = json_scalar_text(json_get(key, "record_id"));
        if (is_member(subject, record))
                add_part(subject, PART_RECORDS, output->value);
        return 0;
}

static int take_golden(struct subject *subject, const struct output *output)
{
        if (text_equal(output->key, subject->entity_id))
                add_part(subject, PART_GOLDEN, output->value);
        return 0;
}

static int take_conflict(struct subject *subject, const struct output *output)
{
        static const char *const shown[] = {"conflict_id", "kind", "severity"};
        struct buffer json BUFFER_CLEANUP = {0};
        const struct json_node *root, *entities, *entity;
        struct json_writer writer;

        if (read_json(subject, output->value, &root) < 0)
                return ERR_FATAL;
        entities = json_get(root, "entities");
        entity = entities ? entities->child : NULL;
        while (entity && !text_equal(json_scalar_text(entity), subject->entity_id))
                entity = entity->next;
        if (!entity)
                return 0;
        json_writer_init(&writer, &json);
        json_write_object(&writer);
        for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
                json_write_member_text(&writer, shown[i], json_scalar_text(json_get(root, shown[i])));
        json_write_object_end(&writer);
        add_part(subject, PART_CONFLICTS, buffer_view(&json));
        return 0;
}

static void add_message(struct subject *subject, enum part part, const struct output *output)
{
        struct buffer json BUFFER_CLEANUP = {0};
        struct json_writer writer;

        json_writer_init(&writer, &json);
        json_write_object(&writer);
        json_write_member_text(&writer, "topic",
                               output_topic_name(&subject->scratch, output->topic, output->type, output->target));
        json_write_member_text(&writer, "key", output->key);
        json_write_name(&writer, "value");
        json_write_raw(&writer, output->value);
        json_write_object_end(&writer);
        add_part(subject, part, buffer_view(&json));
}

/* A command to one of the records, or to make a record for the entity. */
static int take_command(struct subject *subject, const struct output *output)
{
        const struct json_node *root;
        bool about;

        if (read_json(subject, output->value, &root) < 0)
                return ERR_FATAL;
        about = text_equal(json_scalar_text(json_get(root, "entity_id")), subject->entity_id);
        for (size_t i = 0; !about && i < subject->key_count; i++)
                about = text_equal(subject->keys[i].source, output->target) &&
                        text_equal(sync_record_key(&subject->scratch, subject->keys[i]), output->key);
        if (about)
                add_message(subject, PART_COMMANDS, output);
        return 0;
}

static int take_row(struct subject *subject, const struct output *output)
{
        for (size_t i = 0; i < subject->row_count; i++) {
                const struct row *row = &subject->rows[i];

                if (!text_equal(row->key, output->key) || !text_equal(row->json, output->value))
                        continue;
                add_message(subject, PART_FEEDS, output);
                break;
        }
        return 0;
}

static int take_output(void *context, const struct output *output)
{
        static int (*const takers[OUTPUT_TOPIC_COUNT])(struct subject *, const struct output *) = {
                [OUTPUT_GOLDEN] = take_golden, [OUTPUT_CONFLICTS] = take_conflict, [OUTPUT_RECORDS] = take_record,
                [OUTPUT_SYNC] = take_command,  [OUTPUT_PREVIEW] = take_command,    [OUTPUT_FEED] = take_row,
        };
        struct subject *subject = context;

        arena_reset(&subject->scratch);
        return takers[output->topic] ? takers[output->topic](subject, output) : 0;
}

static int note_row(void *context, struct text key, struct text value)
{
        struct subject *subject = context;
        struct feed_row row;

        (void)key;
        if (feed_row_decode(value, &row) < 0)
                return error_set(subject->error, ERR_FATAL, "a row of a feed is damaged");
        if (text_equal(row.entity_id, subject->entity_id))
                *ARENA_PUSH(&subject->arena, subject->rows, subject->row_count, subject->row_capacity) = (struct row){
                        .key = arena_text(&subject->arena, row.key),
                        .json = arena_text(&subject->arena, row.json),
                };
        return 0;
}

/* ---- writing -------------------------------------------------------------------------------------------------------
 */

static int compare_texts(const void *left, const void *right)
{
        const struct text *a = left, *b = right;

        return text_compare(*a, *b);
}

static void write_list(struct json_writer *writer, struct text_list *list)
{
        if (list->count > 1)
                qsort(list->items, list->count, sizeof(*list->items), compare_texts);
        json_write_array(writer);
        for (size_t i = 0; i < list->count; i++)
                json_write_raw(writer, list->items[i]);
        json_write_array_end(writer);
}

static void write_subject(struct subject *subject, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_member_text(&writer, "entity_id", subject->entity_id);
        json_write_member_text(&writer, "entity_type", text_from(record_type_name(subject->type)));
        for (int part = 0; part < PART_COUNT; part++) {
                json_write_name(&writer, part_names[part]);
                if (part != PART_GOLDEN)
                        write_list(&writer, &subject->parts[part]);
                else if (subject->parts[part].count > 0)
                        json_write_raw(&writer, subject->parts[part].items[0]);
                else
                        json_write_null(&writer);
        }
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}

static int check_found(const struct subject *subject)
{
        if (subject->entity_id.length == 0)
                return error_set(subject->error, ERR_USAGE,
                                 "\"%.*s\" is no entity and no living record of the state; say SOURCE/ENTITY/ID or the "
                                 "id of a golden record",
                                 TEXT_ARG(subject->name));
        if (subject->ambiguous)
                return error_set(subject->error, ERR_USAGE,
                                 "\"%.*s\" is the id of several records of that source; say SOURCE/ENTITY/ID",
                                 TEXT_ARG(subject->name));
        return 0;
}

static int find_subject(struct subject *subject, struct store_txn *txn)
{
        int r = engine_list_members_snapshot(txn, find_entity, subject, subject->error);

        if (r == 0)
                r = check_found(subject);
        return r == 0 ? engine_list_members_snapshot(txn, note_member, subject, subject->error) : r;
}

int engine_subject_records(struct store_txn *txn, struct text name, struct arena *arena, struct record_key **keys,
                           uint32_t *count, struct error *error)
{
        struct subject subject = {.name = name, .error = error};
        int r = find_subject(&subject, txn);

        *keys = arena_calloc(arena, subject.key_count + 1, sizeof(**keys));
        *count = r == 0 ? (uint32_t)subject.key_count : 0;
        for (uint32_t i = 0; i < *count; i++)
                (*keys)[i] = (struct record_key){.source = arena_text(arena, subject.keys[i].source),
                                                 .entity = arena_text(arena, subject.keys[i].entity),
                                                 .record_id = arena_text(arena, subject.keys[i].record_id)};
        arena_free(&subject.arena);
        arena_free(&subject.scratch);
        return r;
}

int engine_export_subject(struct store_txn *txn, const struct vocabulary *vocabulary, struct text name,
                          struct buffer *out, struct error *error)
{
        struct subject subject = {.name = name, .error = error};
        int r = find_subject(&subject, txn);

        if (r == 0)
                r = store_walk(txn, STORE_FEED, note_row, &subject);
        if (r == 0)
                r = engine_dump_snapshot(txn, vocabulary, take_output, &subject, error);
        if (r == 0)
                write_subject(&subject, out);
        arena_free(&subject.arena);
        arena_free(&subject.scratch);
        return r;
}
