//! Answers to single rows.

use std::sync::Arc;

use mesu_stream::{Answer, Outcome, Truth};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::json;

/// Answer to a row: a class with the probabilities of all, or a value with its variance, and how sure it is.
///
/// Examples
/// --------
/// >>> import mesu
/// >>> learner = mesu.StreamLearner("class")
/// >>> for n in range(100):
/// ...     learner.learn_one({"x": n % 2, "class": "odd" if n % 2 else "even"})
/// >>> answer = learner.predict_one({"x": 1})
/// >>> answer.label, sorted(answer.probabilities), answer.stranger
/// ('odd', ['even', 'odd'], False)
#[pyclass(name = "Answer", module = "mesu", frozen)]
#[derive(Clone)]
pub(crate) struct PyAnswer {
    answer: Answer,
    classes: Arc<Vec<String>>,
}

impl PyAnswer {
    pub(super) fn new(answer: Answer, classes: Arc<Vec<String>>) -> Self {
        Self { answer, classes }
    }

    /// Class of a number.
    fn name(&self, class: u32) -> Option<&str> {
        self.classes.get(class as usize).map(String::as_str)
    }
}

/// Probabilities of the classes that are known, whose sum is 1; none before there is a class.
pub(super) fn known(answer: &Answer) -> Vec<f64> {
    let probabilities = answer.class().map_or(&[][..], |class| &class.probabilities);
    let sum: f64 = probabilities.iter().map(|p| f64::from(*p)).sum();
    let share = |p: &f32| match sum > 0.0 {
        true => f64::from(*p) / sum,
        false => 1.0 / probabilities.len() as f64,
    };
    probabilities.iter().map(share).collect()
}

#[pymethods]
impl PyAnswer {
    /// Most probable class; None if there is none yet, and of a value.
    #[getter]
    fn label(&self) -> Option<&str> {
        self.name(self.answer.class()?.class?)
    }

    /// Probabilities of the classes by their names; the sum of all and `unseen` is 1. Empty of a value.
    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        if let Some(class) = self.answer.class() {
            for (name, p) in self.classes.iter().zip(&class.probabilities) {
                dict.set_item(name, f64::from(*p))?;
            }
        }
        Ok(dict)
    }

    /// Probabilities of the classes that are known by their names; their sum is 1. Empty of a value.
    #[getter]
    fn known_probabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, p) in self.classes.iter().zip(known(&self.answer)) {
            dict.set_item(name, p)?;
        }
        Ok(dict)
    }

    /// Probability of a class that was never seen; 0 of a value.
    #[getter]
    fn unseen(&self) -> f32 {
        self.answer.class().map_or(0.0, |class| class.unseen)
    }

    /// Probability of the most probable class, 0 to 1; 0 of a value.
    #[getter]
    fn confidence(&self) -> f32 {
        self.answer.class().map_or(0.0, |class| class.confidence())
    }

    /// Predicted value, in units of the target.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     Of a class.
    #[getter]
    fn mean(&self) -> PyResult<f64> {
        let value = self.answer.value().map(|value| value.mean);
        value.ok_or_else(|| PyTypeError::new_err("mean of a class; expected label"))
    }

    /// Interval that holds the value with a probability of 0.9: a pair of its ends.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     Of a class.
    #[getter]
    fn interval(&self) -> PyResult<(f64, f64)> {
        let interval = self.answer.value().map(|value| value.interval());
        interval.ok_or_else(|| PyTypeError::new_err("interval of a class; expected probabilities"))
    }

    /// Uncertainty in all: entropy in bits, or variance in squared units of the target.
    #[getter]
    fn total(&self) -> f64 {
        self.uncertainties()[0]
    }

    /// Part of it that more rows would not take away.
    #[getter]
    fn aleatoric(&self) -> f64 {
        self.uncertainties()[1]
    }

    /// Part of it that more rows would take away.
    #[getter]
    fn epistemic(&self) -> f64 {
        self.uncertainties()[2]
    }

    /// Spread of the networks' predictions over their samples, 0 or more: large for rows unlike those before.
    #[getter]
    fn spread(&self) -> f32 {
        self.answer.spread
    }

    /// Share of the row's values that are out of the range seen, 0 to 1.
    #[getter]
    fn out_of_range(&self) -> f32 {
        self.answer.out_of_range
    }

    /// True if the spread is far above the usual.
    #[getter]
    fn stranger(&self) -> bool {
        self.answer.stranger
    }

    fn __repr__(&self) -> String {
        match (self.answer.value(), self.label()) {
            (Some(value), _) => {
                let (low, high) = value.interval();
                format!("Answer({:.6}, 90 % in {low:.6} to {high:.6})", value.mean)
            }
            (_, Some(label)) => {
                format!("Answer({label:?}, confidence={:.3})", self.confidence())
            }
            _ => "Answer(no class yet)".to_owned(),
        }
    }
}

impl PyAnswer {
    /// Total, aleatoric and epistemic.
    fn uncertainties(&self) -> [f64; 3] {
        match (self.answer.class(), self.answer.value()) {
            (Some(class), _) => [class.total, class.aleatoric, class.epistemic].map(f64::from),
            (_, Some(value)) => [value.total, value.aleatoric, value.epistemic],
            _ => [f64::NAN; 3],
        }
    }
}

/// Result of a row: the answer from before it was learned, and how right it was.
///
/// Examples
/// --------
/// >>> import mesu
/// >>> outcome = mesu.StreamLearner("class").predict_then_learn({"x": 1.0}, "good")
/// >>> outcome.row, outcome.truth, outcome.drift
/// (1, 'good', None)
#[pyclass(name = "Outcome", module = "mesu", frozen, get_all)]
pub(crate) struct PyOutcome {
    /// Number of the row, from 1.
    row: u64,
    /// Answer, from before the row was learned.
    answer: Py<PyAnswer>,
    /// Class or value, if the row has one.
    truth: Option<Py<PyAny>>,
    /// Loss of the answer, nats, if the row has a label.
    loss: Option<f64>,
    /// Change of the stream that this row's label made known, as a dict.
    drift: Option<Py<PyAny>>,
    /// Number of the row that this one brings the label of, and whose answer this is.
    label_of: Option<u64>,
}

impl PyOutcome {
    pub(super) fn new(
        py: Python<'_>,
        outcome: Outcome,
        classes: Arc<Vec<String>>,
    ) -> PyResult<Self> {
        let truth = match outcome.truth {
            None => None,
            Some(Truth::Value(value)) => Some(value.into_pyobject(py)?.into_any().unbind()),
            Some(Truth::Class(class)) => {
                let name = classes.get(class as usize);
                name.map(|name| name.into_pyobject(py).map(|name| name.into_any().unbind()))
                    .transpose()?
            }
        };
        let drift = outcome.drift.as_ref();
        let drift = drift.map(|drift| json::report(py, drift).map(Bound::unbind));
        Ok(Self {
            row: outcome.row,
            answer: Py::new(py, PyAnswer::new(outcome.answer, classes))?,
            truth,
            loss: outcome.loss,
            drift: drift.transpose()?,
            label_of: outcome.label_of,
        })
    }
}
