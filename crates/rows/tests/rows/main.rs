//! Reading and writing of rows, as a user of the crate sees them.
#![allow(clippy::unwrap_used)]

mod bad;
mod csv;
mod files;
mod json;
mod npz;
mod packed;
#[cfg(feature = "parquet")]
mod parquet;
mod places;
mod random;
mod speed;
mod writing;

use mesu_rows::{Options, Row, Rows, RowsError, Source, Value};

/// Opens `text` as a stream called `x`.
fn open(text: impl AsRef<[u8]>) -> Result<Rows, RowsError> {
    open_with(text, &Options::default())
}

fn open_with(text: impl AsRef<[u8]>, options: &Options) -> Result<Rows, RowsError> {
    let bytes = std::io::Cursor::new(text.as_ref().to_vec());
    Rows::open(Source::reader("x", bytes), options)
}

/// All rows that are left.
fn all(mut rows: Rows) -> Result<Vec<Vec<Value>>, RowsError> {
    let mut row = Row::default();
    let mut all = Vec::new();
    while rows.read(&mut row)? {
        assert_eq!(row.values.len(), rows.columns().len());
        all.push(row.values.clone());
    }
    Ok(all)
}

/// Values of a CSV: `text` with its missing values as `-`, fields between spaces and rows between slashes.
fn texts(text: &str) -> Vec<Vec<Value>> {
    let value = |field: &str| match field {
        "-" => Value::Missing,
        field => Value::Text(field.to_owned()),
    };
    text.split('/')
        .map(|row| row.split(' ').map(value).collect())
        .collect()
}

/// Rows, and the messages of those with errors, to the end.
fn messages(mut rows: Rows) -> Vec<String> {
    let mut row = Row::default();
    let mut told = Vec::new();
    loop {
        match rows.read(&mut row) {
            Ok(true) => told.push(format!("row {}", row.number)),
            Ok(false) => return told,
            Err(error) => {
                told.push(error.to_string());
                if !error.is_of_row() {
                    return told;
                }
                assert_eq!(error.row(), Some(rows.place().rows));
            }
        }
    }
}
