"""Pictures of streams: accuracy over time, uncertainty, drifts and strangers. They need matplotlib.

>>> import mesu
>>> rows = {"x": [0.0, 1.0] * 300, "class": ["even", "odd"] * 300}
>>> answers = mesu.StreamLearner("class").predict_then_learn_many(rows)
>>> mesu.plot.accuracy({"mesu": answers}, rows["class"]).get_ylabel()
'accuracy'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._mesu import Answers, StreamLearner
from ._names import name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["accuracy", "members", "over_time", "uncertainty"]

#: Colors that stay apart for color-blind readers, and on light and dark pages (Okabe and Ito 2008).
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
QUIET = "#888888"


def over_time(values: ArrayLike, window: int = 500) -> NDArray[np.float64]:
    """Running mean over the last values; over all of them while there are fewer.

    Parameters
    ----------
    values : array, [rows]
        NaN is left out.
    window : int
        Number of values, 1 or more.

    Returns
    -------
    array, [rows]

    Examples
    --------
    >>> over_time([1.0, 0.0, 1.0, 1.0], window=2).tolist()
    [1.0, 0.5, 0.5, 1.0]
    """
    if window < 1:
        raise ValueError(f"window is {window}; expected 1 or more")
    numbers = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(numbers)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, numbers, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    first = np.maximum(np.arange(len(numbers)) + 1 - window, 0)
    counted = counts[1:] - counts[first]
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = (sums[1:] - sums[first]) / np.where(counted > 0, counted, np.nan)
    return means


def accuracy(
    predictions: Mapping[str, Answers | Sequence[Any]],
    truth: Sequence[Any],
    *,
    window: int = 500,
    drifts: Sequence[Mapping[str, Any]] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draws the running accuracy of learners over a stream.

    Parameters
    ----------
    predictions : dict of str to answers, or to lists of classes
        What each learner told of the rows, before it learned them.
    truth : list, [rows]
        Classes of the rows.
    window : int
        Rows that the accuracy is a mean over.
    drifts : list of dicts
        Changes that were told, as of `StreamLearner.drifts`.
    ax : matplotlib axes, optional

    Returns
    -------
    matplotlib axes
    """
    ax = _axes(ax)
    names = [name_of(label) for label in truth]
    for (learner, told), color in zip(predictions.items(), _colors(len(predictions))):
        labels = told.labels if isinstance(told, Answers) else told
        right = [label is not None and name_of(label) == name for label, name in zip(labels, names, strict=True)]
        ax.plot(over_time(right, window), label=learner, color=color, linewidth=1.5)
    _mark(ax, drifts)
    ax.set_xlabel("row")
    ax.set_ylabel("accuracy")
    ax.legend(frameon=False)
    return ax


def uncertainty(
    answers: Answers,
    *,
    kind: str = "epistemic",
    window: int = 100,
    drifts: Sequence[Mapping[str, Any]] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draws an uncertainty over a stream, with the changes that were told and the strangers.

    Parameters
    ----------
    answers : Answers
        Of `StreamLearner.predict_then_learn_many`.
    kind : str
        ``"total"``, ``"aleatoric"``, ``"epistemic"`` or ``"spread"``.
    window : int
        Rows that the line is a mean over.
    drifts : list of dicts, optional
        Changes that were told; those of the answers by default.
    ax : matplotlib axes, optional

    Returns
    -------
    matplotlib axes

    Examples
    --------
    >>> import mesu
    >>> answers = mesu.StreamLearner("y").predict_then_learn_many({"x": [0, 1] * 50, "y": ["a", "b"] * 50})
    >>> uncertainty(answers).get_xlabel()
    'row'
    """
    kinds = ["total", "aleatoric", "epistemic", "spread"]
    if kind not in kinds:
        raise ValueError(f"kind is {kind!r}; expected one of {', '.join(kinds)}")
    ax = _axes(ax)
    values: NDArray[np.float64] = getattr(answers, kind)
    ax.plot(over_time(values, window), color=COLORS[0], linewidth=1.5, label=f"{kind}, mean of {window} rows")
    strangers = np.flatnonzero(answers.stranger)
    if len(strangers):
        ax.scatter(strangers, values[strangers], s=8, color=COLORS[1], label="strangers", zorder=3)
    _mark(ax, answers.drifts if drifts is None else drifts)
    ax.set_xlabel("row")
    ax.set_ylabel(f"{kind}, bits" if answers.classes and kind != "spread" else kind)
    ax.legend(frameon=False)
    return ax


def members(learner: StreamLearner, *, ax: Axes | None = None) -> Axes:
    """Draws the weights of a learner's members: which memory is in force.

    Parameters
    ----------
    learner : StreamLearner
    ax : matplotlib axes, optional

    Returns
    -------
    matplotlib axes

    Examples
    --------
    >>> import mesu
    >>> learner = mesu.StreamLearner("y")
    >>> learner.learn_many({"x": [0, 1] * 50, "y": ["a", "b"] * 50})
    >>> [label.get_text() for label in members(learner).get_yticklabels()][-1]
    'neighbors'
    """
    ax = _axes(ax)
    told = learner.members()
    ax.barh([member["name"] for member in told], [member["weight"] for member in told], color=COLORS[0])
    ax.set_xlabel("weight in the mixture")
    return ax


def _colors(count: int) -> list[str]:
    return [COLORS[number % len(COLORS)] for number in range(count)]


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    _, made = pyplot.subplots(figsize=(8, 3.2), layout="constrained")
    made.spines[["top", "right"]].set_visible(False)
    return made


def _mark(ax: Axes, drifts: Sequence[Mapping[str, Any]]) -> None:
    for number, drift in enumerate(drifts):
        ax.axvline(
            drift["row"], color=QUIET, linestyle=":", linewidth=1.2, label="change told" if number == 0 else None
        )
