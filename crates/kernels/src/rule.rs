//! What an update rule is.

use crate::Real;

/// The Gaussian of one weight: mean and standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Synapse<R> {
    /// Mean.
    pub mu: R,
    /// Standard deviation, > 0.
    pub sigma: R,
}

/// Gradient of the expected negative log-likelihood C with respect to one synapse, as products of
/// what comes back from its output and what went into it:
///
/// ```text
/// dC/dmu = d x      dC/dsigma = sigma r x_squared
/// ```
///
/// In an update of rank one, d and r are the same along a row: kept apart, what a rule multiplies
/// them with is computed once a row and not once a synapse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient<R> {
    /// dC/da, with a the pre-activation.
    pub d: R,
    /// The input.
    pub x: R,
    /// 2 dC/dv, with v the variance of the pre-activation.
    pub r: R,
    /// The square of the input.
    pub x_squared: R,
}

impl<R: Real> Gradient<R> {
    /// The gradient with these derivatives; `variance` is `dC/dsigma / sigma`.
    #[inline(always)]
    pub fn new(mu: R, variance: R) -> Self {
        Self {
            d: mu,
            x: mu.constant(1.0),
            r: variance,
            x_squared: mu.constant(1.0),
        }
    }

    /// dC/dmu.
    #[inline(always)]
    pub fn mu(&self) -> R {
        self.d * self.x
    }

    /// `dC/dsigma / sigma`, which is 2 dC/d(sigma^2).
    #[inline(always)]
    pub fn variance(&self) -> R {
        self.r * self.x_squared
    }
}

/// A pure function of one synapse and its gradient, inlined into every kernel that updates.
pub trait Rule: Copy + Send + Sync {
    /// The synapse after one update.
    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R>;
}
