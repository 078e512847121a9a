"""The same rows, settings and seeds give the same bits as the command line, and its files are read and written."""

from __future__ import annotations

import csv
import io
import json

import mesu
import pytest

# Those of `bits_that_python_has_too` in crates/mesu/tests/python.rs.
PINNED = 0xdcfed4ce54632f00
PINNED_PREDICTION = 0x6078629002bb84d1


def write_csv(path, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())


@pytest.mark.parametrize("count", [300, 2_500])
def test_a_stream_learned_here_is_that_of_the_command_line(elec, mesu_cli, tmp_path, count):
    rows = elec[:count]
    write_csv(tmp_path / "rows.csv", rows)
    mesu_cli("learn", "rows.csv", "--target", "y", "--quiet", "--set", "seed=7", "--set", "members=one")
    expected = mesu.load(tmp_path / "rows.mesu").to_bytes()

    one_by_one = mesu.StreamLearner("y", seed=7, members="one")
    for row in rows:
        one_by_one.learn_one(row)
    assert one_by_one.to_bytes() == expected

    in_parts = mesu.StreamLearner("y", seed=7, members="one")
    for first in range(0, count, 700):
        in_parts.learn_many(rows[first : first + 700])
    assert in_parts.to_bytes() == expected

    columns = mesu.StreamLearner("y", seed=7, members="one")
    columns.learn_many({name: [row[name] for row in rows] for name in rows[0]})
    assert columns.to_bytes() == expected


def test_numbers_of_json_are_numbers_here(elec, mesu_cli, tmp_path):
    rows = [{name: float(value) if name != "y" else value for name, value in row.items()} for row in elec[:1_200]]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    mesu_cli("learn", "rows.jsonl", "--target", "y", "--quiet")
    learner = mesu.StreamLearner("y")
    answers = learner.predict_then_learn_many(rows)
    loaded = mesu.load(tmp_path / "rows.mesu")
    assert loaded.to_bytes() == learner.to_bytes()
    assert answers.classes == learner.classes
    assert loaded.measures() == learner.measures()


def test_predictions_are_those_of_the_command_line(elec, mesu_cli, tmp_path):
    write_csv(tmp_path / "rows.csv", elec[:1_500])
    mesu_cli("learn", "rows.csv", "--target", "y", "--quiet", "--predictions", "told.csv", "--probabilities")
    told = list(csv.DictReader((tmp_path / "told.csv").open()))
    answers = mesu.StreamLearner("y").predict_then_learn_many(elec[:1_500])
    assert [row["prediction"] for row in told] == answers.labels
    first = answers.probabilities[:, answers.classes.index("1")]
    assert [float(row["probability_1"]) for row in told] == pytest.approx(first, abs=1e-5)
    assert [float(row["spread"]) for row in told] == pytest.approx(answers.spread, rel=1e-5)


def test_a_state_goes_there_and_back(elec, mesu_cli, tmp_path):
    write_csv(tmp_path / "a.csv", elec[:1_200])
    write_csv(tmp_path / "b.csv", elec[1_200:2_000])
    mesu_cli("learn", "a.csv", "--target", "y", "--quiet", "--state", "rows.mesu")
    before = (tmp_path / "rows.mesu").read_bytes()
    learner = mesu.load(tmp_path / "rows.mesu")
    learner.save(tmp_path / "copy.mesu")
    assert (tmp_path / "copy.mesu").read_bytes() == before

    # On with Python, and on with the command line.
    learner.learn_many(elec[1_200:2_000])
    learner.save(tmp_path / "here.mesu")
    mesu_cli("learn", "b.csv", "--quiet", "--state", "rows.mesu")
    assert mesu.load(tmp_path / "rows.mesu").to_bytes() == learner.to_bytes()
    # A state that Python has gone on with goes on there.
    write_csv(tmp_path / "c.csv", elec[2_000:2_400])
    mesu_cli("learn", "c.csv", "--quiet", "--state", "here.mesu")
    learner.learn_many(elec[2_000:2_400])
    # Of another source, whose rows are counted anew: all but their numbers is the same.
    there = mesu.load(tmp_path / "here.mesu")
    assert (there.rows, there.measures(), there.members()) == (learner.rows, learner.measures(), learner.members())
    told = [model.predict_many(elec[2_400:2_500]).probabilities.tobytes() for model in (there, learner)]
    assert told[0] == told[1]


def test_parts_of_columns_are_those_of_the_command_line(elec, mesu_cli, tmp_path):
    rows = [{"when": f"t{n}", "name": f"r{n}", "factor": str(n % 3), "dull": "1", **row} for n, row in enumerate(elec[:1_100])]
    write_csv(tmp_path / "rows.csv", rows)
    parts = {"id": "name", "weight": "factor", "time": "when", "ignore": "dull"}
    told = [argument for part, name in parts.items() for argument in (f"--{part}", name)]
    mesu_cli("learn", "rows.csv", "--target", "y", "--quiet", *told)
    learner = mesu.StreamLearner("y", **{**parts, "ignore": ["dull"]})
    learner.learn_many(rows)
    assert mesu.load(tmp_path / "rows.mesu").to_bytes() == learner.to_bytes()
    learner.save(tmp_path / "here.mesu")
    write_csv(tmp_path / "more.csv", [{**row, "name": f"{row['name']}b"} for row in rows[:50]])
    mesu_cli("learn", "more.csv", "--time", "when", "--quiet", "--state", "here.mesu")


def test_a_checkpoint_goes_there_and_back(blobs, tmp_path, mesu_cli):
    x, y = blobs
    learner = mesu.Learner(6, 2, hidden=[8], seed=3)
    learner.learn_each(x, y)
    learner.save(tmp_path / "a.safetensors")
    loaded = mesu.load(tmp_path / "a.safetensors")
    assert loaded.to_bytes() == learner.to_bytes()
    assert "healthy" in mesu_cli("doctor", "a.safetensors").lower()


def fnv(data: bytes) -> int:
    """FNV-1a of 64 bits."""
    sum = 0xCBF29CE484222325
    for byte in data:
        sum = (sum ^ byte) * 0x100000001B3 % 2**64
    return sum


def test_the_learner_of_arrays_has_the_bits_of_rust():
    learner = mesu.Learner(2, 2, hidden=[16], memory_window=1e4, seed=7)
    for _ in range(100):
        learner.learn([[1.0, -1.0], [-0.5, 0.25]], [0, 1])
        learner.learn_each([[-1.0, 1.0]], [1])
    assert fnv(learner.to_bytes()) == PINNED
    prediction = learner.predict([[1.0, -1.0]], seed=1)
    assert fnv(prediction.probabilities.tobytes()) == PINNED_PREDICTION
