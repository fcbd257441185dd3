/* fixture.h: a state in a directory of its own for each test. */
#pragma once

#include "state/internal.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MEGABYTE (1U << 20)

struct fixture {
        char directory[64];
        struct store *store;
        struct store_txn *txn;
        struct arena arena;
        struct error error;
};

static inline int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
        (void)status;
        (void)kind;
        (void)walk;
        return remove(path);
}

static inline int fixture_open(struct fixture *fixture, uint64_t map_bytes)
{
        struct store_options options = {.path = fixture->directory, .map_bytes = map_bytes, .no_sync = true};

        return store_open(&options, &fixture->store, &fixture->error);
}

static inline void fixture_reopen(struct fixture *fixture)
{
        store_close(fixture->store);
        fixture->store = NULL;
        assert_int_equal(0, fixture_open(fixture, 256 * MEGABYTE));
}

static inline void fixture_begin(struct fixture *fixture)
{
        assert_int_equal(0, store_begin(fixture->store, &fixture->txn, &fixture->error));
}

static inline void fixture_commit(struct fixture *fixture)
{
        int rc = store_commit(fixture->txn, &fixture->error);

        fixture->txn = NULL;
        if (rc != 0)
                fail_msg("commit: %s", fixture->error.text);
}

/* A directory, without a state. */
static inline int fixture_setup_empty(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        snprintf(fixture->directory, sizeof(fixture->directory), "%s", "/tmp/durand-state-XXXXXX");
        assert_non_null(mkdtemp(fixture->directory));
        *state = fixture;
        return 0;
}

/* An open state and a write transaction. */
static inline int fixture_setup(void **state)
{
        struct fixture *fixture;

        fixture_setup_empty(state);
        fixture = *state;
        assert_int_equal(0, fixture_open(fixture, 256 * MEGABYTE));
        fixture_begin(fixture);
        return 0;
}

static inline int fixture_teardown(void **state)
{
        struct fixture *fixture = *state;

        store_close(fixture->store);
        arena_free(&fixture->arena);
        nftw(fixture->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        free(fixture);
        return 0;
}

static inline struct record_key contact(const char *id)
{
        return (struct record_key){.source = TEXT("sfdc-emea"), .entity = TEXT("Contact"), .record_id = text_from(id)};
}

static inline struct hash128 id_of(uint64_t number)
{
        return (struct hash128){.low = number, .high = number >> 8};
}

#define assert_text(expected, actual)                                                                                  \
        do {                                                                                                           \
                struct text expected_text = (expected);                                                                \
                struct text actual_text = (actual);                                                                    \
                if (!text_equal(expected_text, actual_text))                                                           \
                        fail_msg("expected \"%.*s\", got \"%.*s\"", TEXT_ARG(expected_text), TEXT_ARG(actual_text));   \
        } while (0)

#define assert_says(error, words)                                                                                      \
        do {                                                                                                           \
                if (strstr((error).text, words) == NULL)                                                               \
                        fail_msg("\"%s\" does not say \"%s\"", (error).text, words);                                   \
        } while (0)
