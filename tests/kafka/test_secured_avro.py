#!/usr/bin/python3
"""All of it at once, as a company runs it: the sample goes through a broker that wants SCRAM over TLS, in Avro, under schemas of a
registry behind TLS that wants a login. Kafka's and Avro's Python clients, which know nothing of Durand, write what goes in and
read what comes out; it must be what the same events give in JSON. Then the other logins of a registry, and the wrong ones.

    test_secured_avro.py --binary build/durand [--keep]
"""

import argparse
import base64
import http.server
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import harness
import test_avro
import test_security
from harness import ROOT, Broker, Failure, check

USER, PASSWORD, TOKEN = "durand", "s3cret-basic", "s3cret-bearer"
ACCEPTED = {"Basic " + base64.b64encode(("%s:%s" % (USER, PASSWORD)).encode()).decode(): "basic", "Bearer " + TOKEN: "bearer"}


class Gate:
    """TLS in front of a registry: passes on what bears a login or comes with a client's certificate."""

    def __init__(self, target, directory):
        self.seen = {"basic": 0, "bearer": 0, "certificate": 0, "refused": 0}
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                login = ACCEPTED.get(self.headers.get("Authorization", ""))
                if not login and self.connection.getpeercert():
                    login = "certificate"
                gate.seen[login or "refused"] += 1
                if not login:
                    self.answer(401, b'{"error_code": 401, "message": "who are you?"}', "application/json")
                    return
                request = urllib.request.Request(target + self.path, body or None, method=self.command)
                request.add_header("Content-Type", self.headers.get("Content-Type", "application/json"))
                try:
                    with urllib.request.urlopen(request, timeout=20) as answer:
                        self.answer(answer.status, answer.read(), answer.headers.get("Content-Type", ""))
                except urllib.error.HTTPError as answer:
                    self.answer(answer.code, answer.read(), answer.headers.get("Content-Type", ""))

            do_GET = do_POST = do_PUT = do_DELETE = forward

            def answer(self, status, body, kind):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(directory, "broker.pem"), os.path.join(directory, "broker.key"))
        context.load_verify_locations(os.path.join(directory, "ca.pem"))
        context.verify_mode = ssl.CERT_OPTIONAL
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *arguments: None  # clients that do not trust us go away
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = "https://127.0.0.1:%d" % self.server.server_address[1]


class SecuredRegistry(test_avro.Registry):
    def secure(self, directory):
        root, path = self.address.split("/apis/")
        self.gate = Gate(root, directory)
        self.address = self.gate.address + "/apis/" + path
        self.trust = ssl.create_default_context(cafile=os.path.join(directory, "ca.pem"))

    def ask(self, path, body=None, method=None):
        request = urllib.request.Request(self.address + path, json.dumps(body).encode() if body else None, {
            "Content-Type": "application/vnd.schemaregistry.v1+json", "Authorization": next(iter(ACCEPTED))}, method=method)
        with urllib.request.urlopen(request, timeout=20, context=self.trust) as answer:
            return json.load(answer)


