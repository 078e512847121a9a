"""River's own checks, and what its users do."""

from __future__ import annotations

import concurrent.futures
import pickle

import pandas as pd
import pytest
from mesu.river import MesuStreamClassifier, MesuStreamRegressor
from river import compose, datasets, evaluate, metrics, preprocessing, stream
from river.checks import yield_checks

MODELS = [MesuStreamClassifier(), MesuStreamRegressor(), MesuStreamClassifier(members="one")]
CHECKS = [(model, check) for model in MODELS for check in yield_checks(model)]


@pytest.mark.parametrize(("model", "check"), CHECKS, ids=[f"{m.__class__.__name__}-{c.__name__}" for m, c in CHECKS])
def test_checks_of_river(model, check):
    assert check.__name__ not in model._unit_test_skips()
    check(model.clone())


def test_progressive_validation():
    told = evaluate.progressive_val_score(datasets.Phishing(), MesuStreamClassifier(), metrics.Accuracy())
    assert told.get() > 0.87
    told = evaluate.progressive_val_score(datasets.Phishing(), MesuStreamClassifier(), metrics.LogLoss())
    assert told.get() < 0.35
    told = evaluate.progressive_val_score(datasets.TrumpApproval(), MesuStreamRegressor(), metrics.MAE())
    assert told.get() < 1.0


def test_rivers_loop_is_predict_then_learn(elec):
    rows = [({name: float(row[name]) for name in row if name != "y"}, row["y"] == "1") for row in elec[:1_500]]
    models = [MesuStreamClassifier(), MesuStreamClassifier()]
    for n, (x, y) in enumerate(rows):
        told = models[0].answer_one(x)
        if n % 3 == 0:
            assert models[0].predict_one(x) in (True, False, None)
        models[0].learn_one(x, y)
        outcome = models[1].learner.predict_then_learn(x, "true" if y else "false")
        # Before, what columns hold is still being told.
        if n > 1_000:
            assert told.probabilities == outcome.answer.probabilities
            assert (told.epistemic, told.spread) == (outcome.answer.epistemic, outcome.answer.spread)
    assert models[0].learner.to_bytes() == models[1].learner.to_bytes()


def test_pipelines_and_compose():
    model = compose.Select("empty_server_form_handler", "popup_window", "https", "ip_in_url") | MesuStreamClassifier()
    assert evaluate.progressive_val_score(datasets.Phishing(), model, metrics.Accuracy()).get() > 0.7
    both = (preprocessing.StandardScaler() + compose.SelectType(str)) | MesuStreamClassifier(members="one")
    assert evaluate.progressive_val_score(datasets.Phishing().take(300), both, metrics.Accuracy()).get() > 0.7


def test_frames_and_weights():
    rows = pd.DataFrame({"x": range(300), "color": ["red", "blue"] * 150})
    labels = pd.Series(["warm", "cold"] * 150)
    model = MesuStreamClassifier()
    model.learn_many(rows, labels)
    assert model.predict_many(rows[-2:]).tolist() == ["warm", "cold"]
    told = model.predict_proba_many(rows[-2:])
    assert told.shape == (2, 2) and set(told.columns) == {"warm", "cold"}
    model.learn_one({"x": 5, "color": "red"}, "cold", w=0.0)
    assert model.answer_one({"x": 5, "color": "red"}).label == "warm"
    assert MesuStreamClassifier().predict_many(rows[:2]).tolist() == [None, None]
    assert pickle.loads(pickle.dumps(model)).predict_one({"color": "blue"}) == "cold"


def test_threads_may_ask_one_model():
    model = MesuStreamClassifier()
    for n in range(50):
        model.learn_one({"x": n % 10}, n % 10 < 5)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: model.predict_one({"x": n % 10}), range(2_000)))
    assert told[:10] == told[-10:] == [model.predict_one({"x": n}) for n in range(10)]


def test_delayed_labels():
    rows = ((dict(x, moment=n), y) for n, (x, y) in enumerate(datasets.Phishing().take(400)))
    told = evaluate.progressive_val_score(rows, MesuStreamClassifier(), metrics.Accuracy(), moment="moment", delay=20)
    assert told.get() > 0.7


def test_streams_of_other_readers():
    rows = stream.iter_frame(pd.DataFrame({"a": [1.0, 2.0] * 100, "b": [None, "u"] * 100}), pd.Series([0, 1] * 100))
    model = MesuStreamClassifier()
    for x, y in rows:
        model.learn_one(x, y)
    assert model.predict_one({"a": 2.0, "b": "u"}) == 1
