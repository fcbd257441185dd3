#!/usr/bin/python3
"""Takes one rule of the protocol away at a time, in a copy of the sources, and runs the tests that must notice.

Each mutation is built into a binary of its own (build/mutants). A mutation that every test lets pass is the failure of this
script, and so is a test that fails without any: the table's first line is the program as it is.

    mutations.py [NAME …]
"""

import argparse
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLACE = os.path.join(ROOT, "build", "mutants")
COPY = os.path.join(PLACE, "source")
SEED = "101"  # of a kill that comes after the first batch: one at the takeover would show little


def instances(name):
    return "instances: " + name, ["tests/kafka/test_instances.py", "--seed", SEED, name]


def fault(kind):
    return "fault: " + kind, ["tests/fault/fault.py", "--seed", SEED, "--runs", "1", "--events", "300", "--kinds", kind]


RESTORE = "r = r ? r : restore_run(service, ends, error);"
TAKEOVER = "        outputs_clear(&service->outputs);\n        return transaction_run(service, error);\n"
IDENTIFIER = "                        : setting->value ? setting->value\n                                         : id,\n"
BATCH = "                r = transaction_run(service, error);\n        service->progress |= r == 0;\n"

# name: ([(file, what stands there once, what takes its place)], [tests of which at least one must fail])
MUTATIONS = {
    "none": ([], [fault("kill_random"), fault("kill_before_kafka_commit"), fault("two_instances"),
                  instances("a_takeover_shows_before_its_restore_has_ended")]),
    "no silent restore": ([("processor/service/start.c", RESTORE, "")], [fault("kill_random")]),
    "no fence": ([("processor/kafka/settings.c", IDENTIFIER,
                   IDENTIFIER.replace(": id,", ': strcmp(setting->name, "transactional.id") == 0 ? own : id,')),
                  ("processor/kafka/settings.c", "        char id[300], bytes[32];\n",
                   "        char id[300], bytes[32], own[400];\n"),
                  ("processor/kafka/settings.c", '        snprintf(id, sizeof(id), "durand.%.*s", TEXT_ARG(config->instance));\n',
                   '        snprintf(id, sizeof(id), "durand.%.*s", TEXT_ARG(config->instance));\n'
                   '        snprintf(own, sizeof(own), "%s.%d", id, (int)getpid());\n'),
                  ("processor/kafka/settings.c", "#include <string.h>\n", "#include <string.h>\n#include <unistd.h>\n")],
                 [fault("two_instances")]),
    "no takeover transaction": ([("processor/service/start.c", TAKEOVER, TAKEOVER.replace("transaction_run(service, error)", "0"))],
                                [instances("a_takeover_shows_before_its_restore_has_ended"), fault("two_instances")]),
    "the state commits before Kafka": ([("processor/service/live.c", BATCH, BATCH.replace(
        "r = transaction_run(service, error);",
        "r = checkpoint_run(service, CHECKPOINT_LIVE, error) ? ERR_FATAL : transaction_run(service, error);"))],
                                       [fault("kill_before_kafka_commit")]),
}


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


def copy_sources():
    """The files as they are now, with the build of the last time, so that only what differs is built."""
    os.makedirs(COPY, exist_ok=True)
    files = run(["git", "ls-files"], cwd=ROOT).stdout.split("\n")
    for name in filter(None, files):
        source, target = os.path.join(ROOT, name), os.path.join(COPY, name)
        with open(source, "rb") as file:
            content = file.read()
        if os.path.exists(target):
            with open(target, "rb") as file:
                if file.read() == content:
                    continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(source, target)


def mutate(changes):
    for name, old, new in changes:
        path = os.path.join(COPY, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if text.count(old) != 1:
            sys.exit("mutations.py: %s: the place to change is there %d times: adapt the mutation" % (name, text.count(old)))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))


def build(binary):
    launcher = ["-DCMAKE_%s_COMPILER_LAUNCHER=%s" % (language, shutil.which("ccache") or "") for language in ("C", "CXX")]
    for command in (["cmake", "--preset", "dev", *launcher], ["ninja", "-C", "build/dev", "durand"]):
        result = run(command, cwd=COPY)
        if result.returncode:
            sys.exit("mutations.py: no build\n" + result.stdout[-3000:])
    shutil.copy(os.path.join(COPY, "build", "dev", "durand"), binary)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of: " + ", ".join(MUTATIONS))
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in MUTATIONS]
    if unknown:
        parser.error("unknown mutation \"%s\"; --help lists them" % unknown[0])
    good = True
    print("%-32s %-58s %s" % ("mutation", "test", "outcome"), flush=True)
    for name in options.names or MUTATIONS:
        changes, tests = MUTATIONS[name]
        copy_sources()
        mutate(changes)
        binary = os.path.join(PLACE, "durand-" + name.replace(" ", "-"))
        build(binary)
        failed = 0
        for title, command in tests:
            started = time.monotonic()
            result = run([sys.executable, command[0], "--binary", binary, *command[1:]], cwd=ROOT)
            if result.returncode not in (0, 1):
                sys.exit("mutations.py: %s proves nothing, exit code %d\n%s" % (title, result.returncode, result.stdout[-2000:]))
            failed += result.returncode
            why = next((line.strip() for line in result.stdout.split("\n") if "FAILED: " in line), "")
            print("%-32s %-58s %s, %.0f s  %s" % (name, title, "failed" if result.returncode else "passed",
                                                  time.monotonic() - started, why[why.find("FAILED: ") + 8:][:150] if why else ""),
                  flush=True)
        good &= (failed > 0) == bool(changes)
    copy_sources()
    print("each mutation is noticed" if good else "NOT as it must be: a mutation passes, or the program as it is fails")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
