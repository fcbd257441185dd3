#!/usr/bin/python3
"""A state file with flipped bits gives an error that a person can use, and never a crash.

    damaged_state.py build/durand [--seed N] [--runs N]

Each run flips some bits of the sample's state, reads tables of it and sends the sample through it once more. Bits that nothing
reads, or that leave a possible value, may go unseen; an answer must be an exit code that is documented.
"""
import argparse
import collections
import os
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONFIG = os.path.join(ROOT, "docker", "sample", "durand.yaml")
EVENTS = os.path.join(ROOT, "docker", "sample", "events.ndjson")


def run(durand, *arguments):
    return subprocess.run([durand, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120, check=False)


def flip(dice, content):
    damaged = bytearray(content)
    for _ in range(dice.choice([1, 1, 8, 64])):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return damaged


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("durand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    outcomes, failures = collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="durand-damaged-") as work:
        whole, state = os.path.join(work, "whole"), os.path.join(work, "state")
        made = run(options.durand, "replay", "--config", CONFIG, "--input", EVENTS, "--state", whole)
        assert made.returncode == 0, made.stderr
        with open(os.path.join(whole, "data.mdb"), "rb") as file:
            content = file.read()
        for seed in range(options.seed, options.seed + options.runs):
            damaged = flip(random.Random(seed), content)
            commands = [("inspect", "--state", state, table, "--limit", "0") for table in ("record", "golden", "block")]
            commands.append(("replay", "--config", CONFIG, "--input", EVENTS, "--state", state))
            for command in commands:
                shutil.rmtree(state, ignore_errors=True)
                shutil.copytree(whole, state)
                with open(os.path.join(state, "data.mdb"), "wb") as file:
                    file.write(damaged)
                done = run(options.durand, *command)
                outcomes[command[0], done.returncode] += 1
                if done.returncode not in (0, 1, 2, 3) or (done.returncode and not done.stderr) or b"Sanitizer" in done.stderr:
                    failures += 1
                    print("seed %d: %s: exit code %d: %s" % (seed, " ".join(command[:1] + command[3:4]), done.returncode,
                                                             done.stderr[-1500:].decode(errors="replace")))
    print("seeds from %d: %s" % (options.seed, ", ".join("%s with exit code %d: %d" % (*key, outcomes[key])
                                                          for key in sorted(outcomes))))
    if sum(count for (_, code), count in outcomes.items() if code) == 0:
        print("no damage was seen: the test shows nothing")
        failures += 1
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
