//! Convolutions with given weights.

use mesu_kernels::conv::{Pixels, Planes, Work, convolve, flip, input_gradient};

use super::super::fixed::{Gradients, Weights};
use super::super::steps::Steps;
use super::super::{Diverged, Noise, check_finite};
use super::{Part, take};

/// Convolutions, and their weights turned for the way back.
pub(in super::super) struct Convolutions<'a> {
    layers: &'a [Weights<'a>],
    /// Of all but the first; made only for learning.
    flipped: Vec<Vec<f32>>,
}

impl<'a> Convolutions<'a> {
    pub(in super::super) fn new(layers: &'a [Weights<'a>], learning: bool) -> Self {
        let above = layers.iter().skip(1).filter(|_| learning);
        let flipped = above.map(|Weights { layer, weight, .. }| {
            let mut flipped = Vec::new();
            if let Some(geometry) = &layer.conv {
                flip(geometry, (weight.padded(), weight.stride()), &mut flipped);
            }
            flipped
        });
        Self {
            layers,
            flipped: flipped.collect(),
        }
    }

    pub(in super::super) fn layers(&self) -> &'a [Weights<'a>] {
        self.layers
    }
}

/// The work on a part of a batch.
#[derive(Debug, Default)]
pub(in super::super) struct FixedPart {
    layers: Vec<Activations>,
    gradients: Vec<Gradients>,
    /// Gradients at the activations of a layer.
    d: Vec<f32>,
    /// Those at the layer below.
    below: Vec<f32>,
    around: Planes,
    pixels: Pixels,
    work: Work,
}

/// What one layer sees and makes of it.
#[derive(Debug, Default)]
struct Activations {
    planes: Planes,
    steps: Steps,
}

impl Part for FixedPart {
    type Shared<'a> = Convolutions<'a>;

    fn forward<N: Noise>(
        &mut self,
        shared: &Convolutions<'_>,
        inputs: &[f32],
        mut noise: Option<N>,
        learning: bool,
    ) -> Result<(), Diverged> {
        self.layers
            .resize_with(shared.layers.len(), Activations::default);
        for (l, weights) in shared.layers.iter().enumerate() {
            let Weights {
                layer,
                weight,
                bias,
            } = *weights;
            let Some(geometry) = &layer.conv else {
                continue;
            };
            let (below, rest) = self.layers.split_at_mut(l);
            let Activations { planes, steps } = &mut rest[0];
            match below.last() {
                None => planes.load_examples(geometry, inputs),
                Some(below) => {
                    planes.load(
                        geometry,
                        below.steps.output(&shared.layers[l - 1].layer.then),
                    );
                }
            }
            let examples = inputs.len() / Self::sizes(shared).0;
            let a = steps.activations();
            a.resize(layer.outputs * examples * layer.positions(), 0.0);
            let bias = bias.map(|bias| bias.row(0));
            let weights = (weight.padded(), weight.stride());
            convolve(geometry, weights, bias, planes, &mut self.work, a);
            check_finite(l, a, &[])?;
            steps.forward(&layer.then, examples, noise.as_mut().filter(|_| learning));
        }
        Ok(())
    }

    fn output(&self, shared: &Convolutions<'_>) -> &[f32] {
        let last = shared.layers.len() - 1;
        self.layers[last]
            .steps
            .output(&shared.layers[last].layer.then)
    }

    fn gradient(&mut self) -> &mut Vec<f32> {
        &mut self.d
    }

    fn sizes(shared: &Convolutions<'_>) -> (usize, usize) {
        (shared.layers[0].layer.input_size(), 1)
    }

    fn backward(&mut self, shared: &Convolutions<'_>, inputs: &[f32]) {
        if self.gradients.is_empty() {
            self.gradients
                .extend(shared.layers.iter().copied().map(Gradients::new));
        }
        let examples = inputs.len() / Self::sizes(shared).0;
        for (l, Weights { layer, .. }) in shared.layers.iter().enumerate().rev() {
            let Some(geometry) = &layer.conv else {
                continue;
            };
            let (below, rest) = self.layers.split_at_mut(l);
            rest[0].steps.backward(&layer.then, examples, &mut self.d);
            match below.last() {
                None => self.pixels.load_examples(geometry, inputs),
                Some(below) => {
                    let then = &shared.layers[l - 1].layer.then;
                    self.pixels.load(geometry, below.steps.output(then));
                }
            }
            let (work, gradients) = (&mut self.work, &mut self.gradients[l]);
            take(geometry, &self.pixels, &self.d, work, gradients);
            if below.is_empty() {
                continue;
            }
            self.around.load_gradient(geometry, layer.outputs, &self.d);
            self.below.resize(layer.input_size() * examples, 0.0);
            let flipped = &shared.flipped[l - 1];
            input_gradient(
                geometry,
                flipped,
                &self.around,
                &mut self.work,
                &mut self.below,
            );
            std::mem::swap(&mut self.d, &mut self.below);
        }
    }

    fn gradients(&self) -> &[Gradients] {
        &self.gradients
    }
}
