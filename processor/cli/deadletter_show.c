/* durand deadletter show: one letter with everything that it holds, for a person who looks for what is wrong with it.
 *
 * Bytes that are text are shown as text, others as a hexadecimal dump. Of a value that was cut the original is looked
 * for in its own topic and shown from there.
 */
#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/deadletter_actions.h"
#include "cli/load.h"
#include "cli/output.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DUMP_LINE 16

struct show {
        const struct deadletter_arguments *arguments;
        struct letter_reader *reader;
        struct kafka_consumer *second; /* for originals; NULL: not needed yet */
        struct buffer out;
        struct arena arena;
        struct error error;
        uint64_t shown;
};

/* UTF-8 that a terminal can show. */
static bool is_text(struct text bytes)
{
        for (uint32_t i = 0; i < bytes.length; i++) {
                uint8_t byte = (uint8_t)bytes.data[i];

                if ((byte < ' ' && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7f)
                        return false;
        }
        return text_is_utf8(bytes);
}

static void put_dump(struct buffer *out, struct text bytes)
{
        for (uint32_t at = 0; at < bytes.length; at += DUMP_LINE) {
                struct text line = text_slice(bytes, at, DUMP_LINE);

                buffer_printf(out, "    %08x ", at);
                for (uint32_t i = 0; i < DUMP_LINE; i++) {
                        if (i < line.length)
                                buffer_printf(out, " %02x", (unsigned)(uint8_t)line.data[i]);
                        else
                                buffer_string(out, "   ");
                }
                buffer_string(out, "  ");
                for (uint32_t i = 0; i < line.length; i++)
                        buffer_byte(out, isprint((unsigned char)line.data[i]) ? (uint8_t)line.data[i] : '.');
                buffer_byte(out, '\n');
        }
}

static void put_bytes(struct buffer *out, const char *name, bool present, struct text bytes)
{
        if (!present) {
                buffer_printf(out, "%-10s none (null)\n", name);
        } else if (bytes.length == 0) {
                buffer_printf(out, "%-10s empty\n", name);
        } else if (is_text(bytes)) {
                buffer_printf(out, "%-10s ", name);
                buffer_text(out, bytes);
                buffer_byte(out, '\n');
        } else {
                buffer_printf(out, "%-10s %u bytes\n", name, bytes.length);
                put_dump(out, bytes);
        }
}

static void show_text(struct show *show, const struct letter *letter, const struct message *whole, bool gone)
{
        struct buffer *out = &show->out;
        char time[TIME_TEXT_SIZE];

        if (show->shown)
                buffer_byte(out, '\n');
        time_format_iso(letter->message->timestamp_ms, time);
        buffer_printf(out, "%-10s %d:%lld, %s\n", "letter", (int)letter->message->partition,
                      (long long)letter->message->offset, time);
        buffer_printf(out, "%-10s %.*s[%d]@%lld", "from", TEXT_ARG(letter->headers[LETTER_TOPIC]),
                      (int)letter->partition, (long long)letter->offset);
        if (letter->timestamp_ms != TIME_UNKNOWN_MS) {
                time_format_iso(letter->timestamp_ms, time);
                buffer_printf(out, ", %s", time);
        }
        buffer_byte(out, '\n');
        if (letter->headers[LETTER_SOURCE].length)
                buffer_printf(out, "%-10s %.*s, %.*s\n", "source", TEXT_ARG(letter->headers[LETTER_SOURCE]),
                              TEXT_ARG(letter->headers[LETTER_DIALECT]));
        put_bytes(out, "reason", true, letter->headers[LETTER_REASON]);
        buffer_printf(out, "%-10s %s\n", "remedy", letter_remedy(letter->headers[LETTER_REASON]));
        if (letter->cut)
                buffer_printf(out, "%-10s %.*s bytes, too large for the dead letters; %s\n", "cut",
                              TEXT_ARG(letter->headers[LETTER_VALUE_LENGTH]),
                              gone ? "the original is gone from its topic, what follows is its beginning"
                                   : "what follows is the original, from its own topic");
        for (uint32_t i = whole == letter->message ? letter->first_original_header : 0; i < whole->header_count; i++) {
                buffer_string(out, "header     ");
                buffer_text(out, whole->headers[i].name);
                put_bytes(out, ":", whole->headers[i].value.data, whole->headers[i].value);
        }
        put_bytes(out, "key", whole->has_key, whole->key);
        put_bytes(out, "value", whole->has_value, whole->value);
}

/* A member that is text, or its bytes in base64 under the name with _base64. */
static void write_bytes(struct show *show, struct json_writer *writer, const char *name, bool present,
                        struct text bytes)
{
        char other[32];

        if (!present) {
                json_write_name(writer, name);
                json_write_null(writer);
        } else if (text_is_utf8(bytes)) {
                json_write_member_text(writer, name, bytes);
        } else {
                snprintf(other, sizeof(other), "%s_base64", name);
                json_write_member_text(writer, other, base64_encode(&show->arena, bytes));
        }
}

static void show_json(struct show *show, const struct letter *letter, const struct message *whole, bool gone)
{
        struct json_writer writer;

        json_writer_init(&writer, &show->out);
        json_write_object(&writer);
        deadletter_write_members(&writer, letter);
        if (letter->cut)
                json_write_member_bool(&writer, "original_found", !gone);
        json_write_name(&writer, "headers");
        json_write_array(&writer);
        for (uint32_t i = whole == letter->message ? letter->first_original_header : 0; i < whole->header_count; i++) {
                json_write_object(&writer);
                json_write_member_text(&writer, "name", whole->headers[i].name);
                write_bytes(show, &writer, "value", whole->headers[i].value.data, whole->headers[i].value);
                json_write_object_end(&writer);
        }
        json_write_array_end(&writer);
        write_bytes(show, &writer, "key", whole->has_key, whole->key);
        write_bytes(show, &writer, "value", whole->has_value, whole->value);
        json_write_object_end(&writer);
        buffer_byte(&show->out, '\n');
}

static int take(void *context, const struct letter *letter)
{
        struct show *show = context;
        const struct message *whole = letter->message;
        struct message original;
        bool gone = false;
        int r = 0;

        if (letter->cut && !show->second)
                r = kafka_consumer_open(show->reader->config, KAFKA_READ_COMMITTED, &show->second, &show->error);
        if (letter->cut && r == 0) {
                r = letter_find_original(show->second, letter, &show->arena, &original, &show->error);
                gone = r == LETTER_GONE;
                if (r == 0)
                        whole = &original;
        }
        if (r < 0)
                return r;
        if (show->arguments->raw)
                buffer_text(&show->out, whole->value);
        else if (show->arguments->json)
                show_json(show, letter, whole, gone);
        else
                show_text(show, letter, whole, gone);
        show->shown++;
        r = print_output(&show->out) ? 0 : error_set(&show->error, ERR_FATAL, "standard output cannot be written");
        if (r == 0 && show->arguments->raw && gone)
                r = error_set(&show->error, ERR_FATAL,
                              "the value was cut and its original is gone from its topic: this is its beginning");
        buffer_clear(&show->out);
        arena_reset(&show->arena);
        return r;
}

int deadletter_show(const struct deadletter_arguments *arguments, struct letter_reader *reader)
{
        struct show show = {.arguments = arguments, .reader = reader};
        int exit_code = EXIT_CLEAN, r = letter_walk(reader, &arguments->filter, take, &show, &show.error);

        if (r != 0) {
                exit_code = deadletter_fail(r, &show.error);
        } else if (show.shown < arguments->filter.place_count) {
                fprintf(stderr, "durand deadletter: %zu of the places hold no dead letter (any more)\n",
                        (size_t)(arguments->filter.place_count - show.shown));
                exit_code = EXIT_USAGE;
        }
        kafka_consumer_close(show.second);
        buffer_free(&show.out);
        arena_free(&show.arena);
        return exit_code;
}
