/* What people write apart and in one.
 *
 * Some of it has one form that all others can be brought to: Mc Donald, O Hara, Abd al-Rahman, the two syllables of a
 * Chinese or Korean given name. Particles of family names have none: "de Luca" is also "Deluca", and "van der Berg"
 * also "Berg". There the token stays as it is, and its alias has the joined forms.
 */
#include "standard/names.h"

#define SYLLABLE_MAX 6
#define ALIASES_MAX 3 /* particles before one token that are joined */

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
                next->text = name_concatenate(work->arena, fold_join(work->arena, parts, 2));
                token->kind = FEATURE_NONE;
        }
        name_compact(name);
}

static bool is_one_of(struct text t, const char *const *list, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (text_equal(t, text_from(list[i])))
                        return true;
        return false;
}

/* "Abdul Rahman", "Abd al-Rahman", "Abd ur Rahman": servant of the Merciful, one name. A lone word behind "Abdul" may
 * be the family name. */
static void join_servants(struct work *work, struct name *name)
{
        static const char *const servants[] = {"abd", "abdul", "abdel", "abdal", "abdur", "abdoul", "abdool"};
        static const char *const articles[] = {"al", "el", "ul", "ur", "ar", "er", "as", "us", "ad", "az", "ash"};

        for (uint32_t i = 0; i + 1 < name->count; i++) {
                struct name_token *token = &name->tokens[i], *last;
                uint32_t at = i + 1;

                if (!is_one_of(token->text, servants, sizeof(servants) / sizeof(servants[0])))
                        continue;
                while (at + 1 < name->count &&
                       is_one_of(name->tokens[at].text, articles, sizeof(articles) / sizeof(articles[0])))
                        at++;
                last = &name->tokens[at];
                if (last->text.length < 3 || last->kind != token->kind || last->segment != token->segment)
                        continue;
                if (at == i + 1 && name->count < 3 && token->kind != FEATURE_GIVEN)
                        continue;
                last->text = arena_printf(work->arena, "abdul%.*s", TEXT_ARG(last->text));
                last->flags = 0;
                for (uint32_t k = i; k < at; k++)
                        name->tokens[k].kind = FEATURE_NONE;
                i = at;
        }
        name_compact(name);
}

static bool is_vowel(char c)
{
        return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

/* Up to two consonants, vowels, and an ending that Pinyin or Korean has: xiao, young, kwang, hye. */
static bool is_syllable(struct text t)
{
        static const char *const ends[] = {"", "n", "ng", "m", "k", "l", "p", "r", "h", "t"};
        uint32_t from = 0, to;

        while (from < t.length && ascii_is_lower(t.data[from]) && !is_vowel(t.data[from]))
                from++;
        to = from;
        while (to < t.length && (is_vowel(t.data[to]) || t.data[to] == 'w'))
                to++;
        return t.length >= 2 && t.length <= SYLLABLE_MAX && from <= 3 && to > from &&
               is_one_of(text_slice(t, to, t.length - to), ends, sizeof(ends) / sizeof(ends[0]));
}

/* True if @at and the token behind it may be the syllables of one given name. */
static bool are_syllables(struct work *work, const struct name *name, uint32_t at)
{
        const struct name_token *first = &name->tokens[at], *second = &name->tokens[at + 1];

        return first->kind == second->kind && first->segment == second->segment && is_syllable(first->text) &&
               is_syllable(second->text) && !name_is_in(work, LEXICON_GIVEN_NAME, first) &&
               !name_is_in(work, LEXICON_GIVEN_NAME, second) && !((first->flags | second->flags) & FEATURE_PARTICLE);
}

/* Where in @name the two syllables of one given name stand: what a hyphen joins, else what stands beside a surname,
 * which comes first where both ends could be one. False where there are none. */
static bool find_syllables(struct work *work, const struct name *name, uint32_t *at)
{
        bool hyphen_first = name->count >= 2 && name->tokens[0].word == name->tokens[1].word;
        bool first, last;

        if (name->count == 2) {
                *at = 0;
                return name->tokens[0].kind == FEATURE_GIVEN && hyphen_first;
        }
        if (name->count != 3)
                return false;
        first = name_is_in(work, LEXICON_EAST_SURNAME, &name->tokens[0]);
        last = name_is_in(work, LEXICON_EAST_SURNAME, &name->tokens[2]);
        *at = last && (hyphen_first || !first) ? 0 : 1;
        return first || last;
}

/* "Xiao Ming" beside Wang, "Min-soo" beside Kim or in a field of its own. */
static void join_syllables(struct work *work, struct name *name)
{
        struct text parts[2];
        uint32_t at;

        if (!find_syllables(work, name, &at) || !are_syllables(work, name, at))
                return;
        parts[0] = name->tokens[at].text;
        parts[1] = name->tokens[at + 1].text;
        name->tokens[at + 1].text = name_concatenate(work->arena, fold_join(work->arena, parts, 2));
        name->tokens[at].kind = FEATURE_NONE;
        name_compact(name);
}

/* "deluca" for the Luca of "de Luca"; "latour delatour" for the Tour of "de la Tour". */
static void add_joined_forms(struct work *work, struct name *name)
{
        for (uint32_t i = 1; i < name->count; i++) {
                struct name_token *token = &name->tokens[i];
                struct text forms[ALIASES_MAX], joined = token->text;
                size_t count = 0;

                if ((token->flags & (FEATURE_PARTICLE | FEATURE_INITIAL)) || token->kind == FEATURE_GIVEN)
                        continue;
                for (uint32_t k = i; k > 0 && count < ALIASES_MAX; k--) {
                        const struct name_token *before = &name->tokens[k - 1];
                        struct text parts[2] = {before->text, joined};

                        if (!(before->flags & FEATURE_PARTICLE) || before->segment != token->segment)
                                break;
                        joined = name_concatenate(work->arena, fold_join(work->arena, parts, 2));
                        forms[count++] = joined;
                }
                token->alias = fold_join(work->arena, forms, count);
        }
}

void name_join(struct work *work, struct name *name)
{
        join_prefixes(work, name);
        join_servants(work, name);
        join_syllables(work, name);
        add_joined_forms(work, name);
}
