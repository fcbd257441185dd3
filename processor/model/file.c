/* The model file: JSON with everything that decides a score, as integers.
 *
 * A file says m and u of each level in parts per billion; weights are derived from them when it is read, so a file
 * cannot contradict itself. Attributes and levels are named. A file starts from the built-in tables and replaces what
 * it names, so that a file of an older version, which lacks an attribute, still loads; an unknown name is an error, for
 * it would be silently without effect. The list of value frequencies of one kind is replaced as a whole.
 */
#include "model/weights.h"

#include "base/json.h"
#include "model/recipes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_FORMAT_VERSION 1
#define MODEL_FILE_BYTES_MAX (64L << 20)

static void write_i64(struct json_writer *writer, const char *name, int64_t value)
{
        json_write_name(writer, name);
        json_write_i64(writer, value);
}

static void write_levels(struct json_writer *writer, const struct model_stratum *stratum)
{
        json_write_name(writer, "attributes");
        json_write_object(writer);
        for (uint32_t attribute = 0; attribute < MODEL_ATTRIBUTE_COUNT; attribute++) {
                if (!stratum->level_count[attribute])
                        continue;
                json_write_name(writer, model_attribute_name(attribute));
                json_write_array(writer);
                for (uint32_t i = 1; i < stratum->level_count[attribute]; i++) {
                        const struct model_level *level = &stratum->levels[attribute][i];
                        json_write_object(writer);
                        json_write_name(writer, "level");
                        json_write_string(writer, level->name);
                        write_i64(writer, "m_ppb", level->m_ppb);
                        write_i64(writer, "u_ppb", level->u_ppb);
                        write_i64(writer, "frequency_permille", level->frequency_permille);
                        json_write_object_end(writer);
                }
                json_write_array_end(writer);
        }
        json_write_object_end(writer);
}

static void write_alternatives(struct json_writer *writer, const struct model_stratum *stratum)
{
        json_write_name(writer, "alternatives");
        json_write_object(writer);
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++) {
                const struct model_explanation *explanation = &stratum->alternatives[a];
                if (!explanation->used)
                        continue;
                json_write_name(writer, model_alternative_name(a));
                json_write_object(writer);
                write_i64(writer, "offset_mbit", explanation->offset_mbit);
                json_write_name(writer, "cost_mbit");
                json_write_object(writer);
                for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                        if (explanation->cost_mbit[i] != MODEL_UNEXPLAINED)
                                write_i64(writer, model_attribute_name(i), explanation->cost_mbit[i]);
                json_write_object_end(writer);
                json_write_name(writer, "most_mbit");
                json_write_object(writer);
                for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                        if (explanation->most_mbit[i] != MODEL_UNLIMITED)
                                write_i64(writer, model_attribute_name(i), explanation->most_mbit[i]);
                json_write_object_end(writer);
                json_write_object_end(writer);
        }
        json_write_object_end(writer);
}

static void write_couplings(struct json_writer *writer, const struct model_stratum *stratum)
{
        json_write_name(writer, "together_mbit");
        json_write_object(writer);
        for (uint32_t i = 0; i < MODEL_COUPLED_COUNT; i++) {
                bool any = false;
                for (uint32_t j = i + 1; j < MODEL_COUPLED_COUNT; j++)
                        any |= stratum->coupling_mbit[i][j] != 0;
                if (!any)
                        continue;
                json_write_name(writer, model_attribute_name(model_coupled[i]));
                json_write_object(writer);
                for (uint32_t j = i + 1; j < MODEL_COUPLED_COUNT; j++)
                        if (stratum->coupling_mbit[i][j])
                                write_i64(writer, model_attribute_name(model_coupled[j]), stratum->coupling_mbit[i][j]);
                json_write_object_end(writer);
        }
        json_write_object_end(writer);
}

