/* address.h: what the files that read addresses share.
 *
 * An address line is a list of parts: folded tokens, each with the number of its segment (what stands between commas).
 * A part that was recognised is taken; what nobody took is what the next step looks at.
 */
#pragma once

#include "standard/parts.h"

#define TOKENS_MAX 48
#define LOCALITIES_MAX 4
#define STREET_WORDS_MAX 16
#define NO_SEGMENT UINT8_MAX

struct part {
        struct text text;
        uint8_t segment;
        bool taken;
};

struct parts {
        struct part items[TOKENS_MAX];
        uint32_t count;
};

struct address {
        struct text house;
        struct text unit;
        struct text po_box;
        struct text street;
        struct text city;
        struct text postal_code;
        struct text region;
        struct text country;
        struct text localities[LOCALITIES_MAX];
        uint32_t locality_count;
        bool region_is_guess;
};

static inline bool address_has(const struct work *work, enum lexicon_kind kind, struct text word)
{
        return lexicon_find(work->standard->lexicon, kind, word, NULL);
}

bool address_has_digit(struct text t);

/* @raw folded, with line ends as commas. */
struct text address_fold_lines(struct work *work, struct text raw);

void address_push_part(struct parts *parts, struct text text, uint8_t segment);

/* Appends the tokens of folded @t to @parts, in segments of their own. */
void address_read_parts(struct work *work, struct parts *parts, struct text t);

/* The parts of [from, to) that nobody took, joined by blanks. */
struct text address_join_parts(struct work *work, const struct parts *parts, uint32_t from, uint32_t to);

/* The last segment that still has tokens: [*from, *to). False when there is none. */
bool address_last_segment(const struct parts *parts, uint32_t *from, uint32_t *to);

void address_take(struct parts *parts, uint32_t from, uint32_t to);

/* True if no token of the same segment follows @at. */
bool address_ends_segment(const struct parts *parts, uint32_t at);

/* True if a street type stands behind token @at in its segment. */
bool address_follows_type(struct work *work, const struct parts *parts, uint32_t at);

/* --- address_tail.c: what stands at the end --- */

/* Country, postal code and region, in any order, from the end. */
void address_take_tail(struct work *work, struct parts *parts, struct address *address);

/* [from, to) as the name of a city: without "cedex 08" and districts, saint written out, in
 * English where that differs. */
struct text address_city_name(struct work *work, const struct parts *parts, uint32_t from, uint32_t to);

/* A field for the city may hold postal code, region and country as well. */
void address_read_city(struct work *work, struct address *address, struct text raw);

/* "le11" "1uu", "m1s1t4": British and Canadian codes in one word. */
bool address_is_joined_code(struct text t);

/* The code that is compared: upper case without blanks and country prefix; ZIP+4 without its last four. */
struct text address_postal_feature(struct work *work, struct text raw);
