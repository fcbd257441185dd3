/* Reading a map by the option table.
 *
 * Keys first: what is unknown or written twice is reported with the nearest known name. Then each option of the scope
 * in turn takes its value, checks it against its type and limits, and stores it. A bad value is reported and leaves the
 * default, so that the checks that follow have something to work on.
 */
#include "config/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_MAX_BYTES 256

bool loader_is_name(struct text t)
{
        if (t.length == 0 || t.length > 64)
                return false;
        for (uint32_t i = 0; i < t.length; i++) {
                char c = t.data[i];
                bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                          c == '_' || c == '-';
                if (!ok)
                        return false;
        }
        return true;
}

bool loader_check_map(struct loader *loader, const struct node *node, const char *name)
{
        if (node->kind != NODE_MAP) {
                problem_error(&loader->sink, node, "write `name: value` lines, indented below it", "%s must be a map",
                              name);
                return false;
        }
        for (uint32_t i = 0; i < node->count; i++) {
                for (uint32_t j = 0; j < i; j++) {
                        if (!text_equal(node->keys[i]->text, node->keys[j]->text))
                                continue;
                        problem_error(&loader->sink, node->keys[i], "keep one of the two",
                                      "\"%.*s\" is written twice in %s: line %d has it already",
                                      TEXT_ARG(node->keys[i]->text), name, node->keys[j]->line);
                        break;
                }
        }
        return true;
}

/* --- texts */

static bool read_environment(struct loader *loader, const struct node *node, struct text name, struct text *text)
{
        char variable[PATH_MAX_BYTES];
        if (name.length == 0 || name.length >= sizeof(variable)) {
                problem_error(&loader->sink, node, NULL, "\"env\" takes the name of an environment variable");
                return false;
        }
        memcpy(variable, name.data, name.length);
        variable[name.length] = '\0';
        const char *value = getenv(variable);
        if (!value) {
                problem_error(&loader->sink, node, NULL, "the environment variable %s is not set", variable);
                problem_remedy(&loader->sink, "set it before the start: export %s=...", variable);
                return false;
        }
        *text = arena_text(loader->arena, text_from(value));
        return true;
}

/* The file's content without the line break that editors put at its end. */
static bool read_secret_file(struct loader *loader, const struct node *node, struct text path, struct text *text)
{
        char name[4096];
        if (path.length == 0 || path.length >= sizeof(name)) {
                problem_error(&loader->sink, node, NULL, "\"file\" takes the path of a file");
                return false;
        }
        memcpy(name, path.data, path.length);
        name[path.length] = '\0';
        int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0) {
                problem_error(&loader->sink, node, "create the file, or make it readable for this user",
                              "cannot read the file %s: %s", name, strerrordesc_np(errno));
                return false;
        }
        char *data = arena_alloc(loader->arena, SECRET_FILE_MAX + 1);
        ssize_t length = 0;
        ssize_t got = 0;
        do {
                got = read(fd, data + length, (size_t)(SECRET_FILE_MAX + 1 - length));
                length += got > 0 ? got : 0;
        } while (got > 0 && length <= SECRET_FILE_MAX);
        int failure = got < 0 ? errno : 0;
        close(fd);
        if (failure != 0 || length > SECRET_FILE_MAX) {
                problem_error(&loader->sink, node, "point to a file that holds nothing but the value",
                              "cannot use the file %s: %s", name,
                              failure != 0 ? strerrordesc_np(failure) : "it is larger than 64 KiB");
                return false;
        }
        while (length > 0 && (data[length - 1] == '\n' || data[length - 1] == '\r'))
                length--;
        *text = (struct text){.data = data, .length = (uint32_t)length};
        return true;
}

