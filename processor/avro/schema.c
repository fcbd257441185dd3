/* Schemas: from their JSON to types that can be walked without looking anything up.
 *
 * A schema may come from a registry that others write to, so it is bounded: its bytes, its nesting (by the JSON
 * reader), the number of its types. Named types are kept in a list while one schema is compiled; a name without a dot
 * belongs to the namespace around it ("Names"). Records may refer to themselves: a type is known by its name before its
 * fields are.
 *
 * What a reader does not need is not looked at (aliases, documentation, order, defaults other than null).
 */
#include "avro/internal.h"

#include <stdlib.h>
#include <string.h>

static const struct text kind_names[AVRO_KIND_COUNT] = {
        [AVRO_KIND_NULL] = TEXT_INIT("null"),     [AVRO_KIND_BOOLEAN] = TEXT_INIT("boolean"),
        [AVRO_KIND_INT] = TEXT_INIT("int"),       [AVRO_KIND_LONG] = TEXT_INIT("long"),
        [AVRO_KIND_FLOAT] = TEXT_INIT("float"),   [AVRO_KIND_DOUBLE] = TEXT_INIT("double"),
        [AVRO_KIND_BYTES] = TEXT_INIT("bytes"),   [AVRO_KIND_STRING] = TEXT_INIT("string"),
        [AVRO_KIND_RECORD] = TEXT_INIT("record"), [AVRO_KIND_ENUM] = TEXT_INIT("enum"),
        [AVRO_KIND_FIXED] = TEXT_INIT("fixed"),   [AVRO_KIND_ARRAY] = TEXT_INIT("array"),
        [AVRO_KIND_MAP] = TEXT_INIT("map"),       [AVRO_KIND_UNION] = TEXT_INIT("union"),
};

struct named_type {
        struct text name;
        const struct avro_type *type;
};

struct compiler {
        struct arena *arena;
        struct named_type *names;
        size_t name_count;
        size_t name_capacity;
        uint32_t types;
        struct avro_type *primitives[AVRO_KIND_STRING + 1];
        struct error *error;
};

static int compile(struct compiler *compiler, const struct json_node *node, struct text space,
                   const struct avro_type **type);

const char *avro_kind_name(enum avro_kind kind)
{
        return kind_names[kind].data;
}

bool avro_kind_is_named(enum avro_kind kind)
{
        return kind == AVRO_KIND_RECORD || kind == AVRO_KIND_ENUM || kind == AVRO_KIND_FIXED;
}

/* The kind called @name; "error" is a record ("Protocol Declaration"). AVRO_KIND_COUNT: none. */
static enum avro_kind find_kind(struct text name)
{
        for (int kind = 0; kind < AVRO_KIND_COUNT; kind++) {
                if (kind != AVRO_KIND_UNION && text_equal(name, kind_names[kind]))
                        return (enum avro_kind)kind;
        }
        return text_equal(name, TEXT("error")) ? AVRO_KIND_RECORD : AVRO_KIND_COUNT;
}

static struct avro_type *new_type(struct compiler *compiler, enum avro_kind kind)
{
        struct avro_type *type;

        if (compiler->types == AVRO_TYPES_MAX) {
                error_set(compiler->error, ERR_REJECT, "more than %d types", AVRO_TYPES_MAX);
                return NULL;
        }
        compiler->types++;
        type = arena_calloc(compiler->arena, 1, sizeof(*type));
        type->kind = kind;
        return type;
}

/* --- names */

static struct text join(struct arena *arena, struct text space, struct text name)
{
        if (space.length == 0 || text_find_byte(name, '.', 0) >= 0)
                return name;
        return arena_printf(arena, "%.*s.%.*s", TEXT_ARG(space), TEXT_ARG(name));
}

static struct text space_of(struct text name)
{
        for (uint32_t i = name.length; i-- > 0;) {
                if (name.data[i] == '.')
                        return text_slice(name, 0, i);
        }
        return TEXT_NONE;
}

static const struct avro_type *find_name(const struct compiler *compiler, struct text name)
{
        for (size_t i = 0; i < compiler->name_count; i++) {
                if (text_equal(compiler->names[i].name, name))
                        return compiler->names[i].type;
        }
        return NULL;
}

static int compile_name(struct compiler *compiler, struct text name, struct text space, const struct avro_type **type)
{
        enum avro_kind kind = find_kind(name);

        if (kind <= AVRO_KIND_STRING) {
                if (!compiler->primitives[kind])
                        compiler->primitives[kind] = new_type(compiler, kind);
                *type = compiler->primitives[kind];
                return *type ? 0 : ERR_REJECT;
        }
        *type = find_name(compiler, join(compiler->arena, space, name));
        if (!*type)
                *type = find_name(compiler, name);
        if (!*type)
                return error_set(compiler->error, ERR_REJECT, "type \"%.*s\" is not defined before it is used",
                                 TEXT_ARG(name));
        return 0;
}

