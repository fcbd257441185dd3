/* attribute.h: the vocabulary, i.e. the attributes that records and golden records have.
 *
 * Sources name their fields as they like; a mapping turns them into these attributes, and everything after the decoder
 * speaks only of them. A configuration may add attributes of the same kinds; they get the numbers from
 * ATTRIBUTE_BUILTIN_COUNT on, in the order of the configuration file.
 */
#pragma once

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum record_type {
        TYPE_PERSON,
        TYPE_ORGANIZATION,
        TYPE_COUNT,
};

/* "person", "organization". */
const char *record_type_name(enum record_type type);
bool record_type_parse(struct text name, enum record_type *type);

/* How a value is standardised, compared and shown. */
enum attribute_kind {
        KIND_TEXT, /* free text, compared after folding */
        KIND_NAME, /* a personal name or a part of one, or a company name */
        KIND_DATE, /* a calendar date, perhaps partial */
        KIND_TIME, /* a point in time */
        KIND_EMAIL,
        KIND_PHONE,
        KIND_ADDRESS,    /* one part of a postal address; parts with the same label belong together */
        KIND_IDENTIFIER, /* an official number */
        KIND_REFERENCE,  /* the id of another record */
        KIND_URL,
        KIND_CODE,    /* a short code: gender, status, industry */
        KIND_CONSENT, /* granted, denied, unknown */
        KIND_NUMBER,
        KIND_BOOLEAN,
};

enum {
        ATTRIBUTE_NONE = 0,
        /* person */
        ATTRIBUTE_GIVEN_NAME,
        ATTRIBUTE_MIDDLE_NAME,
        ATTRIBUTE_FAMILY_NAME,
        ATTRIBUTE_NAME_SUFFIX,
        ATTRIBUTE_FULL_NAME,
        ATTRIBUTE_BIRTH_DATE,
        ATTRIBUTE_BIRTH_PLACE,
        ATTRIBUTE_GENDER,
        ATTRIBUTE_JOB_TITLE,
        ATTRIBUTE_EMPLOYER, /* the employer's name as text, or a reference: see EMPLOYER_REF */
        ATTRIBUTE_EMPLOYER_REF,
        ATTRIBUTE_NATIONAL_ID,
        ATTRIBUTE_PASSPORT,
        ATTRIBUTE_DRIVERS_LICENSE,
        ATTRIBUTE_CONSENT_EMAIL,
        ATTRIBUTE_CONSENT_PHONE,
        ATTRIBUTE_CONSENT_MARKETING,
        /* both */
        ATTRIBUTE_EMAIL,
        ATTRIBUTE_PHONE,
        ATTRIBUTE_WEBSITE,
        ATTRIBUTE_ADDRESS_STREET,
        ATTRIBUTE_ADDRESS_LINE2,
        ATTRIBUTE_ADDRESS_CITY,
        ATTRIBUTE_ADDRESS_POSTAL_CODE,
        ATTRIBUTE_ADDRESS_REGION,
        ATTRIBUTE_ADDRESS_COUNTRY,
        ATTRIBUTE_OWNER,
        ATTRIBUTE_SAME_AS,     /* reference to another source's record that a system asserts to be the same */
        ATTRIBUTE_MERGED_INTO, /* on a deleted record: the record of the same source that survived a merge */
        ATTRIBUTE_CREATED_AT,
        ATTRIBUTE_MODIFIED_AT,
        ATTRIBUTE_PERSON_ACCOUNT, /* true turns an organization record into a person (Salesforce person accounts) */
        /* organization */
        ATTRIBUTE_NAME,
        ATTRIBUTE_LEGAL_NAME,
        ATTRIBUTE_SIREN,
        ATTRIBUTE_SIRET,
        ATTRIBUTE_VAT_ID,
        ATTRIBUTE_DUNS,
        ATTRIBUTE_LEI,
        ATTRIBUTE_TAX_ID,
        ATTRIBUTE_PARENT, /* reference */
        ATTRIBUTE_INDUSTRY_CODE,
        ATTRIBUTE_EMPLOYEE_COUNT,
        ATTRIBUTE_ANNUAL_REVENUE,
        ATTRIBUTE_STATUS,
        ATTRIBUTE_LAST_INVOICE_AT,
        ATTRIBUTE_RECURRING_REVENUE,
        ATTRIBUTE_OPEN_OPPORTUNITIES,
        ATTRIBUTE_BUILTIN_COUNT,
};

#define ATTRIBUTE_MAX 256 /* built-in and configured ones */
#define ATTRIBUTE_NAME_MAX 64

/* Raw text of a consent where a switch "opted out" is off: granted, but a default says the same, so that golden/ takes
 * it for a decision only where it was switched off. */
#define CONSENT_NO_OBJECTION "unobjected"

struct attribute {
        char name[ATTRIBUTE_NAME_MAX]; /* "email", "address.city" */
        enum attribute_kind kind;
        bool person;       /* golden persons have it */
        bool organization; /* golden organizations have it */
        bool multiple;     /* several labelled values: phone/mobile, phone/home */
        bool hidden;       /* steers processing, never published in golden records */
};

struct vocabulary {
        struct attribute attributes[ATTRIBUTE_MAX]; /* by number; [0] is unused */
        uint32_t count;                             /* one past the last number */
};

/* The built-in vocabulary. */
void vocabulary_init(struct vocabulary *vocabulary);

/* Number of the attribute called @name, or ATTRIBUTE_NONE. */
uint16_t vocabulary_find(const struct vocabulary *vocabulary, struct text name);

/* Adds an attribute; gives its number, or ATTRIBUTE_NONE when the name is taken, too long, or the vocabulary is full.
 */
uint16_t vocabulary_add(struct vocabulary *vocabulary, struct text name, enum attribute_kind kind, bool person,
                        bool organization, bool multiple);

const char *attribute_kind_name(enum attribute_kind kind);
bool attribute_kind_parse(struct text name, enum attribute_kind *kind);
