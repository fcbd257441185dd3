#!/usr/bin/python3
"""What cannot be used, on a real Kafka: nothing stops, nothing is lost, and a person can look at it and send it again.

    test_deadletter.py --binary build/durand [--keep] [TEST ...]
"""

import http.server
import json
import os
import re
import subprocess
import threading

from confluent_kafka import Producer

import harness
import test_instances
from harness import check

NAME = "\u00c9lo\u00efse"
ROW = {"given_name": NAME, "family_name": "Petit", "email": "eloise.petit@example.com", "birth_date": "1980-02-03"}


class Letters:
    """A configuration and a topic of one test, and the command."""

    def __init__(self, case, extra="", source="", topic_options=None, prefix=""):
        self.case, self.topic = case, case.name + ".row.person"
        self.text = """
instance: {name}
state: {work}/state
topics: {{prefix: "{name}.", partitions: 1}}
kafka: {{bootstrap.servers: "{address}"}}
matching: {{population: {{person: 2000, organization: 500}}}}
{extra}
sources:
  crm:
    dialect: row
    topics: [{topic}]
    mapping: identity
    {source}
"""
        self.options = {"name": case.name, "work": case.work, "address": case.broker.address, "topic": self.topic,
                        "extra": extra, "source": source}
        self.configure()
        admin = harness.AdminClient({"bootstrap.servers": case.broker.address, **harness.QUIET})
        for future in admin.create_topics([harness.NewTopic(self.topic, 3, 1, config=topic_options or {})]).values():
            future.result()
        self.producer = Producer({"bootstrap.servers": case.broker.address, "message.max.bytes": 20000000,
                                  **harness.QUIET})

    def configure(self, **changes):
        self.options.update(changes)
        with open(self.case.config, "w", encoding="utf-8") as file:
            file.write(self.text.format(**self.options))

    def send(self, key, value, headers=None, partition=0, time_ms=1760000000000):
        self.producer.produce(self.topic, key=key, value=value, headers=headers or [], partition=partition,
                              timestamp=time_ms)
        check(self.producer.flush(20) == 0, "the message was not delivered")

    def run(self):
        self.case.to_end("state")

    def records(self):
        return harness.last_values(self.case.broker.read(self.case.name + ".records"))

    def letters(self):
        return self.case.broker.read(self.case.name + ".deadletter", decode_keys=False)

    def inputs(self):
        return self.case.broker.read(self.topic, decode_keys=False)

    def command(self, *words, code=0, binary=False, answer=None):
        done = subprocess.run([self.case.binary, "deadletter", words[0], "--config", self.case.config, *words[1:]],
                              capture_output=True, input=answer, timeout=60)
        check(done.returncode == code, "deadletter %s: exit code %d, expected %d: %s%s"
              % (" ".join(words), done.returncode, code, done.stdout.decode(errors="replace")[:2000], done.stderr.decode()))
        return done.stdout if binary else done.stdout.decode()

    def listed(self, *words):
        return [json.loads(line) for line in self.command("list", "--json", *words).splitlines()]


def encoded(row):
    return json.dumps(row, ensure_ascii=False).encode()


POISON = [
    ("undecodable", b"{\"given_name\": ", "the value is no JSON"),
    ("deeply nested", b"[" * 100000 + b"]" * 100000, "nested deeper"),
    ("invalid UTF-8", b"{\"given_name\": \"\xc3\x28\"}", "UTF-8"),
    ("a NUL", b"{\"given_name\": \"a\\u0000b\"}", "the value is no JSON"),
    ("no row", b"[1, 2]", "the value is no object"),
    ("no key", None, "no key"),
    ("too long an id", b"{}", "the record id has"),
    ("bytes of a registry", b"\0\0\0\0\x07rest", "set registry.url"),
    ("empty", b"", "the value is empty"),
]