static void write_frequencies(struct json_writer *writer, const struct model_frequencies *table)
{
        json_write_object(writer);
        write_i64(writer, "unlisted_mbit", table->unlisted_mbit);
        write_i64(writer, "per_byte_mbit", table->per_byte_mbit);
        write_i64(writer, "average_mbit", table->average_mbit);
        write_i64(writer, "least_mbit", table->least_mbit);
        write_i64(writer, "most_mbit", table->most_mbit);
        json_write_name(writer, "values");
        json_write_object(writer);
        for (uint32_t i = 0; i < table->count; i++) {
                json_write_name_text(writer, table->items[i].value);
                json_write_i64(writer, table->items[i].rarity_mbit);
        }
        json_write_object_end(writer);
        json_write_object_end(writer);
}

static void write_left_out(struct json_writer *writer, const struct model_stratum *stratum)
{
        json_write_name(writer, "keys_left_out");
        json_write_array(writer);
        for (uint32_t recipe = 0; recipe < RECIPE_COUNT; recipe++)
                if (stratum->recipes_left_out >> recipe & 1)
                        json_write_string(writer, model_recipe_name(recipe));
        json_write_array_end(writer);
}

/* The parameters of struct model_tokens by name, for both directions. */
static const struct {
        const char *name;
        size_t offset;
} token_fields[] = {
        {"damping_permille", offsetof(struct model_tokens, damping_permille)},
        {"offset_mbit", offsetof(struct model_tokens, offset_mbit)},
        {"whole_mbit", offsetof(struct model_tokens, whole_mbit)},
        {"words_mbit", offsetof(struct model_tokens, words_mbit)},
        {"both_left_permille", offsetof(struct model_tokens, both_left_permille)},
        {"one_left_permille", offsetof(struct model_tokens, one_left_permille)},
        {"numbers_mbit", offsetof(struct model_tokens, numbers_mbit)},
        {"none_mbit", offsetof(struct model_tokens, none_mbit)},
        {"most_mbit", offsetof(struct model_tokens, most_mbit)},
};

void model_write_json(const struct model *model, struct buffer *out)
{
        struct json_writer writer;
        json_writer_init(&writer, out);
        json_write_object(&writer);
        write_i64(&writer, "durand_model", MODEL_FORMAT_VERSION);
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                const struct model_stratum *stratum = &model->strata[type];
                json_write_name(&writer, record_type_name(type));
                json_write_object(&writer);
                write_i64(&writer, "records", stratum->records);
                write_i64(&writer, "twins_permille", stratum->twins_permille);
                write_i64(&writer, "confidence_mbit", stratum->confidence_mbit);
                write_levels(&writer, stratum);
                write_alternatives(&writer, stratum);
                write_couplings(&writer, stratum);
                write_left_out(&writer, stratum);
                json_write_object_end(&writer);
        }
        json_write_name(&writer, "company_name");
        json_write_object(&writer);
        for (size_t i = 0; i < sizeof(token_fields) / sizeof(*token_fields); i++)
                write_i64(&writer, token_fields[i].name,
                          *(const int32_t *)(const void *)((const char *)&model->tokens + token_fields[i].offset));
        json_write_object_end(&writer);
        json_write_name(&writer, "frequencies");
        json_write_object(&writer);
        for (uint32_t kind = 0; kind < FREQUENCY_KIND_COUNT; kind++) {
                json_write_name(&writer, model_frequency_name(kind));
                write_frequencies(&writer, &model->frequencies[kind]);
        }
        json_write_object_end(&writer);
        json_write_object_end(&writer);
}

/* What is being read and where, so that a message can say both. */
struct model_reader {
        const char *file;
        char place[160];
        struct error *error;
};

static int reject(const struct model_reader *reader, const char *what)
{
        return error_set(reader->error, ERR_USAGE, "%s: %s: %s", reader->file, reader->place, what);
}

/* An integer member within bounds; a missing member keeps what is there. */
static int read_i64(const struct model_reader *reader, const struct json_node *object, const char *name, int64_t least,
                    int64_t most, int64_t *value)
{
        const struct json_node *node = json_get(object, name);
        int64_t number;
        if (!node)
                return 0;
        if (!json_to_i64(node, &number) || number < least || number > most)
                return error_set(reader->error, ERR_USAGE, "%s: %s.%s: expected an integer from %lld to %lld",
                                 reader->file, reader->place, name, (long long)least, (long long)most);
        *value = number;
        return 0;
}

