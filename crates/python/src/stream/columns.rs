//! Columns of a learner, as they are found in a row that is a dict.

use std::collections::HashMap;

use mesu_stream::{Schema, Value};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

use crate::values;

/// Names of columns, and their places in a row.
#[derive(Default)]
pub(super) struct Columns {
    names: Vec<String>,
    /// The names as Python has them, for a dict: interned, as its own mostly are.
    keys: Vec<Py<PyString>>,
    places: HashMap<String, usize>,
}

impl Columns {
    /// Columns of a schema.
    pub(super) fn of(schema: &Schema) -> Self {
        let mut columns = Self::default();
        for column in &schema.columns {
            columns.place_or_add(&column.name);
        }
        columns
    }

    /// Names, in the order of a row's values.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Place of a column, if there is one of that name.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// Place of a column, which is added if it is new.
    pub(super) fn place_or_add(&mut self, name: &str) -> usize {
        if let Some(place) = self.place(name) {
            return place;
        }
        let place = self.names.len();
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        Python::attach(|py| self.keys.push(PyString::intern(py, name).unbind()));
        place
    }

    /// Takes back the columns that came last, but for so many.
    pub(super) fn truncate(&mut self, columns: usize) {
        for name in self.names.drain(columns..) {
            self.places.remove(&name);
        }
        self.keys.truncate(columns);
    }

    /// Adds the columns of a row that are new.
    pub(super) fn add(&mut self, row: &Bound<'_, PyDict>) -> PyResult<()> {
        for key in row.keys() {
            self.place_or_add(key.str()?.to_str()?);
        }
        Ok(())
    }

    /// Reads a row's values in the order of the columns; those of other names are not looked at.
    pub(super) fn read(&self, row: &Bound<'_, PyDict>) -> PyResult<Vec<Value>> {
        let py = row.py();
        let mut row_values = Vec::with_capacity(self.names.len());
        let mut found = 0;
        for (name, key) in self.names.iter().zip(&self.keys) {
            row_values.push(match row.get_item(key.bind(py))? {
                Some(value) => {
                    found += 1;
                    values::read(name, &value)?
                }
                None => Value::Missing,
            });
        }
        if found < row.len() {
            // A key may be a number, or a text of another type.
            for (key, value) in row.iter() {
                if key.is_exact_instance_of::<PyString>() {
                    continue;
                }
                if let Some(place) = self.place(key.str()?.to_str()?) {
                    row_values[place] = values::read(&self.names[place], &value)?;
                }
            }
        }
        Ok(row_values)
    }
}

/// A row as a dict: itself, if it is one.
pub(super) fn dict<'py>(row: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    if let Ok(dict) = row.cast::<PyDict>() {
        return Ok(dict.clone());
    }
    let mapping = row.cast::<PyMapping>().map_err(|_| {
        let kind = row.get_type().name().map(|name| name.to_string());
        PyTypeError::new_err(format!(
            "a row is of the type {}; expected a dict",
            kind.unwrap_or_default()
        ))
    })?;
    let dict = PyDict::new(row.py());
    dict.update(mapping)?;
    Ok(dict)
}
