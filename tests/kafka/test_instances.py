#!/usr/bin/python3
"""What a kill does not show: two instances alive, a frozen one that wakes, foreign hands in the group and in `records`, a
broker that crashes. After each the chains of `changes` must still be whole, and what is refused must say why.

    test_instances.py --binary build/durand [--seed S] [--keep] [TEST ...]
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

from confluent_kafka import Consumer, Producer, TopicPartition

import harness
import test_kill
from harness import Background, Broker, Failure, Service, check
from proxy import Proxy


class Case:
    """A configuration of its own on the shared broker, with the load of the kill test."""

    def __init__(self, options, broker, name):
        self.broker = broker
        self.binary = options.binary
        self.name = "instances-%s-%d" % (name.replace("_", "-"), os.getpid())
        self.work = harness.fresh_directory(os.path.join(options.work, name))
        sources, self.events = test_kill.generate(random.Random(options.seed), self.name, 1200)
        self.config = os.path.join(self.work, "durand.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(test_kill.CONFIG.format(name=self.name, work=self.work, address=broker.address)
                       + "sources:\n" + sources)
        self.inputs = sorted({e["topic"] for e in self.events})
        broker.create_topics({t: 2 for t in self.inputs})

    def start(self, state, arguments=(), kill_at=None, faults=None):
        return Service(self.binary, self.config, os.path.join(self.work, state), self.log(state), arguments, kill_at, faults)

    def log(self, state):
        return os.path.join(self.work, "log." + state)

    def says(self, state, words):
        with open(self.log(state), encoding="utf-8") as file:
            text = file.read()
        check(words in text, "the log does not say \"%s\":\n%s" % (words, text[-3000:]))

    def send_slowly(self, events):
        """Over about five seconds."""
        for n in range(0, len(events), 40):
            self.broker.send(events[n:n + 40])
            time.sleep(0.1)

    def to_end(self, state):
        code = self.start(state, ["--until-end"]).wait(60)
        check(code == 0, "durand run --until-end: exit code %s; %s" % (code, self.log(state)))

    def verify(self, erasures=False):
        golden = harness.last_values(self.broker.read(self.name + ".golden.person"))
        return harness.compose_changes(self.broker.read(self.name + ".changes"), golden, erasures)

    def wait_live(self, state, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if os.path.exists(self.log(state)):
                with open(self.log(state), encoding="utf-8") as file:
                    if "live after" in file.read().rsplit("--- run", 1)[-1]:
                        return
            time.sleep(0.05)
        raise Failure("durand run is not live after %d s; %s" % (seconds, self.log(state)))


def expect_exit(service, code, what):
    found = service.wait(30)
    check(found == code, "%s: exit code %s, expected %d" % (what, found, code))


def a_second_instance_takes_over_and_the_first_goes(case):
    load = Background(case.send_slowly, case.events)
    first = case.start("first")
    case.wait_live("first")
    second = case.start("second")
    expect_exit(first, 4, "the first instance")
    case.says("first", "taken over by another instance")
    load.join()
    check(second.terminate() == 0, "the second instance does not stop cleanly")
    case.to_end("second")
    case.verify()


def a_frozen_instance_wakes_up_and_does_no_harm(case):
    load = Background(case.send_slowly, case.events)
    first = case.start("first")
    case.wait_live("first")
    first.process.send_signal(signal.SIGSTOP)
    second = case.start("second")
    case.wait_live("second")
    time.sleep(1)
    first.process.send_signal(signal.SIGCONT)
    expect_exit(first, 4, "the instance that was frozen")
    load.join()
    check(second.terminate() == 0, "the second instance does not stop cleanly")
    case.to_end("second")
    case.verify()


def a_takeover_shows_before_its_restore_has_ended(case):
    """Without the takeover transaction the first would find its own note, and take the name back from a slow successor."""
    if not harness.has_fault_points(case.binary):
        return
    case.broker.send(case.events)
    first = case.start("first")
    case.wait_live("first")
    while case.broker.lag("durand." + case.name, case.inputs):
        check(first.wait(0.2) is None, "the first instance ended")
    second = case.start("second", kill_at="in_restore:1")
    expect_exit(second, -9, "the second instance, in its restore")
    expect_exit(first, 4, "the first instance")
    case.to_end("second")
    case.verify()


def an_idle_instance_notices_by_its_heartbeat(case):
    case.broker.send(case.events[:100])
    first = case.start("first")
    case.wait_live("first")
    second = case.start("second")
    expect_exit(first, 4, "the idle instance")
    check(second.terminate() == 0, "the second instance does not stop cleanly")


def an_old_state_is_brought_up_silently(case):
    half = len(case.events) // 2
    case.broker.send(case.events[:half])
    case.to_end("old")
    case.broker.send(case.events[half:])
    case.to_end("new")
    changes = case.verify()
    case.to_end("old")
    check(case.verify() == changes, "catching up wrote changes")
    case.to_end("new")
    check(case.verify() == changes, "starting again wrote changes")


def one_state_directory_serves_one_process(case):
    first = case.start("state")
    case.wait_live("state")
    expect_exit(case.start("state"), 2, "the second process on one directory")
    case.says("state", "in use by another durand")
    check(first.terminate() == 0, "the first process does not stop cleanly")


def a_foreign_transaction_on_records_is_waited_for(case):
    case.broker.send(case.events)
    case.to_end("state")
    changes = case.verify()
    foreign = Producer({"bootstrap.servers": case.broker.address, "transactional.id": case.name + ".foreign",
                        **harness.QUIET})
    foreign.init_transactions(10)
    foreign.begin_transaction()
    foreign.produce(case.name + ".records", key="x", value="y")
    foreign.flush(10)
    service = case.start("state", ["--until-end"])
    check(service.wait(3) is None, "a start does not wait for the end of a foreign transaction")
    foreign.abort_transaction(10)
    expect_exit(service, 0, "the start after the foreign transaction")
    check(case.verify() == changes, "changes were written")


def a_reset_group_is_noticed(case):
    case.broker.send(case.events)
    case.to_end("state")
    foreign = Consumer({"bootstrap.servers": case.broker.address, "group.id": "durand." + case.name,
                        "enable.auto.commit": False, **harness.QUIET})
    foreign.commit(offsets=[TopicPartition(case.inputs[0], 0, 1)], asynchronous=False)
    foreign.close()
    expect_exit(case.start("state"), 3, "a start after a reset of the group")
    case.says("state", "was not committed by Durand")


def a_state_that_is_not_what_the_outputs_say_is_built_anew_once(case):
    case.broker.send(case.events[:400])
    case.to_end("state")
    case.broker.send(case.events[400:])
    case.to_end("state")
    changes = case.verify()
    # A record by somebody else's hand, in a form that Durand could have written.
    foreign = Producer({"bootstrap.servers": case.broker.address, "partitioner": "murmur2_random",
                        **harness.QUIET})
    message = next(m for m in case.broker.read(case.name + ".records") if m[3])
    record = json.loads(message[3])
    record["values"] = record.get("values", [])[:1]
    foreign.produce(case.name + ".records", key=message[2], value=json.dumps(record))
    foreign.flush(10)
    expect_exit(case.start("state"), 3, "a start on a log that somebody else wrote to")
    case.says("state", "building it anew")
    case.says("state", "is not the one that the outputs were made from")
    check(case.verify() == changes, "changes were written")


def wait_stopped(service, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with open("/proc/%d/stat" % service.process.pid, encoding="utf-8") as file:
            if file.read().rsplit(")", 1)[1].split()[0] == "T":
                return
        time.sleep(0.02)
    raise Failure("the service does not reach the point at which it is to be frozen")


def a_broker_that_crashes_under_a_commit_is_waited_for(case):
    if not case.broker.own or not harness.has_fault_points(case.binary):
        return
    case.broker.send(case.events)
    service = case.start("state", ["--until-end"], faults={"DURAND_STOP_AT": "before_kafka_commit:3"})
    wait_stopped(service)
    crash = Background(case.broker.crash_and_restart)
    time.sleep(0.5)
    service.process.send_signal(signal.SIGCONT)
    crash.join()
    check(service.wait(90) == 0, "durand run --until-end does not end well; %s" % case.log("state"))
    case.verify()


def a_disk_that_fails_once_costs_a_start_and_no_more(case):
    if not harness.has_fault_points(case.binary):
        return
    case.broker.send(case.events)
    code = case.start("state", ["--until-end"], faults={"DURAND_LMDB_FAIL_AT": "3000"}).wait(60)
    check(code == 0, "durand run --until-end: exit code %s; %s" % (code, case.log("state")))
    case.says("state", "starting again")
    case.verify()
    case.to_end("built-anew")


def a_map_that_grows_survives_a_kill(case):
    if not harness.has_fault_points(case.binary):
        return
    small = {"DURAND_MAP_BYTES": str(1 << 20)}
    case.broker.send(case.events)
    service = case.start("state", ["--until-end"], kill_at="in_map_growth:1", faults=small)
    expect_exit(service, -9, "a service whose map grows")
    check(case.start("state", ["--until-end"], faults=small).wait(60) == 0, "no start after that; %s" % case.log("state"))
    case.verify()
    case.to_end("built-anew")


def a_broker_that_crashes_is_waited_for(case):
    if not case.broker.own:
        return
    load_half = len(case.events) // 2
    case.broker.send(case.events[:load_half])
    service = case.start("state")
    case.wait_live("state")
    case.broker.crash_and_restart()
    case.broker.send(case.events[load_half:])
    deadline = time.monotonic() + 90
    while True:
        code = service.wait(1)
        check(code is None, "durand run ended with %s when the broker crashed; %s" % (code, case.log("state")))
        try:
            check(len(harness.last_values(case.broker.read(case.name + ".records"))) > 0, "no records")
            if case.broker.lag("durand." + case.name, case.inputs) == 0:
                break
        except Failure:
            pass
        check(time.monotonic() < deadline, "durand run does not go on after the broker's crash; %s" % case.log("state"))
    check(service.terminate(60) == 0, "durand run does not stop cleanly")
    case.to_end("state")
    case.verify()


def new_partitions_are_read_from_their_beginning(case):
    case.broker.send(case.events[:100])
    service = case.start("state")
    case.wait_live("state")
    case.broker.add_partitions({t: 4 for t in case.inputs})
    case.broker.send(case.events[100:])
    check(service.terminate() == 0, "durand run does not stop cleanly")
    case.to_end("state")
    check(case.broker.lag("durand." + case.name, case.inputs) == 0, "a new partition was not read")
    case.verify()


def a_message_that_only_a_later_one_confirms_is_sent_again(case):
    """The client takes a request that failed for written once the one behind it is (processor/kafka/producer.c); a commit
    would then lose its message for good."""
    if not case.broker.own:
        return
    proxy = Proxy(case.broker.proxy_port, ("127.0.0.1", case.broker.proxied))
    proxy.topics = {case.name + "." + topic for topic in ("records", "golden.person", "changes")}
    with open(case.config, encoding="utf-8") as file:
        text = file.read()
    with open(case.config, "w", encoding="utf-8") as file:  # each message is a request of its own
        file.write(text.replace('bootstrap.servers: "%s"' % case.broker.address,
                                'bootstrap.servers: "127.0.0.1:%d", batch.num.messages: 1' % case.broker.proxy_port))
    case.broker.send(case.events)
    case.to_end("state")
    check(len(proxy.struck) == 3, "the proxy failed %s only" % proxy.struck)
    case.verify()
    case.says("state", "did not confirm")
    case.to_end("built-anew")  # the log is whole as well: the digest of what is read from it is the committed one
    proxy.close()


TESTS = [
    a_message_that_only_a_later_one_confirms_is_sent_again,
    a_second_instance_takes_over_and_the_first_goes,
    a_frozen_instance_wakes_up_and_does_no_harm,
    a_takeover_shows_before_its_restore_has_ended,
    an_idle_instance_notices_by_its_heartbeat,
    an_old_state_is_brought_up_silently,
    one_state_directory_serves_one_process,
    a_foreign_transaction_on_records_is_waited_for,
    a_reset_group_is_noticed,
    a_state_that_is_not_what_the_outputs_say_is_built_anew_once,
    new_partitions_are_read_from_their_beginning,
    a_broker_that_crashes_under_a_commit_is_waited_for,
    a_disk_that_fails_once_costs_a_start_and_no_more,
    a_map_that_grows_survives_a_kill,
    a_broker_that_crashes_is_waited_for,
]


def main(tests, description, name):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(harness.ROOT, "build", "durand"))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1000000))
    parser.add_argument("--keep", action="store_true", help="keep the working directory")
    parser.add_argument("tests", nargs="*", help="names, or parts of them")
    options = parser.parse_args()
    if not os.path.exists(options.binary):
        sys.exit("%s is not built" % options.binary)
    options.work = tempfile.mkdtemp(prefix="durand-%s-" % name)
    print("--seed %d" % options.seed)
    broker = Broker(os.path.join(options.work, "broker"))
    failed = 0
    try:
        for test in tests:
            if options.tests and not any(part in test.__name__ for part in options.tests):
                continue
            started = time.monotonic()
            try:
                test(Case(options, broker, test.__name__[:40]))
                outcome = "ok"
            except Failure as failure:
                failed += 1
                outcome = "FAILED: %s" % failure
            finally:
                harness.end_services()
            print("%-62s %4.1f s  %s" % (test.__name__.replace("_", " "), time.monotonic() - started, outcome), flush=True)
    finally:
        broker.stop()
        if not failed and not options.keep:
            shutil.rmtree(options.work, ignore_errors=True)
    if failed:
        print("logs: %s" % options.work)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(TESTS, __doc__, "instances")
