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
#include "standard/parts.h"

#define PARTS_MAX 8
#define PART_BYTES_MAX 120

enum part_class {
        PART_OTHER,
        PART_DEPARTMENT, /* of an institution that another part names */
        PART_INSTITUTION,
        PART_UNIVERSITY, /* names an institution beside any institute */
};

/* Beginnings of folded words. An institute of a field of study is a department where another part can be the whole. */
static const struct {
        const char *start;
        uint8_t part;
} words[] = {
        {"univ", PART_UNIVERSITY},        {"politec", PART_UNIVERSITY},   {"polytech", PART_UNIVERSITY},
        {"hochschule", PART_UNIVERSITY},  {"college", PART_UNIVERSITY},   {"institut", PART_INSTITUTION},
        {"instituto", PART_INSTITUTION},  {"academ", PART_INSTITUTION},   {"laborator", PART_INSTITUTION},
        {"hospital", PART_INSTITUTION},   {"klinik", PART_INSTITUTION},   {"observator", PART_INSTITUTION},
        {"dept", PART_DEPARTMENT},        {"depart", PART_DEPARTMENT},    {"dipartimento", PART_DEPARTMENT},
        {"facult", PART_DEPARTMENT},      {"facolta", PART_DEPARTMENT},   {"fakultat", PART_DEPARTMENT},
        {"fachbereich", PART_DEPARTMENT}, {"lehrstuhl", PART_DEPARTMENT}, {"school", PART_DEPARTMENT},
        {"division", PART_DEPARTMENT},    {"section", PART_DEPARTMENT},   {"chair", PART_DEPARTMENT},
        {"group", PART_DEPARTMENT},
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

static enum part_class judge_part(struct text part)
{
        enum part_class best = PART_OTHER;
        bool department = false;
        bool field = false;

        for (struct text word = fold_next_word(&part); word.length > 0; word = fold_next_word(&part)) {
                field |= starts_with_any(word, fields_of_study, sizeof(fields_of_study) / sizeof(*fields_of_study));
                for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
                        if (!text_starts_with(word, text_from(words[i].start)))
                                continue;
                        department |= words[i].part == PART_DEPARTMENT;
                        best = words[i].part > best ? words[i].part : best;
                }
        }
        if (best == PART_UNIVERSITY)
                return best;
        return department || (best == PART_INSTITUTION && field) ? PART_DEPARTMENT : best;
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

bool company_find_institution(struct work *work, struct text raw, struct text *institution)
{
        struct text parts[PARTS_MAX];
        enum part_class found = PART_OTHER;
        uint32_t count = split_parts(raw, parts);
        bool department = false;
        int64_t best = -1;
        int64_t first_other = -1;

        for (uint32_t i = 0; count > 1 && i < count; i++) {
                if (parts[i].length == 0 || parts[i].length > PART_BYTES_MAX)
                        continue;
                enum part_class part = judge_part(fold_words(work->standard->folder, work->arena, parts[i]));

                department |= part == PART_DEPARTMENT;
                if (part == PART_OTHER && first_other < 0)
                        first_other = i;
                if (part >= PART_INSTITUTION && part > found) {
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
