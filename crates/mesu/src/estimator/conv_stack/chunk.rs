//! One chunk of a batch on its way through the convolutions.

use std::fmt::Debug;

use mesu_kernels::batch::total;
use mesu_kernels::conv::{Geometry, Pixels, Planes, Work, weight_gradient};

use crate::estimator::diverged::Diverged;
use crate::layer::gradients::Gradients;
use crate::noise::Noise;

/// State that one chunk of a batch keeps for its backward pass.
pub(in crate::estimator) trait Chunk: Debug + Default + Send {
    /// The convolutions and what else all chunks share.
    type Shared<'a>: Sync;

    /// Goes through the convolutions with `inputs`, `[examples][inputs]`.
    fn forward<N: Noise>(
        &mut self,
        shared: &Self::Shared<'_>,
        inputs: &[f32],
        noise: Option<N>,
        learning: bool,
        space: &mut Workspace,
    ) -> Result<(), Diverged>;

    /// Returns the output, `[features][samples * examples]`.
    fn output(&self, shared: &Self::Shared<'_>) -> &[f32];

    /// Goes from the gradient at the output, in `space`, to the gradients of all layers, there too: of each
    /// one, or where synapses have two, both. The inputs are those of the way there.
    fn backward(&mut self, shared: &Self::Shared<'_>, inputs: &[f32], space: &mut Workspace);

    /// Numbers of an example, and samples of each.
    fn sizes(shared: &Self::Shared<'_>) -> (usize, usize);
}

/// Buffers that a chunk needs while it is worked on. Of pairs, local reparameterization has the first for
/// means, the second for variances; given weights only need the first.
#[derive(Debug, Default)]
pub(in crate::estimator) struct Workspace {
    /// Input that each layer sees, in planes of its own, since borders are not written again.
    pub(super) seen: Vec<[Planes; 2]>,
    /// Means and variances of pre-activations.
    pub(super) moments: [Vec<f32>; 2],
    /// Gradients at the activations of a layer, and those times `z / sqrt(v)`.
    pub(super) d: [Vec<f32>; 2],
    /// Sums of the first layer's `d` over the samples, which share its input.
    pub(super) summed: [Vec<f32>; 2],
    /// Gradients at the layer below.
    pub(super) below: [Vec<f32>; 2],
    /// Neighborhood of each pixel of the gradients.
    pub(super) around: Planes,
    pub(super) pixels: [Pixels; 2],
    pub(super) work: Work,
    pub(super) gradients: Vec<Gradients>,
}

/// Sets the gradients of a layer's weights and biases to those of `d`, `[outputs][images * positions]`, and
/// the images that it saw.
pub(super) fn set_gradients(
    geometry: &Geometry,
    pixels: &Pixels,
    d: &[f32],
    work: &mut Work,
    to: &mut Gradients,
) {
    let (stride, columns) = (to.weight.stride(), d.len() / to.weight.rows());
    let weight = (to.weight.padded_mut(), stride);
    weight_gradient(geometry, pixels, d, work, weight);
    if let Some(bias) = &mut to.bias {
        let rows = d.chunks_exact(columns).map(total);
        let biases = bias.row_mut(0).iter_mut().zip(rows);
        biases.for_each(|(to, row)| *to = row);
    }
}