static int define(struct compiler *compiler, const struct json_node *node, struct text *space, struct avro_type *type)
{
        const struct json_node *name = json_get(node, "name"), *given = json_get(node, "namespace");
        struct named_type *named;

        if (!json_is(name, JSON_STRING) || name->text.length == 0)
                return error_set(compiler->error, ERR_REJECT, "a type without name");
        if (json_is(given, JSON_STRING))
                *space = given->text;
        type->name = join(compiler->arena, *space, name->text);
        *space = space_of(type->name);
        if (find_name(compiler, type->name))
                return error_set(compiler->error, ERR_REJECT, "type \"%.*s\" is defined twice", TEXT_ARG(type->name));
        named = ARENA_PUSH(compiler->arena, compiler->names, compiler->name_count, compiler->name_capacity);
        *named = (struct named_type){type->name, type};
        return 0;
}

/* --- types */

static int compile_field(struct compiler *compiler, const struct json_node *node, struct text space,
                         struct avro_field *field)
{
        const struct json_node *name = json_get(node, "name"), *type = json_get(node, "type");
        const struct json_node *fallback = json_get(node, "default");
        struct json_node whole;
        int r;

        if (!json_is(name, JSON_STRING) || name->text.length == 0)
                return error_set(compiler->error, ERR_REJECT, "a field without name");
        if (!type)
                return error_set(compiler->error, ERR_REJECT, "%.*s: a field without type", TEXT_ARG(name->text));
        field->name = name->text;
        field->null_by_default = json_is(fallback, JSON_NULL);
        /* {"name": "at", "type": "long", "logicalType": …}: not in the specification, and published all the same. */
        if (type->kind == JSON_STRING && (json_get(node, "logicalType") || json_get(node, "connect.name")) &&
            find_kind(type->text) <= AVRO_KIND_STRING) {
                whole = *node;
                type = &whole;
        }
        r = compile(compiler, type, space, &field->type);
        return r ? error_prefix(compiler->error, r, "%.*s", TEXT_ARG(name->text)) : 0;
}

static int compile_record(struct compiler *compiler, const struct json_node *node, struct text space,
                          struct avro_type *type)
{
        const struct json_node *list = json_get(node, "fields"), *item;
        struct json_node *connect_fields;
        struct avro_field *fields;
        int r = 0;

        if (!json_is(list, JSON_ARRAY))
                return error_set(compiler->error, ERR_REJECT, "%.*s: a record without fields", TEXT_ARG(type->name));
        fields = arena_calloc(compiler->arena, list->count + 1, sizeof(*fields));
        type->connect = avro_connect_record(compiler->arena, type->name, node, &connect_fields);
        item = list->child;
        for (uint32_t i = 0; i < list->count && r == 0; i++, item = item->next)
                r = compile_field(compiler, item, space, &fields[i]);
        type->fields = fields;
        type->count = list->count;
        if (r == 0)
                avro_connect_fields(compiler->arena, connect_fields, type);
        return r;
}

static int compile_enum(struct compiler *compiler, const struct json_node *node, struct avro_type *type)
{
        const struct json_node *list = json_get(node, "symbols"), *item;
        struct text *symbols;

        if (!json_is(list, JSON_ARRAY))
                return error_set(compiler->error, ERR_REJECT, "%.*s: an enum without symbols", TEXT_ARG(type->name));
        symbols = arena_calloc(compiler->arena, list->count + 1, sizeof(*symbols));
        item = list->child;
        for (uint32_t i = 0; i < list->count; i++, item = item->next) {
                if (item->kind != JSON_STRING)
                        return error_set(compiler->error, ERR_REJECT, "%.*s: a symbol that is no text",
                                         TEXT_ARG(type->name));
                symbols[i] = item->text;
        }
        type->symbols = symbols;
        type->count = list->count;
        return 0;
}

static int compile_fixed(struct compiler *compiler, const struct json_node *node, struct avro_type *type)
{
        int64_t size;

        if (!json_to_i64(json_get(node, "size"), &size) || size < 0 || size > (int64_t)JSON_BYTES_MAX)
                return error_set(compiler->error, ERR_REJECT, "%.*s: a fixed without a size from 0 to %u",
                                 TEXT_ARG(type->name), JSON_BYTES_MAX);
        type->count = (uint32_t)size;
        type->connect = avro_connect_scalar(compiler->arena, type->kind, node);
        return 0;
}

static int compile_items(struct compiler *compiler, const struct json_node *node, struct text space,
                         struct avro_type *type)
{
        const char *name = type->kind == AVRO_KIND_ARRAY ? "items" : "values";
        const struct json_node *items = json_get(node, name);
        int r;

        if (!items)
                return error_set(compiler->error, ERR_REJECT, "an %s without %s", avro_kind_name(type->kind), name);
        r = compile(compiler, items, space, &type->items);
        if (r == 0 && type->kind == AVRO_KIND_ARRAY)
                type->connect = avro_connect_items(compiler->arena, type->items->connect);
        return r;
}

