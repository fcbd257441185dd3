/* durand deadletter: the messages that could not be used. List them, look at one, send them again.
 *
 * A dead letter stays where it is, until its topic's retention removes it: sending its message again takes nothing away
 * and can be repeated, because an older version of a record never replaces a newer one. Exit codes: 0 done, 2 command,
 * configuration, or no such letter, 3 something was not sent, or Kafka does not answer.
 */
#include "cli/deadletter.h"

#include "base/clock.h"
#include "cli/deadletter_actions.h"
#include "cli/load.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_DEFAULT 50
#define PLACES_MAX 10000

enum {
        KEY_JSON = 256,
        KEY_REASON,
        KEY_TOPIC,
        KEY_SOURCE,
        KEY_SINCE,
        KEY_UNTIL,
        KEY_LIMIT,
        KEY_RAW,
        KEY_ALL,
        KEY_VALUE,
        KEY_KEY,
        KEY_DRY_RUN,
        KEY_YES,
};

static const struct {
        const char *name;
        int (*run)(const struct deadletter_arguments *arguments, struct letter_reader *reader);
} actions[] = {
        {"list", deadletter_list},
        {"show", deadletter_show},
        {"replay", deadletter_replay},
};

#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

struct command {
        size_t action; /* ACTION_COUNT: none yet */
        struct deadletter_arguments arguments;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration of the service", 0},
        {"json", KEY_JSON, NULL, 0, "list, show: one JSON object a letter and line", 0},
        {NULL, 0, NULL, 0, "Which letters (all that are given must hold):", 1},
        {"reason", KEY_REASON, "WORDS", 0, "Words that occur in the reason, whatever the case", 1},
        {"topic", KEY_TOPIC, "TOPIC", 0, "The topic in which the message arrived", 1},
        {"source", KEY_SOURCE, "NAME", 0, "The source that it belongs to", 1},
        {"since", KEY_SINCE, "TIME", 0, "When it became a dead letter: 2026-03-01T08:00, or 30m, 12h, 7d ago", 1},
        {"until", KEY_UNTIL, "TIME", 0, "The same, before", 1},
        {NULL, 0, NULL, 0, "Of list:", 2},
        {"limit", KEY_LIMIT, "N", 0, "The newest N (50); 0 for all", 2},
        {NULL, 0, NULL, 0, "Of show:", 3},
        {"raw", KEY_RAW, NULL, 0, "The bytes of the value and nothing else, to repair them", 3},
        {NULL, 0, NULL, 0, "Of replay:", 4},
        {"all", KEY_ALL, NULL, 0, "Every letter, where nothing says which", 4},
        {"value", KEY_VALUE, "FILE", 0, "The repaired value of one letter, byte for byte", 4},
        {"key", KEY_KEY, "TEXT", 0, "The repaired key of one letter", 4},
        {"dry-run", KEY_DRY_RUN, NULL, 0, "Say what would be sent, and what would become of it", 4},
        {"yes", KEY_YES, NULL, 0, "Do not ask", 4},
        {0},
};

/* A time, or how long ago it was: "30m", "12h", "7d". */
static bool parse_time(const char *value, int64_t *time_ms)
{
        static const struct {
                char unit;
                int64_t ms;
        } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
        struct text text = text_from(value);
        int64_t count;

        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && text.length > 1; i++) {
                if (text.data[text.length - 1] == units[i].unit &&
                    text_to_i64(text_slice(text, 0, text.length - 1), &count) && count >= 0 && count < 100000000) {
                        *time_ms = clock_wall_ms() - count * units[i].ms;
                        return true;
                }
        }
        return time_parse_iso(text, time_ms);
}

static void add_word(struct command *command, const char *value, struct argp_state *state)
{
        struct letter_filter *filter = &command->arguments.filter;
        struct letter_place place;

        if (command->action == ACTION_COUNT) {
                for (size_t i = 0; i < ACTION_COUNT; i++) {
                        if (strcmp(value, actions[i].name) == 0)
                                command->action = i;
                }
                if (command->action == ACTION_COUNT)
                        argp_error(state, "\"%s\" is none of list, show and replay", value);
                return;
        }
        if (!letter_place_parse(value, &place))
                argp_error(state, "\"%s\" is no PARTITION:OFFSET, as list prints it", value);
        if (filter->place_count == PLACES_MAX)
                argp_error(state, "more than %d places: choose by --reason or --since", PLACES_MAX);
        filter->places = realloc(filter->places, (filter->place_count + 1) * sizeof(*filter->places));
        if (!filter->places)
                abort();
        filter->places[filter->place_count++] = place;
}

