//! Several time scales: beside every synapse, slow copies of it learn the same stream with memory
//! windows of their own.
//!
//! One window has to choose between what is new and what is old: a short one forgets, a long one is
//! too stiff to learn. Copies need not agree, and a prediction is the mean of theirs, each weighted
//! alike: whoever still knows a task is sure of it, the others spread their probability over the classes.
//! With p_k and a_k the probabilities and the aleatoric uncertainty of copy k,
//!
//! ```text
//! p = mean_k p_k     total = H(p)     aleatoric = mean_k a_k     epistemic = total - aleatoric
//! ```
//!
//! which is the mixture of all their samples. Not of the paper; docs/beyond-the-paper.md has figures.

use mesu_kernels::Generator;
use mesu_kernels::softmax::entropy;

use super::engine::{Engine, Memory, Slow};
use crate::estimator::{Diverged, Learned};
use crate::network::{HeadError, Network};
use crate::prediction::Prediction;

/// An engine of the learner's own network, and of slow copies of it.
#[derive(Clone, Debug)]
pub(super) struct Timescales {
    fast: Box<dyn Engine>,
    slow: Vec<Copy>,
}

/// A slow copy.
#[derive(Clone, Debug)]
struct Copy {
    network: Network,
    engine: Box<dyn Engine>,
    /// Split off when it begins to learn.
    noise: Option<Generator>,
}

impl Timescales {
    /// `fast` beside an engine for each copy, all of which begin as `network`.
    pub(super) fn new(
        network: &Network,
        fast: Box<dyn Engine>,
        slow: Vec<Box<dyn Engine>>,
    ) -> Self {
        let copy = |engine| Copy {
            network: network.clone(),
            engine,
            noise: None,
        };
        Self {
            fast,
            slow: slow.into_iter().map(copy).collect(),
        }
    }

    /// Every copy with its noise, which must not depend on how much is learned at a time.
    fn copies(
        &mut self,
        noise: &Generator,
    ) -> impl Iterator<Item = (&mut Network, &mut Box<dyn Engine>, &mut Generator)> {
        let numbered = self.slow.iter_mut().enumerate();
        numbered.map(|(k, copy)| {
            let begun = copy.noise.get_or_insert_with(|| stream(noise, k));
            (&mut copy.network, &mut copy.engine, begun)
        })
    }
}

/// The stream of copy `k`: none that `noise` is split into elsewhere.
fn stream(noise: &Generator, k: usize) -> Generator {
    noise.split(u64::MAX - k as u64)
}

impl Engine for Timescales {
    fn learn_each(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
        updates: &mut u64,
    ) -> Result<Learned, Diverged> {
        if labels.is_empty() {
            return Ok(Learned::default());
        }
        for (network, engine, noise) in self.copies(noise) {
            let mut own = *updates;
            engine.learn_each(network, inputs, labels, noise, &mut own)?;
        }
        self.fast
            .learn_each(network, inputs, labels, noise, updates)
    }

    fn learn(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
    ) -> Result<Learned, Diverged> {
        for (network, engine, noise) in self.copies(noise) {
            engine.learn(network, inputs, labels, noise)?;
        }
        self.fast.learn(network, inputs, labels, noise)
    }

    fn use_head(&mut self, network: &mut Network, head: usize) -> Result<(), HeadError> {
        for copy in &mut self.slow {
            copy.engine.use_head(&mut copy.network, head)?;
        }
        self.fast.use_head(network, head)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        let mut mixed = self.fast.predict(network, inputs, noise.clone())?;
        for (k, copy) in self.slow.iter().enumerate() {
            let own = copy
                .engine
                .predict(&copy.network, inputs, stream(&noise, k))?;
            for (sum, own) in mixed.iter_mut().zip(own) {
                add(&mut sum.probabilities, &own.probabilities);
                add(&mut sum.aleatoric, &own.aleatoric);
            }
        }
        let share = 1.0 / (self.slow.len() + 1) as f32;
        for part in &mut mixed {
            let means = part.probabilities.iter_mut().chain(&mut part.aleatoric);
            means.for_each(|x| *x *= share);
            entropy(&part.probabilities, part.classes, &mut part.total);
            let pairs = part.total.iter().zip(&part.aleatoric);
            // Never negative but for rounding (Jensen).
            part.epistemic = pairs.map(|(total, a)| (total - a).max(0.0)).collect();
        }
        Ok(mixed)
    }

    fn memory(&self) -> Memory {
        let slow = self.slow.iter().map(|copy| Slow {
            network: copy.network.clone(),
            noise: copy.noise.as_ref().map(Generator::state),
        });
        Memory {
            slow: slow.collect(),
            ..self.fast.memory()
        }
    }

    fn restore(&mut self, mut memory: Memory) -> Option<()> {
        let slow = std::mem::take(&mut memory.slow);
        if slow.len() != self.slow.len() {
            return None;
        }
        for (copy, slow) in self.slow.iter_mut().zip(slow) {
            copy.network = slow.network;
            copy.noise = match slow.noise {
                Some(state) => Some(Generator::from_state(state)?),
                None => None,
            };
        }
        self.fast.restore(memory)
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

fn add(sum: &mut [f32], more: &[f32]) {
    sum.iter_mut().zip(more).for_each(|(sum, x)| *sum += x);
}
