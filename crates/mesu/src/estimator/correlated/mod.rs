//! Learning with correlated synapses, example by example.
//!
//! Forward, with S draws of one normal z for each neuron (exact for one example), and back:
//!
//! ```text
//! p = V h      s^2 = h.p      m = M h      a_o = m_o + s z_o
//! dC/dh = M^T d + ( sum_o d_o z_o / s ) p
//! ```
//!
//! The evidence of an example is the Gauss-Newton curvature of the loss along each pre-activation, b_o >= 0, averaged over
//! the neurons, `c = mean_o b_o`. With J the derivative of the outputs by a hidden layer's pre-activations through the means,
//! and the loss's curvature `diag(q) - q q^T` at the outputs (`diag(q)` of values),
//!
//! ```text
//! b_i = [a_i > 0] ( sum_k q_k J_ki^2 - ( sum_k q_k J_ki )^2 + V'_ii sum_o b'_o )
//! ```
//!
//! where V' and b' are of the layer above: the last term is what its own uncertainty adds. The update is
//! `M - lr d (V_new h)^T`, where V_new has taken the evidence in.

use std::borrow::Cow;

use mesu_kernels::covariance::add_weighted_rows;
use mesu_kernels::online::point::{input_gradient, products};
use mesu_kernels::{Generator, Matrix, all_finite};

mod activations;
mod evidence;

use self::activations::{Activations, Row};
pub(crate) use self::evidence::{Evidence, Rates};
use super::diverged::Diverged;
use super::loss::{Criterion, Learned, Loss};
use super::task::Batch;
use crate::layer::Layer;
use crate::network::Network;
use crate::network::covariance::{InputCovariance, variance_along};
use crate::outputs::{Outputs, Prediction};

/// Buffers for one example at a time.
#[derive(Clone, Debug)]
pub(crate) struct Correlated {
    layers: Vec<Activations>,
    loss: Loss,
    /// Weights q of the curvature at the outputs, `[outputs][S]`.
    weights: Matrix,
    samples: usize,
    terms: Vec<(usize, f32)>,
}

impl Correlated {
    /// Buffers for `network` and `samples` noise samples.
    pub(crate) fn new(network: &Network, samples: usize) -> Self {
        let layers = network.layers.iter().enumerate().map(|(l, layer)| {
            let rows = if l == 0 { 1 } else { samples };
            let n = layer.inputs + usize::from(layer.bias.is_some());
            let mut x = Matrix::zeros(1, n);
            x.row_mut(0)[n - 1] = 1.0;
            let row = Row {
                p: Matrix::zeros(1, n),
                x,
                s: 0.0,
            };
            let neurons = Matrix::zeros(samples, layer.outputs);
            Activations {
                h: Matrix::zeros(rows, layer.inputs),
                rows: vec![row; rows],
                m: Matrix::zeros(rows, layer.outputs),
                z: neurons.clone(),
                a: neurons.clone(),
                d: neurons.clone(),
                b: neurons,
            }
        });
        Self {
            layers: layers.collect(),
            loss: Loss::new(network.output_size(), samples),
            weights: Matrix::zeros(network.output_size(), samples),
            samples,
            terms: Vec::new(),
        }
    }

    /// Number of samples that the buffers are for.
    pub(crate) fn samples(&self) -> usize {
        self.samples
    }