def no_poison_stops_the_stream_and_none_is_lost(case):
    """Between each two rubbish messages a good one, in one partition: all good ones count, all others are letters, byte for
    byte with key and headers, and each has a remedy of its own."""
    letters = Letters(case)
    headers = [("trace", b"\xff\x00"), ("trace", b"twice"), ("none", None), ("empty", b""), ("durand.reason", b"mine")]
    keys = {"no key": None, "too long an id": b"x" * 5000}
    for n, (name, value, _) in enumerate(POISON):
        letters.send(keys.get(name, ("bad-%d" % n).encode()), encoded(ROW) if value is None else value, headers)
        letters.send("good-%d" % n, encoded(ROW))
    letters.run()
    check(len(letters.records()) == len(POISON), "%d records" % len(letters.records()))
    found = letters.letters()
    check(len(found) == len(POISON), "%d letters" % len(found))
    for n, ((name, value, words), letter) in enumerate(zip(POISON, found)):
        _, _, key, body, all_headers = letter
        check(key == keys.get(name, ("bad-%d" % n).encode()), "%s: another key" % name)
        check(body == (encoded(ROW) if value is None else value), "%s: other bytes" % name)
        check(all_headers[-len(headers):] == headers, "%s: headers %s" % (name, all_headers))
        ours = dict(all_headers[:-len(headers)])
        check(words in ours["durand.reason"].decode(), "%s: %s" % (name, ours["durand.reason"]))
        check(ours["durand.source.topic"].decode() == letters.topic and ours["durand.source.offset"] == b"%d" % (2 * n)
              and ours["durand.source.timestamp"] == b"1760000000000", "%s: %s" % (name, ours))
    listed = letters.listed()
    check([l["offset"] for l in listed] == [2 * n for n in range(len(POISON))], "list: %s" % listed)
    for one in listed:
        check(not one["remedy"].startswith("look at the value ("), "%s: no remedy of its own" % one["reason"])
    raw = letters.command("show", listed[2]["place"], "--raw", binary=True)
    check(raw == POISON[2][1], "show --raw gives %r" % raw)
    shown = letters.command("show", listed[2]["place"])
    check("c3 28" in shown and "trace" in shown and "UTF-8" in shown, "show: %s" % shown)
    letters.command("show", "0:99", code=2)
    letters.command("show", "7:0", code=2)
    letters.command("list", "--since", "yesterday", code=2)
    letters.command("replay", code=2)


def list_filters_by_reason_topic_time_and_number(case):
    letters = Letters(case)
    for n in range(6):
        letters.send("k%d" % n, b"{" if n % 2 else b"[]", partition=n % 3)
    letters.run()
    check(len(letters.listed("--reason", "NO OBJECT")) == 3, "by reason")
    check(len(letters.listed("--reason", "tHe VaLuE")) == 6, "by reason, whatever the case")
    check(len(letters.listed("--topic", letters.topic)) == 6 and not letters.listed("--topic", "other"), "by topic")
    check(len(letters.listed("--source", "crm")) == 6 and not letters.listed("--source", "erp"), "by source")
    check(len(letters.listed("--since", "1h")) == 6 and not letters.listed("--until", "1h"), "by time")
    check(not letters.listed("--since", "2100-01-01"), "by date")
    check(letters.listed("--limit", "2") == letters.listed("--limit", "0")[-2:], "the newest two")


def a_repaired_message_is_sent_again(case):
    """To its topic and partition, with its own time and headers; a newer version of the row stays what it is."""
    letters = Letters(case)
    letters.send("a", b"{\"given_name\": \"Broken", [("trace", b"\x01")], partition=1, time_ms=1760000000000)
    letters.send("b", b"{\"given_name\": \"Old\" \"email\": 1}", partition=2, time_ms=1760000000000)
    letters.send("b", encoded(dict(ROW, given_name="New")), partition=2, time_ms=1770000000000)
    letters.run()
    places = {l["partition"]: l["place"] for l in letters.listed()}
    repaired = os.path.join(case.work, "repaired")
    with open(repaired, "wb") as file:
        file.write(encoded(ROW))
    check("keep" in letters.command("replay", places[1], "--yes", code=3), "what would be rejected again was sent")
    dry = letters.command("replay", places[1], "--value", repaired, "--dry-run")
    check("upsert of person a" in dry and "nothing is sent" in dry, "dry run: %s" % dry)
    letters.command("replay", places[1], "--value", repaired, answer=b"n\n", code=2)
    check(len(letters.inputs()) == 3, "something was sent without a yes")
    letters.command("replay", places[1], "--value", repaired, answer=b"y\n")
    sent = [m for m in letters.inputs() if m[0] == 1][-1]
    check(sent[2] == b"a" and sent[3] == encoded(ROW), "sent: %s" % (sent,))
    check(sent[4] == [("trace", b"\x01"), ("durand.deadletter", places[1].encode())], "headers: %s" % sent[4])
    letters.command("replay", places[2], "--value", repaired, "--yes")
    letters.run()
    names = {k: {v["attribute"]: v["raw"] for v in r["values"]}["given_name"] for k, r in letters.records().items()}
    check(sorted(names.values()) == ["New", NAME], "names: %s" % names)
    check(len(letters.letters()) == 2, "a letter is gone, or there is a new one")
    letters.command("replay", places[1], "--value", repaired, "--key", "c", "--yes")
    letters.run()
    check(len(letters.records()) == 3, "another key is another record")


