/* durand deadletter list: the newest letters that the filter wants, in the order in which they were written.
 *
 * What is printed holds no value of a message but what its reason quotes.
 */
#include "base/clock.h"
#include "base/json.h"
#include "cli/deadletter_actions.h"
#include "cli/load.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
        int64_t time_ms;
        struct letter_place place;
        char *line;
};

struct list {
        const struct deadletter_arguments *arguments;
        struct entry *entries;
        size_t count;
        size_t capacity;
        uint64_t found;
};

void deadletter_write_members(struct json_writer *writer, const struct letter *letter)
{
        static const struct {
                enum letter_header header;
                const char *name;
        } texts[] = {
                {LETTER_SOURCE, "source"},
                {LETTER_DIALECT, "dialect"},
                {LETTER_REASON, "reason"},
                {LETTER_FIELD, "field"},
        };
        const struct message *message = letter->message;
        char time[TIME_TEXT_SIZE], place[64];

        snprintf(place, sizeof(place), "%d:%lld", (int)message->partition, (long long)message->offset);
        json_write_member_text(writer, "place", text_from(place));
        time_format_iso(message->timestamp_ms, time);
        json_write_member_text(writer, "time", text_from(time));
        json_write_member_text(writer, "topic", letter->headers[LETTER_TOPIC]);
        json_write_member_i64(writer, "partition", letter->partition);
        json_write_member_i64(writer, "offset", letter->offset);
        if (letter->timestamp_ms != TIME_UNKNOWN_MS)
                json_write_member_i64(writer, "timestamp_ms", letter->timestamp_ms);
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                if (letter->headers[texts[i].header].length)
                        json_write_member_text(writer, texts[i].name, letter->headers[texts[i].header]);
        }
        json_write_member_text(writer, "remedy", text_from(letter_remedy(letter->headers[LETTER_REASON])));
        json_write_member_i64(writer, "bytes", message->value.length);
        json_write_member_bool(writer, "cut", letter->cut);
}

/* A reason on one line: what a message holds must not move a terminal's cursor. */
static void put_printable(struct buffer *out, struct text text)
{
        for (uint32_t i = 0; i < text.length; i++)
                buffer_byte(out, (uint8_t)text.data[i] < ' ' || text.data[i] == 0x7f ? ' ' : (uint8_t)text.data[i]);
}

static void write_line(const struct list *list, const struct letter *letter, struct buffer *out)
{
        char time[TIME_TEXT_SIZE];
        struct json_writer writer;

        if (list->arguments->json) {
                json_writer_init(&writer, out);
                json_write_object(&writer);
                deadletter_write_members(&writer, letter);
                json_write_object_end(&writer);
                return;
        }
        time_format_iso(letter->message->timestamp_ms, time);
        buffer_printf(out, "%d:%lld  %s  %.*s[%d]@%lld  ", (int)letter->message->partition,
                      (long long)letter->message->offset, time, TEXT_ARG(letter->headers[LETTER_TOPIC]),
                      (int)letter->partition, (long long)letter->offset);
        put_printable(out, letter->headers[LETTER_REASON]);
}

static int compare_entries(const void *a, const void *b)
{
        const struct entry *x = a, *y = b;

        if (x->time_ms != y->time_ms)
                return x->time_ms < y->time_ms ? -1 : 1;
        return letter_place_compare(&x->place, &y->place);
}

/* Sorts the entries and keeps the newest that are wanted. */
static void settle(struct list *list)
{
        size_t limit = (size_t)list->arguments->limit, old;

        if (list->count == 0)
                return;
        qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
        if (limit == 0 || list->count <= limit)
                return;
        old = list->count - limit;
        for (size_t i = 0; i < old; i++)
                free(list->entries[i].line);
        memmove(list->entries, list->entries + old, limit * sizeof(*list->entries));
        list->count = limit;
}

static int take(void *context, const struct letter *letter)
{
        BUFFER_CLEANUP struct buffer out = {0};
        struct list *list = context;

        list->found++;
        if (list->count == list->capacity) {
                settle(list); /* at least half of it is free then, if there is a limit */
                if (list->count > list->capacity / 2 || list->capacity == 0) {
                        list->capacity = list->capacity ? list->capacity * 2 : 256;
                        list->entries = realloc(list->entries, list->capacity * sizeof(*list->entries));
                        if (!list->entries)
                                abort();
                }
        }
        write_line(list, letter, &out);
        buffer_byte(&out, '\0');
        list->entries[list->count++] = (struct entry){
                .time_ms = letter->message->timestamp_ms,
                .place = {letter->message->partition, letter->message->offset},
                .line = strdup(out.data),
        };
        return 0;
}

int deadletter_list(const struct deadletter_arguments *arguments, struct letter_reader *reader)
{
        struct list list = {.arguments = arguments};
        struct error error;
        int r = letter_walk(reader, &arguments->filter, take, &list, &error);

        settle(&list);
        for (size_t i = 0; i < list.count; i++) {
                if (r == 0)
                        puts(list.entries[i].line);
                free(list.entries[i].line);
        }
        free(list.entries);
        if (r != 0)
                return deadletter_fail(r, &error);
        if (list.found > list.count)
                fprintf(stderr, "%llu older ones are not shown (--limit)\n",
                        (unsigned long long)(list.found - list.count));
        else if (list.found == 0)
                fprintf(stderr, "no such dead letter\n");
        return EXIT_CLEAN;
}
