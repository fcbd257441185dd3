/* What training makes of records whose truth we know: people of a made-up world, a third of them twice and misspelt. */
#include "train/train.h"

#include "base/buffer.h"
#include "model/weights.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 5

struct world {
        struct config config;
        struct arena arena;
        struct record *records;
        uint32_t count;
        uint32_t twins; /* records that repeat another one */
};

static uint64_t dice_state;

static uint32_t dice(uint32_t limit)
{
        dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (uint32_t)(dice_state >> 33) % limit;
}

static const char *const given_names[] = {"Aldo",  "Bruna",  "Cosimo",  "Delia",  "Ettore", "Fulvia",
                                          "Guido", "Ilario", "Lavinia", "Marzio", "Nives",  "Oreste"};
static const char *const family_starts[] = {"Bar", "Cas", "Dol", "Fer", "Gal", "Lom", "Mar", "Pal", "Ros", "Ten"};
static const char *const family_ends[] = {"tini", "elli", "aro", "etti", "anesi", "ucci", "ondi", "azzo"};

static struct text misspelt(struct world *world, struct text name)
{
        char *copy = arena_alloc(&world->arena, name.length);
        memcpy(copy, name.data, name.length);
        copy[1 + dice(name.length - 1)] = (char)('a' + dice(26));
        return (struct text){copy, name.length};
}

static void add_record(struct world *world, const char *id, const struct text values[SLOTS])
{
        static const char *const names[SLOTS] = {"given_name", "family_name", "birth_date", "phone", "job_title"};
        struct record *record = &world->records[world->count++];
        *record = (struct record){.key = {.source = TEXT("crm"),
                                          .entity = TEXT("Contact"),
                                          .record_id = arena_printf(&world->arena, "%s%05u", id, world->count)},
                                  .declared_type = TYPE_PERSON,
                                  .alive = true,
                                  .slots = arena_calloc(&world->arena, SLOTS, sizeof(struct slot))};
        for (uint32_t attribute = 1; attribute < world->config.vocabulary.count; attribute++)
                for (uint32_t i = 0; i < SLOTS; i++)
                        if (values[i].length &&
                            vocabulary_find(&world->config.vocabulary, text_from(names[i])) == attribute)
                                record->slots[record->slot_count++] = (struct slot){.attribute = (uint16_t)attribute,
                                                                                    .flags = SLOT_SET,
                                                                                    .raw = values[i]};
}

/* @people of them; each third one has a second record, whose given name is misspelt in one case of five. */
static void make_world(struct world *world, uint32_t people)
{
        dice_state = 7;
        memset(world, 0, sizeof(*world));
        config_init_builtin(&world->config);
        world->records = arena_calloc(&world->arena, 2 * people, sizeof(*world->records));
        for (uint32_t i = 0; i < people; i++) {
                struct text values[SLOTS] = {
                        text_from(given_names[dice(12)]),
                        arena_printf(&world->arena, "%s%c%c%s", family_starts[dice(10)], "aeiou"[dice(5)],
                                     "bcdglmnprstv"[dice(12)], family_ends[dice(8)]),
                        arena_printf(&world->arena, "%u-%02u-%02u", 1930 + dice(70), 1 + dice(12), 1 + dice(28)),
                        arena_printf(&world->arena, "+336%08u", dice(100000000)),
                };
                add_record(world, "a", values);
                if (i % 3)
                        continue;
                if (dice(5) == 0)
                        values[0] = misspelt(world, values[0]);
                if (dice(2))
                        values[3] = TEXT_NONE;
                add_record(world, "b", values);
                world->twins++;
        }
}

static const char *const titles[] = {"Ragioniere", "Medico", "Architetto", "Idraulico"};

/* Two peoples of one size, who share no name and no title; where they are @mixed, everybody may have everything. */
static void make_two_peoples(struct world *world, uint32_t people, bool mixed)
{
        dice_state = 11;
        memset(world, 0, sizeof(*world));
        config_init_builtin(&world->config);
        world->records = arena_calloc(&world->arena, people, sizeof(*world->records));
        for (uint32_t i = 0; i < people; i++) {
                uint32_t people_of[] = {i % 2, mixed ? dice(2) : i % 2, mixed ? dice(2) : i % 2};
                struct text values[SLOTS] = {
                        text_from(given_names[dice(6) + 6 * people_of[0]]),
                        arena_printf(&world->arena, "%s%c%c%s", family_starts[dice(5) + 5 * people_of[1]],
                                     "aeiou"[dice(5)], "bcdglmnprstv"[dice(12)], family_ends[dice(8)]),
                        arena_printf(&world->arena, "%u-%02u-%02u", 1930 + dice(70), 1 + dice(12), 1 + dice(28)),
                        TEXT_NONE,
                        text_from(titles[dice(2) + 2 * people_of[2]]),
                };
                add_record(world, "a", values);
        }
}

