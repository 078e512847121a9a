//! An answer whose label is known.

use mesu_rows::Value;

use crate::answer::{Answer, Truth};

/// An answer whose label is known, and the row that it is to.
pub(crate) struct Scored<'a> {
    pub(crate) answer: &'a Answer,
    pub(crate) truth: Truth,
    /// Loss of the answer, nats.
    pub(crate) loss: f64,
    /// Weights of the members after it.
    pub(crate) weights: &'a [f64],
    /// Rows that the learner was given, this one included.
    pub(crate) rows: u64,
    /// Number of the row in its source.
    pub(crate) row: u64,
    pub(crate) id: Option<&'a str>,
    pub(crate) time: Option<&'a Value>,
}

impl Scored<'_> {
    /// Returns whether a class was told rightly; false of values.
    pub(super) fn is_right(&self) -> bool {
        match (self.answer.class(), self.truth) {
            (Some(answer), Truth::Class(class)) => answer.class == Some(class),
            _ => false,
        }
    }

    /// Total and epistemic uncertainty: bits, or variances.
    pub(super) fn uncertainty(&self) -> (f64, f64) {
        match (self.answer.class(), self.answer.value()) {
            (Some(answer), _) => (f64::from(answer.total), f64::from(answer.epistemic)),
            (None, Some(answer)) => (answer.total, answer.epistemic),
            (None, None) => (0.0, 0.0),
        }
    }
}
