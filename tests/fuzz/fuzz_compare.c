/* Two records with arbitrary values, standardised, blocked and compared.
 *
 * The first byte is the type: 'o' for organizations, else persons. Then lines, each a value behind the letter of its
 * attribute (the table below); an empty line begins the second record:
 *
 *     pgJames
 *     fPorter
 *
 *     gJim
 *     fPorter
 *
 * Values with line breaks are fuzz_standard's. What must hold is in agreement.h.
 */
#include "agreement.h"
#include "config/config.h"
#include "model/model.h"
#include "standard/standard.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SLOTS_MAX 24

/* By letter from 'a' on; other bytes begin again at 'a'. */
static const uint16_t attributes[] = {
        /* a */ ATTRIBUTE_ADDRESS_STREET,
        ATTRIBUTE_BIRTH_DATE,
        ATTRIBUTE_ADDRESS_CITY,
        ATTRIBUTE_DUNS,
        /* e */ ATTRIBUTE_EMAIL,
        ATTRIBUTE_FAMILY_NAME,
        ATTRIBUTE_GIVEN_NAME,
        ATTRIBUTE_GENDER,
        /* i */ ATTRIBUTE_TAX_ID,
        ATTRIBUTE_JOB_TITLE,
        ATTRIBUTE_ADDRESS_COUNTRY,
        ATTRIBUTE_ADDRESS_LINE2,
        /* m */ ATTRIBUTE_MIDDLE_NAME,
        ATTRIBUTE_NAME,
        ATTRIBUTE_BIRTH_PLACE,
        ATTRIBUTE_PHONE,
        /* q */ ATTRIBUTE_NATIONAL_ID,
        ATTRIBUTE_ADDRESS_REGION,
        ATTRIBUTE_SIREN,
        ATTRIBUTE_SIRET,
        /* u */ ATTRIBUTE_WEBSITE,
        ATTRIBUTE_VAT_ID,
        ATTRIBUTE_EMPLOYER,
        ATTRIBUTE_NAME_SUFFIX,
        /* y */ ATTRIBUTE_FULL_NAME,
        ATTRIBUTE_ADDRESS_POSTAL_CODE,
        ATTRIBUTE_LEGAL_NAME,
        ATTRIBUTE_LEI,
};

#define LETTERS (sizeof(attributes) / sizeof(attributes[0]))

struct side {
        struct record record;
        struct slot slots[SLOTS_MAX];
        struct features features;
};

static struct fuzz {
        struct config config;
        struct standard *standard;
        struct model *model;
        struct scorer *scorer;
} fuzz;

static void prepare(void)
{
        struct error error;

        config_init_builtin(&fuzz.config);
        fuzz.standard = standard_new(&fuzz.config, &error);
        if (!fuzz.standard)
                abort();
        fuzz.model = model_new_builtin();
        fuzz.scorer = scorer_new(fuzz.model);
}

static struct text next_line(struct text *rest)
{
        int64_t end = text_find_byte(*rest, '\n', 0);
        struct text line = text_slice(*rest, 0, end < 0 ? rest->length : (uint32_t)end);

        *rest = end < 0 ? TEXT_NONE : text_slice(*rest, (uint32_t)end + 1, rest->length);
        return line;
}

static int compare_slots(const void *a, const void *b)
{
        const struct slot *x = a, *y = b;

        if (x->attribute != y->attribute)
                return x->attribute > y->attribute ? 1 : -1;
        return text_compare(x->label, y->label);
}

/* Reads lines up to an empty one. Values of one attribute get labels, so that none hides another. */
static void read_side(struct side *side, struct arena *arena, enum record_type type, struct text *rest)
{
        side->record = (struct record){
                .key = {TEXT("fuzz"), TEXT("row"), TEXT("1")},
                .declared_type = type,
                .alive = true,
                .slots = side->slots,
        };
        for (struct text line = next_line(rest); line.length > 0; line = next_line(rest)) {
                uint32_t number = side->record.slot_count;
                struct text value = text_slice(line, 1, line.length);

                if (number == SLOTS_MAX || value.length == 0)
                        continue;
                side->slots[side->record.slot_count++] = (struct slot){
                        .attribute = attributes[(uint8_t)(line.data[0] - 'a') % LETTERS],
                        .flags = SLOT_SET,
                        .label = arena_printf(arena, "%02u", number),
                        .raw = value,
                        .value = value,
                };
        }
        qsort(side->slots, side->record.slot_count, sizeof(side->slots[0]), compare_slots);
        standard_record(fuzz.standard, arena, &side->record, &side->features);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct arena ARENA_CLEANUP arena = {0};
        struct side a = {0}, b = {0};
        char reason[AGREEMENT_REASON_MAX];
        const char *found;

        if (size < 1 || size > RECORD_VALUE_MAX)
                return 0;
        if (!fuzz.standard)
                prepare();
        enum record_type type = data[0] == 'o' ? TYPE_ORGANIZATION : TYPE_PERSON;
        struct text rest = {.data = (const char *)data + 1, .length = (uint32_t)size - 1};
        read_side(&a, &arena, type, &rest);
        read_side(&b, &arena, type, &rest);
        if (a.features.type != b.features.type)
                return 0;
        if (!agreement_survives_encoding(&a.features) || !agreement_survives_encoding(&b.features)) {
                fprintf(stderr, "features are not what is stored of them\n");
                abort();
        }
        found = agreement_check(fuzz.model, fuzz.scorer, &a.features, &b.features, reason);
        if (found) {
                fprintf(stderr, "%s\n", found);
                abort();
        }
        return 0;
}
