/* bench_pairs: how many candidate pairs one core scores in a second.
 *
 *     bench_pairs [--config FILE] EVENTS…
 *
 * The records of the files are standardised and blocked as for training; then one thread scores the pairs that the keys
 * propose, with all that is known of a pair, again and again for a few seconds. The features of a node are decoded
 * once, before the rounds, as the engine does it once a batch; the cost is given beside. One JSON object on standard
 * output: for each type the nodes, the pairs, the best round's pairs a second, the same with the decoding of every node
 * added to that round, and how many reach the review zone.
 */
#include "base/parallel.h"
#include "config/config.h"
#include "replay/gather.h"
#include "resolve/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS_MIN 3
#define SECONDS_MIN 3
#define PAIRS_MAX 2000000 /* more say nothing new */

struct figures {
        size_t pairs, reached;
        double best_per_second;
        double with_decoding_per_second;
};

/* Of this thread: what others do on the machine does not count. */
static double processor_seconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t score_all(const struct resolve *resolve, struct scorer *scorer, const struct resolve_stratum *stratum,
                        size_t count, struct resolve_sides *sides)
{
        int32_t review_mbit = resolve->config->zones[resolve->nodes[stratum->first_node].type].review_mbit;
        size_t reached = 0;

        for (size_t i = 0; i < count; i++) {
                struct score_pair pair = resolve_make_pair(resolve, stratum->pairs[i].a, stratum->pairs[i].b, sides);

                reached += score_pair_reaching(scorer, &pair, review_mbit).posterior_mbit >= review_mbit;
        }
        return reached;
}

/* Seconds that it takes to decode every node of the stratum, as before the first pair. */
static double decode_all(const struct resolve *resolve, const struct resolve_stratum *stratum)
{
        ARENA_CLEANUP struct arena encoded = {0};
        ARENA_CLEANUP struct arena decoded = {0};
        uint32_t count = stratum->end_node - stratum->first_node;
        struct text *bytes = arena_alloc(&encoded, (count + 1) * sizeof(*bytes));
        struct buffer buffer BUFFER_CLEANUP = {0};
        double from;

        for (uint32_t i = 0; i < count; i++) {
                buffer_clear(&buffer);
                features_encode(resolve->nodes[stratum->first_node + i].features, &buffer);
                bytes[i] = arena_text(&encoded, buffer_view(&buffer));
        }
        from = processor_seconds();
        for (uint32_t i = 0; i < count; i++) {
                if (!features_decode_kept(&decoded, bytes[i]))
                        abort();
        }
        return processor_seconds() - from;
}

static struct figures measure(const struct resolve *resolve, const struct model *model, enum record_type type)
{
        const struct resolve_stratum *stratum = &resolve->strata[type];
        struct figures figures = {.pairs = stratum->pair_count < PAIRS_MAX ? stratum->pair_count : PAIRS_MAX};
        struct resolve_sides *sides = malloc(sizeof(*sides));
        struct scorer *scorer = scorer_new(model);
        double decoding = decode_all(resolve, stratum);
        double begun = processor_seconds();

        if (!sides)
                abort();
        for (int round = 0; figures.pairs > 0 && (round < ROUNDS_MIN || processor_seconds() - begun < SECONDS_MIN);
             round++) {
                double from = processor_seconds(), seconds;

                figures.reached = score_all(resolve, scorer, stratum, figures.pairs, sides);
                seconds = processor_seconds() - from;
                if ((double)figures.pairs / seconds <= figures.best_per_second)
                        continue;
                figures.best_per_second = (double)figures.pairs / seconds;
                figures.with_decoding_per_second = (double)figures.pairs / (seconds + decoding);
        }
        scorer_free(scorer);
        free(sides);
        return figures;
}

static void print(const struct resolve *resolve, const struct model *model)
{
        printf("{");
        for (int type = 0; type < TYPE_COUNT; type++) {
                const struct resolve_stratum *stratum = &resolve->strata[type];
                struct figures figures = measure(resolve, model, (enum record_type)type);

                printf("%s\"%s\":{\"nodes\":%u,\"pairs\":%zu,\"pairs_per_second\":%.0f,"
                       "\"with_decoding_per_second\":%.0f,\"reached\":%zu}",
                       type > 0 ? "," : "", record_type_name((enum record_type)type),
                       stratum->end_node - stratum->first_node, figures.pairs, figures.best_per_second,
                       figures.with_decoding_per_second, figures.reached);
        }
        printf("}\n");
}

static int run(struct config *config, const char *const *files, uint32_t count)
{
        struct replay_options options = {.config = config, .inputs = files, .input_count = count, .type = TYPE_COUNT};
        struct model *model = model_new_builtin();
        struct parallel *parallel = parallel_new(0);
        struct gathered gathered = {.records = NULL};
        struct resolve *resolve = NULL;
        struct error error = {{0}};
        int r = replay_gather(&options, &gathered, &error);

        if (r == 0)
                r = resolve_open(config, parallel, gathered.records, gathered.count, &resolve, &error);
        if (r == 0) {
                resolve_block(resolve, model);
                print(resolve, model);
        } else {
                fprintf(stderr, "bench_pairs: %s\n", error.text);
        }
        resolve_close(resolve);
        gathered_free(&gathered);
        parallel_free(parallel);
        model_free(model);
        return r == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
        struct config *config = calloc(1, sizeof(*config));
        struct config_problems problems = {0};
        int first = 1, r = 0;

        if (!config)
                abort();
        if (argc > 2 && strcmp(argv[1], "--config") == 0) {
                r = config_load(argv[2], config, &problems);
                config_problems_free(&problems);
                first = 3;
        } else {
                config_init_builtin(config);
        }
        if (r < 0 || first >= argc) {
                fprintf(stderr, "usage: bench_pairs [--config FILE] EVENTS…\n");
                return 2;
        }
        r = run(config, (const char *const *)argv + first, (uint32_t)(argc - first));
        config_free(config);
        free(config);
        return r;
}
