//! What is to be run: scenario, data, network, learner and seed, in one TOML file.
//!
//! A value comes from the last of these that names it: the preset
//! `permuted-digits`, the user's file, `--set`. Names and types are checked as each
//! is read, ranges at the end, once; whoever holds an [`Experiment`] need not ask again
//! (but for what only the data can tell, see [`crate::tasks`]).

use std::fs;
use std::path::Path;

use mesu::{LearnerConfig, NetworkConfig};
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::document;
use crate::error::LabError;
use crate::fields;
use crate::learners;

/// A whole description of a run. Its TOML text is a run directory's `config.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// What runs are called by; the file's name if the file gives none.
    pub name: String,
    /// One line for `mesu list`.
    #[serde(default)]
    pub description: String,
    /// How one data set becomes many tasks.
    pub scenario: Scenario,
    /// Number of tasks, 1 or more.
    pub tasks: usize,
    /// Decides permutations, order, first weights and noise.
    pub seed: u64,
    /// Longest stretch of learning between two checkpoints, seconds, 0 or more.
    pub checkpoint_seconds: f64,
    /// Whether, in the end, what the learner holds important is compared with the Hessian's diagonal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub importance: bool,
    /// Where examples come from.
    pub data: DataConfig,
    /// Layers.
    pub network: NetworkConfig,
    /// The learner and its settings; read by itself, since its keys depend on its kind.
    #[serde(skip_deserializing)]
    pub learner: LearnerConfig,
}

/// How one data set becomes many tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Every task has a fixed permutation of the pixels.
    Permuted,
}

/// Where examples come from, and how many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// `embedded` (MNIST, and Fashion-MNIST as the unknown), or a folder of IDX files.
    pub source: String,
    /// A folder with IDX test images of something unknown; not with `embedded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ood: Option<String>,
    /// Whether the unknown images are shuffled like the newest task's, rather than shown as they
    /// are.
    pub ood_permuted: bool,
    /// Whether pixels are standardised, rather than only scaled to 0..=1.
    pub standardise: bool,
    /// Examples per update, 1..=`train_examples`.
    pub batch_size: usize,
    /// Passes over each task's examples, 1 or more.
    pub epochs: usize,
    /// Training examples of each task, 1 or more.
    pub train_examples: usize,
    /// Test examples of each task, 1 or more.
    pub test_examples: usize,
}

impl DataConfig {
    /// The value of `source` that means the sets inside the program.
    pub const EMBEDDED: &'static str = "embedded";
}

/// A named experiment inside the program.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What `mesu run` calls it by.
    pub name: &'static str,
    /// Its TOML text.
    pub text: &'static str,
}

/// All presets. The first also gives the values that a user's file leaves out.
pub fn presets() -> &'static [Preset] {
    &[Preset {
        name: "permuted-digits",
        text: include_str!("../../../experiments/permuted-digits.toml"),
    }]
}

impl Experiment {
    /// The preset `asked`, or the file of that path, with the `key=value` of `sets` on top.
    ///
    /// # Errors
    /// [`LabError`] naming the key or the line, what was found and what is expected.
    pub fn find(asked: &str, sets: &[String]) -> Result<Self, LabError> {
        if let Some(preset) = presets().iter().find(|preset| preset.name == asked) {
            return Self::read(preset.text, preset.name, preset.name, sets);
        }
        let path = Path::new(asked);
        if !path.exists() {
            let names = presets().iter().map(|preset| preset.name);
            return Err(LabError::UnknownPreset {
                asked: asked.to_owned(),
                nearest: document::nearest(asked, names),
            });
        }
        let bytes = fs::read(path).map_err(LabError::io(path, "can't be read as an experiment"))?;
        let text = String::from_utf8(bytes).map_err(|error| LabError::Syntax {
            origin: asked.to_owned(),
            line: 1 + error.as_bytes()[..error.utf8_error().valid_up_to()]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count(),
            column: 1,
            message: "not UTF-8 text".to_owned(),
        })?;
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        Self::read(&text, asked, &stem.unwrap_or_default(), sets)
    }

    /// The text `text` (of `origin`), with `name` and the first preset's values where it
    /// gives none, and `sets` on top.
    fn read(text: &str, origin: &str, name: &str, sets: &[String]) -> Result<Self, LabError> {
        let mut preset = document::parse(presets()[0].text, presets()[0].name)?;
        preset.insert("name".to_owned(), name.into());
        preset.remove("description");
        let file = document::parse(text, origin)?;
        check_keys(&file, origin)?;
        let mut documents = vec![("preset", preset), (origin, file)];
        let mut experiment = from_documents(documents.clone())?;
        if !sets.is_empty() {
            let mut all = Table::new();
            for set in sets {
                let assignment = document::assignment(set)?;
                check_keys(&assignment, "--set")?;
                document::overlay(&mut all, assignment);
            }
            documents.push(("--set", all));
            experiment = from_documents(documents)?;
        }
        experiment.check()?;
        Ok(experiment)
    }

