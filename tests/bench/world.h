/* world.h: the people and companies that the benchmark's events are about.
 *
 * A person or company is a function of the seed and a number: nothing is stored, so a million of them cost nothing.
 * What a system knows of somebody (a view) is a function of the entity, of the record and of how often the record has
 * been changed: some fields missing, some misspelt, some older.
 */
#pragma once

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum culture {
        FRENCH,
        AMERICAN,
        BRITISH,
        GERMAN,
        SPANISH,
        RUSSIAN,
        CULTURE_COUNT
};

/* Lists of one culture (names.c), most common first; NULL ends each. */
struct culture_lists {
        const char *country; /* ISO 3166-1 alpha-2 */
        const char *const *given;
        const char *const *family;
        const char *const *family_start; /* the long tail of family names: start + middle + end */
        const char *const *family_middle;
        const char *const *family_end;
        const char *const *streets; /* "rue %s": the pattern of a street, %s a name */
        const char *const *cities;  /* "75011 Paris": postal code, blank, city */
        const char *const *trades;  /* words of company names */
        const char *const *forms;   /* legal forms */
        const char *domain;
        const char *const *titles;
};

extern const struct culture_lists culture_lists[CULTURE_COUNT];
extern const char *const mail_providers[];

/* A stream of pseudo-random numbers (SplitMix64: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
 * generators"). */
struct dice {
        uint64_t state;
};

struct dice dice_from(uint64_t seed, uint64_t a, uint64_t b);
uint64_t dice_roll(struct dice *dice);
uint32_t dice_below(struct dice *dice, uint32_t limit);
bool dice_percent(struct dice *dice, uint32_t percent);

#define WORLD_TEXT 96

struct company {
        enum culture culture;
        char name[WORLD_TEXT];
        char form[16];
        char domain[WORLD_TEXT];
        char street[WORLD_TEXT];
        char postal_code[16];
        char city[48];
        char phone[24]; /* E.164 */
        char siren[10]; /* French companies */
        char siret[15];
};

struct person {
        enum culture culture;
        uint32_t company; /* number */
        char given[48];
        char family[64];
        char email[WORLD_TEXT];
        char phone[24];
        char mobile[24];
        char street[WORLD_TEXT];
        char postal_code[16];
        char city[48];
        char title[48];
        char birth_date[12];
};

/* How often each group of fields of a record has been changed by an update. */
struct edits {
        uint8_t phone;
        uint8_t email;
        uint8_t address;
        uint8_t title;
};

void world_company(uint64_t seed, uint32_t number, struct company *company);
void world_person(uint64_t seed, uint32_t number, uint32_t company_count, struct person *person);

/* What the record @record_seed says of them: an empty text is a field that was never filled. */
void world_view_company(struct company *company, uint64_t record_seed, struct edits edits);
void world_view_person(struct person *person, uint64_t record_seed, struct edits edits, bool upper_case);
