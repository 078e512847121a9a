//! Weight sampling: per sample, `w = mu + sigma epsilon`, the same w for the whole batch.
//!
//! With g = dC/dw: `dC/dmu = sum_s g_s` and `dC/dsigma = sum_s g_s epsilon_s`.

use mesu_kernels::Matrix;
use mesu_kernels::batch::{Second, accumulate, sample_weights};
use mesu_kernels::gemm::Threads;

use super::diverged::{Diverged, check_sigma};
use super::given_weights::GivenWeights;
use super::loss::{Criterion, Learned};
use super::task::{Batch, Body, Objective};
use crate::layer::gradients::{Gradients, LayerWeights};
use crate::network::Network;
use crate::noise::Noise;
use crate::rule::Rule;
use crate::synapse::Synapses;

/// One draw of all weights of a network.
#[derive(Clone, Debug)]
pub struct Draw {
    layers: Vec<(Drawn, Option<Drawn>)>,
}

/// The draw of a group of synapses, of its shape.
#[derive(Clone, Debug)]
struct Drawn {
    epsilon: Vec<f32>,
    w: Matrix,
}

impl Drawn {
    fn new(synapses: &Synapses) -> Self {
        Self {
            epsilon: vec![0.0; synapses.len()],
            w: Matrix::zeros(synapses.mu().rows(), synapses.mu().columns()),
        }
    }

    fn draw<N: Noise>(&mut self, synapses: &Synapses, noise: &mut N) {
        noise.fill_normal(&mut self.epsilon);
        let (mu, sigma) = synapses.gaussian();
        for (row, epsilon) in self.epsilon.chunks_exact(self.w.columns()).enumerate() {
            sample_weights(mu.row(row), sigma.row(row), epsilon, self.w.row_mut(row));
        }
    }
}

impl Draw {
    /// Room for draws of `network`; the first is still to be made.
    #[must_use]
    pub fn new(network: &Network) -> Self {
        let layers = network.layers.iter();
        let drawn = layers.map(|l| (Drawn::new(&l.weight), l.bias.as_ref().map(Drawn::new)));
        Self {
            layers: drawn.collect(),
        }
    }

    /// Draws all weights anew.
    pub fn draw<N: Noise>(&mut self, network: &Network, noise: &mut N) {
        for (layer, (weight, bias)) in network.layers.iter().zip(&mut self.layers) {
            weight.draw(&layer.weight, noise);
            if let (Some(drawn), Some(bias)) = (bias, &layer.bias) {
                drawn.draw(bias, noise);
            }
        }
    }

    /// The weights that were drawn, layer by layer.
    pub(crate) fn weights<'a>(&'a self, network: &'a Network) -> Vec<LayerWeights<'a>> {
        let layers = network.layers.iter().zip(&self.layers);
        let weights = layers.map(|(layer, (weight, bias))| LayerWeights {
            layer,
            weight: &weight.w,
            bias: bias.as_ref().map(|bias| &bias.w),
        });
        weights.collect()
    }
}

/// Buffers for weight sampling; they grow to what a batch needs and stay. A clone begins with none.
#[derive(Debug)]
pub struct SampledWeights {
    given: GivenWeights,
    work: Option<Work>,
}

#[derive(Debug)]
struct Work {
    draw: Draw,
    /// Gradients of one draw.
    gradients: Vec<Gradients>,
    /// Gradients of mu, summed over the draws.
    mu: Vec<Gradients>,
    sigma: Vec<Gradients>,
}

impl Work {
    fn new(network: &Network) -> Self {
        let draw = Draw::new(network);
        let gradients: Vec<_> = network.layers.iter().map(Gradients::zeros).collect();
        Self {
            draw,
            mu: gradients.clone(),
            sigma: gradients.clone(),
            gradients,
        }
    }

    fn clear(&mut self) {
        let sums = self.mu.iter_mut().chain(&mut self.sigma);
        sums.for_each(Gradients::clear);
    }

    /// Adds the gradients of the last draw.
    fn add(&mut self) {
        let sums = self.mu.iter_mut().zip(&mut self.sigma);
        let parts = self.draw.layers.iter().zip(&self.gradients);
        for ((mu, sigma), ((weight, bias), gradients)) in sums.zip(parts) {
            add(&gradients.weight, weight, &mut mu.weight, &mut sigma.weight);
            let sums = (&mut mu.bias, &mut sigma.bias);
            if let (Some(bias), Some(gradient), (Some(mu), Some(sigma))) =
                (bias, &gradients.bias, sums)
            {
                add(gradient, bias, mu, sigma);
            }
        }
    }
}

fn add(gradient: &Matrix, drawn: &Drawn, mu: &mut Matrix, sigma: &mut Matrix) {
    let rows = drawn.epsilon.chunks_exact(gradient.columns());
    for (row, epsilon) in rows.enumerate() {
        let sums = (mu.row_mut(row), sigma.row_mut(row));
        accumulate(gradient.row(row), epsilon, sums.0, sums.1);
    }
}

impl Clone for SampledWeights {
    fn clone(&self) -> Self {
        Self {
            given: self.given.clone(),
            work: None,
        }
    }
}

impl SampledWeights {
    /// Buffers whose products run on `threads`.
    #[must_use]
    pub fn new(threads: Threads) -> Self {
        Self {
            given: GivenWeights::new(threads),
            work: None,
        }
    }

    /// Logits, `[classes][examples]`, of `inputs`, `[examples][inputs]`, under a draw.
    ///
    /// # Errors
    /// [`Diverged`] when a layer's pre-activations are not finite.
    pub fn logits(
        &mut self,
        network: &Network,
        draw: &Draw,
        inputs: &[f32],
    ) -> Result<&mut [f32], Diverged> {
        let weights = draw.weights(network);
        self.given.logits(&weights, inputs)
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
        let Objective { samples, weight } = objective;
        let Self { given, work } = self;
        let work = work.get_or_insert_with(|| Work::new(network));
        work.clear();
        let outputs = network.outputs;
        let criterion = Criterion {
            outputs: &outputs,
            scale: weight / samples as f32,
        };
        let mut learned = Learned::default();
        let mut sums = vec![0.0; batch.len() * outputs.sums(network.output_size())];
        for _ in 0..samples {
            work.draw.draw(network, noise);
            let weights = work.draw.weights(network);
            let (gradients, noise) = (&mut work.gradients, Some(&mut *noise));
            learned += given.learn(&weights, batch, criterion, gradients, noise)?;
            let shares = sums.iter_mut().zip(&given.sums);
            shares.for_each(|(sum, p)| *sum += p);
            work.add();
        }
        let rules = network.rules(rule);
        let gradients = work.mu.iter().zip(&work.sigma);
        for (l, (layer, (mu, sigma))) in network.layers.iter_mut().zip(gradients).enumerate() {
            let second = Some((sigma, Second::Sigma));
            let rule = rules.of(l, layer.prior_scale);
            check_sigma(l, layer.update(mu, second, &rule))?;
        }
        network.count_update();
        *updates += 1;
        let mean = Learned {
            nll: learned.nll / samples as f64,
            ..learned
        };
        Ok(mean.judged(outputs.judge(&sums, samples, batch.targets)))
    }
}
