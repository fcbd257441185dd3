/* weights.h: what is inside a model, for score/ and block/.
 *
 * A comparison gives each attribute a level. A level's weight is log2(m/u), where m is the share of true pairs that
 * reach it and u the share of random pairs (Fellegi & Sunter, "A Theory for Record Linkage", 1969). Where a level means
 * that a value agrees, the weight is corrected by how much rarer or commoner that value is than the average one.
 *
 * Level 0 is always "missing" and weighs nothing. The other levels go from best to worst, and so must their weights: a
 * model file that breaks this is refused.
 *
 * A pair is weighed against strangers and against alternatives: other reasons to agree on several attributes at once.
 * An alternative lists the attributes that it explains and what they cost it.
 */
#pragma once

#include "base/text.h"
#include "model/model.h"

#define MODEL_LEVELS_MAX 16

enum model_attribute {
        MODEL_GIVEN,
        MODEL_MIDDLE,
        MODEL_FAMILY,
        MODEL_NAME_ORDER,
        MODEL_NAME_SUFFIX,
        MODEL_NAME_IN_EMAIL,
        MODEL_GENDER,
        MODEL_BIRTH_DATE,
        MODEL_BIRTH_PLACE,
        MODEL_NAME, /* of a company */
        MODEL_FORM,
        MODEL_EMAIL,
        MODEL_PHONE,
        MODEL_DOMAIN,
        MODEL_STREET,
        MODEL_PLACE,
        MODEL_SIREN,
        MODEL_SIRET,
        MODEL_VAT_ID,
        MODEL_LEI,
        MODEL_DUNS,
        MODEL_TAX_ID,
        MODEL_NATIONAL_ID,
        MODEL_PASSPORT,
        MODEL_DRIVERS_LICENSE,
        MODEL_EMPLOYER,
        MODEL_JOB_TITLE,
        MODEL_SAME_AS,
        MODEL_ATTRIBUTE_COUNT,
};

/* The levels of each attribute, best first. Their names are in model/builtin.c. */
enum {
        LEVEL_MISSING = 0
};
enum {
        GIVEN_EXACT = 1,
        GIVEN_NICKNAME,
        GIVEN_NEAR,
        GIVEN_SOUND,
        GIVEN_INITIAL,
        GIVEN_DIFFERS,
        GIVEN_ANOTHER,
};
enum {
        MIDDLE_EXACT = 1,
        MIDDLE_NEAR,
        MIDDLE_INITIAL,
        MIDDLE_DIFFERS
};
enum {
        FAMILY_EXACT = 1,
        FAMILY_NEAR,
        FAMILY_SOUND,
        FAMILY_PART,
        FAMILY_INITIAL,
        FAMILY_DIFFERS
};
enum {
        ORDER_SAME = 1,
        ORDER_SWAPPED
};
enum {
        SUFFIX_SAME = 1,
        SUFFIX_ONE_SIDED,
        SUFFIX_DIFFERS
};
enum {
        NAME_IN_EMAIL_CONFIRMS = 1
};
enum {
        GENDER_SAME = 1,
        GENDER_DIFFERS
};
enum {
        BIRTH_EXACT = 1,
        BIRTH_SWAPPED,
        BIRTH_FIRST_OF_YEAR,
        BIRTH_MONTH_FITS,
        BIRTH_ONE_DIGIT,
        BIRTH_YEAR_FITS,
        BIRTH_TWO_PARTS, /* the year is one of them, or close */
        BIRTH_DAY_OF_YEAR,
        BIRTH_SAME_YEAR,
        BIRTH_NEXT_YEAR,
        BIRTH_DIFFERS, /* year, month or day agrees, which chance does as well */
        BIRTH_ANOTHER, /* nothing agrees */
};
enum {
        BIRTH_PLACE_EXACT = 1,
        BIRTH_PLACE_NEAR,
        BIRTH_PLACE_DIFFERS
};
enum {
        NAME_WHOLE = 1,
        NAME_TOKENS,
        NAME_CONTAINED,
        NAME_OVERLAP,
        NAME_WEAK,
        NAME_DIFFERS
};
enum {
        FORM_SAME = 1,
        FORM_DIFFERS
};
enum {
        EMAIL_EXACT = 1,
        EMAIL_NEAR,
        EMAIL_SAME_LOCAL,
        EMAIL_ROLE,
        EMAIL_SAME_NAME,
        EMAIL_DIFFERS,
        EMAIL_DIGITS
};
enum {
        PHONE_EXACT = 1,
        PHONE_SUFFIX,
        PHONE_NEAR,
        PHONE_DIFFERS
};
enum {
        DOMAIN_SAME = 1,
        DOMAIN_DIFFERS
};
enum {
        STREET_EXACT = 1,      /* number and street */
        STREET_NEAR,           /* the same with a typo, or cut short */
        STREET_NUMBER_NEAR,    /* the street, and numbers one digit apart */
        STREET_WITHOUT_NUMBER, /* the street; one side gives no number */
        STREET_ONLY,           /* the street, another number */
        STREET_UNIT_DIFFERS,   /* the same house, another flat or suite */
        STREET_NUMBER_ONLY,    /* the number, another street */
        STREET_DIFFERS,
};
enum {
        PLACE_POSTCODE = 1, /* another or no street, the same postcode */
        PLACE_CITY,         /* the same city */
        PLACE_WITH_STREET,  /* the street agrees, and so does the place: little news */
        PLACE_NEAR,         /* a typo in the postcode or the city */
        PLACE_REGION,       /* no more than the region */
        PLACE_DIFFERS_WITH_STREET,
        PLACE_DIFFERS,
};
enum {
        ID_EXACT = 1,
        ID_NEAR,
        ID_DIFFERS
};
enum {
        EMPLOYER_LEVEL_SAME = 1,
        EMPLOYER_LEVEL_RELATED,
        EMPLOYER_LEVEL_DIFFERS
};
enum {
        JOB_SAME = 1,
        JOB_RELATED,
        JOB_DIFFERS
};
enum {
        SAME_AS_ASSERTED = 1
};

