//! Errors of writing.

use std::io;

/// Reason why rows can't be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Pipe whose reader has ended, as `head` does; mostly no reason to complain.
    #[error("{file}: closed by its reader")]
    Closed {
        /// Path of the file, or name of the stream.
        file: String,
    },
    /// Disk without room.
    #[error("{file}: no space left ({source})")]
    Full {
        /// Path of the file, or name of the stream.
        file: String,
        /// Cause.
        source: io::Error,
    },
    /// File that can't be opened or written.
    #[error("{file}: can't be written ({source})")]
    Unwritten {
        /// Path of the file, or name of the stream.
        file: String,
        /// Cause.
        source: io::Error,
    },
    /// Format that is not written.
    #[error("{file}: no format that is written; expected a name that ends in {expected}")]
    Format {
        /// Path of the file.
        file: String,
        /// Endings of formats that are written.
        expected: &'static str,
    },
    /// Row with more or fewer values than there are columns.
    #[error("{file}: a row of {found} values; expected {expected}, one for each column")]
    Width {
        /// Path of the file, or name of the stream.
        file: String,
        /// Number of values.
        found: usize,
        /// Number of columns.
        expected: usize,
    },
    /// Value of another kind than the column's first ones, in a format whose columns have kinds.
    #[error("{file}, column {column}: a value of another kind; expected {expected}")]
    Kind {
        /// Path of the file.
        file: String,
        /// Name of the column.
        column: String,
        /// Kind of the column.
        expected: &'static str,
    },
    /// Columns that can't be written: none, or two of one name.
    #[error("{file}: {found}; expected columns of different names")]
    Columns {
        /// Path of the file, or name of the stream.
        file: String,
        /// Content that was found.
        found: String,
    },
    /// File that is shorter than what was written to it.
    #[error("{file}: {found} bytes; expected at least the {expected} that were written to it")]
    Shorter {
        /// Path of the file.
        file: String,
        /// Length of the file.
        found: u64,
        /// Length to go on at.
        expected: u64,
    },
    /// File that does not begin with the header of these columns, or is cut within a row.
    #[error("{file}: {found}; expected the rows of {expected}")]
    Other {
        /// Path of the file.
        file: String,
        /// Content that was found.
        found: String,
        /// Names of the columns.
        expected: String,
    },
}

impl WriteError {
    /// Returns the error that `source` is for `file`.
    pub(super) fn of(source: io::Error, file: &str) -> Self {
        let file = file.to_owned();
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed { file },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { file, source }
            }
            _ => Self::Unwritten { file, source },
        }
    }
}
