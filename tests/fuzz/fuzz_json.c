/* The JSON reader: any bytes are either refused with a reason, or a tree whose text, written again, is read as the same
 * tree.
 */
#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const struct json_node *a, const struct json_node *b)
{
        if (a->kind != b->kind || !text_equal(a->name, b->name) || !text_equal(a->text, b->text) ||
            a->count != b->count)
                return false;
        for (a = a->child, b = b->child; a && b; a = a->next, b = b->next) {
                if (!same(a, b))
                        return false;
        }
        return !a && !b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct buffer BUFFER_CLEANUP out = {0};
        const struct json_node *first, *second;
        struct json_writer writer;
        struct error error = {0};
        struct text bytes = {.data = (const char *)data, .length = (uint32_t)size};

        if (size > UINT32_MAX)
                return 0;
        if (json_parse(&arena, bytes, &first, &error) < 0) {
                if (error.text[0] == '\0')
                        abort();
                return 0;
        }
        json_writer_init(&writer, &out);
        json_write_node(&writer, first);
        if (json_parse(&arena, buffer_view(&out), &second, &error) < 0 || !same(first, second))
                abort();
        return 0;
}