def originals_are_sent_again_after_the_configuration_is_mended(case):
    """Rows of a table that nobody mapped, and rows without key: a thousand of them, in order, after the mapping names them."""
    letters = Letters(case, source="entities: {customer: {type: organization}}")
    debezium = "dialect: debezium\n    entities: {customer: {type: organization, key: number, fields: {name: name}}"
    letters.text = letters.text.replace("dialect: row\n    ", "").replace("    mapping: identity\n", "")
    letters.configure(source=debezium + "}")
    for n in range(1000):
        letters.send(None, encoded({"op": "u", "before": None, "after": {"id": "p%d" % (n % 50), "name": "Name %d" % n},
                                    "source": {"table": "contact", "ts_ms": 1760000000000 + n}}), partition=n % 3)
    letters.run()
    check(len(letters.letters()) == 1000 and not letters.records(), "an unmapped table is not kept")
    check("has no mapping" in letters.listed("--limit", "1")[0]["reason"], "another reason")
    letters.command("replay", "--reason", "has no mapping", "--yes", code=3)
    check(len(letters.inputs()) == 1000, "what would be passed over again was sent")
    letters.configure(source=debezium + ", contact: {type: person, key: id, fields: {name: full_name}}}",
                      name=case.name)
    said = letters.command("replay", "--all", "--yes")
    check("1000 messages sent" in said, "said: %s" % said[-300:])
    for p in range(3):
        messages = [m for m in letters.inputs() if m[0] == p]
        half = len(messages) // 2
        check([m[3] for m in messages[:half]] == [m[3] for m in messages[half:]], "another order in partition %d" % p)
    letters.configure(source=debezium + "}\n    unmapped: ignore")
    letters.run()
    check(len(letters.letters()) == 1000, "`unmapped: ignore` keeps letters")


def too_large_letters_are_cut_and_their_originals_found(case):
    """A letter topic that takes less than the input: length and hash say what it was, `show` and `replay` find it."""
    letters = Letters(case, topic_options={"max.message.bytes": "8000000"})
    letters.run()
    admin = harness.AdminClient({"bootstrap.servers": case.broker.address, **harness.QUIET})
    resource = harness.ConfigResource("TOPIC", case.name + ".deadletter", set_config={"max.message.bytes": "100000"})
    for future in admin.alter_configs([resource]).values():
        future.result()
    rnd = os.urandom(1500000).hex().encode()
    large = b"{\"given_name\": \"" + rnd
    key = b"k" * 60000
    letters.send("a", large, [("small", b"1")])
    letters.send(key, large, [("large", b"h" * 60000)])
    letters.send("good", encoded(ROW))
    letters.run()
    check(len(letters.records()) == 1, "the good row does not count")
    first, second = letters.letters()
    for letter in (first, second):
        ours = dict(letter[4])
        check(ours["durand.value.length"] == b"%d" % len(large), "length %s" % ours["durand.value.length"])
        check(re.fullmatch(b"[0-9a-f]{32}", ours["durand.value.xxh128"]), "hash %s" % ours["durand.value.xxh128"])
        check(large.startswith(letter[3]) and len(letter[3]) > 50000, "%d bytes are left" % len(letter[3]))
    check(first[2] == b"a" and ("small", b"1") in first[4], "key and headers had room")
    ours = dict(second[4])
    check(key.startswith(second[2]) and ours["durand.key.length"] == b"60000" and ours["durand.headers.count"] == b"1"
          and "large" not in ours, "second: %s" % [h[0] for h in second[4]])
    places = [l["place"] for l in letters.listed()]
    check(letters.command("show", places[0], "--raw", binary=True) == large, "the original is not found")
    shown = json.loads(letters.command("show", places[1], "--json"))
    check(shown["cut"] and shown["original_found"] and shown["key"] == key.decode() and
          shown["headers"][0]["name"] == "large", "show: %s" % str(shown)[:300])
    repaired = os.path.join(case.work, "repaired")
    with open(repaired, "wb") as file:
        file.write(encoded(ROW))
    check("60000 bytes, 512 are allowed" in letters.command("replay", places[1], "--value", repaired, code=3), "a long key")
    letters.command("replay", places[1], "--value", repaired, "--key", "c", "--yes")
    sent = [m for m in letters.inputs() if m[2] == b"c"]
    check(sent and sent[0][4][0] == ("large", b"h" * 60000), "the original's headers are not sent")
    # The topic forgets: what is left of the letter is all there is, and the command says so.
    admin.delete_topics([letters.topic])[letters.topic].result()
    shown = json.loads(letters.command("show", places[0], "--json"))
    check(shown["cut"] and not shown["original_found"] and large.startswith(shown["value"].encode()), "show: %s" % shown)
    letters.command("show", places[0], "--raw", code=3)
    letters.command("replay", places[0], "--yes", code=3)


