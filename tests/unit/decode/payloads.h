/* payloads.h: the corpus of published forms in tests/data/payloads, and what the decoder makes of one. */
#pragma once

#include "base/buffer.h"
#include "config/config.h"
#include "decode/decode.h"
#include "decode/print.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOADS TEST_DATA "/data/payloads"
#define PAYLOADS_MAX 512

static inline char *payload_read(const char *path, size_t *length)
{
        FILE *file = fopen(path, "rb");
        char *data;

        *length = 0;
        if (!file)
                return NULL;
        fseek(file, 0, SEEK_END);
        *length = (size_t)ftell(file);
        rewind(file);
        data = malloc(*length + 1);
        if (fread(data, 1, *length, file) != *length)
                abort();
        data[*length] = '\0';
        fclose(file);
        return data;
}

static inline void payload_load_config(struct config *config)
{
        struct config_problems problems = {0};

        memset(config, 0, sizeof(*config));
        if (config_load(PAYLOADS "/durand.yaml", config, &problems) < 0) {
                for (size_t i = 0; i < problems.count; i++)
                        fprintf(stderr, "%d: %.*s\n", problems.items[i].line, TEXT_ARG(problems.items[i].message));
                abort();
        }
        config_problems_free(&problems);
}

/* Appends what `durand decode` would print for the envelope @line. */
static inline int payload_decode(const struct config *config, struct text line, struct arena *arena, struct buffer *out)
{
        const struct source_config *source;
        struct source_config space;
        struct changes changes = {0};
        struct envelope envelope;
        struct error error = {{0}};
        int r = decode_envelope(line, arena, &envelope, &error);

        if (r == 0) {
                source = decode_find_source(config, envelope.source, &space);
                if (source)
                        r = decode_message(config, source, &envelope.message, envelope.type, envelope.entity, arena,
                                           &changes, &error);
                else
                        r = error_set(&error, ERR_REJECT, "source \"%.*s\" is not in the configuration",
                                      TEXT_ARG(envelope.source));
        }
        for (size_t i = 0; i < changes.count; i++)
                decode_print_change(out, config, &changes.items[i], 1, error.text);
        if (r != 0)
                decode_print_outcome(out, envelope.source, 1, r < 0 ? "reject" : "ignore", error.text);
        return r;
}

static inline int compare_names(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Paths of the payloads of one dialect without their ".json", sorted; free each. */
static inline size_t payload_list(const char *dialect, char *paths[PAYLOADS_MAX])
{
        char folder[512];
        struct dirent *entry;
        size_t count = 0;
        DIR *dir;

        snprintf(folder, sizeof(folder), "%s/%s", PAYLOADS, dialect);
        dir = opendir(folder);
        if (!dir)
                abort();
        while ((entry = readdir(dir)) && count < PAYLOADS_MAX) {
                size_t length = strlen(entry->d_name);
                char path[1024];

                if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0)
                        continue;
                snprintf(path, sizeof(path), "%s/%.*s", folder, (int)(length - 5), entry->d_name);
                paths[count++] = strdup(path);
        }
        closedir(dir);
        qsort(paths, count, sizeof(*paths), compare_names);
        return count;
}
