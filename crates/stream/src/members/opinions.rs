//! Predictions of a member, of a few rows one after another.

/// Predictions of rows that follow each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Opinions {
    /// `[rows][outputs]`: probabilities of classes; or mean and variance of a value.
    pub(crate) numbers: Vec<f32>,
    pub(crate) doubts: Vec<Doubt>,
}

/// Uncertainty of one prediction; see [`mesu::Prediction`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Doubt {
    /// Bits, or a variance.
    pub(crate) epistemic: f32,
    pub(crate) spread: f32,
}

/// Numbers of an opinion on a value: mean and variance.
pub(crate) const OF_VALUE: usize = 2;

impl Opinions {
    pub(crate) fn clear(&mut self) {
        self.numbers.clear();
        self.doubts.clear();
    }

    /// Adds the opinion that a value has this mean and variance.
    pub(crate) fn push_value(&mut self, mean: f32, variance: f32, doubt: Doubt) {
        self.numbers.extend([mean, variance]);
        self.doubts.push(doubt);
    }

    /// Numbers of the opinion on the last row.
    pub(crate) fn last(&self) -> &[f32] {
        self.of(self.doubts.len() - 1)
    }

    /// Numbers of the opinion on row `i`.
    pub(crate) fn of(&self, i: usize) -> &[f32] {
        let outputs = self.numbers.len() / self.doubts.len();
        &self.numbers[i * outputs..(i + 1) * outputs]
    }
}
