"""Kills `mesu learn` at random moments, resumes it, and compares the end with that of an unbroken run, byte for byte.

    python benches/kills.py --mesu target/release/mesu [--kills 200] [--rows 8000] [--seed 1]

The rows are those of the stream elec, as CSV, as JSON lines and through a pipe; state and predictions are compared.
Exits with 1 if anything differs.
"""

import argparse
import csv
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ELEC = Path(__file__).parent.parent / "data/streams/elec.csv.gz"
ENDS = ["mesu", "csv"]


def write_rows(folder, count):
    with gzip.open(ELEC, "rt", newline="") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(count))]
    with open(folder / "rows.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with open(folder / "rows.jsonl", "w") as file:
        for row in rows:
            numbers = {name: value if name == "y" else float(value) for name, value in row.items()}
            file.write(json.dumps(numbers) + "\n")


class Runs:
    def __init__(self, mesu, folder, rows):
        self.mesu, self.folder, self.rows = mesu, folder, rows

    def start(self, name):
        words = [self.mesu, "learn", self.rows, "--target", "y", "--quiet", "--save-every", "0", "--resume"]
        words += ["--set", "members=values-1e3,linear-1e2", "--state", f"{name}.mesu", "--predictions", f"{name}.csv"]
        pipe = open(self.folder / "rows.csv") if self.rows == "-" else subprocess.DEVNULL
        return subprocess.Popen(words, cwd=self.folder, stdin=pipe, stdout=subprocess.DEVNULL)

    def unbroken(self, name):
        """Seconds that it takes."""
        began = time.perf_counter()
        if self.start(name).wait():
            sys.exit("an unbroken run failed")
        return time.perf_counter() - began

    def broken(self, name, most_seconds):
        """Kills until it gets through; the number of kills."""
        kills = 0
        while True:
            run = self.start(name)
            try:
                if run.wait(random.random() * most_seconds):
                    sys.exit("a resumed run failed")
                return kills
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()
                kills += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mesu", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rows", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    sources = ["rows.csv", "rows.jsonl", "-"]
    all_kills, different = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_rows(folder, arguments.rows)
        for number, rows in enumerate(sources):
            runs = Runs(arguments.mesu.resolve(), folder, rows)
            seconds = runs.unbroken(f"whole{number}")
            kills, lives = 0, 0
            while kills * len(sources) < arguments.kills:
                kills += runs.broken("killed", 1.2 * seconds)
                lives += 1
                for end in ENDS:
                    whole, killed = folder / f"whole{number}.{end}", folder / f"killed.{end}"
                    if whole.read_bytes() != killed.read_bytes():
                        different += 1
                        print(f"{rows}: life {lives}: .{end} differs")
                    killed.unlink()
            all_kills += kills
            print(f"{rows}: {kills} kills over {lives} lives", flush=True)
    print(f"{all_kills} kills, {different} files that differ")
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
