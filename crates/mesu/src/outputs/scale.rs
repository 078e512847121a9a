//! Running mean and deviation of targets.

/// Mean and deviation of the numbers so far (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "checkpoint", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Scale {
    count: u64,
    mean: f64,
    /// Sum of squared distances to the mean.
    squares: f64,
}

impl Scale {
    pub(crate) fn add(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    pub(crate) fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation; 1 as long as all numbers are the same.
    pub(crate) fn deviation(&self) -> f64 {
        match (self.squares / self.count.max(1) as f64).sqrt() {
            deviation if deviation > 0.0 => deviation,
            _ => 1.0,
        }
    }

    /// Number in deviations from the mean.
    pub(crate) fn standardized(&self, value: f64) -> f64 {
        (value - self.mean) / self.deviation()
    }

    /// Returns whether these can be the sums of some numbers.
    #[cfg(feature = "checkpoint")]
    pub(crate) fn is_sound(&self) -> bool {
        self.mean.is_finite() && self.squares.is_finite() && self.squares >= 0.0
    }
}
