/* From a file to a configuration.
 *
 * Read the YAML, walk the option table, check what only the whole shows, sort the problems by line. The tree lives in
 * the configuration's own arena, so most texts are slices of it.
 */
#include "config/load.h"
#include "config/policy.h"
#include "config/topic.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_TRUST 50

/* What a type does not say of its own is as for all. */
static void share_zones(struct config *config, const struct node *root)
{
        for (int type = 0; type < TYPE_COUNT; type++) {
                const struct node *of_type =
                        node_get(node_get(root, "matching"), record_type_name((enum record_type)type));
                struct match_zones *zones = &config->zones[type];

                if (!node_get(of_type, "match"))
                        zones->match_mbit = config->zones_of_all.match_mbit;
                if (!node_get(of_type, "review"))
                        zones->review_mbit = config->zones_of_all.review_mbit;
                config->rules.zones[type] = *zones;
        }
}

/* The stewards' topic stands beside those that Durand writes. */
static void init_stewards(struct config *config)
{
        struct text *topic = arena_alloc(&config->arena, sizeof(*topic));

        *topic = arena_printf(&config->arena, "%.*s%s", TEXT_ARG(config->topic_prefix), SOURCE_DECISIONS);
        config->stewards = (struct source_config){
                .name = TEXT(SOURCE_DECISIONS),
                .dialect = DIALECT_DECISION,
                .topics = topic,
                .topic_count = 1,
        };
}

static void init(struct config *config, struct loader *loader, struct config_problems *problems, const char *name)
{
        *config = (struct config){0};
        arena_init(&config->arena);
        vocabulary_init(&config->vocabulary);
        *loader = (struct loader){
                .config = config,
                .arena = &config->arena,
                .sink = {.problems = problems, .file = text_from(name)},
        };
        options_set_defaults(loader, SCOPE_FILE, config);
        share_zones(config, NULL);
        for (int i = 0; i < DIALECT_COUNT; i++) {
                config->any_source[i] = (struct source_config){
                        .dialect = (enum dialect)i,
                        .identity = true,
                        .default_trust = DEFAULT_TRUST,
                };
        }
}

/* What an unnamed Salesforce org says is known without a mapping of one's own: the preset. Its warnings (no topics) are
 * nobody's concern. */
static void init_any_salesforce(struct config *config)
{
        static const char yaml[] = "sources: {any: {dialect: salesforce-cdc, mapping: salesforce-standard}}\n";
        struct config_problems problems = {0};
        struct document document;
        struct loader loader = {
                .config = config,
                .arena = &config->arena,
                .sink = {.problems = &problems, .file = TEXT("built in")},
        };
        document_read(&config->arena, text_from(yaml), &loader.sink, &document);
        options_read(&loader, SCOPE_FILE, document.root, "built in", config);
        if (config->source_count == 1) {
                struct source_config *any = &config->any_source[DIALECT_SALESFORCE_CDC];
                *any = config->sources[0];
                any->name = TEXT_NONE;
                any->default_trust = DEFAULT_TRUST;
        }
        config->sources = NULL;
        config->source_count = 0;
        config_problems_free(&problems);
}

void config_init_builtin(struct config *config)
{
        struct config_problems problems = {0};
        struct loader loader;
        init(config, &loader, &problems, "built in");
        init_any_salesforce(config);
        init_stewards(config);
        finish_survivorship(config);
        config->accept_any_source = true;
        config_problems_free(&problems);
        config_compute_epoch(config, TEXT_NONE);
}

void config_free(struct config *config)
{
        for (uint32_t i = 0; i < config->pattern_count; i++)
                regfree(&config->patterns[i].regex);
        arena_free(&config->arena);
        *config = (struct config){0};
}

/* --- checks over the whole */

