//! Local reparameterization for batches: matrix products shared by the samples.
//!
//! Shapes, with B examples and S samples: activations are feature-major, `[features][columns]`, with
//! column `s * B + b` for sample s of example b; the first layer's m and v are `[outputs][B]`, shared
//! by the samples. Each example and sample has its own noise. What convolutions come before is the work of
//! the module `trunk`.

use crate::rule::Rule;
use mesu_kernels::batch::{Second, add_product, multiply, sample, update};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::fixed::Gradients;
use super::loss::Loss;
use super::product::{at_once, input_gradient};
use super::steps::Steps;
use super::trunk::{LocalPart, Moments, Trunk, convolutions};
use super::{Diverged, Learned, Noise, check_finite, check_sigma, lost};
use crate::layer::Layer;
use crate::network::Network;

/// Buffers for batches; they grow to what a batch needs and stay. A clone begins with none.
#[derive(Debug)]
pub struct Local {
    threads: Threads,
    trunk: Trunk<LocalPart>,
    /// Of each fully connected layer.
    layers: Vec<Activations>,
    /// The gradient at what the convolutions gave.
    at_trunk: Vec<f32>,
    sigma_squared: Vec<f32>,
    through_sigma: Vec<f32>,
    d_sum: Vec<f32>,
    r_sum: Vec<f32>,
    gradients: Vec<OfLayer>,
    /// Of a part of a batch.
    part: Vec<f32>,
    packed: Packed,
    packed_squares: Packed,
    loss: Loss,
}

/// What one layer computes, `[outputs][S * B]` but for the m and v of a network's first layer, which the
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

impl Clone for Local {
    fn clone(&self) -> Self {
        Self::new(self.threads)
    }
}

