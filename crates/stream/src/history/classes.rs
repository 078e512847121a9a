//! Answers that are classes: how sure they were, and what was taken for what.

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use crate::answer::ClassAnswer;

/// Most classes that a confusion matrix tells apart; the first to come.
pub const CONFUSED: usize = 20;

/// Rows and columns of a confusion matrix: those classes, and all others.
const SIDE: usize = CONFUSED + 1;

/// Answers that are classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassHistory {
    total: Histogram,
    epistemic: Histogram,
    /// `[SIDE][SIDE]`: rows of each class by the class that was told.
    confusion: Vec<u64>,
}

impl Default for ClassHistory {
    fn default() -> Self {
        Self {
            total: Histogram::default(),
            epistemic: Histogram::default(),
            confusion: vec![0; SIDE * SIDE],
        }
    }
}

impl ClassHistory {
    pub(super) fn is_sound(&self) -> bool {
        self.total.is_sound() && self.epistemic.is_sound() && self.confusion.len() == SIDE * SIDE
    }

    pub(super) fn add(&mut self, answer: &ClassAnswer, class: u32) {
        // The first row of all has no answer.
        let Some(told) = answer.class else { return };
        let right = told == class;
        self.total.add(f64::from(answer.total), right);
        self.epistemic.add(f64::from(answer.epistemic), right);
        let place = |class: u32| (class as usize).min(CONFUSED);
        self.confusion[place(class) * SIDE + place(told)] += 1;
    }

    /// Total uncertainty, bits.
    #[must_use]
    pub fn total(&self) -> &Histogram {
        &self.total
    }

    /// Epistemic uncertainty, bits.
    #[must_use]
    pub fn epistemic(&self) -> &Histogram {
        &self.epistemic
    }

    /// Number of rows of each class by the class that was told, `[true][told]`, of so many `classes`: of more
    /// than 20 the last row and column are of all others.
    #[must_use]
    pub fn confusion(&self, classes: usize) -> Vec<Vec<u64>> {
        let side = classes.min(SIDE);
        let rows = self.confusion.chunks_exact(SIDE).take(side);
        rows.map(|row| row[..side].to_vec()).collect()
    }
}
