/* Personal names.
 *
 * A name is read into tokens first: words are folded one by one (so that the folding cache serves), split at hyphens
 * and dots, freed of apostrophes (O'Hare, Ohare). Then what is no name is taken away: titles before, letters and
 * generations behind, "née" between. What is left gets a role. In a field for given or family names that is the
 * field's; in a full name only where the writer made it clear: "DURAND, Marc"   what stands before the comma is the
 * family name "Marc DURAND"    some words in capitals, others not: the French and international custom for the family
 * name 王小明, 김민수    no blank: family name first (two characters for the compound surnames) All other full names
 * are tokens without role, and the comparison finds the order.
 *
 * Aliases are the roots of the names that a given name may be short for. Family names get the spellings without the e
 * of ae, oe, ue and without doubled a, so that Mueller meets Müller (folded: muller), and Korean ones their usual
 * romanisation.
 */
#include "standard/parts.h"

#include <string.h>

#define NAME_TOKENS_MAX 24
#define NAME_TOKEN_LENGTH_MAX 64

struct name_token {
        struct text text;
        uint8_t kind;    /* feature kind; FEATURE_NONE: taken away */
        uint8_t flags;   /* enum feature_flag */
        uint8_t segment; /* number of commas before it */
        bool capitals;
        bool dotted; /* "M.", "Dr." */
};

struct name {
        struct name_token tokens[NAME_TOKENS_MAX];
        uint32_t count;
        uint8_t segment;
        struct text suffix; /* generation, or empty */
};

static void push_token(struct name *name, struct text text, uint8_t kind, bool capitals, bool dotted)
{
        if (name->count == NAME_TOKENS_MAX || text.length == 0)
                return;
        if (text.length > NAME_TOKEN_LENGTH_MAX)
                text.length = NAME_TOKEN_LENGTH_MAX;
        name->tokens[name->count++] = (struct name_token){.text = text,
                                                          .kind = kind,
                                                          .segment = name->segment,
                                                          .capitals = capitals,
                                                          .dotted = dotted};
}

/* Words joined without a blank: the syllables of a Chinese or Korean given name. */
static struct text concatenate(struct arena *arena, struct text folded)
{
        char *out = arena_alloc(arena, folded.length + 1);
        uint32_t n = 0;

        for (uint32_t i = 0; i < folded.length; i++)
                if (ascii_is_word(folded.data[i]))
                        out[n++] = folded.data[i];
        return (struct text){.data = out, .length = n};
}

/* Bytes of the first @count characters of @word, all of three or four bytes. */
static uint32_t leading_bytes(struct text word, uint32_t count)
{
        uint32_t at = 0;

        while (count-- > 0 && at < word.length)
                at += (unsigned char)word.data[at] >= 0xf0 ? 4 : 3;
        return at < word.length ? at : word.length;
}

/* A word of Han or Hangul. In a full name of two characters or more the family name comes first. */
static void read_east_asian(struct work *work, struct name *name, uint8_t kind, struct text word, enum script script,
                            uint32_t letters)
{
        struct folder *folder = work->standard->folder;
        uint32_t family_letters = 1, split;
        struct text folded;

        if (kind != FEATURE_NAME_ANY || letters < 2) {
                push_token(name, concatenate(work->arena, fold_text(folder, work->arena, word)), kind, false, false);
                return;
        }
        if (script == SCRIPT_HAN && letters >= 3) {
                folded = fold_text(folder, work->arena, text_slice(word, 0, leading_bytes(word, 2)));
                if (lexicon_find(work->standard->lexicon, LEXICON_COMPOUND_SURNAME, folded, NULL))
                        family_letters = 2;
        }
        split = leading_bytes(word, family_letters);
        folded = fold_text(folder, work->arena, text_slice(word, 0, split));
        push_token(name, concatenate(work->arena, folded), FEATURE_FAMILY, false, false);
        folded = fold_text(folder, work->arena, text_slice(word, split, word.length));
        push_token(name, concatenate(work->arena, folded), FEATURE_GIVEN, false, false);
}

/* "ph.d." and "jr." are one word for the lists, "j.r." is two initials. */
static bool is_listed_abbreviation(struct work *work, struct text undotted)
{
        const struct lexicon *lexicon = work->standard->lexicon;

        return undotted.length >= 2 && (lexicon_find(lexicon, LEXICON_POSTNOMINAL, undotted, NULL) ||
                                        lexicon_find(lexicon, LEXICON_GENERATION, undotted, NULL) ||
                                        lexicon_find(lexicon, LEXICON_TITLE, undotted, NULL) ||
                                        lexicon_find(lexicon, LEXICON_RARE_TITLE, undotted, NULL));
}

