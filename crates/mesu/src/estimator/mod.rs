//! Two ways to estimate C, the expected loss under the posterior, and its gradient.
//!
//! - [`Estimator::LocalReparameterization`] draws pre-activations: one normal per neuron, example
//!   and sample (Kingma, Salimans, Welling 2015). [`one`] does it for one example at a time and
//!   never stores a gradient; [`batch`] for batches.
//! - [`Estimator::WeightSampling`] draws weights, the same for the whole batch: one normal per
//!   synapse and sample, as the paper's code does. [`weights`].
//!
//! Networks of point weights need neither: [`point`].
//!
//! For one example both give the same distribution of logits; the first has the lower variance.
//! Both are unbiased.
//!
//! This module is the inside of [`Learner`](crate::Learner): it may change with any version.

pub mod batch;
mod budget;
mod conv_stack;
pub(crate) mod correlated;
mod diverged;
pub(crate) mod given_weights;

mod loss;
pub mod one;
pub mod point;
mod samples;
mod task;
pub mod weights;

use serde::{Deserialize, Serialize};

pub(crate) use self::budget::examples_at_once;
pub use self::diverged::Diverged;
pub(crate) use self::diverged::check_sigma;
pub use self::loss::Learned;
pub use self::task::{Batch, Body, Objective};
pub use crate::noise::Noise;

/// Estimator of the expected loss and its gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Draw pre-activations.
    #[default]
    LocalReparameterization,
    /// Draw weights.
    WeightSampling,
}
