/* features.h: what standardising makes of a record for matching, and the value node that records share.
 *
 * A feature is one canonical fact ("family name durand", "telephone +33612345678"). The encoded features of a record,
 * in canonical order and without repeats, are the identity of its value node: records with the same bytes are one node,
 * are blocked and compared once, and a cap on a blocking key counts nodes.
 * Produced by standard/, read by block/ and score/; the engine stores the bytes and never looks inside.
 *
 * Labels (mobile, mailing) are not features: values of one attribute are compared by the best pair.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"
#include "record/attribute.h"

#define ORG_WHOLE_INSTITUTION 2

/* The order is part of the encoding. Append only; a change of meaning needs a new state format. */
enum feature_kind {
        FEATURE_NONE = 0,
        /* personal names: one feature a token, folded to lower-case Latin letters (ICU transliteration).
         * text: token; sound: phonetic code; alias: canonical roots of its nicknames, blank-separated. */
        FEATURE_GIVEN,
        FEATURE_MIDDLE,
        FEATURE_FAMILY,
        FEATURE_NAME_ANY,    /* role unknown */
        FEATURE_NAME_SUFFIX, /* generation: "jr", "sr", "2", "3", ... */
        /* company names. text: token of the core name; sound: phonetic code; alias: expansion of an abbreviation.
         * sub: position of the token, from 0. */
        FEATURE_ORG_TOKEN,
        FEATURE_ORG_FORM,    /* canonical legal form: "sas", "ltd", "gmbh" */
        FEATURE_ORG_WHOLE,   /* the core name with its tokens in order, joined by blanks; sub 0 name, 1 legal name,
                              * ORG_WHOLE_INSTITUTION: of an affiliation the part that names the institution */
        FEATURE_BIRTH_DATE,  /* YYYY-MM-DD; unknown parts 00; sub: 1 if day and month may be swapped */
        FEATURE_BIRTH_PLACE, /* folded */
        FEATURE_GENDER,      /* m, f, x */
        FEATURE_EMAIL,  /* canonical: lower case, provider rules applied. sub: 1 role account. alias: name tokens in
                         * the local part, blank-separated */
        FEATURE_PHONE,  /* E.164 with '+', or '~' and national digits where no country is known */
        FEATURE_DOMAIN, /* registrable part of a website or of a company mail address; never a mail provider */
        /* addresses: features with the same `group` belong to one address; groups are numbered in canonical order */
        FEATURE_HOUSE_NUMBER,
        FEATURE_STREET, /* core tokens in order, blank-separated, type expanded or dropped; sound: of the longest token
                         */
        FEATURE_UNIT,
        FEATURE_PO_BOX,
        FEATURE_LOCALITY, /* second line, suburb or building; folded */
        FEATURE_CITY,
        FEATURE_POSTAL_CODE, /* upper case, no blanks */
        FEATURE_REGION,      /* canonical code where known, else folded */
        FEATURE_COUNTRY,     /* ISO 3166-1 alpha-2, lower case */
        /* identifiers. text: canonical; flags: FEATURE_VALIDATED where check digits passed. alias of a SIRET or French
         * VAT number: the SIREN inside. */
        FEATURE_SIREN,
        FEATURE_SIRET,
        FEATURE_VAT_ID,
        FEATURE_LEI,
        FEATURE_DUNS,
        FEATURE_TAX_ID,
        FEATURE_NATIONAL_ID,
        FEATURE_PASSPORT,
        FEATURE_DRIVERS_LICENSE,
        FEATURE_EMPLOYER,     /* employer's core name, tokens joined by blanks */
        FEATURE_EMPLOYER_REF, /* "source\x1frecord id" of the employer's record */
        FEATURE_JOB_TITLE,    /* folded */
        FEATURE_SAME_AS,      /* "source\x1frecord id" of the asserted twin */
        FEATURE_OWN,          /* a value that only rules look at (record/rule.h); sound: the attribute's name */
        FEATURE_KIND_COUNT,
};

enum feature_flag {
        FEATURE_VALIDATED = 1, /* check digits passed, not a known fake */
        FEATURE_INITIAL = 2,   /* a name token that is one letter */
        FEATURE_PARTICLE = 4,  /* de, van, al-: carries little */
        FEATURE_UNCERTAIN = 8, /* derived from a doubtful value */
};

struct feature {
        uint8_t kind;
        uint8_t group; /* address number; 0 elsewhere */
        uint8_t sub;
        uint8_t flags;
        struct text text;
        struct text sound;
        struct text alias;
};

#define FEATURES_MAX 128 /* a record that would give more keeps the first in canonical order of kinds */

struct features {
        enum record_type type;
        uint32_t count;
        uint8_t first[FEATURE_KIND_COUNT + 1]; /* items[first[k]] .. items[first[k + 1] - 1] are of kind k */
        struct feature items[FEATURES_MAX];    /* sorted by kind, group, sub, text, ... without repeats; last, so that
                                                * features_decode_kept() can leave out what is not used */
};

/* Sorts, removes repeats, renumbers address groups canonically and fills `first`. Call it once after the last feature.
 */
void features_finish(struct features *features);

/* Canonical bytes of finished features, and the view of such bytes (texts borrow from @data). Decoding damaged bytes
 * gives -1. */
void features_encode(const struct features *features, struct buffer *out);
int features_decode(struct text data, struct features *features);

/* The same for a node that is compared many times: in @arena, without room for more features than there are (about 0.7
 * kB for a person), so never to be copied or added to. NULL for damaged bytes. */
const struct features *features_decode_kept(struct arena *arena, struct text data);

/* "given", "birth_date", ...: for explanations. */
const char *feature_kind_name(enum feature_kind kind);
