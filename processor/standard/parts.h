/* parts.h: what the files of this module share. Nobody outside includes it, but for the module's own tests.
 *
 * A value goes through one standardiser: raw text in, canonical text and flags out, and the features that matching
 * compares added to a list. Standardisers are pure functions of the text, the country context and the tables; what they
 * keep between calls (folder, phones) are caches that never change a result.
 */
#pragma once

#include "standard/standard.h"

struct folder;
struct lexicon;
struct phones;

struct standard {
        const struct config *config;
        struct folder *folder;
        struct lexicon *lexicon;
        struct phones *phones;
};

/* Features of one record while they are collected: more than a record may keep, so that the choice is canonical. */
struct feature_list {
        struct feature *items;
        size_t count;
        size_t capacity;
};

#define FEATURE_LIST_MAX 2048 /* beyond this a record's further values give no features */

/* What a standardiser works with. */
struct work {
        struct standard *standard;
        struct arena *arena;
        char country[3]; /* ISO 3166-1 alpha-2 in upper case of the record's surroundings; "" unknown */
        struct feature_list *list;
};

/* The canonical form of a value; flags as in enum slot_flag (INVALID, FAKE). */
struct canonical {
        struct text value;
        uint8_t flags;
};

void feature_add(struct work *work, struct feature feature);

/* A feature without sound and alias; ignored when @text is empty. */
void feature_add_text(struct work *work, uint8_t kind, struct text text);

/* --- fold.c: any script to lower-case ASCII --- */

struct folder *folder_new(struct error *error);
void folder_free(struct folder *folder);

/* @raw in lower-case ASCII: transliterated, control characters and runs of white space as one blank, trimmed.
 * Punctuation stays. In @arena. */
struct text fold_text(struct folder *folder, struct arena *arena, struct text raw);

/* The same with everything but letters and digits as one blank. */
struct text fold_words(struct folder *folder, struct arena *arena, struct text raw);

/* @raw for people: NFC, control characters dropped, white space collapsed and trimmed, letters as they are. Borrows
 * from
 * @raw where nothing changes. */
struct text fold_display(struct arena *arena, struct text raw);

/* True if @word has two upper-case letters or more and no lower-case one. */
bool fold_is_capitals(struct text word);

enum script {
        SCRIPT_OTHER,
        SCRIPT_HAN,
        SCRIPT_HANGUL
};

/* The script of @word's letters, if all of them are Han or all are Hangul. @letters is their number. */
enum script fold_script(struct text word, uint32_t *letters);

/* The next blank-separated word of *@rest, which moves behind it; empty at the end. */
struct text fold_next_word(struct text *rest);

/* Words joined by one blank, in @arena. */
struct text fold_join(struct arena *arena, const struct text *words, size_t count);

/* Only the letters and digits of @raw, upper case ASCII; non-ASCII is folded first. */
struct text fold_code(struct folder *folder, struct arena *arena, struct text raw);

