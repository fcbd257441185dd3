#!/usr/bin/python3
"""Avro with a real Schema Registry and a real Kafka: the sample's events in Avro, each shape under a writer schema of its own,
and the outputs in Avro, read by Apache's own Python library. They must say what the same events and outputs say in JSON.
Then what goes wrong: an id that the registry does not know, a registry that does not answer, a lost state.

    test_avro.py --binary build/durand [--keep]
"""

import argparse
import base64
import io
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import harness
from harness import ROOT, SKIPPED, Broker, Failure, Service, check

try:
    import avro.io
    import avro.schema
except ImportError:
    print("this test needs python3-avro (apt-get install python3-avro)", file=sys.stderr)
    if os.environ.get("CI") == "true":
        sys.exit(1)
    print("SKIPPED: nothing was tested in Avro", file=sys.stderr)
    sys.exit(SKIPPED)

COMPARED = ["golden.person", "golden.organization", "conflicts", "records", "sync.sfdc-emea", "sync.sfdc-us",
            "feed.newsletter"]

CONFIG = """
instance: {name}
state: {work}/{name}
service: {{checkpoint: 300ms}}
topics: {{prefix: "{name}.", partitions: 2{topics}}}
kafka: {{bootstrap.servers: "{address}"}}
matching: {{population: {{person: 2000, organization: 500}}}}
{more}
"""


