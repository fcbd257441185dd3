/* A token is the hash of: sort, value, name, birth date. Each side writes the variants of name and birth date that it
 * knows, and two that fit have one in common (see find_variants()). */
#include "steward/erasure.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Features that are enough with the name. */
static const uint8_t contacts[] = {FEATURE_EMAIL, FEATURE_PHONE};
/* With name and birth date. */
static const uint8_t places[] = {FEATURE_POSTAL_CODE, FEATURE_BIRTH_PLACE};
/* By themselves. */
static const uint8_t documents[] = {FEATURE_NATIONAL_ID, FEATURE_PASSPORT, FEATURE_DRIVERS_LICENSE};

#define NAME_TOKENS_MAX 16
#define VARIANTS_MAX 2

/* What a side says of name and birth date. */
struct variants {
        struct text names[VARIANTS_MAX];
        uint32_t name_count;
        struct text births[VARIANTS_MAX];
        uint32_t birth_count;
        bool birth_known;
};

struct gathering {
        const struct erasure_key *key;
        const struct features *features;
        struct erasure_tokens *tokens;
        struct variants variants;
        struct arena arena;
};

/* ---- hashes --------------------------------------------------------------------------------------------------------
 */

static struct hash128 keyed_hash(const struct erasure_key *key, const struct buffer *bytes)
{
        unsigned char digest[16];
        struct hash128 hash;

        crypto_generichash(digest, sizeof(digest), (const unsigned char *)bytes->data, bytes->length, key->bytes,
                           sizeof(key->bytes));
        hash = (struct hash128){0};
        for (int i = 0; i < 8; i++) {
                hash.low |= (uint64_t)digest[i] << 8 * i;
                hash.high |= (uint64_t)digest[i + 8] << 8 * i;
        }
        return hash;
}

struct erasure_key erasure_make_key(struct text secret)
{
        static const char purpose[] = "durand erasure";
        struct erasure_key key;
        crypto_generichash_state state;

        crypto_generichash_init(&state, (const unsigned char *)purpose, sizeof(purpose), sizeof(key.bytes));
        crypto_generichash_update(&state, (const unsigned char *)secret.data, secret.length);
        crypto_generichash_final(&state, key.bytes, sizeof(key.bytes));
        return key;
}

struct hash128 erasure_hash_record(const struct erasure_key *key, struct record_key record)
{
        struct buffer bytes BUFFER_CLEANUP = {0};

        buffer_prefixed(&bytes, record.source);
        buffer_prefixed(&bytes, record.entity);
        buffer_prefixed(&bytes, record.record_id);
        return keyed_hash(key, &bytes);
}

static void add_token(struct gathering *gathering, uint8_t sort, struct text value, struct text name, struct text birth)
{
        struct buffer bytes BUFFER_CLEANUP = {0};

        if (gathering->tokens->count == ERASURE_TOKENS_MAX)
                return;
        buffer_byte(&bytes, sort);
        buffer_prefixed(&bytes, value);
        buffer_prefixed(&bytes, name);
        buffer_prefixed(&bytes, birth);
        gathering->tokens->items[gathering->tokens->count++] = keyed_hash(gathering->key, &bytes).low;
}

/* ---- names and birth dates -----------------------------------------------------------------------------------------
 */

static int compare_texts(const void *left, const void *right)
{
        const struct text *a = left, *b = right;

        return text_compare(*a, *b);
}

/* The parts of the name, sorted, for the order of given and family name is often unknown; given names as initials where
 * that is asked. Empty: there is no given or no family name to tell people apart by. */
static struct text name_of(struct gathering *gathering, bool initials)
{
        static const uint8_t kinds[] = {FEATURE_GIVEN, FEATURE_FAMILY, FEATURE_NAME_ANY};
        const struct features *features = gathering->features;
        struct text parts[NAME_TOKENS_MAX];
        struct buffer joined BUFFER_CLEANUP = {0};
        uint32_t count = 0;

