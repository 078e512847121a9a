//! What is to be run: scenario, data, network, learner and seed, in one TOML file.
//!
//! A value comes from the last of these that names it: the preset
//! `permuted-digits`, the user's file, `--set` (see [`crate::plan`]). Names and types are
//! checked as each is read, ranges at the end, once; whoever holds an [`Experiment`] need not ask again
//! (but for what only the data can tell, see [`crate::tasks`]).

use mesu::{LearnerConfig, NetworkConfig};
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::document;
use crate::error::LabError;
use crate::layers::Layers;
use crate::plan::Plan;

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
    /// Epochs between two tests within a task, 1 or more; without it there is one at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_every: Option<usize>,
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
    /// A folder with IDX test images of something unknown (not with `embedded`), or `permuted`:
    /// the test images themselves, their pixels in an order that is no task's.
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
    /// Test on so many of the last training examples, which are then not learned, instead of on the
    /// test set; 1 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<usize>,
    /// Training examples of each task, 1 or more.
    pub train_examples: usize,
    /// Test examples of each task, 1 or more.
    pub test_examples: usize,
}

impl DataConfig {
    /// The value of `source` that means the sets inside the program.
    pub const EMBEDDED: &'static str = "embedded";

    /// The value of `ood` that means a permuted copy of the test set.
    pub const PERMUTED: &'static str = "permuted";

    /// Whether the unknown images are the test images, permuted.
    pub(crate) fn ood_is_own(&self) -> bool {
        self.ood.as_deref() == Some(Self::PERMUTED)
    }
}

impl Experiment {
    /// The preset `asked`, or the file of that path, with the `key=value` of `sets` on top.
    ///
    /// # Errors
    /// [`LabError`], as [`Plan::find`]; also for what describes several experiments.
    pub fn find(asked: &str, sets: &[String]) -> Result<Self, LabError> {
        let plan = Plan::find(asked, sets)?;
        let several = || LabError::Several {
            asked: asked.to_owned(),
            cells: plan.cells.len(),
        };
        plan.single().cloned().ok_or_else(several)
    }

    /// Reads what [`Experiment::to_toml`] wrote.
    ///
    /// # Errors
    /// [`LabError`], as [`Experiment::find`]; nothing may be missing.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, LabError> {
        let mut layers = Layers::default();
        layers.push(origin, document::parse(text, origin)?)?;
        let experiment = layers.experiment(None)?;
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
    pub(crate) fn check(&self) -> Result<(), LabError> {
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
            .and_then(|()| range("test_every", self.test_every.unwrap_or(1), MANY, ""))
            .and_then(|()| range("data.epochs", data.epochs, MANY, ""))
            .and_then(|()| range("data.validation", data.validation.unwrap_or(1), MANY, ""))
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
        if data.source == DataConfig::EMBEDDED && data.ood.is_some() && !data.ood_is_own() {
            let found = format!("{:?}", data.ood.as_deref().unwrap_or_default());
            let expected =
                "none or \"permuted\" beside data.source = \"embedded\", which has its own";
            return wrong("data.ood", found, expected);
        }
        if data.ood_is_own() && data.ood_permuted {
            // They would be the newest task's own test images.
            let expected = "false beside data.ood = \"permuted\"";
            return wrong("data.ood_permuted", "true".to_owned(), expected);
        }
        if self.importance && !self.network.layers.is_empty() {
            let expected =
                "false beside network.layers: the Hessian's diagonal is computed of perceptrons";
            return wrong("importance", "true".to_owned(), expected);
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
            ("data.validation=0", "data.validation"),
            ("checkpoint_seconds=-1", "checkpoint_seconds"),
            ("checkpoint_seconds=nan", "checkpoint_seconds"),
            ("data.ood=somewhere", "data.ood"),
            ("test_every=0", "test_every"),
            ("name=a/b", "name"),
        ] {
            let text = refusal(&[set]);
            assert!(text.starts_with(&format!("{key}: found ")), "{text}");
        }
    }

    #[test]
    fn unknown_images_can_be_the_known_ones_permuted() {
        assert!(with(&["data.ood=permuted"]).unwrap().data.ood_is_own());
        let text = refusal(&["data.ood=permuted", "data.ood_permuted=true"]);
        assert!(text.starts_with("data.ood_permuted: found true"), "{text}");
    }

    #[test]
    fn several_experiments_are_not_one() {
        let text = refusal(&["compare=mesu,sgd"]);
        assert!(text.contains("2 experiments"), "{text}");
    }

    #[test]
    fn unknown_presets_suggest_the_nearest() {
        let error = Experiment::find("permuted-digit", &[]).unwrap_err();
        assert!(error.to_string().contains("did you mean permuted-digits?"));
    }
}