/* One word between blanks and commas. */
static void read_word(struct work *work, struct name *name, uint8_t kind, struct text word)
{
        uint32_t letters, n = 0;
        enum script script = fold_script(word, &letters);
        struct text folded;
        bool capitals;
        char *out;

        if (script != SCRIPT_OTHER) {
                read_east_asian(work, name, kind, word, script, letters);
                return;
        }
        folded = fold_text(work->standard->folder, work->arena, word);
        capitals = fold_is_capitals(word);
        if (text_find_byte(folded, '.', 0) >= 0) {
                struct text undotted = concatenate(work->arena, folded);

                if (is_listed_abbreviation(work, undotted)) {
                        push_token(name, undotted, kind, capitals, true);
                        return;
                }
        }
        out = arena_alloc(work->arena, folded.length + 1);
        for (uint32_t i = 0; i <= folded.length; i++) {
                char c = i < folded.length ? folded.data[i] : ' ';

                if (ascii_is_word(c)) {
                        out[n++] = c;
                } else if (c != '\'' && c != '`') {
                        push_token(name, (struct text){.data = out, .length = n}, kind, capitals, c == '.');
                        out += n;
                        n = 0;
                }
        }
}

static bool is_separator(char c)
{
        return (unsigned char)c <= ' ' || c == ',' || c == ';' || c == '"' || c == '(' || c == ')' || c == '/' ||
               c == '[' || c == ']';
}

static void read_name(struct work *work, struct name *name, uint8_t kind, struct text raw)
{
        uint32_t at = 0;

        name->count = 0;
        name->segment = 0;
        name->suffix = TEXT_NONE;
        while (at < raw.length && name->count < NAME_TOKENS_MAX) {
                uint32_t start = at;

                if (is_separator(raw.data[at])) {
                        if (raw.data[at] == ',' && name->count > 0 && name->segment < UINT8_MAX)
                                name->segment++;
                        at++;
                        continue;
                }
                while (at < raw.length && !is_separator(raw.data[at]))
                        at++;
                read_word(work, name, kind, text_slice(raw, start, at - start));
        }
}

static uint32_t count_kept(const struct name *name)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < name->count; i++)
                kept += name->tokens[i].kind != FEATURE_NONE ? 1 : 0;
        return kept;
}

static bool is_in(struct work *work, enum lexicon_kind kind, const struct name_token *token)
{
        return lexicon_find(work->standard->lexicon, kind, token->text, NULL);
}

static void strip_titles(struct work *work, struct name *name)
{
        uint32_t kept = name->count;

        for (uint32_t i = 0; i < name->count; i++) {
                struct name_token *token = &name->tokens[i];

                /* titles stand first, or first behind the comma */
                if (i > 0 && name->tokens[i - 1].kind != FEATURE_NONE && token->segment == name->tokens[i - 1].segment)
                        continue;
                if ((kept >= 2 && is_in(work, LEXICON_TITLE, token)) ||
                    (kept >= 3 &&
                     (is_in(work, LEXICON_RARE_TITLE, token) || (i == 0 && text_equal(token->text, TEXT("sr")))))) {
                        token->kind = FEATURE_NONE;
                        kept--;
                }
        }
}

/* Takes letters ("PhD") and the generation from the end of the name, and from the end of what stands before a comma. */
static void strip_suffixes(struct work *work, struct name *name)
{
        uint32_t kept = count_kept(name);

        for (uint32_t i = name->count; i-- > 0;) {
                struct name_token *token = &name->tokens[i];
                bool is_last = i + 1 == name->count || name->tokens[i + 1].kind == FEATURE_NONE ||
                               name->tokens[i + 1].segment != token->segment;
                struct text value;

                if (token->kind == FEATURE_NONE || !is_last || kept < 2)
                        continue;
                if (is_in(work, LEXICON_POSTNOMINAL, token) &&
                    (token->dotted || token->capitals || token->segment > 0)) {
                        token->kind = FEATURE_NONE;
                        kept--;
                } else if (i > 0 && lexicon_find(work->standard->lexicon, LEXICON_GENERATION, token->text, &value)) {
                        token->kind = FEATURE_NONE;
                        name->suffix = value;
                        kept--;
                }
        }
}

