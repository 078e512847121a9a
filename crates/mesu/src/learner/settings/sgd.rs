//! Stochastic gradient descent: see [`crate::rule::Sgd`].

use serde::{Deserialize, Serialize};

use super::kind::Settings;
use crate::config::{ConfigError, not_negative, setters};
use crate::learner::engine::Engine;
use crate::learner::engine::point::PointEngine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;
use crate::rule::Sgd;

/// Settings of SGD; the defaults are those of the paper's permuted digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SgdConfig {
    /// Rate; >= 0.
    pub lr: f64,
    /// Reduction of the losses of a batch to the loss.
    pub reduction: Reduction,
}

setters!(SgdConfig {
    lr: f64,
    reduction: Reduction,
});

impl Default for SgdConfig {
    fn default() -> Self {
        Self {
            lr: 0.002,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for SgdConfig {
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
        let engine = PointEngine::new(network, sgd(self.lr)?, self.reduction);
        Ok(Box::new(engine))
    }
}

/// The rule, with its rate checked.
pub(super) fn sgd(lr: f64) -> Result<Sgd, ConfigError> {
    not_negative([("lr", lr)])?;
    Ok(Sgd { lr })
}
