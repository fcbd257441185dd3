/* Company names: a core of tokens, and the legal form apart.
 *
 * The folded name is read into words: dots inside vanish (S.A.S. -> sas, I.B.M. -> ibm), "&" between short words joins
 * (AT&T), single letters in a row are one acronym. Legal forms of up to eight words (transliterated Han has one a
 * character) are found anywhere but in the first word, and in the first word where the custom puts them in front (SARL
 * Durand, OOO Romashka, PT Astra); they never take the last word that is left. Then words get their canonical spelling:
 * abbreviations are written out, so that a frequency counts one word.
 *
 * What stands in brackets or behind "formerly" and "dba" is another name of the same company: its tokens follow with
 * the flag UNCERTAIN and are no part of the whole name.
 */
#include "standard/company.h"

#include <string.h>

#define FORM_WORDS_MAX 8

static void push_word(struct org_name *name, struct text text, uint8_t part, bool other_name)
{
        if (text.length > 0 && name->count < ORG_WORDS_MAX)
                name->words[name->count++] = (struct org_word){.text = text, .part = part, .other_name = other_name};
}

/* "&" that joins: between two words of one or two letters without a blank (AT&T, H&M). */
static bool is_joining_ampersand(struct text t, uint32_t at)
{
        uint32_t before = 0, after = 0;

        while (at > before && ascii_is_word(t.data[at - before - 1]))
                before++;
        while (at + after + 1 < t.length && ascii_is_word(t.data[at + after + 1]))
                after++;
        return before >= 1 && before <= 2 && after >= 1 && after <= 2;
}

/* A dot that vanishes: between letters of a dotted acronym, not after a whole word. */
static bool is_inner_dot(struct text t, uint32_t at)
{
        bool single = at == 1 || (at >= 2 && !ascii_is_word(t.data[at - 2]));

        return single && at > 0 && at + 1 < t.length && ascii_is_lower(t.data[at - 1]) &&
               ascii_is_lower(t.data[at + 1]);
}

/* Commas, brackets and dashes with blanks around them. */
static bool begins_part(struct text t, uint32_t at)
{
        char c = at < t.length ? t.data[at] : ' ';

        return c == ',' || c == ';' || c == '(' || c == ')' || c == '[' || c == ']' || c == '|' || c == ':' ||
               (c == '-' && at > 0 && t.data[at - 1] == ' ');
}

static void read_words(struct work *work, struct org_name *name, struct text folded)
{
        char *out = arena_alloc(work->arena, folded.length * 2U + 1);
        uint32_t n = 0, brackets = 0;
        uint8_t part = 0;

        memset(name, 0, sizeof(*name));
        for (uint32_t i = 0; i <= folded.length; i++) {
                char c = i < folded.length ? folded.data[i] : ' ';

                if (ascii_is_word(c)) {
                        out[n++] = c;
                        continue;
                }
                if (c == '\'' || c == '`' || (c == '.' && is_inner_dot(folded, i)) ||
                    (c == '&' && is_joining_ampersand(folded, i)))
                        continue;
                push_word(name, (struct text){.data = out, .length = n}, part, brackets > 0);
                out += n;
                n = 0;
                if (c != ' ' && c != '.' && name->count > 0)
                        name->words[name->count - 1].ends_part = true;
                if (begins_part(folded, i) && name->count > 0 && part < UINT8_MAX)
                        part++;
                if (c == '(' || c == '[')
                        brackets++;
                else if ((c == ')' || c == ']') && brackets > 0)
                        brackets--;
        }
}

/* Single letters in a row become one word: "i b m", "s a r l". */
static void join_letters(struct work *work, struct org_name *name)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < name->count;) {
                char letters[ORG_WORDS_MAX];
                uint32_t n = 0;
                struct org_word word = name->words[i];

                while (i + n < name->count && name->words[i + n].text.length == 1 &&
                       ascii_is_lower(name->words[i + n].text.data[0]) &&
                       name->words[i + n].other_name == word.other_name) {
                        letters[n] = name->words[i + n].text.data[0];
                        n++;
                }
                if (n >= 2)
                        word.text = arena_text(work->arena, (struct text){.data = letters, .length = n});
                name->words[kept++] = word;
                i += n >= 2 ? n : 1;
        }
        name->count = kept;
}

