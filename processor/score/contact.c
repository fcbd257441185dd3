/* E-mail, telephone, domain, employer and job title: each by its best pair of values.
 *
 * Digits that differ in otherwise equal mail addresses are usually another person, because mail systems number
 * namesakes; one letter is a typo. A mail domain says nothing beyond an address that agrees. A telephone without a
 * country ('~') agrees by its end.
 */
#include "score/compare.h"
#include "score/evidence.h"

#include <string.h>

#define LOCAL_TELLING 5 /* letters of a local part that is more than a given name */
#define PHONE_TELLING 6 /* digits that two telephones must share */

static struct text email_local(struct text email)
{
        int64_t at = text_find_byte(email, '@', 0);
        return at < 0 ? email : text_slice(email, 0, (uint32_t)at);
}

static struct text email_domain(struct text email)
{
        int64_t at = text_find_byte(email, '@', 0);
        return at < 0 ? TEXT_NONE : text_slice(email, (uint32_t)at + 1, email.length);
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* True if the two differ in digits alone. */
static bool equal_but_digits(struct text a, struct text b)
{
        uint32_t i = 0;
        uint32_t j = 0;
        for (;;) {
                while (i < a.length && is_digit(a.data[i]))
                        i++;
                while (j < b.length && is_digit(b.data[j]))
                        j++;
                if (i == a.length || j == b.length)
                        return i == a.length && j == b.length;
                if (a.data[i++] != b.data[j++])
                        return false;
        }
}

/* The same letters and digits: providers ignore dots, people forget hyphens. */
static bool equal_but_punctuation(struct text a, struct text b)
{
        uint32_t i = 0;
        uint32_t j = 0;
        for (;;) {
                while (i < a.length && (a.data[i] == '.' || a.data[i] == '-' || a.data[i] == '_'))
                        i++;
                while (j < b.length && (b.data[j] == '.' || b.data[j] == '-' || b.data[j] == '_'))
                        j++;
                if (i == a.length || j == b.length)
                        return i == a.length && j == b.length;
                if (a.data[i++] != b.data[j++])
                        return false;
        }
}

static bool has_digit(struct text t)
{
        for (uint32_t i = 0; i < t.length; i++)
                if (is_digit(t.data[i]))
                        return true;
        return false;
}

/* Local parts one edit apart. A letter more in front is an initial, and as likely another person's as a typo. */
static bool one_typo(struct text a, struct text b)
{
        return a.length && b.length && (a.data[0] == b.data[0] || a.length == b.length) && edit_distance(a, b, 1) <= 1;
}

static uint32_t judge_emails(const struct feature *a, const struct feature *b, bool person)
{
        if (text_equal(a->text, b->text))
                return person && (a->sub == 1 || b->sub == 1) ? EMAIL_ROLE : EMAIL_EXACT;
        struct text local_a = email_local(a->text);
        struct text local_b = email_local(b->text);
        struct text domain_a = email_domain(a->text);
        struct text domain_b = email_domain(b->text);
        uint32_t shorter = local_a.length < local_b.length ? local_a.length : local_b.length;
        if (a->sub == 1 || b->sub == 1)
                return EMAIL_DIFFERS;
        /* a large provider's domain mistyped: however short the rest is, nobody else has it there */
        if ((a->flags | b->flags) & FEATURE_UNCERTAIN && text_equal(local_a, local_b) &&
            edit_distance(domain_a, domain_b, 1) <= 1)
                return EMAIL_NEAR;
        if (shorter < LOCAL_TELLING)
                return EMAIL_DIFFERS;
        if (equal_but_punctuation(local_a, local_b)) {
                if (edit_distance(domain_a, domain_b, 1) <= 1)
                        return EMAIL_NEAR;
                /* a local part that is made of the name says no more than the name does */
                return a->alias.length && b->alias.length && !has_digit(local_a) ? EMAIL_SAME_NAME : EMAIL_SAME_LOCAL;
        }
        if (!text_equal(domain_a, domain_b))
                return EMAIL_DIFFERS;
        if (equal_but_digits(local_a, local_b))
                return EMAIL_DIGITS;
        return one_typo(local_a, local_b) ? EMAIL_NEAR : EMAIL_DIFFERS;
}

/* National digits without a leading zero; the '+' or '~' is no digit. */
static struct text phone_digits(struct text phone)
{
        uint32_t from = 0;
        while (from < phone.length && (phone.data[from] == '+' || phone.data[from] == '~' || phone.data[from] == '0'))
                from++;
        return text_slice(phone, from, phone.length);
}

static uint32_t judge_phones(const struct feature *a, const struct feature *b, bool person)
{
        (void)person;
        bool unknown = a->text.data[0] == '~' || b->text.data[0] == '~';
        struct text digits_a = phone_digits(a->text);
        struct text digits_b = phone_digits(b->text);
        uint32_t shorter = digits_a.length < digits_b.length ? digits_a.length : digits_b.length;
        if (text_equal(a->text, b->text))
                return unknown && shorter < 9 ? PHONE_SUFFIX : PHONE_EXACT;
        if (shorter < PHONE_TELLING)
                return PHONE_DIFFERS;
        if (unknown && (text_ends_with(digits_a, digits_b) || text_ends_with(digits_b, digits_a)))
                return PHONE_SUFFIX;
        return edit_distance(digits_a, digits_b, 1) <= 1 ? PHONE_NEAR : PHONE_DIFFERS;
}

static uint32_t judge_domains(const struct feature *a, const struct feature *b, bool person)
{
        (void)person;
        return text_equal(a->text, b->text) ? DOMAIN_SAME : DOMAIN_DIFFERS;
}

/* Names of employers, as far as no resolved organization tells. */
static uint32_t judge_employers(const struct feature *a, const struct feature *b, bool person)
{
        (void)person;
        if (text_equal(a->text, b->text))
                return EMPLOYER_LEVEL_SAME;
        struct text shorter = compare_clip(a->text.length < b->text.length ? a->text : b->text);
        struct text longer = compare_clip(a->text.length < b->text.length ? b->text : a->text);
        uint32_t words = 0;
        uint32_t found = 0;
        uint32_t from = 0;
        for (struct text word = next_word(shorter, &from); word.length; word = next_word(shorter, &from)) {
                words++;
                found += has_word(longer, word);
        }
        if (words && found == words)
                return EMPLOYER_LEVEL_RELATED;
        return edit_distance(a->text, b->text, 2) <= (shorter.length >= 6 ? 2U : 0U) ? EMPLOYER_LEVEL_RELATED
                                                                                     : EMPLOYER_LEVEL_DIFFERS;
}

static uint32_t judge_jobs(const struct feature *a, const struct feature *b, bool person)
{
        (void)person;
        if (text_equal(a->text, b->text))
                return JOB_SAME;
        uint32_t from = 0;
        struct text words = compare_clip(a->text);
        struct text others = compare_clip(b->text);
        for (struct text word = next_word(words, &from); word.length; word = next_word(words, &from))
                if (word.length >= 4 && has_word(others, word))
                        return JOB_RELATED;
        return JOB_DIFFERS;
}

/* The best level over all pairs of values of @kind. Levels are ordered, so the least number above "missing" wins; among
 * equals the values that sort first, whichever side they are on. */
static void compare_best(const struct comparison *c, enum model_attribute attribute, enum feature_kind kind,
                         uint32_t (*judge)(const struct feature *a, const struct feature *b, bool person))
{
        uint32_t best = LEVEL_MISSING;
        uint32_t at_a = 0;
        const struct feature *a;
        while ((a = side_next(&c->pair->a, kind, &at_a))) {
                uint32_t at_b = 0;
                const struct feature *b;
                while ((b = side_next(&c->pair->b, kind, &at_b))) {
                        if (!a->text.length || !b->text.length)
                                continue;
                        uint32_t level = judge(a, b, c->type == TYPE_PERSON);
                        if (best != LEVEL_MISSING && level >= best)
                                continue;
                        best = level;
                        evidence_set(c, attribute, level, a->text, b->text);
                }
        }
}

/* Lets the rarity of the values that @attribute reached its level by count. */
static void weigh_rarity(const struct comparison *c, enum model_attribute attribute, enum model_frequency_kind kind)
{
        const struct attribute_evidence *of = &c->evidence->of[attribute];
        if (of->level != LEVEL_MISSING)
                evidence_set_value(c, attribute, of->level, kind, of->a, of->b);
}

void compare_contact(const struct comparison *c)
{
        compare_best(c, MODEL_EMAIL, FEATURE_EMAIL, judge_emails);
        compare_best(c, MODEL_PHONE, FEATURE_PHONE, judge_phones);
        uint32_t email = c->evidence->of[MODEL_EMAIL].level;
        if (email == LEVEL_MISSING || email > EMAIL_SAME_NAME)
                compare_best(c, MODEL_DOMAIN, FEATURE_DOMAIN, judge_domains);
        if (c->type != TYPE_PERSON)
                return;
        if (c->pair->employer == EMPLOYER_UNKNOWN) {
                compare_best(c, MODEL_EMPLOYER, FEATURE_EMPLOYER, judge_employers);
                weigh_rarity(c, MODEL_EMPLOYER, FREQUENCY_EMPLOYER);
        } else {
                evidence_set(c, MODEL_EMPLOYER,
                             c->pair->employer == EMPLOYER_SAME ? EMPLOYER_LEVEL_SAME : EMPLOYER_LEVEL_DIFFERS,
                             TEXT_NONE, TEXT_NONE);
        }
        compare_best(c, MODEL_JOB_TITLE, FEATURE_JOB_TITLE, judge_jobs);
        weigh_rarity(c, MODEL_JOB_TITLE, FREQUENCY_JOB_TITLE);
}
