//! The part of a learner that differs from kind to kind.

pub(super) mod correlated;
pub(super) mod drift;
pub(super) mod gaussian;
pub(super) mod point;
pub(crate) mod predict;
pub(super) mod replay;
mod spare;
pub(super) mod timescales;

use mesu_kernels::Generator;

use self::predict::mean_predictions;

use super::state::EngineState;
use crate::estimator::{Batch, Body, Diverged, Learned};
use crate::layer::Layer;
use crate::network::{HeadError, Network};
use crate::outputs::Prediction;
use crate::outputs::{Outputs, OwnedTargets};

/// Examples as they come: inputs, `[n][network.inputs()]`, and n targets.
pub(crate) type Examples<'a> = dyn Iterator<Item = (Vec<f32>, OwnedTargets)> + 'a;

/// Noise of a prediction, and how often it is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    /// Samples; those of the learner's settings if not given.
    pub(crate) samples: Option<usize>,
    pub(crate) noise: Generator,
    /// Number of the chunk that the inputs begin with, of more inputs than these.
    pub(crate) first_chunk: usize,
}

impl From<Generator> for Draws {
    fn from(noise: Generator) -> Self {
        Self {
            samples: None,
            noise,
            first_chunk: 0,
        }
    }
}

/// Number of the stream that noise of predictions is split into: none that it is split into elsewhere.
pub(crate) const PREDICTIONS: u64 = u64::MAX / 2;

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

    /// Makes one update on one example; gives the prediction from before it, too.
    fn learn_one(
        &mut self,
        mut body: Body<'_>,
        example: Batch<'_>,
    ) -> Result<(Prediction, Learned), Diverged> {
        let draws = Draws::from(body.noise.split(PREDICTIONS));
        let prediction = self.predict_one(body.network, example.inputs, draws)?;
        let learned = self.learn(body.again(), example)?;
        Ok((prediction, learned))
    }

    /// Predicts one example with the noise of the update that is to come, as [`learn_one`](Self::learn_one)
    /// then will; `None` of engines that make no forward pass for that which they could keep.
    fn predict_ahead(
        &mut self,
        network: &Network,
        x: &[f32],
        noise: &mut Generator,
    ) -> Option<Result<Prediction, Diverged>> {
        let _ = (network, x, noise);
        None
    }

    /// Makes one update on the example of the last [`predict_ahead`](Self::predict_ahead), by a network that
    /// is still the same; its noise is drawn.
    fn learn_ahead(&mut self, body: Body<'_>, example: Batch<'_>) -> Result<Learned, Diverged> {
        self.learn(body, example)
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
        draws: Draws,
    ) -> Result<Vec<Prediction>, Diverged>;

    /// Predicts one example.
    fn predict_one(
        &self,
        network: &Network,
        x: &[f32],
        draws: Draws,
    ) -> Result<Prediction, Diverged> {
        let parts = self.predict(network, x, draws)?;
        Ok(Prediction::joined(network.classes(), parts))
    }

    /// Predicts with the means of the weights alone.
    fn predict_mean(&self, network: &Network, inputs: &[f32]) -> Result<Vec<Prediction>, Diverged> {
        mean_predictions(network, inputs)
    }

    /// Returns whether what it keeps beside the network's synapses can be computed with.
    fn is_sound(&self) -> bool {
        true
    }

    /// Returns whether an example's loss can keep it from being learned.
    fn gates(&self) -> bool {
        true
    }

    /// Tells copies of the network what its outputs mean now.
    fn set_outputs(&mut self, outputs: Outputs) {
        let _ = outputs;
    }

    /// Adds output neurons to every head of `network`, as `fresh` layers, one for each head, have them.
    fn grow(&mut self, network: &mut Network, fresh: Vec<Layer>);

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
