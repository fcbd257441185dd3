#!/usr/bin/python3
"""docs/operations.md against the program: every metric is there and no other; the exit codes of each command are those that its
help says; what the log is said to say is said somewhere in the program, and every refusal of the service has its row; the alerts
ask for metrics that exist.

    operations.py BINARY
"""

import os
import re
import subprocess
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
problems = []


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def run(*words):
    done = subprocess.run([sys.argv[1], *words], capture_output=True, text=True)
    return done.stdout + done.stderr


def compare(what, ours, theirs):
    for name in sorted(theirs - ours):
        problems.append("%s: docs/operations.md lacks %s" % (what, name))
    for name in sorted(ours - theirs):
        problems.append("%s: docs/operations.md has %s, the program has not" % (what, name))


def section(text, name):
    start = text.index("\n## %s\n" % name)
    end = text.find("\n## ", start + 4)
    return text[start:end if end > 0 else len(text)]


def metric_names(text):
    return set(re.findall(r"\b(?:durand|process)_[a-z_]+\b", text))


def check_metrics(text):
    known = metric_names("\n".join(re.findall(r"(?m)^\| `(\S+)` \|", run("check", "--metrics"))))
    if len(known) < 20:
        problems.append("durand check --metrics prints %d metrics" % len(known))
    watching = section(text, "Watching it")
    table = watching[watching.index("### Every metric"):watching.index("### Alerts")]
    compare("metrics", metric_names("\n".join(re.findall(r"(?m)^\| (`.*?) \|", table))), known)
    rules = [rule["expr"] for group in yaml.safe_load(read("packaging/alerts.yaml"))["groups"] for rule in group["rules"]]
    for expression in rules + re.findall(r"(?m)^\| `(.*?)` \|", watching[watching.index("### Alerts"):]):
        for name in metric_names(expression) - known:
            problems.append("an alert asks for %s, which does not exist" % name)
    told = len(re.findall(r"(?m)^\| `(.*?)` \|", watching[watching.index("### Alerts"):]))
    if told != len(rules):
        problems.append("%d alerts in docs/operations.md, %d in packaging/alerts.yaml" % (told, len(rules)))


def check_exit_codes(text):
    table = {}
    for row in re.findall(r"(?m)^\| `([a-z]+)` \|(.*)\|$", section(text, "Exit codes")):
        table[row[0]] = {str(code) for code, meaning in enumerate(row[1].split("|")) if meaning.strip()}
    commands = set(re.findall(r"(?m)^  ([a-z]+) ", run("--help")))
    compare("exit codes", set(table), commands)
    for command in sorted(commands & set(table)):
        said = re.search(r"Exit codes: (.*?)\.(?: |$)", " ".join(run(command, "--help").split()))
        if not said:
            problems.append("durand %s --help says no exit codes" % command)
            continue
        codes = set(re.findall(r"(?:^|, )(\d) ", said.group(1)))
        if codes != table[command]:
            problems.append("durand %s: docs/operations.md has the codes %s, its help %s"
                            % (command, sorted(table[command]), sorted(codes)))


def literals():
    """Every string of the program's sources, those that stand side by side joined; and those of refusals."""
    every, refusals = [], []
    for folder, _, files in os.walk(os.path.join(ROOT, "processor")):
        for name in files:
            if not name.endswith(".c"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                content = file.read()
            for found in re.finditer(r'(?:"(?:[^"\\\n]|\\.)*"(?:\s*PRI\w+)?\s*)+', content):
                joined = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', found.group(0))).replace('\\"', '"')
                every.append(joined)
                before = content[max(0, found.start() - 60):found.start()]
                if re.search(r"SERVICE_REFUSE,\s*$", before):
                    refusals.append(joined)
    return every, refusals


def occurs(phrase, strings):
    """The parts of a phrase, between its "…", stand in one string in their order."""
    pattern = re.compile(".*".join(re.escape(part.strip()) for part in phrase.split("…")), re.DOTALL)
    return any(pattern.search(string) for string in strings)


def check_failures(text):
    every, refusals = literals()
    rows = re.findall(r"(?m)^\| (`.*?`) \|", section(text, "When something fails"))
    phrases = [phrase for row in rows for phrase in re.findall(r"`([^`]+)`", row)]
    theirs = {"Authentication failed", "Authorization failed"}  # librdkafka's words
    state = {"in use by another durand"}
    for phrase in phrases:
        source = every + [read("state/store.c")] if phrase in state else every
        if phrase not in theirs and not occurs(phrase, source):
            problems.append("nothing in the program says \"%s\"" % phrase)
    if len(refusals) < 10:
        problems.append("only %d refusals were found in the sources" % len(refusals))
    for refusal in refusals:
        if not any(occurs(phrase, [refusal]) for phrase in phrases):
            problems.append("docs/operations.md, \"When something fails\", has no row for \"%s\"" % refusal)


def main():
    text = read("docs/operations.md")
    check_metrics(text)
    check_exit_codes(text)
    check_failures(text)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
