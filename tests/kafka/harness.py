"""What the Kafka tests share: a broker, a durand process that can be killed, and the checks of what it left behind."""

import atexit
import base64
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "common"))

import chain  # noqa: E402
from chain import Failure  # noqa: E402

SKIPPED = 77

try:
    from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition, OFFSET_BEGINNING
    from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic
except ImportError:
    print("the Kafka tests need python3-confluent-kafka (apt-get install python3-confluent-kafka)", file=sys.stderr)
    if os.environ.get("CI") == "true":
        sys.exit(1)
    print("SKIPPED: nothing was tested against a real Kafka", file=sys.stderr)
    sys.exit(SKIPPED)


# The clients' own log would only repeat what the tests say.
QUIET = {"log_level": 2}


def check(condition, text):
    if not condition:
        raise Failure(text)


def free_ports(count):
    """The first of @count ports in a row that nobody listens on."""
    while True:
        first = random.SystemRandom().randrange(20000, 32000)
        try:
            for port in range(first, first + count):
                with socket.socket() as one:
                    one.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


class Broker:
    """A real broker with data of its own, or one that runs already (DURAND_TEST_BOOTSTRAP)."""

    def __init__(self, directory):
        self.directory = directory
        self.script = os.path.join(ROOT, "tests", "kafka", "broker.sh")
        self.own = "DURAND_TEST_BOOTSTRAP" not in os.environ
        if not self.own:
            self.address = os.environ["DURAND_TEST_BOOTSTRAP"]
            return
        # A second listener, whose clients are sent to a proxy (proxy.py) by the broker's metadata.
        port = free_ports(6)  # broker.sh takes the first four
        self.proxied = port + 4  # where the broker listens for the proxy
        self.proxy_port = port + 5
        environment = dict(os.environ, KAFKA_PORT=str(port), KAFKA_PROXIED="%d %d" % (self.proxied, self.proxy_port))
        result = subprocess.run([self.script, "start", directory], stdout=subprocess.PIPE, text=True, env=environment)
        if result.returncode:
            sys.exit(result.returncode)
        self.address = result.stdout.strip()

    def stop(self):
        if self.own:
            subprocess.run([self.script, "stop", self.directory], check=False)

    def crash_and_restart(self):
        subprocess.run([self.script, "kill", self.directory], check=True)
        subprocess.run([self.script, "restart", self.directory], check=True, stdout=subprocess.DEVNULL)

    def add_partitions(self, totals):
        admin = AdminClient({"bootstrap.servers": self.address, **QUIET})
        for future in admin.create_partitions([NewPartitions(t, n) for t, n in totals.items()]).values():
            future.result()

    def lag(self, group, topics):
        """Messages that the group has not committed yet."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": group, "enable.auto.commit": False,
                             **QUIET})
        places = [TopicPartition(t, p) for t in topics for p in range(self.partitions(t))]
        lag = 0
        for place in consumer.committed(places, timeout=10):
            low, high = consumer.get_watermark_offsets(place, timeout=10)
            lag += high - (place.offset if place.offset >= 0 else low)
        consumer.close()
        return lag

    def delete_topics(self, topics):
        """Returns when they are gone, so that one of the same name can be made."""
        admin = AdminClient({"bootstrap.servers": self.address, **QUIET})
        for future in admin.delete_topics(list(topics), operation_timeout=30).values():
            future.result()
        deadline = time.monotonic() + 30
        while set(topics) & set(admin.list_topics(timeout=10).topics):
            check(time.monotonic() < deadline, "topics are not deleted after 30 s")
            time.sleep(0.1)

    def create_topics(self, partitions):
        """partitions: topic -> count"""
        admin = AdminClient({"bootstrap.servers": self.address, **QUIET})
        made = admin.create_topics([NewTopic(t, n, 1) for t, n in partitions.items()])
        for topic, future in made.items():
            future.result()

    def partitions(self, topic):
        admin = AdminClient({"bootstrap.servers": self.address, **QUIET})
        return len(admin.list_topics(topic, timeout=10).topics[topic].partitions)

    def topics(self, prefix):
        admin = AdminClient({"bootstrap.servers": self.address, **QUIET})
        return sorted(t for t in admin.list_topics(timeout=10).topics if t.startswith(prefix))

    def send(self, events):
        """events: replay lines with topic, key, value, timestamp_ms. One key's events keep their order.

        One request at a time: a request that fails in passing on a topic just made, behind which another one succeeds,
        counts as delivered for librdkafka, and its messages are nowhere (processor/kafka/producer.c). Such a report has
        no offset."""
        producer = Producer({"bootstrap.servers": self.address, "partitioner": "murmur2_random", "linger.ms": 5,
                             "enable.idempotence": True, "max.in.flight": 1, "queue.buffering.max.messages": 1000000,
                             **QUIET})
        problems = []

        def delivered(error, message):
            if error or message.offset() is None or message.offset() < 0:
                problems.append(str(error or "no offset"))

        for event in events:
            producer.produce(event["topic"], key=encode(event["key"]), value=encode_value(event),
                             timestamp=event["timestamp_ms"], on_delivery=delivered)
            producer.poll(0)
        check(producer.flush(30) == 0 and not problems, "the load was not delivered: %s" % problems[:3])

    def read(self, topic, isolation="read_committed", decode_keys=True):
        """All messages as (partition, offset, key, value or None, headers), each partition in order."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "test-reader", "isolation.level": isolation,
                             "enable.partition.eof": True, "enable.auto.commit": False,
                             "auto.offset.reset": "earliest", "fetch.wait.max.ms": 50, **QUIET})
        count = self.partitions(topic)
        consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in range(count)])
        messages, ended = [], set()
        deadline = time.monotonic() + 60
        while len(ended) < count:
            check(time.monotonic() < deadline, "%s cannot be read to its end" % topic)
            message = consumer.poll(1)
            if message is None:
                continue
            if message.error():
                check(message.error().code() == KafkaError._PARTITION_EOF, "%s: %s" % (topic, message.error()))
                ended.add(message.partition())
                continue
            key = message.key()
            if key is not None and decode_keys:
                key = key.decode()
            messages.append((message.partition(), message.offset(), key, message.value(), message.headers() or []))
        consumer.close()
        return messages


