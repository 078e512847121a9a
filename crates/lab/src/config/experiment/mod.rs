//! Experiments: scenario, data, network, learner and seed, in one TOML file.
//!
//! A value comes from the last of these that names it: the
//! defaults, the preset or the user's file, `--set` (see [`crate::config::plan`]). Names and types are
//! checked as each is read, ranges at the end, once; whoever holds an [`Experiment`] need not ask again
//! (but for what only the data can tell, see [`crate::run::tasks`]).

mod check;
mod data;
#[cfg(test)]
mod tests;

use mesu::{LearnerConfig, LearningConfig, NetworkConfig, RegressionConfig};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::config::document;
use crate::config::settings::write;
use crate::error::LabError;

pub use self::data::{DataConfig, DomainsConfig, Predicted, Standardising};

/// A whole description of a run. Its TOML text is a run directory's `config.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Name of the runs; the file's name if the file gives none.
    pub name: String,
    /// One line for `mesu list`.
    #[serde(default)]
    pub description: String,
    /// Scenario by which one data set becomes many tasks.
    pub scenario: Scenario,
    /// Number of tasks, 1 or more.
    pub tasks: usize,
    /// Number of parts that every task of `split` is cut into; the stream is part 1 of all tasks, part 2 of all
    /// tasks, and so on. 1 or more.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub splits: usize,
    /// Decides permutations, order, first weights and noise.
    pub seed: u64,
    /// Longest stretch of learning between two checkpoints, seconds, 0 or more.
    pub checkpoint_seconds: f64,
    /// True if the importance of synapses is compared with the Hessian's diagonal in the end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub importance: bool,
    /// Epochs between two tests within a task, 1 or more; without it there is one at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_every: Option<usize>,
    /// The newest tasks that are tested, 1 or more; without it all so far. After the last stage all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_window: Option<usize>,
    /// Sources of examples.
    pub data: DataConfig,
    /// Order of domains, of the scenario `domain`.
    #[serde(default, skip_serializing_if = "DomainsConfig::is_default")]
    pub domains: DomainsConfig,
    /// Layers.
    pub network: NetworkConfig,
    /// The learner and its settings; read by itself, since its keys depend on its kind.
    #[serde(skip_deserializing)]
    pub learner: LearnerConfig,
    /// Settings that are the same for every kind of learner: what is learned from, and what is left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub learning: LearningConfig,
    /// Noise of values, where they are predicted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub regression: RegressionConfig,
}

/// Scenario by which one data set becomes many tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Every task has a fixed permutation of the pixels.
    Permuted,
    /// Every task is a domain, with the same classes.
    Domain,
    /// Every task has classes of its own, and a head of the network.
    Split,
}

impl Experiment {
    /// Every setting, defaults included; those without a value as comments.
    pub fn to_toml(&self) -> String {
        write::whole(&self.table(), self.learner.kind())
    }

    /// Every setting that has a value, also those that serde leaves out where they have their defaults.
    pub(crate) fn table(&self) -> Table {
        let mut table = table(self);
        let (data, domains, network) = (&self.data, &self.domains, &self.network);
        let mut all = vec![
            ("", "splits", value(self.splits)),
            ("", "importance", value(self.importance)),
            ("data", "target", value(data.target)),
            ("data", "test_share", value(data.test_share)),
            ("domains", "balanced", value(domains.balanced)),
            ("domains", "shuffled", value(domains.shuffled)),
            ("domains", "gradual", value(domains.gradual)),
            ("domains", "strangers", value(&domains.strangers)),
            ("domains", "species", value(&domains.species)),
            ("network", "layers", value(&network.layers)),
            ("network", "input", value(&network.input)),
            ("network", "heads", value(network.heads)),
            ("network", "covariance", value(network.covariance)),
            ("network", "scaling", value(network.scaling)),
        ];
        let learning = &self.learning;
        all.extend([
            ("learning", "learn_above", value(learning.learn_above)),
            ("learning", "on_divergence", value(learning.on_divergence)),
            (
                "learning",
                "class_weights",
                shortest(&learning.class_weights),
            ),
        ]);
        if data.target == Predicted::Values {
            let regression = &self.regression;
            let (window, degrees) = (regression.noise_window, regression.degrees_of_freedom);
            all.extend([
                ("regression", "likelihood", value(regression.likelihood)),
                ("regression", "noise_window", value(window)),
                ("regression", "degrees_of_freedom", value(degrees)),
            ]);
        }
        if let LearnerConfig::Mesu(mesu) = &self.learner {
            all.push(("learner", "slow_windows", value(&mesu.slow_windows)));
            all.push(("learner", "heads_drift", value(mesu.heads_drift)));
        }
        for (section, key, value) in all {
            let section = match section {
                "" => Some(&mut table),
                section => {
                    let section = table.entry(section).or_insert_with(|| Table::new().into());
                    section.as_table_mut()
                }
            };
            if let Some(section) = section {
                section.insert(key.to_owned(), value);
            }
        }
        // Of split classes the number of heads follows from the number of tasks.
        if self.scenario == Scenario::Split
            && let Some(network) = table.get_mut("network").and_then(Value::as_table_mut)
        {
            network.remove("heads");
        }
        table
    }

    /// Differences between `self` (there) and `asked`, by key.
    pub(crate) fn differences(&self, asked: &Self) -> Vec<String> {
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

    /// Stages of the stream: every part of every task.
    pub fn stages(&self) -> usize {
        self.tasks.saturating_mul(self.splits)
    }

    /// The tasks so far, the first one first, that are tested after `epochs` epochs of `stage`,
    /// counted from 0.
    pub fn tested(&self, stage: usize, epochs: usize) -> Vec<bool> {
        let so_far = self.tasks.min(stage + 1);
        let ended = stage + 1 == self.stages() && epochs == self.data.epochs;
        let window = self.test_window.filter(|_| !ended).unwrap_or(so_far);
        let mut tested = vec![false; so_far];
        // Tasks that come back do so in turns, so the newest are the last stages'.
        for newest in (0..=stage).rev().take(window.min(so_far)) {
            tested[newest % self.tasks] = true;
        }
        tested
    }
}

fn table(experiment: &Experiment) -> Table {
    Table::try_from(experiment).expect("an experiment is numbers, strings and lists")
}

fn value(setting: impl Serialize) -> Value {
    Value::try_from(setting).expect("a setting is a number, a text, a list or a section")
}

/// Numbers of 32 bits in as few digits as tell them from others.
fn shortest(numbers: &[f32]) -> Value {
    let digits = |number: &f32| number.to_string().parse().unwrap_or(f64::from(*number));
    value(numbers.iter().map(digits).collect::<Vec<_>>())
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one() -> usize {
    1
}

fn is_one(splits: &usize) -> bool {
    *splits == 1
}
