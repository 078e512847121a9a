//! From an experiment's data section to the scenario whose tasks are learned.

mod read;

use std::sync::Arc;

use mesu::network::{Line, Network};
use mesu::{ConfigError, ConfigPart, Learner, NetworkConfig};
use mesu_data::scenario::domains::{DomainOptions, Domains};
use mesu_data::scenario::permuted::{OodOrder, Permuted};
use mesu_data::scenario::split::{Split, SplitOptions};
use mesu_data::{DataSplits, Dataset, ExampleData, Standardizer, Tasks};

use crate::config::experiment::{
    DataConfig, DomainsConfig, Experiment, Predicted, Scenario, Standardising,
};
use crate::error::LabError;

/// The examples of an experiment, in memory once, whatever the number of seeds.
#[derive(Clone, Debug)]
pub struct Data {
    source: Arc<DataSplits>,
    standardise: Arc<Standardizer>,
    /// Checksums of the training set and the test set.
    checksums: [u32; 2],
}

/// Way in which a network sees the examples of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskView {
    /// Numbers of an example as they are stored: `order[j]` is the one that becomes input j.
    pub order: Vec<usize>,
    /// Mean and deviation that the number of each input is scaled by, `[inputs]`; a deviation of 0 makes it 0.
    pub scales: Vec<(f64, f64)>,
    /// True if the numbers are bytes of images.
    pub images: bool,
    /// Class that is 0 there.
    pub first_label: usize,
    /// Number of classes; none of values.
    pub classes: Option<usize>,
}

impl Data {
    /// Reads what `experiment` asks for.
    ///
    /// Mean and standard deviation are those of the whole training set, also when
    /// fewer examples are learned.
    ///
    /// # Errors
    /// [`LabError::Source`] for files that are not what they should be or hold too few
    /// examples, [`LabError::Standardise`] for images that are all alike, [`LabError::Scenario`] for
    /// species that are not there.
    pub fn load(experiment: &Experiment) -> Result<Self, LabError> {
        let config = &experiment.data;
        let source = read::source(config)?;
        let source = read::grouped(source, experiment)?;
        let source = match config.validation {
            Some(count) => source.hold_out(count)?,
            None => source,
        };
        let standardise = match config.standardise {
            Standardising::All => Standardizer::fit(source.train())?,
            Standardising::Each => {
                Standardizer::fit_each_above(source.train(), config.standardise_floor)?
            }
            Standardising::None => Standardizer::identity(),
        };
        let examples = [source.train().len(), source.test().len()];
        let no_more = match config.validation {
            Some(_) => "data.source holds no more beside data.validation",
            None => "data.source holds no more",
        };
        for (key, asked, available) in [
            ("data.train_examples", config.train_examples, examples[0]),
            ("data.test_examples", config.test_examples, examples[1]),
            ("data.batch_size", Some(config.batch_size), examples[0]),
        ] {
            if let Some(asked) = asked.filter(|asked| *asked > available) {
                return Err(LabError::Range {
                    key,
                    found: asked.to_string(),
                    expected: format!("1 to {available} ({no_more})"),
                });
            }
        }
        // Other scenarios take so many of each task.
        let source = match experiment.scenario {
            Scenario::Permuted => source.truncated(config.train_examples, config.test_examples)?,
            Scenario::Domain | Scenario::Split => source,
        };
        Ok(Self {
            checksums: [source.train(), source.test()].map(Dataset::checksum),
            source: Arc::new(source),
            standardise: Arc::new(standardise),
        })
    }

