//! A learner: a network, the rule that moves its synapses, and their noise.
//!
//! Every kind of learner is one file here: its settings, and the engine they describe. Engines of
//! Gaussian synapses are `Bayesian` with one rule or another, those of point weights `Pointwise`,
//! with or without something to do when a task ends.

mod adam;
mod bayesian;
mod bbb;
mod config;
mod engine;
mod ewc;
mod foovb;
mod mesu;
mod online_ewc;
mod pointwise;
mod replay;
mod sgd;
mod si;
mod streaming_ewc;
mod timescales;

use std::collections::BTreeMap;

use mesu_kernels::{Generator, all_finite};

use crate::checkpoint::{self, CheckpointError, Description};
use crate::estimator::Diverged;
use crate::network::{Network, NetworkConfig};
use crate::prediction::Prediction;

pub use self::adam::{AdamConfig, Optimizer};
pub use self::bbb::BbbConfig;
pub use self::config::{ConfigError, LearnerConfig, LearnerKind, Reduction};
pub(crate) use self::engine::{Memory, Slow};
pub use self::ewc::EwcConfig;
pub use self::foovb::FoovbConfig;
pub use self::mesu::MesuConfig;
pub use self::online_ewc::OnlineEwcConfig;
pub use self::replay::ReplayConfig;
pub use self::sgd::SgdConfig;
pub use self::si::SiConfig;
pub use self::streaming_ewc::StreamingEwcConfig;
pub use crate::estimator::Learned;

/// Why a batch could not be learned from or predicted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// The network can't be computed with any more; learning has to go back to a checkpoint.
    #[error(
        "learning diverged in layer {layer} at update {update}: {what}; \
         try {remedy}"
    )]
    Diverged {
        /// Layer, from 1.
        layer: usize,
        /// Updates made before.
        update: u64,
        /// What was found.
        what: &'static str,
        /// Settings to try.
        remedy: &'static str,
    },
    /// The number of inputs is not examples times the width of the network's input.
    #[error("{found} inputs for {examples} examples; expected {expected} each")]
    Width {
        /// Numbers given.
        found: usize,
        /// Examples they should be of.
        examples: usize,
        /// Width of the network's input.
        expected: usize,
    },
    /// An input is NaN or infinite.
    #[error("input {position} of example {example} is {value}; expected a finite number")]
    NotFinite {
        /// Example in the batch, from 0.
        example: usize,
        /// Input, from 0.
        position: usize,
        /// NaN or ±inf.
        value: f32,
    },
    /// A label is not below the number of classes.
    #[error("label {label} of example {example}; expected 0 to {}", classes - 1)]
    Label {
        /// Example in the batch, from 0.
        example: usize,
        /// The label.
        label: u32,
        /// Number of classes.
        classes: usize,
    },
}

/// A network that learns from a stream.
///
/// The same arguments and calls give the same learner, bit for bit, on every machine and with any
/// number of threads.
#[derive(Clone, Debug)]
pub struct Learner {
    config: LearnerConfig,
    network_config: NetworkConfig,
    network: Network,
    engine: Box<dyn engine::Engine>,
    noise: Generator,
    updates: u64,
}

impl Learner {
    /// A learner of `inputs` numbers and `classes` classes.
    ///
    /// # Errors
    /// A setting out of its range, by its dotted key.
    pub fn new(
        inputs: usize,
        classes: usize,
        network: &NetworkConfig,
        config: &LearnerConfig,
        seed: u64,
    ) -> Result<Self, ConfigError> {
        let mut init = Generator::named(seed, "init", &[]);
        let mut layers = Network::new(inputs, classes, network, config.form(), &mut init)?;
        Ok(Self {
            engine: config.engine(&mut layers)?,
            config: config.clone(),
            network_config: network.clone(),
            network: layers,
            noise: Generator::named(seed, "noise", &[]),
            updates: 0,
        })
    }

