#!/usr/bin/python3
"""A simulated world around the program: systems that change, and carry out what they are told.

    world.py --durand build/durand [--seeds N] [--first SEED] [--people N] [--rounds N]

Two Salesforce orgs and an ERP know the same people, each in its own way. In each round people move to other jobs, change their
telephone, marry, unsubscribe, are typed in twice, merged by a colleague, deleted and restored; the systems publish that as change
events and rows, some of them twice or rounds late; and each carries out the commands that stand for it: after a delay, now and
then refused, and only where the record still says what the command expects, for somebody may edit it at the same time. Everything
follows from the seed.

At every moment nobody who denied consent under any record that the program holds to be that person is in the feed, and no address
is in it twice. When people stop changing, the world must come to rest: in a bounded number of rounds no command stands, and all
records of one entity say the same in each attribute that is synchronised. The truth is known, so the clustering is measured, too.
"""
import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
START_MS = 1740000000000
QUIET_ROUNDS_MAX = 25
GIVEN = "Marc Anne Paul Claire Jean Sophie Luc Marie Hugo Emma Louis Alice Nina Oscar Rose Victor Jules Lea".split()
FAMILY = ("Durand Martin Bernard Petit Moreau Lambert Girard Roux Fontaine Chevalier Gauthier Perrin Morel Lemoine Dumas Brun "
          "Baron Colin Vidal Renard Aubert Hubert Carpentier Leclerc").split()
JOBS = ["Head of Sales", "Buyer", "Engineer", "Director", "Accountant", "Office Manager"]
FIELDS = {  # attribute -> field of each system
    "sfdc-emea": {"given": "FirstName", "family": "LastName", "email": "Email", "phone": "Phone", "job": "Title"},
    "sfdc-us": {"given": "FirstName", "family": "LastName", "email": "Email", "phone": "Phone", "job": "Title"},
    "erp": {"given": "first_name", "family": "last_name", "email": "email", "phone": "phone", "job": "position"},
}
OPT_OUT = {"sfdc-emea": "HasOptedOutOfEmail", "sfdc-us": "HasOptedOutOfEmail", "erp": "no_mail"}
TABLE = {"sfdc-emea": "Contact", "sfdc-us": "Contact", "erp": "contact"}


class Broken(Exception):
    """A promise that did not hold."""


