/* Entries of the state's tables as fields, and fields as text.
 *
 * Each table has one function that turns an entry into named fields; two printers show fields, as a line for people or
 * as a JSON object. A new table needs its function and its line in `inspect_tables`. A value that cannot be decoded is
 * shown as hexadecimal with the reason: this is for the day when somebody doubts the state.
 */
#include "cli/inspect_row.h"

#include "base/json.h"
#include "conflict/conflict.h"
#include "engine/batch.h"
#include "engine/current.h"
#include "feed/feed.h"
#include "record/features.h"
#include "record/record.h"

#include <inttypes.h>
#include <stdio.h>

static struct field *add_field(struct row *row, const char *name, enum field_form form)
{
        struct field *field = &row->fields[row->count++];

        *field = (struct field){.name = name, .form = form};
        return field;
}

static void add_number(struct row *row, const char *name, uint64_t number)
{
        add_field(row, name, FIELD_NUMBER)->number = (int64_t)number;
}

static void add_text(struct row *row, const char *name, struct text text)
{
        add_field(row, name, FIELD_TEXT)->text = text;
}

static void add_hash(struct row *row, const char *name, uint64_t hash)
{
        add_text(row, name, arena_printf(row->arena, "%016" PRIx64, hash));
}

static void add_hexadecimal(struct row *row, const char *name, struct text bytes)
{
        static const char digits[] = "0123456789abcdef";
        char *hex = arena_alloc(row->arena, (size_t)bytes.length * 2 + 1);

        for (size_t i = 0; i < bytes.length; i++) {
                hex[2 * i] = digits[(uint8_t)bytes.data[i] >> 4];
                hex[2 * i + 1] = digits[(uint8_t)bytes.data[i] & 15];
        }
        add_text(row, name, (struct text){.data = hex, .length = bytes.length * 2});
}

/* Bytes of any form: JSON or text as they are, others in hexadecimal. */
static void add_bytes(struct row *row, struct text value)
{
        const struct json_node *root;
        bool printable = text_is_utf8(value);

        for (uint32_t i = 0; i < value.length && printable; i++)
                printable = (uint8_t)value.data[i] >= ' ' && value.data[i] != 0x7f;
        if (printable && text_starts_with(value, TEXT("{")) && json_parse(row->arena, value, &root, NULL) == 0)
                add_field(row, "value", FIELD_JSON)->text = value;
        else if (printable)
                add_text(row, "value", value);
        else
                add_hexadecimal(row, "value", value);
}

static void add_damaged(struct row *row, const char *reason, struct text value)
{
        add_text(row, "damaged", text_from(reason));
        add_hexadecimal(row, "value", value);
}

/* --- one function for each table */

static void show_meta(struct row *row, struct text key, struct text value)
{
        add_text(row, "name", key);
        add_bytes(row, value);
}

static void show_record(struct row *row, struct text key, struct text value)
{
        struct buffer json BUFFER_CLEANUP = {0};
        struct error error = {0};
        struct record record;

        add_number(row, "record", store_read_number(key));
        if (record_decode(row->arena, value, &record, &error) < 0) {
                add_damaged(row, arena_text(row->arena, text_from(error.text)).data, value);
                return;
        }
        record_write_json(row->vocabulary, &record, &json);
        add_field(row, "value", FIELD_JSON)->text = arena_text(row->arena, buffer_view(&json));
}

static void show_record_state(struct row *row, struct text key, struct text value)
{
        struct record_state state;

        add_number(row, "record", store_read_number(key));
        if (!store_read_state(value, &state)) {
                add_damaged(row, "another size", value);
                return;
        }
        add_number(row, "node", state.node);
        add_number(row, "anchor", state.anchor);
}

static void write_feature(struct json_writer *writer, const struct feature *feature)
{
        const struct {
                const char *name;
                struct text text;
        } texts[] = {{"text", feature->text}, {"sound", feature->sound}, {"alias", feature->alias}};
        const struct {
                const char *name;
                uint8_t number;
        } numbers[] = {{"group", feature->group}, {"sub", feature->sub}, {"flags", feature->flags}};

        json_write_object(writer);
        json_write_name(writer, "kind");
        json_write_string(writer, feature_kind_name((enum feature_kind)feature->kind));
        for (size_t i = 0; i < 3; i++) {
                if (texts[i].text.length > 0) {
                        json_write_name(writer, texts[i].name);
                        json_write_text(writer, texts[i].text);
                }
        }
        for (size_t i = 0; i < 3; i++) {
                if (numbers[i].number != 0) {
                        json_write_name(writer, numbers[i].name);
                        json_write_i64(writer, numbers[i].number);
                }
        }
        json_write_object_end(writer);
}

