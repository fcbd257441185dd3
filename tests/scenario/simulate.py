#!/usr/bin/python3
"""What `durand simulate` announces is what happens: random changes of the sample's configuration, each announced over the state
and then really made, by a replay of the same events.

    simulate.py build/durand [--seed N] [--changes N]
"""
import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "docker", "sample")
EVENTS = os.path.join(SAMPLE, "events.ndjson")
OPTIONS = argparse.Namespace(durand="build/durand", seed=1, changes=8)


def durand(*arguments, check=True):
    return subprocess.run([OPTIONS.durand, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=check,
                          timeout=300, env={**os.environ, "NO_COLOR": "1"})


def read_outputs(directory):
    """topic -> key -> value of everything but records, dead letters and the list of clusters"""
    outputs = {}
    for name in os.listdir(directory):
        topic = name[:-len(".ndjson")]
        if name.endswith(".ndjson") and topic not in ("records", "deadletter"):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                outputs[topic] = {line["key"]: line["value"] for line in map(json.loads, file)}
    return outputs


def read_clusters(directory):
    with open(os.path.join(directory, "clusters.csv"), encoding="utf-8", newline="") as file:
        return {(row["source"], row["record_id"]): row["cluster"] for row in csv.DictReader(file)}


def groups(own, other):
    """entity -> the entities that its records have on the other side, of those with several"""
    found = {}
    for record, entity in own.items():
        found.setdefault(entity, set()).add(other[record])
    return {entity: sorted(others) for entity, others in found.items() if len(others) > 1}


def change_at_random(dice, config):
    """One to three changes that alter what is decided, by what a steward would turn."""
    matching = config.setdefault("matching", {})
    changes = [
        lambda: matching.update(match="%d bits" % dice.randint(4, 16), review="%d bits" % dice.randint(-3, 3)),
        lambda: matching.update(match="%d bits" % dice.randint(-6, 1), review="-8 bits"),
        lambda: matching.update(cap=dice.choice([2, 3, 5])),
        lambda: matching.update(population={"person": dice.choice([10, 10**6, 10**8])}),
        lambda: config["sources"]["sfdc-us"].update(trust={"default": dice.randint(1, 99)}),
        lambda: config["sources"]["erp"].update(trust={"default": dice.randint(1, 99), "email": dice.randint(1, 99)}),
        lambda: config["feeds"]["newsletter"].update(when=dice.choice(["not address.country = FR", "phone"])),
        lambda: config["feeds"]["newsletter"].update(unless_denied=False),
        lambda: config.pop("sync"),
        lambda: config["sync"]["sfdc-us"]["objects"]["Contact"]["write"].update(phone="correct"),
    ]
    for change in dice.sample(changes, dice.randint(1, 3)):
        try:
            change()
        except KeyError:
            pass  # it was taken out before
    return config


class Simulate(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="durand-simulate-")
        self.addCleanup(self.directory.cleanup)
        self.state = self.path("state")
        with open(os.path.join(SAMPLE, "durand.yaml"), encoding="utf-8") as file:
            self.config = file.read()
        self.replay(os.path.join(SAMPLE, "durand.yaml"), "today", "--state", self.state)
        self.today = read_outputs(self.path("today"))

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def replay(self, config, output, *arguments):
        durand("replay", "--config", config, "--input", EVENTS, "--output", self.path(output), *arguments)

    def simulate(self, config, *arguments):
        return durand("simulate", "--config", config, "--state", self.state, *arguments)

    def check_topics(self, answer, then):
        changes = {(c["topic"], c["kind"], c["key"]): c for c in answer["changes"]}
        for topic in sorted(set(self.today) | set(then)):
            before, after = self.today.get(topic, {}), then.get(topic, {})
            counted = [t for t in answer["topics"] if t["topic"] == topic]
            self.assertEqual((counted[0]["before"], counted[0]["after"]) if counted else (0, 0), (len(before), len(after)), topic)
            for key in set(before) | set(after):
                if before.get(key) == after.get(key):
                    continue
                kind = "added" if key not in before else "removed" if key not in after else "changed"
                change = changes.pop((topic, kind, key))
                self.assertEqual((change.get("before"), change.get("after")), (before.get(key), after.get(key)))
        self.assertEqual(changes, {}, "announced, and did not happen")

    def check_entities(self, answer, then):
        today = read_clusters(self.path("today"))
        self.assertEqual({m["entity_id"]: m["from"] for m in answer["merges"]}, groups(then, today))
        self.assertEqual({s["entity_id"]: s["into"] for s in answer["splits"]}, groups(today, then))
        self.assertEqual(answer["records"], len(today))

    def test_what_is_announced_is_what_happens(self):
        differences = 0
        for seed in range(OPTIONS.seed, OPTIONS.seed + OPTIONS.changes):
            with self.subTest(seed=seed):
                config = self.path("new-%d.yaml" % seed)
                with open(config, "w", encoding="utf-8") as file:
                    yaml.safe_dump(change_at_random(random.Random(seed), yaml.safe_load(self.config)), file, sort_keys=False)
                answer = json.loads(self.simulate(config, "--json", "--examples", "10000").stdout)
                then = "then-%d" % seed
                self.replay(config, then)
                self.check_topics(answer, read_outputs(self.path(then)))
                self.check_entities(answer, read_clusters(self.path(then)))
                differences += len(answer["changes"])
        self.assertGreater(differences, 20, "the changes changed too little to show anything")

    def test_the_same_configuration_changes_nothing_and_the_state_stays(self):
        before = durand("digest", self.state).stdout
        answer = json.loads(self.simulate(os.path.join(SAMPLE, "durand.yaml"), "--json").stdout)
        self.assertEqual((answer["changes"], answer["merges"], answer["splits"]), ([], [], []))
        self.assertEqual(durand("digest", self.state).stdout, before)

    def test_the_page_shows_the_same_figures_and_escapes_values(self):
        config, page = self.path("new.yaml"), self.path("page.html")
        changed = yaml.safe_load(self.config)
        changed["matching"] = {"match": "14 bits", "review": "6 bits"}
        with open(config, "w", encoding="utf-8") as file:
            yaml.safe_dump(changed, file, sort_keys=False)
        answer = json.loads(self.simulate(config, "--json", "--html", page).stdout)
        self.assertGreater(answer["split"], 0)
        with open(page, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("<b>%d</b>entities of today would fall apart" % answer["split"], text)
        for topic in answer["topics"]:
            self.assertIn("<td>%s</td><td>%d</td><td>%d</td>" % (topic["topic"], topic["before"], topic["after"]), text)
        self.assertNotIn('{"', text)
        self.assertIn("Fallen apart", self.simulate(config).stdout)

    def test_wrong_use_is_explained(self):
        for arguments in ([], ["--model", "x"], ["--config", "nowhere.yaml"], ["--examples", "-1"]):
            self.assertEqual(durand("simulate", *arguments, check=False).returncode, 2)
        run = durand("simulate", "--config", os.path.join(SAMPLE, "durand.yaml"), "--state", self.path("none"), check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn(self.path("none"), run.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("durand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--changes", type=int, default=8)
    OPTIONS = parser.parse_args()
    print("seeds %d to %d" % (OPTIONS.seed, OPTIONS.seed + OPTIONS.changes - 1), file=sys.stderr)
    unittest.main(argv=sys.argv[:1])
