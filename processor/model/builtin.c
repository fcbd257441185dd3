/* The model that serves where nobody trained one.
 *
 * m and u are set by judgement for an uncleaned CRM: what share of true pairs reaches a level, and what share of random
 * pairs. m of a disagreement is bounded from below on what identifies (no more than one true pair in twenty has another
 * name, one in fifty another birth date), so that a match never means "often another name". A telephone, an e-mail
 * address or an employer may well differ: people have several, and change them.
 *
 * The alternatives carry prior odds relative to those of a match. Their costs say how much less natural an agreement is
 * for them: spouses share the address as surely as one person with himself, a telephone less often, an e-mail address
 * rarely.
 */
#include "model/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A level with m and u as shares of one; the compiler makes the integers. */
#define LEVEL(level, level_name, m, u, rarity_share)                                                                   \
        [level] = {.name = (level_name),                                                                               \
                   .m_ppb = (uint32_t)((m)*1e9 + 0.5),                                                                 \
                   .u_ppb = (uint32_t)((u)*1e9 + 0.5),                                                                 \
                   .frequency_permille = (rarity_share)}

#define MISSING [LEVEL_MISSING] = {.name = "missing", .m_ppb = 1000000000, .u_ppb = 1000000000}

struct level_table {
        bool person;
        bool organization;
        enum model_attribute attribute;
        struct model_level levels[MODEL_LEVELS_MAX];
};

