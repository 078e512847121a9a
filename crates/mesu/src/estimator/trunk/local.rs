//! Convolutions under local reparameterization.

use mesu_kernels::batch::{add_product, multiply, sample};
use mesu_kernels::conv::{Pixels, Planes, Work, convolve, flip, input_gradient};

use super::super::fixed::Gradients;
use super::super::local::{squares_of, sum_samples};
use super::super::steps::Steps;
use super::super::{Diverged, Noise, check_finite};
use super::{Part, take};
use crate::layer::Layer;

/// Convolutions as means and variances.
pub(in super::super) struct Moments<'a> {
    layers: Vec<OfLayer<'a>>,
    samples: usize,
}

struct OfLayer<'a> {
    layer: &'a Layer,
    /// sigma^2, laid out as mu is, and that of the bias.
    variance: Vec<f32>,
    bias_variance: Vec<f32>,
    /// mu and sigma^2 turned for the way back; made only for learning, and not of the first layer.
    flipped: [Vec<f32>; 2],
}

impl<'a> Moments<'a> {
    pub(in super::super) fn new(layers: &'a [Layer], samples: usize, learning: bool) -> Self {
        let of_layer = |(l, layer): (usize, &'a Layer)| {
            let (mu, sigma) = layer.weight.gaussian();
            let (mut variance, mut bias_variance) = (Vec::new(), Vec::new());
            squares_of(sigma.padded(), &mut variance);
            if let Some(bias) = &layer.bias {
                squares_of(bias.gaussian().1.row(0), &mut bias_variance);
            }
            let mut flipped = [Vec::new(), Vec::new()];
            if let (Some(geometry), true) = (&layer.conv, learning && l > 0) {
                let planes = [mu.padded(), &variance];
                for (plane, flipped) in planes.into_iter().zip(&mut flipped) {
                    flip(geometry, (plane, mu.stride()), flipped);
                }
            }
            OfLayer {
                layer,
                variance,
                bias_variance,
                flipped,
            }
        };
        Self {
            layers: layers.iter().enumerate().map(of_layer).collect(),
            samples,
        }
    }

    pub(in super::super) fn layers(&self) -> impl Iterator<Item = &'a Layer> {
        self.layers.iter().map(|of_layer| of_layer.layer)
    }
}

/// The work on a part of a batch.
#[derive(Debug, Default)]
pub(in super::super) struct LocalPart {
    layers: Vec<Activations>,
    /// Of each layer dC/dmu, and dC/dsigma over sigma.
    gradients: Vec<Gradients>,
    /// Gradients at the activations of a layer, and at the square roots of their variances.
    d: Vec<f32>,
    r: Vec<f32>,
    /// Those of the first layer summed over the samples, which share its input.
    sums: [Vec<f32>; 2],
    /// Gradients at the layer below, through the means and through the variances.
    below: [Vec<f32>; 2],
    around: Planes,
    pixels: Pixels,
    squares: Pixels,
    work: Work,
}

/// What one layer sees and makes of it, `[outputs][samples * examples * positions]` but for the first layer's m
/// and v, which the samples share.
#[derive(Debug, Default)]
struct Activations {
    planes: Planes,
    squares: Planes,
    m: Vec<f32>,
    v: Vec<f32>,
    /// Noise, then `q = z / sqrt(v)`.
    q: Vec<f32>,
    steps: Steps,
}

impl Part for LocalPart {
    type Shared<'a> = Moments<'a>;

