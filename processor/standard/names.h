/* names.h: what the files that read personal names share.
 *
 * A name is a list of tokens, each with the role that it is thought to have. What is no name is taken away (kind
 * FEATURE_NONE), then the list is made dense again.
 */
#pragma once

#include "standard/parts.h"

#define NAME_TOKENS_MAX 24
#define NAME_TOKEN_LENGTH_MAX 64

struct name_token {
        struct text text;
        struct text alias; /* the token together with what stands before it: "deluca" of "de luca" */
        uint8_t kind;      /* feature kind; FEATURE_NONE: taken away */
        uint8_t flags;     /* enum feature_flag */
        uint8_t segment;   /* number of commas before it */
        uint8_t word;      /* number of the word between blanks that it is part of */
        bool capitals;
        bool dotted; /* "M.", "Dr." */
};

struct name {
        struct name_token tokens[NAME_TOKENS_MAX];
        uint32_t count;
        uint8_t segment;
        uint8_t word;
        bool mixed_case;    /* small letters occur */
        struct text suffix; /* generation, or empty */
};

static inline bool name_is_in(struct work *work, enum lexicon_kind kind, const struct name_token *token)
{
        return lexicon_find(work->standard->lexicon, kind, token->text, NULL);
}

/* The letters and digits of @folded in one. */
struct text name_concatenate(struct arena *arena, struct text folded);

/* Removes the tokens of kind FEATURE_NONE. */
void name_compact(struct name *name);

/* names_read.c: the tokens of @raw, each of role @kind unless its script says more. */
void name_read(struct work *work, struct name *name, uint8_t kind, struct text raw);

/* names_join.c: what people write apart and in one. Once roles are known. */
void name_join(struct work *work, struct name *name);