bool loader_read_text(struct loader *loader, const struct node *node, const char *name, struct text *text)
{
        if (node->kind == NODE_SCALAR) {
                *text = node_is_null(node) ? TEXT_NONE : node->text;
                return true;
        }
        const struct node *from = node->kind == NODE_MAP && node->count == 1 ? node->values[0] : NULL;
        if (from && from->kind == NODE_SCALAR) {
                if (text_equal(node->keys[0]->text, TEXT("env")))
                        return read_environment(loader, from, from->text, text);
                if (text_equal(node->keys[0]->text, TEXT("file")))
                        return read_secret_file(loader, from, from->text, text);
        }
        problem_error(&loader->sink, node, "write a text, {env: NAME} or {file: PATH}",
                      "%s must be one value, not a %s", name, node->kind == NODE_MAP ? "map" : "list");
        return false;
}

void loader_read_texts(struct loader *loader, const struct node *node, const char *name, const struct text **items,
                       uint32_t *count)
{
        struct text *texts = NULL;
        size_t length = 0;
        size_t capacity = 0;
        bool is_list = node->kind == NODE_LIST;
        for (uint32_t i = 0; i < (is_list ? node->count : 1); i++) {
                const struct node *entry = is_list ? node->values[i] : node;
                struct text t;
                if (!loader_read_text(loader, entry, name, &t))
                        continue;
                if (t.length == 0) {
                        if (is_list)
                                problem_error(&loader->sink, entry, "remove it", "%s has an empty entry", name);
                        continue;
                }
                *ARENA_PUSH(loader->arena, texts, length, capacity) = t;
        }
        *items = texts;
        *count = (uint32_t)length;
}

/* --- values */

static bool check_range(struct loader *loader, const struct option *option, const struct node *node, const char *name,
                        int64_t value)
{
        if (value >= option->min && value <= option->max)
                return true;
        char min[VALUE_TEXT_SIZE];
        char max[VALUE_TEXT_SIZE];
        char text[VALUE_TEXT_SIZE];
        value_format(option->type, option->min, min);
        value_format(option->type, option->max, max);
        value_format(option->type, value, text);
        problem_error(&loader->sink, node, NULL, "%s: %s is out of range", name, text);
        problem_remedy(&loader->sink, "choose from %s to %s", min, max);
        return false;
}

static void store_number(const struct option *option, void *target, int64_t value)
{
        char *at = (char *)target + option->offset;
        switch (option->type) {
        case VALUE_BOOL:
                *(bool *)at = value != 0;
                break;
        case VALUE_BITS:
                *(int32_t *)(void *)at = (int32_t)value;
                break;
        default:
                *(int64_t *)(void *)at = value;
                break;
        }
}

static void read_number(struct loader *loader, const struct option *option, const struct node *node, const char *name,
                        struct text text, void *target)
{
        int64_t value;
        if (!value_parse(option->type, text, &value)) {
                problem_error(&loader->sink, node, NULL, "%s: \"%.*s\" is not of type %s", name, TEXT_ARG(text),
                              value_type_name(option->type));
                problem_remedy(&loader->sink, "write %s", value_type_form(option->type));
                return;
        }
        if (check_range(loader, option, node, name, value))
                store_number(option, target, value);
}

static void read_word(struct loader *loader, const struct option *option, const struct node *node, const char *name,
                      struct text text, void *target)
{
        struct nearest nearest;
        struct buffer known BUFFER_CLEANUP = {0};
        nearest_init(&nearest, text);
        for (const char *const *word = option->words; *word; word++) {
                if (text_equal_ascii_case(text, text_from(*word))) {
                        *(struct text *)(void *)((char *)target + option->offset) = text_from(*word);
                        return;
                }
                nearest_offer(&nearest, text_from(*word));
                buffer_printf(&known, "%s%s", word == option->words ? "" : ", ", *word);
        }
        problem_error(&loader->sink, node, NULL, "%s: unknown word \"%.*s\"", name, TEXT_ARG(text));
        if (nearest_found(&nearest))
                problem_remedy(&loader->sink, "did you mean \"%.*s\"? Known are %.*s", TEXT_ARG(nearest.best),
                               TEXT_ARG(buffer_view(&known)));
        else
                problem_remedy(&loader->sink, "choose one of %.*s", TEXT_ARG(buffer_view(&known)));
}

