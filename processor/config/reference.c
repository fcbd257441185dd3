/* docs/configuration.md, generated: the option table, the vocabulary, the presets and the column names, so that what is
 * written there is what the program does. A unit test compares the committed file with this text.
 */
#include "base/buffer.h"
#include "config/identity_table.h"
#include "config/load.h"

#include <string.h>

static const char introduction[] =
        "# Configuration\n"
        "\n"
        "This page is generated from the program's option table: `durand check --reference > docs/configuration.md`.\n"
        "\n"
        "Durand reads one YAML file (`--config durand.yaml`); [examples/durand.yaml](examples/durand.yaml) is a "
        "complete one. "
        "Without a file every option has its default and any source is accepted. `durand check --config durand.yaml` "
        "names "
        "every mistake at once, each with file, line and remedy.\n"
        "\n"
        "- Wherever a text is expected, `{env: NAME}` takes it from an environment variable and `{file: PATH}` from a "
        "file "
        "(without its last line break). Keep secrets out of the file that way. Paths are relative to the working "
        "directory.\n"
        "- Durations are a number and a unit: `250ms`, `5s`, `10m`, `1h30m`, `7d`, `2w`. Sizes: `64MiB`, `1TiB`, "
        "`500MB`. "
        "Thresholds are in bits of posterior odds: `1.5 bits`, `-2`.\n"
        "- Anchors, aliases and merge keys (`<<: *defaults`) work. Limits: 1 MiB, 32 levels, 200,000 values with "
        "aliases "
        "counted in full, 4096 entries of one map or list.\n"
        "- Changes of sources, mappings, trust, `matching` or the ghost secret start a new epoch: the results are "
        "computed "
        "anew. Everything else can change without that.\n";

static const struct {
        enum option_scope scope;
        const char *heading;
        const char *text;
} scopes[] = {
        {SCOPE_FILE, "Options of the file",
         "A dot stands for one level: `matching.review` is `review` under `matching`."},
        {SCOPE_SOURCE, "Options of a source",
         "Under `sources`, by the source's name (letters, digits, `.`, `_`, `-`), which also names its topic of "
         "commands, "
         "`sync.<name>`."},
        {SCOPE_ENTITY, "Options of an entity",
         "Under a source's `entities`, by the name of the object or table as its events spell it."},
        {SCOPE_FIELD, "Options of a field",
         "Where `field: attribute` or `field: attribute:label` does not say enough. Parts of compound fields are "
         "written "
         "with a dot: `MailingAddress.City`."},
        {SCOPE_ATTRIBUTE, "Options of an attribute", "Under `attributes`, by its name."},
        {SCOPE_TARGET, "Options of a target",
         "Under `sync`, by the source's name. Commands and what they are made of: [sync.md](sync.md)."},
        {SCOPE_TARGET_ENTITY, "Options of a target's entity",
         "Under a target's `entities`, by the name of the object or table."},
        {SCOPE_WRITE, "Options of an attribute to write",
         "Under `write`, by the attribute, where `attribute: fill` or `attribute: correct` does not say enough."},
        {SCOPE_RULE, "Options of a rule",
         "Under `matching.rules`, by its name, which explanations and conflicts give. A value that is missing on "
         "either "
         "side satisfies no condition. An attribute that matching does not compare (`status`, or one of `attributes`) "
         "is "
         "compared by rules alone; references and consents are not. Of a name the words count, in any order; `website` "
         "is the domain of a website or of a company's mail address; a partial birth date is missing. For "
         "`different`, names are compared word by word, and the roots of nicknames are words as well. A value shared "
         "by "
         "more records than `matching.cap` proposes no pairs for rules either."},
        {SCOPE_SURVIVORSHIP, "Options of an attribute's survivorship",
         "Under `survivorship.person` and `survivorship.organization`, by the attribute, where `attribute: rule` does "
         "not say enough. [survivorship.md](survivorship.md)."},
        {SCOPE_QUEUE, "Options of a queue", "Under `conflicts.queues`, by its name. [conflicts.md](conflicts.md)."},
        {SCOPE_FEED, "Options of a feed", "Under `feeds`, by its name. [feeds.md](feeds.md)."},
};

