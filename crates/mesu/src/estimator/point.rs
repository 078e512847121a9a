//! Point weights: one example at a time, a few at once, or a batch.
//!
//! One example or a few: activations are rows, `[examples][outputs]`, and gradients are sums of outer
//! products that are never stored. One after another, the update of the first layer also computes the
//! next example's pre-activations. Larger batches are matrix products.

use mesu_kernels::batch::update;
use mesu_kernels::gemm::Threads;
use mesu_kernels::online::{
    Input, Moments, load_input, point, rank_one_update, rank_update, sum_rows,
};
use mesu_kernels::{Generator, Matrix};

use super::diverged::{Diverged, check_finite};
use super::given_weights::GivenWeights;
use super::loss::{Criterion, Learned, Loss};
use super::task::{Batch, Body};
use crate::layer::gradients::{Gradients, LayerWeights};
use crate::network::{Network, Rules};
use crate::outputs::{Judged, Targets};
use crate::rule::Rule;
use crate::synapse::Synapses;

/// Batches up to this size are learned row by row, which costs less than packing matrices for them.
const FEW: usize = 8;

/// Buffers for learning, made once for a network and a number of rows.
#[derive(Clone, Debug)]
pub struct PointWeights {
    perceptron: bool,
    layers: Vec<Activations>,
    this: Matrix,
    next: Matrix,
    /// Output for squares, which the kernels shared with Gaussians write and point weights do not use.
    unused: Matrix,
    loss: Loss,
    given: GivenWeights,
    gradients: Vec<Gradients>,
}

/// `[examples][outputs]` each.
#[derive(Clone, Debug)]
struct Activations {
    /// Pre-activations, then what ReLU leaves of them.
    h: Matrix,
    d: Matrix,
    /// Output for variances, which the kernels shared with Gaussians write and point weights do not use.
    unused: Matrix,
}

/// The weights of a network, or the means of its synapses, layer by layer.
pub(crate) fn weights(network: &Network) -> Vec<LayerWeights<'_>> {
    network.layers.iter().map(LayerWeights::means).collect()
}

impl PointWeights {
    /// Buffers for `network`.
    #[must_use]
    pub fn new(network: &Network) -> Self {
        let x = Matrix::zeros(1, network.inputs());
        let mut buffers = Self {
            perceptron: network.is_perceptron(),
            layers: Vec::new(),
            this: x.clone(),
            next: x.clone(),
            unused: x,
            loss: Loss::new(network.output_size(), 1),
            given: GivenWeights::new(Threads::Pool),
            gradients: network.layers.iter().map(Gradients::zeros).collect(),
        };
        buffers.fit(network, 1);
        buffers
    }

    /// Makes the activations those of so many examples.
    fn fit(&mut self, network: &Network, examples: usize) {
        if self.layers.first().is_some_and(|a| a.h.rows() == examples) {
            return;
        }
        let layers = network.layers.iter().map(|layer| {
            let rows = Matrix::zeros(examples, layer.outputs);
            Activations {
                h: rows.clone(),
                d: rows.clone(),
                unused: rows,
            }
        });
        self.layers = layers.collect();
    }

