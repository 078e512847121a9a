# pyright: strict
"""A user's program: mypy and pyright check it in strict mode, and what it says of types."""

from __future__ import annotations

from typing import Any

import mesu
import numpy as np
from mesu import MesuClassifier
from numpy.typing import NDArray
from typing_extensions import assert_type

learner = mesu.Learner(2, 2, hidden=[16], memory_window=1e4, init="he", seed=1)
inputs = np.array([[1.0, -1.0], [-1.0, 1.0]], dtype=np.float32)
learned = learner.learn_each(inputs, [0, 1], weights=[1.0, 0.5])
assert_type(learned.nll, float)
prediction = learner.predict(inputs, samples=4, seed=1)
assert_type(prediction.epistemic, NDArray[np.float32])
assert_type(learner.learn_one(inputs[0], 1).prediction, mesu.Prediction)
low, high = mesu.Learner(1, regression=True).predict([[0.0]]).interval(0.9)
assert_type(low, NDArray[np.float64])

rows = mesu.StreamLearner("class", members="one", class_weights={"bad": 2.0})
rows.learn_one({"x": 1.0, "color": "red"}, "good")
outcome = rows.predict_then_learn({"x": 1.0, "class": "good"})
assert_type(outcome.answer.label, str | None)
assert_type(rows.predict_many([{"x": 2.0}]).probabilities, NDArray[np.float64])

saved = mesu.load("rows.mesu") if rows.rows > 10 else rows
if isinstance(saved, mesu.StreamLearner):
    assert_type(saved.classes, list[str])
run: mesu.Run | None = None
if run is not None:
    assert_type(run.summary, dict[str, Any])
model = MesuClassifier(epochs=2).fit(inputs, [0, 1])
assert_type(model.predict_proba(inputs), NDArray[np.float64])