static const struct level_table level_tables[] = {
        {true,
         false,
         MODEL_GIVEN,
         {MISSING, LEVEL(GIVEN_EXACT, "exact", .80, .0039, 1000), LEVEL(GIVEN_NICKNAME, "nickname", .06, .0015, 600),
          LEVEL(GIVEN_NEAR, "one edit", .06, .0020, 500), LEVEL(GIVEN_SOUND, "similar", .025, .0025, 300),
          LEVEL(GIVEN_INITIAL, "initial fits", .03, .0035, 0), LEVEL(GIVEN_DIFFERS, "differs", .04, .95, 0),
          LEVEL(GIVEN_ANOTHER, "another known name", .007, .80, 0)}},
        {true,
         false,
         MODEL_MIDDLE,
         {MISSING, LEVEL(MIDDLE_EXACT, "exact", .60, .020, 0), LEVEL(MIDDLE_NEAR, "one edit", .05, .005, 0),
          LEVEL(MIDDLE_INITIAL, "initial fits", .20, .060, 0), LEVEL(MIDDLE_DIFFERS, "differs", .15, .900, 0)}},
        {true,
         false,
         MODEL_FAMILY,
         {MISSING, LEVEL(FAMILY_EXACT, "exact", .84, .0014, 1000), LEVEL(FAMILY_NEAR, "one edit", .06, .0008, 500),
          LEVEL(FAMILY_SOUND, "similar", .02, .0008, 400), LEVEL(FAMILY_PART, "shares a part", .025, .0010, 500),
          LEVEL(FAMILY_INITIAL, "initial fits", .005, .0005, 0), LEVEL(FAMILY_DIFFERS, "differs", .05, .98, 0)}},
        {true,
         false,
         MODEL_NAME_ORDER,
         {MISSING, LEVEL(ORDER_SAME, "same fields", .97, .97, 0),
          LEVEL(ORDER_SWAPPED, "given and family name swapped", .02, .05, 0)}},
        {true,
         false,
         MODEL_NAME_SUFFIX,
         {MISSING, LEVEL(SUFFIX_SAME, "same", .85, .300, 0), LEVEL(SUFFIX_ONE_SIDED, "on one side only", .30, .40, 0),
          LEVEL(SUFFIX_DIFFERS, "another generation", .001, .50, 0)}},
        {true,
         false,
         MODEL_NAME_IN_EMAIL,
         {MISSING, LEVEL(NAME_IN_EMAIL_CONFIRMS, "address spells the name", .40, .030, 0)}},
        {true,
         false,
         MODEL_GENDER,
         {MISSING, LEVEL(GENDER_SAME, "same", .92, .50, 0), LEVEL(GENDER_DIFFERS, "differs", .08, .50, 0)}},
        {true,
         false,
         MODEL_BIRTH_DATE,
         {MISSING, LEVEL(BIRTH_EXACT, "exact", .83, .000045, 0),
          LEVEL(BIRTH_SWAPPED, "day and month swapped", .02, .000015, 0),
          LEVEL(BIRTH_FIRST_OF_YEAR, "both first of January", .03, .0001, 0),
          LEVEL(BIRTH_MONTH_FITS, "same month, day unknown", .02, .0001, 0),
          LEVEL(BIRTH_ONE_DIGIT, "one digit", .04, .0010, 0),
          LEVEL(BIRTH_YEAR_FITS, "same year, day unknown", .03, .0010, 0),
          LEVEL(BIRTH_TWO_PARTS, "two of three parts", .03, .0040, 0),
          LEVEL(BIRTH_DAY_OF_YEAR, "same day and month, another year", .006, .0027, 0),
          LEVEL(BIRTH_SAME_YEAR, "same year", .01, .0120, 0), LEVEL(BIRTH_NEXT_YEAR, "within two years", .01, .0500, 0),
          LEVEL(BIRTH_DIFFERS, "differs", .012, .11, 0), LEVEL(BIRTH_ANOTHER, "another date", .006, .82, 0)}},
        {true,
         false,
         MODEL_BIRTH_PLACE,
         {MISSING, LEVEL(BIRTH_PLACE_EXACT, "same", .65, .025, 1000),
          LEVEL(BIRTH_PLACE_NEAR, "similar", .10, .010, 500), LEVEL(BIRTH_PLACE_DIFFERS, "differs", .25, .960, 0)}},
        {false,
         true,
         MODEL_NAME, /* weighed by tokens (struct model_tokens); the levels only name the outcome */
         {MISSING, LEVEL(NAME_WHOLE, "same name", 1, 1, 0), LEVEL(NAME_TOKENS, "same words", 1, 1, 0),
          LEVEL(NAME_CONTAINED, "one name within the other", 1, 1, 0),
          LEVEL(NAME_OVERLAP, "shares distinctive words", 1, 1, 0), LEVEL(NAME_WEAK, "shares common words", 1, 1, 0),
          LEVEL(NAME_DIFFERS, "differs", 1, 1, 0)}},
        {false,
         true,
         MODEL_FORM,
         {MISSING, LEVEL(FORM_SAME, "same", .65, .42, 0), LEVEL(FORM_DIFFERS, "differs", .30, .58, 0)}},
        {true,
         false,
         MODEL_EMAIL,
         {MISSING, LEVEL(EMAIL_EXACT, "exact", .45, .00005, 0), LEVEL(EMAIL_NEAR, "one letter", .03, .0001, 0),
          LEVEL(EMAIL_SAME_LOCAL, "same name, other domain", .06, .0020, 0),
          LEVEL(EMAIL_ROLE, "same role account", .05, .0060, 0),
          LEVEL(EMAIL_SAME_NAME, "spells the same name, other domain", .08, .030, 0),
          LEVEL(EMAIL_DIFFERS, "differs", .40, .95, 0), LEVEL(EMAIL_DIGITS, "other digits", .003, .10, 0)}},
        {false,
         true,
         MODEL_EMAIL,
         {MISSING, LEVEL(EMAIL_EXACT, "exact", .40, .0001, 0), LEVEL(EMAIL_NEAR, "one letter", .02, .0002, 0),
          LEVEL(EMAIL_SAME_LOCAL, "same name, other domain", .10, .08, 0),
          LEVEL(EMAIL_ROLE, "same role account", .10, .09, 0),
          LEVEL(EMAIL_SAME_NAME, "spells the same name, other domain", .02, .02, 0),
          LEVEL(EMAIL_DIFFERS, "differs", .50, .90, 0), LEVEL(EMAIL_DIGITS, "other digits", .02, .04, 0)}},
        {true,
         false,
         MODEL_PHONE,
         {MISSING, LEVEL(PHONE_EXACT, "exact", .50, .0002, 0),
          LEVEL(PHONE_SUFFIX, "same national number", .50, .0003, 0), LEVEL(PHONE_NEAR, "one digit", .02, .01, 0),
          LEVEL(PHONE_DIFFERS, "differs", .45, .98, 0)}},
        {false,
         true,
         MODEL_PHONE,
         {MISSING, LEVEL(PHONE_EXACT, "exact", .50, .00015, 0),
          LEVEL(PHONE_SUFFIX, "same national number", .50, .0002, 0), LEVEL(PHONE_NEAR, "one digit", .05, .01, 0),
          LEVEL(PHONE_DIFFERS, "differs", .45, .98, 0)}},
        {true,
         false,
         MODEL_DOMAIN,
         {MISSING, LEVEL(DOMAIN_SAME, "same", .50, .020, 0), LEVEL(DOMAIN_DIFFERS, "differs", .50, .80, 0)}},
        {false,
         true,
         MODEL_DOMAIN,
         {MISSING, LEVEL(DOMAIN_SAME, "same", .70, .0025, 0), LEVEL(DOMAIN_DIFFERS, "differs", .30, .98, 0)}},
        {true,
         true,
         MODEL_STREET,
         {MISSING, LEVEL(STREET_EXACT, "same house", .60, .0002, 0),
          LEVEL(STREET_NEAR, "same house, street written alike", .12, .0001, 0),
          LEVEL(STREET_NUMBER_NEAR, "same street, number one digit apart", .05, .0006, 0),
          LEVEL(STREET_WITHOUT_NUMBER, "same street, one number missing", .03, .0006, 0),
          LEVEL(STREET_ONLY, "same street, other number", .02, .0025, 0),
          LEVEL(STREET_UNIT_DIFFERS, "same house, other unit", .01, .0015, 0),
          LEVEL(STREET_NUMBER_ONLY, "same number, other street", .03, .0200, 0),
          LEVEL(STREET_DIFFERS, "differs", .17, .97, 0)}},
        {true,
         true,
         MODEL_PLACE,
         {MISSING, LEVEL(PLACE_POSTCODE, "same postcode", .12, .0120, 800),
          LEVEL(PLACE_CITY, "same city", .12, .0300, 800), LEVEL(PLACE_WITH_STREET, "same as well", .50, .35, 0),
          LEVEL(PLACE_NEAR, "written alike", .03, .025, 0), LEVEL(PLACE_REGION, "same region only", .08, .15, 0),
          LEVEL(PLACE_DIFFERS_WITH_STREET, "differs, though the street agrees", .04, .12, 0),
          LEVEL(PLACE_DIFFERS, "differs", .17, .70, 0)}},
        {false,
         true,
         MODEL_SIREN,
         {MISSING, LEVEL(ID_EXACT, "exact", .95, .000002, 0), LEVEL(ID_NEAR, "one edit", .02, .0001, 0),
          LEVEL(ID_DIFFERS, "differs", .01, .99, 0)}},
        {false,
         true,
         MODEL_SIRET,
         {MISSING, LEVEL(ID_EXACT, "exact", .95, .000001, 0), LEVEL(ID_NEAR, "one edit", .02, .0001, 0),
          LEVEL(ID_DIFFERS, "differs", .02, .99, 0)}},
        {false,
         true,
         MODEL_VAT_ID,
         {MISSING, LEVEL(ID_EXACT, "exact", .90, .000003, 0), LEVEL(ID_NEAR, "one edit", .03, .0001, 0),
          LEVEL(ID_DIFFERS, "differs", .04, .99, 0)}},
        {false,
         true,
         MODEL_LEI,
         {MISSING, LEVEL(ID_EXACT, "exact", .95, .000002, 0), LEVEL(ID_NEAR, "one edit", .02, .0001, 0),
          LEVEL(ID_DIFFERS, "differs", .02, .99, 0)}},
        {false,
         true,
         MODEL_DUNS,
         {MISSING, LEVEL(ID_EXACT, "exact", .85, .00001, 0), LEVEL(ID_NEAR, "one edit", .03, .0002, 0),
          LEVEL(ID_DIFFERS, "differs", .10, .99, 0)}},
        {true,
         true,
         MODEL_TAX_ID,
         {MISSING, LEVEL(ID_EXACT, "exact", .90, .00001, 0), LEVEL(ID_NEAR, "one edit", .04, .0003, 0),
          LEVEL(ID_DIFFERS, "differs", .06, .99, 0)}},
        {true,
         false,
         MODEL_NATIONAL_ID,
         {MISSING, LEVEL(ID_EXACT, "exact", .92, .000007, 0), LEVEL(ID_NEAR, "one edit", .04, .0002, 0),
          LEVEL(ID_DIFFERS, "differs", .03, .99, 0)}},
        {true,
         false,
         MODEL_PASSPORT,
         {MISSING, LEVEL(ID_EXACT, "exact", .85, .00001, 0), LEVEL(ID_NEAR, "one edit", .04, .0003, 0),
          LEVEL(ID_DIFFERS, "differs", .12, .99, 0)}},
        {true,
         false,
         MODEL_DRIVERS_LICENSE,
         {MISSING, LEVEL(ID_EXACT, "exact", .85, .00001, 0), LEVEL(ID_NEAR, "one edit", .04, .0003, 0),
          LEVEL(ID_DIFFERS, "differs", .12, .99, 0)}},
        {true,
         false,
         MODEL_EMPLOYER,
         {MISSING, LEVEL(EMPLOYER_LEVEL_SAME, "same", .55, .010, 1000),
          LEVEL(EMPLOYER_LEVEL_RELATED, "similar name", .15, .025, 500),
          LEVEL(EMPLOYER_LEVEL_DIFFERS, "differs", .40, .95, 0)}},
        {true,
         false,
         MODEL_JOB_TITLE,
         {MISSING, LEVEL(JOB_SAME, "same", .40, .030, 1000), LEVEL(JOB_RELATED, "shares a word", .20, .10, 0),
          LEVEL(JOB_DIFFERS, "differs", .45, .87, 0)}},
        {true, true, MODEL_SAME_AS, {MISSING, LEVEL(SAME_AS_ASSERTED, "a source says so", .90, .000001, 0)}},
};