class Test(test_avro.Test):
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.broker = Broker(os.path.join(work, "broker"))
        self.directory = self.broker.directory
        self.registry = SecuredRegistry(os.path.join(work, "registry"))
        self.registry.secure(self.directory)
        with open(os.path.join(self.directory, "password"), encoding="utf-8") as file:
            password = file.read().strip()
        with open(os.path.join(self.directory, "secured"), encoding="utf-8") as file:
            self.broker.address = file.read().strip()
        # From here on every client of the harness logs in.
        harness.QUIET.update({"security.protocol": "SASL_SSL", "ssl.ca.location": os.path.join(self.directory, "ca.pem"),
                              "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "durand", "sasl.password": password})
        with open(os.path.join(test_security.SAMPLE, "durand.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.sources = text[text.index("\nsources:"):]
        self.events = test_security.sample_events()
        self.topics = sorted({e["topic"] for e in self.events})
        for name, secret in (("basic", PASSWORD), ("token", TOKEN), ("wrong", PASSWORD[::-1])):
            with open(os.path.join(work, name), "w", encoding="utf-8") as file:
                file.write(secret + "\n")

    def configure(self, name, topics="", more="", avro_inputs=False):
        """test_avro.py's configuration, with the login of the broker."""
        place, protocol, login = test_security.LOGINS["scram"]
        path = super().configure(name, topics, more, avro_inputs)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        plain = 'kafka: {bootstrap.servers: "%s"}\n' % self.broker.address
        check(plain in text, "no section kafka")
        kafka = "kafka:\n  bootstrap.servers: %s\n" % self.broker.address
        kafka += (test_security.TLS + login).format(protocol=protocol, directory=self.directory)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(plain, kafka))
        return path

    def registry_options(self, login="user: durand, password: {file: %(work)s/basic}", ca="%(directory)s/ca.pem"):
        return ("registry: {url: \"%(address)s\", timeout: 2s, ca: " + ca + ", " + login + "}") % {
            "address": self.registry.address, "work": self.work, "directory": self.directory}

    def says(self, login, ca="%(directory)s/ca.pem"):
        """(exit code, what it says) of a look at the registry."""
        config = self.configure("login", ", encoding: avro", self.registry_options(login, ca), True)
        done = subprocess.run([self.options.binary, "schemas", "check", "--config", config], capture_output=True, text=True)
        said = done.stdout + done.stderr
        for secret in (PASSWORD, TOKEN, PASSWORD[::-1]):
            check(secret not in said, "a secret is printed: %s" % said)
        return done.returncode, said

    def every_login_of_a_registry_is_known(self):
        seen = self.registry.gate.seen
        check(seen["basic"] > 50 and not seen["refused"], "requests at the gate: %s" % seen)
        for login, name in (("token: {file: %(work)s/token}", "bearer"), (
                "certificate: %(directory)s/client.pem, key: %(directory)s/client.key", "certificate")):
            code, said = self.says(login)
            check(code == 0 and seen[name] > 0, "%s: exit code %d: %s" % (name, code, said))

    def wrong_ones_are_refused_with_the_reason(self):
        code, said = self.says("user: durand, password: {file: %(work)s/wrong}")
        check(code == 2 and "401" in said, "a wrong password: exit code %d: %s" % (code, said))
        code, said = self.says("token: {file: %(work)s/token}", "%(directory)s/client.pem")
        check(code in (2, 3) and "certificate" in said, "a registry that nobody vouches for: exit code %d: %s" % (code, said))
        # A service whose login stops being right waits, and makes no dead letters of what it cannot read.
        letters = len(self.broker.read("avro.deadletter", decode_keys=False))
        config = self.configure("avro", ", encoding: avro",
                                self.registry_options("user: durand, password: {file: %(work)s/wrong}"), True)
        check(self.service(config, "avro", ["--until-end"]).wait(30) == 2, "a start with a wrong password")
        check(len(self.broker.read("avro.deadletter", decode_keys=False)) == letters, "a wrong password made dead letters")
        with open(os.path.join(self.work, "log"), encoding="utf-8") as log:
            check(PASSWORD[::-1] not in log.read(), "a password is in the log")

    def run(self):
        for story in (self.what_goes_in_and_out_in_avro_is_what_json_says, self.every_login_of_a_registry_is_known,
                      self.wrong_ones_are_refused_with_the_reason):
            started = time.monotonic()
            remark = story()
            print("  %s%s (%.1f s)" % (story.__name__, ": " + remark if remark else "", time.monotonic() - started),
                  flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "durand"))
    parser.add_argument("--keep", action="store_true", help="keep the working directory")
    options = parser.parse_args()
    if os.environ.pop("DURAND_TEST_BOOTSTRAP", None):
        print("the broker of DURAND_TEST_BOOTSTRAP is not used: this test needs one with certificates of its own")
    os.environ.update(KAFKA_SECURED="true", KAFKA_VERSION=test_security.VERSION)
    work = tempfile.mkdtemp(prefix="durand-secured-")
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
