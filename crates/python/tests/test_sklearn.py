"""scikit-learn's own checks, and what its users do."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from mesu import MesuClassifier, MesuRegressor
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks


@parametrize_with_checks([MesuClassifier(), MesuRegressor(), MesuClassifier(members="mixture", epochs=2)])
def test_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_tables_are_learned():
    x, y = load_iris(return_X_y=True)
    assert cross_val_score(MesuClassifier(), x, y, cv=5).mean() > 0.93
    x, y = load_breast_cancer(return_X_y=True)
    assert cross_val_score(make_pipeline(StandardScaler(), MesuClassifier()), x, y, cv=3).mean() > 0.94
    x, y = load_diabetes(return_X_y=True)
    assert cross_val_score(MesuRegressor(), x, y, cv=3).mean() > 0.35


def test_searches_clones_and_pickles():
    x, y = load_iris(return_X_y=True)
    search = GridSearchCV(MesuClassifier(), {"epochs": [1, 5], "members": ["one", "linear-1e3"]}, cv=3, n_jobs=2)
    search.fit(x, y)
    assert search.best_score_ > 0.9
    model = search.best_estimator_
    expected = model.predict_proba(x)
    assert (pickle.loads(pickle.dumps(model)).predict_proba(x) == expected).all()
    assert (clone(model).fit(x, y).predict_proba(x) == expected).all()


def test_joblib(tmp_path):
    x, y = load_iris(return_X_y=True)
    model = MesuClassifier().fit(x, y)
    joblib.dump(model, tmp_path / "model")
    assert (joblib.load(tmp_path / "model").predict(x) == model.predict(x)).all()


def table(count=600):
    rng = np.random.default_rng(0)
    color = rng.choice(["red", "green", "blue"], count)
    x = rng.normal(size=count)
    y = np.where((color == "red") | (x > 1), "yes", "no")
    x[::9] = np.nan
    color = [None if n % 11 == 0 else value for n, value in enumerate(color)]
    return {"x": x, "color": color, "flag": rng.integers(0, 2, count).astype(bool)}, y


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_with_texts_and_missing_values(frame):
    columns, y = table()
    x = frame(columns)
    model = MesuClassifier().fit(x, y)
    assert model.score(x, y) > 0.85
    assert model.feature_names_in_.tolist() == ["x", "color", "flag"]
    unsure = model.uncertainty(x)
    assert set(unsure) == {"total", "aleatoric", "epistemic", "spread", "out_of_range", "stranger"}
    assert all(values.shape == (600,) for values in unsure.values())
    other = frame({"x": columns["x"], "flag": columns["flag"]})
    with pytest.raises(ValueError, match="seen at fit time, yet now missing"):
        model.predict(other)
    with pytest.raises(ValueError, match="same order as they were in fit"):
        model.predict(x[["color", "x", "flag"]])


def test_pandas_and_polars_are_the_same():
    columns, y = table()
    a, b = MesuClassifier().fit(pd.DataFrame(columns), y), MesuClassifier().fit(pl.DataFrame(columns), y)
    assert a.learner_.to_bytes() == b.learner_.to_bytes()


def test_the_order_of_rows_makes_no_difference_to_fit():
    x, y = load_iris(return_X_y=True)
    at = np.random.default_rng(0).permutation(len(y))
    a, b = MesuClassifier().fit(x, y), MesuClassifier().fit(x[at], y[at])
    assert a.learner_.to_bytes() == b.learner_.to_bytes()


def test_streams_are_learned_part_by_part():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2_000, 3))
    y = x @ [3.0, -2.0, 0.0] + 0.1 * rng.normal(size=2_000)
    model = MesuRegressor(members="mixture")
    for first in range(0, 2_000, 50):
        model.partial_fit(x[first : first + 50], y[first : first + 50])
    assert model.score(x, y) > 0.95
    assert model.predict_std(x).shape == (2_000,)
    assert model.learner_.rows == 2_000
    before = model.predict(x)
    # fit begins anew.
    model.fit(x[:100], y[:100])
    assert model.learner_.rows == 1_000
    assert not np.array_equal(model.predict(x), before)


def test_single_rows_are_checked_too():
    x, y = np.array([[0.0, 1.0]]), np.array([1.5])
    model = MesuRegressor().partial_fit(x, y)
    for _ in range(5):
        model.partial_fit(x, y)
    for bad_x, bad_y in [(x, y + np.nan), (x + np.inf, y), (x[:, :1], y), (x, y[:0])]:
        with pytest.raises(ValueError):
            model.partial_fit(bad_x, bad_y)
    assert model.learner_.rows == 6
    # The same as part by part, and as lists.
    slow = MesuRegressor()
    for _ in range(6):
        slow.partial_fit(x.tolist(), y.tolist())
    assert slow.learner_.to_bytes() == model.learner_.to_bytes()


def test_classes_of_partial_fit():
    x = [[0.0], [1.0]]
    model = MesuClassifier().partial_fit(x, ["a", "b"], classes=["a", "b", "c"])
    assert model.predict_proba(x).shape == (2, 3)
    with pytest.raises(ValueError, match="labels .'z'. are none of the classes"):
        model.partial_fit(x, ["a", "z"])
    with pytest.raises(ValueError, match="expected those of the first call"):
        model.partial_fit(x, ["a", "b"], classes=["a", "b"])
    grows = MesuClassifier().partial_fit(x, ["a", "b"])
    grows.partial_fit(x, ["b", "c"])
    assert grows.classes_.tolist() == ["a", "b", "c"]
    assert np.allclose(grows.predict_proba(x).sum(axis=1), 1.0)


@pytest.mark.parametrize("labels", [[0, 1], [0.0, 1.0], [True, False], ["a", "b"], [-1, 7]])
def test_labels_of_any_type_come_back(labels):
    x = np.array([[0.0], [1.0]] * 50)
    y = np.array(labels * 50)
    told = MesuClassifier().fit(x, y).predict(x)
    assert told.dtype == y.dtype
    assert (told == y).mean() > 0.95


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (x + np.inf, y), "infinity"),
        (lambda x, y: (x[:0], y[:0]), "0 sample"),
        (lambda x, y: (x, y[:-1]), "inconsistent numbers of samples"),
        (lambda x, y: (x, np.linspace(0, 1, len(x))), "Unknown label type"),
        (lambda x, y: (np.array([["a"]] * len(y)), y), "could not convert|dtype='numeric'"),
    ],
)
def test_what_is_wrong_is_told(change, words):
    x, y = np.zeros((10, 1)), np.arange(10) % 2
    with pytest.raises(ValueError, match=words):
        MesuClassifier().fit(*change(x, y))


def test_unfitted_models_say_so():
    for call in ("predict", "uncertainty"):
        with pytest.raises(NotFittedError):
            getattr(MesuRegressor(), call)([[1.0]])
    with pytest.raises(ValueError, match="epochs is 0; expected a whole number"):
        MesuClassifier(epochs=0).fit([[0.0], [1.0]], [0, 1])
