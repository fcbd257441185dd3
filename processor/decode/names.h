/* names.h: which fields a Salesforce event says were changed, nulled or sent as a difference. Internal to decode/. */
#pragma once

#include "base/arena.h"
#include "base/json.h"

struct field_names {
        struct text *names; /* "Email", "Name.FirstName" */
        uint32_t count;
        bool bitmaps;    /* some came as bitmaps */
        bool unresolved; /* bitmaps that cannot be resolved: there are names that we do not know */
};

/* changedFields, nulledFields and diffFields of one header; each may be NULL. Bitmaps count positions in the schema and
 * are resolved only where @body holds every field in that order. */
void names_read(struct arena *arena, const struct json_node *const lists[3], const struct json_node *body,
                struct field_names out[3]);

/* True if @name is among @names, in either of Salesforce's spellings. */
bool names_have(const struct field_names *names, struct text name);

/* Salesforce's flat spelling of a compound's part: "MailingAddress.City" is MailingCity, "Name.FirstName" is FirstName,
 * "Address.Street" is Street; other names as they are. */
#define NAMES_FLAT_MAX 128
struct text names_flatten(struct text name, char out[NAMES_FLAT_MAX]);
bool names_flat_equal(struct text a, struct text b);