static void end_world(struct world *world)
{
        config_free(&world->config);
        arena_free(&world->arena);
}

/* The model as JSON in @json, and the report. */
static void train_on(struct world *world, unsigned threads, struct buffer *json, struct train_report *report)
{
        struct parallel *parallel = parallel_new(threads);
        struct resolve *resolve;
        struct error error = {{0}};
        struct model *start = model_new_builtin();
        struct model *model;
        assert_int_equal(resolve_open(&world->config, parallel, world->records, world->count, &resolve, &error), 0);
        assert_int_equal(train_model(resolve, start, &model, report, &error), 0);
        model_write_json(model, json);
        model_free(model);
        model_free(start);
        resolve_close(resolve);
        parallel_free(parallel);
}

static void it_expects_the_pairs_that_there_are(void **state)
{
        (void)state;
        BUFFER_CLEANUP struct buffer json = {0};
        struct train_report *report = calloc(1, sizeof(*report));
        struct world world;
        make_world(&world, 1500);
        train_on(&world, 2, &json, report);
        const struct train_stratum *stratum = &report->strata[TYPE_PERSON];
        const struct train_level *given = stratum->attributes[MODEL_GIVEN].levels;
        assert_in_range(stratum->expected / 1000, world.twins * 9 / 10, world.twins * 11 / 10);
        assert_in_range(stratum->joined, world.twins * 9 / 10, world.twins * 11 / 10);
        /* four of five are spelt alike; strangers share one of twelve names */
        assert_in_range(given[GIVEN_EXACT].m_ppb, 700000000, 930000000);
        assert_in_range(given[GIVEN_EXACT].u_ppb, 50000000, 110000000);
        assert_true(given[GIVEN_EXACT].weight_mbit < given[GIVEN_EXACT].start_mbit - 2000);
        free(report);
        end_world(&world);
}

/* log2 of how much more often than by chance strangers share a given name and a job title. */
static int32_t coupling_of_two_peoples(bool mixed)
{
        BUFFER_CLEANUP struct buffer json = {0};
        struct train_report *report = calloc(1, sizeof(*report));
        struct world world;
        struct model *model;
        struct error error = {{0}};
        make_two_peoples(&world, 1000, mixed);
        train_on(&world, 2, &json, report);
        assert_int_equal(model_load_text(buffer_view(&json), "model", &model, &error), 0);
        uint32_t given = 0, title = 0;
        while (model_coupled[given] != MODEL_GIVEN)
                given++;
        while (model_coupled[title] != MODEL_JOB_TITLE)
                title++;
        int32_t coupling = model->strata[TYPE_PERSON].coupling_mbit[given][title];
        assert_int_equal(coupling, model->strata[TYPE_PERSON].coupling_mbit[title][given]);
        model_free(model);
        free(report);
        end_world(&world);
        return coupling;
}

static void what_goes_together_among_strangers_is_learned(void **state)
{
        (void)state;
        /* who shares a given name is of one people: a shared title is twice as likely, which is one bit */
        assert_in_range(coupling_of_two_peoples(false), 850, 1150);
        assert_in_range(coupling_of_two_peoples(true), 0, 150);
}

static void add_company(struct world *world, struct text name)
{
        struct record *record = &world->records[world->count++];
        *record = (struct record){.key = {.source = TEXT("list"),
                                          .entity = TEXT("Account"),
                                          .record_id = arena_printf(&world->arena, "%05u", world->count)},
                                  .declared_type = TYPE_ORGANIZATION,
                                  .alive = true,
                                  .slots = arena_calloc(&world->arena, 1, sizeof(struct slot)),
                                  .slot_count = 1};
        record->slots[0] = (struct slot){.attribute = ATTRIBUTE_NAME, .flags = SLOT_SET, .raw = name};
}

