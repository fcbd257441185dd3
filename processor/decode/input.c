/* Files as messages.
 *
 * A buffer of one megabyte slides over the file; memchr() finds line ends at memory speed, and a line is copied once,
 * into the arena of the batch that it becomes part of. JSON parsing is the costly part and happens in the caller's
 * thread as well, so several files can be read by several threads.
 */
#include "decode/input.h"

#include "decode/csv.h"
#include "decode/key.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)1 << 20)

enum key_rule {
        KEY_IN_ROW,  /* a column is the key: the decoder finds it */
        KEY_OF_LINE, /* no column is: rows are named after their line */
};

struct input {
        struct input_options options;
        int file;
        char *data;
        size_t from; /* unread bytes are data[from..to) */
        size_t to;
        size_t capacity;
        size_t searched; /* bytes behind `from` that hold no line end */
        bool ended;
        bool started;
        int64_t line; /* of the next line, from 1 */
        size_t taken; /* bytes of the line that was taken last */
        uint64_t bytes_total;
        atomic_uint_least64_t bytes_read;
        struct text topic; /* the file's name without folders and ending */
        bool csv;
        char separator;
        struct arena header_arena;
        struct csv_row header;
        enum key_rule key_rule;
};

/* "customer" of "export/customer.csv": what a topic's last segment would be. */
static struct text stem(const char *path)
{
        const char *name = strrchr(path, '/');
        struct text text = text_from(name ? name + 1 : path);
        int64_t dot = text_find_byte(text, '.', 1);

        return dot > 0 ? text_slice(text, 0, (uint32_t)dot) : text;
}

int input_open(const struct input_options *options, struct input **input, struct error *error)
{
        bool standard_input = strcmp(options->path, "-") == 0;
        struct text path = text_from(options->path);
        struct input *in;
        struct stat status;
        int file;

        file = standard_input ? STDIN_FILENO : open(options->path, O_RDONLY | O_CLOEXEC);
        if (file < 0 || fstat(file, &status) < 0)
                return error_set(error, ERR_USAGE, "%s: %s", options->path, strerror(errno));
        if (S_ISDIR(status.st_mode)) {
                if (!standard_input)
                        close(file);
                return error_set(error, ERR_USAGE, "%s: is a folder, a file is expected", options->path);
        }
        in = calloc(1, sizeof(*in));
        if (!in)
                abort();
        in->options = *options;
        in->file = file;
        in->line = 1;
        in->bytes_total = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
        in->topic = standard_input ? TEXT_NONE : stem(options->path);
        in->csv = text_ends_with(path, TEXT(".csv")) || text_ends_with(path, TEXT(".tsv")) ||
                  text_ends_with(path, TEXT(".CSV"));
        if (in->csv && options->source.length == 0) {
                input_close(in);
                return error_set(error, ERR_USAGE,
                                 "%s: rows do not say whose they are: name the source (--source NAME)", options->path);
        }
        *input = in;
        return 0;
}

void input_close(struct input *input)
{
        if (!input)
                return;
        if (input->file != STDIN_FILENO)
                close(input->file);
        arena_free(&input->header_arena);
        free(input->data);
        free(input);
}

uint64_t input_bytes_read(const struct input *input)
{
        return atomic_load_explicit(&input->bytes_read, memory_order_relaxed);
}

uint64_t input_bytes_total(const struct input *input)
{
        return input->bytes_total;
}

/* Reads more behind what is there. */
static int fill(struct input *input, struct error *error)
{
        ssize_t got;

        if (input->from > 0) {
                memmove(input->data, input->data + input->from, input->to - input->from);
                input->to -= input->from;
                input->from = 0;
        }
        if (input->capacity - input->to < CHUNK_BYTES) {
                size_t capacity = input->capacity ? input->capacity * 2 : 2 * CHUNK_BYTES;
                char *data = realloc(input->data, capacity);

                if (!data)
                        abort();
                input->data = data;
                input->capacity = capacity;
        }
        do
                got = read(input->file, input->data + input->to, CHUNK_BYTES);
        while (got < 0 && errno == EINTR);
        if (got < 0)
                return error_set(error, ERR_FATAL, "%s: %s", input->options.path, strerror(errno));
        input->ended = got == 0;
        input->to += (size_t)got;
        return 0;
}

