//! The settings of a learner, one kind or another, checked once.

mod adam;
mod bbb;
mod correlated;
mod ewc;
mod foovb;
mod kind;
mod mesu;
mod online_ewc;
mod own;
mod replay;
mod sgd;
mod si;
mod streaming_ewc;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::adam::{AdamConfig, Optimizer};
pub use self::bbb::BbbConfig;
pub use self::ewc::EwcConfig;
pub use self::foovb::FoovbConfig;
use self::kind::Settings;
pub use self::mesu::MesuConfig;
pub use self::online_ewc::OnlineEwcConfig;
pub use self::own::OwnConfig;
pub use self::replay::ReplayConfig;
pub use self::sgd::SgdConfig;
pub use self::si::SiConfig;
pub use self::streaming_ewc::StreamingEwcConfig;
use super::engine::Engine;
use super::remedy::Remedy;
use crate::config::ConfigError;
use crate::network::{Covariance, Network, WeightKind};

macro_rules! learners {
    ($($(#[$doc:meta])* $kind:ident: $config:ident = $name:literal,)+) => {
        /// Kind of learner.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum LearnerKind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)+
            /// A rule of one's own, which no settings can name.
            #[serde(rename = "own", skip_deserializing)]
            Own,
        }

        impl LearnerKind {
            /// All kinds of this crate.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The name in settings and files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                    Self::Own => "own",
                }
            }

            /// Reads its settings from a table without the key `kind`; what is not there has its
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
                    Self::Own => OwnConfig::deserialize(table).map(LearnerConfig::Own),
                }
            }
        }

        /// The settings of a learner.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum LearnerConfig {
            $($(#[$doc])* #[serde(rename = $name)] $kind($config),)+
            /// A rule of one's own: a description of it, from which no learner can be made.
            #[serde(rename = "own")]
            Own(OwnConfig),
        }

        impl LearnerConfig {
            /// Kind of learner that it describes.
            #[must_use]
            pub fn kind(&self) -> LearnerKind {
                match self {
                    $(Self::$kind(_) => LearnerKind::$kind,)+
                    Self::Own(_) => LearnerKind::Own,
                }
            }

            fn as_settings(&self) -> &dyn Settings {
                match self {
                    $(Self::$kind(config) => config,)+
                    Self::Own(config) => config,
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
    /// MESU with the settings that hold on any standardized data.
    fn default() -> Self {
        Self::Mesu(MesuConfig::default())
    }
}

impl LearnerKind {
    /// Settings of the paper's permuted digits, if they are not the defaults. They were the defaults once: a
    /// file of then that leaves a setting out means these.
    #[must_use]
    pub fn paper(self) -> Option<LearnerConfig> {
        match self {
            Self::Mesu => Some(MesuConfig::paper().into()),
            Self::Foovb => Some(FoovbConfig::paper().into()),
            _ => None,
        }
    }
}

impl LearnerConfig {
    /// Noise samples per update, and per prediction; 1 and 1 of point weights.
    #[must_use]
    pub fn samples(&self) -> (usize, usize) {
        let sampling = self.as_settings().sampling();
        sampling.map_or((1, 1), |s| (s.samples, s.test_samples))
    }

    /// Kind of weights: Gaussians or points.
    #[must_use]
    pub fn weight_kind(&self) -> WeightKind {
        match self.as_settings().sampling() {
            Some(_) => WeightKind::Gaussian,
            None => WeightKind::Point,
        }
    }

    /// Returns what may help when learning diverges.
    #[must_use]
    pub fn remedies(&self) -> Vec<Remedy> {
        self.as_settings().remedies()
    }

    /// Makes the learner's engine; adds what its rule keeps to the network's synapses.
    pub(crate) fn engine(
        &self,
        network: &mut Network,
        covariance: Covariance,
    ) -> Result<Box<dyn Engine>, ConfigError> {
        let settings = self.as_settings();
        if covariance == Covariance::Diagonal {
            return settings.engine(network);
        }
        let engine = settings.correlated_engine(network, covariance);
        engine.unwrap_or_else(|| {
            let expected = format!("diagonal under the learner {}", self.kind().name());
            Err(ConfigError::network("covariance", covariance, expected))
        })
    }
}
