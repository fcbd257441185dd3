#!/usr/bin/python3
"""A secured cluster: SCRAM, PLAIN and OAUTHBEARER over TLS, and TLS with a client's certificate. The sample goes through each
and gives what a replay gives; what is wrong is refused with a reason, and no secret is ever printed.

    test_security.py --binary build/durand [--keep] [TEST ...]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import harness
from harness import Broker, Failure, Service, check

# librdkafka up to 2.6.0, of which Debian 12 and Ubuntu 24.04 have one, cannot log in to Kafka 4 with SCRAM.
VERSION = "3.9.1"
SAMPLE = os.path.join(harness.ROOT, "docker", "sample")
PLACE = 'kafka:\n  bootstrap.servers: 127.0.0.1:29092\n'
TLS = """  security.protocol: {protocol}
  ssl.ca.location: {directory}/ca.pem
"""
LOGINS = {
    "scram": ("secured", "SASL_SSL", "  sasl.mechanism: SCRAM-SHA-512\n  sasl.username: durand\n"
                                     "  sasl.password: {{file: {directory}/password}}\n"),
    "plain": ("secured", "SASL_SSL", "  sasl.mechanism: PLAIN\n  sasl.username: durand\n"
                                     "  sasl.password: {{env: DURAND_TEST_PASSWORD}}\n"),
    "oauth": ("secured", "SASL_SSL", "  sasl.mechanism: OAUTHBEARER\n  enable.sasl.oauthbearer.unsecure.jwt: true\n"
                                     "  sasl.oauthbearer.config: principal=durand\n"),
    "certificate": ("mtls", "SSL", "  ssl.certificate.location: {directory}/client.pem\n"
                                   "  ssl.key.location: {directory}/client.key\n"),
}


class Case:
    def __init__(self, options, broker, login):
        self.broker, self.binary, self.login = broker, options.binary, login
        self.work = harness.fresh_directory(os.path.join(options.work, login))
        self.log = os.path.join(self.work, "log")
        self.config = os.path.join(self.work, "durand.yaml")
        self.name = "secured-" + login

    def read(self, name):
        with open(os.path.join(self.broker.directory, name), encoding="utf-8") as file:
            return file.read().strip()

    def write_config(self, extra="", change=lambda text: text):
        place, protocol, login = LOGINS[self.login]
        kafka = "kafka:\n  bootstrap.servers: %s\n" % self.read(place)
        kafka += (TLS + login).format(protocol=protocol, directory=self.broker.directory) + extra
        with open(os.path.join(SAMPLE, "durand.yaml"), encoding="utf-8") as file:
            text = file.read()
        check(PLACE in text, "the sample's configuration has another section `kafka`")
        text = text.replace(PLACE, change(kafka)).replace("instance: sample", "instance: " + self.name)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text + "\ntopics: {prefix: %s., partitions: 2, replication: 1}\n" % self.name)

    def run(self, *arguments, seconds=90):
        """(exit code, all that was said)"""
        return Service(self.binary, self.config, os.path.join(self.work, "state"), self.log, arguments).wait(seconds), \
            self.said()

    def said(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()


def sample_events():
    with open(os.path.join(SAMPLE, "events.ndjson"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def the_sample_goes_through(case):
    case.write_config()
    code, said = case.run("--until-end")
    check(code == 0, "exit code %s:\n%s" % (code, said[-2000:]))
    output = os.path.join(case.work, "replayed")
    subprocess.run([case.binary, "replay", "--config", os.path.join(SAMPLE, "durand.yaml"), "--input",
                    os.path.join(SAMPLE, "events.ndjson"), "--output", output, "--state", os.path.join(case.work, "replay")],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for topic in ("golden.person", "golden.organization", "conflicts"):
        expected = harness.read_ndjson(os.path.join(output, topic + ".ndjson"))
        check(topic == "conflicts" or len(expected) > 40, "%s: %d" % (topic, len(expected)))
        harness.compare(topic, harness.last_values(case.broker.read("%s.%s" % (case.name, topic))), expected)


def a_wrong_password_is_said_and_not_printed(case):
    case.write_config()
    right = case.read("password")
    wrong = "w" + right[1:][::-1]
    path = os.path.join(case.work, "wrong")
    with open(path, "w", encoding="utf-8") as file:
        file.write(wrong + "\n")
    case.write_config("  debug: all\n", lambda text: text.replace(os.path.join(case.broker.directory, "password"), path))
    service = Service(case.binary, case.config, os.path.join(case.work, "state-wrong"), case.log, ["--log-level", "debug"])
    deadline = time.monotonic() + 30
    while "uthentication failed" not in case.said():
        check(time.monotonic() < deadline, "the refusal is not in the log")
        check(service.wait(0.2) in (None, 2, 3), "an unexpected exit code")
    service.kill()
    for secret in (right, wrong):
        check(secret not in case.said(), "a password is printed")


def a_password_in_the_file_is_warned_about_and_not_printed(case):
    case.write_config("  ssl.key.password: hunter2hunter2\n")
    text = ""
    for arguments in ([], ["--json"]):
        done = subprocess.run([case.binary, "check", "--config", case.config, *arguments], capture_output=True, text=True)
        check(done.returncode == 0, "exit code %d: %s" % (done.returncode, done.stdout))
        text += done.stdout + done.stderr
    check("stands in the file in plain text" in text, "no warning: %s" % text)
    check("hunter2" not in text, "a password is printed")


def a_property_that_does_not_exist_is_named(case):
    case.write_config("  sasl.pasword: hunter2hunter2\n  socket.timeout.ms: hunter3\n")
    done = subprocess.run([case.binary, "check", "--config", case.config], capture_output=True, text=True)
    check(done.returncode == 2 and "sasl.pasword" in done.stdout + done.stderr,
          "exit code %d: %s" % (done.returncode, done.stdout + done.stderr))
    check("hunter2" not in done.stdout + done.stderr, "a password is printed")


def a_certificate_of_nobody_is_refused(case):
    case.write_config("", lambda text: text.replace("client.pem", "ca.pem").replace("client.key", "ca.key")
                      .replace("ssl.ca.location: %s/ca.pem" % case.broker.directory, "ssl.ca.location: %s/client.pem"
                               % case.broker.directory))
    service = Service(case.binary, case.config, os.path.join(case.work, "state-nobody"), case.log)
    deadline = time.monotonic() + 20
    while "certificate verify failed" not in case.said():
        check(time.monotonic() < deadline, "the log does not say why: %s" % case.said()[-1500:])
        check(service.wait(0.2) in (None, 2, 3), "an unexpected exit code")
    service.kill()


TESTS = [
    ("scram", the_sample_goes_through),
    ("scram", a_wrong_password_is_said_and_not_printed),
    ("scram", a_password_in_the_file_is_warned_about_and_not_printed),
    ("scram", a_property_that_does_not_exist_is_named),
    ("plain", the_sample_goes_through),
    ("oauth", the_sample_goes_through),
    ("certificate", the_sample_goes_through),
    ("certificate", a_certificate_of_nobody_is_refused),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(harness.ROOT, "build", "durand"))
    parser.add_argument("--keep", action="store_true", help="keep the working directory")
    parser.add_argument("tests", nargs="*", help="names, or parts of them")
    options = parser.parse_args()
    if os.environ.pop("DURAND_TEST_BOOTSTRAP", None):
        print("the broker of DURAND_TEST_BOOTSTRAP is not used: this test needs one with certificates of its own")
    os.environ.update(KAFKA_SECURED="true", KAFKA_VERSION=VERSION)
    options.work = tempfile.mkdtemp(prefix="durand-security-")
    broker = Broker(os.path.join(options.work, "broker"))
    failed = 0
    try:
        with open(os.path.join(broker.directory, "password"), encoding="utf-8") as file:
            os.environ["DURAND_TEST_PASSWORD"] = file.read().strip()
        events = sample_events()
        broker.create_topics({t: 2 for t in sorted({e["topic"] for e in events})})
        broker.send(events)
        for login, test in TESTS:
            name = "%s: %s" % (login, test.__name__.replace("_", " "))
            if options.tests and not any(part in name or part in test.__name__ for part in options.tests):
                continue
            started = time.monotonic()
            try:
                test(Case(options, broker, login))
                outcome = "ok"
            except Failure as failure:
                failed += 1
                outcome = "FAILED: %s" % failure
            print("%-70s %4.1f s  %s" % (name, time.monotonic() - started, outcome), flush=True)
    finally:
        broker.stop()
        if not failed and not options.keep:
            shutil.rmtree(options.work, ignore_errors=True)
    if failed:
        print("logs: %s" % options.work)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
