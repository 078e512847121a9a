//! Names of columns.

use std::collections::HashMap;

use crate::error::{MAX_COLUMNS, RowsError, shown};

/// Checks that the names are some, not too many, and all different.
pub(super) fn checked(names: Vec<String>, file: &str) -> Result<Vec<String>, RowsError> {
    few(names.len(), file)?;
    let mut places = HashMap::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        if let Some(first) = places.insert(name.as_str(), place) {
            return Err(RowsError::ColumnTwice {
                file: file.to_owned(),
                column: shown(name),
                first: first + 1,
                second: place + 1,
            });
        }
    }
    Ok(names)
}

/// Checks that `count` columns are some and not too many.
pub(super) fn few(count: usize, file: &str) -> Result<(), RowsError> {
    if (1..=MAX_COLUMNS).contains(&count) {
        return Ok(());
    }
    Err(RowsError::Header {
        file: file.to_owned(),
        found: format!("{count} columns (of 1 to {MAX_COLUMNS})"),
    })
}