static void read_bounded_text(struct loader *loader, const struct option *option, const struct node *node,
                              const char *name, struct text text, void *target)
{
        if ((int64_t)text.length < option->min || (int64_t)text.length > option->max) {
                problem_error(&loader->sink, node, NULL, "%s has %u bytes", name, (unsigned)text.length);
                problem_remedy(&loader->sink, "write %lld to %lld", (long long)option->min, (long long)option->max);
                return;
        }
        *(struct text *)(void *)((char *)target + option->offset) = text;
}

static bool is_letter(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void read_country(struct loader *loader, const struct option *option, const struct node *node, const char *name,
                         struct text text, void *target)
{
        char *at = (char *)target + option->offset;
        if (text.length == 0) {
                at[0] = '\0';
                return;
        }
        if (text.length != 2 || !is_letter(text.data[0]) || !is_letter(text.data[1])) {
                problem_error(&loader->sink, node, "write two letters of ISO 3166-1, such as FR or US",
                              "%s: \"%.*s\" is no country code", name, TEXT_ARG(text));
                return;
        }
        for (int i = 0; i < 2; i++)
                at[i] = text.data[i] >= 'a' ? (char)(text.data[i] - ('a' - 'A')) : text.data[i];
        at[2] = '\0';
}

static void read_list(struct loader *loader, const struct option *option, const struct node *node, const char *name,
                      void *target)
{
        /* Every list in the table is a pointer followed by its count. */
        struct list {
                const struct text *items;
                uint32_t count;
        } *list = (struct list *)(void *)((char *)target + option->offset);
        loader_read_texts(loader, node, name, &list->items, &list->count);
        if ((int64_t)list->count > option->max) {
                problem_error(&loader->sink, node, NULL, "%s has %u entries", name, (unsigned)list->count);
                problem_remedy(&loader->sink, "at most %lld are possible", (long long)option->max);
                list->count = 0;
        }
}

static void read_option(struct loader *loader, const struct option *option, const struct node *node, const char *name,
                        void *target)
{
        struct text text;
        if (option->read) {
                option->read(loader, node, target);
                return;
        }
        if (option->type == VALUE_LIST) {
                read_list(loader, option, node, name, target);
                return;
        }
        if (!loader_read_text(loader, node, name, &text))
                return;
        switch (option->type) {
        case VALUE_WORD:
                read_word(loader, option, node, name, text, target);
                break;
        case VALUE_COUNTRY:
                read_country(loader, option, node, name, text, target);
                break;
        case VALUE_TEXT:
        case VALUE_SECRET:
                read_bounded_text(loader, option, node, name, text, target);
                break;
        default:
                read_number(loader, option, node, name, text, target);
                break;
        }
}

/* --- maps */

void options_set_defaults(struct loader *loader, enum option_scope scope, void *target)
{
        for (size_t i = 0; i < option_count; i++) {
                if (options[i].scope != scope || !options[i].fallback)
                        continue;
                struct node node = {.kind = NODE_SCALAR, .quoted = true, .text = text_from(options[i].fallback)};
                read_option(loader, &options[i], &node, options[i].path, target);
        }
}

/* Whether @path is an option, the start of one ("matching"), or neither. */
static const struct option *find_option(enum option_scope scope, struct text path, bool *section)
{
        *section = false;
        for (size_t i = 0; i < option_count; i++) {
                if (options[i].scope != scope)
                        continue;
                struct text known = text_from(options[i].path);
                if (text_equal(known, path))
                        return &options[i];
                if (known.length > path.length && known.data[path.length] == '.' && text_starts_with(known, path))
                        *section = true;
        }
        return NULL;
}

/* What people look for, and why it is not there. */
static const struct {
        enum option_scope scope;
        const char *key;
} clusters[] = {
        {SCOPE_SOURCE, "kafka"},   {SCOPE_SOURCE, "cluster"}, {SCOPE_SOURCE, "bootstrap.servers"},
        {SCOPE_SOURCE, "brokers"}, {SCOPE_FILE, "clusters"},  {SCOPE_FILE, "inputs"},
};

static bool report_cluster(struct loader *loader, enum option_scope scope, const struct node *key, const char *what)
{
        for (size_t i = 0; i < sizeof(clusters) / sizeof(clusters[0]); i++) {
                if (clusters[i].scope != scope || !text_equal(key->text, text_from(clusters[i].key)))
                        continue;
                problem_error(&loader->sink, key,
                              "name the one cluster under `kafka`, and mirror the topics of other clusters into it "
                              "(MirrorMaker 2, Cluster Linking)",
                              "\"%.*s\" in %s: all inputs and outputs are of one Kafka cluster, because a transaction "
                              "that commits outputs together with input positions cannot span two",
                              TEXT_ARG(key->text), what);
                return true;
        }
        return false;
}

static void report_unknown(struct loader *loader, enum option_scope scope, struct text prefix, const struct node *key,
                           const char *what)
{
        if (prefix.length == 0 && report_cluster(loader, scope, key, what))
                return;
        problem_error(&loader->sink, key, NULL, "unknown key \"%.*s\" in %s", TEXT_ARG(key->text), what);
        if (loader->sink.dropped > 0)
                return;
        struct nearest near; /* beside it, and then anywhere */
        struct nearest far;
        struct text far_path = TEXT_NONE;
        struct buffer known BUFFER_CLEANUP = {0};
        struct text last = TEXT_NONE;
        nearest_init(&near, key->text);
        nearest_init(&far, key->text);
        for (size_t i = 0; i < option_count; i++) {
                struct text path = text_from(options[i].path);
                if (options[i].scope != scope)
                        continue;
                for (uint32_t start = 0; start < path.length;) {
                        int64_t dot = text_find_byte(path, '.', start);
                        uint32_t end = dot < 0 ? path.length : (uint32_t)dot;
                        struct text word = text_slice(path, start, end - start);
                        if (start == prefix.length && text_starts_with(path, prefix) && !text_equal(word, last)) {
                                nearest_offer(&near, word);
                                buffer_printf(&known, "%s%.*s", known.length ? ", " : "", TEXT_ARG(word));
                                last = word;
                        }
                        uint32_t before = far.distance;
                        nearest_offer(&far, word);
                        if (far.distance < before)
                                far_path = text_slice(path, 0, end);
                        start = end + 1;
                }
        }
        if (nearest_found(&near) && far.distance > 0)
                problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(near.best));
        else if (nearest_found(&far))
                problem_remedy(&loader->sink, "did you mean \"%.*s\"?", TEXT_ARG(far_path));
        else
                problem_remedy(&loader->sink, "remove it; known are %.*s", TEXT_ARG(buffer_view(&known)));
}

