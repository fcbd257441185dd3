/* A one-pass JSON reader (RFC 8259) into a tree of slices.
 *
 * Recursive descent with a depth bound. Strings without escapes are slices of the input; with escapes they are
 * unescaped into the arena. UTF-8 is checked only for strings that hold a byte above 0x7f. Numbers are checked against
 * the grammar and kept as text: what a decimal column said is not rounded on its way through.
 */
#include "base/json.h"

#include <string.h>

struct parser {
        struct arena *arena;
        const char *start;
        const char *at;
        const char *end;
        struct error *error;
        uint32_t depth;
        uint32_t nodes;
};

static int fail(struct parser *p, const char *expected)
{
        return error_set(p->error, ERR_REJECT, "JSON, byte %zu: %s", (size_t)(p->at - p->start), expected);
}

static void skip_space(struct parser *p)
{
        while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
                p->at++;
}

static bool read_hex4(const char *at, unsigned *value)
{
        *value = 0;
        for (int i = 0; i < 4; i++) {
                char c = at[i];
                unsigned digit;

                if (c >= '0' && c <= '9')
                        digit = (unsigned)(c - '0');
                else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                        digit = (unsigned)((c | 0x20) - 'a') + 10;
                else
                        return false;
                *value = *value * 16 + digit;
        }
        return true;
}

