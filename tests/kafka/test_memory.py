#!/usr/bin/python3
"""Memory is bounded where the cluster is slow. A broker that takes what is written ten times more slowly than it gives what is
read, and an input that is larger than all the memory that the service may use: the service must wait, not collect.

    test_memory.py --binary build/durand [--keep] [TEST ...]
"""

import json
import os
import time

from confluent_kafka import Producer

import harness
import test_instances
from harness import Failure, check
from proxy import Proxy

MB = 1 << 20
PARTITIONS = 6
CONFIG = """
instance: {name}
state: {work}/state
service: {{memory: {memory}MB, batch_wait: {wait}}}
topics: {{prefix: "{name}.", partitions: 1}}
kafka: {{bootstrap.servers: "{address}", compression.type: none}}
matching: {{population: {{person: 2000, organization: 500}}}}
sources:
  crm: {{topics: [{name}.in], mapping: identity, entities: {{person: {{type: person}}}}}}
"""


class Load:
    def __init__(self, case, memory, wait, address):
        self.case, self.topic = case, case.name + ".in"
        with open(case.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(name=case.name, work=case.work, memory=memory, wait=wait, address=address))
        case.broker.create_topics({self.topic: PARTITIONS})
        self.producer = Producer({"bootstrap.servers": case.broker.address, "linger.ms": 20, **harness.QUIET})

    def send(self, values):
        for n, value in enumerate(values):
            while True:
                try:
                    self.producer.produce(self.topic, key=b"%d" % n, value=value, partition=n % PARTITIONS)
                    break
                except BufferError:
                    self.producer.poll(0.1)
        check(self.producer.flush(60) == 0, "the load was not delivered")

    def peak(self, service):
        """Bytes: the most that the process has had in memory so far, pages of its state's file among them."""
        with open("/proc/%d/status" % service.process.pid, encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise Failure("no VmHWM")

    def wait_read(self, service, seconds):
        deadline = time.monotonic() + seconds
        while self.case.broker.lag("durand." + self.case.name, [self.topic]):
            check(service.wait(0.2) is None, "durand run ended; %s" % self.case.log("state"))
            check(time.monotonic() < deadline, "the input is not read after %d s" % seconds)


def run(case, memory, wait, values, rate, most):
    """The most that the service needs for @values beyond what it needs for nothing; all must be read all the same."""
    proxy = Proxy(case.broker.proxy_port, ("127.0.0.1", case.broker.proxied))
    load = Load(case, memory, wait, "127.0.0.1:%d" % case.broker.proxy_port)
    service = case.start("state")
    case.wait_live("state")
    time.sleep(0.3)
    idle = load.peak(service)
    proxy.rate = rate
    total = sum(len(v) for v in values)
    load.send(values)
    load.wait_read(service, 60)
    more = load.peak(service) - idle
    check(service.terminate() == 0, "durand run does not stop cleanly")
    proxy.close()
    print("  %d MB in, %d MB out, memory %d MB: idle %d MB, %d MB more at most" %
          (total / MB, proxy.produced / MB, memory, idle / MB, more / MB))
    check(more < most * MB, "%d MB more than idle, %d were allowed" % (more / MB, most))


def a_slow_broker_makes_the_service_wait(case):
    """Everything that comes in goes out again (as dead letters), at 30 MB a second."""
    noise = os.urandom(60000)
    values = [noise[n % 1000:] + b"%d" % n for n in range(1700)]
    run(case, 64, "5ms", values, 30 * MB, 64)
    check(len(case.broker.read(case.name + ".deadletter", decode_keys=False)) == len(values), "letters are missing")


def rows_that_grow_when_decoded_make_smaller_batches(case):
    """What is decoded of two bytes can be a hundred."""
    row = {"given_name": "Anna", "family_name": "Petit", "notes": [1] * 4000}
    values = [json.dumps(dict(row, email="a%d@example.com" % n), separators=(",", ":")).encode() for n in range(400)]
    run(case, 64, "2s", values, None, 64)
    check(len(harness.last_values(case.broker.read(case.name + ".records"))) == len(values), "records are missing")


TESTS = [a_slow_broker_makes_the_service_wait, rows_that_grow_when_decoded_make_smaller_batches]

if __name__ == "__main__":
    # A build with the address sanitizer keeps what was freed, to notice its use: here that would be counted.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
    test_instances.main(TESTS, __doc__, "memory")