/* Schools of all kinds in many cities, two of which have a name of two words. No two records are the same school. */
static void make_schools(struct world *world)
{
        static const char *const kinds[] = {"Dance",  "Riding", "Sailing",  "Cooking", "Driving",
                                            "Flying", "Music",  "Language", "Fencing"};
        memset(world, 0, sizeof(*world));
        config_init_builtin(&world->config);
        world->records = arena_calloc(&world->arena, 1000, sizeof(*world->records));
        for (uint32_t city = 0; city < 60; city++)
                for (uint32_t kind = 0; kind < sizeof(kinds) / sizeof(*kinds); kind++)
                        add_company(world,
                                    city < 2 ? arena_printf(&world->arena, "%s %s School",
                                                            city ? "Ventosa Blanca" : "Monte Tordo", kinds[kind])
                                             : arena_printf(&world->arena, "%s%c%s %s School", family_starts[city % 10],
                                                            "aeiou"[city / 10], family_ends[city % 8], kinds[kind]));
}

static void words_that_come_together_are_one_fact(void **state)
{
        (void)state;
        BUFFER_CLEANUP struct buffer json = {0};
        struct train_report *report = calloc(1, sizeof(*report));
        struct world world;
        struct model *model;
        struct error error = {{0}};
        bool listed;
        make_schools(&world);
        train_on(&world, 2, &json, report);
        assert_int_equal(model_load_text(buffer_view(&json), "model", &model, &error), 0);
        assert_true(model->phrases);
        model_rarity_mbit(model, FREQUENCY_ORG_TOKEN, TEXT("monte tordo"), &listed);
        assert_true(listed);
        model_rarity_mbit(model, FREQUENCY_ORG_TOKEN, TEXT("tordo dance"), &listed);
        assert_false(listed);
        /* "Monte Tordo Dance School" and "Monte Tordo Sailing School" share a city, and no more */
        assert_int_equal(report->strata[TYPE_ORGANIZATION].joined, 0);
        model_free(model);
        free(report);
        end_world(&world);
}

static void the_same_records_in_any_order_give_the_same_model(void **state)
{
        (void)state;
        BUFFER_CLEANUP struct buffer first = {0};
        BUFFER_CLEANUP struct buffer second = {0};
        struct train_report *report = calloc(1, sizeof(*report));
        struct world world;
        make_world(&world, 400);
        train_on(&world, 1, &first, report);
        for (uint32_t i = world.count - 1; i > 0; i--) {
                uint32_t other = dice(i + 1);
                struct record kept = world.records[i];
                world.records[i] = world.records[other];
                world.records[other] = kept;
        }
        train_on(&world, 3, &second, report);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.data, second.data, first.length);
        free(report);
        end_world(&world);
}

/* Forty people cannot teach what names are worth: weights stay where they were, and nothing is taken as surer. */
static void few_records_learn_the_prior_only(void **state)
{
        (void)state;
        BUFFER_CLEANUP struct buffer json = {0};
        struct train_report *report = calloc(1, sizeof(*report));
        struct world world;
        make_world(&world, 40);
        train_on(&world, 2, &json, report);
        const struct train_attribute *birth = &report->strata[TYPE_PERSON].attributes[MODEL_BIRTH_DATE];
        for (uint32_t i = 1; i < birth->level_count; i++)
                assert_in_range(birth->levels[i].weight_mbit - birth->levels[i].start_mbit + 1500, 0, 3000);
        assert_non_null(memmem(json.data, json.length, "\"confidence_mbit\":0", 19));
        free(report);
        end_world(&world);
}

/* Of a short list as many pairs are joined as there are, or a few more or less: training never runs away. */
static void short_lists_do_not_run_away(void **state)
{
        static const uint32_t people[] = {1, 3, 40, 119, 375}; /* 119 and their twins are 159 records, 375 are 500 */
        (void)state;
        for (size_t i = 0; i < sizeof(people) / sizeof(*people); i++) {
                BUFFER_CLEANUP struct buffer json = {0};
                struct train_report *report = calloc(1, sizeof(*report));
                struct world world;
                make_world(&world, people[i]);
                train_on(&world, 2, &json, report);
                const struct train_stratum *stratum = &report->strata[TYPE_PERSON];
                assert_int_equal(stratum->records, world.count);
                assert_in_range(stratum->expected / 1000 + 3, world.twins * 3 / 4, world.twins * 5 / 4 + 6);
                assert_in_range(stratum->joined, world.twins * 3 / 4, world.twins * 5 / 4);
                assert_non_null(memmem(json.data, json.length, "\"keys_left_out\":[]", 18));
                free(report);
                end_world(&world);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_expects_the_pairs_that_there_are),
                cmocka_unit_test(what_goes_together_among_strangers_is_learned),
                cmocka_unit_test(words_that_come_together_are_one_fact),
                cmocka_unit_test(the_same_records_in_any_order_give_the_same_model),
                cmocka_unit_test(few_records_learn_the_prior_only),
                cmocka_unit_test(short_lists_do_not_run_away),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
