//! Learning from arrays.

use mesu::{Batch, Learned, Learner};
use numpy::PyArray1;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;

use super::{PyLearner, PyPrediction};
use crate::arrays::{Inputs, Targets, weights};
use crate::error::OrRaise;
use crate::pool::with_threads;

/// Most examples that are learned one by one between two looks at whether Ctrl-C was pressed.
const BETWEEN_LOOKS: usize = 2_048;

/// Result of learning examples.
///
/// Examples
/// --------
/// >>> import mesu
/// >>> learner = mesu.Learner(2, 2, seed=1)
/// >>> learned = learner.learn([[1.0, -1.0]], [0])
/// >>> learned.examples, learned.gated, learned.skipped
/// (1, 0, 0)
#[pyclass(name = "Learned", module = "mesu", frozen, get_all)]
#[derive(Clone, Debug)]
pub(crate) struct PyLearned {
    /// Number of examples given.
    examples: usize,
    /// Sum over the examples of their loss before the update, nats.
    nll: f64,
    /// Number of examples whose label was the most probable class; 0 of values.
    correct: u64,
    /// Sum of the squared errors of predicted values, in squared units of the targets; 0 of classes.
    squared_error: f64,
    /// Number of examples whose loss was too small to learn from.
    gated: u64,
    /// Number of examples left out because learning them diverged.
    skipped: u64,
}

impl PyLearned {
    fn new(learned: &Learned, examples: usize) -> Self {
        Self {
            examples,
            nll: learned.nll,
            correct: learned.correct,
            squared_error: learned.squared_error,
            gated: learned.gated,
            skipped: learned.skipped,
        }
    }
}

#[pymethods]
impl PyLearned {
    fn __repr__(&self) -> String {
        format!(
            "Learned(examples={}, nll={:.4}, correct={})",
            self.examples, self.nll, self.correct
        )
    }
}

/// Result of learning one example.
///
/// Examples
/// --------
/// >>> import mesu
/// >>> step = mesu.Learner(2, 2, seed=1).learn_one([1.0, -1.0], 0)
/// >>> step.prediction.probabilities.shape
/// (1, 2)
#[pyclass(name = "Step", module = "mesu", frozen, get_all)]
pub(crate) struct PyStep {
    /// Prediction of the example from before the update.
    prediction: Py<PyPrediction>,
    /// Loss before the update, nats; NaN if the example was skipped.
    loss: f64,
}

