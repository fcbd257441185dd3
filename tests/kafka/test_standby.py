#!/usr/bin/python3
"""A standby follows `records` and takes over when the active instance dies, without losing or doubling anything: after each test
the last value of every key is what `durand replay` makes of the same events, the chains of `changes` are whole, and a state built
anew from `records` writes no change. Takeover times are from the SIGKILL to the moment at which the other one is live.

    test_standby.py --binary build/durand [--seed S] [--keep] [TEST ...]
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request

import harness
import test_kill
from harness import Background, Broker, Failure, Service, check

TAKEOVER_MAX_S = 5
KILLS = 5


class Pair(test_kill.Round):
    """Two machines: processes with a state and a log of their own each, under one name."""

    def __init__(self, options, broker, name):
        options.events = 1500
        super().__init__(options, broker, options.seed, os.path.join(options.work, name))
        self.inputs = sorted({event["topic"] for event in self.events})

    def start(self, machine, arguments=("--standby",), faults=None):
        return Service(self.options.binary, self.config, os.path.join(self.work, machine), self.log(machine), arguments,
                       faults=faults)

    def log(self, machine):
        return os.path.join(self.work, "log." + machine)

    def this_run(self, machine):
        with open(self.log(machine), encoding="utf-8") as file:
            return file.read().rsplit("--- run", 1)[-1]

    def wait_words(self, machine, words, count=1, seconds=30):
        """Until its log says them @count times in this run."""
        deadline = time.monotonic() + seconds
        while self.this_run(machine).count(words) < count:
            check(time.monotonic() < deadline, "after %d s the log does not say \"%s\": %s" % (seconds, words, self.log(machine)))
            time.sleep(0.01)

    def wait_read(self, seconds=60):
        deadline = time.monotonic() + seconds
        while self.broker.lag("durand." + self.name, self.inputs):
            check(time.monotonic() < deadline, "the inputs are not read to their end")
            time.sleep(0.1)

    def send_slowly(self, seconds):
        steps = int(seconds * 10)
        for n in range(steps):
            self.broker.send(self.events[len(self.events) * n // steps:len(self.events) * (n + 1) // steps])
            time.sleep(0.05)

    def prove(self, *services):
        """What both left behind is what a replay makes of the same events."""
        self.wait_read()
        for service in services:
            check(service.terminate() == 0, "durand run does not stop cleanly")
        expected = self.expect()
        changes, entities = self.verify(expected)
        self.to_end(state="built-anew")
        check(self.verify(expected)[0] == changes, "building the state anew wrote changes")
        for machine in ("one", "two"):
            with open(self.log(machine), encoding="utf-8") as file:
                check("building it anew" not in file.read(), "the state of %s was not what the outputs said" % machine)
        print("    %d changes in unbroken chains, %d entities" % (changes, entities))


def whoever_is_killed_the_other_one_goes_on(pair):
    machines = {"one": pair.start("one")}
    pair.wait_words("one", "live after")
    machines["two"] = pair.start("two")
    pair.wait_words("two", "standing by for")
    load = Background(pair.send_slowly, 30)
    active, other, times = "one", "two", []
    for _ in range(KILLS):
        time.sleep(pair.rnd.uniform(1, 2.5))
        killed = time.monotonic()
        check(machines[active].kill() == -9, "the active instance had ended by itself; %s" % pair.log(active))
        pair.wait_words(other, "live after")
        times.append(time.monotonic() - killed)
        machines[active] = pair.start(active)
        pair.wait_words(active, "standing by for")
        active, other = other, active
    print("    takeovers after SIGKILL, s: " + ", ".join("%.2f" % t for t in times))
    load.join()
    pair.prove(machines[other], machines[active])
    check(max(times) < TAKEOVER_MAX_S, "a takeover took %.1f s" % max(times))


def an_idle_instance_that_is_killed_is_replaced(pair):
    pair.broker.send(pair.events)
    one = pair.start("one")
    pair.wait_words("one", "live after")
    two = pair.start("two")
    pair.wait_words("two", "standing by for")
    pair.wait_read()
    time.sleep(3)
    killed = time.monotonic()
    one.kill()
    pair.wait_words("two", "live after")
    seconds = time.monotonic() - killed
    print("    takeover after SIGKILL: %.2f s" % seconds)
    check(seconds < TAKEOVER_MAX_S, "the takeover took %.1f s" % seconds)
    pair.prove(two)


def who_was_frozen_stands_by_and_takes_its_turn(pair):
    load = Background(pair.send_slowly, 15)
    one = pair.start("one")
    pair.wait_words("one", "live after")
    two = pair.start("two")
    pair.wait_words("two", "standing by for")
    one.process.send_signal(signal.SIGSTOP)
    pair.wait_words("two", "live after")
    one.process.send_signal(signal.SIGCONT)
    pair.wait_words("one", "standing by from now on")
    time.sleep(2)
    check("live after" not in pair.this_run("one").split("standing by from now on")[1], "the two take turns")
    two.kill()
    pair.wait_words("one", "live after", 2)
    load.join()
    pair.prove(one)


def a_standby_waits_through_a_crash_of_the_broker(pair):
    """Brokers that do not answer say nothing about the active instance: it cannot commit either."""
    if not pair.broker.own:
        return
    pair.broker.send(pair.events[:800])
    one = pair.start("one")
    pair.wait_words("one", "live after")
    two = pair.start("two")
    pair.wait_words("two", "standing by for")
    pair.broker.crash_and_restart()
    pair.broker.send(pair.events[800:])
    pair.wait_read(90)
    check("live after" not in pair.this_run("two"), "the standby took over because the broker was away; %s" % pair.log("two"))
    pair.prove(two, one)


def a_standby_of_another_configuration_harms_nobody(pair):
    pair.broker.send(pair.events)
    one = pair.start("one")
    pair.wait_words("one", "live after")
    with open(pair.config, encoding="utf-8") as file:
        text = file.read()
    with open(pair.config, "w", encoding="utf-8") as file:
        file.write(text.replace("person: 2000", "person: 2001"))
    two = pair.start("two")
    code = two.wait(20)
    check(code == 3, "a standby of another configuration: exit code %s; %s" % (code, pair.log("two")))
    check("give both the same configuration" in pair.this_run("two"), "it does not say why; %s" % pair.log("two"))
    with open(pair.config, "w", encoding="utf-8") as file:
        file.write(text)
    pair.prove(one)


def ask(port, page):
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (port, page), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def a_standby_says_what_it_is(pair):
    port = harness.free_ports(1)
    pair.broker.send(pair.events)
    one = pair.start("one")
    pair.wait_words("one", "live after")
    two = pair.start("two", ["--standby", "--listen", "127.0.0.1:%d" % port])
    pair.wait_words("two", "standing by for")
    status, body = ask(port, "/health")
    check(status == 200 and json.loads(body)["phase"] == "standby", "/health: %d %s" % (status, body))
    status, body = ask(port, "/ready")
    check(status == 503 and json.loads(body)["status"] == "standby", "/ready: %d %s" % (status, body))
    check('durand_phase{phase="standby"} 1' in ask(port, "/metrics")[1], "/metrics does not say that it stands by")
    pair.prove(two, one)


TESTS = [
    whoever_is_killed_the_other_one_goes_on,
    an_idle_instance_that_is_killed_is_replaced,
    who_was_frozen_stands_by_and_takes_its_turn,
    a_standby_waits_through_a_crash_of_the_broker,
    a_standby_of_another_configuration_harms_nobody,
    a_standby_says_what_it_is,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(harness.ROOT, "build", "durand"))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1000000))
    parser.add_argument("--keep", action="store_true", help="keep the working directory")
    parser.add_argument("tests", nargs="*", help="names, or parts of them")
    options = parser.parse_args()
    if not os.path.exists(options.binary):
        sys.exit("%s is not built" % options.binary)
    options.work = tempfile.mkdtemp(prefix="durand-standby-")
    print("--seed %d" % options.seed)
    broker = Broker(os.path.join(options.work, "broker"))
    failed = 0
    try:
        for test in TESTS:
            if options.tests and not any(part in test.__name__ for part in options.tests):
                continue
            started = time.monotonic()
            try:
                test(Pair(options, broker, test.__name__[:40]))
                outcome = "ok"
            except Failure as failure:
                failed += 1
                outcome = "FAILED: %s" % failure
            finally:
                harness.end_services()
            options.seed += 1
            print("%-62s %4.1f s  %s" % (test.__name__.replace("_", " "), time.monotonic() - started, outcome), flush=True)
    finally:
        broker.stop()
        if not failed and not options.keep:
            shutil.rmtree(options.work, ignore_errors=True)
    if failed:
        print("logs: %s" % options.work)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
