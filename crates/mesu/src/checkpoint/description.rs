//! The description that a checkpoint holds of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::format::VERSION;
use crate::learner::{LearnerConfig, LearningConfig, LeftOut};
use crate::network::{Network, NetworkConfig};
use crate::outputs::{Outputs, OutputsConfig, SavedValues};

/// The JSON in the metadata entry `mesu`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(super) version: u32,
    pub(crate) inputs: usize,
    pub(crate) classes: usize,
    pub(crate) network: NetworkConfig,
    pub(crate) learner: LearnerConfig,
    pub(crate) updates: u64,
    /// Further counters of the learner.
    pub(super) counts: Vec<u64>,
    /// State of the heads of networks with several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) heads: Option<Heads>,
    /// Settings of learning, where they are not the defaults.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) learning: LearningConfig,
    /// Numbers of examples that were not learned, if there are any.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) left_out: LeftOut,
    /// Updates that were not made since the last one, of the trunk and of each head; empty if they are all 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) idle: Vec<u64>,
    /// Settings of regression, and what is known of the targets, of a learner that predicts values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) regression: Option<SavedValues>,
    /// Texts of the caller, by their keys.
    pub(crate) notes: BTreeMap<String, String>,
    /// Checksum in hexadecimal, over the tensors and this description with an empty one.
    pub(super) checksum: String,
}

/// The version alone, of any description.
#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) version: u32,
}

impl Description {
    pub(crate) fn new(
        network: &Network,
        config: &NetworkConfig,
        learner: &LearnerConfig,
        updates: u64,
        counts: &[u64],
        notes: &[(&str, &str)],
    ) -> Self {
        let notes = notes
            .iter()
            .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        Self {
            version: VERSION,
            inputs: network.inputs(),
            classes: network.classes(),
            network: config.clone(),
            learner: learner.clone(),
            updates,
            counts: counts.to_vec(),
            heads: Heads::of(network),
            learning: LearningConfig::default(),
            left_out: LeftOut::default(),
            idle: network.idle(),
            regression: match &network.outputs {
                Outputs::Classes => None,
                Outputs::Values(values) => Some(values.save()),
            },
            notes: notes.collect(),
            checksum: String::new(),
        }
    }

    /// Returns what the learner predicts.
    pub(super) fn outputs(&self) -> OutputsConfig {
        match &self.regression {
            None => OutputsConfig::Classes(self.classes),
            Some(saved) => OutputsConfig::Regression(saved.config.clone()),
        }
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("plain numbers and names")
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The state of several heads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Heads {
    /// The head in use, from 0.
    pub(crate) in_use: usize,
    /// Number of updates of each.
    pub(crate) updates: Vec<u64>,
    /// Updates of each head before its optimizer was last reset.
    pub(crate) before: Vec<u64>,
}

impl Heads {
    /// Returns the state of a network that has several.
    fn of(network: &Network) -> Option<Self> {
        let updates = network.head_updates();
        (updates.len() > 1).then(|| Self {
            in_use: network.head(),
            updates: updates.iter().map(|updates| updates.total).collect(),
            before: updates
                .iter()
                .map(|updates| updates.at_optimizer_reset)
                .collect(),
        })
    }
}
