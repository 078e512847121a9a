//! Point weights: one example at a time, or a batch.
//!
//! One example: activations are rows, `[1][outputs]`, gradients are outer products that are never
//! stored, and the update of the first layer also computes the next example's pre-activations.

use mesu_kernels::batch::update;
use mesu_kernels::gemm::Threads;
use mesu_kernels::online::{Input, Moments, load_input, point, rank_one_update, rank_update};
use mesu_kernels::{Matrix, Rule};

use super::fixed::{self, Fixed, Gradients};
use super::loss::{Loss, count_correct};
use super::{Diverged, Learned, check_finite, lost};
use crate::network::Network;

/// Buffers for learning one example at a time, made once for a network.
#[derive(Clone, Debug)]
pub struct Point {
    layers: Vec<Activations>,
    this: Matrix,
    next: Matrix,
    /// What a kernel for Gaussians would need, and squares that nobody asks for.
    unused: Matrix,
    loss: Loss,
    fixed: Fixed,
    gradients: Vec<Gradients>,
}

/// `[1][outputs]` each.
#[derive(Clone, Debug)]
struct Activations {
    /// Pre-activations, then what ReLU leaves of them.
    h: Matrix,
    d: Matrix,
    unused: Matrix,
}

/// The weights of a network, or the means of its synapses, layer by layer.
pub(crate) fn weights(network: &Network) -> Vec<fixed::Weights<'_>> {
    let layers = network.layers.iter().map(|layer| fixed::Weights {
        weight: layer.weight.mu(),
        bias: layer.bias.as_ref().map(|bias| bias.mu()),
    });
    layers.collect()
}

impl Point {
    /// Buffers for `network`.
    #[must_use]
    pub fn new(network: &Network) -> Self {
        let layers = network.layers.iter().map(|layer| {
            let row = Matrix::zeros(1, layer.outputs);
            Activations {
                h: row.clone(),
                d: row.clone(),
                unused: row,
            }
        });
        let x = Matrix::zeros(1, network.inputs());
        Self {
            layers: layers.collect(),
            this: x.clone(),
            next: x.clone(),
            unused: x,
            loss: Loss::new(network.classes(), 1),
            fixed: Fixed::new(Threads::Pool),
            gradients: weights(network).into_iter().map(Gradients::new).collect(),
        }
    }

    /// Learns the examples one after another: `inputs`, `[labels.len()][network.inputs()]`, finite;
    /// labels below the number of classes. `updates` counts those made.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then partly updated.
    pub fn learn_each<R: Rule>(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        rule: &R,
        updates: &mut u64,
    ) -> Result<Learned, Diverged> {
        let mut learned = Learned::default();
        let mut examples = inputs.chunks_exact(network.inputs()).zip(labels).peekable();
        if let Some((x, _)) = examples.peek() {
            load_input(x, &mut self.this, &mut self.unused);
            let w = network.layers[0].weight.mu();
            point::products(w, &self.this, &mut self.layers[0].h);
        }
        while let Some((_, label)) = examples.next() {
            let rule = rule.at(*updates);
            self.forward(network)?;
            learned += self.loss(*label)?;
            self.backward(network, &rule);
            let next = examples.peek().map(|(x, _)| *x);
            self.update_first(network, next, &rule);
            *updates += 1;
        }
        Ok(learned)
    }

    /// From the first layer's products to the logits.
    fn forward(&mut self, network: &Network) -> Result<(), Diverged> {
        for (l, layer) in network.layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0].h;
            if let Some(below) = below.last_mut() {
                point::relu(&mut below.h);
                point::products(layer.weight.mu(), &below.h, this);
            }
            if let Some(bias) = &layer.bias {
                let pairs = this.row_mut(0).iter_mut().zip(bias.mu().row(0));
                pairs.for_each(|(a, b)| *a += b);
            }
            check_finite(l, this.row(0), &[])?;
        }
        Ok(())
    }

    /// The loss, and its gradient d at the logits.
    fn loss(&mut self, label: u32) -> Result<Learned, Diverged> {
        let count = self.layers.len();
        let Activations { h, d, .. } = &mut self.layers[count - 1];
        self.loss.load(h.row(0), h.columns());
        let learned = self.loss.gradient(&[label], 1.0);
        let logits = self.loss.logits.values();
        let pairs = d.row_mut(0).iter_mut().zip(logits);
        pairs.for_each(|(d, from)| *d = from);
        learned.ok_or_else(|| lost(count))
    }

    /// From d of the last layer to d of the first, updating all layers but the first on the way.
    fn backward<R: Rule>(&mut self, network: &mut Network, rule: &R) {
        for (l, layer) in network.layers.iter_mut().enumerate().skip(1).rev() {
            let (below, rest) = self.layers.split_at_mut(l);
            let d = &rest[0].d;
            let below = &mut below[l - 1];
            point::input_gradient(layer.weight.mu(), &below.h, d, &mut below.d);
            rank_update(layer.weight.lend(), &below.h, None, d, None, rule);
            if let Some(bias) = &mut layer.bias {
                update(bias.lend(), d, None, rule);
            }
        }
    }

    /// Updates the first layer and computes the next example's products.
    fn update_first<R: Rule>(&mut self, network: &mut Network, next: Option<&[f32]>, rule: &R) {
        let layer = &mut network.layers[0];
        let Activations { h, d, unused } = &mut self.layers[0];
        fn input(x: &Matrix) -> Input<'_> {
            Input { x, squares: x }
        }
        let next = next.map(|x| {
            load_input(x, &mut self.next, &mut self.unused);
            (input(&self.next), Moments { m: h, v: unused })
        });
        let this = input(&self.this);
        rank_one_update(layer.weight.lend(), this, d, d, rule, next);
        if let Some(bias) = &mut layer.bias {
            update(bias.lend(), d, None, rule);
        }
        std::mem::swap(&mut self.this, &mut self.next);
    }

    /// How many of the first examples of the last batch, whose labels these are, were right.
    pub(crate) fn correct(&self, labels: &[u32]) -> u64 {
        let classes = self.loss.logits.rows();
        count_correct(&self.fixed.loss.votes[..labels.len() * classes], labels)
    }

    /// One update on a batch: `inputs`, `[labels.len()][network.inputs()]`, finite; labels below the
    /// number of classes. The loss is `weight` times the sum over the examples.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then unchanged.
    pub fn learn<R: Rule>(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        weight: f32,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        let layers = weights(network);
        self.fixed.logits(&layers, inputs)?;
        let gradients = &mut self.gradients;
        let learned = self
            .fixed
            .gradients(&layers, inputs, labels, weight, gradients)?;
        for (layer, gradients) in network.layers.iter_mut().zip(&self.gradients) {
            update(layer.weight.lend(), &gradients.weight, None, rule);
            if let (Some(bias), Some(gradient)) = (&mut layer.bias, &gradients.bias) {
                update(bias.lend(), gradient, None, rule);
            }
        }
        Ok(learned)
    }
}
