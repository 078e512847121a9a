"""Data of the tests."""

from __future__ import annotations

import csv
import gzip
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def elec() -> list[dict[str, str]]:
    """The first 3,000 rows of the stream elec, as its file has them."""
    with gzip.open(ROOT / "data" / "streams" / "elec.csv.gz", "rt") as file:
        return [row for row, _ in zip(csv.DictReader(file), range(3_000))]


@pytest.fixture(scope="session")
def command_line() -> Path:
    """The program `mesu`: that of `MESU`, or one that was built here."""
    named = [os.environ.get("MESU"), ROOT / "target/release/mesu", ROOT / "target/debug/mesu"]
    for path in named:
        if path and Path(path).exists():
            return Path(path)
    pytest.skip("no program mesu was built: cargo build -p mesu-cli")


@pytest.fixture
def mesu_cli(command_line: Path, tmp_path: Path):
    """Runs the program in a folder of its own."""

    def run(*arguments: object) -> str:
        done = subprocess.run(
            [command_line, *map(str, arguments)], cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    """Two classes of six numbers, float32 in C order."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 600)
    x = rng.normal(size=(600, 6)).astype(np.float32) + 2.0 * labels[:, None].astype(np.float32)
    return np.ascontiguousarray(x, dtype=np.float32), labels


def pytest_configure() -> None:
    """Pictures are drawn without a screen."""
    os.environ.setdefault("MPLBACKEND", "agg")