const uint8_t model_coupled[MODEL_COUPLED_COUNT] = {MODEL_GIVEN, MODEL_FAMILY, MODEL_BIRTH_PLACE, MODEL_PLACE,
                                                    MODEL_JOB_TITLE};

struct explanation_table {
        bool person;
        enum model_alternative alternative;
        int32_t offset_mbit;
        uint32_t needs;
        struct {
                enum model_attribute attribute;
                int32_t cost_mbit;
                int32_t most_mbit; /* 0: unlimited */
        } explains[8];
        uint32_t count;
};

#define BIT(attribute) (1U << (attribute))

static const struct explanation_table explanation_tables[] = {
        {true,
         ALTERNATIVE_HOUSEHOLD,
         0,
         BIT(MODEL_STREET) | BIT(MODEL_PHONE) | BIT(MODEL_EMAIL),
         {{MODEL_FAMILY, 0, 0},
          {MODEL_STREET, 0, 0},
          {MODEL_PLACE, 0, 0},
          {MODEL_PHONE, 1000, 0},
          {MODEL_EMAIL, 4000, 0},
          {MODEL_BIRTH_PLACE, 1000, 0}},
         6},
        {true,
         ALTERNATIVE_TWIN,
         -6500,
         BIT(MODEL_BIRTH_DATE),
         {{MODEL_FAMILY, 0, 0},
          {MODEL_STREET, 0, 0},
          {MODEL_PLACE, 0, 0},
          {MODEL_PHONE, 1000, 0},
          {MODEL_EMAIL, 4000, 0},
          {MODEL_BIRTH_DATE, 0, 0},
          {MODEL_BIRTH_PLACE, 0, 0}},
         7},
        {true,
         ALTERNATIVE_COLLEAGUE,
         2000,
         BIT(MODEL_EMPLOYER) | BIT(MODEL_DOMAIN) | BIT(MODEL_PHONE) | BIT(MODEL_EMAIL),
         {{MODEL_EMPLOYER, 0, 0},
          {MODEL_DOMAIN, 0, 0},
          {MODEL_STREET, 0, 0},
          {MODEL_PLACE, 0, 0},
          {MODEL_PHONE, 500, 0},
          {MODEL_EMAIL, 8000, 0}},
         6},
        {true,
         ALTERNATIVE_FAMILY_FIRM,
         -3000,
         BIT(MODEL_EMPLOYER) | BIT(MODEL_DOMAIN) | BIT(MODEL_EMAIL),
         {{MODEL_FAMILY, 0, 0},
          {MODEL_EMPLOYER, 0, 0},
          {MODEL_DOMAIN, 0, 0},
          {MODEL_STREET, 0, 0},
          {MODEL_PLACE, 0, 0},
          {MODEL_PHONE, 500, 0},
          {MODEL_EMAIL, 3000, 0}},
         7},
        {true,
         ALTERNATIVE_NAMESAKE,
         -5000,
         BIT(MODEL_GIVEN),
         {{MODEL_GIVEN, 0, 0},
          {MODEL_MIDDLE, 1000, 0},
          {MODEL_FAMILY, 0, 0},
          {MODEL_GENDER, 0, 0},
          {MODEL_STREET, 1500, 0},
          {MODEL_PLACE, 500, 0},
          {MODEL_PHONE, 3000, 0},
          {MODEL_BIRTH_PLACE, 1000, 0}},
         8},
        {false,
         ALTERNATIVE_BUILDING,
         1500,
         BIT(MODEL_STREET),
         {{MODEL_STREET, 0, 0}, {MODEL_PLACE, 0, 0}, {MODEL_PHONE, 4000, 0}},
         3},
        {false,
         ALTERNATIVE_GROUP,
         2000,
         BIT(MODEL_NAME) | BIT(MODEL_DOMAIN),
         {{MODEL_NAME, 1000, 0},
          {MODEL_FORM, 0, 0},
          {MODEL_DOMAIN, 0, 0},
          {MODEL_EMAIL, 3000, 0},
          {MODEL_PHONE, 4000, 0},
          {MODEL_STREET, 500, 2500},
          {MODEL_PLACE, 500, 3000}},
         7},
};