class UnknownSchemas(http.server.BaseHTTPRequestHandler):
    known = False

    def do_GET(self):
        body = {"schema": json.dumps({"type": "record", "name": "person", "fields": [
            {"name": "given_name", "type": "string"}, {"name": "family_name", "type": "string"}]})}
        if not UnknownSchemas.known:
            body = {"error_code": 40403, "message": "Schema not found"}
        data = json.dumps(body).encode()
        self.send_response(200 if UnknownSchemas.known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


def an_unknown_schema_is_sent_again_once_it_is_registered(case):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), UnknownSchemas)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    letters = Letters(case, extra="registry: {url: \"http://127.0.0.1:%d\"}" % server.server_address[1])
    message = b"\0\0\0\0\x07\x08Anna\x0aPetit"
    letters.send("a", message)
    letters.send("good", encoded(ROW))
    letters.run()
    check(len(letters.records()) == 1 and letters.letters()[0][3] == message, "the message is not kept")
    check("register the schema" in letters.listed()[0]["remedy"],
          "remedy: %s" % letters.listed()[0]["remedy"])
    letters.command("replay", "--all", "--yes", code=3)
    UnknownSchemas.known = True
    letters.command("replay", "--all", "--yes")
    letters.run()
    check(len(letters.records()) == 2, "the message does not count after it was sent again")
    server.shutdown()


def a_record_too_large_for_its_topic_wedges_nothing(case):
    """The row would make a record that `records` does not take: it becomes a letter, the rest goes on; once the topic takes
    it, it is sent again."""
    letters = Letters(case)
    letters.run()
    admin = harness.AdminClient({"bootstrap.servers": case.broker.address, **harness.QUIET})

    def limit(size):
        for topic in (".records", ".golden.person", ".changes"):
            resource = harness.ConfigResource("TOPIC", case.name + topic, set_config={
                "max.message.bytes": str(size), "cleanup.policy": "delete" if topic == ".changes" else "compact"})
            for future in admin.alter_configs([resource]).values():
                future.result()

    limit(20000)
    # The names of many fields are small in a row and large in a record.
    row = dict(ROW, **{"phone_%d" % n: "+3361234%04d" % n for n in range(400)})
    letters.send("large", encoded(row))
    letters.send("good", encoded(ROW))
    letters.run()
    found = letters.letters()
    reason = dict(found[0][4])["durand.reason"].decode() if found else ""
    check(len(found) == 1 and found[0][3] == encoded(row) and "max.message.bytes" in reason, "letters: %s" % reason)
    check(len(letters.records()) == 1, "the good row does not count")
    limit(8000000)
    letters.command("replay", "--all", "--yes")
    letters.run()
    check(len(letters.records()) == 2 and len(letters.letters()) == 1, "the large row does not count now")


TESTS = [
    no_poison_stops_the_stream_and_none_is_lost,
    list_filters_by_reason_topic_time_and_number,
    a_repaired_message_is_sent_again,
    originals_are_sent_again_after_the_configuration_is_mended,
    too_large_letters_are_cut_and_their_originals_found,
    an_unknown_schema_is_sent_again_once_it_is_registered,
    a_record_too_large_for_its_topic_wedges_nothing,
]

if __name__ == "__main__":
    test_instances.main(TESTS, __doc__, "deadletter")
