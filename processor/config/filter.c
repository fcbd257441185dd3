/* Filters: a recursive descent into an array of nodes, and a walk over them.
 *
 * The grammar, loosest first:
 *     either    = both {"or" both}
 *     both      = denial {"and" denial}
 *     denial    = "not" denial | "(" either ")" | "has" subject | condition
 *     condition = subject [operator value | ["not"] "in" "(" value {"," value} ")"]
 *
 * Numbers are compared as scaled integers: doubles and their locale stay out of F.
 */
#include "config/filter.h"

#include <string.h>

enum filter_op {
        FILTER_OR,
        FILTER_AND,
        FILTER_NOT,
        FILTER_HAS,
        FILTER_TRUE,
        FILTER_EQUAL,
        FILTER_NOT_EQUAL,
        FILTER_LESS,
        FILTER_LESS_EQUAL,
        FILTER_GREATER,
        FILTER_GREATER_EQUAL,
        FILTER_IN,
};

enum filter_subject {
        SUBJECT_ATTRIBUTE,
        SUBJECT_ENTITY_ID,
        SUBJECT_SOURCE, /* of any member */
        SUBJECT_RECORDS,
        SUBJECT_SOURCES,
        SUBJECT_COMPLETENESS,
        SUBJECT_ROLE_ACCOUNT,
};

static const struct {
        const char *name;
        enum filter_subject subject;
} subjects[] = {
        {"entity_id", SUBJECT_ENTITY_ID},       {"source", SUBJECT_SOURCE},
        {"records", SUBJECT_RECORDS},           {"sources", SUBJECT_SOURCES},
        {"completeness", SUBJECT_COMPLETENESS}, {"role_account", SUBJECT_ROLE_ACCOUNT},
};

static const struct {
        const char *spelling;
        enum filter_op op;
} operators[] = {
        {"!=", FILTER_NOT_EQUAL}, {"<=", FILTER_LESS_EQUAL}, {">=", FILTER_GREATER_EQUAL},
        {"=", FILTER_EQUAL},      {"<", FILTER_LESS},        {">", FILTER_GREATER},
};

struct filter_node {
        enum filter_op op;
        uint16_t left, right; /* of AND, OR; NOT has a left one */
        enum filter_subject subject;
        uint16_t attribute;
        const struct text *values;
        uint32_t value_count;
};

struct filter {
        struct filter_node nodes[FILTER_NODES_MAX];
        uint16_t count;
        uint16_t root;
        struct text text;
};

/* ---- compiling -----------------------------------------------------------------------------------------------------
 */

enum token_kind {
        TOKEN_END,
        TOKEN_WORD,
        TOKEN_QUOTED,
        TOKEN_SIGN, /* an operator, a parenthesis, a comma */
};

struct token {
        enum token_kind kind;
        struct text text;
        uint32_t at; /* byte offset, from 0 */
};

struct parser {
        struct arena *arena;
        const struct vocabulary *vocabulary;
        struct filter *filter;
        struct token token; /* the next one */
        uint32_t offset;    /* behind it */
        uint32_t depth;
        struct error *error;
        bool failed;
};

static void fail(struct parser *parser, const char *expected)
{
        if (parser->failed)
                return;
        parser->failed = true;
        if (parser->token.kind == TOKEN_END)
                error_set(parser->error, ERR_USAGE, "%s is expected at the end", expected);
        else
                error_set(parser->error, ERR_USAGE, "%s is expected at \"%.*s\" (character %u)", expected,
                          TEXT_ARG(parser->token.text), parser->token.at + 1);
}

