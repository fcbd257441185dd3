#!/usr/bin/python3
"""Random faults, each followed by the whole proof: changes of several systems over six partitions go through `durand run` on a
real Kafka, one fault of a kind meets it, it runs until quiet, and then

  - the last value of each key of every topic is what `durand replay` makes of the same events,
  - `changes` composes to exactly the golden records, nothing twice, nothing missing,
  - the group has committed the end of every input,
  - a state built anew from `records` has the same digest and writes no change.

An instance that another one replaces must end with its own exit code and say so (refusals:
tests/kafka/test_instances.py). A kind that kills at a named point fails where the point was never reached. A run is told by its
seed and kind; one that fails keeps its directory and says how to have it again.

With --jobs several runs share a broker; kinds that stop it take turns on one of their own. --minutes begins no more runs after
that time; the summary says how many there were.

    fault.py --binary build/asan/durand [--runs N] [--jobs N] [--seed S] [--kinds KIND,…] [--events N] [--minutes N]
             [--json FILE] [--keep]
"""

import argparse
import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "kafka"))

import harness  # noqa: E402
import test_kill  # noqa: E402
from harness import Background, Broker, Failure, check  # noqa: E402

SMALL_MAP = {"DURAND_MAP_BYTES": str(1 << 20)}
FROZEN_S = (0.5, 2)
POINT_WAIT_S = 15
# The broker looks for transactions that timed out every ten seconds.
TRANSACTION_TIMEOUT_MS = 3000
BEYOND_TIMEOUT_S = 14
TMPFS_SMALL, TMPFS_LARGE = "size=512k", "size=256m"


class Skipped(Exception):
    """This machine does not allow the fault."""


class Run(test_kill.Round):
    partitions = 6

    def __init__(self, options, broker, seed, directory):
        super().__init__(options, broker, seed, directory)
        self.inputs = sorted({event["topic"] for event in self.events})
        self.restarts = 0
        self.processes = []
        self.mounts = []

    def service(self, *arguments, **options):
        service = super().service(*arguments, **options)
        self.processes.append(service.process)
        return service

    def clear(self):
        """Ends what this run left behind; others may run beside it."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        for mount in self.mounts:
            subprocess.run(["umount", mount], check=False)

    def set_kafka(self, name, value):
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace("kafka: {", "kafka: {%s: %s, " % (name, value), 1))

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

    def wait_words(self, *either):
        """Until the log holds one of them."""
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            with open(self.path("log"), encoding="utf-8") as file:
                log = file.read()
            if any(words in log for words in either):
                return
            time.sleep(0.1)
        raise Failure("the log says neither of %s" % (either,))

    def wait_live(self, lives):
        """Until the log tells of @lives services that went live."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with open(self.path("log"), encoding="utf-8") as file:
                if file.read().count("live after") >= lives:
                    return
            time.sleep(0.05)
        raise Failure("durand run is not live after 30 s")

    def wait_read(self, topics):
        """Until the service has committed the end of @topics."""
        deadline = time.monotonic() + 60
        while self.broker.lag("durand." + self.name, topics):
            check(time.monotonic() < deadline, "the inputs are not read to their end")
            time.sleep(0.1)

    def kill_at(self, point, events):
        """One life of the service, which must end at @point: never by chance."""
        count = {"in_restore": 100, "before_lmdb_commit": 2, "after_lmdb_commit": 2}.get(point, 6)
        load = Background(self.broker.send, events)
        service = self.service(kill_at="%s:%d" % (point, self.rnd.randint(1, count)))
        code = service.wait(POINT_WAIT_S)
        if code is None:  # a stop passes every point of a transaction and a checkpoint once more
            code = service.terminate()
        check(code == -9, "the point %s was never reached: exit code %s" % (point, code))
        load.join()

    def no_state_aside(self):
        """What a kill leaves is brought up from `records`; a state that was ahead would be set aside, and only look well."""
        with open(self.path("log"), encoding="utf-8") as file:
            check("building it anew" not in file.read(), "the state was ahead of what Kafka had committed, and was set aside")

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
        self.no_state_aside()
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
        if point == "in_restore":  # a lost disk: the restore is long, and cut short
            run.begin(0.5).join()
            run.to_end()
            shutil.rmtree(run.path("state"))
        run.kill_at(point, take(run, 0.6))
        run.restarts += 1
    return fault


