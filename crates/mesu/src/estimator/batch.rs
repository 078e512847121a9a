//! Local reparameterization for batches: matrix products shared by the samples.
//!
//! Shapes, with B examples and S samples: activations are feature-major, `[features][columns]`, with
//! column `s * B + b` for sample s of example b; the first layer's m and v are `[outputs][B]`, shared
//! by the samples. Each example and sample has its own noise. Convolutions that come before are the work of
//! the module `conv_stack`.

use mesu_kernels::batch::{Second, add_product, multiply, sample};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::budget::examples_at_once;
use super::conv_stack::{ConvStack, GaussianChunk, GaussianConvs, convolutions};
use super::diverged::{Diverged, check_finite, check_sigma};
use super::loss::{Criterion, Learned, Loss};
use super::samples::{squares_of, sum_samples};
use super::task::{Batch, Body, Objective};
use crate::layer::gradients::{Gradients, Product, input_gradient};
use crate::layer::{Layer, OpBuffers};
use crate::network::Network;
use crate::noise::Noise;
use crate::rule::Rule;

/// Buffers for batches; they grow to what a batch needs and stay. A clone begins with none.
#[derive(Debug)]
pub struct Batched {
    threads: Threads,
    convs: ConvStack<GaussianChunk>,
    /// Activations of each fully connected layer.
    layers: Vec<Activations>,
    /// The gradient at what the convolutions gave.
    at_convs: Vec<f32>,
    sigma_squared: Vec<f32>,
    through_sigma: Vec<f32>,
    d_sum: Vec<f32>,
    r_sum: Vec<f32>,
    gradients: Vec<LayerGradients>,
    /// Gradients of a part of a batch.
    part: Vec<f32>,
    packed: Packed,
    packed_squares: Packed,
    loss: Loss,
}

/// Results of one layer, `[outputs][S * B]` but for the m and v of a network's first layer, which the
/// samples share.
#[derive(Clone, Debug, Default)]
struct Activations {
    m: Vec<f32>,
    v: Vec<f32>,
    /// Noise, then `q = z / sqrt(v)`.
    q: Vec<f32>,
    /// Pre-activations, and what comes of them before the next layer.
    ops: OpBuffers,
    d: Vec<f32>,
    r: Vec<f32>,
}

/// Gradients of a layer: dC/dmu, and dC/dsigma over sigma.
#[derive(Clone, Debug)]
struct LayerGradients {
    mu: Gradients,
    sigma: Gradients,
}

impl Clone for Batched {
    fn clone(&self) -> Self {
        Self::new(self.threads)
    }
}

impl Batched {
    /// Buffers whose products run on `threads`.
    #[must_use]
    pub fn new(threads: Threads) -> Self {
        Self {
            threads,
            convs: ConvStack::new(threads),
            layers: Vec::new(),
            at_convs: Vec::new(),
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
        let moments = GaussianConvs::new(conv, samples, false);
        self.forward(&moments, linear, inputs, samples, noise, false)?;
        Ok(self.layers[linear.len() - 1].ops.output_mut(&[]))
    }

    /// Goes from the inputs to the logits, dropping out if it is to learn from them.
    fn forward<N: Noise>(
        &mut self,
        moments: &GaussianConvs<'_>,
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
            self.convs.forward(moments, inputs, noise, learning)?;
        }
        self.layers.resize_with(layers.len(), Activations::default);
        for (l, layer) in layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0];
            let columns = if l + before > 0 { drawn } else { examples };
            match below.last() {
                Some(below) => {
                    let x = below.ops.output(&layers[l - 1].then);
                    self.packed.pack_rows(x, layer.inputs, columns);
                }
                None if before > 0 => {
                    let x = self.convs.output();
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

            let a = this.ops.activations();
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
            this.ops.forward(&layer.then, drawn, dropping);
        }
        Ok(())
    }

