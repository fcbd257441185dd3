/* The sections `matching.rules`, `matching.ignore` and `matching.weight`: a company's own criteria of what is the same.
 *
 * Rules are compiled into terms (record/rule.h). What could only disappoint is refused with what to do: a rule that
 * joins without an attribute that must be the same would never see a pair, for no blocking key proposes it; one that
 * keeps apart without a difference would keep a record apart from itself.
 */
#include "config/load.h"

#include <string.h>

/* --- attributes left out of matching */

static void ignore_attributes(struct loader *loader, const struct node *node, enum record_type type)
{
        struct config *config = loader->config;
        const struct text *names;
        uint32_t count;

        loader_read_texts(loader, node, "matching.ignore", &names, &count);
        for (uint32_t i = 0; i < count; i++) {
                const struct node *at = node->kind == NODE_LIST && node->count == count ? node->values[i] : node;
                bool found = false;

                for (uint32_t j = 1; j < config->vocabulary.count; j++) {
                        struct text name = text_from(config->vocabulary.attributes[j].name);
                        bool is_part = text_starts_with(name, names[i]) && name.length > names[i].length &&
                                       name.data[names[i].length] == '.';

                        if (!is_part && !text_equal(name, names[i]))
                                continue;
                        config->ignored[type][j] = found = true;
                }
                if (!found)
                        find_attribute(loader, at, names[i]);
        }
}

void read_ignored_of_persons(struct loader *loader, const struct node *node, void *target)
{
        (void)target;
        ignore_attributes(loader, node, TYPE_PERSON);
}

void read_ignored_of_organizations(struct loader *loader, const struct node *node, void *target)
{
        (void)target;
        ignore_attributes(loader, node, TYPE_ORGANIZATION);
}

/* --- how much the evidence of an attribute counts */

#define WEIGHT_MAX_PERMILLE 4000

static void read_weights(struct loader *loader, const struct node *node, enum record_type type)
{
        struct config *config = loader->config;

        if (!loader_check_map(loader, node, "matching.weight"))
                return;
        for (uint32_t i = 0; i < node->count; i++) {
                const struct node *key = node->keys[i], *value = node->values[i];
                uint16_t attribute = find_attribute(loader, key, key->text);
                struct text text;
                int64_t permille;

                if (attribute == ATTRIBUTE_NONE || !loader_read_text(loader, value, "matching.weight", &text))
                        continue;
                if (rule_sees(&config->vocabulary, attribute) != RULE_SIGHT_FEATURE)
                        problem_error(&loader->sink, key, "take it out; a rule may look at it (`matching.rules`)",
                                      "matching does not weigh %.*s", TEXT_ARG(key->text));
                else if (!value_parse(VALUE_BITS, text, &permille) || permille < 0 || permille > WEIGHT_MAX_PERMILLE)
                        problem_error(&loader->sink, value, "write a number from 0 to 4, such as 0.5",
                                      "matching.weight: \"%.*s\" is no weight", TEXT_ARG(text));
                else
                        config->more_weight[type][attribute] = (int16_t)(permille - 1000);
        }
}

void read_weights_of_persons(struct loader *loader, const struct node *node, void *target)
{
        (void)target;
        read_weights(loader, node, TYPE_PERSON);
}

void read_weights_of_organizations(struct loader *loader, const struct node *node, void *target)
{
        (void)target;
        read_weights(loader, node, TYPE_ORGANIZATION);
}

/* --- rules */

/* The term for one attribute, or NULL after a report. Under `same` the parts of an address share a term. */
static struct rule_term *make_term(struct loader *loader, const struct node *at, const struct rule_draft *draft,
                                   uint16_t attribute, bool same, struct rule_term *terms, uint32_t *count)
{
        const struct vocabulary *vocabulary = &loader->config->vocabulary;

        if (rule_sees(vocabulary, attribute) == RULE_SIGHT_NONE) {
                problem_error(&loader->sink, at, "use an attribute with a value of its own, such as email or vat_id",
                              "%s: rules cannot see %s", draft->what, vocabulary->attributes[attribute].name);
                return NULL;
        }
        for (uint32_t i = 0; same && rule_is_address(attribute) && i < *count; i++) {
                if (rule_is_address(terms[i].attributes[0]) && terms[i].attribute_count < RULE_TERMS_MAX)
                        return &terms[i];
        }
        if (*count == RULE_TERMS_MAX) {
                problem_error(&loader->sink, at, "use fewer", "%s: at most %d attributes are possible", draft->what,
                              RULE_TERMS_MAX);
                return NULL;
        }
        return &terms[(*count)++];
}

