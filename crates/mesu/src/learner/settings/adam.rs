//! Adam: see [`crate::rule::Adam`].

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
#[non_exhaustive]
pub struct AdamConfig {
    /// Rate; >= 0.
    pub lr: f64,
    /// Reduction of the losses of a batch to the loss.
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
        Ok(Box::new(PointEngine::new(network, rule, self.reduction)))
    }
}

/// The rule, with its rate checked.
pub(super) fn adam(lr: f64) -> Result<Adam, ConfigError> {
    not_negative([("lr", lr)])?;
    Ok(Adam::new(lr, 0.9, 0.999, 1e-8))
}

/// The optimizer that a consolidation wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Stochastic gradient descent.
    #[default]
    Sgd,
    /// Adam, reset after each task.
    Adam,
}

/// The rule of an optimizer.
pub(super) enum Base {
    Sgd(Sgd),
    Adam(Adam),
}

impl Optimizer {
    /// The rule with this rate.
    pub(super) fn base(self, lr: f64) -> Result<Base, ConfigError> {
        Ok(match self {
            Self::Sgd => Base::Sgd(sgd(lr)?),
            Self::Adam => Base::Adam(adam(lr)?),
        })
    }
}
