#!/usr/bin/python3
"""The service as its operators see it, on a real broker: the pages of the HTTP port, the log and its level, systemd's
notifications. After a load whose size is known, the numbers on the page must be the true ones.

    test_watch.py --binary build/durand [--seed S] [--keep] [TEST ...]
"""

import http.client
import json
import os
import re
import signal
import socket
import time
import urllib.error
import urllib.request

import harness
import test_instances
from harness import Failure, check

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')


def parse_page(text):
    """What promtool checks, in short: the text format, a HELP and a TYPE before each family, no repeats, no sample of
    another family between, counters that end in _total, histograms that are cumulative, units. Returns
    {(name, ((label, value), ...)): number}."""
    samples, kinds, family = {}, {}, None
    check(text.endswith("\n"), "the page does not end with a line break")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ", 3)[2]
            check(family not in kinds, "%s comes twice" % family)
            check(len(line.split(" ", 3)[3]) > 5, "%s is not explained" % family)
            kinds[family] = None
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            check(name == family and kind in ("counter", "gauge", "histogram"), "wrong: %s" % line)
            check(kinds[family] is None, "two types of %s" % family)
            check((kind == "counter") == name.endswith("_total"), "%s is a %s" % (name, kind))
            kinds[family] = kind
        else:
            found = SAMPLE.fullmatch(line)
            check(found, "no sample: %s" % line)
            name = found.group(1)
            base = re.sub("_(bucket|sum|count)$", "", name) if kinds.get(family) == "histogram" else name
            check(base == family and kinds[family], "a sample of %s among those of %s" % (name, family))
            key = (name, tuple(sorted(LABEL.findall(found.group(2) or ""))))
            check(key not in samples, "two samples of %s" % (key,))
            samples[key] = float(found.group(3))
    for family, kind in kinds.items():
        if kind == "histogram":
            check_histogram(samples, family)
    return samples


def check_histogram(samples, family):
    buckets = [(float(dict(labels)["le"].replace("+Inf", "inf")), value) for (name, labels), value in samples.items()
               if name == family + "_bucket"]
    check(buckets and buckets == sorted(buckets), "%s: bounds or counts fall" % family)
    check([v for _, v in buckets] == sorted(v for _, v in buckets), "%s is not cumulative" % family)
    check(buckets[-1][0] == float("inf") and buckets[-1][1] == samples[(family + "_count", ())],
          "%s: the last bucket is not the count" % family)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path):
    """(status, body)"""
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (port, path), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
        return 0, ""


def until(seconds, what, condition):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    raise Failure("after %d s: not %s" % (seconds, what))


def total(samples, name, **labels):
    wanted = set(labels.items())
    return sum(value for (n, l), value in samples.items() if n == name and wanted <= set(l))


def the_page_tells_the_truth(case):
    port = free_port()
    case.broker.send(case.events)
    bad = {"topic": case.inputs[0], "key": "bad", "value_base64": "ew==", "timestamp_ms": 1700000000000}
    case.broker.send([bad] * 3)
    service = case.start("state", ["--listen", "127.0.0.1:%d" % port])
    until(30, "ready", lambda: get(port, "/ready")[0] == 200)
    messages = len(case.events) + 3

    decisions = case.name + ".decisions"  # read like an input
    partitions = {(t, str(p)) for t in case.inputs for p in range(2)}
    partitions |= {(decisions, str(p)) for p in range(case.broker.partitions(decisions))}

    def page():
        samples = parse_page(get(port, "/metrics")[1])
        # Lags are looked up once a second: messages may be counted before the first look.
        lags = {(dict(l)["topic"], dict(l)["partition"]) for (n, l) in samples if n == "durand_input_lag"}
        done = total(samples, "durand_input_messages_total") == messages and total(samples, "durand_input_lag") == 0
        return (samples, time.time()) if done and lags == partitions else None

    samples, taken = until(30, "at the end of the inputs, with a lag of 0 for each partition and no other", page)
    dead = len(case.broker.read(case.name + ".deadletter"))
    check(dead >= 3 and total(samples, "durand_rejected_total") == dead, "%d dead letters, rejected: %s"
          % (dead, total(samples, "durand_rejected_total")))
    for topic in ("changes", "records", "deadletter", "golden.person"):
        name = "%s.%s" % (case.name, topic)
        check(total(samples, "durand_output_messages_total", topic=name) == len(case.broker.read(name)),
              "%s: %s messages counted, %d are there" % (name, total(samples, "durand_output_messages_total", topic=name),
                                                         len(case.broker.read(name))))
    golden = harness.last_values(case.broker.read(case.name + ".golden.person"))
    check(total(samples, "durand_entities", type="person") == len(golden), "not %d entities" % len(golden))
    for name in ("transactions_total", "pairs_compared_total", "changes_total", "records", "state_bytes",
                 "checkpoint_seconds_count", "apply_seconds_count", "transaction_seconds_count", "output_bytes_total",
                 "input_bytes_total", "starts_total", "build_info", "batch_messages_count"):
        check(total(samples, "durand_" + name) > 0, "durand_%s is 0" % name)
    check(taken - total(samples, "durand_last_commit_timestamp_seconds") < 5, "the last commit is old")
    text = get(port, "/metrics")[1]
    for event in case.events:
        for word in re.findall(r"[\w.]+@[\w.]+", json.dumps(event)):
            check(word not in text, "the page says %s" % word)
    health = json.loads(get(port, "/health")[1])
    check(health["status"] == "ok" and health["phase"] == "live" and health["lag"] == 0, "health: %s" % health)
    check(get(port, "/nothing")[0] == 404, "a page that is not there")
    check(service.terminate() == 0, "durand run does not stop cleanly")