/* "Thomas Clifford, 1st Baron Clifford of Chudleigh": the ordinal is a generation, the rest is doubtful as a name. */
static bool strip_nobility(struct work *work, struct name *name)
{
        for (uint32_t i = 1; i < name->count; i++) {
                struct text value;

                if (!is_in(work, LEXICON_NOBILITY, &name->tokens[i]))
                        continue;
                if (!lexicon_find(work->standard->lexicon, LEXICON_GENERATION, name->tokens[i - 1].text, &value))
                        continue;
                if (i < 2)
                        return false;
                name->suffix = value;
                name->tokens[i - 1].kind = FEATURE_NONE;
                name->tokens[i].kind = FEATURE_NONE;
                for (uint32_t k = i + 1; k < name->count; k++)
                        name->tokens[k].flags |= FEATURE_UNCERTAIN;
                return true;
        }
        return false;
}

static void strip_birth_markers(struct work *work, struct name *name)
{
        for (uint32_t i = 0; i < name->count; i++) {
                bool inside = i > 0 || name->count > 2;

                if (inside && i + 1 < name->count && is_in(work, LEXICON_BIRTH_NAME, &name->tokens[i]))
                        name->tokens[i].kind = FEATURE_NONE;
        }
}

static void compact(struct name *name)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < name->count; i++)
                if (name->tokens[i].kind != FEATURE_NONE)
                        name->tokens[kept++] = name->tokens[i];
        name->count = kept;
}

/* Joins "Mc Donald", "Mac Lean" and, in family names, "O Hara", which others write in one. */
static void join_prefixes(struct work *work, struct name *name)
{
        for (uint32_t i = 0; i + 1 < name->count; i++) {
                struct name_token *token = &name->tokens[i], *next = &name->tokens[i + 1];
                bool mc = text_equal(token->text, TEXT("mc")) || (text_equal(token->text, TEXT("mac")) && i > 0);
                bool o = text_equal(token->text, TEXT("o")) && !token->dotted && token->kind == FEATURE_FAMILY;
                bool mac = text_equal(token->text, TEXT("mac")) && token->kind == FEATURE_FAMILY;
                struct text parts[2] = {token->text, next->text};

                if (token->segment != next->segment || next->text.length < 3)
                        continue;
                if (token->kind == FEATURE_GIVEN || token->kind == FEATURE_MIDDLE || !(mc || o || mac))
                        continue;
                next->text = concatenate(work->arena, fold_join(work->arena, parts, 2));
                token->kind = FEATURE_NONE;
        }
        compact(name);
}

/* Family names in capitals at one end of the name, all other words (initials aside) with small letters. */
static bool assign_by_capitals(struct name *name)
{
        uint32_t capitals = 0, changes = 0, others = 0;

        for (uint32_t i = 0; i < name->count; i++) {
                capitals += name->tokens[i].capitals ? 1 : 0;
                others += !name->tokens[i].capitals && name->tokens[i].text.length > 1 ? 1 : 0;
                changes += i > 0 && name->tokens[i].capitals != name->tokens[i - 1].capitals ? 1 : 0;
        }
        if (capitals == 0 || others == 0 || changes != 1)
                return false;
        for (uint32_t i = 0; i < name->count; i++)
                name->tokens[i].kind = name->tokens[i].capitals ? FEATURE_FAMILY : FEATURE_GIVEN;
        return true;
}

static void assign_roles(struct name *name, bool noble)
{
        bool first = false, later = false;

        for (uint32_t i = 0; i < name->count; i++) {
                if (name->tokens[i].kind != FEATURE_NAME_ANY)
                        return;
                first |= name->tokens[i].segment == name->tokens[0].segment;
                later |= name->tokens[i].segment != name->tokens[0].segment;
        }
        if (noble)
                return;
        if (first && later) {
                for (uint32_t i = 0; i < name->count; i++)
                        name->tokens[i].kind =
                                name->tokens[i].segment == name->tokens[0].segment ? FEATURE_FAMILY : FEATURE_GIVEN;
                return;
        }
        assign_by_capitals(name);
}

/* Russian full names of three parts have the father's name in the middle or at the end: Pyotr Ilyich, Anna Petrovna. */
static bool is_patronymic(struct text token)
{
        static const char *const endings[] = {"ovich", "evich", "ilich", "yich", "ovna",
                                              "evna",  "ichna", "ivna",  "ovych"};

        for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
                if (token.length >= 6 && text_ends_with(token, text_from(endings[i])))
                        return true;
        return text_equal(token, TEXT("ilich"));
}

static void assign_patronymic(struct name *name)
{
        uint32_t count = 0, at = 0;

        if (name->count < 2)
                return;
        for (uint32_t i = 0; i < name->count; i++)
                if (is_patronymic(name->tokens[i].text)) {
                        count++;
                        at = i;
                }
        /* never the only given name, and in a full name only beside two others */
        if (count == 1 && at > 0 &&
            (name->tokens[at].kind == FEATURE_GIVEN || (name->tokens[at].kind == FEATURE_NAME_ANY && name->count >= 3)))
                name->tokens[at].kind = FEATURE_MIDDLE;
}