    /// The tasks of `experiment`, made of these data.
    ///
    /// # Errors
    /// [`LabError::Scenario`] if they do not make such tasks.
    pub fn tasks(&self, experiment: &Experiment) -> Result<Tasks, LabError> {
        let (seed, data) = (experiment.seed, &experiment.data);
        let (source, standardise) = (Arc::clone(&self.source), Arc::clone(&self.standardise));
        Ok(match experiment.scenario {
            Scenario::Permuted => {
                let ood = match (data.ood_is_own(), data.ood_permuted) {
                    (true, _) => OodOrder::OwnTest,
                    (false, true) => OodOrder::Newest,
                    (false, false) => OodOrder::AsStored,
                };
                let scenario = Permuted::new(&source, ood, seed);
                Tasks::new(source, standardise, scenario, seed)
            }
            Scenario::Domain => {
                let domains = &experiment.domains;
                let options = DomainOptions {
                    balanced: domains.balanced,
                    shuffled: domains.shuffled,
                    gradual: domains.gradual,
                    train_examples: data.train_examples,
                    test_examples: data.test_examples,
                };
                let scenario = Domains::new(&source, options, experiment.tasks, data.epochs, seed)?;
                Tasks::new(source, standardise, scenario, seed)
            }
            Scenario::Split => {
                let options = SplitOptions {
                    tasks: experiment.tasks,
                    splits: experiment.splits,
                    train_examples: data.train_examples,
                    test_examples: data.test_examples,
                };
                let scenario = Split::new(&source, options, seed)?;
                Tasks::new(source, standardise, scenario, seed)
            }
        })
    }

    /// Returns how a network sees the examples of a task of `experiment`, from 0.
    ///
    /// # Errors
    /// [`LabError::Scenario`] as [`tasks`](Self::tasks), [`LabError::Range`] for a task that is not there.
    pub fn task_view(&self, experiment: &Experiment, task: usize) -> Result<TaskView, LabError> {
        if task >= experiment.tasks {
            return Err(LabError::Range {
                key: "task",
                found: task.wrapping_add(1).to_string(),
                expected: format!("1 to {}", experiment.tasks),
            });
        }
        let tasks = self.tasks(experiment)?;
        let scenario = tasks.scenario();
        let (view, width) = (scenario.view(task), self.source.pixels());
        let order = match view.order {
            Some(order) => order.as_slice().iter().map(|at| *at as usize).collect(),
            None => (0..width).collect::<Vec<_>>(),
        };
        let images = matches!(self.source.train().values(), ExampleData::Pixels(_));
        let scale = |at: &usize| match images {
            true => self.standardise.scale_of_bytes(),
            false => self.standardise.scale_of_feature(*at),
        };
        Ok(TaskView {
            scales: order.iter().map(scale).collect(),
            order,
            images,
            first_label: view.first_label as usize,
            classes: match experiment.data.target {
                Predicted::Labels => Some(scenario.classes()),
                Predicted::Values => None,
            },
        })
    }

    /// Names of the tasks of `experiment`: names of domains, if the data have them and all classes
    /// go through them in the same order; else empty.
    pub fn task_names(&self, experiment: &Experiment) -> Vec<String> {
        let names = self.source.domain_names();
        let tasks = experiment.tasks;
        let named = experiment.scenario == Scenario::Domain && !experiment.domains.shuffled;
        match named && names.len() >= tasks {
            true => names[..tasks].to_vec(),
            false => Vec::new(),
        }
    }

    /// Training and test sets that the tasks are made of.
    #[must_use]
    pub fn splits(&self) -> &DataSplits {
        &self.source
    }

    /// Checksums of the training set and the test set.
    #[must_use]
    pub fn checksums(&self) -> [u32; 2] {
        self.checksums
    }

    /// Names of the domains that `experiment` leaves out: those behind the last of its tasks.
    pub fn left_out(&self, experiment: &Experiment) -> &[String] {
        let names = self.source.domain_names();
        match experiment.scenario == Scenario::Domain && !experiment.domains.shuffled {
            true => names.get(experiment.tasks..).unwrap_or_default(),
            false => &[],
        }
    }

    /// The learner of `experiment` before its first update.
    ///
    /// # Errors
    /// [`LabError::Learner`] and [`LabError::LearningSetting`] for a setting that the learner refuses,
    /// [`LabError::Range`] for a
    /// `network.input` that is not the images' or more heads than memory holds; as [`Data::tasks`].
    pub fn learner(&self, experiment: &Experiment) -> Result<Learner, LabError> {
        let (classes, network) = self.network(experiment)?;
        let (inputs, seed) = (self.source.pixels(), experiment.seed);
        let builder = Learner::builder(inputs).network(network.clone()).seed(seed);
        let builder = match experiment.data.target {
            Predicted::Labels => builder.classes(classes),
            Predicted::Values => builder.regression(experiment.regression.clone()),
        };
        let learner = builder.config(experiment.learner.clone()).build();
        let learner = learner.map_err(|error| refused(error, &network))?;
        let learning = experiment.learning.clone();
        learner
            .with_learning(learning)
            .map_err(LabError::LearningSetting)
    }

