//! The settings of a learner, one kind or another, checked once.

use std::fmt::Display;

use serde::{Deserialize, Deserializer, Serialize};

use super::adam::AdamConfig;
use super::bbb::BbbConfig;
use super::engine::Engine;
use super::ewc::EwcConfig;
use super::foovb::FoovbConfig;
use super::mesu::MesuConfig;
use super::online_ewc::OnlineEwcConfig;
use super::replay::ReplayConfig;
use super::sgd::SgdConfig;
use super::si::SiConfig;
use super::streaming_ewc::StreamingEwcConfig;
use crate::estimator::Estimator;
use crate::network::{Form, Network};

/// A setting that can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {found}; expected {expected}")]
pub struct ConfigError {
    /// Dotted key, for example `learner.memory_window`.
    pub key: String,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub expected: String,
}

impl ConfigError {
    pub(crate) fn new(key: &str, found: impl Display, expected: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            found: found.to_string(),
            expected: expected.into(),
        }
    }
}

/// How the losses of a batch make up C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// Their sum.
    #[default]
    Sum,
    /// Their mean.
    Mean,
}

impl Reduction {
    /// What the sum over a batch of `examples` is multiplied by.
    pub(crate) fn weight(self, examples: usize) -> f32 {
        match self {
            Self::Sum => 1.0,
            Self::Mean => 1.0 / examples as f32,
        }
    }
}

macro_rules! learners {
    ($($(#[$doc:meta])* $kind:ident: $config:ident = $name:literal,)+) => {
        /// Which learner.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum LearnerKind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)+
        }

        impl LearnerKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The name in settings and files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// Its settings, read from a table without the key `kind`; what is not there has its
            /// default.
            ///
            /// # Errors
            /// Those of the table: an unknown key, a value of another type.
            pub fn deserialize_config<'de, D>(self, table: D) -> Result<LearnerConfig, D::Error>
            where
                D: Deserializer<'de>,
            {
                match self {
                    $(Self::$kind => $config::deserialize(table).map(LearnerConfig::$kind),)+
                }
            }
        }

        /// The settings of a learner.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum LearnerConfig {
            $($(#[$doc])* #[serde(rename = $name)] $kind($config),)+
        }

        impl LearnerConfig {
            /// Which learner it is for.
            #[must_use]
            pub fn kind(&self) -> LearnerKind {
                match self {
                    $(Self::$kind(_) => LearnerKind::$kind,)+
                }
            }

            fn as_settings(&self) -> &dyn Settings {
                match self {
                    $(Self::$kind(config) => config,)+
                }
            }
        }

        $(impl From<$config> for LearnerConfig {
            fn from(config: $config) -> Self {
                Self::$kind(config)
            }
        })+
    };
}

learners! {
    /// Metaplasticity from synaptic uncertainty.
    Mesu: MesuConfig = "mesu",
    /// FOO-VB Diagonal, or BGD.
    Foovb: FoovbConfig = "foovb",
    /// Bayes by Backprop.
    Bbb: BbbConfig = "bbb",
    /// Stochastic gradient descent.
    Sgd: SgdConfig = "sgd",
    /// Adam.
    Adam: AdamConfig = "adam",
    /// Elastic weight consolidation, the penalties of all tasks summed.
    Ewc: EwcConfig = "ewc",
    /// Elastic weight consolidation with one running penalty.
    OnlineEwc: OnlineEwcConfig = "online-ewc",
    /// Elastic weight consolidation without task boundaries.
    StreamingEwc: StreamingEwcConfig = "streaming-ewc",
    /// Synaptic Intelligence.
    Si: SiConfig = "si",
    /// SGD that repeats stored examples.
    Replay: ReplayConfig = "replay",
}

impl Default for LearnerConfig {
    /// MESU with the settings of the paper's permuted digits.
    fn default() -> Self {
        Self::Mesu(MesuConfig::default())
    }
}

impl LearnerConfig {
    /// Noise samples per update, and per prediction; 1 and 1 of point weights.
    #[must_use]
    pub fn samples(&self) -> (usize, usize) {
        let sampling = self.as_settings().sampling();
        sampling.map_or((1, 1), |s| (s.samples, s.test_samples))
    }

    /// Whether synapses are Gaussians or point weights.
    #[must_use]
    pub fn form(&self) -> Form {
        match self.as_settings().sampling() {
            Some(_) => Form::Gaussian,
            None => Form::Point,
        }
    }

    /// What to try when learning diverges.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Mesu(_) => {
                "smaller learner.lr_sigma or lr_mu, learner.clamp_grad = 0.1, learner.max_step_ratio = 0.1, \
                 learner.sigma_step = \"closed-form\", more learner.samples, or for batches \
                 learner.reduction = \"mean\""
            }
            Self::Foovb(_) => {
                "a smaller learner.lr_mu, more learner.samples, or for batches learner.reduction = \"mean\""
            }
            Self::Bbb(_) | Self::Sgd(_) | Self::Adam(_) | Self::Replay(_) => {
                "a smaller learner.lr, or for batches learner.reduction = \"mean\""
            }
            Self::Ewc(_) | Self::OnlineEwc(_) | Self::StreamingEwc(_) => {
                "a smaller learner.lr or learner.importance, or for batches learner.reduction = \"mean\""
            }
            Self::Si(_) => {
                "a smaller learner.lr or learner.coefficient, or for batches learner.reduction = \"mean\""
            }
        }
    }

    /// The learner's engine; adds what its rule keeps to the network's synapses.
    pub(crate) fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        self.as_settings().engine(network)
    }
}

