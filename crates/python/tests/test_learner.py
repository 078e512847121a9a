"""The learner of arrays."""

from __future__ import annotations

import copy
import gc
import pickle
import threading

import mesu
import numpy as np
import pytest

KINDS = ["mesu", "foovb", "bbb", "sgd", "adam", "ewc", "online-ewc", "streaming-ewc", "si", "replay"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns_ends_tasks_and_is_saved(kind, blobs):
    x, y = blobs
    settings = {"lr": 0.05} if kind in ("sgd", "ewc", "online-ewc", "streaming-ewc", "si", "replay") else {}
    learner = mesu.Learner(6, 2, learner=kind, hidden=[16], seed=1, **settings)
    learner.learn_each(x, y)
    learner.task_ended(x, y)
    prediction = learner.predict(x)
    assert (prediction.labels == y).mean() > 0.9
    assert np.allclose(prediction.total, prediction.aleatoric + prediction.epistemic, atol=1e-4)
    restored = mesu.Learner.from_bytes(learner.to_bytes())
    for other in (restored, pickle.loads(pickle.dumps(learner)), copy.deepcopy(learner)):
        other.learn_each(x, y)
    learner.learn_each(x, y)
    assert restored.to_bytes() == learner.to_bytes()
    assert learner.settings["learner"]["kind"] == kind


def test_values_have_intervals():
    x = np.random.default_rng(0).uniform(-1, 1, (500, 1)).astype(np.float32)
    y = 300 + 50 * x[:, 0]
    learner = mesu.Learner(1, regression=True, likelihood="student-t", seed=1)
    for _ in range(4):
        learner.learn_each(x, y)
    prediction = learner.predict([[0.5]])
    low, high = prediction.interval(0.9)
    assert abs(prediction.mean[0] - 325) < 10
    assert low[0] < 325 < high[0]
    assert len(prediction) == 1 and prediction.probabilities.shape == (0, 0)
    with pytest.raises(TypeError, match="expected mean"):
        prediction.labels


def test_parts_of_arrays_are_the_same_as_the_whole(blobs):
    x, y = blobs
    x, y = np.tile(x, (9, 1)), np.tile(y, 9)  # More than are learned between two looks at Ctrl-C.
    whole, parts = (mesu.Learner(6, 2, hidden=[8], seed=1) for _ in range(2))
    whole.learn_each(x, y, weights=np.ones(len(y)))
    for first in range(0, len(y), 1_000):
        parts.learn_each(x[first : first + 1_000], y[first : first + 1_000], weights=np.ones(len(y[first : first + 1_000])))
    assert whole.to_bytes() == parts.to_bytes()


def test_arrays_of_any_layout_have_the_same_bits(blobs):
    x, y = blobs
    expected = mesu.Learner(6, 2, hidden=[8], seed=1)
    expected.learn(x, y)
    layouts = [
        x.astype(np.float64),
        np.asfortranarray(x),
        np.repeat(x, 2, axis=1)[:, ::2],
        x.tolist(),
        x.reshape(len(x), 2, 3),
    ]
    for layout in layouts:
        learner = mesu.Learner(6, 2, hidden=[8], seed=1)
        learner.learn(layout, y.astype(np.uint8))
        assert learner.to_bytes() == expected.to_bytes()


def test_one_example_at_a_time(blobs):
    x, y = blobs
    each, one = (mesu.Learner(6, 2, hidden=[8], seed=1) for _ in range(2))
    each.learn_each(x[:50], y[:50])
    steps = [one.learn_one(row, label) for row, label in zip(x[:50], y[:50])]
    assert one.to_bytes() == each.to_bytes()
    assert all(np.isfinite(step.loss) for step in steps)
    a, b = one.predict_one(x[0]), one.predict_one(x[0])
    assert a.probabilities.tobytes() == b.probabilities.tobytes()


@pytest.mark.parametrize(
    ("target", "error"), [(-1, ValueError), (2, ValueError), (2**40, ValueError), (0.5, TypeError), ("a", TypeError)]
)
def test_labels_of_one_example_are_checked(target, error):
    with pytest.raises(error):
        mesu.Learner(2, 2).learn_one([1.0, 2.0], target)


def test_features_of_ones_own():
    rng = np.random.default_rng(0)
    projection = rng.normal(size=(20, 64)).astype(np.float32)

    class Tensor:
        """What a library of tensors hands out."""

        def __init__(self, values):
            self.values = values

        def __array__(self, dtype=None, copy=None):
            return np.asarray(self.values, dtype=dtype)

    x = rng.normal(size=(3_000, 20)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    features = Tensor(np.maximum(x @ projection, 0) / 10)
    learner = mesu.Learner(64, 2, hidden=[], seed=1)
    learner.learn_each(features, Tensor(y))
    assert (learner.predict(features).labels == y).mean() > 0.85


def test_heads_and_more_classes():
    learner = mesu.Learner(2, 2, heads=2, hidden=[8], seed=1)
    for head in (0, 1):
        learner.use_head(head)
        for _ in range(100):
            learner.learn_each([[1.0, -1.0], [-1.0, 1.0]], [head, 1 - head])
    learner.use_head(0)
    assert learner.predict([[1.0, -1.0]]).labels.tolist() == [0]
    assert (learner.head, learner.heads) == (0, 2)
    with pytest.raises(IndexError, match="no head 2; expected 0 to 1"):
        learner.use_head(2)
    learner.add_classes(1)
    assert learner.classes == 3


@pytest.mark.parametrize(
    ("inputs", "targets", "error", "words"),
    [
        ([[1.0, np.nan]], [0], ValueError, "input 1 of example 0 is NaN; expected a finite number"),
        ([[1.0, 1e300]], [0], ValueError, "is inf; expected a finite number"),
        ([[1.0, 1e13]], [0], ValueError, "expected a magnitude of at most"),
        ([[1.0, 2.0, 3.0]], [0], ValueError, r"shape \[1, 3\]; expected \[examples, 2\]"),
        ([["a", "b"]], [0], TypeError, "dtype <U1; expected numbers"),
        (np.array([[1.0, {}]], dtype=object), [0], TypeError, "dtype object; expected numbers"),
        ([[1.0 + 1j, 0]], [0], TypeError, "complex128; expected numbers"),
        ([[1.0, 2.0]], [2], ValueError, "label 2 of example 0; expected 0 to 1"),
        ([[1.0, 2.0]], [-1], ValueError, "label -1 of example 0; expected 0 or more"),
        ([[1.0, 2.0]], [0.5], TypeError, "dtype float64; expected whole numbers"),
        ([[1.0, 2.0]], [0, 1], ValueError, "1 examples and 2 targets"),
        ([[1.0, 2.0]], [[0]], ValueError, r"labels are of the shape \[1, 1\]"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_changes(inputs, targets, error, words):
    learner = mesu.Learner(2, 2, seed=1)
    before = learner.to_bytes()
    for learn in (learner.learn, learner.learn_each):
        with pytest.raises(error, match=words):
            learn(inputs, targets)
    assert learner.to_bytes() == before


def test_weights_are_checked_before_anything_is_learned():
    learner = mesu.Learner(1, 2, seed=1)
    before = learner.to_bytes()
    x, y = np.zeros((5_000, 1)), np.zeros(5_000, dtype=int)
    weights = np.ones(5_000)
    weights[-1] = -1.0
    with pytest.raises(ValueError, match="weight of example 4999 is -1"):
        learner.learn_each(x, y, weights=weights)
    with pytest.raises(ValueError, match="3 weights for 5000 examples"):
        learner.learn(x, y, weights=np.ones(3))
    assert learner.to_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "words"),
    [
        ((2, 2), {"memory": 3}, TypeError, "unknown setting `memory`, expected one of `memory_window`"),
        ((2, 2), {"memory_window": 0.5}, ValueError, "memory_window is 0.5; expected"),
        ((2, 2), {"memory_window": float("nan")}, ValueError, "memory_window is NaN; expected a finite number"),
        ((2, 2), {"hidden": [0]}, ValueError, "hidden is .*; expected widths of 1"),
        ((2, 2), {"learner": "magic"}, ValueError, 'learner is "magic"; expected one of mesu, foovb'),
        ((0, 2), {}, ValueError, "inputs is 0; expected 1 to"),
        ((2,), {}, TypeError, "expected either classes, or regression=True"),
        ((2, 2), {"likelihood": "gaussian"}, TypeError, "expected either classes, or regression=True"),
        ((2, 2), {"init": object()}, TypeError, "init is of type object; expected a number, text"),
        ((2, 2), {"sigma_step": "cubic"}, ValueError, "unknown variant `cubic`"),
    ],
)
def test_settings_are_checked(arguments, settings, error, words):
    with pytest.raises(error, match=words):
        mesu.Learner(*arguments, **settings)


def test_a_learner_that_broke_says_so(blobs):
    x, y = blobs
    learner = mesu.Learner(
        6, 2, init="wide", max_step_ratio=0, sigma_step="linear", prior_step="linear", sigma_at_most_prior=False,
        temperature=1, memory_window=10, lr_sigma=50, lr_mu=50, seed=1,
    )  # fmt: skip
    with pytest.raises(mesu.DivergedError):
        for _ in range(50):
            learner.learn(x * 1e3, y)
    assert issubclass(mesu.DivergedError, ArithmeticError)


def test_files_that_are_none_are_refused(tmp_path):
    path = tmp_path / "none"
    with pytest.raises(FileNotFoundError):
        mesu.load(path)
    path.write_bytes(b"12345678 not a checkpoint")
    with pytest.raises(ValueError, match="none: "):
        mesu.load(path)
    learner = mesu.Learner(2, 2, seed=1)
    learner.save(path)
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError):
        mesu.load(path)
    with pytest.raises(OSError):
        learner.save(tmp_path / "no folder" / "file")


def test_inputs_in_c_order_are_not_copied():
    # 400 MB: a copy would show.
    import resource

    x = np.zeros((100_000, 1_000), dtype=np.float32)
    x += 0.5
    learner = mesu.Learner(1_000, 2, hidden=[1], learner="sgd", seed=1)
    learner.predict_mean(x[:10])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    learner.predict_mean(x)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_an_array_changed_or_dropped_during_a_call_is_no_harm(blobs):
    x, y = (np.tile(a, (40, 1)) if a.ndim == 2 else np.tile(a, 40) for a in blobs)
    learner = mesu.Learner(6, 2, hidden=[64], seed=1)
    done = threading.Event()

    def change():
        numbers = np.random.default_rng(0)
        while not done.is_set():
            x[numbers.integers(len(x))] = numbers.normal(size=6)
            gc.collect(0)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        learner.learn_each(x, y)
        learner.learn_each(np.array(x), y)  # Nobody else holds it.
    finally:
        done.set()
        changer.join()
    assert learner.updates == 2 * len(y)


def test_one_learner_is_for_one_thread_at_a_time(blobs):
    x, y = (np.tile(a, (200, 1)) if a.ndim == 2 else np.tile(a, 200) for a in blobs)
    learner = mesu.Learner(6, 2, hidden=[64], seed=1)
    thread = threading.Thread(target=lambda: learner.learn_each(x, y))
    thread.start()
    told = False
    while thread.is_alive():
        try:
            learner.predict_one(x[0])
        except RuntimeError:
            told = True
    thread.join()
    # The lock of the interpreter was free meanwhile, and the second thread was told.
    assert told
    assert learner.updates == len(y)


def test_forks_have_threads_of_their_own(blobs):
    import multiprocessing

    x, y = blobs
    learner = mesu.Learner(6, 2, hidden=[64], seed=1)
    learner.learn(x, y)  # The threads of this process are there.
    expected = learner.predict(np.tile(x, (20, 1)), seed=1).probabilities.tobytes()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        told = pool.starmap(predict, [(learner, np.tile(x, (20, 1)))] * 4)
    assert told == [expected] * 4


def predict(learner, x):
    return learner.predict(x, seed=1).probabilities.tobytes()
