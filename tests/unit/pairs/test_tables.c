/* The tables of pairs in tests/data/pairs: what standardising and the built-in model together make of them.
 *
 * Pairs follow their context: the type of record, the attribute that a plain value is of, the population that the
 * prior odds are made for, and what both records have besides. Each is a line: verdict | left | right | why.
 * A value that says "attribute=value; ..." is a record of several values. Verdicts:
 *
 *     same        the posterior reaches the match zone
 *     possible    it lies around the review zone: neither surely joined nor surely apart
 *     different   it stays out of the match zone
 *
 * "gap same" is a pair whose verdict is not reached and that we know of: it is printed, and an error once it is
 * reached, so that the list stays true. Each pair is scored in both directions.
 */
#include "config/config.h"
#include "model/model.h"
#include "score/score.h"
#include "standard/standard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define PAIRS TEST_DATA "/data/pairs/"
#define LINE_MAX_BYTES 1024
#define SLOTS_MAX 16
#define POSSIBLE_MBIT 4000 /* beyond the review zone on either side */

struct table {
        struct config config;
        struct standard *standard;
        struct model *model;
        struct scorer *scorer;
        struct arena arena;
        enum record_type type;
        uint16_t attribute;
        char context[LINE_MAX_BYTES];
        unsigned pairs, gaps, mistakes;
};

struct side {
        struct record record;
        struct slot slots[SLOTS_MAX];
        struct features features;
};

static void open_table(struct table *table)
{
        struct error error;

        memset(table, 0, sizeof(*table));
        config_init_builtin(&table->config);
        table->standard = standard_new(&table->config, &error);
        assert_non_null(table->standard);
}

static void close_table(struct table *table)
{
        scorer_free(table->scorer);
        model_free(table->model);
        standard_free(table->standard);
        config_free(&table->config);
        arena_free(&table->arena);
}

/* Cuts the next part of *@rest up to @separator off, without blanks around it. */
static char *next_part(char **rest, char separator)
{
        char *part = *rest, *end;

        if (!part)
                return NULL;
        end = strchr(part, separator);
        *rest = end ? end + 1 : NULL;
        if (end)
                *end = '\0';
        part += strspn(part, " ");
        for (size_t length = strlen(part); length > 0 && strchr(" \n", part[length - 1]); length--)
                part[length - 1] = '\0';
        return part;
}

static void read_context(struct table *table, char *line)
{
        char type[32], attribute[32];
        int population, end = 0;

        assert_int_equal(sscanf(line, "context %31s %31s %d %n", type, attribute, &population, &end), 3);
        assert_true(record_type_parse(text_from(type), &table->type));
        table->attribute = vocabulary_find(&table->config.vocabulary, text_from(attribute));
        assert_int_not_equal(table->attribute, ATTRIBUTE_NONE);
        snprintf(table->context, sizeof(table->context), "%s", line + end);
        table->context[strcspn(table->context, "\n")] = '\0';
        scorer_free(table->scorer);
        model_free(table->model);
        table->model = model_new_builtin();
        model_set_population(table->model, table->type, population);
        table->scorer = scorer_new(table->model);
}

/* What the tables shorten. */
static struct text written_out(struct text name)
{
        static const struct {
                const char *shorter, *name;
        } names[] = {
                {"given", "given_name"},      {"family", "family_name"},      {"street", "address.street"},
                {"line2", "address.line2"},   {"city", "address.city"},       {"zip", "address.postal_code"},
                {"region", "address.region"}, {"country", "address.country"},
        };

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (text_equal(name, text_from(names[i].shorter)))
                        return text_from(names[i].name);
        return name;
}

static void add_slot(struct side *side, uint16_t attribute, struct text value)
{
        assert_true(side->record.slot_count < SLOTS_MAX);
        side->slots[side->record.slot_count++] =
                (struct slot){.attribute = attribute, .flags = SLOT_SET, .raw = value, .value = value};
}

/* "attribute=value; attribute=value". */
static void add_values(struct table *table, struct side *side, char *values)
{
        char *rest = values;

        for (char *part = next_part(&rest, ';'); part; part = next_part(&rest, ';')) {
                char *equals = strchr(part, '=');
                struct text name;
                uint16_t attribute;

                assert_non_null(equals);
                name = text_slice(text_from(part), 0, (uint32_t)(equals - part));
                attribute = vocabulary_find(&table->config.vocabulary, written_out(name));
                if (attribute == ATTRIBUTE_NONE)
                        fail_msg("no attribute is called %.*s", TEXT_ARG(name));
                add_slot(side, attribute, arena_text(&table->arena, text_from(equals + 1)));
        }
}

static int compare_slots(const void *a, const void *b)
{
        const struct slot *x = a, *y = b;

        return (x->attribute > y->attribute) - (x->attribute < y->attribute);
}

