//! From an experiment's data section to the scenario whose tasks are learned.

use std::path::Path;
use std::sync::Arc;

use mesu::network::{Line, Network};
use mesu::{Learner, NetworkConfig};
use mesu_data::{Permutation, Permuted, Source, Standardise};

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
            folder => {
                let ood = config.ood.as_deref().filter(|_| !config.ood_is_own());
                Source::folder(Path::new(folder), ood.map(Path::new))?
            }
        };
        let source = match config.validation {
            Some(count) => source.validating(count)?,
            None => source,
        };
        let source = match config.ood_is_own() {
            true => {
                let own = source.test().clone();
                source.with_ood(Some(own))?
            }
            false => source,
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

    /// The order of the unknown images' pixels in the test after task `newest`, from 0.
    pub(crate) fn order_of_unknown(
        experiment: &Experiment,
        tasks: &Permuted,
        newest: usize,
    ) -> Permutation {
        match (experiment.data.ood_is_own(), experiment.data.ood_permuted) {
            (true, _) => tasks.unknown_permutation(),
            (false, true) => tasks.permutation(newest),
            (false, false) => Permutation::identity(tasks.pixels()),
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
            &self.network(experiment),
            &experiment.learner,
            experiment.seed,
        )?)
    }

    /// The network of `experiment`, which sees images of these data if it does not say of what shape.
    fn network(&self, experiment: &Experiment) -> NetworkConfig {
        let mut network = experiment.network.clone();
        if !network.layers.is_empty() && network.input.is_empty() {
            network.input = self.source.train().shape().to_vec();
        }
        network
    }

    /// The network of `experiment`, layer by layer.
    ///
    /// # Errors
    /// [`LabError::Learner`] for layers that are none or do not meet.
    pub fn describe(&self, experiment: &Experiment) -> Result<Vec<Line>, LabError> {
        let (pixels, classes) = (self.source.pixels(), self.source.classes());
        Ok(Network::describe(
            pixels,
            classes,
            &self.network(experiment),
        )?)
    }
}

/// Data by what they were asked for as: experiments that differ elsewhere share them.
#[derive(Clone, Debug, Default)]
pub struct DataSets(Vec<(DataConfig, Data)>);

impl DataSets {
    /// [`Data::load`], unless the same was loaded before.
    ///
    /// # Errors
    /// As [`Data::load`].
    pub fn load(&mut self, config: &DataConfig) -> Result<Data, LabError> {
        // What does not decide which examples there are.
        let asked = DataConfig {
            batch_size: 1,
            epochs: 1,
            ood_permuted: false,
            ..config.clone()
        };
        if let Some((_, data)) = self.0.iter().find(|(there, _)| *there == asked) {
            return Ok(data.clone());
        }
        let data = Data::load(config)?;
        self.0.push((asked, data.clone()));
        Ok(data)
    }
}
