/* Reading files: envelopes, bare payloads, CSV; and what is said about bad lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decode/input.h"
#include "payloads.h"

#include <unistd.h>

struct fixture {
        char path[64];
        struct config config;
        struct input *input;
        struct arena arena;
        struct input_item item;
        struct error error;
};

static void open_text(struct fixture *f, const char *ending, const char *source, const char *content)
{
        struct input_options options = {.type = TYPE_COUNT};
        int file;

        memset(f, 0, sizeof(*f));
        snprintf(f->path, sizeof(f->path), "/tmp/durand-input-XXXXXX%s", ending);
        file = mkstemps(f->path, (int)strlen(ending));
        assert_true(file >= 0);
        assert_int_equal(write(file, content, strlen(content)), (ssize_t)strlen(content));
        close(file);
        config_init_builtin(&f->config);
        options.path = f->path;
        options.source = text_from(source);
        options.config = &f->config;
        assert_int_equal(input_open(&options, &f->input, &f->error), 0);
}

static void close_text(struct fixture *f)
{
        input_close(f->input);
        unlink(f->path);
        arena_free(&f->arena);
        config_free(&f->config);
}

static int next(struct fixture *f)
{
        return input_next(f->input, &f->arena, &f->item, &f->error);
}

static void assert_cell(const struct fixture *f, const char *name, const char *expected)
{
        struct text text = json_scalar_text(json_get(f->item.envelope.message.value_node, name));

        assert_true(text_equal(text, text_from(expected)));
}

static void cells_may_hold_separators_quotes_and_line_ends(void **state)
{
        struct fixture f;

        (void)state;
        open_text(&f, ".csv", "crm",
                  "\xef\xbb\xbfid,name,note\r\n1,\"Durand, Marc\",\"said \"\"yes\"\"\"\r\n2,\"two\nlines\",\r\n3,5\" "
                  "pipe,x");
        assert_int_equal(next(&f), 1);
        assert_cell(&f, "id", "1");
        assert_cell(&f, "name", "Durand, Marc");
        assert_cell(&f, "note", "said \"yes\"");
        assert_false(f.item.envelope.message.has_key);
        assert_int_equal(next(&f), 1);
        assert_int_equal(f.item.line, 3);
        assert_cell(&f, "name", "two\nlines");
        assert_cell(&f, "note", "");
        assert_int_equal(next(&f), 1);
        assert_int_equal(f.item.line, 5);
        assert_cell(&f, "name", "5\" pipe");
        assert_int_equal(next(&f), 0);
        assert_int_equal(input_bytes_read(f.input), input_bytes_total(f.input));
        close_text(&f);
}

static void rows_without_key_column_are_named_after_their_line(void **state)
{
        struct fixture f;

        (void)state;
        open_text(&f, ".csv", "crm", "first name;surname\nMarc;Durand\n\nAnne;Martin\n");
        assert_int_equal(next(&f), 1);
        assert_cell(&f, "surname", "Durand");
        assert_true(text_equal(f.item.envelope.message.key, TEXT("line-2")));
        assert_int_equal(next(&f), 1);
        assert_true(text_equal(f.item.envelope.message.key, TEXT("line-4")));
        assert_int_equal(next(&f), 0);
        close_text(&f);
}

static void a_quote_that_is_never_closed_costs_one_line(void **state)
{
        struct fixture f;

        (void)state;
        open_text(&f, ".csv", "crm", "id,name\n1,\"Durand\n2,Martin\n3,Petit\n");
        assert_int_equal(next(&f), ERR_REJECT);
        assert_int_equal(f.item.line, 2);
        assert_true(text_equal(f.item.raw, TEXT("1,\"Durand")));
        assert_int_equal(next(&f), 1);
        assert_int_equal(f.item.line, 3);
        assert_cell(&f, "name", "Martin");
        assert_int_equal(next(&f), 1);
        assert_int_equal(next(&f), 0);
        close_text(&f);
}

static void a_row_with_missing_cells_is_rejected_with_its_line(void **state)
{
        struct fixture f;

        (void)state;
        open_text(&f, ".csv", "crm", "id,name\n1\n2,Martin\n");
        assert_int_equal(next(&f), ERR_REJECT);
        assert_int_equal(f.item.line, 2);
        assert_string_equal(f.error.text, "1 columns, the header has 2");
        assert_int_equal(next(&f), 1);
        close_text(&f);
}

static void csv_in_memory_reads_like_a_file(void **state)
{
        static const struct text content = TEXT_INIT("id,name\n1,\"a\nb\"\n2\n3,c\n");
        const struct json_node *row;
        struct arena arena = {0};
        struct error error = {{0}};
        struct csv_reader *reader = csv_open(content, ',', &error);
        int64_t line;

        (void)state;
        assert_non_null(reader);
        assert_int_equal(csv_next(reader, &arena, &row, &line, &error), 1);
        assert_int_equal(line, 2);
        assert_true(text_equal(json_get(row, "name")->text, TEXT("a\nb")));
        assert_int_equal(csv_next(reader, &arena, &row, &line, &error), ERR_REJECT);
        assert_int_equal(line, 4);
        assert_int_equal(csv_next(reader, &arena, &row, &line, &error), 1);
        assert_int_equal(line, 5);
        assert_int_equal(csv_next(reader, &arena, &row, &line, &error), 0);
        csv_close(reader);
        arena_free(&arena);
}

static void bad_lines_are_skipped_with_their_number_and_reason(void **state)
{
        struct fixture f;

        (void)state;
        open_text(&f, ".ndjson", NULL,
                  "{\"source\":\"a\",\"key\":\"1\",\"value\":{}}\n{broken\n\n{\"key\":1,\"value\":{}}\n"
                  "{\"source\":\"a\",\"vlaue\":{}}\n{\"source\":\"a\",\"key\":{\"id\":2},\"value\":null}");
        assert_int_equal(next(&f), 1);
        assert_int_equal(f.item.envelope.message.offset, 1);
        assert_int_equal(next(&f), ERR_REJECT);
        assert_int_equal(f.item.line, 2);
        assert_true(text_equal(f.item.raw, TEXT("{broken")));
        assert_int_equal(next(&f), ERR_REJECT);
        assert_int_equal(f.item.line, 4);
        assert_non_null(strstr(f.error.text, "\"source\" is missing"));
        assert_int_equal(next(&f), ERR_REJECT);
        assert_non_null(strstr(f.error.text, "\"vlaue\" is not known"));
        assert_int_equal(next(&f), 1);
        assert_int_equal(f.item.line, 6);
        assert_false(f.item.envelope.message.has_value);
        assert_int_equal(next(&f), 0);
        assert_int_equal(next(&f), 0);
        close_text(&f);
}

static void bare_payloads_take_the_named_source(void **state)
{
        struct fixture f;

        (void)state;
        open_text(&f, ".ndjson", "crm", "{\"id\":7,\"surname\":\"Durand\"}\n{\"surname\":\"Martin\"}\nnull\n");
        assert_int_equal(next(&f), 1);
        assert_true(text_equal(f.item.envelope.source, TEXT("crm")));
        assert_false(f.item.envelope.message.has_key);
        assert_int_equal(next(&f), 1);
        assert_true(text_equal(f.item.envelope.message.key, TEXT("line-2")));
        assert_int_equal(next(&f), 1);
        assert_false(f.item.envelope.message.has_value);
        assert_int_equal(next(&f), 0);
        close_text(&f);
}

static void a_csv_file_needs_a_source(void **state)
{
        struct input_options options = {.path = "/tmp/durand-no-source.csv"};
        struct error error = {{0}};
        struct input *input;
        FILE *file = fopen(options.path, "w");

        (void)state;
        fclose(file);
        assert_int_equal(input_open(&options, &input, &error), ERR_USAGE);
        assert_non_null(strstr(error.text, "--source"));
        unlink(options.path);
        assert_int_equal(input_open(&options, &input, &error), ERR_USAGE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cells_may_hold_separators_quotes_and_line_ends),
                cmocka_unit_test(rows_without_key_column_are_named_after_their_line),
                cmocka_unit_test(a_quote_that_is_never_closed_costs_one_line),
                cmocka_unit_test(a_row_with_missing_cells_is_rejected_with_its_line),
                cmocka_unit_test(csv_in_memory_reads_like_a_file),
                cmocka_unit_test(bad_lines_are_skipped_with_their_number_and_reason),
                cmocka_unit_test(bare_payloads_take_the_named_source),
                cmocka_unit_test(a_csv_file_needs_a_source),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
