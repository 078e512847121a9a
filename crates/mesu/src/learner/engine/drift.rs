//! MESU's drift to the prior in heads that are not in use.
//!
//! Forgetting is part of MESU's step, whatever the gradient: without evidence a synapse returns to its
//! prior with a time constant of about N updates. A head that waits can take that step at every update too
//! ([`HeadsDrift::Always`]), or be spared it until it is in use again, as in the paper's code.
//!
//! Only MESU has the choice. The step of FOO-VB and of point weights without gradient, penalty and momentum
//! is no step at all. Bayes by Backprop does pull to its prior, but by way of Adam, which makes steps of
//! full length of the weakest pull: without evidence beside it, a head would be at the prior within some
//! `1 / lr` updates, however small an update's share of the KL divergence.

use mesu_kernels::Matrix;
use mesu_kernels::batch::{Second, update};
use serde::{Deserialize, Serialize};

use super::gaussian::GaussianEngine;
use super::{Draws, Engine};
use crate::estimator::{Batch, Body, Diverged, Learned, check_sigma};
use crate::layer::Layer;
use crate::network::Network;
use crate::outputs::Prediction;
use crate::rule::Rule;

/// Times at which the synapses of a network's heads drift to the prior.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadsDrift {
    /// Drift only while their head is in use: one that waits keeps what it knows.
    #[default]
    InUse,
    /// Drift at every update, as if the heads that wait were in use and learned nothing.
    Always,
}

/// An engine after each of whose updates the heads that wait take the rule's step without evidence.
#[derive(Clone, Debug)]
pub(crate) struct Drifting<R> {
    base: GaussianEngine<R>,
    rule: R,
    /// Gradients of 0, of the shapes of a head's groups.
    none: Vec<Matrix>,
}

impl<R: Rule> Drifting<R> {
    /// `base`, which learns `network` with `rule`.
    pub(crate) fn new(base: GaussianEngine<R>, rule: R, network: &Network) -> Self {
        let head = network.layers.last();
        let scale = head.map_or(1.0, |head| head.prior_scale);
        Self {
            base,
            rule: rule.for_layer(scale),
            none: none(network),
        }
    }