#[pymethods]
impl PyLearner {
    /// Makes one update on a batch.
    ///
    /// Parameters
    /// ----------
    /// inputs : array of float, [examples, inputs]
    ///     Not copied if it is of the dtype float32 and in C order.
    /// targets : array of int, [examples], or of float where values are learned
    ///     Labels from 0, or values.
    /// weights : array of float, [examples], optional
    ///     Factors of the examples' losses, 0 or more.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     For inputs that are not finite, of another shape, and for labels that are no class; nothing is learned.
    /// TypeError
    ///     For arrays of objects or texts.
    /// mesu.DivergedError
    ///     If the learner's numbers are too large to go on.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2, seed=1)
    /// >>> learner.learn([[1.0, -1.0], [-1.0, 1.0]], [0, 1]).examples
    /// 2
    #[pyo3(signature = (inputs, targets, *, weights=None))]
    fn learn(
        &mut self,
        py: Python<'_>,
        inputs: &Bound<'_, PyAny>,
        targets: &Bound<'_, PyAny>,
        weights: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyLearned> {
        let examples = Examples::read(self, inputs, targets, weights)?;
        let numbers = examples.inputs.numbers()?;
        let batch = examples.batch(numbers, 0, examples.targets.len());
        let learner = &mut self.learner;
        let learned = py.detach(|| with_threads(|| learner.learn_batch(batch)))?;
        Ok(PyLearned::new(&learned.or_raise()?, examples.targets.len()))
    }

    /// Makes one update for each example, in their order.
    ///
    /// Ctrl-C stops it between two examples; those before are learned.
    ///
    /// Parameters
    /// ----------
    /// inputs : array of float, [examples, inputs]
    ///     Not copied if it is of the dtype float32 and in C order.
    /// targets : array of int, [examples], or of float where values are learned
    ///     Labels from 0, or values.
    /// weights : array of float, [examples], optional
    ///     Factors of the examples' losses, 0 or more.
    ///
    /// Raises
    /// ------
    /// ValueError, TypeError, mesu.DivergedError
    ///     As `learn`; what is wrong with an example is found before any is learned.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2, seed=1)
    /// >>> learned = learner.learn_each([[1.0, -1.0], [-1.0, 1.0]], [0, 1])
    /// >>> learner.updates
    /// 2
    #[pyo3(signature = (inputs, targets, *, weights=None))]
    fn learn_each(
        &mut self,
        py: Python<'_>,
        inputs: &Bound<'_, PyAny>,
        targets: &Bound<'_, PyAny>,
        weights: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyLearned> {
        let examples = Examples::read(self, inputs, targets, weights)?;
        let numbers = examples.inputs.numbers()?;
        let count = examples.targets.len();
        // What is wrong with any of them is for the library to say, before any is learned.
        let at_once = match examples.are_sound(numbers, &self.learner) {
            true => BETWEEN_LOOKS,
            false => count.max(1),
        };
        let mut sum = Learned::default();
        for first in (0..count.max(1)).step_by(at_once) {
            let batch = examples.batch(numbers, first, at_once.min(count - first));
            let learner = &mut self.learner;
            let learned = py.detach(|| with_threads(|| learner.learn_batch_each(batch)))?;
            sum += learned.or_raise()?;
            py.check_signals()?;
        }
        Ok(PyLearned::new(&sum, count))
    }

    /// Makes one update on one example, and gives the prediction from before it.
    ///
    /// Parameters
    /// ----------
    /// x : array of float, [inputs]
    /// target : int or float
    ///     Label from 0, or value.
    /// weight : float, optional
    ///     Factor of the example's loss, 0 or more.
    ///
    /// Raises
    /// ------
    /// ValueError, TypeError, mesu.DivergedError
    ///     As `learn`.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2, seed=1)
    /// >>> losses = [learner.learn_one([1.0, -1.0], 0).loss for _ in range(20)]
    /// >>> losses[-1] < losses[0]
    /// True
    #[pyo3(signature = (x, target, *, weight=None))]
    fn learn_one(
        &mut self,
        py: Python<'_>,
        x: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        weight: Option<f32>,
    ) -> PyResult<PyStep> {
        let inputs = Inputs::read(x, self.learner.network().inputs())?;
        let numbers = inputs.numbers()?;
        let target: mesu::Target = match self.of_values() {
            true => target.extract::<f32>()?.into(),
            false => label(target)?.into(),
        };
        let learner = &mut self.learner;
        let step = py.detach(|| match weight {
            None => learner.learn_one(numbers, target),
            Some(weight) => learner.learn_one_weighted(numbers, target, weight),
        });
        let step = step.or_raise()?;
        let loss = step.loss;
        let prediction = Py::new(py, PyPrediction::new(py, step.prediction))?;
        Ok(PyStep { prediction, loss })
    }

    /// Ends a task, learned through the head in use. Learners that need no boundaries do nothing.
    ///
    /// Parameters
    /// ----------
    /// inputs : array of float, [examples, inputs], optional
    ///     Training examples of the task, which learners that need boundaries look at.
    /// targets : array of int or float, [examples], optional
    ///     Their labels or values.
    /// batch_size : int
    ///     Number of examples that are looked at together.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     For examples that can't be learned, and where a learner that needs them gets none.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2, learner="ewc", seed=1)
    /// >>> x, y = [[1.0, -1.0], [-1.0, 1.0]], [0, 1]
    /// >>> learned = learner.learn_each(x, y)
    /// >>> learner.task_ended(x, y)
    #[pyo3(signature = (inputs=None, targets=None, *, batch_size=100))]
    fn task_ended(
        &mut self,
        py: Python<'_>,
        inputs: Option<&Bound<'_, PyAny>>,
        targets: Option<&Bound<'_, PyAny>>,
        batch_size: usize,
    ) -> PyResult<()> {
        let (inputs, targets) = match (inputs, targets) {
            (Some(inputs), Some(targets)) => (inputs, targets),
            (None, None) => {
                let ended = self.learner.task_ended(std::iter::empty());
                return ended.or_raise();
            }
            _ => {
                return Err(PyTypeError::new_err(
                    "expected inputs and targets, or neither",
                ));
            }
        };
        let examples = Examples::read(self, inputs, targets, None)?;
        let numbers = examples.inputs.numbers()?;
        let width = self.learner.network().inputs();
        let inputs = numbers
            .chunks(batch_size.max(1) * width)
            .map(<[f32]>::to_vec);
        let learner = &mut self.learner;
        let size = batch_size.max(1);
        let ended = py.detach(|| {
            with_threads(|| match &examples.targets {
                Targets::Labels(labels) => {
                    let labels = labels.chunks(size).map(<[u32]>::to_vec);
                    learner.task_ended(inputs.zip(labels))
                }
                Targets::Values(values) => {
                    let values = values.chunks(size).map(<[f32]>::to_vec);
                    learner.task_of_values_ended(inputs.zip(values))
                }
            })
        })?;
        ended.or_raise()
    }

    /// Importance of each synapse to what was learned: a pair of the measure's name (``"1/sigma^2"``, ``"fisher"``
    /// or ``"omega"``) and a list of arrays, one for each group of synapses; None of learners that keep none.
    fn importance<'py>(
        &self,
        py: Python<'py>,
    ) -> Option<(&'static str, Vec<Bound<'py, PyArray1<f64>>>)> {
        let (measure, groups) = self.learner.importance()?;
        let groups = groups.iter().map(|group| PyArray1::from_slice(py, group));
        Some((measure, groups.collect()))
    }
}

/// A class's number.
fn label(target: &Bound<'_, PyAny>) -> PyResult<u32> {
    let refused = |error: PyErr| match error.is_instance_of::<PyOverflowError>(target.py()) {
        true => PyValueError::new_err(format!("label {target}; expected 0 or more, a class")),
        false => error,
    };
    target.extract::<u32>().map_err(refused)
}

/// Examples to learn from.
struct Examples<'py> {
    inputs: Inputs<'py>,
    targets: Targets,
    weights: Option<Vec<f32>>,
}

