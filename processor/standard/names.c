/* Personal names.
 *
 * A name is read into tokens first (names_read.c). Then what is no name is taken away: titles before, letters and
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
#include "standard/names.h"

#include <string.h>

static uint32_t count_kept(const struct name *name)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < name->count; i++)
                kept += name->tokens[i].kind != FEATURE_NONE ? 1 : 0;
        return kept;
}

static void strip_titles(struct work *work, struct name *name)
{
        uint32_t kept = name->count;

        for (uint32_t i = 0; i < name->count; i++) {
                struct name_token *token = &name->tokens[i];

                /* titles stand first, or first behind the comma */
                if (i > 0 && name->tokens[i - 1].kind != FEATURE_NONE && token->segment == name->tokens[i - 1].segment)
                        continue;
                if ((kept >= 2 && name_is_in(work, LEXICON_TITLE, token)) ||
                    (kept >= 3 && (name_is_in(work, LEXICON_RARE_TITLE, token) ||
                                   (i == 0 && text_equal(token->text, TEXT("sr")))))) {
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
                if (name_is_in(work, LEXICON_POSTNOMINAL, token) &&
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

                if (!name_is_in(work, LEXICON_NOBILITY, &name->tokens[i]))
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

                if (inside && i + 1 < name->count && name_is_in(work, LEXICON_BIRTH_NAME, &name->tokens[i]))
                        name->tokens[i].kind = FEATURE_NONE;
        }
}

void name_compact(struct name *name)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < name->count; i++)
                if (name->tokens[i].kind != FEATURE_NONE)
                        name->tokens[kept++] = name->tokens[i];
        name->count = kept;
}

/* Family names in capitals at one end of the name, all other words (initials aside) with small letters. */
static bool assign_by_capitals(struct work *work, struct name *name)
{
        uint32_t capitals = 0, changes = 0, others = 0;

        for (uint32_t i = 0; i < name->count; i++) {
                /* AL Smith, ED Jones */
                if (name->tokens[i].capitals && name->tokens[i].text.length == 2 &&
                    name_is_in(work, LEXICON_GIVEN_NAME, &name->tokens[i]))
                        return false;
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

static void assign_roles(struct work *work, struct name *name, bool noble)
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
        assign_by_capitals(work, name);
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
                if (name->count > 1 && !leads && (!last || token->segment > 0) &&
                    name_is_in(work, LEXICON_PARTICLE, token))
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
                if (token->alias.length > 0) {
                        struct text both[2] = {feature.alias, token->alias};

                        feature.alias = fold_join(work->arena, both, 2);
                }
        }
        feature.sound = phonetic_code(work->arena, token->text);
        feature_add(work, feature);
}

void names_add(struct work *work, uint8_t kind, struct text raw)
{
        struct name name;
        bool noble;

        name_read(work, &name, kind, raw);
        noble = strip_nobility(work, &name);
        strip_titles(work, &name);
        strip_suffixes(work, &name);
        strip_birth_markers(work, &name);
        name_compact(&name);
        assign_roles(work, &name, noble);
        assign_patronymic(&name);
        flag_tokens(work, &name);
        name_join(work, &name);
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
