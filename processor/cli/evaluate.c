/* durand evaluate: a clustering against the truth. */
#include "cli/evaluate.h"

#include "cli/load.h"
#include "evaluate/evaluate.h"

#include <argp.h>
#include <stdio.h>

struct arguments {
        const char *truth;
        const char *predicted;
        bool json;
};

static const struct argp_option argp_options[] = {
        {"truth", 't', "FILE", 0, "CSV with the columns source, record_id, cluster", 0},
        {"predicted", 'p', "FILE", 0, "The same columns, as `durand replay` writes them to clusters.csv", 0},
        {"json", 'j', NULL, 0, "Print as JSON", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 't':
                arguments->truth = value;
                return 0;
        case 'p':
                arguments->predicted = value;
                return 0;
        case 'j':
                arguments->json = true;
                return 0;
        case ARGP_KEY_ARG:
                argp_error(state, "\"%s\" is one word too many", value);
                return 0;
        case ARGP_KEY_END:
                if (!arguments->truth || !arguments->predicted)
                        argp_error(state, "say --truth FILE and --predicted FILE");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static void print_text(const struct evaluation *e)
{
        printf("           precision  recall     F1\n");
        printf("pairwise   %.4f     %.4f     %.4f\n", e->pair_precision, e->pair_recall, e->pair_f1);
        printf("B3         %.4f     %.4f     %.4f\n\n", e->b3_precision, e->b3_recall, e->b3_f1);
        printf("%llu records, %llu true clusters, %llu predicted ones, %llu of them exact\n",
               (unsigned long long)e->records, (unsigned long long)e->truth_clusters,
               (unsigned long long)e->predicted_clusters, (unsigned long long)e->exact);
        printf("%llu true pairs, %llu predicted, %llu correct; %llu true clusters split, %llu predicted ones mixed\n",
               (unsigned long long)e->true_pairs, (unsigned long long)e->predicted_pairs,
               (unsigned long long)e->correct_pairs, (unsigned long long)e->split, (unsigned long long)e->merged);
        if (e->missing)
                printf("%llu records of the truth are not in the prediction; each counts as a cluster of its own\n",
                       (unsigned long long)e->missing);
        if (e->unknown)
                printf("%llu records of the prediction are not in the truth and were left out\n",
                       (unsigned long long)e->unknown);
}

static void print_json(const struct evaluation *e)
{
        printf("{\"pairwise\":{\"precision\":%.6f,\"recall\":%.6f,\"f1\":%.6f},"
               "\"b3\":{\"precision\":%.6f,\"recall\":%.6f,\"f1\":%.6f},"
               "\"records\":%llu,\"true_clusters\":%llu,\"predicted_clusters\":%llu,\"exact_clusters\":%llu,"
               "\"true_pairs\":%llu,\"predicted_pairs\":%llu,\"correct_pairs\":%llu,\"split\":%llu,\"mixed\":%llu,"
               "\"missing\":%llu,\"unknown\":%llu}\n",
               e->pair_precision, e->pair_recall, e->pair_f1, e->b3_precision, e->b3_recall, e->b3_f1,
               (unsigned long long)e->records, (unsigned long long)e->truth_clusters,
               (unsigned long long)e->predicted_clusters, (unsigned long long)e->exact,
               (unsigned long long)e->true_pairs, (unsigned long long)e->predicted_pairs,
               (unsigned long long)e->correct_pairs, (unsigned long long)e->split, (unsigned long long)e->merged,
               (unsigned long long)e->missing, (unsigned long long)e->unknown);
}

int command_evaluate(int argc, char **argv)
{
        static const struct argp argp = {
                argp_options,
                parse_argument,
                NULL,
                "Compares a clustering with the truth: pairwise and B3 precision, recall and F1.\v"
                "Exit codes: 0 done, 2 command or input.",
                NULL,
                NULL,
                NULL,
        };
        struct arguments arguments = {0};
        struct evaluation evaluation;
        struct error error = {{0}};

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        if (evaluate_files(arguments.truth, arguments.predicted, &evaluation, &error) < 0) {
                fprintf(stderr, "durand evaluate: %s\n", error.text);
                return EXIT_USAGE;
        }
        if (arguments.json)
                print_json(&evaluation);
        else
                print_text(&evaluation);
        return EXIT_CLEAN;
}
