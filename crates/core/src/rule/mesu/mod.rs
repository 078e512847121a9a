//! MESU (Bonnet et al. 2025): a diagonal Newton step on the mean, evidence and forgetting on the
//! standard deviation. With C the expected negative log-likelihood and N the memory window,
//!
//! ```text
//! mu    <- mu    + lr_mu        ( -sigma^2 dC/dmu    + sigma^2 (mu_prior - mu) / (N sigma_prior^2) )
//! sigma <- sigma + lr_sigma 1/2 ( -sigma^2 dC/dsigma + sigma (sigma_prior^2 - sigma^2) / (N sigma_prior^2) )
//! ```
//!
//! Both lines use the values from before the step. Where the loss has curvature H along a synapse,
//! sigma settles at `1/sigma^2 = 1/sigma_prior^2 + N H`; with no evidence both return to the prior
//! with a time constant of about N updates.
//!
//! In `f32`, a relative step below 6e-8 is lost in rounding: the return of sigma to the prior stops
//! where `(1 - sigma^2/sigma_prior^2) / (2 N)` falls below that.

mod formula;
mod safe;
#[cfg(test)]
mod tests;

pub use self::formula::{Mesu, PlainMesu, PriorStep, SigmaStep};
pub use self::safe::SafeMesu;
