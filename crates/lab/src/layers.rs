//! Documents laid over each other, and what they describe together: one experiment, or the
//! learners and values that several are made of (see [`crate::plan`]).
//!
//! Beside an experiment's own keys a document may have
//!
//! ```toml
//! compare = ["mesu", "foovb"]                 # learners to run, one after another
//! [grid]
//! "network.hidden" = [[50], [256]]            # values to run, for every learner
//! "learners.mesu.memory_window" = [1e5, 1e6]  # or for one of them
//! [for.foovb]
//! data.batch_size = 128                       # what else is different when that learner runs
//! ```
//!
//! A value comes from the last document that names it. So `learner.kind` in a later document
//! ends a comparison, a plain value ends the list of values that the grid had for it, and
//! `[for.KIND]` stands over the rest of its own document alone.

use std::collections::BTreeMap;

use mesu::LearnerKind;
use toml::{Table, Value};

use crate::document;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::{fields, learners};

/// Documents, the later over the earlier, each with what it is called in errors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers<'a>(Vec<(&'a str, Table)>);

/// What is run instead of one experiment: every learner with every combination of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Axes {
    /// Learners in the order of their names in the file; empty without a comparison.
    pub(crate) compare: Vec<LearnerKind>,
    /// Dotted keys, in alphabetical order, and their values.
    pub(crate) grid: BTreeMap<String, Vec<Value>>,
}

impl<'a> Layers<'a> {
    /// Lays `document` over the others.
    ///
    /// # Errors
    /// [`LabError::UnknownKey`] for a key that no experiment has, with the one that was meant.
    pub(crate) fn push(&mut self, origin: &'a str, document: Table) -> Result<(), LabError> {
        for (key, _) in document::leaves(&document) {
            if let Err(nearest) = check(&key) {
                let origin = origin.to_owned();
                return Err(LabError::UnknownKey {
                    origin,
                    key,
                    nearest,
                });
            }
        }
        self.0.push((origin, document));
        Ok(())
    }

    /// The experiment with the learner `kind`, or with the one that the documents name.
    /// Its ranges are not checked yet.
    ///
    /// # Errors
    /// [`LabError`]: a value of another type than its key takes, a setting of another learner.
    pub(crate) fn experiment(&self, kind: Option<LearnerKind>) -> Result<Experiment, LabError> {
        let origin = self.0.last().map_or("", |(origin, _)| *origin);
        let mut documents = self.0.clone();
        for (_, document) in &mut documents {
            document.remove("compare");
            document.remove("grid");
        }
        let mut own = Vec::new();
        for (origin, document) in &mut documents {
            own.push(match document.remove("for") {
                Some(section) => learners::table(section, origin, "for")?,
                None => Table::new(),
            });
        }
        let section = learners::settle(&mut documents, kind)?;
        let name = section["kind"].as_str().unwrap_or_default().to_owned();
        let learner = learners::read(section, origin)?;
        let mut table = Table::new();
        for ((origin, document), mut own) in documents.into_iter().zip(own) {
            document::overlay(&mut table, document);
            if let Some(section) = own.remove(&name) {
                let section = learners::table(section, origin, &format!("for.{name}"))?;
                document::overlay(&mut table, section);
            }
        }
        let experiment: Result<Experiment, _> = serde_path_to_error::deserialize(table);
        let experiment = experiment.map_err(|error| LabError::Type {
            origin: origin.to_owned(),
            key: error.path().to_string(),
            message: document::plain(error.inner().message()),
        })?;
        Ok(Experiment {
            learner,
            ..experiment
        })
    }

