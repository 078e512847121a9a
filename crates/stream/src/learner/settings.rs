//! Settings of a learner of rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::StreamError;
use crate::members::MemberSettings;

/// Settings of a learner of rows; the defaults need no change for a new stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct StreamSettings {
    /// Seed of all that is drawn.
    pub seed: u64,
    /// Members of the mixture, at least one.
    pub members: Vec<MemberSettings>,
    /// Rate at which the members' weights are learned, for all of them together; >= 0. Ten times it for
    /// values.
    pub mixing_rate: f64,
    /// Least probability of a member that counts in the mixture; above 0, below 0.5.
    pub mixing_floor: f64,
    /// Probability that chance is taken for a change of the stream at one look, of which there is one in 32
    /// rows, if rows were independent: below 1; 0 for no alarms.
    pub drift_chance: f64,
    /// Deviations above the usual from which on the logarithm of a row's spread marks a stranger; 0 for none.
    pub stranger_deviations: f64,
    /// Most rows that wait for their labels.
    pub waiting: usize,
    /// Factors of the losses of classes, by name, each 0 or more; 1 of those that are not named.
    pub class_weights: BTreeMap<String, f32>,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            members: MemberSettings::mixture(),
            mixing_rate: 0.02,
            mixing_floor: 1e-4,
            drift_chance: 1e-4,
            stranger_deviations: 3.0,
            waiting: 10_000,
            class_weights: BTreeMap::new(),
        }
    }
}

impl StreamSettings {
    pub(crate) fn check(&self) -> Result<(), StreamError> {
        let refuse = |field, found: String, expected: &str| {
            Err(StreamError::Setting {
                field,
                found,
                expected: expected.to_owned(),
            })
        };
        if self.members.is_empty() {
            return refuse("members", "[]".to_owned(), "at least one");
        }
        let rate = self.mixing_rate;
        if !(rate.is_finite() && rate >= 0.0) {
            return refuse(
                "mixing_rate",
                rate.to_string(),
                "a finite number, 0 or more",
            );
        }
        let floor = self.mixing_floor;
        if !(floor > 0.0 && floor < 0.5) {
            return refuse("mixing_floor", floor.to_string(), "above 0, below 0.5");
        }
        let chance = self.drift_chance;
        if !(0.0..1.0).contains(&chance) {
            return refuse("drift_chance", chance.to_string(), "0 to below 1");
        }
        let deviations = self.stranger_deviations;
        if !(deviations.is_finite() && deviations >= 0.0) {
            return refuse(
                "stranger_deviations",
                deviations.to_string(),
                "a finite number, 0 or more",
            );
        }
        let unsound = |weight: &&f32| !(weight.is_finite() && **weight >= 0.0);
        match self.class_weights.values().find(unsound) {
            Some(weight) => refuse(
                "class_weights",
                weight.to_string(),
                "finite numbers, 0 or more",
            ),
            None => Ok(()),
        }
    }
}