/* Bytes of the next line or CSV row with its end; 0: more has to be read first. */
static size_t find_end(struct input *input)
{
        const char *from = input->data + input->from;
        size_t length = input->to - input->from;
        const char *end;

        if (input->csv)
                return csv_row_length(from, length, input->separator, input->ended);
        end = length > input->searched ? memchr(from + input->searched, '\n', length - input->searched) : NULL;
        input->searched = end ? 0 : length;
        return end ? (size_t)(end - from) + 1 : (input->ended ? length : 0);
}

/* Skips a line that is too long to hold. */
static int skip_line(struct input *input, struct error *error)
{
        for (;;) {
                const char *from = input->data + input->from;
                const char *end = input->to > input->from ? memchr(from, '\n', input->to - input->from) : NULL;

                input->from = end ? (size_t)(end - input->data) + 1 : input->to;
                input->searched = 0;
                if (end || input->ended)
                        return 0;
                if (fill(input, error) < 0)
                        return ERR_FATAL;
        }
}

static void take(struct input *input, size_t length)
{
        input->taken = length;
        input->from += length;
        input->searched = 0;
        atomic_fetch_add_explicit(&input->bytes_read, length, memory_order_relaxed);
}

/* The next line in @arena without its end. 1, 0 at the end, ERR_REJECT (too long), ERR_FATAL. */
static int next_line(struct input *input, struct arena *arena, struct text *line, int64_t *number, struct error *error)
{
        struct text text;
        size_t length;

        while ((length = find_end(input)) == 0) {
                if (input->ended && input->from == input->to)
                        return 0;
                if (input->to - input->from > JSON_BYTES_MAX) {
                        *number = input->line++;
                        if (skip_line(input, error) < 0)
                                return ERR_FATAL;
                        return error_set(error, ERR_REJECT, "the line is longer than %u bytes", JSON_BYTES_MAX);
                }
                if (fill(input, error) < 0)
                        return ERR_FATAL;
        }
        text = (struct text){.data = input->data + input->from, .length = (uint32_t)length};
        *number = input->line;
        *line = arena_text(arena, text);
        for (uint32_t i = 0; input->csv && i + 1 < text.length; i++)
                input->line += text.data[i] == '\n';
        input->line++;
        take(input, length);
        if (line->length > 0 && line->data[line->length - 1] == '\n')
                line->length--;
        if (line->length > 0 && line->data[line->length - 1] == '\r')
                line->length--;
        return 1;
}

static bool is_key_column(const struct input *input, const struct source_config *source, struct text name)
{
        for (uint32_t i = 0; source && i < source->entity_count; i++) {
                for (uint32_t k = 0; k < source->entities[i].key_field_count; k++) {
                        if (text_equal_ascii_case(source->entities[i].key_fields[k], name))
                                return true;
                }
        }
        return key_usual_rank(name, input->options.entity) > 0;
}

static int read_header(struct input *input, struct error *error)
{
        const struct config *config = input->options.config;
        const struct source_config *source = config ? config_find_source(config, input->options.source) : NULL;
        struct text line;
        int64_t number;
        int r;

        /* The first line alone tells the separator. */
        while (!input->ended && !memchr(input->data + input->from, '\n', input->to - input->from)) {
                if (input->to - input->from > CSV_ROW_BYTES_MAX)
                        return error_set(error, ERR_FATAL, "%s: the header is too long", input->options.path);
                if (fill(input, error) < 0)
                        return ERR_FATAL;
        }
        line = (struct text){.data = input->data + input->from, .length = (uint32_t)(input->to - input->from)};
        input->separator = csv_guess_separator(text_slice(line, 0, (uint32_t)text_find_byte(line, '\n', 0)));
        r = next_line(input, &input->header_arena, &line, &number, error);
        if (r <= 0)
                return r;
        if (csv_split(line, input->separator, &input->header_arena, &input->header, error) < 0)
                return error_prefix(error, ERR_FATAL, "%s: header", input->options.path);
        input->key_rule = KEY_OF_LINE;
        for (uint32_t i = 0; i < input->header.count; i++) {
                input->header.cells[i] = text_trim(input->header.cells[i]);
                if (is_key_column(input, source, input->header.cells[i]))
                        input->key_rule = KEY_IN_ROW;
        }
        return 1;
}

