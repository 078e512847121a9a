//! MESU's drift to the prior in heads that are not in use.
//!
//! Forgetting is part of MESU's step, whatever the gradient: without evidence a synapse returns to its
//! prior with a time constant of about N updates. A head that waits can take that step at every update too
//! ([`HeadsDrift::Always`]), or be spared it until it is in use again, as in the paper's code.
//!
//! Only MESU has the choice. The step of FOO-VB and of point weights without gradient, penalty and momentum
//! is no step at all. Bayes by Backprop does pull to its prior, but by way of Adam, which makes steps of
//! full length of the weakest pull: without evidence beside it, a head would be at the prior within about
//! `1 / lr` updates, however small its share of the KL divergence.

use mesu_kernels::batch::{Second, update};
use mesu_kernels::{Generator, Matrix, Rule};
use serde::{Deserialize, Serialize};

use super::bayesian::Bayesian;
use super::engine::Engine;
use crate::estimator::{Diverged, Learned, check_sigma};
use crate::network::Network;
use crate::prediction::Prediction;

/// When the synapses of a network's heads drift to the prior.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadsDrift {
    /// While their head is in use: one that waits keeps what it knows.
    #[default]
    InUse,
    /// At every update, as if the heads that wait were in use and learned nothing.
    Always,
}

/// An engine after each of whose updates the heads that wait take the rule's step without evidence.
#[derive(Clone, Debug)]
pub(super) struct Drifting<R> {
    base: Bayesian<R>,
    rule: R,
    /// Gradients of 0, of the shapes of a head's groups.
    none: Vec<Matrix>,
}

impl<R: Rule> Drifting<R> {
    /// `base`, which learns `network` with `rule`.
    pub(super) fn new(base: Bayesian<R>, rule: R, network: &Network) -> Self {
        let head = network.layers.last();
        let groups = head
            .into_iter()
            .flat_map(|head| std::iter::once(&head.weight).chain(&head.bias));
        let none = groups.map(|group| Matrix::zeros(group.mu().rows(), group.mu().columns()));
        Self {
            base,
            rule,
            none: none.collect(),
        }
    }

    /// `updates` steps of every head that waits. They depend on nothing but the head, so that they may as
    /// well come after as many updates of the one in use.
    fn drift(&self, network: &mut Network, updates: u64) -> Result<(), Diverged> {
        let output = network.layers.len() - 1;
        let groups = network.synapses_waiting_mut().zip(self.none.iter().cycle());
        for (group, none) in groups {
            for _ in 0..updates {
                let second = Some((none, Second::Variance));
                check_sigma(output, update(group.lend(), none, second, &self.rule))?;
            }
        }
        Ok(())
    }
}

impl<R: Rule + std::fmt::Debug + 'static> Engine for Drifting<R> {
    fn learn_each(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
        updates: &mut u64,
    ) -> Result<Learned, Diverged> {
        let before = *updates;
        let base = &mut self.base;
        let learned = base.learn_each(network, inputs, labels, noise, updates)?;
        self.drift(network, *updates - before)?;
        Ok(learned)
    }

    fn learn(
        &mut self,
        network: &mut Network,
        inputs: &[f32],
        labels: &[u32],
        noise: &mut Generator,
    ) -> Result<Learned, Diverged> {
        let learned = self.base.learn(network, inputs, labels, noise)?;
        self.drift(network, 1)?;
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

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
