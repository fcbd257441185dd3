/* sample.h: docker/sample as embed.cmake puts it into the program. Internal to demo. */
#pragma once

#include <stddef.h>

struct sample_file {
        const unsigned char *data;
        size_t length;
};

extern const struct sample_file sample_config; /* durand.yaml */
extern const struct sample_file sample_events; /* events.ndjson */
