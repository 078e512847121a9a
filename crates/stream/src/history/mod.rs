//! Memory of a learner of its own answers, of a size that does not grow with the rows: how it fared over
//! time, how sure it was where it was right and where it was wrong, and the rows that stood out.

mod classes;
mod histogram;
mod noted;
mod scored;
mod trace;
mod values;

use serde::{Deserialize, Serialize};

pub use self::classes::{CONFUSED, ClassHistory};
pub use self::histogram::Histogram;
use self::noted::Noted;
pub use self::noted::{NotedRow, NotedTold};
pub(crate) use self::scored::Scored;
use self::trace::Trace;
pub use self::trace::{TracePoint, TraceScore, Uncertainty};
pub use self::values::{DeviationBin, ValueHistory};
use crate::answer::{Told, Truth};
use crate::drift::MOST_DRIFTS;
use crate::schema::Target;

/// History of a learner's answers to rows with a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    trace: Trace,
    detail: Detail,
    noted: Noted,
    /// Rows of the learner after which a change of the stream was told, the last 1,000.
    changes: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Detail {
    Classes(ClassHistory),
    Values(ValueHistory),
}

impl History {
    pub(crate) fn new(target: &Target) -> Self {
        Self {
            trace: Trace::default(),
            detail: match target {
                Target::Class { .. } => Detail::Classes(ClassHistory::default()),
                Target::Value => Detail::Values(ValueHistory::default()),
            },
            noted: Noted::default(),
            changes: Vec::new(),
        }
    }

    /// Returns whether its parts fit each other and a schema's target.
    pub(crate) fn is_sound(&self, target: &Target) -> bool {
        match (&self.detail, target) {
            (Detail::Classes(classes), Target::Class { .. }) => classes.is_sound(),
            (Detail::Values(values), Target::Value) => values.is_sound(),
            _ => false,
        }
    }

    /// Takes in an answer and its label.
    pub(crate) fn add(&mut self, scored: &Scored<'_>) {
        self.trace.add(scored);
        self.noted.add(scored);
        match (&mut self.detail, &scored.answer.told, scored.truth) {
            (Detail::Classes(classes), Told::Class(answer), Truth::Class(class)) => {
                classes.add(answer, class);
            }
            (Detail::Values(values), Told::Value(answer), Truth::Value(value)) => {
                values.add(answer, value);
            }
            _ => {}
        }
    }

    /// Takes in that a change of the stream was told after so many rows.
    pub(crate) fn changed(&mut self, rows: u64) {
        if self.changes.len() == MOST_DRIFTS {
            self.changes.remove(0);
        }
        self.changes.push(rows);
    }

    /// Answers over time, the oldest first, as means over at most `most` stretches of rows (1 if 0 is asked
    /// for); there are never more than 400.
    #[must_use]
    pub fn trace(&self, most: usize) -> Vec<TracePoint> {
        self.trace.points(most)
    }

    /// Numbers of rows, of all sources, after which a change of the stream was told, the last 1,000.
    #[must_use]
    pub fn changes(&self) -> &[u64] {
        &self.changes
    }

    /// Rows of the smallest total uncertainty, at most 10, the surest first. The first 100 rows are left out,
    /// here and in the other lists.
    #[must_use]
    pub fn surest(&self) -> &[NotedRow] {
        &self.noted.surest
    }

    /// Rows of the largest total uncertainty, at most 10, the least sure first.
    #[must_use]
    pub fn least_sure(&self) -> &[NotedRow] {
        &self.noted.least_sure
    }

    /// Rows of the largest loss, at most 10, the most surprising first.
    #[must_use]
    pub fn most_surprising(&self) -> &[NotedRow] {
        &self.noted.most_surprising
    }

    /// Part about classes; `None` of values.
    #[must_use]
    pub fn classes(&self) -> Option<&ClassHistory> {
        match &self.detail {
            Detail::Classes(classes) => Some(classes),
            Detail::Values(_) => None,
        }
    }

    /// Part about values; `None` of classes.
    #[must_use]
    pub fn values(&self) -> Option<&ValueHistory> {
        match &self.detail {
            Detail::Classes(_) => None,
            Detail::Values(values) => Some(values),
        }
    }
}

#[cfg(test)]
mod tests;
