#!/usr/bin/python3
"""The command line as a person meets it: help, wrong use, exit codes, and what is printed.

    command_line.py build/durand
"""
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CONFIG = os.path.join(HERE, "durand.yaml")
MARC = os.path.join(HERE, "marc-durand-is-one-person", "input.ndjson")
DURAND = ""

SIX_MISTAKES = """\
instance: demo
sources:
  sfdc:
    dialect: salesforce-cdd
    topics: [sfdc.Contact]
    mapping: salesforce-standart
  erp:
    dialect: debezium
    topics: [erp.public.customer]
    trust: {default: 160}
    tables:
      customer:
        type: organization
        fields:
          name1: legal_nam
          crm_id: {attribute: same_as, source: sfdc-emea}
matching:
  revue: -2 bits
"""
LINES_OF_MISTAKES = [4, 6, 10, 15, 16, 18]

TRUTH = """\
source,record_id,cluster
a,1,x
a,2,x
a,3,x
a,4,y
a,5,y
"""
PREDICTED = """\
source,record_id,cluster
a,1,p
a,2,p
a,3,q
a,4,q
a,5,q
"""


def durand(*arguments, stdin=None):
    return subprocess.run([DURAND, *arguments], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, timeout=120, env={**os.environ, "NO_COLOR": "1"})


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="durand-command-line-")
        self.addCleanup(self.directory.cleanup)

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def file(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        return self.path(name)

    def test_examples_of_the_documentation_print_what_they_show(self):
        with open(os.path.join(ROOT, "docs", "explain.md"), encoding="utf-8") as file:
            blocks = file.read().split("    $ build/durand ")[1:]
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            lines = block.split("\n\n-")[0].split("\n\nThe links are")[0].split("\n")
            shown = [line[4:] for line in lines[1:]]
            run = subprocess.run([DURAND, *lines[0].split()], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
                                 env={**os.environ, "NO_COLOR": "1"})
            self.assertEqual([line.rstrip() for line in run.stdout.rstrip().split("\n")], [line.rstrip() for line in shown])

    def test_help_lists_every_command_and_each_explains_itself(self):
        run = durand("--help")
        self.assertEqual(run.returncode, 0)
        for command in ("replay", "run", "demo", "check", "decode", "evaluate", "explain", "decide", "simulate", "inspect", "feed", "subject", "schemas",
                        "digest"):
            self.assertRegex(run.stdout, rf"(?m)^  {command} ")
            own = durand(command, "--help")
            self.assertEqual(own.returncode, 0, command)
            self.assertIn("Usage:", own.stdout)

    def test_unknown_command_is_wrong_use(self):
        run = durand("deduplicate")
        self.assertEqual(run.returncode, 2)
        self.assertIn('"deduplicate" is not a command', run.stderr)
        self.assertEqual(run.stdout, "")

    def test_no_command_is_wrong_use(self):
        self.assertEqual(durand().returncode, 2)

    def test_unknown_option_is_wrong_use(self):
        for command in ("replay", "run", "demo", "check", "decode", "evaluate", "explain", "inspect", "feed", "subject", "schemas",
                        "digest"):
            self.assertEqual(durand(command, "--no-such-option").returncode, 2, command)

    def test_check_names_all_six_mistakes_with_their_lines(self):
        config = self.file("six.yaml", SIX_MISTAKES)
        run = durand("check", "--config", config)
        self.assertEqual(run.returncode, 2)
        lines = [int(text[len(config) + 1:].split(":")[0]) for text in (run.stdout + run.stderr).splitlines()
                 if text.startswith(config + ":") and ": error: " in text]
        self.assertEqual(lines, LINES_OF_MISTAKES, run.stdout + run.stderr)

    def test_check_accepts_the_configurations_that_we_ship(self):
        for config in (CONFIG, os.path.join(HERE, "../../docker/sample/durand.yaml")):
            run = durand("check", "--config", config)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_decode_ends_with_3_when_a_line_is_rejected_and_shows_the_others(self):
        good = '{"source":"list","type":"person","key":"1","value":{"first_name":"Ana","last_name":"Sousa"}}\n'
        self.assertEqual(durand("decode", self.file("good.ndjson", good)).returncode, 0)
        run = durand("decode", self.file("bad.ndjson", good + "{no json}\n"))
        self.assertEqual(run.returncode, 3)
        changes = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertEqual([(change["line"], change["op"]) for change in changes], [(1, "upsert"), (2, "reject")])
        self.assertEqual(changes[0]["attributes"], {"given_name": "Ana", "family_name": "Sousa"})
        self.assertTrue(changes[1]["reason"])

    def test_evaluate_counts_as_a_person_counts(self):
        """Five records. Truth: {1,2,3} {4,5}, so 4 pairs. Predicted: {1,2} {3,4,5}, so 4 pairs, 2 of them right.
        Records' own precision: 1, 1, 1/3, 2/3, 2/3 (mean 11/15); recall: 2/3, 2/3, 1/3, 1, 1 (mean 11/15)."""
        run = durand("evaluate", "--truth", self.file("truth.csv", TRUTH), "--predicted",
                     self.file("predicted.csv", PREDICTED))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"pairwise +0\.5000 +0\.5000 +0\.5000")
        self.assertRegex(run.stdout, r"B3 +0\.7333 +0\.7333 +0\.7333")

    def test_evaluate_sets_a_second_clustering_beside_the_first(self):
        other = self.file("other.csv", TRUTH.replace("a,3,x", "a,3,z"))
        run = durand("evaluate", "--truth", self.file("truth.csv", TRUTH), "--predicted",
                     self.file("predicted.csv", PREDICTED), "--compare", other, "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        compared = json.loads(run.stdout)["compare"]
        self.assertEqual(compared["pairwise"]["precision"], 1)
        self.assertEqual([compared[name] for name in ("only_first_right", "only_first_wrong", "only_this_right",
                                                      "only_this_wrong")], [0, 2, 0, 0])

    def test_evaluate_explains_its_errors(self):
        sample = os.path.join(ROOT, "docker", "sample")
        arguments = ["--truth", os.path.join(sample, "truth.csv"), "--config", os.path.join(sample, "durand.yaml"),
                     "--input", os.path.join(sample, "events.ndjson"), "--sweep", "--worst", "1000"]
        run = durand("evaluate", *arguments, "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        answer = json.loads(run.stdout)
        self.assertEqual(answer["missed"]["pairs"], answer["true_pairs"] - answer["correct_pairs"])
        self.assertEqual(answer["joined_wrongly"]["pairs"], answer["predicted_pairs"] - answer["correct_pairs"])
        self.assertEqual(len(answer["missed"]["worst"]), answer["missed"]["pairs"])
        self.assertEqual(sum(answer["missed"]["outcomes"].values()), answer["missed"]["pairs"])
        configured = [step for step in answer["sweep"] if step["match_mbit"] == 2000]
        self.assertEqual(configured[0]["pairwise"], answer["pairwise"])
        text = durand("evaluate", *arguments).stdout
        self.assertIn("as configured", text)
        self.assertIn("%d pairs are missed" % answer["missed"]["pairs"], text)

    def test_evaluate_refuses_what_does_not_go_together(self):
        for arguments in (["--truth", "x"], ["--truth", "x", "--predicted", "y", "--input", "z"],
                          ["--truth", "x", "--predicted", "y", "--train"], ["--truth", "x", "--input", "-", "--sweep"]):
            self.assertEqual(durand("evaluate", *arguments).returncode, 2, arguments)

    def test_evaluate_names_the_file_and_line_that_it_cannot_read(self):
        broken = self.file("truth.csv", "source,record_id,cluster\na,1\n")
        run = durand("evaluate", "--truth", broken, "--predicted", self.file("predicted.csv", PREDICTED))
        self.assertEqual(run.returncode, 2)
        self.assertIn("truth.csv", run.stderr)
        self.assertIn("2", run.stderr)

    def test_a_feed_is_exported_as_lines_and_as_a_table(self):
        scenario = os.path.join(os.path.dirname(os.path.abspath(__file__)), "marketing-writes-once-to-each-address")
        state = self.path("feed-state")
        self.assertEqual(durand("replay", "--config", scenario + "/durand.yaml", "--input", scenario + "/input.ndjson",
                                "--output", self.path("feed-out"), "--state", state).returncode, 0)
        lines = durand("feed", "export", "callers", "--state", state)
        self.assertEqual(lines.returncode, 0)
        self.assertEqual([json.loads(line)["name"] for line in lines.stdout.splitlines()], ["Martin", "Lambert"])
        table = durand("feed", "export", "callers", "--state", state, "--csv")
        self.assertEqual(table.stdout.split(), ["number,name", "+33142685310,Martin", "+33142685399,Lambert"])
        self.assertEqual(durand("feed", "export", "--state", state).returncode, 2)

    def test_digest_is_the_same_for_shuffled_input_and_another_for_other_input(self):
        with open(MARC, encoding="utf-8") as file:
            lines = file.readlines()
        shuffled = lines[:]
        random.Random(7).shuffle(shuffled)
        self.assertNotEqual(lines, shuffled)
        digests = []
        for name, content in (("given", lines), ("shuffled", shuffled), ("other", lines[:-1])):
            out, state = self.path(name), self.path(name + ".state")
            run = durand("replay", "--config", CONFIG, "--input", self.file(name + ".ndjson", "".join(content)),
                         "--output", out, "--state", state)
            self.assertEqual(run.returncode, 0, run.stderr)
            of_outputs, of_state = durand("digest", out), durand("digest", state)
            self.assertEqual((of_outputs.returncode, of_state.returncode), (0, 0), of_outputs.stderr + of_state.stderr)
            self.assertEqual(of_outputs.stdout, of_state.stdout)
            digests.append(of_outputs.stdout)
        self.assertEqual(digests[0], digests[1])
        self.assertNotEqual(digests[0], digests[2])

    def test_unreadable_input_ends_with_2_and_a_message_that_names_it(self):
        missing = self.path("not-there.ndjson")
        for arguments in (("replay", "--input", missing, "--output", self.path("out")), ("decode", missing),
                          ("check", "--config", missing), ("replay", "--config", missing, "--input", MARC,
                                                           "--output", self.path("out")),
                          ("evaluate", "--truth", missing, "--predicted", missing), ("digest", missing)):
            run = durand(*arguments)
            self.assertEqual(run.returncode, 2, f"{arguments}: {run.stderr}")
            self.assertIn("not-there.ndjson", run.stdout + run.stderr)

    def test_replay_says_what_is_missing(self):
        for arguments, what in ((("replay",), "--input"), (("replay", "--input", MARC), "--output"),
                                (("replay", "--input", MARC, "--output", self.path("o"), "--dialect", "xml"), "xml")):
            run = durand(*arguments)
            self.assertEqual(run.returncode, 2)
            self.assertIn(what, run.stderr)

    def test_replay_reads_standard_input_and_prints_json(self):
        with open(MARC, encoding="utf-8") as file:
            run = durand("replay", "--config", CONFIG, "--input", "-", "--output", self.path("out"), "--json",
                         stdin=file.read())
        self.assertEqual(run.returncode, 0, run.stderr)
        summary = json.loads(run.stdout)
        self.assertEqual((summary["lines"], summary["records"], summary["persons"], summary["rejected"]), (4, 3, 1, 0))

    def test_replay_leaves_nothing_but_outputs(self):
        durand("replay", "--config", CONFIG, "--input", MARC, "--output", self.path("out"))
        self.assertEqual([name for name in os.listdir(self.path("out")) if name.startswith(".")], [])

    def test_demo_shows_the_story_agrees_with_a_replay_and_leaves_nothing(self):
        temporary = self.path("tmp")
        os.mkdir(temporary)
        run = subprocess.run([DURAND, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                             timeout=120, env={**os.environ, "TMPDIR": temporary, "COLUMNS": "100"})
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(os.listdir(temporary), [])
        for what in ("unsubscribed Marc Durand", "split        Camille Dubois", "merged       Sophie Bernard",
                     "record gone  Thomas Keller", "dead letter", "consent email       denied",
                     "A replay of the same events gives the same outputs", "What to try next"):
            self.assertIn(what, run.stdout)
        self.assertNotIn("\033", run.stdout)
        self.assertEqual([line for line in run.stdout.splitlines() if len(line) > 100], [])

    def test_demo_tidies_up_when_it_is_ended_early(self):
        temporary = self.path("tmp")
        os.mkdir(temporary)
        demo = subprocess.Popen([DURAND, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, "TMPDIR": temporary})
        demo.stdout.readline()
        demo.stdout.close()  # as `durand demo | head -1` does
        self.assertEqual(demo.wait(timeout=60), 0)
        demo.stderr.close()
        self.assertEqual(os.listdir(temporary), [])

    def test_demo_keeps_its_state_when_asked_and_refuses_a_directory_that_is_there(self):
        run = durand("demo", "--keep", self.path("kept"))
        self.assertEqual(run.returncode, 0, run.stderr)
        kept = durand("digest", self.path("kept/state"))
        self.assertEqual(kept.returncode, 0, kept.stderr)
        again = durand("replay", "--config", self.path("kept/durand.yaml"), "--input", self.path("kept/events.ndjson"),
                       "--output", self.path("out"))
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn(kept.stdout.splitlines()[0].split()[1], again.stdout)
        refused = durand("demo", "--keep", self.path("kept"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--keep takes a new one", refused.stderr)


def shown_as(shown, printed):
    """Whether the lines of a document are what a command printed, where "…" stands for anything."""
    pattern = "\n".join(re.escape(line.rstrip()).replace("…", ".*") for line in shown)
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in printed.rstrip().split("\n")))


class Tutorial(unittest.TestCase):
    """docs/tutorial.md, command by command, in a directory of its own."""

    def test_each_command_prints_what_the_tutorial_shows(self):
        directory = tempfile.TemporaryDirectory(prefix="durand-tutorial-")
        self.addCleanup(directory.cleanup)
        os.mkdir(os.path.join(directory.name, "build"))
        os.symlink(DURAND, os.path.join(directory.name, "build", "durand"))
        os.symlink(os.path.join(ROOT, "docker"), os.path.join(directory.name, "docker"))
        with open(os.path.join(ROOT, "docs", "tutorial.md"), encoding="utf-8") as file:
            blocks = file.read().split("\n    $ ")[1:]
        self.assertGreater(len(blocks), 10)
        for block in blocks:
            lines = block.split("\n")
            shown = list(itertools.takewhile(lambda line: line.startswith("    ") or not line, lines[1:]))
            shown = [line[4:] for line in "\n".join(shown).rstrip().split("\n")]
            run = subprocess.run(["bash", "-c", lines[0]], cwd=directory.name, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
                                 env={**os.environ, "NO_COLOR": "1"})
            self.assertTrue(shown_as(shown, run.stdout), "%s\nprints\n%s" % (lines[0], run.stdout))


class Decide(unittest.TestCase):
    """What a steward types becomes a line that a replay obeys, and explain names."""

    TWO = ["mailing-list/m-1", "mailing-list/m-3"]

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="durand-decide-")
        self.addCleanup(self.directory.cleanup)
        self.input = os.path.join(self.directory.name, "input.ndjson")
        with open(os.path.join(HERE, "a-steward-says-they-are-one", "input.ndjson"), encoding="utf-8") as file:
            self.lines = file.readlines()[:3]
        self.write()

    def write(self, *more):
        with open(self.input, "w", encoding="utf-8") as file:
            file.writelines([*self.lines, *more])

    def decide(self, *words):
        return durand("decide", "--config", CONFIG, "--print", "--by", "ines", "--reason", "knows her", *words)

    def outcome(self):
        run = durand("explain", "--config", CONFIG, "--input", self.input, "--json", *self.TWO)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def test_a_decision_is_obeyed_explained_and_withdrawn(self):
        self.assertNotIn(self.outcome()["outcome"], ("one-entity", "decided-one"))
        same = self.decide("--at", "2025-04-01T00:00:00Z", "same", *self.TWO).stdout
        self.write(same)
        answer = self.outcome()
        self.assertEqual(answer["outcome"], "decided-one")
        self.assertEqual([d["by"] for d in answer["decisions"]], ["ines"])
        self.write(same, self.decide("--at", "2025-04-02T00:00:00Z", "different", *reversed(self.TWO)).stdout)
        self.assertEqual(self.outcome()["outcome"], "decided-two")
        self.write(same, self.decide("--withdraw", "same", *self.TWO).stdout)
        self.assertNotIn(self.outcome()["outcome"], ("decided-one", "decided-two"))

    def test_an_erasure_is_decided_for_each_record_of_the_person(self):
        state, sample = os.path.join(self.directory.name, "state"), os.path.join(ROOT, "docker", "sample")
        config = os.path.join(sample, "durand.yaml")
        self.assertEqual(durand("replay", "--config", config, "--input", os.path.join(sample, "events.ndjson"), "--state",
                                state, "--output", os.path.join(self.directory.name, "out")).returncode, 0)

        def erase(who, *words):
            return durand("decide", "--config", config, "--print", "--reason", "asked for it", "erase", who, *words)

        lines = [json.loads(line) for line in erase("erp/50001", "--state", state).stdout.splitlines()]
        records = sorted("/".join(line["value"]["records"][0].values()) for line in lines)
        self.assertEqual(records, ["erp/invoice_contact/50001", "sfdc-emea/Contact/003AZ0000000003YAA",
                                   "sfdc-us/Contact/0035f0000000004AAA"])
        self.assertEqual({line["value"]["decision"] for line in lines}, {"erase"})
        golden = json.loads(durand("subject", "export", "--state", state, "erp/50001").stdout)["entity_id"]
        self.assertEqual(len(erase(golden, "--state", state).stdout.splitlines()), 3)
        self.assertEqual(len(erase("erp/invoice_contact/50001").stdout.splitlines()), 1)
        nobody = erase("erp/99", "--state", state)
        self.assertEqual(nobody.returncode, 2)
        self.assertIn("no living record", nobody.stderr)
        self.assertEqual(durand("decide", "--config", config, "--print", "--reason", "x", "same", *self.TWO, "--state",
                                state).returncode, 2)

    def test_what_is_no_decision_is_refused_with_what_would_be(self):
        for words, message in ((("marry", *self.TWO), "same, different"), (("same", self.TWO[0]), "same RECORD RECORD"),
                               (("same", self.TWO[0], self.TWO[0]), "two different records"),
                               (("same", self.TWO[0], "erp/1"), "several entities"),
                               (("same", self.TWO[0], "nobody/1"), "no source \"nobody\""),
                               (("pin", self.TWO[0], "shoe_size", "43"), "no attribute"),
                               (("same", *self.TWO, "--at", "today"), "2024-02-29T12:34:56Z")):
            run = self.decide(*words)
            self.assertEqual(run.returncode, 2, words)
            self.assertIn(message, run.stderr)


class Subject(unittest.TestCase):
    """What is held about one person, of the sample: all of it, and of nobody else."""

    SAMPLE = os.path.join(ROOT, "docker", "sample")
    MARC = "sfdc-us/Contact/0035f0000000004AAA"

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="durand-subject-")
        cls.state = os.path.join(cls.directory.name, "state")
        cls.output = os.path.join(cls.directory.name, "output")
        events = os.path.join(cls.SAMPLE, "events.ndjson")
        decisions = os.path.join(cls.directory.name, "decisions.ndjson")
        config = os.path.join(cls.SAMPLE, "durand.yaml")
        with open(decisions, "w", encoding="utf-8") as file:
            for words in (("pin", cls.MARC, "job_title", "Acheteur"), ("pin", "sfdc-emea/Contact/003AZ000000000CYAQ", "job_title", "Chef")):
                file.write(durand("decide", "--config", config, "--print", "--by", "ines", "--reason", "knows", *words).stdout)
        run = durand("replay", "--config", config, "--input", events, "--input", decisions, "--output", cls.output, "--state", cls.state)
        assert run.returncode == 0, run.stderr

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def outputs(self, topic):
        with open(os.path.join(self.output, topic + ".ndjson"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def export(self, who, *more):
        return durand("subject", "export", "--state", self.state, who, *more)

    def test_everything_about_each_entity_and_nothing_else(self):
        goldens = self.outputs("golden.person") + self.outputs("golden.organization")
        records, conflicts = self.outputs("records"), self.outputs("conflicts")
        keyed = [(topic, row) for topic in ("sync.sfdc-emea", "sync.sfdc-us") for row in self.outputs(topic)]
        rows = self.outputs("feed.newsletter")
        exported = {"records": 0, "conflicts": set(), "commands": 0, "feeds": 0}
        for golden in goldens[::7] + [one for one in goldens if len(one["value"]["members"]) > 2]:
            answer = json.loads(self.export(golden["key"]).stdout)
            members = [tuple(member.values()) for member in golden["value"]["members"]]
            self.assertEqual(answer["golden"], golden["value"])
            self.assertEqual(sorted(map(str, answer["records"])), sorted(
                str(record["value"]) for record in records if "subject" not in record["key"] and
                (record["key"]["source"], record["key"]["entity"], record["key"]["record_id"]) in members))
            self.assertEqual([one["conflict_id"] for one in answer["conflicts"]], sorted(
                one["key"] for one in conflicts if golden["key"] in one["value"]["entities"]))
            self.assertEqual(answer["commands"], sorted(
                ({"topic": topic, **command} for topic, command in keyed if command["value"].get("entity_id") == golden["key"] or
                 (topic, command["key"]) in [("sync." + source, entity + "/" + name) for source, entity, name in members]), key=lambda one: (one["topic"], one["key"])))
            self.assertEqual([one["value"] for one in answer["feeds"]],
                             [row["value"] for row in rows if row["value"]["contact"] == golden["key"]])
            for part in ("records", "commands", "feeds"):
                exported[part] += len(answer[part])
            exported["conflicts"] |= {one["conflict_id"] for one in answer["conflicts"]}
        self.assertTrue(all(exported.values()), exported)

    def test_decisions_about_the_person_and_no_others(self):
        answer = json.loads(self.export(self.MARC).stdout)
        self.assertEqual([one["value"] for one in answer["decisions"]], ["Acheteur"])
        self.assertEqual(answer["golden"]["lineage"]["job_title"]["rule"], "pinned")

    def test_a_person_is_found_by_any_of_their_records(self):
        answers = {self.export(who).stdout for who in (self.MARC, "sfdc-us/0035f0000000004AAA", "erp/invoice_contact/50001")}
        self.assertEqual(len(answers), 1)

    def test_a_file_is_private_and_never_overwritten(self):
        path = os.path.join(self.directory.name, "marc.json")
        self.assertEqual(self.export(self.MARC, "--output", path).returncode, 0)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        again = self.export("erp/customer/10001", "--output", path)
        self.assertEqual(again.returncode, 2)
        self.assertIn("not there yet", again.stderr)

    def test_who_is_not_there_is_named(self):
        run = self.export("sfdc-us/Contact/nobody")
        self.assertEqual(run.returncode, 2)
        self.assertIn('"sfdc-us/Contact/nobody" is no entity', run.stderr)
        self.assertEqual(durand("subject", "export", "--state", self.state + "x", self.MARC).returncode, 2)


class Explain(unittest.TestCase):
    """durand explain over the scenario in which three records are Marc Durand."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="durand-explain-")
        self.addCleanup(self.directory.cleanup)
        self.state = os.path.join(self.directory.name, "state")
        run = durand("replay", "--config", CONFIG, "--input", MARC, "--state", self.state, "--output", self.directory.name)
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(os.path.join(self.directory.name, "clusters.csv"), encoding="utf-8") as file:
            self.records = [line.strip().split(",") for line in file.readlines()[1:]]

    def explain(self, *arguments):
        return durand("explain", "--config", CONFIG, "--state", self.state, *arguments)

    def test_two_records_of_one_entity_sum_up_to_their_score(self):
        cluster = max({r[2] for r in self.records}, key=lambda c: sum(r[2] == c for r in self.records))
        names = ["%s/%s" % (r[0], r[1]) for r in self.records if r[2] == cluster]
        self.assertGreaterEqual(len(names), 2)
        run = self.explain("--json", *names[:2])
        self.assertEqual(run.returncode, 0, run.stderr)
        answer = json.loads(run.stdout)
        self.assertEqual(answer["outcome"], "one-entity")
        self.assertEqual(sum(s["weight_mbit"] for s in answer["score"]["steps"]), answer["score"]["posterior_mbit"])
        self.assertEqual({r["entity_id"] for r in answer["records"]}, {cluster})
        text = self.explain(*names[:2])
        self.assertIn("they are one", text.stdout)
        self.assertNotIn("\033", text.stdout)

    def test_an_entity_is_found_by_its_id_and_by_a_record(self):
        source, record_id, cluster = self.records[0]
        by_id, by_record = self.explain("--json", cluster), self.explain("--json", "%s/%s" % (source, record_id))
        self.assertEqual(by_id.returncode, 0, by_id.stderr)
        self.assertEqual(by_id.stdout, by_record.stdout)
        self.assertEqual(json.loads(by_id.stdout)["entity_id"], cluster)

    def test_a_record_of_a_table_that_no_configuration_names_is_found(self):
        rows = [{"id": 1, "first_name": "Marc", "last_name": "Durand", "email": "marc.durand@lumiere.example"},
                {"id": 2, "first_name": "M.", "last_name": "Durand", "email": "marc.durand@lumiere.example"}]
        events = os.path.join(self.directory.name, "kunden.ndjson")
        with open(events, "w", encoding="utf-8") as file:
            for row in rows:
                value = {"before": None, "after": row, "op": "c", "ts_ms": 1740992400000,
                         "source": {"connector": "postgresql", "table": "kunden", "ts_ms": 1740992400000}}
                file.write(json.dumps({"source": "erp", "key": {"id": row["id"]}, "value": value}) + "\n")
        found = ["--dialect", "debezium", "--input", events]
        run = durand("explain", *found, "--json", "erp/1", "erp/2")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual([record["entity"] for record in json.loads(run.stdout)["records"]], ["kunden", "kunden"])
        self.assertEqual(durand("explain", *found, "erp/kunden/1", "erp/kunden/2").returncode, 0)
        missing = durand("explain", *found, "erp/1", "erp/3")
        self.assertEqual(missing.returncode, 2)
        self.assertIn("erp/3", missing.stderr)

    def test_a_record_that_is_not_there_is_named(self):
        run = self.explain("erp/nobody", "erp/none")
        self.assertEqual(run.returncode, 2)
        self.assertIn("erp/nobody", run.stderr)

    def test_a_state_of_another_configuration_is_refused_with_the_remedy(self):
        run = durand("explain", "--state", self.state, self.records[0][2])
        self.assertEqual(run.returncode, 2)
        self.assertIn("--config", run.stderr)

    def test_wrong_use_is_explained(self):
        for arguments in ([], ["a/1", "a/2", "a/3"], ["--train", "a/1"]):
            self.assertEqual(durand("explain", *arguments).returncode, 2)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: command_line.py DURAND [TEST...]")
    DURAND = os.path.abspath(sys.argv.pop(1))
    unittest.main()