/* Words that begin another name of the company. */
static void mark_former_name(struct work *work, struct org_name *name)
{
        for (uint32_t i = 1; i + 1 < name->count; i++) {
                struct text two[2] = {name->words[i].text, name->words[i + 1].text};
                struct text joined = fold_join(work->arena, two, 2);
                bool one_word = lexicon_find(work->standard->lexicon, LEXICON_FORMER_NAME, two[0], NULL);
                bool two_words = lexicon_find(work->standard->lexicon, LEXICON_FORMER_NAME, joined, NULL);

                if (!one_word && !two_words)
                        continue;
                name->words[i].text.length = 0;
                if (two_words)
                        name->words[i + 1].text.length = 0;
                for (uint32_t k = i; k < name->count; k++)
                        name->words[k].other_name = true;
                return;
        }
}

static uint32_t count_core(const struct org_name *name)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < name->count; i++)
                count += name->words[i].text.length > 0 && !name->words[i].other_name ? 1 : 0;
        return count;
}

/* The longest legal form that begins at word @at; its canonical form and number of words. */
static uint32_t find_form(struct work *work, const struct org_name *name, uint32_t at, struct text *form)
{
        struct text words[FORM_WORDS_MAX];
        uint32_t count = 0, found = 0;

        while (count < FORM_WORDS_MAX && at + count < name->count && name->words[at + count].text.length > 0)
                words[count] = name->words[at + count].text, count++;
        for (uint32_t n = count; n > 0 && found == 0; n--)
                if (lexicon_find(work->standard->lexicon, LEXICON_LEGAL_FORM,
                                 n == 1 ? words[0] : fold_join(work->arena, words, n), form))
                        found = n;
        return found;
}

/* Forms that custom puts before the name; elsewhere the first word is never one. */
static bool may_lead(struct text form)
{
        static const char *const leading[] = {"sarl", "sas", "sasu", "sa", "eurl", "sci", "snc",
                                              "earl", "ooo", "oao",  "ip", "pt",   "uab", "sia",
                                              "ab",   "gie", "ei",   "cv", "as",   "kk",  "selarl"};

        for (size_t i = 0; i < sizeof(leading) / sizeof(leading[0]); i++)
                if (text_equal(form, text_from(leading[i])))
                        return true;
        return false;
}

/* In the middle of a name two letters are a form only where a comma follows (Siemens AG, Niederlassung Berlin), or
 * where they can hardly be anything else. */
static bool may_stand_inside(const struct org_name *name, uint32_t last, struct text form)
{
        static const char *const clear[] = {"ag", "kg", "bv", "nv", "oy"};

        if (form.length >= 3 || name->words[last].ends_part || name->words[last + 1].text.length == 0)
                return true;
        for (size_t i = 0; i < sizeof(clear) / sizeof(clear[0]); i++)
                if (text_equal(form, text_from(clear[i])))
                        return true;
        return false;
}

static void take_forms(struct work *work, struct org_name *name)
{
        uint32_t left = count_core(name);

        for (uint32_t i = name->count; i-- > 0;) {
                uint32_t end = i + 1, begin = i, length = 0;
                struct text form;

                /* the longest form that ends here */
                for (uint32_t from = end >= FORM_WORDS_MAX ? end - FORM_WORDS_MAX : 0; from < end; from++) {
                        length = find_form(work, name, from, &form);
                        if (length > 0 && from + length == end) {
                                begin = from;
                                break;
                        }
                        length = 0;
                }
                if (length == 0 || left <= length || (begin == 0 && !may_lead(form)))
                        continue;
                if (begin > 0 && end < name->count && !may_stand_inside(name, end - 1, form))
                        continue;
                for (uint32_t k = begin; k < end; k++)
                        name->words[k].text.length = 0;
                left -= length;
                if (name->form_count < ORG_FORMS_MAX)
                        name->forms[name->form_count++] = form;
                i = begin;
        }
}

static void read_org_name(struct work *work, struct org_name *name, struct text raw)
{
        struct text folded = fold_text(work->standard->folder, work->arena, raw);

        read_words(work, name, folded);
        join_letters(work, name);
        mark_former_name(work, name);
        take_forms(work, name);
        company_expand(work, name);
        company_mark_parts(work, name);
        if (count_core(name) == 0) /* all in brackets, or nothing but a former name */
                for (uint32_t i = 0; i < name->count; i++)
                        name->words[i].other_name = false;
}

