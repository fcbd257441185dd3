#!/usr/bin/python3
"""Input topics by pattern, on a real Kafka: what matches is read, from its beginning, also what is made while the service runs;
what is deleted leaves; what two sources could claim is read by neither.

    test_topics.py --binary build/durand [--keep] [TEST ...]
"""

import time

import harness
import test_instances
from harness import Failure, check

CONFIG = """
instance: {name}
state: {work}/state
service: {{discovery: 1s, batch_wait: 5ms}}
topics: {{prefix: "{name}.", partitions: 1}}
kafka: {{bootstrap.servers: "{address}", topic.metadata.refresh.interval.ms: 1000}}
matching: {{population: {{person: 2000, organization: 500}}}}
sources:
  shop: {{topics: ["^in-{name}\\\\.shop\\\\."], mapping: identity, entities: {{person: {{type: person}}}}}}
  web: {{topics: ["^in-{name}\\\\.web\\\\.person$", in-{name}.named.person], mapping: identity, entities: {{person: {{type: person}}}}}}
"""


class Topics:
    def __init__(self, case):
        self.case = case
        self.name = "in-" + case.name + "."
        with open(case.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(name=case.name, work=case.work, address=case.broker.address))

    def create(self, *names):
        self.case.broker.create_topics({self.name + n: 2 for n in names})

    def send(self, topic, *keys):
        self.case.broker.send([{"topic": self.name + topic, "key": k, "timestamp_ms": 1760000000000, "value":
                                {"given_name": "Anna", "family_name": "Petit", "email": k + "@example.com"}} for k in keys])

    def records(self):
        """Which source has which records."""
        found = {}
        for value in harness.last_values(self.case.broker.read(self.case.name + ".records")).values():
            found.setdefault(value["source"], set()).add(value["record_id"])
        return found

    def wait(self, expected, service):
        deadline = time.monotonic() + 20
        while self.records() != expected:
            check(service.wait(0.2) is None, "durand run ended; %s" % self.case.log("state"))
            if time.monotonic() > deadline:
                raise Failure("there is %s, expected %s; %s" % (self.records(), expected, self.case.log("state")))


def topics_are_found_while_running(case):
    topics = Topics(case)
    topics.create("shop.person", "web.person", "web.person.old", "named.person")
    for topic in ("shop.person", "web.person", "web.person.old", "named.person"):
        topics.send(topic, topic[0] + "1")
    service = case.start("state")
    topics.wait({"shop": {"s1"}, "web": {"w1", "n1"}}, service)
    topics.create("shop.more.person")
    topics.send("shop.more.person", "s2", "s3", "s4", "s5", "s6")
    topics.wait({"shop": {"s%d" % n for n in range(1, 7)}, "web": {"w1", "n1"}}, service)
    case.broker.add_partitions({topics.name + "shop.more.person": 5})
    topics.send("shop.more.person", *["t%d" % n for n in range(20)])
    expected = {"shop": {"s%d" % n for n in range(1, 7)} | {"t%d" % n for n in range(20)}, "web": {"w1", "n1"}}
    topics.wait(expected, service)
    # A topic that is gone leaves; what it said stays said, and everything else goes on.
    admin = harness.AdminClient({"bootstrap.servers": case.broker.address, **harness.QUIET})
    admin.delete_topics([topics.name + "shop.more.person"])[topics.name + "shop.more.person"].result()
    topics.send("web.person", "w2")
    expected["web"].add("w2")
    topics.wait(expected, service)
    check(service.terminate() == 0, "durand run does not stop cleanly")
    case.says("state", "shop.more.person is new and matches a pattern of source shop")
    case.to_end("state")
    check(topics.records() == expected, "after a start: %s" % topics.records())


def a_topic_of_two_sources_is_read_by_neither(case):
    topics = Topics(case)
    topics.create("shop.person")
    with open(case.config, encoding="utf-8") as file:
        text = file.read()
    with open(case.config, "w", encoding="utf-8") as file:
        file.write(text.replace(".web\\\\.person$", "."))  # shop's topics are web's as well
    test_instances.expect_exit(case.start("state"), 2, "a start with a topic of two sources")
    case.says("state", "of two sources: name it under the one that it belongs to")
    with open(case.config, "w", encoding="utf-8") as file:
        file.write(text.replace(".web\\\\.person$", ".both"))
    with open(case.config, encoding="utf-8") as file:
        text = file.read()
    with open(case.config, "w", encoding="utf-8") as file:
        file.write(text.replace(".shop\\\\.", ".[bs].*o.*"))
    topics.send("shop.person", "s1")
    service = case.start("state")
    topics.wait({"shop": {"s1"}}, service)
    topics.create("both.person")
    topics.send("both.person", "b1")
    deadline = time.monotonic() + 15
    while "it is not read" not in open(case.log("state"), encoding="utf-8").read():
        check(service.wait(0.2) is None and time.monotonic() < deadline, "no word about the topic of two sources")
    topics.send("shop.person", "s2")
    topics.wait({"shop": {"s1", "s2"}}, service)
    check(service.terminate() == 0, "durand run does not stop cleanly")


TESTS = [topics_are_found_while_running, a_topic_of_two_sources_is_read_by_neither]

if __name__ == "__main__":
    test_instances.main(TESTS, __doc__, "topics")
