/* Outputs as files.
 *
 * Lines of a topic go to a hidden file as they come, and their places to memory; finishing copies them in order of
 * their keys to the real one. So a million golden records are sorted with a few bytes of memory each.
 */
#include "replay/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOPICS_MAX 256
#define NAME_MAX_BYTES 200
#define DEADLETTER "deadletter.ndjson"

struct line {
        uint64_t offset;
        uint32_t key_length; /* the key as JSON stands first in the line */
        uint32_t length;
};

struct topic_file {
        char name[NAME_MAX_BYTES];
        FILE *raw;
        uint64_t offset;
        struct line *lines;
        size_t line_count, line_capacity;
};

struct output_files {
        char *dir;
        struct topic_file *topics[TOPICS_MAX];
        uint32_t topic_count;
        struct arena arena; /* arrays of lines */
        struct buffer line;
        struct error error; /* of an emit, whose signature has none */
};

static int fail(struct error *error, const char *what, const char *path)
{
        return error_set(error, ERR_FATAL, "%s %s: %s", what, path, strerror(errno));
}

int output_files_open(const char *dir, struct output_files **out, struct error *error)
{
        struct output_files *files;

        if (mkdir(dir, 0777) != 0 && errno != EEXIST)
                return error_set(error, ERR_USAGE, "cannot make the directory %s: %s", dir, strerror(errno));
        files = calloc(1, sizeof(*files));
        if (!files)
                return error_set(error, ERR_FATAL, "out of memory");
        files->dir = strdup(dir);
        *out = files;
        return 0;
}

void output_files_close(struct output_files *files)
{
        if (!files)
                return;
        for (uint32_t i = 0; i < files->topic_count; i++) {
                if (files->topics[i]->raw)
                        fclose(files->topics[i]->raw);
                free(files->topics[i]);
        }
        arena_free(&files->arena);
        buffer_free(&files->line);
        free(files->dir);
        free(files);
}

/* The file of @name ("golden.person.ndjson"), made when it is new. */
static struct topic_file *find_topic(struct output_files *files, const char *name, struct error *error)
{
        struct topic_file *topic;
        char path[4096];
        int fd;

        for (uint32_t i = 0; i < files->topic_count; i++) {
                if (strcmp(files->topics[i]->name, name) == 0)
                        return files->topics[i];
        }
        if (files->topic_count == TOPICS_MAX || strlen(name) >= NAME_MAX_BYTES || strchr(name, '/')) {
                error_set(error, ERR_FATAL, "no file can be made for the topic %s", name);
                return NULL;
        }
        snprintf(path, sizeof(path), "%s/.%s.XXXXXX", files->dir, name);
        fd = mkstemp(path);
        if (fd < 0) {
                fail(error, "cannot write", path);
                return NULL;
        }
        unlink(path);
        topic = calloc(1, sizeof(*topic));
        if (!topic)
                abort();
        snprintf(topic->name, sizeof(topic->name), "%s", name);
        topic->raw = fdopen(fd, "w+");
        files->topics[files->topic_count++] = topic;
        return topic;
}

/* Appends files->line, whose first @key_length bytes order it. */
static int append_line(struct output_files *files, struct topic_file *topic, size_t key_length, struct error *error)
{
        if (fwrite(files->line.data, 1, files->line.length, topic->raw) != files->line.length)
                return fail(error, "cannot write", topic->name);
        *ARENA_PUSH(&files->arena, topic->lines, topic->line_count, topic->line_capacity) =
                (struct line){.offset = topic->offset,
                              .key_length = (uint32_t)key_length,
                              .length = (uint32_t)files->line.length};
        topic->offset += files->line.length;
        return 0;
}

int output_files_emit(void *context, const struct output *output)
{
        struct output_files *files = context;
        struct buffer *line = &files->line;
        struct topic_file *topic;
        struct json_writer writer;
        struct arena arena = {0};
        struct text name = output_topic_name(&arena, output->topic, output->type, output->target);
        char file[NAME_MAX_BYTES];
        size_t key_length;

        snprintf(file, sizeof(file), "%.*s.ndjson", TEXT_ARG(name));
        arena_free(&arena);
        topic = find_topic(files, file, &files->error);
        if (!topic)
                return ERR_FATAL;
        buffer_clear(line);
        json_writer_init(&writer, line);
        json_write_object(&writer);
        json_write_name(&writer, "key");
        if (output->topic == OUTPUT_RECORDS)
                json_write_raw(&writer, output->key);
        else
                json_write_text(&writer, output->key);
        key_length = line->length;
        json_write_name(&writer, "value");
        if (output->tombstone)
                json_write_null(&writer);
        else
                json_write_raw(&writer, output->value);
        json_write_object_end(&writer);
        buffer_byte(line, '\n');
        return append_line(files, topic, key_length, &files->error);
}

int output_files_reject(struct output_files *files, const struct rejection *rejection, struct error *error)
{
        struct topic_file *topic = find_topic(files, DEADLETTER, error);
        struct json_writer writer;

        if (!topic)
                return ERR_FATAL;
        buffer_clear(&files->line);
        json_writer_init(&writer, &files->line);
        json_write_object(&writer);
        json_write_name(&writer, "file");
        json_write_string(&writer, rejection->file);
        json_write_name(&writer, "line");
        json_write_i64(&writer, rejection->line);
        json_write_name(&writer, "reason");
        json_write_text(&writer, rejection->reason);
        json_write_name(&writer, "raw");
        json_write_text(&writer, rejection->raw);
        json_write_object_end(&writer);
        buffer_byte(&files->line, '\n');
        return append_line(files, topic, 0, error);
}

