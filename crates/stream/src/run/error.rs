//! Reasons why rows of a source are not learned or predicted.

use std::io;
use std::path::{Path, PathBuf};

use mesu_rows::{RowsError, WriteError};

use super::settings::SetError;
use crate::error::{RowError, StreamError};
use crate::schema::SchemaError;
use crate::state::StateError;

/// Reason why a source was not learned or predicted to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Rows can't be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A row is not what the schema says.
    #[error("{origin}, {error}")]
    Row {
        /// Name of the source.
        origin: String,
        /// Row, column and value.
        error: RowError,
    },
    /// Columns are not what they are said to be.
    #[error("{origin}: {error}")]
    Schema {
        /// Name of the source.
        origin: String,
        /// Column and difference.
        error: SchemaError,
    },
    /// Nothing says which column is to be predicted.
    #[error("{origin}: no target is named; the columns are {}", columns.join(", "))]
    NoTarget {
        /// Name of the source.
        origin: String,
        /// Names of the columns.
        columns: Vec<String>,
    },
    /// Rows can't be learned.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A setting can't be used.
    #[error(transparent)]
    Setting(#[from] SetError),
    /// Predictions can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A state can't be read.
    #[error("{}: {error}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Reason.
        error: StateError,
    },
    /// A file can't be opened, locked or replaced.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Reason.
        error: io::Error,
    },
    /// Another process learns into the state.
    #[error("{}: another process is learning into it", path.display())]
    Busy {
        /// The state.
        path: PathBuf,
    },
    /// There is no state.
    #[error("{}: no such state", path.display())]
    NoState {
        /// The file.
        path: PathBuf,
    },
    /// The source is the one that the state was learned from before.
    #[error("{}: has learned {rows} {} of {origin} already", path.display(), if *rows == 1 { "row" } else { "rows" })]
    Again {
        /// The state.
        path: PathBuf,
        /// Name of the source.
        origin: String,
        /// Rows that were read of it.
        rows: u64,
    },
    /// The state was learned from another source.
    #[error("{}: has learned {found} last; expected {expected}", path.display())]
    OtherSource {
        /// The state.
        path: PathBuf,
        /// Name of the source in the state.
        found: String,
        /// Name of the source given.
        expected: String,
    },
    /// The source does not have all columns of the state.
    #[error("{origin}: no column {}; expected the columns of the state: {}", missing.join(", "), columns.join(", "))]
    Columns {
        /// Name of the source.
        origin: String,
        /// Columns that it does not have.
        missing: Vec<String>,
        /// Columns of the state.
        columns: Vec<String>,
    },
    /// The state was made for something else than is asked for.
    #[error("{}: {what} is {found}; asked for {asked}", path.display())]
    Other {
        /// The state.
        path: PathBuf,
        /// Part that differs.
        what: &'static str,
        /// Content of the state.
        found: String,
        /// Content asked for.
        asked: String,
    },
    /// Labels are to be brought for rows that have no names.
    #[error("{}: its rows have no ids", path.display())]
    NoIds {
        /// The state.
        path: PathBuf,
    },
}

impl RunError {
    pub(super) fn file(path: &Path, error: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            error,
        }
    }

    /// The error of a row of `origin`; others are as they are.
    pub(super) fn of_row(origin: &str, error: StreamError) -> Self {
        match error {
            StreamError::Row { error, .. } => Self::Row {
                origin: origin.to_owned(),
                error,
            },
            StreamError::Schema(error) => Self::schema(origin, error),
            error => Self::Stream(error),
        }
    }

    pub(super) fn schema(origin: &str, error: SchemaError) -> Self {
        Self::Schema {
            origin: origin.to_owned(),
            error,
        }
    }
}