static void add_levels(struct model *model)
{
        for (size_t i = 0; i < sizeof(level_tables) / sizeof(*level_tables); i++) {
                const struct level_table *table = &level_tables[i];
                uint32_t count = 0;
                while (count < MODEL_LEVELS_MAX && table->levels[count].name)
                        count++;
                for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                        if (!(type == TYPE_PERSON ? table->person : table->organization))
                                continue;
                        struct model_stratum *stratum = &model->strata[type];
                        stratum->level_count[table->attribute] = count;
                        memcpy(stratum->levels[table->attribute], table->levels, sizeof(table->levels));
                }
        }
}

static void add_explanations(struct model *model)
{
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++)
                        for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
                                model->strata[type].alternatives[a].cost_mbit[i] = MODEL_UNEXPLAINED;
                                model->strata[type].alternatives[a].most_mbit[i] = MODEL_UNLIMITED;
                        }
        for (size_t i = 0; i < sizeof(explanation_tables) / sizeof(*explanation_tables); i++) {
                const struct explanation_table *table = &explanation_tables[i];
                enum record_type type = table->person ? TYPE_PERSON : TYPE_ORGANIZATION;
                struct model_explanation *explanation = &model->strata[type].alternatives[table->alternative];
                explanation->used = true;
                explanation->offset_mbit = table->offset_mbit;
                explanation->needs = table->needs;
                explanation->undecided = table->alternative == ALTERNATIVE_HOUSEHOLD;
                for (uint32_t j = 0; j < table->count; j++) {
                        enum model_attribute attribute = table->explains[j].attribute;
                        int32_t most = table->explains[j].most_mbit;
                        explanation->cost_mbit[attribute] = table->explains[j].cost_mbit;
                        explanation->most_mbit[attribute] = most ? most : MODEL_UNLIMITED;
                }
        }
}

