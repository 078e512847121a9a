# pyright: strict, reportPrivateUsage=false
"""Experiments of the command line, from Python."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _mesu
from ._mesu import Learner

if TYPE_CHECKING:
    from pathlib import Path


class Run:
    """A run of an experiment.

    Attributes
    ----------
    summary : dict
        Its numbers, as in the file ``summary.json``: ``newest_accuracy``, ``average_accuracy``, ``forgetting``, …
    learner : Learner
        The learner after the last task.
    folder : path or None
        The folder of its files, if it has one.
    """

    def __init__(self, summary: dict[str, Any], learner: Learner, folder: Path | None = None) -> None:
        self.summary = summary
        self.learner = learner
        self.folder = folder

    def __repr__(self) -> str:
        name, tasks = self.summary["name"], self.summary["tasks"]
        return f"Run({name!r}, {tasks} tasks, newest accuracy {self.summary['newest_accuracy']:.3f})"

    @property
    def accuracy(self) -> list[float | None]:
        """Accuracy on each task after the last one, the first one first, 0 to 1."""
        tasks: list[float | None] = self.summary["task_accuracy"]
        return tasks


def run(
    name: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: bool = True,
    settings: dict[str, Any] | None = None,
    **more: Any,
) -> Run:
    """Runs an experiment of the command line: a preset, or a TOML file.

    Parameters
    ----------
    name : str or path
        Name of a preset (see `presets`), or a file.
    out : path, optional
        Folder for its files; none are kept without it.
    resume : bool
        True to go on with the run in the folder.
    progress : bool
        True to show progress, if tqdm is there.
    settings : dict, optional
        Settings by their dotted keys, as in ``{"learner.samples": 4}``.
    **more
        Settings by their names: ``tasks=3``, ``seed=2``, ``learner={"samples": 4}``.

    Returns
    -------
    Run
        Its numbers, and its learner.

    Raises
    ------
    ValueError
        For an unknown name or setting, and a value out of its range.
    OSError
        For a folder that can't be written.
    KeyboardInterrupt
        After Ctrl-C, once it is saved.

    Examples
    --------
    >>> import mesu
    >>> done = mesu.run("permuted-digits", tasks=2, progress=False)  # doctest: +SKIP
    >>> done.summary["newest_accuracy"] > 0.9                        # doctest: +SKIP
    True
    """
    # Imported when they are needed: they take longer than all of mesu.
    import tempfile
    from pathlib import Path

    together = {**(settings or {}), **more}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(out) if out is not None else Path(temporary) / "run"
        with _Bar(progress) as report:
            summary, checkpoint = _mesu.run(os.fspath(name), folder, together, resume, report)
    return Run(summary, Learner.from_bytes(checkpoint), Path(out) if out is not None else None)


def presets() -> dict[str, str]:
    """Names of the presets, with a line about each.

    Examples
    --------
    >>> import mesu
    >>> mesu.presets()["permuted-digits"]
    'MNIST, the pixels shuffled anew for every task'
    """
    return dict(_mesu.presets())


class _Bar:
    """A bar of tqdm, if it is there."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.bar: Any = None

    def __enter__(self) -> Callable[[int, int], None] | None:
        if not self.wanted:
            return None
        try:
            from tqdm.auto import tqdm  # pyright: ignore
        except ImportError:
            return None
        self.bar = tqdm(unit="examples", unit_scale=True)
        return self.report

    def report(self, done: int, examples: int) -> None:
        self.bar.total = examples
        self.bar.update(done - self.bar.n)

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()
