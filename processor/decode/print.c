/* Changes as JSON lines, for `durand decode` and for the tests that replay published payloads. */
#include "decode/print.h"

#include "base/clock.h"
#include "steward/decision.h"

static void write_version(struct json_writer *writer, struct version version)
{
        char time[TIME_TEXT_SIZE];
        struct buffer number BUFFER_CLEANUP = {0};

        json_write_name(writer, "version");
        json_write_object(writer);
        json_write_name(writer, "time");
        time_format_iso(version.time_ms, time);
        if (time[0])
                json_write_string(writer, time);
        else
                json_write_null(writer);
        json_write_name(writer, "major");
        buffer_printf(&number, "%llu", (unsigned long long)version.major);
        json_write_raw(writer, buffer_view(&number));
        json_write_name(writer, "minor");
        buffer_clear(&number);
        buffer_printf(&number, "%llu", (unsigned long long)version.minor);
        json_write_raw(writer, buffer_view(&number));
        json_write_object_end(writer);
}

static void write_fields(struct json_writer *writer, const struct change *change)
{
        json_write_name(writer, "set");
        json_write_object(writer);
        for (uint32_t i = 0; i < change->field_count; i++) {
                if (!change->fields[i].set)
                        continue;
                json_write_name_text(writer, change->fields[i].name);
                json_write_text(writer, change->fields[i].value);
        }
        json_write_object_end(writer);
        json_write_name(writer, "unset");
        json_write_array(writer);
        for (uint32_t i = 0; i < change->field_count; i++) {
                if (!change->fields[i].set)
                        json_write_text(writer, change->fields[i].name);
        }
        json_write_array_end(writer);
}

static void write_attributes(struct json_writer *writer, const struct config *config, const struct change *change)
{
        struct buffer name BUFFER_CLEANUP = {0};

        json_write_name(writer, "attributes");
        json_write_object(writer);
        for (uint32_t i = 0; i < change->value_count; i++) {
                const struct change_value *value = &change->values[i];

                buffer_clear(&name);
                buffer_string(&name, config->vocabulary.attributes[value->attribute].name);
                if (value->label.length > 0) {
                        buffer_byte(&name, ':');
                        buffer_text(&name, value->label);
                }
                json_write_name_text(writer, buffer_view(&name));
                if (value->set)
                        json_write_text(writer, value->value);
                else
                        json_write_null(writer);
        }
        json_write_object_end(writer);
}

static void write_member(struct json_writer *writer, const char *name, struct text value)
{
        json_write_name(writer, name);
        json_write_text(writer, value);
}

/* Null where what was decided about the subject, the record id, is withdrawn. */
static void write_decision(struct json_writer *writer, const struct change *change)
{
        struct buffer decision BUFFER_CLEANUP = {0};

        json_write_name(writer, "decision");
        if (change->tombstone) {
                json_write_null(writer);
                return;
        }
        decision_write(change->decision, &decision);
        json_write_raw(writer, buffer_view(&decision));
}

void decode_print_change(struct buffer *out, const struct config *config, const struct change *change, int64_t line,
                         const char *remark)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_name(&writer, "line");
        json_write_i64(&writer, line);
        write_member(&writer, "source", change->source);
        write_member(&writer, "entity", change->entity);
        write_member(&writer, "record_id", change->record_id);
        json_write_name(&writer, "op");
        json_write_string(&writer, change_op_name(change->op));
        json_write_name(&writer, "type");
        json_write_string(&writer, record_type_name(change->type));
        write_fields(&writer, change);
        write_attributes(&writer, config, change);
        write_version(&writer, change->version);
        if (change->complete) {
                json_write_name(&writer, "complete");
                json_write_bool(&writer, true);
        }
        if (change->op == CHANGE_DECIDE)
                write_decision(&writer, change);
        if (remark[0]) {
                json_write_name(&writer, "reason");
                json_write_string(&writer, remark);
        }
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}

void decode_print_outcome(struct buffer *out, struct text source, int64_t line, const char *op, const char *reason)
{
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer);
        json_write_name(&writer, "line");
        json_write_i64(&writer, line);
        write_member(&writer, "source", source);
        json_write_name(&writer, "op");
        json_write_string(&writer, op);
        json_write_name(&writer, "reason");
        json_write_string(&writer, reason);
        json_write_object_end(&writer);
        buffer_byte(out, '\n');
}
