/* preset.h: the files of presets/, as embed.cmake puts them into the program. Internal to config. */
#pragma once

#include <stddef.h>

struct preset_file {
        const char *name; /* without ".yaml" */
        const unsigned char *data;
        size_t length;
};

extern const struct preset_file preset_files[]; /* ended by a NULL name */