static int compile_union(struct compiler *compiler, const struct json_node *node, struct text space,
                         const struct avro_type **made)
{
        struct avro_type *type = new_type(compiler, AVRO_KIND_UNION);
        const struct avro_type **branches;
        const struct json_node *item = node->child;
        int r = type ? 0 : ERR_REJECT;

        if (r == 0 && node->count == 0)
                return error_set(compiler->error, ERR_REJECT, "a union without branches");
        branches = arena_calloc(compiler->arena, node->count + 1, sizeof(struct avro_type *));
        for (uint32_t i = 0; i < node->count && r == 0; i++, item = item->next) {
                if (item->kind == JSON_ARRAY)
                        return error_set(compiler->error, ERR_REJECT, "a union directly inside a union");
                r = compile(compiler, item, space, &branches[i]);
        }
        if (r != 0)
                return r;
        type->branches = branches;
        type->count = node->count;
        type->connect = avro_connect_union(type);
        *made = type;
        return 0;
}

/* {"type": …, …} of a kind that has a name of its own. */
static int compile_kind(struct compiler *compiler, const struct json_node *node, struct text space, enum avro_kind kind,
                        const struct avro_type **made)
{
        struct avro_type *type;

        if (kind <= AVRO_KIND_STRING) {
                const struct json_node *connect = avro_connect_scalar(compiler->arena, kind, node);

                if (!connect)
                        return compile_name(compiler, kind_names[kind], space, made);
                type = new_type(compiler, kind);
                if (type)
                        type->connect = connect;
                *made = type;
                return type ? 0 : ERR_REJECT;
        }
        type = new_type(compiler, kind);
        if (!type)
                return ERR_REJECT;
        *made = type;
        if (avro_kind_is_named(kind) && define(compiler, node, &space, type) < 0)
                return ERR_REJECT;
        switch (kind) {
        case AVRO_KIND_RECORD:
                return compile_record(compiler, node, space, type);
        case AVRO_KIND_ENUM:
                return compile_enum(compiler, node, type);
        case AVRO_KIND_FIXED:
                return compile_fixed(compiler, node, type);
        default:
                return compile_items(compiler, node, space, type);
        }
}

/* The nesting of schemas is that of their JSON, which its reader bounds. */
static int compile(struct compiler *compiler, const struct json_node *node, struct text space,
                   const struct avro_type **type)
{
        const struct json_node *inner;
        enum avro_kind kind;

        if (node->kind == JSON_STRING)
                return compile_name(compiler, node->text, space, type);
        if (node->kind == JSON_ARRAY)
                return compile_union(compiler, node, space, type);
        inner = json_get(node, "type");
        if (!inner)
                return error_set(compiler->error, ERR_REJECT, "a schema is a name, a list or an object with \"type\"");
        if (inner->kind != JSON_STRING)
                return compile(compiler, inner, space, type);
        kind = find_kind(inner->text);
        if (kind == AVRO_KIND_COUNT)
                return compile_name(compiler, inner->text, space, type);
        return compile_kind(compiler, node, space, kind, type);
}

static int compile_text(struct compiler *compiler, struct text text, const struct avro_type **type)
{
        const struct json_node *root;
        struct text copy;

        if (text.length > AVRO_SCHEMA_BYTES_MAX)
                return error_set(compiler->error, ERR_REJECT, "%u bytes, %u are allowed", text.length,
                                 AVRO_SCHEMA_BYTES_MAX);
        copy = arena_text(compiler->arena, text); /* names are slices of it */
        /* A primitive's name may stand without quotes: some registries keep it so. */
        if (find_kind(text_trim(copy)) <= AVRO_KIND_STRING)
                return compile_name(compiler, text_trim(copy), TEXT_NONE, type);
        if (json_parse(compiler->arena, copy, &root, compiler->error) < 0)
                return ERR_REJECT;
        return compile(compiler, root, TEXT_NONE, type);
}

int avro_compile(const struct text *texts, uint32_t count, struct avro_schema **schema, struct error *error)
{
        struct avro_schema *made = calloc(1, sizeof(*made));
        struct compiler compiler = {.error = error};
        int r = 0;

        if (!made)
                abort();
        compiler.arena = &made->arena;
        for (uint32_t i = 0; i < count && r == 0; i++)
                r = compile_text(&compiler, texts[i], &made->root);
        if (r == 0 && !made->root)
                r = error_set(error, ERR_REJECT, "no schema");
        if (r != 0) {
                avro_release(made);
                return r;
        }
        *schema = made;
        return 0;
}

void avro_release(struct avro_schema *schema)
{
        if (!schema)
                return;
        arena_free(&schema->arena);
        free(schema);
}

struct text avro_name(const struct avro_schema *schema)
{
        const struct avro_type *root = schema->root;

        return root->kind == AVRO_KIND_UNION && root->count > 0 ? root->branches[0]->name : root->name;
}

const struct json_node *avro_connect(const struct avro_schema *schema)
{
        return schema->root->connect;
}
