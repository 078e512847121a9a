//! Likelihoods: the meaning of a network's outputs.
//!
//! A likelihood gives the density of a target, given the outputs of one noise sample, and its gradient, at which
//! learning begins. C is the mean over the samples of -ln p(target | outputs), so that everything below the
//! outputs is the same whatever the target is. With outputs m (and s), a target z and e = z - m:
//!
//! | likelihood | target | -ln p, but for a constant | gradient |
//! |---|---|---|---|
//! | [`Categorical`] | class c | ln sum_k exp(m_k) - m_c | p_k - (k = c) |
//! | [`Gaussian`], variance v | number | ln(v)/2 + e^2/2v | -e/v |
//! | [`Heteroscedastic`], s = ln v | number | s/2 + e^2 exp(-s)/2 | -e exp(-s), (1 - e^2 exp(-s))/2 |
//! | [`StudentT`], degrees n, scale t | number | ln(t) + (n+1)/2 ln(1 + e^2/nt^2) | -(n+1) e/(n t^2 + e^2) |
//!
//! ```
//! use mesu_core::likelihood::{Gaussian, Likelihood};
//!
//! let mut outputs = [0.5f64];
//! let nll = Gaussian { variance: 0.25 }.gradient(&mut outputs, 1.0, 1.0);
//! assert!((nll - (0.5 * (2.0 * std::f64::consts::PI * 0.25).ln() + 0.5)).abs() < 1e-12);
//! assert_eq!(outputs, [-2.0]);
//! ```

mod categorical;
mod gaussian;
mod student_t;
#[cfg(test)]
mod tests;

use crate::real::Real;

pub use self::categorical::{Categorical, softmax};
pub use self::gaussian::{Gaussian, Heteroscedastic};
pub use self::student_t::StudentT;

/// Density of a target, given a network's outputs.
pub trait Likelihood: Copy {
    /// Type of a target.
    type Target<R: Real>: Copy;

    /// Turns the outputs of one sample into `scale` times the gradient of -ln p(target | outputs); returns
    /// -ln p, in nats, without the scale.
    ///
    /// # Panics
    /// When there are not as many outputs as the likelihood has, or the target is no class.
    fn gradient<R: Real>(&self, outputs: &mut [R], target: Self::Target<R>, scale: R) -> R;
}

/// Likelihood of numbers.
pub trait Continuous {
    /// Number of outputs.
    fn outputs(&self) -> usize;

    /// Mean and variance of the target, given the outputs of one sample.
    ///
    /// # Panics
    /// When there are not as many outputs as the likelihood has.
    fn moments<R: Real>(&self, outputs: &[R]) -> (R, R);

    /// Estimate of the squared scale of the noise from a squared residual e^2; its mean over many residuals is the
    /// next scale of likelihoods that are told of it. Bounded, so that one outlier says little.
    fn scale_estimate(&self, squared_residual: f64) -> f64;

    /// Turns the outputs of one sample into the Fisher information of each, which is the mean of the loss's second
    /// derivative over the targets that the outputs expect; at least 0. That of two of them is 0.
    ///
    /// # Panics
    /// When there are not as many outputs as the likelihood has.
    fn information<R: Real>(&self, outputs: &mut [R]);
}
