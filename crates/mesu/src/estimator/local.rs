//! Local reparameterization for batches: matrix products shared by the samples.
//!
//! Shapes, with B examples and S samples: activations are feature-major, `[features][columns]`, with
//! column `s * B + b` for sample s of example b; the first layer's m and v are `[outputs][B]`, shared
//! by the samples. Each example and sample has its own noise. Of images, every column is a plane of pixels,
//! and every pixel of a convolution's output has its own noise.

use mesu_kernels::Rule;
use mesu_kernels::batch::{Second, add_product, multiply, sample, update};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::fixed::Gradients;
use super::loss::Loss;
use super::product::{at_once, input_gradient, pack, pack_inputs, pack_transposed};
use super::steps::Steps;
use super::{Diverged, Learned, Noise, check_finite, check_sigma, lost};
use crate::network::Network;

/// Buffers for batches; they grow to what a batch needs and stay.
#[derive(Clone, Debug)]
pub struct Local {
    threads: Threads,
    layers: Vec<Activations>,
    sigma_squared: Vec<f32>,
    through_sigma: Vec<f32>,
    patches: Vec<f32>,
    /// Images as the first layer of a convolutional network takes them.
    images: Vec<f32>,
    d_sum: Vec<f32>,
    r_sum: Vec<f32>,
    gradients: Vec<OfLayer>,
    /// Of a part of a batch.
    part: Vec<f32>,
    packed: Packed,
    packed_squares: Packed,
    loss: Loss,
}

/// What one layer computes, `[outputs][S * B * positions]` but for the first layer's m and v, which the
/// samples share.
#[derive(Clone, Debug, Default)]
struct Activations {
    m: Vec<f32>,
    v: Vec<f32>,
    /// Noise, then `q = z / sqrt(v)`.
    q: Vec<f32>,
    /// Pre-activations, and what comes of them before the next layer.
    steps: Steps,
    d: Vec<f32>,
    r: Vec<f32>,
}

/// Gradients of a layer: dC/dmu, and dC/dsigma over sigma.
#[derive(Clone, Debug)]
struct OfLayer {
    mu: Gradients,
    sigma: Gradients,
}

impl Local {
    /// Buffers whose products run on `threads`.
    #[must_use]
    pub fn new(threads: Threads) -> Self {
        Self {
            threads,
            layers: Vec::new(),
            sigma_squared: Vec::new(),
            through_sigma: Vec::new(),
            patches: Vec::new(),
            images: Vec::new(),
            d_sum: Vec::new(),
            r_sum: Vec::new(),
            gradients: Vec::new(),
            part: Vec::new(),
            packed: Packed::default(),
            packed_squares: Packed::default(),
            loss: Loss::new(0, 0),
        }
    }

    /// Logits, `[classes][samples * examples]`, of `inputs`, `[examples][network.inputs()]`.
    ///
    /// # Errors
    /// [`Diverged`] when a layer's pre-activations are not finite.
    pub fn logits<N: Noise>(
        &mut self,
        network: &Network,
        inputs: &[f32],
        samples: usize,
        noise: &mut N,
    ) -> Result<&mut [f32], Diverged> {
        self.forward(network, inputs, samples, noise, false)?;
        let last = self.layers.len() - 1;
        Ok(self.layers[last].steps.output_mut(&[]))
    }

    /// From the inputs to the logits, dropping out if it is to learn from them.
    fn forward<N: Noise>(
        &mut self,
        network: &Network,
        inputs: &[f32],
        samples: usize,
        noise: &mut N,
        learning: bool,
    ) -> Result<(), Diverged> {
        let examples = inputs.len() / network.inputs();
        self.layers
            .resize_with(network.layers.len(), Activations::default);
        for (l, layer) in network.layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0];
            let columns = if let Some(below) = below.last() {
                let x = below.steps.output(&network.layers[l - 1].then);
                pack(layer, x, &mut self.packed);
                samples * examples
            } else {
                pack_inputs(layer, inputs, &mut self.images, &mut self.packed);
                examples
            };
            let (columns, drawn) = (
                columns * layer.positions(),
                samples * examples * layer.positions(),
            );
            self.packed_squares.pack_squares(&self.packed);
            this.m.resize(layer.outputs * columns, 0.0);
            this.v.resize(layer.outputs * columns, 0.0);
            let (mu, sigma) = layer.weight.gaussian();
            squares_of(sigma.padded(), &mut self.sigma_squared);
            let left = |matrix| Left::rows(matrix, mu.stride());
            let mu = left(mu.padded());
            gemm(mu, &self.packed, &mut this.m, columns, self.threads);
            let sigma_squared = left(&self.sigma_squared);
            gemm(
                sigma_squared,
                &self.packed_squares,
                &mut this.v,
                columns,
                self.threads,
            );
            layer.add_bias_to_columns(&mut this.m, &mut this.v);
            check_finite(l, &this.m, &this.v)?;

