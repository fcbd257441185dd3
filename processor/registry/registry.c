/* Schemas by id, and subjects.
 *
 * A schema that refers to others is fetched with them, depth first, so that each text comes behind what it needs: that
 * is the order in which avro_compile() wants them. The same version reached twice is taken once.
 */
#include "registry/registry.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "registry/http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_BYTES_MAX 300
#define REFERENCE_DEPTH_MAX 32

enum {
        CODE_SUBJECT = 40401,
        CODE_VERSION = 40402,
        CODE_SCHEMA = 40403,
};

/* What is known of one id. */
struct known {
        struct avro_schema *schema; /* NULL: it cannot be used */
        int64_t until_ms;           /* then this is believed so long */
        char why[REASON_BYTES_MAX];
};

struct registry {
        const struct config *config;
        struct http *http;
        struct avro_lookup lookup;
        pthread_mutex_t mutex;
        struct arena arena; /* of what is known */
        struct map ids;     /* to known[] */
        struct known **known;
        size_t known_count;
        size_t known_capacity;
        int64_t down_until_ms;
        struct error down; /* why */
};

static int find(void *context, uint32_t id, const struct avro_schema **schema, struct error *error);

int registry_open(const struct config *config, struct registry **made, struct error *error)
{
        struct registry *registry;
        int r;

        *made = NULL;
        if (config->registry.url_count == 0)
                return 0;
        registry = calloc(1, sizeof(*registry));
        if (!registry)
                abort();
        r = http_open(config, &registry->http, error);
        if (r != 0) {
                free(registry);
                return r;
        }
        registry->config = config;
        registry->lookup = (struct avro_lookup){find, registry};
        pthread_mutex_init(&registry->mutex, NULL);
        map_init(&registry->ids, &registry->arena);
        *made = registry;
        return 0;
}

static void forget_all(struct registry *registry)
{
        for (size_t i = 0; i < registry->known_count; i++)
                avro_release(registry->known[i]->schema);
        registry->known = NULL;
        registry->known_count = registry->known_capacity = 0;
        arena_reset(&registry->arena);
        map_init(&registry->ids, &registry->arena);
}

void registry_close(struct registry *registry)
{
        if (!registry)
                return;
        forget_all(registry);
        arena_free(&registry->arena);
        http_close(registry->http);
        pthread_mutex_destroy(&registry->mutex);
        free(registry);
}

const struct avro_lookup *registry_lookup(struct registry *registry)
{
        return registry ? &registry->lookup : NULL;
}

void registry_trim(struct registry *registry)
{
        if (!registry)
                return;
        pthread_mutex_lock(&registry->mutex);
        if (registry->known_count > REGISTRY_SCHEMAS_MAX)
                forget_all(registry);
        pthread_mutex_unlock(&registry->mutex);
}

/* --- answers */

static struct text member_text(const struct json_node *node, const char *name)
{
        const struct json_node *member = json_get(node, name);

        return json_is(member, JSON_STRING) ? member->text : TEXT_NONE;
}

static int64_t error_code(const struct json_node *answer)
{
        int64_t code = 0;

        json_to_i64(json_get(answer, "error_code"), &code);
        return code;
}

/* A request and its answer as JSON in @arena (an empty object where it is none). */
static int ask(struct registry *registry, const char *path, struct text body, struct arena *arena, long *status,
               const struct json_node **answer, struct error *error)
{
        static const struct json_node nothing = {.kind = JSON_OBJECT};
        struct buffer bytes BUFFER_CLEANUP = {0};
        int r = http_request(registry->http, path, body, &bytes, status, error);

        *answer = &nothing;
        if (r == 0 && json_parse(arena, arena_text(arena, buffer_view(&bytes)), answer, NULL) < 0)
                *answer = &nothing;
        return r;
}

/* The sentence for an answer that is not what was asked for. */
static int unexpected(int code, const char *what, long status, const struct json_node *answer, struct error *error)
{
        struct text message = member_text(answer, "message");

        return error_set(error, code, "registry: %s: HTTP status %ld%s%.*s", what, status,
                         message.length > 0 ? ": " : "",
                         (int)(message.length < REASON_BYTES_MAX ? message.length : REASON_BYTES_MAX),
                         message.length > 0 ? message.data : "");
}

/* --- schemas by id */

struct fetch {
        struct registry *registry;
        struct arena *arena;
        struct error *error;
        struct text texts[REGISTRY_REFERENCES_MAX + 1];
        struct text names[REGISTRY_REFERENCES_MAX + 1]; /* "subject/version" of each */
        uint32_t count;
        uint32_t depth;
};

static int fetch_references(struct fetch *fetch, const struct json_node *schema);

