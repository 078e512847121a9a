//! FOO-VB Diagonal: see [`crate::rule::Foovb`].

use serde::{Deserialize, Serialize};

use super::kind::Settings;
use crate::config::{ConfigError, not_negative, setters};
use crate::estimator::Estimator;
use crate::learner::engine::Engine;
use crate::learner::engine::gaussian::GaussianEngine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;
use crate::rule::Foovb;

/// Settings of FOO-VB Diagonal; the defaults hold on any standardized data, [`FoovbConfig::paper`] has the
/// paper's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct FoovbConfig {
    /// Rate of the means, eta; >= 0.
    pub lr_mu: f64,
    /// Largest sigma; 0 for no limit. Under [`Initialization::Auto`](crate::Initialization::Auto) in units of
    /// 1/√active of each layer.
    pub sigma_max: f64,
    /// No step of mu is longer than max_step_ratio·sigma, and sigma changes by no larger factor than
    /// 1 + max_step_ratio; 0 for no limit.
    pub max_step_ratio: f64,
    /// Noise samples per update, S; >= 1.
    pub samples: usize,
    /// Noise samples per prediction; >= 1.
    pub test_samples: usize,
    /// Estimator of the expected loss and its gradient.
    pub estimator: Estimator,
    /// Reduction of the losses of a batch to C.
    pub reduction: Reduction,
}

setters!(FoovbConfig {
    lr_mu: f64,
    sigma_max: f64,
    max_step_ratio: f64,
    samples: usize,
    test_samples: usize,
    estimator: Estimator,
    reduction: Reduction,
});

impl Default for FoovbConfig {
    /// Settings that hold on any standardized data.
    fn default() -> Self {
        Self {
            sigma_max: 1.0,
            max_step_ratio: 1.0,
            ..Self::paper()
        }
    }
}

impl FoovbConfig {
    /// The settings for the paper's permuted digits.
    #[must_use]
    pub fn paper() -> Self {
        Self {
            lr_mu: 1.0,
            sigma_max: 0.0,
            max_step_ratio: 0.0,
            samples: 10,
            test_samples: 10,
            estimator: Estimator::LocalReparameterization,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for FoovbConfig {
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
            Remedy::Lower(&["lr_mu"]),
            Remedy::Raise("samples"),
            Remedy::ForBatches("reduction", "mean"),
        ]
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        not_negative([
            ("lr_mu", self.lr_mu),
            ("sigma_max", self.sigma_max),
            ("max_step_ratio", self.max_step_ratio),
        ])?;
        let limit = |number: f64| (number > 0.0).then_some(number);
        let sampling = self.sampling().expect("FOO-VB samples").checked()?;
        let rule = Foovb {
            lr_mu: self.lr_mu,
            sigma_max: limit(self.sigma_max),
            max_step_ratio: limit(self.max_step_ratio),
        };
        Ok(Box::new(GaussianEngine::new(network, rule, sampling)))
    }
}