static void show_node(struct row *row, struct text key, struct text value)
{
        struct features *features = arena_alloc(row->arena, sizeof(*features));
        struct buffer json BUFFER_CLEANUP = {0};
        struct buffer line BUFFER_CLEANUP = {0};
        struct json_writer writer;
        struct field *field;

        add_number(row, "node", store_read_number(key));
        if (features_decode(value, features) < 0) {
                add_damaged(row, "no features", value);
                return;
        }
        add_text(row, "type", text_from(record_type_name(features->type)));
        json_writer_init(&writer, &json);
        json_write_array(&writer);
        for (uint32_t i = 0; i < features->count; i++) {
                const struct feature *feature = &features->items[i];

                write_feature(&writer, feature);
                buffer_printf(&line, "%s%s=%.*s", i > 0 ? " " : "", feature_kind_name((enum feature_kind)feature->kind),
                              TEXT_ARG(feature->text));
        }
        json_write_array_end(&writer);
        field = add_field(row, "features", FIELD_JSON);
        field->text = arena_text(row->arena, buffer_view(&json));
        field->shown = arena_text(row->arena, buffer_view(&line));
}

static void show_node_member(struct row *row, struct text key, struct text value)
{
        add_number(row, "node", store_read_number(key));
        add_number(row, "record", store_read_number(value));
}

static void show_hash_to_node(struct row *row, struct text key, struct text value)
{
        add_hash(row, "hash", store_read_number(key));
        add_number(row, "node", store_read_number(value));
}

static void show_hash_to_record(struct row *row, struct text key, struct text value)
{
        add_hash(row, "hash", store_read_number(key));
        add_number(row, "record", store_read_number(value));
}

static void show_edge(struct row *row, struct text key, struct text value)
{
        uint64_t pair = store_read_number(key);
        int32_t posterior_mbit;
        bool cannot_link;

        add_number(row, "a", pair >> 32);
        add_number(row, "b", pair & UINT32_MAX);
        if (!store_read_edge(value, &posterior_mbit, &cannot_link)) {
                add_damaged(row, "another size", value);
                return;
        }
        add_field(row, "posterior_bits", FIELD_BITS)->number = posterior_mbit;
        add_field(row, "cannot_link", FIELD_JSON)->text = cannot_link ? TEXT("true") : TEXT("false");
}

static void add_numbers(struct row *row, const char *name, const uint32_t *numbers, uint32_t count)
{
        struct buffer json BUFFER_CLEANUP = {0};
        struct json_writer writer;

        json_writer_init(&writer, &json);
        json_write_array(&writer);
        for (uint32_t i = 0; i < count; i++)
                json_write_i64(&writer, numbers[i]);
        json_write_array_end(&writer);
        add_field(row, name, FIELD_JSON)->text = arena_text(row->arena, buffer_view(&json));
}

/* An output as the engine keeps it: the records that it is about, and what was published. */
static void add_stored(struct row *row, struct text value)
{
        struct error error = {0};
        struct stored stored;
        struct text json;

        if (stored_decode(row->arena, value, &stored, &error) < 0 ||
            (stored.json_length > 0 && stored_json(row->arena, &stored, &json, &error) < 0)) {
                add_damaged(row, arena_text(row->arena, text_from(error.text)).data, value);
                return;
        }
        add_numbers(row, "records", stored.members, stored.member_count);
        if (stored.ghost_count > 0)
                add_numbers(row, "ghosts", stored.ghosts, stored.ghost_count);
        if (stored.json_length > 0)
                add_field(row, "value", FIELD_JSON)->text = json;
        else
                add_text(row, "state", TEXT("dismissed"));
}

static void show_golden(struct row *row, struct text key, struct text value)
{
        add_number(row, "anchor", store_read_number(key));
        add_stored(row, value);
}

static void add_conflict_id(struct row *row, struct text shown)
{
        char id[CONFLICT_ID_SIZE];

        conflict_id_text(store_read_id(shown), id);
        add_text(row, "conflict", arena_text(row->arena, text_from(id)));
}

static void show_conflict(struct row *row, struct text key, struct text value)
{
        add_conflict_id(row, key);
        add_stored(row, value);
}

static void show_conflict_index(struct row *row, struct text key, struct text value)
{
        add_number(row, "anchor", store_read_number(key));
        add_conflict_id(row, value);
}

static void show_output(struct row *row, struct text key, struct text value)
{
        struct current_stored output;

        (void)key;
        if (current_decode(value, &output) < 0) {
                add_damaged(row, "not an output", value);
                return;
        }
        add_text(row, "topic", output_topic_name(row->arena, output.topic, TYPE_PERSON, output.target));
        add_text(row, "key", output.key);
        add_stored(row, output.stored);
}