impl Local {
    /// Buffers whose products run on `threads`.
    #[must_use]
    pub fn new(threads: Threads) -> Self {
        Self {
            threads,
            trunk: Trunk::new(threads),
            layers: Vec::new(),
            at_trunk: Vec::new(),
            sigma_squared: Vec::new(),
            through_sigma: Vec::new(),
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
        let (conv, linear) = halves(network);
        let moments = Moments::new(conv, samples, false);
        self.forward(&moments, linear, inputs, samples, noise, false)?;
        Ok(self.layers[linear.len() - 1].steps.output_mut(&[]))
    }

    /// From the inputs to the logits, dropping out if it is to learn from them.
    fn forward<N: Noise>(
        &mut self,
        moments: &Moments<'_>,
        layers: &[Layer],
        inputs: &[f32],
        samples: usize,
        noise: &mut N,
        learning: bool,
    ) -> Result<(), Diverged> {
        let before = moments.layers().count();
        let width = moments.layers().next().unwrap_or(&layers[0]).input_size();
        let (examples, drawn) = (inputs.len() / width, samples * inputs.len() / width);
        if before > 0 {
            let noise = Some(&mut *noise);
            self.trunk.forward(moments, inputs, noise, learning)?;
        }
        self.layers.resize_with(layers.len(), Activations::default);
        for (l, layer) in layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0];
            let columns = if l + before > 0 { drawn } else { examples };
            match below.last() {
                Some(below) => {
                    let x = below.steps.output(&layers[l - 1].then);
                    self.packed.pack_rows(x, layer.inputs, columns);
                }
                None if before > 0 => {
                    let x = self.trunk.output();
                    self.packed.pack_rows(x, layer.inputs, columns);
                }
                None => self.packed.pack_columns(inputs, layer.inputs, columns),
            }
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
            check_finite(before + l, &this.m, &this.v)?;

            let a = this.steps.activations();
            this.q.resize(layer.outputs * drawn, 0.0);
            a.resize(layer.outputs * drawn, 0.0);
            noise.fill_normal(&mut this.q);
            let rows = this
                .m
                .chunks_exact(columns)
                .zip(this.v.chunks_exact(columns));
            let draws = (this.q.chunks_exact_mut(drawn)).zip(a.chunks_exact_mut(drawn));
            rows.zip(draws)
                .for_each(|((m, v), (z, a))| sample(m, v, z, a));
            let dropping = learning.then_some(&mut *noise);
            this.steps.forward(&layer.then, drawn, dropping);
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
        let (conv, linear) = halves(network);
        let moments = Moments::new(conv, samples, true);
        let parts = inputs.chunks(at_once * network.inputs());
        for (number, (inputs, labels)) in parts.zip(labels.chunks(at_once)).enumerate() {
            self.forward(&moments, linear, inputs, samples, noise, true)?;
            learned += self.loss(network, labels, scale)?;
            let first = number == 0;
            for l in (0..linear.len()).rev() {
                self.backward(l, conv.len(), linear, inputs, samples, first);
            }
            if !conv.is_empty() {
                let sums = self.gradients[..conv.len()].iter_mut();
                let sums = sums.flat_map(|OfLayer { mu, sigma }| [mu, sigma]);
                self.trunk
                    .backward(&moments, inputs, &self.at_trunk, sums, first);
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
    fn loss(&mut self, network: &Network, labels: &[u32], scale: f32) -> Result<Learned, Diverged> {
        let last = self.layers.last_mut().expect("a fully connected layer");
        self.loss.load(last.steps.output(&[]), network.classes());
        let learned = self.loss.gradient(labels, scale);
        self.loss.store(&mut last.d);
        learned.ok_or_else(|| lost(network.layers.len()))
    }

    /// From d of layer `l` of those fully connected, with `before` convolutions below them, to its gradients,
    /// added to those of parts before, and to d of the layer below.
    fn backward(
        &mut self,
        l: usize,
        before: usize,
        layers: &[Layer],
        inputs: &[f32],
        samples: usize,
        first: bool,
    ) {
        let threads = self.threads;
        let (below, rest) = self.layers.split_at_mut(l);
        let this = &mut rest[0];
        let layer = &layers[l];
        let columns = this.d.len() / layer.outputs;
        this.r.resize(this.d.len(), 0.0);
        multiply(&this.d, &this.q, &mut this.r);

        let (d, r) = if l + before > 0 {
            let (x, dx) = match below {
                [.., below] => (below.steps.output(&layers[l - 1].then), &mut below.d),
                [] => (self.trunk.output(), &mut self.at_trunk),
            };
            let (mu, sigma) = layer.weight.gaussian();
            squares_of(sigma.padded(), &mut self.sigma_squared);
            let left = |matrix| Left::columns(matrix, mu.stride());
            let packed = &mut self.packed;
            input_gradient(layer, left(mu.padded()), &this.d, packed, dx, threads);
            let (variance, through) = (left(&self.sigma_squared), &mut self.through_sigma);
            input_gradient(layer, variance, &this.r, packed, through, threads);
            add_product(x, through, dx);
            packed.pack_columns(x, columns, layer.inputs);
            if let [.., below] = below {
                let then = &layers[l - 1].then;
                below.steps.backward(then, columns, &mut below.d);
            }
            (&this.d, &this.r)
        } else {
            // The samples share the input: their gradients are summed first.
            let shared = columns / samples;
            sum_samples(&this.d, columns, shared, &mut self.d_sum);
            sum_samples(&this.r, columns, shared, &mut self.r_sum);
            self.packed.pack_rows(inputs, shared, layer.inputs);
            (&self.d_sum, &self.r_sum)
        };

        self.packed_squares.pack_squares(&self.packed);
        let (OfLayer { mu, sigma }, part) = (&mut self.gradients[before + l], &mut self.part);
        mu.take(d, &self.packed, first, part, threads);
        sigma.take(r, &self.packed_squares, first, part, threads);
    }
}

/// Convolutions, and the fully connected layers after them.
fn halves(network: &Network) -> (&[Layer], &[Layer]) {
    let layers = &network.layers;
    layers.split_at(convolutions(layers.iter()))
}

pub(super) fn squares_of(x: &[f32], out: &mut Vec<f32>) {
    out.resize(x.len(), 0.0);
    multiply(x, x, out);
}

/// Sum over the samples: `[outputs][samples * examples]` to `[outputs][examples]`.
pub(super) fn sum_samples(rows: &[f32], columns: usize, examples: usize, out: &mut Vec<f32>) {
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
