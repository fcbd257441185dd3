/* durand schemas: the contracts of the output topics, and what a registry has of them.
 *
 * The service registers its contracts itself; this is for those who do not let it (registry.register: false), for a
 * look before an upgrade, and for a pipeline that checks. Every subject is asked for, also behind one that fails, so
 * that one run shows all there is to do. Exit codes: 0 done, 2 command or configuration, 3 a contract does not fit or
 * the registry does not answer.
 */
#include "cli/schemas.h"

#include "avro/avro.h"
#include "cli/load.h"
#include "registry/contract.h"
#include "registry/registry.h"
#include "service/service.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

enum action {
        ACTION_PRINT,
        ACTION_CHECK,
        ACTION_REGISTER,
        ACTION_COUNT,
};

static const char *const action_names[ACTION_COUNT] = {"print", "check", "register"};

enum {
        KEY_JSON = 256,
};

struct arguments {
        enum action action;
        const char *config;
        bool json;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration: names of topics, and the registry", 0},
        {"json", KEY_JSON, NULL, 0, "One JSON object a subject and line", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case 'c':
                arguments->config = value;
                return 0;
        case KEY_JSON:
                arguments->json = true;
                return 0;
        case ARGP_KEY_ARG:
                if (arguments->action != ACTION_COUNT)
                        argp_error(state, "\"%s\" is one word too many", value);
                for (int i = 0; i < ACTION_COUNT; i++) {
                        if (strcmp(value, action_names[i]) == 0)
                                arguments->action = (enum action)i;
                }
                if (arguments->action == ACTION_COUNT)
                        argp_error(state, "\"%s\" is none of print, check and register", value);
                return 0;
        case ARGP_KEY_END:
                if (arguments->action == ACTION_COUNT)
                        argp_error(state, "what to do? Say print, check or register");
                if (arguments->action != ACTION_PRINT && !arguments->config)
                        argp_error(state, "which registry? Say --config FILE");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* --- one subject */

struct run {
        const struct arguments *arguments;
        const struct config *config;
        struct registry *registry;
        struct arena arena;
        struct text *subjects; /* done */
        size_t subject_count;
        size_t subject_capacity;
        int exit_code;
};

struct finding {
        struct text topic;
        enum contract_part part;
        struct text subject;
        struct text contract;
        const char *outcome;
        uint32_t id; /* 0: none */
        struct error error;
};

static void show_json(const struct run *run, const struct finding *finding)
{
        struct buffer out BUFFER_CLEANUP = {0};
        struct json_writer writer;

        json_writer_init(&writer, &out);
        json_write_object(&writer);
        json_write_name(&writer, "subject");
        json_write_text(&writer, finding->subject);
        json_write_name(&writer, "topic");
        json_write_text(&writer, finding->topic);
        json_write_name(&writer, "part");
        json_write_string(&writer, finding->part == CONTRACT_KEY ? "key" : "value");
        if (run->arguments->action == ACTION_PRINT) {
                json_write_name(&writer, "schema");
                json_write_raw(&writer, text_trim(finding->contract));
        } else {
                json_write_name(&writer, "outcome");
                json_write_string(&writer, finding->outcome);
        }
        if (finding->id) {
                json_write_name(&writer, "id");
                json_write_i64(&writer, finding->id);
        }
        if (finding->error.text[0]) {
                json_write_name(&writer, "reason");
                json_write_string(&writer, finding->error.text);
        }
        json_write_object_end(&writer);
        for (size_t i = 0; i < out.length; i++) { /* a contract's own line breaks */
                if (out.data[i] == '\n')
                        out.data[i] = ' ';
        }
        printf("%.*s\n", TEXT_ARG(buffer_view(&out)));
}

static void show(const struct run *run, const struct finding *finding)
{
        if (run->arguments->json) {
                show_json(run, finding);
                return;
        }
        if (run->arguments->action == ACTION_PRINT) {
                printf("%.*s\n%.*s\n\n", TEXT_ARG(finding->subject), TEXT_ARG(text_trim(finding->contract)));
                return;
        }
        printf("%-12s  %.*s", finding->outcome, TEXT_ARG(finding->subject));
        if (finding->id)
                printf("  (schema %u)", finding->id);
        printf("\n%s%s%s", finding->error.text[0] ? "              " : "", finding->error.text,
               finding->error.text[0] ? "\n" : "");
}

static const char *ask(const struct run *run, struct finding *finding)
{
        struct registry *registry = run->registry;
        int r = registry_find(registry, finding->subject, finding->contract, &finding->id, &finding->error);

        if (r == 0)
                return "registered";
        if (r == REGISTRY_NONE)
                r = registry_check(registry, finding->subject, finding->contract, &finding->error);
        if (run->arguments->action == ACTION_CHECK && (r == 0 || r == REGISTRY_NONE))
                return r == 0 ? "compatible" : "new";
        if (r == 0 || r == REGISTRY_NONE)
                r = registry_register(registry, finding->subject, finding->contract, &finding->id, &finding->error);
        if (r == 0)
                return "registered";
        if (r == REGISTRY_INCOMPATIBLE)
                return "incompatible";
        return r == ERR_RETRY ? "unreachable" : "refused";
}

/* Two topics share a subject where it is named after the record. */
static bool is_done(struct run *run, struct text subject)
{
        for (size_t i = 0; i < run->subject_count; i++) {
                if (text_equal(run->subjects[i], subject))
                        return true;
        }
        *ARENA_PUSH(&run->arena, run->subjects, run->subject_count, run->subject_capacity) = subject;
        return false;
}

static int do_part(struct run *run, struct text topic, struct text contract, enum contract_part part)
{
        struct finding finding = {.topic = topic, .part = part, .contract = contract, .outcome = ""};
        struct avro_schema *schema;
        int r = avro_compile(&contract, 1, &schema, &finding.error);

        if (r < 0) {
                fprintf(stderr, "durand schemas: %.*s: %s\n", TEXT_ARG(topic), finding.error.text);
                return r;
        }
        finding.subject =
                arena_text(&run->arena, contract_subject(run->config, topic, part, avro_name(schema), &run->arena));
        avro_release(schema);
        if (is_done(run, finding.subject))
                return 0;
        if (run->arguments->action != ACTION_PRINT) {
                finding.outcome = ask(run, &finding);
                if (strcmp(finding.outcome, "refused") == 0)
                        run->exit_code = EXIT_USAGE;
                else if (finding.error.text[0] && run->exit_code == EXIT_CLEAN)
                        run->exit_code = EXIT_FAILED;
        }
        show(run, &finding);
        return 0;
}

/* Keys only where they are written in Avro: never those of `records`. */
static int do_topic(void *context, const char *name, int32_t partitions)
{
        struct run *run = context;
        struct text topic = arena_text(&run->arena, text_from(name));
        struct text own = text_slice(topic, run->config->topic_prefix.length, topic.length);
        int r = 0;

        (void)partitions;
        for (int part = 0; part < CONTRACT_PART_COUNT && r == 0; part++) {
                struct text contract = contract_find(run->config, own, (enum contract_part)part, &run->arena);

                if (contract.length == 0)
                        continue;
                if (part == CONTRACT_KEY && run->arguments->action != ACTION_PRINT &&
                    (!run->config->output.avro_keys || text_equal(own, TEXT("records"))))
                        continue;
                r = do_part(run, topic, contract, (enum contract_part)part);
        }
        return r;
}

static int run_all(const struct arguments *arguments, const struct config *config)
{
        struct run run = {.arguments = arguments, .config = config};
        struct error error;
        int r = registry_open(config, &run.registry, &error);

        if (r == 0 && arguments->action != ACTION_PRINT && !run.registry)
                r = error_set(&error, ERR_USAGE, "the configuration names no registry: set registry.url");
        if (r < 0) {
                fprintf(stderr, "durand schemas: %s\n", error.text);
                run.exit_code = EXIT_USAGE;
        } else if (service_list_topics(config, do_topic, &run) < 0) {
                run.exit_code = EXIT_FAILED;
        }
        registry_close(run.registry);
        arena_free(&run.arena);
        return fflush(stdout) == 0 ? run.exit_code : EXIT_FAILED;
}

int command_schemas(int argc, char **argv)
{
        static const struct argp parser = {
                .options = argp_options,
                .parser = parse_argument,
                .args_doc = "print|check|register",
                .doc = "The contracts of the topics that Durand writes, as Avro schemas.\v"
                       "print shows them with their subjects; check asks the registry whether each is registered, or "
                       "would be compatible with what is; register registers those that are. Exit codes: 0 done, 2 "
                       "command, configuration or credentials, 3 a contract is not compatible or the registry does "
                       "not answer.",
        };
        struct arguments arguments = {.action = ACTION_COUNT};
        struct config config = {0};
        int exit_code = EXIT_USAGE;

        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&parser, argc, argv, 0, NULL, &arguments);
        if (load_config("schemas", arguments.config, &config))
                exit_code = run_all(&arguments, &config);
        config_free(&config);
        return exit_code;
}
