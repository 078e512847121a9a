//! From an experiment's data section to the scenario whose tasks are learned.

use std::path::Path;
use std::sync::Arc;

use mesu::Learner;
use mesu_data::{Permuted, Source, Standardise};

use crate::error::LabError;
use crate::experiment::{DataConfig, Experiment, Scenario};

/// The examples of an experiment, in memory once, whatever the number of seeds.
#[derive(Clone, Debug)]
pub struct Data {
    source: Arc<Source>,
    standardise: Standardise,
}

impl Data {
    /// Reads what `config` asks for.
    ///
    /// Mean and standard deviation are those of the whole training set, also when
    /// fewer examples are learned.
    ///
    /// # Errors
    /// [`LabError::Source`] for files that are not what they should be or hold too few
    /// examples, [`LabError::Standardise`] for images that are all alike.
    pub fn load(config: &DataConfig) -> Result<Self, LabError> {
        let source = match config.source.as_str() {
            DataConfig::EMBEDDED => Source::embedded()?,
            folder => Source::folder(Path::new(folder), config.ood.as_deref().map(Path::new))?,
        };
        let standardise = match config.standardise {
            true => Standardise::of(source.train())?,
            false => Standardise::identity(),
        };
        for (key, asked, available) in [
            (
                "data.train_examples",
                config.train_examples,
                source.train().len(),
            ),
            (
                "data.test_examples",
                config.test_examples,
                source.test().len(),
            ),
        ] {
            if asked > available {
                return Err(LabError::Range {
                    key,
                    found: asked.to_string(),
                    expected: format!("1 to {available} (data.source holds no more)"),
                });
            }
        }
        let source = source.truncated(Some(config.train_examples), Some(config.test_examples))?;
        Ok(Self {
            source: Arc::new(source),
            standardise,
        })
    }

    /// The tasks of `experiment`, made of these data.
    pub fn tasks(&self, experiment: &Experiment) -> Permuted {
        match experiment.scenario {
            Scenario::Permuted => Permuted::new(
                Arc::clone(&self.source),
                self.standardise.clone(),
                experiment.seed,
            ),
        }
    }

    /// The learner of `experiment` before its first update.
    ///
    /// # Errors
    /// [`LabError::Learner`] for a setting that the learner refuses.
    pub fn learner(&self, experiment: &Experiment) -> Result<Learner, LabError> {
        Ok(Learner::new(
            self.source.pixels(),
            self.source.classes(),
            &experiment.network,
            &experiment.learner,
            experiment.seed,
        )?)
    }
}
