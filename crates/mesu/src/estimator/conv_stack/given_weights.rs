//! Convolutions with given weights.

use mesu_kernels::conv::{Geometry, Planes, convolve, flip, input_gradient};

use super::chunk::{Chunk, Workspace, set_gradients};
use crate::estimator::diverged::{Diverged, check_finite};
use crate::layer::gradients::{Gradients, LayerWeights};
use crate::layer::{Op, OpBuffers};
use crate::noise::Noise;

/// Convolutions, and their weights turned for the way back.
pub(in crate::estimator) struct GivenConvs<'a> {
    weights: &'a [LayerWeights<'a>],
    layers: Vec<Conv<'a>>,
}

struct Conv<'a> {
    weights: LayerWeights<'a>,
    geometry: &'a Geometry,
    then: &'a [Op],
    /// Kernels turned around; made only for learning, and not of the first layer.
    flipped: Vec<f32>,
}

impl<'a> GivenConvs<'a> {
    pub(in crate::estimator) fn new(weights: &'a [LayerWeights<'a>], learning: bool) -> Self {
        let layers = weights.iter().enumerate().filter_map(|(l, weights)| {
            let LayerWeights { layer, weight, .. } = *weights;
            let geometry = layer.conv.as_ref()?;
            let mut flipped = Vec::new();
            if learning && l > 0 {
                flip(geometry, (weight.padded(), weight.stride()), &mut flipped);
            }
            Some(Conv {
                weights: *weights,
                geometry,
                then: &layer.then,
                flipped,
            })
        });
        Self {
            weights,
            layers: layers.collect(),
        }
    }

    pub(in crate::estimator) fn weights(&self) -> &'a [LayerWeights<'a>] {
        self.weights
    }
}

/// Results of each layer's activations.
#[derive(Debug, Default)]
pub(in crate::estimator) struct GivenChunk(Vec<OpBuffers>);

impl Chunk for GivenChunk {
    type Shared<'a> = GivenConvs<'a>;

    fn forward<N: Noise>(
        &mut self,
        shared: &GivenConvs<'_>,
        inputs: &[f32],
        mut noise: Option<N>,
        _: bool,
        space: &mut Workspace,
    ) -> Result<(), Diverged> {
        let Workspace { seen, work, .. } = space;
        self.0.resize_with(shared.layers.len(), OpBuffers::default);
        seen.resize_with(shared.layers.len(), <[Planes; 2]>::default);
        let examples = inputs.len() / Self::sizes(shared).0;
        for (l, (conv, [planes, _])) in shared.layers.iter().zip(seen).enumerate() {
            let LayerWeights {
                layer,
                weight,
                bias,
            } = conv.weights;
            let geometry = conv.geometry;
            let (below, rest) = self.0.split_at_mut(l);
            match below.last() {
                None => planes.load_examples(geometry, inputs),
                Some(below) => planes.load(geometry, below.output(shared.layers[l - 1].then)),
            }
            let a = rest[0].activations();
            a.resize(layer.outputs * examples * layer.positions(), 0.0);
            let bias = bias.map(|bias| bias.row(0));
            convolve(
                geometry,
                (weight.padded(), weight.stride()),
                bias,
                planes,
                work,
                a,
            );
            check_finite(l, a, &[])?;
            rest[0].forward(conv.then, examples, noise.as_mut());
        }
        Ok(())
    }

    fn output(&self, shared: &GivenConvs<'_>) -> &[f32] {
        let last = shared.layers.len() - 1;
        self.0[last].output(shared.layers[last].then)
    }

    fn backward(&mut self, shared: &GivenConvs<'_>, inputs: &[f32], space: &mut Workspace) {
        let Workspace {
            d: [d, _],
            below: [dx, _],
            around,
            pixels: [pixels, _],
            work,
            gradients,
            ..
        } = space;
        if gradients.is_empty() {
            let layers = shared.weights.iter().map(|weights| weights.layer);
            gradients.extend(layers.map(Gradients::zeros));
        }
        let examples = inputs.len() / Self::sizes(shared).0;
        for (l, conv) in shared.layers.iter().enumerate().rev() {
            let (geometry, layer) = (conv.geometry, conv.weights.layer);
            let (below, rest) = self.0.split_at_mut(l);
            rest[0].backward(conv.then, examples, d);
            match below.last() {
                None => pixels.load_examples(geometry, inputs),
                Some(below) => pixels.load(geometry, below.output(shared.layers[l - 1].then)),
            }
            set_gradients(geometry, pixels, d, work, &mut gradients[l]);
            if l > 0 {
                around.load_gradient(geometry, layer.outputs, d);
                dx.resize(layer.input_size() * examples, 0.0);
                input_gradient(geometry, &conv.flipped, around, work, dx);
                std::mem::swap(d, dx);
            }
        }
    }

    fn sizes(shared: &GivenConvs<'_>) -> (usize, usize) {
        (shared.layers[0].weights.layer.input_size(), 1)
    }
}