static bool is_space(char c)
{
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_sign(char c)
{
        return c == '(' || c == ')' || c == ',' || c == '=' || c == '!' || c == '<' || c == '>';
}

static void next(struct parser *parser)
{
        struct text whole = parser->filter->text;
        uint32_t at = parser->offset;
        struct token *token = &parser->token;

        while (at < whole.length && is_space(whole.data[at]))
                at++;
        *token = (struct token){.at = at};
        parser->offset = at;
        if (at == whole.length)
                return;
        if (whole.data[at] == '"' || whole.data[at] == '\'') {
                int64_t end = text_find_byte(whole, whole.data[at], at + 1);

                token->kind = TOKEN_QUOTED;
                token->text = text_slice(whole, at + 1, end < 0 ? whole.length : (uint32_t)end - at - 1);
                parser->offset = end < 0 ? whole.length : (uint32_t)end + 1;
                if (end < 0)
                        fail(parser, "a closing quote");
                return;
        }
        if (is_sign(whole.data[at])) {
                bool two = at + 1 < whole.length && whole.data[at + 1] == '=' &&
                           (whole.data[at] == '!' || whole.data[at] == '<' || whole.data[at] == '>');

                token->kind = TOKEN_SIGN;
                token->text = text_slice(whole, at, two ? 2 : 1);
                parser->offset = at + token->text.length;
                return;
        }
        token->kind = TOKEN_WORD;
        while (at < whole.length && !is_space(whole.data[at]) && !is_sign(whole.data[at]))
                at++;
        token->text = text_slice(whole, token->at, at - token->at);
        parser->offset = at;
}

static bool at_word(const struct parser *parser, const char *word)
{
        return parser->token.kind == TOKEN_WORD && text_equal_ascii_case(parser->token.text, text_from(word));
}

static bool at_sign(const struct parser *parser, const char *sign)
{
        return parser->token.kind == TOKEN_SIGN && text_equal(parser->token.text, text_from(sign));
}

static uint16_t add_node(struct parser *parser, struct filter_node node)
{
        struct filter *filter = parser->filter;

        if (filter->count == FILTER_NODES_MAX) {
                fail(parser, "an end (128 parts are possible)");
                return 0;
        }
        filter->nodes[filter->count] = node;
        return filter->count++;
}

static void read_subject(struct parser *parser, struct filter_node *node)
{
        struct text name = parser->token.text;

        if (parser->token.kind != TOKEN_WORD) {
                fail(parser, "an attribute");
                return;
        }
        node->attribute = vocabulary_find(parser->vocabulary, name);
        for (size_t i = 0; node->attribute == ATTRIBUTE_NONE && i < sizeof(subjects) / sizeof(subjects[0]); i++) {
                if (!text_equal(name, text_from(subjects[i].name)))
                        continue;
                node->subject = subjects[i].subject;
                next(parser);
                return;
        }
        if (node->attribute == ATTRIBUTE_NONE || parser->vocabulary->attributes[node->attribute].hidden) {
                fail(parser, "an attribute of golden records, or entity_id, source, records, sources, completeness, "
                             "role_account");
                return;
        }
        next(parser);
}

static struct text read_value(struct parser *parser)
{
        struct text value = parser->token.text;

        if (parser->token.kind != TOKEN_WORD && parser->token.kind != TOKEN_QUOTED)
                fail(parser, "a value");
        else
                next(parser);
        return value;
}

static void read_list(struct parser *parser, struct filter_node *node)
{
        struct text *values = NULL;
        size_t count = 0, capacity = 0;

        if (!at_sign(parser, "("))
                fail(parser, "\"(\"");
        do {
                next(parser);
                *ARENA_PUSH(parser->arena, values, count, capacity) = read_value(parser);
        } while (!parser->failed && at_sign(parser, ",") && count < FILTER_VALUES_MAX);
        if (!at_sign(parser, ")"))
                fail(parser, "\")\"");
        next(parser);
        node->op = FILTER_IN;
        node->values = values;
        node->value_count = (uint32_t)count;
}

static uint16_t read_condition(struct parser *parser)
{
        struct filter_node node = {.op = FILTER_TRUE};
        bool negated = false;

        read_subject(parser, &node);
        if (at_word(parser, "not")) {
                negated = true;
                next(parser);
                if (!at_word(parser, "in"))
                        fail(parser, "\"in\"");
        }
        if (at_word(parser, "in")) {
                next(parser);
                read_list(parser, &node);
        }
        for (size_t i = 0; node.op == FILTER_TRUE && i < sizeof(operators) / sizeof(operators[0]); i++) {
                struct text *value;

                if (!at_sign(parser, operators[i].spelling))
                        continue;
                next(parser);
                value = arena_alloc(parser->arena, sizeof(*value));
                *value = read_value(parser);
                node.op = operators[i].op;
                node.values = value;
                node.value_count = 1;
        }
        if (negated)
                return add_node(parser, (struct filter_node){.op = FILTER_NOT, .left = add_node(parser, node)});
        return add_node(parser, node);
}

static uint16_t read_either(struct parser *parser);

static uint16_t read_denial(struct parser *parser)
{
        uint16_t node;

        if (++parser->depth > FILTER_DEPTH_MAX)
                fail(parser, "less nesting (32 levels are possible)");
        if (parser->failed)
                return 0;
        if (at_word(parser, "not")) {
                next(parser);
                node = add_node(parser, (struct filter_node){.op = FILTER_NOT, .left = read_denial(parser)});
        } else if (at_sign(parser, "(")) {
                next(parser);
                node = read_either(parser);
                if (!at_sign(parser, ")"))
                        fail(parser, "\")\"");
                next(parser);
        } else if (at_word(parser, "has")) {
                struct filter_node has = {.op = FILTER_HAS};

                next(parser);
                read_subject(parser, &has);
                node = add_node(parser, has);
        } else {
                node = read_condition(parser);
        }
        parser->depth--;
        return node;
}

static uint16_t read_both(struct parser *parser)
{
        uint16_t node = read_denial(parser);

        while (!parser->failed && at_word(parser, "and")) {
                next(parser);
                node = add_node(parser,
                                (struct filter_node){.op = FILTER_AND, .left = node, .right = read_denial(parser)});
        }
        return node;
}

static uint16_t read_either(struct parser *parser)
{
        uint16_t node = read_both(parser);

        while (!parser->failed && at_word(parser, "or")) {
                next(parser);
                node = add_node(parser,
                                (struct filter_node){.op = FILTER_OR, .left = node, .right = read_both(parser)});
        }
        return node;
}

const struct filter *filter_compile(struct arena *arena, const struct vocabulary *vocabulary, struct text text,
                                    struct error *error)
{
        struct parser parser = {.arena = arena, .vocabulary = vocabulary, .error = error};

        parser.filter = arena_calloc(arena, 1, sizeof(*parser.filter));
        parser.filter->text = text;
        next(&parser);
        parser.filter->root = read_either(&parser);
        if (!parser.failed && parser.token.kind != TOKEN_END)
                fail(&parser, "\"and\" or \"or\"");
        return parser.failed ? NULL : parser.filter;
}

struct text filter_text(const struct filter *filter)
{
        return filter->text;
}

/* ---- matching ------------------------------------------------------------------------------------------------------
 */

struct text golden_attribute(const struct vocabulary *vocabulary, const struct json_node *golden, uint16_t attribute)
{
        const struct attribute *described = &vocabulary->attributes[attribute];
        const struct json_node *consent;

        if (described->kind != KIND_CONSENT)
                return json_scalar_text(json_get(json_get(golden, "attributes"), described->name));
        consent = json_get(golden, "consent");
        if (strncmp(described->name, "consent.", strlen("consent.")) == 0)
                return json_scalar_text(json_get(json_get(consent, described->name + strlen("consent.")), "value"));
        return json_scalar_text(json_get(json_get(consent, described->name), "value"));
}

static struct text subject_text(const struct filter_node *node, const struct filter_view *view)
{
        switch (node->subject) {
        case SUBJECT_ENTITY_ID:
                return json_scalar_text(json_get(view->golden, "entity_id"));
        case SUBJECT_RECORDS:
                return json_scalar_text(json_path(view->golden, "quality/records"));
        case SUBJECT_SOURCES:
                return json_scalar_text(json_path(view->golden, "quality/sources"));
        case SUBJECT_COMPLETENESS:
                return json_scalar_text(json_path(view->golden, "quality/completeness"));
        case SUBJECT_ROLE_ACCOUNT:
                return view->role_account ? TEXT("true") : TEXT("false");
        case SUBJECT_ATTRIBUTE:
                return golden_attribute(view->vocabulary, view->golden, node->attribute);
        case SUBJECT_SOURCE:
                break;
        }
        return TEXT_NONE;
}

/* A decimal in millionths; false for anything else, or more than twelve digits before the point. */
static bool read_decimal(struct text t, int64_t *value)
{
        bool negative = t.length > 0 && t.data[0] == '-';
        uint32_t at = negative ? 1 : 0, digits = 0, fraction = 0;

        *value = 0;
        for (; at < t.length && t.data[at] >= '0' && t.data[at] <= '9' && digits < 12; at++, digits++)
                *value = *value * 10 + (t.data[at] - '0');
        if (digits > 0 && at + 1 < t.length && t.data[at] == '.') {
                for (at++; at < t.length && t.data[at] >= '0' && t.data[at] <= '9'; at++) {
                        if (fraction < 6) {
                                *value = *value * 10 + (t.data[at] - '0');
                                fraction++;
                        }
                }
        }
        for (; fraction < 6; fraction++)
                *value *= 10;
        if (negative)
                *value = -*value;
        return digits > 0 && at == t.length;
}

static int compare_values(struct text a, struct text b)
{
        int64_t x, y;

        if (read_decimal(a, &x) && read_decimal(b, &y))
                return (x > y) - (x < y);
        return text_equal_ascii_case(a, b) ? 0 : text_compare(a, b);
}

static bool is_one_of(const struct filter_node *node, struct text value)
{
        for (uint32_t i = 0; value.length > 0 && i < node->value_count; i++) {
                if (compare_values(value, node->values[i]) == 0)
                        return true;
        }
        return false;
}

static bool has_source(const struct filter_node *node, const struct filter_view *view)
{
        const struct json_node *members = json_get(view->golden, "members");

        for (const struct json_node *member = members ? members->child : NULL; member; member = member->next) {
                if (is_one_of(node, json_scalar_text(json_get(member, "source"))))
                        return true;
        }
        return false;
}

static bool condition_matches(const struct filter_node *node, const struct filter_view *view)
{
        struct text value = subject_text(node, view);
        int order;

        if (node->op == FILTER_HAS)
                return value.length > 0 || node->subject == SUBJECT_SOURCE;
        if (node->op == FILTER_TRUE)
                return text_equal_ascii_case(value, TEXT("true"));
        if (node->subject == SUBJECT_SOURCE)
                return has_source(node, view) == (node->op == FILTER_EQUAL || node->op == FILTER_IN);
        if (node->op == FILTER_EQUAL || node->op == FILTER_IN)
                return is_one_of(node, value);
        if (node->op == FILTER_NOT_EQUAL)
                return !is_one_of(node, value);
        if (value.length == 0)
                return false;
        order = compare_values(value, node->values[0]);
        switch (node->op) {
        case FILTER_LESS:
                return order < 0;
        case FILTER_LESS_EQUAL:
                return order <= 0;
        case FILTER_GREATER:
                return order > 0;
        default:
                return order >= 0;
        }
}

/* Bounded by the depth that the parser allows, and by the chain of `and` and `or`, which are walked to the left. */
static bool node_matches(const struct filter *filter, uint16_t index, const struct filter_view *view)
{
        const struct filter_node *node = &filter->nodes[index];

        switch (node->op) {
        case FILTER_OR:
                return node_matches(filter, node->left, view) || node_matches(filter, node->right, view);
        case FILTER_AND:
                return node_matches(filter, node->left, view) && node_matches(filter, node->right, view);
        case FILTER_NOT:
                return !node_matches(filter, node->left, view);
        default:
                return condition_matches(node, view);
        }
}

bool filter_matches(const struct filter *filter, const struct filter_view *view)
{
        return !filter || node_matches(filter, filter->root, view);
}
