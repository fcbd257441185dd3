/* Reading rows and truth, and the clock. A mistake in an input ends the program: this is a tool for developers. */
#include "quality.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t cpu_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void die(const char *what, const char *detail)
{
        fprintf(stderr, "quality: %s: %s\n", what, detail);
        exit(2);
}

static struct text read_file(struct arena *arena, const char *path)
{
        FILE *file = fopen(path, "rb");
        if (!file)
                die(path, "cannot open");
        BUFFER_CLEANUP struct buffer bytes = {0};
        size_t got;
        while ((got = fread(buffer_reserve(&bytes, 1 << 16), 1, 1 << 16, file)) > 0)
                bytes.length += got;
        fclose(file);
        return arena_text(arena, buffer_view(&bytes));
}

/* The next line of *@rest without its end; *@rest moves on. */
static struct text next_line(struct text *rest)
{
        int64_t end = text_find_byte(*rest, '\n', 0);
        struct text line = end < 0 ? *rest : text_slice(*rest, 0, (uint32_t)end);
        *rest = end < 0 ? TEXT_NONE : text_slice(*rest, (uint32_t)end + 1, rest->length);
        return text_trim(line);
}

static int compare_slots(const void *a, const void *b)
{
        const struct slot *x = a;
        const struct slot *y = b;
        return (x->attribute > y->attribute) - (x->attribute < y->attribute);
}

static void read_row(struct bench *bench, struct text line)
{
        const struct json_node *root;
        struct error error;
        if (json_parse(&bench->arena, line, &root, &error) < 0)
                die(bench->options.rows, error.text);
        const struct json_node *value = json_get(root, "value");
        struct row *row = ARENA_PUSH(&bench->arena, bench->rows, bench->row_count, bench->row_capacity);
        memset(row, 0, sizeof(*row));
        struct record *record = &row->record;
        record->key.source = json_scalar_text(json_get(root, "source"));
        record->key.record_id = json_scalar_text(json_get(root, "key"));
        struct text type = json_scalar_text(json_get(root, "type"));
        if (!record_type_parse(type, &record->declared_type) || !json_is(value, JSON_OBJECT))
                die(bench->options.rows, "a row without type or value");
        record->key.entity = type;
        record->alive = true;
        record->slots = arena_calloc(&bench->arena, value->count + 1, sizeof(*record->slots));
        for (const struct json_node *field = value->child; field; field = field->next) {
                uint16_t attribute = vocabulary_find(&bench->config.vocabulary, field->name);
                if (attribute == ATTRIBUTE_NONE || !json_scalar_text(field).length)
                        continue;
                struct text raw = json_scalar_text(field);
                record->slots[record->slot_count++] = (struct slot){.attribute = attribute,
                                                                    .flags = SLOT_SET,
                                                                    .raw = raw,
                                                                    .value = raw,
                                                                    .version = {.time_ms = 1}};
        }
        qsort(record->slots, record->slot_count, sizeof(*record->slots), compare_slots);
}

void read_rows(struct bench *bench)
{
        struct text rest = read_file(&bench->arena, bench->options.rows);
        while (rest.length) {
                struct text line = next_line(&rest);
                if (line.length)
                        read_row(bench, line);
        }
}

static int compare_rows_by_key(const void *a, const void *b)
{
        return record_key_compare(((const struct row *)a)->record.key, ((const struct row *)b)->record.key);
}

/* Fields hold no commas or quotes in the truth files that we use. */
void read_truth(struct bench *bench)
{
        struct text rest = read_file(&bench->arena, bench->options.truth);
        qsort(bench->rows, bench->row_count, sizeof(*bench->rows), compare_rows_by_key);
        next_line(&rest); /* header */
        while (rest.length) {
                struct text line = next_line(&rest);
                int64_t first = text_find_byte(line, ',', 0);
                int64_t second = first < 0 ? -1 : text_find_byte(line, ',', (uint32_t)first + 1);
                if (second < 0)
                        continue;
                struct text source = text_slice(line, 0, (uint32_t)first);
                struct text id = text_slice(line, (uint32_t)first + 1, (uint32_t)(second - first - 1));
                for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                        struct row key = {.record.key = {source, text_from(record_type_name(type)), id}};
                        struct row *row =
                                bsearch(&key, bench->rows, bench->row_count, sizeof(key), compare_rows_by_key);
                        if (row)
                                row->cluster = text_slice(line, (uint32_t)second + 1, line.length);
                }
        }
}
