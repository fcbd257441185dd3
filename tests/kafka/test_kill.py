#!/usr/bin/python3
"""Exactly once, shown by killing: a load of change events goes through `durand run` on a real Kafka, while the process is
killed with SIGKILL at every named point and at random. At the end a read_committed consumer must find

  - as the last value of each key of golden.*, conflicts, sync.* and records exactly what `durand replay` makes of the same events,
  - in `changes` one unbroken chain for each entity, from nothing to what its golden record is now,
  - each message that cannot be decoded once in `deadletter`,

and the same again after the state directory is lost and built anew from `records`.

    test_kill.py --binary build/asan/durand [--rounds N] [--seed S] [--events N] [--keep]
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import harness
from harness import ROOT, Background, Broker, Failure, Service, check

POINTS = ["after_produce", "before_send_offsets", "after_send_offsets", "before_kafka_commit", "after_kafka_commit",
          "before_lmdb_commit", "after_lmdb_commit", "in_restore"]
RANDOM_KILLS = 4
PARTITIONS = 2
POINT_WAIT_S = 4  # a point that is not reached by then becomes a random kill

CONFIG = """
instance: {name}
state: {work}/state
service: {{checkpoint: 300ms, batch_messages: 60, batch_wait: 5ms}}
topics: {{prefix: "{name}.", partitions: 3}}
kafka: {{bootstrap.servers: "{address}"}}
# Replay would pin the number of records of its input; both must have the same.
matching: {{population: {{person: 2000, organization: 500}}}}
"""

GIVEN = "anna bruno claire david elena farid greta hugo ines jonas karla lukas marta nils olga paul".split()
FAMILY = ("martin bernard petit robert richard durand dubois moreau laurent simon michel lefebvre leroy roux david bertrand "
          "morel fournier girard bonnet").split()


def sample(name):
    """The sample's sources under topics of our own, with what the configuration says of commands and feeds, and its events."""
    with open(os.path.join(ROOT, "docker", "sample", "durand.yaml"), encoding="utf-8") as file:
        text = file.read()
    sources = text[text.index("\nsources:"):]
    with open(os.path.join(ROOT, "docker", "sample", "events.ndjson"), encoding="utf-8") as file:
        events = [json.loads(line) for line in file if line.strip()]
    for topic in {e["topic"] for e in events}:
        sources = sources.replace(topic, name + "." + topic)
    for event in events:
        event["topic"] = name + "." + event["topic"]
    return sources, events


