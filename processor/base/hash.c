/* XXH3, the order-independent digest, and short ids. */
#include "base/hash.h"

#include <ctype.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64(const void *data, size_t length, uint64_t seed)
{
        return XXH3_64bits_withSeed(length ? data : "", length, seed);
}

uint64_t hash64_text(struct text t, uint64_t seed)
{
        return hash64(t.data, t.length, seed);
}

/* Finaliser of SplitMix64 (Steele, Lea & Flood 2014), over the sum with the golden ratio. */
uint64_t hash64_mix(uint64_t hash, uint64_t value)
{
        uint64_t z = hash * 0x9e3779b97f4a7c15ULL + value + 0x632be59bd9b4e019ULL;

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
}

struct hash128 hash128(const void *data, size_t length, uint64_t seed)
{
        XXH128_hash_t h = XXH3_128bits_withSeed(length ? data : "", length, seed);

        return (struct hash128){.low = h.low64, .high = h.high64};
}

struct hash128 hash128_add(struct hash128 a, struct hash128 b)
{
        return (struct hash128){.low = a.low + b.low, .high = a.high + b.high};
}

struct hash128 hash128_subtract(struct hash128 a, struct hash128 b)
{
        return (struct hash128){.low = a.low - b.low, .high = a.high - b.high};
}

bool hash128_equal(struct hash128 a, struct hash128 b)
{
        return a.low == b.low && a.high == b.high;
}

void hash128_to_hex(struct hash128 hash, char out[HASH128_HEX_SIZE])
{
        static const char digits[] = "0123456789abcdef";

        for (int i = 0; i < 16; i++) {
                out[i] = digits[(hash.high >> (60 - 4 * i)) & 15];
                out[16 + i] = digits[(hash.low >> (60 - 4 * i)) & 15];
        }
        out[32] = '\0';
}

static const char id_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void hash128_to_id(struct hash128 hash, char out[HASH128_ID_SIZE])
{
        uint64_t low = hash.low, high = hash.high;

        for (int i = HASH128_ID_SIZE - 2; i >= 0; i--) {
                out[i] = id_digits[low & 31];
                low = (low >> 5) | (high << 59);
                high >>= 5;
        }
        out[HASH128_ID_SIZE - 1] = '\0';
}

struct hash128 hash128_of_id_bits(struct hash128 hash)
{
        return (struct hash128){.low = hash.low, .high = hash.high & ((UINT64_C(1) << 36) - 1)};
}

bool hash128_from_id(const char *id, size_t length, struct hash128 *hash)
{
        struct hash128 read = {0};

        if (length != HASH128_ID_SIZE - 1)
                return false;
        for (size_t i = 0; i < length; i++) {
                int c = tolower((unsigned char)id[i]);
                const char *digit = c ? strchr(id_digits, c) : NULL;

                if (!digit)
                        return false;
                read.high = read.high << 5 | read.low >> 59;
                read.low = read.low << 5 | (uint64_t)(digit - id_digits);
        }
        *hash = read;
        return true;
}