    /// `updates` steps of every head that waits. They depend on nothing but the head, so that they may as
    /// well come after as many updates of the one in use.
    fn drift(&self, network: &mut Network, updates: usize) -> Result<(), Diverged> {
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
    fn learn(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        let learned = self.base.learn(body.again(), batch)?;
        self.drift(body.network, 1)?;
        Ok(learned)
    }

    fn learn_each(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        let learned = self.base.learn_each(body.again(), batch)?;
        self.drift(body.network, batch.len())?;
        Ok(learned)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        draws: Draws,
    ) -> Result<Vec<Prediction>, Diverged> {
        self.base.predict(network, inputs, draws)
    }

    fn learn_one(
        &mut self,
        mut body: Body<'_>,
        example: Batch<'_>,
    ) -> Result<(Prediction, Learned), Diverged> {
        let learned = self.base.learn_one(body.again(), example)?;
        self.drift(body.network, 1)?;
        Ok(learned)
    }

    fn predict_one(
        &self,
        network: &Network,
        x: &[f32],
        draws: Draws,
    ) -> Result<Prediction, Diverged> {
        self.base.predict_one(network, x, draws)
    }

    fn gates(&self) -> bool {
        self.base.gates()
    }

    fn grow(&mut self, network: &mut Network, fresh: Vec<Layer>) {
        self.base.grow(network, fresh);
        self.none = none(network);
    }

    fn clone_box(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

/// Gradients of 0, of the shapes of a head's groups.
fn none(network: &Network) -> Vec<Matrix> {
    let head = network.layers.last();
    let groups = head
        .into_iter()
        .flat_map(|head| std::iter::once(&head.weight).chain(&head.bias));
    let none = groups.map(|group| Matrix::zeros(group.mu().rows(), group.mu().columns()));
    none.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::tests::{examples, networks, new};
    use crate::learner::{Learner, MesuConfig};
    use crate::synapse::Synapses;

    /// mu and sigma after `updates` steps of MESU without evidence, in f64.
    fn drifted(mesu: &MesuConfig, window: f64, synapse: (f64, f64), updates: usize) -> (f64, f64) {
        let variance = mesu.sigma_prior * mesu.sigma_prior;
        let limit = |step: f64, sigma: f64| match mesu.max_step_ratio {
            0.0 => step,
            ratio => step.clamp(-ratio * sigma, ratio * sigma),
        };
        (0..updates).fold(synapse, |(mu, sigma), _| {
            let pull = (mesu.mu_prior - mu) / (window * variance);
            let growth = sigma * (variance - sigma * sigma) / (window * variance);
            (
                mu + limit(mesu.lr_mu * sigma * sigma * pull, sigma),
                sigma + limit(0.5 * mesu.lr_sigma * growth, sigma),
            )
        })
    }

    #[test]
    fn heads_that_wait_drift_if_told_to() {
        let (slow, updates) = (90.0, 41);
        for (network, max_step_ratio) in networks().iter().flat_map(|n| [(n, 0.0), (n, 0.003)]) {
            let mesu = |heads_drift| MesuConfig {
                heads_drift,
                memory_window: 30.0,
                slow_windows: vec![slow],
                sigma_prior: 0.7,
                mu_prior: 0.2,
                lr_mu: 0.8,
                lr_sigma: 0.6,
                max_step_ratio,
                clamp_grad: 0.1,
                samples: 2,
                ..MesuConfig::paper()
            };
            let run = |config: MesuConfig| {
                let mut learner = new(network, &config.into());
                let start = learner.clone();
                learner.use_head(1).unwrap();
                let ((x, y), (inputs, labels)) = (examples(1, updates - 1), examples(2, 8));
                learner.learn_each(&x, &y).unwrap();
                learner.learn(&inputs, &labels).unwrap();
                (start, learner)
            };
            let always = mesu(HeadsDrift::Always);
            let ((start, drifting), (_, still)) =
                (run(always.clone()), run(mesu(HeadsDrift::InUse)));
            // Its own synapses, then those of the slow copy.
            let networks = |learner: &Learner| {
                let copy = learner.engine.state().slow.remove(0).network;
                [(30.0, learner.network.clone()), (slow, copy)]
            };
            let all = networks(&drifting)
                .into_iter()
                .zip(networks(&still))
                .zip(networks(&start));
            for (((window, got), (_, still)), (_, start)) in all {
                let groups = got.groups().zip(still.groups()).zip(start.groups());
                for (((name, got), (_, still)), (_, start)) in groups {
                    if !(name.starts_with("head.1.") || name.starts_with("head.3.")) {
                        // The drift elsewhere has no influence.
                        assert!(got == still && got != start, "{name}");
                        continue;
                    }
                    assert!(still == start, "{name}");
                    let pairs = |group: &Synapses| -> Vec<(f64, f64)> {
                        let (mu, sigma) = group.gaussian();
                        let pairs = mu.values().zip(sigma.values());
                        pairs.map(|(mu, sigma)| (mu.into(), sigma.into())).collect()
                    };
                    for (got, start) in pairs(got).into_iter().zip(pairs(start)) {
                        let expected = drifted(&always, window, start, updates);
                        let moved = (expected.0 - start.0)
                            .abs()
                            .max((expected.1 - start.1).abs());
                        let off = (got.0 - expected.0).abs().max((got.1 - expected.1).abs());
                        assert!(
                            moved > 1e-3 && off < 1e-5,
                            "{name}: {got:?} {expected:?} {start:?}"
                        );
                    }
                }
            }
            let waiting = [0, 2].map(|head| drifting.network.updates_of_head(head));
            assert_eq!(waiting, [0, 0], "drift is no learning");
        }
    }
}
