/* inspect_row.h: an entry of the state as named fields, for `durand inspect`. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "record/attribute.h"
#include "state/store.h"

#define FIELDS_MAX 8

enum field_form {
        FIELD_NUMBER,
        FIELD_TEXT,
        FIELD_JSON, /* shown as it is */
        FIELD_BITS, /* thousandths of a bit */
};

struct field {
        const char *name;
        enum field_form form;
        int64_t number;
        struct text text;
        struct text shown; /* for people instead of `text`, where that is JSON nobody wants to read */
};

struct row {
        struct arena *arena;
        const struct vocabulary *vocabulary;
        struct field fields[FIELDS_MAX];
        uint32_t count;
};

/* How --key is written for a table. */
enum key_form {
        KEYED_BY_NAME,
        KEYED_BY_NUMBER,
        KEYED_BY_RECORD, /* a number, or SOURCE/ENTITY/ID */
        KEYED_BY_PAIR,   /* the first of two numbers */
        KEYED_BY_HASH,   /* hexadecimal */
        KEYED_BY_CONFLICT,
};

struct inspect_table {
        const char *about;
        enum key_form key;
        /* Decodes one entry of a walk into @row. */
        void (*show)(struct row *row, struct text key, struct text value);
};

extern const struct inspect_table inspect_tables[STORE_TABLE_COUNT];

/* Append one line each. */
void row_write_json(const struct row *row, struct buffer *out);
void row_write_line(const struct row *row, struct buffer *out);
