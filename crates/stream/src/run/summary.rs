//! Numbers of a learner in one record.

use serde::{Serialize, Serializer};

use super::bookmark::{BadRow, Bookmark, Replaced};
use super::labels::Labeled;
use super::learn::Learned;
use crate::drift::Drift;
use crate::learner::{MemberReport, StreamLearner};
use crate::metric::{ClassRates, Measures};

/// Summary of what a learner has seen, and how it fared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Rows that it was given to learn, of all sources.
    pub rows: u64,
    /// Rows of these whose label came.
    pub labeled: u64,
    /// Measures of all answers to them.
    #[serde(flatten, serialize_with = "without_rows")]
    pub measures: Measures,
    /// Measures of the last 1,000 of them.
    pub window: Measures,
    /// Recall and precision of each class; none of values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassRates>,
    /// Changes of the stream, the last 1,000.
    pub drifts: Vec<Drift>,
    /// Members of the mixture.
    pub members: Vec<MemberReport>,
    /// Rows of the last source that could not be read or learned.
    pub bad_rows: u64,
    /// The first of them, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_bad_rows: Vec<BadRow>,
    /// Rows that wait for their labels.
    pub waiting: usize,
    /// Rows that waited and were given up.
    pub given_up: u64,
    /// Rows of the last source without a label that took the place of one that waited under the same id.
    pub replaced: u64,
    /// The first of them, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_replaced: Vec<Replaced>,
    /// Rows that the run has learned or predicted; none of a state that is only looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_rows: Option<u64>,
    /// The same a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_second: Option<f64>,
    /// Most memory that the process has held, bytes, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
}

impl Summary {
    /// The numbers of a learner.
    #[must_use]
    pub fn new(learner: &StreamLearner, bookmark: &Bookmark) -> Self {
        let measures = learner.measures();
        let (waiting, given_up) = learner.waiting();
        Self {
            rows: learner.rows(),
            labeled: scored(&measures),
            measures,
            window: learner.window(),
            classes: learner.class_rates(),
            drifts: learner.drifts().to_vec(),
            members: learner.members(),
            bad_rows: bookmark.bad_rows,
            first_bad_rows: bookmark.first_bad_rows.clone(),
            waiting,
            given_up,
            replaced: bookmark.replaced,
            first_replaced: bookmark.first_replaced.clone(),
            new_rows: None,
            rows_per_second: None,
            peak_memory_bytes: None,
        }
    }

    fn with_speed(self, rows: u64, seconds: f64) -> Self {
        Self {
            new_rows: Some(rows),
            rows_per_second: (seconds > 0.0).then(|| rows as f64 / seconds),
            ..self
        }
    }
}

impl From<&Learned> for Summary {
    fn from(learned: &Learned) -> Self {
        let summary = Self::new(&learned.learner, &learned.bookmark);
        summary.with_speed(learned.new_rows, learned.seconds)
    }
}

impl From<&Labeled> for Summary {
    fn from(labeled: &Labeled) -> Self {
        let summary = Self::new(&labeled.learner, &labeled.bookmark);
        summary.with_speed(labeled.learned, labeled.seconds)
    }
}

/// Rows that measures are of.
pub(super) fn scored(measures: &Measures) -> u64 {
    match measures {
        Measures::Class(measures) => measures.rows,
        Measures::Value(measures) => measures.rows,
    }
}

/// Measures beside which their number of rows has a key of its own.
fn without_rows<S: Serializer>(measures: &Measures, serializer: S) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(measures).map_err(serde::ser::Error::custom)?;
    if let Some(map) = value.as_object_mut() {
        map.remove("rows");
    }
    value.serialize(serializer)
}