struct model_level {
        const char *name;           /* "one edit" */
        uint32_t m_ppb;             /* parts per billion of true pairs, 1 at least */
        uint32_t u_ppb;             /* of random pairs, 1 at least */
        int16_t frequency_permille; /* share of the value's rarity that counts; 0: none */
        int32_t weight_mbit;        /* derived: log2(m/u) */
};

/* Rarity: log2(1/frequency) of a value, in thousandths of a bit. */
enum model_frequency_kind {
        FREQUENCY_GIVEN,
        FREQUENCY_FAMILY,
        FREQUENCY_ORG_TOKEN,
        FREQUENCY_POSTCODE,
        FREQUENCY_CITY,
        FREQUENCY_BIRTH_PLACE,
        FREQUENCY_JOB_TITLE,
        FREQUENCY_EMPLOYER,
        FREQUENCY_KIND_COUNT,
};

struct model_frequency {
        struct text value;
        int32_t rarity_mbit;
};

struct model_frequencies {
        struct model_frequency *items; /* sorted by value */
        uint32_t count;
        uint32_t *slots; /* open addressing over `items`: index + 1, 0 empty */
        uint32_t slot_mask;
        int32_t unlisted_mbit; /* rarity of a value of average length that the list does not hold */
        int32_t per_byte_mbit; /* more for each byte beyond MODEL_TYPICAL_LENGTH, less for each below */
        int32_t average_mbit;  /* rarity that the levels' u stands for */
        int32_t least_mbit;    /* clipping */
        int32_t most_mbit;
};

#define MODEL_TYPICAL_LENGTH 6 /* bytes of a name token */

/* Two neighbouring words of company names whose rarity together the list of FREQUENCY_ORG_TOKEN holds, "buenos aires".
 * False where they are too long for one. @bytes is the room that @phrase lies in. */
#define MODEL_PHRASE_BYTES_MAX 96
bool model_make_phrase(struct text first, struct text second, char bytes[MODEL_PHRASE_BYTES_MAX], struct text *phrase);

enum model_alternative { /* bits of a person's and an organization's */
        ALTERNATIVE_HOUSEHOLD,
        ALTERNATIVE_TWIN,
        ALTERNATIVE_COLLEAGUE,
        ALTERNATIVE_FAMILY_FIRM, /* a household that works together */
        ALTERNATIVE_NAMESAKE,    /* a relative of the same name: father and son, grandmother and granddaughter */
        ALTERNATIVE_BUILDING,
        ALTERNATIVE_GROUP,
        ALTERNATIVE_COUNT,
};

#define MODEL_CONFIDENCE_MOST_MBIT 2300

#define MODEL_UNEXPLAINED INT32_MAX
#define MODEL_UNLIMITED 1000000

/* A smaller file is taken as a sample of a world of this size: a list of a hundred names still has namesakes in it. */
#define MODEL_POPULATION_LEAST 1000

struct model_explanation {
        bool used;
        int32_t offset_mbit; /* its prior odds relative to those of a match */
        /* What agreement on an attribute costs the alternative (0: as natural as for a match); MODEL_UNEXPLAINED: the
         * alternative says nothing of it. */
        int32_t cost_mbit[MODEL_ATTRIBUTE_COUNT];
        /* And how much of it the alternative explains at most: branches share a city, hardly ever a house. Where this
         * is less than MODEL_UNLIMITED, a difference is no evidence against the alternative either. */
        int32_t most_mbit[MODEL_ATTRIBUTE_COUNT];
        uint32_t needs; /* bit set of attributes: at least one of them must agree, or there is nothing to explain */
        bool undecided; /* applies as well where nothing was compared that it does not explain */
};

