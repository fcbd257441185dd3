/* The built-in vocabulary as one table. */
#include "record/attribute.h"

#include <stdio.h>
#include <string.h>

static const char *const type_names[TYPE_COUNT] = {"person", "organization"};

static const char *const kind_names[] = {
        [KIND_TEXT] = "text",           [KIND_NAME] = "name",
        [KIND_DATE] = "date",           [KIND_TIME] = "time",
        [KIND_EMAIL] = "email",         [KIND_PHONE] = "phone",
        [KIND_ADDRESS] = "address",     [KIND_IDENTIFIER] = "identifier",
        [KIND_REFERENCE] = "reference", [KIND_URL] = "url",
        [KIND_CODE] = "code",           [KIND_CONSENT] = "consent",
        [KIND_NUMBER] = "number",       [KIND_BOOLEAN] = "boolean",
};

enum {
        P = 1,
        O = 2,
        MULTIPLE = 4,
        HIDDEN = 8
};

static const struct {
        uint16_t number;
        const char *name;
        enum attribute_kind kind;
        unsigned flags;
} builtin[] = {
        {ATTRIBUTE_GIVEN_NAME, "given_name", KIND_NAME, P},
        {ATTRIBUTE_MIDDLE_NAME, "middle_name", KIND_NAME, P},
        {ATTRIBUTE_FAMILY_NAME, "family_name", KIND_NAME, P},
        {ATTRIBUTE_NAME_SUFFIX, "name_suffix", KIND_NAME, P},
        {ATTRIBUTE_FULL_NAME, "full_name", KIND_NAME, P},
        {ATTRIBUTE_BIRTH_DATE, "birth_date", KIND_DATE, P},
        {ATTRIBUTE_BIRTH_PLACE, "birth_place", KIND_TEXT, P},
        {ATTRIBUTE_GENDER, "gender", KIND_CODE, P},
        {ATTRIBUTE_JOB_TITLE, "job_title", KIND_TEXT, P},
        {ATTRIBUTE_EMPLOYER, "employer", KIND_TEXT, P},
        {ATTRIBUTE_EMPLOYER_REF, "employer_ref", KIND_REFERENCE, P},
        {ATTRIBUTE_NATIONAL_ID, "national_id", KIND_IDENTIFIER, P},
        {ATTRIBUTE_PASSPORT, "passport", KIND_IDENTIFIER, P},
        {ATTRIBUTE_DRIVERS_LICENSE, "drivers_license", KIND_IDENTIFIER, P},
        {ATTRIBUTE_CONSENT_EMAIL, "consent.email", KIND_CONSENT, P},
        {ATTRIBUTE_CONSENT_PHONE, "consent.phone", KIND_CONSENT, P},
        {ATTRIBUTE_CONSENT_MARKETING, "consent.marketing", KIND_CONSENT, P},
        {ATTRIBUTE_EMAIL, "email", KIND_EMAIL, P | O | MULTIPLE},
        {ATTRIBUTE_PHONE, "phone", KIND_PHONE, P | O | MULTIPLE},
        {ATTRIBUTE_WEBSITE, "website", KIND_URL, P | O},
        {ATTRIBUTE_ADDRESS_STREET, "address.street", KIND_ADDRESS, P | O | MULTIPLE},
        {ATTRIBUTE_ADDRESS_LINE2, "address.line2", KIND_ADDRESS, P | O | MULTIPLE},
        {ATTRIBUTE_ADDRESS_CITY, "address.city", KIND_ADDRESS, P | O | MULTIPLE},
        {ATTRIBUTE_ADDRESS_POSTAL_CODE, "address.postal_code", KIND_ADDRESS, P | O | MULTIPLE},
        {ATTRIBUTE_ADDRESS_REGION, "address.region", KIND_ADDRESS, P | O | MULTIPLE},
        {ATTRIBUTE_ADDRESS_COUNTRY, "address.country", KIND_ADDRESS, P | O | MULTIPLE},
        {ATTRIBUTE_OWNER, "owner", KIND_TEXT, P | O},
        {ATTRIBUTE_SAME_AS, "same_as", KIND_REFERENCE, P | O | MULTIPLE | HIDDEN},
        {ATTRIBUTE_MERGED_INTO, "merged_into", KIND_REFERENCE, P | O | HIDDEN},
        {ATTRIBUTE_CREATED_AT, "created_at", KIND_TIME, P | O},
        {ATTRIBUTE_MODIFIED_AT, "modified_at", KIND_TIME, P | O},
        {ATTRIBUTE_PERSON_ACCOUNT, "person_account", KIND_BOOLEAN, P | O | HIDDEN},
        {ATTRIBUTE_NAME, "name", KIND_NAME, O},
        {ATTRIBUTE_LEGAL_NAME, "legal_name", KIND_NAME, O},
        {ATTRIBUTE_SIREN, "siren", KIND_IDENTIFIER, O},
        {ATTRIBUTE_SIRET, "siret", KIND_IDENTIFIER, O},
        {ATTRIBUTE_VAT_ID, "vat_id", KIND_IDENTIFIER, O},
        {ATTRIBUTE_DUNS, "duns", KIND_IDENTIFIER, O},
        {ATTRIBUTE_LEI, "lei", KIND_IDENTIFIER, O},
        {ATTRIBUTE_TAX_ID, "tax_id", KIND_IDENTIFIER, O},
        {ATTRIBUTE_PARENT, "parent", KIND_REFERENCE, O},
        {ATTRIBUTE_INDUSTRY_CODE, "industry_code", KIND_CODE, O},
        {ATTRIBUTE_EMPLOYEE_COUNT, "employee_count", KIND_NUMBER, O},
        {ATTRIBUTE_ANNUAL_REVENUE, "annual_revenue", KIND_NUMBER, O},
        {ATTRIBUTE_STATUS, "status", KIND_CODE, O},
        {ATTRIBUTE_LAST_INVOICE_AT, "last_invoice_at", KIND_TIME, O},
        {ATTRIBUTE_RECURRING_REVENUE, "recurring_revenue", KIND_NUMBER, O},
        {ATTRIBUTE_OPEN_OPPORTUNITIES, "open_opportunities", KIND_NUMBER, O},
};

