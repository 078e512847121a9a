"""Tables of pandas, polars and NumPy as columns that the native half reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np


def columns(table: Any) -> list[tuple[str, Any]]:
    """Names and values of a table's columns.

    A column is an array of float64, int64 or bool where it can be, and otherwise a list of Python's values.

    >>> columns({"x": [1, 2], "y": ["a", None]})
    [('x', array([1, 2])), ('y', ['a', None])]
    """
    if isinstance(table, Mapping):
        return [(str(name), _values(name, column)) for name, column in table.items()]
    if isinstance(table, np.ndarray):
        return _of_array(table)
    names = getattr(table, "columns", None)
    if names is None:
        raise TypeError(
            f"rows are of the type {type(table).__name__}; expected a data frame, a dict of columns, or a list of dicts"
        )
    # Positions, since two columns of one name are told by the native half.
    at = table.iloc.__getitem__ if hasattr(table, "iloc") else None
    return [
        (str(name), _values(name, at((slice(None), number)) if at else table[name]))
        for number, name in enumerate(names)
    ]


def names(table: Any) -> list[str] | None:
    """Names of a table's columns, all of them texts; None of a table without names."""
    found = getattr(table, "columns", None)
    if found is None or not all(isinstance(name, str) for name in found):
        return None
    return list(found)


def _of_array(array: np.ndarray[Any, Any]) -> list[tuple[str, Any]]:
    if array.ndim != 2:
        raise ValueError(f"rows are of the shape {array.shape}; expected [rows, columns]")
    return [(f"x{number}", _values(number, column)) for number, column in enumerate(array.T)]


def _values(name: object, column: Any) -> Any:
    """Values of one column."""
    if isinstance(column, (str, bytes)) or not isinstance(column, Iterable):
        raise TypeError(f"column {name!r} is of the type {type(column).__name__}; expected a list of values")
    dtype = getattr(column, "dtype", None)
    if dtype is None:
        return _of_list(list(column))
    if not isinstance(column, np.ndarray) and not (isinstance(dtype, np.dtype) and dtype.kind in "fiub"):
        # A series of texts, categories, dates, or numbers some of which may be missing.
        to_list = getattr(column, "to_list", None)
        return _of_list(to_list() if to_list else list(column))
    array = np.asarray(column)
    if array.dtype.kind == "f":
        return array.astype(np.float64, copy=False)
    if array.dtype.kind == "i" or array.dtype.kind == "u" and array.dtype.itemsize < 8:
        return array.astype(np.int64, copy=False)
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind == "M":
        return [None if np.isnat(moment) else str(moment) for moment in array]
    return array.tolist()


def _of_list(values: list[Any]) -> Any:
    """A list as an array, if it is of floats, whole numbers or truth values alone."""
    kinds = {type(value) for value in values}
    if kinds in ({float}, {bool}):
        return np.array(values)
    if kinds == {int} and all(-(2**63) <= value < 2**63 for value in values):
        return np.array(values, dtype=np.int64)
    return values
