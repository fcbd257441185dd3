#!/usr/bin/python3
"""A simulated world around the program: systems that change, and carry out what they are told.

    world.py --durand build/durand [--seeds N] [--first SEED] [--people N] [--companies N] [--rounds N] [--json]

Two Salesforce orgs and an ERP know the same people and companies (people.py), each in its own way (systems.py); a register knows the
companies and is only read. In each round people move to other jobs, change their telephone, marry, unsubscribe; they and companies are
typed in twice, merged by a colleague, deleted and restored; companies are renamed and close; a steward settles some of the open
questions. The systems publish all that as change events and rows, some of them twice, rounds late, or as a gap that says that
something changed and not what; and each carries out the commands that stand for it: after a delay, now and then refused, and only
where the record still says what the command expects, for somebody may edit it at the same time. Everything follows from the seed.

After each round nobody who, by the events handed over, denied consent under any record of the same entity is in the feed, and no
address is in it twice. When people stop changing, the world must come to rest: in a bounded number of rounds no command stands, and all
records of one entity say the same in each attribute that is synchronised. The truth is known, so the clustering is measured, and so is
what it does to the promises: people who denied and are in the feed because the program takes their records for two persons.
"""
import argparse
import collections
import json
import os
import random
import sys
import tempfile
import time

from people import JOBS, FAMILY_NAMES, Population
from program import Broken, Replay
from systems import (COMPANY_TABLE, DIALECT, FIELDS, KEY_FIELD, PERSON_TABLE, PREFIX, TARGETS, Delivered, Keys, is_person, register_row,
                     write_company, write_person)

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = os.path.join(HERE, "durand.yaml")
START_MS = 1740000000000
QUIET_ROUNDS_MAX = 30


