//! Standardization of features, each with its own mean and deviation.

/// Largest minus least value, in units of the largest size's resolution, up to which a feature is constant: so
/// much is the rounding of one number that was computed in two ways.
const ROUNDING: f64 = 2.0;

/// Share of the deviation that rounding the mean to f32 may shift a feature by.
pub(super) const SHIFT: f64 = 1e-5;

/// Mean and standard deviation of one feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    mean: f32,
    /// The mean minus `mean`, where that is much of the deviation; else 0. Numbers like 1.7e9 are multiples of
    /// 128 in f32: their differences are exact, but a mean in between is not among them.
    rest: f32,
    /// Infinite if the feature does not vary, which makes it 0.
    std: f32,
}

impl Scale {
    #[inline]
    pub(super) fn apply(self, feature: f32) -> f32 {
        (feature - self.mean - self.rest) / self.std
    }

    /// Mean and deviation; 0 of a feature that does not vary.
    pub(super) fn moments(self) -> (f64, f64) {
        let mean = f64::from(self.mean) + f64::from(self.rest);
        match self.std.is_finite() {
            true => (mean, self.std.into()),
            false => (mean, 0.0),
        }
    }
}

/// Range, mean and variance of one feature's values.
#[derive(Clone, Copy)]
pub(super) struct Moments {
    least: f32,
    largest: f32,
    mean: f64,
    pub(super) variance: f64,
}

impl Moments {
    /// Moments of each of `width` features, by two passes in f64.
    pub(super) fn of_each(numbers: &[f32], width: usize) -> Vec<Self> {
        let none = Self {
            least: f32::INFINITY,
            largest: f32::NEG_INFINITY,
            mean: 0.0,
            variance: 0.0,
        };
        let (mut each, count) = (vec![none; width], (numbers.len() / width) as f64);
        for row in numbers.chunks_exact(width) {
            for (moments, x) in each.iter_mut().zip(row) {
                moments.mean += f64::from(*x) / count;
                moments.least = moments.least.min(*x);
                moments.largest = moments.largest.max(*x);
            }
        }
        for row in numbers.chunks_exact(width) {
            for (moments, x) in each.iter_mut().zip(row) {
                moments.variance += (f64::from(*x) - moments.mean).powi(2) / count;
            }
        }
        each
    }

    /// Returns whether the values differ by more than the rounding of f32.
    pub(super) fn varies(&self) -> bool {
        let [least, largest] = [self.least, self.largest].map(f64::from);
        let resolution = f64::from(f32::EPSILON) * largest.abs().max(least.abs());
        // Below the normal numbers of f32 nothing can be divided by.
        largest - least > ROUNDING * resolution && self.variance.sqrt() as f32 >= f32::MIN_POSITIVE
    }

    /// The scale that makes mean 0 and standard deviation 1, or less if that is below `floor`.
    pub(super) fn scale(&self, floor: f64) -> Scale {
        let (mean, std) = (self.mean as f32, self.variance.sqrt());
        let rest = self.mean - f64::from(mean);
        Scale {
            mean,
            rest: match rest.abs() > SHIFT * std {
                true => rest as f32,
                false => 0.0,
            },
            std: match self.varies() {
                true => std.max(floor) as f32,
                false => f32::INFINITY,
            },
        }
    }
}
