//! A learner: a network, the rule that moves its synapses, and their noise.
//!
//! Every kind of learner is one file here: its settings, and the engine they describe. Engines of
//! Gaussian synapses are `Bayesian` with one rule or another, those of point weights `PointEngine`,
//! with or without something to do when a task ends.

mod builder;
pub(crate) mod engine;
mod error;
mod remedy;
mod sampling;
mod settings;
pub(crate) mod state;
#[cfg(test)]
pub(crate) mod tests;

use mesu_kernels::Generator;

use self::engine::Engine;
pub(crate) use self::error::check;
use self::error::{check_finite, check_width};
use crate::config::ConfigError;
use crate::estimator::{Batch, Body, Diverged};
use crate::network::{HeadError, Network, NetworkConfig};
use crate::prediction::Prediction;

pub use self::builder::LearnerBuilder;
#[cfg(feature = "checkpoint")]
pub(crate) use self::builder::Source;
pub use self::engine::drift::HeadsDrift;
pub use self::error::LearnError;
pub use self::remedy::Remedy;
pub use self::sampling::Reduction;
pub use self::settings::{
    AdamConfig, BbbConfig, EwcConfig, FoovbConfig, LearnerConfig, LearnerKind, MesuConfig,
    OnlineEwcConfig, Optimizer, OwnConfig, ReplayConfig, SgdConfig, SiConfig, StreamingEwcConfig,
};
pub use crate::estimator::Learned;

