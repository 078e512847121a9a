//! Numbers of a column as it was seen.

use super::number::Summary;

/// Numbers of a column that is looked at.
pub(crate) struct Seen {
    /// Place in a row.
    pub(crate) column: usize,
    /// Rows without a value.
    pub(crate) missing: u64,
    /// Values out of the range seen before them, or categories without an input of their own.
    pub(crate) out_of_range: u64,
    pub(crate) numbers: Option<Summary>,
    /// Categories that have an input of their own.
    pub(crate) categories: Option<usize>,
}