def take(run, part):
    count = int(len(run.left) * part)
    now, run.left = run.left[:count], run.left[count:]
    return now


def killed_randomly(run):
    run.kill_once(None, take(run, 0.6))
    run.restarts += 1


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


def wait_frozen(service, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check(service.process.poll() is None, "the service ended before the point at which it is to be frozen")
        with open("/proc/%d/stat" % service.process.pid, encoding="utf-8") as file:
            if file.read().rsplit(")", 1)[1].split()[0] == "T":
                return
        time.sleep(0.02)
    raise Failure("the point at which the service is to be frozen was never reached")


def broker_crash_in_commit(run):
    load = run.begin(0.7)
    service = run.service(faults={"DURAND_STOP_AT": "before_kafka_commit:%d" % run.rnd.randint(2, 5)})
    wait_frozen(service)
    load.join()
    crash = Background(run.broker.crash_and_restart)
    time.sleep(run.rnd.uniform(0, 1))
    service.process.send_signal(signal.SIGCONT)
    crash.join()
    check(service.wait(3) is None, "durand run ended when the broker crashed under its commit")
    check(service.terminate(60) == 0, "durand run does not stop cleanly after the broker's crash")
    run.restarts += 1


def frozen_beyond_timeout(run):
    """The broker aborts the transaction; the service must see that nobody else did, and send the batch again."""
    run.set_kafka("transaction.timeout.ms", TRANSACTION_TIMEOUT_MS)
    load = run.begin(0.7)
    point = run.rnd.choice(("after_produce", "after_send_offsets", "before_kafka_commit"))
    service = run.service(faults={"DURAND_STOP_AT": "%s:%d" % (point, run.rnd.randint(2, 5))})
    wait_frozen(service)
    load.join()
    time.sleep(BEYOND_TIMEOUT_S)
    service.process.send_signal(signal.SIGCONT)
    run.wait_words("transaction aborted, attempt", "fenced: ")
    check(service.terminate(60) == 0, "durand run does not stop cleanly after its transaction timed out")
    run.restarts += 1


def input_deleted(run):
    """What a topic said stays said when it is gone."""
    topic = run.rnd.choice(run.inputs)
    first = [event for event in run.left if event["topic"] == topic]
    run.left = [event for event in run.left if event["topic"] != topic]
    service = run.service()
    run.wait_live(1)
    run.broker.send(first)
    run.wait_read([topic])
    run.broker.delete_topics([topic])
    run.inputs.remove(topic)
    run.begin(0.5).join()
    run.wait_read(run.inputs)
    check(service.terminate(60) == 0, "durand run does not stop cleanly after an input was deleted")
    run.restarts += 1


def input_made_anew(run):
    """While the service stands: the broker has dropped the group's position with the old topic, so the new one is read whole."""
    topic = run.rnd.choice(run.inputs)
    first = [event for event in run.left if event["topic"] == topic]
    half = len(first) // 2
    rest = [event for event in run.left if event["topic"] != topic]
    run.broker.send(first[:half])
    run.to_end()
    run.broker.delete_topics([topic])
    run.broker.create_topics({topic: run.partitions})
    run.left = first[half:] + rest
    run.begin(0.5).join()
    run.to_end()
    run.restarts += 1


def disk_full(run):
    os.makedirs(run.path("state"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", TMPFS_SMALL, "none", run.path("state")], stderr=subprocess.PIPE,
                             text=True)
    if mounted.returncode:
        raise Skipped("mounting is not allowed: " + mounted.stderr.strip())
    run.mounts.append(run.path("state"))
    run.begin(0.7).join()
    expect_code(run.service(["--until-end"]), 3, "a service whose disk is full", 90)
    run.says("cannot commit after writing")
    subprocess.run(["mount", "-o", "remount," + TMPFS_LARGE, run.path("state")], check=True)
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


def standby(run):
    """The active instance dies at a named point, under load; the standby must have gone live without another start."""
    load = run.begin(0.7)
    point = run.rnd.choice(test_kill.POINTS[:-1])
    count = 2 if "lmdb" in point else run.rnd.randint(2, 6)  # checkpoints are few, and none comes without a change
    first = run.service(["--standby"], kill_at="%s:%d" % (point, count))
    second = None
    deadline = time.monotonic() + 40
    while first.wait(0.1) is None:
        check(time.monotonic() < deadline, "the point %s was never reached" % point)
        with open(run.path("log"), encoding="utf-8") as file:
            if second is None and "live after" in file.read():
                second = run.service(["--standby"], state="second")
    second = second or run.service(["--standby"], state="second")
    check(first.process.returncode == -9, "the active instance ended with %s" % first.process.returncode)
    load.join()
    run.wait_read(run.inputs)
    check(second.terminate() == 0, "the standby that took over does not stop cleanly")
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
    run.wait_read(run.inputs)
    run.broker.add_partitions({topic: run.partitions + 2 for topic in run.inputs})
    check(service.terminate() == 0, "durand run does not stop cleanly")
    run.restarts += 1


KINDS = {"kill_" + point: killed_at(point) for point in test_kill.POINTS}
KINDS.update({fault.__name__: fault for fault in (
    killed_while_the_map_grows, map_full, disk_error, disk_full, broker_crash, broker_crash_in_commit, two_instances, frozen,
    standby,    frozen_beyond_timeout, state_lost, state_older, partitions_grown, input_deleted, input_made_anew)})
KINDS["kill_random"] = killed_randomly
STOPS_BROKER = ("broker_crash", "broker_crash_in_commit")


# A small broker that has seen thousands of topics come and go answers slower and slower; after so many runs another takes over.
RUNS_PER_BROKER = 40


class Brokers:
    """One for all, renewed now and then, and one, started when it is needed, for the kinds that stop theirs: those take turns."""

    def __init__(self, work):
        self.work = work
        self.turn = threading.Lock()
        self.lock = threading.Lock()
        self.started = 0
        self.users = {}  # broker: runs that are on it
        self.shared = None
        self.begun = 0  # runs that the shared one has seen
        self.stopped = None

    def borrow(self):
        with self.lock:
            if not self.shared or (self.shared.own and self.begun == RUNS_PER_BROKER):
                old, self.begun = self.shared, 0
                self.started += 1
                self.shared = Broker(os.path.join(self.work, "broker-%d" % self.started))
                self.users[self.shared] = 0
                if old and self.users[old] == 0:
                    self.end(old)
            self.begun += 1
            self.users[self.shared] += 1
            return self.shared

    def give_back(self, broker):
        with self.lock:
            self.users[broker] -= 1
            if self.users[broker] == 0 and broker is not self.shared:
                self.end(broker)

    def end(self, broker):
        del self.users[broker]
        broker.stop()

    def run(self, kind, function):
        if kind in STOPS_BROKER and "DURAND_TEST_BOOTSTRAP" not in os.environ:
            with self.turn:
                if not self.stopped:
                    self.stopped = Broker(os.path.join(self.work, "broker-stopped"))
                return function(self.stopped)
        broker = self.borrow()
        try:
            return function(broker)
        finally:
            self.give_back(broker)

    def stop(self):
        for broker in (*self.users, self.stopped):
            if broker:
                broker.stop()


COLUMNS = ("runs", "events", "changes", "restarts", "mismatches", "skipped", "seconds")


class Table:
    def __init__(self):
        self.rows = {}
        self.failed = []
        self.lock = threading.Lock()

    def add(self, kind, seed, outcome, counts):
        with self.lock:
            row = self.rows.setdefault(kind, dict.fromkeys(COLUMNS, 0))
            for name, value in counts.items():
                row[name] += value
            if counts["mismatches"]:
                self.failed.append(seed)
            print("%-28s seed %-8d %5.1f s  %s" % (kind, seed, counts["seconds"], outcome), flush=True)

    def show(self, wanted, seconds):
        form = "%-28s %5s %9s %9s %9s %11s %8s %8.0f"
        print(form.replace("%8.0f", "%8s") % ("fault", *COLUMNS))
        totals = {name: sum(row[name] for row in self.rows.values()) for name in COLUMNS}
        for kind, row in [*sorted(self.rows.items()), ("all", totals)]:
            print(form % (kind, *(row[name] for name in COLUMNS)))
        print("%d of %d runs in %.0f s, %d skipped, %d failed" % (totals["runs"], wanted, seconds, totals["skipped"],
                                                                  len(self.failed)))


def one_run(options, brokers, table, work, kind, seed):
    directory = os.path.join(work, "run-%d" % seed)
    counts = dict.fromkeys(COLUMNS, 0)
    counts["runs"] = 1
    started = [0.0]

    def on_broker(broker):
        started[0] = time.monotonic()
        one = Run(options, broker, seed, directory)
        try:
            counts["changes"], _ = one.run_with(KINDS[kind])
            counts["events"], counts["restarts"] = len(one.events), one.restarts
        finally:
            one.clear()

    try:
        brokers.run(kind, on_broker)
        outcome = "ok"
    except Skipped as reason:
        counts["skipped"] = 1
        outcome = "SKIPPED: %s" % reason
    except Exception as failure:  # of a check, or of what a check stands on: either way the run proves nothing
        counts["mismatches"] = 1
        what = str(failure) if isinstance(failure, Failure) else "%s: %s" % (type(failure).__name__, failure)
        outcome = "FAILED: %s\n  logs and events: %s\n  again: ./dev fault --runs 1 --seed %d --kinds %s --events %d" % (
            what, directory, seed, kind, options.events)
    counts["seconds"] = time.monotonic() - started[0]
    table.add(kind, seed, outcome, counts)
    if not counts["mismatches"] and not options.keep:
        shutil.rmtree(directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(harness.ROOT, "build", "asan", "durand"))
    parser.add_argument("--runs", type=int, default=len(KINDS))
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no more runs after so many")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1000000))
    parser.add_argument("--kinds", default=",".join(KINDS), help="of: " + ", ".join(KINDS))
    parser.add_argument("--events", type=int, default=600, help="generated ones for each run, beside the sample")
    parser.add_argument("--json", help="the summary as a file")
    parser.add_argument("--keep", action="store_true", help="keep the directories of runs that were good as well")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or options.runs < 1 or options.jobs < 1:
        parser.error("unknown kind %s; --help lists them" % unknown[0] if unknown else "--runs and --jobs are at least 1")
    if not os.path.exists(options.binary) or not harness.has_fault_points(options.binary):
        sys.exit("fault.py: %s is no build with fault points (presets dev and asan)" % options.binary)
    work = tempfile.mkdtemp(prefix="durand-fault-")
    started = time.monotonic()
    brokers = Brokers(work)
    table = Table()

    def begin(n):
        if time.monotonic() - started < options.minutes * 60:
            # The kind turns with the seed, so that seed and --kinds alone give a run again.
            seed = options.seed + n
            one_run(options, brokers, table, work, kinds[seed % len(kinds)], seed)

    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(begin, range(options.runs)))
    finally:
        brokers.stop()
        if not table.failed and not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    table.show(options.runs, time.monotonic() - started)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"seed": options.seed, "wanted": options.runs, "kinds": table.rows, "failed": table.failed}, file)
    sys.exit(1 if table.failed else 0)


if __name__ == "__main__":
    main()
