/* company.h: what the files that read company names share. */
#pragma once

#include "standard/parts.h"

#define ORG_WORDS_MAX 40
#define ORG_FORMS_MAX 3

struct org_word {
        struct text text; /* empty: taken away; may be several words once a phrase was written out */
        uint8_t part;     /* number of commas, brackets and free-standing dashes before it */
        uint8_t flags; /* enum feature_flag: PARTICLE with UNCERTAIN is what says little, a department or an address */
        bool other_name; /* in brackets or behind "formerly" */
        bool ends_part;  /* a comma, a dash or the like follows */
};

struct org_name {
        struct org_word words[ORG_WORDS_MAX];
        uint32_t count;
        struct text forms[ORG_FORMS_MAX];
        uint32_t form_count;
};

/* What a part of an affiliation names, by its words. institution.c */
enum org_part {
        ORG_PART_OTHER,
        ORG_PART_DEPARTMENT, /* of an institution that another part names */
        ORG_PART_INSTITUTION,
        ORG_PART_UNIVERSITY, /* names an institution beside any institute */
};

enum org_part company_judge_part(struct text folded);

/* company_parts.c: writes short names of institutions out ("UCLA", "TU Munich", "IIT Bombay"), phrase by phrase. */
void company_expand(struct work *work, struct org_name *name);

/* Flags what follows the name: departments, addresses and regions say little; a country may say which branch it is. */
void company_mark_parts(struct work *work, struct org_name *name);
