//! Settings of a learner that predicts numbers.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, require, setters, windows};

/// Noise of a number around what a network predicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ValueLikelihood {
    /// Normal noise, the same for all inputs, whose variance is a running mean of squared residuals.
    #[default]
    Gaussian,
    /// Normal noise whose variance depends on the inputs: the network's second output is its logarithm.
    Heteroscedastic,
    /// Noise with outliers: Student's t distribution, whose scale is a running estimate.
    StudentT,
}

/// Settings of a learner that predicts numbers.
///
/// Targets are standardized inside by the running mean and deviation of those so far; predictions are in the units of
/// the targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RegressionConfig {
    /// Noise of the targets.
    pub likelihood: ValueLikelihood,
    /// Number of targets that the running estimate of the noise is of; 1 or more.
    pub noise_window: f64,
    /// Degrees of freedom of Student's t distribution, above 2: the smaller, the more outliers.
    pub degrees_of_freedom: f64,
}

setters!(RegressionConfig {
    likelihood: ValueLikelihood,
    noise_window: f64,
    degrees_of_freedom: f64,
});

impl Default for RegressionConfig {
    fn default() -> Self {
        Self {
            likelihood: ValueLikelihood::Gaussian,
            noise_window: 500.0,
            degrees_of_freedom: 4.0,
        }
    }
}

impl RegressionConfig {
    /// Number of outputs of the network.
    #[must_use]
    pub fn outputs(&self) -> usize {
        match self.likelihood {
            ValueLikelihood::Gaussian | ValueLikelihood::StudentT => 1,
            ValueLikelihood::Heteroscedastic => 2,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        windows([("noise_window", self.noise_window)])?;
        let degrees = self.degrees_of_freedom;
        let sound = degrees > 2.0 && degrees <= 1e6;
        require(sound, "degrees_of_freedom", degrees, "above 2, at most 1e6")
    }
}