static void flag_tokens(struct work *work, struct name *name)
{
        for (uint32_t i = 0; i < name->count; i++) {
                struct name_token *token = &name->tokens[i];
                bool last = i + 1 == name->count || name->tokens[i + 1].segment != token->segment;
                bool leads = i == 0 && token->kind != FEATURE_FAMILY;

                if (token->text.length == 1 && ascii_is_lower(token->text.data[0]))
                        token->flags |= FEATURE_INITIAL;
                if (name->count > 1 && !leads && (!last || token->segment > 0) && is_in(work, LEXICON_PARTICLE, token))
                        token->flags |= FEATURE_PARTICLE;
        }
}

static bool is_vowel(char c)
{
        return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

/* The spelling that an umlaut or a ring gives when its second letter is dropped: mueller -> muller, kierkegaard ->
 * kierkegard; dijk -> dyk. Empty where there is none. */
static struct text spelling_variant(struct arena *arena, struct text token)
{
        static const char pairs[][3] = {"ae", "oe", "ue", "aa"};
        char *out = NULL;
        uint32_t n = 0;

        for (uint32_t i = 0; i < token.length; i++) {
                bool pair = false;

                if (i + 2 < token.length && !is_vowel(token.data[i + 2]) && (i == 0 || !is_vowel(token.data[i - 1])))
                        for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++)
                                pair |= memcmp(token.data + i, pairs[k], 2) == 0;
                if (i > 0 && token.data[i - 1] == 'q')
                        pair = false;
                if (pair && !out) {
                        out = arena_alloc(arena, token.length);
                        memcpy(out, token.data, i);
                        n = i;
                }
                if (out)
                        out[n++] = token.data[i];
                i += pair ? 1 : 0;
        }
        return out ? (struct text){.data = out, .length = n} : TEXT_NONE;
}

static void add_token(struct work *work, const struct name_token *token)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        struct feature feature = {.kind = token->kind, .flags = token->flags, .text = token->text};

        if (!(token->flags & (FEATURE_INITIAL | FEATURE_PARTICLE))) {
                bool known = token->kind != FEATURE_FAMILY &&
                             lexicon_find(lexicon, LEXICON_GIVEN_NAME, token->text, &feature.alias);

                if (!known && token->kind != FEATURE_GIVEN && token->kind != FEATURE_MIDDLE &&
                    !lexicon_find(lexicon, LEXICON_FAMILY_NAME, token->text, &feature.alias))
                        feature.alias = spelling_variant(work->arena, token->text);
        }
        feature.sound = phonetic_code(work->arena, token->text);
        feature_add(work, feature);
}

void names_add(struct work *work, uint8_t kind, struct text raw)
{
        struct name name;
        bool noble;

        read_name(work, &name, kind, raw);
        noble = strip_nobility(work, &name);
        strip_titles(work, &name);
        strip_suffixes(work, &name);
        strip_birth_markers(work, &name);
        compact(&name);
        assign_roles(&name, noble);
        join_prefixes(work, &name);
        assign_patronymic(&name);
        flag_tokens(work, &name);
        for (uint32_t i = 0; i < name.count; i++)
                add_token(work, &name.tokens[i]);
        feature_add_text(work, FEATURE_NAME_SUFFIX, name.suffix);
}

void names_add_suffix(struct work *work, struct text raw)
{
        struct text words = fold_words(work->standard->folder, work->arena, raw), value;

        for (struct text word = fold_next_word(&words); word.length > 0; word = fold_next_word(&words))
                if (lexicon_find(work->standard->lexicon, LEXICON_GENERATION, word, &value))
                        feature_add_text(work, FEATURE_NAME_SUFFIX, value);
}

static bool is_repeated(const struct feature_list *list, const struct feature *any)
{
        for (size_t i = 0; i < list->count; i++) {
                const struct feature *other = &list->items[i];

                if (other->kind >= FEATURE_GIVEN && other->kind <= FEATURE_FAMILY && text_equal(other->text, any->text))
                        return true;
        }
        return false;
}

void names_finish(struct feature_list *list)
{
        size_t kept = 0;

        for (size_t i = 0; i < list->count; i++)
                if (list->items[i].kind != FEATURE_NAME_ANY || !is_repeated(list, &list->items[i]))
                        list->items[kept++] = list->items[i];
        list->count = kept;
}

struct canonical names_standardise(struct work *work, struct text raw)
{
        return (struct canonical){.value = fold_display(work->arena, raw),
                                  .flags = misc_is_placeholder(work, raw) ? SLOT_FAKE : 0};
}
