//! Expected calibration error, answer by answer.

use mesu::metric::ReliabilityBin;
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

    /// Distance that chance alone makes, on average, where every confidence is right.
    pub(super) fn chance(&self) -> f64 {
        let distance = |bin: usize| {
            let rows = self.counts[bin] as f64;
            let mean = self.confidence[bin] / rows.max(1.0);
            // Mean distance of a normal density of this variance.
            (std::f64::consts::FRAC_2_PI * rows * mean * (1.0 - mean)).sqrt()
        };
        let all: u64 = self.counts.iter().sum();
        (0..BINS).map(distance).sum::<f64>() / all as f64
    }

    /// Each bin, the least confident first.
    pub(super) fn list(&self) -> Vec<ReliabilityBin> {
        let bin = |bin: usize| ReliabilityBin {
            examples: self.counts[bin],
            correct: self.right[bin],
            confidence: self.confidence[bin],
        };
        (0..BINS).map(bin).collect()
    }
}
