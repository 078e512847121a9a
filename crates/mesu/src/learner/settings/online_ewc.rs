//! Online EWC, one running penalty: see [`crate::rule::Ewc`].

use serde::{Deserialize, Serialize};

use super::adam::Optimizer;
use super::ewc::{Penalties, anchored};
use super::kind::Settings;
use crate::config::{ConfigError, not_negative, require, setters};
use crate::learner::engine::Engine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;

/// Settings of online EWC; the defaults are those of the paper's permuted digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OnlineEwcConfig {
    /// Strength of the penalty; >= 0.
    pub importance: f64,
    /// Share of the Fisher information that is left after another task; 0 to 1.
    pub downweighting: f64,
    /// Optimizer whose gradient the penalty is added to.
    pub optimizer: Optimizer,
    /// The optimiser's rate; >= 0.
    pub lr: f64,
    /// Reduction of the losses of a batch to the loss.
    pub reduction: Reduction,
}

setters!(OnlineEwcConfig {
    importance: f64,
    downweighting: f64,
    optimizer: Optimizer,
    lr: f64,
    reduction: Reduction,
});

impl Default for OnlineEwcConfig {
    fn default() -> Self {
        Self {
            importance: 2.0,
            downweighting: 0.2,
            optimizer: Optimizer::Sgd,
            lr: 0.002,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for OnlineEwcConfig {
    fn sampling(&self) -> Option<Sampling> {
        None
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![
            Remedy::Lower(&["lr", "importance"]),
            Remedy::ForBatches("reduction", "mean"),
        ]
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        not_negative([("importance", self.importance)])?;
        let downweighting = self.downweighting;
        require(
            (0.0..=1.0).contains(&downweighting),
            "downweighting",
            downweighting,
            "0 to 1",
        )?;
        let base = self.optimizer.base(self.lr)?;
        let penalties = Penalties::One { downweighting };
        Ok(anchored(
            network,
            base,
            self.importance,
            self.reduction,
            penalties,
        ))
    }
}
