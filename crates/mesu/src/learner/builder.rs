//! Learners described step by step, with a rule of this crate or of one's own.

use std::any::type_name;
use std::fmt::{self, Debug};
use std::sync::Arc;

use super::Learner;
use super::engine::Engine;
use super::engine::gaussian::GaussianEngine;
use super::engine::point::PointEngine;
use super::sampling::{Reduction, Sampling};
use super::settings::{LearnerConfig, OwnConfig};
use crate::config::{ConfigError, ConfigPart};
use crate::estimator::Estimator;
use crate::network::{Covariance, Initialization, Network, NetworkConfig, WeightKind};
use crate::outputs::{OutputsConfig, RegressionConfig};
use crate::rule::{Rule, State};

/// A learner to be: its network, its rule and its seed.
///
/// ```
/// use mesu::rule::Mesu;
/// use mesu::{Generator, Learner};
///
/// let rule = Mesu::default().memory_window(1e4);
/// let mut learner = Learner::builder(2).hidden([16]).classes(2).rule(rule).seed(1).build()?;
/// for _ in 0..200 {
///     learner.learn(&[1.0, -1.0], &[0])?;
///     learner.learn(&[-1.0, 1.0], &[1])?;
/// }
/// let prediction = learner.predict(&[1.0, -1.0], Generator::named(1, "test", &[]))?;
/// assert_eq!(prediction.top(0).0, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A rule is given as a value of any type that is a [`Rule`], or as the settings of a kind of learner
/// ([`config`](Self::config)); without either it is MESU with its defaults.
#[derive(Clone, Debug)]
#[must_use]
pub struct LearnerBuilder {
    pub(crate) inputs: usize,
    pub(crate) outputs: Option<OutputsConfig>,
    pub(crate) network: Option<NetworkConfig>,
    pub(crate) source: Option<Source>,
    seed: u64,
    given: Given,
}

/// Source of a learner's rule.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A kind of this crate.
    Kind(LearnerConfig),
    /// A rule of one's own.
    Own(OwnRule),
}

/// Settings beside a rule of one's own, where they were given.
#[derive(Clone, Copy, Debug, Default)]
struct Given {
    samples: Option<usize>,
    test_samples: Option<usize>,
    estimator: Option<Estimator>,
    reduction: Option<Reduction>,
}

/// A rule of one's own, its type forgotten.
#[derive(Clone)]
pub(crate) struct OwnRule {
    name: String,
    settings: String,
    weights: WeightKind,
    /// Names of the planes beside the weight's own.
    planes: Vec<&'static str>,
    engine: MakeEngine,
}

type MakeEngine = Arc<dyn Fn(&mut Network, Sampling) -> Box<dyn Engine> + Send + Sync>;

impl Debug for OwnRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.settings)
    }
}

impl Learner {
    /// Begins the description of a learner of `inputs` numbers.
    pub fn builder(inputs: usize) -> LearnerBuilder {
        LearnerBuilder {
            inputs,
            outputs: None,
            network: None,
            source: None,
            seed: 0,
            given: Given::default(),
        }
    }
}

impl LearnerBuilder {
    /// Predicts one of so many classes. Either they or [`regression`](Self::regression) has to be given.
    pub fn classes(mut self, classes: usize) -> Self {
        self.outputs = Some(OutputsConfig::Classes(classes));
        self
    }

