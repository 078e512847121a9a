//! Convolutions under local reparameterization.

use mesu_kernels::batch::{add_product, multiply, sample};
use mesu_kernels::conv::{Geometry, Planes, convolve, flip, input_gradient};

use super::chunk::{Chunk, Workspace, set_gradients};
use crate::estimator::diverged::{Diverged, check_finite};
use crate::estimator::samples::{squares_of, sum_samples};
use crate::layer::gradients::Gradients;
use crate::layer::{Layer, OpBuffers};
use crate::noise::Noise;

/// Convolutions as means and variances.
pub(in crate::estimator) struct GaussianConvs<'a> {
    layers: Vec<Conv<'a>>,
    samples: usize,
}

struct Conv<'a> {
    layer: &'a Layer,
    geometry: &'a Geometry,
    /// sigma^2, laid out as mu is, and that of the bias.
    variance: Vec<f32>,
    bias_variance: Vec<f32>,
    /// mu and sigma^2 turned for the way back; made only for learning, and not of the first layer.
    flipped: [Vec<f32>; 2],
}

impl<'a> GaussianConvs<'a> {
    pub(in crate::estimator) fn new(layers: &'a [Layer], samples: usize, learning: bool) -> Self {
        let layers = layers.iter().enumerate().filter_map(|(l, layer)| {
            let geometry = layer.conv.as_ref()?;
            let (mu, sigma) = layer.weight.gaussian();
            let (mut variance, mut bias_variance) = (Vec::new(), Vec::new());
            squares_of(sigma.padded(), &mut variance);
            if let Some(bias) = &layer.bias {
                squares_of(bias.gaussian().1.row(0), &mut bias_variance);
            }
            let mut flipped = [Vec::new(), Vec::new()];
            if learning && l > 0 {
                let planes = [mu.padded(), &variance];
                for (plane, flipped) in planes.into_iter().zip(&mut flipped) {
                    flip(geometry, (plane, mu.stride()), flipped);
                }
            }
            Some(Conv {
                layer,
                geometry,
                variance,
                bias_variance,
                flipped,
            })
        });
        Self {
            layers: layers.collect(),
            samples,
        }
    }

    pub(in crate::estimator) fn layers(&self) -> impl Iterator<Item = &'a Layer> {
        self.layers.iter().map(|conv| conv.layer)
    }
}

/// Draws of each layer, and the results of its activations.
#[derive(Debug, Default)]
pub(in crate::estimator) struct GaussianChunk(Vec<Activations>);

/// `[outputs][samples * examples * positions]`.
#[derive(Debug, Default)]
struct Activations {
    /// Noise, then `q = z / sqrt(v)`.
    q: Vec<f32>,
    ops: OpBuffers,
}

impl Chunk for GaussianChunk {
    type Shared<'a> = GaussianConvs<'a>;

