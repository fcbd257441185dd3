#!/usr/bin/python3
"""Avro bytes that another implementation has made, for processor/avro to read and to write.

    golden.py > golden.ndjson      one {"name", "schema", "bytes", "value"} a line
    golden.py --check              the file beside this script is what Apache's Python library writes today

`value` is what Durand makes of the bytes: the form of Kafka Connect's JsonConverter (bytes are base64, unions have no tags).
"""
import base64
import io
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def record(name, fields, **more):
    return {"type": "record", "name": name, "fields": [{"name": n, "type": t} for n, t in fields], **more}


def text(data):
    return base64.b64encode(data).decode()


TREE = record("Node", [("label", "string"), ("next", ["null", "Node"]), ("leaves", {"type": "array", "items": "Node"})])
ADDRESS = record("Address", [("Street", ["null", "string"]), ("City", ["null", "string"])], namespace="com.sforce.eventbus")
ROW = record("Value", [("id", "int"), ("amount", ["null", {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}]),
                       ("born", ["null", {"type": "int", "connect.name": "io.debezium.time.Date"}])], namespace="erp.public.customer")
ENVELOPE = record("Envelope", [("before", ["null", ROW]), ("after", ["null", "Value"]), ("op", "string"),
                               ("ts_ms", ["null", "long"])], namespace="erp.public.customer")

# name, schema, what the library is given, what Durand reads (None: the same)
CASES = [
    ("null", "null", None, None),
    ("true", "boolean", True, None),
    ("false", "boolean", False, None),
    *[(f"int {n}", "int", n, None) for n in (0, -1, 1, 63, 64, -64, -65, 2**31 - 1, -2**31)],
    *[(f"long {n}", "long", n, None) for n in (0, 8191, 8192, 2**63 - 1, -2**63, 1736143320000)],
    *[(f"double {n}", "double", n, None) for n in (0.5, -9.963, 0.1, 1e300, -2.5e-8, 0.875)],
    ("double without fraction", "double", 12.0, 12),
    *[(f"float {n}", "float", n, None) for n in (0.5, -1.25)],
    ("bytes", "bytes", b"\x00\x01\xfe\xff", text(b"\x00\x01\xfe\xff")),
    ("no bytes", "bytes", b"", ""),
    ("string", "string", "Марк Смит, Lefèvre 𝄞", None),
    ("empty string", "string", "", None),
    ("long string", "string", "x" * 300, None),
    ("enum", {"type": "enum", "name": "Op", "symbols": ["CREATE", "UPDATE", "DELETE"]}, "DELETE", None),
    ("fixed", {"type": "fixed", "name": "F", "size": 3}, b"abc", text(b"abc")),
    ("array", {"type": "array", "items": "long"}, [1, -2, 300], None),
    ("empty array", {"type": "array", "items": "string"}, [], None),
    ("map", {"type": "map", "values": "string"}, {"a": "1", "b": "2"}, None),
    ("empty map", {"type": "map", "values": "int"}, {}, None),
    ("map of arrays", {"type": "map", "values": {"type": "array", "items": "int"}}, {"x": [1], "y": []}, None),
    ("union null", ["null", "string"], None, None),
    ("union string", ["null", "string"], "x", None),
    ("union of many", {"type": "array", "items": ["null", "boolean", "long", "string", {"type": "array", "items": "long"}]},
     [None, 5, "s", [7]], None),
    ("record", record("R", [("a", "int"), ("b", "string"), ("c", "boolean")]), {"a": 1, "b": "x", "c": True}, None),
    ("empty record", record("E", []), {}, None),
    ("nested records and a name that is used again", ENVELOPE,
     {"before": None, "after": {"id": 7, "amount": b"\x30\x39", "born": 19000}, "op": "c", "ts_ms": 1736143320000},
     {"before": None, "after": {"id": 7, "amount": text(b"\x30\x39"), "born": 19000}, "op": "c", "ts_ms": 1736143320000}),
    ("a record that refers to itself", TREE,
     {"label": "a", "next": {"label": "b", "next": None, "leaves": []},
      "leaves": [{"label": "c", "next": None, "leaves": []}, {"label": "d", "next": None, "leaves": []}]}, None),
    ("a compound of Salesforce", record("ContactChangeEvent", [("LastName", ["null", "string"]),
                                                               ("MailingAddress", ["null", ADDRESS])]),
     {"LastName": "Durand", "MailingAddress": {"Street": None, "City": "Lyon"}}, None),
]


def lines():
    import avro.io
    import avro.schema

    for name, schema, datum, value in CASES:
        # Logical types would be turned into Python's own; here the bytes are given as they are.
        plain = json.loads(json.dumps(schema).replace('"logicalType"', '"x-logicalType"'))
        out = io.BytesIO()
        avro.io.DatumWriter(avro.schema.parse(json.dumps(plain))).write(datum, avro.io.BinaryEncoder(out))
        yield json.dumps({"name": name, "schema": schema, "bytes": out.getvalue().hex(),
                          "value": datum if value is None else value}, ensure_ascii=False)


def main():
    try:
        made = "".join(line + "\n" for line in lines())
    except ImportError:
        print("golden.py: python3-avro is not installed: SKIPPED", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 77
    if "--check" not in sys.argv:
        sys.stdout.write(made)
        return 0
    with open(os.path.join(HERE, "golden.ndjson"), encoding="utf-8") as file:
        if file.read() == made:
            print(f"{len(CASES)} values: the bytes are the same")
            return 0
    print("golden.py: golden.ndjson is not what the library writes", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
