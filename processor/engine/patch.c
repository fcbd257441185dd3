/* JSON merge patches (RFC 7396) between two of our own documents.
 *
 * Our documents hold no nulls, so a patch says everything: a changed or new member with its new value, a removed member
 * as null, an array whole. Applying `after` to the golden record before gives the one after, and `before` leads back.
 */
#include "engine/patch.h"

static bool same_node(const struct json_node *a, const struct json_node *b)
{
        const struct json_node *left, *right;

        if (a->kind != b->kind || a->count != b->count || !text_equal(a->text, b->text))
                return false;
        for (left = a->child, right = b->child; left && right; left = left->next, right = right->next) {
                if (!text_equal(left->name, right->name) || !same_node(left, right))
                        return false;
        }
        return true;
}

bool patch_write(struct json_writer *writer, const struct json_node *from, const struct json_node *to)
{
        bool different = false;

        json_write_object(writer);
        for (const struct json_node *member = to->child; member; member = member->next) {
                const struct json_node *old = json_get_text(from, member->name);

                if (old && same_node(old, member))
                        continue;
                different = true;
                json_write_name_text(writer, member->name);
                if (old && old->kind == JSON_OBJECT && member->kind == JSON_OBJECT)
                        patch_write(writer, old, member);
                else
                        json_write_node(writer, member);
        }
        for (const struct json_node *old = from->child; old; old = old->next) {
                if (json_get_text(to, old->name))
                        continue;
                different = true;
                json_write_name_text(writer, old->name);
                json_write_null(writer);
        }
        json_write_object_end(writer);
        return different;
}