    /// Reads what [`Experiment::to_toml`] wrote.
    ///
    /// # Errors
    /// [`LabError`], as [`Experiment::find`]; nothing may be missing.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, LabError> {
        let table = document::parse(text, origin)?;
        check_keys(&table, origin)?;
        let experiment = from_documents(vec![(origin, table)])?;
        experiment.check()?;
        Ok(experiment)
    }

    /// Everything, defaults included.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("an experiment is numbers, strings and lists")
    }

    /// Where `self` (there) differs from `asked`, by key.
    pub(crate) fn differences(&self, asked: &Self) -> Vec<String> {
        let table = |experiment: &Self| {
            Table::try_from(experiment).expect("an experiment is numbers, strings and lists")
        };
        document::differences(&table(self), &table(asked))
    }

    /// The same experiment with another seed.
    pub fn with_seed(&self, seed: u64) -> Result<Self, LabError> {
        let other = Self {
            seed,
            ..self.clone()
        };
        other.check()?;
        Ok(other)
    }

    /// Training examples of one task, all epochs.
    pub fn examples_per_task(&self) -> u64 {
        (self.data.epochs as u64).saturating_mul(self.data.train_examples as u64)
    }

    /// Ranges. The learner's own are checked by the learner.
    fn check(&self) -> Result<(), LabError> {
        const MANY: usize = u32::MAX as usize;
        // The table of accuracies grows with their square.
        const MANY_TASKS: usize = 10_000;
        let range = |key, found: usize, most: usize, expected: &str| match found {
            0 => Err((key, found, format!("1 or more{expected}"))),
            found if found > most => Err((key, found, format!("at most {most}{expected}"))),
            _ => Ok(()),
        };
        let data = &self.data;
        range("tasks", self.tasks, MANY_TASKS, "")
            .and_then(|()| range("data.epochs", data.epochs, MANY, ""))
            .and_then(|()| range("data.train_examples", data.train_examples, MANY, ""))
            .and_then(|()| range("data.test_examples", data.test_examples, MANY, ""))
            .and_then(|()| {
                let most = data.train_examples;
                range(
                    "data.batch_size",
                    data.batch_size,
                    most,
                    " (data.train_examples)",
                )
            })
            .map_err(|(key, found, expected)| LabError::Range {
                key,
                found: found.to_string(),
                expected,
            })?;
        let wrong = |key, found: String, expected: &str| {
            Err(LabError::Range {
                key,
                found,
                expected: expected.to_owned(),
            })
        };
        if i64::try_from(self.seed).is_err() {
            return wrong("seed", self.seed.to_string(), "at most 2^63 - 1");
        }
        if !(self.checkpoint_seconds >= 0.0 && self.checkpoint_seconds.is_finite()) {
            let found = self.checkpoint_seconds.to_string();
            return wrong("checkpoint_seconds", found, "0 or more seconds");
        }
        if data.source == DataConfig::EMBEDDED && data.ood.is_some() {
            let found = format!("{:?}", data.ood.as_deref().unwrap_or_default());
            let expected = "none beside data.source = \"embedded\", which has its own";
            return wrong("data.ood", found, expected);
        }
        if self.name.is_empty()
            || self.name.contains(['/', '\\', '\0'])
            || self.name.starts_with('.')
        {
            let expected = "a word that can be a folder's name";
            return wrong("name", format!("{:?}", self.name), expected);
        }
        Ok(())
    }
}

