//! Engines of Gaussian synapses, whatever their rule.

use crate::rule::Rule;
use mesu_kernels::Generator;
use mesu_kernels::gemm::Threads;
use mesu_kernels::softmax::{Predicted, predict};
use rayon::prelude::*;

use super::config::Sampling;
use super::engine::{Engine, chunk, chunks_per_thread, one_by_one};
use crate::estimator::local::Local;
use crate::estimator::online::Online;
use crate::estimator::weights::{Draw, Weights};
use crate::estimator::{Diverged, Estimator, Learned};
use crate::network::Network;
use crate::prediction::Prediction;

/// An engine that samples its weights or pre-activations.
#[derive(Clone, Debug)]
pub(super) struct Bayesian<R> {
    rule: R,
    sampling: Sampling,
    online: Online,
    local: Local,
    weights: Weights,
}

impl<R: Rule> Bayesian<R> {
    pub(super) fn new(network: &Network, rule: R, sampling: Sampling) -> Self {
        Self {
            rule,
            sampling,
            online: Online::new(network, sampling.samples),
            local: Local::new(Threads::Pool),
            weights: Weights::new(Threads::Pool),
        }
    }

    /// Each chunk of examples has its own noise, derived from `noise` and its number.
    fn local_predictions(
        &self,
        network: &Network,
        inputs: &[f32],
        noise: &Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        let samples = self.sampling.test_samples;
        let chunks = inputs.par_chunks(chunk(network, samples) * network.inputs());
        let chunks = chunks.enumerate();
        let chunks = chunks.with_min_len(chunks_per_thread(network));
        let new = || Local::new(Threads::One);
        let predicted = chunks.map_init(new, |local, (number, inputs)| {
            let mut noise = noise.split(number as u64);
            let logits = local.logits(network, inputs, samples, &mut noise)?;
            Ok(from_logits(logits, network.classes(), samples))
        });
        predicted.collect()
    }

    /// Every sample of the weights serves all examples.
    fn weights_predictions(
        &self,
        network: &Network,
        inputs: &[f32],
        mut noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        let (samples, width) = (self.sampling.test_samples, network.inputs());
        let draws: Vec<Draw> = (0..samples)
            .map(|_| {
                let mut draw = Draw::new(network);
                draw.draw(network, &mut noise);
                draw
            })
            .collect();
        let chunks = inputs
            .par_chunks(chunk(network, 1) * width)
            .with_min_len(chunks_per_thread(network));
        let predicted = chunks.map_init(
            || Weights::new(Threads::One),
            |weights, inputs| {
                let examples = inputs.len() / width;
                let classes = network.classes();
                let mut logits = vec![0.0; classes * samples * examples];
                for (s, draw) in draws.iter().enumerate() {
                    let of_sample = weights.logits(network, draw, inputs)?;
                    let rows = logits.chunks_exact_mut(samples * examples);
                    for (row, from) in rows.zip(of_sample.chunks_exact(examples)) {
                        row[s * examples..(s + 1) * examples].copy_from_slice(from);
                    }
                }
                Ok(from_logits(&mut logits, classes, samples))
            },
        );
        predicted.collect()
    }
}

impl<R: Rule + std::fmt::Debug + 'static> Engine for Bayesian<R> {
    fn learn_each(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
        updates: &mut u64,
    ) -> Result<Learned, Diverged> {
        let local = self.sampling.estimator == Estimator::LocalReparameterization;
        if !(local && network.is_perceptron()) {
            return one_by_one(self, network, inputs, labels, noise, updates);
        }
        let (online, rule) = (&mut self.online, &self.rule);
        online.learn_each(network, inputs, labels, rule, noise, updates)
    }

    fn learn(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
    ) -> Result<Learned, Diverged> {
        let Sampling {
            samples,
            estimator,
            reduction,
            ..
        } = self.sampling;
        let (rule, weight) = (&self.rule, reduction.weight(labels.len()));
        match estimator {
            Estimator::LocalReparameterization => {
                let local = &mut self.local;
                local.learn(network, inputs, labels, samples, weight, rule, noise)
            }
            Estimator::WeightSampling => {
                let weights = &mut self.weights;
                weights.learn(network, inputs, labels, samples, weight, rule, noise)
            }
        }
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        match self.sampling.estimator {
            Estimator::LocalReparameterization => self.local_predictions(network, inputs, &noise),
            Estimator::WeightSampling => self.weights_predictions(network, inputs, noise),
        }
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

/// The prediction of one chunk from its logits, `[classes][samples * examples]`.
pub(super) fn from_logits(logits: &mut [f32], classes: usize, samples: usize) -> Prediction {
    let examples = logits.len() / (classes * samples);
    let mut part = Prediction {
        classes,
        probabilities: vec![0.0; examples * classes],
        total: vec![0.0; examples],
        aleatoric: vec![0.0; examples],
        epistemic: vec![0.0; examples],
    };
    let out = Predicted {
        probabilities: &mut part.probabilities,
        total: &mut part.total,
        aleatoric: &mut part.aleatoric,
        epistemic: &mut part.epistemic,
    };
    predict(logits, classes, samples, out);
    part
}