class World:
    def __init__(self, seed, people, companies, program):
        self.dice = random.Random(seed)
        self.program = program
        self.now, self.number = START_MS, 0
        self.truth = Population(self.dice, people, companies)
        self.records = {}  # (source, table, id) -> fields as the system has them
        self.owner = {}  # (source, table, id) -> number of the person or company, the truth
        self.of = collections.defaultdict(set)  # (is person, number) -> keys of the records
        self.contacts = Keys()  # of people
        self.accounts = Keys()  # of companies
        self.staff = collections.defaultdict(set)  # account -> contacts that refer to it
        self.bin = Keys()  # deleted, and may be restored
        self.deleted = {}  # key -> (fields, owner)
        self.pending = collections.defaultdict(list)  # round -> (line, what it tells of an opt-out)
        self.due = {}  # (source, key) -> round from which the command is carried out
        self.state = collections.defaultdict(dict)  # topic -> key -> value, as a consumer of the topics has it
        self.counts = collections.Counter()
        self.delivered = Delivered()
        self.denied = set()  # people whose denial has been handed over at some time
        self.settled = set()  # conflicts that the steward has answered

    # ---- what the systems publish

    def publish(self, key, kind, changed, when):
        self.number += 1
        self.now += 1000
        record = self.records.get(key)
        name = FIELDS[key[:2]].get("opt_out")
        if kind == "UPDATE" and key[0].startswith("sfdc") and self.dice.random() < 0.01:
            kind = "GAP_UPDATE"
            self.counts["gaps"] += 1
        if key[0] == "erp" and kind != "DELETE":
            changed = record  # a row repeats everything
        alive = {"CREATE": True, "UNDELETE": True, "DELETE": False, "UPDATE": True if key[0] == "erp" else None}.get(kind)
        told = None if name is None or kind in ("DELETE", "GAP_UPDATE") or kind == "UPDATE" and name not in changed else record[name]
        line = json.dumps(DIALECT[key[0]](key, kind, record, changed, self.number, self.now))
        event = (line, key, self.number, alive, told)
        self.pending[when + (self.dice.randrange(4) if self.dice.random() < 0.15 else 0)].append(event)
        if self.dice.random() < 0.05:  # delivered again
            self.pending[when + self.dice.randrange(3)].append(event)

    # ---- records

    def insert(self, key, fields, owner):
        self.records[key], self.owner[key] = fields, owner
        self.of[is_person(key), owner].add(key)
        (self.contacts if is_person(key) else self.accounts).add(key)
        self.refer(key, fields)

    def refer(self, key, fields):
        employer = is_person(key) and fields[FIELDS[key[:2]]["employer"]]
        if employer:
            self.staff[key[0], COMPANY_TABLE[key[0]], employer].add(key)

    def create(self, source, person, turn):
        table = PERSON_TABLE[source]
        fields = write_person(self.dice, self.truth.people[person], FIELDS[source, table])
        fields[FIELDS[source, table]["employer"]] = self.account_of(source, self.truth.people[person]["company"], turn)
        self.add(source, table, fields, person, turn)

    def account_of(self, source, company, turn):
        """The system's account of a company, which is made if there is none; some contacts have none."""
        if company is None or self.dice.random() < 0.2:
            return None
        known = sorted(key for key in self.of[False, company] if key[0] == source)
        return known[0][2] if known else self.create_account(source, company, turn)

    def create_account(self, source, company, turn):
        table = COMPANY_TABLE[source]
        return self.add(source, table, write_company(self.dice, self.truth.companies[company], FIELDS[source, table]), company, turn)

    def add(self, source, table, fields, owner, turn):
        self.number += 1
        identifier = f"{PREFIX[table]}{self.number:012d}AAA" if table in PREFIX else str(50000 + self.number)
        key = (source, table, identifier)
        self.insert(key, fields, owner)
        self.publish(key, "CREATE", fields, turn)
        return identifier

    def change(self, key, values, turn):
        self.records[key].update(values)
        self.refer(key, self.records[key])
        self.publish(key, "UPDATE", list(values), turn)

    def delete(self, key, turn):
        fields, owner = self.records.pop(key), self.owner.pop(key)
        self.of[is_person(key), owner].discard(key)
        (self.contacts if is_person(key) else self.accounts).remove(key)
        self.bin.add(key)
        self.deleted[key] = (fields, owner)
        self.publish(key, "DELETE", [], turn)

    def merge(self, loser, survivor, turn):
        """The contacts of an account follow it, as in any CRM."""
        for contact in sorted(self.staff.pop(loser, ())):
            field = FIELDS[contact[:2]]["employer"]
            if contact in self.records and self.records[contact][field] == loser[2]:
                self.change(contact, {field: survivor[2]}, turn)
        self.delete(loser, turn)

    # ---- what people do

    def restore(self, turn):
        key = self.dice.choice(self.bin.items)
        self.bin.remove(key)
        self.insert(key, *self.deleted.pop(key))
        self.counts["restored"] += 1
        self.publish(key, "UNDELETE", [], turn)

    def merge_by_hand(self, key, turn):
        """A colleague merges two records of one person: one is deleted, the other one takes its telephone, and its opt-out."""
        twins = [other for other in sorted(self.of[True, self.owner[key]]) if other[0] == key[0] and other != key]
        if not twins:
            return
        loser, fields = self.dice.choice(twins), FIELDS[key[:2]]
        takes = {fields["phone"]: self.records[loser][fields["phone"]], fields["opt_out"]: self.records[loser][fields["opt_out"]] or None}
        self.counts["merged by hand"] += 1
        self.merge(loser, key, turn)
        takes = {name: value for name, value in takes.items() if value}
        if takes:
            self.change(key, takes, turn)

    def learn(self, key, name, value, turn):
        """Something about a person changes, and the system of @key hears of it first."""
        self.truth.people[self.owner[key]][name] = value
        self.change(key, {FIELDS[key[:2]][name]: value}, turn)

    def live(self, turn):
        for _ in range(max(1, len(self.truth.people) // 8)):
            event, key = self.dice.random(), self.dice.choice(self.contacts.items)
            if event < 0.15:
                self.change(key, {FIELDS[key[:2]]["opt_out"]: True}, turn)
            elif event < 0.4:
                self.learn(key, "job", self.dice.choice(JOBS), turn)
            elif event < 0.55:
                self.learn(key, "phone", self.truth.new_phone(True), turn)
            elif event < 0.58:
                self.counts["marriages"] += 1
                self.learn(key, "family", FAMILY_NAMES.draw(self.dice), turn)
            elif event < 0.62:
                self.merge_by_hand(key, turn)
            elif event < 0.66:
                if len(self.bin):
                    self.restore(turn)
            elif event < 0.84:
                self.create(self.dice.choice(TARGETS), self.dice.randrange(len(self.truth.people)), turn)
            elif event < 0.92:
                self.live_as_company(turn)
            elif len(self.records) > len(self.truth.people):
                self.delete(key, turn)
        self.decide(turn)

    def live_as_company(self, turn):
        if not len(self.accounts):
            return
        event, key = self.dice.random(), self.dice.choice(self.accounts.items)
        company = self.truth.companies[self.owner[key]]
        if event < 0.3:
            self.create_account(self.dice.choice(TARGETS), self.owner[key], turn)
        elif event < 0.6:
            company["phone"] = self.truth.new_phone(False)
            self.change(key, {FIELDS[key[:2]]["phone"]: company["phone"]}, turn)
        elif event < 0.8:
            company["staff"] += 10
            self.register(self.owner[key], turn)
        elif event < 0.9:
            company["open"] = False
            self.register(self.owner[key], turn)
        else:
            company["name"] += " " + self.dice.choice(["France", "Ouest", "Services", "Groupe"])
            self.change(key, {FIELDS[key[:2]]["name"]: company["name"]}, turn)

    def register(self, company, turn):
        key = ("register", "company", self.truth.companies[company]["siren"])
        if company % 10 != 0:  # the register does not know everybody
            self.records[key], self.owner[key] = register_row(self.truth.companies[company]), company
            self.publish(key, "UPDATE", [], turn)

    def decide(self, turn):
        """A steward, who knows the truth, answers some of the open questions."""
        for name, conflict in sorted(self.state["conflicts"].items()):
            if conflict["kind"] != "possible_duplicate" or name in self.settled or self.dice.random() > 0.05:
                continue
            pair = [record for record in conflict["records"]][:2]
            keys = [(record["source"], record["entity"], record["record_id"]) for record in pair]
            if len(keys) < 2 or any(key not in self.owner for key in keys):
                continue
            self.settled.add(name)
            self.now += 1000
            at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.now // 1000))
            same = self.owner[keys[0]] == self.owner[keys[1]]
            self.counts["decisions"] += 1
            value = {"decision": "same" if same else "different", "by": "ines", "reason": "knows them", "at": at,
                     "records": [{"source": key[0], "entity": key[1], "record_id": key[2]} for key in keys]}
            self.pending[turn].append((json.dumps({"source": "decisions", "value": value}), None, 0, None, None))

    # ---- what the systems are told

    def carry_out(self, turn, quiet):
        for source in TARGETS:
            for name, command in sorted(self.state[f"sync.{source}"].items()):
                if self.due.setdefault((source, name), turn + self.dice.randrange(3)) > turn:
                    continue
                if not quiet and self.dice.random() < 0.1:
                    self.counts["refused"] += 1
                    continue
                del self.due[source, name]
                key = (source, command["entity"], command["record_id"])
                if key in self.records:  # else it is gone in the meantime; the command will be, too
                    self.obey(key, command, turn, quiet)

    def obey(self, key, command, turn, quiet):
        if command["op"] == "refresh":
            self.counts["refreshes"] += 1
            self.publish(key, "UNDELETE", [], turn)
        elif command["op"] == "merge":
            survivor = (*key[:2], command["into"])
            if survivor not in self.records:
                return
            self.counts["merges"] += 1
            self.counts["merges of two"] += self.owner[key] != self.owner[survivor]
            self.merge(key, survivor, turn)
        else:
            if not quiet and is_person(key) and self.dice.random() < 0.05:  # somebody edits the record at the same time
                self.change(key, {FIELDS[key[:2]]["job"]: self.dice.choice(JOBS)}, turn)
            if {name: self.records[key].get(name) for name in command["expected"]} != command["expected"]:
                self.counts["overtaken"] += 1
                return
            self.counts["updates"] += 1
            for line in command["lineage"].values():
                giver = next((self.owner.get((line["source"], table, line["record_id"])) for table in ("Contact", "Account", "contact",
                              "customer", "company") if (line["source"], table, line["record_id"]) in self.owner), self.owner[key])
                self.counts["values of another"] += giver != self.owner[key]
            self.change(key, command["fields"], turn)

    # ---- the program

    def run_program(self, turn):
        ready = [event for when in sorted(self.pending) if when <= turn for event in self.pending.pop(when)]
        if not ready:
            return
        for _, key, number, alive, told in ready:
            if key is not None:
                self.delivered.take(key, number, alive, told)
                if told:
                    self.denied.add(self.owner.get(key, self.deleted.get(key, (None, None))[1]))
        for topic, key, value in self.program.feed([event[0] for event in ready]):
            if value is None:
                self.state[topic].pop(key, None)
            else:
                self.counts["commands"] += topic.startswith("sync.") and self.state[topic].get(key) != value
                self.state[topic][key] = value

    # ---- what must hold

    def members(self, kind):
        for entity, value in self.state[f"golden.{kind}"].items():
            yield entity, [(member["source"], member["entity"], member["record_id"]) for member in value["members"]]

    def check_feed(self, turn):
        golden, rows = self.state["golden.person"], self.state["feed.newsletter"]
        mails = collections.Counter(row["mail"] for row in rows.values())
        for mail, count in mails.items():
            if count > 1:
                raise Broken(f"round {turn}: {mail} is {count} times in the feed")
        people, rows_of = set(), collections.Counter()
        for name in rows:
            if name not in golden or golden[name]["consent"]["email"]["value"] != "granted":
                raise Broken(f"round {turn}: {name} is in the feed without consent")
            keys = [(member["source"], member["entity"], member["record_id"]) for member in golden[name]["members"]]
            for key in keys:
                if self.delivered.denies(key):
                    raise Broken(f"round {turn}: {name} is in the feed, and {key} denies it")
            owners = {self.person_of(key) for key in keys}
            people |= owners
            rows_of.update(owners)
        told = {person for person in people & self.denied if any(self.delivered.denies(key) for key in self.of[True, person])}
        self.counts["rounds of a denial missed for a split"] += len(told)
        self.counts["rounds of a denial that nobody holds any more"] += len((people & self.denied) - told)
        self.twice = sum(count > 1 for count in rows_of.values())

    def person_of(self, key):
        return self.owner[key] if key in self.owner else self.deleted[key][1]

    def check_rest(self):
        known = {key for kind in ("person", "organization") for _, keys in self.members(kind) for key in keys}
        if known != set(self.records):
            raise Broken(f"at rest, the systems have other records than the entities: {sorted(known ^ set(self.records))[:10]}")
        for kind, names in (("person", ("given", "family", "phone", "job", "opt_out")), ("organization", ("name", "phone"))):
            for entity, keys in self.members(kind):
                for name in names:
                    says = {str(self.records[key][FIELDS[key[:2]][name]] or "").lower() for key in keys if key[0] != "register"}
                    if len(says) > 1:
                        raise Broken(f"at rest, the records of {entity} disagree on {name}: {sorted(says)}")

    def quality(self, kind):
        """Pairwise precision, recall and F1 of the living records."""
        def pairs(labels):
            return sum(count * (count - 1) // 2 for count in collections.Counter(labels).values())

        found = [(self.person_of(key), entity) for entity, keys in self.members(kind) for key in keys]
        both, true, said = pairs(found), pairs(owner for owner, _ in found), pairs(entity for _, entity in found)
        precision, recall = both / said if said else 1.0, both / true if true else 1.0
        return {"precision": round(precision, 4), "recall": round(recall, 4),
                "f1": round(2 * both / (said + true) if said + true else 1.0, 4)}

    def run(self, rounds):
        """The figures of the world, once it rests."""
        for person in range(len(self.truth.people)):
            for source in self.dice.sample(TARGETS, self.dice.randrange(1, 4)):
                self.create(source, person, 0)
        for company in range(len(self.truth.companies)):
            self.register(company, 0)
        for turn in range(rounds + QUIET_ROUNDS_MAX):
            quiet = turn >= rounds
            if not quiet and turn > 0:
                self.live(turn)
            self.run_program(turn)
            self.check_feed(turn)
            if turn == 0:
                first = {kind: self.quality(kind) for kind in ("person", "organization")}
            self.carry_out(turn, quiet)
            if quiet and not self.pending and not any(self.state[f"sync.{source}"] for source in TARGETS):
                self.check_rest()
                return self.figures(turn - rounds, first)
        left = {source: self.state[f"sync.{source}"] for source in TARGETS if self.state[f"sync.{source}"]}
        raise Broken(f"no rest after {QUIET_ROUNDS_MAX} quiet rounds: {json.dumps(left)[:1500]}")

    def figures(self, quiet, first):
        return {"people": len(self.truth.people), "companies": len(self.truth.companies), "records": len(self.records),
                "quiet_rounds": quiet, "events": self.number, "counts": dict(self.counts),
                "first": first, "last": {kind: self.quality(kind) for kind in ("person", "organization")},
                "feed": len(self.state["feed.newsletter"]), "people_twice_in_feed": self.twice,
                "conflicts": dict(collections.Counter(value["kind"] for value in self.state["conflicts"].values()))}


def describe(seed, figures):
    quality = "; ".join(f"{kind} F1 {figures['first'][kind]['f1']:.4f} before any command, {value['f1']:.4f} at rest "
                        f"(precision {value['precision']:.4f}, recall {value['recall']:.4f})" for kind, value in figures["last"].items())
    counts = ", ".join(f"{name} {count}" for name, count in sorted(figures["counts"].items()))
    return (f"seed {seed}: {figures['records']} records of {figures['people']} people and {figures['companies']} companies, at rest after "
            f"{figures['quiet_rounds']} quiet rounds, {figures['seconds']} s\n  {quality}\n  {counts}\n"
            f"  {figures['feed']} in the feed, {figures['people_twice_in_feed']} people twice; conflicts {figures['conflicts']}")


def main():
    parser = argparse.ArgumentParser(description="Runs simulated worlds through durand replay.")
    parser.add_argument("--durand", required=True, help="the program")
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds")
    parser.add_argument("--first", type=int, default=1, help="seed of the first one")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--companies", type=int, help="a fifth of the people by default")
    parser.add_argument("--rounds", type=int, default=12, help="rounds in which people change")
    parser.add_argument("--json", action="store_true", help="one JSON object a seed")
    arguments = parser.parse_args()
    companies = arguments.people // 5 if arguments.companies is None else arguments.companies
    failed = 0
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="durand-world-") as work:
            try:
                world = World(seed, arguments.people, companies, Replay(os.path.abspath(arguments.durand), CONFIG, work))
                figures = {"seed": seed, **world.run(arguments.rounds), "seconds": round(time.monotonic() - started, 1)}
                print(json.dumps(figures) if arguments.json else describe(seed, figures), flush=True)
            except Broken as broken:
                failed += 1
                print(json.dumps({"seed": seed, "failed": str(broken)}) if arguments.json else f"seed {seed} FAILED: {broken}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