class Registry:
    """A registry of our own, and what a serializer does with one."""

    def __init__(self, directory):
        self.directory = directory
        self.script = os.path.join(ROOT, "tests", "kafka", "registry.sh")
        result = subprocess.run([self.script, "start", directory], stdout=subprocess.PIPE, text=True)
        if result.returncode:
            sys.exit(result.returncode)
        self.address = result.stdout.strip()
        self.ids, self.schemas = {}, {}

    def process(self):
        with open(os.path.join(self.directory, "pid"), encoding="ascii") as file:
            return int(file.read())

    def stop(self):
        subprocess.run([self.script, "stop", self.directory], check=False)

    def ask(self, path, body=None, method=None):
        request = urllib.request.Request(self.address + path, json.dumps(body).encode() if body else None,
                                         {"Content-Type": "application/vnd.schemaregistry.v1+json"}, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def encode(self, subject, schema, value):
        text = json.dumps(schema)
        if text not in self.ids:
            self.ids[text] = self.ask("/subjects/%s/versions" % subject, {"schema": text, "schemaType": "AVRO"})["id"]
        out = io.BytesIO()
        avro.io.DatumWriter(avro.schema.parse(text)).write(value, avro.io.BinaryEncoder(out))
        return struct.pack(">bI", 0, self.ids[text]) + out.getvalue()

    def decode(self, message):
        check(message[0] == 0, "no message of a registry: %r" % message[:20])
        number = struct.unpack(">I", message[1:5])[0]
        if number not in self.schemas:
            text = self.ask("/schemas/ids/%d" % number)["schema"]
            self.schemas[number] = (avro.schema.parse(text), json.loads(text))
        parsed, schema = self.schemas[number]
        source = io.BytesIO(message[5:])
        value = avro.io.DatumReader(parsed).read(avro.io.BinaryDecoder(source))
        check(source.read() == b"", "bytes behind the value of schema %d" % number)
        return without_default_nulls(schema, value, {})


def without_default_nulls(schema, value, names):
    """In JSON a field whose default is null may be absent (schemas/README.md)."""
    if isinstance(schema, str):
        return without_default_nulls(names[schema], value, names) if schema in names else value
    if isinstance(schema, list):
        kind = {dict: ("record", "map"), list: ("array",)}.get(type(value), ())
        for branch in schema:
            branch = names.get(branch, branch) if isinstance(branch, str) else branch
            if isinstance(branch, dict) and branch["type"] in kind:
                return without_default_nulls(branch, value, names)
        return value
    if schema["type"] == "record":
        names[schema["name"]] = schema
        result = {}
        for field in schema["fields"]:
            if value[field["name"]] is not None or field.get("default", 0) is not None:
                result[field["name"]] = without_default_nulls(field["type"], value[field["name"]], names)
        return result
    if schema["type"] == "map":
        return {k: without_default_nulls(schema["values"], v, names) for k, v in value.items()}
    if schema["type"] == "array":
        return [without_default_nulls(schema["items"], v, names) for v in value]
    return value


def shape(value, name):
    """The schema of one JSON value, as a writer would have it whose fields are just these."""
    if value is None:
        return ["null", "string"]
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "long"
    if isinstance(value, float):
        return "double"
    if isinstance(value, str):
        return ["null", "string"]
    if isinstance(value, list):
        return {"type": "array", "items": shape(value[0], name + "_item") if value else "string"}
    return {"type": "record", "name": name,
            "fields": [{"name": k, "type": shape(v, name + "_" + k)} for k, v in value.items()]}


def in_avro(registry, event):
    """The event with key and value as bytes in Avro; what is no JSON stays as it is."""
    name = "sample." + event["topic"].replace(".", "_").replace("-", "_")
    result = dict(event, topic="avro." + event["topic"])
    if event["key"] is not None:
        result["key"] = registry.encode(result["topic"] + "-key", shape(event["key"], name + ".Key"), event["key"])
    if event.get("value") is not None and "value_base64" not in event:
        message = registry.encode(result["topic"] + "-value", shape(event["value"], name + ".Value"), event["value"])
        result["value_base64"] = base64.b64encode(message).decode()
    return result


class Test:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.broker = Broker(os.path.join(work, "broker"))
        self.registry = Registry(os.path.join(work, "registry"))
        with open(os.path.join(ROOT, "docker", "sample", "durand.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.sources = text[text.index("\nsources:"):]
        with open(os.path.join(ROOT, "docker", "sample", "events.ndjson"), encoding="utf-8") as file:
            self.events = [json.loads(line) for line in file if line.strip()]
        self.topics = sorted({e["topic"] for e in self.events})

    def configure(self, name, topics="", more="", avro_inputs=False):
        sources = self.sources
        for topic in self.topics if avro_inputs else []:
            sources = sources.replace(topic, "avro." + topic)
        path = os.path.join(self.work, name + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(name=name, work=self.work, topics=topics, more=more, address=self.broker.address))
            file.write(sources)
        return path

    def registry_options(self):
        return "registry: {url: \"%s\", timeout: 500ms}" % self.registry.address

    def to_end(self, config, state):
        code = self.service(config, state, ["--until-end"]).wait(60)
        check(code == 0, "durand run --until-end with %s: exit code %s" % (os.path.basename(config), code))

    def service(self, config, state, arguments=()):
        return Service(self.options.binary, config, os.path.join(self.work, state), os.path.join(self.work, "log"), arguments)

    def read(self, topic, decode):
        """key -> value at the end."""
        values = {}
        for _, _, key, value, headers in self.broker.read(topic):
            values.pop(key, None)
            if value is not None:
                values[key] = decode(value, dict(headers))
        return values

    def compare(self, name, decode):
        for topic in COMPARED:
            expected = self.read("json." + topic, lambda value, headers: json.loads(value))
            if topic.startswith("feed."):  # its rows have all fields in JSON, and the reader above drops nulls
                expected = {k: {n: x for n, x in v.items() if x is not None} for k, v in expected.items()}
            harness.compare(topic, self.read(name + "." + topic, decode), expected)
            check(expected or topic.startswith("sync"), "%s is empty, nothing was compared" % topic)

    def by_registry(self, value, headers):
        check(headers["content-type"] == b"application/avro", "content-type is %s" % headers.get("content-type"))
        check(headers["ce_dataschema"].startswith(self.registry.address.encode()), "ce_dataschema: %s" % headers)
        return self.registry.decode(value)

    def structured(self, value, headers):
        if headers["content-type"] == b"application/avro":  # `records` is never wrapped
            return self.registry.decode(value)
        event = json.loads(value)
        check(headers["content-type"].startswith(b"application/cloudevents+json"), "content-type: %s" % headers)
        check(event["specversion"] == "1.0" and event["datacontenttype"] == "application/avro", "no event: %s" % event)
        return self.registry.decode(base64.b64decode(event["data_base64"]))

    # --- the stories, in order

    def what_goes_in_and_out_in_avro_is_what_json_says(self):
        self.broker.create_topics({t: 1 for t in self.topics})
        self.broker.create_topics({"avro." + t: 1 for t in self.topics})
        self.broker.send(self.events)
        self.broker.send([in_avro(self.registry, event) for event in self.events])
        self.to_end(self.configure("json"), "json")
        self.avro = self.configure("avro", ", encoding: avro", self.registry_options(), True)
        self.to_end(self.avro, "avro")
        self.compare("avro", self.by_registry)
        changes = [(p, o, k, json.dumps(self.registry.decode(v)).encode(), h)
                   for p, o, k, v, h in self.broker.read("avro.changes")]
        golden = {}
        for topic in COMPARED[:2]:
            golden.update(self.read("avro." + topic, self.by_registry))
        harness.compose_changes(changes, golden)
        subjects = self.registry.ask("/subjects")
        check("avro.golden.person-value" in subjects, "no subject for golden.person: %s" % subjects)
        return "%d shapes of events in Avro, %d golden records, %d changes" % (
            len(self.registry.ids), len(golden), len(changes))

    def contracts_can_be_printed_checked_and_registered(self):
        config = self.configure("told", ", encoding: avro, key_encoding: avro",
                                self.registry_options()[:-1] + ", register: false}", True)
        check(self.service(config, "told", ["--until-end"]).wait(30) == 2, "contracts that nobody registered were used")
        outcomes = self.schemas("check", config)
        check(set(outcomes.values()) == {"new"}, "check before: %s" % outcomes)
        check("told.changes-value" in outcomes and "told.changes-key" in outcomes, "subjects: %s" % outcomes)
        check("told.feed.newsletter-value" in outcomes, "a feed has no contract: %s" % outcomes)
        check("told.records-key" not in outcomes, "keys of `records` are text")
        check(set(self.schemas("register", config).values()) == {"registered"}, "not all were registered")
        check(set(self.schemas("check", config).values()) == {"registered"}, "not all are registered")
        self.to_end(config, "told")
        found = {}
        for _, _, key, value, headers in self.read_bytes("told.golden.person"):
            found[self.registry.decode(key)] = self.registry.decode(value) if value else None
        harness.compare("golden.person with keys in Avro", {k: v for k, v in found.items() if v},
                        self.read("json.golden.person", lambda value, headers: json.loads(value)))
        # A subject whose version wants a field that no contract has: no contract can follow it.
        strict = self.configure("strict", ", encoding: avro", self.registry_options(), True)
        self.registry.ask("/subjects/strict.changes-value/versions", {"schema": json.dumps(
            {"type": "record", "name": "Other", "fields": [{"name": "x", "type": "int"}]}), "schemaType": "AVRO"})
        self.registry.ask("/config/strict.changes-value", {"compatibility": "FULL"}, "PUT")
        outcomes = self.schemas("check", strict, 3)
        check(outcomes["strict.changes-value"] == "incompatible", "check of an incompatible contract: %s" % outcomes)
        check(self.service(strict, "strict", ["--until-end"]).wait(30) == 2, "an incompatible contract was used")

    def schemas(self, action, config, expected=0):
        result = subprocess.run([self.options.binary, "schemas", action, "--config", config, "--json"],
                                stdout=subprocess.PIPE, text=True)
        check(result.returncode == expected, "durand schemas %s: exit code %d" % (action, result.returncode))
        return {line["subject"]: line["outcome"] for line in map(json.loads, result.stdout.splitlines())}

    def read_bytes(self, topic):
        return self.broker.read(topic, decode_keys=False)

    def a_lost_state_is_built_from_records_in_avro(self):
        before = len(self.broker.read("avro.changes"))
        self.to_end(self.avro, "avro-anew")
        check(len(self.broker.read("avro.changes")) == before, "building the state anew wrote changes")
        # And a change of the encoding does not disturb it: JSON from now on, Avro before.
        self.to_end(self.configure("avro", "", self.registry_options(), True), "avro-mixed")
        check(len(self.broker.read("avro.changes")) == before, "another encoding wrote changes")
        with open(os.path.join(self.work, "log"), encoding="utf-8") as log:
            check("building it anew" not in log.read(), "a state was not what the outputs had been made from")
        self.avro = self.configure("avro", ", encoding: avro", self.registry_options(), True)

    def structured_events_hold_the_same(self):
        config = self.configure("wrapped", ", encoding: avro, cloudevents: structured",
                                self.registry_options(), True)
        self.to_end(config, "wrapped")
        self.compare("wrapped", self.structured)

    def an_unknown_schema_is_a_dead_letter(self):
        topic = "avro." + self.topics[0]
        self.broker.send([{"topic": topic, "key": None, "timestamp_ms": 1740000000000,
                           "value_base64": base64.b64encode(b"\0\0\x0f\xff\xff\2x").decode()}])
        before = len(self.broker.read("avro.deadletter", decode_keys=False))
        self.to_end(self.avro, "avro")
        letters = self.broker.read("avro.deadletter", decode_keys=False)
        check(len(letters) == before + 1, "%d dead letters more" % (len(letters) - before))
        reason = dict(letters[-1][4]).get("durand.reason", b"").decode()
        for *_, value, headers in letters:
            if value == b"\0\0\x0f\xff\xff\2x":
                reason = dict(headers)["durand.reason"].decode()
        check("knows no schema 1048575" in reason, "the reason is %s" % reason)

    def a_registry_that_does_not_answer_costs_nothing(self):
        """A message with a new schema waits; nothing is rejected, and it is read when the registry is back."""
        event = next(e for e in self.events if e["topic"] == "erp.public.customer" and e.get("value"))
        event = json.loads(json.dumps(event))
        row = event["value"].get("payload", event["value"])
        row["after"]["new_column"] = "x"
        row["after"]["name1"] = "Renamed While Nobody Answered"
        row["op"] = "u"
        row["source"]["ts_ms"] = row["ts_ms"] = 1741000000000
        message = in_avro(self.registry, event)
        letters = len(self.broker.read("avro.deadletter", decode_keys=False))
        os.kill(self.registry.process(), signal.SIGSTOP)
        try:
            self.broker.send([message])
            service = self.service(self.avro, "avro")
            # The contracts are asked for at the start: it waits there, and says so.
            check(service.wait(4) is None, "durand run ended while the registry was silent")
        finally:
            os.kill(self.registry.process(), signal.SIGCONT)
        self.wait_for(event, "Renamed While Nobody Answered")
        os.kill(self.registry.process(), signal.SIGSTOP)
        try:
            row["after"]["another_column"] = "y"
            row["after"]["name1"] = "Renamed Again"
            row["source"]["ts_ms"] = row["ts_ms"] = 1741000001000
            os.kill(self.registry.process(), signal.SIGCONT)
            message = in_avro(self.registry, event)
            os.kill(self.registry.process(), signal.SIGSTOP)
            self.broker.send([message])
            check(service.wait(3) is None, "durand run ended while the registry was silent")
        finally:
            os.kill(self.registry.process(), signal.SIGCONT)
        self.wait_for(event, "Renamed Again")
        check(service.terminate() == 0, "durand run did not end cleanly")
        check(len(self.broker.read("avro.deadletter", decode_keys=False)) == letters, "an outage made a dead letter")
        with open(os.path.join(self.work, "log"), encoding="utf-8") as log:
            check("waits for its schema" in log.read(), "the wait is not in the log")

    def wait_for(self, event, name):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for value in self.read("avro.records", self.by_registry).values():
                if value["entity"] == "customer" and any(v["raw"] == name for v in value["values"]):
                    return
            time.sleep(0.3)
        raise Failure("the row of %s never got the name %s" % (event["key"], name))

    def run(self):
        for story in (self.what_goes_in_and_out_in_avro_is_what_json_says,
                      self.contracts_can_be_printed_checked_and_registered,
                      self.a_lost_state_is_built_from_records_in_avro,
                      self.structured_events_hold_the_same,
                      self.an_unknown_schema_is_a_dead_letter,
                      self.a_registry_that_does_not_answer_costs_nothing):
            started = time.monotonic()
            remark = story()
            print("  %s%s (%.1f s)" % (story.__name__, ": " + remark if remark else "", time.monotonic() - started),
                  flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "durand"))
    parser.add_argument("--keep", action="store_true", help="keep the working directory")
    options = parser.parse_args()
    if not os.path.exists(options.binary):
        sys.exit("test_avro.py: %s is not built" % options.binary)
    work = tempfile.mkdtemp(prefix="durand-avro-")
    test, failed = None, False
    try:
        test = Test(options, work)
        test.run()
    except Failure as failure:
        failed = True
        print("FAILED: %s\nlogs: %s" % (failure, work))
    finally:
        if test:
            test.registry.stop()
            test.broker.stop()
        if not failed and not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
