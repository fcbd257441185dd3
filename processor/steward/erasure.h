/* erasure.h: by what somebody who was erased is known again: keyed hashes, and nothing else.
 *
 * The hashes are BLAKE2b with a key (libsodium's crypto_generichash, RFC 7693): without the key nobody can try names
 * and addresses until one fits. A record has a hash of its own, so that its later events are kept out; and a person has
 * tokens, each of a combination that hardly two people share:
 *
 *   an identity document's number
 *   an e-mail address, a telephone number or a whole address, with the name
 *   the birth date and the postal code or the place of birth, with the name
 *   an e-mail address, of a record that has no name
 *
 * The name is that of the record, in any order of its parts; a record that has an initial for a given name fits the
 * whole name, not the other way round. Two birth dates that differ never fit. So a namesake, a brother and who shares
 * the telephone are not kept out. What of somebody is hashed and what is asked about a newcomer differ by that much,
 * hence two functions. Pure.
 */
#pragma once

#include "base/hash.h"
#include "record/features.h"
#include "record/record.h"

#define ERASURE_KEY_BYTES 32
#define ERASURE_TOKENS_MAX 192 /* of one record; further ones are left out in the order of features */

struct erasure_key {
        unsigned char bytes[ERASURE_KEY_BYTES];
};

/* @secret is `service.ghost_secret`; an empty one gives a key that every installation without a secret has. */
struct erasure_key erasure_make_key(struct text secret);

/* What stands for a record that was erased. */
struct hash128 erasure_hash_record(const struct erasure_key *key, struct record_key record);

struct erasure_tokens {
        uint64_t items[ERASURE_TOKENS_MAX];
        uint32_t count;
};

/* Tokens to keep of a person that is erased; none of an organization. */
void erasure_keep(const struct erasure_key *key, const struct features *features, struct erasure_tokens *tokens);

/* Tokens by which a newcomer is known again: one that was kept is enough. */
void erasure_ask(const struct erasure_key *key, const struct features *features, struct erasure_tokens *tokens);

/* Puts them in order and removes repeats. */
void erasure_sort_tokens(struct erasure_tokens *tokens);

/* As text and back: 16 hexadecimal digits each, sorted, without repeats and separated by blanks. False for a text that
 * is not such a list. */
void erasure_write_tokens(const struct erasure_tokens *tokens, struct buffer *out);
bool erasure_read_tokens(struct text text, struct erasure_tokens *tokens);
