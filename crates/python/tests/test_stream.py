"""The learner of rows."""

from __future__ import annotations

import copy
import datetime
import decimal
import math
import pickle
import threading

import mesu
import numpy as np
import pandas as pd
import polars as pl
import pytest


def mixed(count, seed=0):
    """Rows of numbers, texts, truth values and dates, some of them missing."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(count):
        x = float(rng.normal())
        rows.append(
            {
                "x": x if n % 7 else None,
                "count": int(rng.integers(0, 2_000)),
                "color": ["red", "green", "blue"][int(rng.integers(3))],
                "new": bool(rng.integers(2)),
                "day": datetime.date(2024, 1, 1) + datetime.timedelta(days=n),
                "class": "up" if x > 0 else "down",
            }
        )
    return rows


def frames(rows):
    names = list(rows[0])
    table = pd.DataFrame(rows)
    yield "columns", {name: [row[name] for row in rows] for name in names}
    yield "pandas", table
    yield "categories", table.astype({"color": "category", "new": "boolean", "count": "Int64", "x": "Float64"})
    yield "dates", table.assign(day=pd.to_datetime(table["day"]).dt.strftime("%Y-%m-%d"))
    yield "polars", pl.DataFrame(rows)
    yield "enums", pl.DataFrame(rows).with_columns(pl.col("color").cast(pl.Categorical))


def test_tables_of_all_kinds_are_the_same_rows():
    rows = mixed(1_300)
    expected = mesu.StreamLearner("class", members="one")
    for row in rows:
        expected.learn_one(row)
    kinds = {column["name"]: column["kind"] for column in expected.columns()}
    assert kinds == {"x": "number", "count": "number", "color": "category", "new": "boolean", "day": "date"}
    told = expected.predict_many(rows[:50]).probabilities.tobytes()
    for name, table in frames(rows):
        learner = mesu.StreamLearner("class", members="one")
        learner.learn_many(table)
        assert learner.to_bytes() == expected.to_bytes(), name
        assert learner.predict_many(table[:50] if name != "columns" else rows[:50]).probabilities.tobytes() == told


def test_columns_may_come_later_and_in_any_order():
    rows = mixed(40)
    learner = mesu.StreamLearner("class")
    for n, row in enumerate(rows):
        names = list(row) if n % 2 else list(reversed(row))
        learner.learn_one({name: row[name] for name in names if n > 20 or name != "count"})
    assert "count" in {column["name"] for column in learner.columns()}
    answer = learner.predict_one({"x": 2.0, "unknown": [1]})
    assert answer.label == "up"
    assert math.isclose(sum(answer.known_probabilities.values()), 1.0)


def test_a_column_that_is_no_number_after_all_is_told_again():
    learner = mesu.StreamLearner("y")
    for n in range(20):
        learner.learn_one({"x": n, "y": "a"})
    learner.learn_one({"x": "twenty", "y": "b"})
    assert learner.columns()[0]["kind"] == "category"
    assert learner.rows == 21


def test_values_of_other_types_are_read():
    learner = mesu.StreamLearner("y", regression=True)
    for n in range(30):
        learner.learn_one(
            {
                "np": np.float32(n),
                "int": np.int64(n),
                "bool": np.bool_(n % 2),
                "decimal": decimal.Decimal(n),
                "na": pd.NA if n % 2 else n,
                "nat": pd.NaT if n % 2 else pd.Timestamp("2024-01-01"),
                "moment": np.datetime64("2024-01-01T12:30"),
                "id": 2**60 + n,
            },
            np.float64(n),
        )
    assert math.isfinite(learner.predict_one({"np": 5}).mean)


@pytest.mark.parametrize(
    ("row", "error", "words"),
    [
        ({"x": math.inf, "y": "a"}, ValueError, 'column "x" is inf; expected a finite number'),
        ({"x": [1], "y": "a"}, TypeError, 'column "x" is of the type list; expected a number'),
        ({"x": np.zeros(2), "y": "a"}, TypeError, "type ndarray"),
        (3, TypeError, "a row is of the type int; expected a dict"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_and_nothing_changes(row, error, words):
    learner = mesu.StreamLearner("y")
    for n in range(1_100):
        learner.learn_one({"x": n % 10, "y": "a" if n % 2 else "b"})
    before = learner.to_bytes()
    with pytest.raises(error, match=words):
        learner.learn_one(row)
    with pytest.raises(error, match=words):
        learner.learn_many([{"x": 1, "y": "a"}, row])
    with pytest.raises(ValueError, match=r'column "x": "red"; expected a number'):
        learner.predict_one({"x": "red"})
    assert learner.to_bytes() == before


def test_a_bad_row_far_behind_says_what_was_learned():
    learner = mesu.StreamLearner("y", members="one")
    rows = [{"x": n % 10, "y": "a" if n % 2 else "b"} for n in range(9_000)]
    rows[8_000] = {"x": "red", "y": "a"}
    with pytest.raises(ValueError, match=r'row 8001, column "x": "red"; .*; the 5096 rows before were learned'):
        learner.learn_many(rows)
    assert learner.rows == 5_096


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"memory": 1}, TypeError, "memory: unknown setting; expected one of class_weights.NAME, drift_chance"),
        ({"members": "forest"}, ValueError, "expected mixture, one"),
        ({"seed": -1}, ValueError, "expected a whole number"),
        ({"drift_chance": 1}, ValueError, "drift_chance is 1; expected 0 to below 1"),
        ({"class_weights": {"a": -1}}, ValueError, "class_weights is -1"),
        ({"classes": ["a"]}, TypeError, "classes without columns"),
        ({"columns": {"x": "text"}}, ValueError, 'column "x": unknown variant'),
    ],
)
def test_settings_are_checked(settings, error, words):
    with pytest.raises(error, match=words):
        mesu.StreamLearner("y", **settings)


def test_nothing_is_known_before_the_first_row():
    learner = mesu.StreamLearner("y")
    assert (learner.rows, learner.classes, learner.drifts()) == (0, [], [])
    for call in (lambda: learner.predict_one({"x": 1}), learner.measures, learner.to_bytes):
        with pytest.raises(mesu.NotLearnedError, match="no row yet"):
            call()


def test_columns_can_be_given():
    learner = mesu.StreamLearner("y", columns={"x": "number", "c": "category"}, classes=["a", "b"])
    assert learner.classes == ["a", "b"]
    learner.learn_one({"x": 1.0, "c": 3}, "b")
    with pytest.raises(ValueError, match="expected a number"):
        learner.learn_one({"x": "one", "c": 3}, "b")
    assert learner.rows == 1


@pytest.mark.parametrize("count", [0, 5, 300, 1_200])
def test_pickles_and_copies_go_on_alike(count):
    rows = mixed(count + 150)
    learner = mesu.StreamLearner("class", id="day", seed=3)
    if count:
        learner.learn_many(rows[:count])
    others = [pickle.loads(pickle.dumps(learner)), copy.deepcopy(learner), copy.copy(learner)]
    for other in (learner, *others):
        for row in rows[count:]:
            other.learn_one(row)
    assert {other.to_bytes() for other in others} == {learner.to_bytes()}


def test_pickles_of_another_version_are_refused():
    learner = mesu.StreamLearner("y")
    restore, (version, *rest) = learner.__reduce__()
    with pytest.raises(ValueError, match=f"a pickle of version {version + 1}; expected {version}"):
        restore(version + 1, *rest)


def test_labels_may_come_late():
    learner = mesu.StreamLearner("class", id="name", members="one")
    for n in range(300):
        learner.learn_one({"name": f"r{n}", "x": n % 10})
        if n >= 20:
            outcome = learner.learn_late(f"r{n - 20}", "high" if (n - 20) % 10 > 4 else "low")
            assert outcome.label_of == n - 19
    assert learner.predict_one({"x": 9}).label == "high"
    assert learner.learn_late("nobody", "low") is None


def test_weights_and_class_weights_count():
    rows = [{"x": n % 2, "w": 1.0} for n in range(200)]
    target = ["a" if n % 3 else "b" for n in range(200)]
    plain, given = mesu.StreamLearner("y", weight="w"), mesu.StreamLearner("y", weight="w")
    plain.learn_many(rows, target)
    given.learn_many([{"x": row["x"]} for row in rows], target, weight=[1.0] * 200)
    assert plain.predict_one({"x": 1}).known_probabilities == given.predict_one({"x": 1}).known_probabilities
    weighted = mesu.StreamLearner("y", class_weights={"b": 5.0})
    weighted.learn_many([{"x": n % 2} for n in range(200)], target)
    assert weighted.predict_one({"x": 1}).probabilities["b"] > plain.predict_one({"x": 1}).probabilities["b"]
    with pytest.raises(ValueError, match="expected a finite number, 0 or more"):
        plain.learn_one({"x": 1, "w": -1.0}, "a")


def test_drift_and_strangers_are_told():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4_000, 4))
    y = (x[:, 0] > 0) ^ (np.arange(4_000) >= 2_000)
    learner = mesu.StreamLearner("y")
    answers = learner.predict_then_learn_many({**{f"x{i}": x[:, i] for i in range(4)}, "y": y})
    assert any(2_000 < drift["row"] < 2_200 for drift in answers.drifts)
    assert answers.drifts == learner.drifts()
    far = learner.predict_many({f"x{i}": np.full(3, 40.0) for i in range(4)})
    assert far.stranger.all() and (far.out_of_range == 1.0).all()
    assert far.spread.min() > answers.spread.mean()


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (3, TypeError, "rows are of the type int; expected a data frame"),
        ("text", TypeError, "expected a data frame"),
        ({"x": 3}, TypeError, "column 'x' is of the type int; expected a list"),
        ({"x": [1, 2], "y": ["a"]}, ValueError, 'column "y" has 1 values; expected 2'),
        (np.zeros(3), ValueError, r"shape \(3,\); expected \[rows, columns\]"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), ValueError, 'two columns "x"'),
    ],
)
def test_tables_that_are_none_are_refused(table, error, words):
    with pytest.raises(error, match=words):
        mesu.StreamLearner("y").learn_many(table)
    with pytest.raises(ValueError, match="2 rows and 1 of"):
        mesu.StreamLearner("y").learn_many({"x": [1, 2]}, ["a"])


def test_the_interpreter_is_free_while_rows_are_learned():
    rows = {"x": np.random.default_rng(0).normal(size=60_000), "y": np.zeros(60_000)}
    learner = mesu.StreamLearner("y", regression=True)
    counted, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    learner.learn_many(rows)
    done.set()
    thread.join()
    assert counted[0] > 1_000
    assert learner.rows == 60_000


def test_a_million_calls_leave_nothing_behind():
    import resource

    learner = mesu.StreamLearner("y", columns={"x": "number"}, members="linear-1e2", drift_chance=0)
    learner.learn_one({"x": 1.0}, "a")
    row, bad = {"x": 2.0}, {"x": "two"}
    arrays = mesu.Learner(1, 2, hidden=[1], learner="sgd")
    x = np.ones(1, dtype=np.float32)

    def calls(count):
        for _ in range(count):
            learner.predict_one(row).label
            arrays.predict_one(x)
            try:
                learner.learn_one(bad, "a")
            except ValueError:
                pass

    calls(30_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    calls(310_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4_000
