#!/usr/bin/python3
"""What stewards decide, on a real Kafka: it takes effect while the service runs, is named in the changes, and is there again
when the state is lost.

    test_decisions.py --binary build/durand [--keep] [TEST ...]
"""

import json
import os
import shutil
import subprocess

from confluent_kafka import Producer

import harness
import test_instances
from harness import check

PEOPLE = {
    "1": {"given_name": "Nora", "family_name": "Lindqvist", "email": "nora.lindqvist@fjall.example"},
    "2": {"given_name": "Nora", "family_name": "Ek", "email": "ek@postbox.example", "phone": "+46 90 100 200"},
}


class Desk:
    """A configuration and a topic of one test, and what a steward types."""

    def __init__(self, case):
        self.case, self.topic = case, case.name + ".row.person"
        with open(case.config, "w", encoding="utf-8") as file:
            file.write("""
instance: {name}
state: {work}/state
topics: {{prefix: "{name}.", partitions: 3}}
kafka: {{bootstrap.servers: "{address}"}}
matching: {{population: {{person: 2000, organization: 500}}}}
sources:
  crm:
    topics: [{topic}]
    entities:
      person:
        type: person
        fields:
          ...:
""".format(name=case.name, work=case.work, address=case.broker.address, topic=self.topic))
        admin = harness.AdminClient({"bootstrap.servers": case.broker.address, **harness.QUIET})
        for future in admin.create_topics([harness.NewTopic(self.topic, 3, 1)]).values():
            future.result()
        self.producer = Producer({"bootstrap.servers": case.broker.address, **harness.QUIET})
        for key, person in PEOPLE.items():
            self.producer.produce(self.topic, key=key, value=json.dumps(person).encode(), timestamp=1760000000000)
        check(self.producer.flush(20) == 0, "the people were not delivered")

    def decide(self, *words, code=0):
        done = subprocess.run([self.case.binary, "decide", "--config", self.case.config, "--by", "ines", "--reason", "knows",
                               *words], capture_output=True, text=True, timeout=60)
        check(done.returncode == code, "decide %s: exit code %d: %s" % (" ".join(words), done.returncode, done.stderr))
        return done.stdout.strip().rsplit(" ", 1)[-1]

    def run(self):
        self.case.to_end("state")

    def people(self, erasures=False):
        self.case.verify(erasures)
        golden = harness.last_values(self.case.broker.read(self.case.name + ".golden.person"))
        return [json.loads(value) if isinstance(value, (bytes, str)) else value for value in golden.values()]

    def causes(self):
        changes = [message[3] for message in self.case.broker.read(self.case.name + ".changes")]
        changes = [json.loads(value) if isinstance(value, (bytes, str)) else value for value in changes]
        return [change["cause"].get("decision") for change in changes if change.get("cause")]

    def lose_the_state(self):
        shutil.rmtree(os.path.join(self.case.work, "state"))


def decisions_take_effect_are_named_and_survive_a_lost_state(case):
    desk = Desk(case)
    desk.run()
    check(len(desk.people()) == 2, "two persons expected, %d found" % len(desk.people()))
    same = desk.decide("same", "crm/person/2", "crm/1")  # not in the order in which the service keeps a pair
    desk.run()
    check(same in desk.causes(), "no change names %s: %s" % (same, desk.causes()))
    pin = desk.decide("pin", "crm/1", "phone", "+46 8 465 004 55")
    desk.run()
    check(pin in desk.causes(), "no change names %s: %s" % (pin, desk.causes()))
    for lost in (False, True):
        people = desk.people()
        check(len(people) == 1 and len(people[0]["members"]) == 2, "lost %s: not one person: %s" % (lost, people))
        check(people[0]["attributes"]["phone"] == "+46846500455", "lost %s: phone %s" % (lost, people[0]["attributes"]))
        check(people[0]["lineage"]["phone"]["decision"] == pin, "lost %s: lineage %s" % (lost, people[0]["lineage"]["phone"]))
        desk.lose_the_state()
        desk.run()
    desk.decide("--withdraw", "same", "crm/2", "crm/1")
    desk.run()
    check(len(desk.people()) == 2, "withdrawn, and still %d person" % len(desk.people()))


def who_is_erased_stays_out_when_the_state_is_lost(case):
    desk = Desk(case)
    desk.run()
    erase = desk.decide("erase", "crm/1")
    desk.run()
    check(erase in desk.causes(), "no change names %s: %s" % (erase, desk.causes()))
    for lost in (False, True):
        for name in ("1", "9" if lost else "8"):
            desk.producer.produce(desk.topic, key=name, value=json.dumps(PEOPLE["1"]).encode(), timestamp=1760000100000)
        check(desk.producer.flush(20) == 0, "not delivered")
        if lost:
            desk.lose_the_state()
        desk.run()
        people = desk.people(erasures=True)
        check([one["members"][0]["record_id"] for one in people] == ["2"], "lost %s: %s" % (lost, people))
        for topic in ("records", "golden.person", "changes"):
            last = harness.last_values(case.broker.read(case.name + "." + topic))
            check("lindqvist" not in repr(list(last.values())).lower(), "lost %s: a trace in %s: %s" % (lost, topic, last))
    desk.decide("--withdraw", "erase", "crm/1")
    desk.run()
    desk.producer.produce(desk.topic, key="1", value=json.dumps(PEOPLE["1"]).encode(), timestamp=1760000200000)
    check(desk.producer.flush(20) == 0, "not delivered")
    desk.run()
    check(len(desk.people(erasures=True)) == 2, "withdrawn, and still out")


def what_is_no_decision_is_a_dead_letter(case):
    desk = Desk(case)
    desk.decide("same", "crm/1", "crm/1", code=2)
    desk.decide("same", "crm/1", "nobody/1", code=2)
    desk.decide("pin", "crm/1", "shoe_size", "43", code=2)
    desk.run()  # makes the topic
    desk.producer.produce(case.name + ".decisions", key=b"x", value=b'{"decision": "marry", "by": "ines"}')
    desk.producer.produce(case.name + ".decisions", key=b"not a subject", value=None)
    check(desk.producer.flush(20) == 0, "not delivered")
    desk.decide("same", "crm/1", "crm/2")
    desk.run()
    letters = case.broker.read(case.name + ".deadletter", decode_keys=False)
    reasons = [dict(letter[4])["durand.reason"].decode() for letter in letters]
    check(len(letters) == 2 and any('field "decision"' in reason for reason in reasons), "letters: %s" % reasons)
    check(len(desk.people()) == 1, "the decision behind the bad ones has no effect")


TESTS = [
    decisions_take_effect_are_named_and_survive_a_lost_state,
    who_is_erased_stays_out_when_the_state_is_lost,
    what_is_no_decision_is_a_dead_letter,
]

if __name__ == "__main__":
    test_instances.main(TESTS, __doc__, "decisions")