    /// Goes from an example to the outputs of each sample.
    pub(crate) fn forward<'a>(
        &mut self,
        network: &Network,
        covariance: impl Fn(usize) -> &'a InputCovariance,
        x: &[f32],
        noise: &mut Generator,
    ) -> Result<(), Diverged> {
        for (l, layer) in network.layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0];
            match below.last() {
                None => this.h.row_mut(0).copy_from_slice(x),
                Some(below) => {
                    let (to, from) = (this.h.padded_mut(), below.a.padded());
                    to.iter_mut().zip(from).for_each(|(h, a)| *h = a.max(0.0));
                }
            }
            products(layer.weight.mu(), &this.h, &mut this.m);
            for (number, row) in this.rows.iter_mut().enumerate() {
                row.x.row_mut(0)[..layer.inputs].copy_from_slice(this.h.row(number));
                covariance(l).product(&row.x, &mut row.p, &mut self.terms);
                let variance = variance_along(row.x.row(0), row.p.row(0));
                row.s = variance.sqrt();
                let m = this.m.row_mut(number);
                if let Some(bias) = &layer.bias {
                    m.iter_mut()
                        .zip(bias.mu().row(0))
                        .for_each(|(m, b)| *m += b);
                }
                if !(all_finite(m) && variance.is_finite()) {
                    return Err(Diverged::new(l + 1, "pre-activations are not finite"));
                }
            }
            noise.fill_normal(this.z.padded_mut());
            for sample in 0..self.samples {
                let row = sample.min(this.rows.len() - 1);
                let (m, s) = (this.m.row(row), this.rows[row].s);
                let pairs = m.iter().zip(this.z.row(sample));
                let a = this.a.row_mut(sample).iter_mut();
                a.zip(pairs).for_each(|(a, (m, z))| *a = m + s * z);
            }
        }
        Ok(())
    }

    /// Outputs of the last forward pass, `[outputs][S]`.
    pub(crate) fn outputs(&mut self) -> &Matrix {
        let last = &self.layers[self.layers.len() - 1];
        self.loss.load_rows(&last.a);
        &self.loss.logits
    }

    /// Prediction of the last forward pass.
    pub(crate) fn prediction(&mut self, outputs: &Outputs) -> Prediction {
        outputs.predict_one(self.outputs().clone())
    }

    /// Goes back from the loss of the last forward pass, of one example, `weight` times its own; adds what is seen of it
    /// to the evidence at each layer.
    pub(crate) fn backward<'a>(
        &mut self,
        network: &Network,
        covariance: impl Fn(usize) -> &'a InputCovariance,
        example: Batch<'_>,
        weight: f32,
        evidence: &mut [Evidence],
    ) -> Result<Learned, Diverged> {
        let samples = self.samples as f32;
        self.outputs();
        self.weights
            .padded_mut()
            .copy_from_slice(self.loss.logits.padded());
        let criterion = Criterion {
            outputs: &network.outputs,
            scale: weight / samples,
        };
        let learned = self
            .loss
            .gradient(example, criterion)
            .ok_or_else(|| Diverged::at_loss(self.layers.len()))?;
        let learned = Learned {
            nll: learned.nll / f64::from(samples),
            ..learned
        };
        if learned.gated > 0 {
            return Ok(learned);
        }
        let last = self.layers.len() - 1;
        self.loss.store_rows(&mut self.layers[last].d);
        self.curvatures(network, &covariance);
        for l in (1..=last).rev() {
            self.gradient_below(l, &network.layers[l]);
        }
        let weight = weight * example.weights.map_or(1.0, |weights| weights[0]);
        for (this, evidence) in self.layers.iter().zip(evidence) {
            evidence.add(this, weight / samples);
        }
        Ok(learned)
    }

    /// Goes from d of layer `l` to d of the layer below.
    fn gradient_below(&mut self, l: usize, layer: &Layer) {
        let (below, rest) = self.layers.split_at_mut(l);
        let (below, this) = (&mut below[l - 1], &rest[0]);
        input_gradient(layer.weight.mu(), &this.h, &this.d, &mut below.d);
        for (sample, row) in this.rows.iter().enumerate() {
            let along = this.d.row(sample).iter().zip(this.z.row(sample));
            let along: f32 = along.map(|(d, z)| d * z).sum();
            let share = if row.s > 0.0 { along / row.s } else { 0.0 };
            let h = this.h.row(sample).iter().zip(row.p.row(0));
            for (d, (h, p)) in below.d.row_mut(sample).iter_mut().zip(h) {
                *d += if *h > 0.0 { share * p } else { 0.0 };
            }
        }
    }

    /// The curvature b at the pre-activations of all layers, for each sample.
    fn curvatures<'a>(
        &mut self,
        network: &Network,
        covariance: &impl Fn(usize) -> &'a InputCovariance,
    ) {
        let last = self.layers.len() - 1;
        let outputs = network.output_size();
        let minus = f32::from(u8::from(network.outputs == Outputs::Classes));
        network.outputs.curvature(&mut self.weights);
        let mut weights = vec![0.0; outputs];
        for sample in 0..self.samples {
            for (k, weight) in weights.iter_mut().enumerate() {
                *weight = self.weights.row(k)[sample];
            }
            let b = self.layers[last].b.row_mut(sample).iter_mut();
            b.zip(&weights).for_each(|(b, q)| *b = q - minus * q * q);
            let mut through: Option<Matrix> = None;
            for l in (0..last).rev() {
                let (this, above) = self.layers.split_at_mut(l + 1);
                let (this, above) = (&mut this[l], &above[0]);
                let mu = network.layers[l + 1].weight.mu();
                // J of this layer, before its ReLU.
                let jacobian = match &through {
                    None => Cow::Borrowed(mu),
                    Some(above) => {
                        let mut jacobian = Matrix::zeros(outputs, mu.columns());
                        multiply_rows(mu, above, &mut jacobian);
                        Cow::Owned(jacobian)
                    }
                };
                let own: f32 = above.b.row(sample).iter().sum();
                let variances = covariance(l + 1).variances();
                let b = this.b.row_mut(sample);
                let mut means = vec![0.0; b.len()];
                b.iter_mut().zip(variances).for_each(|(b, v)| *b = v * own);
                for (k, q) in weights.iter().enumerate() {
                    let row = jacobian.row(k).iter();
                    for ((b, mean), j) in b.iter_mut().zip(&mut means).zip(row) {
                        *b += q * j * j;
                        *mean += q * j;
                    }
                }
                let active = this.a.row(sample).iter();
                for ((b, mean), a) in b.iter_mut().zip(&means).zip(active) {
                    let curvature = (*b - minus * mean * mean).max(0.0);
                    *b = if *a > 0.0 { curvature } else { 0.0 };
                }
                if l > 0 {
                    let mut masked = jacobian.into_owned();
                    for k in 0..outputs {
                        let pairs = masked.row_mut(k).iter_mut().zip(this.a.row(sample));
                        pairs.for_each(|(j, a)| *j = if *a > 0.0 { *j } else { 0.0 });
                    }
                    through = Some(masked);
                }
            }
        }
    }
}

/// Computes `out = factors matrix`: `[k][rows]` times `[rows][columns]`.
fn multiply_rows(matrix: &Matrix, factors: &Matrix, out: &mut Matrix) {
    for k in 0..factors.rows() {
        let terms: Vec<(usize, f32)> = factors.row(k).iter().copied().enumerate().collect();
        let mut row = Matrix::zeros(1, matrix.columns());
        add_weighted_rows(matrix, &terms, &mut row);
        out.row_mut(k).copy_from_slice(row.row(0));
    }
}
