//! Local reparameterization for one example at a time: forward, backward and update in one go.
//!
//! Shapes, with S samples: the first layer's m and v are `[outputs]`, shared by the samples; all
//! other activations and gradients are `[S][outputs]`. No weight gradient is stored: it is an outer
//! product that the update kernels of [`mesu_kernels::online`] form, apply and forget. The update of
//! the first layer also computes m and v of the next example, in the same pass over its synapses.

use mesu_kernels::Matrix;
use mesu_kernels::batch::{Second, update};
use mesu_kernels::online::{
    Input, Moments, input_gradient_rows, load_input, mean_variance, mean_variance_rows, multiply,
    rank_one_update, rank_update, relu_square, sample, sum_rows,
};

use super::diverged::{Diverged, check_finite, check_sigma};
use super::loss::{Criterion, Learned, Loss};
use super::task::{Batch, Body};
use crate::layer::Layer;
use crate::network::{Network, Rules};
use crate::noise::Noise;
use crate::outputs::Prediction;
use crate::rule::Rule;

/// Buffers for learning one example at a time, made once for a network and a number of samples.
#[derive(Clone, Debug)]
pub struct OneByOne {
    layers: Vec<Activations>,
    this: Example,
    next: Example,
    loss: Loss,
}

/// An input and its squares, `[1][inputs]`.
#[derive(Clone, Debug)]
struct Example {
    x: Matrix,
    squares: Matrix,
}

impl Example {
    fn input(&self) -> Input<'_> {
        Input {
            x: &self.x,
            squares: &self.squares,
        }
    }
}

/// Results of one layer, `[S][outputs]` but for the first layer's m and v, `[1][outputs]`.
#[derive(Clone, Debug)]
struct Activations {
    m: Matrix,
    v: Matrix,
    /// Noise, then `q = z / sqrt(v)`.
    q: Matrix,
    /// Pre-activations, then what ReLU leaves of them.
    h: Matrix,
    squares: Matrix,
    d: Matrix,
    r: Matrix,
    /// d and r summed over the samples, `[1][outputs]`.
    d_sum: Matrix,
    r_sum: Matrix,
}

impl Activations {
    fn moments(&mut self) -> Moments<'_> {
        Moments {
            m: &mut self.m,
            v: &mut self.v,
        }
    }
}

impl OneByOne {
    /// Buffers for `network` and `samples` noise samples.
    #[must_use]
    pub fn new(network: &Network, samples: usize) -> Self {
        let layers = network.layers.iter().enumerate().map(|(l, layer)| {
            let rows = Matrix::zeros(samples, layer.outputs);
            let row = Matrix::zeros(1, layer.outputs);
            let moments = if l == 0 { row.clone() } else { rows.clone() };
            Activations {
                m: moments.clone(),
                v: moments,
                q: rows.clone(),
                h: rows.clone(),
                squares: rows.clone(),
                d: rows.clone(),
                r: rows,
                d_sum: row.clone(),
                r_sum: row,
            }
        });
        let x = Matrix::zeros(1, network.inputs());
        let example = Example {
            x: x.clone(),
            squares: x,
        };
        Self {
            layers: layers.collect(),
            this: example.clone(),
            next: example,
            loss: Loss::new(network.output_size(), samples),
        }
    }