static void compile_terms(struct loader *loader, const struct node *node, struct rule_draft *draft, bool same)
{
        struct config *config = loader->config;
        const struct text *names = same ? draft->same : draft->different;
        uint32_t name_count = same ? draft->same_count : draft->different_count;
        struct rule_term *terms = same ? draft->rule.same : draft->rule.different;
        uint32_t *count = same ? &draft->rule.same_count : &draft->rule.different_count;

        for (uint32_t i = 0; i < name_count; i++) {
                const struct node *at =
                        node && node->kind == NODE_LIST && node->count == name_count ? node->values[i] : node;
                uint16_t attribute = find_attribute(loader, at, names[i]);
                struct rule_term *term;

                if (attribute == ATTRIBUTE_NONE)
                        continue;
                if (config->ignored[draft->rule.type][attribute]) {
                        problem_error(&loader->sink, at, "take it out of one of the two",
                                      "%s: %.*s is left out of matching by matching.ignore", draft->what,
                                      TEXT_ARG(names[i]));
                        continue;
                }
                term = make_term(loader, at, draft, attribute, same, terms, count);
                if (!term)
                        continue;
                term->attributes[term->attribute_count++] = attribute;
                if (rule_sees(&config->vocabulary, attribute) == RULE_SIGHT_OWN) {
                        term->own = text_from(config->vocabulary.attributes[attribute].name);
                        config->seen_by_rules[draft->rule.type][attribute] = true;
                }
        }
}

static void check_rule(struct loader *loader, const struct node *key, const struct rule_draft *draft, uint32_t errors)
{
        const struct rule *rule = &draft->rule;

        if (loader->sink.errors != errors)
                return; /* what follows from a mistake is no news */
        if (draft->type_name.length == 0)
                problem_error(&loader->sink, key, "add `type: person` or `type: organization`", "%s has no type",
                              draft->what);
        else if (draft->then.length == 0)
                problem_error(&loader->sink, key, "add `then: same`, `then: never` or `then: review`",
                              "%s has no verdict", draft->what);
        else if (rule->then == RULE_NEVER && rule->different_count == 0)
                problem_error(&loader->sink, key, "name what must differ under `when.different`",
                              "%s keeps apart without a difference: it would keep records apart that say the same",
                              draft->what);
        else if (rule->then != RULE_NEVER && rule->same_count == 0)
                problem_error(&loader->sink, key, "name what must be equal under `when.same`",
                              "%s has nothing that must be the same: only records that share a value are compared",
                              draft->what);
}

static void read_rule(struct loader *loader, const struct node *key, const struct node *node, struct rule *out)
{
        static const struct {
                const char *word;
                enum rule_verdict verdict;
        } verdicts[] = {{"same", RULE_SAME}, {"never", RULE_NEVER}, {"review", RULE_REVIEW}};
        struct rule_draft draft = {.rule.name = key->text};
        uint32_t errors = loader->sink.errors;

        draft.what = arena_printf(loader->arena, "rule %.*s", TEXT_ARG(key->text)).data;
        if (!loader_is_name(key->text))
                problem_error(&loader->sink, key, "use letters, digits, '.', '_' and '-', at most 64",
                              "\"%.*s\" is no name for a rule", TEXT_ARG(key->text));
        options_set_defaults(loader, SCOPE_RULE, &draft);
        if (!node_is_null(node))
                options_read(loader, SCOPE_RULE, node, draft.what, &draft);
        record_type_parse(draft.type_name, &draft.rule.type);
        for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
                if (text_equal(draft.then, text_from(verdicts[i].word)))
                        draft.rule.then = verdicts[i].verdict;
        }
        compile_terms(loader, node_path(node, "when.same"), &draft, true);
        compile_terms(loader, node_path(node, "when.different"), &draft, false);
        check_rule(loader, key, &draft, errors);
        *out = draft.rule;
}

void read_rules(struct loader *loader, const struct node *node, void *target)
{
        struct config *config = target;
        struct rule *rules;

        if (!loader_check_map(loader, node, "matching.rules"))
                return;
        if (node->count > RULES_MAX) {
                problem_error(&loader->sink, node, "use fewer", "%u rules; %d are possible", (unsigned)node->count,
                              RULES_MAX);
                return;
        }
        rules = arena_calloc(loader->arena, node->count + 1, sizeof(*rules));
        for (uint32_t i = 0; i < node->count; i++)
                read_rule(loader, node->keys[i], node->values[i], &rules[i]);
        config->rules.items = rules;
        config->rules.count = node->count;
}