/* @prefix is "" or "matching."; sections nest as deep as the table's paths do. */
static void check_keys(struct loader *loader, enum option_scope scope, struct text prefix, const struct node *node,
                       const char *what)
{
        if (!loader_check_map(loader, node, what))
                return;
        for (uint32_t i = 0; i < node->count; i++) {
                const struct node *key = node->keys[i];
                bool section;
                struct text path = arena_printf(loader->arena, "%.*s%.*s", TEXT_ARG(prefix), TEXT_ARG(key->text));
                if (find_option(scope, path, &section) && text_find_byte(key->text, '.', 0) < 0)
                        continue;
                if (!section) {
                        report_unknown(loader, scope, prefix, key, what);
                        continue;
                }
                if (node_is_null(node->values[i]))
                        continue;
                struct text below = arena_printf(loader->arena, "%.*s.", TEXT_ARG(path));
                check_keys(loader, scope, below, node->values[i], path.data);
        }
}

void options_read(struct loader *loader, enum option_scope scope, const struct node *node, const char *what,
                  void *target)
{
        check_keys(loader, scope, TEXT_NONE, node, what);
        for (size_t i = 0; i < option_count; i++) {
                if (options[i].scope != scope)
                        continue;
                const struct node *value = node_path(node, options[i].path);
                if (!value || node_is_null(value))
                        continue;
                struct text name;
                if (scope == SCOPE_FILE)
                        name = text_from(options[i].path);
                else
                        name = arena_printf(loader->arena, "%s: %s", what, options[i].path);
                read_option(loader, &options[i], value, name.data, target);
        }
}