    fn forward<N: Noise>(
        &mut self,
        shared: &GaussianConvs<'_>,
        inputs: &[f32],
        noise: Option<N>,
        learning: bool,
        space: &mut Workspace,
    ) -> Result<(), Diverged> {
        let mut noise = noise.expect("pre-activations are drawn");
        let Workspace {
            seen,
            moments: [m, v],
            work,
            ..
        } = space;
        self.0
            .resize_with(shared.layers.len(), Activations::default);
        seen.resize_with(shared.layers.len(), <[Planes; 2]>::default);
        let examples = inputs.len() / Self::sizes(shared).0;
        for (l, (conv, [planes, squares])) in shared.layers.iter().zip(seen).enumerate() {
            let Conv {
                layer, geometry, ..
            } = conv;
            let (below, rest) = self.0.split_at_mut(l);
            let Activations { q, ops } = &mut rest[0];
            match below.last() {
                None => planes.load_examples(geometry, inputs),
                Some(below) => {
                    let then = &shared.layers[l - 1].layer.then;
                    planes.load(geometry, below.ops.output(then));
                }
            }
            squares.load_squares(planes);
            let drawn = shared.samples * examples * layer.positions();
            // The samples share the first layer's moments.
            let columns = match l {
                0 => examples * layer.positions(),
                _ => drawn,
            };
            m.resize(layer.outputs * columns, 0.0);
            v.resize(layer.outputs * columns, 0.0);
            let (mu, _) = layer.weight.gaussian();
            let bias = layer.bias.as_ref().map(|bias| bias.mu().row(0));
            let means = (mu.padded(), mu.stride());
            convolve(geometry, means, bias, planes, work, m);
            let bias = bias.map(|_| &conv.bias_variance[..]);
            let variances = (&conv.variance[..], mu.stride());
            convolve(geometry, variances, bias, squares, work, v);
            check_finite(l, m, v)?;

            let a = ops.activations();
            q.resize(layer.outputs * drawn, 0.0);
            a.resize(layer.outputs * drawn, 0.0);
            noise.fill_normal(q);
            let moments = m.chunks_exact(columns).zip(v.chunks_exact(columns));
            let draws = q.chunks_exact_mut(drawn).zip(a.chunks_exact_mut(drawn));
            moments
                .zip(draws)
                .for_each(|((m, v), (z, a))| sample(m, v, z, a));
            let dropping = learning.then_some(&mut noise);
            ops.forward(&layer.then, shared.samples * examples, dropping);
        }
        Ok(())
    }

    fn output(&self, shared: &GaussianConvs<'_>) -> &[f32] {
        let last = shared.layers.len() - 1;
        let then = &shared.layers[last].layer.then;
        self.0[last].ops.output(then)
    }

    fn backward(&mut self, shared: &GaussianConvs<'_>, inputs: &[f32], space: &mut Workspace) {
        let Workspace {
            d: [d, r],
            summed,
            below: [dx, through_variance],
            around,
            pixels: [pixels, squares],
            work,
            gradients,
            ..
        } = space;
        if gradients.is_empty() {
            let twice = shared.layers().flat_map(|layer| [layer; 2]);
            gradients.extend(twice.map(Gradients::zeros));
        }
        let (width, samples) = Self::sizes(shared);
        let images = samples * inputs.len() / width;
        for (l, conv) in shared.layers.iter().enumerate().rev() {
            let Conv {
                layer,
                geometry,
                flipped,
                ..
            } = conv;
            let (below, rest) = self.0.split_at_mut(l);
            let Activations { q, ops } = &mut rest[0];
            ops.backward(&layer.then, images, d);
            r.resize(d.len(), 0.0);
            multiply(d, q, r);
            let [mu, sigma] = &mut gradients.as_chunks_mut().0[l];
            let Some(below) = below.last() else {
                let drawn = images * layer.positions();
                for (sum, x) in summed.iter_mut().zip([&*d, &*r]) {
                    sum_samples(x, drawn, drawn / samples, sum);
                }
                pixels.load_examples(geometry, inputs);
                squares.load_squares(pixels);
                set_gradients(geometry, pixels, &summed[0], work, mu);
                set_gradients(geometry, squares, &summed[1], work, sigma);
                return;
            };
            let x = below.ops.output(&shared.layers[l - 1].layer.then);
            pixels.load(geometry, x);
            squares.load_squares(pixels);
            set_gradients(geometry, pixels, d, work, mu);
            set_gradients(geometry, squares, r, work, sigma);
            let ways = [(&*d, &mut *dx), (&*r, &mut *through_variance)];
            for ((d, dx), flipped) in ways.into_iter().zip(flipped) {
                around.load_gradient(geometry, layer.outputs, d);
                dx.resize(layer.input_size() * images, 0.0);
                input_gradient(geometry, flipped, around, work, dx);
            }
            add_product(x, through_variance, dx);
            std::mem::swap(d, dx);
        }
    }

    fn sizes(shared: &GaussianConvs<'_>) -> (usize, usize) {
        (shared.layers[0].layer.input_size(), shared.samples)
    }
}
