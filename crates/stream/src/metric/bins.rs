//! Expected calibration error, answer by answer.

use serde::{Deserialize, Serialize};

/// Bins of the confidence.
const BINS: usize = 15;

/// Answers by their confidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Bins {
    counts: [u64; BINS],
    right: [u64; BINS],
    confidence: [f64; BINS],
}

impl Bins {
    pub(super) fn add(&mut self, confidence: f64, right: bool) {
        let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
        self.counts[bin] += 1;
        self.right[bin] += u64::from(right);
        self.confidence[bin] += confidence;
    }

    /// Mean distance of the confidence from the share of right answers, 0 to 1.
    pub(super) fn error(&self) -> f64 {
        let distance = |bin: usize| (self.confidence[bin] - self.right[bin] as f64).abs();
        let all: u64 = self.counts.iter().sum();
        (0..BINS).map(distance).sum::<f64>() / all as f64
    }
}
