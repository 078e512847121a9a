//! Predicting arrays.

use mesu::{Generator, Prediction};
use pyo3::prelude::*;

use super::{PyLearner, PyPrediction};
use crate::arrays::Inputs;
use crate::error::OrRaise;
use crate::pool::with_threads;

#[pymethods]
impl PyLearner {
    /// Predicts examples. Ctrl-C stops it.
    ///
    /// Parameters
    /// ----------
    /// inputs : array of float, [examples, inputs]
    ///     Not copied if it is of the dtype float32 and in C order.
    /// samples : int, optional
    ///     Number of noise samples; the setting ``test_samples`` by default.
    /// seed : int, optional
    ///     Seed of the noise, as ``Generator::named(seed, "test", &[])`` in Rust. By default it follows from the
    ///     learner's seed and what was learned: the same call has the same result until something is learned.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     For inputs that are not finite, or of another shape.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2, seed=1)
    /// >>> a, b = (learner.predict([[1.0, 0.0]], seed=7) for _ in range(2))
    /// >>> bool((a.probabilities == b.probabilities).all())
    /// True
    #[pyo3(signature = (inputs, *, samples=None, seed=None))]
    fn predict(
        &self,
        py: Python<'_>,
        inputs: &Bound<'_, PyAny>,
        samples: Option<usize>,
        seed: Option<u64>,
    ) -> PyResult<PyPrediction> {
        let inputs = Inputs::read(inputs, self.learner.network().inputs())?;
        let numbers = inputs.numbers()?;
        let noise = match seed {
            Some(seed) => Generator::named(seed, "test", &[]),
            None => self.learner.prediction_noise(),
        };
        let mut parts = self.learner.predict_parts(numbers, samples, &noise);
        let mut predicted = Vec::new();
        while let Some(part) = py.detach(|| with_threads(|| parts.next()))? {
            predicted.push(part.or_raise()?);
            py.check_signals()?;
        }
        let classes = self.learner.network().classes();
        Ok(PyPrediction::new(
            py,
            Prediction::joined(classes, predicted),
        ))
    }

    /// Predicts examples with the means of the weights alone, without noise: all uncertainty is aleatoric.
    ///
    /// Parameters
    /// ----------
    /// inputs : array of float, [examples, inputs]
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     As `predict`.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> float(mesu.Learner(2, 2, seed=1).predict_mean([[1.0, 0.0]]).epistemic[0])
    /// 0.0
    fn predict_mean(&self, py: Python<'_>, inputs: &Bound<'_, PyAny>) -> PyResult<PyPrediction> {
        let inputs = Inputs::read(inputs, self.learner.network().inputs())?;
        let numbers = inputs.numbers()?;
        let learner = &self.learner;
        let prediction = py.detach(|| with_threads(|| learner.predict_mean(numbers)))?;
        Ok(PyPrediction::new(py, prediction.or_raise()?))
    }

    /// Predicts one example, with noise that follows from the seed and from what was learned.
    ///
    /// Parameters
    /// ----------
    /// x : array of float, [inputs]
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     As `predict`.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> mesu.Learner(2, 2, seed=1).predict_one([1.0, 0.0]).probabilities.shape
    /// (1, 2)
    fn predict_one(&self, py: Python<'_>, x: &Bound<'_, PyAny>) -> PyResult<PyPrediction> {
        let inputs = Inputs::read(x, self.learner.network().inputs())?;
        let numbers = inputs.numbers()?;
        let learner = &self.learner;
        let prediction = py.detach(|| learner.predict_one(numbers));
        Ok(PyPrediction::new(py, prediction.or_raise()?))
    }
}
