/* Training as a step of other commands. */
#include "cli/training.h"

#include "cli/load.h"
#include "replay/gather.h"

#include <stdio.h>
#include <stdlib.h>

static int train(const struct replay_options *inputs, struct config *config, const struct model *start,
                 struct model **model, struct train_report *report, struct error *error)
{
        struct gathered gathered;
        struct resolve *resolve = NULL;
        struct parallel *parallel = parallel_new((unsigned)config->threads);
        int r = replay_gather(inputs, &gathered, error);
        if (r == 0)
                r = resolve_open(config, parallel, gathered.records, gathered.count, &resolve, error);
        if (r == 0)
                r = train_model(resolve, start, model, report, error);
        for (uint32_t type = 0; type < TYPE_COUNT && r == 0; type++)
                if (!config->population[type])
                        config->population[type] = resolve->strata[type].record_count;
        resolve_close(resolve);
        parallel_free(parallel);
        gathered_free(&gathered);
        return r;
}

bool train_on_inputs(const char *command, const char *start, const struct replay_options *inputs, struct config *config,
                     struct model **model, struct train_report *report)
{
        struct model *first = NULL;
        struct error error = {{0}};
        struct train_report *own = calloc(1, sizeof(*own));
        if (!own)
                abort();
        bool trained = load_model(command, start, config, &first);
        if (trained && train(inputs, config, first, model, report ? report : own, &error) < 0) {
                fprintf(stderr, "durand %s: training: %s\n", command, error.text);
                trained = false;
        }
        if (trained)
                use_model(config, *model);
        model_free(first);
        free(own);
        return trained;
}

bool model_for_inputs(const char *command, const char *config_path, const char *path, bool train,
                      const struct inputs *inputs, struct config *config, struct model **model)
{
        struct replay_options options = inputs_replay_options(inputs, config);

        if (train)
                return train_on_inputs(command, path, &options, config, model, NULL);
        if (!config_path)
                replay_pin_population(config, inputs->files, inputs->file_count);
        return load_model(command, path, config, model);
}
