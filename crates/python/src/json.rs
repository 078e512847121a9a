//! Python's values as JSON, and back: settings and reports.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

/// Deepest nesting of a setting.
const DEEPEST: usize = 8;

/// The value of the setting `key` as JSON.
///
/// # Errors
/// `TypeError` for what is no number, text, truth value, list or dict; `ValueError` for a number that is not finite.
pub(crate) fn from_python(key: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    nested(key, value, 0)
}

fn nested(key: &str, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth > DEEPEST {
        return Err(PyValueError::new_err(format!(
            "{key} is nested more than {DEEPEST} deep"
        )));
    }
    if value.is_none() {
        Ok(Value::Null)
    } else if let Ok(truth) = value.cast::<PyBool>() {
        Ok(Value::Bool(truth.is_true()))
    } else if value.is_instance_of::<PyInt>() {
        let whole = match value.extract::<u64>() {
            Ok(whole) => Some(Number::from(whole)),
            Err(_) => value.extract::<i64>().ok().map(Number::from),
        };
        let refused = || PyValueError::new_err(format!("{key} is {value}; expected 64 bits"));
        whole.map(Value::Number).ok_or_else(refused)
    } else if value.is_instance_of::<PyFloat>() {
        let number: f64 = value.extract()?;
        let refused =
            || PyValueError::new_err(format!("{key} is {number}; expected a finite number"));
        let number = Number::from_f64(number).ok_or_else(refused)?;
        Ok(Value::Number(number))
    } else if let Ok(text) = value.cast::<PyString>() {
        Ok(Value::String(text.to_str()?.to_owned()))
    } else if let Ok(dict) = value.cast::<PyDict>() {
        let mut map = Map::new();
        for (name, value) in dict.iter() {
            map.insert(name.str()?.to_string(), nested(key, &value, depth + 1)?);
        }
        Ok(Value::Object(map))
    } else if value.hasattr("dtype")? && value.getattr("ndim")?.extract::<usize>()? == 0 {
        nested(key, &value.call_method0("item")?, depth + 1)
    } else if let Ok(items) = value.try_iter() {
        let items = items.map(|item| nested(key, &item?, depth + 1));
        Ok(Value::Array(items.collect::<PyResult<_>>()?))
    } else {
        let kind = value.get_type().name()?;
        Err(PyTypeError::new_err(format!(
            "{key} is of type {kind}; expected a number, text, truth value, list or dict"
        )))
    }
}

/// Settings of the type `T` from those of `map`; what is not there has its default.
///
/// # Errors
/// `TypeError` for a key that there is not, `ValueError` for a value of another kind, by `what`.
pub(crate) fn settings<T: DeserializeOwned>(
    what: &str,
    map: Map<String, Value>,
    read: impl FnOnce(Value) -> Result<T, serde_json::Error>,
) -> PyResult<T> {
    read(Value::Object(map)).map_err(|error| {
        let text = format!("{what}: {error}");
        match text.contains("unknown field") {
            true => PyTypeError::new_err(text.replace("unknown field", "unknown setting")),
            false => PyValueError::new_err(text),
        }
    })
}

/// A report as Python's dicts, lists, numbers and texts; a number that is not finite is `None`.
pub(crate) fn report<'py>(py: Python<'py>, report: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let value = serde_json::to_value(report);
    to_python(
        py,
        &value.map_err(|error| PyValueError::new_err(error.to_string()))?,
    )
}

/// JSON as Python's values.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(whole), ..) => whole.into_pyobject(py)?.into_any(),
            (_, Some(whole), _) => whole.into_pyobject(py)?.into_any(),
            (.., float) => float.unwrap_or(f64::NAN).into_pyobject(py)?.into_any(),
        },
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(to_python(py, item)?)?;
            }
            list.into_any()
        }
        Value::Object(map) => {
            let dict = PyDict::new(py);
            for (key, value) in map {
                dict.set_item(key, to_python(py, value)?)?;
            }
            dict.into_any()
        }
    })
}