    /// One update on a batch: `inputs`, `[labels.len()][inputs]`, and labels below the number of
    /// classes. An empty batch changes nothing.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn(&mut self, inputs: &[f32], labels: &[u32]) -> Result<Learned, LearnError> {
        if labels.len() == 1 {
            return self.learn_each(inputs, labels);
        }
        self.check(inputs, labels)?;
        if labels.is_empty() {
            return Ok(Learned::default());
        }
        let (network, noise, updates) = (&mut self.network, &mut self.noise, self.updates);
        let learned = self.engine.learn(network, inputs, labels, noise, updates);
        let learned = learned.map_err(|diverged| self.diverged(diverged))?;
        self.updates += 1;
        Ok(learned)
    }

    /// One update per example, in their order: the same as [`learn`](Self::learn) for each, faster.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn_each(&mut self, inputs: &[f32], labels: &[u32]) -> Result<Learned, LearnError> {
        self.check(inputs, labels)?;
        let Self {
            engine,
            network,
            noise,
            updates,
            ..
        } = self;
        let learned = engine.learn_each(network, inputs, labels, noise, updates);
        learned.map_err(|diverged| self.diverged(diverged))
    }

    /// Whether the learner has to be told when a task has ended: see
    /// [`task_ended`](Self::task_ended). Most need no boundaries.
    #[must_use]
    pub fn needs_boundaries(&self) -> bool {
        self.engine.needs_boundaries()
    }

    /// A task has ended whose training examples `examples` yields, in batches of inputs,
    /// `[n][inputs]`, and n labels. Learners that [need no boundaries](Self::needs_boundaries) do not
    /// look at them.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn task_ended(
        &mut self,
        examples: impl IntoIterator<Item = (Vec<f32>, Vec<u32>)>,
    ) -> Result<(), LearnError> {
        if !self.needs_boundaries() {
            return Ok(());
        }
        let before = self.network.clone();
        let mut refused = None;
        let mut sound = examples.into_iter().map_while(|(inputs, labels)| {
            match check(&before, &inputs, &labels) {
                Ok(()) => Some((inputs, labels)),
                Err(error) => {
                    refused = Some(error);
                    None
                }
            }
        });
        let mut engine = self.engine.clone();
        let ended = engine.task_ended(&mut self.network, &mut sound, self.updates);
        drop(sound);
        if let Some(error) = refused {
            self.network = before;
            return Err(error);
        }
        ended.map_err(|diverged| self.diverged(diverged))?;
        self.engine = engine;
        Ok(())
    }

    /// Probabilities and uncertainties of `inputs`, `[examples][inputs]`, with the configured number
    /// of test samples drawn from `noise`. Runs on the threads of the current rayon pool.
    ///
    /// # Errors
    /// [`LearnError`] for inputs that are not finite or not whole examples.
    pub fn predict(&self, inputs: &[f32], noise: Generator) -> Result<Prediction, LearnError> {
        check_width(&self.network, inputs, inputs.len() / self.network.inputs())?;
        let chunks = self.engine.predict(&self.network, inputs, noise);
        // Looked at only now: an input that is not finite makes the first layer's moments so too.
        let chunks = chunks.map_err(|diverged| match check_finite(&self.network, inputs) {
            Ok(()) => self.diverged(diverged),
            Err(input) => input,
        })?;
        let mut prediction = Prediction {
            classes: self.network.classes(),
            ..Prediction::default()
        };
        for part in chunks {
            prediction.probabilities.extend(part.probabilities);
            prediction.total.extend(part.total);
            prediction.aleatoric.extend(part.aleatoric);
            prediction.epistemic.extend(part.epistemic);
        }
        Ok(prediction)
    }

    /// Updates made since the start.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// How important each synapse is to what was learned, as far as the learner knows, and by what
    /// measure: `1/sigma^2` of Gaussians, `fisher` of EWC, `omega` of Synaptic Intelligence. One list for
    /// each group of [`Network::groups`], row by row; `None` of learners that keep no such thing.
    #[must_use]
    pub fn importance(&self) -> Option<(&'static str, Vec<Vec<f64>>)> {
        let kept = |plane: &str| -> Option<Vec<Vec<f64>>> {
            let groups = self.network.groups();
            groups
                .map(|(_, group)| Some(group.plane(plane)?.values().map(f64::from).collect()))
                .collect()
        };
        if let Some(mut sigma) = kept("sigma") {
            let all = sigma.iter_mut().flatten();
            all.for_each(|sigma| *sigma = 1.0 / (*sigma * *sigma));
            return Some(("1/sigma^2", sigma));
        }
        ["fisher", "omega"]
            .into_iter()
            .find_map(|plane| Some((plane, kept(plane)?)))
    }

    /// What it keeps between updates, every plane of the synapses and stored examples, in bytes over
    /// the number of synapses.
    #[must_use]
    pub fn state_bytes_per_synapse(&self) -> f64 {
        let planes = self.network.groups();
        let numbers: usize = planes
            .map(|(_, group)| group.len() * group.names().len())
            .sum();
        let memory = self.engine.memory();
        let copies = 1 + memory.slow.len();
        let bytes = 4 * (copies * numbers + memory.inputs.len() + memory.labels.len());
        bytes as f64 / self.network.synapses() as f64
    }

    /// The network, to look at.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network's description.
    #[must_use]
    pub fn network_config(&self) -> &NetworkConfig {
        &self.network_config
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &LearnerConfig {
        &self.config
    }

    /// The learner as a safetensors file (see [`checkpoint`]) that carries `notes`, pairs of a key
    /// and a text. The same learner and notes give the same bytes.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] when a synapse is no Gaussian any more: what can't be restored is
    /// not saved.
    pub fn save(&self, notes: &[(&str, &str)]) -> Result<Vec<u8>, LearnError> {
        let memory = self.engine.memory();
        let slow = memory.slow.iter().map(|slow| &slow.network);
        let networks = std::iter::once(&self.network).chain(slow);
        for (l, layer) in networks.flat_map(|network| network.layers.iter().enumerate()) {
            let groups = std::iter::once(&layer.weight).chain(&layer.bias);
            if groups.into_iter().any(|group| group.broken().is_some()) {
                let what = "a synapse holds a number that is not finite, or a sigma not above zero";
                return Err(self.diverged(Diverged { layer: l + 1, what }));
            }
        }
        let (network, noise) = (&self.network, self.noise.state());
        let description = Description::new(
            network,
            &self.network_config,
            &self.config,
            self.updates,
            &memory.counts,
            notes,
        );
        Ok(checkpoint::write(network, &noise, &memory, description))
    }

    /// Reads what [`save`](Self::save) wrote: the learner and the notes.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything else.
    pub fn restore(bytes: &[u8]) -> Result<(Self, BTreeMap<String, String>), CheckpointError> {
        let mut restored = checkpoint::read(bytes)?;
        let Description {
            inputs,
            classes,
            network,
            learner,
            updates,
            notes,
            ..
        } = restored.description.clone();
        let foreign = |e: ConfigError| CheckpointError::Foreign(e.to_string());
        let mut this = Self::new(inputs, classes, &network, &learner, 0).map_err(foreign)?;
        let slow = this.engine.memory().slow;
        let memory = restored.fill(&mut this.network, slow)?;
        let unfit = |what: &str| CheckpointError::Foreign(what.to_owned());
        this.noise = Generator::from_state(restored.noise)
            .ok_or_else(|| unfit("its noise state is zero"))?;
        check(&this.network, &memory.inputs, &memory.labels)
            .map_err(|_| unfit("its stored examples do not fit the network"))?;
        let counts_fit = memory.counts.iter().all(|count| *count <= updates)
            || learner.kind() == LearnerKind::Replay;
        let taken = this.engine.restore(memory).filter(|()| counts_fit);
        taken.ok_or_else(|| unfit("what the learner remembers does not fit its kind"))?;
        this.updates = updates;
        Ok((this, notes))
    }

    /// The learner with another state, which `updates` updates have brought about.
    #[cfg(test)]
    pub(crate) fn brought_to(mut self, updates: u64, change: impl FnOnce(&mut Network)) -> Self {
        change(&mut self.network);
        self.updates = updates;
        self
    }

    fn diverged(&self, Diverged { layer, what }: Diverged) -> LearnError {
        LearnError::Diverged {
            layer,
            update: self.updates,
            what,
            remedy: self.config.remedy(),
        }
    }

    fn check(&self, inputs: &[f32], labels: &[u32]) -> Result<(), LearnError> {
        check(&self.network, inputs, labels)
    }
}

/// Whether a network can learn these examples.
fn check(network: &Network, inputs: &[f32], labels: &[u32]) -> Result<(), LearnError> {
    check_width(network, inputs, labels.len())?;
    check_finite(network, inputs)?;
    let classes = network.classes();
    match labels.iter().position(|label| *label as usize >= classes) {
        None => Ok(()),
        Some(example) => Err(LearnError::Label {
            example,
            label: labels[example],
            classes,
        }),
    }
}

fn check_width(network: &Network, inputs: &[f32], examples: usize) -> Result<(), LearnError> {
    let expected = network.inputs();
    if inputs.len() == examples * expected {
        return Ok(());
    }
    Err(LearnError::Width {
        found: inputs.len(),
        examples,
        expected,
    })
}

fn check_finite(network: &Network, inputs: &[f32]) -> Result<(), LearnError> {
    if all_finite(inputs) {
        return Ok(());
    }
    let at = inputs.iter().position(|x| !x.is_finite()).unwrap_or(0);
    let (example, position) = (at / network.inputs(), at % network.inputs());
    Err(LearnError::NotFinite {
        example,
        position,
        value: inputs[at],
    })
}
