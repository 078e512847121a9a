"""Streams of rows, tested and then learned: mesu beside river and Vowpal Wabbit.

    pip install river==0.26.1 vowpalwabbit==9.11.9
    python benches/peers/streams.py FOLDER --mesu target/release/mesu [--record results/streams.json]

The folder holds NAME.csv.gz, whose last column is the target: a class, or in NAME_regression.csv.gz a value. Every
learner has its defaults and sees each row once; river's linear models get running scaling (of values too), means for
missing numbers and one-hot categories. A peer learns for --seconds and then stops; mesu learns the same first rows
again, right after it, and the two are compared on those. Probabilities are floored at 1e-6 for all. With --record the
numbers are kept for `mesu results`. --only takes streams, --peers learners, both with commas.
"""

import argparse
import csv
import gzip
import io
import json
import math
import platform
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

FLOOR = 1e-6


class Stream:
    """Rows of a file, as text and as a peer's dictionaries."""

    def __init__(self, path):
        self.name = path.name.removesuffix(".csv.gz")
        self.values = self.name.endswith("_regression")
        with gzip.open(path, "rt", newline="") as file:
            self.lines = file.read().splitlines()
        rows = list(csv.reader(self.lines))
        *self.names, self.target = rows[0]
        columns = list(zip(*rows[1:]))
        self.numbers = [all(map(is_number, column)) for column in columns[:-1]]
        self.rows = rows[1:]
        self.classes = [] if self.values else sorted(set(columns[-1]))

    def __iter__(self):
        for *fields, target in self.rows:
            x = {}
            for name, number, field in zip(self.names, self.numbers, fields):
                if number:
                    x[name] = float(field) if field else None
                elif field:
                    x[name] = field
            yield x, float(target) if self.values else target

    def prefix(self, rows):
        """The first rows, gzipped."""
        packed = io.BytesIO()
        with gzip.open(packed, "wt") as file:
            file.write("\n".join(self.lines[: rows + 1]) + "\n")
        return packed.getvalue()


def is_number(field):
    try:
        return not field or math.isfinite(float(field))
    except ValueError:
        return False


def linear(model, stream):
    from river import compose, preprocessing, stats

    names = [name for name, number in zip(stream.names, stream.numbers) if number]
    numbers = preprocessing.StandardScaler()
    if any(not field for fields in stream.rows for field in fields):
        numbers = preprocessing.StatImputer(*((name, stats.Mean()) for name in names)) | numbers
    numbers = compose.Select(*names) | numbers
    if all(stream.numbers):
        return numbers | model
    categories = compose.SelectType(str) | preprocessing.OneHotEncoder()
    return (numbers + categories) | model


class River:
    """A classifier or a regressor of river."""

    def __init__(self, model, stream, is_linear=False):
        self.model = linear(model, stream) if is_linear else model
        self.values, self.is_linear = stream.values, is_linear
        # Its logistic regression knows two classes as truth values.
        self.positive = stream.classes[1] if is_linear and len(stream.classes) == 2 else None

    def predict_then_learn(self, x, y):
        if not self.is_linear:
            # A missing number is left out: trees pass such rows on.
            x = {name: value for name, value in x.items() if value is not None}
        if self.values:
            told = self.model.predict_one(x)
            self.model.learn_one(x, y)
            return told
        told = self.model.predict_proba_one(x)
        if self.positive is None:
            self.model.learn_one(x, y)
            return told
        self.model.learn_one(x, y == self.positive)
        # Under the row's own label, and another.
        return {y: told.get(y == self.positive, 0.0), None: told.get(y != self.positive, 0.0)}


class VowpalWabbit:
    """One against all others, or squared loss; scaling is its own."""

    def __init__(self, stream):
        import vowpalwabbit

        self.numbers = {name: f"n{i}" for i, name in enumerate(stream.names)}
        self.classes = {name: i + 1 for i, name in enumerate(stream.classes)}
        how = "" if stream.values else f"--oaa {len(stream.classes)} --probabilities --loss_function logistic"
        self.workspace = vowpalwabbit.Workspace(f"{how} --quiet")

    def predict_then_learn(self, x, y):
        parts = []
        for name, value in x.items():
            if isinstance(value, str):
                parts.append(f"{self.numbers[name]}={value.replace(' ', '_').replace(':', '_').replace('|', '_')}")
            elif value is not None:
                parts.append(f"{self.numbers[name]}:{value}")
        features = " ".join(parts)
        told = self.workspace.predict(f"| {features}")
        self.workspace.learn(f"{self.classes.get(y, y)} | {features}")
        if self.classes:
            return dict(zip(self.classes, told))
        return told