static void add_words(struct model *model, const struct model_word_list *list, size_t *capacity)
{
        struct text values = text_from(list->values);
        uint32_t from = 0;
        while (from < values.length) {
                int64_t blank = text_find_byte(values, ' ', from);
                uint32_t to = blank < 0 ? values.length : (uint32_t)blank;
                if (to > from)
                        model_add_frequency(model, list->kind, text_slice(values, from, to - from), list->rarity_mbit,
                                            capacity);
                from = to + 1;
        }
}

void model_add_builtin_values(struct model *model, enum model_frequency_kind kind)
{
        size_t capacity = 0;
        for (uint32_t i = 0; i < model_name_list_count; i++)
                if (model_name_lists[i].kind == kind)
                        add_words(model, &model_name_lists[i], &capacity);
        for (uint32_t i = 0; i < model_org_list_count; i++)
                if (model_org_lists[i].kind == kind)
                        add_words(model, &model_org_lists[i], &capacity);
}

void model_set_builtin_tables(struct model *model)
{
        add_levels(model);
        add_explanations(model);
        for (uint32_t type = 0; type < TYPE_COUNT; type++) {
                model->strata[type].records = 10000;
                model->strata[type].twins_permille = 500;
        }
        static const struct model_frequencies shape[FREQUENCY_KIND_COUNT] = {
                [FREQUENCY_GIVEN] = {.unlisted_mbit = 10000,
                                     .per_byte_mbit = 150,
                                     .average_mbit = 8000,
                                     .least_mbit = 5500,
                                     .most_mbit = 12000},
                [FREQUENCY_FAMILY] = {.unlisted_mbit = 11300,
                                      .per_byte_mbit = 200,
                                      .average_mbit = 9500,
                                      .least_mbit = 6000,
                                      .most_mbit = 13000},
                [FREQUENCY_ORG_TOKEN] = {.unlisted_mbit = 10500,
                                         .per_byte_mbit = 350,
                                         .average_mbit = 9000,
                                         .least_mbit = 2000,
                                         .most_mbit = 13000},
                /* A postcode's form tells its reach: four digits a district (Australia, Switzerland), five a town,
                 * letters and digits a street (United Kingdom, Canada, the Netherlands). */
                [FREQUENCY_POSTCODE] = {.unlisted_mbit = 9500,
                                        .per_byte_mbit = 1200,
                                        .average_mbit = 7500,
                                        .least_mbit = 4000,
                                        .most_mbit = 12000},
                [FREQUENCY_CITY] = {.unlisted_mbit = 5000,
                                    .average_mbit = 5000,
                                    .least_mbit = 2500,
                                    .most_mbit = 11000},
                [FREQUENCY_BIRTH_PLACE] = {.unlisted_mbit = 5300,
                                           .average_mbit = 5300,
                                           .least_mbit = 2500,
                                           .most_mbit = 11000},
                [FREQUENCY_JOB_TITLE] = {.unlisted_mbit = 5000,
                                         .average_mbit = 5000,
                                         .least_mbit = 2500,
                                         .most_mbit = 9000},
                [FREQUENCY_EMPLOYER] = {.unlisted_mbit = 7500,
                                        .average_mbit = 6600,
                                        .least_mbit = 3000,
                                        .most_mbit = 12000},
        };
        memcpy(model->frequencies, shape, sizeof(shape));
        model->tokens = (struct model_tokens){.damping_permille = 600,
                                              .offset_mbit = -800,
                                              .whole_mbit = 4000,
                                              .words_mbit = 2500,
                                              .both_left_permille = 700,
                                              .one_left_permille = 200,
                                              .numbers_mbit = 5000,
                                              .none_mbit = -4500,
                                              .most_mbit = 19000};
}

struct model *model_new_builtin(void)
{
        struct model *model = model_new();
        model_set_builtin_tables(model);
        for (uint32_t kind = 0; kind < FREQUENCY_KIND_COUNT; kind++)
                model_add_builtin_values(model, kind);
        struct error error;
        if (model_finish(model, &error) < 0) {
                fprintf(stderr, "built-in model: %s\n", error.text); /* a mistake in the tables above */
                abort();
        }
        return model;
}
