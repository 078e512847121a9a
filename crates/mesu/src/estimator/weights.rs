//! Weight sampling: per sample, `w = mu + sigma epsilon`, the same w for the whole batch.
//!
//! With g = dC/dw: `dC/dmu = sum_s g_s` and `dC/dsigma = sum_s g_s epsilon_s`. Activations are
//! feature-major, `[features][examples]`, one sample after another.

use mesu_kernels::batch::{Second, accumulate, gate, sample_weights, update};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};
use mesu_kernels::{Matrix, Rule};

use super::local::{relu, row_sums};
use super::loss::{Loss, count_correct};
use super::{Diverged, Learned, Noise, check_finite, check_sigma, lost};
use crate::network::Network;
use crate::synapse::Synapses;

/// Buffers for weight sampling; they grow to what a batch needs and stay.
#[derive(Clone, Debug)]
pub struct Weights {
    threads: Threads,
    layers: Vec<Sampled>,
    packed: Packed,
    zeros: Vec<f32>,
    loss: Loss,
}

/// One layer under one sample of its weights.
#[derive(Clone, Debug)]
struct Sampled {
    weight: Draw,
    bias: Option<Draw>,
    /// `[outputs][examples]`: pre-activations, then what ReLU leaves of them.
    h: Vec<f32>,
    d: Vec<f32>,
}

/// A draw of a group of synapses, and the gradients summed over draws; all of the group's shape.
#[derive(Clone, Debug)]
struct Draw {
    epsilon: Vec<f32>,
    w: Matrix,
    gradient: Matrix,
    gradient_mu: Matrix,
    gradient_sigma: Matrix,
}

impl Draw {
    fn new(synapses: &Synapses) -> Self {
        let zeros = Matrix::zeros(synapses.mu().rows(), synapses.mu().columns());
        Self {
            epsilon: vec![0.0; synapses.len()],
            w: zeros.clone(),
            gradient: zeros.clone(),
            gradient_mu: zeros.clone(),
            gradient_sigma: zeros,
        }
    }

    fn draw<N: Noise>(&mut self, synapses: &Synapses, noise: &mut N) {
        noise.fill_normal(&mut self.epsilon);
        for (row, epsilon) in self.epsilon.chunks_exact(self.w.columns()).enumerate() {
            let (mu, sigma) = (synapses.mu().row(row), synapses.sigma().row(row));
            sample_weights(mu, sigma, epsilon, self.w.row_mut(row));
        }
    }

    fn clear_gradients(&mut self) {
        self.gradient_mu.padded_mut().fill(0.0);
        self.gradient_sigma.padded_mut().fill(0.0);
    }

    /// Adds `gradient`, that of this draw.
    fn add(&mut self) {
        for (row, epsilon) in self.epsilon.chunks_exact(self.w.columns()).enumerate() {
            let (mu, sigma) = (
                self.gradient_mu.row_mut(row),
                self.gradient_sigma.row_mut(row),
            );
            accumulate(self.gradient.row(row), epsilon, mu, sigma);
        }
    }

    fn update<R: Rule>(&self, synapses: &mut Synapses, rule: &R) -> bool {
        update(
            synapses.lend(),
            &self.gradient_mu,
            &self.gradient_sigma,
            Second::Sigma,
            rule,
        )
    }
}

impl Weights {
    /// Buffers whose products run on `threads`.
    #[must_use]
    pub fn new(threads: Threads) -> Self {
        Self {
            threads,
            layers: Vec::new(),
            packed: Packed::default(),
            zeros: Vec::new(),
            loss: Loss::new(0, 0),
        }
    }

    /// Draws one sample of all weights.
    pub fn draw<N: Noise>(&mut self, network: &Network, noise: &mut N) {
        if self.layers.is_empty() {
            self.layers
                .extend(network.layers.iter().map(|layer| Sampled {
                    weight: Draw::new(&layer.weight),
                    bias: layer.bias.as_ref().map(Draw::new),
                    h: Vec::new(),
                    d: Vec::new(),
                }));
        }
        for (layer, sampled) in network.layers.iter().zip(&mut self.layers) {
            sampled.weight.draw(&layer.weight, noise);
            if let (Some(draw), Some(bias)) = (&mut sampled.bias, &layer.bias) {
                draw.draw(bias, noise);
            }
        }
    }

