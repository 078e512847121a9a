//! Noise around what a member without a noise of its own predicts.

use serde::{Deserialize, Serialize};

/// Residuals that the variance is of.
const MEMORY: f32 = 500.0;

/// Running mean of squared residuals, each at most 25 times it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Residuals {
    count: f32,
    variance: f32,
}

impl Residuals {
    pub(super) fn learn(&mut self, residual: f32) {
        self.count = (self.count + 1.0).min(MEMORY);
        let most = if self.count < 10.0 {
            f32::MAX
        } else {
            25.0 * self.variance
        };
        let square = (residual * residual).min(most.max(f32::MIN_POSITIVE));
        self.variance += (square - self.variance) / self.count;
    }

    /// Variance; above 0, and beyond all others as long as there is no residual.
    pub(super) fn variance(&self) -> f32 {
        match self.count > 0.0 {
            true => self.variance.max(1e-12),
            false => f32::MAX,
        }
    }
}