        for (size_t k = 0; k < sizeof(kinds); k++) {
                for (uint32_t i = features->first[kinds[k]]; i < features->first[kinds[k] + 1]; i++) {
                        const struct feature *feature = &features->items[i];
                        bool shorten = initials && kinds[k] == FEATURE_GIVEN;

                        if (feature->flags & FEATURE_PARTICLE || feature->text.length == 0 || count == NAME_TOKENS_MAX)
                                continue;
                        parts[count++] = shorten ? text_slice(feature->text, 0, 1) : feature->text;
                }
        }
        if (count < 2)
                return TEXT_NONE;
        qsort(parts, count, sizeof(*parts), compare_texts);
        for (uint32_t i = 0; i < count; i++)
                buffer_prefixed(&joined, parts[i]);
        return arena_text(&gathering->arena, buffer_view(&joined));
}

static bool has_name(const struct features *features)
{
        return features->first[FEATURE_GIVEN] < features->first[FEATURE_NAME_ANY + 1];
}

static struct text birth_of(const struct features *features)
{
        uint32_t at = features->first[FEATURE_BIRTH_DATE];
        struct text date;

        if (at == features->first[FEATURE_BIRTH_DATE + 1])
                return TEXT_NONE;
        date = features->items[at].text;
        return text_ends_with(date, TEXT("-00")) ? TEXT_NONE : date;
}

static void add_birth(struct variants *variants, struct text birth)
{
        variants->births[variants->birth_count++] = birth;
}

/* Two dates meet only if they are equal, and one that is missing meets all:
 *           known             unknown
 *   kept    date, "without"   "any"
 *   asked   date, "any"       "without", "any"
 * Names are folded to Latin letters (features.h), so that the first byte is the initial. */
static void find_variants(struct gathering *gathering, bool kept)
{
        struct variants *variants = &gathering->variants;
        struct text birth = birth_of(gathering->features);
        struct text name = name_of(gathering, false), short_name = name_of(gathering, true);
        bool known = birth.length > 0;

        *variants = (struct variants){.birth_known = known};
        if (name.length > 0)
                variants->names[variants->name_count++] = name;
        if (kept && name.length > 0 && !text_equal(name, short_name))
                variants->names[variants->name_count++] = short_name;
        if (known)
                add_birth(variants, birth);
        if (kept == known)
                add_birth(variants, TEXT("without"));
        if (!kept || !known)
                add_birth(variants, TEXT("any"));
}

/* ---- what is hashed ------------------------------------------------------------------------------------------------
 */

static void add_with_name(struct gathering *gathering, uint8_t sort, struct text value)
{
        const struct variants *variants = &gathering->variants;

        for (uint32_t i = 0; i < variants->name_count; i++) {
                for (uint32_t j = 0; j < variants->birth_count; j++)
                        add_token(gathering, sort, value, variants->names[i], variants->births[j]);
        }
}

static void add_contacts(struct gathering *gathering)
{
        const struct features *features = gathering->features;

        for (size_t k = 0; k < sizeof(contacts); k++) {
                for (uint32_t i = features->first[contacts[k]]; i < features->first[contacts[k] + 1]; i++) {
                        const struct feature *feature = &features->items[i];
                        bool role = contacts[k] == FEATURE_EMAIL && feature->sub == 1;

                        add_with_name(gathering, contacts[k], feature->text);
                        if (contacts[k] == FEATURE_EMAIL && !role && !has_name(features))
                                add_token(gathering, contacts[k], feature->text, TEXT_NONE, TEXT_NONE);
                }
        }
}

/* What is kept of somebody with a name knows a record again that has the address alone. */
static void add_bare_addresses(struct gathering *gathering)
{
        const struct features *features = gathering->features;

        for (uint32_t i = features->first[FEATURE_EMAIL]; i < features->first[FEATURE_EMAIL + 1]; i++) {
                if (features->items[i].sub != 1)
                        add_token(gathering, FEATURE_EMAIL, features->items[i].text, TEXT_NONE, TEXT_NONE);
        }
}

static struct text of_group(const struct features *features, uint8_t kind, uint8_t group)
{
        for (uint32_t i = features->first[kind]; i < features->first[kind + 1]; i++) {
                if (features->items[i].group == group)
                        return features->items[i].text;
        }
        return TEXT_NONE;
}

