//! Replay: SGD on each new example together with stored ones.

use serde::{Deserialize, Serialize};

use super::kind::Settings;
use super::sgd::sgd;
use crate::config::{ConfigError, require, setters};
use crate::learner::engine::Engine;
use crate::learner::engine::point::PointEngine;
use crate::learner::engine::replay::Replay;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;

/// Settings of replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ReplayConfig {
    /// Rate; >= 0.
    pub lr: f64,
    /// Examples stored; 1 to 1,000,000.
    pub buffer: usize,
    /// Stored examples learned with each new one; 1 to 1,000.
    pub replayed: usize,
    /// Reduction of the losses of new and stored examples to the loss.
    pub reduction: Reduction,
}

setters!(ReplayConfig {
    lr: f64,
    buffer: usize,
    replayed: usize,
    reduction: Reduction,
});

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            lr: 0.002,
            buffer: 500,
            replayed: 1,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for ReplayConfig {
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
        let within = |value: usize, most: usize| (1..=most).contains(&value);
        let Self {
            buffer, replayed, ..
        } = *self;
        require(within(buffer, 1_000_000), "buffer", buffer, "1 to 1000000")?;
        require(within(replayed, 1_000), "replayed", replayed, "1 to 1000")?;
        let base = PointEngine::new(network, sgd(self.lr)?, self.reduction);
        Ok(Box::new(Replay::new(base, buffer, replayed)))
    }
}
