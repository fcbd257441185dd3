/* durand run: the service, from a configuration to an exit code.
 *
 * SIGTERM and SIGINT finish the batch in hand, commit it, write a checkpoint and end with 0; a second one ends at once,
 * which is as safe as any crash. Exit codes: 0 stopped, 2 command or configuration, 3 a person must look, 4 taken over
 * by another instance (docs/operations.md).
 */
#include "cli/run.h"

#include "base/log.h"
#include "cli/load.h"
#include "kafka/kafka.h"
#include "service/service.h"

#include <argp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum {
        KEY_UNTIL_END = 256,
        KEY_LOG_LEVEL,
        KEY_LOG_JSON,
};

struct arguments {
        const char *config;
        const char *state;
        const char *log_level;
        bool log_json;
        bool until_end;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration", 0},
        {"state", 's', "DIRECTORY", 0, "Where the local state lives, instead of the configuration's `state`", 0},
        {"until-end", KEY_UNTIL_END, NULL, 0, "Stop cleanly when what the inputs hold at the start is processed", 0},
        {"log-level", KEY_LOG_LEVEL, "LEVEL", 0, "error, warn, info or debug (which may show personal data)", 0},
        {"log-json", KEY_LOG_JSON, NULL, 0, "One JSON object a line on standard error", 0},
        {0},
};

/* The one thing that a signal handler may touch. */
static atomic_int stop_requested;

static void on_signal(int number)
{
        if (atomic_fetch_add(&stop_requested, 1) > 0)
                _exit(128 + number);
}

static void catch_signals(void)
{
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

        sigaction(SIGTERM, &action, NULL);
        sigaction(SIGINT, &action, NULL);
}

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'c':
                arguments->config = value;
                return 0;
        case 's':
                arguments->state = value;
                return 0;
        case KEY_UNTIL_END:
                arguments->until_end = true;
                return 0;
        case KEY_LOG_LEVEL:
                arguments->log_level = value;
                return 0;
        case KEY_LOG_JSON:
                arguments->log_json = true;
                return 0;
        case ARGP_KEY_ARG:
                argp_error(state, "\"%s\" is one word too many", value);
                return 0;
        case ARGP_KEY_END:
                if (!arguments->config)
                        argp_error(state, "which configuration? Say --config FILE");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static bool configure_log(const struct arguments *arguments, const struct config *config)
{
        static const char *const names[] = {"error", "warn", "info", "debug"};
        struct text level = arguments->log_level ? text_from(arguments->log_level) : config->log_level;

        for (int i = 0; i < 4; i++) {
                if (text_equal(level, text_from(names[i]))) {
                        log_configure((enum log_level)i, arguments->log_json || config->log_json);
                        return true;
                }
        }
        fprintf(stderr, "durand run: --log-level: \"%.*s\" is not error, warn, info or debug\n", TEXT_ARG(level));
        return false;
}

static int run(const struct arguments *arguments, struct config *config)
{
        struct service_options options = {
                .config = config,
                .stop = &stop_requested,
                .until_end = arguments->until_end,
        };
        struct model *model = NULL;
        struct error error;
        int exit_code;

        if (!configure_log(arguments, config))
                return SERVICE_EXIT_USAGE;
        if (kafka_check_properties(config, &error) < 0) {
                fprintf(stderr, "durand run: %s\n", error.text);
                return SERVICE_EXIT_USAGE;
        }
        if (!load_model("run", NULL, config, &model))
                return SERVICE_EXIT_USAGE;
        options.model = model;
        catch_signals();
        exit_code = service_run(&options);
        model_free(model);
        return exit_code;
}

int command_run(int argc, char **argv)
{
        static const struct argp argp =
                {argp_options,
                 parse_argument,
                 NULL,
                 "Reads the sources' topics and keeps golden records, conflicts and changes up to date, exactly once.\v"
                 "SIGTERM ends it cleanly. Exit codes: 0 stopped, 2 command or configuration, 3 a person must look, "
                 "4 taken over by another instance.",
                 NULL,
                 NULL,
                 NULL};
        struct arguments arguments = {0};
        struct config config = {0};
        int exit_code = SERVICE_EXIT_USAGE;

        argp_err_exit_status = SERVICE_EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        if (load_config("run", arguments.config, &config)) {
                if (arguments.state)
                        config.state_dir = text_from(arguments.state);
                exit_code = run(&arguments, &config);
        }
        config_free(&config);
        return exit_code;
}
