//! Errors of reading, each with its place.

use std::fmt;
use std::io;

/// Most bytes of a row in its file, 16 MiB: a quote that is never closed would else fill the memory.
pub const MAX_ROW: usize = 1 << 24;

/// Most columns of a table.
pub const MAX_COLUMNS: usize = 1 << 16;

/// Place of an error: "rows.csv, row 7 (line 8), column age".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// Path of the file, or name of the stream.
    pub file: String,
    /// Number of the row in the whole source, from 1; none for a header.
    pub row: Option<u64>,
    /// Number of the line in the file, from 1, where a file has lines.
    pub line: Option<u64>,
    /// Name of the column, where there is one.
    pub column: Option<String>,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.file)?;
        match self.row {
            Some(row) => write!(f, "row {row}")?,
            None => write!(f, "header")?,
        }
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// Reason why rows, or one of them, can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// Row with more or fewer values than there are columns.
    #[error("{at}: {found} values; expected {expected}, one for each column")]
    Width {
        /// Place of the row.
        at: At,
        /// Number of values.
        found: usize,
        /// Number of columns.
        expected: usize,
    },
    /// Row that repeats the header, as files put one behind the other have.
    #[error("{at}: the header again; expected values")]
    HeaderAgain {
        /// Place of the row.
        at: At,
    },
    /// Text that is not UTF-8.
    #[error("{at}: byte 0x{byte:02x}; expected text in UTF-8")]
    Encoding {
        /// Place of the row; in CSV also its column.
        at: At,
        /// First byte that does not belong.
        byte: u8,
    },
    /// Quotes that do not fit together.
    #[error("{at}: {found}; expected a separator or the end of the line behind a closing quote")]
    Quotes {
        /// Place of the row; its line is the one where the row begins.
        at: At,
        /// Content that was found.
        found: String,
    },
    /// Line that is not a JSON object.
    #[error("{at}: {found}; expected a JSON object on one line")]
    Json {
        /// Place of the row.
        at: At,
        /// Content that was found.
        found: String,
    },
    /// Row longer than any that is read.
    #[error("{at}: more than {MAX_ROW} bytes in a row; is a quote never closed?")]
    TooLong {
        /// Place where the row begins.
        at: At,
    },
    /// File that can't be opened, listed or read; compressed content that is damaged.
    #[error("{at}: can't be read ({source})")]
    Unreadable {
        /// Place that was reached.
        at: At,
        /// Cause.
        source: io::Error,
    },
    /// File or folder that can't be opened or listed.
    #[error("{path}: can't be opened ({source})")]
    Unopened {
        /// The file or folder.
        path: String,
        /// Cause.
        source: io::Error,
    },
    /// File without content.
    #[error("{file}: empty; expected a header or rows")]
    Empty {
        /// The file.
        file: String,
    },
    /// Source that has columns and no row.
    #[error("{file}: a header alone; expected rows")]
    NoRows {
        /// The last file.
        file: String,
    },
    /// Folder without a table.
    #[error(
        "{folder}: no table in it; expected files that end in {expected}, or these with .gz or .zst"
    )]
    NoFiles {
        /// The folder, or "no path" where none was given.
        folder: String,
        /// Endings that are read.
        expected: String,
    },
    /// First line that has no names of columns.
    #[error("{file}: {found} in the header; expected names of columns")]
    Header {
        /// The file.
        file: String,
        /// Content that was found.
        found: String,
    },
    /// Two columns of one name.
    #[error("{file}: column {column} at {first} and at {second}; expected different names")]
    ColumnTwice {
        /// The file.
        file: String,
        /// The name.
        column: String,
        /// Number of the first column of that name, from 1.
        first: usize,
        /// Number of the second.
        second: usize,
    },
    /// File whose columns are not those of the files before.
    #[error(
        "{file}: other columns than the first file: {missing} missing, {more} more; expected the same"
    )]
    Columns {
        /// The file.
        file: String,
        /// Columns of the first file that it does not have; "none" where it has all.
        missing: String,
        /// Columns that the first file does not have; "none" where there are none.
        more: String,
    },
    /// Content of a kind that is not read, or not from there.
    #[error("{file}: {found}; expected {expected}")]
    Content {
        /// The file.
        file: String,
        /// Content that was found.
        found: String,
        /// Content that is read.
        expected: String,
    },
    /// Source with fewer rows than were read of it before.
    #[error("{found} rows; expected the {expected} that were read before, and those behind them")]
    Shorter {
        /// Number of rows there are.
        found: u64,
        /// Number of rows before the place.
        expected: u64,
    },
    /// Source whose first rows are others than were read of it before.
    #[error(
        "the first {rows} rows are not those that were read before (checksum {found:016x}; expected {expected:016x})"
    )]
    Changed {
        /// Number of rows before the place.
        rows: u64,
        /// Checksum of those rows.
        found: u64,
        /// Checksum of those that were read before.
        expected: u64,
    },
}

impl RowsError {
    /// Returns `true` where the error concerns one row, and the next can be read.
    #[must_use]
    pub fn is_of_row(&self) -> bool {
        self.row().is_some()
    }

    /// Number of the row that the error concerns alone, from 1.
    #[must_use]
    pub fn row(&self) -> Option<u64> {
        match self {
            Self::Width { at, .. }
            | Self::HeaderAgain { at }
            | Self::Encoding { at, .. }
            | Self::Quotes { at, .. }
            | Self::Json { at, .. } => at.row,
            _ => None,
        }
    }
}

/// Beginning of `text` for a message: on one line, 60 characters at most.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.escape_debug().take(60).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}
