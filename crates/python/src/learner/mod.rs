//! `mesu.Learner`: a learner of examples in arrays.

mod files;
mod learn;
mod predict;
mod prediction;
mod settings;

use std::collections::BTreeMap;

use mesu::{Learner, RegressionConfig};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

pub(crate) use self::learn::{PyLearned, PyStep};
pub(crate) use self::prediction::PyPrediction;
use self::settings::Settings;
use crate::error::OrRaise;
use crate::json;

/// A network that learns from a stream of examples in arrays.
///
/// Parameters
/// ----------
/// inputs : int
///     Numbers of an example, 1 to 1,048,576.
/// classes : int, optional
///     Number of classes; without it the learner predicts values, and needs ``regression=True``.
/// regression : bool
///     True to predict values.
/// learner : str
///     ``"mesu"``, ``"foovb"``, ``"bbb"``, ``"sgd"``, ``"adam"``, ``"ewc"``, ``"online-ewc"``,
///     ``"streaming-ewc"``, ``"si"`` or ``"replay"``.
/// seed : int
///     Seed of the first synapses and of all noise.
/// **settings
///     Settings of the learner (``memory_window``, ``lr_mu``, ``samples``, …), of the network (``hidden``,
///     ``layers``, ``input``, ``heads``, ``bias``, ``init``, ``active_inputs``, ``covariance``, ``scaling``), of values
///     (``likelihood``, ``noise_window``, ``degrees_of_freedom``) and of learning (``learn_above``,
///     ``on_divergence``, ``class_weights``), with the names and defaults that they have in Rust.
///
/// Raises
/// ------
/// TypeError
///     For a setting that the learner does not have.
/// ValueError
///     For a setting out of its range.
///
/// The same seed and calls give the same bits as in Rust. One learner is for one thread at a time: a second one
/// that calls it meanwhile gets a ``RuntimeError``.
///
/// Examples
/// --------
/// >>> import numpy as np, mesu
/// >>> learner = mesu.Learner(2, 2, hidden=[16], seed=1)
/// >>> x = np.array([[1, -1], [-1, 1]], dtype=np.float32)
/// >>> for _ in range(200):
/// ...     learned = learner.learn(x, [0, 1])
/// >>> learner.predict(x).labels
/// array([0, 1], dtype=uint32)
#[pyclass(name = "Learner", module = "mesu")]
pub(crate) struct PyLearner {
    pub(crate) learner: Learner,
    /// Texts that its file carries.
    pub(crate) notes: BTreeMap<String, String>,
}

#[pymethods]
impl PyLearner {
    #[new]
    #[pyo3(signature = (inputs, classes=None, *, regression=false, learner="mesu", seed=0, **settings))]
    fn new(
        inputs: usize,
        classes: Option<usize>,
        regression: bool,
        learner: &str,
        seed: u64,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let Settings {
            network,
            values,
            learning,
            learner,
        } = Settings::read(learner, settings)?;
        let builder = Learner::builder(inputs).network(network).config(learner);
        let builder = match (classes, regression) {
            (Some(classes), false) if values.is_none() => builder.classes(classes),
            (None, true) => builder.regression(values.unwrap_or_default()),
            _ => {
                return Err(PyTypeError::new_err(
                    "expected either classes, or regression=True and its settings",
                ));
            }
        };
        let learner = builder.seed(seed).build().or_raise()?;
        Ok(Self {
            learner: learner.with_learning(learning).or_raise()?,
            notes: BTreeMap::new(),
        })
    }

    /// Number of numbers of an example.
    #[getter]
    fn inputs(&self) -> usize {
        self.learner.network().inputs()
    }

    /// Number of classes; 0 of a learner of values.
    #[getter]
    fn classes(&self) -> usize {
        self.learner.network().classes()
    }

    /// Number of updates made since the start.
    #[getter]
    fn updates(&self) -> u64 {
        self.learner.updates()
    }

    /// Number of examples that were given and not learned: a dict of ``gated`` (their loss was below
    /// ``learn_above``) and ``skipped`` (their update diverged, under ``on_divergence="skip"``).
    #[getter]
    fn left_out<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let left_out = self.learner.left_out();
        let dict = PyDict::new(py);
        dict.set_item("gated", left_out.gated)?;
        dict.set_item("skipped", left_out.skipped)?;
        Ok(dict)
    }

    /// Number of heads; at least 1.
    #[getter]
    fn heads(&self) -> usize {
        self.learner.heads()
    }

    /// Number of the head in use, from 0.
    #[getter]
    fn head(&self) -> usize {
        self.learner.head()
    }

    /// Switches to a head, for everything from now on.
    ///
    /// Parameters
    /// ----------
    /// head : int
    ///     Its number, from 0.
    ///
    /// Raises
    /// ------
    /// IndexError
    ///     If there is no such head.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2, heads=3)
    /// >>> learner.use_head(2)
    /// >>> learner.head
    /// 2
    fn use_head(&mut self, head: usize) -> PyResult<()> {
        self.learner.use_head(head).or_raise()
    }

    /// True if the learner has to be told when a task has ended.
    #[getter]
    fn needs_boundaries(&self) -> bool {
        self.learner.needs_boundaries()
    }

    /// Adds classes after those there are; everything learned stays.
    ///
    /// Parameters
    /// ----------
    /// more : int
    ///     Number of new classes.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     Of a learner of values.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2)
    /// >>> learner.add_classes(1)
    /// >>> learner.classes
    /// 3
    fn add_classes(&mut self, more: usize) -> PyResult<()> {
        self.learner.add_classes(more).or_raise()
    }

    /// All settings: a dict of ``learner``, ``network``, ``learning`` and ``regression`` (None of classes).
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> mesu.Learner(2, 2, memory_window=1e4).settings["learner"]["memory_window"]
    /// 10000.0
    #[getter]
    fn settings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("learner", json::report(py, self.learner.config())?)?;
        dict.set_item("network", json::report(py, self.learner.network_config())?)?;
        dict.set_item("learning", json::report(py, self.learner.learning())?)?;
        let values: Option<RegressionConfig> = self.learner.regression();
        dict.set_item("regression", json::report(py, &values)?)?;
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        let network = self.learner.network();
        let outputs = match network.classes() {
            0 => "regression=True".to_owned(),
            classes => classes.to_string(),
        };
        format!(
            "Learner({}, {outputs}, learner={:?}, hidden={:?}): {} updates",
            network.inputs(),
            self.learner.config().kind().name(),
            self.learner.network_config().hidden,
            self.learner.updates(),
        )
    }
}

impl PyLearner {
    /// True if it predicts values.
    fn of_values(&self) -> bool {
        self.learner.network().classes() == 0
    }
}