/* House, street and postal code (or city) together; parts of an address say nothing. */
static void add_addresses(struct gathering *gathering)
{
        const struct features *features = gathering->features;

        for (uint32_t i = features->first[FEATURE_STREET]; i < features->first[FEATURE_STREET + 1]; i++) {
                uint8_t group = features->items[i].group;
                struct text house = of_group(features, FEATURE_HOUSE_NUMBER, group);
                struct text place = of_group(features, FEATURE_POSTAL_CODE, group);
                struct buffer address BUFFER_CLEANUP = {0};

                if (place.length == 0)
                        place = of_group(features, FEATURE_CITY, group);
                if (house.length == 0 || place.length == 0)
                        continue;
                buffer_prefixed(&address, house);
                buffer_prefixed(&address, features->items[i].text);
                buffer_prefixed(&address, place);
                add_with_name(gathering, FEATURE_STREET, buffer_view(&address));
        }
}

static void add_births(struct gathering *gathering)
{
        const struct features *features = gathering->features;
        const struct variants *variants = &gathering->variants;

        if (!variants->birth_known)
                return;
        for (size_t k = 0; k < sizeof(places); k++) {
                for (uint32_t i = features->first[places[k]]; i < features->first[places[k] + 1]; i++) {
                        for (uint32_t j = 0; j < variants->name_count; j++)
                                add_token(gathering, places[k], features->items[i].text, variants->names[j],
                                          variants->births[0]);
                }
        }
}

static void add_documents(struct gathering *gathering)
{
        const struct features *features = gathering->features;

        for (size_t k = 0; k < sizeof(documents); k++) {
                for (uint32_t i = features->first[documents[k]]; i < features->first[documents[k] + 1]; i++)
                        add_token(gathering, documents[k], features->items[i].text, TEXT_NONE, TEXT_NONE);
        }
}

static int compare_tokens(const void *left, const void *right)
{
        uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

        return (a > b) - (a < b);
}

void erasure_sort_tokens(struct erasure_tokens *tokens)
{
        uint32_t kept = 0;

        if (tokens->count > 1)
                qsort(tokens->items, tokens->count, sizeof(*tokens->items), compare_tokens);
        for (uint32_t i = 0; i < tokens->count; i++) {
                if (i == 0 || tokens->items[i] != tokens->items[i - 1])
                        tokens->items[kept++] = tokens->items[i];
        }
        tokens->count = kept;
}

static void gather(const struct erasure_key *key, const struct features *features, struct erasure_tokens *tokens,
                   bool kept)
{
        struct gathering gathering = {.key = key, .features = features, .tokens = tokens};

        tokens->count = 0;
        if (features->type != TYPE_PERSON)
                return;
        find_variants(&gathering, kept);
        add_documents(&gathering);
        add_contacts(&gathering);
        if (kept)
                add_bare_addresses(&gathering);
        add_addresses(&gathering);
        add_births(&gathering);
        arena_free(&gathering.arena);
        erasure_sort_tokens(tokens);
}

void erasure_keep(const struct erasure_key *key, const struct features *features, struct erasure_tokens *tokens)
{
        gather(key, features, tokens, true);
}

void erasure_ask(const struct erasure_key *key, const struct features *features, struct erasure_tokens *tokens)
{
        gather(key, features, tokens, false);
}

/* ---- as text -------------------------------------------------------------------------------------------------------
 */

void erasure_write_tokens(const struct erasure_tokens *tokens, struct buffer *out)
{
        for (uint32_t i = 0; i < tokens->count; i++)
                buffer_printf(out, "%s%016" PRIx64, i > 0 ? " " : "", tokens->items[i]);
}

static bool read_token(const char *digits, uint64_t *token)
{
        *token = 0;
        for (int i = 0; i < 16; i++) {
                char c = digits[i];
                int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

                if (digit < 0)
                        return false;
                *token = *token << 4 | (uint64_t)digit;
        }
        return true;
}

bool erasure_read_tokens(struct text text, struct erasure_tokens *tokens)
{
        tokens->count = 0;
        if (text.length == 0)
                return true;
        if (text.length % 17 != 16 || text.length / 17 >= ERASURE_TOKENS_MAX)
                return false;
        for (uint32_t at = 0; at < text.length; at += 17) {
                if ((at > 0 && text.data[at - 1] != ' ') ||
                    !read_token(text.data + at, &tokens->items[tokens->count++]))
                        return false;
        }
        return true;
}