def a_restore_is_healthy_and_not_ready(case):
    """Brokers that are away are no reason to be killed, and none to be sent traffic."""
    port = free_port()
    with open(case.config, encoding="utf-8") as file:
        text = file.read().replace(case.broker.address, "127.0.0.1:%d" % free_port())
    with open(case.config, "w", encoding="utf-8") as file:
        file.write(text)
    service = case.start("state", ["--listen", "127.0.0.1:%d" % port])
    until(10, "healthy", lambda: get(port, "/health")[0] == 200)
    status, body = get(port, "/ready")
    check(status == 503 and json.loads(body)["phase"] in ("starting", "waiting"), "ready: %s %s" % (status, body))
    check(service.terminate(60) == 0, "durand run does not stop cleanly")


def a_port_in_use_is_refused(case):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code = case.start("state", ["--listen", "127.0.0.1:%d" % port]).wait(20)
    check(code == 2, "exit code %s" % code)
    case.says("state", "cannot listen on 127.0.0.1 port %d" % port)


def sighup_reads_the_level_again(case):
    with open(case.config, "a", encoding="utf-8") as file:
        file.write("log: {level: info}\n")
    service = case.start("state")
    case.wait_live("state")

    def rewrite(old, new):
        with open(case.config, encoding="utf-8") as source:
            text = source.read()
        check(old in text, "no %s" % old)
        with open(case.config, "w", encoding="utf-8") as target:
            target.write(text.replace(old, new))
        service.process.send_signal(signal.SIGHUP)

    def said(words):
        with open(case.log("state"), encoding="utf-8") as log:
            return words in log.read()

    rewrite("{level: info}", "{level: debug, json: true}")
    until(5, "at the new level", lambda: said("log level debug from now on"))
    case.broker.send(case.events[:10])
    until(10, "a line of the new level", lambda: said('"level":"debug"'))
    rewrite("{level: debug, json: true}", "{level: nonsense}")
    until(5, "refused", lambda: said("has errors"))
    check(service.wait(0.3) is None, "durand run ended")
    check(service.terminate() == 0, "durand run does not stop cleanly")
    with open(case.log("state"), encoding="utf-8") as log:
        lines = [line for line in log if line.startswith("{")]
    for line in lines:
        check(set(json.loads(line)) == {"time", "level", "module", "message"}, "no log line: %s" % line)


def systemd_hears_of_it(case):
    path = os.path.join(case.work, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.settimeout(0.2)
        os.environ.update(NOTIFY_SOCKET=path, WATCHDOG_USEC="800000")
        os.environ.pop("WATCHDOG_PID", None)
        try:
            service = case.start("state")
        finally:
            del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]
        heard = []

        def hears(word):
            try:
                heard.extend(notify.recv(4096).decode().split("\n"))
            except socket.timeout:
                pass
            return word in heard

        until(20, "live", lambda: hears("STATUS=live"))
        check("STATUS=starting" in heard and "READY=1" in heard, "heard: %s" % heard)
        check(any(h.startswith("EXTEND_TIMEOUT_USEC=") for h in heard), "the start's time-out is not extended")
        for _ in range(3):
            heard.clear()
            until(2, "WATCHDOG", lambda: hears("WATCHDOG=1"))
        service.process.send_signal(signal.SIGTERM)
        until(10, "STOPPING", lambda: hears("STOPPING=1"))
        check(service.wait(20) == 0, "durand run does not stop cleanly")


TESTS = [
    the_page_tells_the_truth,
    a_restore_is_healthy_and_not_ready,
    a_port_in_use_is_refused,
    sighup_reads_the_level_again,
    systemd_hears_of_it,
]

if __name__ == "__main__":
    test_instances.main(TESTS, __doc__, "watch")
