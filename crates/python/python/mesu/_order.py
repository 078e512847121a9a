"""Orders in which a table is learned: drawn from what its rows say, so that their own order makes no difference."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Most times that a row is learned for its weight.
MOST_TIMES = 100


def expanded(weights: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Rows as often as their weights say, and the weight of each time.

    >>> rows, weights = expanded(np.array([1.0, 0.0, 2.0, 0.5]))
    >>> rows.tolist(), weights.tolist()
    ([0, 2, 2, 3], [1.0, 1.0, 1.0, 0.5])
    """
    times = np.minimum(np.ceil(weights), MOST_TIMES).astype(np.intp)
    rows = np.repeat(np.arange(len(weights)), times)
    return rows, weights[rows] / times[rows]


def order(columns: Sequence[Any], *, seed: int, epoch: int) -> NDArray[np.intp]:
    """Numbers of the rows in the order of an epoch.

    It follows from the values of the rows, from which of several equal ones each is, from the seed and the epoch.

    >>> order([np.array([3.0, 1.0, 2.0])], seed=1, epoch=0).shape
    (3,)
    """
    rows = len(columns[0])
    said = np.zeros(rows, dtype=np.uint64)
    for column in columns:
        said = _mixed(said ^ _bits(column))
    # Equal rows get their turns, the first of them the first.
    together = np.argsort(said, kind="stable")
    of_equals = said[together]
    starts = np.concatenate([[True], of_equals[1:] != of_equals[:-1]])
    first = np.maximum.accumulate(np.where(starts, np.arange(rows), 0))
    turn = np.empty(rows, dtype=np.uint64)
    turn[together] = (np.arange(rows) - first).astype(np.uint64)
    drawn = _mixed(said ^ _mixed(turn + np.uint64((seed * 1_000_003 + epoch + 1) % 2**63)))
    # Of rows whose numbers are equal by chance, which is one in 2^64, the smaller comes first.
    return np.lexsort((turn, said, drawn))


def _bits(column: Any) -> NDArray[np.uint64]:
    """A number for each value of a column, equal for equal values."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "fiub":
        # Minus zero is zero, and there is one NaN.
        numbers = np.where(np.isnan(column), np.nan, column) + 0.0 if column.dtype.kind == "f" else column
        return np.ascontiguousarray(numbers, dtype=np.float64).view(np.uint64)
    return np.fromiter((zlib.crc32(_text(value)) for value in column), dtype=np.uint64, count=len(column))


def _text(value: Any) -> bytes:
    """A value as text, whichever library it comes from."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return b""
    if isinstance(value, float) and np.isnan(value):
        return b""
    return str(value).encode(errors="surrogatepass")


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers whose bits all depend on all bits (splitmix64)."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