static inline bool ascii_is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static inline bool ascii_is_lower(char c)
{
        return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_upper(char c)
{
        return c >= 'A' && c <= 'Z';
}

static inline bool ascii_is_word(char c)
{
        return ascii_is_digit(c) || ascii_is_lower(c) || ascii_is_upper(c);
}

static inline bool text_is_digits(struct text t)
{
        for (uint32_t i = 0; i < t.length; i++)
                if (!ascii_is_digit(t.data[i]))
                        return false;
        return t.length > 0;
}

/* --- lexicon.c: the word lists --- */

enum lexicon_kind {
        LEXICON_END,              /* ends a list of tables */
        LEXICON_GIVEN_NAME,       /* known given name or nickname -> its roots, blank-separated */
        LEXICON_FAMILY_NAME,      /* romanisation of a family name -> its roots */
        LEXICON_TITLE,            /* mr, herr, dr */
        LEXICON_RARE_TITLE,       /* sir, don: names as well */
        LEXICON_POSTNOMINAL,      /* phd, esq */
        LEXICON_GENERATION,       /* jr, iii -> canonical */
        LEXICON_PARTICLE,         /* von, de la */
        LEXICON_BIRTH_NAME,       /* nee, geb: the name that follows was another one */
        LEXICON_NOBILITY,         /* baronet, earl: what follows is a title and not a name */
        LEXICON_COMPOUND_SURNAME, /* Han surnames of two characters */
        LEXICON_SCRIPT_NAME,      /* a name in Arabic or Hebrew letters, folded -> its usual spelling */
        LEXICON_HANGUL,           /* a Korean syllable, officially romanised -> as people write it */
        LEXICON_EAST_SURNAME,     /* surnames beside given names of two syllables */
        LEXICON_LEGAL_FORM,       /* words joined by blanks -> canonical form */
        LEXICON_ORG_WORD,         /* abbreviation or foreign spelling -> word that stands for it */
        LEXICON_ORG_PHRASE,       /* ucla, penn state -> the whole name */
        LEXICON_ORG_LEAD,         /* tu, iit: before a place -> what they are short for */
        LEXICON_ORG_PARTICLE,     /* the, of, und */
        LEXICON_FORMER_NAME,      /* formerly, dba */
        LEXICON_STREET_TYPE,      /* st -> street */
        LEXICON_STREET_SUFFIX,    /* what is written together in German and Dutch: strasse, weg, straat */
        LEXICON_STREET_WORD,      /* other abbreviations in street names: st -> saint, gen -> general */
        LEXICON_DIRECTION,        /* north -> n */
        LEXICON_ORDINAL,          /* fifth -> 5 */
        LEXICON_UNIT,             /* apt, suite */
        LEXICON_UNIT_AFTER,       /* floor, etage: the number may stand before */
        LEXICON_PO_BOX,           /* po box, postfach */
        LEXICON_HOUSE_MARK,       /* no, nr: before the number */
        LEXICON_HOUSE_SUFFIX,     /* bis, ter */
        LEXICON_ADDRESS_PARTICLE, /* de la: not part of a street's core */
        LEXICON_REGION,           /* california -> ca */
        LEXICON_COUNTRY,          /* name or code -> ISO code */
        LEXICON_EXONYM,           /* koln -> cologne */
        LEXICON_MONTH,            /* march -> 3 */
        LEXICON_SHARED_DOMAIN,    /* mail providers, social networks: says nothing about a company */
        LEXICON_ROLE_ACCOUNT,     /* info, sales */
        LEXICON_FAKE_MAIL,        /* test, noemail: local parts that stand for nobody */
        LEXICON_FAKE_DOMAIN,      /* example.com, test.com */
        LEXICON_FAKE_WORD,        /* unknown, n/a, xxx: what people type into a mandatory field */
        LEXICON_SECOND_LEVEL,     /* co, com: below a country's domain they are part of the suffix */
        LEXICON_GENDER,
        LEXICON_CONSENT,
        LEXICON_BOOLEAN,
};

/* @words are separated by blanks; '_' is a blank inside one. Each stands for @canonical, which stands for itself as
 * well where the table says so. */
struct lexicon_row {
        const char *canonical;
        const char *words;
};

struct lexicon_table {
        enum lexicon_kind kind;
        bool canonical_is_word;
        const struct lexicon_row *rows; /* up to one without canonical */
};

/* The tables of each file, ended by LEXICON_END. */
extern const struct lexicon_table names_tables[];
extern const struct lexicon_table names_given_tables[];
extern const struct lexicon_table names_known_tables[];
extern const struct lexicon_table names_world_tables[];
extern const struct lexicon_table company_tables[];
extern const struct lexicon_table institution_tables[];
extern const struct lexicon_table address_tables[];
extern const struct lexicon_table country_tables[];
extern const struct lexicon_table places_tables[];
extern const struct lexicon_table email_tables[];
extern const char *const email_large_providers[]; /* up to NULL: names that are common enough to be mistyped */
extern const struct lexicon_table misc_tables[];

struct lexicon *lexicon_new(struct folder *folder);
void lexicon_free(struct lexicon *lexicon);

/* True if @word is in the table @kind; *@value (if not NULL) gets what it stands for, for as long as @lexicon lives. */
bool lexicon_find(const struct lexicon *lexicon, enum lexicon_kind kind, struct text word, struct text *value);

/* --- the standardisers --- */

/* phonetic.c: sound of one folded token, in @arena; empty where it has no letters. */
struct text phonetic_code(struct arena *arena, struct text token);

/* names.c. @kind is FEATURE_GIVEN, FEATURE_MIDDLE, FEATURE_FAMILY, or FEATURE_NAME_ANY for a full name. */
struct canonical names_standardise(struct work *work, struct text raw);
void names_add(struct work *work, uint8_t kind, struct text raw);
void names_add_suffix(struct work *work, struct text raw);

/* Removes what a full name repeats of the name parts. */
void names_finish(struct feature_list *list);

/* email.c */
struct canonical email_standardise(struct work *work, struct text raw);
void email_add(struct work *work, struct text canonical);

/* The domain that a company or person registered ("shop.example.co.uk" -> "example.co.uk"). Borrows from @host. */
struct text email_registrable_domain(const struct lexicon *lexicon, struct text host);
struct canonical url_standardise(struct work *work, struct text raw);
void url_add(struct work *work, struct text canonical);

/* phone.c */
struct phones *phones_new(void);
void phones_free(struct phones *phones);
struct canonical phone_standardise(struct work *work, struct text raw);

/* dates.c. @swappable is set where day and month may be the other way round. */
struct canonical date_standardise(struct work *work, struct text raw, bool *swappable);
struct canonical time_standardise(struct work *work, struct text raw);

/* company.c */
struct canonical company_standardise(struct work *work, struct text raw);
/* The part of @raw between commas that names an institution, where others are its departments and places; false: none
 * does, or there is nothing else. @institution borrows from @raw. institution.c */
bool company_find_institution(struct work *work, struct text raw, struct text *institution);
void company_add(struct work *work, struct text raw, uint8_t sub);
void company_add_employer(struct work *work, struct text raw);

/* identifiers.c. FEATURE_VALIDATED goes to *@validated. */
struct canonical identifier_standardise(struct work *work, uint16_t attribute, struct text raw, bool *validated);
void identifier_add(struct work *work, uint16_t attribute, struct text canonical, bool validated);

/* address.c: the parts of one address as the source splits them. */
struct address_fields {
        struct text street;
        struct text line2;
        struct text city;
        struct text postal_code;
        struct text region;
        struct text country; /* canonical, or empty */
};

struct canonical address_standardise(struct work *work, uint16_t attribute, struct text raw);
void address_add(struct work *work, const struct address_fields *fields, uint8_t group);

/* ISO code of a country's name or code in @raw, or empty. */
struct text country_find(struct work *work, struct text raw);

/* The country that the last or last but one part of an address line names, or empty. */
struct text country_in_line(struct work *work, struct text line);

/* misc.c */
struct canonical gender_standardise(struct work *work, struct text raw);
struct canonical consent_standardise(struct work *work, struct text raw);
struct canonical boolean_standardise(struct work *work, struct text raw);
struct canonical number_standardise(struct work *work, struct text raw);
struct canonical text_standardise(struct work *work, struct text raw);
struct canonical code_standardise(struct work *work, struct text raw);

/* True for what stands for "no value": -, n/a, unknown, xxx. */
bool misc_is_placeholder(struct work *work, struct text raw);