static int fetch_reference(struct fetch *fetch, const struct json_node *reference)
{
        struct text subject = member_text(reference, "subject");
        struct text version = json_scalar_text(json_get(reference, "version"));
        struct text name = arena_printf(fetch->arena, "/subjects/%.*s/versions/%.*s",
                                        TEXT_ARG(http_escape(fetch->arena, subject)), TEXT_ARG(version));
        const struct json_node *answer;
        struct text text;
        long status;
        int r;

        for (uint32_t i = 0; i < fetch->count; i++) {
                if (text_equal(fetch->names[i], name))
                        return 0;
        }
        if (fetch->count == REGISTRY_REFERENCES_MAX || fetch->depth == REFERENCE_DEPTH_MAX)
                return error_set(fetch->error, ERR_REJECT, "more than %d references, or nested deeper than %d",
                                 REGISTRY_REFERENCES_MAX, REFERENCE_DEPTH_MAX);
        r = ask(fetch->registry, name.data, TEXT_NONE, fetch->arena, &status, &answer, fetch->error);
        if (r != 0)
                return r;
        text = member_text(answer, "schema");
        if (text.length == 0)
                return unexpected(ERR_RETRY, name.data, status, answer, fetch->error);
        r = fetch_references(fetch, answer);
        if (r != 0)
                return r;
        fetch->names[fetch->count] = name;
        fetch->texts[fetch->count++] = text;
        return 0;
}

static int fetch_references(struct fetch *fetch, const struct json_node *schema)
{
        const struct json_node *list = json_get(schema, "references");
        int r = 0;

        if (!json_is(list, JSON_ARRAY))
                return 0;
        fetch->depth++;
        for (const struct json_node *item = list->child; item && r == 0; item = item->next)
                r = fetch_reference(fetch, item);
        fetch->depth--;
        return r;
}

static int fetch_schema(struct registry *registry, uint32_t id, struct avro_schema **schema, struct error *error)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct fetch *fetch = arena_calloc(&arena, 1, sizeof(*fetch));
        const struct json_node *answer;
        char path[64];
        struct text text, type;
        long status;
        int r;

        snprintf(path, sizeof(path), "/schemas/ids/%u", id);
        r = ask(registry, path, TEXT_NONE, &arena, &status, &answer, error);
        if (r != 0)
                return r;
        if (status == 404 && error_code(answer) == CODE_SCHEMA)
                return error_set(error, ERR_REJECT, "the registry knows no schema %u", id);
        text = member_text(answer, "schema");
        if (status != 200 || text.length == 0)
                return unexpected(ERR_RETRY, path, status, answer, error);
        type = member_text(answer, "schemaType");
        if (type.length > 0 && !text_equal(type, TEXT("AVRO")))
                return error_set(error, ERR_REJECT, "schema %u is of type %.*s, only AVRO can be read", id,
                                 TEXT_ARG(type));
        *fetch = (struct fetch){.registry = registry, .arena = &arena, .error = error};
        r = fetch_references(fetch, answer);
        if (r == 0) {
                fetch->texts[fetch->count++] = text;
                r = avro_compile(fetch->texts, fetch->count, schema, error);
        }
        return r == ERR_REJECT ? error_prefix(error, r, "schema %u", id) : r;
}

/* The schema of @id, or why there is none. */
static int look_up(struct registry *registry, uint32_t id, const struct avro_schema **schema, struct error *error)
{
        int64_t now_ms = clock_monotonic_ms();
        uint32_t *index = map_get(&registry->ids, id);
        struct known *known = index ? registry->known[*index] : NULL;
        struct error why = {0};
        int r;

        if (known && known->schema) {
                *schema = known->schema;
                return 0;
        }
        if (known && now_ms < known->until_ms)
                return error_set(error, ERR_REJECT, "%s", known->why);
        if (now_ms < registry->down_until_ms)
                return error_set(error, ERR_RETRY, "%s", registry->down.text);
        if (!known) {
                known = arena_calloc(&registry->arena, 1, sizeof(*known));
                map_put(&registry->ids, id, (uint32_t)registry->known_count, NULL);
                *ARENA_PUSH(&registry->arena, registry->known, registry->known_count, registry->known_capacity) = known;
        }
        r = fetch_schema(registry, id, &known->schema, &why);
        if (r == 0) {
                *schema = known->schema;
                log_debug("registry", "schema %u: %.*s", id, TEXT_ARG(avro_name(known->schema)));
                return 0;
        }
        if (r == ERR_REJECT) {
                known->until_ms = now_ms + REGISTRY_UNKNOWN_MS;
                snprintf(known->why, sizeof(known->why), "%.*s", REASON_BYTES_MAX - 1, why.text);
        } else {
                r = ERR_RETRY;
                registry->down_until_ms = clock_monotonic_ms() + REGISTRY_DOWN_MS;
                registry->down = why;
        }
        return error_set(error, r, "%s", why.text);
}

static int find(void *context, uint32_t id, const struct avro_schema **schema, struct error *error)
{
        struct registry *registry = context;
        int r;

        pthread_mutex_lock(&registry->mutex);
        r = look_up(registry, id, schema, error);
        pthread_mutex_unlock(&registry->mutex);
        return r;
}