static void check_order(struct loader *loader, const struct match_zones *zones, const struct node *match,
                        const struct node *review, const char *path)
{
        char review_text[VALUE_TEXT_SIZE];
        char match_text[VALUE_TEXT_SIZE];

        if (zones->review_mbit <= zones->match_mbit || (!review && !match))
                return;
        value_format(VALUE_BITS, zones->review_mbit, review_text);
        value_format(VALUE_BITS, zones->match_mbit, match_text);
        problem_error(&loader->sink, review ? review : match, "lower the one, or raise the other",
                      "%s.review (%s) is above %s.match (%s)", path, review_text, path, match_text);
}

static void check_thresholds(struct loader *loader, const struct node *root)
{
        const struct config *config = loader->config;
        const struct node *matching = node_get(root, "matching");

        check_order(loader, &config->zones_of_all, node_get(matching, "match"), node_get(matching, "review"),
                    "matching");
        for (int type = 0; type < TYPE_COUNT; type++) {
                const char *name = record_type_name((enum record_type)type);
                const struct node *of_type = node_get(matching, name);

                check_order(loader, &config->zones[type], node_get(of_type, "match"), node_get(of_type, "review"),
                            arena_printf(loader->arena, "matching.%s", name).data);
        }
}

static void check_names(struct loader *loader, const struct node *root)
{
        const struct config *config = loader->config;
        const struct node *instance = node_get(root, "instance");
        const struct node *prefix = node_path(root, "topics.prefix");
        if (instance && config->instance.length > 0 && !loader_is_name(config->instance))
                problem_error(&loader->sink, instance, "use letters, digits, '.', '_' and '-', at most 64",
                              "instance: \"%.*s\" cannot be part of a transactional id", TEXT_ARG(config->instance));
        for (uint32_t i = 0; prefix && i < config->topic_prefix.length; i++) {
                if (loader_is_name(text_slice(config->topic_prefix, i, 1)))
                        continue;
                problem_error(&loader->sink, prefix, "use letters, digits, '.', '_' and '-'",
                              "topics.prefix: \"%.*s\" cannot be part of a topic's name",
                              TEXT_ARG(config->topic_prefix));
                break;
        }
}

static void check_model(struct loader *loader, const struct node *root)
{
        const struct node *model = node_path(root, "matching.model");
        struct text path = loader->config->model_file;
        if (!model || path.length == 0)
                return;
        if (access(arena_text(loader->arena, path).data, R_OK) != 0)
                problem_error(&loader->sink, model, "create it with `durand train`, or correct the path",
                              "matching.model: cannot read %.*s: %s", TEXT_ARG(path), strerrordesc_np(errno));
}

static void check_registry(struct loader *loader, const struct node *root)
{
        const struct config *config = loader->config;
        const struct registry_config *registry = &config->registry;
        const struct node *url = node_path(root, "registry.url");

        if ((config->output.avro || config->output.avro_keys) && registry->url_count == 0)
                problem_error(&loader->sink,
                              node_path(root, config->output.avro ? "topics.encoding" : "topics.key_encoding"),
                              "set registry.url", "topics: Avro needs a registry for its schemas");
        for (uint32_t i = 0; i < registry->url_count; i++) {
                if (text_starts_with(registry->urls[i], TEXT("http://")) ||
                    text_starts_with(registry->urls[i], TEXT("https://")))
                        continue;
                problem_error(&loader->sink, url, "begin it with https:// or http://",
                              "registry.url: \"%.*s\" is no address", TEXT_ARG(registry->urls[i]));
        }
        if (registry->token.length > 0 && registry->user.length > 0)
                problem_error(&loader->sink, node_path(root, "registry.token"), "keep one of the two",
                              "registry: both a user and a token");
        if ((registry->certificate.length > 0) != (registry->key.length > 0))
                problem_error(&loader->sink, node_get(root, "registry"), "set registry.certificate and registry.key",
                              "registry: a client certificate needs its private key, and the other way round");
}

