//! The configurations of runs: what they share, and in what they differ.

use crate::runs::group::{Group, leaf};
use mesu_lab::config::document;

/// The keys whose values differ, with the value of each group.
pub(crate) fn differences(groups: &[Group]) -> Vec<(String, Vec<String>)> {
    let mut keys: Vec<String> = Vec::new();
    for group in groups {
        for (key, _) in document::leaves(&group.config) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    let values = |key: String| {
        let values: Vec<String> = groups
            .iter()
            .map(|group| leaf(&group.config, &key).unwrap_or("–".to_owned()))
            .collect();
        let differ = values.iter().any(|value| *value != values[0]);
        differ.then_some((key, values))
    };
    keys.into_iter().filter_map(values).collect()
}

/// The settings that are the same in all runs, as TOML.
pub(crate) fn common(groups: &[Group]) -> String {
    let mut runs = groups.iter().flat_map(|group| &group.runs);
    let Some(first) = runs.next() else {
        return String::new();
    };
    let mut config = first.config.clone();
    for run in runs {
        document::intersect(&mut config, &run.config);
    }
    toml::to_string(&config).unwrap_or_default()
}
