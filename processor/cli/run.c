/* durand run: the service, from a configuration to an exit code.
 *
 * SIGTERM and SIGINT finish the batch in hand, commit it, write a checkpoint and end with 0; a second one ends at once,
 * which is as safe as any crash. SIGHUP reads the section `log` of the configuration again and nothing else of it: the
 * rest decides results and needs a start. All three are taken by a thread that waits for them, so that what they do
 * need not be safe inside a handler. Exit codes: 0 stopped, 2 command or configuration, 3 a person must look, 4 taken
 * over by another instance, which is the end only without --standby (docs/operations.md).
 */
#include "cli/run.h"

#include "base/log.h"
#include "cli/load.h"
#include "kafka/kafka.h"
#include "service/service.h"

#include <argp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
        KEY_UNTIL_END = 256,
        KEY_STANDBY,
        KEY_LOG_LEVEL,
        KEY_LOG_JSON,
        KEY_LISTEN,
};

struct arguments {
        const char *config;
        const char *state;
        const char *listen;
        const char *log_level;
        bool log_json;
        bool until_end;
        bool standby;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration", 0},
        {"state", 's', "DIRECTORY", 0, "Where the local state lives, instead of the configuration's `state`", 0},
        {"standby", KEY_STANDBY, NULL, 0,
         "Follow another instance of the same name, and take over when it falls silent (`service.takeover`)", 0},
        {"until-end", KEY_UNTIL_END, NULL, 0, "Stop cleanly when what the inputs hold at the start is processed", 0},
        {"listen", KEY_LISTEN, "ADDRESS", 0,
         "Address and port of /metrics, /health and /ready, instead of `http.listen`", 0},
        {"log-level", KEY_LOG_LEVEL, "LEVEL", 0, "error, warn, info or debug (which may show personal data)", 0},
        {"log-json", KEY_LOG_JSON, NULL, 0, "One JSON object a line on standard error", 0},
        {0},
};

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
        case KEY_STANDBY:
                arguments->standby = true;
                return 0;
        case KEY_LISTEN:
                arguments->listen = value;
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
                if (arguments->standby && arguments->until_end)
                        argp_error(state, "--standby waits and --until-end does not: say one of them");
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

/* --- signals */

struct signals {
        const struct arguments *arguments;
        sigset_t wanted;
        atomic_int stop; /* how often a stop was asked for */
        pthread_t thread;
};

/* The new level, if the file can be read; else everything stays as it is. */
static void reload_log(const struct arguments *arguments)
{
        struct config_problems problems = {0};
        struct config config = {0};

        if (config_load(arguments->config, &config, &problems) < 0)
                log_warn("run", "SIGHUP: %s has errors (durand check names them): the log stays as it is",
                         arguments->config);
        else if (configure_log(arguments, &config))
                log_warn("run", "SIGHUP: log level %.*s from now on%s", TEXT_ARG(config.log_level),
                         arguments->log_level ? ", but --log-level decides" : "");
        config_problems_free(&problems);
        config_free(&config);
}

static void *wait_for_signals(void *context)
{
        struct signals *signals = context;
        int number;

        while (sigwait(&signals->wanted, &number) == 0) {
                if (number == SIGUSR1) /* the service has ended */
                        break;
                if (number == SIGHUP)
                        reload_log(signals->arguments);
                else if (atomic_fetch_add(&signals->stop, 1) > 0)
                        _exit(128 + number);
        }
        return NULL;
}

/* Before any other thread is made: they inherit that these signals are not theirs. */
static void signals_begin(struct signals *signals)
{
        sigemptyset(&signals->wanted);
        sigaddset(&signals->wanted, SIGTERM);
        sigaddset(&signals->wanted, SIGINT);
        sigaddset(&signals->wanted, SIGHUP);
        sigaddset(&signals->wanted, SIGUSR1);
        pthread_sigmask(SIG_BLOCK, &signals->wanted, NULL);
        if (pthread_create(&signals->thread, NULL, wait_for_signals, signals) != 0)
                abort();
}

static void signals_end(struct signals *signals)
{
        pthread_kill(signals->thread, SIGUSR1);
        pthread_join(signals->thread, NULL);
}

static int run(const struct arguments *arguments, struct config *config)
{
        struct signals signals = {.arguments = arguments};
        struct service_options options = {
                .config = config,
                .stop = &signals.stop,
                .until_end = arguments->until_end,
                .standby = arguments->standby,
        };
        struct model *model = NULL;
        struct error error;
        int exit_code;

        if (!configure_log(arguments, config))
                return SERVICE_EXIT_USAGE;
        switch (kafka_check_properties(config, NULL, &error)) {
        case 0:
                break;
        case KAFKA_DOUBTFUL:
                log_warn("run", "%s", error.text);
                break;
        default:
                fprintf(stderr, "durand run: %s\n", error.text);
                return SERVICE_EXIT_USAGE;
        }
        if (!load_model("run", NULL, config, &model))
                return SERVICE_EXIT_USAGE;
        options.model = model;
        signals_begin(&signals);
        exit_code = service_run(&options);
        signals_end(&signals);
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
                 "SIGTERM ends it cleanly, SIGHUP reads the log's level again. Exit codes: 0 stopped, 2 command or "
                 "configuration, 3 a person must look, "
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
                if (arguments.listen)
                        config.http_listen = text_from(arguments.listen);
                exit_code = run(&arguments, &config);
        }
        config_free(&config);
        return exit_code;
}
