//! Predictions as arrays.

use mesu::Prediction;
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::arrays::array;

/// Predictions of examples with their uncertainties, as arrays.
///
/// Uncertainties: entropies in bits of classes, ``total = aleatoric + epistemic``; variances of values, in squared
/// units of the targets. ``spread`` sees inputs far away from those learned, where the entropies are small.
///
/// Examples
/// --------
/// >>> import mesu
/// >>> prediction = mesu.Learner(2, 3, seed=1).predict([[0.5, 1.0], [0.0, 0.0]])
/// >>> prediction.probabilities.shape, prediction.epistemic.shape
/// ((2, 3), (2,))
/// >>> len(prediction)
/// 2
#[pyclass(name = "Prediction", module = "mesu", frozen)]
pub(crate) struct PyPrediction {
    prediction: Prediction,
    arrays: Arrays,
}

/// Arrays that Python asks for, made once.
struct Arrays {
    probabilities: Py<PyArray2<f32>>,
    mean: Py<PyArray1<f32>>,
    total: Py<PyArray1<f32>>,
    aleatoric: Py<PyArray1<f32>>,
    epistemic: Py<PyArray1<f32>>,
    spread: Py<PyArray1<f32>>,
}

impl PyPrediction {
    pub(super) fn new(py: Python<'_>, prediction: Prediction) -> Self {
        let of = |numbers: &[f32]| array(py, numbers).unbind();
        let flat = array(py, &prediction.probabilities);
        let rows = prediction
            .probabilities
            .len()
            .checked_div(prediction.classes);
        let shape = [rows.unwrap_or(0), prediction.classes];
        // The numbers are as many as the shape has places: the array is of zeros only if that were not so.
        let probabilities = flat
            .reshape(shape)
            .unwrap_or_else(|_| PyArray2::zeros(py, shape, false));
        let arrays = Arrays {
            probabilities: probabilities.unbind(),
            mean: of(&prediction.mean),
            total: of(&prediction.total),
            aleatoric: of(&prediction.aleatoric),
            epistemic: of(&prediction.epistemic),
            spread: of(&prediction.spread),
        };
        Self { prediction, arrays }
    }
}

#[pymethods]
impl PyPrediction {
    /// Probabilities, [examples, classes], each row a distribution; [0, 0] of values.
    #[getter]
    fn probabilities(&self, py: Python<'_>) -> Py<PyArray2<f32>> {
        self.arrays.probabilities.clone_ref(py)
    }

    /// Most probable class of each example, [examples], the first of equals.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<u32>>> {
        if self.prediction.classes == 0 {
            return Err(PyTypeError::new_err(
                "labels of a prediction of values; expected mean",
            ));
        }
        let tops = (0..self.prediction.len()).map(|i| self.prediction.top(i).0);
        Ok(array(py, &tops.collect::<Vec<_>>()))
    }

    /// Predicted values, [examples], in units of the targets; empty of classes.
    #[getter]
    fn mean(&self, py: Python<'_>) -> Py<PyArray1<f32>> {
        self.arrays.mean.clone_ref(py)
    }

    /// Uncertainty in all, [examples]: bits, or variances.
    #[getter]
    fn total(&self, py: Python<'_>) -> Py<PyArray1<f32>> {
        self.arrays.total.clone_ref(py)
    }

    /// Part of it that more examples would not take away, [examples].
    #[getter]
    fn aleatoric(&self, py: Python<'_>) -> Py<PyArray1<f32>> {
        self.arrays.aleatoric.clone_ref(py)
    }

    /// Part of it that more examples would take away, [examples].
    #[getter]
    fn epistemic(&self, py: Python<'_>) -> Py<PyArray1<f32>> {
        self.arrays.epistemic.clone_ref(py)
    }

    /// Spread of the outputs over the samples, [examples]: large far away from what was learned.
    #[getter]
    fn spread(&self, py: Python<'_>) -> Py<PyArray1<f32>> {
        self.arrays.spread.clone_ref(py)
    }

    /// Intervals that hold the values with a probability: a pair of arrays, the lower and the upper ends, [examples].
    ///
    /// Parameters
    /// ----------
    /// level : float
    ///     The probability, above 0 and below 1.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     Of a prediction of classes.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(1, regression=True, seed=1)
    /// >>> learned = learner.learn_each([[0.0], [1.0]] * 100, [5.0, 7.0] * 100)
    /// >>> low, high = learner.predict([[0.0]]).interval(0.9)
    /// >>> bool(low[0] < 5.0 < high[0])
    /// True
    #[allow(clippy::type_complexity, reason = "a pair of arrays")]
    #[pyo3(signature = (level=0.9))]
    fn interval<'py>(
        &self,
        py: Python<'py>,
        level: f64,
    ) -> PyResult<(Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>)> {
        if self.prediction.mean.len() != self.prediction.len() {
            return Err(PyTypeError::new_err("intervals of a prediction of classes"));
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(PyValueError::new_err(format!(
                "level is {level}; expected above 0 and below 1"
            )));
        }
        let ends = (0..self.prediction.len()).map(|i| self.prediction.interval(i, level));
        let (low, high): (Vec<f64>, Vec<f64>) = ends.unzip();
        Ok((array(py, &low), array(py, &high)))
    }

    fn __len__(&self) -> usize {
        self.prediction.len()
    }

    fn __repr__(&self) -> String {
        let of = match self.prediction.classes {
            0 => "values".to_owned(),
            classes => format!("{classes} classes"),
        };
        format!("Prediction({} examples, {of})", self.prediction.len())
    }
}
