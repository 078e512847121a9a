//! Networks that can't be computed with any more.

/// Reason of an estimator to give up: the state or the inputs can't be computed with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Diverged {
    /// Layer, from 1.
    pub layer: usize,
    /// Finding there.
    pub what: &'static str,
}

impl Diverged {
    /// Finding in a layer, counted from 1.
    pub(crate) fn new(layer: usize, what: &'static str) -> Self {
        Self { layer, what }
    }

    /// Finding at the output of a network of so many layers.
    pub(super) fn at_loss(layers: usize) -> Self {
        Self::new(layers, "the loss is not finite")
    }
}

/// Returns an error unless all of a layer's new sigmas are positive; `layer` counts from 0.
pub(crate) fn check_sigma(layer: usize, positive: bool) -> Result<(), Diverged> {
    let error = || Diverged::new(layer + 1, "a sigma is not above zero any more");
    positive.then_some(()).ok_or_else(error)
}

/// Returns an error when a mean or variance of a layer's pre-activations is not finite. Every mu and sigma
/// enters them, even where the input is 0, so that none can break unnoticed.
pub(super) fn check_finite(layer: usize, m: &[f32], v: &[f32]) -> Result<(), Diverged> {
    let finite = mesu_kernels::all_finite(m) && mesu_kernels::all_finite(v);
    let error = || Diverged::new(layer + 1, "pre-activations are not finite");
    finite.then_some(()).ok_or_else(error)
}
