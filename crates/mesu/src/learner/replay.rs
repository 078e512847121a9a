//! Replay: SGD on each new example together with some from a reservoir of past ones.
//!
//! The reservoir is a uniform sample of all examples so far (Vitter 1985, algorithm R). It stores data,
//! which the other learners do not: a yardstick for what that buys.

use mesu_kernels::Generator;
use serde::{Deserialize, Serialize};

use super::config::{ConfigError, Reduction, Sampling, Settings, require};
use super::engine::{Engine, Memory};
use super::pointwise::Pointwise;
use super::sgd::sgd;
use crate::estimator::{Diverged, Learned};
use crate::network::Network;
use crate::prediction::Prediction;
use crate::rule::Sgd;

/// Settings of replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayConfig {
    /// Rate; >= 0.
    pub lr: f64,
    /// Examples stored; 1 to 1,000,000.
    pub buffer: usize,
    /// Stored examples learned with each new one; 1 to 1,000.
    pub replayed: usize,
    /// How the losses of new and stored examples make up the loss.
    pub reduction: Reduction,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            lr: 0.002,
            buffer: 500,
            replayed: 1,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for ReplayConfig {
    fn sampling(&self) -> Option<Sampling> {
        None
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        let within = |value: usize, most: usize| (1..=most).contains(&value);
        let Self {
            buffer, replayed, ..
        } = *self;
        require(within(buffer, 1_000_000), "buffer", buffer, "1 to 1000000")?;
        require(within(replayed, 1_000), "replayed", replayed, "1 to 1000")?;
        Ok(Box::new(Replay {
            base: Pointwise::new(network, sgd(self.lr)?, self.reduction),
            buffer,
            replayed,
            inputs: Vec::new(),
            labels: Vec::new(),
            seen: 0,
            batch: (Vec::new(), Vec::new()),
        }))
    }
}

#[derive(Clone, Debug)]
struct Replay {
    base: Pointwise<Sgd>,
    buffer: usize,
    replayed: usize,
    /// The stored examples.
    inputs: Vec<f32>,
    labels: Vec<u32>,
    /// Examples so far.
    seen: u64,
    /// New and stored ones, as they are learned.
    batch: (Vec<f32>, Vec<u32>),
}

impl Replay {
    /// Stores an example, or not: each of all so far with the same probability.
    fn store(&mut self, x: &[f32], label: u32, noise: &mut Generator) {
        self.seen += 1;
        let place = if self.labels.len() < self.buffer {
            self.inputs.extend_from_slice(x);
            self.labels.push(label);
            return;
        } else {
            below(self.seen, noise)
        };
        if place < self.buffer as u64 {
            let place = place as usize;
            self.inputs[place * x.len()..(place + 1) * x.len()].copy_from_slice(x);
            self.labels[place] = label;
        }
    }
}

/// A number in `0..end`, each equally likely up to 2^-24 of all.
fn below(end: u64, noise: &mut Generator) -> u64 {
    // Two draws of 24 bits make one of 48.
    let mut draws = [0.0; 2];
    noise.fill_uniform(&mut draws, 0.0, 1.0);
    let fine = f64::from(draws[0]) + f64::from(draws[1]) / f64::from(1 << 24);
    ((fine * end as f64) as u64).min(end - 1)
}

impl Engine for Replay {
    fn learn(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
        updates: u64,
    ) -> Result<Learned, Diverged> {
        let width = network.inputs();
        let (x, y) = &mut self.batch;
        x.clear();
        y.clear();
        x.extend_from_slice(inputs);
        y.extend_from_slice(labels);
        if !self.labels.is_empty() {
            for _ in 0..self.replayed * labels.len() {
                let stored = below(self.labels.len() as u64, noise) as usize;
                x.extend_from_slice(&self.inputs[stored * width..(stored + 1) * width]);
                y.push(self.labels[stored]);
            }
        }
        // What is reported is about the new examples, as of the other learners.
        let (mut learned, all) = (Learned::default(), y.len());
        let of_all = self.base.learn(network, x, y, noise, updates)?;
        learned.nll = of_all.nll * labels.len() as f64 / all as f64;
        learned.correct = self.base.correct(all, labels);
        for (x, label) in inputs.chunks_exact(width).zip(labels) {
            self.store(x, *label, noise);
        }
        Ok(learned)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        self.base.predict(network, inputs, noise)
    }

    fn memory(&self) -> Memory {
        Memory {
            counts: vec![self.seen],
            inputs: self.inputs.clone(),
            labels: self.labels.clone(),
            ..Memory::default()
        }
    }

    fn restore(&mut self, memory: Memory) -> Option<()> {
        let [seen] = memory.counts[..] else {
            return None;
        };
        let full = memory.labels.len() as u64 == seen.min(self.buffer as u64);
        let finite = memory.inputs.iter().all(|x| x.is_finite());
        (self.seen, self.inputs, self.labels) = (seen, memory.inputs, memory.labels);
        (full && finite).then_some(())
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
