//! Settings of learning that are the same for every kind of learner.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, not_negative, require, setters};
use crate::network::Network;

/// Answer to an example, or a batch, that a learner can't be updated with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OnDivergence {
    /// An error; a learner that broke on the way refuses everything from then on.
    #[default]
    Error,
    /// The learner stays as it was before the update, counts what it left out
    /// ([`Learned::skipped`](crate::Learned#structfield.skipped)), and goes on. Costs a copy of the learner's
    /// synapses for each update.
    Skip,
}

/// Settings of learning that are the same for every kind of learner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LearningConfig {
    /// Loss of an example, in nats, below which nothing is learned from it; 0 to learn from all. Of values, it is what
    /// the loss is above that of the best mean. Time passes all
    /// the same: the next update makes up for the pull to the prior of those that were not made. Not with weight
    /// sampling, slow copies or replay.
    pub learn_above: f64,
    /// Answer to an update that diverges.
    pub on_divergence: OnDivergence,
    /// Factors of the losses of each class's examples, each 0 or more; none for 1 of all. Replay stores examples
    /// with the weights that they came with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class_weights: Vec<f32>,
}

setters!(LearningConfig {
    learn_above: f64,
    on_divergence: OnDivergence,
    class_weights: impl Into<Vec<f32>>,
});

impl LearningConfig {
    /// Checks the settings for a network, whose engine can leave an example out for its loss, or not.
    pub(super) fn check(&self, network: &Network, gates: bool) -> Result<(), ConfigError> {
        not_negative([("learn_above", self.learn_above)])?;
        let sound = self.learn_above == 0.0 || gates;
        let expected = "0 beside the estimator weight-sampling, slow copies or replay";
        require(sound, "learn_above", self.learn_above, expected)?;
        let weights = &self.class_weights;
        let classes = network.classes();
        let labels = classes > 0 || weights.is_empty();
        let expected = "[] beside values, which have no classes";
        require(labels, "class_weights", format!("{weights:?}"), expected)?;
        let sound = weights.is_empty()
            || weights.len() == classes && weights.iter().all(|w| w.is_finite() && *w >= 0.0);
        let expected = format!("[] or {classes} finite numbers, one a class, each >= 0");
        require(sound, "class_weights", format!("{weights:?}"), &expected)
    }
}