/// The experiment that documents describe, the later over the earlier, each with what it is called
/// in errors.
fn from_documents(mut documents: Vec<(&str, Table)>) -> Result<Experiment, LabError> {
    let origin = documents.last().map_or("", |(origin, _)| *origin);
    let learner = learners::read(learners::settle(&mut documents)?, origin)?;
    let mut table = Table::new();
    for (_, document) in documents {
        document::overlay(&mut table, document);
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

/// Refuses a key that no experiment has, and says which was meant.
fn check_keys(table: &Table, origin: &str) -> Result<(), LabError> {
    let known = fields::keys();
    // Settings of other learners are keys of a learner too.
    let plain = |key: &str| match key
        .strip_prefix("learners.")
        .and_then(|k| k.split_once('.'))
    {
        Some((_, key)) => format!("learner.{key}"),
        None => key.to_owned(),
    };
    let is_known = |key: &str| {
        let key = plain(key);
        known.iter().any(|known| {
            let inside =
                |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('.'));
            // Below a value or above one: its type is wrong rather than its name.
            key == *known || inside(&key, known) || inside(known, &key)
        })
    };
    match document::leaves(table)
        .iter()
        .find(|(key, _)| !is_known(key))
    {
        None => Ok(()),
        Some((key, _)) => Err(LabError::UnknownKey {
            origin: origin.to_owned(),
            key: key.clone(),
            nearest: document::nearest(key, known.iter().map(String::as_str)),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(sets: &[&str]) -> Result<Experiment, LabError> {
        let sets: Vec<String> = sets.iter().map(|set| set.to_string()).collect();
        Experiment::find("permuted-digits", &sets)
    }

    fn refusal(sets: &[&str]) -> String {
        with(sets).unwrap_err().to_string()
    }

    #[test]
    fn presets_are_sound_and_survive_their_own_text() {
        for preset in presets() {
            let experiment = Experiment::find(preset.name, &[]).unwrap();
            assert_eq!(experiment.name, preset.name);
            assert!(!experiment.description.is_empty());
            let again = Experiment::from_toml(&experiment.to_toml(), "config.toml").unwrap();
            assert_eq!(again, experiment);
        }
    }

    #[test]
    fn the_preset_is_the_papers() {
        let experiment = with(&[]).unwrap();
        assert_eq!((experiment.tasks, experiment.seed), (10, 1));
        let data = &experiment.data;
        assert_eq!((data.batch_size, data.epochs), (1, 1));
        assert_eq!((data.train_examples, data.test_examples), (60_000, 10_000));
        assert_eq!(experiment.network.hidden, [50]);
        let LearnerConfig::Mesu(mesu) = experiment.learner else {
            panic!("MESU")
        };
        assert_eq!(mesu.memory_window, 300_000.0);
    }

    #[test]
    fn sets_replace_values() {
        let experiment = with(&[
            "tasks=200",
            "learner.memory_window=600000",
            "network.hidden=[256]",
            "data.train_examples=6000",
        ])
        .unwrap();
        assert_eq!(experiment.tasks, 200);
        assert!(
            matches!(&experiment.learner, LearnerConfig::Mesu(m) if m.memory_window == 600_000.0)
        );
        assert_eq!(experiment.network.hidden, [256]);
        assert_eq!(experiment.data.train_examples, 6000);
        let differences = with(&[]).unwrap().differences(&experiment);
        assert_eq!(differences.len(), 4, "{differences:?}");
        assert!(differences.contains(&"tasks: 10 there, 200 asked for".to_owned()));
    }

    #[test]
    fn unknown_keys_suggest_the_nearest() {
        for (set, key) in [
            ("learner.memory_windows=3", "learner.memory_window"),
            ("data.epoch=3", "data.epochs"),
            ("task=3", "tasks"),
            ("hidden=[3]", "network.hidden"),
            ("data.odd=x", "data.ood"),
        ] {
            let text = refusal(&[set]);
            assert!(text.contains("unknown key"), "{text}");
            assert!(text.contains(&format!("did you mean {key}?")), "{text}");
        }
    }

    #[test]
    fn wrong_types_name_key_found_and_expected() {
        for (set, words) in [
            ("tasks=many", ["tasks", "\"many\"", "a whole number"]),
            ("tasks=-3", ["tasks", "`-3`", "a whole number"]),
            ("tasks=2.5", ["tasks", "`2.5`", "a whole number"]),
            ("tasks.x=3", ["tasks", "map", "a whole number"]),
            ("data=3", ["data", "`3`", "a section"]),
            (
                "learner.memory_window=big",
                ["learner.memory_window", "\"big\"", "a number"],
            ),
            ("network.hidden=50", ["network.hidden", "`50`", "a list"]),
            (
                "network.hidden=[5,'x']",
                ["network.hidden", "\"x\"", "a whole number"],
            ),
            ("scenario=split", ["scenario", "`split`", "`permuted`"]),
        ] {
            let text = refusal(&[set]);
            for word in words {
                assert!(text.contains(word), "{set}: {text}");
            }
        }
    }

    #[test]
    fn ranges_are_checked() {
        for (set, key) in [
            ("tasks=0", "tasks"),
            ("data.epochs=0", "data.epochs"),
            ("data.batch_size=0", "data.batch_size"),
            ("data.batch_size=60001", "data.batch_size"),
            ("data.train_examples=0", "data.train_examples"),
            ("data.test_examples=0", "data.test_examples"),
            ("checkpoint_seconds=-1", "checkpoint_seconds"),
            ("checkpoint_seconds=nan", "checkpoint_seconds"),
            ("data.ood=somewhere", "data.ood"),
            ("name=a/b", "name"),
        ] {
            let text = refusal(&[set]);
            assert!(text.starts_with(&format!("{key}: found ")), "{text}");
        }
    }

    #[test]
    fn unknown_presets_suggest_the_nearest() {
        let error = Experiment::find("permuted-digit", &[]).unwrap_err();
        assert!(error.to_string().contains("did you mean permuted-digits?"));
    }
}
