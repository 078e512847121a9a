//! Documents laid over each other, and what they describe together: one experiment, or the
//! learners and values that several are made of (see [`crate::config::plan`]).
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

use mesu::LearnerKind;
use toml::{Table, Value};

use crate::config::document;
use crate::config::experiment::{Experiment, Scenario};
use crate::config::learner_section;
use crate::config::settings;
use crate::error::LabError;

/// Documents, the later over the earlier, each with what it is called in errors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers<'a>(pub(crate) Vec<(&'a str, Table)>);

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
                Some(section) => learner_section::table(section, origin, "for")?,
                None => Table::new(),
            });
        }
        let section = learner_section::settle(&mut documents, kind)?;
        let name = section["kind"].as_str().unwrap_or_default().to_owned();
        let learner = learner_section::read(section, origin)?;
        let mut table = Table::new();
        for ((origin, document), mut own) in documents.into_iter().zip(own) {
            overlay(&mut table, document);
            if let Some(section) = own.remove(&name) {
                let section = learner_section::table(section, origin, &format!("for.{name}"))?;
                overlay(&mut table, section);
            }
        }
        let heads = table
            .get("network")
            .and_then(|network| network.get("heads"));
        let heads = heads.is_some();
        let experiment: Result<Experiment, _> = serde_path_to_error::deserialize(table);
        let mut experiment = experiment.map_err(|error| LabError::Type {
            origin: origin.to_owned(),
            key: error.path().to_string(),
            message: document::plain(error.inner().message()),
        })?;
        if experiment.scenario == Scenario::Split && !heads {
            experiment.network.heads = experiment.tasks;
        }
        Ok(Experiment {
            learner,
            ..experiment
        })
    }
}

/// Lays `document` over `table`. A network has either `hidden` layers or a list of `layers`: the one that the
/// document names ends the other.
fn overlay(table: &mut Table, document: Table) {
    let named = |key: &str| document.get("network").and_then(|n| n.get(key)).is_some();
    let ended = match (named("hidden"), named("layers")) {
        (true, false) => Some("layers"),
        (false, true) => Some("hidden"),
        _ => None,
    };
    if let (Some(ended), Some(network)) = (
        ended,
        table.get_mut("network").and_then(Value::as_table_mut),
    ) {
        network.insert(ended.to_owned(), Value::Array(Vec::new()));
    }
    document::overlay(table, document);
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
    let known = settings::keys();
    match known.chain(SECTIONS).any(is_meant) {
        true => Ok(()),
        false => Err(nearest(key)),
    }
}

/// Sections of a document beside an experiment's keys.
const SECTIONS: [&str; 4] = ["compare", "grid", "learners", "for"];

/// The key that was meant, if any is near.
pub(crate) fn nearest(key: &str) -> Option<String> {
    let known = settings::keys();
    document::nearest(key, known.chain(["compare", "grid"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sweep::Axes;

    fn layers(texts: &[&str]) -> Result<Layers<'static>, LabError> {
        let mut layers = Layers::default();
        for text in texts {
            layers.push("test", text.parse().unwrap())?;
        }
        Ok(layers)
    }

    fn refusal(text: &str) -> String {
        let axes = layers(&[text]).and_then(|layers| Axes::of(&layers));
        axes.unwrap_err().to_string()
    }

    #[test]
    fn what_is_for_one_learner_is_for_it_alone() {
        let preset = crate::config::presets()[0].text;
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
    fn a_list_of_layers_and_hidden_widths_end_each_other() {
        let preset = crate::config::presets()[0].text;
        let list = "network.layers = ['linear 7', 'relu']";
        let with = |texts: &[&str]| {
            let texts = [&[preset], texts].concat();
            let network = layers(&texts).unwrap().experiment(None).unwrap().network;
            (network.hidden, network.layers.len())
        };
        assert_eq!(with(&[list]), (vec![], 2));
        assert_eq!(with(&[list, "network.hidden = [3]"]), (vec![3], 0));
        assert_eq!(with(&[list, "network.bias = true"]), (vec![], 2));
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
}
