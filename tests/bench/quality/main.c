/* quality: how well the matching model does on a file of records whose truth is known.
 *
 *     quality [--model F] [--population N] [--cap N] [--match BITS] [--dump N] rows.ndjson truth.csv
 *
 * The matching half of the engine in memory and in one go: standardise, collapse into value nodes, block, score, solve
 * the components that match-zone edges make. Rows are flat ({"type","source","key","value"}, fields named after
 * attributes); the truth is source,record_id,cluster. Prints pairwise and B³ figures, how many true pairs any key
 * proposed, candidates for each record and the speed of each stage; --dump lists the worst false positives and false
 * negatives with their waterfall.
 */
#include "quality.h"

#include <getopt.h>
#include <stdlib.h>

static void read_options(struct options *options, const struct config *config, int argc, char **argv)
{
        static const struct option longs[] = {
                {"model", required_argument, NULL, 'm'}, {"population", required_argument, NULL, 'p'},
                {"cap", required_argument, NULL, 'c'},   {"match", required_argument, NULL, 't'},
                {"dump", required_argument, NULL, 'd'},  {NULL, 0, NULL, 0},
        };
        *options = (struct options){.cap = config->block_cap, .match_mbit = config->zones_of_all.match_mbit};
        for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
                switch (c) {
                case 'm':
                        options->model = optarg;
                        break;
                case 'p':
                        options->population = atoll(optarg);
                        break;
                case 'c':
                        options->cap = atoll(optarg);
                        break;
                case 't':
                        options->match_mbit = (int32_t)(atof(optarg) * 1000);
                        break;
                case 'd':
                        options->dump = (uint32_t)atoi(optarg);
                        break;
                default:
                        exit(2);
                }
        }
        if (argc - optind != 2)
                die("usage",
                    "quality [--model F] [--population N] [--cap N] [--match BITS] [--dump N] rows.ndjson truth.csv");
        options->rows = argv[optind];
        options->truth = argv[optind + 1];
}

static void open_model(struct bench *bench)
{
        struct error error;
        if (!bench->options.model)
                bench->model = model_new_builtin();
        else if (model_load(bench->options.model, &bench->model, &error) < 0)
                die("model", error.text);
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                int64_t rows = 0;
                for (uint32_t i = 0; i < bench->row_count; i++)
                        rows += bench->rows[i].record.declared_type == type;
                model_set_population(bench->model, type, bench->options.population ? bench->options.population : rows);
        }
        bench->scorer = scorer_new(bench->model);
}

int main(int argc, char **argv)
{
        struct bench bench = {.row_count = 0};
        struct error error;
        config_init_builtin(&bench.config);
        read_options(&bench.options, &bench.config, argc, argv);
        bench.standard = standard_new(&bench.config, &error);
        if (!bench.standard)
                die("standard", error.text);
        read_rows(&bench);
        read_truth(&bench);
        open_model(&bench);
        make_nodes(&bench);
        score_candidates(&bench);
        solve_all(&bench);
        label_rows(&bench);

        print_blocking(&bench);
        if (bench.options.dump)
                dump_mistakes(&bench);
        print_all_figures(&bench);

        scorer_free(bench.scorer);
        model_free(bench.model);
        standard_free(bench.standard);
        config_free(&bench.config);
        arena_free(&bench.arena);
        return 0;
}
