//! The lists `compare` and `grid` of documents: what is run instead of one experiment.

use std::collections::BTreeMap;

use mesu::LearnerKind;
use toml::{Table, Value};

use crate::config::document;
use crate::config::learner_section;
use crate::config::overlay::{self, Layers};
use crate::config::settings;
use crate::error::LabError;

/// Every learner with every combination of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Axes {
    /// Learners in the order of their names in the file; empty without a comparison.
    pub(crate) compare: Vec<LearnerKind>,
    /// Dotted keys, in alphabetical order, and their values.
    pub(crate) grid: BTreeMap<String, Vec<Value>>,
}

impl Axes {
    /// The learners and values that the documents list.
    ///
    /// # Errors
    /// [`LabError`]: no list, an empty one, a value twice, a key that can't be varied.
    pub(crate) fn of(layers: &Layers<'_>) -> Result<Self, LabError> {
        let mut axes = Self::default();
        let mut about = LearnerKind::Mesu.name().to_owned();
        for (origin, document) in &layers.0 {
            let leaves = document::leaves(document);
            let kind = leaves.iter().find(|(key, _)| key == "learner.kind");
            if let Some((_, kind)) = kind {
                axes.compare.clear();
                kind.as_str().unwrap_or_default().clone_into(&mut about);
            }
            for (key, _) in &leaves {
                axes.grid.remove(key);
                if let Some(key) = key.strip_prefix("learner.") {
                    axes.grid.remove(&format!("learners.{about}.{key}"));
                }
            }
            if let Some(names) = document.get("compare") {
                axes.compare = compared(names, origin)?;
            }
            if let Some(grid) = document.get("grid") {
                let grid = learner_section::table(grid.clone(), origin, "grid")?;
                for (key, values) in document::leaves(&grid) {
                    let values = varied(&key, values, origin)?;
                    axes.grid.insert(key, values);
                }
            }
            axes.all_run(document, origin, &about)?;
        }
        Ok(axes)
    }

    /// An error for the first key of `document` that is about a learner which does not run: neither
    /// compared nor, without a comparison, `about`.
    fn all_run(&self, document: &Table, origin: &str, about: &str) -> Result<(), LabError> {
        let running: Vec<&str> = match &self.compare[..] {
            [] => vec![about],
            kinds => kinds.iter().map(|kind| kind.name()).collect(),
        };
        for (key, _) in document::leaves(document) {
            let kind = match key.strip_prefix("grid.learners.") {
                Some(rest) => rest.split('.').next().unwrap_or_default(),
                None if key.starts_with("learner.") => about,
                None => continue,
            };
            if !running.contains(&kind) {
                return Err(LabError::NotRun {
                    origin: origin.to_owned(),
                    kind: kind.to_owned(),
                    running: running.join(", "),
                    key,
                });
            }
        }
        Ok(())
    }
}

/// The learners that `names` lists: `["mesu", "sgd"]`, or `mesu,sgd` from a command line.
fn compared(names: &Value, origin: &str) -> Result<Vec<LearnerKind>, LabError> {
    let words = |text: &str| {
        text.split(',')
            .map(|word| Value::from(word.trim()))
            .collect()
    };
    let names = match names {
        Value::String(text) if !text.is_empty() && !text.starts_with('[') => words(text),
        names => filled(names, "compare", "for example [\"mesu\", \"sgd\"]", origin)?,
    };
    let mut kinds = Vec::new();
    for name in &names {
        let kind = learner_section::kind_of(name, origin, "compare")?;
        if kinds.contains(&kind) {
            return Err(LabError::ListedTwice {
                origin: origin.to_owned(),
                key: "compare".to_owned(),
                value: kind.name().to_owned(),
            });
        }
        kinds.push(kind);
    }
    Ok(kinds)
}

/// The values that the grid has for `key`.
fn varied(key: &str, values: &Value, origin: &str) -> Result<Vec<Value>, LabError> {
    const ELSEWHERE: [&str; 6] = [
        "seed",
        "learner.kind",
        "name",
        "description",
        "compare",
        "grid",
    ];
    if ELSEWHERE.contains(&key) {
        return Err(LabError::NotVaried {
            origin: origin.to_owned(),
            key: format!("grid.{key}"),
        });
    }
    let plain = match key.strip_prefix("learners.").map(|key| key.split_once('.')) {
        Some(Some((_, key))) => format!("learner.{key}"),
        _ => key.to_owned(),
    };
    if !settings::keys().any(|key| key == plain) {
        return Err(LabError::UnknownKey {
            origin: origin.to_owned(),
            key: format!("grid.{key}"),
            nearest: overlay::nearest(&plain).map(|near| format!("grid.{near}")),
        });
    }
    let key = format!("grid.{key}");
    filled(values, &key, "for example [100000, 300000]", origin)
}

