"""The learner of rows for scikit-learn.

>>> from sklearn.datasets import load_iris
>>> from sklearn.model_selection import cross_val_score
>>> from mesu import MesuClassifier
>>> X, y = load_iris(return_X_y=True)
>>> bool(cross_val_score(MesuClassifier(), X, y, cv=3).mean() > 0.9)
True
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_feature_names,
    _check_n_features,
    _check_sample_weight,
    _check_y,
    _num_samples,
    check_is_fitted,
    validate_data,
)

from . import _frames
from ._mesu import Answers, StreamLearner
from ._names import name_of
from ._order import expanded, order

__all__ = ["MesuClassifier", "MesuRegressor"]

#: Columns of the learner beside those of the rows.
TARGET = "(target)"
WEIGHT = "(weight)"

#: Values of rows by their columns' names.
Columns = dict[str, Any]


class _MesuRows(BaseEstimator):
    """Parts that both estimators share."""

    _regression: bool
    n_features_in_: int
    learner_: StreamLearner

    def __init__(
        self,
        *,
        epochs: int = 10,
        members: str = "one",
        seed: int = 1,
        mixing_rate: float = 0.02,
        mixing_floor: float = 1e-4,
        stranger_deviations: float = 3.0,
    ) -> None:
        self.epochs = epochs
        self.members = members
        self.seed = seed
        self.mixing_rate = mixing_rate
        self.mixing_floor = mixing_floor
        self.stranger_deviations = stranger_deviations

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def predict(self, X: Any) -> NDArray[Any]:
        """Predicts rows; see the estimator."""
        raise NotImplementedError

    def uncertainty(self, X: Any) -> dict[str, NDArray[Any]]:
        """Uncertainties of the predictions.

        Parameters
        ----------
        X : array or data frame, [rows, columns]

        Returns
        -------
        dict of arrays, [rows]
            ``total``, ``aleatoric`` and ``epistemic`` (entropies in bits, or variances in squared units of the target),
            ``spread`` (large far away from what was learned), ``out_of_range`` (share of values, 0 to 1), ``stranger``
            (True where the spread is far above the usual).
        """
        answers = self._answers(X)
        kinds = ["total", "aleatoric", "epistemic", "spread", "out_of_range", "stranger"]
        return {kind: getattr(answers, kind) for kind in kinds}

    def _new_learner(self) -> StreamLearner:
        return StreamLearner(
            TARGET,
            regression=self._regression,
            weight=WEIGHT,
            members=self.members,
            seed=self.seed,
            mixing_rate=self.mixing_rate,
            mixing_floor=self.mixing_floor,
            stranger_deviations=self.stranger_deviations,
        )

    def _fit(self, columns: Columns, target: list[Any], weight: ArrayLike | None) -> None:
        """Learns rows from the start, as often as there are epochs, each time in another order."""
        if not isinstance(self.epochs, (int, np.integer)) or self.epochs < 1:
            raise ValueError(f"epochs is {self.epochs!r}; expected a whole number, 1 or more")
        rows, weights = self._weighted(columns, weight)
        taken = _take(columns, rows)
        targets = [target[row] for row in rows]
        learner = self._new_learner()
        for epoch in range(self.epochs):
            at = order([*taken.values(), targets], seed=self.seed, epoch=epoch)
            given = weights[at] if weights is not None else None
            learner.learn_many(_take(taken, at), [targets[row] for row in at], weight=given)
        self.learner_ = learner

    def _partial_fit(self, columns: Columns, target: list[Any], weight: ArrayLike | None) -> None:
        """Learns rows once, in their order."""
        if weight is None:
            self.learner_.learn_many(columns, target)
            return
        rows, weights = self._weighted(columns, weight)
        self.learner_.learn_many(_take(columns, rows), [target[row] for row in rows], weight=weights)

    def _takes(self, X: Any, y: Any) -> bool:
        """True of rows of floats like those before: all that there is to check the learner checks itself.

        For one row, scikit-learn's checks take a hundred times as long as learning it.
        """
        return (
            type(X) is np.ndarray
            and type(y) is np.ndarray
            and X.dtype.char in "fd"
            and X.ndim == 2
            and y.shape == X.shape[:1]
            and len(X) > 0
            and hasattr(self, "learner_")
            and X.shape[1] == self.n_features_in_
            and not hasattr(self, "feature_names_in_")
        )

    def _weighted(
        self, columns: Columns, weight: ArrayLike | None
    ) -> tuple[NDArray[np.intp], NDArray[np.float64] | None]:
        count = len(next(iter(columns.values())))
        if weight is None:
            return np.arange(count), None
        weights = _check_sample_weight(weight, np.empty(count), ensure_non_negative=True)
        rows, weights = expanded(np.asarray(weights, dtype=np.float64))
        if not len(rows):
            raise ValueError("all weights are 0; expected one above it")
        return rows, weights

    def _columns(self, X: Any, *, reset: bool) -> Columns:
        """Columns of rows, whose names and number are checked against those of fit."""
        if hasattr(X, "columns") and not hasattr(X, "sparse"):
            rows = _num_samples(X)
            if rows == 0 or X.shape[1] == 0:
                raise ValueError(f"Found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 is required.")
            _check_feature_names(self, X, reset=reset)
            _check_n_features(self, X, reset=reset)
            columns = _frames.columns(X)
        else:
            X = validate_data(self, X, dtype="numeric", ensure_all_finite="allow-nan", reset=reset)
            if np.isinf(X).any():
                raise ValueError("Input X contains infinity; expected finite numbers, or NaN where one is missing.")
            columns = _frames.columns(np.asarray(X, dtype=np.float64))
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            names = [f"x{number}" for number in range(len(columns))]
        return {str(name): values for name, (_, values) in zip(names, columns, strict=True)}

    def _checked(self, y: Any) -> NDArray[Any]:
        """The targets, [rows], if they are of the estimator's kind."""
        raise NotImplementedError

    def _table(self, X: Any, y: Any, *, reset: bool) -> tuple[Columns, NDArray[Any]]:
        """Columns of rows and as many targets, checked."""
        if y is None:
            name = type(self).__name__
            raise ValueError(f"This {name} estimator requires y to be passed, but the target y is None.")
        columns = self._columns(X, reset=reset)
        y = self._checked(y)
        rows = len(next(iter(columns.values())))
        if rows != len(y):
            raise ValueError(f"Found input variables with inconsistent numbers of samples: [{rows}, {len(y)}]")
        return columns, y

    def _answers(self, X: Any) -> Answers:
        check_is_fitted(self)
        return self.learner_.predict_many(self._columns(X, reset=False))