    /// Predicts a value.
    ///
    /// ```
    /// use mesu::{Learner, RegressionConfig};
    ///
    /// let mut learner = Learner::builder(1).regression(RegressionConfig::default()).build()?;
    /// for i in 0..2_000 {
    ///     let x = (i % 20) as f32 / 10.0 - 1.0;
    ///     learner.learn_one(&[x], 300.0 + 50.0 * x)?;
    /// }
    /// let prediction = learner.predict_one(&[0.5])?;
    /// assert!((prediction.mean[0] - 325.0).abs() < 10.0);
    /// let (low, high) = prediction.interval(0, 0.9);
    /// assert!(low < 325.0 && 325.0 < high);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn regression(mut self, config: RegressionConfig) -> Self {
        self.outputs = Some(OutputsConfig::Regression(config));
        self
    }

    /// Sets the whole description of the network.
    pub fn network(mut self, network: NetworkConfig) -> Self {
        self.network = Some(network);
        self
    }

    /// Sets the [widths of the hidden layers](NetworkConfig#structfield.hidden).
    pub fn hidden(self, hidden: impl Into<Vec<usize>>) -> Self {
        self.with_network(|network| network.hidden(hidden))
    }

    /// Sets a [list of layers](NetworkConfig#structfield.layers) in the place of hidden ones.
    pub fn layers<T: Into<String>>(self, layers: impl IntoIterator<Item = T>) -> Self {
        self.with_network(|network| network.layers(layers))
    }

    /// Sets [channels, rows and columns](NetworkConfig#structfield.input) of inputs that are images.
    pub fn input(self, input: impl Into<Vec<usize>>) -> Self {
        self.with_network(|network| network.input(input))
    }

    /// Sets the [number of heads](NetworkConfig#structfield.heads).
    pub fn heads(self, heads: usize) -> Self {
        self.with_network(|network| network.heads(heads))
    }

    /// Sets [whether neurons have a bias](NetworkConfig#structfield.bias).
    pub fn bias(self, bias: bool) -> Self {
        self.with_network(|network| network.bias(bias))
    }

    /// Sets [how synapses start](NetworkConfig#structfield.init).
    pub fn init(self, init: Initialization) -> Self {
        self.with_network(|network| network.init(init))
    }

    fn with_network(mut self, change: impl FnOnce(NetworkConfig) -> NetworkConfig) -> Self {
        self.network = Some(change(self.network.unwrap_or_default()));
        self
    }

    /// Learns with `rule`, named like its type.
    ///
    /// Planes that the rule keeps of a synapse beside its weight begin with [`Rule::first_value`]. Learners
    /// with a rule of one's own do nothing at a task's end.
    pub fn rule<R: Rule + Debug + 'static>(self, rule: R) -> Self {
        let path = type_name::<R>().split('<').next().unwrap_or_default();
        let name = path.rsplit("::").next().unwrap_or_default().to_owned();
        self.rule_named(name, rule)
    }

    /// Learns with `rule`, called `name` in files and in [`Learner::config`].
    pub fn rule_named<R: Rule + Debug + 'static>(
        mut self,
        name: impl Into<String>,
        rule: R,
    ) -> Self {
        let weights = match R::State::<f32>::GAUSSIAN {
            true => WeightKind::Gaussian,
            false => WeightKind::Point,
        };
        let own = if weights == WeightKind::Gaussian {
            2
        } else {
            1
        };
        let engine = move |network: &mut Network, sampling: Sampling| -> Box<dyn Engine> {
            // On a constant, so that only one of them is compiled for a rule.
            if R::State::<f32>::GAUSSIAN {
                Box::new(GaussianEngine::new(network, rule, sampling))
            } else {
                Box::new(PointEngine::new(network, rule, sampling.reduction))
            }
        };
        self.source = Some(Source::Own(OwnRule {
            name: name.into(),
            settings: format!("{rule:?}"),
            weights,
            planes: (own..R::State::<f32>::PLANES)
                .map(R::State::<f32>::name)
                .collect(),
            engine: Arc::new(engine),
        }));
        self
    }

    /// Learns as a kind of learner of this crate does.
    pub fn config(mut self, config: impl Into<LearnerConfig>) -> Self {
        self.source = Some(Source::Kind(config.into()));
        self
    }

    /// Sets the number of noise samples per update, beside a rule of one's own: 1 to 10,000; 10 by
    /// default.
    pub fn samples(mut self, samples: usize) -> Self {
        self.given.samples = Some(samples);
        self
    }

    /// Sets the number of noise samples per prediction, beside a rule of one's own: 1 to 10,000; 10 by
    /// default.
    pub fn test_samples(mut self, samples: usize) -> Self {
        self.given.test_samples = Some(samples);
        self
    }

    /// Sets how the expected loss and its gradient are estimated, beside a rule of one's own: by local
    /// reparameterization by default.
    pub fn estimator(mut self, estimator: Estimator) -> Self {
        self.given.estimator = Some(estimator);
        self
    }

    /// Sets how the losses of a batch make up the loss, beside a rule of one's own: their sum by
    /// default.
    pub fn reduction(mut self, reduction: Reduction) -> Self {
        self.given.reduction = Some(reduction);
        self
    }

    /// Sets the seed of the first synapses and of the noise of learning; 0 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Makes the learner.
    ///
    /// # Errors
    /// The number of classes if neither it nor regression was given, a setting out of its range, or a rule two of whose planes
    /// have one name.
    pub fn build(self) -> Result<Learner, ConfigError> {
        let missing = || ConfigError::new(ConfigPart::Data, "classes", "missing", "their number");
        let outputs = self.outputs.clone().ok_or_else(missing)?;
        let network = self.network.clone().unwrap_or_default();
        self.learner(&outputs, &network, None)
    }

    /// Makes a learner of this network; settings that were not given are those of `former`, if there is one.
    pub(crate) fn learner(
        &self,
        outputs: &OutputsConfig,
        network: &NetworkConfig,
        former: Option<&LearnerConfig>,
    ) -> Result<Learner, ConfigError> {
        let config = self.learner_config(former);
        let (ends, seed) = ((self.inputs, outputs), self.seed);
        match &self.source {
            Some(Source::Own(own)) => {
                let LearnerConfig::Own(settings) = &config else {
                    unreachable!("a rule of one's own is described as one")
                };
                own.check()?;
                if network.covariance != Covariance::Diagonal {
                    let expected = "diagonal under a rule of one's own";
                    let found = network.covariance;
                    return Err(ConfigError::network("covariance", found, expected));
                }
                let sampling = settings.all_sampling().checked()?;
                Learner::with_engine(ends, network, &config, seed, |layers| {
                    Ok((own.engine)(layers, sampling))
                })
            }
            _ => {
                self.given.nothing()?;
                Learner::with_engine(ends, network, &config, seed, |layers| {
                    config.engine(layers, network.covariance)
                })
            }
        }
    }

    /// Description of what learns; settings that were not given are those of `former`, if there is one.
    pub(crate) fn learner_config(&self, former: Option<&LearnerConfig>) -> LearnerConfig {
        let Some(source) = &self.source else {
            return former.cloned().unwrap_or_default();
        };
        let own = match source {
            Source::Kind(config) => return config.clone(),
            Source::Own(own) => own,
        };
        let former = match former {
            Some(LearnerConfig::Own(former)) => former.all_sampling(),
            _ => Sampling::default(),
        };
        LearnerConfig::Own(OwnConfig {
            rule: own.name.clone(),
            settings: own.settings.clone(),
            weights: own.weights,
            samples: self.given.samples.unwrap_or(former.samples),
            test_samples: self.given.test_samples.unwrap_or(former.test_samples),
            estimator: self.given.estimator.unwrap_or(former.estimator),
            reduction: self.given.reduction.unwrap_or(former.reduction),
        })
    }
}