static void read_side(struct table *table, struct side *side, const char *values)
{
        char context[LINE_MAX_BYTES], copy[LINE_MAX_BYTES];

        memset(side, 0, sizeof(*side));
        side->record = (struct record){
                .key = {TEXT("table"), TEXT("row"), TEXT("1")},
                .declared_type = table->type,
                .alive = true,
                .slots = side->slots,
        };
        snprintf(copy, sizeof(copy), "%s", values);
        if (strchr(values, '='))
                add_values(table, side, copy);
        else
                add_slot(side, table->attribute, arena_text(&table->arena, text_from(values)));
        snprintf(context, sizeof(context), "%s", table->context);
        if (context[0])
                add_values(table, side, context);
        qsort(side->slots, side->record.slot_count, sizeof(side->slots[0]), compare_slots);
        standard_record(table->standard, &table->arena, &side->record, &side->features);
}

static bool is_reached(const struct table *table, const char *verdict, struct score score)
{
        int32_t posterior = score.posterior_mbit;

        if (strcmp(verdict, "same") == 0)
                return posterior >= table->config.zones[table->type].match_mbit && !score.cannot_link;
        if (strcmp(verdict, "different") == 0)
                return posterior < table->config.zones[table->type].match_mbit || score.cannot_link;
        assert_string_equal(verdict, "possible");
        return posterior >= table->config.zones[table->type].review_mbit - POSSIBLE_MBIT &&
               posterior < table->config.zones[table->type].match_mbit + POSSIBLE_MBIT;
}

static void print_waterfall(struct table *table, const struct score_pair *pair)
{
        struct score_detail detail;

        score_explain(table->scorer, pair, &table->arena, &detail);
        for (uint32_t i = 0; i < detail.step_count; i++)
                print_message("        %+7d %.*s: %.*s  %.*s / %.*s\n", detail.steps[i].weight_mbit,
                              TEXT_ARG(detail.steps[i].attribute), TEXT_ARG(detail.steps[i].level),
                              TEXT_ARG(detail.steps[i].value_a), TEXT_ARG(detail.steps[i].value_b));
}

static void check_pair(struct table *table, const char *line, char *copy)
{
        char *rest = copy;
        char *verdict = next_part(&rest, '|'), *left = next_part(&rest, '|'), *right = next_part(&rest, '|');
        char *why = next_part(&rest, '|');
        bool gap = strncmp(verdict, "gap ", 4) == 0;
        struct side a, b;
        struct score_pair pair = {.a.features = &a.features, .b.features = &b.features};
        struct score_pair back = {.a.features = &b.features, .b.features = &a.features};
        struct score score;

        if (!left || !right || !why || rest)
                fail_msg("no pair: %s", line);
        read_side(table, &a, left);
        read_side(table, &b, right);
        score = score_pair(table->scorer, &pair);
        assert_int_equal(score.posterior_mbit, score_pair(table->scorer, &back).posterior_mbit);
        table->pairs++;
        if (is_reached(table, gap ? verdict + 4 : verdict, score) != gap) {
                if (gap)
                        print_message("known gap %+d: %s", score.posterior_mbit, line);
                table->gaps += gap;
                return;
        }
        table->mistakes++;
        print_message("%s %+d: %s", gap ? "no gap any more" : "MISTAKE", score.posterior_mbit, line);
        print_waterfall(table, &pair);
}

static void check_table(const char *name)
{
        struct table table;
        char path[256], line[LINE_MAX_BYTES], copy[LINE_MAX_BYTES];
        FILE *file;

        snprintf(path, sizeof(path), PAIRS "%s", name);
        file = fopen(path, "r");
        if (!file)
                fail_msg("%s cannot be read", path);
        open_table(&table);
        while (fgets(line, sizeof(line), file)) {
                if (line[0] == '#' || line[0] == '\n')
                        continue;
                snprintf(copy, sizeof(copy), "%s", line);
                if (strncmp(line, "context ", 8) == 0)
                        read_context(&table, copy);
                else
                        check_pair(&table, line, copy);
        }
        fclose(file);
        print_message("%s: %u pairs, %u known gaps, %u mistakes\n", name, table.pairs, table.gaps, table.mistakes);
        assert_true(table.pairs > 0);
        assert_int_equal(table.mistakes, 0);
        close_table(&table);
}

static void names_of_people(void **state)
{
        (void)state;
        check_table("names.txt");
}

static void names_of_companies(void **state)
{
        (void)state;
        check_table("companies.txt");
}

static void names_of_institutions(void **state)
{
        (void)state;
        check_table("institutions.txt");
}

static void postal_addresses(void **state)
{
        (void)state;
        check_table("addresses.txt");
}

static void mail_addresses(void **state)
{
        (void)state;
        check_table("emails.txt");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_of_people),       cmocka_unit_test(names_of_companies),
                cmocka_unit_test(names_of_institutions), cmocka_unit_test(postal_addresses),
                cmocka_unit_test(mail_addresses),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
