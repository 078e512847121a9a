//! Noise with outliers.

use core::f64::consts::PI;

use super::{Continuous, Likelihood};
use crate::real::Real;

/// Student's t distribution of a given scale around the one output: far residuals count little.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentT {
    degrees: f64,
    squared_scale: f64,
    /// -ln p where the residual is 0.
    constant: f64,
}

impl StudentT {
    /// Noise of `degrees` of freedom, above 2, and the square of its scale, above 0. Its variance is
    /// `squared_scale * degrees / (degrees - 2)`.
    #[must_use]
    pub fn new(degrees: f64, squared_scale: f64) -> Self {
        let gammas = libm::lgamma(0.5 * degrees) - libm::lgamma(0.5 * (degrees + 1.0));
        Self {
            degrees,
            squared_scale,
            constant: gammas + 0.5 * libm::log(PI * degrees * squared_scale),
        }
    }
}

impl Likelihood for StudentT {
    type Target<R: Real> = R;

    fn gradient<R: Real>(&self, outputs: &mut [R], target: R, scale: R) -> R {
        let [mean] = outputs else {
            panic!("Student's t distribution has one output")
        };
        let one_more = target.constant(self.degrees + 1.0);
        let width = target.constant(self.degrees * self.squared_scale);
        let off = *mean - target;
        let square = off * off;
        *mean = scale * (one_more * off / (width + square));
        let far = (target.constant(1.0) + square / width).ln();
        (target.constant(0.5) * one_more).mul_add(far, target.constant(self.constant))
    }
}

impl Continuous for StudentT {
    fn outputs(&self) -> usize {
        1
    }

    fn moments<R: Real>(&self, outputs: &[R]) -> (R, R) {
        let variance = self.squared_scale * self.degrees / (self.degrees - 2.0);
        (outputs[0], outputs[0].constant(variance))
    }

    /// The step of expectation maximization: the residual with the weight that the distribution gives it.
    fn scale_estimate(&self, squared_residual: f64) -> f64 {
        let weight = (self.degrees + 1.0) / (self.degrees + squared_residual / self.squared_scale);
        weight * squared_residual
    }

    fn information<R: Real>(&self, outputs: &mut [R]) {
        let share = (self.degrees + 1.0) / (self.degrees + 3.0);
        outputs[0] = outputs[0].constant(share / self.squared_scale);
    }
}
