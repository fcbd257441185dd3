#!/usr/bin/python3
"""The commands of docker/compose.yaml by hand: what the seeder, Durand and the look do there, they do here against a broker and a
registry of the test, with the configuration that the containers get. Only the addresses differ.

    test_compose.py --binary build/durand [--keep]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

import harness
from harness import ROOT, Broker, Failure, check
from test_avro import Registry

DOCKER = os.path.join(ROOT, "docker")


class Stack:
    def __init__(self, options, work):
        self.binary, self.work = options.binary, work
        self.broker = Broker(os.path.join(work, "broker"))
        self.registry = Registry(os.path.join(work, "registry"))
        with open(os.path.join(DOCKER, "compose.yaml"), encoding="utf-8") as file:
            self.services = yaml.safe_load(file)["services"]
        with open(os.path.join(DOCKER, "durand.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.port = harness.free_ports(1)
        self.places = {"/etc/durand/durand.yaml": os.path.join(work, "durand.yaml"),
                       "/usr/share/durand/sample": os.path.join(DOCKER, "sample")}
        for old, new in (("kafka:9092", self.broker.address), ("http://registry:8080/apis/ccompat/v7", self.registry.address),
                         ("/var/lib/durand/state", os.path.join(work, "state")), ("0.0.0.0:9187", "127.0.0.1:%d" % self.port)):
            check(old in text, "docker/durand.yaml does not say %s" % old)
            text = text.replace(old, new)
        with open(self.places["/etc/durand/durand.yaml"], "w", encoding="utf-8") as file:
            file.write(text)

    def words(self, service):
        words = [self.binary]
        for word in self.services[service]["command"]:
            for old, new in self.places.items():
                word = word.replace(old, new)
            words.append(word)
        return words

    def health(self, page):
        environment = dict(os.environ, DURAND_HEALTH="127.0.0.1:%d" % self.port)
        return subprocess.run([os.path.join(DOCKER, "health.sh"), page], env=environment, capture_output=True).returncode == 0

    def stop(self):
        self.registry.stop()
        self.broker.stop()


def the_sample_comes_up(stack):
    check(not stack.health("/health"), "nothing runs, and the health check is content")
    done = subprocess.run(stack.words("seeder"), capture_output=True, text=True, timeout=60)
    with open(os.path.join(DOCKER, "sample", "events.ndjson"), encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    check(done.returncode == 0 and "%d messages published" % len(events) in done.stdout, "seeder: %s" % (done,))
    for topic in sorted({e["topic"] for e in events}):
        sent = [(e["key"], e["timestamp_ms"]) for e in events if e["topic"] == topic]
        found = stack.broker.read(topic)
        check(len(found) == len(sent), "%s: %d messages of %d" % (topic, len(found), len(sent)))
    with open(os.path.join(stack.work, "log"), "wb") as log:
        service = subprocess.Popen(stack.words("durand"), stdout=log, stderr=log)
        harness.Service.started.append(service)
    deadline = time.monotonic() + 30
    while not stack.health("/ready") or stack.broker.lag("durand.sample", sorted({e["topic"] for e in events})):
        check(service.poll() is None and time.monotonic() < deadline, "durand is not ready; %s" % log.name)
        time.sleep(0.2)
    check(stack.health("/health") and not stack.health("/nothing"), "the health check")
    output = os.path.join(stack.work, "replayed")
    subprocess.run([stack.binary, "replay", "--config", os.path.join(DOCKER, "sample", "durand.yaml"), "--input",
                    os.path.join(DOCKER, "sample", "events.ndjson"), "--output", output, "--state",
                    os.path.join(stack.work, "replay")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for kind in ("person", "organization"):
        expected = harness.read_ndjson(os.path.join(output, "golden.%s.ndjson" % kind))
        found = {}
        for _, _, key, value, _ in stack.broker.read("durand.golden." + kind):
            found.pop(key, None)
            if value is not None:
                found[key] = stack.registry.decode(value)
        check(len(expected) > 40, "%d entities" % len(expected))
        harness.compare("golden." + kind, found, expected)
    time.sleep(0.2)
    service.terminate()
    check(service.wait(30) == 0, "durand does not stop cleanly")
    look = subprocess.run(stack.words("look"), capture_output=True, text=True, timeout=30)
    check(look.returncode == 0 and "entity" in look.stdout, "look: %s" % (look,))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "durand"))
    parser.add_argument("--keep", action="store_true", help="keep the working directory")
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="durand-compose-")
    stack, failed = Stack(options, work), False
    try:
        the_sample_comes_up(stack)
        print("the sample comes up")
    except Failure as failure:
        failed = True
        print("FAILED: %s\nlogs: %s" % (failure, work))
    finally:
        harness.end_services()
        stack.stop()
        if not failed and not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