def peers(stream):
    from river import ensemble, forest, linear_model, tree
    from river.preprocessing import TargetStandardScaler

    if stream.values:
        scaled = TargetStandardScaler(linear_model.LinearRegression())
        return {
            "river LinearRegression": lambda: River(scaled, stream, True),
            "river HoeffdingAdaptiveTreeRegressor": lambda: River(tree.HoeffdingAdaptiveTreeRegressor(seed=1), stream),
            "river ARFRegressor": lambda: River(forest.ARFRegressor(seed=1), stream),
            "river SRPRegressor": lambda: River(ensemble.SRPRegressor(seed=1), stream),
            "Vowpal Wabbit": lambda: VowpalWabbit(stream),
        }
    from river import multiclass

    logistic = linear_model.LogisticRegression()
    if len(stream.classes) > 2:
        logistic = multiclass.OneVsRestClassifier(logistic)
    return {
        "river LogisticRegression": lambda: River(logistic, stream, True),
        "river HoeffdingAdaptiveTree": lambda: River(tree.HoeffdingAdaptiveTreeClassifier(seed=1), stream),
        "river ARF": lambda: River(forest.ARFClassifier(seed=1), stream),
        "river SRP": lambda: River(ensemble.SRPClassifier(seed=1), stream),
        "Vowpal Wabbit": lambda: VowpalWabbit(stream),
    }


def test_then_train(peer, stream, seconds):
    """Measures of the rows that it gets through."""
    rows, right, log_loss, began = 0, 0, 0.0, time.perf_counter()
    absolute = squared = total = total_squared = 0.0
    for x, y in stream:
        if time.perf_counter() - began > seconds:
            break
        told = peer.predict_then_learn(x, y)
        rows += 1
        if stream.values:
            absolute += abs(told - y)
            squared += (told - y) ** 2
            total += y
            total_squared += y * y
        else:
            right += bool(told) and max(told, key=told.get) == y
            log_loss -= math.log(max(told.get(y, 0.0) if told else 0.0, FLOOR))
    measures = {"rows": rows, "rows_per_second": rows / (time.perf_counter() - began)}
    if stream.values:
        around_mean = total_squared - total * total / rows
        return measures | {"r2": 1 - squared / around_mean, "mae": absolute / rows}
    return measures | {"accuracy": right / rows, "log_loss": log_loss / rows}


def mesu(command, stream, rows, settings=()):
    """Measures that the command line tells of the first rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{stream.name}.csv.gz"
        path.write_bytes(stream.prefix(rows))
        words = [command, "learn", path, "--target", stream.target, "--json", "--quiet"]
        words += ["--state", f"{folder}/state.mesu", "--predictions", f"{folder}/predictions.csv"]
        words += ["--regression"] if stream.values else []
        done = subprocess.run(words + list(settings), check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    keys = ["rows", "rows_per_second", "peak_memory_bytes"]
    keys += ["r2", "mae", "nll", "coverage.90"] if stream.values else ["accuracy", "log_loss", "ece"]
    return {key: told[key] for key in keys}


def cpu():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mesu", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only")
    parser.add_argument("--peers")
    parser.add_argument("--record", type=Path)
    arguments = parser.parse_args()
    packages = {name: version(name) for name in ["river", "vowpalwabbit"]}
    record = {"cpu": cpu(), "packages": packages, "seconds": arguments.seconds, "streams": []}
    paths = sorted(arguments.folder.glob("*.csv.gz"))
    if arguments.only:
        paths = [path for path in paths if path.name.removesuffix(".csv.gz") in arguments.only.split(",")]
    if not paths:
        parser.error(f"{arguments.folder}: no stream NAME.csv.gz")
    for path in paths:
        stream = Stream(path)
        entry = {"stream": stream.name, "mesu": mesu(arguments.mesu, stream, len(stream.rows)), "peers": []}
        entry["one"] = mesu(arguments.mesu, stream, len(stream.rows), ["--set", "members=one"])
        print(stream.name, json.dumps(entry["mesu"]), flush=True)
        for name, make in peers(stream).items():
            if arguments.peers and name not in arguments.peers.split(","):
                continue
            measures = test_then_train(make(), stream, arguments.seconds)
            whole = measures["rows"] == len(stream.rows)
            beside = mesu(arguments.mesu, stream, measures["rows"])
            print(f"  {name}", json.dumps(measures), "" if whole else f"mesu {json.dumps(beside)}", flush=True)
            entry["peers"].append({"peer": name, **measures, "mesu": beside})
        record["streams"].append(entry)
    if arguments.record:
        # Whole or not at all.
        written = arguments.record.with_suffix(".new")
        written.write_text(json.dumps(record, indent=2) + "\n")
        written.replace(arguments.record)


if __name__ == "__main__":
    main()