/* Evidence of a company name's tokens, for which single levels are too coarse (score/organization.c). */
struct model_tokens {
        int32_t damping_permille;   /* each further shared token counts this share of the one before */
        int32_t offset_mbit;        /* log2(m) of a name that agrees */
        int32_t whole_mbit;         /* bonus of equal whole names: companies choose theirs to be unlike all others */
        int32_t words_mbit;         /* the same where only the spelling or order of words differs */
        int32_t both_left_permille; /* share of the smaller leftover that contradicts */
        int32_t one_left_permille;  /* share of a leftover on one side only */
        int32_t numbers_mbit;       /* taken off where both sides have a number that the other lacks */
        int32_t none_mbit;          /* no token shared */
        int32_t most_mbit;
};

/* Attributes whose values go together among strangers: people of one language and country share given names, family
 * names and titles of jobs far more often than the shares of each in a list of many countries multiply to. */
#define MODEL_COUPLED_COUNT 5

extern const uint8_t model_coupled[MODEL_COUPLED_COUNT]; /* enum model_attribute, ascending */

#define MODEL_COUPLING_MOST_MBIT 6000

struct model_stratum {          /* what a model says of one type */
        int64_t records;        /* population that prior odds are made for */
        int64_t twins_permille; /* expected matching pairs, thousandths of a pair for each record */
        /* Added to every posterior. The thresholds' default asks for four times even odds because the built-in model's
         * probabilities are judgement; a model that was estimated from the records at hand earns that back. */
        int32_t confidence_mbit;
        uint64_t recipes_left_out; /* of blocking keys (model/recipes.h), a bit each: not worth what they cost */
        int32_t prior_mbit;        /* derived */
        uint32_t level_count[MODEL_ATTRIBUTE_COUNT]; /* with level 0; 0: the type has no such attribute */
        struct model_level levels[MODEL_ATTRIBUTE_COUNT][MODEL_LEVELS_MAX];
        struct model_explanation alternatives[ALTERNATIVE_COUNT];
        /* How many times as often as by chance strangers agree on two attributes at once, as log2 in thousandths;
         * symmetric, 0: as often. An agreement says so much less beside the other one (score/score.c). */
        int32_t coupling_mbit[MODEL_COUPLED_COUNT][MODEL_COUPLED_COUNT];
};

struct model {
        struct arena arena;
        struct model_stratum strata[TYPE_COUNT];
        struct model_frequencies frequencies[FREQUENCY_KIND_COUNT];
        struct model_tokens tokens;
        bool phrases;                                           /* derived: some word of company names is a phrase */
        bool adjusted;                                          /* some of these is not 0 */
        int32_t more_weight[TYPE_COUNT][MODEL_ATTRIBUTE_COUNT]; /* thousandths beside the weights; 0: as they are */
        const struct rule_set *rules;                           /* of the configuration; NULL: none */
        char hash[33];
};

const char *model_attribute_name(enum model_attribute attribute);       /* "given", "birth_date" */
const char *model_alternative_name(enum model_alternative alternative); /* "household" */
const char *model_frequency_name(enum model_frequency_kind kind);

/* Rarity of @value; @listed (may be NULL) tells whether the model knows it. */
int32_t model_rarity_mbit(const struct model *model, enum model_frequency_kind kind, struct text value, bool *listed);

/* Weight of a level for a value of the given rarity (of the commoner one, where two values were compared). */
int32_t model_weight_mbit(const struct model *model, enum record_type type, enum model_attribute attribute,
                          uint32_t level, enum model_frequency_kind kind, int32_t rarity_mbit);

/* --- making a model (model/model.c), used by builtin.c and file.c */
struct model *model_new(void);
void model_add_builtin_values(struct model *model, enum model_frequency_kind kind);
void model_set_builtin_tables(struct model *model); /* everything but the frequencies of single values */
void model_add_frequency(struct model *model, enum model_frequency_kind kind, struct text value, int32_t rarity_mbit,
                         size_t *capacity);

/* Sorts and indexes the frequencies, derives weights, priors and the hash. ERR_USAGE where weights are not monotone. */
int model_finish(struct model *model, struct error *error);

/* The frequencies that the built-in model knows (model/names.c, model/words.c). Each line: values of one rarity. */
struct model_word_list {
        enum model_frequency_kind kind;
        int32_t rarity_mbit;
        const char *values; /* separated by blanks */
};

extern const struct model_word_list model_name_lists[];
extern const uint32_t model_name_list_count;
extern const struct model_word_list model_org_lists[];
extern const uint32_t model_org_list_count;
