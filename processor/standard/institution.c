/* The institution inside an affiliation.
 *
 * "Department of Computer Science, University of Crete, Heraklion, Greece" and "Univ. of Crete, Heraklion" name one
 * university: a department goes before it, a place behind, and what they share is one part between commas. Each part is
 * judged by its words; the one that names an institution best is the name that both have. Where no part does, the first
 * that is no department is taken, if there is a department ("Dept. of Mathematics, INRIA").
 *
 * The words are those of affiliations in the languages that bibliographies are full of (English, French, German,
 * Spanish, Italian, Portuguese); they are compared by their beginnings, so that "Univ.", "Universität" and
 * "Universities" are one.
 */
#include "standard/company.h"

#define PARTS_MAX 8
#define PART_BYTES_MAX 120
#define PHRASE_MAX 3 /* words of a short name */

/* Beginnings of folded words. An institute of a field of study is a department where another part can be the whole. */
static const struct {
        const char *start;
        uint8_t part;
} words[] = {
        {"univ", ORG_PART_UNIVERSITY},        {"politec", ORG_PART_UNIVERSITY},   {"polytech", ORG_PART_UNIVERSITY},
        {"hochschule", ORG_PART_UNIVERSITY},  {"college", ORG_PART_UNIVERSITY},   {"institut", ORG_PART_INSTITUTION},
        {"instituto", ORG_PART_INSTITUTION},  {"academ", ORG_PART_INSTITUTION},   {"laborator", ORG_PART_INSTITUTION},
        {"hospital", ORG_PART_INSTITUTION},   {"klinik", ORG_PART_INSTITUTION},   {"observator", ORG_PART_INSTITUTION},
        {"dept", ORG_PART_DEPARTMENT},        {"depart", ORG_PART_DEPARTMENT},    {"dipartimento", ORG_PART_DEPARTMENT},
        {"facult", ORG_PART_DEPARTMENT},      {"facolta", ORG_PART_DEPARTMENT},   {"fakultat", ORG_PART_DEPARTMENT},
        {"fachbereich", ORG_PART_DEPARTMENT}, {"lehrstuhl", ORG_PART_DEPARTMENT}, {"school", ORG_PART_DEPARTMENT},
        {"division", ORG_PART_DEPARTMENT},    {"section", ORG_PART_DEPARTMENT},   {"chair", ORG_PART_DEPARTMENT},
        {"group", ORG_PART_DEPARTMENT},
};

static const char *const fields_of_study[] = {
        "comput", "informati", "mathemat", "engineer", "physi", "chemi",
        "biolog", "electric",  "electron", "econom",   "medic",
};

static bool starts_with_any(struct text word, const char *const *starts, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (text_starts_with(word, text_from(starts[i])))
                        return true;
        return false;
}

enum org_part company_judge_part(struct text part)
{
        enum org_part best = ORG_PART_OTHER;
        bool department = false;
        bool field = false;

        for (struct text word = fold_next_word(&part); word.length > 0; word = fold_next_word(&part)) {
                field |= starts_with_any(word, fields_of_study, sizeof(fields_of_study) / sizeof(*fields_of_study));
                for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
                        if (!text_starts_with(word, text_from(words[i].start)))
                                continue;
                        department |= words[i].part == ORG_PART_DEPARTMENT;
                        best = words[i].part > best ? words[i].part : best;
                }
        }
        if (best == ORG_PART_UNIVERSITY)
                return best;
        return department || (best == ORG_PART_INSTITUTION && field) ? ORG_PART_DEPARTMENT : best;
}

static uint32_t split_parts(struct text raw, struct text *parts)
{
        uint32_t count = 0;
        uint32_t from = 0;

        while (from <= raw.length && count < PARTS_MAX) {
                int64_t comma = text_find_byte(raw, ',', from);
                uint32_t to = comma < 0 ? raw.length : (uint32_t)comma;

                parts[count++] = text_slice(raw, from, to - from);
                if (comma < 0)
                        break;
                from = to + 1;
        }
        return count;
}

/* The words at the beginning of @raw that are the short name of an institution ("MIT Laboratory for Computer Science").
 */
static struct text leading_phrase(struct work *work, struct text raw)
{
        uint32_t end = 0, ends[PHRASE_MAX];
        uint32_t count = 0;

        raw = text_trim(raw);
        while (end < raw.length && count < PHRASE_MAX) {
                while (end < raw.length && raw.data[end] != ' ')
                        end++;
                ends[count++] = end;
                while (end < raw.length && raw.data[end] == ' ')
                        end++;
        }
        while (count-- > 0) {
                struct text phrase = text_slice(raw, 0, ends[count]);

                if (lexicon_find(work->standard->lexicon, LEXICON_ORG_PHRASE,
                                 fold_words(work->standard->folder, work->arena, phrase), NULL))
                        return phrase;
        }
        return TEXT_NONE;
}

bool company_find_institution(struct work *work, struct text raw, struct text *institution)
{
        struct text parts[PARTS_MAX];
        enum org_part found = ORG_PART_OTHER;
        uint32_t count = split_parts(raw, parts);
        bool department = false;
        int64_t best = -1;
        int64_t first_other = -1;

        for (uint32_t i = 0; i < count; i++) {
                struct text phrase;

                if (parts[i].length == 0 || parts[i].length > PART_BYTES_MAX)
                        continue;
                phrase = leading_phrase(work, parts[i]);
                if (phrase.length > 0 && found < ORG_PART_UNIVERSITY &&
                    (count > 1 || phrase.length < parts[i].length)) {
                        found = ORG_PART_UNIVERSITY;
                        best = i;
                        parts[i] = phrase;
                        continue;
                }
                if (count == 1)
                        break;
                enum org_part part = company_judge_part(fold_words(work->standard->folder, work->arena, parts[i]));

                department |= part == ORG_PART_DEPARTMENT;
                if (part == ORG_PART_OTHER && first_other < 0)
                        first_other = i;
                if (part >= ORG_PART_INSTITUTION && part > found) {
                        found = part;
                        best = i;
                }
        }
        if (best < 0 && department)
                best = first_other;
        if (best < 0)
                return false;
        *institution = parts[best];
        return true;
}
