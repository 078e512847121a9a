//! Answers to many rows, as arrays.

use std::sync::Arc;

use mesu_stream::{Answer, Outcome};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::answer::known;
use crate::arrays::array;
use crate::json;

/// Answers to rows, as arrays; of rows that were learned, how right they were.
///
/// Examples
/// --------
/// >>> import mesu
/// >>> learner = mesu.StreamLearner("class")
/// >>> rows = {"x": [0.0, 1.0] * 100, "class": ["even", "odd"] * 100}
/// >>> answers = learner.predict_then_learn_many(rows)
/// >>> answers.labels[-2:], answers.probabilities.shape, answers.loss.shape
/// (['even', 'odd'], (200, 2), (200,))
#[pyclass(name = "Answers", module = "mesu", frozen)]
pub(crate) struct PyAnswers {
    answers: Vec<Answer>,
    losses: Vec<f64>,
    drifts: Vec<mesu_stream::Drift>,
    classes: Arc<Vec<String>>,
}

impl PyAnswers {
    /// Answers to rows that were only predicted.
    pub(super) fn predicted(answers: Vec<Answer>, classes: Arc<Vec<String>>) -> Self {
        Self {
            answers,
            losses: Vec::new(),
            drifts: Vec::new(),
            classes,
        }
    }

    /// Answers to rows that were learned.
    pub(super) fn learned(outcomes: Vec<Outcome>, classes: Arc<Vec<String>>) -> Self {
        Self {
            losses: outcomes
                .iter()
                .map(|o| o.loss.unwrap_or(f64::NAN))
                .collect(),
            drifts: outcomes
                .iter()
                .filter_map(|outcome| outcome.drift)
                .collect(),
            answers: outcomes.into_iter().map(|outcome| outcome.answer).collect(),
            classes,
        }
    }

    /// Numbers of the answers, of classes or of values.
    fn numbers<'py>(
        &self,
        py: Python<'py>,
        of: impl Fn(&Answer) -> f64,
    ) -> Bound<'py, PyArray1<f64>> {
        array(py, &self.answers.iter().map(of).collect::<Vec<f64>>())
    }
}

#[pymethods]
impl PyAnswers {
    /// Names of the classes, in the order of the columns of `probabilities`.
    #[getter]
    fn classes(&self) -> Vec<String> {
        self.classes.to_vec()
    }

    /// Most probable class of each row, None where there was none yet; of values, None for all.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let label = |answer: &Answer| {
            let class = answer.class()?.class?;
            self.classes.get(class as usize)
        };
        PyList::new(py, self.answers.iter().map(label))
    }

    /// Number of the most probable class of each row among `classes`, [rows]; -1 where there is none.
    #[getter]
    fn codes<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let code = |answer: &Answer| {
            let class = answer.class().and_then(|class| class.class);
            class.map_or(-1, i64::from)
        };
        array(py, &self.answers.iter().map(code).collect::<Vec<i64>>())
    }

    /// Probabilities, [rows, classes]: 0 of classes that came later, and the sum of each row is 1.
    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let classes = self.classes.len();
        let mut numbers = vec![0.0; self.answers.len() * classes];
        if classes > 0 {
            for (row, answer) in numbers.chunks_exact_mut(classes).zip(&self.answers) {
                row.iter_mut()
                    .zip(known(answer))
                    .for_each(|(to, p)| *to = p);
            }
        }
        array(py, &numbers).reshape([self.answers.len(), classes])
    }

    /// Predicted values, [rows], in units of the target; NaN of classes.
    #[getter]
    fn mean<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.numbers(py, |answer| {
            answer.value().map_or(f64::NAN, |value| value.mean)
        })
    }

    /// Uncertainty in all, [rows]: entropy in bits, or variance in squared units of the target.
    #[getter]
    fn total<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.numbers(py, |answer| uncertainties(answer)[0])
    }

    /// Part of it that more rows would not take away, [rows].
    #[getter]
    fn aleatoric<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.numbers(py, |answer| uncertainties(answer)[1])
    }

    /// Part of it that more rows would take away, [rows].
    #[getter]
    fn epistemic<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.numbers(py, |answer| uncertainties(answer)[2])
    }

    /// Spread of the networks' predictions over their samples, [rows]: large for rows unlike those before.
    #[getter]
    fn spread<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.numbers(py, |answer| answer.spread.into())
    }

    /// Share of each row's values that are out of the range seen, [rows], 0 to 1.
    #[getter]
    fn out_of_range<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.numbers(py, |answer| answer.out_of_range.into())
    }

    /// True for rows whose spread is far above the usual, [rows].
    #[getter]
    fn stranger<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<bool>> {
        let strangers = self.answers.iter().map(|answer| answer.stranger);
        array(py, &strangers.collect::<Vec<bool>>())
    }

    /// Losses of the answers, [rows], nats, NaN of rows without a label; empty of rows that were only predicted.
    #[getter]
    fn loss<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        array(py, &self.losses)
    }

    /// Changes of the stream that these rows made known, as dicts.
    #[getter]
    fn drifts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::report(py, &self.drifts)
    }

    fn __len__(&self) -> usize {
        self.answers.len()
    }

    fn __repr__(&self) -> String {
        format!("Answers({} rows)", self.answers.len())
    }
}

/// Total, aleatoric and epistemic.
fn uncertainties(answer: &Answer) -> [f64; 3] {
    match (answer.class(), answer.value()) {
        (Some(class), _) => [class.total, class.aleatoric, class.epistemic].map(f64::from),
        (_, Some(value)) => [value.total, value.aleatoric, value.epistemic],
        _ => [f64::NAN; 3],
    }
}
