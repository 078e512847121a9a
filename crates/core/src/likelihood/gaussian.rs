//! Normal noise, of a variance that is given, or that the network says.

use core::f64::consts::PI;

use super::{Continuous, Likelihood};
use crate::real::Real;

/// Largest square of a residual, in variances, that says something of the variance.
const LARGEST_RATIO: f64 = 25.0;

/// Normal noise of a given variance around the one output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Variance of the noise, above 0.
    pub variance: f64,
}

impl Likelihood for Gaussian {
    type Target<R: Real> = R;

    fn gradient<R: Real>(&self, outputs: &mut [R], target: R, scale: R) -> R {
        let [mean] = outputs else {
            panic!("a Gaussian has one output")
        };
        let precision = target.constant(1.0 / self.variance);
        let off = *mean - target;
        *mean = scale * (off * precision);
        let constant = target.constant(0.5 * libm::log(2.0 * PI * self.variance));
        (off * off * precision).mul_add(target.constant(0.5), constant)
    }
}

impl Continuous for Gaussian {
    fn outputs(&self) -> usize {
        1
    }

    fn moments<R: Real>(&self, outputs: &[R]) -> (R, R) {
        (outputs[0], outputs[0].constant(self.variance))
    }

    fn scale_estimate(&self, squared_residual: f64) -> f64 {
        squared_residual.min(LARGEST_RATIO * self.variance)
    }

    fn information<R: Real>(&self, outputs: &mut [R]) {
        outputs[0] = outputs[0].constant(1.0 / self.variance);
    }
}

/// Normal noise whose mean and log variance are the two outputs.
///
/// The log variance counts as its nearest number in [-6, 3], and beyond has no gradient but back; a squared residual
/// counts as at most 25 variances in the gradient of the log variance. Targets are to have a variance of about 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heteroscedastic;

impl Heteroscedastic {
    /// Range of the log variance.
    const RANGE: (f64, f64) = (-6.0, 3.0);
}

impl Likelihood for Heteroscedastic {
    type Target<R: Real> = R;

    fn gradient<R: Real>(&self, outputs: &mut [R], target: R, scale: R) -> R {
        let [mean, log_variance] = outputs else {
            panic!("heteroscedastic noise has two outputs")
        };
        let (zero, half) = (target.constant(0.0), target.constant(0.5));
        let (low, high) = (
            target.constant(Self::RANGE.0),
            target.constant(Self::RANGE.1),
        );
        let s = log_variance.limit(low, high);
        let precision = (zero - s).exp();
        let off = *mean - target;
        let ratio = off * off * precision;
        let counted = ratio.limit(zero, target.constant(LARGEST_RATIO));
        let to_s = half * (target.constant(1.0) - counted);
        // Beyond the range, what leads further away is left out.
        let above = (*log_variance - high).choose(to_s.choose(to_s, zero), to_s);
        let below = (low - *log_variance).choose(to_s.choose(zero, to_s), above);
        *mean = scale * (off * precision);
        *log_variance = scale * below;
        half * (s + ratio + target.constant(libm::log(2.0 * PI)))
    }
}

impl Continuous for Heteroscedastic {
    fn outputs(&self) -> usize {
        2
    }

    fn moments<R: Real>(&self, outputs: &[R]) -> (R, R) {
        let (low, high) = Self::RANGE;
        let s = outputs[1];
        (outputs[0], s.limit(s.constant(low), s.constant(high)).exp())
    }

    /// The network says its noise: nothing is estimated beside it.
    fn scale_estimate(&self, _: f64) -> f64 {
        1.0
    }

    fn information<R: Real>(&self, outputs: &mut [R]) {
        let (_, variance) = self.moments(outputs);
        outputs[0] = variance.constant(1.0) / variance;
        outputs[1] = variance.constant(0.5);
    }
}
