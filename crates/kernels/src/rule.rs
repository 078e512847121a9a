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

/// What a rule keeps of one synapse, or of a vector of them: one number in each of a layer's planes.
pub trait State<R: Real>: Copy {
    /// Number of planes, 1 to [`MAX_PLANES`].
    const PLANES: usize;
    /// Whether the second plane is a standard deviation; else weights are points.
    const GAUSSIAN: bool;
    /// The state whose numbers `plane` gives.
    fn read(plane: impl Fn(usize) -> R) -> Self;
    /// Hands every number to `plane`.
    fn write(self, plane: impl FnMut(usize, R));
    /// The weight, or the mean of its distribution.
    fn mean(self) -> R;
    /// Its standard deviation, unless the weight is a point.
    fn sigma(self) -> Option<R>;
}

impl<R: Real> State<R> for Synapse<R> {
    const PLANES: usize = 2;
    const GAUSSIAN: bool = true;
    #[inline(always)]
    fn read(plane: impl Fn(usize) -> R) -> Self {
        Self {
            mu: plane(0),
            sigma: plane(1),
        }
    }
    #[inline(always)]
    fn write(self, mut plane: impl FnMut(usize, R)) {
        plane(0, self.mu);
        plane(1, self.sigma);
    }
    #[inline(always)]
    fn mean(self) -> R {
        self.mu
    }
    #[inline(always)]
    fn sigma(self) -> Option<R> {
        Some(self.sigma)
    }
}

/// Most planes that a layer has.
pub const MAX_PLANES: usize = 8;

/// A pure function of one synapse and its gradient, inlined into every kernel that updates.
///
/// Rules of point weights see a gradient whose `r` and `x_squared` mean nothing.
pub trait Rule: Copy + Send + Sync {
    /// What is kept of a synapse: of an `f64` in tests, of a vector in the kernels.
    type State<R: Real>: State<R>;

    /// Whether the kernels that do several things in one pass are compiled for this rule, several
    /// neurons at a time: the fastest form, at ten times the code. Results are the same but for rounding.
    const FUSED: bool = false;

    /// The synapse after one update.
    fn step<R: Real>(&self, state: Self::State<R>, gradient: Gradient<R>) -> Self::State<R>;

    /// The rule for the update after `updates` others: rates may depend on it.
    #[must_use]
    fn at(&self, updates: u64) -> Self {
        let _ = updates;
        *self
    }
}