/* The spelling that stands for @word: an abbreviation written out, a city in English. */
static struct text canonical_word(const struct lexicon *lexicon, struct text word)
{
        struct text spelling;

        if (lexicon_find(lexicon, LEXICON_ORG_WORD, word, &spelling) ||
            lexicon_find(lexicon, LEXICON_EXONYM, word, &spelling))
                return spelling;
        return word;
}

/* A word that comes again, in the name or in the legal name, is one fact. */
static bool has_token(const struct feature_list *list, struct text token)
{
        for (size_t i = 0; i < list->count; i++)
                if (list->items[i].kind == FEATURE_ORG_TOKEN && text_equal(list->items[i].text, token))
                        return true;
        return false;
}

/* Adds the tokens of one word: its canonical spelling may be several. Particles are flagged. */
static void add_word(struct work *work, const struct org_word *word, uint8_t *position)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        bool particle = lexicon_find(lexicon, LEXICON_ORG_PARTICLE, word->text, NULL);
        struct text spelling = word->text;

        if (!particle)
                spelling = canonical_word(lexicon, word->text);
        for (struct text token = fold_next_word(&spelling); token.length > 0; token = fold_next_word(&spelling)) {
                struct feature feature = {
                        .kind = FEATURE_ORG_TOKEN,
                        .sub = *position,
                        .flags = word->flags | (particle ? FEATURE_PARTICLE : 0) |
                                 (word->other_name ? FEATURE_UNCERTAIN : 0),
                        .text = token,
                        .sound = phonetic_code(work->arena, token),
                };

                if (!has_token(work->list, token))
                        feature_add(work, feature);
                if (*position < UINT8_MAX)
                        (*position)++;
        }
}

/* The words of the core in canonical spelling, without particles, joined by blanks. */
static struct text whole_name(struct work *work, const struct org_name *name)
{
        const struct lexicon *lexicon = work->standard->lexicon;
        struct text words[ORG_WORDS_MAX];
        size_t count = 0;

        for (uint32_t i = 0; i < name->count; i++) {
                struct text spelling = name->words[i].text;

                if (name->words[i].other_name || name->words[i].flags & FEATURE_PARTICLE ||
                    lexicon_find(lexicon, LEXICON_ORG_PARTICLE, spelling, NULL))
                        continue;
                words[count++] = canonical_word(lexicon, spelling);
        }
        return fold_join(work->arena, words, count);
}

/* An affiliation's institution, as a whole name that it shares with others of other departments and spellings. */
static void add_institution(struct work *work, struct text raw)
{
        struct text institution;
        struct org_name name;

        if (!company_find_institution(work, raw, &institution))
                return;
        read_org_name(work, &name, institution);
        struct feature core = {.kind = FEATURE_ORG_WHOLE,
                               .sub = ORG_WHOLE_INSTITUTION,
                               .text = whole_name(work, &name)};
        core.sound = phonetic_code(work->arena, core.text);
        if (core.text.length > 0)
                feature_add(work, core);
}

void company_add(struct work *work, struct text raw, uint8_t sub)
{
        struct org_name name;
        uint8_t position = 0;
        struct feature whole = {.kind = FEATURE_ORG_WHOLE, .sub = sub};

        read_org_name(work, &name, raw);
        for (uint32_t i = 0; i < name.count; i++)
                if (name.words[i].text.length > 0)
                        add_word(work, &name.words[i], &position);
        for (uint32_t i = 0; i < name.form_count; i++)
                feature_add_text(work, FEATURE_ORG_FORM, name.forms[i]);
        whole.text = whole_name(work, &name);
        if (whole.text.length == 0) /* nothing but little words: The Of */
                whole.text = fold_words(work->standard->folder, work->arena, raw);
        whole.sound = phonetic_code(work->arena, whole.text);
        if (whole.text.length > 0)
                feature_add(work, whole);
        add_institution(work, raw);
}

void company_add_employer(struct work *work, struct text raw)
{
        struct org_name name;

        read_org_name(work, &name, raw);
        feature_add_text(work, FEATURE_EMPLOYER, whole_name(work, &name));
}

struct canonical company_standardise(struct work *work, struct text raw)
{
        return (struct canonical){.value = fold_display(work->arena, raw),
                                  .flags = misc_is_placeholder(work, raw) ? SLOT_FAKE : 0};
}
