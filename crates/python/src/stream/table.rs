//! Tables of Python as rows.

use mesu_stream::Value;
use numpy::ndarray::{ArrayView1, ArrayView2};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::columns::dict;
use crate::values;

/// Rows of a table, read.
pub(super) enum Table<'py> {
    /// A list of dicts.
    Rows(Vec<Bound<'py, PyDict>>),
    /// Columns by their names, each with a value for every row.
    Columns(Vec<(String, Vec<Value>)>),
}

impl<'py> Table<'py> {
    /// Reads a data frame, a dict of columns, or a list of dicts.
    pub(super) fn read(rows: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = rows.py();
        if let Ok(list) = rows.cast::<PyList>() {
            return Ok(Self::Rows(
                list.iter().map(|row| dict(&row)).collect::<PyResult<_>>()?,
            ));
        }
        if let Ok(array) = rows.cast::<PyArray2<f64>>() {
            return Self::of_array(&array.readonly().as_array());
        }
        if let Ok(array) = rows.cast::<PyArray2<f32>>() {
            return Self::of_array(&array.readonly().as_array());
        }
        let columns = py
            .import("mesu._frames")?
            .call_method1("columns", (rows,))?;
        let mut read: Vec<(String, Vec<Value>)> = Vec::new();
        for pair in columns.try_iter()? {
            let (name, values): (String, Bound<'_, PyAny>) = pair?.extract()?;
            let values = column(&name, &values)?;
            if let Some((first, others)) = read.first()
                && others.len() != values.len()
            {
                return Err(PyValueError::new_err(format!(
                    "column {name:?} has {} values; expected {}, as column {first:?} has",
                    values.len(),
                    others.len()
                )));
            }
            if read.iter().any(|(other, _)| *other == name) {
                return Err(PyValueError::new_err(format!(
                    "two columns {name:?}; expected one"
                )));
            }
            read.push((name, values));
        }
        Ok(Self::Columns(read))
    }

    /// Reads an array, whose columns are called x0, x1, …
    fn of_array<T: Copy + Into<f64>>(array: &ArrayView2<'_, T>) -> PyResult<Self> {
        let column = |(number, values): (usize, ArrayView1<'_, T>)| {
            let name = format!("x{number}");
            let values = values.iter().map(|x| values::number_of(&name, (*x).into()));
            let values = values.collect::<PyResult<_>>()?;
            Ok((name, values))
        };
        let columns = array.columns().into_iter().enumerate().map(column);
        Ok(Self::Columns(columns.collect::<PyResult<_>>()?))
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Columns(columns) => columns.first().map_or(0, |(_, values)| values.len()),
        }
    }
}

/// Values of a column: an array of numbers or truth values, or anything that can be gone through.
fn column(name: &str, column: &Bound<'_, PyAny>) -> PyResult<Vec<Value>> {
    if let Ok(numbers) = column.cast::<PyArray1<f64>>() {
        let numbers = numbers.readonly();
        let values = numbers.as_array();
        return values.iter().map(|x| values::number_of(name, *x)).collect();
    }
    if let Ok(numbers) = column.cast::<PyArray1<i64>>() {
        let numbers = numbers.readonly();
        return Ok(numbers
            .as_array()
            .iter()
            .map(|x| values::whole_number(*x))
            .collect());
    }
    if let Ok(truths) = column.cast::<PyArray1<bool>>() {
        let truths = truths.readonly();
        return Ok(truths
            .as_array()
            .iter()
            .map(|x| Value::Boolean(*x))
            .collect());
    }
    let items = column.try_iter().map_err(|_| {
        PyTypeError::new_err(format!(
            "column {name:?} is no list of values; expected one a row"
        ))
    })?;
    items.map(|item| values::read(name, &item?)).collect()
}