static void check(struct command *command, struct argp_state *state)
{
        struct deadletter_arguments *arguments = &command->arguments;
        struct letter_filter *filter = &arguments->filter;
        bool replays = command->action < ACTION_COUNT && actions[command->action].run == deadletter_replay;
        bool shows = command->action < ACTION_COUNT && actions[command->action].run == deadletter_show;

        if (command->action == ACTION_COUNT)
                argp_error(state, "what to do? Say list, show or replay");
        if (!arguments->config)
                argp_error(state, "whose? Say --config FILE");
        if (shows && filter->place_count == 0)
                argp_error(state, "which? Say PARTITION:OFFSET, as list prints it");
        if (arguments->raw && filter->place_count != 1)
                argp_error(state, "--raw is for one letter");
        if ((arguments->value || arguments->key) && (!replays || filter->place_count != 1))
                argp_error(state, "--value and --key are for the replay of one letter, PARTITION:OFFSET");
        if (replays && letter_filter_is_empty(filter) && !arguments->all)
                argp_error(state, "which? Say PARTITION:OFFSET, --reason, --topic, --source, --since, or --all");
        if (filter->place_count > 1)
                qsort(filter->places, filter->place_count, sizeof(*filter->places), letter_place_compare);
}

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct command *command = state->input;
        struct deadletter_arguments *arguments = &command->arguments;
        struct letter_filter *filter = &arguments->filter;

        switch (key) {
        case 'c':
                arguments->config = value;
                return 0;
        case KEY_JSON:
                arguments->json = true;
                return 0;
        case KEY_REASON:
                filter->reason = value;
                return 0;
        case KEY_TOPIC:
                filter->topic = value;
                return 0;
        case KEY_SOURCE:
                filter->source = value;
                return 0;
        case KEY_SINCE:
        case KEY_UNTIL:
                if (!parse_time(value, key == KEY_SINCE ? &filter->since_ms : &filter->until_ms))
                        argp_error(state, "\"%s\" is no time: 2026-03-01, 2026-03-01T08:00:00Z, 30m, 12h, 7d", value);
                return 0;
        case KEY_LIMIT:
                if (!text_to_i64(text_from(value), &arguments->limit) || arguments->limit < 0)
                        argp_error(state, "--limit: \"%s\" is no number", value);
                return 0;
        case KEY_RAW:
                arguments->raw = true;
                return 0;
        case KEY_ALL:
                arguments->all = true;
                return 0;
        case KEY_VALUE:
                arguments->value = value;
                return 0;
        case KEY_KEY:
                arguments->key = value;
                return 0;
        case KEY_DRY_RUN:
                arguments->dry_run = true;
                return 0;
        case KEY_YES:
                arguments->yes = true;
                return 0;
        case ARGP_KEY_ARG:
                add_word(command, value, state);
                return 0;
        case ARGP_KEY_END:
                check(command, state);
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

int deadletter_fail(int r, const struct error *error)
{
        fprintf(stderr, "durand deadletter: %s\n", error->text);
        return r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

static int run(const struct command *command, const struct config *config)
{
        struct letter_reader reader = {0};
        struct error error;
        int exit_code, r = kafka_check_properties(config, NULL, &error);

        if (r != KAFKA_DOUBTFUL && r != 0)
                return deadletter_fail(r, &error);
        r = letter_reader_open(config, &reader, &error);
        exit_code = r ? deadletter_fail(r, &error) : actions[command->action].run(&command->arguments, &reader);
        letter_reader_close(&reader);
        return fflush(stdout) == 0 ? exit_code : EXIT_FAILED;
}

int command_deadletter(int argc, char **argv)
{
        static const struct argp parser = {
                .options = argp_options,
                .parser = parse_argument,
                .args_doc = "list\nshow PARTITION:OFFSET...\nreplay [PARTITION:OFFSET...]",
                .doc = "The messages that could not be used: list them, look at one, send them again.\v"
                       "replay sends a message again to the topic and partition in which it arrived, with its key, "
                       "headers and time; first it says what the configuration as it is now would make of each, and "
                       "what would be rejected again is not sent. Letters stay where they are: nothing is lost, and a "
                       "replay can be repeated. Exit codes: 0 done, 2 command, configuration or no such letter, 3 "
                       "something was not sent, or Kafka does not answer.",
        };
        struct command command = {
                .action = ACTION_COUNT,
                .arguments = {.limit = LIST_DEFAULT,
                              .filter = {.since_ms = TIME_UNKNOWN_MS, .until_ms = TIME_UNKNOWN_MS}},
        };
        struct config config = {0};
        int exit_code = EXIT_USAGE;

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&parser, argc, argv, 0, NULL, &command);
        if (load_config("deadletter", command.arguments.config, &config))
                exit_code = run(&command, &config);
        config_free(&config);
        free(command.arguments.filter.places);
        return exit_code;
}
