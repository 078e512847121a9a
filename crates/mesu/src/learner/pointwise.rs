//! Engines of point weights, whatever their rule and what they do at a task's end.

use crate::rule::Rule;
use mesu_kernels::Generator;
use mesu_kernels::gemm::Threads;
use rayon::prelude::*;

use super::bayesian::from_logits;
use super::config::Reduction;
use super::engine::{Engine, Examples, Memory, chunk, chunks_per_thread, one_by_one};
use crate::estimator::fixed::Fixed;
use crate::estimator::point::{Point, weights};
use crate::estimator::{Diverged, Learned};
use crate::network::Network;
use crate::prediction::Prediction;

/// What a learner does with its synapses when a task has ended.
pub(super) trait Consolidation: Send + Sync + std::fmt::Debug {
    /// Changes what the synapses keep beside their weights.
    fn consolidate(
        &self,
        network: &mut Network,
        examples: &mut Examples<'_>,
    ) -> Result<(), Diverged>;

    /// A copy.
    fn boxed(&self) -> Box<dyn Consolidation>;
}

impl Clone for Box<dyn Consolidation> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// An engine whose weights are points.
#[derive(Clone, Debug)]
pub(super) struct Pointwise<R> {
    rule: R,
    reduction: Reduction,
    point: Point,
    consolidation: Option<Box<dyn Consolidation>>,
    /// The learner's updates when the optimiser last began anew.
    begun: u64,
}

impl<R: Rule> Pointwise<R> {
    pub(super) fn new(network: &Network, rule: R, reduction: Reduction) -> Self {
        Self {
            rule,
            reduction,
            point: Point::new(network),
            consolidation: None,
            begun: 0,
        }
    }

    /// How many of the first of the last batch's `examples`, whose labels these are, were right.
    pub(super) fn correct(&self, examples: usize, labels: &[u32]) -> u64 {
        self.point.correct(examples, labels)
    }

    /// What the loss of each of `examples` counts in the loss of them all.
    pub(super) fn weight(&self, examples: usize) -> f32 {
        self.reduction.weight(examples)
    }

    /// One update on a batch; the loss is `weight` times the sum over the examples.
    pub(super) fn learn_weighted(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        weight: f32,
        noise: &mut Generator,
    ) -> Result<Learned, Diverged> {
        let (point, rule) = (&mut self.point, &self.rule);
        point.learn(network, inputs, labels, weight, rule, Some(noise))
    }

    /// The same, with something to do when a task ends. The optimiser begins anew then.
    pub(super) fn with(mut self, consolidation: impl Consolidation + 'static) -> Self {
        self.consolidation = Some(Box::new(consolidation));
        self
    }
}

impl<R: Rule + std::fmt::Debug + 'static> Engine for Pointwise<R> {
    fn learn_each(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
        updates: &mut u64,
    ) -> Result<Learned, Diverged> {
        if !network.is_perceptron() {
            return one_by_one(self, network, inputs, labels, noise, updates);
        }
        let (point, rule) = (&mut self.point, &self.rule);
        point.learn_each(network, inputs, labels, rule, updates)
    }

    fn learn(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
    ) -> Result<Learned, Diverged> {
        let weight = self.weight(labels.len());
        self.learn_weighted(network, inputs, labels, weight, noise)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        _: Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        let layers = weights(network);
        let chunks = inputs.par_chunks(chunk(network, 1) * network.inputs());
        let chunks = chunks.with_min_len(chunks_per_thread(network));
        let new = || Fixed::new(Threads::One);
        let predicted = chunks.map_init(new, |fixed, inputs| {
            let logits = fixed.logits(&layers, inputs)?;
            let mut prediction = from_logits(logits, network.classes(), 1);
            // One sample disagrees with nobody: not even by rounding.
            prediction.aleatoric.clone_from(&prediction.total);
            prediction.epistemic.fill(0.0);
            Ok(prediction)
        });
        predicted.collect()
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
        network.begin_anew();
        self.begun = updates;
        Ok(())
    }

    fn begun(&self) -> u64 {
        self.begun
    }

    fn memory(&self) -> Memory {
        Memory {
            counts: vec![self.begun],
            ..Memory::default()
        }
    }

    fn restore(&mut self, memory: Memory) -> Option<()> {
        let [begun] = memory.counts[..] else {
            return None;
        };
        self.begun = begun;
        (memory.inputs.is_empty() && memory.labels.is_empty()).then_some(())
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
