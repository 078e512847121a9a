"""Names of classes, as the learner of rows has them."""

from __future__ import annotations

from typing import Any


def name_of(label: Any) -> str:
    """Name of a label: that which the command line has for it.

    >>> name_of(True), name_of(1.0), name_of(2.5), name_of("a")
    ('true', '1', '2.5', 'a')
    """
    if isinstance(label, str):
        return str(label)
    item = getattr(label, "item", None)
    if item is not None:
        label = item()
    if isinstance(label, bool):
        return "true" if label else "false"
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    if label is None:
        raise ValueError("a label is None; expected a class")
    return str(label)
