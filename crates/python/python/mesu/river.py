"""The learner of rows for river.

In river's loop, `predict_one` and then `learn_one` of the same row, the second goes on where the first ended: answers and
states are those of `mesu.StreamLearner.predict_then_learn`, and of the command line.

>>> from river import evaluate, metrics
>>> from mesu.river import MesuStreamClassifier
>>> rows = [({"x": n % 10}, n % 10 < 5) for n in range(500)]
>>> evaluate.progressive_val_score(rows, MesuStreamClassifier(), metrics.Accuracy()).get() > 0.9
True
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from river import base

from ._mesu import Answer, NotLearnedError, StreamLearner
from ._names import name_of

__all__ = ["MesuStreamClassifier", "MesuStreamRegressor"]

#: Columns of a river model's state beside those of its rows.
TARGET = "(target)"
WEIGHT = "(weight)"

#: Names of labels that came before; 1, 1.0 and True are three of them.
_known_name_of = functools.lru_cache(maxsize=1_000, typed=True)(name_of)


class _MesuStream(base.Estimator):
    """Parts that both models share."""

    _regression: typing.ClassVar[bool]

    def __init__(
        self,
        members: str = "mixture",
        seed: int = 1,
        mixing_rate: float = 0.02,
        mixing_floor: float = 1e-4,
        drift_chance: float = 1e-4,
        stranger_deviations: float = 3.0,
    ) -> None:
        self.members = members
        self.seed = seed
        self.mixing_rate = mixing_rate
        self.mixing_floor = mixing_floor
        self.drift_chance = drift_chance
        self.stranger_deviations = stranger_deviations
        self._learner = StreamLearner(
            TARGET,
            regression=self._regression,
            weight=WEIGHT,
            members=members,
            seed=seed,
            mixing_rate=mixing_rate,
            mixing_floor=mixing_floor,
            drift_chance=drift_chance,
            stranger_deviations=stranger_deviations,
            _sorted=True,
        )
        # Labels by the names that the learner has for them; none of numbers.
        self._labels: dict[str, Any] = {}

    @property
    def learner(self) -> StreamLearner:
        """The learner, for its measures, drifts and files."""
        return self._learner

    def answer_one(self, x: Mapping[Any, Any]) -> Answer | None:
        """Answer to a row with its uncertainties; None before anything was learned.

        Parameters
        ----------
        x
            A dictionary of features.
        """
        try:
            return self._learner.predict_ahead(x)
        except NotLearnedError:
            return None

    def _target(self, y: Any) -> Any:
        """A target as the learner has it: the name of a class, or a number."""
        raise NotImplementedError

    def learn_one(self, x: Mapping[Any, Any], y: Any, w: float = 1.0) -> None:
        """Learns a row.

        Parameters
        ----------
        x
            A dictionary of features.
        y
            A label, or a number.
        w
            Factor of its loss, 0 or more.
        """
        if w == 1.0:
            self._learner.learn_one(x, self._target(y))
        else:
            self._learner.learn_one(x, self._target(y), weight=w)

    def learn_many(self, X: pd.DataFrame, y: pd.Series) -> None:
        """Learns the rows of a data frame, one after another.

        Parameters
        ----------
        X
            A dataframe of features.
        y
            A series of labels, or of numbers.
        """
        self._learner.learn_many(X, [self._target(target) for target in y.tolist()])

    def _more_tags(self) -> set[str]:
        return set()


class MesuStreamClassifier(_MesuStream, base.MiniBatchClassifier):
    """A mixture of networks of Bayesian synapses that learns classes.

    Numbers, texts, truth values, dates and missing values are taken as they are: no scaler or encoder before it.

    Parameters
    ----------
    members
        `"mixture"`, `"one"` (a single network, the fastest), or names of members, as `"values-1e4,neighbors"`.
    seed
        Seed of all that is drawn.
    mixing_rate
        Rate at which the members' weights are learned, 0 or more.
    mixing_floor
        Least probability of a member that counts in the mixture, above 0 and below 0.5.
    drift_chance
        Probability that chance is taken for a change of the stream at one look; 0 for no alarms.
    stranger_deviations
        Deviations above the usual from which on a row's spread marks a stranger; 0 for none.

    Examples
    --------
    >>> from mesu.river import MesuStreamClassifier
    >>> model = MesuStreamClassifier()
    >>> for n in range(200):
    ...     model.learn_one({"x": n % 10, "color": "red" if n % 2 else "blue"}, n % 2 == 1)
    >>> model.predict_one({"x": 3, "color": "red"})
    True
    >>> sorted(model.predict_proba_one({"x": 3, "color": "red"}))
    [False, True]
    """

    _regression = False

    @property
    def _multiclass(self) -> bool:
        return True

    def _target(self, y: Any) -> str:
        name = _known_name_of(y)
        if name not in self._labels:
            self._labels[name] = y
        return name

    def predict_proba_one(self, x: Mapping[Any, Any], **kwargs: Any) -> dict[Any, float]:
        """Probability of each label; empty before anything was learned.

        Parameters
        ----------
        x
            A dictionary of features.
        """
        answer = self.answer_one(x)
        if answer is None:
            return {}
        labels = self._labels
        return {labels[name]: p for name, p in answer.known_probabilities.items()}

    def predict_one(self, x: Mapping[Any, Any], **kwargs: Any) -> Any:
        """The most probable label; None before anything was learned.

        Parameters
        ----------
        x
            A dictionary of features.
        """
        answer = self.answer_one(x)
        name = None if answer is None else answer.label
        return None if name is None else self._labels[name]

    def predict_proba_many(self, X: pd.DataFrame) -> pd.DataFrame:
        """Probabilities of the labels, one column each.

        Parameters
        ----------
        X
            A dataframe of features.
        """
        if not self._learner.rows:
            return pd.DataFrame(index=X.index)
        answers = self._learner.predict_ahead_many(X)
        labels = [self._labels[name] for name in answers.classes]
        return pd.DataFrame(answers.probabilities, index=X.index, columns=labels)

    def predict_many(self, X: pd.DataFrame) -> pd.Series:
        """The most probable labels.

        Parameters
        ----------
        X
            A dataframe of features.
        """
        if not self._learner.rows:
            return pd.Series([None] * len(X), index=X.index, dtype=object)
        names = self._learner.predict_ahead_many(X).labels
        return _series([None if name is None else self._labels[name] for name in names], X.index)


class MesuStreamRegressor(_MesuStream, base.MiniBatchRegressor):
    """A mixture of networks of Bayesian synapses that learns numbers.

    Numbers, texts, truth values, dates and missing values are taken as they are: no scaler or encoder before it.

    Parameters
    ----------
    members
        `"mixture"`, `"one"` (a single network, the fastest), or names of members, as `"values-1e4,neighbors"`.
    seed
        Seed of all that is drawn.
    mixing_rate
        Rate at which the members' weights are learned, 0 or more.
    mixing_floor
        Least probability of a member that counts in the mixture, above 0 and below 0.5.
    drift_chance
        Probability that chance is taken for a change of the stream at one look; 0 for no alarms.
    stranger_deviations
        Deviations above the usual from which on a row's spread marks a stranger; 0 for none.

    Examples
    --------
    >>> from mesu.river import MesuStreamRegressor
    >>> model = MesuStreamRegressor()
    >>> for n in range(300):
    ...     model.learn_one({"x": n % 10}, 3.0 * (n % 10))
    >>> abs(model.predict_one({"x": 5}) - 15.0) < 3.0
    True
    """

    _regression = True

    def _target(self, y: Any) -> Any:
        return y

    def predict_one(self, x: Mapping[Any, Any], **kwargs: Any) -> float:
        """The mean; 0 before anything was learned.

        Parameters
        ----------
        x
            A dictionary of features.
        """
        answer = self.answer_one(x)
        return 0.0 if answer is None else answer.mean

    def predict_many(self, X: pd.DataFrame) -> pd.Series:
        """The means.

        Parameters
        ----------
        X
            A dataframe of features.
        """
        if not self._learner.rows:
            return _series([0.0] * len(X), X.index)
        return _series(self._learner.predict_ahead_many(X).mean, X.index)


def _series(values: Iterable[Any], index: Any) -> pd.Series:
    return pd.Series(list(values), index=index)
