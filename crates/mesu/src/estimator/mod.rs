//! Two ways to estimate C, the expected loss under the posterior, and its gradient.
//!
//! - [`Estimator::LocalReparameterization`] draws pre-activations: one normal per neuron, example
//!   and sample (Kingma, Salimans, Welling 2015). [`online`] does it for one example at a time and
//!   never stores a gradient; [`local`] for batches.
//! - [`Estimator::WeightSampling`] draws weights, the same for the whole batch: one normal per
//!   synapse and sample, as the paper's code does. [`weights`].
//!
//! Networks of point weights need neither: [`point`].
//!
//! For one example both give the same distribution of logits; the first has the lower variance.
//! Both are unbiased.

pub(crate) mod fixed;
pub mod local;
mod loss;
pub mod online;
pub mod point;
mod product;
mod steps;
mod trunk;
pub mod weights;

use mesu_kernels::Generator;
use serde::{Deserialize, Serialize};

pub use loss::Learned;
pub(crate) use loss::argmax;
pub(crate) use product::at_once;

/// How the expected loss and its gradient are estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Draw pre-activations.
    #[default]
    LocalReparameterization,
    /// Draw weights.
    WeightSampling,
}

/// Where an estimator's noise comes from: a [`Generator`], or recorded numbers in a test.
pub trait Noise: Send {
    /// Fills the slice with independent N(0, 1).
    fn fill_normal(&mut self, out: &mut [f32]);

    /// Noise for a part of the work that may be done beside others. No two forks are alike, and what `self`
    /// gives from now on does not depend on how much a fork is asked for.
    #[must_use]
    fn fork(&mut self) -> Self
    where
        Self: Sized;
}

impl Noise for Generator {
    fn fill_normal(&mut self, out: &mut [f32]) {
        Generator::fill_normal(self, out);
    }

    fn fork(&mut self) -> Self {
        let fork = self.split(0);
        // On to another state, so that the next fork is another one.
        self.fill_normal(&mut [0.0]);
        fork
    }
}

/// Why an estimator gave up: the state or the inputs can't be computed with.
#[derive(Clone, Debug, PartialEq)]
pub struct Diverged {
    /// Layer, from 1.
    pub layer: usize,
    /// What was found.
    pub what: &'static str,
}

/// An error unless all of a layer's new sigmas are positive.
pub(crate) fn check_sigma(layer: usize, positive: bool) -> Result<(), Diverged> {
    positive.then_some(()).ok_or(Diverged {
        layer: layer + 1,
        what: "a sigma is not above zero any more",
    })
}

/// An error when a mean or variance of a layer's pre-activations is not finite. Every mu and sigma
/// enters them, even where the input is 0, so that none can break unnoticed.
fn check_finite(layer: usize, m: &[f32], v: &[f32]) -> Result<(), Diverged> {
    let finite = mesu_kernels::all_finite(m) && mesu_kernels::all_finite(v);
    finite.then_some(()).ok_or(Diverged {
        layer: layer + 1,
        what: "pre-activations are not finite",
    })
}

/// What is wrong when the loss is not finite; `layers` is their number.
fn lost(layers: usize) -> Diverged {
    Diverged {
        layer: layers,
        what: "the loss is not finite",
    }
}
