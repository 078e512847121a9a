//! Place of a state in its source and in the files that are made of it.

use mesu_rows::Place;
use serde::{Deserialize, Serialize};

use crate::state::Notes;

/// Place of a state: rows that it has read, and bytes that it has written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Bookmark {
    /// Name of the source that is being read.
    pub origin: String,
    /// Place in it.
    pub place: Place,
    /// True when it was read to its end.
    pub ended: bool,
    /// Rows of the sources before it.
    pub before: u64,
    /// Name of the row before the place, if rows have names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_id: Option<String>,
    /// Texts that a front end keeps, by their names.
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    pub notes: Notes,
    /// Column of the rows' times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// File of predictions, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictions: Option<Written>,
    /// Rows of the source that could not be read or learned.
    #[serde(default)]
    pub bad_rows: u64,
    /// The first of them, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_bad_rows: Vec<BadRow>,
    /// Rows of the source without a label that took the place of one that waited under the same id.
    #[serde(default, skip_serializing_if = "is_none")]
    pub replaced: u64,
    /// The first of them, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_replaced: Vec<Replaced>,
}

fn is_none(rows: &u64) -> bool {
    *rows == 0
}

/// A row that took the place of one that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Replaced {
    /// Number of the row, from 1.
    pub row: u64,
    /// Number of the one that had waited, in its own source.
    pub earlier: u64,
}

/// Predictions that belong to a state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Written {
    /// Bytes up to the state's place.
    pub bytes: u64,
    /// Classes that have a column.
    #[serde(default)]
    pub classes: Vec<String>,
    /// True if classes never seen have one together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
}

/// A row that could not be read or learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BadRow {
    /// Number of the row, from 1.
    pub row: u64,
    /// Reason.
    pub reason: String,
}

/// Most rows of one sort that are kept.
const MOST: usize = 20;

impl Bookmark {
    /// Notes a bad row.
    pub(super) fn leave_out(&mut self, row: u64, reason: &str) {
        self.bad_rows += 1;
        if self.first_bad_rows.len() < MOST {
            self.first_bad_rows.push(BadRow {
                row,
                reason: reason.to_owned(),
            });
        }
    }

    /// Notes a row that took the place of one that waited.
    pub(super) fn replace(&mut self, row: u64, earlier: u64) {
        self.replaced += 1;
        if self.first_replaced.len() < MOST {
            self.first_replaced.push(Replaced { row, earlier });
        }
    }

    /// The beginning of another source, behind all that was read.
    #[must_use]
    pub fn of_next(&self, origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            before: self.before + self.place.rows,
            time: self.time.clone(),
            notes: self.notes.clone(),
            ..Self::default()
        }
    }
}