impl OwnRule {
    /// Checks that planes can be told apart by their names.
    fn check(&self) -> Result<(), ConfigError> {
        let taken = ["mu", "sigma", "value"];
        let twice =
            self.planes.iter().enumerate().find(|(number, name)| {
                taken.contains(*name) || self.planes[..*number].contains(*name)
            });
        twice.map_or(Ok(()), |(_, plane)| {
            let found = format!("{} with a second plane {plane}", self.name);
            let expected = "planes with names of their own";
            Err(ConfigError::new(
                ConfigPart::Learner,
                "rule",
                found,
                expected,
            ))
        })
    }
}

impl Given {
    /// Refuses what was given beside the settings of a kind, which have it themselves.
    fn nothing(self) -> Result<(), ConfigError> {
        let given = [
            ("samples", self.samples.map(|n| n.to_string())),
            ("test_samples", self.test_samples.map(|n| n.to_string())),
            ("estimator", self.estimator.map(|e| format!("{e:?}"))),
            ("reduction", self.reduction.map(|r| format!("{r:?}"))),
        ];
        let first = given
            .into_iter()
            .find_map(|(field, found)| Some((field, found?)));
        first.map_or(Ok(()), |(field, found)| {
            let expected = "a field of the learner's own settings";
            Err(ConfigError::new(
                ConfigPart::Learner,
                field,
                found,
                expected,
            ))
        })
    }
}