/* The first bytes: a byte order mark, a CSV header. */
static int start(struct input *input, struct error *error)
{
        int r = 1;

        input->started = true;
        while (!input->ended && input->to < 3) {
                if (fill(input, error) < 0)
                        return ERR_FATAL;
        }
        if (input->to >= 3 && memcmp(input->data, "\xef\xbb\xbf", 3) == 0)
                take(input, 3);
        if (input->csv)
                r = read_header(input, error);
        return r;
}

static void name_after_line(struct arena *arena, struct input_item *item)
{
        item->envelope.message.has_key = true;
        item->envelope.message.key = arena_printf(arena, "line-%lld", (long long)item->line);
}

/* A bad row may have swallowed others by a quote that is not closed: only its first line is given up. */
static void give_back(struct input *input, struct input_item *item)
{
        const char *end = item->raw.length > 0 ? memchr(item->raw.data, '\n', item->raw.length) : NULL;
        size_t kept;

        if (!end)
                return;
        kept = (size_t)(end - item->raw.data) + 1;
        input->from -= input->taken - kept;
        atomic_fetch_sub_explicit(&input->bytes_read, input->taken - kept, memory_order_relaxed);
        input->line = item->line + 1;
        item->raw.length = (uint32_t)kept - 1;
}

static int read_csv(struct input *input, struct arena *arena, struct input_item *item, struct error *error)
{
        struct message *message = &item->envelope.message;
        struct csv_row cells;

        if (csv_split(item->raw, input->separator, arena, &cells, error) < 0) {
                give_back(input, item);
                return ERR_REJECT;
        }
        if (csv_object(&input->header, &cells, arena, &message->value_node, error) < 0)
                return ERR_REJECT;
        if (input->key_rule == KEY_OF_LINE)
                name_after_line(arena, item);
        return 1;
}

/* A bare payload. Rows of a source of dialect row that hold nothing like a key are named after their line, so that any
 * file of contacts can be read; what is wrapped in an envelope has a key of its own, or should have. */
static int read_payload(struct input *input, struct arena *arena, struct input_item *item, struct error *error)
{
        struct message *message = &item->envelope.message;
        const struct config *config = input->options.config;
        const struct source_config *source = config ? config_find_source(config, input->options.source) : NULL;

        if (text_equal(text_trim(item->raw), TEXT("null"))) {
                message->has_value = false;
                return 1;
        }
        message->value = item->raw;
        if (!source || source->dialect != DIALECT_ROW)
                return 1;
        if (json_parse(arena, item->raw, &message->value_node, error) < 0)
                return ERR_REJECT;
        if (json_get(message->value_node, "payload") || json_get(message->value_node, "specversion"))
                return 1;
        if (!json_is(message->value_node, JSON_OBJECT))
                return 1;
        for (const struct json_node *member = message->value_node->child; member; member = member->next) {
                if (is_key_column(input, source, member->name))
                        return 1;
        }
        name_after_line(arena, item);
        return 1;
}

int input_next(struct input *input, struct arena *arena, struct input_item *item, struct error *error)
{
        struct message *message = &item->envelope.message;
        int r;

        if (!input->started) {
                r = start(input, error);
                if (r <= 0)
                        return r;
        }
        do {
                item->raw = TEXT_NONE;
                r = next_line(input, arena, &item->raw, &item->line, error);
                if (r <= 0)
                        return r;
        } while (text_trim(item->raw).length == 0);
        if (input->options.source.length == 0) {
                r = decode_envelope(item->raw, arena, &item->envelope, error);
                if (r < 0)
                        return r;
                if (message->offset == 0)
                        message->offset = item->line;
                return 1;
        }
        item->envelope = (struct envelope){
                .message = {.topic = input->topic,
                            .offset = item->line,
                            .timestamp_ms = TIME_UNKNOWN_MS,
                            .has_value = true},
                .source = input->options.source,
                .type = input->options.type,
                .entity = input->options.entity,
        };
        if (input->csv)
                return read_csv(input, arena, item, error);
        return read_payload(input, arena, item, error);
}