static int read_i32(const struct model_reader *reader, const struct json_node *object, const char *name, int32_t *value)
{
        int64_t wide = *value;
        int r = read_i64(reader, object, name, -1000000, 1000000, &wide);
        *value = (int32_t)wide;
        return r;
}

static int read_level(const struct model_reader *reader, const struct json_node *node, struct model_level *levels,
                      uint32_t count)
{
        struct text name = json_scalar_text(json_get(node, "level"));
        for (uint32_t i = 1; i < count; i++) {
                if (!text_equal(name, text_from(levels[i].name)))
                        continue;
                int64_t m = levels[i].m_ppb;
                int64_t u = levels[i].u_ppb;
                int64_t share = levels[i].frequency_permille;
                int r = read_i64(reader, node, "m_ppb", 1, 1000000000, &m);
                r = r < 0 ? r : read_i64(reader, node, "u_ppb", 1, 1000000000, &u);
                r = r < 0 ? r : read_i64(reader, node, "frequency_permille", 0, 1000, &share);
                levels[i].m_ppb = (uint32_t)m;
                levels[i].u_ppb = (uint32_t)u;
                levels[i].frequency_permille = (int16_t)share;
                return r;
        }
        return error_set(reader->error, ERR_USAGE, "%s: %s: unknown level \"%.*s\"", reader->file, reader->place,
                         TEXT_ARG(name));
}

static int find_attribute(const struct model_stratum *stratum, struct text name)
{
        for (uint32_t attribute = 0; attribute < MODEL_ATTRIBUTE_COUNT; attribute++)
                if (stratum->level_count[attribute] && text_equal(name, text_from(model_attribute_name(attribute))))
                        return (int)attribute;
        return -1;
}