            let a = this.steps.activations();
            this.q.resize(layer.outputs * drawn, 0.0);
            a.resize(layer.outputs * drawn, 0.0);
            noise.fill_normal(&mut this.q);
            let rows = this
                .m
                .chunks_exact(columns)
                .zip(this.v.chunks_exact(columns));
            let drawn = (this.q.chunks_exact_mut(drawn)).zip(a.chunks_exact_mut(drawn));
            rows.zip(drawn)
                .for_each(|((m, v), (z, a))| sample(m, v, z, a));
            let dropping = learning.then_some(&mut *noise);
            this.steps
                .forward(&layer.then, samples * examples, dropping);
        }
        Ok(())
    }

    /// One update on a batch: `inputs`, `[labels.len()][network.inputs()]`, finite; labels below the
    /// number of classes. C is `weight` times the sum over the examples of the mean over the samples.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then partly updated.
    #[allow(clippy::too_many_arguments)]
    pub fn learn<R: Rule, N: Noise>(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        samples: usize,
        weight: f32,
        rule: &R,
        noise: &mut N,
    ) -> Result<Learned, Diverged> {
        if self.gradients.is_empty() {
            let zeros = network.layers.iter().map(|layer| OfLayer {
                mu: Gradients::of(layer),
                sigma: Gradients::of(layer),
            });
            self.gradients.extend(zeros);
        }
        let at_once = at_once(network.layers.iter(), samples);
        let scale = weight / samples as f32;
        let mut learned = Learned::default();
        let parts = inputs.chunks(at_once * network.inputs());
        for (number, (inputs, labels)) in parts.zip(labels.chunks(at_once)).enumerate() {
            self.forward(network, inputs, samples, noise, true)?;
            learned += self.loss(network.classes(), labels, scale)?;
            for l in (0..network.layers.len()).rev() {
                self.backward(l, network, inputs, samples, number == 0);
            }
        }
        let rules = network.rules(rule);
        let layers = network.layers.iter_mut().zip(&self.gradients);
        for (l, (layer, OfLayer { mu, sigma })) in layers.enumerate().rev() {
            let rule = rules.of(l);
            let second = Some((&sigma.weight, Second::Variance));
            check_sigma(l, update(layer.weight.lend(), &mu.weight, second, rule))?;
            if let (Some(bias), Some(mu), Some(sigma)) = (&mut layer.bias, &mu.bias, &sigma.bias) {
                let second = Some((sigma, Second::Variance));
                check_sigma(l, update(bias.lend(), mu, second, rule))?;
            }
        }
        network.count_update();
        Ok(Learned {
            nll: learned.nll / samples as f64,
            ..learned
        })
    }

    /// The loss of the last forward pass, and d at the logits.
    fn loss(&mut self, classes: usize, labels: &[u32], scale: f32) -> Result<Learned, Diverged> {
        let count = self.layers.len();
        let last = &mut self.layers[count - 1];
        self.loss.load(last.steps.output(&[]), classes);
        let learned = self.loss.gradient(labels, scale);
        self.loss.store(&mut last.d);
        learned.ok_or_else(|| lost(count))
    }

    /// From d of layer `l` to its gradients, added to those of parts before, and to d of the layer below.
    fn backward(
        &mut self,
        l: usize,
        network: &Network,
        inputs: &[f32],
        samples: usize,
        first: bool,
    ) {
        let threads = self.threads;
        let (below, rest) = self.layers.split_at_mut(l);
        let this = &mut rest[0];
        let layer = &network.layers[l];
        let columns = this.d.len() / layer.outputs;
        this.r.resize(this.d.len(), 0.0);
        multiply(&this.d, &this.q, &mut this.r);

        let (d, r) = if let Some(below) = below.last_mut() {
            let then = &network.layers[l - 1].then;
            let (mu, sigma) = layer.weight.gaussian();
            squares_of(sigma.padded(), &mut self.sigma_squared);
            let left = |matrix| Left::columns(matrix, mu.stride());
            let (packed, patches) = (&mut self.packed, &mut self.patches);
            let dx = &mut below.d;
            input_gradient(
                layer,
                left(mu.padded()),
                &this.d,
                packed,
                patches,
                dx,
                threads,
            );
            let through_sigma = &mut self.through_sigma;
            let left = left(&self.sigma_squared);
            input_gradient(
                layer,
                left,
                &this.r,
                packed,
                patches,
                through_sigma,
                threads,
            );
            let x = below.steps.output(then);
            add_product(x, through_sigma, dx);
            pack_transposed(layer, x, packed);
            let planes = columns / layer.positions();
            below.steps.backward(then, planes, dx);
            (&this.d, &this.r)
        } else {
            // The samples share the input: their gradients are summed first.
            let shared = columns / samples;
            sum_samples(&this.d, columns, shared, &mut self.d_sum);
            sum_samples(&this.r, columns, shared, &mut self.r_sum);
            match layer.conv {
                None => self.packed.pack_rows(inputs, shared, layer.inputs),
                Some(_) => pack_transposed(layer, &self.images, &mut self.packed),
            }
            (&self.d_sum, &self.r_sum)
        };

        self.packed_squares.pack_squares(&self.packed);
        let (OfLayer { mu, sigma }, part) = (&mut self.gradients[l], &mut self.part);
        mu.take(d, &self.packed, first, part, threads);
        sigma.take(r, &self.packed_squares, first, part, threads);
    }
}

fn squares_of(x: &[f32], out: &mut Vec<f32>) {
    out.resize(x.len(), 0.0);
    multiply(x, x, out);
}

/// Sum over the samples: `[outputs][samples * examples]` to `[outputs][examples]`.
fn sum_samples(rows: &[f32], columns: usize, examples: usize, out: &mut Vec<f32>) {
    out.clear();
    out.resize(rows.len() / columns * examples, 0.0);
    for (row, sums) in rows
        .chunks_exact(columns)
        .zip(out.chunks_exact_mut(examples))
    {
        for sample in row.chunks_exact(examples) {
            for (sum, x) in sums.iter_mut().zip(sample) {
                *sum += x;
            }
        }
    }
}
