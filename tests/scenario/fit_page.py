#!/usr/bin/python3
"""The page of `durand train` says what its JSON says, shows it as charts, and needs nothing else.

    fit_page.py build/durand
"""
import html.parser
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "docker", "sample")
DURAND = "build/durand"
VOID = {"meta", "rect", "line", "polyline"}


class Page(html.parser.HTMLParser):
    """Sections by id: tables by their label, facts, warnings, and what the charts draw."""

    def __init__(self):
        super().__init__()
        self.open, self.mistakes, self.outside = [], [], []
        self.sections, self.section, self.table, self.text = {}, None, None, None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.outside += [value for name, value in attrs if name in ("src", "href", "srcset") or name.startswith("on")]
        if tag in ("script", "link", "iframe", "object", "img"):
            self.outside.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "section":
            self.section = self.sections[attributes["id"]] = {"tables": {}, "facts": [], "warnings": [], "bars": {}, "lines": {},
                                                              "titles": {}, "charts": []}
        if self.section is None:
            return
        if tag == "div" and "aria-label" in attributes:
            self.table = self.section["tables"][attributes["aria-label"]] = []
        if tag == "tr" and self.table is not None:
            self.table.append([])
        if tag in ("td", "th", "li", "title"):
            self.text = ""
        if tag == "title":
            self.title = attributes["id"]
        if tag == "svg" and attributes.get("role") == "img":
            self.section["charts"].append(attributes["aria-labelledby"])
        if tag == "rect":
            self.section["bars"].setdefault(attributes["class"], []).append(float(attributes["height"]))
        if tag == "polyline":
            points = [tuple(map(float, point.split(","))) for point in attributes["points"].split()]
            self.section["lines"][attributes["class"]] = points

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(f"</{tag}> at {self.getpos()}")
        if tag in ("td", "th") and self.table is not None:
            self.table[-1].append(self.text)
        if tag == "li" and self.section is not None:
            self.section["warnings" if "div" in self.open else "facts"].append(self.text)
        if tag == "title" and self.section is not None:
            self.section["titles"][self.title] = self.text
        if tag == "section":
            self.section = None
        if tag == "div":
            self.table = None

    def handle_data(self, data):
        if self.text is not None:
            self.text += data


def share(ppb):
    return f"{ppb / 1e7:.{1 if ppb >= 10000000 else 3 if ppb >= 100000 else 4 if ppb >= 10000 else 6}f} %"


def percent(ppm, decimals=2):
    return f"{ppm / 1e4:.{decimals}f} %"


class FitPage(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as directory:
            page = os.path.join(directory, "page.html")
            subprocess.run([DURAND, "train", "--config", os.path.join(SAMPLE, "durand.yaml"), "--report", directory, "--html", page,
                            os.path.join(SAMPLE, "events.ndjson")], check=True, stdout=subprocess.DEVNULL, timeout=300)
            with open(os.path.join(directory, "fit.json"), encoding="utf-8") as file:
                cls.fit = json.load(file)
            with open(os.path.join(directory, "fit.html"), encoding="utf-8") as file:
                cls.source = file.read()
            with open(page, encoding="utf-8") as file:
                assert file.read() == cls.source
        cls.page = Page()
        cls.page.feed(cls.source)

    def each_type(self):
        self.assertEqual(sorted(self.fit), sorted(self.page.sections))
        self.assertEqual(len(self.fit), 2, "the sample has persons and companies")
        return [(self.fit[name], self.page.sections[name]) for name in self.fit]

    def test_it_is_well_formed_and_needs_nothing_from_outside(self):
        self.assertEqual(self.page.mistakes, [])
        self.assertEqual(self.page.open, [])
        self.assertEqual(self.page.outside, [])
        for word in ("url(", "@import", "http:", "https:", "<script"):
            self.assertNotIn(word, self.source)
        self.assertIn("prefers-color-scheme:dark", self.source)
        self.assertIn('name="viewport"', self.source)

    def test_each_chart_has_a_title_and_a_table(self):
        for _, section in self.each_type():
            self.assertEqual(len(section["charts"]), 2)
            for chart in section["charts"]:
                self.assertIn("table below", section["titles"][chart])
            self.assertIn("Scores, precision and recall", section["tables"])

    def test_facts_and_warnings_are_those_of_the_json(self):
        for fit, section in self.each_type():
            facts = "|".join(section["facts"])
            for fact in (f"{fit['records']:,}records", f"{fit['nodes']:,}different ones", f"{fit['candidates']:,}pairs compared",
                         f"{percent(fit['reduction_ppm'], 3)}of all pairs never compared",
                         f"{fit['expected_thousandths'] / 1000:,.1f}matching pairs expected", f"{fit['joined']:,}pairs joined"):
                self.assertIn(fact, facts)
            self.assertEqual(section["warnings"], fit["warnings"])

    def test_levels_are_those_of_the_json(self):
        for fit, section in self.each_type():
            rows = [row for row in section["tables"]["Levels and weights"][1:] if len(row) == 4]
            groups = [row[0] for row in section["tables"]["Levels and weights"] if len(row) == 1]
            wanted = [level for name, levels in fit["attributes"].items() if name in groups for level in levels]
            self.assertEqual([group.split(":")[0] for group in groups], list(fit["attributes"]))
            self.assertGreater(len(wanted), 10)
            self.assertEqual(rows, [[level["level"], share(level["m_ppb"]), share(level["u_ppb"]),
                                     f"{level['weight_mbit'] / 1000:+.2f} before {level['start_mbit'] / 1000:+.2f}"]
                                    for level in wanted])
            bars = sorted(section["bars"]["for"] + section["bars"]["against"])
            self.assertEqual(len(bars), len(wanted))

    def test_scores_are_those_of_the_json_in_the_table_and_in_the_charts(self):
        for fit, section in self.each_type():
            self.assertEqual(section["tables"]["Scores, precision and recall"][1:],
                             [[f"{row['from_bits']:+d}", f"{row['pairs']:,}", f"{row['matches_thousandths'] / 1000:,.1f}",
                               percent(row["precision_ppm"]), percent(row["recall_ppm"])] for row in fit["histogram"]])
            self.assertEqual(len(section["bars"]["pairs"]), len(fit["histogram"]))
            order = sorted(range(len(fit["histogram"])), key=lambda i: fit["histogram"][i]["pairs"])
            heights = [section["bars"]["pairs"][i] for i in order]
            self.assertEqual(heights, sorted(heights), "more pairs, a higher bar")
            for row in fit["histogram"]:
                for line in ("precision", "recall"):
                    if -10 <= row["from_bits"] <= 20:
                        y = dict(section["lines"][line])[(row["from_bits"] + 10) * 1000]
                        self.assertAlmostEqual(1000 - y, row[line + "_ppm"] / 1000, delta=0.06)

    def test_keys_are_those_of_the_json(self):
        for fit, section in self.each_type():
            self.assertGreater(len(fit["keys"]), 3)
            self.assertEqual(section["tables"]["Blocking keys"][1:],
                             [[key["key"], f"{key['pairs']:,}", f"{key['matches_thousandths'] / 1000:,.1f}",
                               percent(key["completeness_ppm"], 1), f"{key['alone_pairs']:,}",
                               f"{key['alone_matches_thousandths'] / 1000:,.1f}", "no" if key["left_out"] else "yes"] for key in fit["keys"]])


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        DURAND = os.path.abspath(sys.argv.pop(1))
    unittest.main()
