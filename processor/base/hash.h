/* hash.h: hashes that are the same on every machine and in every run (XXH3 of xxHash).
 *
 * Blocking keys, ids and digests are built from them, so the function and its seeds are part of the state's format.
 * Not for secrets: keyed hashes of personal data use hash_keyed().
 */
#pragma once

#include "base/text.h"

#include <stdint.h>

struct hash128 {
        uint64_t low;
        uint64_t high;
};

/* XXH3 64 bits with @seed. */
uint64_t hash64(const void *data, size_t length, uint64_t seed);
uint64_t hash64_text(struct text t, uint64_t seed);

/* Mixes @value into @hash (order matters). */
uint64_t hash64_mix(uint64_t hash, uint64_t value);

/* XXH3 128 bits. */
struct hash128 hash128(const void *data, size_t length, uint64_t seed);

/* Addition and subtraction modulo 2^128 of each half: an order-independent sum of hashes ("digest"). */
struct hash128 hash128_add(struct hash128 a, struct hash128 b);
struct hash128 hash128_subtract(struct hash128 a, struct hash128 b);
bool hash128_equal(struct hash128 a, struct hash128 b);

/* 32 lower-case hexadecimal digits and a NUL. */
#define HASH128_HEX_SIZE 33
void hash128_to_hex(struct hash128 hash, char out[HASH128_HEX_SIZE]);

/* 20 characters of Crockford's base 32 (the low 100 bits) in lower case and a NUL: short ids that survive being read
 * aloud. https://www.crockford.com/base32.html */
#define HASH128_ID_SIZE 21
void hash128_to_id(struct hash128 hash, char out[HASH128_ID_SIZE]);
/* The bits that an id keeps. */
struct hash128 hash128_of_id_bits(struct hash128 hash);
/* Reads 20 such characters, in either case. False for anything else. */
bool hash128_from_id(const char *id, size_t length, struct hash128 *hash);
