//! The figures of papers (`reference.toml`) beside those of our runs.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use toml::{Table, Value};

use crate::runs::group::{Group, leaf, plain};
use mesu_lab::config::document;
use mesu_lab::record::measures::{MEASURES, Measure, find};

/// Figures of one source, for some presets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    presets: Vec<String>,
    source: String,
    /// Settings of all cases, by dotted keys.
    at: Table,
    case: Vec<Case>,
}

/// A learner with its settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    learner: String,
    /// Settings without which a run is another case.
    #[serde(default)]
    r#where: Table,
    #[serde(default)]
    note: String,
    /// True if it is shown without a run of ours.
    #[serde(default)]
    lone: bool,
    /// `[mean]` or `[mean, std]`, by the keys of measures.
    values: BTreeMap<String, Vec<f64>>,
}

/// A figure of a paper, and ours if there is a run like it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Beside {
    /// Our group, by its number.
    pub(crate) group: Option<usize>,
    pub(crate) learner: String,
    pub(crate) measure: &'static Measure,
    pub(crate) paper: (f64, Option<f64>),
    /// Settings in which ours differs, and notes: empty if like for like.
    pub(crate) remarks: Vec<String>,
    pub(crate) source: String,
}

fn sets() -> &'static [Set] {
    #[derive(Deserialize)]
    struct File {
        set: Vec<Set>,
    }
    static SETS: OnceLock<Vec<Set>> = OnceLock::new();
    SETS.get_or_init(|| {
        let text = include_str!("../../reference.toml");
        let file: File = toml::from_str(text).expect("reference.toml is read by the tests");
        file.set
    })
}

/// Returns whether the number is a mean over the newest tasks: with another number of tasks it is another number.
fn is_window(key: &str) -> bool {
    find(key).is_some_and(|measure| measure.window.is_some())
}

/// Returns whether the paper has means over the newest tasks that are left out beside `groups`, which have another
/// number of tasks.
pub(crate) fn windows_left_out(groups: &[Group]) -> bool {
    let sets = sets().iter();
    sets.flat_map(|set| {
        let ours = groups.iter().filter(|group| set.has(group));
        ours.filter(|group| !set.as_many_tasks(group))
            .flat_map(|group| set.case.iter().filter(|case| case.fits(group)))
    })
    .any(|case| case.values.keys().any(|key| is_window(key)))
}

impl Set {
    fn has(&self, group: &Group) -> bool {
        self.presets
            .iter()
            .any(|preset| group.experiment() == preset)
    }

    fn as_many_tasks(&self, group: &Group) -> bool {
        let tasks = self.at.get("tasks").and_then(Value::as_integer);
        tasks.is_none_or(|tasks| usize::try_from(tasks) == Ok(group.columns()))
    }
}

