//! Convolutions with given weights.

use mesu_kernels::conv::{Geometry, Planes, convolve, flip, input_gradient};

use super::super::fixed::{Gradients, Weights};
use super::super::steps::Steps;
use super::super::{Diverged, Noise, check_finite};
use super::{Part, Workspace, take};
use crate::layer::Between;

/// Convolutions, and their weights turned for the way back.
pub(in super::super) struct Convolutions<'a> {
    weights: &'a [Weights<'a>],
    layers: Vec<OfLayer<'a>>,
}

struct OfLayer<'a> {
    weights: Weights<'a>,
    geometry: &'a Geometry,
    then: &'a [Between],
    /// Made only for learning, and not of the first layer.
    flipped: Vec<f32>,
}

impl<'a> Convolutions<'a> {
    pub(in super::super) fn new(weights: &'a [Weights<'a>], learning: bool) -> Self {
        let layers = weights.iter().enumerate().filter_map(|(l, weights)| {
            let Weights { layer, weight, .. } = *weights;
            let geometry = layer.conv.as_ref()?;
            let mut flipped = Vec::new();
            if learning && l > 0 {
                flip(geometry, (weight.padded(), weight.stride()), &mut flipped);
            }
            Some(OfLayer {
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

    pub(in super::super) fn weights(&self) -> &'a [Weights<'a>] {
        self.weights
    }
}

/// What each layer's activations became.
#[derive(Debug, Default)]
pub(in super::super) struct FixedPart(Vec<Steps>);

impl Part for FixedPart {
    type Shared<'a> = Convolutions<'a>;

    fn forward<N: Noise>(
        &mut self,
        shared: &Convolutions<'_>,
        inputs: &[f32],
        mut noise: Option<N>,
        _: bool,
        space: &mut Workspace,
    ) -> Result<(), Diverged> {
        let Workspace { seen, work, .. } = space;
        self.0.resize_with(shared.layers.len(), Steps::default);
        seen.resize_with(shared.layers.len(), <[Planes; 2]>::default);
        let examples = inputs.len() / Self::sizes(shared).0;
        for (l, (of_layer, [planes, _])) in shared.layers.iter().zip(seen).enumerate() {
            let Weights {
                layer,
                weight,
                bias,
            } = of_layer.weights;
            let geometry = of_layer.geometry;
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
            rest[0].forward(of_layer.then, examples, noise.as_mut());
        }
        Ok(())
    }

    fn output(&self, shared: &Convolutions<'_>) -> &[f32] {
        let last = shared.layers.len() - 1;
        self.0[last].output(shared.layers[last].then)
    }

    fn backward(&mut self, shared: &Convolutions<'_>, inputs: &[f32], space: &mut Workspace) {
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
            gradients.extend(shared.weights.iter().copied().map(Gradients::new));
        }
        let examples = inputs.len() / Self::sizes(shared).0;
        for (l, of_layer) in shared.layers.iter().enumerate().rev() {
            let (geometry, layer) = (of_layer.geometry, of_layer.weights.layer);
            let (below, rest) = self.0.split_at_mut(l);
            rest[0].backward(of_layer.then, examples, d);
            match below.last() {
                None => pixels.load_examples(geometry, inputs),
                Some(below) => pixels.load(geometry, below.output(shared.layers[l - 1].then)),
            }
            take(geometry, pixels, d, work, &mut gradients[l]);
            if l > 0 {
                around.load_gradient(geometry, layer.outputs, d);
                dx.resize(layer.input_size() * examples, 0.0);
                input_gradient(geometry, &of_layer.flipped, around, work, dx);
                std::mem::swap(d, dx);
            }
        }
    }

    fn sizes(shared: &Convolutions<'_>) -> (usize, usize) {
        (shared.layers[0].weights.layer.input_size(), 1)
    }
}
