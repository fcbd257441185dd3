/* Random records in the neighbourhood of real ones: the values of the tables of pairs, recombined, damaged and given
 * contacts and addresses, are compared both ways and in all four forms (fuzz/agreement.h).
 *
 * AGREEMENT_SEED in the environment chooses another beginning, AGREEMENT_ROUNDS another number of pairs; what fails is
 * printed with its seed. */
#include "config/config.h"
#include "fuzz/agreement.h"
#include "model/model.h"
#include "standard/standard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#define ROUNDS 4000
#define NAMES_MAX 1024
#define SLOTS_MAX 12
#define VALUE_MAX_BYTES 160

struct fixture {
        struct config config;
        struct standard *standard;
        struct model *model;
        struct scorer *scorer;
        struct arena arena;
        struct text names[TYPE_COUNT][NAMES_MAX];
        uint32_t name_count[TYPE_COUNT];
};

struct side {
        struct record record;
        struct slot slots[SLOTS_MAX];
        struct features features;
};

static const char *const streets[] = {
        "12 bis rue de la Paix", "12 r. de la Paix",       "Hauptstraße 7a",    "Hauptstr. 7",
        "1600 Main St Apt 4",    "1600 N Main Street #4",  "PO Box 1234",       "BP 1234",
        "Postfach 12 34",        "Flat 2, 10 High Street", "10/2 High St",      "10-12 High Street",
        "Via Roma, 12",          "C/ Mayor 5, 3º B",       "Kerkstraat 12-III", "ul. Marszałkowska 10",
        "Storgatan 3 lgh 1102",  "114th Street 20",        "115th Street 20",   "Bldg 4, Level 3",
};
static const char *const places[] = {"Paris",   "PARIS CEDEX 02", "75002",    "Springfield", "62701-1234", "62701",
                                     "München", "Munich",         "SW1A 1AA", "SW1A1AB",     "Köln",       "Cologne"};
static const char *const emails[] = {"james.porter@gmail.com", "jamesporter@googlemail.com", "jamesporter@gmial.com",
                                     "jporter1@acme.fr",       "jporter2@acme.fr",           "info@acme.fr",
                                     "j-porter@acme.fr",       "james_porter+x@acme.co.uk",  "bob@gmail.con"};
static const char *const phones[] = {"+33 6 12 34 56 78", "0612345678",      "(202) 555-0143", "202 555 0144",
                                     "0049 89 123456",    "089 12 34 56-12", "12345",          "+1 202 555 0143 ext 7"};
static const char *const dates[] = {"1971-05-06", "06/05/1971", "05/06/1971", "1971",
                                    "1971-05",    "01.01.1971", "71-5-6"};
static const char *const numbers[] = {"732829320",       "73282932000074", "73282932000082",       "FR44732829320",
                                      "FR 44 732829320", "552100554",      "5493001KJTIIGC8Y1R12", "15-048-3782"};

struct pool {
        uint16_t attribute;
        const char *const *values;
        uint32_t count;
};

#define POOL(attribute, values)                                                                                        \
        {                                                                                                              \
                attribute, values, sizeof(values) / sizeof(values[0])                                                  \
        }

static const struct pool pools[] = {
        POOL(ATTRIBUTE_ADDRESS_STREET, streets), POOL(ATTRIBUTE_ADDRESS_LINE2, streets),
        POOL(ATTRIBUTE_ADDRESS_CITY, places),    POOL(ATTRIBUTE_ADDRESS_POSTAL_CODE, places),
        POOL(ATTRIBUTE_EMAIL, emails),           POOL(ATTRIBUTE_PHONE, phones),
        POOL(ATTRIBUTE_BIRTH_DATE, dates),       POOL(ATTRIBUTE_SIREN, numbers),
        POOL(ATTRIBUTE_SIRET, numbers),          POOL(ATTRIBUTE_VAT_ID, numbers),
        POOL(ATTRIBUTE_NATIONAL_ID, numbers),    POOL(ATTRIBUTE_DUNS, numbers),
};

static uint64_t roll(uint64_t *seed, uint64_t sides)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        return *seed % sides;
}

/* Both values of each line of the table that is a plain name. */
static void read_names(struct fixture *fixture, enum record_type type, const char *path)
{
        char line[1024];
        FILE *file = fopen(path, "r");

        if (!file)
                fail_msg("%s cannot be read", path);
        while (fgets(line, sizeof(line), file)) {
                strtok(line, "|");
                for (int i = 0; i < 2; i++) {
                        char *value = strtok(NULL, "|");

                        if (value && !strchr(value, '=') && fixture->name_count[type] < NAMES_MAX)
                                fixture->names[type][fixture->name_count[type]++] =
                                        arena_text(&fixture->arena, text_from(value));
                }
        }
        fclose(file);
        assert_true(fixture->name_count[type] > 50);
}

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        struct error error;

        config_init_builtin(&fixture->config);
        fixture->standard = standard_new(&fixture->config, &error);
        assert_non_null(fixture->standard);
        fixture->model = model_new_builtin();
        fixture->scorer = scorer_new(fixture->model);
        read_names(fixture, TYPE_PERSON, TEST_DATA "/data/pairs/names.txt");
        read_names(fixture, TYPE_ORGANIZATION, TEST_DATA "/data/pairs/companies.txt");
        read_names(fixture, TYPE_ORGANIZATION, TEST_DATA "/data/pairs/institutions.txt");
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        struct fixture *fixture = *state;

        scorer_free(fixture->scorer);
        model_free(fixture->model);
        standard_free(fixture->standard);
        config_free(&fixture->config);
        arena_free(&fixture->arena);
        free(fixture);
        return 0;
}

