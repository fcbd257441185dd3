/* durand demo: the terminal's part of it; the show itself is in the module demo. */
#include "cli/demo.h"

#include "base/text.h"
#include "cli/load.h"
#include "demo/demo.h"

#include <argp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
        KEY_KEEP = 256
};

#define WIDTH_LOG 140 /* where nobody says how wide a line may be */
#define WIDTH_MIN 60
#define WIDTH_MAX 400

static const struct argp_option argp_options[] = {
        {"keep", KEY_KEEP, "DIRECTORY", 0,
         "Keep state, events and configuration in a new directory, for durand inspect", 0},
        {0},
};

static atomic_int stop_requested;

static void on_signal(int signal)
{
        (void)signal;
        atomic_store(&stop_requested, 1);
}

static void catch_signals(void)
{
        struct sigaction action;

        memset(&action, 0, sizeof(action));
        action.sa_handler = on_signal;
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
        sigaction(SIGHUP, &action, NULL);
        sigaction(SIGPIPE, &action, NULL); /* nobody reads any more: tidy up all the same */
}

static int find_width(void)
{
        const char *columns = getenv("COLUMNS");
        struct winsize size = {0};
        int64_t width = 0;

        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
                width = size.ws_col;
        else if (!columns || !text_to_i64(text_from(columns), &width))
                width = WIDTH_LOG;
        return (int)(width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width);
}

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct demo_options *options = state->input;

        switch (key) {
        case KEY_KEEP:
                options->keep = value;
                return 0;
        case ARGP_KEY_ARG:
                argp_error(state, "\"%s\" is one word too many", value);
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

int command_demo(int argc, char **argv)
{
        static const struct argp argp = {
                argp_options,
                parse_argument,
                NULL,
                "Shows the service at work: two Salesforce orgs and an ERP on an embedded broker. Takes about ten "
                "seconds and "
                "leaves nothing behind.\v"
                "Colour can be switched off with NO_COLOR. Exit codes: 0 done, 2 wrong use, 3 the service failed, or "
                "showed "
                "something else than a replay of the same events.",
                NULL,
                NULL,
                NULL,
        };
        const char *term = getenv("TERM");
        struct demo_options options = {.stop = &stop_requested, .width = find_width()};

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &options);
        options.terminal = isatty(STDOUT_FILENO) && (!term || strcmp(term, "dumb") != 0);
        options.colour = options.terminal && !getenv("NO_COLOR");
        catch_signals();
        return demo_run(&options);
}