/// The settings of one kind of learner.
pub(crate) trait Settings {
    /// How it samples its weights; `None` of point weights.
    fn sampling(&self) -> Option<Sampling>;
    /// See [`LearnerConfig::engine`].
    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError>;
}

/// How a Bayesian learner samples its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampling {
    pub(crate) samples: usize,
    pub(crate) test_samples: usize,
    pub(crate) estimator: Estimator,
    pub(crate) reduction: Reduction,
}

/// Most noise samples accepted.
const MOST_SAMPLES: usize = 10_000;

impl Sampling {
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        for (key, samples) in [
            ("learner.samples", self.samples),
            ("learner.test_samples", self.test_samples),
        ] {
            if samples == 0 || samples > MOST_SAMPLES {
                let expected = format!("1 to {MOST_SAMPLES}");
                return Err(ConfigError::new(key, samples, expected));
            }
        }
        Ok(self)
    }
}

/// Whether f32, in which rules compute, holds a number: neither infinite nor lost to 0.
pub(crate) fn holds(value: f64) -> bool {
    (value as f32).is_finite() && (value == 0.0 || value as f32 != 0.0)
}

/// An error for `learner.key` unless `sound`.
pub(crate) fn require(
    sound: bool,
    key: &str,
    found: impl Display,
    expected: &str,
) -> Result<(), ConfigError> {
    let error = || ConfigError::new(&format!("learner.{key}"), found, expected);
    sound.then_some(()).ok_or_else(error)
}

/// Numbers that have to be finite and above 0, by their keys in `learner`.
pub(crate) fn positive<const N: usize>(numbers: [(&str, f64); N]) -> Result<(), ConfigError> {
    numbers.into_iter().try_for_each(|(key, value)| {
        let sound = holds(value) && value > 0.0;
        require(sound, key, value, "a finite number > 0")
    })
}

/// Numbers that have to be finite and not below 0, by their keys in `learner`.
pub(crate) fn not_negative<const N: usize>(numbers: [(&str, f64); N]) -> Result<(), ConfigError> {
    numbers.into_iter().try_for_each(|(key, value)| {
        let sound = holds(value) && value >= 0.0;
        require(sound, key, value, "a finite number >= 0")
    })
}

/// Numbers of updates, 1 or more, by their keys in `learner`.
pub(crate) fn windows<const N: usize>(numbers: [(&str, f64); N]) -> Result<(), ConfigError> {
    numbers.into_iter().try_for_each(|(key, value)| {
        let sound = holds(value) && value >= 1.0;
        require(sound, key, value, "a finite number of updates, 1 or more")
    })
}

/// A prior's mean and standard deviation, whose square f32 has to hold.
pub(crate) fn prior(mu: f64, sigma: f64) -> Result<(), ConfigError> {
    positive([("sigma_prior", sigma)])?;
    let square = sigma * sigma;
    let expected = "a number whose square, and its inverse, a 32-bit float holds";
    require(
        holds(square) && holds(1.0 / square),
        "sigma_prior",
        sigma,
        expected,
    )?;
    require(holds(mu), "mu_prior", mu, "a finite number")
}