static const char example[] = "```yaml\n"
                              "sources:\n"
                              "  erp:\n"
                              "    dialect: debezium\n"
                              "    topics: [erp.public.customer, erp.public.invoice_contact]\n"
                              "    country: FR\n"
                              "    trust: {default: 60, legal_name: 90, address: 80}\n"
                              "    tables:\n"
                              "      customer:\n"
                              "        type: organization\n"
                              "        key: customer_no\n"
                              "        fields:\n"
                              "          name1: legal_name\n"
                              "          siret: siret\n"
                              "          tel: phone\n"
                              "          tel_direct: phone:direct\n"
                              "          no_mailing: {attribute: consent.email, opt_out: true}\n"
                              "          crm_id: {attribute: same_as, source: sfdc-emea}\n"
                              "```\n";

static const char filters[] =
        "\n## Filters\n"
        "\n"
        "Conditions over golden records, for `when`. An attribute, or one of `entity_id`, `source` (of any record), "
        "`records`, `sources`, `completeness`, `role_account` (the mail address is that of a function, such as "
        "info@), is compared by `=`, `!=`, `<`, `<=`, `>`, `>=`, `in (…)` or `not in (…)`; `has` asks whether there is "
        "a value, and a name alone whether it is `true`. `not`, `and`, `or` and parentheses combine, in this order of "
        "strength.\n"
        "\n"
        "```\n"
        "address.country in (FR, BE) and has email and not role_account\n"
        "status = closed or (sources = 1 and completeness < 0.5)\n"
        "job_title = 'Head of Sales' and consent.email != denied\n"
        "```\n"
        "\n"
        "Text is compared without regard to case, numbers as numbers, dates as they are written. Where there is no "
        "value, every comparison but `!=` and `not in` is false. At most 128 conditions, 32 levels, 256 values in a "
        "list.\n";

/* A cell of a table: '|' would end it. */
static void put_cell(struct buffer *out, struct text t)
{
        for (uint32_t i = 0; i < t.length; i++) {
                if (t.data[i] == '|')
                        buffer_byte(out, '\\');
                buffer_byte(out, (uint8_t)t.data[i]);
        }
}

static void put_limits(struct buffer *out, const struct option *option)
{
        char min[VALUE_TEXT_SIZE];
        char max[VALUE_TEXT_SIZE];
        switch (option->type) {
        case VALUE_WORD:
                for (const char *const *word = option->words; *word; word++)
                        buffer_printf(out, "%s`%s`", word == option->words ? "" : ", ", *word);
                break;
        case VALUE_LIST:
                buffer_printf(out, "at most %lld", (long long)option->max);
                break;
        case VALUE_TEXT:
        case VALUE_SECRET:
                buffer_printf(out, "%lld to %lld bytes", (long long)option->min, (long long)option->max);
                break;
        case VALUE_COUNTRY:
                buffer_string(out, "ISO 3166-1 alpha-2");
                break;
        case VALUE_BOOL:
        case VALUE_MAP:
                break;
        default:
                value_format(option->type, option->min, min);
                value_format(option->type, option->max, max);
                buffer_printf(out, "%s to %s", min, max);
                break;
        }
}

static void put_options(struct buffer *out, enum option_scope scope)
{
        buffer_string(out, "\n| Option | Type | Default | Limits | What it does |\n|---|---|---|---|---|\n");
        for (size_t i = 0; i < option_count; i++) {
                const struct option *option = &options[i];
                if (option->scope != scope)
                        continue;
                buffer_printf(out, "| `%s` | %s | ", option->path, value_type_name(option->type));
                if (option->fallback && option->fallback[0])
                        buffer_printf(out, "`%s`", option->fallback);
                buffer_string(out, " | ");
                put_limits(out, option);
                buffer_string(out, " | ");
                put_cell(out, text_from(option->description));
                buffer_string(out, " |\n");
        }
}

