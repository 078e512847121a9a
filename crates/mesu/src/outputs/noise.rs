//! Running estimate of the noise of targets.

/// Weight of the first estimate, in residuals: nothing of the targets is explained yet, whose variance is 1.
const FIRST: u64 = 10;

/// Squared scale of the noise, in standardized targets.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "checkpoint", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Noise {
    squared_scale: f64,
    residuals: u64,
}

impl Default for Noise {
    fn default() -> Self {
        Self {
            squared_scale: 1.0,
            residuals: FIRST,
        }
    }
}

/// Smallest squared scale: f32 holds its inverse, and targets without noise do not stop learning.
const SMALLEST: f64 = 1e-6;

impl Noise {
    pub(crate) fn squared_scale(&self) -> f64 {
        self.squared_scale
    }

    /// Takes in the mean of `count` estimates; the memory is of `window` of them.
    pub(crate) fn add(&mut self, mean: f64, count: u64, window: f64) {
        self.residuals = self.residuals.saturating_add(count);
        let share = count as f64 / (self.residuals as f64).min(window).max(count as f64);
        let next = self.squared_scale + share * (mean - self.squared_scale);
        if next.is_finite() {
            self.squared_scale = next.max(SMALLEST);
        }
    }

    /// Returns whether this can be an estimate.
    #[cfg(feature = "checkpoint")]
    pub(crate) fn is_sound(&self) -> bool {
        self.squared_scale.is_finite() && self.squared_scale >= SMALLEST
    }
}
