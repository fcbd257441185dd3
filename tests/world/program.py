"""The program under the world: lines go in, and what stands in the output topics comes back after each round."""
import json
import os
import subprocess

IGNORED = ("changes", "records", "deadletter")


class Broken(Exception):
    """A promise that did not hold."""


class Replay:
    """durand replay over files, its state kept from round to round."""

    def __init__(self, durand, config, work):
        self.durand, self.config, self.work = durand, config, work
        self.rounds = 0

    def feed(self, lines):
        """Hands @lines over; yields (topic, key, value or None) of each output in the order of its topic."""
        self.rounds += 1
        path, out = os.path.join(self.work, "in.ndjson"), os.path.join(self.work, f"out-{self.rounds}")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
        run = subprocess.run([self.durand, "replay", "--config", self.config, "--input", path, "--state",
                              os.path.join(self.work, "state"), "--output", out, "--changelog"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600)
        if run.returncode != 0:
            raise Broken(f"replay ended with {run.returncode}: {run.stdout}")
        letters = os.path.join(out, "deadletter.ndjson")
        if os.path.exists(letters) and os.path.getsize(letters) > 0:
            raise Broken(f"dead letters in {letters}")
        for name in sorted(os.listdir(out)):
            topic, ending = os.path.splitext(name)
            if ending != ".ndjson" or topic in IGNORED:
                continue
            with open(os.path.join(out, name), encoding="utf-8") as file:
                for line in map(json.loads, file):
                    yield topic, line["key"], line["value"]