/* --- subjects */

static struct text schema_body(struct arena *arena, struct text schema)
{
        struct buffer out BUFFER_CLEANUP = {0};
        struct json_writer writer;

        json_writer_init(&writer, &out);
        json_write_object(&writer);
        json_write_name(&writer, "schema");
        json_write_text(&writer, schema);
        json_write_name(&writer, "schemaType");
        json_write_string(&writer, "AVRO");
        json_write_object_end(&writer);
        return arena_text(arena, buffer_view(&out));
}

struct question {
        struct arena arena;
        const struct json_node *answer;
        long status;
};

/* POST of @schema to @format, in which %s stands for the subject. */
static int post(struct registry *registry, struct question *question, const char *before, struct text subject,
                const char *behind, struct text schema, struct error *error)
{
        struct arena *arena = &question->arena;
        struct text path = arena_printf(arena, "%s%.*s%s", before, TEXT_ARG(http_escape(arena, subject)), behind);
        int r;

        pthread_mutex_lock(&registry->mutex);
        r = ask(registry, path.data, schema_body(arena, schema), arena, &question->status, &question->answer, error);
        pthread_mutex_unlock(&registry->mutex);
        if (r == 0 && (question->status == 401 || question->status == 403))
                return unexpected(ERR_USAGE, path.data, question->status, question->answer, error);
        return r;
}

static int take_id(const struct question *question, struct text subject, uint32_t *id, struct error *error)
{
        int64_t number;

        if (question->status == 200 && json_to_i64(json_get(question->answer, "id"), &number) && number > 0 &&
            number <= UINT32_MAX) {
                *id = (uint32_t)number;
                return 0;
        }
        unexpected(ERR_USAGE, "register", question->status, question->answer, error);
        return error_prefix(error, ERR_USAGE, "subject %.*s", TEXT_ARG(subject));
}

/* "…; …": the registry's own reasons. */
static void add_reasons(const struct json_node *answer, struct text subject, struct error *error)
{
        const struct json_node *list = json_get(answer, "messages");
        struct buffer text BUFFER_CLEANUP = {0};

        for (const struct json_node *item = list ? list->child : NULL; item; item = item->next)
                buffer_printf(&text, "%s%.*s", text.length ? "; " : "", TEXT_ARG(json_scalar_text(item)));
        error_set(error, 0, "subject %.*s: the contract is not compatible with the version that is registered%s%.*s",
                  TEXT_ARG(subject), text.length ? ": " : "", TEXT_ARG(buffer_view(&text)));
}

int registry_check(struct registry *registry, struct text subject, struct text schema, struct error *error)
{
        struct question question = {.status = 0};
        const struct json_node *fits;
        int64_t code;
        int r = post(registry, &question, "/compatibility/subjects/", subject, "/versions/latest?verbose=true", schema,
                     error);

        code = r == 0 ? error_code(question.answer) : 0;
        fits = r == 0 ? json_get(question.answer, "is_compatible") : NULL;
        if (r == 0 && question.status == 404 && (code == CODE_SUBJECT || code == CODE_VERSION)) {
                r = REGISTRY_NONE;
        } else if (r == 0 && json_is(fits, JSON_FALSE)) {
                add_reasons(question.answer, subject, error);
                r = REGISTRY_INCOMPATIBLE;
        } else if (r == 0 && !json_is(fits, JSON_TRUE)) {
                unexpected(ERR_USAGE, "compatibility", question.status, question.answer, error);
                r = error_prefix(error, ERR_USAGE, "subject %.*s", TEXT_ARG(subject));
        }
        arena_free(&question.arena);
        return r;
}

int registry_find(struct registry *registry, struct text subject, struct text schema, uint32_t *id, struct error *error)
{
        struct question question = {.status = 0};
        int r = post(registry, &question, "/subjects/", subject, "", schema, error);

        if (r == 0 && question.status == 404 &&
            (error_code(question.answer) == CODE_SUBJECT || error_code(question.answer) == CODE_SCHEMA))
                r = REGISTRY_NONE;
        else if (r == 0)
                r = take_id(&question, subject, id, error);
        arena_free(&question.arena);
        return r;
}

int registry_register(struct registry *registry, struct text subject, struct text schema, uint32_t *id,
                      struct error *error)
{
        struct question question = {.status = 0};
        int r = post(registry, &question, "/subjects/", subject, "/versions", schema, error);

        if (r == 0 && question.status == 409) {
                unexpected(0, "the contract is not compatible with the version that is registered", question.status,
                           question.answer, error);
                r = error_prefix(error, REGISTRY_INCOMPATIBLE, "subject %.*s", TEXT_ARG(subject));
        } else if (r == 0) {
                r = take_id(&question, subject, id, error);
        }
        arena_free(&question.arena);
        return r;
}
