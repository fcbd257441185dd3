#!/usr/bin/python3
"""Everything that `durand replay` writes for the sample fits its contract in schemas/.

    check_outputs.py --durand build/durand

Messages are plain JSON: a union's value stands without the name of its branch, and a field that allows null may be absent.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "docker" / "sample"
CONTRACTS = {"golden.person": "golden", "golden.organization": "golden", "changes": "changes", "conflicts": "conflicts",
             "sync.sfdc-emea": "sync", "sync.sfdc-us": "sync", "records": "records"}
KEYS = {"golden": "entity", "changes": "entity"}
PRIMITIVES = {"string": lambda v: isinstance(v, str), "null": lambda v: v is None, "boolean": lambda v: isinstance(v, bool),
              "long": lambda v: isinstance(v, int) and not isinstance(v, bool),
              "double": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool)}


class Misfit(Exception):
    """Where a value does not fit."""


def check(schema, value, names, place):
    if isinstance(schema, list):
        check_union(schema, value, names, place)
    elif isinstance(schema, str):
        if schema in names:
            check(names[schema], value, names, place)
        elif not PRIMITIVES[schema](value):
            raise Misfit(f"{place}: {value!r} is no {schema}")
    elif schema["type"] == "record":
        check_record(schema, value, names, place)
    elif schema["type"] == "enum":
        names[schema["name"]] = schema
        if value not in schema["symbols"]:
            raise Misfit(f"{place}: {value!r} is none of {schema['symbols']}")
    elif schema["type"] == "array":
        if not isinstance(value, list):
            raise Misfit(f"{place}: no array")
        for i, item in enumerate(value):
            check(schema["items"], item, names, f"{place}[{i}]")
    elif schema["type"] == "map":
        if not isinstance(value, dict):
            raise Misfit(f"{place}: no map")
        for name, item in value.items():
            check(schema["values"], item, names, f"{place}.{name}")
    else:
        check(schema["type"], value, names, place)


def check_union(branches, value, names, place):
    misfits = []
    for branch in branches:
        try:
            return check(branch, value, names, place)
        except Misfit as misfit:
            misfits.append(str(misfit))
    raise Misfit("; ".join(misfits))


def check_record(schema, value, names, place):
    names[schema["name"]] = schema
    if not isinstance(value, dict):
        raise Misfit(f"{place}: no object")
    for field in schema["fields"]:
        # An absent field still defines the types in it.
        check(field["type"], value.get(field["name"]), names, f"{place}.{field['name']}")
    unknown = set(value) - {field["name"] for field in schema["fields"]}
    if unknown:
        raise Misfit(f"{place}: the contract has no {', '.join(sorted(unknown))}")


def load(name):
    return json.loads((ROOT / "schemas" / f"{name}.avsc").read_text(encoding="utf-8"))


def replay(durand, output):
    subprocess.run([durand, "replay", "--config", SAMPLE / "durand.yaml", "--input", SAMPLE / "events.ndjson", "--output",
                    output, "--changelog", "--batch", "7"], check=True, capture_output=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--durand", required=True)
    durand = parser.parse_args().durand
    failures = 0
    with tempfile.TemporaryDirectory() as output:
        replay(durand, output)
        for topic, contract in CONTRACTS.items():
            schema, key_schema = load(contract + "-value"), load(KEYS.get(contract, contract) + "-key")
            lines = (Path(output) / f"{topic}.ndjson").read_text(encoding="utf-8").splitlines()
            if not lines:
                failures += 1
                print(f"{topic}: nothing was written")
            for number, line in enumerate(lines, 1):
                message = json.loads(line)
                try:
                    check(key_schema, message["key"], {}, "key")
                    if message["value"] is not None:
                        check(schema, message["value"], {}, "value")
                except Misfit as misfit:
                    failures += 1
                    print(f"{topic}:{number}: {misfit}")
            print(f"{topic}: {len(lines)} messages")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
