/* sync.h: from one entity to the commands that bring its records in line.
 *
 * Pure: golden record, members and policy in, commands out. A command exists while a target's record differs from what
 * the policy wants it to say; it is replaced when it has been overtaken, and withdrawn when the difference is gone,
 * whoever removed it. So an echo needs no suppression, and nothing is remembered about what was sent.
 *
 * Two things keep a command from never ending:
 *   - values are compared after standardisation, so that a target's own formatting is no difference;
 *   - what a target cannot hold is not commanded: each command is carried out on a copy of the record first, and a
 * field that would not read back as the value that it is meant to be is left out.
 *
 * One command a record, by rank: refresh (what the record says is not known), delete, an update of consent, merge,
 * update.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "config/policy.h"
#include "record/record.h"
#include "standard/standard.h"

struct sync_input {
        const struct config *config;
        struct standard *standard;
        enum record_type type;
        struct text golden;                  /* the golden record's JSON, as it is published */
        const struct record *const *members; /* living records in canonical order */
        uint32_t member_count;
};

struct sync_command {
        struct text target;
        bool preview; /* for sync-preview.<target> instead of sync.<target> */
        struct text key;
        struct text json;
};

struct sync_commands {
        struct sync_command *items;
        size_t count, capacity;
};

/* Appends the commands of one entity to @commands; all texts are in @arena. ERR_FATAL if the golden record cannot be
 * read. */
int sync_derive(struct arena *arena, const struct sync_input *input, struct sync_commands *commands,
                struct error *error);

/* The key of a record's command ("Contact/003…"), and of the command that makes a record for an entity. */
struct text sync_record_key(struct arena *arena, struct record_key key);
struct text sync_create_key(struct arena *arena, struct text entity, const char *entity_id);

/* True if the record is to be read again: a gap or overflow event said that it changed without saying how, and its
 * source asks for refresh requests. No other command goes to it then. */
bool sync_wants_refresh(const struct config *config, const struct record *record);
void sync_write_refresh(struct record_key key, struct buffer *out);

/* The record of somebody who was erased is to be deleted, whatever the policy removes otherwise. */
void sync_write_erase(struct record_key key, struct buffer *out);
