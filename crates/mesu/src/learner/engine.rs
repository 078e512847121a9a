//! What a kind of learner does; [`Learner`](super::Learner) checks, counts and saves for all of them.

use mesu_kernels::{Generator, LANES};

use crate::estimator::{Diverged, Learned, at_once};
use crate::network::{HeadError, Network};
use crate::prediction::Prediction;

/// Examples as they come: inputs, `[n][network.inputs()]`, and n labels.
pub(crate) type Examples<'a> = dyn Iterator<Item = (Vec<f32>, Vec<u32>)> + 'a;

/// Most examples predicted together.
const CHUNK: usize = 128;

/// Examples predicted together; the same on every machine, since noise is drawn per chunk.
pub(super) fn chunk(network: &Network, samples: usize) -> usize {
    at_once(network.layers.iter(), samples).min(CHUNK)
}

/// Fewest chunks that a thread takes at a time: each time, it makes buffers anew, which takes as long as
/// a chunk of a small network, and no time beside a chunk of convolutions.
pub(super) fn chunks_per_thread(network: &Network) -> usize {
    if network.is_perceptron() { 16 } else { 1 }
}

/// The part of a learner that differs from kind to kind. Inputs are checked before.
pub(crate) trait Engine: Send + Sync + std::fmt::Debug {
    /// One update per example; `updates` counts those made.
    fn learn_each(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
        updates: &mut u64,
    ) -> Result<Learned, Diverged> {
        one_by_one(self, network, inputs, labels, noise, updates)
    }

    /// One update on a batch of at least one example.
    fn learn(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
    ) -> Result<Learned, Diverged>;

    /// From now on the head `head` is in use, in `network` and in copies of it.
    fn use_head(&mut self, network: &mut Network, head: usize) -> Result<(), HeadError> {
        network.use_head(head)
    }

    /// Predictions, chunk by chunk.
    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged>;

    /// Whether [`task_ended`](Self::task_ended) has to be told.
    fn needs_boundaries(&self) -> bool {
        false
    }

    /// A task has ended, after `updates` updates, whose training examples these were.
    fn task_ended(
        &mut self,
        network: &mut Network,
        examples: &mut Examples<'_>,
        updates: u64,
    ) -> Result<(), Diverged> {
        let _ = (network, examples, updates);
        Ok(())
    }

    /// The learner's updates when its optimiser last began anew.
    fn begun(&self) -> u64 {
        0
    }

    /// What it knows beside the network's synapses.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// Takes back what [`memory`](Self::memory) gave; `None` if that does not fit.
    fn restore(&mut self, memory: Memory) -> Option<()> {
        (memory == Memory::default()).then_some(())
    }

    /// A copy.
    fn boxed(&self) -> Box<dyn Engine>;
}

/// [`Engine::learn_each`] by [`Engine::learn`], for engines that know nothing faster.
pub(super) fn one_by_one<E: Engine + ?Sized>(
    engine: &mut E,
    network: &mut Network,
    inputs: &[f32],
    labels: &[u32],
    noise: &mut Generator,
    updates: &mut u64,
) -> Result<Learned, Diverged> {
    let mut learned = Learned::default();
    for (x, label) in inputs.chunks_exact(network.inputs()).zip(labels) {
        learned += engine.learn(network, x, &[*label], noise)?;
        *updates += 1;
    }
    Ok(learned)
}

impl Clone for Box<dyn Engine> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// What an engine knows beside the synapses, for a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Memory {
    /// Counters.
    pub(crate) counts: Vec<u64>,
    /// Stored examples.
    pub(crate) inputs: Vec<f32>,
    /// Their labels.
    pub(crate) labels: Vec<u32>,
    /// Their heads, where there are several.
    pub(crate) heads: Vec<u32>,
    /// Slow copies of the network.
    pub(crate) slow: Vec<Slow>,
}

/// A slow copy of the network, and the state of its noise once it has begun to learn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slow {
    pub(crate) network: Network,
    pub(crate) noise: Option<[[u32; LANES]; 4]>,
}
