//! FOO-VB Diagonal: see [`crate::rule::Foovb`].

use serde::{Deserialize, Serialize};

use super::bayesian::Bayesian;
use super::config::{ConfigError, Reduction, Sampling, Settings, not_negative};
use super::engine::Engine;
use crate::estimator::Estimator;
use crate::network::Network;
use crate::rule::Foovb;

/// Settings of FOO-VB Diagonal; the defaults are those of the paper's permuted digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FoovbConfig {
    /// Rate of the means, eta; >= 0.
    pub lr_mu: f64,
    /// Noise samples per update, S; >= 1.
    pub samples: usize,
    /// Noise samples per prediction; >= 1.
    pub test_samples: usize,
    /// How the expected loss and its gradient are estimated.
    pub estimator: Estimator,
    /// How the losses of a batch make up C.
    pub reduction: Reduction,
}

impl Default for FoovbConfig {
    fn default() -> Self {
        Self {
            lr_mu: 1.0,
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

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        not_negative([("lr_mu", self.lr_mu)])?;
        let sampling = self.sampling().expect("FOO-VB samples").checked()?;
        let rule = Foovb { lr_mu: self.lr_mu };
        Ok(Box::new(Bayesian::new(network, rule, sampling)))
    }
}
