//! Rows that are unlike any before, by the spread of the networks' logits.

use serde::{Deserialize, Serialize};

/// Rows that the usual spread is of.
const MEMORY: f64 = 2_000.0;

/// Rows before the first that can be a stranger.
const LEAST: f64 = 100.0;

/// The usual spread: mean and variance of its logarithm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Strangers {
    /// Deviations above the mean from which on a row is a stranger; 0 for none.
    deviations: f64,
    count: f64,
    mean: f64,
    variance: f64,
}

impl Strangers {
    pub(crate) fn new(deviations: f64) -> Self {
        Self {
            deviations,
            count: 0.0,
            mean: 0.0,
            variance: 0.0,
        }
    }

    /// Deviations of a spread above the usual.
    fn above(&self, spread: f32) -> f64 {
        match self.variance > 0.0 {
            true => (logarithm(spread) - self.mean) / self.variance.sqrt(),
            false => 0.0,
        }
    }

    /// Returns whether a row of this spread is unlike those before.
    pub(crate) fn is(&self, spread: f32) -> bool {
        self.deviations > 0.0 && self.count >= LEAST && self.above(spread) > self.deviations
    }

    pub(crate) fn learn(&mut self, spread: f32) {
        self.count = (self.count + 1.0).min(MEMORY);
        let share = 1.0 / self.count;
        let off = logarithm(spread) - self.mean;
        self.mean += share * off;
        self.variance = (1.0 - share) * (self.variance + share * off * off);
    }
}

fn logarithm(spread: f32) -> f64 {
    libm::log(f64::from(spread).max(1e-12))
}
