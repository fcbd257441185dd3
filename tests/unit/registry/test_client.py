#!/usr/bin/python3
"""The registry's client against a registry that misbehaves: what rejects a message, what makes it wait, what is asked how often,
and with which credentials. `durand decode` is the client.

    test_client.py build/durand
"""
import base64
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

DURAND = ""
ROW = {"type": "record", "name": "n.Row", "fields": [{"name": "id", "type": "string"}, {"name": "email", "type": "n.Mail"}]}
MAIL = {"type": "record", "name": "n.Mail", "fields": [{"name": "address", "type": "string"}]}
PLAIN = {"type": "record", "name": "Row", "fields": [{"name": "id", "type": "string"}]}


def schema(value, **more):
    return 200, {"schema": json.dumps(value), **more}


class Server:
    """Answers by path; a list of answers is given one after the other, the last one for ever."""

    def __init__(self, answers):
        self.answers = {path: list(a) if isinstance(a, list) else [a] for path, a in answers.items()}
        self.asked, self.headers = [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                outer.headers.append(dict(self.headers))
                queue = outer.answers.get(self.path, [(404, {"error_code": 40403, "message": "Schema not found"})])
                status, body = queue.pop(0) if len(queue) > 1 else queue[0]
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def message(number, *texts):
    out = b"\0" + number.to_bytes(4, "big")
    for text in texts:
        out += bytes([2 * len(text)]) + text.encode()
    return {"source": "s", "key": "1", "value_base64": base64.b64encode(out).decode()}


class Client(unittest.TestCase):
    def run_with(self, answers, messages, options="", urls=None):
        server = Server(answers)
        self.addCleanup(server.close)
        with tempfile.TemporaryDirectory() as directory:
            config, lines = os.path.join(directory, "durand.yaml"), os.path.join(directory, "in.ndjson")
            with open(config, "w", encoding="utf-8") as file:
                file.write("registry: {url: [%s], timeout: 1s%s}\nsources: {s: {dialect: row, topics: [t]}}\n"
                           % (", ".join('"%s"' % u for u in (urls or []) + [server.address]), options))
            with open(lines, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(m) + "\n" for m in messages)
            run = subprocess.run([DURAND, "decode", "--config", config, lines], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, check=False, timeout=60,
                                 env={**os.environ, "REGISTRY_PASSWORD": "s3cret"})
        return run, [json.loads(line) for line in run.stdout.splitlines()], server

    def test_a_schema_is_asked_for_once(self):
        run, found, server = self.run_with({"/schemas/ids/7": schema(PLAIN)}, [message(7, "a"), message(7, "b")])
        self.assertEqual([f["op"] for f in found], ["upsert", "upsert"], run.stderr)
        self.assertEqual(server.asked, ["/schemas/ids/7"])

    def test_references_are_fetched_with_it(self):
        run, found, server = self.run_with(
            {"/schemas/ids/7": schema(ROW, references=[{"name": "n.Mail", "subject": "mail/x", "version": 3}]),
             "/subjects/mail%2Fx/versions/3": schema(MAIL)}, [message(7, "a", "x@y.example")])
        self.assertEqual(found[0]["op"], "upsert", run.stderr)
        self.assertIn("x@y.example", run.stdout)
        self.assertEqual(server.asked, ["/schemas/ids/7", "/subjects/mail%2Fx/versions/3"])

    def test_references_in_a_circle_end(self):
        circle = [{"name": "n.Mail", "subject": "mail", "version": 1}]
        run, found, _ = self.run_with({"/schemas/ids/7": schema(ROW, references=circle),
                                       "/subjects/mail/versions/1": schema(MAIL, references=circle)}, [message(7, "a", "b")])
        self.assertEqual(found[0]["op"], "reject", run.stderr)
        self.assertIn("references", found[0]["reason"])

    def test_an_unknown_schema_rejects_and_is_not_asked_for_again(self):
        run, found, server = self.run_with({}, [message(9, "a"), message(9, "b")])
        self.assertEqual([f["op"] for f in found], ["reject", "reject"], run.stderr)
        self.assertIn("knows no schema 9", found[0]["reason"])
        self.assertEqual(server.asked, ["/schemas/ids/9"])

    def test_only_the_registrys_own_word_rejects(self):
        for answer in ((404, b"<html>nginx</html>"), (404, {"error_code": 404, "message": "HTTP 404 Not Found"}),
                       (401, {"error_code": 40101, "message": "Unauthorized"}), (200, b"<html>login</html>"),
                       (302, b""), (500, {"error_code": 50001, "message": "Error in the backend"})):
            run, found, _ = self.run_with({"/schemas/ids/7": answer}, [message(7, "a")])
            self.assertEqual((run.returncode, found), (1, []), answer)
            self.assertIn("registry", run.stderr)

    def test_a_passing_fault_is_tried_again(self):
        run, found, server = self.run_with({"/schemas/ids/7": [(503, b""), (429, b""), schema(PLAIN)]}, [message(7, "a")])
        self.assertEqual(found[0]["op"], "upsert", run.stderr)
        self.assertEqual(len(server.asked), 3)

    def test_the_next_address_is_asked(self):
        run, found, _ = self.run_with({"/schemas/ids/7": schema(PLAIN)}, [message(7, "a")], urls=["http://127.0.0.1:9"])
        self.assertEqual(found[0]["op"], "upsert", run.stderr)

    def test_a_schema_of_another_type_or_no_schema_rejects(self):
        for answer, why in ((schema({}, schemaType="PROTOBUF"), "PROTOBUF"), (schema({"type": "record"}), "without name"),
                            (schema("missing"), "not defined")):
            run, found, _ = self.run_with({"/schemas/ids/7": answer}, [message(7, "a")])
            self.assertEqual(found[0]["op"], "reject", run.stderr)
            self.assertIn(why, found[0]["reason"])

    def test_credentials_go_along_and_are_not_shown(self):
        _, _, server = self.run_with({"/schemas/ids/7": schema(PLAIN)}, [message(7, "a")],
                                     ", user: durand, password: {env: REGISTRY_PASSWORD}")
        self.assertEqual(server.headers[0]["Authorization"], "Basic " + base64.b64encode(b"durand:s3cret").decode())
        run, _, server = self.run_with({"/schemas/ids/7": (401, b"")}, [message(7, "a")],
                                       ", token: {env: REGISTRY_PASSWORD}")
        self.assertEqual(server.headers[0]["Authorization"], "Bearer s3cret")
        self.assertNotIn("s3cret", run.stdout + run.stderr)


if __name__ == "__main__":
    DURAND = sys.argv.pop(1)
    unittest.main()