def encode(key):
    if key is None or isinstance(key, (str, bytes)):
        return key
    return json.dumps(key, separators=(",", ":"), ensure_ascii=False)


def encode_value(event):
    if "value_base64" in event:
        return base64.b64decode(event["value_base64"])
    if event.get("value") is None:
        return None
    return json.dumps(event["value"], separators=(",", ":"), ensure_ascii=False)


class Service:
    """durand run, as a process whose end is watched."""

    started = []

    def __init__(self, binary, config, state, log, arguments=(), kill_at=None, faults=None):
        environment = dict(os.environ, **(faults or {}))
        environment.pop("DURAND_KILL_AT", None)
        if kill_at:
            environment["DURAND_KILL_AT"] = kill_at
        self.log = open(log, "ab")
        self.log.write(("--- run %s %s\n" % (" ".join(arguments), kill_at or "")).encode())
        self.log.flush()
        self.process = subprocess.Popen([binary, "run", "--config", config, "--state", state, *arguments],
                                        stdout=self.log, stderr=self.log, env=environment)
        Service.started.append(self.process)

    def wait(self, seconds):
        """The exit code, or None if it still runs."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self.log.close()
        return code

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.wait(10)

    def terminate(self, seconds=30):
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)


def end_services():
    """A test that fails leaves no process behind, frozen ones included."""
    for process in Service.started:
        if process.poll() is None:
            process.kill()
            process.wait()
    Service.started.clear()


atexit.register(end_services)


def last_values(messages):
    """key -> value of what compaction would leave; a null removes the key. A key lives in one partition."""
    values, homes = {}, {}
    for partition, _, key, value, _ in messages:
        check(homes.setdefault(key, partition) == partition, "key %s is in two partitions" % key)
        if value is None:
            values.pop(key, None)
        else:
            values[key] = json.loads(value)
    return values


def compose_changes(messages, golden, erasures=False):
    """The chain of what was read from `changes` (common/chain.py)."""
    for partition, offset, key, value, _ in messages:
        check(value is not None, "changes[%d]@%d, entity %s: a null" % (partition, offset, key))
    return chain.compose((("changes[%d]@%d" % (partition, offset), key, json.loads(value))
                          for partition, offset, key, value, _ in messages), golden, erasures)


def compare(name, found, expected):
    """Two maps of key to value."""
    for key in sorted(set(found) | set(expected)):
        check(key in found, "%s: key %s is missing" % (name, key))
        check(key in expected, "%s: key %s should not be there: %s" % (name, key, json.dumps(found[key])[:300]))
        check(found[key] == expected[key], "%s: key %s is\n  %s\nexpected\n  %s"
              % (name, key, json.dumps(found[key], sort_keys=True), json.dumps(expected[key], sort_keys=True)))


def read_ndjson(path):
    """key -> value of a file that durand replay wrote; a missing file is an empty topic."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines if line.strip()]
    return {e["key"] if isinstance(e["key"], str) else encode(e["key"]): e["value"] for e in entries}


def has_fault_points(binary):
    with open(binary, "rb") as content:
        return b"DURAND_KILL_AT" in content.read()


class Background:
    """Runs a function beside the test and hands its failure over."""

    def __init__(self, function, *arguments):
        self.problem = None

        def run():
            try:
                function(*arguments)
            except Exception as problem:  # handed over in join()
                self.problem = problem

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def join(self):
        self.thread.join()
        if self.problem:
            raise self.problem


def fresh_directory(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path
