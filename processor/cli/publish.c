/* durand publish: the events of replay files become messages in their topics, for trying the service out with data of
 * one's own, and for the sample.
 *
 * The lines of one key keep their order. Topics that are missing are made as the service makes its own. What was
 * confirmed is counted; publishing the same file twice does no harm, because an older version of a record never
 * replaces a newer one.
 */
#include "cli/publish.h"

#include "cli/inputs.h"
#include "cli/load.h"
#include "config/topic.h"
#include "decode/input.h"
#include "kafka/kafka.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIRM_MESSAGES 1000

struct arguments {
        struct inputs inputs;
        const char *config;
};

struct publish {
        const struct config *config;
        struct kafka_producer *producer;
        struct kafka_topic *topics;
        uint32_t topic_count;
        struct arena arena; /* of one line */
        struct error error;
        uint64_t sent;
        uint64_t unconfirmed;
};

static const struct argp_option argp_options[] = {
        {"config", 'c', "FILE", 0, "The configuration: where Kafka is, and whose the topics are", 0},
        {0},
};

static error_t parse_argument(int key, char *value, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->inputs;
                return 0;
        case 'c':
                arguments->config = value;
                return 0;
        case ARGP_KEY_ARG:
                inputs_add_file(state, &arguments->inputs, value);
                return 0;
        case ARGP_KEY_END:
                if (!arguments->config)
                        argp_error(state, "where to? Say --config FILE");
                if (arguments->inputs.file_count == 0)
                        argp_error(state, "what? Say --input FILE");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* Every topic that a source names; patterns name none. */
static int open_topics(struct publish *publish)
{
        const struct config *config = publish->config;
        uint32_t count = 0;

        for (uint32_t i = 0; i < config->source_count; i++)
                count += config->sources[i].topic_count;
        publish->topics = calloc(count + 1, sizeof(*publish->topics));
        if (!publish->topics)
                abort();
        for (uint32_t i = 0; i < config->source_count; i++) {
                for (uint32_t j = 0; j < config->sources[i].topic_count; j++) {
                        struct text name = config->sources[i].topics[j];
                        struct kafka_topic *topic = &publish->topics[publish->topic_count];

                        if (topic_is_pattern(name))
                                continue;
                        snprintf(topic->name, sizeof(topic->name), "%.*s", TEXT_ARG(name));
                        topic->partitions = (int32_t)config->partitions;
                        publish->topic_count++;
                }
        }
        return kafka_topics_open(publish->producer, publish->topics, publish->topic_count, (int16_t)config->replication,
                                 true, &publish->error);
}

/* The topic that the line names, or else the only one of its source. */
static int find_topic(struct publish *publish, const struct envelope *envelope, uint32_t *topic)
{
        const struct source_config *source = config_find_source(publish->config, envelope->source);
        struct text name = envelope->message.topic;

        if (name.length == 0 && source && source->topic_count == 1)
                name = source->topics[0];
        for (uint32_t i = 0; i < publish->topic_count; i++) {
                if (text_equal(name, text_from(publish->topics[i].name))) {
                        *topic = i;
                        return 0;
                }
        }
        if (name.length == 0)
                return error_set(&publish->error, ERR_USAGE,
                                 "the line names no topic, and source \"%.*s\" has not just one",
                                 TEXT_ARG(envelope->source));
        return error_set(&publish->error, ERR_USAGE, "no source of the configuration names topic \"%.*s\"",
                         TEXT_ARG(name));
}

static int confirm(struct publish *publish)
{
        int r = kafka_confirm(publish->producer, &publish->error);

        if (r == 0)
                publish->sent += publish->unconfirmed;
        publish->unconfirmed = 0;
        return r;
}

static int send_line(struct publish *publish, const struct envelope *envelope)
{
        const struct message *message = &envelope->message;
        struct kafka_header *headers = arena_calloc(&publish->arena, message->header_count + 1, sizeof(*headers));
        struct kafka_record record = {
                .has_key = message->has_key,
                .has_value = message->has_value,
                .key = envelope_bytes(&publish->arena, message->key_node, message->key),
                .value = envelope_bytes(&publish->arena, message->value_node, message->value),
                .headers = headers,
                .header_count = message->header_count,
                .timestamp_ms = message->timestamp_ms == TIME_UNKNOWN_MS ? 0 : message->timestamp_ms,
        };
        int r = find_topic(publish, envelope, &record.topic);

        for (uint32_t i = 0; i < message->header_count; i++)
                headers[i] = (struct kafka_header){arena_text(&publish->arena, message->headers[i].name).data,
                                                   message->headers[i].value};
        r = r ? r : kafka_produce(publish->producer, &record, &publish->error);
        if (r == 0 && ++publish->unconfirmed >= CONFIRM_MESSAGES)
                r = confirm(publish);
        return r > 0 ? ERR_RETRY : r;
}

static int send_file(struct publish *publish, const struct inputs *inputs, const char *path)
{
        struct input_options options = {
                .path = path,
                .source = inputs->source,
                .type = inputs->type,
                .config = publish->config,
        };
        struct input_item item = {.line = 0};
        struct input *input;
        int r = input_open(&options, &input, &publish->error);

        if (r < 0)
                return r;
        while ((r = input_next(input, &publish->arena, &item, &publish->error)) > 0) {
                r = send_line(publish, &item.envelope);
                arena_reset(&publish->arena);
                if (r < 0)
                        break;
        }
        input_close(input);
        r = r ? r : confirm(publish);
        return r < 0 ? error_prefix(&publish->error, r == ERR_REJECT ? ERR_USAGE : r, "%s:%lld", path,
                                    (long long)item.line)
                     : 0;
}

static int run(const struct arguments *arguments, const struct config *config)
{
        struct publish publish = {.config = config};
        int r = kafka_check_properties(config, NULL, &publish.error);

        r = r == KAFKA_DOUBTFUL ? 0 : r;
        r = r ? r : kafka_producer_open(config, false, &publish.producer, &publish.error);
        r = r ? r : open_topics(&publish);
        for (uint32_t i = 0; i < arguments->inputs.file_count && r == 0; i++)
                r = send_file(&publish, &arguments->inputs, arguments->inputs.files[i]);
        if (r < 0)
                fprintf(stderr, "durand publish: %s\n", publish.error.text);
        printf("%llu messages published\n", (unsigned long long)publish.sent);
        kafka_producer_close(publish.producer);
        arena_free(&publish.arena);
        free(publish.topics);
        if (r < 0)
                return r == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
        return EXIT_CLEAN;
}

int command_publish(int argc, char **argv)
{
        static const struct argp_child children[] = {{&inputs_argp, 0, NULL, 0}, {0}};
        static const struct argp parser = {
                .options = argp_options,
                .parser = parse_argument,
                .args_doc = "[FILE...]",
                .doc = "Sends the events of replay files to their topics, and makes topics that are missing.\v"
                       "Exit codes: 0 done, 2 command, configuration or input, 3 Kafka does not answer or confirm.",
                .children = children,
        };
        struct arguments *arguments = calloc(1, sizeof(*arguments));
        struct config config = {0};
        int exit_code = EXIT_USAGE;

        if (!arguments)
                abort();
        inputs_init(&arguments->inputs);
        argp_err_exit_status = EXIT_USAGE;
        argp_parse(&parser, argc, argv, 0, NULL, arguments);
        if (load_config("publish", arguments->config, &config)) {
                inputs_apply(&arguments->inputs, &config);
                exit_code = run(arguments, &config);
        }
        config_free(&config);
        free(arguments);
        return exit_code;
}