    /// Makes one update on a batch.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then partly updated.
    pub fn learn<R: Rule, N: Noise>(
        &mut self,
        body: Body<'_, N>,
        batch: Batch<'_>,
        objective: Objective,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        let Body {
            network,
            noise,
            updates,
        } = body;
        let learned = self.gradients(network, batch, objective, noise)?;
        if learned.gated == batch.len() as u64 {
            network.count_idle();
            return Ok(learned);
        }
        let rules = network.rules(rule);
        let layers = network.layers.iter_mut().zip(&self.gradients);
        for (l, (layer, LayerGradients { mu, sigma })) in layers.enumerate().rev() {
            let second = Some((sigma, Second::Variance));
            let rule = rules.of(l, layer.prior_scale);
            check_sigma(l, layer.update(mu, second, &rule))?;
        }
        network.count_update();
        *updates += 1;
        Ok(learned)
    }

    /// Computes the loss of a batch, and its gradients.
    fn gradients<N: Noise>(
        &mut self,
        network: &Network,
        batch: Batch<'_>,
        Objective { samples, weight }: Objective,
        noise: &mut N,
    ) -> Result<Learned, Diverged> {
        if self.gradients.is_empty() {
            let zeros = network.layers.iter().map(|layer| LayerGradients {
                mu: Gradients::zeros(layer),
                sigma: Gradients::zeros(layer),
            });
            self.gradients.extend(zeros);
        }
        let examples_at_once = examples_at_once(network.layers.iter(), samples);
        let scale = weight / samples as f32;
        let mut learned = Learned::default();
        let (conv, linear) = halves(network);
        let moments = GaussianConvs::new(conv, samples, true);
        let parts = batch.parts(examples_at_once, network.inputs());
        for (number, part) in parts.enumerate() {
            let inputs = part.inputs;
            self.forward(&moments, linear, inputs, samples, noise, true)?;
            learned += self.loss(network, part, scale)?;
            let first = number == 0;
            for l in (0..linear.len()).rev() {
                self.backward(l, conv.len(), linear, inputs, samples, first);
            }
            if !conv.is_empty() {
                let sums = self.gradients[..conv.len()].iter_mut();
                let sums = sums.flat_map(|LayerGradients { mu, sigma }| [mu, sigma]);
                self.convs
                    .backward(&moments, inputs, &self.at_convs, sums, first);
            }
        }
        Ok(Learned {
            nll: learned.nll / samples as f64,
            ..learned
        })
    }

    /// The loss of the last forward pass, and d at the logits.
    fn loss(
        &mut self,
        network: &Network,
        batch: Batch<'_>,
        scale: f32,
    ) -> Result<Learned, Diverged> {
        let last = self.layers.last_mut().expect("a fully connected layer");
        self.loss.load(last.ops.output(&[]), network.output_size());
        let outputs = &network.outputs;
        let learned = self.loss.gradient(batch, Criterion { outputs, scale });
        self.loss.store(&mut last.d);
        learned.ok_or_else(|| Diverged::at_loss(network.layers.len()))
    }

    /// Goes from d of layer `l` of those fully connected, with `before` convolutions below them, to its
    /// gradients, added to those of parts before, and to d of the layer below.
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
                [.., below] => (below.ops.output(&layers[l - 1].then), &mut below.d),
                [] => (self.convs.output(), &mut self.at_convs),
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
                below.ops.backward(then, columns, &mut below.d);
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
        let LayerGradients { mu, sigma } = &mut self.gradients[before + l];
        let factors = [(mu, d, &self.packed), (sigma, r, &self.packed_squares)];
        for (gradients, d, packed) in factors {
            let product = Product {
                packed,
                part: &mut self.part,
                threads,
            };
            gradients.set_or_add_product(d, product, first);
        }
    }
}

/// Convolutions, and the fully connected layers after them.
fn halves(network: &Network) -> (&[Layer], &[Layer]) {
    let layers = &network.layers;
    layers.split_at(convolutions(layers.iter()))
}