/* A slip of the keyboard, a doubled or lost piece, words in another order: one to three of them, or none. */
static struct text damage(struct arena *arena, uint64_t *seed, struct text value)
{
        char bytes[VALUE_MAX_BYTES + 1];
        uint32_t length = value.length < VALUE_MAX_BYTES / 2 ? value.length : VALUE_MAX_BYTES / 2;

        memcpy(bytes, value.data, length);
        for (uint64_t times = roll(seed, 4); times > 0 && length > 2; times--) {
                uint32_t at = (uint32_t)roll(seed, length - 1);
                char kept = bytes[at];

                switch (roll(seed, 5)) {
                case 0:
                        bytes[at] = bytes[at + 1];
                        bytes[at + 1] = kept;
                        break;
                case 1:
                        memmove(bytes + at, bytes + at + 1, length - at - 1);
                        length--;
                        break;
                case 2:
                        bytes[at] = " .-&',/1aeiou"[roll(seed, 13)];
                        break;
                case 3:
                        bytes[at] = (char)roll(seed, 256);
                        break;
                default: { /* what is in front goes to the end */
                        char front[VALUE_MAX_BYTES];

                        memcpy(front, bytes, at);
                        memmove(bytes, bytes + at, length - at);
                        memcpy(bytes + length - at, front, at);
                }
                }
        }
        return arena_text(arena, (struct text){.data = bytes, .length = length});
}

static void add_slot(struct arena *arena, struct side *side, uint16_t attribute, struct text value)
{
        uint32_t number = side->record.slot_count;

        side->slots[side->record.slot_count++] = (struct slot){
                .attribute = attribute,
                .flags = SLOT_SET,
                .label = arena_printf(arena, "%02u", number),
                .raw = value,
                .value = value,
        };
}

static int compare_slots(const void *a, const void *b)
{
        const struct slot *x = a, *y = b;

        if (x->attribute != y->attribute)
                return x->attribute > y->attribute ? 1 : -1;
        return text_compare(x->label, y->label);
}

static void make_side(struct fixture *fixture, struct arena *arena, uint64_t *seed, enum record_type type,
                      uint64_t name, struct side *side)
{
        uint16_t attribute = type == TYPE_PERSON ? ATTRIBUTE_FULL_NAME : ATTRIBUTE_NAME;

        side->record = (struct record){
                .key = {TEXT("random"), TEXT("row"), TEXT("1")},
                .declared_type = type,
                .alive = true,
                .slots = side->slots,
        };
        add_slot(arena, side, attribute, damage(arena, seed, fixture->names[type][name]));
        if (roll(seed, 4) == 0) /* another one, of nobody else */
                add_slot(arena, side, attribute,
                         damage(arena, seed, fixture->names[type][roll(seed, fixture->name_count[type])]));
        for (uint64_t more = roll(seed, SLOTS_MAX - 2); more > 0; more--) {
                const struct pool *pool = &pools[roll(seed, sizeof(pools) / sizeof(pools[0]))];

                add_slot(arena, side, pool->attribute,
                         damage(arena, seed, text_from(pool->values[roll(seed, pool->count)])));
        }
        qsort(side->slots, side->record.slot_count, sizeof(side->slots[0]), compare_slots);
        standard_record(fixture->standard, arena, &side->record, &side->features);
}

static void print_side(const struct fixture *fixture, const char *title, const struct side *side)
{
        for (uint32_t i = 0; i < side->record.slot_count; i++)
                print_message("    %s %s: '%.*s'\n", title,
                              fixture->config.vocabulary.attributes[side->slots[i].attribute].name,
                              TEXT_ARG(side->slots[i].raw));
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
        const char *value = getenv(variable);

        return value ? strtoull(value, NULL, 10) : otherwise;
}

static void check_one(struct fixture *fixture, enum record_type type, uint64_t first)
{
        struct arena ARENA_CLEANUP arena = {0};
        char reason[AGREEMENT_REASON_MAX];
        struct side a = {0}, b = {0};
        uint64_t seed = first * 0x9e3779b97f4a7c15 | 1;
        const char *found;

        for (int i = 0; i < 8; i++)
                roll(&seed, 2);
        /* neighbours in the table are mostly one person's or company's names */
        uint64_t name = roll(&seed, fixture->name_count[type] - 1);
        make_side(fixture, &arena, &seed, type, name, &a);
        make_side(fixture, &arena, &seed, type, name + roll(&seed, 2), &b);
        assert_true(agreement_survives_encoding(&a.features));
        if (a.features.type != b.features.type)
                return;
        found = agreement_check(fixture->model, fixture->scorer, &a.features, &b.features, reason);
        if (!found)
                return;
        print_side(fixture, "a", &a);
        print_side(fixture, "b", &b);
        fail_msg("AGREEMENT_SEED=%llu AGREEMENT_ROUNDS=1, %s: %s", (unsigned long long)first, record_type_name(type),
                 found);
}

static void a_pair_is_judged_alike_from_both_sides_and_in_every_form(void **state)
{
        uint64_t seed = number_of("AGREEMENT_SEED", 1), rounds = number_of("AGREEMENT_ROUNDS", ROUNDS);

        print_message("AGREEMENT_SEED=%llu AGREEMENT_ROUNDS=%llu\n", (unsigned long long)seed,
                      (unsigned long long)rounds);
        for (uint64_t i = 0; i < rounds; i++)
                for (int type = 0; type < TYPE_COUNT; type++)
                        check_one(*state, (enum record_type)type, seed + i);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_pair_is_judged_alike_from_both_sides_and_in_every_form, set_up,
                                                tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
