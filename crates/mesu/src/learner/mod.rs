//! A learner: a network, the rule that moves its synapses, and their noise.
//!
//! Every kind of learner is one file here: its settings, and the engine they describe. Engines of
//! Gaussian synapses are `Bayesian` with one rule or another, those of point weights `PointEngine`,
//! with or without something to do when a task ends.

mod builder;
pub(crate) mod engine;
mod error;
mod learn;
mod options;
mod predict;
mod remedy;
mod sampling;
mod settings;
pub(crate) mod state;
#[cfg(test)]
pub(crate) mod tests;

use mesu_kernels::Generator;

use self::engine::Engine;
pub(crate) use self::error::check;
use crate::config::{ConfigError, ConfigPart};
use crate::network::scaling::RunningScale;
use crate::network::{HeadError, Network, NetworkConfig, Scaling};
use crate::outputs::{Outputs, OutputsConfig, Prediction, RegressionConfig};

pub use self::builder::LearnerBuilder;
#[cfg(feature = "checkpoint")]
pub(crate) use self::builder::Source;
pub use self::engine::drift::HeadsDrift;
pub use self::error::LearnError;
pub use self::learn::Step;
pub use self::options::{LearningConfig, OnDivergence};
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
    pub(crate) learning: LearningConfig,
    /// Examples that were not learned, for want of something to learn, and because learning them diverged.
    pub(crate) left_out: LeftOut,
    broken: Option<Broken>,
    /// Scale of the inputs, if it runs along.
    pub(crate) scale: Option<RunningScale>,
    /// Example whose forward pass the engine has, as long as neither network nor noise are others.
    ahead: Option<Ahead>,
}

/// An example that was [predicted ahead](Learner::predict_ahead) of its target.
#[derive(Clone, Debug)]
struct Ahead {
    x: Vec<f32>,
    /// Noise as the forward pass left it.
    noise: Generator,
    prediction: Prediction,
}

impl Ahead {
    fn is_of(&self, x: &[f32]) -> bool {
        let bits = |x: &f32| x.to_bits();
        self.x.iter().map(bits).eq(x.iter().map(bits))
    }
}

/// Numbers of examples that a learner was given and did not learn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "checkpoint", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct LeftOut {
    /// Examples whose loss was below [`learn_above`](LearningConfig#structfield.learn_above).
    pub gated: u64,
    /// Examples whose update diverged, under [`OnDivergence::Skip`].
    pub skipped: u64,
}

/// Time and place at which a learner broke.
#[derive(Clone, Copy, Debug)]
struct Broken {
    layer: usize,
    since: u64,
    what: &'static str,
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
        let builder = Self::builder(inputs)
            .classes(classes)
            .network(network.clone());
        builder.config(config.clone()).seed(seed).build()
    }

    /// A learner with these outputs, whose engine `engine` makes of the network, adding what its rule keeps to the
    /// synapses.
    fn with_engine(
        (inputs, outputs): (usize, &OutputsConfig),
        network: &NetworkConfig,
        config: &LearnerConfig,
        seed: u64,
        engine: impl FnOnce(&mut Network) -> Result<Box<dyn Engine>, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let mut init = Generator::named(seed, "init", &[]);
        let (number, kind) = (outputs.number(), config.weight_kind());
        let mut layers = Network::new(inputs, number, network, kind, &mut init)?;
        layers.outputs = outputs.outputs()?;
        Ok(Self {
            engine: engine(&mut layers)?,
            config: config.clone(),
            network_config: network.clone(),
            network: layers,
            noise: Generator::named(seed, "noise", &[]),
            updates: 0,
            learning: LearningConfig::default(),
            left_out: LeftOut::default(),
            broken: None,
            scale: (network.scaling == Scaling::Running).then(|| RunningScale::new(inputs)),
            ahead: None,
        })
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
        self.ahead = None;
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

    /// Returns the learner with other settings of learning, from now on.
    ///
    /// # Errors
    /// A setting out of its range, or that does not fit the learner.
    pub fn with_learning(mut self, learning: LearningConfig) -> Result<Self, ConfigError> {
        learning.check(&self.network, self.engine.gates())?;
        self.learning = learning;
        Ok(self)
    }

    /// Settings of learning.
    #[must_use]
    pub fn learning(&self) -> &LearningConfig {
        &self.learning
    }

    /// Numbers of examples that were given and not learned.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Adds `more` classes after those there are, in every head: their neurons start as those of a new network do,
    /// and everything learned stays. Class weights, if there are any, are 1 for them.
    ///
    /// ```
    /// use mesu::{Learner, LearnerConfig, NetworkConfig};
    ///
    /// let network = NetworkConfig::default().hidden([16]);
    /// let mut learner = Learner::new(2, 2, &network, &LearnerConfig::default(), 1)?;
    /// learner.learn(&[1.0, -1.0, -1.0, 1.0], &[0, 1])?;
    /// learner.add_classes(1)?;
    /// for _ in 0..100 {
    ///     learner.learn(&[1.0, 1.0], &[2])?;
    /// }
    /// assert_eq!(learner.predict_one(&[1.0, 1.0])?.top(0).0, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// More classes in all than a network may have, or a learner of values; the learner stays as it is.
    pub fn add_classes(&mut self, more: usize) -> Result<(), ConfigError> {
        if self.network.classes() == 0 {
            let expected = "0 of a learner of values";
            return Err(ConfigError::new(
                ConfigPart::Data,
                "classes",
                more,
                expected,
            ));
        }
        let classes = self.network.classes().saturating_add(more);
        // All that a network of so many classes is refused for.
        Network::describe(self.network.inputs(), classes, &self.network_config)?;
        if more == 0 {
            return Ok(());
        }
        let mut noise = self.noise.split(u64::MAX / 4 + classes as u64);
        let (config, kind) = (&self.network_config, self.config.weight_kind());
        let fresh = self.network.fresh_outputs(more, config, kind, &mut noise);
        self.ahead = None;
        self.engine.grow(&mut self.network, fresh);
        if !self.learning.class_weights.is_empty() {
            self.learning.class_weights.resize(classes, 1.0);
        }
        Ok(())
    }

    /// Settings of regression, of a learner that predicts values; `None` of one that predicts classes.
    #[must_use]
    pub fn regression(&self) -> Option<RegressionConfig> {
        match &self.network.outputs {
            Outputs::Classes => None,
            Outputs::Values(values) => Some(values.config()),
        }
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

    /// Returns the size of all that it keeps between updates, planes of the synapses, stored examples and covariances
    /// (symmetric ones by half), in bytes over the number of synapses.
    #[must_use]
    pub fn state_bytes_per_synapse(&self) -> f64 {
        let planes = self.network.groups();
        let numbers: usize = planes
            .map(|(_, group)| group.len() * group.names().len())
            .sum();
        let state = self.engine.state();
        let copies = 1 + state.slow.len();
        let covariances = state.covariances.iter().map(|(_, values)| values.len());
        let stored = state.inputs.len() + state.labels.len() + state.heads.len();
        let stored = stored + covariances.sum::<usize>();
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
        self.ahead = None;
        change(&mut self.network);
        self.updates = updates;
        self
    }
}
