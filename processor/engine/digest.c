/* A digest is the sum, modulo 2^128, of one hash for each key-value pair. Sums do not depend on order, and replacing a
 * value costs two hashes, so the digest is always at hand: two nodes, a rebuild or a shuffled replay compare 16 bytes.
 */
#include "engine/digest.h"

#include "base/hash.h"

#define SEED_DIGEST 0x647572616e640004ULL

struct hash128 digest_entry(struct text topic, struct text key, struct text value)
{
        struct hash128 parts[3] = {
                hash128(topic.data, topic.length, SEED_DIGEST),
                hash128(key.data, key.length, SEED_DIGEST),
                hash128(value.data, value.length, SEED_DIGEST),
        };

        return hash128(parts, sizeof(parts), SEED_DIGEST);
}

void digest_add(struct engine *engine, struct hash128 entry)
{
        engine->digest.derived = hash128_add(engine->digest.derived, entry);
}

void digest_remove(struct engine *engine, struct hash128 entry)
{
        engine->digest.derived = hash128_subtract(engine->digest.derived, entry);
}
