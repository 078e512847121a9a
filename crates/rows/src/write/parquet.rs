//! Writing of rows as Parquet.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::error::WriteError;
use super::text::shortest;
use crate::row::{Value, ValueRef};

/// Rows that are packed at a time; the kinds of columns are those of the first.
const BATCH: usize = 4096;

/// Rows of a group, which are in memory until it is full.
const GROUP: usize = 1 << 16;

/// Writer of a Parquet file with named columns, packed by Snappy.
///
/// Columns whose first 4,096 values are numbers or missing hold f64, truth values likewise, others text.
/// The file can be read after [`finish`](Self::finish); it can't be cut back or gone on in.
pub struct ParquetWriter {
    file: String,
    /// Columns of the rows that wait to be written.
    batch: Vec<Vec<Value>>,
    names: Vec<String>,
    /// File until the kinds of columns are known, then the writer.
    state: State,
}

enum State {
    Open(File),
    Begun(Box<ArrowWriter<File>>, Arc<Schema>),
    /// An error has ended the file.
    Failed,
}

impl ParquetWriter {
    /// Creates the file at `path`, or replaces its content.
    ///
    /// # Errors
    /// [`WriteError::Columns`], [`WriteError::Full`] or [`WriteError::Unwritten`].
    pub fn create(path: &Path, columns: &[String]) -> Result<Self, WriteError> {
        let file = path.display().to_string();
        super::checked(columns, &file)?;
        let opened = File::create(path).map_err(|error| WriteError::of(error, &file))?;
        Ok(Self {
            file,
            batch: vec![Vec::new(); columns.len()],
            names: columns.to_vec(),
            state: State::Open(opened),
        })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// [`WriteError::Width`]; [`WriteError::Kind`] for text in a column of numbers, told for the rows of a
    /// batch together; [`WriteError::Full`] or [`WriteError::Unwritten`].
    pub fn write(&mut self, values: &[ValueRef<'_>]) -> Result<(), WriteError> {
        if values.len() != self.batch.len() {
            return Err(WriteError::Width {
                file: self.file.clone(),
                found: values.len(),
                expected: self.batch.len(),
            });
        }
        for (column, value) in self.batch.iter_mut().zip(values) {
            column.push(Value::from(*value));
        }
        if self.batch[0].len() == BATCH {
            self.put()?;
        }
        Ok(())
    }

    /// Writes what is left, and the end of the file.
    ///
    /// # Errors
    /// Those of [`write`](Self::write).
    pub fn finish(mut self) -> Result<(), WriteError> {
        self.put()?;
        match self.state {
            State::Begun(writer, _) => writer
                .close()
                .map(drop)
                .map_err(|error| failed(error, &self.file)),
            State::Open(_) | State::Failed => Ok(()),
        }
    }

    /// Writes the rows that wait.
    fn put(&mut self) -> Result<(), WriteError> {
        let (mut writer, schema) = match std::mem::replace(&mut self.state, State::Failed) {
            State::Begun(writer, schema) => (writer, schema),
            State::Open(file) => {
                let fields = self.names.iter().zip(&self.batch);
                let fields: Vec<Field> = fields
                    .map(|(name, values)| Field::new(name, kind(values), true))
                    .collect();
                let schema = Arc::new(Schema::new(fields));
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(GROUP))
                    .build();
                let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
                (
                    Box::new(writer.map_err(|error| failed(error, &self.file))?),
                    schema,
                )
            }
            State::Failed => {
                let source = io::Error::other("an earlier error has ended the file");
                return Err(WriteError::of(source, &self.file));
            }
        };
        let mut columns = Vec::with_capacity(self.batch.len());
        for (values, field) in self.batch.iter_mut().zip(schema.fields()) {
            columns.push(
                array(values, field.data_type()).ok_or_else(|| WriteError::Kind {
                    file: self.file.clone(),
                    column: field.name().clone(),
                    expected: if *field.data_type() == DataType::Float64 {
                        "numbers"
                    } else {
                        "truth values"
                    },
                })?,
            );
            values.clear();
        }
        RecordBatch::try_new(Arc::clone(&schema), columns)
            .map_err(ParquetError::from)
            .and_then(|batch| writer.write(&batch))
            .map_err(|error| failed(error, &self.file))?;
        self.state = State::Begun(writer, schema);
        Ok(())
    }
}

impl fmt::Debug for ParquetWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetWriter")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// Kind of a column with these first values.
fn kind(values: &[Value]) -> DataType {
    let all = |wanted: fn(&Value) -> bool| {
        values.iter().any(wanted)
            && values
                .iter()
                .all(|value| wanted(value) || *value == Value::Missing)
    };
    if all(|value| matches!(value, Value::Number(_))) {
        DataType::Float64
    } else if all(|value| matches!(value, Value::Boolean(_))) {
        DataType::Boolean
    } else {
        DataType::Utf8
    }
}

/// Column of `values`, or nothing where one is of another kind. Text holds them all.
fn array(values: &[Value], kind: &DataType) -> Option<ArrayRef> {
    let values = values.iter();
    Some(match kind {
        DataType::Float64 => {
            let numbers = values.map(|value| match value {
                Value::Missing => Some(None),
                Value::Number(number) => Some(Some(*number)),
                _ => None,
            });
            Arc::new(numbers.collect::<Option<Float64Array>>()?)
        }
        DataType::Boolean => {
            let booleans = values.map(|value| match value {
                Value::Missing => Some(None),
                Value::Boolean(boolean) => Some(Some(*boolean)),
                _ => None,
            });
            Arc::new(
                booleans
                    .collect::<Option<Vec<Option<bool>>>>()
                    .map(BooleanArray::from)?,
            )
        }
        _ => {
            let texts = values.map(|value| match value {
                Value::Missing => None,
                Value::Text(text) => Some(text.clone()),
                Value::Boolean(boolean) => Some(boolean.to_string()),
                Value::Number(number) => {
                    let mut digits = Vec::new();
                    shortest(*number, &mut digits);
                    Some(String::from_utf8_lossy(&digits).into_owned())
                }
            });
            Arc::new(texts.collect::<StringArray>())
        }
    })
}

fn failed(error: ParquetError, file: &str) -> WriteError {
    let source = match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    WriteError::of(source, file)
}
