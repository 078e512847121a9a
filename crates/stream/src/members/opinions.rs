//! Predictions of a member, of a few rows one after another.

/// Predictions of rows that follow each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Opinions {
    /// Probabilities, `[rows][outputs]`.
    pub(crate) probabilities: Vec<f32>,
    pub(crate) doubts: Vec<Doubt>,
}

/// Uncertainty of one prediction; see [`mesu::Prediction`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Doubt {
    /// Bits.
    pub(crate) epistemic: f32,
    pub(crate) spread: f32,
}

/// Prediction of one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opinion<'a> {
    pub(crate) probabilities: &'a [f32],
    pub(crate) doubt: Doubt,
}

impl Opinions {
    pub(crate) fn clear(&mut self) {
        self.probabilities.clear();
        self.doubts.clear();
    }

    /// The opinion of row `i`.
    pub(crate) fn of(&self, i: usize) -> Opinion<'_> {
        let outputs = self.probabilities.len() / self.doubts.len();
        Opinion {
            probabilities: &self.probabilities[i * outputs..(i + 1) * outputs],
            doubt: self.doubts[i],
        }
    }
}
