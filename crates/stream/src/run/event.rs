//! Events that a run tells on its way.

use crate::drift::Drift;
use crate::metric::Measures;

/// Place of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Rows read of the source.
    pub rows: u64,
    /// Rows that this run has learned or predicted.
    pub new_rows: u64,
    /// Changes of the stream that were told since the state was new, the last 1,000.
    pub drifts: usize,
}

/// Event of a run.
#[non_exhaustive]
pub enum Event<'a> {
    /// The run goes on behind rows that the state has learned.
    Resumed {
        /// Rows of the source that are behind it.
        rows: u64,
        /// Name of the last of them, if rows have names.
        last_id: Option<&'a str>,
    },
    /// Rows were learned or predicted.
    Progress {
        /// Place of the run.
        progress: Progress,
        /// Gives the measures of the last 1,000 rows with a label.
        window: &'a dyn Fn() -> Measures,
    },
    /// The stream has changed.
    Drift {
        /// The change.
        drift: &'a Drift,
        /// Time of the row, if rows have times.
        time: Option<String>,
    },
    /// A row was left out.
    BadRow {
        /// Number of the row.
        row: u64,
        /// Reason.
        reason: &'a str,
    },
    /// A row without a label has the id of one that waits, and takes its place.
    Replaced {
        /// Number of the row.
        row: u64,
        /// Number of the one that waited, in its own source.
        earlier: u64,
    },
    /// The source has columns, or keys, that are not looked at.
    Unused(&'a [String]),
    /// Columns of a new state hold text that is another one in each row: it is not learned from.
    Ids(&'a [String]),
}