impl<'py> Examples<'py> {
    fn read(
        learner: &PyLearner,
        inputs: &Bound<'py, PyAny>,
        targets: &Bound<'_, PyAny>,
        of: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let examples = Self {
            inputs: Inputs::read(inputs, learner.learner.network().inputs())?,
            targets: Targets::read(targets, learner.of_values())?,
            weights: weights(of)?,
        };
        let (found, targets) = (examples.inputs.examples, examples.targets.len());
        match found == targets {
            true => Ok(examples),
            false => Err(PyValueError::new_err(format!(
                "{found} examples and {targets} targets; expected one target each"
            ))),
        }
    }

    /// The examples `first..first + len`.
    fn batch<'a>(&'a self, numbers: &'a [f32], first: usize, len: usize) -> Batch<'a> {
        let width = numbers.len().checked_div(self.targets.len()).unwrap_or(0);
        let inputs = &numbers[first * width..(first + len) * width];
        let weights = self.weights.as_deref();
        // Of another number than the examples, they are given whole, and refused.
        let weights = weights.map(|weights| match weights.len() == self.targets.len() {
            true => &weights[first..first + len],
            false => weights,
        });
        Batch::new(inputs, self.targets.part(first, len)).weighted(weights)
    }

    /// Returns whether a learner takes all of them.
    fn are_sound(&self, numbers: &[f32], learner: &Learner) -> bool {
        let small = |numbers: &[f32]| numbers.iter().all(|x| x.abs() <= 1e12);
        let targets = match &self.targets {
            Targets::Labels(labels) => {
                let classes = learner.network().classes();
                labels.iter().all(|label| (*label as usize) < classes)
            }
            Targets::Values(values) => small(values),
        };
        let weights = self.weights.as_ref().is_none_or(|weights| {
            weights.len() == self.targets.len()
                && weights.iter().all(|w| w.is_finite() && *w >= 0.0)
        });
        targets && weights && small(numbers)
    }
}
