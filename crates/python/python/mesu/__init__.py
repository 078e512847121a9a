"""Continual learning with Bayesian synapses: streams without task boundaries, and honest uncertainty.

>>> import mesu
>>> learner = mesu.StreamLearner("class")
>>> learner.learn_many({"x": [0.0, 1.0] * 100, "class": ["even", "odd"] * 100})
>>> learner.predict_one({"x": 1.0}).label
'odd'

=========================  =========================================================================
``mesu.StreamLearner``     learns rows of any columns as they come
``mesu.Learner``           learns examples in arrays; ten kinds of learners
``mesu.MesuClassifier``    the learner of rows for scikit-learn, and ``mesu.MesuRegressor``
``mesu.river``             the learner of rows for river
``mesu.run``               runs an experiment of the command line
``mesu.load``              reads what the command line or this package saved
``mesu.plot``              pictures of streams
=========================  =========================================================================
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._experiment import Run, presets, run
from ._mesu import (
    Answer,
    Answers,
    DivergedError,
    Learned,
    Learner,
    NotLearnedError,
    Outcome,
    Prediction,
    Step,
    StreamLearner,
    __version__,
    load,
)

if TYPE_CHECKING:
    from . import plot, river
    from .sklearn import MesuClassifier, MesuRegressor

__all__ = [
    "Answer",
    "Answers",
    "DivergedError",
    "Learned",
    "Learner",
    "MesuClassifier",
    "MesuRegressor",
    "NotLearnedError",
    "Outcome",
    "Prediction",
    "Run",
    "Step",
    "StreamLearner",
    "__version__",
    "load",
    "plot",
    "presets",
    "river",
    "run",
]

# What needs another package is imported when it is asked for.
_LATER = {"MesuClassifier": "sklearn", "MesuRegressor": "sklearn"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    if name in ("plot", "river"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