def generate(rnd, name, count):
    """Rows of two more systems about the same few people: creates, corrections, deletions, and some rubbish."""
    people = [{"given_name": rnd.choice(GIVEN), "family_name": rnd.choice(FAMILY),
               "birth_date": "%d-%02d-%02d" % (rnd.randrange(1950, 2000), rnd.randrange(1, 13), rnd.randrange(1, 29))}
              for _ in range(max(20, count // 12))]
    for n, person in enumerate(people):
        person["email"] = "%s.%s%d@example.com" % (person["given_name"], person["family_name"], n)
        person["phone"] = "+3361%07d" % rnd.randrange(10000000)
    sources = ""
    for system in ("shop", "web"):
        sources += ("  %s:\n    dialect: row\n    topics: [%s.%s.person]\n    mapping: identity\n"
                    "    entities:\n      person: {type: person}\n" % (system, name, system))
    events = []
    for n in range(count):
        system = rnd.choice(("shop", "web"))
        number = rnd.randrange(len(people))
        row = dict(people[number])
        if rnd.random() < 0.3:
            row["given_name"] = row["given_name"][0]
        if rnd.random() < 0.3:
            row.pop(rnd.choice(("email", "phone", "birth_date")))
        if rnd.random() < 0.05:
            row["family_name"] = rnd.choice(FAMILY)
        event = {"source": system, "type": "person", "topic": "%s.%s.person" % (name, system),
                 "key": "%s-%d" % (system, number), "value": row, "timestamp_ms": 1760000000000 + n * 1000}
        dice = rnd.random()
        if dice < 0.04:
            event["value"] = None
        elif dice < 0.05:
            event["value"] = ["no", "row"]
        events.append(event)
    return sources, events


def interleave(rnd, streams):
    """Any order between streams; each keeps its own."""
    streams = [list(reversed(s)) for s in streams if s]
    merged = []
    while streams:
        stream = rnd.choices(streams, weights=[len(s) for s in streams])[0]
        merged.append(stream.pop())
        streams = [s for s in streams if s]
    return merged


class Round:
    partitions = PARTITIONS

    def __init__(self, options, broker, seed, directory):
        self.rnd = random.Random(seed)
        self.options = options
        self.broker = broker
        self.work = harness.fresh_directory(directory)
        self.name = "kill-%d-%d" % (seed, os.getpid())
        self.hits = {}
        sample_sources, sample_events = sample(self.name)
        load_sources, load_events = generate(self.rnd, self.name, options.events)
        self.config = os.path.join(self.work, "durand.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(name=self.name, work=self.work, address=broker.address)
                       + sample_sources.replace("\nsources:\n", "\nsources:\n" + load_sources, 1))
        self.events = interleave(self.rnd, [sample_events, load_events])
        broker.create_topics({t: self.partitions for t in sorted({e["topic"] for e in self.events})})

    def service(self, arguments=(), kill_at=None, state="state", faults=None):
        return Service(self.options.binary, self.config, os.path.join(self.work, state),
                       os.path.join(self.work, "log"), arguments, kill_at, faults)

    def kill_once(self, point, events):
        """One life of the service, with new input arriving."""
        load = Background(self.broker.send, events)
        if point == "in_restore":  # a lost disk: the restore is long, and cut short
            shutil.rmtree(os.path.join(self.work, "state"), ignore_errors=True)
        count = {"in_restore": 150, "before_lmdb_commit": 2, "after_lmdb_commit": 2}.get(point, 6)
        service = self.service(kill_at="%s:%d" % (point, self.rnd.randint(1, count)) if point else None)
        code = service.wait(POINT_WAIT_S if point else self.rnd.uniform(0.1, 2))
        if code is None:
            code = service.kill()
            point = None
        check(code == -9, "durand run ended with exit code %s instead of being killed" % code)
        self.hits[point or "random"] = self.hits.get(point or "random", 0) + 1
        load.join()

    def to_end(self, state="state"):
        code = self.service(["--until-end"], state=state).wait(60)
        check(code == 0, "durand run --until-end: exit code %s" % code)

    def expect(self):
        """What replay makes of the same events."""
        path, output = os.path.join(self.work, "events.ndjson"), os.path.join(self.work, "replay")
        with open(path, "w", encoding="utf-8") as file:
            for event in self.events:
                file.write(json.dumps(event, ensure_ascii=False) + "\n")
        result = subprocess.run([self.options.binary, "replay", "--config", self.config, "--input", path, "--output", output],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        check(result.returncode in (0, 3), "durand replay: exit code %d\n%s" % (result.returncode, result.stdout))
        return output

    def verify(self, expected):
        read = lambda topic: self.broker.read(self.name + "." + topic)
        golden = {}
        derived = [t[len(self.name) + 1:] for kind in ("sync.", "feed.") for t in self.broker.topics(self.name + "." + kind)]
        for topic in ("golden.person", "golden.organization", "conflicts", "records", *derived):
            found = harness.last_values(read(topic))
            harness.compare(topic, found, harness.read_ndjson(os.path.join(expected, topic + ".ndjson")))
            if topic.startswith("golden."):
                golden.update(found)
        changes = harness.compose_changes(read("changes"), golden)
        letters = [tuple(v for n, v in headers if n.startswith("durand.source.")) for *_, headers in read("deadletter")]
        check(len(letters) == len(set(letters)), "a message is in `deadletter` twice")
        rejected = len(read_lines(os.path.join(expected, "deadletter.ndjson")))
        check(len(letters) == rejected, "deadletter holds %d messages, replay rejects %d" % (len(letters), rejected))
        return changes, len(golden)

    def run(self):
        plan = POINTS + [None] * RANDOM_KILLS if harness.has_fault_points(self.options.binary) else [None] * 10
        self.rnd.shuffle(plan)
        plan.sort(key=lambda point: point == "in_restore")  # last, when there is something to restore
        share = len(self.events) // (len(plan) + 1)
        for n, point in enumerate(plan):
            self.kill_once(point, self.events[n * share:(n + 1) * share])
        self.broker.send(self.events[len(plan) * share:])
        self.to_end()
        expected = self.expect()
        changes, entities = self.verify(expected)
        self.to_end(state="lost-and-built-anew")
        check(self.verify(expected)[0] == changes, "building the state anew wrote changes")
        # A state that was ahead of Kafka shows by its digest, and is mended before it does harm. It may never come to that.
        with open(os.path.join(self.work, "log"), encoding="utf-8") as log:
            check("building it anew" not in log.read(), "a state was not what the outputs had been made from")
        return changes, entities


def read_lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [line for line in file if line.strip()]


def show_inputs(broker, one):
    """What the inputs hold, so that a message that never arrived is told from one that was passed over."""
    for topic in sorted({event["topic"] for event in one.events}):
        try:
            offsets = sorted((message[0], message[1]) for message in broker.read(topic))
        except Failure as failure:
            print("  input %s: %s" % (topic, failure))
            continue
        sent = sum(event["topic"] == topic for event in one.events)
        print("  input %s: %d messages, %d sent, from %s to %s" % (topic, len(offsets), sent, offsets[:1], offsets[-1:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "durand"))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--events", type=int, default=2000, help="generated ones, beside the sample")
    parser.add_argument("--keep", action="store_true", help="keep the working directory")
    options = parser.parse_args()
    if not os.path.exists(options.binary):
        sys.exit("test_kill.py: %s is not built" % options.binary)
    if not harness.has_fault_points(options.binary):
        print("this build has no fault points (DURAND_FAULT_POINTS): random kills only")
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1000000)
    work = tempfile.mkdtemp(prefix="durand-kill-")
    broker = Broker(os.path.join(work, "broker"))
    failed = []
    try:
        for n in range(options.rounds):
            directory = os.path.join(work, "round-%d" % (seed + n))
            print("round %d of %d: --seed %d" % (n + 1, options.rounds, seed + n), flush=True)
            started = time.monotonic()
            try:
                one = Round(options, broker, seed + n, directory)
                changes, entities = one.run()
            except Failure as failure:
                failed.append(seed + n)
                print("  FAILED: %s\n  logs and events: %s" % (failure, directory), flush=True)
                show_inputs(broker, one)
                continue
            finally:
                harness.end_services()
            kills = ", ".join("%s %d" % item for item in sorted(one.hits.items()))
            print("  %d events, %d changes in unbroken chains, %d entities; killed: %s; %.0f s"
                  % (len(one.events), changes, entities, kills, time.monotonic() - started), flush=True)
            if not options.keep:
                shutil.rmtree(directory, ignore_errors=True)
    finally:
        broker.stop()
        if not failed and not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    if failed:
        print("%d of %d rounds failed: --seed %s" % (len(failed), options.rounds, " ".join(map(str, failed))))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
