/* helper.h: what the tests of the configuration share: loading a text, and finding one problem by its place and words.
 */
#pragma once

#include "base/buffer.h"
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct loaded {
        struct config *config;
        struct config_problems problems;
        int result;
};

static inline struct loaded load_text(const char *yaml)
{
        struct loaded loaded = {.config = calloc(1, sizeof(struct config))};
        assert_non_null(loaded.config);
        loaded.result = config_load_text(text_from(yaml), "durand.yaml", loaded.config, &loaded.problems);
        return loaded;
}

static inline void unload(struct loaded *loaded)
{
        config_problems_free(&loaded->problems);
        config_free(loaded->config);
        free(loaded->config);
}

static inline void print_problems(const struct config_problems *problems)
{
        struct buffer out = {0};
        for (size_t i = 0; i < problems->count; i++)
                config_problem_write(&problems->items[i], false, &out);
        fprintf(stderr, "%.*s", TEXT_ARG(buffer_view(&out)));
        buffer_free(&out);
}

static inline bool contains(struct text t, const char *words)
{
        return t.length > 0 && memmem(t.data, t.length, words, strlen(words)) != NULL;
}

/* The problem in @line whose message holds @message and whose remedy holds @remedy, or a failed test. */
static inline void assert_problem(const struct loaded *loaded, int line, bool warning, const char *message,
                                  const char *remedy)
{
        for (size_t i = 0; i < loaded->problems.count; i++) {
                const struct config_problem *problem = &loaded->problems.items[i];
                if (problem->line == line && problem->warning == warning && contains(problem->message, message) &&
                    (!remedy[0] || contains(problem->remedy, remedy)))
                        return;
        }
        print_problems(&loaded->problems);
        fail_msg("no %s in line %d says \"%s\" with the remedy \"%s\"", warning ? "warning" : "error", line, message,
                 remedy);
}

static inline void assert_clean(const struct loaded *loaded)
{
        if (loaded->problems.count > 0)
                print_problems(&loaded->problems);
        assert_int_equal(loaded->result, 0);
        assert_int_equal(loaded->problems.count, 0);
}

/* The one problem that @yaml has. */
static inline void assert_only_error(const char *yaml, int line, const char *message, const char *remedy)
{
        struct loaded loaded = load_text(yaml);
        assert_int_equal(loaded.result, ERR_USAGE);
        assert_problem(&loaded, line, false, message, remedy);
        if (loaded.problems.count != 1)
                print_problems(&loaded.problems);
        assert_int_equal(loaded.problems.count, 1);
        unload(&loaded);
}

static inline void assert_text(struct text t, const char *expected)
{
        if (!text_equal(t, text_from(expected)))
                fail_msg("\"%.*s\" is not \"%s\"", TEXT_ARG(t), expected);
}

static inline char *read_whole_file(const char *path)
{
        FILE *file = fopen(path, "rb");
        if (!file)
                fail_msg("cannot open %s", path);
        struct buffer content = {0};
        size_t got;
        do {
                char *room = buffer_reserve(&content, 65536);
                got = fread(room, 1, 65536, file);
                content.length += got;
        } while (got > 0);
        fclose(file);
        buffer_byte(&content, 0);
        return content.data;
}