impl Case {
    fn fits(&self, group: &Group) -> bool {
        group.kind == self.learner && differences(&group.config, &self.r#where).is_empty()
    }
}

/// All numbers of papers that belong beside `groups`. Learners that there is no run of are told only in a
/// comparison.
pub(crate) fn beside(groups: &[Group]) -> Vec<Beside> {
    let mut found = Vec::new();
    for set in sets() {
        let ours: Vec<(usize, &Group)> = groups
            .iter()
            .enumerate()
            .filter(|(_, group)| set.has(group))
            .collect();
        if ours.is_empty() {
            continue;
        }
        for case in &set.case {
            let matching = |group: &&(usize, &Group)| case.fits(group.1);
            let like: Vec<Option<&(usize, &Group)>> = match ours.iter().filter(matching) {
                like if like.clone().next().is_some() => like.map(Some).collect(),
                _ if case.lone && groups.len() > 1 => vec![None],
                _ => Vec::new(),
            };
            for group in like {
                let mut remarks =
                    group.map_or(Vec::new(), |(_, group)| differences(&group.config, &set.at));
                remarks.extend(unfinished(group.map(|(_, group)| *group)));
                remarks.extend((!case.note.is_empty()).then(|| case.note.clone()));
                let windows = group.is_none_or(|(_, group)| set.as_many_tasks(group));
                let measures = MEASURES.iter();
                for measure in measures.filter(|measure| windows || measure.window.is_none()) {
                    let values = case.values.get(&measure.key());
                    if let Some([mean, std @ ..]) = values.map(|values| &values[..]) {
                        found.push(Beside {
                            group: group.map(|(number, _)| *number),
                            learner: case.learner.clone(),
                            measure,
                            paper: (*mean, std.first().copied()),
                            remarks: remarks.clone(),
                            source: set.source.clone(),
                        });
                    }
                }
            }
        }
    }
    // Those without a run of ours are there for comparison: last.
    found.sort_by_key(|row| row.group.is_none());
    found
}

fn unfinished(group: Option<&Group>) -> Option<String> {
    let group = group.filter(|group| group.stages() < group.stages_wanted())?;
    Some(format!("ours is at task {}", group.stages()))
}

/// The settings of `wanted` that `config` has otherwise: "tasks: ours 10, paper 200". A setting
/// that it doesn't have at all, being of another learner, counts as the same.
fn differences(config: &Table, wanted: &Table) -> Vec<String> {
    let leaves = document::leaves(config);
    let differs = |(key, wanted): (&String, &Value)| {
        let (_, ours) = leaves.iter().find(|(other, _)| other == key)?;
        let word = key.rsplit('.').next().unwrap_or(key);
        let text = || {
            format!(
                "{word}: ours {}, paper {}",
                leaf(config, key)?,
                plain(wanted)
            )
            .into()
        };
        let text: &dyn Fn() -> Option<String> = &text;
        if same(ours, wanted) { None } else { text() }
    };
    wanted.iter().filter_map(differs).collect()
}

/// Returns whether two settings mean the same: 1 is 1.0.
fn same(a: &Value, b: &Value) -> bool {
    let number = |value: &Value| value.as_float().or(value.as_integer().map(|i| i as f64));
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use mesu_lab::record::measures::{LEARNING, OOD_EPISTEMIC, WINDOW_5};

    #[test]
    fn the_file_names_presets_and_numbers_that_exist() {
        for set in sets() {
            for name in &set.presets {
                assert!(
                    mesu_lab::config::presets()
                        .iter()
                        .any(|preset| preset.name == name),
                    "{name}"
                );
            }
            for case in &set.case {
                for (key, values) in &case.values {
                    assert!(find(key).is_some(), "{key}");
                    assert!(matches!(values.len(), 1 | 2), "{key}");
                }
            }
        }
    }

    #[test]
    fn ours_stand_beside_the_papers() {
        let groups = Group::all(vec![
            sample::run(&["tasks=2"], 2),
            sample::run(
                &[
                    "tasks=2",
                    "learner.memory_window=1e15",
                    "network.hidden=[256]",
                ],
                1,
            ),
            sample::run(&["tasks=2", "network.hidden=[3]"], 2),
        ]);
        let all = beside(&groups);
        let of = |group: Option<usize>| all.iter().filter(move |row| row.group == group);
        assert_eq!(of(Some(0)).count(), 2, "and no window of another length");
        assert!(windows_left_out(&groups));
        let first = of(Some(0)).find(|row| *row.measure == LEARNING).unwrap();
        assert_eq!(first.paper, (0.9468, Some(0.0014)));
        assert_eq!(first.remarks, ["tasks: ours 2, paper 200"]);
        let auroc = of(Some(1))
            .find(|row| *row.measure == OOD_EPISTEMIC)
            .unwrap();
        assert_eq!(auroc.paper, (0.833, None));
        assert_eq!(auroc.remarks[1], "ours is at task 1");
        // No width of 3 in the paper; learners that we have no run of stand alone.
        assert_eq!(of(Some(2)).count(), 0);
        let alone: Vec<&str> = of(None).map(|row| row.learner.as_str()).collect();
        assert_eq!(alone, ["foovb", "si", "online-ewc", "streaming-ewc", "sgd"]);
        let whole = Group::all(vec![sample::run(&["tasks=200"], 2)]);
        let rows = beside(&whole);
        assert!(
            rows.iter().all(|row| row.group == Some(0)),
            "of one run, only its own"
        );
        let window = rows.iter().find(|row| *row.measure == WINDOW_5);
        assert_eq!(window.unwrap().paper, (0.913, None));
        assert!(!windows_left_out(&whole));
        assert!(beside(&Group::all(vec![sample::run(&["name=own"], 1)])).is_empty());
    }
}
