/* The report of a fit as a page for the steward who will trust the model or not. */
#include "train/report.h"

#include "base/html.h"
#include "train/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 400 /* bytes of a double without exponent */

void page_write_number(struct buffer *out, double number, int decimals)
{
        char digits[NUMBER_MAX];
        snprintf(digits, sizeof(digits), "%.*f", decimals, number);
        size_t whole = strcspn(digits, ".");
        for (size_t i = 0; digits[i]; i++) {
                if (i > 0 && i < whole && digits[i - 1] != '-' && (whole - i) % 3 == 0)
                        buffer_byte(out, ',');
                buffer_byte(out, (uint8_t)digits[i]);
        }
}

/* Shares differ by many powers of ten: as many decimals as a small one needs. */
static void write_share(struct buffer *out, uint32_t ppb)
{
        page_write_number(out, ppb / 1e7, ppb >= 10000000 ? 1 : ppb >= 100000 ? 3 : ppb >= 10000 ? 4 : 6);
        buffer_string(out, " %");
}

static void write_cell(struct buffer *out, double number, int decimals, const char *unit)
{
        buffer_string(out, "<td>");
        page_write_number(out, number, decimals);
        buffer_printf(out, "%s</td>", unit);
}

static void begin_table(struct buffer *out, const char *caption, const char *const *headings)
{
        buffer_printf(out, "<div class=\"frame\" tabindex=\"0\" role=\"group\" aria-label=\"%s\"><table><thead><tr>",
                      caption);
        for (; *headings; headings++)
                buffer_printf(out, "<th scope=\"col\">%s</th>", *headings);
        buffer_string(out, "</tr></thead>\n");
}

/* ---- facts and warnings --------------------------------------------------------------------------------------------
 */

static void write_fact(struct buffer *out, double number, int decimals, const char *unit, const char *what)
{
        buffer_string(out, "<li><b>");
        page_write_number(out, number, decimals);
        buffer_printf(out, "%s</b>%s</li>\n", unit, what);
}

static void write_facts(const struct train_stratum *stratum, int32_t match_mbit, struct buffer *out)
{
        uint64_t precision, recall;
        train_expected_quality(stratum, train_bin(match_mbit), &precision, &recall);
        buffer_string(out, "<ul class=\"facts\">\n");
        write_fact(out, stratum->records, 0, "", "records");
        write_fact(out, stratum->nodes, 0, "", "different ones");
        write_fact(out, (double)stratum->candidates, 0, "", "pairs compared");
        write_fact(out, (double)train_reduction_ppm(stratum) / 1e4, 3, " %", "of all pairs never compared");
        write_fact(out, (double)stratum->expected / 1000.0, 1, "", "matching pairs expected");
        write_fact(out, (double)stratum->joined, 0, "", "pairs joined");
        write_fact(out, (double)precision / 1e4, 2, " %", "estimated precision at the threshold");
        write_fact(out, (double)recall / 1e4, 2, " %", "estimated recall at the threshold");
        buffer_string(out, "</ul>\n");
}

static void write_warnings(const struct train_stratum *stratum, struct buffer *out)
{
        ARENA_CLEANUP struct arena arena = {0};
        struct text warnings[TRAIN_WARNINGS_MAX];
        uint32_t count = train_warnings(stratum, &arena, warnings, TRAIN_WARNINGS_MAX);
        if (count == 0)
                return;
        buffer_string(out, "<div class=\"warnings\"><h3>Look at this first</h3><ul>\n");
        for (uint32_t i = 0; i < count; i++) {
                buffer_string(out, "<li>");
                html_write_text(out, warnings[i]);
                buffer_string(out, "</li>\n");
        }
        buffer_string(out, "</ul></div>\n");
}

static void write_alternatives(const struct train_stratum *stratum, struct buffer *out)
{
        bool first = true;
        for (uint32_t a = 0; a < ALTERNATIVE_COUNT; a++) {
                if (!stratum->alternative_pairs[a])
                        continue;
                buffer_string(out, first ? "<p>Pairs that agree and are rather something else than the same: " : ", ");
                html_write_text(out, text_from(model_alternative_name(a)));
                buffer_byte(out, ' ');
                page_write_number(out, (double)stratum->alternative_pairs[a] / 1000.0, 1);
                first = false;
        }
        if (!first)
                buffer_string(out, ".</p>\n");
}

/* ---- weights -------------------------------------------------------------------------------------------------------
 */

static int32_t find_longest(const struct train_stratum *stratum)
{
        int32_t most = 1000;
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++) {
                const struct train_attribute *attribute = &stratum->attributes[a];
                for (uint32_t l = 1; l < attribute->level_count; l++) {
                        int32_t now = abs(attribute->levels[l].weight_mbit);
                        int32_t before = abs(attribute->levels[l].start_mbit);
                        most = now > most ? now : most;
                        most = before > most ? before : most;
                }
        }
        return most;
}

static void write_level(const struct train_level *level, int32_t longest_mbit, struct buffer *out)
{
        buffer_string(out, "<tr><th scope=\"row\">");
        html_write_text(out, text_from(level->name));
        buffer_string(out, "</th><td>");
        write_share(out, level->m_ppb);
        buffer_string(out, "</td><td>");
        write_share(out, level->u_ppb);
        buffer_printf(out, "</td><td class=\"weight\">%+.2f <small>before %+.2f</small>", level->weight_mbit / 1000.0,
                      level->start_mbit / 1000.0);
        page_write_bar(level->weight_mbit, level->start_mbit, longest_mbit, out);
        buffer_string(out, "</td></tr>\n");
}

