/* A configuration file: any bytes are a configuration, or mistakes with a line. */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct text yaml = {.data = (const char *)data, .length = (uint32_t)size};
        struct config_problems problems = {0};
        struct config *config;
        int r;

        /* {file: PATH} reads files: an input that names one could wait for a terminal or a pipe. */
        if (size > UINT16_MAX || memmem(data, size, "file", 4))
                return 0;
        config = calloc(1, sizeof(*config));
        if (!config)
                abort();
        r = config_load_text(yaml, "fuzz.yaml", config, &problems);
        if (r < 0 && problems.count == 0)
                abort();
        for (size_t i = 0; i < problems.count; i++) {
                if (problems.items[i].message.length == 0)
                        abort();
        }
        config_free(config);
        config_problems_free(&problems);
        free(config);
        return 0;
}
