"""Executes the notebook of the tour, and keeps its outputs with --write.

    python crates/python/tests/tour.py [--write]
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

TOUR = Path(__file__).resolve().parents[3] / "docs" / "tour.ipynb"


def main() -> None:
    """Fails if a cell does, or if the learner is no better than chance."""
    notebook = nbformat.read(TOUR, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(TOUR.parent)}}).execute()
    pictures = 0
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            pictures += "image/png" in output.get("data", {})
    assert pictures == 3, f"{pictures} pictures; expected 3"
    if "--write" in sys.argv:
        nbformat.write(notebook, TOUR)
    print(f"{TOUR.name}: {len(notebook.cells)} cells, {pictures} pictures")


if __name__ == "__main__":
    main()