/// The list `values`, if it has a value.
fn filled(values: &Value, key: &str, example: &str, origin: &str) -> Result<Vec<Value>, LabError> {
    let empty = |value: &Value| value.as_str() == Some("");
    match document::list(values) {
        Some(list) if !list.is_empty() && !list.iter().any(empty) => Ok(list),
        _ => Err(LabError::Type {
            origin: origin.to_owned(),
            key: key.to_owned(),
            message: format!("found {values}, expected a list of one or more, {example}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Result<Axes, LabError> {
        let mut layers = Layers::default();
        for text in texts {
            layers.push("test", text.parse().unwrap())?;
        }
        Axes::of(&layers)
    }

    fn axes(texts: &[&str]) -> Axes {
        of(texts).unwrap()
    }

    fn refusal(text: &str) -> String {
        of(&[text]).unwrap_err().to_string()
    }

    const COMPARE: &str = "compare = ['sgd', 'mesu']";

    #[test]
    fn both_ways_to_write_a_grid() {
        let quoted = axes(&["[grid]\n'learner.lr_mu' = [1, 2]\n'network.hidden' = [[50], []]"]);
        let nested = axes(&["[grid]\nlearner.lr_mu = [1, 2]\nnetwork.hidden = [[50], []]"]);
        assert_eq!(quoted, nested);
        let keys: Vec<&String> = quoted.grid.keys().collect();
        assert_eq!(keys, ["learner.lr_mu", "network.hidden"]);
        assert_eq!(quoted.grid["network.hidden"].len(), 2);
        let words = axes(&["grid.learner.estimator = '[weight-sampling, x]'"]);
        assert_eq!(words.grid["learner.estimator"].len(), 2);
    }

    #[test]
    fn the_last_document_counts() {
        let compare = |texts: &[&str]| axes(texts).compare;
        let both = [LearnerKind::Sgd, LearnerKind::Mesu];
        assert_eq!(compare(&[COMPARE]), both);
        assert_eq!(compare(&["compare = 'sgd, mesu'"]), both);
        assert_eq!(compare(&["compare = '[sgd,mesu]'"]), both);
        assert_eq!(compare(&["learner.kind = 'si'", COMPARE]), both);
        assert_eq!(compare(&[COMPARE, "learner.lr_mu = 2"]), both);
        assert_eq!(compare(&[COMPARE, "learner.kind = 'si'"]), []);
        let grid = "[grid]\n'tasks' = [1, 2]\n'learners.mesu.lr_mu' = [1, 2]";
        let keys = |over| axes(&[grid, over]).grid.into_keys().collect::<Vec<_>>();
        assert_eq!(keys(COMPARE), ["learners.mesu.lr_mu", "tasks"]);
        assert_eq!(keys("tasks = 3"), ["learners.mesu.lr_mu"]);
        assert_eq!(keys("learner.lr_mu = 3"), ["tasks"]);
        assert_eq!(axes(&[grid, "grid.tasks = [5]"]).grid["tasks"].len(), 1);
    }

    #[test]
    fn lists_are_checked() {
        for (text, words) in [
            ("compare = []", ["compare: found []", "one or more"]),
            ("compare = 3", ["compare: found 3", "one or more"]),
            ("compare = ''", ["compare: found", "one or more"]),
            (
                "compare = ['mesu', 'ewq']",
                ["compare: found \"ewq\"", "online-ewc"],
            ),
            (
                "compare = ['sgd', 'sgd']",
                ["compare: sgd is listed twice", ""],
            ),
            ("grid = 3", ["grid", "a section"]),
            ("grid.tasks = 3", ["grid.tasks: found 3", "one or more"]),
            ("grid.tasks = []", ["grid.tasks: found []", "one or more"]),
            ("grid.seed = [1, 2]", ["grid.seed", "not one to vary"]),
            (
                "grid.compare = ['sgd']",
                ["grid.compare", "not one to vary"],
            ),
            (
                "grid.learner.kind = ['sgd']",
                ["grid.learner.kind", "not one to vary"],
            ),
            ("grid.name = ['a']", ["grid.name", "not one to vary"]),
        ] {
            let refusal = refusal(text);
            for word in words {
                assert!(refusal.contains(word), "{text}: {refusal}");
            }
        }
    }
}