class MesuClassifier(ClassifierMixin, _MesuRows):
    """A classifier of Bayesian synapses: learns rows as they come, or a table.

    Arrays of numbers, and data frames of pandas and polars with numbers, texts, truth values, dates and categories. NaN
    and None are missing. No scaler or encoder is needed before it.

    Parameters
    ----------
    epochs : int
        Times that `fit` goes through the rows, each time in another order.
    members : str
        ``"one"`` (a single network), ``"mixture"``, or names of members, as ``"values-1e4,neighbors"``.
    seed : int
        Seed of all that is drawn.
    mixing_rate, mixing_floor : float
        Rate at which the members' weights are learned, and least probability of one that counts.
    stranger_deviations : float
        Deviations above the usual from which on a row's spread marks a stranger; 0 for none.

    Attributes
    ----------
    classes_ : array, [classes]
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after fits on data frames whose columns' names are texts.
    learner_ : StreamLearner

    Notes
    -----
    A row of the weight 2 is the same as the row twice. The order of the rows makes no difference to `fit`; it does to
    `partial_fit`, which learns a stream.

    Examples
    --------
    >>> from mesu import MesuClassifier
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]] * 20, ["low", "low", "high", "high"] * 20
    >>> model = MesuClassifier().fit(X, y)
    >>> model.predict([[0.5], [2.5]]).tolist()
    ['low', 'high']
    >>> model.predict_proba([[0.5]]).shape, sorted(model.uncertainty([[0.5]]))[:2]
    ((1, 2), ['aleatoric', 'epistemic'])
    """

    _regression = False

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> MesuClassifier:
        """Learns a table from the start.

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        y : array, [rows]
            Classes.
        sample_weight : array of float, [rows], optional

        Raises
        ------
        ValueError
            For infinite numbers, and for targets that are no classes.
        """
        columns, y = self._table(X, y, reset=True)
        self.classes_ = np.unique(y)
        self._names = {label: name_of(label) for label in self.classes_.tolist()}
        self._fit(columns, [name_of(label) for label in y], sample_weight)
        return self

    def partial_fit(
        self, X: Any, y: Any, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> MesuClassifier:
        """Learns rows once, in their order, after those learned before.

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        y : array, [rows]
            Classes.
        classes : array, [classes], optional
            All classes that may come. Without it new ones are added to `classes_` when they come.
        sample_weight : array of float, [rows], optional

        Raises
        ------
        ValueError
            For a label that is none of `classes`.
        """
        if sample_weight is None and classes is None and self._takes(X, y):
            names = [self._names.get(label) for label in y.tolist()]
            if None not in names:
                self.learner_.learn_many(X, names)
                return self
        first = not hasattr(self, "learner_")
        columns, y = self._table(X, y, reset=first)
        if first:
            self.learner_ = self._new_learner()
            self.fixed_classes_ = classes is not None
            self.classes_ = np.unique(np.asarray(classes) if classes is not None else y)
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ValueError(f"classes are {classes!r}; expected those of the first call, {self.classes_!r}")
        new = np.setdiff1d(y, self.classes_)
        if len(new) and getattr(self, "fixed_classes_", False):
            raise ValueError(f"labels {new.tolist()!r} are none of the classes {self.classes_.tolist()!r}")
        if len(new):
            self.classes_ = np.union1d(self.classes_, new)
        self._names = {label: name_of(label) for label in self.classes_.tolist()}
        self._partial_fit(columns, [name_of(label) for label in y], sample_weight)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of the classes, [rows, classes], in the order of `classes_`; each row's sum is 1.

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        """
        answers = self._answers(X)
        known = {name: number for number, name in enumerate(answers.classes)}
        probabilities = np.zeros((len(answers), len(self.classes_)))
        for number, label in enumerate(self.classes_):
            at = known.get(name_of(label))
            if at is not None:
                probabilities[:, number] = answers.probabilities[:, at]
        return probabilities

    def predict(self, X: Any) -> NDArray[Any]:
        """Most probable classes, [rows].

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        """
        probabilities = self.predict_proba(X)
        labels: NDArray[Any] = self.classes_[probabilities.argmax(axis=1)]
        return labels

    def _checked(self, y: Any) -> NDArray[Any]:
        y = _check_y(y, multi_output=False, y_numeric=False, estimator=self)
        check_classification_targets(y)
        return np.asarray(y)


class MesuRegressor(RegressorMixin, _MesuRows):
    """A regressor of Bayesian synapses: learns rows as they come, or a table.

    Arrays of numbers, and data frames of pandas and polars with numbers, texts, truth values, dates and categories. NaN
    and None are missing. No scaler or encoder is needed before it.

    Parameters
    ----------
    epochs : int
        Times that `fit` goes through the rows, each time in another order.
    members : str
        ``"one"`` (a single network), ``"mixture"``, or names of members, as ``"values-1e4,neighbors"``.
    seed : int
        Seed of all that is drawn.
    mixing_rate, mixing_floor : float
        Rate at which the members' weights are learned, and least probability of one that counts.
    stranger_deviations : float
        Deviations above the usual from which on a row's spread marks a stranger; 0 for none.

    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : array of str
        Only after fits on data frames whose columns' names are texts.
    learner_ : StreamLearner

    Notes
    -----
    A row of the weight 2 is the same as the row twice. The order of the rows makes no difference to `fit`; it does to
    `partial_fit`, which learns a stream.

    Examples
    --------
    >>> from mesu import MesuRegressor
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]] * 20, [0.0, 10.0, 20.0, 30.0] * 20
    >>> model = MesuRegressor().fit(X, y)
    >>> bool(abs(model.predict([[2.0]])[0] - 20.0) < 3.0), model.predict_std([[2.0]]).shape
    (True, (1,))
    """

    _regression = True

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> MesuRegressor:
        """Learns a table from the start.

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        y : array of float, [rows]
        sample_weight : array of float, [rows], optional

        Raises
        ------
        ValueError
            For numbers that are infinite, and targets that are not finite.
        """
        columns, y = self._table(X, y, reset=True)
        self._fit(columns, y.tolist(), sample_weight)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> MesuRegressor:
        """Learns rows once, in their order, after those learned before.

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        y : array of float, [rows]
        sample_weight : array of float, [rows], optional
        """
        if sample_weight is None and self._takes(X, y) and y.dtype.kind == "f" and np.isfinite(y).all():
            self.learner_.learn_many(X, y)
            return self
        first = not hasattr(self, "learner_")
        columns, y = self._table(X, y, reset=first)
        if first:
            self.learner_ = self._new_learner()
        self._partial_fit(columns, y.tolist(), sample_weight)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Means, [rows], in units of the target.

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        """
        return self._answers(X).mean

    def predict_std(self, X: Any) -> NDArray[np.float64]:
        """Standard deviations of the targets around the means, [rows], in units of the target.

        Parameters
        ----------
        X : array or data frame, [rows, columns]
        """
        return np.sqrt(self._answers(X).total)

    def _checked(self, y: Any) -> NDArray[np.float64]:
        y = _check_y(y, multi_output=False, y_numeric=True, estimator=self)
        return np.asarray(y, dtype=np.float64)


def _take(columns: Columns, rows: NDArray[np.intp]) -> Columns:
    """Rows of columns, by their numbers."""
    return {
        name: values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows]
        for name, values in columns.items()
    }
