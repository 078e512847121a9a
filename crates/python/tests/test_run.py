"""Experiments of the command line, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mesu
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def data(monkeypatch):
    """MNIST lies in the project's folder."""
    monkeypatch.setenv("MESU_DATA", str(ROOT / "data"))


def test_a_run_is_that_of_the_command_line(tmp_path, mesu_cli):
    settings = {"test_window": 1, "network": {"hidden": [8]}, "learner": {"samples": 2, "test_samples": 2}}
    done = mesu.run("permuted-digits-defaults", tasks=1, seed=3, out=tmp_path / "here", **settings)
    told = [f"{key}={value}" for key, value in [("tasks", 1), ("seed", 3), ("test_window", 1)]]
    told += ["network.hidden=[8]", "learner.samples=2", "learner.test_samples=2"]
    sets = [argument for value in told for argument in ("--set", value)]
    mesu_cli("run", "permuted-digits-defaults", "--quiet", "--out", "there", *sets)
    there = mesu.load(tmp_path / "there")
    # The notes hold times.
    there.notes = done.learner.notes = {}
    assert there.to_bytes() == done.learner.to_bytes()
    assert done.summary["newest_accuracy"] == done.accuracy[-1] > 0.7
    assert done.folder == tmp_path / "here"


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("permuted", {}, "permuted"),
        ("permuted-digits", {"task": 3}, "task"),
        ("permuted-digits", {"tasks": 0}, "tasks"),
        ("permuted-digits", {"settings": {"learner.samples": "many"}}, "samples"),
    ],
)
def test_what_is_wrong_with_a_run_is_told(name, settings, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        mesu.run(name, out=tmp_path / "run", progress=False, **settings)
    assert not (tmp_path / "run").exists()


def test_data_that_are_not_there_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("MESU_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="mnist"):
        mesu.run("permuted-digits", progress=False)


LONG = {
    "learn_each": """
learner = mesu.Learner(784, 10, hidden=[200], seed=1)
x, y = np.zeros((400_000, 784), dtype=np.float32), np.zeros(400_000, dtype=int)
call = lambda: learner.learn_each(x, y)
""",
    "predict": """
learner = mesu.Learner(784, 10, hidden=[400], seed=1)
x = np.zeros((300_000, 784), dtype=np.float32)
call = lambda: learner.predict(x, samples=100)
""",
    "learn_many": """
learner = mesu.StreamLearner("y", columns={f"x{i}": "number" for i in range(20)})
rows = {**{f"x{i}": np.zeros(400_000) for i in range(20)}, "y": ["a", "b"] * 200_000}
call = lambda: learner.learn_many(rows)
""",
    "predict_many": """
learner = mesu.StreamLearner("y")
rows = {**{f"x{i}": np.zeros(200_000) for i in range(20)}, "y": ["a", "b"] * 100_000}
learner.learn_many({name: values[:2_000] for name, values in rows.items()})
call = lambda: learner.predict_many(rows)
""",
    "run": """
call = lambda: mesu.run("permuted-digits", tasks=50, progress=False)
""",
}


@pytest.mark.skipif(os.name == "nt", reason="no signals of Unix")
@pytest.mark.parametrize("name", LONG)
def test_control_c_stops_long_calls(name):
    program = f"""
import numpy as np, mesu
{LONG[name]}
print("begun", flush=True)
try:
    call()
    print("ended")
except KeyboardInterrupt:
    print("stopped")
"""
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "begun\n"
    time.sleep(0.8)
    running.send_signal(signal.SIGINT)
    told, _ = running.communicate(timeout=60)
    assert told == "stopped\n"