/* RFC 4180: quoted where it holds a comma, a quote or a line break. */
static void put_csv(struct buffer *line, struct text t)
{
        bool quote = false;

        for (uint32_t i = 0; i < t.length && !quote; i++)
                quote = t.data[i] == ',' || t.data[i] == '"' || t.data[i] == '\n' || t.data[i] == '\r';
        if (!quote) {
                buffer_text(line, t);
                return;
        }
        buffer_byte(line, '"');
        for (uint32_t i = 0; i < t.length; i++) {
                if (t.data[i] == '"')
                        buffer_byte(line, '"');
                buffer_byte(line, (uint8_t)t.data[i]);
        }
        buffer_byte(line, '"');
}

int output_files_member(void *context, struct record_key key, enum record_type type, struct text entity_id)
{
        struct output_files *files = context;
        struct topic_file *topic = find_topic(files, "clusters.csv", &files->error);
        size_t key_length;

        (void)type;
        if (!topic)
                return ERR_FATAL;
        buffer_clear(&files->line);
        put_csv(&files->line, key.source);
        buffer_byte(&files->line, ',');
        put_csv(&files->line, key.record_id);
        buffer_byte(&files->line, ',');
        key_length = files->line.length;
        put_csv(&files->line, entity_id);
        buffer_byte(&files->line, '\n');
        return append_line(files, topic, key_length, &files->error);
}

/* ---- finishing -----------------------------------------------------------------------------------------------------
 */

static int compare_lines(const void *left, const void *right, void *base)
{
        const struct line *a = left, *b = right;
        const char *bytes = base;
        struct text x = {.data = bytes + a->offset, .length = a->key_length};
        struct text y = {.data = bytes + b->offset, .length = b->key_length};
        int order = text_compare(x, y);

        /* Equal keys (dead letters, a record of two tables) keep the order in which they came. */
        return order ? order : (a->offset > b->offset) - (a->offset < b->offset);
}

static int write_sorted(struct topic_file *topic, FILE *out, struct error *error)
{
        char *bytes = mmap(NULL, topic->offset, PROT_READ, MAP_PRIVATE, fileno(topic->raw), 0);
        int r = 0;

        if (bytes == MAP_FAILED)
                return fail(error, "cannot read back", topic->name);
        qsort_r(topic->lines, topic->line_count, sizeof(*topic->lines), compare_lines, bytes);
        for (size_t i = 0; r == 0 && i < topic->line_count; i++) {
                if (fwrite(bytes + topic->lines[i].offset, 1, topic->lines[i].length, out) != topic->lines[i].length)
                        r = fail(error, "cannot write", topic->name);
        }
        munmap(bytes, topic->offset);
        return r;
}

static int write_in_order(struct topic_file *topic, FILE *out, struct error *error)
{
        char block[65536];
        size_t length;

        rewind(topic->raw);
        while ((length = fread(block, 1, sizeof(block), topic->raw)) > 0) {
                if (fwrite(block, 1, length, out) != length)
                        return fail(error, "cannot write", topic->name);
        }
        return 0;
}

static int finish_topic(struct output_files *files, struct topic_file *topic, bool sorted, struct error *error)
{
        bool table = strcmp(topic->name, "clusters.csv") == 0;
        char path[4096];
        FILE *out;
        int r = 0;

        snprintf(path, sizeof(path), "%s/%s", files->dir, topic->name);
        if (fflush(topic->raw) != 0)
                return fail(error, "cannot write", path);
        out = fopen(path, "w");
        if (!out)
                return fail(error, "cannot write", path);
        if (table)
                fputs("source,record_id,cluster\n", out);
        if (topic->line_count > 0)
                r = sorted || table ? write_sorted(topic, out, error) : write_in_order(topic, out, error);
        if (fclose(out) != 0 && r == 0)
                r = fail(error, "cannot write", path);
        return r;
}

/* Files that exist even when nothing came, so that a reader need not ask. */
static const char *const always[] = {"golden.person.ndjson",
                                     "golden.organization.ndjson",
                                     "conflicts.ndjson",
                                     "records.ndjson",
                                     DEADLETTER,
                                     "clusters.csv"};

static int compare_topics(const void *left, const void *right)
{
        const struct topic_file *const *a = left, *const *b = right;

        return strcmp((*a)->name, (*b)->name);
}

int output_files_finish(struct output_files *files, bool sorted, struct buffer *names, struct error *error)
{
        for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
                if (!find_topic(files, always[i], error))
                        return ERR_FATAL;
        }
        qsort(files->topics, files->topic_count, sizeof(struct topic_file *), compare_topics);
        for (uint32_t i = 0; i < files->topic_count; i++) {
                struct topic_file *topic = files->topics[i];
                int r = finish_topic(files, topic, sorted, error);

                if (r < 0)
                        return r;
                if (strcmp(topic->name, DEADLETTER) == 0)
                        continue;
                if (names->length > 0)
                        buffer_text(names, TEXT(", "));
                buffer_text(names, text_from(topic->name));
        }
        return 0;
}