    /// Learns the examples of a perceptron one after another, with an update for each.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then partly updated.
    pub fn learn_each<R: Rule>(
        &mut self,
        body: Body<'_>,
        batch: Batch<'_>,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        let Body {
            network, updates, ..
        } = body;
        self.fit(network, 1);
        let mut learned = Learned::default();
        let mut examples = batch.each(network.inputs()).peekable();
        if let Some(example) = examples.peek() {
            self.load(network, example.inputs);
        }
        while let Some(example) = examples.next() {
            let rules = network.rules(rule);
            self.forward(network)?;
            let of_example = self.loss(network, example, 1.0)?;
            learned += of_example;
            if of_example.gated > 0 {
                network.count_idle();
                if let Some(next) = examples.peek() {
                    self.load(network, next.inputs);
                }
                continue;
            }
            self.backward(network, &rules);
            let next = examples.peek().map(|example| example.inputs);
            let rule = rules.of(0, network.layers[0].prior_scale);
            self.update_first(network, next, &rule);
            network.count_update();
            *updates += 1;
        }
        Ok(learned)
    }

    /// Takes in an example, and computes the first layer's products.
    fn load(&mut self, network: &Network, x: &[f32]) {
        load_input(x, &mut self.this, &mut self.unused);
        let w = network.layers[0].weight.mu();
        point::products(w, &self.this, &mut self.layers[0].h);
    }

    /// Goes from the first layer's products to the logits.
    fn forward(&mut self, network: &Network) -> Result<(), Diverged> {
        for (l, layer) in network.layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let this = &mut rest[0].h;
            if let Some(below) = below.last_mut() {
                point::relu(&mut below.h);
                point::products(layer.weight.mu(), &below.h, this);
            }
            for example in 0..this.rows() {
                let row = this.row_mut(example);
                if let Some(bias) = &layer.bias {
                    let pairs = row.iter_mut().zip(bias.mu().row(0));
                    pairs.for_each(|(a, b)| *a += b);
                }
                check_finite(l, row, &[])?;
            }
        }
        Ok(())
    }

    /// The loss, and the gradient d of `scale` times it at the outputs.
    fn loss(
        &mut self,
        network: &Network,
        batch: Batch<'_>,
        scale: f32,
    ) -> Result<Learned, Diverged> {
        let count = self.layers.len();
        let Activations { h, d, .. } = &mut self.layers[count - 1];
        self.loss.load_rows(h);
        let outputs = &network.outputs;
        let learned = self.loss.gradient(batch, Criterion { outputs, scale });
        self.loss.store_rows(d);
        learned.ok_or_else(|| Diverged::at_loss(count))
    }

    /// Goes from d of the last layer to d of the first, updating all layers but the first on the way.
    fn backward<R: Rule>(&mut self, network: &mut Network, rules: &Rules<R>) {
        for (l, layer) in network.layers.iter_mut().enumerate().skip(1).rev() {
            let (below, rest) = self.layers.split_at_mut(l);
            let (d, rule) = (&rest[0].d, &rules.of(l, layer.prior_scale));
            let below = &mut below[l - 1];
            point::input_gradient(layer.weight.mu(), &below.h, d, &mut below.d);
            rank_update(layer.weight.lend(), &below.h, None, d, None, rule);
            if let Some(bias) = &mut layer.bias {
                update_bias(bias, d, rule);
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

    /// Judges the predictions of the first examples of the last batch of `examples` by their targets.
    pub(crate) fn judge(&self, network: &Network, examples: usize, targets: Targets<'_>) -> Judged {
        let sums = match examples {
            ..=FEW if self.perceptron => &self.loss.sums,
            _ => &self.given.sums,
        };
        let of_first = targets.len() * sums.len() / examples;
        network.outputs.judge(&sums[..of_first], 1, targets)
    }

    /// Makes one step on a batch, whose loss is `weight` times the sum over the examples. Networks with
    /// dropout drop out if there is noise.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then unchanged.
    pub fn step<R: Rule>(
        &mut self,
        network: &mut Network,
        noise: Option<&mut Generator>,
        batch: Batch<'_>,
        weight: f32,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        match batch.len() {
            ..=FEW if self.perceptron => self.learn_few(network, batch, weight, rule),
            _ => self.learn_many(network, noise, batch, weight, rule),
        }
    }

    /// Makes a [`step`](Self::step) by matrix products.
    fn learn_many<R: Rule>(
        &mut self,
        network: &mut Network,
        noise: Option<&mut Generator>,
        batch: Batch<'_>,
        weight: f32,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        let (layers, gradients) = (weights(network), &mut self.gradients);
        let criterion = Criterion {
            outputs: &network.outputs,
            scale: weight,
        };
        let given = &mut self.given;
        let learned = given.learn(&layers, batch, criterion, gradients, noise)?;
        if learned.gated == batch.len() as u64 {
            network.count_idle();
            return Ok(learned);
        }
        let rules = network.rules(rule);
        let layers = network.layers.iter_mut().zip(&self.gradients);
        for (l, (layer, gradients)) in layers.enumerate() {
            let rule = rules.of(l, layer.prior_scale);
            layer.update(gradients, None, &rule);
        }
        network.count_update();
        Ok(learned)
    }

    /// Makes a [`step`](Self::step) without matrix products.
    fn learn_few<R: Rule>(
        &mut self,
        network: &mut Network,
        batch: Batch<'_>,
        weight: f32,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        self.fit(network, batch.len());
        let x = Matrix::from_slice(batch.len(), network.inputs(), batch.inputs);
        point::products(network.layers[0].weight.mu(), &x, &mut self.layers[0].h);
        self.forward(network)?;
        let learned = self.loss(network, batch, weight)?;
        if learned.gated == batch.len() as u64 {
            network.count_idle();
            return Ok(learned);
        }
        let rules = network.rules(rule);
        self.backward(network, &rules);
        let (layer, d) = (&mut network.layers[0], &self.layers[0].d);
        let rule = &rules.of(0, layer.prior_scale);
        rank_update(layer.weight.lend(), &x, None, d, None, rule);
        if let Some(bias) = &mut layer.bias {
            update_bias(bias, d, rule);
        }
        network.count_update();
        Ok(learned)
    }
}

/// Updates a bias with the sum of the examples' gradients.
fn update_bias<R: Rule>(bias: &mut Synapses, d: &Matrix, rule: &R) {
    if d.rows() == 1 {
        update(bias.lend(), d, None, rule);
        return;
    }
    let mut sum = Matrix::zeros(1, d.columns());
    sum_rows(d, &mut sum);
    update(bias.lend(), &sum, None, rule);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{NetworkConfig, WeightKind};
    use crate::rule::Sgd;

    #[test]
    fn few_and_many_take_the_same_step() {
        let config = NetworkConfig {
            hidden: vec![21, 6],
            bias: true,
            ..Default::default()
        };
        let noise = &mut Generator::named(5, "network", &[]);
        let network = Network::new(13, 4, &config, WeightKind::Point, noise).unwrap();
        let flat = |network: &Network| -> Vec<f32> {
            let layers = network.layers.iter();
            let groups = layers.flat_map(|layer| [Some(&layer.weight), layer.bias.as_ref()]);
            groups
                .flatten()
                .flat_map(|group| group.mu().values().collect::<Vec<_>>())
                .collect()
        };
        let rule = Sgd { lr: 0.1 };
        for examples in [1, 2, 5, FEW] {
            let inputs = Generator::named(7, "inputs", &[]).normals(13 * examples);
            let labels: Vec<u32> = (0..examples as u32).map(|i| i * 7 % 4).collect();
            let (mut point, batch) = (PointWeights::new(&network), Batch::new(&inputs, &labels));
            let (mut few, mut many) = (network.clone(), network.clone());
            let a = point.learn_few(&mut few, batch, 0.5, &rule);
            let b = point.learn_many(&mut many, None, batch, 0.5, &rule);
            let (a, b) = (a.unwrap(), b.unwrap());
            assert_eq!(a.correct, b.correct);
            assert!((a.nll - b.nll).abs() < 1e-5 * a.nll);
            let (few, many) = (flat(&few), flat(&many));
            assert_ne!(few, flat(&network));
            let mut pairs = few.iter().zip(&many);
            assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-5 * (1.0 + a.abs())));
        }
    }
}
