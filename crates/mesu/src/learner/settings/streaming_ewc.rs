//! EWC without task boundaries: see [`crate::rule::StreamingEwc`].

use serde::{Deserialize, Serialize};

use super::adam::{Base, Optimizer};
use super::kind::Settings;
use crate::config::{ConfigError, not_negative, setters, windows};
use crate::learner::engine::Engine;
use crate::learner::engine::point::PointEngine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;
use crate::rule::StreamingEwc;

/// Settings of streaming EWC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct StreamingEwcConfig {
    /// Strength of the penalty; >= 0.
    pub importance: f64,
    /// Updates that the Fisher information is a mean of; >= 1.
    pub fisher_window: f64,
    /// Updates that the anchor is a mean of; >= 1.
    pub anchor_window: f64,
    /// Optimizer whose gradient the penalty is added to.
    pub optimizer: Optimizer,
    /// The optimiser's rate; >= 0.
    pub lr: f64,
    /// How the losses of a batch make up the loss.
    pub reduction: Reduction,
}

setters!(StreamingEwcConfig {
    importance: f64,
    fisher_window: f64,
    anchor_window: f64,
    optimizer: Optimizer,
    lr: f64,
    reduction: Reduction,
});

impl Default for StreamingEwcConfig {
    fn default() -> Self {
        Self {
            importance: 5.0,
            fisher_window: 60_000.0,
            anchor_window: 60_000.0,
            optimizer: Optimizer::Sgd,
            lr: 0.002,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for StreamingEwcConfig {
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
        let Self {
            importance,
            fisher_window,
            anchor_window,
            reduction,
            ..
        } = *self;
        not_negative([("importance", importance)])?;
        windows([
            ("fisher_window", fisher_window),
            ("anchor_window", anchor_window),
        ])?;
        let base = self.optimizer.base(self.lr)?;
        fn rule<B>(base: B, settings: &StreamingEwcConfig) -> StreamingEwc<B> {
            StreamingEwc {
                base,
                importance: settings.importance,
                fisher_window: settings.fisher_window,
                anchor_window: settings.anchor_window,
            }
        }
        Ok(match base {
            Base::Sgd(base) => Box::new(PointEngine::new(network, rule(base, self), reduction)),
            Base::Adam(base) => Box::new(PointEngine::new(network, rule(base, self), reduction)),
        })
    }
}
