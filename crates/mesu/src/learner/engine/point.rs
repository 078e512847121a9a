//! Engines of point weights, whatever their rule and what they do at a task's end.

use mesu_kernels::Generator;

use super::predict::mean_predictions;
use super::{Draws, Engine, Examples};
use crate::estimator::point::PointWeights;
use crate::estimator::{Batch, Body, Diverged, Learned};
use crate::layer::Layer;
use crate::learner::sampling::Reduction;
use crate::learner::state::EngineState;
use crate::network::Network;
use crate::outputs::Prediction;
use crate::outputs::{Judged, Targets};
use crate::rule::Rule;

/// Consolidation of a learner's synapses at a task's end.
pub(crate) trait Consolidation: Send + Sync + std::fmt::Debug {
    /// Changes what the synapses keep beside their weights.
    fn consolidate(
        &self,
        network: &mut Network,
        examples: &mut Examples<'_>,
    ) -> Result<(), Diverged>;

    /// Returns a copy.
    fn clone_box(&self) -> Box<dyn Consolidation>;
}

impl Clone for Box<dyn Consolidation> {
    fn clone(&self) -> Self {
        self.clone_box()
    }
}

/// An engine whose weights are points.
#[derive(Clone, Debug)]
pub(crate) struct PointEngine<R> {
    rule: R,
    reduction: Reduction,
    point: PointWeights,
    consolidation: Option<Box<dyn Consolidation>>,
    /// The learner's number of updates when the optimizer was last reset.
    optimizer_reset_at: u64,
}

impl<R: Rule> PointEngine<R> {
    /// An engine of `network`, to whose synapses it adds what the rule keeps beside the weight.
    pub(crate) fn new(network: &mut Network, rule: R, reduction: Reduction) -> Self {
        network.prepare(&rule);
        Self {
            rule,
            reduction,
            point: PointWeights::new(network),
            consolidation: None,
            optimizer_reset_at: 0,
        }
    }

    /// Adds something to do when a task ends. The optimizer is reset then.
    pub(crate) fn with(mut self, consolidation: impl Consolidation + 'static) -> Self {
        self.consolidation = Some(Box::new(consolidation));
        self
    }

    /// Judges the predictions of the first examples of the last step's `examples` by their targets.
    pub(super) fn judge(&self, network: &Network, examples: usize, targets: Targets<'_>) -> Judged {
        self.point.judge(network, examples, targets)
    }

    /// Weight of one of so many examples in the batch loss.
    pub(super) fn weight(&self, examples: usize) -> f32 {
        self.reduction.weight(examples)
    }

    /// Makes one step, which is not counted, on a batch; the loss is `weight` times the sum over the
    /// examples.
    pub(super) fn step(
        &mut self,
        network: &mut Network,
        noise: &mut Generator,
        batch: Batch<'_>,
        weight: f32,
    ) -> Result<Learned, Diverged> {
        let rule = &self.rule;
        self.point.step(network, Some(noise), batch, weight, rule)
    }
}

impl<R: Rule + std::fmt::Debug + 'static> Engine for PointEngine<R> {
    fn learn(&mut self, body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        if batch.len() == 1 && body.network.is_perceptron() {
            return self.point.learn_each(body, batch, &self.rule);
        }
        let weight = self.weight(batch.len());
        let learned = self.step(body.network, body.noise, batch, weight)?;
        *body.updates += u64::from(learned.gated < batch.len() as u64);
        Ok(learned)
    }

    fn learn_each(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        if body.network.is_perceptron() {
            return self.point.learn_each(body, batch, &self.rule);
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
        _: Draws,
    ) -> Result<Vec<Prediction>, Diverged> {
        mean_predictions(network, inputs)
    }

    fn grow(&mut self, network: &mut Network, fresh: Vec<Layer>) {
        network.grow(fresh, &self.rule);
        self.point = PointWeights::new(network);
    }

    fn needs_boundaries(&self) -> bool {
        self.consolidation.is_some()
    }

    fn task_ended(
        &mut self,
        network: &mut Network,
        examples: &mut Examples<'_>,
        updates: u64,
    ) -> Result<(), Diverged> {
        let Some(consolidation) = &self.consolidation else {
            return Ok(());
        };
        consolidation.consolidate(network, examples)?;
        for group in network.synapses_mut() {
            for name in ["first_moment", "second_moment"] {
                if let Some(plane) = group.plane_mut(name) {
                    plane.padded_mut().fill(0.0);
                }
            }
        }
        network.reset_optimizers();
        self.optimizer_reset_at = updates;
        Ok(())
    }

    fn optimizer_reset_at(&self) -> u64 {
        self.optimizer_reset_at
    }

    fn state(&self) -> EngineState {
        EngineState {
            counts: vec![self.optimizer_reset_at],
            ..EngineState::default()
        }
    }

    fn restore(&mut self, state: EngineState) -> Option<()> {
        let [optimizer_reset_at] = state.counts[..] else {
            return None;
        };
        self.optimizer_reset_at = optimizer_reset_at;
        (state.inputs.is_empty() && state.labels.is_empty()).then_some(())
    }

    fn clone_box(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
