/* Documents and merge patches by Jansson.
 *
 * The patch is RFC 7396's own pseudo code, so that a mistake of the engine's patches is not repeated here.
 */
#include "document.h"

#include <jansson.h>

/* A document is a json_t. Jansson's functions take what they only read without const. */
static json_t *json_of(const struct document *document)
{
        return (json_t *)(uintptr_t)document;
}

static struct document *document_of(json_t *json)
{
        return (struct document *)json;
}

struct document *document_parse(struct text text)
{
        return document_of(json_loadb(text.data, text.length, 0, NULL));
}

void document_free(struct document *document)
{
        json_decref(json_of(document));
}

static json_t *merge_patch(json_t *target, json_t *patch)
{
        json_t *result, *value;
        const char *name;

        if (!json_is_object(patch))
                return json_deep_copy(patch);
        result = json_is_object(target) ? json_deep_copy(target) : json_object();
        json_object_foreach(patch, name, value)
        {
                if (json_is_null(value))
                        json_object_del(result, name);
                else
                        json_object_set_new(result, name, merge_patch(json_object_get(result, name), value));
        }
        return result;
}

struct document *document_patch(const struct document *target, const struct document *patch)
{
        return document_of(merge_patch(json_of(target), json_of(patch)));
}

struct document *document_member(const struct document *document, const char *name)
{
        json_t *member = json_object_get(json_of(document), name);

        return json_is_null(member) ? NULL : document_of(member);
}

const char *document_text(const struct document *document, const char *name)
{
        const char *text = json_string_value(json_object_get(json_of(document), name));

        return text ? text : "";
}

bool document_equal(const struct document *a, const struct document *b)
{
        return json_equal(json_of(a), json_of(b)) == 1;
}
