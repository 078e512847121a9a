//! Engines of Gaussian synapses, whatever their rule.

use mesu_kernels::Generator;
use mesu_kernels::gemm::Threads;

use super::predict::in_chunks;
use super::spare::Spare;
use super::{Draws, Engine, PREDICTIONS};
use crate::estimator::batch::Batched;
use crate::estimator::one::OneByOne;
use crate::estimator::weights::{Draw, SampledWeights};
use crate::estimator::{Batch, Body, Diverged, Estimator, Learned, Objective};
use crate::layer::Layer;
use crate::learner::sampling::Sampling;
use crate::network::Network;
use crate::outputs::Prediction;
use crate::rule::Rule;

/// An engine that samples its weights or pre-activations.
#[derive(Clone, Debug)]
pub(crate) struct GaussianEngine<R> {
    rule: R,
    sampling: Sampling,
    one_by_one: OneByOne,
    batched: Batched,
    weights: SampledWeights,
    /// Buffers for predictions of single examples.
    spare: Spare<OneByOne>,
}

impl<R: Rule> GaussianEngine<R> {
    /// An engine of `network`, to whose synapses it adds what the rule keeps beside mu and sigma.
    pub(crate) fn new(network: &mut Network, rule: R, sampling: Sampling) -> Self {
        network.prepare(&rule);
        Self::of(network, rule, sampling)
    }

    /// An engine of `network`, whose synapses have what the rule keeps.
    fn of(network: &Network, rule: R, sampling: Sampling) -> Self {
        Self {
            rule,
            sampling,
            one_by_one: OneByOne::new(network, sampling.samples),
            batched: Batched::new(Threads::Pool),
            weights: SampledWeights::new(Threads::Pool),
            spare: Spare::default(),
        }
    }

    /// Returns whether single examples have kernels of their own.
    fn is_online(&self, network: &Network) -> bool {
        let local = self.sampling.estimator == Estimator::LocalReparameterization;
        local && network.is_perceptron()
    }

    /// Gives each chunk of examples its own noise, derived from `noise` and its number, counted from `first_chunk`.
    fn local_predictions(
        &self,
        network: &Network,
        inputs: &[f32],
        samples: usize,
        (noise, first_chunk): (&Generator, usize),
    ) -> Result<Vec<Prediction>, Diverged> {
        let new = || Batched::new(Threads::One);
        in_chunks(network, inputs, samples, new, |batched, number, inputs| {
            let mut noise = noise.split((first_chunk + number) as u64);
            let logits = batched.logits(network, inputs, samples, &mut noise)?;
            Ok(network
                .outputs
                .predict(logits, network.output_size(), samples))
        })
    }

    /// Lets every sample of the weights serve all examples.
    fn weights_predictions(
        &self,
        network: &Network,
        inputs: &[f32],
        samples: usize,
        mut noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        let width = network.inputs();
        let draws: Vec<Draw> = (0..samples)
            .map(|_| {
                let mut draw = Draw::new(network);
                draw.draw(network, &mut noise);
                draw
            })
            .collect();
        let new = || SampledWeights::new(Threads::One);
        in_chunks(network, inputs, 1, new, |weights, _, inputs| {
            let (examples, outputs) = (inputs.len() / width, network.output_size());
            let mut logits = vec![0.0; outputs * samples * examples];
            for (s, draw) in draws.iter().enumerate() {
                let of_sample = weights.logits(network, draw, inputs)?;
                let rows = logits.chunks_exact_mut(samples * examples);
                for (row, from) in rows.zip(of_sample.chunks_exact(examples)) {
                    row[s * examples..(s + 1) * examples].copy_from_slice(from);
                }
            }
            Ok(network.outputs.predict(&mut logits, outputs, samples))
        })
    }
}

impl<R: Rule + std::fmt::Debug + 'static> Engine for GaussianEngine<R> {
    fn learn(&mut self, body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        if batch.len() == 1 && self.is_online(body.network) {
            return self.one_by_one.learn_each(body, batch, &self.rule);
        }
        let objective = Objective {
            samples: self.sampling.samples,
            weight: self.sampling.reduction.weight(batch.len()),
        };
        match self.sampling.estimator {
            Estimator::LocalReparameterization => {
                self.batched.learn(body, batch, objective, &self.rule)
            }
            Estimator::WeightSampling => self.weights.learn(body, batch, objective, &self.rule),
        }
    }

    fn learn_each(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        if self.is_online(body.network) {
            return self.one_by_one.learn_each(body, batch, &self.rule);
        }
        let mut learned = Learned::default();
        for example in batch.each(body.network.inputs()) {
            learned += self.learn(body.again(), example)?;
        }
        Ok(learned)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        draws: Draws,
    ) -> Result<Vec<Prediction>, Diverged> {
        let (noise, first_chunk) = (draws.noise, draws.first_chunk);
        let samples = draws.samples.unwrap_or(self.sampling.test_samples);
        match self.sampling.estimator {
            Estimator::LocalReparameterization => {
                self.local_predictions(network, inputs, samples, (&noise, first_chunk))
            }
            Estimator::WeightSampling => self.weights_predictions(network, inputs, samples, noise),
        }
    }

    fn learn_one(
        &mut self,
        mut body: Body<'_>,
        example: Batch<'_>,
    ) -> Result<(Prediction, Learned), Diverged> {
        if self.is_online(body.network) {
            return self.one_by_one.learn_one(body, example, &self.rule);
        }
        let draws = Draws::from(body.noise.split(PREDICTIONS));
        let prediction = self.predict_one(body.network, example.inputs, draws)?;
        let learned = self.learn(body.again(), example)?;
        Ok((prediction, learned))
    }

    fn predict_ahead(
        &mut self,
        network: &Network,
        x: &[f32],
        noise: &mut Generator,
    ) -> Option<Result<Prediction, Diverged>> {
        let online = self.is_online(network);
        online.then(|| self.one_by_one.predict(network, x, noise))
    }

    fn learn_ahead(&mut self, body: Body<'_>, example: Batch<'_>) -> Result<Learned, Diverged> {
        self.one_by_one.learn_predicted(body, example, &self.rule)
    }

    fn predict_one(
        &self,
        network: &Network,
        x: &[f32],
        draws: Draws,
    ) -> Result<Prediction, Diverged> {
        if !self.is_online(network) {
            let parts = self.predict(network, x, draws)?;
            return Ok(Prediction::joined(network.classes(), parts));
        }
        let Draws {
            samples, mut noise, ..
        } = draws;
        let samples = samples.unwrap_or(self.sampling.test_samples);
        let mut spare = self.spare.take(|one| one.samples() == samples);
        let one = spare.get_or_insert_with(|| Box::new(OneByOne::new(network, samples)));
        let prediction = one.predict(network, x, &mut noise);
        self.spare.give(spare);
        prediction
    }

    fn gates(&self) -> bool {
        self.sampling.estimator == Estimator::LocalReparameterization
    }

    fn grow(&mut self, network: &mut Network, fresh: Vec<Layer>) {
        network.grow(fresh, &self.rule);
        let rule = self.rule;
        *self = Self::of(network, rule, self.sampling);
    }

    fn clone_box(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
