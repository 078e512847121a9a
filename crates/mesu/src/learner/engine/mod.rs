//! The part of a learner that differs from kind to kind.

pub(super) mod drift;
pub(super) mod gaussian;
pub(super) mod point;
mod predict;
pub(super) mod replay;
pub(super) mod timescales;

use mesu_kernels::Generator;

use super::state::EngineState;
use crate::estimator::{Batch, Body, Diverged, Learned};
use crate::network::{HeadError, Network};
use crate::prediction::Prediction;

/// Examples as they come: inputs, `[n][network.inputs()]`, and n labels.
pub(crate) type Examples<'a> = dyn Iterator<Item = (Vec<f32>, Vec<u32>)> + 'a;

/// The part of a learner that differs from kind to kind; [`Learner`](super::Learner) checks and saves for all of
/// them. Inputs are checked before.
pub(crate) trait Engine: Send + Sync + std::fmt::Debug {
    /// Makes one update on a batch of at least one example.
    fn learn(&mut self, body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged>;

    /// Makes one update for each example.
    fn learn_each(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        let mut learned = Learned::default();
        for example in batch.each(body.network.inputs()) {
            learned += self.learn(body.again(), example)?;
        }
        Ok(learned)
    }

    /// Puts the head `head` into use, in `network` and in copies of it.
    fn use_head(&mut self, network: &mut Network, head: usize) -> Result<(), HeadError> {
        network.use_head(head)
    }

    /// Predicts chunk by chunk.
    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged>;

    /// Returns whether [`task_ended`](Self::task_ended) has to be called.
    fn needs_boundaries(&self) -> bool {
        false
    }

    /// Ends a task, after `updates` updates, whose training examples these were.
    fn task_ended(
        &mut self,
        network: &mut Network,
        examples: &mut Examples<'_>,
        updates: u64,
    ) -> Result<(), Diverged> {
        let _ = (network, examples, updates);
        Ok(())
    }

    /// The learner's number of updates when its optimizer was last reset.
    fn optimizer_reset_at(&self) -> u64 {
        0
    }

    /// State beside the network's synapses.
    fn state(&self) -> EngineState {
        EngineState::default()
    }

    /// Restores what [`state`](Self::state) gave; `None` if that does not fit.
    fn restore(&mut self, state: EngineState) -> Option<()> {
        (state == EngineState::default()).then_some(())
    }

    /// Returns a copy.
    fn clone_box(&self) -> Box<dyn Engine>;
}

impl Clone for Box<dyn Engine> {
    fn clone(&self) -> Self {
        self.clone_box()
    }
}
