#!/usr/bin/env python3
"""Speed, memory and state size of `durand replay`, beside the floor under any such program.

    bench.py --build build [--events 100000,1000000] [--json]

For each size: bench_generate writes the events (kept between runs), `durand replay` runs over them with the configuration
beside this file, `durand inspect` counts the LMDB entries that it left, and bench_floor parses the same lines and puts as many
entries, with our parser and with Jansson. bench_pairs says how many candidate pairs one core scores in a second, with and without the decoding of nodes. A table goes to standard output, or with --json one object.
Only the standard library is used.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

PAIRS_EVENTS = 50000

# Tables whose entries are a hash or a number with small repeated values; the others are rows.
POSTING_TABLES = {"record-index", "node-index", "node-member", "block", "reference", "ghost-block", "conflict-index"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def run_measured(command, log):
    """Runs @command; gives wall and processor seconds and the peak resident size of that one process."""
    with open(log, "wb") as out:
        start = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.stderr.write(Path(log).read_text(errors="replace")[-2000:])
        sys.exit(f"bench: {command[0]} {command[1]} ended with {process.returncode}; all of its output: {log}")
    return {
        "seconds": round(seconds, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_rss_bytes": usage.ru_maxrss * 1024,
    }


def directory_bytes(path):
    return sum(file.stat().st_blocks * 512 for file in Path(path).rglob("*") if file.is_file())


def fresh_directory(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def generate(build, work, events, seed):
    path = work / f"events-{events}-{seed}.ndjson"
    if not path.exists():
        say(f"bench: writing {events} events to {path}")
        partial = path.with_suffix(".partial")
        subprocess.run([build / "tests/bench/bench_generate", "--events", str(events), "--seed", str(seed), "--output", partial],
                       check=True)
        partial.rename(path)
    return path


def count_entries(durand, state, events):
    """What the replay left: rows and postings for each event, and the mean size of a row."""
    lines = subprocess.run([durand, "inspect", "--state", state, "--json"], check=True, capture_output=True, text=True).stdout
    tables = [json.loads(line) for line in lines.splitlines()]
    rows = [table for table in tables if table["table"] not in POSTING_TABLES]
    row_entries = sum(table["entries"] for table in rows)
    postings = sum(table["entries"] for table in tables if table["table"] in POSTING_TABLES)
    row_bytes = sum(table["bytes"] for table in rows) / max(row_entries, 1)
    return {
        "rows_per_event": round(row_entries / events, 3),
        "row_bytes": max(1, round(row_bytes)),
        "postings_per_event": round(postings / events, 3),
        "tables": {table["table"]: {"entries": table["entries"], "bytes": table["bytes"]} for table in tables},
    }


def run_floor(build, work, path, entries, parser):
    state = fresh_directory(work / "floor")
    run_measured([build / "tests/bench/bench_floor", "--parser", parser, "--state", state, "--rows", entries["rows_per_event"],
                  "--row-bytes", entries["row_bytes"], "--postings", entries["postings_per_event"], path], work / "floor.log")
    shutil.rmtree(state)
    return json.loads((work / "floor.log").read_text())["events_per_second"]


def bench(options, events):
    durand = options.build / "durand"
    work = options.build / "bench"
    work.mkdir(parents=True, exist_ok=True)
    path = generate(options.build, work, events, options.seed)
    state = work / "state"
    shutil.rmtree(state, ignore_errors=True)
    output = fresh_directory(work / "output")
    say(f"bench: replaying {events} events")
    result = {"events": events, "input_bytes": path.stat().st_size}
    result.update(run_measured([durand, "replay", "--config", HERE / "durand.yaml", "--input", path, "--output", output,
                                "--state", state], work / "replay.log"))
    result["events_per_second"] = round(events / result["seconds"])
    result["state_bytes"] = directory_bytes(state)
    result["output_bytes"] = directory_bytes(output)
    result["entries"] = count_entries(durand, state, events)
    say("bench: the floor")
    for parser in ("own", "jansson"):
        result[f"floor_{parser}_events_per_second"] = run_floor(options.build, work, path, result["entries"], parser)
    result["ratio_to_floor"] = round(result["events_per_second"] / result["floor_own_events_per_second"], 3)
    result["ratio_to_jansson_floor"] = round(result["events_per_second"] / result["floor_jansson_events_per_second"], 3)
    if not options.keep:
        shutil.rmtree(state)
        shutil.rmtree(output)
    return result


COLUMNS = [
    ("events", lambda r: f"{r['events']:,}"),
    ("events/s", lambda r: f"{r['events_per_second']:,}"),
    ("seconds", lambda r: f"{r['seconds']:.1f}"),
    ("CPU s", lambda r: f"{r['cpu_seconds']:.1f}"),
    ("peak RSS MB", lambda r: f"{r['peak_rss_bytes'] / 1e6:,.0f}"),
    ("state MB", lambda r: f"{r['state_bytes'] / 1e6:,.0f}"),
    ("floor/s", lambda r: f"{r['floor_own_events_per_second']:,}"),
    ("Jansson floor/s", lambda r: f"{r['floor_jansson_events_per_second']:,}"),
    ("of floor", lambda r: f"{r['ratio_to_floor']:.0%}"),
]


def score_pairs(options):
    """Candidate pairs that one core scores in a second, of each type."""
    work = options.build / "bench"
    work.mkdir(parents=True, exist_ok=True)
    path = generate(options.build, work, PAIRS_EVENTS, options.seed)
    say("bench: scoring the candidate pairs of %d events on one core" % PAIRS_EVENTS)
    command = [options.build / "tests/bench/bench_pairs", "--config", HERE / "durand.yaml", path]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def print_pairs(pairs):
    print()
    for kind, figures in pairs.items():
        print(f"{kind} pairs: {figures['pairs_per_second']:,}/s on one core, {figures['with_decoding_per_second']:,}/s with decoding ({figures['pairs']:,} pairs of {figures['nodes']:,} "
              f"different records; {figures['reached'] / max(figures['pairs'], 1):.1%} reach the review zone)")


def print_table(results):
    rows = [[name for name, _ in COLUMNS]] + [[show(result) for _, show in COLUMNS] for result in results]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths)))


def main():
    parser = argparse.ArgumentParser(description="Speed, memory and state size of replay, beside the floor.")
    parser.add_argument("--build", type=Path, default=Path("build"), help="build directory (build)")
    parser.add_argument("--events", default="100000,1000000", help="sizes, separated by commas (100000,1000000)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated events (1)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--keep", action="store_true", help="keep the last state and output in BUILD/bench")
    options = parser.parse_args()
    options.build = options.build.resolve()
    results = [bench(options, int(events)) for events in options.events.split(",")]
    pairs = score_pairs(options)
    if options.json:
        print(json.dumps({"cores": os.cpu_count(), "results": results, "pairs": pairs}, indent=2))
    else:
        print_table(results)
        print_pairs(pairs)


if __name__ == "__main__":
    main()
