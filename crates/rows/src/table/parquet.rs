//! Parquet: numbers, truth values and text; anything else (dates, lists) is its text. Nulls are missing.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::{Table, names};
use crate::error::{At, RowsError};
use crate::place::Place;
use crate::row::{Row, Value};

/// Rows that are unpacked at a time.
const BATCH: usize = 1024;

struct Parquet {
    file: String,
    columns: Vec<String>,
    reader: ParquetRecordBatchReader,
    /// Columns of the batch that is read, and the next row in it.
    batch: Vec<ArrayRef>,
    rows: usize,
    next: usize,
}

/// Opens the file at `path`, called `name` in errors.
pub(super) fn open(path: &Path, name: &str) -> Result<Box<dyn Table>, RowsError> {
    let file = File::open(path).map_err(|source| RowsError::Unopened {
        path: name.to_owned(),
        source,
    })?;
    let damaged = |error| RowsError::Content {
        file: name.to_owned(),
        found: format!("no Parquet that can be read ({error})"),
        expected: "Parquet, unpacked or packed by Snappy, gzip or LZ4".to_owned(),
    };
    let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)).map_err(damaged)?;
    let fields = builder.schema().fields();
    let columns = fields.iter().map(|field| field.name().clone()).collect();
    let reader = guarded(|| builder.with_batch_size(BATCH).build()).map_err(damaged)?;
    Ok(Box::new(Parquet {
        file: name.to_owned(),
        columns: names::checked(columns, name)?,
        reader,
        batch: Vec::new(),
        rows: 0,
        next: 0,
    }))
}

impl Table for Parquet {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn read(&mut self, row: &mut Row, place: &mut Place) -> Result<bool, RowsError> {
        while self.next == self.rows {
            let batch = guarded(|| {
                let batch = self.reader.next().transpose()?;
                Ok(batch.as_ref().map(plain).transpose()?)
            });
            let batch = batch.map_err(|error| {
                let at = At {
                    file: self.file.clone(),
                    row: Some(row.number),
                    line: None,
                    column: None,
                };
                let source = std::io::Error::new(std::io::ErrorKind::InvalidData, error);
                RowsError::Unreadable { at, source }
            })?;
            let Some(batch) = batch else {
                return Ok(false);
            };
            self.next = 0;
            self.rows = batch.first().map_or(0, |column| column.len());
            self.batch = batch;
        }
        row.values.resize(self.columns.len(), Value::Missing);
        for (value, column) in row.values.iter_mut().zip(&self.batch) {
            set(value, column, self.next);
        }
        self.next += 1;
        place.add_values(&row.values);
        Ok(true)
    }
}

/// Result of `read`. Arrow's reader panics at some damaged pages: that is an error of the file, behind which
/// nothing more is read.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("a damaged page".to_owned())))
}

/// Columns of `batch`, each of a kind that [`set`] knows.
fn plain(batch: &RecordBatch) -> Result<Vec<ArrayRef>, arrow_schema::ArrowError> {
    let columns = batch.columns().iter();
    let cast = |column: &ArrayRef| {
        let kind = match column.data_type() {
            kind @ (DataType::Boolean | DataType::Int64 | DataType::UInt64) => kind.clone(),
            DataType::Dictionary(_, kind) if **kind == DataType::Int64 => DataType::Int64,
            kind if kind.is_numeric() => DataType::Float64,
            _ => DataType::Utf8,
        };
        if *column.data_type() == kind {
            Ok(Arc::clone(column))
        } else {
            arrow_cast::cast(column, &kind)
        }
    };
    columns.map(cast).collect()
}

/// Sets `value` to element `place` of `column`.
fn set(value: &mut Value, column: &ArrayRef, place: usize) {
    if column.is_null(place) {
        *value = Value::Missing;
    } else if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
        *value = Value::Number(numbers.value(place));
    } else if let Some(integers) = column.as_primitive_opt::<Int64Type>() {
        value.set_integer(integers.value(place).into());
    } else if let Some(integers) = column.as_primitive_opt::<UInt64Type>() {
        value.set_integer(integers.value(place).into());
    } else if let Some(booleans) = column.as_boolean_opt() {
        *value = Value::Boolean(booleans.value(place));
    } else if let Some(texts) = column.as_string_opt::<i32>() {
        value.set_text(texts.value(place));
    } else {
        *value = Value::Missing;
    }
}