static void write_levels(const struct train_stratum *stratum, struct buffer *out)
{
        static const char *const headings[] = {"Comparison", "of the same", "of strangers", "Weight in bits", NULL};
        int32_t longest = find_longest(stratum);
        buffer_string(out, "<h3>What agreement is worth</h3>\n<p>How many of the pairs that are the same, and how many "
                           "pairs of strangers, compare like this. The weight is what follows: green speaks for, red "
                           "against. The dark stroke is the weight before training.</p>\n");
        begin_table(out, "Levels and weights", headings);
        for (uint32_t a = 0; a < MODEL_ATTRIBUTE_COUNT; a++) {
                const struct train_attribute *attribute = &stratum->attributes[a];
                if (!attribute->level_count)
                        continue;
                buffer_string(out, "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"4\">");
                html_write_text(out, text_from(model_attribute_name(a)));
                buffer_string(out,
                              attribute->learned ? "</th></tr>\n" : ": not by levels, and not learned</th></tr>\n");
                for (uint32_t l = 1; l < attribute->level_count && attribute->learned; l++)
                        write_level(&attribute->levels[l], longest, out);
                buffer_string(out, "</tbody>\n");
        }
        buffer_string(out, "</table></div>\n");
}

/* ---- scores --------------------------------------------------------------------------------------------------------
 */

static void write_scores(const struct train_stratum *stratum, int32_t match_mbit, struct buffer *out)
{
        static const char *const headings[] = {"From bits",        "Pairs", "Expected matches", "Precision from here",
                                               "Recall from here", NULL};
        uint32_t threshold = train_bin(match_mbit);
        buffer_string(out, "<details><summary>The numbers of both charts</summary>\n");
        begin_table(out, "Scores, precision and recall", headings);
        buffer_string(out, "<tbody>\n");
        for (uint32_t i = 0; i < TRAIN_BINS; i++) {
                uint64_t precision, recall;
                if (!stratum->histogram[i])
                        continue;
                train_expected_quality(stratum, i, &precision, &recall);
                buffer_printf(out, "<tr%s><th scope=\"row\">%+d</th>", i == threshold ? " class=\"threshold-row\"" : "",
                              (int32_t)i + TRAIN_BIN_FIRST);
                write_cell(out, (double)stratum->histogram[i], 0, "");
                write_cell(out, (double)stratum->bin_matches[i] / 1000.0, 1, "");
                write_cell(out, (double)precision / 1e4, 2, " %");
                write_cell(out, (double)recall / 1e4, 2, " %");
                buffer_string(out, "</tr>\n");
        }
        buffer_string(out, "</tbody></table></div></details>\n");
}

/* ---- keys ----------------------------------------------------------------------------------------------------------
 */

static void write_recipes(const struct train_stratum *stratum, struct buffer *out)
{
        static const char *const headings[] = {"Key",
                                               "Pairs",
                                               "Matches among them",
                                               "of all matches",
                                               "Pairs of no other key",
                                               "Matches of no other key",
                                               "Kept",
                                               NULL};
        buffer_string(out,
                      "<h3>What proposes pairs</h3>\n<p>Only records that share a blocking key are compared. A key "
                      "is worth its pairs if it finds matches that no other key finds; the model does without one that "
                      "costs a hundredth of the pairs and finds none.</p>\n");
        begin_table(out, "Blocking keys", headings);
        buffer_string(out, "<tbody>\n");
        for (uint32_t i = 0; i < TRAIN_RECIPES_MAX; i++) {
                const struct train_recipe *recipe = &stratum->recipes[i];
                if (!recipe->pairs)
                        continue;
                buffer_string(out, "<tr><th scope=\"row\">");
                html_write_text(out, text_from(recipe->name));
                buffer_string(out, "</th>");
                write_cell(out, (double)recipe->pairs, 0, "");
                write_cell(out, (double)recipe->matches / 1000.0, 1, "");
                write_cell(out, (double)train_completeness_ppm(stratum, recipe) / 1e4, 1, " %");
                write_cell(out, (double)recipe->only_pairs, 0, "");
                write_cell(out, (double)recipe->only_matches / 1000.0, 1, "");
                buffer_string(out, recipe->left_out ? "<td>no</td>" : "<td>yes</td>");
                buffer_string(out, "</tr>\n");
        }
        buffer_string(out, "</tbody></table></div>\n");
}

static void write_stratum(enum record_type type, const struct train_stratum *stratum, int32_t match_mbit,
                          struct buffer *out)
{
        static const char *const titles[TYPE_COUNT] = {[TYPE_PERSON] = "Persons", [TYPE_ORGANIZATION] = "Companies"};
        const char *name = record_type_name(type);
        buffer_printf(out, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n", name,
                      name, name, titles[type]);
        write_facts(stratum, match_mbit, out);
        write_warnings(stratum, out);
        write_alternatives(stratum, out);
        buffer_string(out,
                      "<h3>Scores of the pairs</h3>\n<p>A model that tells the same from strangers makes two hills "
                      "with a valley between them. Pairs in the valley are those that a person should look at.</p>\n");
        page_write_histogram(stratum, name, match_mbit, out);
        buffer_string(out, "<h3>Precision and recall</h3>\n<p>A higher threshold joins fewer pairs and makes fewer "
                           "mistakes.</p>\n");
        page_write_quality(stratum, name, match_mbit, out);
        write_scores(stratum, match_mbit, out);
        write_levels(stratum, out);
        write_recipes(stratum, out);
        buffer_string(out, "</section>\n");
}

void train_report_write_html(const struct train_report *report, struct buffer *out)
{
        buffer_bytes(out, page_head.data, page_head.length);
        for (uint32_t type = 0; type < TYPE_COUNT; type++)
                if (report->strata[type].records)
                        write_stratum(type, &report->strata[type], report->strata[type].match_mbit, out);
        buffer_bytes(out, page_foot.data, page_foot.length);
}