/* What a feed's consumer calls its fields is Avro's business only where the feed is written in it. */
static void check_feed_names(struct loader *loader, const struct node *root)
{
        const struct config *config = loader->config;

        for (uint32_t i = 0; i < config->feed_count && config->output.avro; i++) {
                for (uint32_t k = 0; k < config->feeds[i].field_count; k++) {
                        if (text_is_identifier(config->feeds[i].fields[k].name))
                                continue;
                        problem_warning(&loader->sink, node_get(root, "feeds"),
                                        "use letters, digits and '_', and no digit first, if the feed is to be in Avro",
                                        "feed %.*s: \"%.*s\" is no name in Avro: the feed stays in JSON",
                                        TEXT_ARG(config->feeds[i].name), TEXT_ARG(config->feeds[i].fields[k].name));
                        break;
                }
        }
}

static void check_registry_secrets(struct loader *loader, const struct node *root)
{
        static const char *const paths[] = {"registry.password", "registry.token"};

        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
                const struct node *node = node_path(root, paths[i]);

                if (node && node->kind == NODE_SCALAR && node->text.length > 0)
                        problem_warning(&loader->sink, node, "write {env: NAME} or {file: PATH}",
                                        "%s stands in the file in plain text", paths[i]);
        }
}

/* What the words of the section `topics` mean. */
static void finish_words(struct config *config)
{
        struct output_config *output = &config->output;

        output->avro = text_equal(output->encoding_name, TEXT("avro"));
        output->avro_keys = text_equal(output->key_encoding_name, TEXT("avro"));
        output->structured = text_equal(output->cloudevents_name, TEXT("structured"));
}

int config_load_text(struct text yaml, const char *name, struct config *config, struct config_problems *problems)
{
        struct loader loader;
        struct document document;
        init(config, &loader, problems, name);
        document_read(&config->arena, yaml, &loader.sink, &document);
        const struct node *root = document.root;
        if (root && !node_is_null(root)) {
                options_read(&loader, SCOPE_FILE, root, "the file", config);
                finish_words(config);
                check_registry(&loader, root);
                check_registry_secrets(&loader, root);
                check_feed_names(&loader, root);
                check_queues(&loader, root);
                share_zones(config, root);
                check_thresholds(&loader, root);
                check_names(&loader, root);
                check_model(&loader, root);
        }
        init_stewards(config);
        finish_survivorship(config);
        config->accept_any_source = !node_get(root, "sources");
        if (loader.sink.dropped > 0)
                problem_error(&loader.sink, NULL, NULL, "more problems than can be shown");
        problem_sort(problems);
        config_compute_epoch(config, TEXT_NONE);
        return loader.sink.errors > 0 ? ERR_USAGE : 0;
}

/* The whole file in @arena; NULL data after a report. One byte more than the limit is read, so that it is noticed. */
static struct text read_file(struct problem_sink *sink, struct arena *arena, const char *path)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
                problem_error(sink, NULL, "check the path and who may read the file", "cannot open the file: %s",
                              strerrordesc_np(errno));
                return TEXT_NONE;
        }
        size_t limit = DOCUMENT_BYTES_MAX + 1;
        char *data = arena_alloc(arena, limit);
        size_t length = 0;
        ssize_t got;
        do {
                got = read(fd, data + length, limit - length);
                length += got > 0 ? (size_t)got : 0;
        } while ((got > 0 && length < limit) || (got < 0 && errno == EINTR));
        int failure = got < 0 ? errno : 0;
        close(fd);
        if (failure != 0) {
                problem_error(sink, NULL, "give a file", "cannot read the file: %s", strerrordesc_np(failure));
                return TEXT_NONE;
        }
        return (struct text){.data = data, .length = (uint32_t)length};
}

int config_load(const char *path, struct config *config, struct config_problems *problems)
{
        struct arena arena ARENA_CLEANUP = {0};
        struct problem_sink sink = {.problems = problems, .file = text_from(path)};
        struct text yaml = read_file(&sink, &arena, path);
        if (!yaml.data) {
                config_init_builtin(config);
                return ERR_USAGE;
        }
        return config_load_text(yaml, path, config, problems);
}