/// A network that learns from a stream.
///
/// The same arguments and calls give the same learner, bit for bit, on every machine and with any
/// number of threads.
#[derive(Clone, Debug)]
pub struct Learner {
    config: LearnerConfig,
    network_config: NetworkConfig,
    pub(crate) network: Network,
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) noise: Generator,
    pub(crate) updates: u64,
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
        Self::with_engine(inputs, classes, network, config, seed, |layers| {
            config.engine(layers)
        })
    }

    /// A learner whose engine `engine` makes of the network, adding what its rule keeps to the synapses.
    fn with_engine(
        inputs: usize,
        classes: usize,
        network: &NetworkConfig,
        config: &LearnerConfig,
        seed: u64,
        engine: impl FnOnce(&mut Network) -> Result<Box<dyn Engine>, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let mut init = Generator::named(seed, "init", &[]);
        let mut layers = Network::new(inputs, classes, network, config.weight_kind(), &mut init)?;
        Ok(Self {
            engine: engine(&mut layers)?,
            config: config.clone(),
            network_config: network.clone(),
            network: layers,
            noise: Generator::named(seed, "noise", &[]),
            updates: 0,
        })
    }

    /// Makes one update on a batch: `inputs`, `[labels.len()][inputs]`, and labels below the number of
    /// classes. An empty batch changes nothing.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn(&mut self, inputs: &[f32], labels: &[u32]) -> Result<Learned, LearnError> {
        self.update(inputs, labels, |engine, body, batch| {
            engine.learn(body, batch)
        })
    }

    /// Makes one update for each example, in their order: the same as [`learn`](Self::learn) for each,
    /// faster.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn_each(&mut self, inputs: &[f32], labels: &[u32]) -> Result<Learned, LearnError> {
        self.update(inputs, labels, |engine, body, batch| {
            engine.learn_each(body, batch)
        })
    }

    /// Checks a batch and lets the engine learn it, unless it is empty.
    fn update(
        &mut self,
        inputs: &[f32],
        labels: &[u32],
        learn: impl FnOnce(&mut dyn Engine, Body<'_>, Batch<'_>) -> Result<Learned, Diverged>,
    ) -> Result<Learned, LearnError> {
        check(&self.network, inputs, labels)?;
        if labels.is_empty() {
            return Ok(Learned::default());
        }
        let body = Body {
            network: &mut self.network,
            noise: &mut self.noise,
            updates: &mut self.updates,
        };
        let learned = learn(&mut *self.engine, body, Batch::new(inputs, labels));
        learned.map_err(|diverged| self.diverged(diverged))
    }

    /// Switches to the head `head`, from 0, for everything that the learner is asked for from now on:
    /// labels are of its classes, and what is learned moves its synapses and those of the layers below.
    /// Heads that are not in use stay as they are, unless MESU lets them drift
    /// ([`heads_drift`](MesuConfig::heads_drift)) or replay repeats examples of theirs. A new learner uses
    /// the head 0. It costs nothing.
    ///
    /// ```
    /// use mesu::{Generator, Learner, LearnerConfig, NetworkConfig};
    ///
    /// let network = NetworkConfig { heads: 2, ..Default::default() };
    /// let mut learner = Learner::new(2, 2, &network, &LearnerConfig::default(), 1)?;
    /// // Two tasks that see the same, and call it by opposite names.
    /// for head in [0, 1] {
    ///     learner.use_head(head)?;
    ///     for _ in 0..200 {
    ///         learner.learn(&[1.0, -1.0], &[head as u32])?;
    ///         learner.learn(&[-1.0, 1.0], &[1 - head as u32])?;
    ///     }
    /// }
    /// learner.use_head(0)?;
    /// let prediction = learner.predict(&[1.0, -1.0], Generator::named(1, "test", &[]))?;
    /// assert_eq!(prediction.top(0).0, 0);
    /// assert!(learner.use_head(2).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`HeadError`] if the network has no such head; the learner stays as it is.
    pub fn use_head(&mut self, head: usize) -> Result<(), HeadError> {
        self.engine.use_head(&mut self.network, head)
    }

    /// Number of heads; at least 1.
    #[must_use]
    pub fn heads(&self) -> usize {
        self.network.heads()
    }

    /// The head in use, from 0.
    #[must_use]
    pub fn head(&self) -> usize {
        self.network.head()
    }

    /// Returns whether the learner has to be told when a task has ended: see
    /// [`task_ended`](Self::task_ended). Most need no boundaries.
    #[must_use]
    pub fn needs_boundaries(&self) -> bool {
        self.engine.needs_boundaries()
    }

    /// A task, learned through the head in use, has ended whose training examples `examples` yields, in
    /// batches of inputs, `[n][inputs]`, and n labels. Learners that [need no
    /// boundaries](Self::needs_boundaries) do not look at them.
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
        let mut prediction = Prediction::none(self.network.classes());
        chunks.into_iter().for_each(|part| prediction.extend(part));
        Ok(prediction)
    }

    /// Updates made since the start.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Returns how important each synapse is to what was learned, as far as the learner knows, and by what
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

    /// Returns the size of all that it keeps between updates, planes of the synapses and stored examples, in
    /// bytes over the number of synapses.
    #[must_use]
    pub fn state_bytes_per_synapse(&self) -> f64 {
        let planes = self.network.groups();
        let numbers: usize = planes
            .map(|(_, group)| group.len() * group.names().len())
            .sum();
        let state = self.engine.state();
        let copies = 1 + state.slow.len();
        let stored = state.inputs.len() + state.labels.len() + state.heads.len();
        let bytes = 4 * (copies * numbers + stored);
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

    /// The settings; of a learner with a rule of one's own ([`LearnerConfig::Own`]), what a file says of it.
    #[must_use]
    pub fn config(&self) -> &LearnerConfig {
        &self.config
    }

    /// Returns the learner with `updates` made and its network changed by `change`: a state set by hand,
    /// as tests of what looks at learners need it.
    #[must_use]
    pub fn brought_to(mut self, updates: u64, change: impl FnOnce(&mut Network)) -> Self {
        change(&mut self.network);
        self.updates = updates;
        self
    }

    pub(crate) fn diverged(&self, Diverged { layer, what }: Diverged) -> LearnError {
        LearnError::Diverged {
            layer,
            update: self.updates,
            what,
            remedies: self.config.remedies(),
        }
    }
}
