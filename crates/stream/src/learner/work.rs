//! What is at hand while rows are learned.

use crate::answer::ClassAnswer;
use crate::members::{Lesson, Opinions};
use crate::mixer::Mixed;

/// Room for the work on rows.
#[derive(Default)]
pub(super) struct Work {
    /// `[rows][inputs]`.
    pub(super) inputs: Vec<f32>,
    pub(super) out_of_range: Vec<f32>,
    pub(super) lessons: Vec<Option<Lesson>>,
    /// Of each member.
    pub(super) opinions: Vec<Opinions>,
    /// Probabilities of the members for one row, `[members][entries]`.
    pub(super) entries: Vec<f64>,
    pub(super) mixed: Mixed,
}

/// An answer whose label has come.
#[derive(Clone, Copy)]
pub(super) struct Settled<'a> {
    pub(super) answer: &'a ClassAnswer,
    /// Classes that were known when it was given.
    pub(super) known: usize,
}