static const char *types_of(const struct attribute *attribute)
{
        if (attribute->person && attribute->organization)
                return "both";
        return attribute->person ? "person" : "organization";
}

/* The column names of one attribute: what the identity mapping knows beside the attribute's own name. */
static void put_column_names(struct buffer *out, uint16_t attribute, const char *own_name)
{
        struct text own = text_from(own_name);
        bool first = true;
        for (size_t i = 0; i < identity_row_count; i++) {
                const struct identity_row *row = &identity_rows[i];
                if (row->person != attribute && row->organization != attribute)
                        continue;
                if (nearest_distance(own, row->name) == 0)
                        continue;
                buffer_printf(out, "%s%.*s", first ? "" : ", ", TEXT_ARG(row->name));
                first = false;
        }
}

static void put_vocabulary(struct buffer *out)
{
        struct vocabulary vocabulary;
        vocabulary_init(&vocabulary);
        buffer_string(
                out,
                "\n## Attributes\n"
                "\n"
                "The built-in vocabulary. Attributes with several values take labels. Hidden ones steer the processing "
                "and "
                "are not published in golden records.\n"
                "\n"
                "With `mapping: identity` a field named after an attribute, or by one of the column names, maps by "
                "itself; case, blanks, `-`, `_`, `.`, camelCase and accents make no difference, and words such as "
                "`billing`, `home`, `work` or a number in front or behind become the label (`billing_city`, `email2`). "
                "A "
                "name such as `company` is an employer in a person's row and the name in a company's.\n"
                "\n"
                "| Attribute | Kind | Of | Values | Column names |\n|---|---|---|---|---|\n");
        for (uint32_t i = 1; i < vocabulary.count; i++) {
                const struct attribute *attribute = &vocabulary.attributes[i];
                buffer_printf(out, "| `%s` | %s | %s | %s%s | ", attribute->name, attribute_kind_name(attribute->kind),
                              types_of(attribute), attribute->multiple ? "several" : "one",
                              attribute->hidden ? ", hidden" : "");
                put_column_names(out, (uint16_t)i, attribute->name);
                buffer_string(out, " |\n");
        }
}

static void put_preset(struct buffer *out, struct arena *arena, const char *name)
{
        struct config_problems problems = {0};
        struct problem_sink sink = {.problems = &problems, .file = text_from(name)};
        struct document document;
        document_read(arena, preset_find(text_from(name)), &sink, &document);
        config_problems_free(&problems);
        const struct node *entities = node_get(document.root, "entities");
        buffer_printf(out, "\n`%s`:\n", name);
        for (uint32_t i = 0; entities && i < entities->count; i++) {
                const struct node *fields = node_get(entities->values[i], "fields");
                buffer_printf(out, "\n- `%.*s`: ", TEXT_ARG(entities->keys[i]->text));
                for (uint32_t j = 0; fields && j < fields->count; j++) {
                        const struct node *value = fields->values[j];
                        const struct node *attribute =
                                value->kind == NODE_SCALAR ? value : node_get(value, "attribute");
                        buffer_printf(out, "%s%.*s → %.*s", j ? ", " : "", TEXT_ARG(fields->keys[j]->text),
                                      TEXT_ARG(attribute ? attribute->text : TEXT_NONE));
                }
        }
        buffer_string(out, "\n");
}

void config_write_reference(struct buffer *out)
{
        struct arena arena ARENA_CLEANUP = {0};
        buffer_string(out, introduction);
        for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
                buffer_printf(out, "\n## %s\n\n%s\n", scopes[i].heading, scopes[i].text);
                put_options(out, scopes[i].scope);
                if (scopes[i].scope == SCOPE_FIELD)
                        buffer_printf(out, "\n%s", example);
        }
        buffer_string(out, filters);
        put_vocabulary(out);
        buffer_string(out, "\n## Presets\n\nMappings for `mapping:`. What a source adds under `entities` extends them: "
                           "a field of "
                           "the same name is replaced, `ignore` switches it off.\n");
        for (size_t i = 0; preset_name(i); i++)
                put_preset(out, &arena, preset_name(i));
}