    /// The learners and values that the documents list.
    ///
    /// # Errors
    /// [`LabError`]: no list, an empty one, a value twice, a key that can't be varied.
    pub(crate) fn axes(&self) -> Result<Axes, LabError> {
        let mut axes = Axes::default();
        let mut about = LearnerKind::Mesu.name().to_owned();
        for (origin, document) in &self.0 {
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
                let grid = learners::table(grid.clone(), origin, "grid")?;
                for (key, values) in document::leaves(&grid) {
                    let values = varied(&key, values, origin)?;
                    axes.grid.insert(key, values);
                }
            }
        }
        Ok(axes)
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
        let kind = learners::kind_of(name, origin, "compare")?;
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
    let instead = match key {
        "seed" => Some("give --seeds N,… instead"),
        "learner.kind" => Some("give compare = [\"mesu\", …] instead"),
        "name" | "description" => Some("drop it"),
        _ => None,
    };
    if let Some(instead) = instead {
        return Err(LabError::NotVaried {
            origin: origin.to_owned(),
            key: format!("grid.{key}"),
            instead,
        });
    }
    let plain = match key.strip_prefix("learners.").map(|key| key.split_once('.')) {
        Some(Some((_, key))) => format!("learner.{key}"),
        _ => key.to_owned(),
    };
    if !fields::keys().contains(&plain) {
        return Err(LabError::UnknownKey {
            origin: origin.to_owned(),
            key: format!("grid.{key}"),
            nearest: nearest(&plain).map(|near| format!("grid.{near}")),
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

/// Refuses a key that no document has, with the one that was meant if any is near.
fn check(key: &str) -> Result<(), Option<String>> {
    if let Some(inner) = key.strip_prefix("grid.") {
        return check(inner).map_err(|near| near.map(|near| format!("grid.{near}")));
    }
    for section in ["learners", "for"] {
        let inner = key.strip_prefix(section).and_then(|k| k.strip_prefix('.'));
        let Some(inner) = inner else { continue };
        let (kind, inner) = inner.split_once('.').unwrap_or((inner, ""));
        let kinds = LearnerKind::ALL.iter().map(|kind| kind.name());
        if !kinds.clone().any(|known| known == kind) {
            let dotted = |near| format!("{section}.{near}.{inner}");
            let near = document::nearest(kind, kinds).map(dotted);
            return Err(near.map(|near| near.trim_end_matches('.').to_owned()));
        }
        // A section's settings of the learner have one place, which is `learners`.
        let whole = match (section, inner.strip_prefix("learner.")) {
            (_, _) if inner.is_empty() => return Ok(()),
            ("learners", _) => format!("learner.{inner}"),
            (_, Some(setting)) => return Err(Some(format!("learners.{kind}.{setting}"))),
            (_, None) if ["name", "description", "seed"].contains(&inner) => return Err(None),
            (_, None) => inner.to_owned(),
        };
        return check(&whole).map_err(|near| {
            let near = near?;
            let inner = match section {
                "learners" => near.strip_prefix("learner.")?,
                _ => near.as_str(),
            };
            Some(format!("{section}.{kind}.{inner}"))
        });
    }
    let inside = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('.'));
    // Below a value or above one: its type is wrong rather than its name.
    let is_meant = |known: &str| key == known || inside(key, known) || inside(known, key);
    let known = fields::keys().iter().map(String::as_str);
    match known.chain(SECTIONS).any(is_meant) {
        true => Ok(()),
        false => Err(nearest(key)),
    }
}

/// What a document has beside an experiment's keys.
const SECTIONS: [&str; 4] = ["compare", "grid", "learners", "for"];

fn nearest(key: &str) -> Option<String> {
    let known = fields::keys().iter().map(String::as_str);
    document::nearest(key, known.chain(["compare", "grid"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(texts: &[&str]) -> Result<Layers<'static>, LabError> {
        let mut layers = Layers::default();
        for text in texts {
            layers.push("test", text.parse().unwrap())?;
        }
        Ok(layers)
    }

    fn axes(texts: &[&str]) -> Axes {
        layers(texts).unwrap().axes().unwrap()
    }

    fn refusal(text: &str) -> String {
        let axes = layers(&[text]).and_then(|layers| layers.axes());
        axes.unwrap_err().to_string()
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
    fn what_is_for_one_learner_is_for_it_alone() {
        let preset = crate::presets()[0].text;
        let own = "data.batch_size = 2\n[for.foovb]\ndata.batch_size = 128\ntasks = 3";
        let with = |kind, over: &str| {
            let layers = layers(&[preset, own, over]).unwrap();
            let experiment = layers.experiment(Some(kind)).unwrap();
            (experiment.data.batch_size, experiment.tasks)
        };
        assert_eq!(with(LearnerKind::Foovb, ""), (128, 3));
        assert_eq!(with(LearnerKind::Sgd, ""), (2, 10));
        assert_eq!(with(LearnerKind::Foovb, "data.batch_size = 4"), (4, 3));
        let asked = layers(&[preset, own, "learner.kind = 'foovb'"]).unwrap();
        assert_eq!(asked.experiment(None).unwrap().data.batch_size, 128);
    }

    #[test]
    fn keys_are_checked_in_every_section() {
        for (text, near) in [
            (
                "grid.learner.memory_windw = [1]",
                "grid.learner.memory_window?",
            ),
            (
                "grid.learners.mesu.memory_windw = [1]",
                "grid.learners.mesu.memory_window?",
            ),
            ("learners.sgdd.lr = 1", "learners.sgd.lr?"),
            ("for.fovb.tasks = 1", "for.foovb.tasks?"),
            ("for.foovb.taks = 1", "for.foovb.tasks?"),
            ("for.foovb.learner.lr_mu = 1", "learners.foovb.lr_mu?"),
            ("compar = ['mesu']", "compare?"),
            ("for.foovb.seed = 1", "unknown key"),
            ("grid.network = [1]", "unknown key"),
        ] {
            let text = refusal(text);
            assert!(text.contains(near), "{text}");
        }
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
                ["compare: sgd is listed twice", "once"],
            ),
            ("grid = 3", ["grid", "a section"]),
            ("grid.tasks = 3", ["grid.tasks: found 3", "one or more"]),
            ("grid.tasks = []", ["grid.tasks: found []", "one or more"]),
            ("grid.seed = [1, 2]", ["grid.seed", "--seeds"]),
            (
                "grid.learner.kind = ['sgd']",
                ["grid.learner.kind", "compare"],
            ),
            ("grid.name = ['a']", ["grid.name", "drop it"]),
        ] {
            let refusal = refusal(text);
            for word in words {
                assert!(refusal.contains(word), "{text}: {refusal}");
            }
        }
    }
}
