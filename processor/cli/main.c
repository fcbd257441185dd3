/* durand: one program, one subcommand a file. */
#include "cli/check.h"
#include "cli/deadletter.h"
#include "cli/decide.h"
#include "cli/decode.h"
#include "cli/demo.h"
#include "cli/digest.h"
#include "cli/evaluate.h"
#include "cli/explain.h"
#include "cli/feed.h"
#include "cli/inspect.h"
#include "cli/load.h"
#include "cli/publish.h"
#include "cli/replay.h"
#include "cli/run.h"
#include "cli/schemas.h"
#include "cli/simulate.h"
#include "cli/subject.h"
#include "cli/train.h"

#include <stdio.h>
#include <string.h>

static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
        const char *help;
} commands[] = {
        {"replay", command_replay, "run files through the engine: deduplicate, without Kafka"},
        {"run", command_run, "the service between Kafka and Kafka"},
        {"demo", command_demo, "two Salesforce orgs and an ERP, resolved before your eyes"},
        {"check", command_check, "every mistake in a configuration, with its line and remedy"},
        {"decode", command_decode, "what each message becomes, before and after mapping"},
        {"train", command_train, "a matching model from records that nobody has labelled"},
        {"evaluate", command_evaluate, "a clustering against the truth: precision, recall, F1"},
        {"explain", command_explain, "why two records are the same, or are not; why an entity is one"},
        {"decide", command_decide, "a steward's decision: same, different, pin a value, ..."},
        {"simulate", command_simulate, "what another configuration would decide, before it does"},
        {"inspect", command_inspect, "the tables of a state, readable"},
        {"feed", command_feed, "the rows of a feed, as JSON or CSV"},
        {"subject", command_subject, "everything that is held about one person or company"},
        {"schemas", command_schemas, "the contracts of the outputs, and what a registry has of them"},
        {"publish", command_publish, "events of files to their topics in Kafka"},
        {"deadletter", command_deadletter, "messages that could not be used: list, show, send again"},
        {"digest", command_digest, "the certificate of a state or of outputs"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
        fprintf(out,
                "Durand finds out who is the same person or company in several systems, and keeps them in step.\n\n"
                "Usage: durand COMMAND [OPTION...]\n\n");
        for (size_t i = 0; i < COMMAND_COUNT; i++)
                fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
        fprintf(out, "\n`durand COMMAND --help` says more. To begin: durand replay --input rows.csv --source NAME "
                     "--output OUT\n"
                     "Exit codes: 0 done, 2 command, configuration or input, 3 a person must look.\n");
}

int main(int argc, char **argv)
{
        char name[64];

        if (argc < 2) {
                print_help(stderr);
                return EXIT_USAGE;
        }
        for (size_t i = 0; i < COMMAND_COUNT; i++) {
                if (strcmp(argv[1], commands[i].name) == 0) {
                        /* What usage messages call the program. */
                        snprintf(name, sizeof(name), "durand %s", commands[i].name);
                        argv[1] = name;
                        return commands[i].run(argc - 1, argv + 1);
                }
        }
        if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
                print_help(stdout);
                return EXIT_CLEAN;
        }
        if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
                printf("durand " DURAND_VERSION "\n");
                return EXIT_CLEAN;
        }
        fprintf(stderr, "durand: \"%s\" is not a command\n\n", argv[1]);
        print_help(stderr);
        return EXIT_USAGE;
}
