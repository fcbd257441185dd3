/* The report as one page that needs nothing else: for the steward who approves a change of rules.
 *
 * No script and nothing from outside, so that it can be mailed and kept; readable at the width of a phone, where tables
 * scroll inside their frame.
 */
#include "simulate/internal.h"

#include "base/html.h"

#include <inttypes.h>

static const char head[] =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Durand: what would "
        "change</title>\n"
        "<style>\n"
        ":root{color-scheme:light dark;--line:#c8ccd4;--soft:#f3f4f7;--add:#1a7f4b;--cut:#b3261e;--mix:#8a5a00}\n"
        "@media(prefers-color-scheme:dark){:root{--line:#3c4250;--soft:#1c1f27;--add:#5fd39a;--cut:#ff8a80;--mix:#"
        "f0c060}}\n"
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}\n"
        "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}\n"
        ".facts{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;list-style:none}\n"
        ".facts li{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;padding:.5rem 1rem}\n"
        ".facts b{display:block;font-size:1.6rem;line-height:1.2}\n"
        ".frame{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}\n"
        "table{border-collapse:collapse;width:100%}th,td{padding:.35rem .75rem;text-align:right;white-space:nowrap}\n"
        "th:first-child,td:first-child{text-align:left}thead{background:var(--soft)}tr+tr td{border-top:1px solid "
        "var(--line)}\n"
        ".added{color:var(--add)}.removed{color:var(--cut)}.changed{color:var(--mix)}\n"
        "details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0}summary{padding:.5rem "
        ".75rem;cursor:pointer}\n"
        "code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}\n"
        "ul.list{padding:0 .75rem .5rem;margin:0;list-style:none}ul.list li{border-top:1px solid "
        "var(--line);padding:.4rem 0}\n"
        "</style></head><body>\n<h1>What would change</h1>\n";

static void write_fact(struct buffer *out, uint64_t number, const char *what)
{
        buffer_printf(out, "<li><b>%" PRIu64 "</b>%s</li>", number, what);
}

static void write_cell(struct buffer *out, uint64_t number, enum simulate_kind kind)
{
        if (number == 0)
                buffer_string(out, "<td>0</td>");
        else
                buffer_printf(out, "<td class=\"%s\">%" PRIu64 "</td>", simulate_kind_names[kind], number);
}

static void write_topics(const struct simulate_report *report, struct buffer *out)
{
        buffer_string(out, "<h2>Outputs</h2>\n<div class=\"frame\"><table><thead><tr><th>output</th><th>today</th>"
                           "<th>then</th><th>added</th><th>removed</th><th>changed</th></tr></thead><tbody>\n");
        for (uint32_t i = 0; i < report->topic_count; i++) {
                const struct simulate_topic *topic = &report->topics[i];

                buffer_string(out, "<tr><td>");
                html_write_text(out, topic->name);
                buffer_printf(out, "</td><td>%" PRIu64 "</td><td>%" PRIu64 "</td>", topic->before, topic->after);
                write_cell(out, topic->added, SIMULATE_ADDED);
                write_cell(out, topic->removed, SIMULATE_REMOVED);
                write_cell(out, topic->changed, SIMULATE_CHANGED);
                buffer_string(out, "</tr>\n");
        }
        buffer_string(out, "</tbody></table></div>\n");
}

static void write_regroupings(struct buffer *out, const char *title, const char *verb,
                              const struct simulate_regrouping *items, uint32_t count, uint64_t all)
{
        if (count == 0)
                return;
        buffer_printf(out,
                      "<h2>%s</h2>\n<details open><summary>%" PRIu64 " of %" PRIu64 "</summary><ul class=\"list\">\n",
                      title, (uint64_t)count, all);
        for (uint32_t i = 0; i < count; i++) {
                buffer_string(out, "<li><code>");
                html_write_text(out, items[i].entity_id);
                buffer_printf(out, "</code> %s", verb);
                for (uint32_t j = 0; j < items[i].other_count; j++) {
                        buffer_string(out, " <code>");
                        html_write_text(out, items[i].others[j]);
                        buffer_string(out, "</code>");
                }
                buffer_string(out, "</li>\n");
        }
        buffer_string(out, "</ul></details>\n");
}

static uint64_t count_of(const struct simulate_topic *topic, enum simulate_kind kind)
{
        return kind == SIMULATE_ADDED ? topic->added : kind == SIMULATE_REMOVED ? topic->removed : topic->changed;
}

static void write_change(const struct simulate_report *report, const struct simulate_change *change, struct buffer *out)
{
        ARENA_CLEANUP struct arena arena = {0};

        buffer_string(out, "<li><code>");
        html_write_text(out, change->key);
        buffer_string(out, "</code><pre>");
        html_write_text(out, simulate_difference(&arena, report, change));
        buffer_string(out, "</pre></li>\n");
}

static void write_changes(const struct simulate_report *report, struct buffer *out)
{
        if (report->change_count > 0)
                buffer_string(out, "<h2>Examples</h2>\n<p>A golden record that changes shows what becomes different, "
                                   "and null where a value goes; "
                                   "other outputs are shown as they would be.</p>\n");
        for (uint32_t i = 0, to; i < report->change_count; i = to) {
                const struct simulate_change *change = &report->changes[i];
                const struct simulate_topic *topic = &report->topics[change->topic];

                for (to = i; to < report->change_count && report->changes[to].topic == change->topic &&
                             report->changes[to].kind == change->kind;)
                        to++;
                buffer_string(out, "<details><summary>");
                html_write_text(out, topic->name);
                buffer_printf(out, ", <span class=\"%s\">%s</span>: %u of %" PRIu64 "</summary><ul class=\"list\">\n",
                              simulate_kind_names[change->kind], simulate_kind_names[change->kind], to - i,
                              count_of(topic, change->kind));
                for (uint32_t j = i; j < to; j++)
                        write_change(report, &report->changes[j], out);
                buffer_string(out, "</ul></details>\n");
        }
}

void simulate_write_html(const struct simulate_report *report, struct buffer *out)
{
        buffer_string(out, head);
        buffer_string(out, "<ul class=\"facts\">");
        write_fact(out, report->records, "records");
        write_fact(out, report->merged_before, "entities of today would join others");
        write_fact(out, report->merged, "entities come of that");
        write_fact(out, report->split, "entities of today would fall apart");
        buffer_string(out, "</ul>\n");
        write_topics(report, out);
        write_regroupings(out, "Joined", "joins", report->merges, report->merge_count, report->merged);
        write_regroupings(out, "Fallen apart", "becomes", report->splits, report->split_count, report->split);
        write_changes(report, out);
        buffer_string(out, "</body></html>\n");
}
