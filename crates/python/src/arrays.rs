//! Arrays of examples and their targets: lent where they can be, copied once where not.

use numpy::PyUntypedArrayMethods;
use numpy::{PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Inputs of examples, `[examples][inputs]`, 32-bit floats in C order.
pub(crate) struct Inputs<'py> {
    array: PyReadonlyArrayDyn<'py, f32>,
    /// Number of examples.
    pub(crate) examples: usize,
}

impl<'py> Inputs<'py> {
    /// Reads one example or several; an array of 32-bit floats in C order is not copied.
    pub(crate) fn read(inputs: &Bound<'py, PyAny>, width: usize) -> PyResult<Self> {
        let array = floats("inputs", inputs)?;
        let shape = array.shape().to_vec();
        let examples = match shape[..] {
            [found] if found == width => 1,
            [examples, found] if found == width => examples,
            // An image, or a batch of them, is as wide as it has numbers.
            [examples, ..] if shape.len() > 2 && shape[1..].iter().product::<usize>() == width => {
                examples
            }
            _ => {
                return Err(PyValueError::new_err(format!(
                    "inputs are of the shape {shape:?}; expected [examples, {width}] or [{width}]"
                )));
            }
        };
        Ok(Self {
            array: array.readonly(),
            examples,
        })
    }

    /// The numbers.
    pub(crate) fn numbers(&self) -> PyResult<&[f32]> {
        let contiguous = self.array.as_slice();
        contiguous.map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

/// `values` as an array of 32-bit floats in C order: itself, if it is one.
fn floats<'py>(what: &str, values: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<f32>>> {
    if let Ok(array) = values.cast::<PyArrayDyn<f32>>()
        && array.is_c_contiguous()
        && array.is_aligned_for_reading()
    {
        return Ok(array.clone());
    }
    let array = as_array(what, values, "fiub")?;
    let options = PyDict::new(values.py());
    options.set_item("dtype", "float32")?;
    options.set_item("order", "C")?;
    let numpy = values.py().import("numpy")?;
    // What 32-bit floats do not hold becomes infinite, and is refused as such.
    let silent = PyDict::new(values.py());
    silent.set_item("over", "ignore")?;
    let state = numpy.call_method("errstate", (), Some(&silent))?;
    state.call_method0("__enter__")?;
    let converted = numpy.call_method("require", (array, "float32", ["C", "A"]), None);
    let none = values.py().None();
    state.call_method1("__exit__", (&none, &none, &none))?;
    Ok(converted?.cast_into::<PyArrayDyn<f32>>()?)
}

/// Alignment of an array's memory.
trait Aligned {
    /// Returns whether its numbers can be read where they are.
    fn is_aligned_for_reading(&self) -> bool;
}

impl Aligned for Bound<'_, PyArrayDyn<f32>> {
    fn is_aligned_for_reading(&self) -> bool {
        (self.data() as usize).is_multiple_of(align_of::<f32>())
    }
}

/// `values` as an array whose dtype is of one of `kinds`, by NumPy's letters.
fn as_array<'py>(
    what: &str,
    values: &Bound<'py, PyAny>,
    kinds: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let array = values
        .py()
        .import("numpy")?
        .call_method1("asarray", (values,))?;
    let dtype = array.getattr("dtype")?;
    let kind: String = dtype.getattr("kind")?.extract()?;
    if kinds.contains(&kind) {
        return Ok(array);
    }
    let expected = match kinds.contains('f') {
        true => "numbers",
        false => "whole numbers",
    };
    Err(PyTypeError::new_err(format!(
        "{what} are of the dtype {dtype}; expected {expected}"
    )))
}

/// Targets of examples.
pub(crate) enum Targets {
    /// Classes, from 0.
    Labels(Vec<u32>),
    /// Values.
    Values(Vec<f32>),
}

impl Targets {
    /// Reads the targets of a learner of classes, or of values: one, or an array of them.
    pub(crate) fn read(targets: &Bound<'_, PyAny>, of_values: bool) -> PyResult<Self> {
        if of_values {
            let values = floats("targets", targets)?;
            one_axis("targets", values.as_untyped())?;
            return Ok(Self::Values(values.readonly().as_slice()?.to_vec()));
        }
        let array = as_array("labels", targets, "iub")?;
        let wide = array.call_method1("astype", ("int64",))?;
        let wide = wide.cast_into::<PyArrayDyn<i64>>()?;
        one_axis("labels", wide.as_untyped())?;
        let wide = wide.readonly();
        let labels = wide.as_array();
        let refused = |(at, label): (usize, &i64)| {
            PyValueError::new_err(format!("label {label} of example {at}; expected 0 or more"))
        };
        let read =
            |(at, label): (usize, &i64)| u32::try_from(*label).map_err(|_| refused((at, label)));
        let labels = labels.iter().enumerate().map(read);
        Ok(Self::Labels(labels.collect::<PyResult<_>>()?))
    }

    /// Number of targets.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Labels(labels) => labels.len(),
            Self::Values(values) => values.len(),
        }
    }

    /// Targets `first..first + len`.
    pub(crate) fn part(&self, first: usize, len: usize) -> mesu::Targets<'_> {
        match self {
            Self::Labels(labels) => labels[first..first + len].into(),
            Self::Values(values) => values[first..first + len].into(),
        }
    }
}

/// Factors of the examples' losses.
pub(crate) fn weights(weights: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Vec<f32>>> {
    let Some(weights) = weights else {
        return Ok(None);
    };
    let weights = floats("weights", weights)?;
    one_axis("weights", weights.as_untyped())?;
    Ok(Some(weights.readonly().as_slice()?.to_vec()))
}

fn one_axis(what: &str, array: &Bound<'_, PyUntypedArray>) -> PyResult<()> {
    match array.ndim() {
        0 | 1 => Ok(()),
        _ => Err(PyValueError::new_err(format!(
            "{what} are of the shape {:?}; expected [examples]",
            array.shape()
        ))),
    }
}

/// Numbers as an array, `[numbers]`.
pub(crate) fn array<'py, T: numpy::Element + Clone>(
    py: Python<'py>,
    numbers: &[T],
) -> Bound<'py, PyArray1<T>> {
    PyArray1::from_slice(py, numbers)
}