class World:
    def __init__(self, seed, people, durand, work):
        self.dice = random.Random(seed)
        self.durand, self.work = durand, work
        self.now = START_MS
        self.number = 0
        self.records = {}  # (source, id) -> fields as the system has them
        self.person = {}  # (source, id) -> person, the truth
        self.bin = {}  # (source, id) -> (fields, person): what was deleted, and may be restored
        self.pending = []  # (round, line): events that are on their way
        self.due = {}  # (source, key) -> round from which the command is carried out
        self.state = collections.defaultdict(dict)  # topic -> key -> value, as a consumer of the topics has it
        self.people = [self.make_person(index) for index in range(people)]
        self.counts = collections.Counter()
        self.denied = set()  # people who ever unsubscribed

    def make_person(self, index):
        given, family = self.dice.choice(GIVEN), self.dice.choice(FAMILY)
        return {"given": given, "family": family, "email": f"{given}.{family}{index}@mail{index % 7}.example".lower(),
                "phone": f"+331{42681307 + index * 10007:08d}", "job": self.dice.choice(JOBS)}

    # ---- what the systems publish

    def publish(self, source, identifier, kind, changed, when):
        self.number += 1
        self.now += 1000
        record = self.records.get((source, identifier))
        make = self.debezium if source == "erp" else self.salesforce
        line = json.dumps(make(source, identifier, kind, record, changed))
        self.pending.append((when + (self.dice.randrange(4) if self.dice.random() < 0.15 else 0), line))
        if self.dice.random() < 0.05:  # delivered again
            self.pending.append((when + self.dice.randrange(3), line))

    def salesforce(self, source, identifier, kind, record, changed):
        header = {"entityName": "Contact", "recordIds": [identifier], "changeType": kind, "changeOrigin": "",
                  "transactionKey": f"t-{self.number}", "sequenceNumber": 1, "commitTimestamp": self.now,
                  "commitNumber": 1000 + self.number, "commitUser": "005000000000001AAA",
                  "changedFields": sorted(changed) if kind == "UPDATE" else []}
        fields = {} if kind == "DELETE" else dict(record) if kind in ("CREATE", "UNDELETE") else {name: record[name] for name in changed}
        return {"source": source, "topic": f"{source}.Contact", "key": identifier, "timestamp_ms": self.now,
                "value": {"schema": "s", "payload": {"ChangeEventHeader": header, **fields}}}

    def debezium(self, source, identifier, kind, record, _changed):
        row = None if record is None or kind == "DELETE" else {"no": identifier, **record}
        op = {"CREATE": "c", "UNDELETE": "c", "UPDATE": "u", "DELETE": "d"}[kind]
        return {"source": source, "topic": "erp.public.contact", "key": {"no": identifier}, "timestamp_ms": self.now,
                "value": {"before": {"no": identifier} if op == "d" else None, "after": row, "op": op, "ts_ms": self.now,
                          "source": {"connector": "postgresql", "name": "erp", "ts_ms": self.now, "db": "erp",
                                     "schema": "public", "table": "contact", "lsn": self.number * 8}}}

    # ---- what people do

    def create(self, source, person, turn):
        self.number += 1
        identifier = str(50000 + self.number) if source == "erp" else f"003{self.number:012d}AAA"
        fields = {FIELDS[source][name]: value for name, value in self.people[person].items()}
        for name in ("phone", "job"):
            if self.dice.random() < 0.4:
                fields[FIELDS[source][name]] = None
        if self.dice.random() < 0.3:
            fields[FIELDS[source]["family"]] = fields[FIELDS[source]["family"]].upper()
        fields[OPT_OUT[source]] = False
        self.records[source, identifier] = fields
        self.person[source, identifier] = person
        self.publish(source, identifier, "CREATE", fields, turn)

    def change(self, key, values, turn):
        self.records[key].update(values)
        self.publish(*key, "UPDATE", list(values), turn)

    def delete(self, key, turn):
        self.bin[key] = (self.records.pop(key), self.person.pop(key))
        self.publish(*key, "DELETE", [], turn)

    def restore(self, turn):
        key = self.dice.choice(sorted(self.bin))
        self.records[key], self.person[key] = self.bin.pop(key)
        self.publish(*key, "UNDELETE", [], turn)

    def merge_by_hand(self, key, turn):
        """A colleague merges two records of one person: one is deleted, the other one takes its telephone."""
        twins = [other for other in sorted(self.records)
                 if other[0] == key[0] and other != key and self.person[other] == self.person[key]]
        if not twins:
            return
        loser, phone = self.dice.choice(twins), FIELDS[key[0]]["phone"]
        value = self.records[loser][phone]
        self.counts["merged by hand"] += 1
        self.delete(loser, turn)
        if value:
            self.change(key, {phone: value}, turn)

    def marry(self, key, turn):
        """Another family name; each system hears of it by itself or from the program."""
        person = self.people[self.person[key]]
        person["family"] = self.dice.choice(FAMILY)
        self.counts["marriages"] += 1
        self.change(key, {FIELDS[key[0]]["family"]: person["family"]}, turn)

    def live(self, turn):
        for _ in range(max(1, len(self.people) // 8)):
            event = self.dice.random()
            key = self.dice.choice(sorted(self.records))
            source = key[0]
            if event < 0.2:
                self.denied.add(self.person[key])
                self.change(key, {OPT_OUT[source]: True}, turn)
            elif event < 0.45:
                self.people[self.person[key]]["job"] = self.dice.choice(JOBS)
                self.change(key, {FIELDS[source]["job"]: self.people[self.person[key]]["job"]}, turn)
            elif event < 0.6:
                phone = f"+331{53271318 + self.number * 31:08d}"
                self.people[self.person[key]]["phone"] = phone
                self.change(key, {FIELDS[source]["phone"]: phone}, turn)
            elif event < 0.64:
                self.marry(key, turn)
            elif event < 0.68:
                self.merge_by_hand(key, turn)
            elif event < 0.72:
                if self.bin:
                    self.counts["restored"] += 1
                    self.restore(turn)
            elif event < 0.9:
                self.create(self.dice.choice(sorted(FIELDS)), self.dice.randrange(len(self.people)), turn)
            elif len(self.records) > len(self.people):
                self.delete(key, turn)

    # ---- what the systems are told

    def carry_out(self, turn, quiet):
        for source in sorted(FIELDS):
            for name, command in sorted(self.state[f"sync.{source}"].items()):
                due = self.due.setdefault((source, name), turn + self.dice.randrange(3))
                if due > turn:
                    continue
                if not quiet and self.dice.random() < 0.1:
                    self.counts["refused"] += 1
                    continue
                del self.due[source, name]
                key = (source, command.get("record_id"))
                if key not in self.records:
                    continue  # gone in the meantime; the command will be, too
                if command["op"] == "merge":
                    self.counts["merges"] += 1
                    self.delete(key, turn)
                elif command["op"] == "update":
                    if not quiet and self.dice.random() < 0.05:  # somebody edits the record at the same time
                        self.change(key, {FIELDS[source]["job"]: self.dice.choice(JOBS)}, turn)
                    says = {name: self.records[key].get(name) for name in command["expected"]}
                    if says != command["expected"]:
                        self.counts["overtaken"] += 1
                        continue
                    self.counts["updates"] += 1
                    self.change(key, command["fields"], turn)

    # ---- the program

    def run_program(self, turn):
        ready = [line for when, line in self.pending if when <= turn]
        self.pending = [(when, line) for when, line in self.pending if when > turn]
        if not ready:
            return
        path, out = os.path.join(self.work, "in.ndjson"), os.path.join(self.work, f"out-{turn}")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in ready)
        run = subprocess.run([self.durand, "replay", "--config", os.path.join(HERE, "durand.yaml"), "--input", path, "--state",
                              os.path.join(self.work, "state"), "--output", out, "--changelog"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
        if run.returncode != 0:
            raise Broken(f"replay ended with {run.returncode}: {run.stdout}")
        for name in sorted(os.listdir(out)):
            if not name.endswith(".ndjson") or name in ("changes.ndjson", "records.ndjson", "deadletter.ndjson"):
                continue
            topic = self.state[name[:-len(".ndjson")]]
            with open(os.path.join(out, name), encoding="utf-8") as file:
                for line in map(json.loads, file):
                    if name.startswith("sync."):
                        self.counts["commands"] += line["value"] is not None
                    if line["value"] is None:
                        topic.pop(line["key"], None)
                    else:
                        topic[line["key"]] = line["value"]

    # ---- what must hold

    def check_feed(self, turn):
        golden, rows = self.state["golden.person"], self.state["feed.newsletter"]
        mails = collections.Counter(row["mail"] for row in rows.values())
        for mail, count in mails.items():
            if count > 1:
                raise Broken(f"round {turn}: {mail} is {count} times in the feed")
        for key in rows:
            if key not in golden or golden[key]["consent"]["email"]["value"] != "granted":
                raise Broken(f"round {turn}: {key} is in the feed without consent")

    def check_rest(self):
        known = [(member["source"], member["record_id"]) for value in self.state["golden.person"].values()
                 for member in value["members"]]
        if sorted(known) != sorted(self.records):
            raise Broken(f"at rest, the systems have other records than the entities: {sorted(set(known) ^ set(self.records))}")
        for entity, value in self.state["golden.person"].items():
            says = collections.defaultdict(set)
            for member in value["members"]:
                record = self.records.get((member["source"], member["record_id"]))
                if record is None:
                    raise Broken(f"{entity} has a record that is gone: {member}")
                says["opt_out"].add(record[OPT_OUT[member["source"]]])
                for name in ("given", "family", "phone", "job"):
                    says[name].add((record[FIELDS[member["source"]][name]] or "").lower())
            for name, values in says.items():
                if len(values) > 1:
                    raise Broken(f"at rest, the records of {entity} disagree on {name}: {sorted(map(str, values))}")

    def subscribed_again(self):
        """People who once denied and are in the feed: a record that was made later says that they may be written to, and the
        newest explicit decision counts."""
        return sum(any(self.person[member["source"], member["record_id"]] in self.denied
                       for member in self.state["golden.person"][key]["members"]) for key in self.state["feed.newsletter"])

    def f1(self):
        entity = {(member["source"], member["record_id"]): key for key, value in self.state["golden.person"].items()
                  for member in value["members"]}
        def pairs(labels):
            return sum(count * (count - 1) // 2 for count in collections.Counter(labels).values())

        true, found = pairs(self.person.values()), pairs(entity.values())
        both = pairs((person, entity[key]) for key, person in self.person.items() if key in entity)
        return 2 * both / (found + true) if found + true else 1.0

    def run(self, rounds):
        for person in range(len(self.people)):
            for source in self.dice.sample(sorted(FIELDS), self.dice.randrange(1, 4)):
                self.create(source, person, 0)
        for turn in range(rounds + QUIET_ROUNDS_MAX):
            quiet = turn >= rounds
            if not quiet and turn > 0:
                self.live(turn)
            self.run_program(turn)
            self.check_feed(turn)
            self.carry_out(turn, quiet)
            standing = sum(len(self.state[f"sync.{source}"]) for source in FIELDS)
            if quiet and standing == 0 and not self.pending:
                self.check_rest()
                return turn - rounds
        left = {source: self.state[f"sync.{source}"] for source in FIELDS if self.state[f"sync.{source}"]}
        raise Broken(f"no rest after {QUIET_ROUNDS_MAX} quiet rounds: {json.dumps(left)[:1500]}")


def main():
    parser = argparse.ArgumentParser(description="Runs a simulated world through durand replay.")
    parser.add_argument("--durand", required=True, help="the program")
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds")
    parser.add_argument("--first", type=int, default=1, help="seed of the first one")
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=12, help="rounds in which people change")
    arguments = parser.parse_args()
    failed = 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        with tempfile.TemporaryDirectory(prefix="durand-world-") as work:
            world = World(seed, arguments.people, os.path.abspath(arguments.durand), work)
            try:
                quiet = world.run(arguments.rounds)
                kinds = collections.Counter(value["kind"] for value in world.state["conflicts"].values())
                print(f"seed {seed}: {len(world.records)} records of {len(world.people)} people, at rest after {quiet} quiet "
                      f"rounds, F1 {world.f1():.4f}, {dict(world.counts)}, {len(world.state['feed.newsletter'])} in the feed ({world.subscribed_again()} subscribed again), "
                      f"conflicts {dict(kinds)}")
            except Broken as broken:
                failed += 1
                print(f"seed {seed} FAILED: {broken}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
