//! Settings of a learner, each by its own name.

use mesu::{LearnerConfig, LearnerKind, LearningConfig, NetworkConfig, RegressionConfig};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Deserialize;
use serde_json::Map;

use crate::json;

/// Settings of the network.
const NETWORK: [&str; 9] = [
    "hidden",
    "layers",
    "input",
    "heads",
    "bias",
    "init",
    "active_inputs",
    "covariance",
    "scaling",
];

/// Settings of values.
const VALUES: [&str; 3] = ["likelihood", "noise_window", "degrees_of_freedom"];

/// Settings of learning, whatever learns.
const LEARNING: [&str; 3] = ["learn_above", "on_divergence", "class_weights"];

/// Descriptions that the settings make up; all others are the learner's own.
pub(super) struct Settings {
    pub(super) network: NetworkConfig,
    pub(super) values: Option<RegressionConfig>,
    pub(super) learning: LearningConfig,
    pub(super) learner: LearnerConfig,
}

impl Settings {
    /// Reads the settings of the learner `kind`.
    pub(super) fn read(kind: &str, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let (mut network, mut values) = (Map::new(), Map::new());
        let (mut learning, mut own) = (Map::new(), Map::new());
        for (key, value) in settings.into_iter().flatten() {
            let key = key.str()?.to_string();
            let value = json::from_python(&key, &value)?;
            let part = match &key[..] {
                key if NETWORK.contains(&key) => &mut network,
                key if VALUES.contains(&key) => &mut values,
                key if LEARNING.contains(&key) => &mut learning,
                _ => &mut own,
            };
            part.insert(key, value);
        }
        // A list of layers takes the place of the hidden ones.
        if network.contains_key("layers") && !network.contains_key("hidden") {
            network.insert("hidden".to_owned(), serde_json::json!([]));
        }
        let all = LearnerKind::ALL.iter().copied();
        let named = all.clone().find(|known| known.name() == kind);
        let named = named.ok_or_else(|| {
            let names: Vec<&str> = all.map(LearnerKind::name).collect();
            PyValueError::new_err(format!(
                "learner is {kind:?}; expected one of {}",
                names.join(", ")
            ))
        })?;
        let given = !values.is_empty();
        let values = json::settings("regression", values, RegressionConfig::deserialize)?;
        Ok(Self {
            network: json::settings("network", network, NetworkConfig::deserialize)?,
            values: given.then_some(values),
            learning: json::settings("learning", learning, LearningConfig::deserialize)?,
            learner: json::settings(kind, own, |map| named.deserialize_config(map))?,
        })
    }
}