static int read_attributes(struct model_reader *reader, const struct json_node *object, enum record_type type,
                           struct model_stratum *stratum)
{
        for (const struct json_node *node = object ? object->child : NULL; node; node = node->next) {
                snprintf(reader->place, sizeof(reader->place), "%s.attributes.%.*s", record_type_name(type),
                         TEXT_ARG(text_slice(node->name, 0, 80)));
                int attribute = find_attribute(stratum, node->name);
                if (attribute < 0)
                        return reject(reader, "unknown attribute");
                for (const struct json_node *level = node->child; level; level = level->next) {
                        int r = read_level(reader, level, stratum->levels[attribute], stratum->level_count[attribute]);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

/* {"attribute": thousandths of a bit, ...} into @values; the others become @other. Without the object all stay. */
static int read_by_attribute(struct model_reader *reader, const struct json_node *object, struct model_stratum *stratum,
                             int32_t *values, int32_t other)
{
        if (!object)
                return 0;
        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++)
                values[i] = other;
        for (const struct json_node *node = object->child; node; node = node->next) {
                int attribute = find_attribute(stratum, node->name);
                int64_t value;
                if (attribute < 0 || !json_to_i64(node, &value) || value < 0 || value > MODEL_UNLIMITED)
                        return reject(reader, "costs name attributes and are integers from 0 to 1000000");
                values[attribute] = (int32_t)value;
        }
        return 0;
}

static int read_alternative(struct model_reader *reader, const struct json_node *node, struct model_stratum *stratum,
                            struct model_explanation *explanation)
{
        int r = read_i32(reader, node, "offset_mbit", &explanation->offset_mbit);
        r = r < 0 ? r
                  : read_by_attribute(reader, json_get(node, "cost_mbit"), stratum, explanation->cost_mbit,
                                      MODEL_UNEXPLAINED);
        return r < 0 ? r
                     : read_by_attribute(reader, json_get(node, "most_mbit"), stratum, explanation->most_mbit,
                                         MODEL_UNLIMITED);
}

/* ["name of a recipe", ...]; without the list what is there stays. */
static int read_left_out(struct model_reader *reader, const struct json_node *list, enum record_type type,
                         struct model_stratum *stratum)
{
        snprintf(reader->place, sizeof(reader->place), "%s.keys_left_out", record_type_name(type));
        if (list && list->kind != JSON_ARRAY)
                return reject(reader, "expected a list of names of keys");
        if (list)
                stratum->recipes_left_out = 0;
        for (const struct json_node *node = list ? list->child : NULL; node; node = node->next) {
                uint32_t recipe = model_recipe_find(json_scalar_text(node));
                if (!model_recipe_is_optional(recipe))
                        return reject(reader, recipe == RECIPE_COUNT ? "no key of this name"
                                                                     : "a key that no model may leave out");
                stratum->recipes_left_out |= UINT64_C(1) << recipe;
        }
        return 0;
}

static int find_coupled(struct text name)
{
        for (int i = 0; i < MODEL_COUPLED_COUNT; i++)
                if (text_equal(name, text_from(model_attribute_name(model_coupled[i]))))
                        return i;
        return -1;
}

/* {"given": {"family": thousandths of a bit}}; without the object what is there stays. */
static int read_couplings(struct model_reader *reader, const struct json_node *object, enum record_type type,
                          struct model_stratum *stratum)
{
        snprintf(reader->place, sizeof(reader->place), "%s.together_mbit", record_type_name(type));
        if (object)
                memset(stratum->coupling_mbit, 0, sizeof(stratum->coupling_mbit));
        for (const struct json_node *one = object ? object->child : NULL; one; one = one->next)
                for (const struct json_node *other = one->child; other; other = other->next) {
                        int i = find_coupled(one->name);
                        int j = find_coupled(other->name);
                        int64_t value;
                        if (i < 0 || j < 0 || i == j || !json_to_i64(other, &value) || value < 0 ||
                            value > MODEL_COUPLING_MOST_MBIT)
                                return reject(reader, "expected two of given, family, birth_place, place and "
                                                      "job_title, with an integer from 0 to 6000");
                        stratum->coupling_mbit[i][j] = stratum->coupling_mbit[j][i] = (int32_t)value;
                }
        return 0;
}

static int read_stratum(struct model_reader *reader, const struct json_node *root, enum record_type type,
                        struct model_stratum *stratum)
{
        const struct json_node *object = json_get(root, record_type_name(type));
        snprintf(reader->place, sizeof(reader->place), "%s", record_type_name(type));
        int r = read_i64(reader, object, "records", 2, INT64_C(2000000000), &stratum->records);
        r = r < 0 ? r : read_i64(reader, object, "twins_permille", 1, 100000, &stratum->twins_permille);
        int64_t confidence = stratum->confidence_mbit;
        r = r < 0 ? r : read_i64(reader, object, "confidence_mbit", 0, MODEL_CONFIDENCE_MOST_MBIT, &confidence);
        stratum->confidence_mbit = (int32_t)confidence;
        r = r < 0 ? r : read_left_out(reader, json_get(object, "keys_left_out"), type, stratum);
        r = r < 0 ? r : read_couplings(reader, json_get(object, "together_mbit"), type, stratum);
        r = r < 0 ? r : read_attributes(reader, json_get(object, "attributes"), type, stratum);
        const struct json_node *alternatives = r < 0 ? NULL : json_get(object, "alternatives");
        for (const struct json_node *node = alternatives ? alternatives->child : NULL; node && r >= 0;
             node = node->next) {
                struct model_explanation *explanation = NULL;
                snprintf(reader->place, sizeof(reader->place), "%s.alternatives.%.*s", record_type_name(type),
                         TEXT_ARG(text_slice(node->name, 0, 80)));
                for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++)
                        if (stratum->alternatives[a].used &&
                            text_equal(node->name, text_from(model_alternative_name(a))))
                                explanation = &stratum->alternatives[a];
                r = explanation ? read_alternative(reader, node, stratum, explanation)
                                : reject(reader, "unknown alternative");
        }
        return r;
}

static int read_frequencies(struct model_reader *reader, const struct json_node *root, struct model *model,
                            enum model_frequency_kind kind)
{
        const struct json_node *object = json_get(json_get(root, "frequencies"), model_frequency_name(kind));
        struct model_frequencies *table = &model->frequencies[kind];
        snprintf(reader->place, sizeof(reader->place), "frequencies.%s", model_frequency_name(kind));
        int r = read_i32(reader, object, "unlisted_mbit", &table->unlisted_mbit);
        r = r < 0 ? r : read_i32(reader, object, "per_byte_mbit", &table->per_byte_mbit);
        r = r < 0 ? r : read_i32(reader, object, "average_mbit", &table->average_mbit);
        r = r < 0 ? r : read_i32(reader, object, "least_mbit", &table->least_mbit);
        r = r < 0 ? r : read_i32(reader, object, "most_mbit", &table->most_mbit);
        if (r < 0)
                return r;
        size_t capacity = 0;
        const struct json_node *values = json_get(object, "values");
        if (!values)
                model_add_builtin_values(model, kind);
        for (const struct json_node *node = values ? values->child : NULL; node; node = node->next) {
                int64_t rarity;
                if (!json_to_i64(node, &rarity) || rarity < 0 || rarity > 64000)
                        return reject(reader, "a value's rarity is an integer from 0 to 64000");
                model_add_frequency(model, kind, arena_text(&model->arena, node->name), (int32_t)rarity, &capacity);
        }
        return 0;
}

static int read_model(struct model_reader *reader, const struct json_node *root, struct model *model)
{
        int64_t version = 0;
        snprintf(reader->place, sizeof(reader->place), "top");
        if (!json_to_i64(json_get(root, "durand_model"), &version) || version != MODEL_FORMAT_VERSION)
                return reject(reader, "\"durand_model\" is missing or not 1: no model file of this version");
        model_set_builtin_tables(model);
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                int r = read_stratum(reader, root, type, &model->strata[type]);
                if (r < 0)
                        return r;
        }
        snprintf(reader->place, sizeof(reader->place), "company_name");
        const struct json_node *tokens = json_get(root, "company_name");
        for (size_t i = 0; i < sizeof(token_fields) / sizeof(*token_fields); i++) {
                int r = read_i32(reader, tokens, token_fields[i].name,
                                 (int32_t *)(void *)((char *)&model->tokens + token_fields[i].offset));
                if (r < 0)
                        return r;
        }
        for (uint32_t kind = 0; kind < FREQUENCY_KIND_COUNT; kind++) {
                int r = read_frequencies(reader, root, model, kind);
                if (r < 0)
                        return r;
        }
        return 0;
}

