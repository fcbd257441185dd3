/* helper.h: one standardiser for a test program, and features as text that a table can hold. */
#pragma once

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "standard/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
        struct config config;
        struct standard *standard;
        struct arena arena;
        struct feature_list list;
        struct work work;
};

static int open_standard(void **state)
{
        static struct fixture fixture;
        struct error error = {0};

        config_init_builtin(&fixture.config);
        fixture.standard = standard_new(&fixture.config, &error);
        arena_init(&fixture.arena);
        *state = &fixture;
        return fixture.standard ? 0 : -1;
}

static int close_standard(void **state)
{
        struct fixture *fixture = *state;

        standard_free(fixture->standard);
        arena_free(&fixture->arena);
        config_free(&fixture->config);
        return 0;
}

/* A fresh piece of work in @country. */
static inline struct work *begin(struct fixture *fixture, const char *country)
{
        memset(&fixture->list, 0, sizeof(fixture->list));
        fixture->work = (struct work){.standard = fixture->standard, .arena = &fixture->arena, .list = &fixture->list};
        snprintf(fixture->work.country, sizeof(fixture->work.country), "%s", country ? country : "");
        return &fixture->work;
}

static inline int compare_feature_text(const void *a, const void *b)
{
        const struct feature *x = a, *y = b;

        return x->kind != y->kind ? x->kind - y->kind
               : x->sub != y->sub ? x->sub - y->sub
                                  : text_compare(x->text, y->text);
}

/* "given_name=marc family_name=durand": the collected features by kind and text; '?' marks doubtful ones, '.' initials
 * and
 * '~' particles. */
static inline const char *features_text(struct fixture *fixture)
{
        struct buffer buffer = {0};
        const char *result;

        if (fixture->list.count > 0)
                qsort(fixture->list.items, fixture->list.count, sizeof(struct feature), compare_feature_text);
        for (size_t i = 0; i < fixture->list.count; i++) {
                const struct feature *f = &fixture->list.items[i];

                buffer_printf(&buffer, "%s%s=%.*s%s%s%s", i > 0 ? "; " : "", feature_kind_name(f->kind),
                              TEXT_ARG(f->text), f->flags & FEATURE_UNCERTAIN ? "?" : "",
                              f->flags & FEATURE_INITIAL ? "." : "", f->flags & FEATURE_PARTICLE ? "~" : "");
        }
        buffer_byte(&buffer, '\0');
        result = arena_text(&fixture->arena, buffer_view(&buffer)).data;
        buffer_free(&buffer);
        return result;
}

#define assert_text(actual, expected) assert_string_equal(arena_text(&fixture->arena, (actual)).data, (expected))