    /// The outputs that a task has, one for each class, and the network of `experiment`: it sees examples of these data, if it
    /// does not say of what shape, and has as many heads as the tasks need.
    fn network(&self, experiment: &Experiment) -> Result<(usize, NetworkConfig), LabError> {
        let mut network = experiment.network.clone();
        let shape = self.source.train().shape();
        if !network.layers.is_empty() && network.input.is_empty() {
            network.input = shape.to_vec();
        }
        // Channels, height and width of images are known; features, in one row, may be read as an image.
        let is_image = shape[..2] != [1, 1];
        if is_image && network.input.len() == 3 && network.input != shape {
            return Err(LabError::Range {
                key: "network.input",
                found: format!("{:?}", network.input),
                expected: format!("nothing or {shape:?}, the shape of the images"),
            });
        }
        let tasks = self.tasks(experiment)?;
        network.heads = tasks.scenario().heads();
        let outputs = match experiment.data.target {
            Predicted::Labels => tasks.scenario().classes(),
            Predicted::Values => experiment.regression.outputs(),
        };
        Ok((outputs, network))
    }

    /// The network of `experiment`, layer by layer.
    ///
    /// # Errors
    /// [`LabError::Learner`] for layers that are none or do not meet, [`LabError::Range`] for a
    /// `network.input` that is not the images'; as [`Data::tasks`].
    pub fn describe(&self, experiment: &Experiment) -> Result<Vec<Line>, LabError> {
        let (classes, network) = self.network(experiment)?;
        Ok(Network::describe(self.source.pixels(), classes, &network)?)
    }
}

/// `error` of the learner of `network`, naming what can be changed: how many heads there are, the scenario
/// says.
fn refused(error: ConfigError, network: &NetworkConfig) -> LabError {
    if (error.part, error.field) != (ConfigPart::Network, "heads") {
        return error.into();
    }
    let (key, found) = match network.layers[..] {
        [] => ("network.hidden", format!("{:?}", network.hidden)),
        _ => ("network.layers", format!("{:?}", network.layers)),
    };
    LabError::Range {
        key,
        found: format!("{found} and {} heads", network.heads),
        expected: error.expected,
    }
}

/// Settings that decide which examples there are.
type Asked = (DataConfig, Scenario, DomainsConfig, usize);

/// Data by what they were asked for as: experiments that differ elsewhere share them.
#[derive(Clone, Debug, Default)]
pub struct DataSets(Vec<(Asked, Data)>);

impl DataSets {
    /// [`Data::load`], unless the same was loaded before.
    ///
    /// # Errors
    /// As [`Data::load`].
    pub fn load(&mut self, experiment: &Experiment) -> Result<Data, LabError> {
        let domains = &experiment.domains;
        let config = DataConfig {
            batch_size: 1,
            epochs: 1,
            ood_permuted: false,
            ..experiment.data.clone()
        };
        let of_species = DomainsConfig {
            species: domains.species.clone(),
            strangers: domains.strangers.clone(),
            ..DomainsConfig::default()
        };
        let tasks = match of_species.species.is_empty() {
            true => 0,
            false => experiment.tasks,
        };
        let asked = (config, experiment.scenario, of_species, tasks);
        if let Some((_, data)) = self.0.iter().find(|(there, _)| *there == asked) {
            return Ok(data.clone());
        }
        let data = Data::load(experiment)?;
        self.0.push((asked, data.clone()));
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_that_do_not_fit_are_a_matter_of_the_layers() {
        let error = |field| ConfigError::new(ConfigPart::Network, field, 3, "a network that fits");
        let mut network = NetworkConfig {
            hidden: vec![7],
            heads: 3,
            ..NetworkConfig::default()
        };
        let text = |network: &NetworkConfig, key| refused(error(key), network).to_string();
        let line = text(&network, "heads");
        let expected = "network.hidden: found [7] and 3 heads, expected a network that fits";
        assert!(line.starts_with(expected), "{line}");
        network.layers = vec!["flatten".to_owned()];
        let line = text(&network, "heads");
        assert!(
            line.starts_with("network.layers: found [\"flatten\"] and 3 heads"),
            "{line}"
        );
        let line = text(&network, "init");
        assert!(line.starts_with("network.init is 3"), "{line}");
    }
}
