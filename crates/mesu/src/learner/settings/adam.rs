//! Adam: see [`crate::rule::Adam`].

use mesu_kernels::Matrix;
use serde::{Deserialize, Serialize};

use super::kind::Settings;
use super::sgd::sgd;
use crate::config::{ConfigError, not_negative, setters};
use crate::learner::engine::Engine;
use crate::learner::engine::point::PointEngine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;
use crate::rule::{Adam, Sgd};

/// Settings of Adam; its betas are 0.9 and 0.999, its epsilon 1e-8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamConfig {
    /// Rate; >= 0.
    pub lr: f64,
    /// How the losses of a batch make up the loss.
    pub reduction: Reduction,
}

setters!(AdamConfig {
    lr: f64,
    reduction: Reduction,
});

impl Default for AdamConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            reduction: Reduction::Mean,
        }
    }
}

impl Settings for AdamConfig {
    fn sampling(&self) -> Option<Sampling> {
        None
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![
            Remedy::Lower(&["lr"]),
            Remedy::ForBatches("reduction", "mean"),
        ]
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        let rule = adam(self.lr)?;
        add_moments(network);
        Ok(Box::new(PointEngine::new(network, rule, self.reduction)))
    }
}

/// The rule, with its rate checked.
pub(super) fn adam(lr: f64) -> Result<Adam, ConfigError> {
    not_negative([("lr", lr)])?;
    Ok(Adam::new(lr, 0.9, 0.999, 1e-8))
}

/// Adds what Adam keeps of a point weight.
fn add_moments(network: &mut Network) {
    for group in network.synapses_mut() {
        let (rows, columns) = (group.mu().rows(), group.mu().columns());
        for name in ["first_moment", "second_moment"] {
            group.add(name, Matrix::zeros(rows, columns));
        }
    }
}

/// The optimiser that a consolidation wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Stochastic gradient descent.
    #[default]
    Sgd,
    /// Adam, optimizer_reset_at anew after each task.
    Adam,
}

/// The rule of an optimiser.
pub(super) enum Base {
    Sgd(Sgd),
    Adam(Adam),
}

impl Optimizer {
    /// The rule with this rate; what it keeps is added to the synapses.
    pub(super) fn base(self, lr: f64, network: &mut Network) -> Result<Base, ConfigError> {
        Ok(match self {
            Self::Sgd => Base::Sgd(sgd(lr)?),
            Self::Adam => {
                let rule = adam(lr)?;
                add_moments(network);
                Base::Adam(rule)
            }
        })
    }
}
