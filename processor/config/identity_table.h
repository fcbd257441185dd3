/* identity_table.h: the column names of identity_table.c. Internal to config. */
#pragma once

#include "config/identity.h"

struct identity_row {
        struct text name;      /* folded */
        uint16_t person;       /* the attribute in a record of a person, ATTRIBUTE_NONE for none */
        uint16_t organization; /* and of an organization */
        const char *label;
        enum identity_join join;
};

extern const struct identity_row identity_rows[]; /* sorted by name */
extern const size_t identity_row_count;