static void show_feed(struct row *row, struct text key, struct text value)
{
        struct feed_row feed;

        (void)key;
        if (feed_row_decode(value, &feed) < 0) {
                add_damaged(row, "not a candidate for a row", value);
                return;
        }
        add_text(row, "entity", feed.entity_id);
        add_text(row, "unique", feed.unique);
        add_text(row, "key", feed.key);
        add_field(row, "value", FIELD_JSON)->text = feed.json;
}

static void show_feed_index(struct row *row, struct text key, struct text value)
{
        add_hash(row, "value", store_read_number(key));
        add_hash(row, "candidate", store_read_id(value).low);
}

static void show_decision(struct row *row, struct text key, struct text value)
{
        add_hash(row, "subject", store_read_id(key).low);
        add_field(row, "value", FIELD_JSON)->text = value;
}

static void show_decision_index(struct row *row, struct text key, struct text value)
{
        add_hash(row, "about", store_read_number(key));
        add_hash(row, "subject", store_read_id(value).low);
}

const struct inspect_table inspect_tables[STORE_TABLE_COUNT] = {
        [STORE_META] = {"small named values: offsets, epoch, counters", KEYED_BY_NAME, show_meta},
        [STORE_RECORD_INDEX] = {"hash of a record's key to its number", KEYED_BY_HASH, show_hash_to_record},
        [STORE_RECORD] = {"source records with versions", KEYED_BY_RECORD, show_record},
        [STORE_RECORD_STATE] = {"a record's value node and anchor", KEYED_BY_RECORD, show_record_state},
        [STORE_NODE_INDEX] = {"hash of features to the value node", KEYED_BY_HASH, show_hash_to_node},
        [STORE_NODE] = {"value nodes: what matching compares", KEYED_BY_NUMBER, show_node},
        [STORE_NODE_MEMBER] = {"records of a value node", KEYED_BY_NUMBER, show_node_member},
        [STORE_BLOCK] = {"blocking key to value nodes", KEYED_BY_HASH, show_hash_to_node},
        [STORE_EDGE] = {"scored pairs of value nodes", KEYED_BY_PAIR, show_edge},
        [STORE_REFERENCE] = {"reference to the records that hold it", KEYED_BY_HASH, show_hash_to_record},
        [STORE_GHOST_BLOCK] = {"blocking key to deleted records", KEYED_BY_HASH, show_hash_to_record},
        [STORE_GOLDEN] = {"golden records by their anchor", KEYED_BY_RECORD, show_golden},
        [STORE_CONFLICT] = {"open conflicts", KEYED_BY_CONFLICT, show_conflict},
        [STORE_CONFLICT_INDEX] = {"conflicts of an entity", KEYED_BY_RECORD, show_conflict_index},
        [STORE_OUTPUT] = {"commands and feed rows as they stand", KEYED_BY_CONFLICT, show_output},
        [STORE_FEED] = {"candidates for the rows of feeds", KEYED_BY_CONFLICT, show_feed},
        [STORE_DECISION] = {"what stewards decided", KEYED_BY_CONFLICT, show_decision},
        [STORE_DECISION_INDEX] = {"hash of a record's key or a conflict to decisions", KEYED_BY_HASH,
                                  show_decision_index},
        [STORE_FEED_INDEX] = {"value of a feed to its candidates", KEYED_BY_HASH, show_feed_index},
};

void row_write_json(const struct row *row, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        for (uint32_t i = 0; i < row->count; i++) {
                const struct field *field = &row->fields[i];

                json_write_name(&writer, field->name);
                switch (field->form) {
                case FIELD_NUMBER:
                        json_write_i64(&writer, field->number);
                        break;
                case FIELD_BITS:
                        json_write_milli(&writer, field->number);
                        break;
                case FIELD_JSON:
                        json_write_raw(&writer, field->text);
                        break;
                case FIELD_TEXT:
                        json_write_text(&writer, field->text);
                        break;
                }
        }
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}

void row_write_line(const struct row *row, struct buffer *out)
{
        for (uint32_t i = 0; i < row->count; i++) {
                const struct field *field = &row->fields[i];
                struct json_writer writer;

                if (i > 0)
                        buffer_string(out, "  ");
                buffer_printf(out, "%s ", field->name);
                switch (field->form) {
                case FIELD_NUMBER:
                        buffer_printf(out, "%" PRId64, field->number);
                        break;
                case FIELD_BITS:
                        json_writer_init(&writer, out);
                        json_write_milli(&writer, field->number);
                        break;
                case FIELD_JSON:
                case FIELD_TEXT:
                        buffer_text(out, field->shown.length > 0 ? field->shown : field->text);
                        break;
                }
        }
        buffer_byte(out, '\n');
}
