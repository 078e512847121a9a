//! Loss of a batch, and its noise.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, require};
use crate::estimator::Estimator;

/// Reduction of the losses of a batch to C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// Sum of the losses.
    #[default]
    Sum,
    /// Mean of the losses.
    Mean,
}

impl Reduction {
    /// Factor of the sum over a batch of `examples`.
    pub(crate) fn weight(self, examples: usize) -> f32 {
        match self {
            Self::Sum => 1.0,
            Self::Mean => 1.0 / examples as f32,
        }
    }
}

/// Settings by which a Bayesian learner samples its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampling {
    pub(crate) samples: usize,
    pub(crate) test_samples: usize,
    pub(crate) estimator: Estimator,
    pub(crate) reduction: Reduction,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            samples: 10,
            test_samples: 10,
            estimator: Estimator::LocalReparameterization,
            reduction: Reduction::Sum,
        }
    }
}

/// Most noise samples accepted.
const MOST_SAMPLES: usize = 10_000;

impl Sampling {
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        let numbers = [
            ("samples", self.samples),
            ("test_samples", self.test_samples),
        ];
        for (field, samples) in numbers {
            let sound = (1..=MOST_SAMPLES).contains(&samples);
            require(sound, field, samples, &format!("1 to {MOST_SAMPLES}"))?;
        }
        Ok(self)
    }
}
