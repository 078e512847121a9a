//! Confidence against accuracy, in bins.

use serde::{Deserialize, Serialize};

/// Bins of equal width, from confidence 0 to 1.
pub const RELIABILITY_BINS: usize = 15;

/// The examples whose confidence falls into one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReliabilityBin {
    /// Number of examples.
    pub examples: u64,
    /// Number of them that were right.
    pub correct: u64,
    /// Sum of their confidences, each 0 to 1.
    pub confidence: f64,
}

/// Predictions sorted into bins by their confidence, the largest probability: what a reliability
/// diagram shows (Guo et al. 2017). Parts of a test can be binned apart and merged.
///
/// ```
/// let mut reliability = mesu::metric::Reliability::default();
/// reliability.add(0.9, true);
/// reliability.add(0.9, false);
/// assert!((reliability.error() - 0.4).abs() < 1e-12); // right half the time, nine tenths sure
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reliability {
    bins: [ReliabilityBin; RELIABILITY_BINS],
}

impl Reliability {
    /// Reliability of `probabilities`, `[examples][classes]`, and `labels`, `[examples]`.
    ///
    /// # Panics
    /// At other shapes.
    #[must_use]
    pub fn of(probabilities: &[f32], labels: &[u32]) -> Self {
        let mut all = Self::default();
        for (row, label) in super::calibration::rows(probabilities, labels) {
            let top = crate::numeric::argmax(row);
            all.add(f64::from(row[top]), top == label);
        }
        all
    }

    /// Adds a prediction made with `confidence`, 0 to 1. A bin holds its upper edge.
    pub fn add(&mut self, confidence: f64, correct: bool) {
        let number = (confidence * RELIABILITY_BINS as f64).ceil() as usize;
        let bin = &mut self.bins[number.clamp(1, RELIABILITY_BINS) - 1];
        bin.examples += 1;
        bin.correct += u64::from(correct);
        bin.confidence += confidence;
    }

    /// Adds the predictions of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (bin, other) in self.bins.iter_mut().zip(&other.bins) {
            bin.examples += other.examples;
            bin.correct += other.correct;
            bin.confidence += other.confidence;
        }
    }

    /// The bins, lowest confidence first.
    #[must_use]
    pub fn bins(&self) -> &[ReliabilityBin; RELIABILITY_BINS] {
        &self.bins
    }

    /// Expected calibration error, 0 to 1: the mean over the examples of their bin's
    /// |accuracy - mean confidence|; not a number without examples.
    #[must_use]
    pub fn error(&self) -> f64 {
        let examples: u64 = self.bins.iter().map(|bin| bin.examples).sum();
        let gaps = self
            .bins
            .iter()
            .map(|bin| (bin.correct as f64 - bin.confidence).abs());
        gaps.sum::<f64>() / examples as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_merge_into_the_whole() {
        let (p, labels) = (
            [0.5_f32, 0.5, 0.75, 0.25, 0.0, 1.0, 0.125, 0.875],
            [1, 0, 1, 0],
        );
        let mut merged = Reliability::of(&p[..4], &labels[..2]);
        merged.merge(&Reliability::of(&p[4..], &labels[2..]));
        assert_eq!(merged, Reliability::of(&p, &labels));
        assert_eq!(merged.bins().iter().map(|bin| bin.examples).sum::<u64>(), 4);
        assert_eq!(merged.error(), super::super::ece(&p, &labels));
        assert!(Reliability::default().error().is_nan());
    }

    #[test]
    fn edges_belong_to_the_lower_bin() {
        let mut reliability = Reliability::default();
        for confidence in [0.0, 1.0 / 15.0, 1.0] {
            reliability.add(confidence, true);
        }
        assert_eq!(reliability.bins()[0].examples, 2);
        assert_eq!(reliability.bins()[14].examples, 1);
    }
}
