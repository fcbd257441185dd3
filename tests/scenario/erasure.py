#!/usr/bin/python3
"""Who was erased leaves no trace, stays out, and harms nobody else.

    erasure.py build/durand
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

DURAND = ""
CONFIG = """\
sources:
  crm:
    topics: [crm]
    country: FR
    tables: {person: {type: person, key: id, version: at, fields: {first: given_name, last: family_name, mail: email, tel: phone, street: address.street, zip: address.postal_code, city: address.city, position: job_title}}}
  shop:
    topics: [shop]
    country: FR
    tables: {person: {type: person, key: id, version: at, fields: {first: given_name, last: family_name, mail: email, tel: phone}}}
matching: {population: {person: 10000, organization: 1000}}
service: {ghost_secret: only here}
feeds:
  mail: {type: person, when: has email, key: email, fields: {email: email, name: family_name}}
sync:
  crm:
    tables: {person: {write: {phone: fill, job_title: correct}}}
"""
MARC = {"first": "Marc", "last": "Quenneville", "mail": "marc.quenneville@lumiere.example", "tel": "+33 4 78 10 20 30",
        "street": "12 rue des Imprimeurs", "zip": "69002", "city": "Lyon"}
TRACES = ("quenneville", "lumiere.example", "78102030", "7810 20 30", "imprimeurs", "boulanger")
MARIE = {**MARC, "first": "Marie", "mail": "marie@postbox.example"}


def row(source, name, person, minute):
    at = "2025-03-03T09:%02d:00.000Z" % minute
    return {"source": source, "topic": source, "key": name, "timestamp_ms": 1740992400000 + 60000 * minute,
            "value": None if person is None else {"id": name, "at": at, **person}}


def decision(kind, *names, minute=30, withdrawn=False, **more):
    records = [dict(zip(("source", "entity", "record_id"), name.split("/"))) for name in names]
    subject = {"same": "pair", "different": "pair", "pin": "value", "erase": "person"}[kind]
    key = {"subject": subject, "records": records, **({"attribute": more["attribute"]} if "attribute" in more else {})}
    value = {"decision": kind, "records": records, **more, "by": "ines", "reason": "Marc Quenneville asked for it",
             "at": "2025-03-04T09:%02d:00.000Z" % minute}
    return {"source": "decisions", "key": key, "value": None if withdrawn else value}


ERASE = decision("erase", "crm/person/1")


class Erasure(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="durand-erasure-")
        self.addCleanup(self.directory.cleanup)
        with open(self.path("durand.yaml"), "w", encoding="utf-8") as file:
            file.write(CONFIG)

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def replay(self, *lines, name="out", more=()):
        with open(self.path(name + ".ndjson"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        done = subprocess.run([DURAND, "replay", "--config", self.path("durand.yaml"), "--input", self.path(name + ".ndjson"),
                               "--output", self.path(name), *more], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        outputs = {}
        for file in sorted(os.listdir(self.path(name))):
            with open(os.path.join(self.path(name), file), encoding="utf-8") as lines_of:
                outputs[file] = lines_of.read()
        return outputs

    def people(self, *lines, **options):
        text = self.replay(*lines, **options).get("golden.person.ndjson", "")
        return sorted(member["source"] + "/" + member["record_id"] for line in text.splitlines()
                      for member in json.loads(line)["value"]["members"])

    def outputs_any_batch(self, *lines):
        """The same whatever the batches are."""
        whole = self.replay(*lines, name="whole")
        for size in (1, 2, 3):
            self.assertEqual(self.replay(*lines, name="batch%d" % size, more=["--batch", str(size)]), whole)
        return whole

    def traces(self, text):
        return [trace for trace in TRACES if trace in text.lower()]

    STORY = [row("crm", "1", {**MARC, "position": "Boulanger"}, 0), row("crm", "2", {"first": "Paul", "last": "Ek"}, 1),
             decision("pin", "crm/person/1", attribute="job_title", value="Maître boulanger"),
             decision("same", "crm/person/1", "crm/person/2")]

    def test_no_output_has_a_trace(self):
        self.assertTrue(self.traces("".join(self.replay(*self.STORY).values())))
        outputs = self.outputs_any_batch(*self.STORY, ERASE)
        self.assertEqual(self.traces("".join(outputs.values())), [])
        self.assertEqual(len(outputs["golden.person.ndjson"].splitlines()), 1)

    def test_the_last_message_of_every_key_has_no_trace(self):
        log = self.replay(*self.STORY, ERASE, more=["--batch", "1", "--changelog"])
        checked = 0
        for topic, text in log.items():
            last = {}
            for line in text.splitlines() if topic.endswith(".ndjson") else []:
                message = json.loads(line)
                last[json.dumps(message["key"])] = json.dumps(message["value"], ensure_ascii=False)
            checked += len(last)
            self.assertEqual(self.traces("".join(last.values())), [], topic)
        self.assertGreater(checked, 5)

    def test_the_compacted_state_has_no_trace(self):
        self.replay(*self.STORY, name="before", more=["--state", self.path("state-before")])
        self.replay(*self.STORY, ERASE, name="after", more=["--state", self.path("state-after"), "--batch", "1"])
        found = {}
        for name in ("before", "after"):
            os.mkdir(self.path("compact-" + name))
            subprocess.run(["mdb_copy", "-c", self.path("state-" + name), self.path("compact-" + name)], check=True)
            with open(os.path.join(self.path("compact-" + name), "data.mdb"), "rb") as file:
                found[name] = self.traces(file.read().decode("latin-1"))
        self.assertIn("quenneville", found["before"])
        self.assertEqual(found["after"], [])

    def test_who_comes_back_stays_out_and_others_are_unharmed(self):
        back = [row("crm", "1", MARC, 40), row("crm", "9", MARC, 41), row("shop", "s1", {"first": "M.", "last": "QUENNEVILLE", "mail": MARC["mail"]}, 42),
                row("shop", "s2", {"mail": MARC["mail"]}, 43), row("shop", "s2", {"first": "Marc", "last": "Q.", "tel": "+33 1 99"}, 44)]
        others = [row("crm", "3", MARIE, 45), row("shop", "s3", {"first": "Marc", "last": "Quenneville", "mail": "other@home.example"}, 46)]
        self.outputs_any_batch(self.STORY[0], ERASE, *back, *others)
        self.assertEqual(self.people(self.STORY[0], ERASE, *back, *others), ["crm/3", "shop/s3"])

    def test_an_erasure_before_the_record_and_after_ends_the_same(self):
        after = self.replay(row("crm", "1", MARC, 0), ERASE, row("crm", "9", MARC, 41), name="after")
        before = self.replay(ERASE, row("crm", "1", MARC, 0), row("crm", "9", MARC, 41), name="before")
        self.assertEqual(after, before)

    def test_the_target_is_asked_until_the_record_is_gone(self):
        story = [*self.STORY, ERASE]
        command = json.loads(self.replay(*story)["sync.crm.ndjson"].splitlines()[0])
        self.assertEqual((command["key"], command["value"]["op"]), ("person/1", "delete"))
        gone = self.outputs_any_batch(*story, row("crm", "1", None, 50))
        self.assertEqual(gone.get("sync.crm.ndjson", ""), "")
        self.assertNotIn('"pending"', gone["records.ndjson"])
        again = self.replay(*story, row("crm", "1", None, 50), row("crm", "1", MARC, 51))
        self.assertIn('"delete"', again["sync.crm.ndjson"])

    def test_what_is_decided_about_the_record_afterwards_is_not_kept(self):
        outputs = self.replay(self.STORY[0], ERASE, decision("pin", "crm/person/1", attribute="job_title", value="Boulanger", minute=40))
        self.assertEqual(self.traces("".join(outputs.values())), [])

    def test_withdrawn_it_lets_the_record_in_again(self):
        withdrawn = decision("erase", "crm/person/1", withdrawn=True)
        self.outputs_any_batch(self.STORY[0], ERASE, withdrawn, row("crm", "1", MARC, 50), row("shop", "s9", {"mail": MARC["mail"]}, 51))
        self.assertEqual(self.people(self.STORY[0], ERASE, withdrawn), [])
        self.assertEqual(self.people(self.STORY[0], ERASE, withdrawn, row("crm", "1", MARC, 50)), ["crm/1"])

    def test_a_state_that_is_opened_again_still_knows(self):
        state = ["--state", self.path("state")]
        self.replay(self.STORY[0], ERASE, name="first", more=state)
        self.assertEqual(self.people(row("shop", "s1", MARC, 50), row("shop", "s4", MARIE, 51), name="second", more=state), ["shop/s4"])


if __name__ == "__main__":
    DURAND = os.path.abspath(sys.argv.pop(1))
    unittest.main()
