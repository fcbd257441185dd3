#!/usr/bin/python3
"""Runs scenario folders through `durand replay` and says in words what differs from what they expect.

    run.py --durand build/durand [--work DIRECTORY] FOLDER...

A scenario is a folder (README.md here says what belongs in it). Each one is replayed in several orders: as given, one event
a batch, and shuffled with the order of each record's own events kept. All of them must give the same bytes; then the
outputs are held against the folder's expectations. The changelog of each scenario is checked as well: what it says step by
step must lead to the same end, and each change must begin where the one before it ended.
"""
import argparse
import filecmp
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "common"))

from chain import Failure, compose  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SHUFFLES = 4


# ---- reading -----------------------------------------------------------------------------------------------------------

def read_ndjson(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_json(path, default=None):
    if not os.path.exists(path):
        return default
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Scenario:
    def __init__(self, folder, durand, work):
        self.folder = folder
        self.durand = durand
        self.work = work
        self.options = read_json(os.path.join(folder, "scenario.json"), {})
        self.input = os.path.join(folder, self.options.get("input", "input.ndjson"))
        self.is_csv = self.input.endswith(".csv")
        with open(self.input, encoding="utf-8") as file:
            self.lines = file.read().splitlines(keepends=True)
        own = os.path.join(folder, "durand.yaml")
        self.config = own if os.path.exists(own) else os.path.join(HERE, "durand.yaml")
        if self.options.get("configuration") is False:
            self.config = None
        self.names = {}  # of entities and conflicts: what facts call them -> id

    def arguments(self, command):
        arguments = [self.durand, command]
        if self.config:
            arguments += ["--config", self.config]
        return arguments + self.options.get("arguments", [])

    def replay(self, name, lines, *more):
        """Replays @lines and returns the directory of the outputs."""
        directory = os.path.join(self.work, name)
        path = os.path.join(self.work, name + os.path.splitext(self.input)[1])
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines)
        run = subprocess.run(self.arguments("replay") + ["--input", path, "--output", directory, *more],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
        if run.returncode != 0:
            raise Failure(f"durand replay ({name}) ended with {run.returncode}:\n{run.stdout}")
        return directory

    def groups(self):
        """Line numbers, from 0, in groups whose inner order matters: events that share a record, or a record's table."""
        run = subprocess.run(self.arguments("decode") + [self.input], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, check=False, timeout=120)
        leader = list(range(len(self.lines)))

        def find(line):
            while leader[line] != line:
                line = leader[line]
            return line

        seen, tables = {}, {}
        for text in run.stdout.splitlines():
            change = json.loads(text)
            if change["op"] in ("reject", "ignore"):
                continue
            line = change["line"] - 1
            table = (change.get("source"), change.get("entity"))
            of_table = tables.setdefault(table, {"lines": [], "whole": False})
            of_table["lines"].append(line)
            of_table["whole"] |= not change["record_id"]
            other = seen.setdefault(table + (change["record_id"],), line)
            leader[find(line)] = find(other)
        for table in tables.values():
            if table["whole"]:
                for line in table["lines"]:
                    leader[find(line)] = find(table["lines"][0])
        groups = {}
        for line in range(len(self.lines)):
            groups.setdefault(find(line), []).append(line)
        return list(groups.values())

    def shuffled(self, seed):
        """The lines in another order; each record's own events stay in order unless the scenario allows any."""
        generator = random.Random(seed)
        if self.options.get("any_order"):
            order = list(range(len(self.lines)))
            generator.shuffle(order)
            return [self.lines[line] for line in order]
        queues = self.groups()
        turns = [number for number, queue in enumerate(queues) for _ in queue]
        if seed == 0:
            turns.reverse()  # whole records in the opposite order
        else:
            generator.shuffle(turns)
        return [self.lines[queues[turn].pop(0)] for turn in turns]


# ---- outputs -----------------------------------------------------------------------------------------------------------

class Outputs:
    """What a replay left, as dictionaries."""

    def __init__(self, directory):
        self.directory = directory
        self.golden, self.conflicts, self.records, self.sync, self.feeds = {}, {}, {}, {}, {}
        for name in sorted(os.listdir(directory)):
            lines = read_ndjson(os.path.join(directory, name)) if name.endswith(".ndjson") else []
            if name.startswith("golden."):
                self.golden.update((line["key"], line["value"]) for line in lines)
            elif name == "conflicts.ndjson":
                self.conflicts = {line["key"]: line["value"] for line in lines}
            elif name == "records.ndjson":
                self.records = {f"{line['key']['source']}/{line['key']['record_id']}": line["value"] for line in lines
                                if "source" in line["key"]}
            elif name.startswith("sync."):
                target = name[len("sync."):-len(".ndjson")]
                self.sync[target] = {line["key"]: line["value"] for line in lines}
            elif name.startswith("feed."):
                self.feeds[name[len("feed."):-len(".ndjson")]] = [line["value"] for line in lines]
        self.deadletter = read_ndjson(os.path.join(directory, "deadletter.ndjson"))
        self.entity = {f"{member['source']}/{member['record_id']}": key
                       for key, value in self.golden.items() for member in value["members"]}


def compare_directories(expected, got, what):
    """Byte for byte, but for dead letters, whose line numbers follow the order of the input."""
    names = sorted(set(os.listdir(expected)) | set(os.listdir(got)))
    for name in names:
        one, other = os.path.join(expected, name), os.path.join(got, name)
        if name == "deadletter.ndjson":
            letters = [sorted((line["reason"], line["raw"]) for line in read_ndjson(path)) for path in (one, other)]
            if letters[0] != letters[1]:
                raise Failure(f"{what}: other dead letters than in the given order")
        elif not os.path.exists(one) or not os.path.exists(other):
            raise Failure(f"{what}: {name} is there in one order and not in the other")
        elif not filecmp.cmp(one, other, shallow=False):
            raise Failure(f"{what}: {name} differs from that of the given order\n" + difference(one, other))


def difference(one, other):
    run = subprocess.run(["diff", "-u", one, other], stdout=subprocess.PIPE, text=True, check=False)
    return "".join("    " + line[:400] + "\n" for line in run.stdout.splitlines()[:30])


# ---- the changelog -----------------------------------------------------------------------------------------------------

def check_changelog(directory, final):
    """Follows `changes` and the other topics to the end and compares with the final state @final."""
    lines = read_ndjson(os.path.join(directory, "changes.ndjson"))
    compose(((f"changes.ndjson, line {number}", line["key"], line["value"]) for number, line in enumerate(lines, 1)), final.golden)
    for topic in ("conflicts", "golden.person", "golden.organization"):
        last = {line["key"]: line["value"] for line in read_ndjson(os.path.join(directory, topic + ".ndjson"))}
        last = {key: value for key, value in last.items() if value is not None}
        at_rest = {line["key"]: line["value"]
                   for line in read_ndjson(os.path.join(final.directory, topic + ".ndjson"))}
        if last != at_rest:
            raise Failure(f"{topic}: the last value of each key is not the final state")


def check_changes(scenario, directory, expected):
    got = []
    for line in read_ndjson(os.path.join(directory, "changes.ndjson")):
        change = {"kind": line["value"]["kind"], "entity": line["key"]}
        for name in ("from", "into"):
            if line["value"].get(name):
                change[name] = line["value"][name]
        got.append(change)
    wanted = [resolve(scenario, change) for change in expected]
    if got != wanted:
        show = {identifier: "$" + name for name, identifier in scenario.names.items()}
        text = json.dumps(got)
        for identifier, name in show.items():
            text = text.replace(identifier, name)
        lines = "".join("\n    " + json.dumps(change) for change in json.loads(text))
        raise Failure("the changes in order are not the expected ones; they are" + lines)


# ---- facts -------------------------------------------------------------------------------------------------------------

def resolve(scenario, value):
    """Replaces "$name" by the id that an earlier fact gave this name."""
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in scenario.names:
            raise Failure(f"the facts use {value}, which none of them names")
        return scenario.names[value[1:]]
    if isinstance(value, list):
        return [resolve(scenario, item) for item in value]
    if isinstance(value, dict):
        return {name: resolve(scenario, item) for name, item in value.items()}
    return value


def subset(expected, got, path):
    """Raises where @got lacks something of @expected. Null: must not be there. Arrays count as a whole."""
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            raise Failure(f"{path}: expected {json.dumps(expected, ensure_ascii=False)}, "
                          f"got {json.dumps(got, ensure_ascii=False)}")
        for name, value in expected.items():
            if value is None:
                if got.get(name) is not None:
                    raise Failure(f"{path}.{name}: expected nothing, got {json.dumps(got[name], ensure_ascii=False)}")
            else:
                subset(value, got.get(name), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for number, (one, other) in enumerate(zip(expected, got)):
            subset(one, other, f"{path}[{number}]")
    elif expected != got:
        raise Failure(f"{path}: expected {json.dumps(expected, ensure_ascii=False)}, "
                      f"got {json.dumps(got, ensure_ascii=False)}")


def entity_of(outputs, record):
    if record not in outputs.entity:
        raise Failure(f"{record} belongs to no entity; those that do: {', '.join(sorted(outputs.entity))}")
    return outputs.entity[record]


def name_it(scenario, name, identifier, what):
    known = scenario.names.setdefault(name, identifier)
    if known != identifier:
        raise Failure(f"{what}: ${name} was {known} before and is {identifier} now")
    others = [other for other, value in scenario.names.items() if value == identifier and other != name]
    if others:
        raise Failure(f"{what}: ${name} and ${others[0]} are one, {identifier}")


def check_ids(scenario, outputs, facts):
    for record, name in facts.items():
        name_it(scenario, name, entity_of(outputs, record), f"the entity of {record}")


def check_same(_scenario, outputs, facts):
    for records in facts:
        entities = {entity_of(outputs, record) for record in records}
        if len(entities) > 1:
            raise Failure("these should be one entity: " +
                          ", ".join(f"{record} ({entity_of(outputs, record)})" for record in records))


def check_different(_scenario, outputs, facts):
    for records in facts:
        entities = [entity_of(outputs, record) for record in records]
        if len(set(entities)) < len(entities):
            raise Failure("no two of these should be one entity: " +
                          ", ".join(f"{record} ({entity_of(outputs, record)})" for record in records))


def check_gone(_scenario, outputs, facts):
    for record in facts:
        if record in outputs.entity:
            raise Failure(f"{record} should belong to no entity, but is in {outputs.entity[record]}")


def check_golden(scenario, outputs, facts):
    for record, expected in facts.items():
        subset(resolve(scenario, expected), outputs.golden[entity_of(outputs, record)], f"golden record of {record}")


def check_entities(_scenario, outputs, facts):
    for kind, count in facts.items():
        got = sum(1 for value in outputs.golden.values() if value["entity_type"] == kind)
        if got != count:
            raise Failure(f"expected {count} golden records of type {kind}, got {got}")


def describe(identifier, conflict):
    records = ", ".join(f"{record['source']}/{record['record_id']}" for record in conflict["records"])
    return f"{identifier} {conflict['kind']} about {records}"


def check_conflicts(scenario, outputs, facts):
    """Every conflict must be expected, and every expected one must be there."""
    left = dict(outputs.conflicts)
    for fact in facts:
        found = [identifier for identifier, conflict in left.items() if conflict["kind"] == fact["kind"] and
                 {f"{record['source']}/{record['record_id']}" for record in conflict["records"]} == set(fact["about"])]
        if not found:
            raise Failure(f"expected the conflict {fact['kind']} about {', '.join(fact['about'])}; open are:" +
                          "".join("\n    " + describe(*item) for item in sorted(outputs.conflicts.items())))
        conflict = left.pop(found[0])
        if "id" in fact:
            name_it(scenario, fact["id"], found[0], f"the conflict {fact['kind']}")
        more = {name: value for name, value in fact.items() if name not in ("kind", "about", "id")}
        subset(resolve(scenario, more), conflict, f"conflict {fact['kind']}")
    if left:
        raise Failure("not expected:" + "".join("\n    " + describe(*item) for item in sorted(left.items())))


def check_deadletter(_scenario, outputs, facts):
    got = [(line["line"], line["reason"]) for line in outputs.deadletter]
    if len(got) != len(facts):
        raise Failure(f"expected {len(facts)} dead letters, got {got}")
    for fact, (line, reason) in zip(facts, sorted(got)):
        if fact["line"] != line or fact["reason"] not in reason:
            raise Failure(f"dead letter: expected line {fact['line']}, \"{fact['reason']}\"; got line {line}, \"{reason}\"")


def check_records(_scenario, outputs, facts):
    for record, expected in facts.items():
        if record not in outputs.records:
            raise Failure(f"{record} is not in `records`")
        value = dict(outputs.records[record])
        value["values"] = {item["attribute"] + ("/" + item["label"] if item.get("label") else ""): item
                           for item in value.get("values", [])}
        subset(expected, value, f"record {record}")


def check_sync(_scenario, outputs, facts):
    got = {target: commands for target, commands in outputs.sync.items() if commands}
    if {target: sorted(commands) for target, commands in facts.items()} != \
            {target: sorted(commands) for target, commands in got.items()}:
        raise Failure(f"expected the commands {json.dumps(facts)}, got {json.dumps(got)}")
    for target, commands in facts.items():
        subset(commands, got[target], f"sync.{target}")


def check_feeds(_scenario, outputs, facts):
    """Each feed's rows, without regard to their keys: an entity's id is no fact."""
    for feed, rows in facts.items():
        got = outputs.feeds.get(feed, [])
        left = list(got)
        for row in rows:
            found = [other for other in left if all(other.get(name) == value for name, value in row.items())]
            if not found:
                raise Failure(f"feed.{feed}: expected a row with {json.dumps(row)}, got {json.dumps(got)}")
            left.remove(found[0])
        if left:
            raise Failure(f"feed.{feed}: not expected: {json.dumps(left)}")


CHECKS = {
    "ids": check_ids,  # first: later facts use the names
    "same": check_same,
    "different": check_different,
    "gone": check_gone,
    "entities": check_entities,
    "golden": check_golden,
    "conflicts": check_conflicts,
    "deadletter": check_deadletter,
    "records": check_records,
    "sync": check_sync,
    "feeds": check_feeds,
}


def check_facts(scenario, outputs, facts, where):
    unknown = set(facts) - set(CHECKS) - {"changes"}
    if unknown:
        raise Failure(f"{where}: unknown facts {', '.join(sorted(unknown))}")
    for name, check in CHECKS.items():
        if name in facts:
            try:
                check(scenario, outputs, facts[name])
            except Failure as failure:
                raise Failure(f"{where}: {failure}") from None


# ---- a scenario --------------------------------------------------------------------------------------------------------

def stages(folder):
    """The files facts-after-N.json, by N."""
    found = {}
    for name in os.listdir(os.path.join(folder, "expected")):
        if name.startswith("facts-after-") and name.endswith(".json"):
            found[int(name[len("facts-after-"):-len(".json")])] = os.path.join(folder, "expected", name)
    return sorted(found.items())


def run_scenario(scenario):
    expected = os.path.join(scenario.folder, "expected")
    for count, path in stages(scenario.folder):
        outputs = Outputs(scenario.replay(f"after-{count}", scenario.lines[:count]))
        check_facts(scenario, outputs, read_json(path), f"after {count} events")
    given = scenario.replay("given", scenario.lines)
    final = Outputs(given)
    facts = read_json(os.path.join(expected, "facts.json"), {})
    check_facts(scenario, final, facts, "at the end")
    for name in sorted(os.listdir(expected)):
        if not name.startswith("facts") and not filecmp.cmp(os.path.join(expected, name), os.path.join(given, name),
                                                            shallow=False):
            raise Failure(f"{name} is not as expected\n" +
                          difference(os.path.join(expected, name), os.path.join(given, name)))
    compare_directories(given, scenario.replay("single", scenario.lines, "--batch", "1"), "one event a batch")
    changelog = scenario.replay("changelog", scenario.lines, "--batch", "1", "--changelog")
    check_changelog(changelog, final)
    if "changes" in facts:
        check_changes(scenario, changelog, facts["changes"])
    for seed in range(0 if scenario.is_csv else SHUFFLES):
        compare_directories(given, scenario.replay(f"shuffled-{seed}", scenario.shuffled(seed), "--batch", "2"),
                            f"shuffled (seed {seed})")


def main():
    parser = argparse.ArgumentParser(description="Runs scenario folders through durand replay.")
    parser.add_argument("--durand", required=True, help="the program")
    parser.add_argument("--keep", help="keep the outputs in this directory")
    parser.add_argument("folders", nargs="*", help="scenarios; all without an argument")
    arguments = parser.parse_args()
    folders = arguments.folders or sorted(entry.path for entry in os.scandir(HERE)
                                          if os.path.exists(os.path.join(entry.path, "expected")))
    failed = 0
    for folder in folders:
        name = os.path.basename(os.path.normpath(folder))
        work = tempfile.mkdtemp(prefix="durand-scenario-")
        try:
            run_scenario(Scenario(os.path.abspath(folder), os.path.abspath(arguments.durand), work))
            print(f"ok      {name}")
        except Failure as failure:
            failed += 1
            print(f"FAILED  {name}\n  " + str(failure).replace("\n", "\n  "))
        finally:
            if arguments.keep:
                shutil.copytree(work, os.path.join(arguments.keep, name), dirs_exist_ok=True)
            shutil.rmtree(work)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
