//! A rule of one's own, as far as a file can describe it.

use serde::{Deserialize, Serialize};

use super::kind::Settings;
use crate::config::{ConfigError, ConfigPart};
use crate::estimator::Estimator;
use crate::learner::engine::Engine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::{Network, WeightKind};

/// Description of a learner whose rule is not of this crate, made by a
/// [`LearnerBuilder`](crate::LearnerBuilder).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OwnConfig {
    /// Name of the rule.
    pub rule: String,
    /// Settings of the rule, as its `Debug` writes them.
    pub settings: String,
    /// Kind of weight that the rule moves.
    pub weights: WeightKind,
    /// Noise samples per update, S; >= 1. Without meaning for point weights, as the next two.
    pub samples: usize,
    /// Noise samples per prediction; >= 1.
    pub test_samples: usize,
    /// Estimator of the expected loss and its gradient.
    pub estimator: Estimator,
    /// Reduction of the losses of a batch to C.
    pub reduction: Reduction,
}

impl OwnConfig {
    /// The settings of sampling, of point weights too.
    pub(crate) fn all_sampling(&self) -> Sampling {
        Sampling {
            samples: self.samples,
            test_samples: self.test_samples,
            estimator: self.estimator,
            reduction: self.reduction,
        }
    }
}

impl Settings for OwnConfig {
    fn sampling(&self) -> Option<Sampling> {
        (self.weights == WeightKind::Gaussian).then(|| self.all_sampling())
    }

    fn remedies(&self) -> Vec<Remedy> {
        Vec::new()
    }

    fn engine(&self, _: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        let expected = "the name of a rule of this crate";
        let found = &self.rule;
        Err(ConfigError::new(
            ConfigPart::Learner,
            "rule",
            found,
            expected,
        ))
    }
}