_Static_assert(sizeof(builtin) / sizeof(builtin[0]) == ATTRIBUTE_BUILTIN_COUNT - 1, "every attribute has a row");

const char *record_type_name(enum record_type type)
{
        return type < TYPE_COUNT ? type_names[type] : "unknown";
}

bool record_type_parse(struct text name, enum record_type *type)
{
        for (unsigned i = 0; i < TYPE_COUNT; i++) {
                if (text_equal(name, text_from(type_names[i]))) {
                        *type = (enum record_type)i;
                        return true;
                }
        }
        return false;
}

void vocabulary_init(struct vocabulary *vocabulary)
{
        *vocabulary = (struct vocabulary){.count = ATTRIBUTE_BUILTIN_COUNT};
        for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
                struct attribute *attribute = &vocabulary->attributes[builtin[i].number];

                snprintf(attribute->name, sizeof(attribute->name), "%s", builtin[i].name);
                attribute->kind = builtin[i].kind;
                attribute->person = builtin[i].flags & P;
                attribute->organization = builtin[i].flags & O;
                attribute->multiple = builtin[i].flags & MULTIPLE;
                attribute->hidden = builtin[i].flags & HIDDEN;
        }
}

uint16_t vocabulary_find(const struct vocabulary *vocabulary, struct text name)
{
        for (uint32_t i = 1; i < vocabulary->count; i++) {
                if (text_equal(name, text_from(vocabulary->attributes[i].name)))
                        return (uint16_t)i;
        }
        return ATTRIBUTE_NONE;
}

uint16_t vocabulary_add(struct vocabulary *vocabulary, struct text name, enum attribute_kind kind, bool person,
                        bool organization, bool multiple)
{
        struct attribute *attribute;

        if (name.length == 0 || name.length >= ATTRIBUTE_NAME_MAX || vocabulary->count >= ATTRIBUTE_MAX ||
            vocabulary_find(vocabulary, name) != ATTRIBUTE_NONE)
                return ATTRIBUTE_NONE;
        attribute = &vocabulary->attributes[vocabulary->count];
        *attribute =
                (struct attribute){.kind = kind, .person = person, .organization = organization, .multiple = multiple};
        memcpy(attribute->name, name.data, name.length);
        return (uint16_t)vocabulary->count++;
}

const char *attribute_kind_name(enum attribute_kind kind)
{
        return kind < sizeof(kind_names) / sizeof(kind_names[0]) ? kind_names[kind] : "unknown";
}

bool attribute_kind_parse(struct text name, enum attribute_kind *kind)
{
        for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
                if (text_equal(name, text_from(kind_names[i]))) {
                        *kind = (enum attribute_kind)i;
                        return true;
                }
        }
        return false;
}