int model_load_text(struct text json, const char *name, struct model **model, struct error *error)
{
        ARENA_CLEANUP struct arena arena = {0};
        const struct json_node *root;
        struct error detail;
        if (json_parse(&arena, json, &root, &detail) < 0)
                return error_set(error, ERR_USAGE, "%s: %s", name, detail.text);

        struct model *made = model_new();
        struct model_reader reader = {.file = name, .error = error};
        int r = read_model(&reader, root, made);
        if (r >= 0) {
                r = model_finish(made, error);
                if (r < 0)
                        error_prefix(error, r, "%s", name);
        }
        if (r < 0) {
                model_free(made);
                return ERR_USAGE;
        }
        *model = made;
        return 0;
}

int model_load(const char *path, struct model **model, struct error *error)
{
        FILE *file = fopen(path, "rb");
        if (!file)
                return error_set(error, ERR_USAGE, "%s: cannot read the model: %s", path, strerror(errno));
        BUFFER_CLEANUP struct buffer json = {0};
        size_t got;
        do {
                got = fread(buffer_reserve(&json, 65536), 1, 65536, file);
                json.length += got;
        } while (got > 0 && json.length <= MODEL_FILE_BYTES_MAX);
        bool failed = ferror(file) != 0;
        fclose(file);
        if (failed || json.length > MODEL_FILE_BYTES_MAX)
                return error_set(error, ERR_USAGE, "%s: cannot read the model: %s", path,
                                 failed ? "read error" : "larger than 64 MiB");
        return model_load_text(buffer_view(&json), path, model, error);
}
