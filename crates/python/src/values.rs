//! Values of rows: what Python has in a dict or a column, as a stream's learner reads it.

use mesu_stream::Value;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

/// Largest whole number up to which a 64-bit float holds every one; those beyond, ids for example, are text.
const MAX_EXACT: i64 = 1 << 53;

/// Reads the value of a column.
///
/// `None`, NaN, `pandas.NA` and `pandas.NaT` are missing; dates are their text.
///
/// # Errors
/// `ValueError` for an infinite number, `TypeError` for what is no number, text, truth value or date.
pub(crate) fn read(column: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(number) = value.cast::<PyFloat>() {
        return number_of(column, number.value());
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Value::Text(text.to_str()?.to_owned()));
    }
    if let Ok(truth) = value.cast::<PyBool>() {
        return Ok(Value::Boolean(truth.is_true()));
    }
    if value.is_instance_of::<PyInt>() {
        return match value.extract::<i64>() {
            Ok(whole) => Ok(whole_number(whole)),
            Err(_) => Ok(Value::Text(value.str()?.to_string())),
        };
    }
    if value.is_none() {
        return Ok(Value::Missing);
    }
    other(column, value)
}

/// A number; one that is NaN is missing.
pub(crate) fn number_of(column: &str, number: f64) -> PyResult<Value> {
    if number.is_finite() {
        Ok(Value::Number(number))
    } else if number.is_nan() {
        Ok(Value::Missing)
    } else {
        Err(PyValueError::new_err(format!(
            "column {column:?} is {number}; expected a finite number, or NaN where it is missing"
        )))
    }
}

/// A whole number, or its digits where a 64-bit float would not hold them.
pub(crate) fn whole_number(whole: i64) -> Value {
    match whole.unsigned_abs() <= MAX_EXACT.unsigned_abs() {
        true => Value::Number(whole as f64),
        false => Value::Text(whole.to_string()),
    }
}

/// A value of a type that is not Python's own.
fn other(column: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    let kind = value.get_type();
    let name = kind.name()?.to_string();
    match &name[..] {
        "NAType" | "NaTType" => return Ok(Value::Missing),
        "date" | "datetime" | "Timestamp" => {
            let text = value.call_method0("isoformat")?.str()?.to_string();
            return Ok(Value::Text(text));
        }
        "datetime64" => {
            let text = value.str()?.to_string();
            return Ok(match &text[..] {
                "NaT" => Value::Missing,
                _ => Value::Text(text),
            });
        }
        "Decimal" | "Fraction" => {
            return number_of(column, value.call_method0("__float__")?.extract()?);
        }
        _ => {}
    }
    // A number of NumPy, or of a library like it.
    let scalar = value.hasattr("item")? && value.hasattr("ndim")?;
    if scalar && value.getattr("ndim")?.extract::<usize>()? == 0 {
        let item = value.call_method0("item")?;
        if !item.get_type().is(&kind) {
            return read(column, &item);
        }
    }
    Err(PyTypeError::new_err(format!(
        "column {column:?} is of the type {name}; expected a number, text, truth value, date or None"
    )))
}

/// The value as Python has it; `None` where it is missing.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Missing => py.None().into_bound(py),
        Value::Number(number) => PyFloat::new(py, *number).into_any(),
        Value::Boolean(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Text(text) => PyString::new(py, text).into_any(),
    })
}
