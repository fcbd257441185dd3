/* The JSON of a command (docs/topics.md, "sync").
 *
 * Nothing in it changes while the difference stays the same: no times, no counters. So a target that touches a record
 * without doing what the command says does not see it again.
 */
#include "sync/command.h"

#include "base/json.h"

static void write_scalar(struct json_writer *writer, struct text text, bool boolean)
{
        if (boolean && (text_equal(text, TEXT("true")) || text_equal(text, TEXT("false"))))
                json_write_bool(writer, text_equal(text, TEXT("true")));
        else
                json_write_text(writer, text);
}

static void write_fields(struct json_writer *writer, const struct plan *plan)
{
        json_write_name(writer, "fields");
        json_write_object(writer);
        for (size_t i = 0; i < plan->count; i++) {
                const struct planned *planned = &plan->fields[i];

                json_write_name_text(writer, planned->mapping->field);
                if (planned->clears)
                        json_write_null(writer);
                else
                        write_scalar(writer, planned->text, planned->boolean);
        }
        json_write_object_end(writer);
}

static void write_expected(struct json_writer *writer, const struct plan *plan, const struct record *record)
{
        json_write_name(writer, "expected");
        json_write_object(writer);
        for (size_t i = 0; i < plan->count; i++) {
                const struct field_mapping *mapping = plan->fields[i].mapping;
                bool is_null, boolean;
                struct text text;

                if (!render_current(mapping, record, &text, &is_null, &boolean))
                        continue;
                json_write_name_text(writer, mapping->field);
                if (is_null)
                        json_write_null(writer);
                else
                        write_scalar(writer, text, boolean || plan->fields[i].boolean);
        }
        json_write_object_end(writer);
}

static void write_lineage(struct planner *planner, struct json_writer *writer, const struct plan *plan)
{
        const struct vocabulary *vocabulary = &planner->input->config->vocabulary;

        json_write_name(writer, "lineage");
        json_write_object(writer);
        for (size_t i = 0; i < plan->count; i++) {
                const struct planned *planned = &plan->fields[i];

                if (planned->want.source.length == 0)
                        continue;
                json_write_name_text(writer, planned->mapping->field);
                json_write_object(writer);
                json_write_name(writer, "attribute");
                json_write_text(writer, text_from(vocabulary->attributes[planned->mapping->attribute].name));
                json_write_name(writer, "source");
                json_write_text(writer, planned->want.source);
                json_write_name(writer, "record_id");
                json_write_text(writer, planned->want.record_id);
                json_write_name(writer, "rule");
                json_write_text(writer, planned->want.rule);
                json_write_object_end(writer);
        }
        json_write_object_end(writer);
}

void command_write(struct planner *planner, const struct command_text *command, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_name(&writer, "op");
        json_write_string(&writer, command->op);
        json_write_name(&writer, "entity");
        json_write_text(&writer, command->entity);
        if (command->record_id.length > 0) {
                json_write_name(&writer, "record_id");
                json_write_text(&writer, command->record_id);
        }
        json_write_name(&writer, "entity_id");
        json_write_text(&writer, command->entity_id);
        if (command->into.length > 0) {
                json_write_name(&writer, "into");
                json_write_text(&writer, command->into);
        }
        if (command->plan) {
                write_fields(&writer, command->plan);
                if (command->record)
                        write_expected(&writer, command->plan, command->record);
                write_lineage(planner, &writer, command->plan);
        }
        json_write_name(&writer, "reason");
        json_write_text(&writer, command->reason);
        json_write_object_end(&writer);
}

static void write_bare(const char *op, struct record_key key, const char *reason, struct buffer *out)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_name(&writer, "op");
        json_write_string(&writer, op);
        json_write_name(&writer, "entity");
        json_write_text(&writer, key.entity);
        json_write_name(&writer, "record_id");
        json_write_text(&writer, key.record_id);
        json_write_name(&writer, "reason");
        json_write_string(&writer, reason);
        json_write_object_end(&writer);
}

void sync_write_refresh(struct record_key key, struct buffer *out)
{
        write_bare("refresh", key, "the source reported a change without its content", out);
}

void sync_write_erase(struct record_key key, struct buffer *out)
{
        write_bare("delete", key, "the person was erased", out);
}