    /// Learns the examples one after another, with an update for each.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then partly updated.
    pub fn learn_each<R: Rule, N: Noise>(
        &mut self,
        body: Body<'_, N>,
        batch: Batch<'_>,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        let Body {
            network,
            noise,
            updates,
        } = body;
        let mut learned = Learned::default();
        let mut examples = batch.each(network.inputs()).peekable();
        if let Some(example) = examples.peek() {
            self.load(network, example.inputs);
        }
        while let Some(example) = examples.next() {
            let rules = &network.rules(rule);
            self.forward(network, noise)?;
            let of_example = self.loss(network, example)?;
            learned += of_example;
            if of_example.gated > 0 {
                network.count_idle();
                if let Some(next) = examples.peek() {
                    self.load(network, next.inputs);
                }
                continue;
            }
            self.backward(network, rules)?;
            let next = examples.peek().map(|example| example.inputs);
            let first = &mut network.layers[0];
            let rule = rules.of(0, first.prior_scale);
            self.update_first(first, next, &rule)?;
            network.count_update();
            *updates += 1;
        }
        Ok(learned)
    }

    /// Goes from m and v of the first layer, without the bias, to the pre-activations of the last.
    fn forward<N: Noise>(&mut self, network: &Network, noise: &mut N) -> Result<(), Diverged> {
        for (l, layer) in network.layers.iter().enumerate() {
            let (below, rest) = self.layers.split_at_mut(l);
            let Activations { m, v, q, h, .. } = &mut rest[0];
            if let Some(below) = below.last_mut() {
                relu_square(&mut below.h, &mut below.squares);
                let (mu, sigma) = layer.weight.gaussian();
                mean_variance_rows(mu, sigma, &below.h, &below.squares, m, v);
            }
            layer.add_bias_to_rows(m, v);
            check_finite(l, m.padded(), v.padded())?;
            noise.fill_normal(q.padded_mut());
            sample(m, v, q, h);
        }
        Ok(())
    }

    /// Number of noise samples that the buffers are for.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.loss.logits.columns()
    }

    /// Takes in an example, and computes the first layer's m and v, without the bias.
    fn load(&mut self, network: &Network, x: &[f32]) {
        load_input(x, &mut self.this.x, &mut self.this.squares);
        let (mu, sigma) = network.layers[0].weight.gaussian();
        mean_variance(mu, sigma, self.this.input(), self.layers[0].moments());
    }

    /// Predicts an example from the network as it is.
    ///
    /// # Errors
    /// [`Diverged`] when a layer's pre-activations are not finite.
    pub fn predict<N: Noise>(
        &mut self,
        network: &Network,
        x: &[f32],
        noise: &mut N,
    ) -> Result<Prediction, Diverged> {
        self.load(network, x);
        self.forward(network, noise)?;
        Ok(self.prediction(network))
    }

    /// Learns an example with one update, and gives the prediction from before it.
    ///
    /// # Errors
    /// [`Diverged`] when the network can't be computed with any more; it is then partly updated.
    pub fn learn_one<R: Rule, N: Noise>(
        &mut self,
        body: Body<'_, N>,
        example: Batch<'_>,
        rule: &R,
    ) -> Result<(Prediction, Learned), Diverged> {
        self.load(body.network, example.inputs);
        self.forward(body.network, body.noise)?;
        let prediction = self.prediction(body.network);
        Ok((prediction, self.learn_predicted(body, example, rule)?))
    }

    /// Learns the example that was the last to be [predicted](Self::predict), by the network as it still is:
    /// its forward pass is there.
    ///
    /// # Errors
    /// As [`learn_one`](Self::learn_one).
    pub fn learn_predicted<R: Rule, N: Noise>(
        &mut self,
        body: Body<'_, N>,
        example: Batch<'_>,
        rule: &R,
    ) -> Result<Learned, Diverged> {
        let Body {
            network, updates, ..
        } = body;
        let learned = self.loss(network, example)?;
        if learned.gated > 0 {
            network.count_idle();
        } else {
            let rules = &network.rules(rule);
            self.backward(network, rules)?;
            let first = &mut network.layers[0];
            let rule = rules.of(0, first.prior_scale);
            self.update_first(first, None, &rule)?;
            network.count_update();
            *updates += 1;
        }
        Ok(learned)
    }

    /// The prediction of the last forward pass.
    fn prediction(&mut self, network: &Network) -> Prediction {
        self.load_logits();
        network.outputs.predict_one(self.loss.logits.clone())
    }

    /// Takes the logits of the last forward pass into the loss.
    fn load_logits(&mut self) {
        let h = &self.layers[self.layers.len() - 1].h;
        for class in 0..h.columns() {
            let row = self.loss.logits.row_mut(class).iter_mut();
            row.zip(h.padded()[class..].iter().step_by(h.stride()))
                .for_each(|(to, from)| *to = *from);
        }
    }

    /// The loss, and its gradient d at the logits.
    fn loss(&mut self, network: &Network, example: Batch<'_>) -> Result<Learned, Diverged> {
        let count = self.layers.len();
        self.load_logits();
        let Activations { h, d, .. } = &mut self.layers[count - 1];
        let samples = h.rows();
        let stride = h.stride();
        // All samples are of one example; their gradients are means.
        let criterion = Criterion {
            outputs: &network.outputs,
            scale: 1.0 / samples as f32,
        };
        let learned = self
            .loss
            .gradient(example, criterion)
            .ok_or_else(|| Diverged::at_loss(count))?;
        for class in 0..d.columns() {
            let column = d.padded_mut()[class..].iter_mut().step_by(stride);
            column
                .zip(self.loss.logits.row(class))
                .for_each(|(to, from)| *to = *from);
        }
        Ok(Learned {
            nll: learned.nll / samples as f64,
            ..learned
        })
    }

    /// Goes from d of the last layer to d of the first, updating all layers but the first on the way.
    fn backward<R: Rule>(
        &mut self,
        network: &mut Network,
        rules: &Rules<R>,
    ) -> Result<(), Diverged> {
        for (l, layer) in network.layers.iter_mut().enumerate().rev() {
            let (below, rest) = self.layers.split_at_mut(l);
            let Activations {
                q,
                d,
                r,
                d_sum,
                r_sum,
                ..
            } = &mut rest[0];
            multiply(d, q, r);
            let Some(below) = below.last_mut() else { break };
            let Activations {
                h,
                squares,
                d: d_below,
                ..
            } = below;
            let rule = &rules.of(l, layer.prior_scale);
            let Layer { weight, bias, .. } = layer;
            let (mu, sigma) = weight.gaussian();
            input_gradient_rows(mu, sigma, h, d, r, d_below);
            let updated = rank_update(weight.lend(), h, Some(squares), d, Some(r), rule);
            check_sigma(l, updated)?;
            if let Some(bias) = bias {
                sum_rows(d, d_sum);
                sum_rows(r, r_sum);
                let second = Some((&*r_sum, Second::Variance));
                check_sigma(l, update(bias.lend(), d_sum, second, rule))?;
            }
        }
        Ok(())
    }

    /// Updates the first layer and computes m and v of the next example, without the bias.
    fn update_first<R: Rule>(
        &mut self,
        layer: &mut Layer,
        next: Option<&[f32]>,
        rule: &R,
    ) -> Result<(), Diverged> {
        let Activations {
            m,
            v,
            d,
            r,
            d_sum,
            r_sum,
            ..
        } = &mut self.layers[0];
        sum_rows(d, d_sum);
        sum_rows(r, r_sum);
        let next = next.map(|x| {
            load_input(x, &mut self.next.x, &mut self.next.squares);
            (self.next.input(), Moments { m, v })
        });
        let this = self.this.input();
        check_sigma(
            0,
            rank_one_update(layer.weight.lend(), this, d_sum, r_sum, rule, next),
        )?;
        if let Some(bias) = &mut layer.bias {
            let second = Some((&*r_sum, Second::Variance));
            check_sigma(0, update(bias.lend(), d_sum, second, rule))?;
        }
        std::mem::swap(&mut self.this, &mut self.next);
        Ok(())
    }
}
