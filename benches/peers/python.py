"""mesu from Python beside river and scikit-learn: rows a second, one row at a time; import and wheel.

    pip install ./crates/python river==0.26.1 scikit-learn==1.9.1
    python benches/peers/python.py data/streams/elec.csv.gz [--rows 20000] [--rounds 3] [--wheel mesu-….whl]
                                   [--rust target/release/examples/learn_each]

Every figure is the median of the rounds, which take turns, on one core (rayon's pool has one thread). Rows of elec are dicts
of six numbers; river's loop is predict_one, then learn_one.
"""

import argparse
import csv
import gzip
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("RAYON_NUM_THREADS", "1")

import numpy as np  # noqa: E402


def rate(work, count):
    """Counts of `work` a second of the process's own time."""
    began = time.process_time()
    work()
    return count / (time.process_time() - began)


def loop(model, rows):
    """River's loop; the share of right predictions."""
    right = 0
    for x, y in rows:
        right += model.predict_one(x) == y
        model.learn_one(x, y)
    return right / len(rows)


def cpu_of(command):
    """Seconds that a program takes, of its own time on all cores."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def imports(module):
    """Seconds that an import takes in a new process beyond NumPy's."""
    programs = ("import numpy", f"import numpy, {module}")
    alone, both = (cpu_of([sys.executable, "-c", program]) for program in programs)
    return both - alone


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stream", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--rust", type=Path, help="crates/mesu's example learn_each")
    arguments = parser.parse_args()

    import mesu
    from mesu.river import MesuStreamClassifier
    from river import forest, linear_model, preprocessing
    from sklearn.neural_network import MLPClassifier

    with gzip.open(arguments.stream, "rt") as file:
        read = [row for row, _ in zip(csv.DictReader(file), range(arguments.rows))]
    *names, target = read[0]
    rows = [({name: float(row[name]) for name in names}, row[target] == "1") for row in read]
    x = np.array([list(row.values()) for row, _ in rows], dtype=np.float32)
    y = np.array([label for _, label in rows], dtype=np.int64)

    figures, scores = {}, {}

    def river(name, new, count):
        def work():
            scores[name] = loop(new(), rows[:count])

        figures.setdefault(name, []).append(rate(work, min(count, len(rows))))

    def each(name, x):
        x = np.tile(x, (10, 1))
        labels = np.tile(y, 10)
        learner = mesu.Learner(x.shape[1], 2, seed=1)
        figures.setdefault(name, []).append(rate(lambda: learner.learn_each(x, labels), len(x)))

    def partial(name, model, count):
        model.partial_fit(x[:1], y[:1], classes=[0, 1])
        row = [(x[i : i + 1], y[i : i + 1]) for i in range(count)]

        def work():
            for features, label in row:
                model.partial_fit(features, label)

        figures.setdefault(name, []).append(rate(work, count))

    for _ in range(arguments.rounds):
        river("river ARF", lambda: forest.ARFClassifier(seed=1), 1_000)
        river("river LogisticRegression", linear_model.LogisticRegression, arguments.rows)
        scaled = preprocessing.StandardScaler
        river("river StandardScaler | LogisticRegression", lambda: scaled() | linear_model.LogisticRegression(), arguments.rows)
        river("mesu, mixture", MesuStreamClassifier, arguments.rows)
        river("mesu, members=one", lambda: MesuStreamClassifier(members="one"), arguments.rows)
        each("learn_each, float32", x)
        each("learn_each, float64", x.astype(np.float64))
        partial("MLPClassifier.partial_fit", MLPClassifier(hidden_layer_sizes=(50,)), 300)
        partial("MesuClassifier.partial_fit", mesu.MesuClassifier(), 2_000)
        figures.setdefault("import beyond NumPy's, ms", []).append(1e3 * imports("mesu"))
        if arguments.rust:
            one, three = (cpu_of([arguments.rust, str(x.shape[1]), times]) for times in ("1", "3"))
            figures.setdefault("learn_each in Rust", []).append(2 * 200_000 / (three - one))

    for name, values in figures.items():
        score = f"   accuracy {scores[name]:.3f}" if name in scores else ""
        print(f"{name:45} {statistics.median(values):12,.0f}{score}")
    median = {name: statistics.median(values) for name, values in figures.items()}
    print()
    for name in ("mesu, mixture", "mesu, members=one"):
        print(f"{name:20} / ARF                {median[name] / median['river ARF']:8.2f}")
        print(f"{name:20} / LogisticRegression {median[name] / median['river LogisticRegression']:8.2f}")
    print(f"partial_fit / MLP    {median['MesuClassifier.partial_fit'] / median['MLPClassifier.partial_fit']:8.2f}")
    if arguments.rust:
        print(f"learn_each / Rust    {median['learn_each, float32'] / median['learn_each in Rust']:8.2f}")
    if arguments.wheel:
        print(f"wheel, MB            {arguments.wheel.stat().st_size / 1e6:8.2f}")


if __name__ == "__main__":
    main()