    /// Logits, `[classes][examples]`, of `inputs`, `[examples][network.inputs()]`, under the weights
    /// that were last drawn.
    ///
    /// # Errors
    /// [`Diverged`] when a layer's pre-activations are not finite.
    pub fn logits(&mut self, network: &Network, inputs: &[f32]) -> Result<&mut [f32], Diverged> {
        let examples = inputs.len() / network.inputs();
        for (l, layer) in network.layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0];
            if let Some(below) = below.last_mut() {
                relu(&mut below.h);
                self.packed.pack_rows(&below.h, layer.inputs, examples);
            } else {
                self.packed.pack_columns(inputs, layer.inputs, examples);
            }
            this.h.resize(layer.outputs * examples, 0.0);
            let w = Left::rows(this.weight.w.padded(), this.weight.w.stride());
            gemm(w, &self.packed, &mut this.h, examples, self.threads);
            if let Some(bias) = &this.bias {
                for (row, b) in this.h.chunks_exact_mut(examples).zip(bias.w.row(0)) {
                    row.iter_mut().for_each(|a| *a += b);
                }
            }
            check_finite(l, &this.h, &[])?;
        }
        let last = self.layers.len() - 1;
        Ok(&mut self.layers[last].h)
    }

    /// One update on a batch; the arguments are those of [`super::local::Local::learn`].
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
        let count = network.layers.len();
        for sampled in &mut self.layers {
            sampled.weight.clear_gradients();
            sampled.bias.iter_mut().for_each(Draw::clear_gradients);
        }
        let scale = weight / samples as f32;
        let mut learned = Learned::default();
        let mut votes = vec![0.0; labels.len() * network.classes()];
        for _ in 0..samples {
            self.draw(network, noise);
            self.logits(network, inputs)?;
            let last = &mut self.layers[count - 1];
            self.loss.load(&last.h, network.classes());
            learned += self
                .loss
                .gradient(labels, scale)
                .ok_or_else(|| lost(count))?;
            self.loss.store(&mut last.d);
            votes
                .iter_mut()
                .zip(&self.loss.votes)
                .for_each(|(sum, p)| *sum += p);
            self.backward(network, inputs, labels.len());
        }
        for (l, (layer, sampled)) in network.layers.iter_mut().zip(&self.layers).enumerate() {
            check_sigma(l, sampled.weight.update(&mut layer.weight, rule))?;
            if let (Some(draw), Some(bias)) = (&sampled.bias, &mut layer.bias) {
                check_sigma(l, draw.update(bias, rule))?;
            }
        }
        Ok(Learned {
            nll: learned.nll / samples as f64,
            correct: count_correct(&votes, labels),
        })
    }

    /// Adds the gradients of one sample of the weights.
    fn backward(&mut self, network: &Network, inputs: &[f32], examples: usize) {
        for (l, layer) in network.layers.iter().enumerate().rev() {
            let (below, rest) = self.layers.split_at_mut(l);
            let Sampled {
                weight, bias, d, ..
            } = &mut rest[0];
            if let Some(below) = below.last_mut() {
                below.d.resize(layer.inputs * examples, 0.0);
                self.packed.pack_rows(d, layer.outputs, examples);
                let w = Left::columns(weight.w.padded(), weight.w.stride());
                gemm(w, &self.packed, &mut below.d, examples, self.threads);
                self.zeros.resize(below.d.len(), 0.0);
                gate(&below.h, &mut below.d, &self.zeros);
                self.packed.pack_columns(&below.h, examples, layer.inputs);
            } else {
                self.packed.pack_rows(inputs, examples, layer.inputs);
            }
            let (stride, left) = (weight.gradient.stride(), Left::rows(d, examples));
            gemm(
                left,
                &self.packed,
                weight.gradient.padded_mut(),
                stride,
                self.threads,
            );
            weight.add();
            if let Some(bias) = bias {
                bias.gradient = row_sums(d, examples);
                bias.add();
            }
        }
    }
}