    fn forward<N: Noise>(
        &mut self,
        shared: &Moments<'_>,
        inputs: &[f32],
        mut noise: Option<N>,
        learning: bool,
    ) -> Result<(), Diverged> {
        self.layers
            .resize_with(shared.layers.len(), Activations::default);
        for (l, of_layer) in shared.layers.iter().enumerate() {
            let OfLayer {
                layer,
                variance,
                bias_variance,
                ..
            } = of_layer;
            let Some(geometry) = &layer.conv else {
                continue;
            };
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0];
            match below.last() {
                None => this.planes.load_examples(geometry, inputs),
                Some(below) => {
                    let then = &shared.layers[l - 1].layer.then;
                    this.planes.load(geometry, below.steps.output(then));
                }
            }
            this.squares.load_squares(&this.planes);
            let examples = inputs.len() / Self::sizes(shared).0;
            let drawn = shared.samples * examples * layer.positions();
            let columns = match l {
                0 => examples * layer.positions(),
                _ => drawn,
            };
            this.m.resize(layer.outputs * columns, 0.0);
            this.v.resize(layer.outputs * columns, 0.0);
            let (mu, _) = layer.weight.gaussian();
            let bias = layer.bias.as_ref().map(|bias| bias.mu().row(0));
            let work = &mut self.work;
            convolve(
                geometry,
                (mu.padded(), mu.stride()),
                bias,
                &this.planes,
                work,
                &mut this.m,
            );
            let bias = bias.map(|_| &bias_variance[..]);
            convolve(
                geometry,
                (variance, mu.stride()),
                bias,
                &this.squares,
                work,
                &mut this.v,
            );
            check_finite(l, &this.m, &this.v)?;

            let a = this.steps.activations();
            this.q.resize(layer.outputs * drawn, 0.0);
            a.resize(layer.outputs * drawn, 0.0);
            if let Some(noise) = &mut noise {
                noise.fill_normal(&mut this.q);
            }
            let moments = this
                .m
                .chunks_exact(columns)
                .zip(this.v.chunks_exact(columns));
            let draws = this
                .q
                .chunks_exact_mut(drawn)
                .zip(a.chunks_exact_mut(drawn));
            moments
                .zip(draws)
                .for_each(|((m, v), (z, a))| sample(m, v, z, a));
            let dropping = noise.as_mut().filter(|_| learning);
            this.steps
                .forward(&layer.then, shared.samples * examples, dropping);
        }
        Ok(())
    }

    fn output(&self, shared: &Moments<'_>) -> &[f32] {
        let last = shared.layers.len() - 1;
        self.layers[last]
            .steps
            .output(&shared.layers[last].layer.then)
    }

    fn gradient(&mut self) -> &mut Vec<f32> {
        &mut self.d
    }

    fn sizes(shared: &Moments<'_>) -> (usize, usize) {
        (shared.layers[0].layer.input_size(), shared.samples)
    }

    fn backward(&mut self, shared: &Moments<'_>, inputs: &[f32]) {
        if self.gradients.is_empty() {
            let twice = shared
                .layers
                .iter()
                .flat_map(|of_layer| [of_layer.layer; 2]);
            self.gradients.extend(twice.map(Gradients::of));
        }
        for (l, OfLayer { layer, flipped, .. }) in shared.layers.iter().enumerate().rev() {
            let Some(geometry) = &layer.conv else {
                continue;
            };
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0];
            let images = this.q.len() / (layer.outputs * layer.positions());
            this.steps.backward(&layer.then, images, &mut self.d);
            self.r.resize(self.d.len(), 0.0);
            multiply(&self.d, &this.q, &mut self.r);
            let (mut d, mut r) = (&self.d, &self.r);
            if below.is_empty() {
                let drawn = images * layer.positions();
                let [d_sum, r_sum] = &mut self.sums;
                sum_samples(d, drawn, drawn / shared.samples, d_sum);
                sum_samples(r, drawn, drawn / shared.samples, r_sum);
                (d, r) = (d_sum, r_sum);
            }
            match below.last() {
                None => self.pixels.load_examples(geometry, inputs),
                Some(below) => {
                    let then = &shared.layers[l - 1].layer.then;
                    self.pixels.load(geometry, below.steps.output(then));
                }
            }
            self.squares.load_squares(&self.pixels);
            let (work, [.., of_mu, of_sigma]) = (&mut self.work, &mut self.gradients[..2 * l + 2])
            else {
                continue;
            };
            take(geometry, &self.pixels, d, work, of_mu);
            take(geometry, &self.squares, r, work, of_sigma);
            let Some(below) = below.last() else { continue };
            for ((d, flipped), dx) in [d, r].into_iter().zip(flipped).zip(&mut self.below) {
                self.around.load_gradient(geometry, layer.outputs, d);
                dx.resize(layer.input_size() * images, 0.0);
                input_gradient(geometry, flipped, &self.around, &mut self.work, dx);
            }
            let [dx, through_variance] = &mut self.below;
            let x = below.steps.output(&shared.layers[l - 1].layer.then);
            add_product(x, through_variance, dx);
            std::mem::swap(&mut self.d, dx);
        }
    }

    fn gradients(&self) -> &[Gradients] {
        &self.gradients
    }
}
