/* Which topics are read: those that the configuration names, that of the stewards' decisions, and those that match one
 * of the configuration's patterns now.
 *
 * Patterns are matched here and not by librdkafka: its subscriptions by pattern come with a group's balancing, and our
 * partitions are assigned by hand (inputs.c). The cluster is asked for all of its topics only where there are patterns.
 *
 * A pattern is never meant to match what Durand writes, which would feed its outputs back into it, nor the cluster's
 * own topics, which begin with two underscores. A topic that the patterns of two sources match is not read at all,
 * because its records would belong to either; at a start that is refused, while live it is an error in the log.
 */
#include "config/topic.h"
#include "service/internal.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* What is written by us, or by an instance with our prefix that had further targets and feeds. */
static bool is_own(const struct service *service, const char *name)
{
        struct text prefix = service->config->topic_prefix;

        if (prefix.length > 0 && text_starts_with(text_from(name), prefix))
                return true;
        for (uint32_t i = 0; i < service->topics.count; i++) {
                if (strcmp(name, service->topics.items[i].name) == 0)
                        return true;
        }
        return false;
}

static bool is_known(const struct service *service, const char *name)
{
        for (uint32_t i = 0; i < service->inputs.count; i++) {
                if (strcmp(service->inputs.items[i].topic, name) == 0)
                        return true;
        }
        return false;
}

static void push(struct discovery *discovery, const char *name, const struct source_config *source)
{
        *ARENA_PUSH(&discovery->arena, discovery->items, discovery->count, discovery->capacity) = (struct discovered){
                .topic = arena_text(&discovery->arena, text_from(name)).data,
                .source = source,
        };
}

static int consider(void *context, const char *name)
{
        struct discovery *discovery = context;
        const struct service *service = discovery->service;
        struct topic_rivals rivals;
        const struct source_config *source;

        if (strncmp(name, "__", 2) == 0 || is_own(service, name))
                return 0;
        source = config_match_topic(service->config, text_from(name), &rivals);
        for (size_t i = 0; i < discovery->count && source; i++) {
                if (strcmp(discovery->items[i].topic, name) == 0) /* it is also named */
                        return 0;
        }
        if (source)
                push(discovery, name, source);
        if (rivals.first.length == 0)
                return 0;
        error_set(discovery->error, SERVICE_REFUSE,
                  "topic %s matches \"%.*s\" and \"%.*s\" of two sources: name it under the one that it belongs to",
                  name, TEXT_ARG(rivals.first), TEXT_ARG(rivals.second));
        if (!discovery->live)
                return ERR_USAGE;
        log_error("service", "%s; it is not read", discovery->error->text);
        return 0;
}

static int compare(const void *a, const void *b)
{
        const struct discovered *x = a, *y = b;

        return strcmp(x->topic, y->topic);
}

int discovery_run(struct service *service, bool live, struct discovery *discovery, struct error *error)
{
        const struct config *config = service->config;
        size_t named;
        int r = 0;

        *discovery = (struct discovery){.service = service, .error = error, .live = live};
        for (uint32_t i = 0; i < config->source_count; i++) {
                for (uint32_t k = 0; k < config->sources[i].topic_count; k++) {
                        if (!topic_is_pattern(config->sources[i].topics[k]))
                                push(discovery, arena_text(&discovery->arena, config->sources[i].topics[k]).data,
                                     &config->sources[i]);
                }
        }
        push(discovery, arena_text(&discovery->arena, config->stewards.topics[0]).data, &config->stewards);
        named = discovery->count;
        if (config->pattern_count)
                r = kafka_list_topics(service->consumer, consider, discovery, error);
        if (discovery->count > named)
                qsort(discovery->items + named, discovery->count - named, sizeof(*discovery->items), compare);
        for (size_t i = named; i < discovery->count && r == 0 && live; i++) {
                if (!is_known(service, discovery->items[i].topic))
                        log_info("service", "topic %s is new and matches a pattern of source %.*s",
                                 discovery->items[i].topic, TEXT_ARG(discovery->items[i].source->name));
        }
        if (r == 0 && config->pattern_count && discovery->count == named && !live)
                log_warn("service", "no topic matches a pattern yet");
        return r;
}

void discovery_free(struct discovery *discovery)
{
        arena_free(&discovery->arena);
        *discovery = (struct discovery){0};
}
