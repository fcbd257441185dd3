/* durand decide: what a data steward decided, as a message on the topic of decisions.
 *
 * The words of the command become the message that steward/decision.h describes, and are read back by the same reader
 * as the service's before anything is sent: what the service would reject never leaves this machine. `--print` shows
 * the message instead, as a line that `durand replay` reads, so that a decision can be tried on files.
 */
#include "cli/decide.h"

#include "base/clock.h"
#include "cli/load.h"
#include "cli/output.h"
#include "engine/subject.h"
#include "kafka/kafka.h"
#include "steward/decision.h"

#include <argp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
        KEY_AT = 256,
        KEY_BY,
        KEY_PRINT,
        KEY_WITHDRAW,
};

#define WORDS_MAX 4

struct arguments {
        const char *config;
        const char *reason;
        const char *by;
        const char *at;
        const char *state;
        bool print;
        bool withdraw;
        const char *words[WORDS_MAX];
        int word_count;
};

/* What the words behind a kind of decision are. */
static const struct {
        const char *name;
        int records;
        bool attribute, conflict, value;
        const char *usage;
} forms[] = {
        {"same", 2, false, false, false, "same RECORD RECORD"},
        {"different", 2, false, false, false, "different RECORD RECORD"},
        {"pin", 1, true, false, true, "pin RECORD ATTRIBUTE VALUE"},
        {"release", 1, true, false, false, "release RECORD ATTRIBUTE"},
        {"dismiss", 0, false, true, false, "dismiss CONFLICT"},
        {"assign", 0, false, true, true, "assign CONFLICT NAME"},
        {"comment", 0, false, true, true, "comment CONFLICT TEXT"},
        {"erase", 1, false, false, false, "erase RECORD"},
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration: sources, Kafka, the prefix of topics", 0},
        {"reason", 'r', "TEXT", 0, "Why; whoever looks later reads it", 0},
        {"by", KEY_BY, "NAME", 0, "Who decided; default: the user of this terminal", 0},
        {"at", KEY_AT, "TIME", 0,
         "When (2024-02-29T12:34:56Z); default: now. Of two decisions about one thing the later "
         "one holds",
         0},
        {"state", 'S', "DIRECTORY", 0,
         "With erase: decide it for every record of the person or company, as this state knows them; RECORD may be the "
         "id of a golden record",
         0},
        {"withdraw", KEY_WITHDRAW, NULL, 0, "Take back what was decided about this, instead of deciding it", 0},
        {"print", KEY_PRINT, NULL, 0, "Print the message as a line that `durand replay` reads; send nothing", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'c':
                arguments->config = value;
                return 0;
        case 'r':
                arguments->reason = value;
                return 0;
        case KEY_BY:
                arguments->by = value;
                return 0;
        case KEY_AT:
                arguments->at = value;
                return 0;
        case 'S':
                arguments->state = value;
                return 0;
        case KEY_WITHDRAW:
                arguments->withdraw = true;
                return 0;
        case KEY_PRINT:
                arguments->print = true;
                return 0;
        case ARGP_KEY_ARG:
                if (arguments->word_count == WORDS_MAX)
                        argp_error(state, "\"%s\" is one word too many", value);
                arguments->words[arguments->word_count++] = value;
                return 0;
        case ARGP_KEY_END:
                if (arguments->word_count == 0)
                        argp_error(state, "what is decided?");
                if (!arguments->withdraw && !arguments->reason)
                        argp_error(state, "why? Say --reason TEXT");
                if (arguments->state && (arguments->withdraw || strcmp(arguments->words[0], "erase") != 0))
                        argp_error(state, "--state is for erase alone");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* ---- words into a message ------------------------------------------------------------------------------------------
 */

/* "SOURCE/ENTITY/ID"; "SOURCE/ID" where the configuration knows one entity of the source alone. */
static int parse_record(const struct config *config, const char *word, struct record_key *key, struct error *error)
{
        struct text text = text_from(word);
        int64_t first = text_find_byte(text, '/', 0), second;
        const struct source_config *source;

        if (first < 0)
                return error_set(error, ERR_USAGE, "\"%s\": a record is SOURCE/ENTITY/ID", word);
        key->source = text_slice(text, 0, (uint32_t)first);
        source = config_find_source(config, key->source);
        if (!source || source->dialect == DIALECT_DECISION)
                return error_set(error, ERR_USAGE, "\"%s\": the configuration has no source \"%.*s\"", word,
                                 TEXT_ARG(key->source));
        second = text_find_byte(text, '/', (uint32_t)first + 1);
        if (second < 0 && source->entity_count == 1) {
                key->entity = source->entities[0].entity;
                key->record_id = text_slice(text, (uint32_t)first + 1, text.length);
                return 0;
        }
        if (second < 0)
                return error_set(error, ERR_USAGE, "\"%s\": source \"%.*s\" has several entities: say SOURCE/ENTITY/ID",
                                 word, TEXT_ARG(key->source));
        key->entity = text_slice(text, (uint32_t)first + 1, (uint32_t)(second - first - 1));
        key->record_id = text_slice(text, (uint32_t)second + 1, text.length);
        return 0;
}

static const char *user_name(void)
{
        const struct passwd *user = getpwuid(geteuid());

        return user && user->pw_name[0] ? user->pw_name : "unknown";
}

static int find_form(const struct arguments *arguments, size_t *form, struct error *error)
{
        const char *name = arguments->words[0];

        for (size_t i = 0; i < FORM_COUNT; i++) {
                int words = 1 + forms[i].records + forms[i].attribute + forms[i].conflict;

                if (strcmp(forms[i].name, name) != 0)
                        continue;
                words += forms[i].value && !arguments->withdraw;
                *form = i;
                if (arguments->word_count == words)
                        return 0;
                return error_set(error, ERR_USAGE, "%d words behind \"%s\" expected: durand decide %s", words - 1, name,
                                 forms[i].usage);
        }
        return error_set(error, ERR_USAGE,
                         "\"%s\": same, different, pin, release, dismiss, assign, comment or erase expected", name);
}

static bool parse_kind(const char *name, enum decision_kind *kind)
{
        for (int i = 0; i <= DECISION_ERASE; i++) {
                if (strcmp(decision_kind_name((enum decision_kind)i), name) != 0)
                        continue;
                *kind = (enum decision_kind)i;
                return true;
        }
        return false;
}

static int fill_decision(const struct config *config, const struct arguments *arguments, size_t form,
                         struct decision *decision, struct error *error)
{
        int word = 1;

        *decision = (struct decision){.at_ms = clock_wall_ms()};
        if (!parse_kind(forms[form].name, &decision->kind))
                return error_set(error, ERR_USAGE, "\"%s\" is no decision", forms[form].name);
        for (int i = 0; i < forms[form].records && !arguments->state; i++) {
                if (parse_record(config, arguments->words[word++], &decision->records[i], error) < 0)
                        return ERR_USAGE;
        }
        decision->record_count = (uint32_t)forms[form].records;
        word = 1 + forms[form].records;
        if (forms[form].attribute)
                decision->attribute = text_from(arguments->words[word++]);
        if (forms[form].conflict)
                decision->conflict = text_from(arguments->words[word++]);
        if (forms[form].value && !arguments->withdraw)
                decision->value = text_from(arguments->words[word]);
        decision->by = text_from(arguments->by ? arguments->by : user_name());
        decision->reason = text_from(arguments->reason ? arguments->reason : "withdrawn");
        if (arguments->at && !time_parse_iso(text_from(arguments->at), &decision->at_ms))
                return error_set(error, ERR_USAGE, "--at: a time such as 2024-02-29T12:34:56Z expected");
        if (decision->attribute.length > 0 &&
            vocabulary_find(&config->vocabulary, decision->attribute) == ATTRIBUTE_NONE)
                return error_set(error, ERR_USAGE, "\"%.*s\" is no attribute (docs/configuration.md lists them)",
                                 TEXT_ARG(decision->attribute));
        return 0;
}

/* The message as the service will read it. @decision becomes what was read back, a pair in canonical order: it is what
 * the service's id is of. */
static int make_message(struct arena *arena, struct decision *decision, struct text *key, struct text *value,
                        struct error *error)
{
        struct buffer out BUFFER_CLEANUP = {0};

        decision_write(decision, &out);
        *value = arena_text(arena, buffer_view(&out));
        if (decision_parse(arena, *value, decision, error) < 0)
                return ERR_USAGE;
        buffer_clear(&out);
        decision_write_subject(decision, &out);
        *key = arena_text(arena, buffer_view(&out));
        buffer_clear(&out);
        decision_write(decision, &out);
        *value = arena_text(arena, buffer_view(&out));
        return 0;
}

/* ---- whom ----------------------------------------------------------------------------------------------------------
 */

/* Several decisions that are sent together: of an erasure one for each record. */
struct messages {
        struct decision *decisions;
        struct text *keys, *values;
        uint32_t count;
};

/* The records of the entity that the word behind `erase` means, as the last checkpoint knows them. */
static int list_records(const struct arguments *arguments, struct arena *arena, struct record_key **records,
                        uint32_t *count, struct error *error)
{
        struct store_options options = {.path = arguments->state, .read_only = true};
        struct store_txn *txn;
        struct store *store;
        int r = store_open(&options, &store, error);

        if (r < 0)
                return r;
        r = store_snapshot(store, &txn, error);
        if (r == 0) {
                r = engine_subject_records(txn, text_from(arguments->words[1]), arena, records, count, error);
                store_snapshot_end(txn);
        }
        store_close(store);
        return r;
}

static int make_messages(struct arena *arena, const struct arguments *arguments, const struct decision *decision,
                         struct messages *messages, struct error *error)
{
        struct record_key *records = NULL;
        uint32_t count = 1;
        int r = arguments->state ? list_records(arguments, arena, &records, &count, error) : 0;

        if (r < 0)
                return r;
        messages->decisions = arena_calloc(arena, count, sizeof(*messages->decisions));
        messages->keys = arena_calloc(arena, count, sizeof(*messages->keys));
        messages->values = arena_calloc(arena, count, sizeof(*messages->values));
        for (; r == 0 && messages->count < count; messages->count++) {
                struct decision *next = &messages->decisions[messages->count];

                *next = *decision;
                if (records)
                        next->records[0] = records[messages->count];
                r = make_message(arena, next, &messages->keys[messages->count], &messages->values[messages->count],
                                 error);
        }
        return r;
}

/* ---- sending -------------------------------------------------------------------------------------------------------
 */

static int send_messages(const struct config *config, const struct messages *messages, bool withdraw,
                         struct error *error)
{
        struct kafka_producer *producer = NULL;
        struct kafka_topic topic = {.compacted = true, .partitions = (int32_t)config->partitions};
        int r = kafka_producer_open(config, false, &producer, error);

        snprintf(topic.name, sizeof(topic.name), "%.*s", TEXT_ARG(config->stewards.topics[0]));
        r = r ? r : kafka_topics_open(producer, &topic, 1, (int16_t)config->replication, true, error);
        for (uint32_t i = 0; r == 0 && i < messages->count; i++) {
                struct kafka_record record = {.has_key = true,
                                              .has_value = !withdraw,
                                              .key = messages->keys[i],
                                              .value = messages->values[i]};

                r = kafka_produce(producer, &record, error);
        }
        r = r ? r : kafka_confirm(producer, error);
        kafka_producer_close(producer);
        return r;
}

static bool print_message(struct text key, struct text value, bool withdraw)
{
        struct buffer out BUFFER_CLEANUP = {0};
        struct json_writer json;

        json_writer_init(&json, &out);
        json_write_object(&json);
        json_write_name(&json, "source");
        json_write_string(&json, SOURCE_DECISIONS);
        json_write_name(&json, "key");
        json_write_raw(&json, key);
        json_write_name(&json, "value");
        if (withdraw)
                json_write_null(&json);
        else
                json_write_raw(&json, value);
        json_write_object_end(&json);
        buffer_byte(&out, '\n');
        return print_output(&out);
}

/* What was sent. Of the erasure of a whole person each line names its record, too: it is the certificate. */
static void report(const struct messages *messages, bool withdraw, bool listed)
{
        for (uint32_t i = 0; i < messages->count; i++) {
                const struct decision *decision = &messages->decisions[i];
                char id[DECISION_ID_SIZE];

                decision_id(decision, id);
                if (withdraw)
                        printf("withdrawn: %.*s\n", TEXT_ARG(messages->keys[i]));
                else if (listed)
                        printf("decided: %s erase %.*s/%.*s/%.*s\n", id, TEXT_ARG(decision->records[0].source),
                               TEXT_ARG(decision->records[0].entity), TEXT_ARG(decision->records[0].record_id));
                else
                        printf("decided: %s\n", id);
        }
}

static int print_messages(const struct messages *messages, bool withdraw)
{
        bool printed = true;

        for (uint32_t i = 0; printed && i < messages->count; i++)
                printed = print_message(messages->keys[i], messages->values[i], withdraw);
        return printed ? 0 : ERR_FATAL;
}

static int decide(const struct config *config, const struct arguments *arguments, struct error *error)
{
        struct arena arena ARENA_CLEANUP = {0};
        struct decision decision = {0};
        struct messages messages = {0};
        size_t form = 0;
        int r = find_form(arguments, &form, error);

        r = r ? r : fill_decision(config, arguments, form, &decision, error);
        if (r == 0 && arguments->withdraw && forms[form].value)
                decision.value = TEXT("-"); /* what is withdrawn need not be said again */
        r = r ? r : make_messages(&arena, arguments, &decision, &messages, error);
        if (r < 0)
                return r;
        if (arguments->print)
                return print_messages(&messages, arguments->withdraw);
        if (decision.kind == DECISION_ERASE && config->ghost_secret.length == 0)
                fprintf(stderr,
                        "durand decide: without service.ghost_secret the hashes that are kept of who is erased can "
                        "be tried out by anybody (docs/erasure.md)\n");
        if (send_messages(config, &messages, arguments->withdraw, error) != 0)
                return ERR_FATAL;
        report(&messages, arguments->withdraw, arguments->state != NULL);
        return 0;
}

static const char doc[] =
        "Publishes a steward's decision: same RECORD RECORD, different RECORD RECORD, pin RECORD "
        "ATTRIBUTE VALUE, release "
        "RECORD ATTRIBUTE, dismiss CONFLICT, assign CONFLICT NAME, comment CONFLICT TEXT, or erase RECORD. A "
        "RECORD is SOURCE/ENTITY/ID "
        "(erp/customer/10001), or SOURCE/ID where the source has one entity alone.\v"
        "The service carries a decision out as soon as it reads it; `changes` name it by the id that "
        "is printed here. Exit "
        "codes: 0 sent, 2 command or configuration, 3 Kafka did not take it.";

int command_decide(int argc, char **argv)
{
        static const struct argp argp = {argp_options, parse_argument, "KIND WORD...", doc, NULL, NULL, NULL};
        struct arguments arguments = {0};
        struct error error = {{0}};
        struct config config;
        int r;

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&argp, argc, argv, 0, NULL, &arguments);
        if (!load_config("durand decide", arguments.config, &config)) {
                config_free(&config);
                return EXIT_USAGE;
        }
        r = decide(&config, &arguments, &error);
        if (r < 0)
                fprintf(stderr, "durand decide: %s\n", error.text);
        config_free(&config);
        return r == 0 ? EXIT_CLEAN : r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}
