//! Histograms of numbers whose range is not known before.

use serde::{Deserialize, Serialize};

/// Bins.
const BINS: usize = 256;

/// Width of the bins at first.
const FIRST: f64 = 1.0 / 4_096.0;

/// Histogram of numbers from 0 on, those of right answers and those of wrong ones, in 256 bins of equal
/// width. The bins double in width, pair by pair, when a number is beyond the last: at most half of them are
/// empty at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    width: f64,
    /// Numbers of right and of wrong answers in each bin.
    counts: Vec<[u64; 2]>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            width: FIRST,
            counts: vec![[0; 2]; BINS],
        }
    }
}

impl Histogram {
    pub(super) fn is_sound(&self) -> bool {
        self.counts.len() == BINS && self.width > 0.0 && self.width.is_finite()
    }

    pub(super) fn add(&mut self, x: f64, right: bool) {
        // Not a number, or one that no doubling reaches soon.
        if x.is_nan() || x >= 1e6 {
            return;
        }
        while x >= self.width * BINS as f64 {
            self.double();
        }
        // The quotient of a negative number is cut to 0.
        let bin = ((x / self.width) as usize).min(BINS - 1);
        self.counts[bin][usize::from(!right)] += 1;
    }

    fn double(&mut self) {
        self.width *= 2.0;
        for bin in 0..BINS {
            self.counts[bin] = match 2 * bin {
                first if first < BINS => {
                    let [a, b] = [self.counts[first], self.counts[first + 1]];
                    [a[0] + b[0], a[1] + b[1]]
                }
                _ => [0; 2],
            };
        }
    }

    /// Width of a bin.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Counts of right and of wrong answers in each bin, `[256][2]`, the first from 0 on.
    #[must_use]
    pub fn counts(&self) -> &[[u64; 2]] {
        &self.counts
    }

    /// Probability that the number of a wrong answer is above that of a right one, a half for two in one bin
    /// (AUROC); `None` as long as there are not both.
    #[must_use]
    pub fn auroc(&self) -> Option<f64> {
        let (mut below, mut pairs, mut wrong) = (0.0, 0.0, 0.0);
        for [of_right, of_wrong] in &self.counts {
            let (of_right, of_wrong) = (*of_right as f64, *of_wrong as f64);
            pairs += of_wrong * (below + 0.5 * of_right);
            below += of_right;
            wrong += of_wrong;
        }
        (below > 0.0 && wrong > 0.0).then(|| pairs / (below * wrong))
    }
}
