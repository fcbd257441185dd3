/* Configuration and model, loaded the same way by every command. */
#include "cli/load.h"

#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool load_config(const char *command, const char *path, struct config *config)
{
        BUFFER_CLEANUP struct buffer out = {0};
        struct config_problems problems = {0};
        bool colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
        int r;

        if (!path) {
                config_init_builtin(config);
                return true;
        }
        r = config_load(path, config, &problems);
        for (size_t i = 0; i < problems.count && r < 0; i++)
                config_problem_write(&problems.items[i], colour, &out);
        if (r < 0)
                fprintf(stderr,
                        "%.*sdurand %s: the configuration cannot be used; `durand check --config %s` lists all of it\n",
                        TEXT_ARG(buffer_view(&out)), command, path);
        config_problems_free(&problems);
        return r >= 0;
}

bool load_model(const char *command, const char *path, struct config *config, struct model **model)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct error error;

        if (!path && config->model_file.length > 0)
                path = arena_text(&arena, config->model_file).data;
        if (!path) {
                *model = model_new_builtin();
        } else if (model_load(path, model, &error) < 0) {
                fprintf(stderr, "durand %s: %s\n", command, error.text);
                return false;
        }
        use_model(config, *model);
        return true;
}

void use_model(struct config *config, struct model *model)
{
        for (int type = 0; type < TYPE_COUNT; type++) {
                model_set_population(model, (enum record_type)type, config->population[type]);
                for (uint32_t i = 1; i < config->vocabulary.count; i++) {
                        if (config->more_weight[type][i] != 0)
                                model_set_more_weight(model, (enum record_type)type, (uint16_t)i,
                                                      config->more_weight[type][i]);
                }
        }
        model_set_rules(model, &config->rules);
        config_compute_epoch(config, text_from(model_hash(model)));
}

int open_state(const char *path, const struct config *config, struct store **store, struct error *error)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct store_options options = {
                .path = path ? path : arena_text(&arena, config->state_dir).data,
                .map_bytes = (uint64_t)config->map_bytes,
                .read_only = true,
        };

        return store_open(&options, store, error);
}
