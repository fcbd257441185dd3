/* The word lists in one hash table.
 *
 * Tables are written for people: a row holds what is canonical and the words that stand for it, in any order. They are
 * turned once for each thread into an open-addressing table keyed by (kind, word). A word that several rows of one kind
 * name (Sasha: Alexander, Alexandra) stands for all of them, sorted, so that the order of rows decides nothing.
 *
 * Rows may hold accented or foreign words: they are folded like the values that they are compared with. Country names
 * come from ICU's region data in the languages of our users, beside the abbreviations in the table.
 */
#include "base/hash.h"
#include "standard/parts.h"

#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#define LEXICON_SLOTS (1U << 15) /* about 10,000 words are known */
#define LEXICON_VALUE_MAX 256    /* bytes of all that one word stands for */

struct entry {
        struct text word; /* empty: free */
        struct text value;
        uint8_t kind;
};

struct lexicon {
        struct arena arena;
        uint32_t count;
        uint16_t tags[LEXICON_SLOTS]; /* bits of the hash, 0: free. Most look-ups fail, and here they stay in the cache.
                                       */
        struct entry entries[LEXICON_SLOTS];
};

static const struct lexicon_table *const all_tables[] = {
        names_tables,   names_given_tables, names_known_tables, names_world_tables, company_tables, institution_tables,
        address_tables, country_tables,     places_tables,      email_tables,       misc_tables,
};

static uint16_t hash_tag(uint64_t hash)
{
        return (uint16_t)((hash >> 48) | 1);
}

/* Index of the entry of (@kind, @word), or of the free one where it belongs. */
static uint32_t find_slot(const struct lexicon *lexicon, enum lexicon_kind kind, struct text word, uint64_t hash)
{
        uint32_t at = (uint32_t)hash & (LEXICON_SLOTS - 1);

        while (lexicon->tags[at] != 0) {
                const struct entry *entry = &lexicon->entries[at];

                if (lexicon->tags[at] == hash_tag(hash) && entry->kind == kind && text_equal(entry->word, word))
                        break;
                at = (at + 1) & (LEXICON_SLOTS - 1);
        }
        return at;
}

/* @a and @b are sorted lists of words; the result as well. */
static struct text merge_values(struct arena *arena, struct text a, struct text b)
{
        struct text words[LEXICON_VALUE_MAX / 2];
        size_t count = 0;
        struct text next_a = fold_next_word(&a), next_b = fold_next_word(&b);

        while ((next_a.length > 0 || next_b.length > 0) && count < LEXICON_VALUE_MAX / 2) {
                int order = next_a.length == 0 ? 1 : next_b.length == 0 ? -1 : text_compare(next_a, next_b);

                words[count++] = order <= 0 ? next_a : next_b;
                if (order <= 0)
                        next_a = fold_next_word(&a);
                if (order >= 0)
                        next_b = fold_next_word(&b);
        }
        return fold_join(arena, words, count);
}

static void insert(struct lexicon *lexicon, enum lexicon_kind kind, struct text word, struct text value)
{
        uint64_t hash = hash64_text(word, kind);
        struct entry *entry;
        uint32_t at;

        if (word.length == 0 || lexicon->count >= LEXICON_SLOTS / 2)
                return;
        at = find_slot(lexicon, kind, word, hash);
        entry = &lexicon->entries[at];
        if (lexicon->tags[at] == 0) {
                lexicon->tags[at] = hash_tag(hash);
                *entry = (struct entry){.word = word, .value = value, .kind = (uint8_t)kind};
                lexicon->count++;
        } else if (!text_equal(entry->value, value)) {
                entry->value = merge_values(&lexicon->arena, entry->value, value);
        }
}

/* The folded @word with '_' as blank. */
static struct text table_word(struct lexicon *lexicon, struct folder *folder, struct text word)
{
        struct text folded = fold_text(folder, &lexicon->arena, word);
        struct text copy = arena_text(&lexicon->arena, folded);
        char *data = (char *)(uintptr_t)copy.data;

        for (uint32_t i = 0; i < copy.length; i++)
                if (data[i] == '_')
                        data[i] = ' ';
        return copy;
}

static void insert_table(struct lexicon *lexicon, struct folder *folder, const struct lexicon_table *table)
{
        for (const struct lexicon_row *row = table->rows; row->canonical; row++) {
                struct text value = fold_text(folder, &lexicon->arena, text_from(row->canonical));
                struct text words = text_from(row->words);

                if (table->canonical_is_word)
                        insert(lexicon, table->kind, value, value);
                for (struct text w = fold_next_word(&words); w.length > 0; w = fold_next_word(&words))
                        insert(lexicon, table->kind, table_word(lexicon, folder, w), value);
        }
}

static void insert_country_name(struct lexicon *lexicon, struct folder *folder, const char *locale,
                                const char *language, struct text code)
{
        UErrorCode status = U_ZERO_ERROR;
        UChar name[128];
        char utf8[384];
        int32_t name_length, length = 0;

        name_length = uloc_getDisplayCountry(locale, language, name, 128, &status);
        u_strToUTF8(utf8, (int32_t)sizeof(utf8), &length, name, name_length, &status);
        if (U_FAILURE(status) || length == 0)
                return;
        insert(lexicon, LEXICON_COUNTRY,
               fold_words(folder, &lexicon->arena, (struct text){.data = utf8, .length = (uint32_t)length}), code);
}

static void insert_countries(struct lexicon *lexicon, struct folder *folder)
{
        static const char *const languages[] = {"en", "fr", "de", "es", "it", "nl", "pt"};

        for (const char *const *code = uloc_getISOCountries(); *code; code++) {
                char locale[] = {'_', (*code)[0], (*code)[1], 0};
                struct text lower = fold_text(folder, &lexicon->arena, text_from(*code));

                if (text_equal(lower, TEXT("nf"))) /* Norfolk is a county and many towns; its island has 2,000 people */
                        continue;

                insert(lexicon, LEXICON_COUNTRY, lower, lower);
                insert(lexicon, LEXICON_COUNTRY,
                       fold_text(folder, &lexicon->arena, text_from(uloc_getISO3Country(locale))), lower);
                for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
                        insert_country_name(lexicon, folder, locale, languages[i], lower);
        }
}

struct lexicon *lexicon_new(struct folder *folder)
{
        struct arena arena;
        struct lexicon *lexicon;

        arena_init(&arena);
        lexicon = arena_calloc(&arena, 1, sizeof(*lexicon));
        lexicon->arena = arena;
        for (size_t i = 0; i < sizeof(all_tables) / sizeof(all_tables[0]); i++)
                for (const struct lexicon_table *table = all_tables[i]; table->kind != LEXICON_END; table++)
                        insert_table(lexicon, folder, table);
        insert_countries(lexicon, folder);
        return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
        struct arena arena;

        if (!lexicon)
                return;
        arena = lexicon->arena; /* it holds the lexicon itself */
        arena_free(&arena);
}

bool lexicon_find(const struct lexicon *lexicon, enum lexicon_kind kind, struct text word, struct text *value)
{
        uint32_t at;

        if (word.length == 0)
                return false;
        at = find_slot(lexicon, kind, word, hash64_text(word, kind));
        if (lexicon->tags[at] == 0)
                return false;
        if (value)
                *value = lexicon->entries[at].value;
        return true;
}
