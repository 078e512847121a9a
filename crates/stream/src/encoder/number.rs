//! Numbers, by their running mean and deviation.

use serde::{Deserialize, Serialize};

use crate::schema::Scale;

/// Deviations from the mean at which a number is cut off.
const CLIP: f64 = 5.0;

/// Deviations of a given scale at which a number is cut off: far beyond what data have, and near enough for one row not to
/// break what has learned.
const FAR: f64 = 50.0;

/// The same of numbers that are taken as they are.
const FAR_UNSCALED: f64 = 1e6;

/// Running mean and deviation (Welford 1962) and range of a column's numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scaling {
    count: u64,
    mean: f64,
    /// Sum of the squared distances from the mean.
    squares: f64,
    /// One over the deviation; 0 as long as all numbers are the same.
    inverse: f64,
    low: f64,
    high: f64,
}

impl Scaling {
    pub(crate) fn learn(&mut self, x: f64) {
        if self.count == 0 {
            (self.low, self.high) = (x, x);
        }
        (self.low, self.high) = (self.low.min(x), self.high.max(x));
        self.count += 1;
        let before = x - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (x - self.mean);
        let variance = self.squares / self.count as f64;
        self.inverse = if variance > 0.0 {
            1.0 / variance.sqrt()
        } else {
            0.0
        };
        if !self.inverse.is_finite() {
            self.inverse = 0.0;
        }
    }

    /// Deviations from the mean, at most [`CLIP`].
    pub(crate) fn of(&self, x: f64) -> f32 {
        ((x - self.mean) * self.inverse).clamp(-CLIP, CLIP) as f32
    }

    /// Place in the range seen: -1 of the smallest number, 1 of the largest, at most [`CLIP`] beyond. As long
    /// as all numbers are the same, these are the smallest.
    pub(crate) fn place(&self, x: f64) -> f32 {
        let range = self.high - self.low;
        if range > 0.0 {
            (2.0 * (x - self.low) / range - 1.0).clamp(-CLIP, CLIP) as f32
        } else if x > self.low {
            1.0
        } else {
            -1.0
        }
    }

    /// Returns whether a number is farther from the mean than it is told.
    pub(crate) fn is_beyond(&self, x: f64) -> bool {
        self.count > 0 && (x < self.low || x > self.high) && {
            let away = (x - self.mean) * self.inverse;
            self.inverse == 0.0 || away.abs() >= CLIP
        }
    }

    /// Numbers learned, their mean and deviation, and the smallest and the largest; `None` as long as there
    /// are none.
    pub(crate) fn summary(&self) -> Option<Summary> {
        (self.count > 0).then(|| Summary {
            count: self.count,
            mean: self.mean,
            deviation: (self.squares / self.count as f64).sqrt(),
            low: self.low,
            high: self.high,
        })
    }
}

impl Scale {
    /// Deviations from the mean, cut off where they are far.
    pub(super) fn of(self, x: f64) -> f32 {
        let far = match (self.mean, self.deviation) {
            (_, 0.0) => return 0.0,
            (0.0, 1.0) => FAR_UNSCALED,
            _ => FAR,
        };
        ((x - self.mean) / self.deviation).clamp(-far, far) as f32
    }
}

/// Numbers of a column so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Rows with a number.
    pub count: u64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// Smallest.
    pub low: f64,
    /// Largest.
    pub high: f64,
}