static char *put_utf8(char *out, unsigned code)
{
        if (code < 0x80) {
                *out++ = (char)code;
        } else if (code < 0x800) {
                *out++ = (char)(0xc0 | (code >> 6));
                *out++ = (char)(0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
                *out++ = (char)(0xe0 | (code >> 12));
                *out++ = (char)(0x80 | ((code >> 6) & 0x3f));
                *out++ = (char)(0x80 | (code & 0x3f));
        } else {
                *out++ = (char)(0xf0 | (code >> 18));
                *out++ = (char)(0x80 | ((code >> 12) & 0x3f));
                *out++ = (char)(0x80 | ((code >> 6) & 0x3f));
                *out++ = (char)(0x80 | (code & 0x3f));
        }
        return out;
}

/* Reads the digits of \uXXXX at p->at (behind the 'u'), joined with a second escape where they are a surrogate pair. */
static int read_unicode_escape(struct parser *p, char **out)
{
        unsigned code, low;

        if (p->end - p->at < 4 || !read_hex4(p->at, &code))
                return fail(p, "four hexadecimal digits expected after \\u");
        p->at += 4;
        if (code == 0)
                return fail(p, "a NUL character is not allowed in text");
        if (code >= 0xdc00 && code <= 0xdfff)
                return fail(p, "a low surrogate without its high one");
        if (code >= 0xd800 && code <= 0xdbff) {
                if (p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u' || !read_hex4(p->at + 2, &low) ||
                    low < 0xdc00 || low > 0xdfff)
                        return fail(p, "a high surrogate without its low one");
                p->at += 6;
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        *out = put_utf8(*out, code);
        return 0;
}

static int read_escape(struct parser *p, char **out)
{
        static const char from[] = "\"\\/bfnrt";
        static const char to[] = "\"\\/\b\f\n\r\t";
        const char *found;

        p->at++;
        if (p->at >= p->end)
                return fail(p, "the text ends inside an escape");
        if (*p->at == 'u') {
                p->at++;
                return read_unicode_escape(p, out);
        }
        found = *p->at ? strchr(from, *p->at) : NULL;
        if (!found)
                return fail(p, "unknown escape");
        *(*out)++ = to[found - from];
        p->at++;
        return 0;
}

/* The rest of a string that holds escapes; @from is behind the opening quote. */
static int read_escaped(struct parser *p, const char *from, struct text *text)
{
        const char *close = p->at;
        char *start, *out;

        while (close < p->end && *close != '"')
                close += *close == '\\' ? 2 : 1;
        if (close >= p->end) {
                p->at = p->end;
                return fail(p, "the text ends inside a string");
        }
        start = arena_alloc(p->arena, (size_t)(close - from) + 1);
        memcpy(start, from, (size_t)(p->at - from));
        out = start + (p->at - from);
        while (p->at < close) {
                if ((unsigned char)*p->at < 0x20)
                        return fail(p, "a control character inside a string");
                if (*p->at != '\\') {
                        *out++ = *p->at++;
                        continue;
                }
                if (read_escape(p, &out) < 0)
                        return ERR_REJECT;
        }
        *text = (struct text){.data = start, .length = (uint32_t)(out - start)};
        return 0;
}

static int read_string(struct parser *p, struct text *text)
{
        const char *from = ++p->at;
        unsigned char seen = 0;

        while (p->at < p->end) {
                unsigned char c = (unsigned char)*p->at;

                if (c == '"' || c == '\\')
                        break;
                if (c < 0x20)
                        return fail(p, "a control character inside a string");
                seen |= c;
                p->at++;
        }
        if (p->at >= p->end)
                return fail(p, "the text ends inside a string");
        if (*p->at == '\\') {
                if (read_escaped(p, from, text) < 0)
                        return ERR_REJECT;
                seen = 0x80;
        } else {
                *text = (struct text){.data = from, .length = (uint32_t)(p->at - from)};
        }
        if ((seen & 0x80) && !text_is_utf8(*text))
                return fail(p, "invalid UTF-8 in the string that ends here");
        p->at++;
        return 0;
}

static bool take_digits(struct parser *p)
{
        const char *from = p->at;

        while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
                p->at++;
        return p->at > from;
}

static int read_number(struct parser *p, struct json_node *node)
{
        const char *from = p->at;

        if (*p->at == '-')
                p->at++;
        if (p->at < p->end && *p->at == '0')
                p->at++;
        else if (!take_digits(p))
                return fail(p, "a value expected");
        if (p->at < p->end && *p->at == '.') {
                p->at++;
                if (!take_digits(p))
                        return fail(p, "a digit expected after the decimal point");
        }
        if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
                p->at++;
                if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
                        p->at++;
                if (!take_digits(p))
                        return fail(p, "a digit expected in the exponent");
        }
        node->kind = JSON_NUMBER;
        node->text = (struct text){.data = from, .length = (uint32_t)(p->at - from)};
        return 0;
}

static int read_word(struct parser *p, const char *word, enum json_kind kind, struct json_node *node)
{
        size_t length = strlen(word);

        if ((size_t)(p->end - p->at) < length || memcmp(p->at, word, length) != 0)
                return fail(p, "a value expected");
        p->at += length;
        node->kind = kind;
        return 0;
}

static int read_value(struct parser *p, struct json_node *node);

static struct json_node *new_node(struct parser *p)
{
        if (++p->nodes > JSON_NODES_MAX)
                return NULL;
        return arena_calloc(p->arena, 1, sizeof(struct json_node));
}

/* The members of an array or object, behind its opening bracket. */
static int read_members(struct parser *p, struct json_node *node, bool object, char close)
{
        const struct json_node **link = &node->child;

        skip_space(p);
        if (p->at < p->end && *p->at == close) {
                p->at++;
                return 0;
        }
        for (;;) {
                struct json_node *member = new_node(p);

                if (!member)
                        return fail(p, "more values than the limit allows");
                skip_space(p);
                if (object) {
                        if (p->at >= p->end || *p->at != '"')
                                return fail(p, "a member name in quotes expected");
                        if (read_string(p, &member->name) < 0)
                                return ERR_REJECT;
                        skip_space(p);
                        if (p->at >= p->end || *p->at != ':')
                                return fail(p, "':' expected");
                        p->at++;
                }
                if (read_value(p, member) < 0)
                        return ERR_REJECT;
                *link = member;
                link = &member->next;
                node->count++;
                skip_space(p);
                if (p->at < p->end && *p->at == ',') {
                        p->at++;
                        continue;
                }
                if (p->at >= p->end || *p->at != close)
                        return fail(p, object ? "',' or '}' expected" : "',' or ']' expected");
                p->at++;
                return 0;
        }
}

static int read_container(struct parser *p, struct json_node *node, bool object)
{
        int r;

        if (++p->depth > JSON_DEPTH_MAX)
                return fail(p, "nested deeper than the limit allows");
        p->at++;
        node->kind = object ? JSON_OBJECT : JSON_ARRAY;
        r = read_members(p, node, object, object ? '}' : ']');
        p->depth--;
        return r;
}

static int read_value(struct parser *p, struct json_node *node)
{
        skip_space(p);
        if (p->at >= p->end)
                return fail(p, "a value expected, the text ends");
        switch (*p->at) {
        case '{':
                return read_container(p, node, true);
        case '[':
                return read_container(p, node, false);
        case '"':
                node->kind = JSON_STRING;
                return read_string(p, &node->text);
        case 't':
                return read_word(p, "true", JSON_TRUE, node);
        case 'f':
                return read_word(p, "false", JSON_FALSE, node);
        case 'n':
                return read_word(p, "null", JSON_NULL, node);
        default:
                return read_number(p, node);
        }
}

int json_parse(struct arena *arena, struct text bytes, const struct json_node **root, struct error *error)
{
        struct parser p = {
                .arena = arena,
                .start = bytes.data,
                .at = bytes.data,
                .end = bytes.data + bytes.length,
                .error = error,
        };
        struct json_node *node;

        if (bytes.length > JSON_BYTES_MAX)
                return error_set(error, ERR_REJECT, "JSON of %u bytes is larger than the limit of %u", bytes.length,
                                 JSON_BYTES_MAX);
        node = new_node(&p);
        if (read_value(&p, node) < 0)
                return ERR_REJECT;
        skip_space(&p);
        if (p.at != p.end)
                return fail(&p, "something follows the value");
        *root = node;
        return 0;
}

bool json_is(const struct json_node *node, enum json_kind kind)
{
        return node && node->kind == kind;
}

const struct json_node *json_get_text(const struct json_node *node, struct text name)
{
        const struct json_node *found = NULL;

        if (!json_is(node, JSON_OBJECT))
                return NULL;
        for (const struct json_node *member = node->child; member; member = member->next) {
                if (text_equal(member->name, name))
                        found = member;
        }
        return found;
}

const struct json_node *json_get(const struct json_node *node, const char *name)
{
        return json_get_text(node, text_from(name));
}

const struct json_node *json_path(const struct json_node *node, const char *path)
{
        while (node && *path) {
                size_t length = strcspn(path, "/");

                node = json_get_text(node, (struct text){.data = path, .length = (uint32_t)length});
                path += length;
                if (*path == '/')
                        path++;
        }
        return node;
}

struct text json_scalar_text(const struct json_node *node)
{
        if (!node)
                return TEXT_NONE;
        switch (node->kind) {
        case JSON_STRING:
        case JSON_NUMBER:
                return node->text;
        case JSON_TRUE:
                return TEXT("true");
        case JSON_FALSE:
                return TEXT("false");
        default:
                return TEXT_NONE;
        }
}

bool json_to_i64(const struct json_node *node, int64_t *value)
{
        if (!node || (node->kind != JSON_NUMBER && node->kind != JSON_STRING))
                return false;
        return text_to_i64(node->text, value);
}
