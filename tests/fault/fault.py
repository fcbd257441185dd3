#!/usr/bin/python3
"""Random faults, each followed by the whole proof: changes of several systems over six partitions go through `durand run` on a
real Kafka, one fault of a kind meets it, it runs until quiet, and then

  - the last value of each key of every topic is what `durand replay` makes of the same events,
  - `changes` composes to exactly the golden records, nothing twice, nothing missing,
  - the group has committed the end of every input,
  - a state built anew from `records` has the same digest and writes no change.

An instance that another one replaces must end with its own exit code and say so (refusals:
tests/kafka/test_instances.py). A run is told by its seed and kind; one that fails keeps its directory and says how to have
it again.

    fault.py --binary build/asan/durand [--runs N] [--seed S] [--kinds KIND,…] [--events N] [--json FILE] [--keep]
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "kafka"))

import harness  # noqa: E402
import test_kill  # noqa: E402
from harness import Background, Broker, Failure, check  # noqa: E402

SMALL_MAP = {"DURAND_MAP_BYTES": str(1 << 20)}
FROZEN_S = (0.5, 2)


class Run(test_kill.Round):
    partitions = 6

    def __init__(self, options, broker, seed, directory):
        super().__init__(options, broker, seed, directory)
        self.inputs = sorted({event["topic"] for event in self.events})
        self.restarts = 0

    def path(self, name):
        return os.path.join(self.work, name)

    def begin(self, part):
        """Sends the first @part of the events that are left, beside what happens next."""
        count = int(len(self.left) * part)
        now, self.left = self.left[:count], self.left[count:]
        return Background(self.broker.send, now)

    def says(self, words):
        with open(self.path("log"), encoding="utf-8") as file:
            check(words in file.read(), "the log does not say \"%s\"" % words)

    def wait_live(self, lives):
        """Until the log tells of @lives services that went live."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with open(self.path("log"), encoding="utf-8") as file:
                if file.read().count("live after") >= lives:
                    return
            time.sleep(0.05)
        raise Failure("durand run is not live after 30 s")

    def digest(self, state):
        result = subprocess.run([self.options.binary, "digest", "--state", self.path(state)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        check(result.returncode == 0, "durand digest: exit code %d\n%s" % (result.returncode, result.stderr))
        return result.stdout

    def run_with(self, fault):
        self.left = list(self.events)
        fault(self)
        self.broker.send(self.left)
        self.to_end()
        expected = self.expect()
        changes, entities = self.verify(expected)
        check(self.broker.lag("durand." + self.name, self.inputs) == 0, "the group has not committed the end of its inputs")
        self.to_end(state="built-anew")
        check(self.verify(expected)[0] == changes, "building the state anew wrote changes")
        check(self.digest("state") == self.digest("built-anew"), "a state built anew has another digest")
        return changes, entities


def expect_code(service, code, what, seconds=40):
    found = service.wait(seconds)
    check(found == code, "%s: exit code %s, expected %s" % (what, found, code))


def killed_at(point):
    def fault(run):
        if point == "in_restore":
            run.begin(0.5).join()
            run.to_end()
        run.kill_once(point, take(run, 0.6))
        run.restarts += 1
    return fault


def take(run, part):
    count = int(len(run.left) * part)
    now, run.left = run.left[:count], run.left[count:]
    return now


def killed_while_the_map_grows(run):
    run.begin(0.7).join()
    expect_code(run.service(["--until-end"], "in_map_growth:1", faults=SMALL_MAP), -9, "a service whose map grows")
    run.restarts += 1


def map_full(run):
    run.begin(0.7).join()
    expect_code(run.service(["--until-end"], faults=SMALL_MAP), 0, "a service whose map is full", 90)


def disk_error(run):
    run.begin(0.7).join()
    faults = {"DURAND_LMDB_FAIL_AT": str(run.rnd.randint(500, 4000))}
    expect_code(run.service(["--until-end"], faults=faults), 0, "a service whose disk fails once", 90)
    run.restarts += 1


def broker_crash(run):
    load = run.begin(0.5)
    service = run.service()
    run.wait_live(1)
    load.join()
    run.broker.crash_and_restart()
    run.begin(0.5).join()
    check(service.wait(3) is None, "durand run ended when the broker crashed")
    check(service.terminate(60) == 0, "durand run does not stop cleanly after the broker's crash")
    run.restarts += 1


def two_instances(run):
    load = run.begin(0.7)
    first = run.service()
    run.wait_live(1)
    time.sleep(run.rnd.uniform(0, 1))
    second = run.service(state="second")
    expect_code(first, 4, "the first instance")
    run.says("taken over by another instance")
    load.join()
    check(second.terminate() == 0, "the second instance does not stop cleanly")
    run.restarts += 1


def frozen(run):
    load = run.begin(0.7)
    first = run.service()
    run.wait_live(1)
    time.sleep(run.rnd.uniform(0, 1))
    first.process.send_signal(signal.SIGSTOP)
    second = run.service(state="second")
    run.wait_live(2)
    time.sleep(run.rnd.uniform(*FROZEN_S))
    first.process.send_signal(signal.SIGCONT)
    expect_code(first, 4, "the instance that was frozen")
    load.join()
    check(second.terminate() == 0, "the second instance does not stop cleanly")
    run.restarts += 1


def state_lost(run):
    run.kill_once(None, take(run, 0.6))
    shutil.rmtree(run.path("state"), ignore_errors=True)
    run.restarts += 1


def state_older(run):
    run.begin(0.3).join()
    run.to_end()
    shutil.copytree(run.path("state"), run.path("copy"))
    run.kill_once(None, take(run, 0.6))
    shutil.rmtree(run.path("state"))
    os.rename(run.path("copy"), run.path("state"))
    run.restarts += 1


def partitions_grown(run):
    load = run.begin(0.3)
    service = run.service()
    run.wait_live(1)
    load.join()
    # A key that moves to another partition loses its order, so what was read goes first.
    deadline = time.monotonic() + 60
    while run.broker.lag("durand." + run.name, run.inputs):
        check(time.monotonic() < deadline, "the inputs are not read to their end")
        time.sleep(0.1)
    run.broker.add_partitions({topic: run.partitions + 2 for topic in run.inputs})
    check(service.terminate() == 0, "durand run does not stop cleanly")
    run.restarts += 1


KINDS = {"kill_" + point: killed_at(point) for point in test_kill.POINTS}
KINDS.update({fault.__name__: fault for fault in (
    killed_while_the_map_grows, map_full, disk_error, broker_crash, two_instances, frozen, state_lost, state_older,
    partitions_grown)})
KINDS["kill_random"] = killed_at(None)


def summary(rows):
    print("%-28s %5s %9s %9s %9s %11s" % ("fault", "runs", "events", "changes", "restarts", "mismatches"))
    totals = [sum(row[n] for row in rows.values()) for n in range(5)]
    for kind, row in [*sorted(rows.items()), ("all", totals)]:
        print("%-28s %5d %9d %9d %9d %11d" % (kind, *row))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(harness.ROOT, "build", "asan", "durand"))
    parser.add_argument("--runs", type=int, default=len(KINDS))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1000000))
    parser.add_argument("--kinds", default=",".join(KINDS), help="of: " + ", ".join(KINDS))
    parser.add_argument("--events", type=int, default=600, help="generated ones for each run, beside the sample")
    parser.add_argument("--json", help="the summary as a file")
    parser.add_argument("--keep", action="store_true", help="keep the directories of runs that were good as well")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or options.runs < 1:
        parser.error("unknown kind %s; --help lists them" % unknown[0] if unknown else "--runs is at least 1")
    if not os.path.exists(options.binary) or not harness.has_fault_points(options.binary):
        sys.exit("fault.py: %s is no build with fault points (presets dev and asan)" % options.binary)
    work = tempfile.mkdtemp(prefix="durand-fault-")
    broker = Broker(os.path.join(work, "broker"))
    rows, failed = {}, []
    try:
        for n in range(options.runs):
            # The kind turns with the seed, so that seed and --kinds alone give a run again.
            seed = options.seed + n
            kind = kinds[seed % len(kinds)]
            directory = os.path.join(work, "run-%d" % seed)
            row = rows.setdefault(kind, [0, 0, 0, 0, 0])
            row[0] += 1
            started = time.monotonic()
            try:
                one = Run(options, broker, seed, directory)
                changes, _ = one.run_with(KINDS[kind])
                row[1] += len(one.events)
                row[2] += changes
                row[3] += one.restarts
                outcome = "ok"
            except Failure as failure:
                row[4] += 1
                failed.append(seed)
                outcome = "FAILED: %s\n  logs and events: %s\n  again: ./dev fault --runs 1 --seed %d --kinds %s --events %d" % (
                    failure, directory, seed, kind, options.events)
            finally:
                harness.end_services()
            print("%-28s seed %-8d %5.1f s  %s" % (kind, seed, time.monotonic() - started, outcome), flush=True)
            if outcome == "ok" and not options.keep:
                shutil.rmtree(directory, ignore_errors=True)
    finally:
        broker.stop()
        if not failed and not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    summary(rows)
    if options.json:
        names = ("runs", "events", "changes", "restarts", "mismatches")
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"seed": options.seed, "kinds": {k: dict(zip(names, r)) for k, r in rows.items()}, "failed": failed}, file)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
