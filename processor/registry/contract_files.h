/* contract_files.h: the files of schemas/, inside the program. Internal to registry/. */
#pragma once

#include <stddef.h>

struct contract_file {
        const char *name; /* without ending; NULL ends the list */
        const unsigned char *data;
        size_t length;
};

extern const struct contract_file contract_files[];
