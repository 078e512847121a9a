//! Bayes by Backprop: see [`crate::rule::Bbb`].

use serde::{Deserialize, Serialize};

use super::adam::adam;
use super::kind::Settings;
use crate::config::{ConfigError, prior, setters, windows};
use crate::estimator::Estimator;
use crate::learner::engine::Engine;
use crate::learner::engine::gaussian::GaussianEngine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;
use crate::rule::Bbb;

/// Settings of Bayes by Backprop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct BbbConfig {
    /// Adam's rate, of mu and rho; >= 0.
    pub lr: f64,
    /// Standard deviation of the prior; > 0. Under [`Initialization::Auto`](crate::Initialization::Auto) in
    /// units of 1/√active of each layer.
    pub sigma_prior: f64,
    /// Mean of the prior.
    pub mu_prior: f64,
    /// Updates that share one KL divergence to the prior, usually those of an epoch; >= 1.
    pub kl_updates: f64,
    /// Noise samples per update, S; >= 1.
    pub samples: usize,
    /// Noise samples per prediction; >= 1.
    pub test_samples: usize,
    /// Estimator of the expected loss and its gradient.
    pub estimator: Estimator,
    /// Reduction of the losses of a batch to C.
    pub reduction: Reduction,
}

setters!(BbbConfig {
    lr: f64,
    sigma_prior: f64,
    mu_prior: f64,
    kl_updates: f64,
    samples: usize,
    test_samples: usize,
    estimator: Estimator,
    reduction: Reduction,
});

impl Default for BbbConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            sigma_prior: 1.0,
            mu_prior: 0.0,
            kl_updates: 60_000.0,
            samples: 10,
            test_samples: 10,
            estimator: Estimator::LocalReparameterization,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for BbbConfig {
    fn sampling(&self) -> Option<Sampling> {
        Some(Sampling {
            samples: self.samples,
            test_samples: self.test_samples,
            estimator: self.estimator,
            reduction: self.reduction,
        })
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![
            Remedy::Lower(&["lr"]),
            Remedy::ForBatches("reduction", "mean"),
        ]
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        prior(self.mu_prior, self.sigma_prior)?;
        windows([("kl_updates", self.kl_updates)])?;
        let rule = Bbb {
            adam: adam(self.lr)?,
            mu_prior: self.mu_prior,
            sigma_prior: self.sigma_prior,
            share: 1.0 / self.kl_updates,
        };
        let sampling = self
            .sampling()
            .expect("Bayes by Backprop samples")
            .checked()?;
        Ok(Box::new(GaussianEngine::new(network, rule, sampling)))
    }
}
