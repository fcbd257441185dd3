#!/usr/bin/env python3
"""The rules of the source tree that no compiler checks. Exit code 1 and one line for each breach; warnings do not count.

    tests/lint/structure.py [ROOT]
"""
import pathlib
import re
import subprocess
import sys

FILE_LINES_MAX = 700
FUNCTION_LINES_WARN = 90

# docs/architecture.md, "Levels": what each module may use beside base.
MAY_USE = {
    "base": "",
    "record": "",
    "config": "record",
    "model": "record",
    "avro": "",
    "decode": "avro config record steward",
    "registry": "avro config record",
    "standard": "config record",
    "block": "model record",
    "score": "model record",
    "cluster": "score model record",
    "golden": "config record",
    "conflict": "config golden record",
    "sync": "config record standard",
    "feed": "config record standard",
    "steward": "record",
    "deadletter": "record",
    "kafka": "config record",
    "http": "",
    "state": "record",
    "engine": "config model record standard block score cluster golden conflict sync feed state steward",
    "replay": "avro registry config record decode model engine state",
    "simulate": "config record model standard block score cluster golden conflict sync feed state engine replay",
    "evaluate": "config record decode",
    "resolve": "config record model standard block score cluster",
    "train": "config record model block score cluster resolve",
    "service": "avro deadletter registry config model record decode standard block score cluster golden conflict sync feed kafka http state engine",
    "demo": "config model record decode standard block score cluster golden conflict sync feed kafka http state engine replay service",
    "cli": "avro deadletter registry config model record steward decode standard block score cluster golden conflict sync feed"
           " kafka http state engine replay simulate evaluate resolve train service demo",
}

# Headers of libraries, and the only folders that may include them.
OWNED = [
    (re.compile(r"lmdb\.h"), ("state/", "tests/bench/")),
    (re.compile(r"(librdkafka/)?rdkafka.*\.h"), ("processor/kafka/",)),
    (re.compile(r"(unicode|phonenumbers)/.*"), ("processor/standard/",)),
    (re.compile(r"microhttpd\.h"), ("processor/http/",)),
    (re.compile(r"systemd/.*"), ("processor/service/",)),
    (re.compile(r"yaml\.h"), ("processor/config/",)),
    (re.compile(r"curl/.*"), ("processor/registry/",)),
    (re.compile(r"jansson\.h"), ("tests/",)),
    (re.compile(r"avro\.h"), ("tests/unit/schemas/", "tests/unit/avro/")),
]
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
TABLE_ROW = re.compile(r'\s*(\{.*\}|"[^"]*"(\s*"[^"]*")*),?(\s*/\*.*\*/)?\s*')
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')
PAGE = re.compile(r"\bdocs/[\w/-]+\.md\b")
MODULE = re.compile(r"^module\(([^)]*)\)", re.MULTILINE)
PROGRAM = re.compile(r'^module_use\(durand "([^"]*)"\)', re.MULTILINE)


class Report:
    def __init__(self):
        self.errors = 0

    def error(self, place, message):
        self.errors += 1
        print(f"{place}: {message}")

    @staticmethod
    def warn(place, message):
        print(f"{place}: warning: {message}")


def check_includes(report, path, lines):
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        header = found.group(1)
        if "../" in header:
            report.error(f"{path}:{number}", f"include of {header}: name the module, \"module/header.h\"")
        for pattern, folders in OWNED:
            if pattern.fullmatch(header) and not path.startswith(folders):
                report.error(f"{path}:{number}", f"include of {header}: only {' and '.join(folders)} may")


def check_functions(report, path, lines):
    """A function opens with '{' in the first column and ends with '}' there."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start:
            if number - start - 1 > FUNCTION_LINES_WARN:
                report.warn(f"{path}:{start}", f"a function of {number - start - 1} lines, {FUNCTION_LINES_WARN} are many")
            start = None


def check_source(report, root, path):
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    count = sum(not TABLE_ROW.fullmatch(line) for line in lines)  # rows of data tables do not count
    if count > FILE_LINES_MAX:
        report.error(path, f"{count} lines, at most {FILE_LINES_MAX}: split it by purpose")
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line) and path != "tests/lint/structure.py":
            report.error(f"{path}:{number}", "marked as unfinished")
        for page in PAGE.findall(line):
            if not (root / page).is_file():
                report.error(f"{path}:{number}", f"refers to {page}, which does not exist")
    if not path.endswith((".c", ".h", ".cc")):
        return
    check_includes(report, path, lines)
    check_functions(report, path, lines)
    if path.endswith(".h") and "#pragma once" not in lines:
        report.error(path, "no #pragma once")
    if lines and not lines[0].startswith("/*"):
        report.error(f"{path}:1", "a file opens with a comment on how it works and why")


def read_module(text):
    """The name of the module that a CMakeLists.txt makes, and the modules that it uses."""
    program = PROGRAM.search(text)
    if program:
        return "cli", program.group(1).split(";")
    call = MODULE.search(text)
    name, uses, keyword = None, [], None
    for word in call.group(1).split() if call else []:
        if word in ("NAME", "USES", "PACKAGES", "LIBRARIES", "DIRECTORY", "LANGUAGES"):
            keyword = word
        elif keyword == "NAME":
            name = word
        elif keyword == "USES":
            uses.append(word)
    return name, uses


def check_modules(report, root, paths):
    for path in paths:
        if not re.fullmatch(r"(processor/\w+|state)/CMakeLists\.txt", path):
            continue
        name, uses = read_module((root / path).read_text(encoding="utf-8"))
        if name not in MAY_USE:
            report.error(path, f"module {name} has no row in MAY_USE of tests/lint/structure.py")
            continue
        for used in uses:
            if used != "base" and used not in MAY_USE[name].split():
                report.error(path, f"module {name} may not use {used} (docs/architecture.md, \"Levels\")")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], check=True, capture_output=True, text=True)
    paths = [path for path in listed.stdout.split("\0") if path and (root / path).is_file()]
    report = Report()
    for path in paths:
        if path.endswith((".c", ".h", ".cc", ".py", ".sh", ".cmake", "CMakeLists.txt")) or path in ("dev", ".ci/run"):
            check_source(report, root, path)
    check_modules(report, root, paths)
    if report.errors:
        print(f"{report.errors} breaches of the rules of the source tree")
    return 1 if report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
