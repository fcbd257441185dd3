/* What a Schema Registry answers, from arbitrary bytes: the client gives a schema, a reason or "try again", and no
 * more.
 *
 * The requests are the client's own; here stands what would carry them (registry/http.h). An input is a list of
 * answers, divided by zero bytes: the first byte of each chooses the HTTP status. After the last one nobody answers.
 */
#include "registry/http.h"
#include "registry/registry.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct text rest; /* answers that were not given yet */

int http_open(const struct config *config, struct http **http, struct error *error)
{
        (void)config, (void)error;
        *http = NULL;
        return 0;
}

void http_close(struct http *http)
{
        (void)http;
}

int http_request(struct http *http, const char *path, struct text body, struct buffer *answer, long *status,
                 struct error *error)
{
        static const long statuses[] = {200, 200, 200, 404, 401, 409, 422, 302};
        int64_t end = text_find_byte(rest, '\0', 0);
        struct text next = end < 0 ? rest : text_slice(rest, 0, (uint32_t)end);

        (void)http, (void)path, (void)body;
        if (next.length == 0)
                return error_set(error, ERR_RETRY, "nobody answers");
        rest = end < 0 ? TEXT_NONE : text_slice(rest, (uint32_t)end + 1, rest.length);
        *status = statuses[(unsigned char)next.data[0] % (sizeof(statuses) / sizeof(statuses[0]))];
        buffer_text(answer, text_slice(next, 1, next.length));
        return 0;
}

struct text http_escape(struct arena *arena, struct text text)
{
        return arena_text(arena, text);
}

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* A failure has a reason. */
static void check_outcome(int r, struct error *error)
{
        check(r >= 0 || error->text[0] != '\0');
        error->text[0] = '\0';
}

static void ask_all(struct registry *registry)
{
        static const char *const schema = "{\"type\":\"string\"}";
        const struct avro_lookup *lookup = registry_lookup(registry);
        const struct avro_schema *found = NULL;
        struct error error = {0};
        uint32_t id = 0;
        int r;

        for (uint32_t wanted = 1; wanted < 4; wanted++) {
                r = lookup->find(lookup->context, wanted, &found, &error);
                check_outcome(r, &error);
                check(r < 0 || found);
        }
        check_outcome(registry_check(registry, TEXT("s"), text_from(schema), &error), &error);
        check_outcome(registry_find(registry, TEXT("s"), text_from(schema), &id, &error), &error);
        check_outcome(registry_register(registry, TEXT("s"), text_from(schema), &id, &error), &error);
        registry_trim(registry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct text url = TEXT_INIT("http://127.0.0.1");
        static struct config config;
        struct registry *registry;
        struct error error = {0};

        config.registry.urls = &url;
        config.registry.url_count = 1;
        rest = (struct text){(const char *)data, (uint32_t)size};
        check(registry_open(&config, &registry, &error) == 0);
        ask_all(registry);
        registry_close(registry);
        return 0;
}
