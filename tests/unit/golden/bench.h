/* bench.h: three records of one person, and what becomes of them. */
#pragma once

#include "golden/golden.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

struct bench {
        struct config config;
        struct arena arena;
        struct record records[3];
        struct slot slots[3][16];
        struct golden_input input;
        const struct record *members[3]; /* in canonical order */
};

/* @yaml is the configuration; its sources are crm, erp and web, with a record each. */
static int bench_make(void **state, const char *yaml)
{
        static struct bench bench;
        static const char *const sources[] = {"crm", "erp", "web"};
        struct config_problems problems = {0};

        memset(&bench, 0, sizeof(bench));
        if (config_load_text(text_from(yaml), "golden.yaml", &bench.config, &problems) < 0)
                fail_msg("%.*s", TEXT_ARG(problems.items[0].message));
        config_problems_free(&problems);
        for (int i = 0; i < 3; i++) {
                bench.records[i] = (struct record){.key = {text_from(sources[i]), TEXT("person"), TEXT("1")},
                                                   .alive = true,
                                                   .slots = bench.slots[i]};
                bench.members[i] = &bench.records[i];
        }
        bench.input = (struct golden_input){.config = &bench.config,
                                            .type = TYPE_PERSON,
                                            .anchor = bench.records[1].key,
                                            .members = bench.members,
                                            .member_count = 3};
        *state = &bench;
        return 0;
}

static int bench_free(void **state)
{
        struct bench *bench = *state;

        arena_free(&bench->arena);
        config_free(&bench->config);
        return 0;
}

/* Slots are given in the order of their attributes and labels. */
static struct slot *give(struct bench *bench, int record, uint16_t attribute, const char *value, int64_t time_ms)
{
        struct slot *slot = &bench->slots[record][bench->records[record].slot_count++];

        *slot = (struct slot){.attribute = attribute,
                              .flags = SLOT_SET,
                              .raw = text_from(value),
                              .value = text_from(value),
                              .version = {.time_ms = time_ms}};
        return slot;
}

static const struct json_node *write_golden(struct bench *bench)
{
        const struct json_node *root = NULL;
        struct buffer json = {0}, again = {0};

        golden_write_json(&bench->arena, &bench->input, &json);
        golden_write_json(&bench->arena, &bench->input, &again);
        assert_true(text_equal(buffer_view(&json), buffer_view(&again)));
        assert_int_equal(0, json_parse(&bench->arena, arena_text(&bench->arena, buffer_view(&json)), &root, NULL));
        buffer_free(&json);
        buffer_free(&again);
        return root;
}

static void assert_member(const struct json_node *root, const char *path, const char *value)
{
        const struct json_node *node = json_path(root, path);

        if (!value) {
                assert_null(node);
                return;
        }
        assert_non_null(node);
        assert_true(text_equal(json_scalar_text(node), text_from(value)));
}
